//! The contract of every store: streams, versions, ids.

use std::sync::Arc;

use engine::action::{Action, ActionId, CaseRef};
use engine::case::{Case, Event, Fact};
use engine::decide::{Alerts, Command, Verdict, decide};
use engine::randomness::Seed;
use store::{CaseStore, Fault, Position};
use tests::clock::SetClock;
use tests::lines;
use tests::made::{self, after_all, append, opening, recorder};
use uuid::Uuid;

use crate::Contracted;

on_each_store!(
    what_was_appended_is_loaded,
    a_case_without_events_is_empty,
    a_conflict_refuses_that_append_alone,
    of_several_appends_each_has_its_own_outcome,
    a_version_ahead_of_the_stream_is_a_conflict,
    an_action_id_of_another_case_is_another_action,
    a_refused_append_leaves_no_trace,
    the_recorder_refuses_an_id_used_in_the_case_alone,
    the_same_actions_twice_add_nothing,
    a_file_of_hundreds_of_actions_of_one_case_is_one_append,
    many_writers_on_few_cases_lose_nothing,
    time_passes_once,
    cases_that_are_told_the_time_together_are_told_once,
    a_case_is_listed_for_the_offices_that_handed_it_on,
    cases_that_are_not_open_are_listed,
    a_case_is_found_for_as_long_as_something_escalated_is_owed,
    the_counter_counts_up_with_the_log,
);

/// Every event of the log that these cases hold, by position.
async fn log<S: CaseStore>(store: &S, cases: &[CaseRef]) -> Vec<(Position, CaseRef, u32, Event)> {
    let mut log = Vec::new();
    for case in cases {
        for stored in store.stream(case).await.unwrap() {
            log.push((stored.position, stored.case, stored.version, stored.event));
        }
    }
    log.sort_by_key(|(position, ..)| *position);
    log
}

/// Asserts that positions ascend without a gap, where the store may have none, and each stream's versions everywhere.
#[track_caller]
fn assert_contiguous<S: Contracted>(_: &S, log: &[(Position, CaseRef, u32, Event)]) {
    let mut versions = std::collections::BTreeMap::new();
    let mut before = Position(0);
    for (position, case, version, _) in log {
        assert!(before < *position, "{before:?} before {position:?}");
        assert!(S::POSITIONS_MAY_HAVE_GAPS || position.0 == before.0 + 1, "{position:?} behind {before:?}");
        before = *position;
        let last = versions.entry(case.clone()).or_insert(0);
        *last += 1;
        assert_eq!(version, last, "case {case}");
    }
}

async fn what_was_appended_is_loaded<S: Contracted>(store: Arc<S>) {
    let mut known = Arc::new(Case::default());
    let mut events = Vec::new();
    for action in made::actions(0) {
        let append = append(&known, vec![action.clone()], action.at.last());
        known = Arc::clone(&append.after);
        events.extend(append.events.clone());
        store.append(append).await.unwrap();
    }
    let case = known.reference().clone();
    assert_eq!(store.load(&case).await.unwrap(), known);
    let stored = log(&*store, std::slice::from_ref(&case)).await;
    assert_contiguous(&*store, &stored);
    assert_eq!(stored.into_iter().map(|(.., event)| event).collect::<Vec<_>>(), events);
}

async fn a_case_without_events_is_empty<S: Contracted>(store: Arc<S>) {
    let nobody = CaseRef::new("NOBODY").unwrap();
    assert_eq!(*store.load(&nobody).await.unwrap(), Case::default());
    assert_eq!(store.stream(&nobody).await.unwrap(), []);
    assert_eq!(store.next_due().await.unwrap(), None);
}

async fn a_conflict_refuses_that_append_alone<S: Contracted>(store: Arc<S>) {
    let (case, first, clock) = opening(0);
    let (other_case, other, _) = opening(1);
    let twin = Action { id: ActionId(Uuid::from_u128(7)), ..first.clone() };
    let (a, b, c) = futures::join!(
        store.append(append(&Case::default(), vec![first], clock)),
        store.append(append(&Case::default(), vec![twin], clock)),
        store.append(append(&Case::default(), vec![other], after_all())),
    );
    c.unwrap();
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    assert_eq!(a.and(b), Err(Fault::Conflict(case.clone())));
    assert_contiguous(&*store, &log(&*store, &[case, other_case]).await);
}

async fn of_several_appends_each_has_its_own_outcome<S: Contracted>(store: Arc<S>) {
    let (taken, first, clock) = opening(0);
    store.append(append(&Case::default(), vec![first.clone()], clock)).await.unwrap();
    let late = append(&Case::default(), vec![Action { id: ActionId(Uuid::from_u128(7)), ..first.clone() }], clock);
    let (fine, other, _) = opening(1);
    let good = append(&Case::default(), vec![other], after_all());
    // Its opening was never appended.
    let (unknown, third, _) = opening(2);
    let opened = append(&Case::default(), vec![third], after_all());
    let ahead = append(&opened.after, vec![made::actions(2)[1].clone()], after_all());
    let outcomes = store.append_all(vec![late, good.clone(), ahead]).await;
    assert_eq!(outcomes, [Err(Fault::Conflict(taken.clone())), Ok(()), Err(Fault::Conflict(unknown.clone()))]);
    assert_eq!(store.load(&fine).await.unwrap(), good.after);
    assert_contiguous(&*store, &log(&*store, &[taken, fine, unknown]).await);
}

async fn a_version_ahead_of_the_stream_is_a_conflict<S: Contracted>(store: Arc<S>) {
    let actions = made::actions(0);
    let (case, first, clock) = opening(0);
    let known = append(&Case::default(), vec![first], clock);
    let ahead = append(&known.after, vec![actions[1].clone()], after_all());
    assert_eq!(store.append(ahead.clone()).await, Err(Fault::Conflict(case.clone())));
    store.append(known).await.unwrap();
    let further = append(&ahead.after, vec![actions[2].clone()], after_all());
    assert_eq!(store.append(further).await, Err(Fault::Conflict(case.clone())));
    store.append(ahead).await.unwrap();
    assert_contiguous(&*store, &log(&*store, &[case]).await);
}

async fn an_action_id_of_another_case_is_another_action<S: Contracted>(store: Arc<S>) {
    let (one, first, clock) = opening(0);
    let id = first.id;
    store.append(append(&Case::default(), vec![first], clock)).await.unwrap();
    let (case, other, clock) = opening(1);
    let same = append(&Case::default(), vec![Action { id, ..other }], clock);
    store.append(same.clone()).await.unwrap();
    assert_eq!(*store.load(&case).await.unwrap(), *same.after);
    assert_contiguous(&*store, &log(&*store, &[one, case]).await);
}

async fn a_refused_append_leaves_no_trace<S: Contracted>(store: Arc<S>) {
    let mut actions = made::actions(1);
    let rest = actions.split_off(2);
    let known = append(&Case::default(), vec![actions.remove(0)], after_all());
    store.append(known.clone()).await.unwrap();
    // All of its events are written before it is found that the one in front of them is missing.
    let missing = append(&known.after, actions, after_all());
    let refused = append(&missing.after, rest, after_all());
    let good = |n| append(&Case::default(), made::actions(n), after_all());
    let (before, after) = (good(2), good(3));
    let case = refused.case.clone();
    let cases = [case.clone(), before.case.clone(), after.case.clone()];
    let (before, refused, after) = futures::join!(store.append(before), store.append(refused), store.append(after));
    assert_eq!((before, after, refused), (Ok(()), Ok(()), Err(Fault::Conflict(case.clone()))));
    assert_eq!(store.stream(&case).await.unwrap().len(), known.events.len());
    assert_eq!(*store.load(&case).await.unwrap(), *known.after);
    assert_contiguous(&*store, &log(&*store, &cases).await);
}

async fn the_recorder_refuses_an_id_used_in_the_case_alone<S: Contracted>(store: Arc<S>) {
    let mut many = made::actions(1);
    many[3].id = many[1].id;
    let recorder = recorder(&store, &SetClock::at(after_all()));
    let case = many[0].case.clone();
    let outcome = recorder.record(&case, many.clone(), None, Alerts::Raised).await.unwrap();
    let refused: Vec<usize> = (0..many.len()).filter(|&n| matches!(outcome.verdicts[n], Verdict::Refused(_))).collect();
    // What withdraws the refused one, if anything, is refused with it.
    assert!(refused.contains(&3), "{:?}", outcome.verdicts);
    assert!(!refused.contains(&0) && !refused.contains(&1) && !refused.contains(&2), "{:?}", outcome.verdicts);
    let case = store.load(&case).await.unwrap();
    assert_eq!(case.recorded().len(), many.len() - refused.len());
}

async fn the_same_actions_twice_add_nothing<S: Contracted>(store: Arc<S>) {
    let (case, first) = made::record_case(&store, 0).await;
    assert!(first.verdicts.iter().all(|verdict| *verdict == Verdict::Accepted), "{:?}", first.verdicts);
    let (_, second) = made::record_case(&store, 0).await;
    assert!(second.verdicts.iter().all(|verdict| *verdict == Verdict::Known));
    assert_eq!(second.events, []);
    assert_eq!(store.stream(&case).await.unwrap().len(), first.events.len());
}

async fn a_file_of_hundreds_of_actions_of_one_case_is_one_append<S: Contracted>(store: Arc<S>) {
    let (case, opening, _) = opening(0);
    let interview = made::actions(0).remove(1);
    let mut many = vec![opening];
    many.extend((0..700).map(|n| Action { id: ActionId(Uuid::from_u128(n)), ..interview.clone() }));
    let recorder = recorder(&store, &SetClock::at(after_all()));
    let outcome = recorder.record(&case, many, None, Alerts::RaisedAsHistory).await.unwrap();
    assert!(outcome.verdicts.iter().all(|verdict| *verdict == Verdict::Accepted));
    let stored = log(&*store, std::slice::from_ref(&case)).await;
    assert!(stored.len() > 700);
    assert_contiguous(&*store, &stored);
    assert_eq!(store.load(&case).await.unwrap().recorded().len(), 701);
}

async fn many_writers_on_few_cases_lose_nothing<S: Contracted + 'static>(store: Arc<S>) {
    let openings: Vec<(CaseRef, Action)> = (0..8).map(opening).map(|(case, action, _)| (case, action)).collect();
    for (_, opening) in &openings {
        store.append(append(&Case::default(), vec![opening.clone()], after_all())).await.unwrap();
    }
    // Several recorders, as several processes would have: their turns don't know of each other.
    let recorders: Vec<_> = (0..4).map(|_| Arc::new(recorder(&store, &SetClock::at(after_all())))).collect();
    let writers = (0..64_usize).map(|writer| {
        let (recorder, case) = (Arc::clone(&recorders[writer % 4]), openings[writer % 8].0.clone());
        let template = made::actions(writer % 8).remove(1);
        tokio::spawn(async move {
            for n in 0..5_u128 {
                let id = ActionId(Uuid::from_u128(u128::try_from(writer).unwrap() * 100 + n));
                let action = Action { id, ..template.clone() };
                let outcome = recorder.record(&case, vec![action], None, Alerts::Raised).await.unwrap();
                assert_eq!(outcome.verdicts, [Verdict::Accepted]);
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let cases: Vec<CaseRef> = openings.iter().map(|(case, _)| case.clone()).collect();
    let log = log(&*store, &cases).await;
    assert_contiguous(&*store, &log);
    let actions = log.iter().filter(|(.., event)| matches!(event.fact, Fact::ActionRecorded(_))).count();
    assert_eq!(actions, 8 + 64 * 5);
    for case in &cases {
        let stream: Vec<Event> = log.iter().filter(|(_, of, ..)| of == case).map(|(.., event)| event.clone()).collect();
        assert_eq!(*store.load(case).await.unwrap(), Case::fold(&stream));
    }
}

async fn time_passes_once<S: Contracted>(store: Arc<S>) {
    let mut told = 0;
    for n in 0..10 {
        let begun: Vec<Action> = made::actions(n).into_iter().take(6).collect();
        let (case, last) = (begun[0].case.clone(), begun.iter().map(|action| action.at.last()).max().unwrap());
        let clock = SetClock::at(last);
        let recorder = recorder(&store, &clock);
        recorder.record(&case, begun, None, Alerts::Raised).await.unwrap();
        while let Some(due) = store.load(&case).await.unwrap().next_due(&made::book()) {
            clock.set(due);
            let first = recorder.tick(&case).await.unwrap();
            assert!(!first.is_empty(), "case {case} is due at {due} and has nothing to tell");
            assert_eq!(recorder.tick(&case).await.unwrap(), []);
            told += first.len();
        }
    }
    assert!(told > 0, "no case had anything to tell");
}

async fn cases_that_are_told_the_time_together_are_told_once<S: Contracted>(store: Arc<S>) {
    let mut cases = Vec::new();
    let mut dues = Vec::new();
    for n in 0..40 {
        let begun: Vec<Action> = made::actions(n).into_iter().take(4).collect();
        let (case, last) = (begun[0].case.clone(), begun.iter().map(|action| action.at.last()).max().unwrap());
        recorder(&store, &SetClock::at(last)).record(&case, begun, None, Alerts::Raised).await.unwrap();
        dues.extend(store.load(&case).await.unwrap().next_due(&made::book()));
        cases.push(case);
    }
    let due = *dues.iter().max().unwrap();
    let mut expected = Vec::new();
    for case in &cases {
        let command = Command::Now { clock: due, alerts: Alerts::Raised, seed: Seed([7; 32]) };
        let events = decide(&store.load(case).await.unwrap(), &made::book(), command).all_or_none().unwrap();
        expected.push((case.clone(), Ok(events)));
    }
    // Two at the same time with the same cases, one of them twice; and a case that nobody knows.
    let recorder = recorder(&store, &SetClock::at(due)).seeded(Arc::new(|| Seed([7; 32])));
    let nobody = CaseRef::new("NOBODY").unwrap();
    let twice = || cases.iter().chain([&cases[0], &nobody]).cloned().collect();
    let (one, other) = futures::join!(recorder.tick_all(twice()), recorder.tick_all(twice()));
    assert_eq!((one.len(), other.len()), (42, 42));
    let mut told: Vec<_> = one.into_iter().chain(other).filter(|(_, told)| *told != Ok(Vec::new())).collect();
    told.sort_by(|(a, _), (b, _)| a.cmp(b));
    expected.retain(|(_, events)| *events != Ok(Vec::new()));
    expected.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert!(expected.len() > 20, "{} cases had something to tell", expected.len());
    assert_eq!(told, expected);
    assert_contiguous(&*store, &log(&*store, &cases).await);
}

async fn a_case_is_listed_for_the_offices_that_handed_it_on<S: Contracted>(store: Arc<S>) {
    let recorder = recorder(&store, &SetClock::at(after_all()));
    let all = r#","court":"lnt-juvenile-court","prosecutor":"lnt-prosecutor","investigator":"vte-investigation""#;
    let transfer = |case: &str| lines::action(case, "case_transferred", "2026-03-02T08:00:00+07:00", all);
    for case in ["A-1", "A-2", "A-3"] {
        let lines = [lines::opening(case), transfer(case)];
        let actions = lines.iter().take(if case == "A-3" { 1 } else { 2 }).map(|line| Action::read(line).unwrap());
        recorder.record(&CaseRef::new(case).unwrap(), actions.collect(), None, Alerts::Raised).await.unwrap();
    }
    let listed = async |office: &str| {
        let views = store.handed_on(&made::office(office)).await.unwrap();
        views.into_iter().map(|view| view.case.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(listed("vte-prosecutor").await, ["A-1", "A-2"]);
    assert_eq!(listed("vte-juvenile-court").await, ["A-1", "A-2"]);
    // It has them still, or never had them.
    for office in ["vte-investigation", "lnt-prosecutor", "vte-legal-aid", "prosecutor", "former"] {
        assert_eq!(listed(office).await, Vec::<String>::new(), "{office}");
    }
    let id = store.load(&CaseRef::new("A-2").unwrap()).await.unwrap().recorded()[1].action.id;
    let withdrawn = format!(r#","withdraws":"{id}","reason":"the wrong case""#);
    let line = lines::action("A-2", "action_withdrawn", "2026-03-02T09:00:00+07:00", &withdrawn);
    let actions = vec![Action::read(&line).unwrap()];
    let outcome = recorder.record(&CaseRef::new("A-2").unwrap(), actions, None, Alerts::Raised).await.unwrap();
    assert_eq!(outcome.verdicts, [Verdict::Accepted]);
    assert_eq!(listed("vte-prosecutor").await, ["A-1"]);
}

async fn cases_that_are_not_open_are_listed<S: Contracted>(store: Arc<S>) {
    let recorder = recorder(&store, &SetClock::at(after_all()));
    let voided = |case: &str| {
        let more = r#","reason":"opened_by_mistake""#;
        [lines::opening(case), lines::action(case, "case_voided", "2026-03-02T08:00:00+07:00", more)]
    };
    for (case, known) in [("A-1", 2), ("A-2", 1), ("A-3", 2)] {
        let actions = voided(case).iter().take(known).map(|line| Action::read(line).unwrap()).collect();
        recorder.record(&CaseRef::new(case).unwrap(), actions, None, Alerts::Raised).await.unwrap();
    }
    let listed: Vec<String> = store.not_open().await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(listed, ["A-1", "A-3"]);
}

async fn a_case_is_found_for_as_long_as_something_escalated_is_owed<S: Contracted>(store: Arc<S>) {
    let clock = SetClock::at(tests::cases::instant("2026-03-04T08:00:00+07:00"));
    let recorder = recorder(&store, &clock);
    let record = async |case: &str, lines: &[String]| {
        let actions = lines.iter().map(|line| Action::read(line).unwrap()).collect();
        recorder.record(&CaseRef::new(case).unwrap(), actions, None, Alerts::Raised).await.unwrap();
    };
    record("A-1", &[lines::opening("A-1"), lines::custody("A-1")]).await;
    record("A-2", &[lines::opening("A-2")]).await;
    let found = async || {
        let views = store.escalated().await.unwrap();
        views.into_iter().map(|view| (view.case.to_string(), view.escalated())).collect::<Vec<_>>()
    };
    assert_eq!(found().await, []);
    clock.jump(3 * 3600);
    recorder.tick(&CaseRef::new("A-1").unwrap()).await.unwrap();
    assert_eq!(found().await, [("A-1".to_owned(), vec![made::office("vte-investigation")])]);
    let released = |name, more| lines::action("A-1", name, "2026-03-04T09:00:00+07:00", more);
    record("A-1", &[released("released", r#","kind":"from_custody""#), released("parents_notified", "")]).await;
    assert_eq!(found().await, []);
}

async fn the_counter_counts_up_with_the_log<S: Contracted>(store: Arc<S>) {
    let before = store.change_counter().await.unwrap();
    made::record_case(&store, 0).await;
    assert!(store.change_counter().await.unwrap() > before);
}
