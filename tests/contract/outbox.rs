//! The contract of every store: due cases, outbox, deliveries, dockets, an office's alerts.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::action::{Action, CaseRef, OfficeCode};
use engine::alert::Alert;
use engine::calendar::Instant;
use engine::decide::Alerts;
use projections::CaseView;
use projections::alerts::Class;
use projections::view::Seat;
use store::alerts::AlertsTo;
use store::{Backlog, CaseStore, DueCase, Fault, Position, Stored, WorkShare};
use tests::clock::SetClock;
use tests::made::{self, after_all, delivery, record_case, recorder};

on_each_store!(
    due_cases_come_earliest_first,
    the_outbox_is_in_the_order_of_the_log,
    the_outbox_goes_on_behind_a_position,
    what_was_delivered_leaves_the_outbox,
    a_doubled_delivery_adds_nothing,
    gaps_among_the_deliveries_are_found,
    the_backlog_is_what_waits_and_since_when,
    history_is_recorded_and_not_published,
    a_docket_holds_an_offices_cases_by_reference,
    an_office_reads_its_own_alerts_by_class_and_case,
);

fn alert(stored: &Stored) -> Option<&Alert> {
    stored.event.fact.alert().map(|(alert, _)| alert)
}

/// Twelve whole cases, and the alert events in the order of the log.
async fn twelve_cases<S: CaseStore>(store: &Arc<S>) -> (Vec<CaseRef>, Vec<Stored>) {
    let mut cases = Vec::new();
    let mut alerts = Vec::new();
    for n in 0..12 {
        let (case, _) = record_case(store, n).await;
        alerts.extend(store.stream(&case).await.unwrap().into_iter().filter(|stored| alert(stored).is_some()));
        cases.push(case);
    }
    assert!(alerts.len() > 12, "{} alerts in twelve cases", alerts.len());
    (cases, alerts)
}

async fn gaps_among_the_deliveries_are_found<S: CaseStore>(store: Arc<S>) {
    let (_, alerts) = twelve_cases(&store).await;
    assert_eq!(store.unmarked(1, 9).await.unwrap(), [1..=9]);
    let marked = alerts.iter().zip([1, 2, 5, 6, 7, 11]).map(|(stored, sequence)| delivery(stored, sequence));
    store.delivered(marked.collect()).await.unwrap();
    assert_eq!(store.unmarked(1, 11).await.unwrap(), [3..=4, 8..=10]);
    assert_eq!(store.unmarked(4, 8).await.unwrap(), [4..=4, 8..=8]);
    assert_eq!(store.unmarked(1, 13).await.unwrap(), [3..=4, 8..=10, 12..=13]);
    assert_eq!(store.unmarked(5, 7).await.unwrap(), []);
    assert_eq!(store.unmarked(12, 11).await.unwrap(), []);
}

async fn the_backlog_is_what_waits_and_since_when<S: CaseStore>(store: Arc<S>) {
    assert_eq!(store.backlog().await.unwrap(), Backlog::default());
    let (_, alerts) = twelve_cases(&store).await;
    let oldest = Some(alerts[0].event.recorded_at);
    let all = Backlog { waiting: alerts.len() as u64, oldest, unreadable: 0 };
    assert_eq!(store.backlog().await.unwrap(), all);
    store.delivered(vec![delivery(&alerts[0], 1)]).await.unwrap();
    let rest = Backlog { waiting: all.waiting - 1, oldest: Some(alerts[1].event.recorded_at), ..all };
    assert_eq!(store.backlog().await.unwrap(), rest);
    let mut watched = 0;
    for case in alerts.iter().map(|stored| stored.case.clone()).collect::<BTreeSet<_>>() {
        let known = store.load(&case).await.unwrap();
        watched += u64::from(known.next_due(&made::book()).is_some());
    }
    let found = store.watched().await.unwrap();
    assert!(found >= watched && found <= 12, "{found} and {watched}");
}

async fn due_cases_come_earliest_first<S: CaseStore>(store: Arc<S>) {
    let mut expected: Vec<(Instant, CaseRef)> = Vec::new();
    for n in 0..12 {
        let begun: Vec<Action> = made::actions(n).into_iter().take(6).collect();
        let (case, last) = (begun[0].case.clone(), begun.iter().map(|action| action.at.last()).max().unwrap());
        let recorder = recorder(&store, &SetClock::at(last));
        recorder.record(&case, begun, None, Alerts::Raised).await.unwrap();
        expected.extend(store.load(&case).await.unwrap().next_due(&made::book()).map(|due| (due, case)));
    }
    expected.sort();
    assert!(expected.len() > 3, "{expected:?}");
    assert_eq!(store.next_due().await.unwrap(), Some(expected[0].0));
    let by = |until: Instant, most: usize| -> Vec<CaseRef> {
        expected.iter().filter(|(due, _)| *due <= until).map(|(_, case)| case.clone()).take(most).collect()
    };
    let (second, before) = (expected[1].0, expected[0].0.plus(-1));
    for (until, most) in [(after_all(), 100), (after_all(), 2), (second, 100), (before, 100)] {
        assert_eq!(references(store.due(until, most, WorkShare::ALL).await), by(until, most));
    }
    let mut shared = Vec::new();
    for part in 0..3 {
        shared.extend(references(store.due(after_all(), 100, WorkShare { part, of: 3 }).await));
    }
    shared.sort();
    let mut all = by(after_all(), 100);
    all.sort();
    assert_eq!(shared, all, "every case belongs to one share");
}

fn references(due: Result<Vec<DueCase>, Fault>) -> Vec<CaseRef> {
    due.unwrap().into_iter().map(|due| due.case).collect()
}

async fn the_outbox_is_in_the_order_of_the_log<S: CaseStore>(store: Arc<S>) {
    let (_, alerts) = twelve_cases(&store).await;
    assert_eq!(store.outbox(Position(0), usize::MAX).await.unwrap(), alerts);
    // What was kept in memory for the relay is handed over once, and the same stands in the log.
    assert_eq!(store.outbox(Position(0), usize::MAX).await.unwrap(), alerts);
}

async fn the_outbox_goes_on_behind_a_position<S: CaseStore>(store: Arc<S>) {
    let (_, alerts) = twelve_cases(&store).await;
    let mut paged: Vec<Stored> = Vec::new();
    loop {
        let after = paged.last().map_or(Position(0), |last| last.position);
        let page = store.outbox(after, 5).await.unwrap();
        assert!(page.len() <= 5);
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, alerts);
}

async fn what_was_delivered_leaves_the_outbox<S: CaseStore>(store: Arc<S>) {
    let (_, alerts) = twelve_cases(&store).await;
    // Not in order: the relay marks what it finds in the stream.
    let marked: Vec<_> = alerts.iter().step_by(3).rev().zip(1..).map(|(stored, n)| delivery(stored, n)).collect();
    let last = u64::try_from(marked.len()).unwrap();
    store.delivered(marked.clone()).await.unwrap();
    let marked: BTreeSet<Position> = marked.iter().map(|delivery| delivery.position).collect();
    let rest: Vec<Stored> = alerts.into_iter().filter(|stored| !marked.contains(&stored.position)).collect();
    assert_eq!(store.outbox(Position(0), usize::MAX).await.unwrap(), rest);
    assert_eq!(store.last_stream_sequence().await.unwrap(), last);
}

async fn a_doubled_delivery_adds_nothing<S: CaseStore>(store: Arc<S>) {
    let (_, alerts) = twelve_cases(&store).await;
    assert_eq!(store.last_stream_sequence().await.unwrap(), 0);
    let first = delivery(&alerts[0], 40);
    store.delivered(vec![first, delivery(&alerts[1], 41)]).await.unwrap();
    store.delivered(vec![delivery(&alerts[0], 90), first]).await.unwrap();
    assert_eq!(store.last_stream_sequence().await.unwrap(), 41);
    assert_eq!(store.outbox(Position(0), usize::MAX).await.unwrap(), alerts[2..]);
}

async fn history_is_recorded_and_not_published<S: CaseStore>(store: Arc<S>) {
    let mut history = 0;
    for n in 0..12 {
        let actions = made::actions(n);
        let case = actions[0].case.clone();
        let recorder = recorder(&store, &SetClock::at(after_all()));
        recorder.record(&case, actions, None, Alerts::RaisedAsHistory).await.unwrap();
        let stream = store.stream(&case).await.unwrap();
        history += stream.iter().filter_map(alert).filter(|alert| alert.history).count();
    }
    assert!(history > 0);
    let outbox = store.outbox(Position(0), usize::MAX).await.unwrap();
    assert!(outbox.iter().filter_map(alert).all(|alert| !alert.history));
}

async fn a_docket_holds_an_offices_cases_by_reference<S: CaseStore>(store: Arc<S>) {
    let (cases, _) = twelve_cases(&store).await;
    let mut views = Vec::new();
    for case in &cases {
        views.extend(CaseView::of(&store.load(case).await.unwrap(), &made::book()));
    }
    views.sort_by(|a, b| a.case.cmp(&b.case));
    for seat in Seat::ALL {
        let in_it = |view: &CaseView| seat.of(&view.offices()).cloned();
        let offices: BTreeSet<OfficeCode> = views.iter().filter_map(in_it).collect();
        for office in &offices {
            let of_office = |found: Option<OfficeCode>| found.as_ref() == Some(office);
            let its: Vec<CaseView> = views.iter().filter(|view| of_office(in_it(view))).cloned().collect();
            assert_eq!(store.docket(office, Some(seat)).await.unwrap(), its);
            assert_eq!(store.docket(office, None).await.unwrap(), its, "an office has one seat in these cases");
        }
    }
    let court = views[0].court.clone();
    assert_eq!(store.docket(&court, Some(Seat::Prosecutor)).await.unwrap(), []);
    assert_eq!(store.docket(&made::office("no-such-court"), None).await.unwrap(), []);
}

/// What an office is asked about, and the offices of an alert in that place.
fn in_seat(seat: Seat, alert: &Alert) -> Option<OfficeCode> {
    seat.of(&alert.to).cloned()
}

async fn an_office_reads_its_own_alerts_by_class_and_case<S: CaseStore>(store: Arc<S>) {
    let (_, mut alerts) = twelve_cases(&store).await;
    let later = after_all().plus(100);
    let (case, actions) = (made::opening(12).0, made::actions(12));
    recorder(&store, &SetClock::at(later)).record(&case, actions, None, Alerts::Raised).await.unwrap();
    alerts.extend(store.stream(&case).await.unwrap().into_iter().filter(|stored| alert(stored).is_some()));
    let class = |stored: &Stored| alert(stored).map(|alert| Class::of(alert.topic.rule, &made::book()));
    alerts.sort_by(|a, b| (class(a), &a.case, a.position).cmp(&(class(b), &b.case, b.position)));
    let mut told = 0;
    for seat in Seat::ALL {
        let to = |stored: &Stored| alert(stored).and_then(|alert| in_seat(seat, alert));
        for office in alerts.iter().filter_map(to).collect::<BTreeSet<OfficeCode>>() {
            let own = |of: &dyn Fn(&Stored) -> bool| -> Vec<Stored> {
                alerts.iter().filter(|stored| to(stored).as_ref() == Some(&office) && of(stored)).cloned().collect()
            };
            let last = |stored: &Stored| stored.case == case;
            for (since, until, expected) in [
                (None, None, own(&|_| true)),
                (Some(after_all().plus(1)), None, own(&last)),
                (Some(after_all()), Some(after_all()), own(&|stored| !last(stored))),
                (None, Some(after_all()), own(&|stored| !last(stored))),
                (Some(later.plus(1)), None, Vec::new()),
            ] {
                let to = AlertsTo { seat, office: office.clone(), since, until };
                let places = store.alerts(&to).await.unwrap();
                let of = |stored: &[Stored]| stored.iter().map(|stored| stored.position).collect::<Vec<_>>();
                assert_eq!(places, of(&expected), "{to:?}");
                assert_eq!(store.at(&places).await.unwrap(), expected);
                told += expected.len();
            }
        }
    }
    assert!(told > alerts.len() * 3, "{told} of {}", alerts.len());
    let nobody = AlertsTo { seat: Seat::Court, office: made::office("vte-prosecutor"), since: None, until: None };
    assert_eq!(store.alerts(&nobody).await.unwrap(), []);
}
