//! What a refusal says: all that is wrong with a line, by codes and values, what helps, and nothing of a child.

use engine::action::{Action, ActionName, OfficeCode};
use engine::case::{Case, evolve};
use engine::decide::{Alerts, Command, Verdict, admit, admit_from, decide, doubts};
use engine::randomness::Seed;
use engine::refusal::{Code, Refusal};
use engine::rulebook::{Language, Rulebook};
use proptest::prelude::*;

const OPENING: &str = r#"{"case":"A-1","action":"case_opened","at":"2026-02-01","by":"o","court":"c","prosecutor":"p","investigator":"i","child":{"ref":"C1","birth_date":"2010-05-05"},"offences":[{"class":"major","penalty_months":{"min":12,"max":60},"committed_on":"2026-01-20","serious":true}]}"#;

fn action(line: &str) -> Action {
    Action::read(line).unwrap_or_else(|flaws| panic!("{flaws:?}: {line}"))
}

#[track_caller]
fn flaws(line: &str) -> Vec<Refusal> {
    Action::read(line).expect_err(line)
}

/// Code, field, found, expected.
type Values<'a> = (Code, Option<&'a str>, Option<&'a str>, Option<&'a str>);

fn values(refusal: &Refusal) -> Values<'_> {
    (refusal.code, refusal.field.as_deref(), refusal.found.as_deref(), refusal.expected.as_deref())
}

/// An action `name` with `fields` beside the four that every action has.
fn line(name: &str, fields: &str) -> String {
    format!(r#"{{"case":"A-1","action":"{name}","at":"2026-02-02","by":"o"{fields}}}"#)
}

#[test]
fn all_flaws_of_a_line_are_found_and_the_action_comes_first() {
    let found = flaws(r#"{"case":"a b","action":"custody_begun","at":"yesterday","by":"O"}"#);
    let codes: Vec<Code> = found.iter().map(|flaw| flaw.code).collect();
    assert_eq!(codes, [Code::MisspeltWord, Code::NotACaseReference, Code::NotAnInstant, Code::NotAnOfficeCode]);
    let opening = OPENING
        .replace("\"court\":\"c\",", "")
        .replace("2010-05-05", "5.5.2010")
        .replace("\"major\"", "\"big\"")
        .replace("\"min\":12", "\"min\":61")
        .replace("true", "\"yes\"");
    let found = flaws(&opening);
    let fields: Vec<Option<&str>> = found.iter().map(|flaw| flaw.field.as_deref()).collect();
    let expected = ["court", "child.birth_date", "offences.0.class", "offences.0.penalty_months", "offences.0.serious"];
    assert_eq!(fields, expected.map(Some), "{found:?}");
}

#[test]
fn the_word_that_was_meant_is_named() {
    let meant = |name: &str, fields: &str| {
        let found = flaws(&line(name, fields));
        (found[0].code, found[0].expected.clone().unwrap_or_default())
    };
    assert_eq!(meant("custody_begun", ""), (Code::MisspeltWord, "custody_started".to_owned()));
    assert_eq!(meant("Custody Started", ""), (Code::MisspeltWord, "custody_started".to_owned()));
    assert_eq!(meant("visit_refused", r#","visitor":"gaurdian""#), (Code::MisspeltWord, "guardian".to_owned()));
    assert_eq!(meant("custody_started", r#","evidence_frim":true"#), (Code::UnknownField, "evidence_firm".to_owned()));
    let (code, words) = meant("visit_refused", r#","visitor":"Somchai""#);
    assert!(code == Code::UnknownWord && words.starts_with("parent, guardian, "), "{code}: {words}");
}

#[test]
fn keys_in_capitals_are_told_so_and_unknown_ones_by_their_place() {
    let found = flaws(r#"{"Case":"A-1","ACTION":"rights_told","at":"2026-02-02","by":"o"}"#);
    assert_eq!(values(&found[0]), (Code::KeyInCapitals, None, Some("2"), Some("action")));
    assert_eq!(values(&found[1]), (Code::KeyInCapitals, None, Some("1"), Some("case")));
    let found =
        flaws(&line("custody_started", r#","place":{"children_only":true,"20091120":1},"somchai_phommachan":1"#));
    assert_eq!(values(&found[0]), (Code::UnknownField, Some("place"), Some("2"), None));
    assert_eq!(values(&found[1]), (Code::UnknownField, None, Some("6"), None));
    let said = format!("{found:?} {} {}", found[0], found[1].reason(Language::Lo));
    assert!(!said.contains("somchai") && !said.contains("2009"), "{said}");
}

#[test]
fn a_buddhist_year_is_told_in_every_date_and_a_birth_date_is_not_echoed() {
    let found = flaws(&line("rights_told", "").replace("2026-02-02", "2569-02-02T09:00:00+07:00"));
    let at = (Some("2569-02-02T09:00:00+07:00"), Some("2026-02-02T09:00:00+07:00"));
    assert_eq!(values(&found[0]), (Code::BuddhistYear, Some("at"), at.0, at.1));
    for (fields, line) in [
        ("child.birth_date", OPENING.replace("2010-05-05", "2553-05-05")),
        ("offences.0.committed_on", OPENING.replace("2026-01-20", "2569-01-20")),
        ("birth_date", line("child_identified", r#","birth_date":"2553-05-05""#)),
        ("appear_on", line("summons_served", r#","authority":"court","appear_on":"2569-03-05""#)),
    ] {
        let found = flaws(&line);
        assert_eq!(values(&found[0]), (Code::BuddhistYear, Some(fields), None, None), "{line}");
        assert!(found[0].to_string().contains("subtract 543"), "{}", found[0]);
    }
}

#[test]
fn an_object_or_a_list_given_as_a_text_is_shown_how_it_is_written() {
    let found = flaws(&line("remand_ordered", r#","order":"12/2026","grounds":"flight""#));
    let order = r#"{"by":"prosecutor","number":"12"}"#;
    assert_eq!(values(&found[0]), (Code::WrongForm, Some("order"), Some("text"), Some(order)));
    assert_eq!(found[0].to_string(), format!("`order`: found a text; write {order}"));
    assert_eq!(
        values(&found[1]),
        (Code::WrongForm, Some("grounds"), Some("text"), Some(r#"["elements","firm_evidence"]"#))
    );
    let found = flaws(&line("remand_ordered", r#","grounds":null"#));
    assert_eq!(found[0].code, Code::NullGiven);
    assert!(found[0].to_string().ends_with("leave the field out if it is not known"), "{}", found[0]);
}

#[test]
fn numbers_are_whole_and_written_in_digits_alone() {
    for number in ["-1", "-0", "1.0", "1e2", "9007199254740992", "\"3\"", "true"] {
        let found = flaws(&line("child_identified", &format!(r#","age_years":{number}"#)));
        assert_eq!(found[0].code, Code::NotANumber, "{number}: {}", found[0]);
    }
    let most = line("child_identified", r#","age_years":9007199254740991"#);
    let mut written = String::new();
    action(&most).to_json().write(&mut written);
    assert!(written.contains(r#""age_years":9007199254740991,"#), "{written}");
    assert_eq!(flaws(&line("remand_extended", r#","months":0"#))[0].code, Code::NotANumber);
}

/// The codes of the refusals of each of `lines`, judged together.
fn judged(lines: &[String]) -> Vec<Vec<Code>> {
    let actions: Vec<Action> = lines.iter().map(|line| action(line)).collect();
    let verdicts = admit(&Case::default(), &actions, None, &Rulebook::law_05_na_2006());
    let codes = |verdict: &Verdict| match verdict {
        Verdict::Refused(flaws) => flaws.iter().map(|flaw| flaw.code).collect(),
        Verdict::Accepted | Verdict::Known => Vec::new(),
    };
    verdicts.iter().map(codes).collect()
}

#[test]
fn an_action_before_the_birth_of_the_child_is_refused_wherever_the_opening_stands() {
    let before = line("custody_started", "").replace("2026-02-02", "2010-05-04T23:59:59+07:00");
    let on_the_day = line("custody_started", "").replace("2026-02-02", "2010-05-05");
    let lines = [before, OPENING.to_owned(), on_the_day];
    assert_eq!(judged(&lines), [vec![Code::BeforeBirth], vec![], vec![]]);
    let unknown = lines.map(|line| line.replace("\"2010-05-05\"}", "null}"));
    assert_eq!(judged(&unknown), [vec![], vec![], vec![]], "a birth date that isn't known refuses nothing");
}

#[test]
fn dates_after_the_action_that_states_them_are_refused_all_of_them() {
    let opening = OPENING.replace("2010-05-05", "2026-02-02").replace("2026-01-20", "2026-02-03");
    assert_eq!(judged(&[opening]), [vec![Code::AfterOpening, Code::AfterOpening]]);
}

#[test]
fn a_list_of_which_one_is_required_is_not_empty() {
    let found = flaws(&line("ill_treatment_reported", r#","authority":"court","kinds":[]"#));
    assert_eq!(values(&found[0]), (Code::EmptyList, Some("kinds"), None, None));
    let none = r#","handed_to":[]"#;
    action(&line("judgment_given", &format!(r#","measure":"suspended"{none}"#)));
}

#[test]
fn an_offence_is_not_committed_after_the_action_that_states_it() {
    let offence = r#","class":"minor","penalty_months":{"min":0,"max":6},"serious":false"#;
    let added = |day: &str| line("offence_added", &format!(r#"{offence},"committed_on":"{day}""#));
    let corrected = |day: &str| line("offence_corrected", &format!(r#","offence":0,"committed_on":"{day}""#));
    let lines = [OPENING.to_owned(), added("2026-02-03"), corrected("2026-02-03")];
    assert_eq!(judged(&lines), [vec![], vec![Code::AfterOpening], vec![Code::AfterOpening]]);
    assert_eq!(judged(&[OPENING.to_owned(), added("2026-02-02"), corrected("2026-02-02")]), [vec![], vec![], vec![]]);
}

/// A case that was opened, with these actions.
fn case(lines: &[String]) -> Case {
    let book = Rulebook::law_05_na_2006();
    let clock = engine::calendar::Instant::parse("2026-06-01T00:00:00Z").expect("an instant");
    let actions = lines.iter().map(|line| action(line)).collect();
    let command = Command::Record { actions, by: None, clock, alerts: Alerts::HeldBack, seed: Seed([7; 32]) };
    let events = decide(&Case::default(), &book, command).all_or_none().expect("nothing is refused");
    events.iter().fold(Case::default(), evolve)
}

#[test]
fn an_office_hears_of_another_case_what_it_hears_of_one_that_was_never_opened() {
    let book = Rulebook::law_05_na_2006();
    let known = action(&line("rights_told", ""));
    let foreign = case(&[OPENING.to_owned(), line("rights_told", "")]);
    let used = line("medical_check", "").replace("\"by\"", &format!("\"id\":\"{}\",\"by\"", known.id));
    let sent = [
        line("rights_told", ""),
        used,
        line("medical_check", ""),
        line("offence_reclassified", r#","offence":7,"class":"crime""#),
        line("action_withdrawn", &format!(r#","withdraws":"{}""#, known.id)),
        line("custody_started", "").replace("2026-02-02", "2010-05-04"),
        OPENING.to_owned(),
        OPENING.replace("2010-05-05", "2026-02-02"),
    ]
    .map(|line| action(&line));
    let clock = engine::calendar::Instant::parse("2026-06-01T00:00:00Z");
    let stranger = OfficeCode::new("x").expect("a code");
    for length in 1..=sent.len() {
        let (of_foreign, of_none) = (
            admit_from(&stranger, &foreign, &sent[..length], clock, &book),
            admit_from(&stranger, &Case::default(), &sent[..length], clock, &book),
        );
        assert_eq!(of_foreign, of_none);
        assert!(of_foreign.iter().all(|verdict| matches!(verdict, Verdict::Refused(_))), "{of_foreign:?}");
    }
    // Who opens it himself learns that the reference is taken, and no more.
    let own = [action(&OPENING.replace("\"by\":\"o\"", "\"by\":\"x\"")), action(&line("medical_check", ""))];
    let verdicts = admit_from(&stranger, &foreign, &own, clock, &book);
    let code = |verdict: &Verdict| match verdict {
        Verdict::Refused(flaws) => flaws.iter().map(|flaw| flaw.code).collect(),
        _ => Vec::new(),
    };
    assert_eq!(verdicts.iter().map(code).collect::<Vec<_>>(), [[Code::OpenedAlready], [Code::NoCaseOfYours]]);
}

/// The codes of the warnings on each of `lines`, sent to a case with `before`.
fn warned(before: &[String], lines: &[String]) -> Vec<Vec<Code>> {
    let known = if before.is_empty() { Case::default() } else { case(before) };
    let actions: Vec<Action> = lines.iter().map(|line| action(line)).collect();
    let verdicts = admit(&known, &actions, None, &Rulebook::law_05_na_2006());
    let doubts = doubts(&known, &actions, &verdicts);
    doubts.iter().map(|flaws| flaws.iter().map(|flaw| flaw.code).collect()).collect()
}

#[test]
fn what_is_possible_and_looks_wrong_is_recorded_with_a_warning() {
    let opening = || OPENING.to_owned();
    let at = |name: &str, at: &str| line(name, "").replace("2026-02-02", at);
    let early = at("complaint_received", "2026-01-19");
    assert_eq!(warned(&[], &[early.clone(), opening()]), [vec![Code::BeforeOffence], vec![]]);
    assert_eq!(warned(&[opening()], &[early]), [[Code::BeforeOffence]]);

    let young = OPENING.replace("2010-05-05", "2016-01-21");
    assert_eq!(warned(&[], &[young]), [[Code::UnderTen]]);
    assert_eq!(warned(&[], &[OPENING.replace("2010-05-05", "2016-01-20")]), [[]], "ten on the day of the offence");
    let stated = line("child_identified", r#","age_years":9"#);
    assert_eq!(warned(&[opening()], &[stated]), [[Code::UnderTen]]);

    let told = at("rights_told", "2026-02-02T09:00:00+07:00");
    let same = told.replace("\"by\":\"o\"", "\"by\":\"p\"");
    assert_eq!(warned(&[opening(), told.clone()], std::slice::from_ref(&same)), [[Code::SameMoment]]);
    assert_eq!(warned(&[opening()], &[told.clone(), same.clone()]), [vec![], vec![Code::SameMoment]]);
    assert_eq!(warned(&[opening(), told.clone()], &[line("rights_told", "")]), [[Code::SameMoment]], "on that day");
    assert_eq!(warned(&[opening(), told.clone()], &[same.replace("09:00", "10:00")]), [[]]);

    let id = action(&told).id;
    let withdrawal = line("action_withdrawn", &format!(r#","withdraws":"{id}""#));
    assert_eq!(warned(&[opening(), told.clone()], &[withdrawal.clone(), same]), [[], []], "it replaces the other");
    assert_eq!(warned(&[opening(), told.clone(), withdrawal], std::slice::from_ref(&told)), [[Code::WithdrawnBefore]]);
    assert_eq!(warned(&[opening(), told.clone()], std::slice::from_ref(&told)), [[]], "sent again");

    let voided = line("case_voided", r#","reason":"opened_by_mistake""#);
    assert_eq!(warned(&[opening(), voided], &[told]), [[Code::CaseVoided]], "the case counts nowhere");
}

#[test]
fn the_formats_list_every_code() {
    let page = include_str!("../../docs/formats.md");
    let listed: Vec<&str> = page
        .lines()
        .skip_while(|line| !line.starts_with("| code |"))
        .skip(2)
        .take_while(|line| line.starts_with("| `"))
        .filter_map(|line| line.split('`').nth(1))
        .collect();
    assert_eq!(listed, Code::WORDS);
}

const NAME: &str = "Phommachan";
const BORN: &str = "2009-11-20";

/// A value that may stand anywhere, with something of the child in it.
fn personal() -> impl Strategy<Value = String> {
    let texts = [NAME, BORN, "20091120", "20 11 2009", "020 5555 1234", "2009-11-20x"];
    let text = proptest::sample::select(texts.to_vec()).prop_map(|text| format!("{text:?}"));
    prop_oneof![
        text.clone(),
        text.clone().prop_map(|text| format!("[{text}]")),
        text.clone().prop_map(|text| format!("{{{text}:{text}}}")),
        Just("20091120".to_owned()),
        Just("-20091120.5".to_owned()),
        Just("null".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever stands wherever, reading never panics, and what it says echoes nothing personal.
    #[test]
    fn a_refusal_echoes_nothing_of_a_child(
        name in proptest::sample::select(ActionName::WORDS.to_vec()),
        key in proptest::sample::select(vec![
            "case", "id", "by", "child", "offences", "ref", "birth_date", "age_years", "reason", "order", "grounds",
            "place", "months", "visitor", "withdraws", "offence", "appear_on", "authority", "to", "kind", "sex", "rural",
            "ethnic_minority", "disability", "committed_on", "kinds", "about", "role", "interviewers", "mediator", "same_as",
            "guaranteed_by", "handed_to", "attended_throughout", "confirmed", NAME, "20091120",
        ]),
        value in personal(),
        cut in 0usize..200,
    ) {
        let line = format!(r#"{{"action":"{name}","at":"2026-02-02","{key}":{value}}}"#);
        let cut = line.char_indices().map(|(at, _)| at).chain([line.len()]).nth(cut).unwrap_or(line.len());
        for line in [&line[..], &line[..cut]] {
            let Err(flaws) = Action::read(line) else { continue };
            prop_assert!(!flaws.is_empty());
            for flaw in flaws {
                let said = format!("{flaw:?} {flaw} {}", flaw.reason(Language::Lo));
                for private in [NAME, BORN, "20091120", "2009", "5555"] {
                    prop_assert!(!said.contains(private), "{said} of {line}");
                }
            }
        }
    }
}
