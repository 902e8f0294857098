//! Cases for tests: from lines of the action format, or made by the generator.

use std::collections::BTreeMap;

use engine::action::{Action, ActionName, WhichOffence};
use engine::assess::assess;
use engine::calendar::Instant;
use engine::case::Case;
use engine::decide::{Verdict, admit};
use engine::rulebook::{RuleId, Rulebook};
use scenarios::generator::{Conduct, Plan, history};

/// The actions of each case in `lines` that can be recorded, by reference; what is refused is left out.
///
/// # Panics
/// When a line is no action.
pub fn admitted(lines: &str, book: &Rulebook) -> BTreeMap<String, Vec<Action>> {
    let mut cases: BTreeMap<String, Vec<Action>> = BTreeMap::new();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        if let Ok(action) = Action::read(line) {
            cases.entry(action.case.to_string()).or_default().push(action);
        }
    }
    for actions in cases.values_mut() {
        let mut verdicts = admit(&Case::default(), actions, None, book).into_iter();
        actions.retain(|_| verdicts.next() == Some(Verdict::Accepted));
    }
    cases
}

/// The assessment of every case at `at`, one JSON object a line, without the digest (which names the rulebook's bytes).
pub fn assessments(cases: &BTreeMap<String, Vec<Action>>, book: &Rulebook, at: Instant) -> String {
    let mut out = String::new();
    let digest = format!("\"digest\":\"{}\",", book.digest());
    for actions in cases.values() {
        if let Some(assessment) = assess(actions.iter(), book, at) {
            let mut line = String::new();
            assessment.write_json(book, &mut line);
            out.push_str(&line.replace(&digest, ""));
            out.push('\n');
        }
    }
    out
}

/// The instant that `text` names.
///
/// # Panics
/// When it names none.
pub fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap_or_else(|| panic!("no instant: {text}"))
}

/// The rule with this name.
///
/// # Panics
/// When it cannot be the name of a rule.
pub fn rule(name: &str) -> RuleId {
    RuleId::from_word(name).unwrap_or_else(|| panic!("no name of a rule: {name}"))
}

/// How many others an action may need on record: an offence that was added, and what is withdrawn. An order of recording
/// that nobody refuses is a stable sort by it.
pub fn needs(action: &Action) -> u8 {
    match (action.name, action.offence()) {
        (ActionName::ActionWithdrawn, _) => 2,
        (_, Some(WhichOffence::Added(_))) => 1,
        _ => 0,
    }
}

/// The actions of a made-up case, with the instants at which they would be recorded.
///
/// # Panics
/// When the generator makes a line that is no action.
pub fn made_up(seed: u64, conduct: Conduct) -> Vec<(Instant, Action)> {
    let first_day = engine::calendar::parse_date("2026-01-05").expect("a date");
    let plan = Plan { seed, cases: 1, conduct, first_day };
    let read = |json: &str| Action::read(json).unwrap_or_else(|flaws| panic!("seed {seed}: {flaws:?}"));
    history(&plan, 0).into_iter().map(|line| (Instant::from_unix(line.at), read(&line.json))).collect()
}
