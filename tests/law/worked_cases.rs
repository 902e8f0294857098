//! The worked cases, each an oracle that a lawyer can check.

use std::collections::BTreeSet;

use engine::rulebook::Rulebook;
use scenarios::worked::worked_cases;
use tests::cases::{admitted, assessments, instant};

#[test]
fn every_worked_case_comes_out_as_it_says() {
    let book = Rulebook::law_05_na_2006();
    let worked = worked_cases().expect("the worked cases load");
    let mut wrong = Vec::new();
    for case in &worked {
        let actions = admitted(&case.actions, &book);
        for expected in &case.expected {
            let found = assessments(&actions, &book, instant(&expected.at));
            if found.trim() != expected.assessment.trim() {
                wrong.push(format!(
                    "{} at {}\n  found    {}\n  expected {}",
                    case.path.display(),
                    expected.at,
                    found.trim(),
                    expected.assessment.trim()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} worked cases differ:\n{}", wrong.len(), worked.len(), wrong.join("\n"));
}

#[test]
fn every_rule_has_a_worked_case_that_fails_it() {
    let worked = worked_cases().expect("the worked cases load");
    let mut failed: BTreeSet<String> = BTreeSet::new();
    for expected in worked.iter().flat_map(|case| &case.expected) {
        let assessment: serde_json::Value = serde_json::from_str(&expected.assessment).expect("an assessment");
        for list in ["deadlines", "findings"] {
            for item in assessment[list].as_array().expect("a list") {
                if !item["breach"].is_null() {
                    failed.insert(item["rule"].as_str().expect("a rule").to_owned());
                }
            }
        }
    }
    let book = Rulebook::law_05_na_2006();
    let missing: Vec<&str> =
        book.rules().iter().map(|rule| rule.id.word()).filter(|rule| !failed.contains(*rule)).collect();
    assert!(missing.is_empty(), "no worked case breaches {missing:?}");
}
