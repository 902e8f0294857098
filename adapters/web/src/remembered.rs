//! What this process remembers of requests, so that each costs little: tokens, looks, and what each token has used up.
//!
//! Invariant: a revoked token counts for a second at most. A look is remembered only once it is durable.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use service::clock::{SteadyClock as _, SystemSteadyClock};
use service::intake::budget::{Budget, Budgets, Unit};
use store::people::{Look, Seen, Token};
use uuid::Uuid;

/// How long a token counts before the store is asked again.
const TOKEN_COUNTS: Duration = Duration::from_secs(1);
/// How many tokens and how many looks are remembered.
const MOST_TOKENS: usize = 1_024;
const MOST_LOOKS: usize = 65_536;

/// What this process remembers.
pub struct Remembered {
    clock: SystemSteadyClock,
    tokens: Mutex<HashMap<[u8; 32], (Duration, Token)>>,
    looks: Mutex<Looks>,
    budgets: Mutex<Budgets<Uuid>>,
}

/// The looks of one quarter of an hour that are durable.
#[derive(Default)]
struct Looks {
    quarter: i64,
    seen: BTreeSet<(Uuid, Seen)>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self::with(Budget::default())
    }
}

impl Remembered {
    /// Nothing yet; `budget`: what each person or token may use of the API in a minute.
    pub fn with(budget: Budget) -> Self {
        Self {
            clock: SystemSteadyClock::start(),
            tokens: Mutex::default(),
            looks: Mutex::default(),
            budgets: Mutex::new(Budgets::of(budget)),
        }
    }

    /// The token with this key, if the store gave it a moment ago.
    pub fn token(&self, key: [u8; 32]) -> Option<Token> {
        let now = self.clock.running();
        let tokens = locked(&self.tokens);
        tokens.get(&key).filter(|(at, _)| now.saturating_sub(*at) < TOKEN_COUNTS).map(|(_, token)| token.clone())
    }

    /// Keeps a token as the store gave it now.
    pub fn keep_token(&self, token: &Token) {
        let mut tokens = locked(&self.tokens);
        if tokens.len() >= MOST_TOKENS {
            tokens.clear();
        }
        tokens.insert(token.key, (self.clock.running(), token.clone()));
    }

    /// Whether the same look was noted in the same quarter of an hour.
    pub fn has_noted(&self, look: &Look) -> bool {
        let looks = locked(&self.looks);
        looks.quarter == look.quarter() && look.who.is_some_and(|who| looks.seen.contains(&(who, look.seen.clone())))
    }

    /// Remembers a look that is durable.
    pub fn noted(&self, look: Look) {
        let mut looks = locked(&self.looks);
        if looks.quarter != look.quarter() || looks.seen.len() >= MOST_LOOKS {
            *looks = Looks { quarter: look.quarter(), seen: BTreeSet::new() };
        }
        looks.seen.extend(look.who.map(|who| (who, look.seen)));
    }

    /// Charges a person or token for a request of so many bytes.
    ///
    /// # Errors
    /// What is used up, and in how many seconds more may be asked.
    pub fn charge(&self, who: Uuid, bytes: usize) -> Result<(), (Unit, u64)> {
        locked(&self.budgets).take(&who, bytes, self.clock.running())
    }

    /// Charges a person or token for so many events in the log.
    pub fn charge_events(&self, who: Uuid, events: usize) {
        locked(&self.budgets).add_events(&who, events);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
