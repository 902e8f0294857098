//! A case on which work is heavy, beside others.

use std::sync::Arc;
use std::time::Duration;

use engine::action::{Action, CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::decide::Alerts;
use scenarios::crowded::{Crowd, crowded};
use service::clock::{Clock, SteadyClock};
use service::watch::Watch;
use service::watch::clock_doubt::{ClockDoubt, operator_in};
use store::{CaseStore as _, DueCase, WorkShare};
use tests::clock::SetClock;
use tests::made::{self, recorder};

fn read(lines: &[String]) -> Vec<Action> {
    lines.iter().map(|line| Action::read(line).unwrap()).collect()
}

/// Lines whose ids are those of no other case.
fn of_case(n: usize, actions: usize) -> Vec<Action> {
    let lines = crowded(Crowd::Requests, &format!("C-{n}"), actions);
    read(&lines.iter().map(|line| line.replacen("-4000-", &format!("-4{n:03}-"), 1)).collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heavy_case_holds_up_no_other_and_is_told_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(made::open(folder.path().join("log.db")));
    let begun = Instant::parse("2026-02-01T09:00:00+07:00").unwrap();
    let clock = SetClock::at(begun);
    let watched = Arc::new(recorder(&store, &clock));
    for (n, actions) in [(0, 801), (1, 3), (2, 3), (3, 3)] {
        let case = CaseRef::new(&format!("C-{n}")).unwrap();
        watched.record(&case, of_case(n, actions), None, Alerts::Raised).await.unwrap();
    }
    let steady = Arc::clone(&clock) as Arc<dyn SteadyClock>;
    let doubt = Arc::new(ClockDoubt::new(begun, steady));
    let wall = Arc::clone(&clock) as Arc<dyn Clock>;
    let mut watch = Watch::new(Arc::clone(&watched), wall, doubt, operator_in(store.clone()));
    let now = Instant::parse("2026-02-10T09:00:00+07:00").unwrap();
    clock.set(now);
    assert!(watch.tick(now).await.unwrap() >= 3, "all that are due");
    // The watch has told the others when it comes back, whatever the heavy one takes.
    let light = |due: Vec<DueCase>| due.into_iter().filter(|due| !due.is_heavy()).count();
    assert_eq!(light(store.due(now, 100, WorkShare::ALL).await.unwrap()), 0);
    let mut patience = 600;
    while !store.due(now, 100, WorkShare::ALL).await.unwrap().is_empty() {
        watch.tick(now).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        patience -= 1;
        assert!(patience > 0, "the heavy case is told in the end");
    }
    let heavy = store.load(&CaseRef::new("C-0").unwrap()).await.unwrap();
    assert_eq!(heavy.standing_alerts().count(), 1_600);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_office_sends_is_told_in_part_and_the_rest_before_what_comes_next() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(made::open(folder.path().join("log.db")));
    let clock = SetClock::at(Instant::parse("2026-02-10T09:00:00+07:00").unwrap());
    let recorder = recorder(&store, &clock);
    let (case, office) = (CaseRef::new("C-0").unwrap(), OfficeCode::new("vte-investigation").unwrap());
    let sent = recorder.record_from(&(&office).into(), &case, of_case(0, 301), Alerts::Raised, None).await.unwrap();
    let alerts = sent.events.iter().filter(|event| event.fact.alert().is_some()).count();
    assert!((98..=100).contains(&alerts), "{alerts}");
    assert!(sent.to_come > 0 && sent.told_before == 0);
    assert_eq!(store.next_due().await.unwrap(), Some(clock.now()), "the rest is due at once");
    let line = r#"{"case":"C-0","action":"medical_check","at":"2026-02-02T08:00:00+07:00","by":"vte-investigation"}"#;
    let next =
        recorder.record_from(&(&office).into(), &case, read(&[line.to_owned()]), Alerts::Raised, None).await.unwrap();
    assert_eq!(alerts + next.told_before, 600, "two limits of each request");
    assert_eq!(next.events.len(), 1, "the action alone");
}
