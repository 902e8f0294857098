//! What figures count, against cases made by hand, a naive recount of the sample cases, and somebody who subtracts.

mod attacker;
mod running;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use engine::action::Action;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::{Case, evolve};
use engine::decide::{Alerts, Command, decide};
use engine::rulebook::Rulebook;
use projections::figures::child::Part;
use projections::figures::count::Count;
use projections::figures::facts::CaseFacts;
use projections::figures::numbers::{Cell, Numbers, Span};
use projections::figures::period::Period;
use projections::figures::rules::Rules;
use projections::figures::tally::Tally;
use projections::view::Seat;
use serde_json::Value;
use tests::cases::{admitted, instant, rule};

fn book() -> &'static Rulebook {
    static BOOK: std::sync::LazyLock<Rulebook> = std::sync::LazyLock::new(Rulebook::law_05_na_2006);
    &BOOK
}

/// A case with these actions: name, time, more fields. It is opened on 2 March 2026, of a girl of fifteen.
fn case(actions: &[(&str, &str, &str)]) -> Case {
    let opening = (
        "case_opened",
        "2026-03-02T08:00:00+07:00",
        r#","court":"vte-juvenile-court","prosecutor":"vte-prosecutor","investigator":"vte-investigation","child":{"ref":"C1","birth_date":"2010-05-05","sex":"f","rural":true},"offences":[{"class":"major","penalty_months":{"min":36,"max":60},"committed_on":"2026-02-20","serious":true}]"#,
    );
    let lines = std::iter::once(&opening).chain(actions).map(|(action, at, more)| {
        let line = format!(r#"{{"case":"A-1","action":"{action}","at":"{at}","by":"vte-investigation"{more}}}"#);
        Action::read(&line).unwrap_or_else(|flaws| panic!("{flaws:?}: {line}"))
    });
    recorded(lines.collect(), instant("2026-12-01T00:00:00+07:00"))
}

fn recorded(actions: Vec<Action>, clock: Instant) -> Case {
    let record = Command::Record { actions, by: None, clock, alerts: Alerts::Raised };
    let events = decide(&Case::default(), book(), record).all_or_none().expect("the actions can be recorded");
    events.iter().fold(Case::default(), evolve)
}

/// The exact numbers of these cases in a period.
fn numbers<'c>(cases: impl IntoIterator<Item = &'c Case>, period: &str, at: &str) -> Numbers {
    let (rules, at) = (Rules::of(book()), instant(at));
    let mut tally = Tally::new(&rules, Period::parse(period).expect("a period"), at, None);
    for case in cases {
        if let Some(facts) = CaseFacts::of(case, book(), &rules, at) {
            tally.add(&facts, 0);
        }
    }
    tally.exact(&rules)
}

/// The counts of all children that are not 0.
fn all(numbers: &Numbers) -> Vec<(Count, i64)> {
    Count::ALL.into_iter().map(|count| (count, numbers.children(count, Part::All))).filter(|(_, n)| *n != 0).collect()
}

const CUSTODY: (&str, &str, &str) = ("custody_started", "2026-03-03T09:00:00+07:00", r#","evidence_firm":true"#);
const REMAND: (&str, &str, &str) =
    ("remand_ordered", "2026-03-04T09:00:00+07:00", r#","order":{"by":"juvenile_court","number":"1"}"#);
const LATER: &str = "2026-12-01T00:00:00+07:00";

#[test]
fn a_child_is_arrested_once_and_in_detention_until_it_is_released() {
    let released = ("released", "2026-04-10T09:00:00+07:00", r#","kind":"provisional""#);
    let again = ("custody_started", "2026-04-20T09:00:00+07:00", r#","evidence_firm":true"#);
    let case = case(&[CUSTODY, REMAND, released, again]);
    let first = all(&numbers([&case], "2026-Q1", LATER));
    let held = [(Count::Detained, 1), (Count::BeforeJudgment, 1)];
    assert_eq!(first, [&[(Count::Opened, 1), (Count::Open, 1), (Count::Arrested, 1)][..], &held].concat());
    assert_eq!(all(&numbers([&case], "2026-Q2", LATER)), [&[(Count::Open, 1)][..], &held].concat());
    // In the year that runs, the day on which it counts is today.
    let free = all(&numbers([&case], "2026", "2026-04-10T10:00:00+07:00"));
    assert_eq!(free, [(Count::Opened, 1), (Count::Open, 1), (Count::Arrested, 1)]);
    assert_eq!(all(&numbers([&case], "2025", LATER)), []);
}

#[test]
fn a_sentence_is_custodial_if_it_takes_the_liberty_and_detention_goes_on_in_a_training_centre() {
    let of = |judgment: &'static str| {
        let given = ("judgment_given", "2026-05-04T09:00:00+07:00", judgment);
        let entered = ("training_centre_entered", "2026-05-06T09:00:00+07:00", "");
        case(&[CUSTODY, REMAND, given, entered])
    };
    let imprisoned = of(r#","measure":"imprisonment","months":10"#);
    let found = all(&numbers([&imprisoned], "2026-Q2", LATER));
    let expected = [(Count::Open, 1), (Count::Detained, 1), (Count::Sentenced, 1), (Count::Custodial, 1)];
    assert_eq!(found, expected);
    let count = |case: &Case, count| numbers([case], "2026-Q2", LATER).children(count, Part::All);
    for (judgment, sentenced, custodial) in [
        (r#","measure":"acquittal""#, 0, 0),
        (r#","measure":"suspended""#, 1, 0),
        (r#","measure":"court_measure""#, 1, 0),
        (r#","measure":"life_imprisonment""#, 1, 1),
    ] {
        let case = of(judgment);
        assert_eq!(
            [count(&case, Count::Sentenced), count(&case, Count::Custodial)],
            [sentenced, custodial],
            "{judgment}"
        );
    }
    let held = numbers([&imprisoned], "2026-Q2", LATER).spreads[&Span::HeldFor(Part::Female)];
    assert_eq!(held.values.map(|values| values.median), Some(62 * 86_400), "from 3 March to 4 May, at nine");
}

#[test]
fn a_settled_mediation_diverts_and_one_that_failed_does_not() {
    let ended = |settled: &'static str| case(&[("mediation_ended", "2026-03-20T09:00:00+07:00", settled)]);
    let count = |case: &Case| numbers([case], "2026-Q1", LATER).children(Count::Diverted, Part::All);
    assert_eq!(count(&ended(r#","settled":true"#)), 1);
    assert_eq!(count(&ended(r#","settled":false"#)), 0);
}

#[test]
fn a_child_is_heard_if_one_of_its_hearings_says_so() {
    let hearing = |at: &'static str, more: &'static str| ("hearing_held", at, more);
    let (march, april) = ("2026-03-20T09:00:00+07:00", "2026-04-20T09:00:00+07:00");
    let heard = r#","substantive":true,"child_heard":true"#;
    let unknown = r#","substantive":true"#;
    let formal = r#","substantive":false,"child_heard":true"#;
    let of = |hearings: &[(&'static str, &'static str, &'static str)], quarter: &str| {
        let numbers = numbers([&case(hearings)], quarter, LATER);
        [Count::Hearing, Count::Heard].map(|count| numbers.children(count, Part::All))
    };
    assert_eq!(of(&[hearing(march, unknown), hearing("2026-03-21T09:00:00+07:00", heard)], "2026-Q1"), [1, 1]);
    assert_eq!(of(&[hearing(march, unknown), hearing(april, heard)], "2026-Q1"), [1, 0]);
    assert_eq!(of(&[hearing(march, formal)], "2026-Q1"), [0, 0]);
}

#[test]
fn a_child_counts_in_one_group_of_each_kind_by_its_age_on_the_day() {
    let known = ("child_identified", "2026-03-30T09:00:00+07:00", r#","disability":false,"ethnic_minority":true"#);
    let numbers = numbers([&case(&[CUSTODY, known])], "2026-Q1", LATER);
    let in_groups: Vec<Part> =
        Part::ALL.into_iter().filter(|part| numbers.children(Count::Arrested, *part) == 1).collect();
    let expected = [Part::All, Part::Female, Part::Age15, Part::Rural, Part::Minority, Part::NoDisability];
    assert_eq!(in_groups, expected);
    let sixteen = case(&[("custody_started", "2026-05-05T09:00:00+07:00", r#","evidence_firm":true"#)]);
    assert_eq!(self::numbers([&sixteen], "2026-Q2", LATER).children(Count::Arrested, Part::Age16), 1);
}

#[test]
fn a_stage_is_from_its_protective_start_to_the_act_that_ended_it() {
    let numbers = numbers([&case(&[CUSTODY, REMAND])], "2026-Q1", LATER);
    let custody = numbers.spreads[&Span::Stage(rule("custody-48h"))];
    let values = custody.values.expect("shown");
    assert_eq!((custody.count, values.median, values.allowed, values.percent), (1, 86_400, 172_800, [50, 50]));
    let open = self::numbers([&case(&[CUSTODY])], "2026-Q1", LATER);
    assert_eq!(open.spreads.get(&Span::Stage(rule("custody-48h"))), None, "a limit that is open is no time used");
}

#[test]
fn a_breach_counts_in_its_month_as_sure_as_it_is_at_the_end_of_the_period() {
    // Forty-eight hours from the last second of March end on 2 April.
    let case = case(&[("custody_started", "2026-03-31T09:00:00+07:00", r#","evidence_firm":true"#)]);
    let of = |period: &str, month, breach| {
        numbers([&case], period, LATER).count(Cell::Breach(rule("custody-48h"), month, breach))
    };
    assert_eq!([of("2026-Q1", 2, Breach::Certain), of("2026-Q1", 2, Breach::Arguable)], [0, 0]);
    assert_eq!([of("2026-Q2", 0, Breach::Certain), of("2026-Q2", 0, Breach::Arguable)], [1, 0]);
    assert_eq!(of("2026", 3, Breach::Certain), 1);
}

#[test]
fn delays_of_recording_are_those_of_the_actions_recorded_in_the_period() {
    let line = r#"{"case":"A-1","action":"case_opened","at":"2026-03-02T08:00:00+07:00","by":"vte-investigation","court":"c","prosecutor":"p","investigator":"vte-investigation","child":{"ref":"C1","birth_date":"2010-05-05"},"offences":[{"class":"major","penalty_months":{"min":36,"max":60},"committed_on":"2026-02-20","serious":true}]}"#;
    let recorded = |clock: &str| recorded(vec![Action::read(line).expect("an action")], instant(clock));
    let (soon, late) = (recorded("2026-03-02T09:00:00+07:00"), recorded("2026-04-01T08:00:00+07:00"));
    let first = numbers([&soon, &late], "2026-Q1", LATER);
    let spread = first.spreads[&Span::Recorded];
    assert_eq!((spread.count, spread.values.map(|values| values.median)), (1, Some(3600)));
    assert_eq!(first.count(Cell::RecordedLate), 0);
    assert_eq!(numbers([&soon, &late], "2026-Q2", LATER).count(Cell::RecordedLate), 1);
}

/// A recount of what the lines say, without the program's timelines. The sample cases have withdrawals, which are left out with
/// their cases.
#[test]
fn a_naive_recount_of_the_sample_cases_gives_the_same() {
    let lines = include_str!("../../scenarios/data/actions-300.jsonl");
    let actions = admitted(lines, book());
    let mut expected: BTreeMap<(&str, i32), i64> = BTreeMap::new();
    let mut cases = Vec::new();
    for actions in actions.into_values() {
        let said: Vec<Value> = actions.iter().map(json).collect();
        let names = |name: &str| said.iter().filter(|action| action["action"] == name).collect::<Vec<_>>();
        if !names("action_withdrawn").is_empty() || !names("case_voided").is_empty() {
            continue;
        }
        let year = |action: &Value| action["at"].as_str().expect("a time")[..4].parse::<i32>().expect("a year");
        let mut add = |what: &'static str, first: Option<&&Value>| {
            if let Some(first) = first {
                *expected.entry((what, year(first))).or_default() += 1;
            }
        };
        let at = |action: &&&Value| day(action["at"].as_str().expect("a time"));
        let taking = ["arrested", "custody_started", "remand_ordered"].map(names).concat();
        add("opened", names("case_opened").iter().min_by_key(at));
        add("arrested", taking.iter().min_by_key(at));
        let judgments = names("judgment_given");
        let judgment = judgments.iter().min_by_key(at);
        add("sentenced", judgment.filter(|given| given["measure"] != "acquittal"));
        add(
            "custodial",
            judgment.filter(|given| {
                ["imprisonment", "life_imprisonment", "death"].iter().any(|measure| given["measure"] == *measure)
            }),
        );
        cases.push(recorded(actions, instant("2032-01-01T00:00:00+07:00")));
    }
    assert!(cases.len() > 100, "{} cases without withdrawals", cases.len());
    let mut compared = 0;
    for year in 2024..=2028 {
        let numbers = numbers(&cases, &year.to_string(), "2032-01-01T00:00:00+07:00");
        for (what, count) in [
            ("opened", Count::Opened),
            ("arrested", Count::Arrested),
            ("sentenced", Count::Sentenced),
            ("custodial", Count::Custodial),
        ] {
            let naive = expected.get(&(what, year)).copied().unwrap_or(0);
            assert_eq!(numbers.children(count, Part::All), naive, "{what} in {year}");
            compared += naive;
        }
    }
    assert!(compared > 300, "{compared} compared");
}

fn json(action: &Action) -> Value {
    let mut text = String::new();
    action.to_json().write(&mut text);
    serde_json::from_str(&text).expect("JSON")
}

fn day(text: &str) -> NaiveDate {
    text[..10].parse().expect("a day")
}

#[test]
fn quarters_of_a_year_add_up_to_the_year_for_what_happens_once() {
    let cases: Vec<Case> = (0..60).map(|n| recorded(tests::made::actions(n), tests::made::after_all())).collect();
    let at = "2032-01-01T00:00:00+07:00";
    let year = numbers(&cases, "2026", at);
    let quarters = [1, 2, 3, 4].map(|quarter| numbers(&cases, &format!("2026-Q{quarter}"), at));
    for count in [Count::Opened, Count::Arrested, Count::Sentenced, Count::Custodial, Count::Diverted] {
        for part in Part::ALL {
            let sum: i64 = quarters.iter().map(|quarter| quarter.children(count, part)).sum();
            assert_eq!(sum, year.children(count, part), "{count:?} {part:?}");
        }
    }
    assert!(year.children(Count::Arrested, Part::All) > 10);
    // What an office sees of alerts are those that it owes itself; together they are all.
    let rules = Rules::of(book());
    let untaken = |seat| {
        let mut tally = Tally::new(&rules, Period::Year(2032), instant(at), seat);
        for case in &cases {
            if let Some(facts) = CaseFacts::of(case, book(), &rules, instant(at)) {
                tally.add(&facts, 0);
            }
        }
        tally.exact(&rules).count(Cell::Untaken)
    };
    let of_seats: i64 = Seat::ALL.into_iter().map(|seat| untaken(Some(seat))).sum();
    assert!(untaken(None) > 0 && of_seats <= untaken(None));
}
