//! Moves a log from one store to another, proves that nothing changed, and seals the one that it came from.
//!
//! Invariant: from before the first event is read until the log is sealed, nobody writes to it. So whatever was
//! acknowledged there is in the copy, and nothing is acknowledged there afterwards. Until everything is compared, the
//! copy says that it is unfinished, and nobody works on it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use engine::action::CaseRef;
use engine::calendar::Instant;
use projections::CaseView;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc::{self, Sender};
use uuid::Uuid;

use crate::canonical::canonical;
use crate::cell::Value;
use crate::copying::{Carried, Filling, Kept, Part, cut_short, holds_a_log};
use crate::heavy::ShuttingDown;
use crate::people::mail::MAIL_CURSOR;
use crate::people::rows::{KEPT, Row, TREE, TREE_STATE, Table, no_tree, revoke};
use crate::people::{OFF, OFFICES_IN_FORCE};
use crate::rows::AlertRow;
use crate::standing::{INBOXES, LAST_RECONCILIATION, MOVED_TO, UNFINISHED, moved, unfinished};
use crate::tree::Places;
use crate::{Delivery, EventSum, Fault, LogStore, Position, Progress, damage};

/// The key under which a log keeps when it was moved and opened again: a line each, the oldest first.
pub const MOVES: &str = "moves";
/// Why people are off behind a move, in both places.
const MOVED: &str = "moved";

/// How many events are read at a time.
const PAGE: usize = 4096;
/// How many rows of the tree: each holds 256 leaves or hashes.
const PAGE_OF_TREE: usize = 128;
/// How many of these are made ready or wait for it, beside the next one that is read.
const MAKING: usize = 2;
/// How many parts may wait to be written.
const WAITING: usize = 2;

/// What was moved and compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// How many events, in the same order.
    pub events: u64,
    /// How many cases, each with the same view.
    pub cases: usize,
    /// How many of the alerts are marked as delivered.
    pub delivered: usize,
    /// How many wait to be published.
    pub waiting: u64,
    /// The SHA-256 of all events in the order of the log, the same on both sides. In hexadecimal digits.
    pub digest: String,
}

/// Copies everything from one log to another that is empty or its own unfinished copy, compares both, and seals the first
/// at `now`. `progress` is told events, each of which is read twice: where it comes from, and in the copy, whose views are
/// rebuilt from it.
///
/// # Errors
/// [`Fault::Corrupt`] if `to` is not empty or the two differ; [`Fault::Restart`] if `from` was moved elsewhere before.
/// The copy is then not to be used, and no command does; `from` is as it was, and moving it again begins anew. Where
/// sealing itself fails its outcome may be unknown: moving again finds out.
pub async fn transfer(
    from: &Arc<dyn LogStore>,
    to: &Arc<dyn LogStore>,
    now: Instant,
    progress: &Progress,
) -> Result<Moved, Fault> {
    let held = from.hold().await?;
    refuse_unfinished(from.as_ref()).await?;
    // A move that was cut short leaves such a copy, also where it had sealed the log already.
    let begun = text(to.as_ref(), UNFINISHED).await? == from.place();
    if let Some(before) = moved_to(from.as_ref()).await?
        && !(begun && before == to.place())
    {
        return Err(Fault::Restart(moved(&from.place(), &before)));
    }
    if !(begun || to.log(Position(0), 1).await?.is_empty() && to.people().await?.is_empty()) {
        return Err(holds_a_log(&to.place()));
    }
    let events = from.events().await?;
    // Before the first event, so that nothing personal is there without its key.
    to.take_keys(from.keys().await?).await?;
    let copied = copy(from, to, events, now, progress).await?;
    let told = Arc::clone(progress);
    let rebuilt = to.prove(Arc::new(move |done, _| told(events + done, 2 * events))).await?;
    if copied.sum.events != events {
        return Err(differs("some events are of no case that the log knows"));
    }
    if rebuilt.sum != copied.sum {
        return Err(differs(rebuilt.damage.first().map_or("the events are not the same", String::as_str)));
    }
    let waiting = from.backlog().await?.waiting;
    if waiting != to.backlog().await?.waiting {
        return Err(differs("the alerts that wait to be published are not the same"));
    }
    if copied.beside != beside(to.as_ref(), now, &Places::default(), |_, _| std::future::ready(Ok(()))).await? {
        return Err(differs("the people, tokens, looks, offices files or the tree are not the same"));
    }
    if let Some(found) = to.check_tree().await?.first() {
        return Err(differs(found));
    }
    let cases = views(from).await?;
    if cases != views(to).await? {
        return Err(differs("the views are not the same"));
    }
    let history = text(from.as_ref(), MOVES).await? + &format!("{now} moved to {}\n", to.place());
    held.note(vec![(MOVED_TO, to.place()), (MOVES, history), (OFF, MOVED.to_owned())]).await?;
    let Read { delivered, digest, mail_cursor, .. } = copied;
    let cursor = mail_cursor.map(|cursor| (MAIL_CURSOR, cursor.to_string()));
    to.hold().await?.note(cursor.into_iter().chain([(UNFINISHED, String::new())]).collect()).await?;
    Ok(Moved { events, cases: cases.len(), delivered, waiting, digest })
}

/// Refuses a log that is an unfinished copy.
///
/// # Errors
/// [`Fault::Corrupt`] if it is one.
pub async fn refuse_unfinished(log: &dyn LogStore) -> Result<(), Fault> {
    match text(log, UNFINISHED).await? {
        none if none.is_empty() => Ok(()),
        of => Err(Fault::Corrupt(unfinished(&log.place(), &of))),
    }
}

/// Where a log was moved to, if it is sealed.
///
/// # Errors
/// If it can't be read.
pub async fn moved_to(log: &dyn LogStore) -> Result<Option<String>, Fault> {
    Ok(Some(text(log, MOVED_TO).await?).filter(|to| !to.is_empty()))
}

/// A small text of a log; empty if there is none.
async fn text(log: &dyn LogStore, key: &str) -> Result<String, Fault> {
    Ok(log.meta(key).await?.unwrap_or_default())
}

fn differs(what: &str) -> Fault {
    Fault::corrupt(format!(
        "the copy is not what the log is: {what}; the log itself is as it was: `kamnot check` says whether it is in order"
    ))
}

/// What was read of a log.
struct Read {
    sum: EventSum,
    delivered: usize,
    digest: String,
    /// The SHA-256 of what is kept beside the log.
    beside: [u8; 32],
    /// Up to where the log was read for mail, by the positions of the copy.
    mail_cursor: Option<i64>,
}

/// Fills the copy.
async fn copy(
    from: &Arc<dyn LogStore>,
    to: &Arc<dyn LogStore>,
    events: u64,
    now: Instant,
    progress: &Progress,
) -> Result<Read, Fault> {
    let (sender, parts) = mpsc::channel(WAITING);
    let mut texts = vec![(OFF, MOVED.to_owned())];
    for key in [LAST_RECONCILIATION, MOVES, INBOXES, OFFICES_IN_FORCE] {
        texts.extend(from.meta(key).await?.map(|text| (key, text)));
    }
    let (copy_of, installation, rulebooks) = (from.place(), from.installation(), from.rulebooks().await?);
    let (source, told) = (Arc::clone(from), Arc::clone(progress));
    let feeding = tokio::spawn(async move { feed(source.as_ref(), &sender, now, |done| told(done, 2 * events)).await });
    let filled = to.fill(Filling { copy_of, installation, rulebooks, texts, parts }).await;
    let fed = feeding.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    match (filled, fed) {
        (Ok(()), fed) => fed,
        // Each of the two ends when the other does; what counts is why the first did.
        (Err(fault), Err(why)) if fault == cut_short() => Err(why),
        (Err(fault), _) => Err(fault),
    }
}

/// Gives every part of a log, the events at positions from 1 on.
async fn feed(from: &dyn LogStore, parts: &Sender<Part>, now: Instant, done: impl Fn(u64)) -> Result<Read, Fault> {
    let gone = |_| Fault::unavailable("the copy is not written any more");
    let marks = Arc::new(marks(from).await?);
    let cursor = from.mail_cursor().await?;
    let mut mail_cursor = cursor.map(|_| 0);
    let (mut sum, mut hash, mut marked, mut places) = (EventSum::default(), Sha256::new(), 0, Places::default());
    let (mut after, mut first, mut read) = (Position(0), 1, false);
    // What was read is made ready beside the reading, and handed on in its order.
    let mut making = VecDeque::with_capacity(MAKING);
    while !read || !making.is_empty() {
        if !read {
            let page = from.kept(after, PAGE).await?;
            let (of, marks) = (first, Arc::clone(&marks));
            let read_to = (of..).zip(&page).find(|(_, kept)| Some(kept.position) == cursor);
            mail_cursor = read_to.map(|(place, _)| place).or(mail_cursor);
            page.iter().zip(first..).for_each(|(kept, to)| places.add(kept.position.0, to));
            first += i64::try_from(page.len()).unwrap_or(i64::MAX);
            match page.last() {
                Some(last) => after = last.position,
                None => read = true,
            }
            making.push_back(tokio::task::spawn_blocking(move || carry(page, of, &marks)));
        }
        if (read || making.len() == MAKING)
            && let Some(made) = making.pop_front()
        {
            let (events, of_page) = made.await.map_err(|_| ShuttingDown)??;
            for Carried { case, version, payload, delivery, .. } in &events {
                for piece in [case.as_str(), "\t", &version.to_string(), "\t", payload, "\n"] {
                    hash.update(piece);
                }
                marked += usize::from(delivery.is_some());
            }
            sum.add_all(of_page);
            done(sum.events);
            parts.send(Part::Events(events)).await.map_err(gone)?;
        }
    }
    if marked != marks.len() {
        return Err(differs("a delivery is of no alert of the log"));
    }
    let send = |table, rows| async move { parts.send(Part::Beside(table, rows)).await.map_err(gone) };
    let beside = beside(from, now, &places.sorted(), send).await?;
    parts.send(Part::End).await.map_err(gone)?;
    Ok(Read { sum, delivered: marked, digest: format!("{:x}", hash.finalize()), beside, mail_cursor })
}

/// Gives what is kept beside the log and moves with it, as it is in the copy: every token and feed is revoked, and the tree
/// names the places of events there. The SHA-256 of all of it.
async fn beside<F: Future<Output = Result<(), Fault>>>(
    log: &dyn LogStore,
    now: Instant,
    places: &Places,
    mut take: impl FnMut(&'static Table, Vec<Row>) -> F,
) -> Result<[u8; 32], Fault> {
    let mut hash = Sha256::new();
    for (table, most) in KEPT.map(|table| (table, PAGE)).into_iter().chain(TREE.map(|table| (table, PAGE_OF_TREE))) {
        let mut after = Uuid::nil();
        loop {
            let mut rows = log.beside(table, after, most).await?;
            if rows.is_empty() && after.is_nil() && table.name == TREE_STATE.name {
                // A log of before the tree.
                rows.push(no_tree());
            }
            let Some(Value::Id(last)) = rows.last().and_then(|row| row.first()) else { break };
            after = *last;
            revoke(table, &mut rows, now);
            places.map(table, &mut rows)?;
            hash.update(table.name);
            rows.iter().flatten().for_each(|value| absorb(&mut hash, value));
            take(table, rows).await?;
        }
    }
    Ok(hash.finalize().into())
}

/// Takes a value into a hash, so that no two rows of different values give the same.
fn absorb(hash: &mut Sha256, value: &Value) {
    let (kind, bytes): (u8, &[u8]) = match value {
        Value::Null => (0, &[]),
        Value::Id(id) => (1, id.as_bytes()),
        Value::Bytes(bytes) => (2, bytes),
        Value::Number(number) => (3, &number.to_be_bytes()),
        Value::Text(text) => (4, text.as_bytes()),
        Value::Unreadable => (5, &[]),
    };
    hash.update([kind]);
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}

/// Events as they are carried to places from `first` on, and their sum.
fn carry(page: Vec<Kept>, first: i64, marks: &HashMap<Uuid, Delivery>) -> Result<(Vec<Carried>, EventSum), Fault> {
    let mut sum = EventSum::default();
    let carry = |(kept, position): (Kept, Position)| {
        let Kept { case, stream_id, version, format, payload, disclosures, sealed, .. } = kept;
        let read = damage::event(format, payload.as_deref(), &disclosures);
        let event = damage::kept(&case, version, read)?;
        let payload = canonical(payload.as_deref().unwrap_or_default());
        sum.add(case.as_str(), version.into(), position, &[&payload, &event.disclosures()]);
        let (id, recorded_at, alert) = (event.id(&case), event.recorded_at.unix(), AlertRow::of(&event));
        let mark = alert.as_ref().and_then(|_| marks.get(&id));
        let delivery = mark.map(|mark| Delivery { position, ..*mark });
        Ok(Carried { position, case, stream_id, version, payload, sealed, id, recorded_at, alert, delivery })
    };
    let carried = page.into_iter().zip((first..).map(Position)).map(carry).collect::<Result<_, Fault>>()?;
    Ok((carried, sum))
}

/// The marks of all deliveries, by the alerts that they are of.
async fn marks(from: &dyn LogStore) -> Result<HashMap<Uuid, Delivery>, Fault> {
    let (mut marks, mut after) = (HashMap::new(), Position(0));
    loop {
        let page = from.deliveries(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(marks) };
        after = last.position;
        for mark in page {
            if marks.insert(mark.alert, mark).is_some() {
                return Err(differs("an alert is marked as delivered twice"));
            }
        }
    }
}

/// A digest of each view.
async fn views(log: &Arc<dyn LogStore>) -> Result<BTreeMap<CaseRef, [u8; 32]>, Fault> {
    let views = Arc::new(Mutex::new(BTreeMap::new()));
    let taken = Arc::clone(&views);
    let take = move |view: CaseView| {
        let digest = Sha256::digest(format!("{view:?}")).into();
        taken.lock().unwrap_or_else(PoisonError::into_inner).insert(view.case, digest);
    };
    log.views(Box::new(take)).await?;
    Ok(std::mem::take(&mut views.lock().unwrap_or_else(PoisonError::into_inner)))
}
