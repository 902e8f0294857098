//! The log of all cases: what every store can do, and what goes wrong.
//!
//! Invariant: nothing is acknowledged before it is durable; the events, the case's view and the outbox of an
//! append stand in one transaction; a conflict refuses that append alone.

pub mod alerts;
mod append;
mod aside;
mod audit;
mod cache;
mod canonical;
pub mod cell;
mod changes;
pub mod copying;
mod damage;
mod disclosed;
mod due;
pub mod esrs;
pub mod examined;
mod fault;
pub mod heavy;
mod jobs;
mod passed_over;
pub mod people;
pub mod place;
pub mod postgres;
pub mod private_file;
mod rebuilt;
mod recent;
mod rows;
pub mod secret;
mod share;
pub mod sqlite;
pub mod standing;
mod statements;
mod sum;
pub mod transfer;
pub mod tree;

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::case::{Case, Event};
use engine::rulebook::Rulebook;
use projections::CaseView;
use projections::view::Seat;
use uuid::Uuid;

use alerts::AlertsTo;
pub use append::Append;
use copying::{Filling, Held, Kept};
pub use due::DueCase;
use examined::{Cursor, Examined, Whole};
pub use fault::{Fault, Said};
use people::PeopleStore;
use people::mail::MailStore;
use people::rows::{Row, Table};
pub use rebuilt::Rebuilt;
use secret::{CaseKeys, Rewrapped};
pub use share::{SAY_EVERY, WorkShare};
pub use sum::EventSum;
use tree::TreeStore;

/// The place of an event in the log, counted from 1 over all cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub i64);

/// How a store is opened.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a permission of its own, named where it is given")]
pub struct Options {
    /// How long to wait for another program that holds the log locked, and for a server that is away.
    pub busy_timeout: Duration,
    /// How many actions the states of cases kept in memory may hold together.
    pub cache_actions: usize,
    /// Whether an absent or empty database becomes a new log.
    pub create: bool,
    /// Whether a log that can't be written will do; then every write is refused.
    pub read_only_will_do: bool,
    /// Whether a log with another rulebook in force will do, to read it; then every write is refused.
    pub another_rulebook_will_do: bool,
    /// The file of the master keys of what is personal in the log; none: beside a file, for a database in the state folder.
    pub master_key: Option<PathBuf>,
    /// Whether very much is to be recorded: the embedded store then waits a moment for more to put into a transaction.
    pub in_bulk: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            busy_timeout: Duration::from_secs(10),
            cache_actions: 1_000_000,
            create: false,
            read_only_will_do: false,
            another_rulebook_will_do: false,
            master_key: None,
            in_bulk: false,
        }
    }
}

/// An event in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its place in the log.
    pub position: Position,
    /// The case.
    pub case: CaseRef,
    /// Its version in the stream, from 1.
    pub version: u32,
    /// The event.
    pub event: Event,
}

/// The alerts that may be published and have no delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many, counted to [`Backlog::MOST`] and no further.
    pub waiting: u64,
    /// When the first of them was recorded.
    pub oldest: Option<Instant>,
    /// How many of them this process could not read; they are not published.
    pub unreadable: u64,
}

impl Backlog {
    /// How far a backlog is counted.
    pub const MOST: u32 = 1_000_000;
}

/// The proof that an alert was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The alert event's place in the log.
    pub position: Position,
    /// The alert's id.
    pub alert: Uuid,
    /// Its sequence in the `JetStream` stream.
    pub stream_sequence: u64,
    /// When the server acknowledged it.
    pub at: Instant,
}

/// The most appends, and the most events in them, that stand in the log in the order in which they were handed in together.
pub(crate) const IN_ORDER: (usize, usize) = (512, 10_000);

/// What the program needs of a store beyond one stream: batches, due cases, views and the outbox.
#[async_trait]
pub trait CaseStore: Send + Sync + 'static {
    /// The case as the log holds it (version 0 and empty if it has no events). May come from a cache; an append
    /// on a stale one is a conflict, after which the cache is fresh.
    async fn load(&self, case: &CaseRef) -> Result<Arc<Case>, Fault>;
    /// Appends to one stream and answers after the commit.
    async fn append(&self, append: Append) -> Result<(), Fault>;
    /// Appends to several streams, each one a stream of its own, and answers after the commit, or commits: what became of
    /// each append.
    async fn append_all(&self, appends: Vec<Append>) -> Vec<Result<(), Fault>> {
        futures::future::join_all(appends.into_iter().map(|append| self.append(append))).await
    }
    /// The earliest instant at which any case has something to tell.
    async fn next_due(&self) -> Result<Option<Instant>, Fault>;
    /// Cases of a share whose next due instant is not later than `until`, earliest first, at most `most`. One whose row was
    /// altered is named in the diagnostic log and passed over.
    async fn due(&self, until: Instant, most: usize, share: WorkShare) -> Result<Vec<DueCase>, Fault>;
    /// Says that `process` watches too, to be said again every [`SAY_EVERY`]; which share of the cases is its own.
    async fn take_part(&self, process: Uuid) -> Result<WorkShare, Fault>;
    /// Says that `process` no longer watches: the others take over its share at once.
    async fn leave(&self, process: Uuid) -> Result<(), Fault>;
    /// Alert events that may be published and have no delivery, in the order of the log, at most `most`, behind `after`. One
    /// that can't be read is named in the diagnostic log, counted in the backlog, and passed over.
    async fn outbox(&self, after: Position, most: usize) -> Result<Vec<Stored>, Fault>;
    /// How many alerts the outbox holds, and since when. Cheap enough to be asked every second.
    async fn backlog(&self) -> Result<Backlog, Fault>;
    /// How many cases there are in which something is still to come. Looks at each of them: to be asked seldom.
    async fn watched(&self) -> Result<u64, Fault>;
    /// Records deliveries; those already recorded add nothing.
    async fn delivered(&self, deliveries: Vec<Delivery>) -> Result<(), Fault>;
    /// The highest stream sequence of any delivery; 0 before the first.
    async fn last_stream_sequence(&self) -> Result<u64, Fault>;
    /// The views of an office's cases, by reference: those that it has in this seat, or without one in any.
    /// [`Fault::Corrupt`] where one was altered since it was written.
    async fn docket(&self, office: &OfficeCode, seat: Option<Seat>) -> Result<Vec<CaseView>, Fault>;
    /// The views of the cases that an office has handed on ([`CaseView::was_of`]), by reference. As [`CaseStore::docket`],
    /// without looking at the log.
    async fn handed_on(&self, office: &OfficeCode) -> Result<Vec<CaseView>, Fault>;
    /// The cases that are not open, such as those that were voided, by reference: few.
    async fn not_open(&self) -> Result<Vec<CaseRef>, Fault>;
    /// The views of the cases in which something was escalated and is still owed ([`CaseView::escalated`]), by reference. As
    /// [`CaseStore::handed_on`].
    async fn escalated(&self) -> Result<Vec<CaseView>, Fault>;
    /// The places of the alert events to an office, in the order of a list (see `alerts::ByClass`): so many
    /// that the events themselves are asked for some at a time.
    async fn alerts(&self, to: &AlertsTo) -> Result<Vec<Position>, Fault>;
    /// The events at these places, in the order of the places.
    async fn at(&self, positions: &[Position]) -> Result<Vec<Stored>, Fault>;
    /// The events of a case in order, with their positions.
    async fn stream(&self, case: &CaseRef) -> Result<Vec<Stored>, Fault> {
        self.stream_of(case.stream_id()).await
    }
    /// As [`CaseStore::stream`], of the case with this stream id.
    async fn stream_of(&self, stream_id: Uuid) -> Result<Vec<Stored>, Fault>;
    /// The texts of all rulebooks that the log was ever decided under.
    async fn rulebooks(&self) -> Result<Vec<String>, Fault>;
    /// The stretches of stream sequences from one to another, both included, that no delivery has; in order. Of very many
    /// the last goes on to the end. A log that was restored from a backup doesn't know what was published since.
    async fn unmarked(&self, from: u64, to: u64) -> Result<Vec<RangeInclusive<u64>>, Fault>;
    /// Takes back the deliveries behind a stream sequence, which the stream has lost; how many. Their alerts wait again.
    async fn undo_deliveries(&self, behind: u64) -> Result<usize, Fault>;
    /// Counts up when the log changes, also by another process; for the watch and the relay to notice. A fault when
    /// nothing can be written any more until a restart.
    async fn change_counter(&self) -> Result<i64, Fault>;
    /// Waits until the change counter is another one than `counter`: no longer than a moment after this process has
    /// changed the log.
    async fn changed(&self, counter: i64) -> Result<(), Fault> {
        // A store that can't tell is asked again and again.
        const ASK_EVERY: Duration = Duration::from_millis(50);
        while self.change_counter().await? == counter {
            tokio::time::sleep(ASK_EVERY).await;
        }
        Ok(())
    }
    /// Whether another program has kept every writer out since this was last asked, some time ago: then nothing can be
    /// recorded until it lets go.
    async fn is_held(&self) -> Result<bool, Fault> {
        Ok(false)
    }
}

/// How many stretches without a delivery are told apart.
const MOST_STRETCHES: usize = 64;

/// What lies from one number to another, both included, between the stretches given in order.
fn between(from: u64, to: u64, taken: impl IntoIterator<Item = RangeInclusive<u64>>) -> Vec<RangeInclusive<u64>> {
    let mut found = Vec::new();
    let mut next = from;
    for taken in taken {
        if *taken.start() > next {
            if found.len() + 1 == MOST_STRETCHES {
                break;
            }
            found.push(next..=*taken.start() - 1);
        }
        next = next.max(*taken.end() + 1);
    }
    if next <= to {
        found.push(next..=to);
    }
    found
}

/// Told how much is done, and of how much.
pub type Progress = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// What the command line asks of a store beyond what the watch and the relay need: the log as a whole.
#[async_trait]
pub trait LogStore: CaseStore + PeopleStore + MailStore + TreeStore {
    /// Where the log lies, as a person may read it: without a password.
    fn place(&self) -> String;
    /// The rulebook in force, with the earlier ones of the log behind it.
    fn book(&self) -> Arc<Rulebook>;
    /// The random id that this log was given when it was laid out.
    fn installation(&self) -> Uuid;
    /// What keeps the log, with its version: `SQLite 3.51.3`, `PostgreSQL 15.18`.
    async fn kept_by(&self) -> Result<String, Fault>;
    /// Every case of the log, by reference.
    async fn cases(&self) -> Result<Vec<CaseRef>, Fault>;
    /// Hands the views of all cases to `take`, in no particular order.
    async fn views(&self, take: Box<dyn FnMut(CaseView) + Send>) -> Result<(), Fault>;
    /// How many events there are.
    async fn events(&self) -> Result<u64, Fault>;
    /// The position of the last event that [`LogStore::log`] gives; 0 in an empty log.
    async fn head(&self) -> Result<Position, Fault>;
    /// The events behind a position, in the order of the log, at most `most`.
    async fn log(&self, after: Position, most: usize) -> Result<Vec<Stored>, Fault>;
    /// As [`LogStore::log`], each event as it is kept, unread.
    async fn kept(&self, after: Position, most: usize) -> Result<Vec<Kept>, Fault>;
    /// The deliveries behind a position, in the order of the log, at most `most`.
    async fn deliveries(&self, after: Position, most: usize) -> Result<Vec<Delivery>, Fault>;
    /// A small text kept under `key`.
    async fn meta(&self, key: &str) -> Result<Option<String>, Fault>;
    /// Keeps a small text under `key`, in place of what was there.
    async fn set_meta(&self, key: &str, value: &str) -> Result<(), Fault>;
    /// The rows behind a key of a table that is kept beside the log, in the order of the keys, at most `most`.
    async fn beside(&self, table: &'static Table, after: Uuid, most: usize) -> Result<Vec<Row>, Fault>;
    /// The keys of what is personal in the log, as far as they can be read.
    async fn keys(&self) -> Result<CaseKeys, Fault>;
    /// Takes over such keys of another log.
    async fn take_keys(&self, keys: CaseKeys) -> Result<(), Fault>;
    /// Whether [`LogStore::seal_keys`] would do, so that nothing is recorded where it would not.
    async fn may_seal(&self) -> Result<(), Fault>;
    /// Destroys the key of a case whose stream says that it is sealed, and what it encrypted: all other keys are wrapped by a new
    /// master key, and the old one is destroyed. Done again, it does the same.
    async fn seal_keys(&self, case: &CaseRef) -> Result<Rewrapped, Fault>;
    /// Keeps every writer out, of every process, until what is given here is dropped. Everyone can read.
    async fn hold(&self) -> Result<Box<dyn Held>, Fault>;
    /// Fills this log, which is empty or an unfinished copy of the same log, which then gives way. The views follow from a
    /// rebuild, and until [`standing::UNFINISHED`] is taken back nobody can work on it.
    async fn fill(&self, filling: Filling) -> Result<(), Fault>;
    /// Rebuilds views and alerts from the log alone; deliveries stay, and so does the view of a case whose events are damaged.
    /// `progress` is told events.
    async fn rebuild(&self, progress: Progress) -> Result<Rebuilt, Fault>;
    /// As [`LogStore::rebuild`], and sums the events, so that a copy can be compared with what it is a copy of.
    async fn prove(&self, progress: Progress) -> Result<Rebuilt, Fault>;
    /// Everything that is not as it should be: the log's own damage, what contradicts its tree, and views and alerts that are
    /// not what the log gives. Others may go on writing. `progress` is told events.
    async fn check(&self, progress: Progress) -> Result<Vec<String>, Fault>;
    /// Of what [`LogStore::check`] finds, what is no single case's.
    async fn check_whole(&self) -> Result<Whole, Fault>;
    /// The cases that come next behind `after`, some at a time, as their events alone give them, with what is not as it
    /// should be about them; all from one state of the store.
    async fn examine(&self, after: Cursor) -> Result<Examined, Fault>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_between_is_what_is_not_taken() {
        assert_eq!(between(1, 9, [1..=2, 5..=6]), [3..=4, 7..=9]);
        assert_eq!(between(1, 0, []), []);
        assert_eq!(between(4, 6, [4..=4, 5..=5, 6..=6]), []);
        assert_eq!(between(4, 6, []), [4..=6]);
        let many = between(1, 1000, (1..=500).map(|n| 2 * n..=2 * n));
        assert_eq!((many.len(), many.first(), many.last()), (MOST_STRETCHES, Some(&(1..=1)), Some(&(127..=1000))));
    }
}
