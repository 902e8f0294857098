//! What is appended to a case's stream.
//!
//! Invariant: the case after the events is what they fold into.

use std::sync::Arc;

use engine::action::CaseRef;
use engine::case::{Case, Event, evolve};

use crate::heavy::HEAVY_CASE;

/// Events to append to one case's stream.
#[derive(Clone, Debug)]
pub struct Append {
    /// The case.
    pub case: CaseRef,
    /// The stream's version that the events were decided on.
    pub expected: u32,
    /// The events, at least one.
    pub events: Vec<Event>,
    /// The case after them.
    pub after: Arc<Case>,
}

impl Append {
    /// What was decided on a case as it is known.
    pub fn of(case: CaseRef, known: &Case, events: Vec<Event>) -> Self {
        let after = Arc::new(events.iter().fold(known.clone(), evolve));
        Self { case, expected: known.version(), events, after }
    }

    /// Whether to make rows of it takes long.
    pub fn is_heavy(&self) -> bool {
        self.after.size() + self.events.len() >= HEAVY_CASE
    }
}
