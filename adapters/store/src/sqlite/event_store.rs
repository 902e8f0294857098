//! The store as esrs knows it: one stream at a time, no clock.
//!
//! Invariant: what esrs persists goes the same way as every append, views and outbox included.

use async_trait::async_trait;
use engine::case::{Case, Event};
use esrs::AggregateState;
use esrs::store::{EventStore, EventStoreLockGuard, StoreEvent};
use uuid::Uuid;

use super::{SqliteStore, reads};
use crate::bridge::CaseAggregate;
use crate::{CaseStore, Fault, NoLock, persistable, refuse_deletion, store_event};

#[async_trait]
impl EventStore for SqliteStore {
    type Aggregate = CaseAggregate;
    type Error = Fault;

    async fn lock(&self, _: Uuid) -> Result<EventStoreLockGuard, Fault> {
        Ok(EventStoreLockGuard::new(NoLock))
    }

    async fn by_aggregate_id(&self, aggregate_id: Uuid) -> Result<Vec<StoreEvent<Event>>, Fault> {
        let stored = self.read(move |connection| reads::stream(connection, aggregate_id)).await?;
        stored.into_iter().map(|stored| store_event(&stored.case, stored.version, stored.event)).collect()
    }

    async fn persist(
        &self,
        state: &mut AggregateState<Case>,
        events: Vec<Event>,
    ) -> Result<Vec<StoreEvent<Event>>, Fault> {
        let Some(append) = persistable(state, &events)? else { return Ok(Vec::new()) };
        let case = append.case.clone();
        self.append(append).await?;
        let numbered = events.into_iter().map(|event| (state.next_sequence_number(), event));
        numbered.map(|(number, event)| store_event(&case, number.cast_unsigned(), event)).collect()
    }

    async fn publish(&self, _: &[StoreEvent<Event>]) {
        // The relay publishes, from the outbox.
    }

    async fn delete(&self, _: Uuid) -> Result<(), Fault> {
        refuse_deletion()
    }
}
