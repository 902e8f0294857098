//! Laws that hold for every case, by proptest; a failing seed is printed and kept.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};
use engine::action::Action;
use engine::alert::Stage;
use engine::assess::assess;
use engine::breach::Breach;
use engine::calendar::{Instant, calendar_months_on, days_on, due, months_on};
use engine::case::{Case, Event, Fact, evolve};
use engine::decide::{Alerts, Command, decide};
use engine::randomness::Seed;
use engine::rulebook::{FirstDay, Language, Month, Period, Reading, Rulebook, Rulebooks};
use projections::CaseView;
use projections::docket::DocketRow;
use projections::snapshot::Snapshot;
use projections::timeline::{EntryLine, Why, timeline};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use scenarios::generator::Conduct;
use tests::cases::{made_up, needs};

fn book() -> &'static Rulebook {
    static BOOK: std::sync::LazyLock<Rulebook> = std::sync::LazyLock::new(Rulebook::law_05_na_2006);
    &BOOK
}

fn any_date() -> impl Strategy<Value = NaiveDate> {
    (0..60_000u64).prop_map(|days| NaiveDate::from_ymd_opt(1950, 1, 1).expect("a date") + Days::new(days))
}

fn conduct(orderly: bool) -> Conduct {
    if orderly { Conduct::Orderly } else { Conduct::Disorderly }
}

fn shuffled<T>(mut items: Vec<T>, seed: u64) -> Vec<T> {
    items.shuffle(&mut rand_chacha::ChaCha8Rng::seed_from_u64(seed));
    items
}

/// Records the actions one by one, waking the case whenever it is due before the next.
fn played(history: &[(Instant, Action)]) -> (Case, Vec<Event>) {
    let mut case = Case::default();
    let mut log = Vec::new();
    for (clock, action) in history {
        wake_until(&mut case, &mut log, *clock);
        let record = Command::Record {
            actions: vec![action.clone()],
            by: None,
            clock: *clock,
            alerts: Alerts::Raised,
            seed: Seed([7; 32]),
        };
        let events = decide(&case, book(), record).all_or_none().expect("a made-up action can be recorded");
        append(&mut case, &mut log, events);
    }
    (case, log)
}

fn read(event: &Event) -> Event {
    Event::from_json(Event::VERSION, &event.to_json(), &event.disclosures()).expect("it was written")
}

fn wake_until(case: &mut Case, log: &mut Vec<Event>, until: Instant) {
    while let Some(due) = case.next_due(book()).filter(|&due| due <= until) {
        let events = decide(case, book(), Command::Now { clock: due, alerts: Alerts::Raised, seed: Seed([7; 32]) })
            .all_or_none()
            .expect("time is never refused");
        assert!(!events.is_empty(), "woken at {due} for nothing");
        append(case, log, events);
    }
}

fn append(case: &mut Case, log: &mut Vec<Event>, events: Vec<Event>) {
    for event in events {
        *case = evolve(std::mem::take(case), &event);
        log.push(event);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn a_day_counted_ends_one_day_before_one_not_counted(start in any_date(), n in 1..400u32) {
        let counted = days_on(start, n, FirstDay::Counted);
        prop_assert_eq!(counted.succ_opt(), Some(days_on(start, n, FirstDay::NotCounted)));
        prop_assert_eq!(counted + Days::new(1), days_on(start, n + 1, FirstDay::Counted));
        prop_assert_eq!(days_on(start, 1, FirstDay::Counted), start);
    }

    #[test]
    fn a_calendar_month_ends_on_the_same_day_number_or_the_months_last(start in any_date(), n in 1..30u32) {
        let end = calendar_months_on(start, n, FirstDay::NotCounted);
        let months = (end.year() - start.year()) * 12 + i32::try_from(end.month()).unwrap() - i32::try_from(start.month()).unwrap();
        prop_assert_eq!(months, i32::try_from(n).unwrap());
        let last_of_its_month = end.succ_opt().unwrap().day() == 1;
        prop_assert!(end.day() == start.day() || (last_of_its_month && end.day() < start.day()));
    }

    #[test]
    fn a_shorter_month_is_never_longer_than_either(start in any_date(), n in 1..30u32) {
        for first_day in [FirstDay::Counted, FirstDay::NotCounted] {
            let shorter = months_on(start, n, first_day, Month::Shorter);
            prop_assert!(shorter <= months_on(start, n, first_day, Month::Calendar));
            prop_assert!(shorter <= days_on(start, 30 * n, first_day));
        }
    }

    #[test]
    fn a_later_start_never_ends_earlier(start in any_date(), seconds in 0..400_000i64, n in 1..13u32) {
        let start = Instant::first_of(start);
        for period in [Period::Minutes(n), Period::Hours(n), Period::Days(n), Period::Months(n)] {
            for (first_day, month) in [(FirstDay::Counted, Month::Shorter), (FirstDay::NotCounted, Month::Calendar)] {
                prop_assert!(due(start, period, first_day, month) <= due(start.plus(seconds), period, first_day, month));
            }
        }
    }

    #[test]
    fn instants_and_dates_are_read_as_they_are_written(seconds in -60_000_000_000i64..200_000_000_000) {
        let instant = Instant::from_unix(seconds);
        prop_assert_eq!(Instant::parse(&instant.to_string()), Some(instant));
        prop_assert!(Instant::first_of(instant.date()) <= instant && instant <= Instant::last_of(instant.date()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_recording_never_matters(seed: u64, orderly: bool, later in 0..300i64) {
        let history = made_up(seed, conduct(orderly));
        let at = history.iter().map(|(clock, _)| *clock).max().unwrap().plus(later * 86_400);
        let actions: Vec<Action> = history.into_iter().map(|(_, action)| action).collect();
        // None of a case that counts nowhere.
        let assessed = |actions: &[Action]| assess(actions.iter(), book(), at).map(|assessment| {
            let mut json = String::new();
            assessment.write_json(book(), &mut json);
            json
        });
        let expected = assessed(&actions);
        prop_assert_eq!(assessed(&shuffled(actions, seed ^ 1)), expected);
    }

    #[test]
    fn late_facts_end_in_the_docket_of_facts_in_time(seed: u64) {
        let history = made_up(seed, Conduct::Disorderly);
        let at = history.iter().map(|(clock, _)| *clock).max().unwrap().plus(40 * 86_400);
        let (in_time, _) = played(&history);
        let mut late: Vec<(Instant, Action)> = history.iter().skip(1).map(|(_, action)| (at, action.clone())).collect();
        late = shuffled(late, seed);
        // What needs another is recorded once that is.
        late.sort_by_key(|(_, action)| needs(action));
        late.insert(0, history[0].clone());
        let (late, _) = played(&late);
        let row = |case: &Case| DocketRow::of_case(case, book(), at);
        prop_assert_eq!(row(&late), row(&in_time));
    }

    #[test]
    fn certain_implies_arguable_and_the_earliest_is_never_after_the_latest(seed: u64, orderly: bool, days in 0..900i64) {
        let history = made_up(seed, conduct(orderly));
        let at = history[0].0.plus(days * 86_400);
        let actions: Vec<Action> = history.into_iter().map(|(_, action)| action).collect();
        let Some(assessment) = assess(actions.iter(), book(), at) else { return Ok(()) };
        for deadline in &assessment.deadlines {
            prop_assert!(deadline.latest().is_none_or(|latest| deadline.earliest() <= latest));
            if deadline.breach(at) == Some(Breach::Certain) {
                for reading in [Reading::Protective, Reading::Lenient] {
                    prop_assert!(deadline.reckoning(reading).is_some_and(|reckoning| reckoning.is_breached(at)));
                }
            }
            if let Some(breach) = deadline.breach(at) {
                let due = if breach == Breach::Certain { deadline.latest().unwrap() } else { deadline.earliest() };
                prop_assert!(at > due, "{} is {breach} at {at}, due {due}", deadline.rule);
            }
        }
    }

    #[test]
    fn deciding_twice_gives_nothing_the_second_time(seed: u64, orderly: bool) {
        let history = made_up(seed, conduct(orderly));
        let (case, _) = played(&history);
        let clock = case.last_recorded_at().unwrap();
        prop_assert_eq!(decide(&case, book(), Command::Now { clock, alerts: Alerts::Raised, seed: Seed([7; 32]) }).all_or_none(), Ok(Vec::new()));
        prop_assert_eq!(decide(&case, book(), Command::Now { clock: clock.plus(-86_400), alerts: Alerts::Raised, seed: Seed([7; 32]) }).all_or_none(), Ok(Vec::new()));
        let again: Vec<Action> = history.iter().map(|(_, action)| action.clone()).collect();
        let record = Command::Record { actions: again, by: None, clock, alerts: Alerts::Raised, seed: Seed([7; 32]) };
        prop_assert_eq!(decide(&case, book(), record).all_or_none(), Ok(Vec::new()));
    }

    #[test]
    fn no_breach_is_told_before_its_due(seed: u64, orderly: bool) {
        let mut history = made_up(seed, conduct(orderly));
        history.truncate(12);
        let (mut case, mut log) = played(&history);
        let until = case.last_recorded_at().unwrap().plus(300 * 86_400);
        wake_until(&mut case, &mut log, until);
        for event in &log {
            let Fact::AlertRaised(alert) = &event.fact else { continue };
            let engine::alert::About::Limit { earliest, latest, .. } = alert.about else { continue };
            match alert.topic.stage {
                Stage::Notice(_) => prop_assert!(event.recorded_at <= earliest),
                Stage::Arguable => prop_assert!(event.recorded_at > earliest),
                Stage::Breach => prop_assert!(event.recorded_at > latest.unwrap()),
                Stage::Escalated(_) => prop_assert!(event.recorded_at > earliest),
                Stage::Missing => prop_assert!(false, "a limit misses no field"),
            }
        }
    }

    #[test]
    fn what_stands_is_what_the_assessment_calls_for(seed: u64, orderly: bool, mix: bool) {
        let history = made_up(seed, conduct(orderly));
        let end = history.iter().map(|(clock, _)| *clock).max().unwrap();
        let mut given = history.clone();
        if mix {
            given = shuffled(given.split_off(1), seed).into_iter().map(|(_, action)| (end, action)).collect();
            given.sort_by_key(|(_, action)| needs(action));
            given.insert(0, history[0].clone());
        }
        let (mut case, mut log) = played(&given);
        let until = end.plus(30 * 86_400);
        wake_until(&mut case, &mut log, until);
        let standing = case.standing_alerts().filter(|alert| matches!(alert.topic.stage, Stage::Arguable | Stage::Breach));
        let standing: BTreeSet<_> = standing.map(|alert| (alert.topic.rule, alert.topic.on, alert.topic.period)).collect();
        let Some(assessment) = case.assess(book(), until) else {
            prop_assert_eq!(case.standing_alerts().count(), 0, "the case counts nowhere");
            return Ok(());
        };
        let id = |entry: usize| assessment.timeline.entries()[entry].action.id;
        let mut called_for = BTreeSet::new();
        for deadline in &assessment.deadlines {
            let open = match deadline.breach(until) {
                Some(Breach::Certain) => deadline.protective.done.is_none() || deadline.lenient.as_ref().unwrap().done.is_none(),
                Some(Breach::Arguable) => deadline.protective.done.is_none(),
                None => false,
            };
            if open {
                called_for.insert((deadline.rule, id(deadline.opened_by), deadline.period));
            }
        }
        called_for.extend(assessment.findings.iter().map(|finding| (finding.rule, id(finding.action), 0)));
        prop_assert_eq!(standing, called_for);
    }

    #[test]
    fn every_alert_has_an_id_of_its_own(seed: u64) {
        let history = made_up(seed, Conduct::Disorderly);
        let mut given: Vec<_> = history[1..].iter().cloned().map(|(_, action)| (history.last().unwrap().0, action)).collect();
        given = shuffled(given, seed);
        given.sort_by_key(|(_, action)| needs(action));
        given.insert(0, history[0].clone());
        let (case, log) = played(&given);
        let ids: BTreeSet<_> = log.iter().map(|event| event.id(case.reference())).collect();
        prop_assert_eq!(ids.len(), log.len());
    }

    #[test]
    fn a_rebuild_equals_what_was_live_and_events_are_read_as_they_were_written(seed: u64, orderly: bool) {
        let (live, log) = played(&made_up(seed, conduct(orderly)));
        let stored: Vec<Event> = log.iter().map(read).collect();
        prop_assert_eq!(&stored, &log);
        let rebuilt = Case::fold(&stored);
        prop_assert_eq!(CaseView::of(&rebuilt, book()), CaseView::of(&live, book()));
        prop_assert_eq!(rebuilt, live);
    }

    #[test]
    fn a_view_answers_as_the_case_does(seed: u64, orderly: bool, days in 0..200i64) {
        let (case, _) = played(&made_up(seed, conduct(orderly)));
        let at = case.last_recorded_at().unwrap().plus(days * 86_400);
        let of_view = CaseView::of(&case, book()).and_then(|view| Snapshot::of_view(&view, at));
        prop_assert_eq!(of_view, Snapshot::of_case(&case, book(), at));
    }

    #[test]
    fn a_timeline_holds_each_action_once_and_each_alert_behind_what_had_happened(seed in 0..10_000u64) {
        let (case, log) = played(&made_up(seed, conduct(false)));
        let at = case.last_recorded_at().expect("an action");
        let shelf = Rulebooks::new(std::sync::Arc::new(book().clone()), []);
        let entries = timeline(&case, &log, book(), &shelf, at, Language::En, Why::Told);
        let mut actions: Vec<Instant> = Vec::new();
        let (mut ids, mut alerts, mut behind) = (Vec::new(), Vec::new(), Vec::new());
        for entry in &entries {
            match &entry.what {
                EntryLine::Action(line) => {
                    actions.push(entry.at.first());
                    ids.push(line.recorded.action.id);
                }
                EntryLine::Alert { id, .. } => {
                    alerts.push(*id);
                    behind.push((actions.len(), entry.at.first()));
                }
                _ => {}
            }
        }
        prop_assert_eq!(ids, engine::timeline::in_order(case.actions()));
        let told = log.iter().filter(|event| event.fact.alert().is_some());
        prop_assert_eq!(alerts, told.map(|event| event.id(case.reference())).collect::<Vec<_>>());
        let mut before = 0;
        for (place, raised) in behind {
            let last = actions.iter().rposition(|first| *first <= raised).map_or(0, |last| last + 1);
            before = before.max(last);
            prop_assert_eq!(place, before);
        }
    }
}
