//! How many entries an assessment looks at.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use super::*;
use crate::assess::assess;
use crate::rulebook::Rulebook;

const OPENING: &str = r#"{"case":"C-1","action":"case_opened","at":"2026-01-05T08:00:00+07:00","by":"i","court":"c","prosecutor":"p","investigator":"i","child":{"ref":"C-1","birth_date":"2010-05-05"},"offences":[{"class":"crime","penalty_months":{"min":60,"max":120},"committed_on":"2026-01-02","serious":true}]}"#;

/// A case of an opening and these actions, repeated in turn, seven seconds apart.
fn case(turns: &[&str], actions: usize) -> Vec<Action> {
    let mut lines = OPENING.to_owned();
    let begun = Instant::parse("2026-02-01T08:00:00+07:00").expect("an instant");
    for (n, action) in turns.iter().cycle().take(actions).enumerate() {
        let at = begun.plus(7 * i64::try_from(n).expect("a small number"));
        write!(lines, "\n{{\"case\":\"C-1\",\"at\":\"{at}\",\"by\":\"i\",\"action\":{action}}}").expect("a text");
    }
    lines.lines().map(|line| Action::read(line).unwrap_or_else(|flaws| panic!("{line}: {flaws:?}"))).collect()
}

#[test]
fn what_is_looked_at_grows_with_the_actions_and_not_with_their_square() {
    let request = r#""release_requested","requested_by":"parent""#;
    let missed = r#""summons_missed","authority":"investigator","reason":null"#;
    let brought_in = r#""brought_in","authority":"investigator""#;
    let released = r#""released","kind":"provisional""#;
    let shapes: [&[&str]; 9] = [
        &[request],
        &[request, r#""release_request_received""#],
        &[missed, brought_in],
        &[r#""interview_started""#],
        &[r#""remand_ordered""#],
        &[r#""custody_started""#, r#""remand_ordered""#, released],
        &[r#""prosecution_order_received""#, r#""hearing_held","substantive":false"#],
        &[r#""referred_to_mediation","to":"prosecutor""#, r#""mediation_ended","settled":false"#],
        &[r#""investigation_extended","agreed_by":"prosecutor""#, r#""interview_started""#],
    ];
    let book = Rulebook::law_05_na_2006();
    let at = Instant::parse("2026-06-01T08:00:00+07:00").expect("an instant");
    for turns in shapes {
        let looked_at = |actions: usize| {
            let case = case(turns, actions);
            let assessment = assess(case.iter(), &book, at).expect("an opened case");
            assert_eq!(assessment.timeline.entries().len(), actions + 1);
            assessment.timeline.looked_at.load(Ordering::Relaxed)
        };
        let (few, many) = (looked_at(250), looked_at(1_000));
        assert!(many <= 5 * few + 1_000, "{turns:?}: {few} for 250 actions, {many} for 1000");
    }
}
