//! What stands in a row of a docket, and in which order the rows stand.

use std::cmp::Ordering;

use engine::action::{Action, OfficeCode};
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::{Case, evolve};
use engine::decide::{Alerts, Command, decide};
use engine::randomness::Seed;
use engine::rulebook::Rulebook;
use projections::docket::listed::Listed;
use projections::docket::urgency::{Foreseen, Urgency};
use projections::docket::{DocketRow, sort};
use projections::snapshot::Snapshot;
use projections::summary::{Ended, Standing, Summary};
use projections::today::{self, duties};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use scenarios::generator::Conduct;
use tests::cases::{instant, made_up, rule};

/// Noon of the day on which the dockets are looked at.
const NOON: &str = "2026-03-10T12:00:00+07:00";

fn book() -> &'static Rulebook {
    static BOOK: std::sync::LazyLock<Rulebook> = std::sync::LazyLock::new(Rulebook::law_05_na_2006);
    &BOOK
}

/// A case that was opened on 1 March 2026, with these actions: name, time, more fields.
fn case(reference: &str, actions: &[(&str, &str, &str)]) -> Case {
    let opening = (
        "case_opened",
        "2026-03-01T08:00:00+07:00",
        r#","court":"vte-juvenile-court","prosecutor":"vte-prosecutor","investigator":"vte-investigation","child":{"ref":"C1","birth_date":"2010-05-05"},"offences":[{"class":"major","penalty_months":{"min":36,"max":60},"committed_on":"2026-02-20","serious":true}]"#,
    );
    let lines = std::iter::once(&opening).chain(actions).map(|(action, at, more)| {
        let line =
            format!(r#"{{"case":"{reference}","action":"{action}","at":"{at}","by":"vte-investigation"{more}}}"#);
        Action::read(&line).unwrap_or_else(|flaws| panic!("{flaws:?}: {line}"))
    });
    recorded(lines.collect(), instant("2026-12-01T00:00:00+07:00"))
}

fn recorded(actions: Vec<Action>, clock: Instant) -> Case {
    let record = Command::Record { actions, by: None, clock, alerts: Alerts::Raised, seed: Seed([7; 32]) };
    let events = decide(&Case::default(), book(), record).all_or_none().expect("the actions can be recorded");
    events.iter().fold(Case::default(), evolve)
}

fn row(case: &Case, at: &str) -> DocketRow {
    DocketRow::of_case(case, book(), instant(at)).expect("the case is opened")
}

const CUSTODY: &str = "custody_started";
const TOLD: &str = "parents_notified";
const FIRM: &str = r#","evidence_firm":true"#;

#[test]
fn a_row_names_the_forty_eight_hours_that_end_in_eight_and_apart_from_them_the_parents_who_were_not_told() {
    let held = case("A-1", &[(CUSTODY, "2026-03-08T20:00:00+07:00", FIRM)]);
    let row = row(&held, NOON);
    let (next, worst) = (row.next.expect("a limit runs"), row.worst.expect("a limit is over"));
    assert_eq!((next.rule, next.left, next.breach), (rule("custody-48h"), 8 * 3600, None));
    assert_eq!(next.end, instant("2026-03-10T20:00:00+07:00"));
    assert_eq!((worst.rule, worst.breach, worst.ended), (rule("parents-notified"), Some(Breach::Arguable), None));
    assert_eq!((worst.end, worst.over()), (instant("2026-03-08T21:00:00+07:00"), 39 * 3600));
    assert_eq!((row.limits, row.standing), ([1, 0], Standing::Custody));
}

#[test]
fn a_limit_that_has_passed_under_one_reading_alone_is_next_only_where_nothing_else_runs() {
    // 30 days, the day of the complaint counted or not. What the justice office could not mediate has a limit under both.
    let mediated = r#","settled":false,"mediator":"justice_office""#;
    let failed = ("mediation_ended", "2026-03-01T15:00:00+07:00", mediated);
    let complaint = ("complaint_received", "2026-03-02T09:00:00+07:00", "");
    let at = "2026-04-01T12:00:00+07:00";
    let alone = row(&case("A-1", &[failed, complaint]), at);
    let (next, worst) = (alone.next.expect("the lenient reading's end"), alone.worst.expect("over"));
    assert_eq!((next.rule, next.breach), (rule("investigator-mediation-30d"), Some(Breach::Arguable)));
    assert_eq!((next.end, next.left), (instant("2026-04-01T23:59:59+07:00"), 12 * 3600 - 1));
    assert_eq!((worst.rule, worst.end), (rule("investigator-mediation-30d"), instant("2026-03-31T23:59:59+07:00")));
    let requested = ("release_requested", "2026-04-01T11:00:00+07:00", r#","requested_by":"parent""#);
    let asked = case("A-1", &[failed, complaint, requested]);
    let next = row(&asked, at).next.expect("the answer to the request");
    assert_eq!((next.rule, next.breach), (rule("release-opinion-24h"), None));
    let snapshot = Snapshot::of_case(&asked, book(), instant(at)).expect("opened");
    assert_eq!(snapshot.soonest(), Some(12 * 3600 - 1), "the end under the lenient reading comes sooner");
}

#[test]
fn what_was_done_late_is_the_worst_only_where_nothing_is_open() {
    let released = ("released", "2026-03-05T10:00:00+07:00", r#","kind":"from_custody""#);
    let custody = (CUSTODY, "2026-03-01T09:00:00+07:00", FIRM);
    let done = case("A-1", &[custody, (TOLD, "2026-03-01T09:10:00+07:00", ""), released]);
    let worst = row(&done, NOON).worst.expect("the 48 hours were exceeded");
    assert_eq!(
        (worst.rule, worst.ended),
        (rule("custody-48h"), Some(Ended::Done(instant("2026-03-05T10:00:00+07:00"))))
    );
    assert_eq!(worst.over(), 49 * 3600);
    let untold = case("A-1", &[custody, released]);
    let worst = row(&untold, NOON).worst.expect("the parents were not told");
    assert_eq!((worst.rule, worst.ended), (rule("parents-notified"), None));
}

#[test]
fn what_ended_with_its_case_was_not_done() {
    let closed = ("case_closed", "2026-03-05T10:00:00+07:00", "");
    let interview = ("interview_started", "2026-03-02T09:00:00+07:00", "");
    let case = case("A-1", &[interview, closed]);
    let worst = row(&case, NOON).worst.expect("the interview had no end");
    let ended = Ended::CaseClosed(instant("2026-03-05T10:00:00+07:00"));
    assert_eq!((worst.rule, worst.ended), (rule("interview-90min"), Some(ended)));
    // From 10:30 on 2 March.
    assert_eq!(worst.over(), 71 * 3600 + 1800);
    let summary = Snapshot::of_case(&case, book(), instant(NOON)).expect("opened").summary;
    assert_eq!(Summary::read(&summary.to_json()).as_ref(), Some(&summary));
}

#[test]
fn a_docket_stands_in_the_order_in_which_a_clerk_must_look() {
    let told = |at| (TOLD, at, "");
    let released = |at| ("released", at, r#","kind":"from_custody""#);
    let expected = [
        // Held beyond the 48 hours, certainly: the longest first.
        case("Z-1", &[(CUSTODY, "2026-03-02T09:00:00+07:00", FIRM), told("2026-03-02T09:10:00+07:00")]),
        case("A-2", &[(CUSTODY, "2026-03-05T09:00:00+07:00", FIRM), told("2026-03-05T09:10:00+07:00")]),
        // Held beyond them under the protective reading alone.
        case("A-3", &[(CUSTODY, "2026-03-08", FIRM), told("2026-03-08")]),
        // Held, and the 48 hours end in 8 and in 20; that the parents were not told for long makes no difference.
        case("B-4", &[(CUSTODY, "2026-03-08T20:00:00+07:00", FIRM)]),
        case("A-5", &[(CUSTODY, "2026-03-09T08:00:00+07:00", FIRM), told("2026-03-09T08:10:00+07:00")]),
        // Free, and something is over: certainly, then arguably, the longest first.
        case("C-6", &[("interview_started", "2026-03-09T09:00:00+07:00", "")]),
        case("B-6", &[(CUSTODY, "2026-03-02T09:00:00+07:00", FIRM), released("2026-03-02T19:00:00+07:00")]),
        case("A-7", &[(CUSTODY, "2026-03-03T09:00:00+07:00", FIRM), released("2026-03-03T19:00:00+07:00")]),
        // Free, by what ends next.
        case("C-8", &[("complaint_received", "2026-03-02", "")]),
        case("A-9", &[("complaint_received", "2026-03-09", "")]),
        case("0-0", &[]),
        case(
            "0-1",
            &[
                (CUSTODY, "2026-03-02T09:00:00+07:00", FIRM),
                released("2026-03-08T19:00:00+07:00"),
                ("case_closed", "2026-03-09", ""),
            ],
        ),
    ];
    let expected: Vec<DocketRow> = expected.iter().map(|case| row(case, NOON)).collect();
    for seed in 0..20 {
        let mut rows = expected.clone();
        rows.shuffle(&mut rand_chacha::ChaCha8Rng::seed_from_u64(seed));
        sort(&mut rows);
        let order = |rows: &[DocketRow]| rows.iter().map(|row| row.case.to_string()).collect::<Vec<_>>();
        assert_eq!(order(&rows), order(&expected));
    }
}

#[test]
fn an_office_owes_what_is_over_first_then_by_what_is_left() {
    let held = case("A-1", &[(CUSTODY, "2026-03-08T20:00:00+07:00", FIRM)]);
    let other = case("B-2", &[("complaint_received", "2026-03-02", "")]);
    let owed = |office: &str| {
        let office = OfficeCode::new(office).expect("a code");
        let mut owed = Vec::new();
        for case in [&other, &held] {
            let snapshot = Snapshot::of_case(case, book(), instant(NOON)).expect("opened");
            owed.extend(duties(&snapshot, &office, book()));
        }
        today::sort(&mut owed);
        owed.iter().map(|duty| (duty.case.to_string(), duty.limit.rule)).collect::<Vec<_>>()
    };
    let (a, b) = ("A-1".to_owned(), "B-2".to_owned());
    let expected = [
        (&a, rule("parents-notified")),
        (&a, rule("custody-48h")),
        (&b, rule("investigator-mediation-30d")),
        (&a, rule("investigation-30d")),
    ];
    assert_eq!(owed("vte-investigation"), expected.map(|(case, rule)| (case.clone(), rule)));
    assert_eq!(owed("vte-juvenile-court"), []);
}

/// Rows of made-up cases, all at one instant.
fn rows(seeds: &[u64], days: i64) -> Vec<DocketRow> {
    let at = instant("2026-01-05T08:00:00+07:00").plus(days * 86_400);
    let conduct = |seed: u64| if seed.is_multiple_of(3) { Conduct::Orderly } else { Conduct::Disorderly };
    let row = |seed: &u64| {
        let history = made_up(*seed, conduct(*seed));
        let clock = history.iter().map(|(clock, _)| *clock).max().expect("actions");
        let case = recorded(history.into_iter().map(|(_, action)| action).collect(), clock);
        let mut row = DocketRow::of_case(&case, book(), at)?;
        // Each seed makes a case of the same reference.
        row.case = engine::action::CaseRef::new(&format!("S-{seed}")).expect("a reference");
        Some(row)
    };
    seeds.iter().filter_map(row).collect()
}

/// The class of a row, written apart from the code: who is held too long, held, too late, in time, closed.
fn class(row: &DocketRow) -> (u8, u8) {
    let open = row.worst.as_ref().filter(|worst| worst.ended.is_none());
    let sure = u8::from(open.is_some_and(|worst| worst.breach == Some(Breach::Arguable)));
    let limits = ["custody-48h", "remand-term", "remand-cap", "release-at-once"];
    let beyond = open.is_some_and(|worst| limits.contains(&worst.rule.word()));
    match row.standing {
        Standing::Remand | Standing::Custody if beyond => (0, sure),
        Standing::Remand | Standing::Custody => (1, 0),
        Standing::Free if open.is_some() => (2, sure),
        Standing::Free => (3, 0),
        Standing::Closed => (4, 0),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_a_docket_is_total(seeds in prop::collection::btree_set(0..5000u64, 2..14), days in 1..300i64) {
        let rows = rows(&seeds.into_iter().collect::<Vec<_>>(), days);
        for a in &rows {
            for b in &rows {
                prop_assert_eq!(a.compare(b), b.compare(a).reverse());
                prop_assert_eq!(a.compare(b) == Ordering::Equal, a.case == b.case);
                for c in &rows {
                    let goes_on = a.compare(b) == Ordering::Less && b.compare(c) == Ordering::Less;
                    prop_assert!(!goes_on || a.compare(c) == Ordering::Less);
                }
            }
        }
        let mut sorted = rows;
        sort(&mut sorted);
        prop_assert!(sorted.iter().map(class).is_sorted());
    }

    #[test]
    fn what_ends_next_has_not_passed_and_nothing_that_runs_ends_before(seed in 0..5000u64, days in 1..300i64) {
        for row in rows(&[seed], days) {
            let at = instant("2026-01-05T08:00:00+07:00").plus(days * 86_400);
            if let Some(next) = &row.next {
                prop_assert!(next.left >= 0 && next.end == at.plus(next.left));
                prop_assert!(next.breach != Some(Breach::Certain));
            }
            let certain = row.worst.as_ref().is_some_and(|worst| worst.breach == Some(Breach::Certain));
            prop_assert!(!certain || row.limits[1] > 0);
            prop_assert_eq!(row.worst.is_some(), row.limits != [0, 0]);
            if let Some(worst) = &row.worst {
                prop_assert!(worst.ended.is_some() || worst.end == at.plus(-worst.over()));
                prop_assert!(worst.over() > 0 && worst.end <= at);
            }
        }
    }

    #[test]
    fn an_urgency_that_was_foreseen_is_that_of_the_case_once_its_time_comes(seed in 0..5000u64, days in 1..200i64) {
        let history = made_up(seed, Conduct::Disorderly);
        let clock = history.iter().map(|(clock, _)| *clock).max().expect("actions");
        let case = recorded(history.into_iter().map(|(_, action)| action).collect(), clock);
        let from = instant("2026-01-05T08:00:00+07:00").plus(days * 86_400);
        if let Some(listed) = Listed::of(&case, book(), from) {
            let (summary, foreseen) = (&listed.summary, Foreseen::of(&listed.summary, from, book()));
            let ends = summary.limits.iter().flat_map(|limit| [Some(limit.earliest), limit.latest]).flatten();
            let around = ends.flat_map(|end| [end.plus(-1), end, end.plus(1)]);
            for at in around.chain([from.plus(-1), from, from.plus(86_400), from.plus(10_000 * 86_400)]) {
                let urgency = Urgency::of(summary, at, book());
                prop_assert_eq!(listed.urgency(at, book()), urgency);
                prop_assert_eq!(foreseen.at(at).unwrap_or(urgency), urgency);
                prop_assert!(at >= from || foreseen.at(at).is_none());
            }
            prop_assert!(foreseen.at(from).is_some());
        }
    }
}
