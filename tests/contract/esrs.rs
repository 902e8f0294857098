//! The contract of every store: what `esrs` asks of it.

use std::sync::Arc;

use engine::action::Action;
use engine::calendar::Instant;
use engine::case::{Case, Event};
use engine::decide::{Alerts, Command};
use engine::randomness::Seed;
use esrs::AggregateState;
use esrs::manager::AggregateManager;
use esrs::store::EventStore;
use store::esrs::Esrs;
use store::{CaseStore, Fault};
use tests::made::{self, after_all, opening};

on_each_store!(
    a_manager_records_a_case_as_the_recorder_does,
    what_a_manager_loads_occurred_when_our_clock_says,
    a_stale_state_is_a_conflict,
    an_id_of_another_case_is_no_state_of_this_one,
    persisting_nothing_is_a_success,
    nothing_is_ever_deleted,
);

fn record(actions: Vec<Action>, clock: Instant) -> Command {
    Command::Record { actions, by: None, clock, alerts: Alerts::Raised, seed: Seed([7; 32]) }
}

async fn a_manager_records_a_case_as_the_recorder_does<S: CaseStore>(store: Arc<S>) {
    let manager = AggregateManager::new(Esrs(Arc::clone(&store)));
    let (case, ..) = opening(0);
    for action in made::actions(0) {
        let state = manager.load(case.stream_id()).await.unwrap();
        let state = state.unwrap_or_else(|| AggregateState::with_id(case.stream_id()));
        let clock = action.at.last();
        let after = manager.handle_command(state, (made::book(), record(vec![action], clock))).await.unwrap().unwrap();
        assert_eq!(*store.load(&case).await.unwrap(), after);
    }
    let stream = store.stream(&case).await.unwrap();
    assert_eq!(stream.len(), usize::try_from(store.load(&case).await.unwrap().version()).unwrap());
    assert_eq!(store.docket(&made::office("no-such-court"), None).await.unwrap(), []);
}

async fn what_a_manager_loads_occurred_when_our_clock_says<S: CaseStore>(store: Arc<S>) {
    let (case, _) = made::record_case(&store, 0).await;
    let stream = store.stream(&case).await.unwrap();
    let loaded = Esrs(store).by_aggregate_id(case.stream_id()).await.unwrap();
    assert_eq!(loaded.len(), stream.len());
    for (loaded, stored) in loaded.iter().zip(&stream) {
        assert_eq!(loaded.occurred_on.timestamp(), after_all().unix());
        assert_eq!(loaded.sequence_number, i32::try_from(stored.version).unwrap());
        assert_eq!(loaded.version, Some(Event::VERSION));
        assert_eq!(loaded.id, stored.event.id(&case));
        assert_eq!((loaded.aggregate_id, &loaded.payload), (case.stream_id(), &stored.event));
    }
}

async fn a_stale_state_is_a_conflict<S: CaseStore>(store: Arc<S>) {
    let manager = AggregateManager::new(Esrs(Arc::clone(&store)));
    let (case, first, clock) = opening(0);
    let second = made::actions(0).remove(1);
    let fresh = || AggregateState::with_id(case.stream_id());
    manager.handle_command(fresh(), (made::book(), record(vec![first.clone()], clock))).await.unwrap().unwrap();
    let stale = manager.handle_command(fresh(), (made::book(), record(vec![first, second], after_all()))).await;
    assert_eq!(stale.unwrap_err(), Fault::Conflict(case));
}

async fn an_id_of_another_case_is_no_state_of_this_one<S: CaseStore>(store: Arc<S>) {
    let manager = AggregateManager::new(Esrs(Arc::clone(&store)));
    let (case, first, clock) = opening(0);
    let elsewhere = AggregateState::with_id(opening(1).0.stream_id());
    let outcome = manager.handle_command(elsewhere, (made::book(), record(vec![first], clock))).await;
    assert_eq!(outcome.unwrap_err(), Fault::Conflict(case));
}

async fn persisting_nothing_is_a_success<S: CaseStore>(store: Arc<S>) {
    let mut state: AggregateState<Case> = AggregateState::with_id(opening(0).0.stream_id());
    assert!(Esrs(store).persist(&mut state, Vec::new()).await.unwrap().is_empty());
    assert_eq!(*state.sequence_number(), 0);
}

async fn nothing_is_ever_deleted<S: CaseStore>(store: Arc<S>) {
    let (case, recorded) = made::record_case(&store, 0).await;
    assert!(Esrs(Arc::clone(&store)).delete(case.stream_id()).await.is_err());
    assert_eq!(store.stream(&case).await.unwrap().len(), recorded.events.len());
}
