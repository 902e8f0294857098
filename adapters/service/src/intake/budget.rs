//! The budget of each office or token for a minute, so that one that is busy does not delay the others.
//!
//! Invariant: a budget refills evenly; one that has used nothing is never refused.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use engine::action::OfficeCode;

/// The units of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Requests.
    Requests,
    /// Their bytes.
    Bytes,
    /// Events appended to the log: actions, alerts, settlements and withdrawals.
    Events,
}

impl Unit {
    const ALL: [Self; 3] = [Self::Requests, Self::Bytes, Self::Events];

    /// The burst: the budget of so long a time may be used at once. Events are published one by one, so their burst is
    /// small.
    const fn at_once(self) -> Duration {
        match self {
            Self::Requests | Self::Bytes => Duration::from_secs(10),
            Self::Events => Duration::from_secs(2),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requests => "requests a minute",
            Self::Bytes => "bytes a minute",
            Self::Events => "events a minute",
        })
    }
}

/// The budget of each office for a minute; 0 means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the units")]
pub struct Budget {
    pub requests: u32,
    pub bytes: u32,
    pub events: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { requests: 6_000, bytes: 64 << 20, events: 60_000 }
    }
}

impl Budget {
    fn of(self, unit: Unit) -> i64 {
        i64::from(match unit {
            Unit::Requests => self.requests,
            Unit::Bytes => self.bytes,
            Unit::Events => self.events,
        })
    }
}

/// How many are remembered before those with a full budget are forgotten.
const MOST_KNOWN: usize = 1_024;

/// The usage of all offices, or of all that `K` names.
pub struct Budgets<K = OfficeCode> {
    each: Budget,
    used: BTreeMap<K, Used>,
}

/// The usage of one at a time, by unit, in units times the milliseconds of a minute.
#[derive(Clone, Copy, Default)]
struct Used {
    used: [i64; 3],
    at: Duration,
}

/// Milliseconds.
const MINUTE: i64 = 60_000;

impl<K: Ord + Clone> Budgets<K> {
    /// Nothing is used yet.
    pub const fn of(each: Budget) -> Self {
        Self { each, used: BTreeMap::new() }
    }

    /// Charges an office for a request of so many bytes at `now`, by a steady clock.
    ///
    /// # Errors
    /// The unit that is used up, and in how many seconds the office may send again; then nothing is charged.
    pub fn take(&mut self, office: &K, bytes: usize, now: Duration) -> Result<(), (Unit, u64)> {
        let each = self.each;
        if self.used.len() >= MOST_KNOWN {
            self.used.retain(|_, used| {
                used.come_to(now, each);
                used.used != [0; 3]
            });
        }
        let used = self.used.entry(office.clone()).or_insert(Used { used: [0; 3], at: now });
        used.come_to(now, each);
        for unit in Unit::ALL {
            let a_minute = each.of(unit);
            let most = a_minute * i64::try_from(unit.at_once().as_millis()).unwrap_or(i64::MAX);
            let over = used.used[unit as usize] - most;
            if a_minute > 0 && over >= 0 {
                let seconds = over / (a_minute * 1_000) + 1;
                return Err((unit, seconds.unsigned_abs()));
            }
        }
        used.add(Unit::Requests, 1);
        used.add(Unit::Bytes, bytes);
        Ok(())
    }

    /// Charges an office for so many events in the log.
    pub fn add_events(&mut self, office: &K, events: usize) {
        if let Some(used) = self.used.get_mut(office) {
            used.add(Unit::Events, events);
        }
    }
}

impl Used {
    fn add(&mut self, unit: Unit, more: usize) {
        let more = i64::try_from(more).unwrap_or(i64::MAX).saturating_mul(MINUTE);
        self.used[unit as usize] = self.used[unit as usize].saturating_add(more);
    }

    /// Refills up to `now`.
    fn come_to(&mut self, now: Duration, each: Budget) {
        let passed = i64::try_from(now.saturating_sub(self.at).as_millis()).unwrap_or(i64::MAX);
        for unit in Unit::ALL {
            let back = each.of(unit).saturating_mul(passed);
            self.used[unit as usize] = (self.used[unit as usize] - back).max(0);
        }
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office(code: &str) -> OfficeCode {
        OfficeCode::new(code).expect("a code")
    }

    #[test]
    fn an_office_that_has_used_up_its_requests_waits_and_no_other_does() {
        let mut budgets = Budgets::of(Budget { requests: 60, bytes: 0, events: 0 });
        let (one, other) = (office("one"), office("other"));
        let now = Duration::from_secs(100);
        for _ in 0..10 {
            assert_eq!(budgets.take(&one, 1, now), Ok(()));
        }
        assert_eq!(budgets.take(&one, 1, now), Err((Unit::Requests, 1)));
        assert_eq!(budgets.take(&other, 1, now), Ok(()));
        let later = now + Duration::from_secs(1);
        assert_eq!(budgets.take(&one, 1, later), Ok(()));
        assert_eq!(budgets.take(&one, 1, later), Err((Unit::Requests, 1)));
    }

    #[test]
    fn what_one_request_brings_about_is_made_up_for_before_the_next() {
        let mut budgets = Budgets::of(Budget { requests: 0, bytes: 0, events: 60_000 });
        let (one, now) = (office("one"), Duration::from_secs(100));
        assert_eq!(budgets.take(&one, 1, now), Ok(()));
        budgets.add_events(&one, 12_000);
        assert_eq!(budgets.take(&one, 1, now), Err((Unit::Events, 11)), "a thousand a second come back");
        assert_eq!(budgets.take(&one, 1, now + Duration::from_secs(11)), Ok(()));
    }

    #[test]
    fn offices_that_have_used_up_nothing_are_forgotten() {
        let mut budgets = Budgets::of(Budget::default());
        for n in 0..10_000 {
            let now = Duration::from_secs(n);
            assert_eq!(budgets.take(&office(&format!("office-{n}")), 100, now), Ok(()));
            assert!(budgets.used.len() <= MOST_KNOWN);
        }
    }
}
