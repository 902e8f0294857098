//! What the sender remembers from one round to the next: up to where it read the log, who is being told, and when an address
//! in trouble is tried again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use engine::calendar::Instant;
use service::backoff::Backoff;
use store::people::mail::{Address, MailBacklog, Way};
use store::{Fault, Position};
use tokio::task::{JoinError, JoinSet};
use uuid::Uuid;

use super::delivery::Ended;

/// The pauses before an address in trouble is tried again.
const PAUSES: Backoff = Backoff::between(Duration::from_secs(10), LONGEST);
const LONGEST: Duration = Duration::from_mins(5);
/// How many addresses of a way are told at a time: those that hang hold up as many of their own way, and none of the other.
const AT_ONCE: usize = 8;

/// What a sender remembers.
pub(crate) struct Rounds {
    /// Up to where the log was read.
    pub read: Position,
    /// How many events were read behind the cursor of the log.
    pub unsaved: usize,
    /// The addresses that are being told, with their ways.
    busy: BTreeMap<Uuid, bool>,
    /// The addresses in trouble.
    again: BTreeMap<Uuid, Again>,
    telling: JoinSet<Told>,
}

/// An address that was told, and how that ended.
type Told = (Uuid, Result<Ended, Fault>);

/// When an address is tried again.
struct Again {
    at: Instant,
    backoff: Backoff,
}

impl Rounds {
    pub fn from(read: Position) -> Self {
        let (busy, again) = (BTreeMap::new(), BTreeMap::new());
        Self { read, unsaved: 0, busy, again, telling: JoinSet::new() }
    }

    pub fn is_busy(&self, address: Uuid) -> bool {
        self.busy.contains_key(&address)
    }

    /// Whether an address is to be told now: it is not in trouble, it is time to try again, or a test was asked for.
    pub fn is_due(&self, address: &Address, backlog: &MailBacklog, now: Instant) -> bool {
        let by_mail = matches!(address.way, Way::Mail(_));
        let of_its_way = self.busy.values().filter(|way| **way == by_mail).count();
        // A time that is farther away than any pause was set by a clock that has gone back since.
        let lasts = |again: &Again| (1..=LONGEST.as_secs().cast_signed()).contains(&again.at.since(now));
        let time = backlog.tests > 0 || !self.again.get(&address.id).is_some_and(lasts);
        !address.off && !self.is_busy(address.id) && of_its_way < AT_ONCE && time
    }

    /// Tells an address beside all others.
    pub fn tell(&mut self, address: &Address, telling: impl Future<Output = Result<Ended, Fault>> + Send + 'static) {
        let id = address.id;
        self.busy.insert(id, matches!(address.way, Way::Mail(_)));
        self.telling.spawn(async move { (id, telling.await) });
    }

    /// Waits for one of those that are told.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn one_ends(&mut self, now: impl Fn() -> Instant) -> Option<Result<(), Fault>> {
        let ended = self.telling.join_next().await?;
        Some(self.note(ended, now()))
    }

    /// As [`Rounds::one_ends`], without waiting.
    ///
    /// # Errors
    /// If the store failed.
    pub fn one_has_ended(&mut self, now: Instant) -> Option<Result<(), Fault>> {
        let ended = self.telling.try_join_next()?;
        Some(self.note(ended, now))
    }

    fn note(&mut self, ended: Result<Told, JoinError>, now: Instant) -> Result<(), Fault> {
        let (address, ended) = ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        self.busy.remove(&address);
        if matches!(ended, Ok(Ended::Emptied)) {
            self.again.remove(&address);
        } else {
            self.pause(address, now);
        }
        ended.map(|_| ())
    }

    /// Forgets the addresses that are no more.
    pub fn keep(&mut self, addresses: &[Address]) {
        let ids: BTreeSet<Uuid> = addresses.iter().map(|address| address.id).collect();
        self.again.retain(|address, _| ids.contains(address));
    }

    fn pause(&mut self, address: Uuid, now: Instant) {
        let again = self.again.entry(address).or_insert(Again { at: now, backoff: PAUSES });
        let seconds = again.backoff.pause().as_secs();
        again.at = now.plus(i64::try_from(seconds).unwrap_or(i64::MAX));
    }
}
