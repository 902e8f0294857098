//! Gathers from a log what an evidence file holds.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Days;
use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::case::{Case, ENGINE, Event as Recorded};
use evidence::checkpoint::Checkpoint as Said;
use evidence::file::{
    Assessment, Declared, Event, Evidence, Heads, MOST_CHECKPOINTS, OWN_STREAMS, Place, Signed, Stream, digest_of,
};
use evidence::hash::Hash;
use evidence::key::VerifierKey;
use evidence::leaf::{HeadsLeaf, Installation, StreamId};
use evidence::map::Map;
use evidence::note::Note;
use evidence::tree::Plan;
use projections::recomputed::assessed;
use store::tree::{Checkpoint, OwnEvent, OwnStream, Which};
use store::{Fault, LogStore, Stored};

use super::{Disclosed, NoEvidence};
use crate::log_key::PublicKeys;
use crate::witnesses::standing_of;

/// The evidence of a case; none where another checkpoint was made meanwhile.
pub(super) async fn evidence(
    log: &dyn LogStore,
    keys: &PublicKeys,
    case: &CaseRef,
    disclosed: Disclosed,
    now: Instant,
) -> Result<Option<Evidence>, NoEvidence> {
    let stored = log.stream(case).await?;
    if stored.is_empty() {
        return Err(NoEvidence::NoCase(case.clone()));
    }
    let newest = log.last_checkpoint(Which::Signed).await?.ok_or(NoEvidence::NoCheckpoint)?;
    let installation = log.installation().hyphenated().to_string();
    let installation = Installation::new(&installation).ok_or_else(|| altered("the log's id"))?;
    let names = OWN_STREAMS.into_iter().chain([case.as_str()]);
    let ids: BTreeSet<StreamId> = names.map(|name| StreamId::of(&installation, name)).collect();
    let Some((heads, map)) = log.heads_at(newest.size, &ids).await? else { return Ok(None) };
    let tree = Tree { log, installation, heads, map };

    let events = stored.iter().map(|stored| event(&stored.event, disclosed)).collect::<Result<_, _>>()?;
    let (mut of_case, proved) = tree.stream(case.as_str(), events)?;
    let positions: Vec<i64> = stored.iter().take(proved).map(|stored| stored.position.0).collect();
    let found = log.indexes_of(&positions).await?;
    let indexes: Vec<u64> = positions.iter().filter_map(|position| found.get(position).copied()).collect();
    if indexes.len() != proved {
        return Err(altered("the places of its events"));
    }
    let mut own = Vec::with_capacity(OWN_STREAMS.len());
    for (name, stream) in OWN_STREAMS.into_iter().zip([OwnStream::Rulebook, OwnStream::Offices, OwnStream::Keys]) {
        let events = log.own_events(stream).await?;
        let events = events.iter().map(own_event).collect::<Result<_, _>>()?;
        let (mut stream, proved) = tree.stream(name, events)?;
        stream.events.truncate(proved);
        own.push(stream);
    }
    let of_keys = own.pop().ok_or_else(|| altered("its own streams"))?;
    let keys = listed(keys, &of_keys);
    let checkpoints = tree.signed(chosen(log, &indexes, &newest, now).await?, &keys).await?;
    of_case.places = tree.places(&indexes, &checkpoints).await?;
    let [rulebook, offices] = <[Stream; 2]>::try_from(own).map_err(|_| altered("its own streams"))?;
    let (assessment, rulebooks) = law(log, &stored, now).await?;
    let inclusion = tree.inclusion(tree.heads.covers, newest.size).await?;
    Ok(Some(Evidence {
        case: case.as_str().to_owned(),
        keys,
        checkpoints,
        heads: Heads { leaf: tree.heads, inclusion },
        declarations: tree.declared(newest.size).await?,
        streams: [rulebook, offices, of_keys, of_case],
        rulebooks,
        assessment,
        installation: tree.installation,
    }))
}

fn altered(what: &str) -> NoEvidence {
    NoEvidence::Contradicts(format!("{what} can't be what was written"))
}

fn event(recorded: &Recorded, disclosed: Disclosed) -> Result<Event, NoEvidence> {
    let disclosures = match disclosed {
        Disclosed::All => recorded.disclosures(),
        Disclosed::Nothing => String::new(),
    };
    let disclosures = disclosures.split('~').filter(|text| !text.is_empty()).map(str::to_owned).collect();
    let format = u16::try_from(Recorded::VERSION).unwrap_or(0);
    Event::new(format, recorded.to_json(), disclosures).ok_or_else(|| altered("an event"))
}

fn own_event(own: &OwnEvent) -> Result<Event, NoEvidence> {
    Event::new(1, own.payload(), Vec::new()).ok_or_else(|| altered("an event of the log's own streams"))
}

/// The keys that the log's own list has, in the order of their texts.
fn listed(keys: &PublicKeys, stream: &Stream) -> Vec<VerifierKey> {
    let digests: BTreeSet<String> = stream.events.iter().filter_map(|event| event.says("digest")).collect();
    let all = [Some(&keys.log), Some(&keys.receipt), keys.previous.as_ref()];
    let is_listed = |key: &&VerifierKey| digests.contains(&format!("sha256:{}", key.fingerprint()));
    let mut keys: Vec<VerifierKey> = all.into_iter().flatten().filter(is_listed).cloned().collect();
    keys.sort_by_key(ToString::to_string);
    keys.dedup();
    keys
}

/// The checkpoints between which the events lie: the one before the first, the last of each day on which one was first in a
/// checkpoint, the last of yesterday, the last that enough witnesses have cosigned, and the newest.
async fn chosen(
    log: &dyn LogStore,
    indexes: &[u64],
    newest: &Checkpoint,
    now: Instant,
) -> Result<Vec<Checkpoint>, Fault> {
    let first = indexes.first().copied().unwrap_or(0);
    let mut all: BTreeMap<u64, Checkpoint> = BTreeMap::new();
    let ends = log.day_ends(first).await?;
    for index in indexes {
        let under = ends.partition_point(|end| end.size <= *index);
        all.extend(ends.get(under).map(|end| (end.size, end.clone())));
    }
    let yesterday = Instant::last_of(now.date() - Days::new(1));
    let cosigned = standing_of(log).await?.and_then(|standing| standing.quorum);
    let cosigned = cosigned.map(|met| Which::SignedWithin(met.size));
    for which in [Which::SignedWithin(first), Which::SignedBy(yesterday)].into_iter().chain(cosigned) {
        all.extend(log.last_checkpoint(which).await?.map(|checkpoint| (checkpoint.size, checkpoint)));
    }
    all.retain(|size, _| (1..newest.size).contains(size));
    all.insert(newest.size, newest.clone());
    let over = all.len().saturating_sub(MOST_CHECKPOINTS);
    Ok(all.into_values().skip(over).collect())
}

/// What the law says of the case, and the rulebooks under which it was decided.
async fn law(log: &dyn LogStore, stored: &[Stored], now: Instant) -> Result<(Assessment, Vec<String>), NoEvidence> {
    let (case, book) = (Case::fold(stored.iter().map(|stored| &stored.event)), log.book());
    let at = case.last_recorded_at().map_or(now, |last| last.max(now));
    let result = assessed(&case, &book, at).ok_or_else(|| altered("the case"))?;
    let rulebook = book.digest().to_string();
    let decided = stored.iter().map(|stored| stored.event.rulebook.to_string());
    let named: BTreeSet<String> = decided.chain([rulebook.clone()]).collect();
    let mut texts = BTreeMap::from([(digest_of(book.source()), book.source().to_owned())]);
    if named.len() > 1 {
        texts.extend(log.rulebooks().await?.into_iter().map(|text| (digest_of(&text), text)));
    }
    texts.retain(|digest, _| named.contains(digest));
    let at = u64::try_from(at.unix()).unwrap_or(0);
    Ok((Assessment { at, engine: ENGINE, result, rulebook }, texts.into_values().collect()))
}

/// The tree at the newest checkpoint.
struct Tree<'l> {
    log: &'l dyn LogStore,
    installation: Installation,
    heads: HeadsLeaf,
    map: Map,
}

impl Tree<'_> {
    /// A stream of these events, without places, and how many of them the checkpoint has.
    fn stream(&self, name: &str, events: Vec<Event>) -> Result<(Stream, usize), NoEvidence> {
        let id = StreamId::of(&self.installation, name);
        let damaged = |_| altered("the map of streams");
        let (head, map) = (self.map.head(&id).map_err(damaged)?, self.map.prove(&id).map_err(damaged)?);
        let stream = Stream { name: name.to_owned(), map, events, places: Vec::new() };
        let Some(head) = head else { return Ok((stream, 0)) };
        let found = stream.leaf_hashes(&self.installation).iter().position(|hash| *hash == head);
        found
            .map(|last| (stream, last + 1))
            .ok_or_else(|| NoEvidence::Contradicts(format!("the events of {name} are not those that the tree holds")))
    }

    /// The checkpoints that these keys have signed, each with what proves that it continues the one before.
    async fn signed(&self, chosen: Vec<Checkpoint>, keys: &[VerifierKey]) -> Result<Vec<Signed>, NoEvidence> {
        let mut all: Vec<Signed> = Vec::with_capacity(chosen.len());
        let newest = chosen.last().map(|checkpoint| checkpoint.size);
        for Checkpoint { size, note, .. } in chosen {
            let note = note.and_then(|note| Note::parse(note.as_bytes()).ok());
            let opened = note.and_then(|note| {
                let key = keys.iter().find_map(|key| Said::open(&note, key).ok());
                key.map(|checkpoint| (note, checkpoint))
            });
            let Some((note, checkpoint)) = opened else {
                if Some(size) == newest {
                    return Err(NoEvidence::NoCheckpoint);
                }
                // It is of another origin or of a key that nobody has any more.
                continue;
            };
            let consistency = match all.last().and_then(|old| Plan::consistency(old.checkpoint.size, size)) {
                Some(plan) => self.log.tree_hashes(&plan).await?,
                None => Vec::new(),
            };
            all.push(Signed { note, checkpoint, consistency });
        }
        Ok(all)
    }

    /// Where the first event and, under each checkpoint, the last stand.
    async fn places(&self, indexes: &[u64], checkpoints: &[Signed]) -> Result<Vec<Place>, NoEvidence> {
        let under = |index: u64| checkpoints.iter().map(|signed| signed.checkpoint.size).find(|size| *size > index);
        let sizes: Vec<(u64, u64)> = indexes.iter().filter_map(|index| Some((*index, under(*index)?))).collect();
        let mut places = Vec::new();
        for (version, (nth, (index, size))) in (1..).zip(sizes.iter().enumerate()) {
            if nth == 0 || sizes.get(nth + 1).is_none_or(|(_, next)| next != size) {
                let inclusion = self.inclusion(*index, *size).await?;
                places.push(Place { version, index: *index, size: *size, inclusion });
            }
        }
        Ok(places)
    }

    async fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, NoEvidence> {
        let plan = Plan::inclusion(index, size).ok_or_else(|| altered("the size of the tree"))?;
        Ok(self.log.tree_hashes(&plan).await?)
    }

    async fn declared(&self, size: u64) -> Result<Vec<Declared>, NoEvidence> {
        let mut all = Vec::new();
        for (index, leaf) in self.log.declarations().await?.into_iter().filter(|(index, _)| *index < size) {
            all.push(Declared { index, leaf, inclusion: self.inclusion(index, size).await? });
        }
        Ok(all)
    }
}
