//! Puts what a command adds into the envelopes of events.

use uuid::Uuid;

use crate::action::OfficeCode;
use crate::ages::Derived;
use crate::calendar::Instant;
use crate::case::{Case, Commitment, ENGINE, Event, Fact};
use crate::randomness::{Randomness, Seed};
use crate::rulebook::{Digest, Rulebook};

/// What the events of one command have in common.
pub(super) struct Envelopes {
    /// When they are recorded: record times never go backwards in a stream.
    pub(super) at: Instant,
    rulebook: Digest,
    randomness: Randomness,
    /// Whether the case is sealed, so that nothing personal is disclosed.
    sealed: bool,
}

impl Envelopes {
    pub(super) fn of(case: &Case, book: &Rulebook, clock: Instant, seed: Seed) -> Self {
        let at = case.last_recorded_at().map_or(clock, |last| last.max(clock));
        let sealed = case.sealed().is_some();
        Self { at, rulebook: book.digest(), randomness: Randomness::of(seed), sealed }
    }

    /// The event of what an office, and a person of it, did.
    pub(super) fn event(
        &mut self,
        (office, person): (OfficeCode, Option<Uuid>),
        fact: Fact,
        derived: Derived,
    ) -> Event {
        let event = Event {
            nonce: self.randomness.draw(),
            engine: ENGINE,
            recorded_at: self.at,
            recorded_by: office,
            person,
            rulebook: self.rulebook,
            commitments: Commitment::all_of(&fact, &mut self.randomness),
            fact,
            derived,
        };
        if self.sealed { event.undisclosed() } else { event }
    }
}
