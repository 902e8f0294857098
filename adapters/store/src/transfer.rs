//! Moves a log from one store to another, proves that nothing changed, and seals the one that it came from.
//!
//! Invariant: from before the first event is read until the log is sealed, nobody writes to it. So whatever was
//! acknowledged there is in the copy, and nothing is acknowledged there afterwards. Until everything is compared, the
//! copy says that it is unfinished, and nobody works on it.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use engine::action::CaseRef;
use engine::calendar::Instant;
use projections::CaseView;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc::{self, Sender};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::copying::{Filling, Part, cut_short, holds_a_log};
use crate::standing::{LAST_RECONCILIATION, MOVED_TO, UNFINISHED, moved, unfinished};
use crate::{Delivery, Fault, LogStore, Position, Progress, Stored};

/// The key under which a log keeps when it was moved and opened again: a line each, the oldest first.
pub const MOVES: &str = "moves";

/// How many events are read at a time.
const PAGE: usize = 8192;
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
/// at `now`. `progress` is told events, each of which is read, rebuilt upon and compared.
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
    if !begun && !to.log(Position(0), 1).await?.is_empty() {
        return Err(holds_a_log(&to.place()));
    }
    let progress = Steps::of(3 * from.events().await?, progress);
    let copied = copy(from, to, &progress).await?;
    let (arrived, rebuilt) = tokio::join!(reading(to, &progress), to.rebuild(progress.of_one()));
    let arrived = arrived?;
    rebuilt?;
    if (arrived.events, &arrived.digest) != (copied.events, &copied.digest) {
        return Err(differs("the events are not the same"));
    }
    let waiting = from.backlog().await?.waiting;
    if waiting != to.backlog().await?.waiting {
        return Err(differs("the alerts that wait to be published are not the same"));
    }
    let cases = views(from).await?;
    if cases != views(to).await? {
        return Err(differs("the views are not the same"));
    }
    let history = text(from.as_ref(), MOVES).await? + &format!("{now} moved to {}\n", to.place());
    held.note(vec![(MOVED_TO, to.place()), (MOVES, history)]).await?;
    to.hold().await?.note(vec![(UNFINISHED, String::new())]).await?;
    let Read { events, digest, .. } = copied;
    Ok(Moved { events, cases: cases.len(), delivered: copied.delivered, waiting, digest })
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

/// How much is done of several things that are done at the same time.
#[derive(Clone)]
struct Steps {
    all: u64,
    done: Arc<AtomicU64>,
    told: Progress,
}

impl Steps {
    fn of(all: u64, told: &Progress) -> Self {
        Self { all, done: Arc::default(), told: Arc::clone(told) }
    }

    fn add(&self, more: u64) {
        (self.told)(self.done.fetch_add(more, Ordering::Relaxed) + more, self.all);
    }

    /// For one of the things, which says how much of it is done.
    fn of_one(&self) -> Progress {
        let (steps, last) = (self.clone(), AtomicU64::new(0));
        Arc::new(move |done, _| steps.add(done.saturating_sub(last.swap(done, Ordering::Relaxed))))
    }
}

/// What was read of a log.
#[derive(Default)]
struct Read {
    events: u64,
    delivered: usize,
    digest: String,
}

/// What is being read of a log.
#[derive(Default)]
struct Reading {
    events: u64,
    last: Option<Position>,
    hash: Sha256,
}

impl Reading {
    /// The next events; none at the end.
    async fn next(&mut self, log: &dyn LogStore) -> Result<Vec<(Stored, String)>, Fault> {
        let page = log.log(self.last.unwrap_or(Position(0)), PAGE).await?;
        self.last = page.last().map(|stored| stored.position).or(self.last);
        self.events += page.len() as u64;
        let with_json = page.into_iter().map(|stored| {
            let json = stored.event.to_json();
            self.hash.update(format!("{}\t{}\t{json}\n", stored.case, stored.version));
            (stored, json)
        });
        Ok(with_json.collect())
    }

    fn end(self, delivered: usize) -> Read {
        Read { events: self.events, delivered, digest: format!("{:x}", self.hash.finalize()) }
    }
}

/// Reads a whole log, on a task of its own.
async fn reading(log: &Arc<dyn LogStore>, steps: &Steps) -> Result<Read, Fault> {
    let (log, steps) = (Arc::clone(log), steps.clone());
    joined(tokio::spawn(async move {
        let mut reading = Reading::default();
        loop {
            let page = reading.next(log.as_ref()).await?;
            if page.is_empty() {
                return Ok(reading.end(0));
            }
            steps.add(page.len() as u64);
        }
    }))
    .await
}

async fn joined<T>(task: JoinHandle<Result<T, Fault>>) -> Result<T, Fault> {
    task.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

/// Fills the copy.
async fn copy(from: &Arc<dyn LogStore>, to: &Arc<dyn LogStore>, steps: &Steps) -> Result<Read, Fault> {
    let (sender, parts) = mpsc::channel(WAITING);
    let mut texts = Vec::new();
    for key in [LAST_RECONCILIATION, MOVES] {
        texts.extend(from.meta(key).await?.map(|text| (key, text)));
    }
    let (copy_of, installation, rulebooks) = (from.place(), from.installation(), from.rulebooks().await?);
    let (source, steps) = (Arc::clone(from), steps.clone());
    let feeding = tokio::spawn(async move { feed(source.as_ref(), &sender, &steps).await });
    let filled = to.fill(Filling { copy_of, installation, rulebooks, texts, parts }).await;
    match (filled, joined(feeding).await) {
        (Ok(()), fed) => fed,
        // Each of the two ends when the other does; what counts is why the first did.
        (Err(fault), Err(why)) if fault == cut_short() => Err(why),
        (Err(fault), _) => Err(fault),
    }
}

/// Gives every part of a log, the events at positions from 1 on.
async fn feed(from: &dyn LogStore, parts: &Sender<Part>, steps: &Steps) -> Result<Read, Fault> {
    let gone = |_| Fault::unavailable("the copy is not written any more");
    let (mut reading, mut alerts, mut position) = (Reading::default(), HashMap::<Uuid, Position>::new(), 0);
    loop {
        let mut page = reading.next(from).await?;
        if page.is_empty() {
            break;
        }
        for (stored, _) in &mut page {
            position += 1;
            stored.position = Position(position);
            if stored.event.fact.alert().is_some() {
                alerts.insert(stored.event.id(&stored.case), stored.position);
            }
        }
        steps.add(page.len() as u64);
        parts.send(Part::Events(page)).await.map_err(gone)?;
    }
    let (mut after, mut delivered) = (Position(0), 0);
    loop {
        let page = from.deliveries(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        delivered += page.len();
        let there = page.into_iter().map(|delivery| {
            let position = alerts.get(&delivery.alert).copied();
            let position = position.ok_or_else(|| differs("a delivery is of no alert of the log"))?;
            Ok(Delivery { position, ..delivery })
        });
        let there = there.collect::<Result<Vec<_>, Fault>>()?;
        parts.send(Part::Deliveries(there)).await.map_err(gone)?;
    }
    parts.send(Part::End).await.map_err(gone)?;
    Ok(reading.end(delivered))
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
