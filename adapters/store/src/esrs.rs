//! The log as `esrs` knows it: the case is its aggregate, and [`Esrs`] makes an event store of any of ours.
//!
//! Invariant: what `esrs` persists goes the same way as every append, view and outbox included; all events of a command
//! are appended or none. `esrs` knows one stream at a time and no clock: the rulebook and the clock travel in the command,
//! who recorded what and when in the event.

use std::sync::Arc;

use ::esrs::store::{EventStore, EventStoreLockGuard, StoreEvent, UnlockOnDrop};
use ::esrs::{Aggregate, AggregateState};
use async_trait::async_trait;
use chrono::DateTime;
use engine::action::CaseRef;
use engine::case::{Case, Event, Fact, evolve};
use engine::decide::{Command, Refused, decide};
use engine::rulebook::Rulebook;
use uuid::Uuid;

use crate::{Append, CaseStore, Fault};

/// The aggregate "case". It has no state of its own, so the rulebook travels in the command.
pub struct CaseAggregate;

impl Aggregate for CaseAggregate {
    const NAME: &'static str = "case";
    type State = Case;
    type Command = (Arc<Rulebook>, Command);
    type Event = Event;
    type Error = Refused;

    fn handle_command(case: &Case, (book, command): Self::Command) -> Result<Vec<Event>, Refused> {
        decide(case, &book, command).all_or_none()
    }

    fn apply_event(case: Case, event: Event) -> Case {
        evolve(case, &event)
    }
}

/// A store of ours as an event store of `esrs`: `AggregateManager::new(Esrs(store))`. `examples/one_case.rs` shows it whole.
///
/// After a failed command the loaded state's version may have advanced: discard the state and load it again.
pub struct Esrs<S: ?Sized>(pub Arc<S>);

/// No lock: appends are checked by version alone.
struct NoLock;

impl UnlockOnDrop for NoLock {}

#[async_trait]
impl<S: CaseStore + ?Sized> EventStore for Esrs<S> {
    type Aggregate = CaseAggregate;
    type Error = Fault;

    async fn lock(&self, _: Uuid) -> Result<EventStoreLockGuard, Fault> {
        Ok(EventStoreLockGuard::new(NoLock))
    }

    async fn by_aggregate_id(&self, aggregate_id: Uuid) -> Result<Vec<StoreEvent<Event>>, Fault> {
        let stream = self.0.stream_of(aggregate_id).await?;
        stream.into_iter().map(|stored| store_event(&stored.case, stored.version, stored.event)).collect()
    }

    /// Without events this succeeds and writes nothing. The state's version advances after the commit.
    async fn persist(
        &self,
        state: &mut AggregateState<Case>,
        events: Vec<Event>,
    ) -> Result<Vec<StoreEvent<Event>>, Fault> {
        let Some(append) = append(state, &events)? else { return Ok(Vec::new()) };
        let case = append.case.clone();
        self.0.append(append).await?;
        let numbered = events.into_iter().map(|event| (state.next_sequence_number(), event));
        numbered.map(|(number, event)| store_event(&case, number.cast_unsigned(), event)).collect()
    }

    /// Does nothing: the relay publishes, from the outbox.
    async fn publish(&self, _: &[StoreEvent<Event>]) {}

    /// Always fails: the log is append-only.
    async fn delete(&self, _: Uuid) -> Result<(), Fault> {
        Err(Fault::unavailable("events are never deleted; withdraw an action by recording that it is withdrawn"))
    }
}

/// The append that persisting `events` on `state` means; none without events.
fn append(state: &AggregateState<Case>, events: &[Event]) -> Result<Option<Append>, Fault> {
    let Some(first) = events.first() else { return Ok(None) };
    let before = state.inner();
    let case = match &first.fact {
        Fact::ActionRecorded(action) => action.case.clone(),
        Fact::AlertRaised(_)
        | Fact::AlertSettled(_)
        | Fact::AlertWithdrawn(_)
        | Fact::AlertHandled(_)
        | Fact::ActionConfirmed(_)
        | Fact::CaseSealed(_) => before.reference().clone(),
    };
    if case.stream_id() != *state.id() || i64::from(before.version()) != i64::from(*state.sequence_number()) {
        return Err(Fault::Conflict(case));
    }
    Ok(Some(Append::of(case, before, events.to_vec())))
}

/// An event as `esrs` knows it; it occurred when our clock recorded it.
fn store_event(case: &CaseRef, version: u32, event: Event) -> Result<StoreEvent<Event>, Fault> {
    let out_of_range = || Fault::corrupt(format!("case {case}: version {version} or its instant is out of range"));
    Ok(StoreEvent {
        id: event.id(case),
        aggregate_id: case.stream_id(),
        occurred_on: DateTime::from_timestamp(event.recorded_at.unix(), 0).ok_or_else(out_of_range)?,
        sequence_number: i32::try_from(version).map_err(|_| out_of_range())?,
        version: Some(Event::VERSION),
        payload: event,
    })
}
