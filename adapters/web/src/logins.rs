//! What this process remembers of logins: how often a name or an address failed lately, and how many requests were refused to
//! nobody.
//!
//! Invariant: nobody is locked out. A name is slowed down after five failures in a row, by at most a minute, and answered at
//! once; a browser from which that person logged in before is counted apart. An address is slowed down in its failures alone,
//! since a whole court sits behind one: whoever types the right password from there does not wait.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::calendar::Instant;
use sha2::{Digest as _, Sha256};
use store::people::{Look, Seen};
use uuid::Uuid;

use crate::credentials::passwords::Hashing;

/// How many failures in a row a name has before it is slowed down, and by how many seconds at most.
const NAME: (u32, i64) = (5, 60);
/// How many failures an address has before its failures are answered later, and how much later each: a step for every failure
/// more, up to the most.
const ADDRESS: (u32, Duration, Duration) = (20, Duration::from_millis(100), Duration::from_secs(3));
/// When a failure is forgotten, in seconds.
const FORGOTTEN: i64 = 15 * 60;
/// How many names and addresses are remembered; then the one whose last failure is oldest is forgotten.
const REMEMBERED: usize = 10_000;
/// How many failures may wait for their answer; one more is answered at once.
const HELD: usize = 1_000;
/// How many attempts of strangers are looked at or wait for it at a time, from one address and from all: few enough that those
/// from other addresses, and from browsers that are known, have their turn.
const STRANGERS: (usize, usize) = (8, 128);
/// How many addresses are told apart in a minute's count of refusals.
const TOLD_APART: usize = 1_000;

/// The name or browser for which somebody tries to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account([u8; 32]);

impl Account {
    /// A login name, whether anybody has it or not.
    pub fn of_name(login: &str) -> Self {
        Self(Sha256::digest(["name ", login].concat()).into())
    }

    /// A browser from which the person logged in before.
    pub fn of_device(mark: &str) -> Self {
        Self(Sha256::digest(["device ", mark].concat()).into())
    }

    /// A person who is logged in, and proves the password once more.
    pub fn of_person(id: Uuid) -> Self {
        Self(Sha256::digest([b"person ", &id.as_bytes()[..]].concat()).into())
    }
}

/// What this process remembers of logins.
#[derive(Default)]
pub struct Logins {
    /// Hashes passwords.
    pub hashing: Hashing,
    names: Mutex<BTreeMap<Account, Failures>>,
    addresses: Mutex<BTreeMap<IpAddr, Failures>>,
    strangers: Mutex<BTreeMap<IpAddr, usize>>,
    held: AtomicUsize,
    refusals: Mutex<Refusals>,
}

/// The failures of a name or an address.
#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

/// The requests that were refused in a minute to nobody's account, by address and route.
#[derive(Default)]
struct Refusals {
    minute: i64,
    counts: BTreeMap<(IpAddr, String), u32>,
}

impl Logins {
    /// With another way to hash.
    pub fn with(hashing: Hashing) -> Self {
        Self { hashing, ..Self::default() }
    }

    /// Begins an attempt, which counts as a failure until it succeeds, so that many at once are no way around.
    ///
    /// # Errors
    /// In how many seconds to try again.
    pub fn begin(&self, account: Account, now: Instant) -> Result<(), i64> {
        let mut names = locked(&self.names);
        let failures = remembered(&mut names, account, now);
        let doublings = failures.count.saturating_sub(NAME.0);
        let pause =
            if failures.count < NAME.0 { 0 } else { 1_i64.checked_shl(doublings).unwrap_or(NAME.1).min(NAME.1) };
        let wait = pause - now.since(failures.last);
        if wait > 0 {
            return Err(wait);
        }
        *failures = Failures { count: (failures.count + 1).min(NAME.0 + 10), last: now };
        Ok(())
    }

    /// Forgets the failures of an account, since the person has logged in.
    pub fn succeeded(&self, account: Account) {
        locked(&self.names).remove(&account);
    }

    /// A turn of a stranger, until it is dropped; `None` if too many of the address or of all have one.
    pub fn turn(&self, address: Option<IpAddr>) -> Option<Turn<'_>> {
        let of = address.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), network);
        let mut strangers = locked(&self.strangers);
        if strangers.values().sum::<usize>() >= STRANGERS.1 {
            return None;
        }
        let turns = strangers.entry(of).or_default();
        if *turns >= STRANGERS.0 {
            return None;
        }
        *turns += 1;
        Some(Turn { strangers: &self.strangers, of })
    }

    /// Counts a failure from an address, and waits before it is answered.
    pub async fn failed(&self, address: Option<IpAddr>, now: Instant) {
        let Some(address) = address else { return };
        let count = {
            let mut addresses = locked(&self.addresses);
            let failures = remembered(&mut addresses, network(address), now);
            *failures = Failures { count: failures.count.saturating_add(1), last: now };
            failures.count
        };
        let pause = pause_after(count);
        // Given back even if the connection is lost meanwhile.
        let held = Held::one_more(&self.held);
        if held.is_some() && !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }

    /// Counts a request that was refused to nobody's account; returns the entries of the minutes that are over.
    pub fn refused(&self, address: Option<IpAddr>, route: &str, now: Instant) -> Vec<Look> {
        let over = self.counted(now);
        let mut refusals = locked(&self.refusals);
        refusals.minute = minute(now);
        let unknown = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
        let full = refusals.counts.len() >= TOLD_APART;
        let of = address.filter(|_| !full).unwrap_or(unknown);
        *refusals.counts.entry((of, route.to_owned())).or_default() += 1;
        over
    }

    /// The entries of the minutes that are over.
    pub fn counted(&self, now: Instant) -> Vec<Look> {
        let mut refusals = locked(&self.refusals);
        if refusals.minute == minute(now) {
            return Vec::new();
        }
        let at = Instant::from_unix(refusals.minute * 60);
        let entry = |((address, route), count): ((IpAddr, String), u32)| {
            let from = if address.is_unspecified() { "elsewhere".to_owned() } else { address.to_string() };
            // The minute and the address stand in the entry, since one thing counts once in a quarter of an hour.
            let seen = Seen::Refused { route: format!("{route} from {from} at {}: {count}", at.time_of_day()) };
            Look { at, who: None, office: None, role: None, seen }
        };
        std::mem::take(&mut refusals.counts).into_iter().map(entry).collect()
    }
}

/// How much later an address is answered after so many failures.
fn pause_after(failures: u32) -> Duration {
    ADDRESS.1.saturating_mul(failures.saturating_sub(ADDRESS.0)).min(ADDRESS.2)
}

/// The minute of an instant, counted from 1970.
/// A failure that waits for its answer.
struct Held<'l>(&'l AtomicUsize);

impl<'l> Held<'l> {
    fn one_more(held: &'l AtomicUsize) -> Option<Self> {
        let one = Self(held);
        (held.fetch_add(1, Ordering::AcqRel) < HELD).then_some(one)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A turn of a stranger.
pub struct Turn<'l> {
    strangers: &'l Mutex<BTreeMap<IpAddr, usize>>,
    of: IpAddr,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut strangers = locked(self.strangers);
        let left = strangers.get(&self.of).map_or(0, |turns| turns - 1);
        if left == 0 {
            strangers.remove(&self.of)
        } else {
            strangers.insert(self.of, left)
        };
    }
}

const fn minute(at: Instant) -> i64 {
    at.unix().div_euclid(60)
}

/// The failures of a key, none if they are forgotten.
fn remembered<K: Ord + Copy>(all: &mut BTreeMap<K, Failures>, key: K, now: Instant) -> &mut Failures {
    if all.len() >= REMEMBERED && !all.contains_key(&key) {
        let oldest = all.iter().min_by_key(|(_, failures)| failures.last).map(|(key, _)| *key);
        oldest.map(|key| all.remove(&key));
    }
    let none = Failures { count: 0, last: now };
    let failures = all.entry(key).or_insert(none);
    // A clock that was set back forgets as well: nobody waits for it.
    if !(0..=FORGOTTEN).contains(&now.since(failures.last)) {
        *failures = none;
    }
    failures
}

/// The address, or of version 6 the network that one household or office has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX))),
        four @ IpAddr::V4(_) => four,
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Instant = Instant::from_unix(1_780_000_000);

    fn logins() -> Logins {
        Logins::with(Hashing::cheap())
    }

    #[test]
    fn a_name_is_slowed_down_by_a_growing_pause_and_never_locked_out() {
        let (logins, keo) = (logins(), Account::of_name("keo"));
        let mut now = NOON;
        let mut pauses = Vec::new();
        for _ in 0..40 {
            if let Err(wait) = logins.begin(keo, now) {
                pauses.push(wait);
                now = now.plus(wait);
                assert_eq!(logins.begin(keo, now), Ok(()));
            }
        }
        assert_eq!(pauses[..8], [1, 2, 4, 8, 16, 32, 60, 60]);
        assert!(pauses.iter().all(|pause| *pause <= 60));
        assert_eq!(logins.begin(Account::of_name("noy"), now), Ok(()));
        assert_eq!(logins.begin(Account::of_device("keo's"), now), Ok(()));
        logins.succeeded(keo);
        assert_eq!(logins.begin(keo, now), Ok(()));
    }

    #[test]
    fn many_at_once_are_no_way_around_the_pause() {
        let (logins, keo) = (logins(), Account::of_name("keo"));
        assert_eq!((0..1000).filter(|_| logins.begin(keo, NOON).is_ok()).count(), 5);
        // A clock that is set back makes nobody wait.
        assert_eq!(logins.begin(keo, NOON.plus(-10)), Ok(()));
    }

    #[test]
    fn strangers_of_one_address_leave_room_for_others_and_all_of_them_for_known_browsers() {
        let logins = logins();
        let address = |last| Some(IpAddr::from([203, 0, 113, last]));
        let mut turns: Vec<_> = (0..STRANGERS.0).map(|_| logins.turn(address(0)).expect("a turn")).collect();
        assert!(logins.turn(address(0)).is_none());
        turns.extend((1..=255).filter_map(|last| logins.turn(address(last))));
        assert_eq!(turns.len(), STRANGERS.1);
        assert!(logins.turn(address(255)).is_none());
        drop(turns);
        assert!(logins.turn(address(0)).is_some() && locked(&logins.strangers).is_empty());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let logins = logins();
        for nth in 0..REMEMBERED + 50 {
            assert_eq!(logins.begin(Account::of_name(&nth.to_string()), NOON), Ok(()));
        }
        assert_eq!(locked(&logins.names).len(), REMEMBERED);
    }

    #[tokio::test]
    async fn the_failures_of_an_address_are_answered_later_and_later() {
        let pauses: Vec<u128> = (1..=60).map(|failures| pause_after(failures).as_millis()).collect();
        assert!(pauses[..20].iter().all(|pause| *pause == 0) && pauses.is_sorted(), "{pauses:?}");
        assert_eq!((pauses[20], pauses[59]), (100, 3000));
        let logins = logins();
        let (court, other) = (Some(IpAddr::from([203, 0, 113, 7])), Some(IpAddr::from([203, 0, 113, 8])));
        let failures = async {
            for _ in 0..22 {
                logins.failed(court, NOON).await;
            }
        };
        let soon = tokio::time::timeout(Duration::from_millis(290), failures).await;
        assert!(soon.is_err(), "the last two are answered 100 and 200 ms later");
        assert_eq!(logins.held.load(Ordering::Acquire), 0, "whoever goes away waits no more");
        assert_eq!(locked(&logins.addresses).len(), 1);
        logins.failed(other, NOON).await;
        assert_eq!(locked(&logins.addresses).len(), 2);
    }

    #[test]
    fn refusals_to_nobody_are_one_entry_an_address_and_minute() {
        let logins = logins();
        let address = |last| Some(IpAddr::from([203, 0, 113, last]));
        for _ in 0..3 {
            assert_eq!(logins.refused(address(7), "POST /login", NOON), []);
        }
        assert_eq!(logins.refused(address(8), "POST /login", NOON), []);
        let over = logins.refused(address(7), "POST /login", NOON.plus(60));
        let routes: Vec<String> = over
            .into_iter()
            .map(|look| if let Seen::Refused { route } = look.seen { route } else { String::new() })
            .collect();
        let at = NOON.time_of_day();
        assert_eq!(routes.len(), 2);
        assert!(
            routes[0].starts_with("POST /login from 203.0.113.7 at ") && routes[0].ends_with(": 3"),
            "{routes:?} {at}"
        );
        assert_eq!(logins.counted(NOON.plus(120)).len(), 1);
        assert_eq!(logins.counted(NOON.plus(180)), []);
    }
}
