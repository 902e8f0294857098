//! Whether a file holds the whole case as the newest checkpoint has it, and since when each event is proved.

use std::collections::BTreeSet;

use super::keys::{Times, of_receipts};
use super::{Asked, Complete, Contradiction, Moment, Proved, place_of};
use crate::file::{Evidence, Stream, digest_of};
use crate::hash::Hash;
use crate::leaf::{Leaf, StreamId, Why};
use crate::note::Note;
use crate::receipt::Receipt;
use crate::register::{Day, RegisterLine};
use crate::tree::{verify_consistency, verify_inclusion};

/// Verifies everything but who has signed.
pub(super) fn verify(evidence: &Evidence, asked: &Asked, times: &Times) -> Result<Complete, Contradiction> {
    continues(evidence)?;
    let newest = evidence.checkpoints.last().map(|signed| signed.checkpoint.clone()).ok_or(Contradiction::Heads)?;
    let mut hashes = Vec::new();
    for stream in &evidence.streams {
        hashes = leaves(evidence, stream)?;
    }
    rulebooks(evidence)?;
    let case = evidence.of_case();
    let moments = Moments { evidence, times, days: days(evidence, &asked.registers)? };
    let receipts = asked.receipts.iter().map(|note| receipt(evidence, note, &hashes)).collect::<Result<_, _>>()?;
    let until = moments.of_newest();
    if let Some(day) = asked.at_least {
        let first = u64::try_from(day.days() * 86_400 - 7 * 3600).unwrap_or(0);
        let is_known =
            until.witnessed.is_some_and(|time| time >= first) || until.registered.is_some_and(|known| known >= day);
        if !is_known {
            return Err(Contradiction::NotUpTo(day));
        }
    }
    let events = (1..).zip(&case.events);
    let events = events.map(|(version, event)| moments.proved(case, version, event.recorded_at)).collect();
    let head = usize::try_from(case.proved()).ok().and_then(|proved| hashes.get(proved.checked_sub(1)?).copied());
    let withheld = case.events.iter().map(crate::file::Event::withheld).sum();
    Ok(Complete { checkpoint: newest, until, head, events, withheld, receipts })
}

/// That each checkpoint continues the one before, and that heads and declarations are in the newest.
fn continues(evidence: &Evidence) -> Result<(), Contradiction> {
    for pair in evidence.checkpoints.windows(2) {
        let [old, new] = pair else { continue };
        let sizes = |signed: &crate::file::Signed| (signed.checkpoint.size, signed.checkpoint.root);
        let (old, proof, new) = (sizes(old), &new.consistency, sizes(new));
        verify_consistency(old, new, proof).map_err(|_| Contradiction::Rewritten { old: old.0, new: new.0 })?;
    }
    let newest = &evidence.checkpoints.last().ok_or(Contradiction::Heads)?.checkpoint;
    let heads = &evidence.heads;
    let hash = Leaf::Heads(heads.leaf).hash();
    let is_last = heads.leaf.covers.checked_add(1) == Some(newest.size);
    let proved = verify_inclusion(heads.leaf.covers, newest.size, hash, &heads.inclusion, newest.root);
    if !is_last || proved.is_err() {
        return Err(Contradiction::Heads);
    }
    for declared in &evidence.declarations {
        let hash = Leaf::Declaration(declared.leaf).hash();
        let proved = verify_inclusion(declared.index, newest.size, hash, &declared.inclusion, newest.root);
        proved.map_err(|_| Contradiction::Declaration(declared.index))?;
    }
    Ok(())
}

/// The leaf hashes of a stream, which are those of the tree as far as its last place.
fn leaves(evidence: &Evidence, stream: &Stream) -> Result<Vec<Hash>, Contradiction> {
    let hashes = stream.leaf_hashes(&evidence.installation);
    let of =
        |version: u32| usize::try_from(version).ok().and_then(|version| hashes.get(version.checked_sub(1)?).copied());
    for place in &stream.places {
        let (name, version) = (stream.name.clone(), place.version);
        let under = evidence.checkpoints.iter().find(|signed| signed.checkpoint.size > place.index);
        let under = under.filter(|signed| signed.checkpoint.size == place.size);
        let Some(signed) = under else { return Err(Contradiction::Place { stream: name, version }) };
        let hash = of(version).unwrap_or(Hash::ZERO);
        let proved = verify_inclusion(place.index, place.size, hash, &place.inclusion, signed.checkpoint.root);
        proved.map_err(|_| Contradiction::Event { stream: name, version })?;
    }
    let (id, head) = (StreamId::of(&evidence.installation, &stream.name), of(stream.proved()));
    let is_head = stream.map.verify(evidence.heads.leaf.map_root, &id, head).is_ok();
    let wrong = || Contradiction::Head { stream: stream.name.clone(), version: stream.proved() };
    is_head.then_some(hashes).ok_or_else(wrong)
}

/// That the rulebooks are those that are named.
fn rulebooks(evidence: &Evidence) -> Result<(), Contradiction> {
    let named = evidence.of_case().events.iter().filter_map(|event| event.says("rulebook"));
    let named: BTreeSet<String> = named.chain([evidence.assessment.rulebook.clone()]).collect();
    let given: BTreeSet<String> = evidence.rulebooks.iter().map(|text| digest_of(text)).collect();
    if named == given { Ok(()) } else { Err(Contradiction::Rulebooks) }
}

/// The day of each checkpoint that stands in the register.
fn days(evidence: &Evidence, lines: &[RegisterLine]) -> Result<Vec<Option<Day>>, Contradiction> {
    let mut days = vec![None; evidence.checkpoints.len()];
    for RegisterLine { day, checkpoint } in lines {
        let found = evidence.checkpoints.iter().position(|signed| signed.checkpoint.size == checkpoint.size);
        let Some(found) = found else {
            let sizes: Vec<String> =
                evidence.checkpoints.iter().map(|signed| signed.checkpoint.size.to_string()).collect();
            return Err(Contradiction::NotInRegister(*day, sizes.join(", ")));
        };
        if evidence.checkpoints[found].checkpoint != *checkpoint {
            return Err(Contradiction::Register(*day));
        }
        days[found] = Some(*day);
    }
    Ok(days)
}

/// How many events of a receipt are of this case, and how many of others.
fn receipt(evidence: &Evidence, note: &Note, hashes: &[Hash]) -> Result<(usize, usize), Contradiction> {
    let opened = of_receipts(evidence).find_map(|key| Receipt::open(note, key).ok());
    let receipt = opened.ok_or(Contradiction::ReceiptKey)?;
    let ids: Vec<Option<String>> = evidence.of_case().events.iter().map(crate::file::Event::id).collect();
    let mut of_case = 0;
    for received in &receipt.events {
        let place = usize::try_from(received.version).ok().and_then(|version| version.checked_sub(1));
        let is_there = place.and_then(|place| hashes.get(place)) == Some(&received.leaf);
        if !is_there && ids.iter().flatten().any(|id| *id == received.id) {
            return Err(Contradiction::Receipt { version: received.version });
        }
        of_case += usize::from(is_there);
    }
    if of_case == 0 { Err(Contradiction::ReceiptOfOther) } else { Ok((of_case, receipt.events.len() - of_case)) }
}

/// When checkpoints are known to have existed.
struct Moments<'e> {
    evidence: &'e Evidence,
    times: &'e Times,
    days: Vec<Option<Day>>,
}

impl Moments<'_> {
    fn size(&self, nth: usize) -> u64 {
        self.evidence.checkpoints[nth].checkpoint.size
    }

    /// Of the newest: it has what those before it have.
    fn of_newest(&self) -> Moment {
        let last = self.times.len() - 1;
        Moment {
            size: self.size(last),
            witnessed: self.times[last],
            registered: self.days.iter().flatten().max().copied(),
        }
    }

    /// By when this one existed: what continues it has been seen.
    fn by(&self, nth: usize) -> Moment {
        let witnessed = self.times[nth..].iter().flatten().min().copied();
        Moment { size: self.size(nth), witnessed, registered: self.days[nth..].iter().flatten().min().copied() }
    }

    /// What is known of an event.
    fn proved(&self, case: &Stream, version: u32, recorded_at: u64) -> Proved {
        let nth = |size: u64| self.evidence.checkpoints.iter().position(|signed| signed.checkpoint.size == size);
        let behind = place_of(&case.places, version);
        let before = case.places.iter().rfind(|place| place.version <= version);
        let not_in = before.and_then(|place| (0..self.times.len()).rfind(|nth| self.size(*nth) <= place.index));
        let not_in =
            not_in.map(|nth| Moment { size: self.size(nth), witnessed: self.times[nth], registered: self.days[nth] });
        // The indexes that the leaf can have.
        let from = before.map_or(0, |place| place.index);
        let to = behind.map_or(u64::MAX, |place| place.index);
        let declared = self
            .evidence
            .declarations
            .iter()
            .map(|declared| declared.leaf)
            .find(|leaf| leaf.why != Why::KeyChanged && leaf.from <= to && from < leaf.to);
        Proved {
            recorded_at,
            since: behind.and_then(|place| nth(place.size)).map(|nth| self.by(nth)),
            not_in,
            declared: declared.map(|leaf| leaf.why),
        }
    }
}
