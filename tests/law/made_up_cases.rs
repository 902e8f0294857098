//! What the generator makes: sloppy offices do everything that the format knows, and careful ones break nothing.

use std::collections::BTreeSet;

use engine::action::ActionName;
use engine::action::describe::leaves;
use engine::assess::assess;
use engine::rulebook::{RuleId, Rulebook};
use scenarios::generator::Conduct;
use serde_json::Value;
use tests::cases::made_up;

/// So many made-up cases are looked at.
const CASES: u64 = 1_000;

/// The actions of an account of cases, each as JSON.
fn disorderly() -> impl Iterator<Item = (ActionName, Value)> {
    (0..CASES).flat_map(|seed| made_up(seed, Conduct::Disorderly)).map(|(_, action)| {
        let mut json = String::new();
        action.to_json().write(&mut json);
        (action.name, serde_json::from_str(&json).expect("JSON"))
    })
}

#[test]
fn sloppy_offices_record_every_action_with_every_field_and_leave_out_what_may_be() {
    let leaves: Vec<_> = ActionName::ALL.iter().map(|name| (*name, leaves(*name))).collect();
    let (mut missing, mut always) = (BTreeSet::new(), BTreeSet::new());
    for (name, leaves) in &leaves {
        missing.insert((*name, String::new()));
        let own = leaves.iter().map(|leaf| (*name, format!("/{}", leaf.path.replace('.', "/"))));
        missing.extend(own.clone());
        always.extend(own.zip(leaves).filter(|(_, leaf)| !leaf.required).map(|(path, _)| path));
    }
    for (name, json) in disorderly() {
        missing.retain(|(of, path)| *of != name || json.pointer(path).is_none());
        always.retain(|(of, path)| *of != name || json.pointer(path).is_some());
    }
    assert!(missing.is_empty(), "never recorded: {missing:?}");
    assert!(always.is_empty(), "never left out: {always:?}");
}

#[test]
fn sloppy_offices_break_every_rule() {
    let book = Rulebook::law_05_na_2006();
    let mut kept: BTreeSet<RuleId> = book.rules().iter().map(|rule| rule.id).collect();
    for seed in 0..CASES {
        let history = made_up(seed, Conduct::Disorderly);
        let at = history.iter().map(|(clock, _)| *clock).max().expect("actions").plus(60 * 86_400);
        let Some(assessment) = assess(history.iter().map(|(_, action)| action), &book, at) else { continue };
        for deadline in assessment.deadlines.iter().filter(|deadline| deadline.breach(at).is_some()) {
            kept.remove(&deadline.rule);
        }
        for finding in &assessment.findings {
            kept.remove(&finding.rule);
        }
    }
    assert!(kept.is_empty(), "never broken: {kept:?}");
}

#[test]
fn careful_offices_break_nothing_and_leave_nothing_out() {
    let book = Rulebook::law_05_na_2006();
    for seed in 0..CASES {
        let history = made_up(seed, Conduct::Orderly);
        let at = history.iter().map(|(clock, _)| *clock).max().expect("actions");
        let assessment = assess(history.iter().map(|(_, action)| action), &book, at).expect("it is open");
        let breached: BTreeSet<RuleId> = assessment
            .deadlines
            .iter()
            .filter(|deadline| deadline.breach(at).is_some())
            .map(|deadline| deadline.rule)
            .chain(assessment.findings.iter().map(|finding| finding.rule))
            .chain(assessment.not_on_record.iter().map(|missing| missing.rule))
            .collect();
        assert!(breached.is_empty(), "seed {seed}: {breached:?}");
    }
}
