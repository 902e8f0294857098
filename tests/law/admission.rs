//! Which actions of a list can be recorded, and what is refused without saying more than it may.

use engine::action::Action;
use engine::case::Case;
use engine::decide::{Verdict, admit};
use engine::refusal::reasons;
use engine::rulebook::{Language, Rulebook};

const OPENING: &str = r#""action":"case_opened","at":"2026-02-01","by":"o","court":"c","prosecutor":"p","investigator":"o","child":{"ref":"C1","birth_date":"2010-05-05"},"offences":[{"class":"major","penalty_months":{"min":12,"max":60},"committed_on":"2026-01-20","serious":true}]"#;

/// The places (from 1) of the lines that are refused.
#[track_caller]
fn refused(lines: &[String]) -> Vec<usize> {
    let actions: Vec<Action> =
        lines.iter().map(|line| Action::read(line).unwrap_or_else(|flaws| panic!("{flaws:?}"))).collect();
    let verdicts = admit(&Case::default(), &actions, None, &Rulebook::law_05_na_2006());
    let refused = verdicts.iter().enumerate().filter(|(_, verdict)| matches!(verdict, Verdict::Refused(_)));
    refused.map(|(place, _)| place + 1).collect()
}

fn line(id: u32, fields: &str) -> String {
    format!(r#"{{"case":"A-1","id":"00000000-0000-4000-8000-{id:012}",{fields}}}"#)
}

fn told(id: u32) -> String {
    line(id, r#""action":"rights_told","at":"2026-02-02","by":"o""#)
}

fn withdrawal(id: u32, of: u32) -> String {
    line(
        id,
        &format!(
            r#""action":"action_withdrawn","at":"2026-02-03","by":"o","withdraws":"00000000-0000-4000-8000-{of:012}""#
        ),
    )
}

#[test]
fn the_later_of_two_lines_under_one_id_is_refused() {
    let other = line(2, r#""action":"medical_check","at":"2026-02-02","by":"o""#);
    assert_eq!(refused(&[line(1, OPENING), told(2), other.clone()]), [3]);
    assert_eq!(refused(&[line(1, OPENING), other, told(2)]), [3]);
}

#[test]
fn what_needs_a_refused_opening_is_refused_too() {
    assert_eq!(refused(&[told(1), line(1, OPENING)]), [1]);
    assert_eq!(refused(&[told(1), told(2)]), [1, 2]);
}

#[test]
fn a_refused_line_does_not_keep_its_id() {
    assert_eq!(refused(&[line(1, OPENING), withdrawal(2, 9), told(2)]), [2]);
}

#[test]
fn what_withdraws_a_refused_line_is_refused_in_any_order() {
    let index = line(3, r#""action":"offence_reclassified","at":"2026-02-02","by":"o","offence":7,"class":"crime""#);
    assert_eq!(refused(&[withdrawal(2, 3), index, line(1, OPENING)]), [1, 2]);
}

#[test]
fn a_case_is_opened_once_and_a_resent_opening_is_known() {
    let again = line(2, OPENING);
    assert_eq!(refused(&[line(1, OPENING), again, line(1, OPENING)]), [2]);
}

#[test]
fn a_refusal_names_the_field_and_never_what_stood_in_it() {
    let secret = ["Somchai", "2010-05-05", "020 5555 1234"];
    let fields = [
        (r#""at":"Somchai""#, "`at`"),
        (r#""at":"020 5555 1234""#, "`at`"),
        (r#""at":"05.05.2010 2010-05-05""#, "`at`"),
        (r#""at":"2026-01-01","Somchai":1"#, "unknown field"),
        (r#""at":"2026-01-01","visitor":"Somchai""#, "visitor"),
    ];
    for (fields, named) in fields {
        let line = format!(r#"{{"case":"A-1","action":"visit_refused","by":"o",{fields}}}"#);
        let refusal = reasons(&Action::read(&line).expect_err(fields), Language::En);
        assert!(refusal.contains(named), "{refusal}");
        assert!(secret.iter().all(|secret| !refusal.contains(secret)), "{refusal}");
    }
}

#[test]
fn dates_lie_between_1900_and_2399_in_vientiane() {
    for at in [
        "1899-12-31",
        "1899-12-31T23:59:59+07:00",
        "2399-12-31T17:00:00Z",
        "2400-01-01",
        "2569-03-01",
        "0000-01-01",
        "0000-01-01T00:00:00+23:59",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:00:00-23:59",
        "2026-02-30",
        "2026-01-01T24:00:00Z",
        "2026-01-01T10:00:60Z",
    ] {
        let line = format!(r#"{{"case":"A-1","action":"rights_told","at":"{at}","by":"o"}}"#);
        assert!(Action::read(&line).is_err(), "{at}");
    }
    for at in ["1900-01-01", "1899-12-31T17:00:00Z", "2399-12-31T16:59:59Z"] {
        let line = format!(r#"{{"case":"A-1","action":"rights_told","at":"{at}","by":"o"}}"#);
        assert!(Action::read(&line).is_ok(), "{at}");
    }
}

#[test]
fn an_object_of_a_hundred_thousand_keys_is_refused_at_once() {
    let keys: Vec<String> = (0..100_000).map(|n| format!("\"k{n}\":1")).collect();
    let flaws = Action::read(&format!("{{{}}}", keys.join(","))).expect_err("too many keys");
    assert!(flaws[0].to_string().contains("64 keys"), "{flaws:?}");
}

#[test]
fn the_id_of_an_action_without_one_is_that_of_its_canonical_json() {
    let sent = r#"{"at":"2026-03-01T02:30:00.750Z","by":"o","case":"A-1","action":"parents_notified"}"#;
    let other = r#"{ "case": "A-1", "action": "parents_notified", "by": "o", "at": "2026-03-01T09:30:00+07:00" }"#;
    let canonical = r#"{"action":"parents_notified","at":"2026-03-01T09:30:00+07:00","by":"o","case":"A-1"}"#;
    let namespace = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, b"urn:kamnot:action");
    let expected = uuid::Uuid::new_v5(&namespace, canonical.as_bytes());
    assert_eq!(Action::read(sent).unwrap().id.0, expected);
    assert_eq!(Action::read(other).unwrap().id.0, expected);
}

#[test]
fn a_derived_id_tells_nothing_personal() {
    let id = |line: &str| Action::read(line).unwrap_or_else(|flaws| panic!("{flaws:?}")).id;
    let opened = |child: &str| {
        id(&format!(
            r#"{{"case":"A-1","action":"case_opened","at":"2026-03-01","by":"i","court":"c","prosecutor":"p","investigator":"i","child":{child},"offences":[{{"class":"major","penalty_months":{{"min":36,"max":60}},"committed_on":"2026-02-27","serious":true}}]}}"#
        ))
    };
    let one = opened(r#"{"ref":"C-1","birth_date":"2010-05-06"}"#);
    assert_eq!(one, opened(r#"{"ref":"C-2","birth_date":null,"age_years":15,"sex":"f"}"#));
    let line =
        |name: &str, more: &str| id(&format!(r#"{{"case":"A-1","action":"{name}","at":"2026-03-02","by":"p"{more}}}"#));
    let withdrawn = |reason: &str| {
        line("action_withdrawn", &format!(r#","withdraws":"00000000-0000-4000-8000-000000000001"{reason}"#))
    };
    assert_eq!(withdrawn(r#","reason":"a wrong name""#), withdrawn(r#","reason":"another""#));
    assert_eq!(withdrawn(r#","reason":"a wrong name""#), withdrawn(""));
    let ordered =
        |number: &str, by: &str| line("remand_ordered", &format!(r#","order":{{"by":"{by}","number":"{number}"}}"#));
    assert_eq!(ordered("12/Somsak", "prosecutor"), ordered("13", "prosecutor"));
    assert_ne!(ordered("12", "prosecutor"), ordered("12", "juvenile_court"));
    assert_eq!(
        line("child_identified", r#","birth_date":"2010-05-06""#),
        line("child_identified", r#","age_years":15"#)
    );
    let identified = line("child_identified", r#","ref":"C-1","sex":"f","rural":true"#);
    assert_eq!(identified, line("child_identified", r#","ethnic_minority":true,"disability":false"#));
    // The reference of a witness is written like a case's, never a name.
    let witness = |of: &str| line("witness_interviewed", &format!(r#","role":"witness","ref":"{of}""#));
    assert_ne!(witness("W-1"), witness("W-2"));
}

#[test]
fn an_added_offence_is_named_by_the_action_that_added_it() {
    let added = line(
        2,
        r#""action":"offence_added","at":"2026-02-02","by":"o","class":"major","penalty_months":{"min":12,"max":60},"committed_on":"2026-01-20","serious":true"#,
    );
    let on = |id: u32, of: u32| {
        let which = format!("00000000-0000-4000-8000-{of:012}");
        line(
            id,
            &format!(
                r#""action":"offence_reclassified","at":"2026-02-03","by":"o","offence":"{which}","class":"crime""#
            ),
        )
    };
    let corrected = line(
        4,
        r#""action":"offence_corrected","at":"2026-02-04","by":"o","offence":"00000000-0000-4000-8000-000000000002","committed_on":"2026-01-19""#,
    );
    let opening = line(1, OPENING);
    let all = [on(3, 2), corrected.clone(), added.clone(), opening.clone()];
    assert_eq!(refused(&all), Vec::<usize>::new(), "in any order");
    assert_eq!(refused(&[on(3, 2), corrected, opening.clone()]), [1, 2], "nobody added it");
    assert_eq!(refused(&[opening.clone(), told(2), on(3, 2)]), [3], "it added no offence");
    assert_eq!(refused(&[opening.clone(), added.clone(), withdrawal(5, 2), on(3, 2)]), Vec::<usize>::new());
    // What names a refused addition is refused too: it is dated before the offence.
    let early = added.replace("\"2026-02-02\"", "\"2026-01-19\"");
    assert_eq!(refused(&[on(3, 2), early, opening]), [1, 2]);
}

#[test]
fn a_voided_case_repeats_another_and_never_itself() {
    let voided = |same_as: &str| {
        let fields =
            format!(r#""action":"case_voided","at":"2026-02-02","by":"o","reason":"duplicate","same_as":"{same_as}""#);
        line(2, &fields)
    };
    assert_eq!(refused(&[line(1, OPENING), voided("A-1")]), [2]);
    assert_eq!(
        refused(&[line(1, OPENING), voided("A-2"), told(3)]),
        Vec::<usize>::new(),
        "the case takes further actions"
    );
}
