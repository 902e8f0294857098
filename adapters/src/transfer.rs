//! Moves a log from one store to another, and proves that nothing changed.
//!
//! Invariant: the events arrive as they are, in the order of the log; until everything is compared, the copy says
//! that it is unfinished, and nobody works on it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use engine::action::CaseRef;
use futures::future::try_join_all;
use projections::CaseView;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::store::{Append, Delivery, Fault, IN_ORDER, LogStore, Position, Progress, Stored};

/// The key under which a log says that it is the unfinished copy of another, and of which; empty once it is finished.
pub const UNFINISHED: &str = "unfinished_copy_of";

/// How many events are read at a time.
const PAGE: usize = 8192;
/// How many appends are under way at the same time: they have to stand in the copy in the order of the log.
const AT_ONCE: usize = IN_ORDER.0;
const _: () = assert!(PAGE <= IN_ORDER.1, "a page's appends are put into the copy in their order");

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
    pub waiting: usize,
    /// The SHA-256 of all events in the order of the log, the same on both sides. In hexadecimal digits.
    pub digest: String,
}

/// Copies everything from one log to another that is empty, and compares both. `progress` is told events, those of
/// the comparison too.
///
/// # Errors
/// [`Fault::Corrupt`] if `to` is not empty or the two differ; [`Fault::Unavailable`] if `from` was written meanwhile.
/// The copy is then not to be used, and no command does.
pub async fn transfer(from: &dyn LogStore, to: &dyn LogStore, progress: &Progress) -> Result<Moved, Fault> {
    if !to.log(Position(0), 1).await?.is_empty() {
        let what = format!("{} holds a log already; a log is moved to an empty one", to.place());
        return Err(Fault::Corrupt(what));
    }
    to.set_meta(UNFINISHED, &from.place()).await?;
    to.set_meta("installation", &from.installation().to_string()).await?;
    for source in from.rulebooks().await? {
        to.keep_rulebook(&source).await?;
    }
    let copied = copy(from, to, progress).await?;
    let events = copied.events;
    let arrived = read(to, &|done| progress(events + done, 2 * events)).await?;
    if (arrived.events, &arrived.digest) != (copied.events, &copied.digest) {
        return Err(differs("the events are not the same"));
    }
    let delivered = mark(from, to, &arrived.alerts).await?;
    let waiting = waiting(from).await?;
    if waiting != self::waiting(to).await? {
        return Err(differs("the alerts that wait to be published are not the same"));
    }
    let cases = views(from).await?;
    if cases != views(to).await? {
        return Err(differs("the views are not the same"));
    }
    if let Some(found) = to.check(Arc::new(|_, _| ())).await?.first() {
        return Err(differs(found));
    }
    if !from.log(copied.last, 1).await?.is_empty() {
        return Err(Fault::Unavailable(format!(
            "{} was written to meanwhile; stop everything that works on it, then move it to an empty log again",
            from.place()
        )));
    }
    to.set_meta(UNFINISHED, "").await?;
    Ok(Moved { events, cases: cases.len(), delivered, waiting: waiting.len(), digest: copied.digest })
}

/// Refuses a log that is an unfinished copy.
///
/// # Errors
/// [`Fault::Corrupt`] if it is one.
pub async fn refuse_unfinished(log: &dyn LogStore) -> Result<(), Fault> {
    match log.meta(UNFINISHED).await?.filter(|of| !of.is_empty()) {
        None => Ok(()),
        Some(of) => Err(Fault::Corrupt(format!(
            "{} is the unfinished copy of {of}; remove it and move that one again to an empty log",
            log.place()
        ))),
    }
}

fn differs(what: &str) -> Fault {
    Fault::Corrupt(format!("the copy is not what the log is: {what}; the log itself is as it was"))
}

/// What was read of a log.
struct Read {
    events: u64,
    last: Position,
    digest: String,
    /// The alerts with their positions.
    alerts: HashMap<Uuid, Position>,
}

/// What is being read of a log.
#[derive(Default)]
struct Reading {
    events: u64,
    last: Option<Position>,
    hash: Sha256,
    alerts: HashMap<Uuid, Position>,
}

impl Reading {
    fn take(&mut self, page: &[Stored]) {
        for stored in page {
            self.events += 1;
            self.last = Some(stored.position);
            self.hash.update(format!("{}\t{}\t{}\n", stored.case, stored.version, stored.event.to_json()));
            if stored.event.fact.alert().is_some() {
                self.alerts.insert(stored.event.id(&stored.case), stored.position);
            }
        }
    }

    fn end(self) -> Read {
        let digest = format!("{:x}", self.hash.finalize());
        Read { events: self.events, last: self.last.unwrap_or(Position(0)), digest, alerts: self.alerts }
    }
}

/// Reads a whole log; `done` is told events.
async fn read(log: &dyn LogStore, done: &(dyn Fn(u64) + Sync)) -> Result<Read, Fault> {
    let mut reading = Reading::default();
    loop {
        let page = log.log(reading.last.unwrap_or(Position(0)), PAGE).await?;
        if page.is_empty() {
            return Ok(reading.end());
        }
        reading.take(&page);
        done(reading.events);
    }
}

/// Appends every event to the copy.
async fn copy(from: &dyn LogStore, to: &dyn LogStore, progress: &Progress) -> Result<Read, Fault> {
    let total = read(from, &|_| ()).await?.events;
    let mut reading = Reading::default();
    loop {
        let page = from.log(reading.last.unwrap_or(Position(0)), PAGE).await?;
        if page.is_empty() {
            return Ok(reading.end());
        }
        reading.take(&page);
        let (mut batch, mut busy) = (Vec::new(), HashSet::new());
        for run in page.chunk_by(|one, next| one.case == next.case) {
            // An append is decided on the one before: that has to be there first.
            if batch.len() == AT_ONCE || !busy.insert(run[0].case.clone()) {
                send(to, std::mem::take(&mut batch)).await?;
                busy = HashSet::from([run[0].case.clone()]);
            }
            batch.push(run);
        }
        send(to, batch).await?;
        progress(reading.events, 2 * total);
    }
}

/// Appends runs of events, each of another case, in their order.
async fn send(to: &dyn LogStore, runs: Vec<&[Stored]>) -> Result<(), Fault> {
    let cases = try_join_all(runs.iter().map(|run| to.load(&run[0].case))).await?;
    let appends = runs.iter().zip(cases).map(|(run, before)| {
        let events = run.iter().map(|stored| stored.event.clone()).collect();
        Append::of(run[0].case.clone(), &before, events)
    });
    to.append_all(appends.collect()).await.into_iter().collect()
}

/// Marks in the copy what the log has marked as delivered; how many alerts.
async fn mark(from: &dyn LogStore, to: &dyn LogStore, alerts: &HashMap<Uuid, Position>) -> Result<usize, Fault> {
    let (mut after, mut marked) = (Position(0), 0);
    loop {
        let page = from.deliveries(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(marked) };
        after = last.position;
        let there = page.into_iter().map(|delivery| {
            let position = alerts.get(&delivery.alert).copied();
            let position = position.ok_or_else(|| differs("a delivery is of no alert of the log"))?;
            Ok(Delivery { position, ..delivery })
        });
        let there = there.collect::<Result<Vec<_>, Fault>>()?;
        marked += there.len();
        to.delivered(there).await?;
    }
}

/// The ids of the alerts that wait to be published, in their order.
async fn waiting(log: &dyn LogStore) -> Result<Vec<Uuid>, Fault> {
    let (mut after, mut ids) = (Position(0), Vec::new());
    loop {
        let page = log.outbox(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(ids) };
        after = last.position;
        ids.extend(page.iter().map(|stored| stored.event.id(&stored.case)));
    }
}

/// A digest of each view.
async fn views(log: &dyn LogStore) -> Result<BTreeMap<CaseRef, [u8; 32]>, Fault> {
    let views = Arc::new(Mutex::new(BTreeMap::new()));
    let taken = Arc::clone(&views);
    let take = move |view: CaseView| {
        let digest = Sha256::digest(format!("{view:?}")).into();
        taken.lock().unwrap_or_else(PoisonError::into_inner).insert(view.case, digest);
    };
    log.views(Box::new(take)).await?;
    Ok(std::mem::take(&mut views.lock().unwrap_or_else(PoisonError::into_inner)))
}
