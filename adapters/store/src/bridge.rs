//! The case as an `esrs` aggregate: the rulebook travels in the command, since an aggregate has no state of its own.

use std::sync::Arc;

use engine::case::{Case, Event, evolve};
use engine::decide::{Command, Refused, decide};
use engine::rulebook::Rulebook;

/// The aggregate "case".
pub struct CaseAggregate;

impl esrs::Aggregate for CaseAggregate {
    const NAME: &'static str = "case";
    type State = Case;
    type Command = (Arc<Rulebook>, Command);
    type Event = Event;
    type Error = Refused;

    fn handle_command(case: &Case, (book, command): Self::Command) -> Result<Vec<Event>, Refused> {
        decide(case, &book, command)
    }

    fn apply_event(case: Case, event: Event) -> Case {
        evolve(case, &event)
    }
}
