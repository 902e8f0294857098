//! A case in which every kind of personal field says a word that nothing else says.

use engine::action::Action;

/// The words, in the order of the actions that say them.
pub const WORDS: [&str; 7] =
    ["Phommachan", "2009-11-20", "\"sex\"", "Khamla was ill", "W-ANOUSA", "ORDER-9181", "a slip of the pen"];

/// What somebody who takes an alert of the case may say.
pub const PROMISED: &str = "found at home";

const LINES: [&str; 8] = [
    r#""action":"case_opened","at":"2026-02-01T08:00:00+07:00","court":"vte-juvenile-court","prosecutor":"vte-prosecutor","investigator":"vte-investigation","child":{"ref":"Phommachan","birth_date":"2009-11-20","sex":"m","age_years":16},"offences":[{"class":"crime","penalty_months":{"min":60,"max":120},"committed_on":"2026-01-20","serious":true}]"#,
    r#""action":"child_identified","at":"2026-02-02","birth_date":"2009-11-20","sex":"m","disability":false"#,
    r#""action":"summons_missed","at":"2026-02-03","authority":"investigator","reason":"Khamla was ill""#,
    r#""action":"summons_missed","at":"2026-02-04","authority":"investigator","reason":null"#,
    r#""action":"witness_interviewed","at":"2026-02-05","role":"witness","ref":"W-ANOUSA""#,
    r#""action":"arrested","at":"2026-03-01T09:00:00+07:00","order":{"by":"prosecutor","number":"ORDER-9181"}"#,
    r#""action":"custody_started","at":"2026-03-01T09:30:00+07:00""#,
    r#""action":"action_withdrawn","at":"2026-03-01T09:30:00+07:00","withdraws":"00000000-0000-4000-8000-000000000004","reason":"a slip of the pen""#,
];

/// How many commitments the case holds.
pub const COMMITMENTS: usize = 8;

/// The actions, whose ids count up from 1.
///
/// # Panics
/// Never: they are actions.
pub fn actions() -> Vec<Action> {
    let line = |(n, fields): (u32, &&str)| {
        format!(r#"{{"case":"P-1","id":"00000000-0000-4000-8000-{n:012}","by":"vte-investigation",{fields}}}"#)
    };
    (1..).zip(&LINES).map(|known| Action::read(&line(known)).expect("an action")).collect()
}
