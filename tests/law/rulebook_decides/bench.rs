//! What all cases come to under a rulebook: what is assessed, and what offices are alerted to.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::NaiveDate;
use engine::action::Action;
use engine::calendar::Instant;
use engine::case::{Case, Fact, evolve};
use engine::decide::{Alerts, Command, decide};
use engine::randomness::Seed;
use engine::rulebook::Rulebook;
use scenarios::worked::worked_cases;
use tests::cases::{admitted, assessments, instant};

/// The worked cases with a few more, for what none of them shows, and behind them the sample.
pub struct Bench {
    book: Rulebook,
    worked: Vec<Known>,
    sample: OnceCell<Vec<Known>>,
}

/// One case, and what it comes to under the program's own rulebook.
pub struct Known {
    /// The rules that it is about, as its file says.
    about: Vec<String>,
    actions: BTreeMap<String, Vec<Action>>,
    instants: Vec<Instant>,
    before: OnceCell<String>,
}

impl Bench {
    pub fn new() -> Self {
        let book = Rulebook::law_05_na_2006();
        let worked = worked_cases().expect("the worked cases load").into_iter().map(|case| Known {
            about: case.rules,
            actions: admitted(&case.actions, &book),
            instants: case.expected.iter().map(|expected| instant(&expected.at)).collect(),
            before: OnceCell::new(),
        });
        let more = admitted(include_str!("more.jsonl"), &book).into_iter().map(at_the_end);
        Self { worked: worked.chain(more).collect(), sample: OnceCell::new(), book }
    }

    /// The sample, which is looked at last.
    fn sample(&self) -> &[Known] {
        self.sample.get_or_init(|| {
            let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/data/actions-300.jsonl");
            let sample = admitted(&std::fs::read_to_string(sample).expect("the sample"), &self.book);
            sample.into_iter().map(at_the_end).collect()
        })
    }

    /// Whether some case comes to something else under `book`. Those are tried first that are about `rule`.
    pub fn sees(&self, book: &Rulebook, rule: &str) -> bool {
        let changes = |case: &Known| case.result(book) != *case.before.get_or_init(|| case.result(&self.book));
        self.worked_about(rule).any(changes) || self.sample().iter().any(changes)
    }

    /// The worked cases about a rule, and then the others.
    pub fn worked_about(&self, rule: &str) -> impl Iterator<Item = &Known> {
        let (about, others): (Vec<_>, Vec<_>) = self.worked.iter().partition(|case| case.is_about(rule));
        about.into_iter().chain(others)
    }
}

/// A case that is looked at when all of it is over.
fn at_the_end(case: (String, Vec<Action>)) -> Known {
    let instants = vec![instant("2026-10-01T00:00:00+07:00")];
    Known { about: Vec::new(), actions: BTreeMap::from([case]), instants, before: OnceCell::new() }
}

impl Known {
    fn is_about(&self, rule: &str) -> bool {
        self.about.iter().any(|about| about == rule)
    }

    /// The assessments of the case at its instants.
    pub fn assessed(&self, book: &Rulebook) -> Vec<serde_json::Value> {
        let lines = self.instants.iter().map(|at| assessments(&self.actions, book, *at)).collect::<String>();
        lines.lines().map(|line| serde_json::from_str(line).expect("an assessment")).collect()
    }

    /// The civil date of an action.
    pub fn date(&self, id: &str) -> NaiveDate {
        let mut actions = self.actions.values().flatten();
        actions.find(|action| action.id.to_string() == id).expect("an action of the case").at.date()
    }

    /// All that the case comes to at its instants.
    fn result(&self, book: &Rulebook) -> String {
        let mut all = String::new();
        for &at in &self.instants {
            all.push_str(&assessments(&self.actions, book, at));
            for actions in self.actions.values().filter(|actions| !actions.is_empty()) {
                alerted(actions, book, at, &mut all);
            }
        }
        all
    }
}

/// What is told if the actions are recorded at once: whom it concerns, what it is about, who owes it. The steps of the
/// computation are left out, since they name every number.
fn alerted(actions: &[Action], book: &Rulebook, clock: Instant, all: &mut String) {
    let known = actions.iter().filter(|action| action.at.first() <= clock).cloned().collect();
    let record = Command::Record { actions: known, by: None, clock, alerts: Alerts::Raised, seed: Seed([7; 32]) };
    // A case may be opened after the instant at which it is looked at.
    let Ok(events) = decide(&Case::default(), book, record).all_or_none() else { return };
    for fact in events.iter().map(|event| &event.fact) {
        told(fact, all);
    }
}

/// Adds what a fact tells, without the steps of its computation.
pub fn told(fact: &Fact, all: &mut String) {
    let settled_by = if let Fact::AlertSettled(settled) = fact { Some(settled.by) } else { None };
    if let Some((alert, kind)) = fact.alert() {
        let _ = writeln!(all, "{kind} {:?} {} {:?} {settled_by:?}", alert.topic, alert.owed_by, alert.about);
    }
}

/// The events of a made-up case that is woken whenever it is due.
pub fn told_in_time(history: &[(Instant, Action)], book: &Rulebook) -> String {
    let (mut all, mut case) = (String::new(), Case::default());
    for (clock, action) in history {
        while let Some(due) = case.next_due(book).filter(|due| due < clock) {
            let now = Command::Now { clock: due, alerts: Alerts::Raised, seed: Seed([7; 32]) };
            for event in decide(&case, book, now).all_or_none().expect("time is never refused") {
                let _ = write!(all, "{due} ");
                told(&event.fact, &mut all);
                case = evolve(case, &event);
            }
        }
        let command = Command::Record {
            actions: vec![action.clone()],
            by: None,
            clock: *clock,
            alerts: Alerts::Raised,
            seed: Seed([7; 32]),
        };
        for event in decide(&case, book, command).all_or_none().expect("a made-up action can be recorded") {
            case = evolve(case, &event);
        }
    }
    all
}
