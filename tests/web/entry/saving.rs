//! From the preview to the record: confirmed, once, on the version that was seen.

use engine::rulebook::Language;
use projections::rights::Role;

use super::{CUSTODY, clerk, record, recorded, sure, to_record};
use crate::desk::Desk;
use crate::log::{Log, on_each_log};
use crate::papers::check;

async fn what_would_change_is_shown_and_nothing_is_recorded(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let before = desk.site.log.load(&engine::action::CaseRef::new("A-1").expect("a reference")).await.expect("a case");
    let shown = desk.submit(&who, "/enter/custody_started", &CUSTODY).await;
    shown.is_status(200).says(&[
        "If this is recorded, this changes",
        "Custody started, Investigation Organisation, Vientiane Capital, Case A-1, Wednesday 4 March 2026, 07:30, today (30 minutes ago)",
        "Starts",
        "Would appear over or not met",
        "Not met, both readings Place of custody, Art. 62(6)",
        "No longer counts None",
        "To: Investigation Organisation, Vientiane Capital, People's Prosecutor, Vientiane Capital",
        "\"Place of custody\" (Art. 62(6)) appears not met on the recorded facts under both readings",
        "Before you record: is it so? Place of custody, Art. 62(6): Not met, both readings",
        "On version 2 of the case. Pressed twice, it counts once.",
    ]);
    let after = desk.site.log.load(before.reference()).await.expect("a case");
    assert_eq!(before.version(), after.version());
}

async fn what_was_confirmed_is_recorded_once_however_often_it_is_sent(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let shown = desk.submit(&who, "/enter/custody_started", &CUSTODY).await;
    let unconfirmed = record(&desk, &who, "custody_started", &shown, &[]).await;
    unconfirmed.is_status(422).says(&["Compare with the paper, and tick the box if it is so."]);
    assert_eq!(recorded(&desk, "A-1").await, 2);
    let sure = sure(&shown);
    let landed = record(&desk, &who, "custody_started", &shown, &[("sure", &sure)]).await;
    let way = landed.is_status(303).leads_to().expect("a way").to_owned();
    let (path, row) = way.split_once('#').expect("a row");
    let page = desk.get(&who, path).await;
    page.says(&["Recorded: Custody started, 4 March 07:30. Next limit:", "Next sheet"]);
    assert!(page.text.contains(&format!("<tr id=\"{row}\"")), "{}", page.text);
    for _ in 0..2 {
        let again = record(&desk, &who, "custody_started", &shown, &[("sure", &sure)]).await;
        assert_eq!(again.is_status(303).leads_to(), Some(way.as_str()));
        assert_eq!(again.cookie("kamnot-sheets"), None, "it is not counted again");
    }
    assert_eq!(recorded(&desk, "A-1").await, 3);
    let case = desk.site.log.load(&engine::action::CaseRef::new("A-1").expect("a reference")).await.expect("a case");
    let last = case.recorded().last().expect("an action");
    assert_eq!((last.recorded_by.as_str(), last.action.by.as_str()), ("vte-juvenile-court", "vte-investigation"));
    let stream = desk.site.log.stream(case.reference()).await.expect("a stream");
    let event = stream.iter().find(|stored| stored.event.fact.action().is_some_and(|one| one.id == last.action.id));
    assert_eq!(event.expect("its event").event.person, Some(who.id));
}

async fn the_next_sheet_has_the_case_the_office_and_the_date_and_says_how_many_were_entered(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let fields = [("case", "A-1"), ("by", "vte-investigation"), ("date", "4/3/2026"), ("time", "07:10")];
    let shown = desk.submit(&who, "/enter/medical_check", &fields).await;
    let landed = record(&desk, &who, "medical_check", &shown, &[]).await;
    let count = landed.is_status(303).cookie("kamnot-sheets").expect("a count").to_owned();
    let page = desk.get(&who, landed.leads_to().expect("a way").split('#').next().expect("a path")).await;
    let next = page.links("Next sheet");
    assert_eq!(next, ["/enter?case=A-1&by=vte-investigation&date=4/3/2026&time=07%3A10"]);
    let (name, session) = who.credentials();
    let both = format!("{session}; kamnot-sheets={count}");
    let choice = desk.ask_as(&who, axum::http::Method::GET, &next[0], &[(name, &both)], crate::desk::NOTHING).await;
    choice.says(&["Sheet 2 of today · 1 sheet entered", "For case A-1"]);
    let other = clerk(&desk).await;
    let both = format!("{}; kamnot-sheets={count}", other.credentials().1);
    let choice = desk.ask_as(&other, axum::http::Method::GET, &next[0], &[(name, &both)], crate::desk::NOTHING).await;
    choice.says(&["0 sheets entered"]);
    let form = desk.get(&who, "/enter/parents_notified?case=A-1&by=vte-investigation&date=4/3/2026").await;
    for kept in
        ["name=\"case\" class=\"short\" value=\"A-1\"", "value=\"vte-investigation\" selected", "value=\"4/3/2026\""]
    {
        assert!(form.text.contains(kept), "{kept}: {}", form.text);
    }
    form.says(&["Wednesday 4 March 2026, today"]);
}

async fn on_a_case_that_moved_what_changed_is_shown_and_nothing_is_recorded_until_it_was_seen(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let shown = desk.submit(&who, "/enter/custody_started", &CUSTODY).await;
    let sure = sure(&shown);
    desk.hold(&[check("A-1", "vte-investigation")]).await;
    let moved = record(&desk, &who, "custody_started", &shown, &[("sure", &sure)]).await;
    moved.is_status(409).says(&[
        "The case changed meanwhile",
        "Child checked by a doctor, 2 March 10:00, recorded 4 March 08:00 by Investigation Organisation",
        "Look at the new result",
        "On version 3 of the case",
    ]);
    assert_eq!(recorded(&desk, "A-1").await, 3);
    assert!(moved.text.contains("value=\"07:30\""), "what was typed is there");
    let confirmed = super::sure(&moved);
    record(&desk, &who, "custody_started", &moved, &[("sure", &confirmed)]).await.is_status(303);
    assert_eq!(recorded(&desk, "A-1").await, 4);
    // Under another rulebook nothing is recorded that was previewed under this one.
    let fields = [("case", "A-1"), ("by", "vte-investigation"), ("date", "4/3/2026"), ("time", "07:10")];
    let shown = desk.submit(&who, "/enter/parents_notified", &fields).await;
    let mut hidden = to_record(&shown);
    for (name, value) in &mut hidden {
        if name == "version" {
            *value = format!("{}-sha256:0", value.split('-').next().expect("a version"));
        }
    }
    let mut sent: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (&**name, &**value)).collect();
    sent.push(("do", "record"));
    let shown = desk.submit(&who, "/enter/parents_notified", &sent).await;
    shown.is_status(409).says(&["The rulebook in force has changed."]);
}

async fn a_form_that_was_never_previewed_is_shown_first(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let fields = [("case", "A-1"), ("by", "vte-investigation"), ("date", "4/3/2026"), ("do", "record")];
    desk.submit(&who, "/enter/medical_check", &fields).await.is_status(200).says(&["If this is recorded"]);
    assert_eq!(recorded(&desk, "A-1").await, 2);
}

async fn a_case_is_opened_and_a_reference_that_is_taken_is_said(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let fields = [
        ("case", "A-7"),
        ("by", "vte-investigation"),
        ("date", "3/3/2026"),
        ("court", "vte-juvenile-court"),
        ("prosecutor", "vte-prosecutor"),
        ("investigator", "vte-investigation"),
        ("child.ref", "C-7"),
        ("child.birth_date.null", "yes"),
        ("child.age_years", "໑໕"),
        ("child.sex", "f"),
        ("child.rural", "-"),
        ("child.ethnic_minority", "-"),
        ("child.disability", "-"),
        ("offences.0.class", "major"),
        ("offences.0.penalty_months.min", "36"),
        ("offences.0.penalty_months.max", "60"),
        ("offences.0.committed_on", "27/2/2026"),
        ("offences.0.serious", "no"),
    ];
    let one_more = desk.submit(&who, "/enter/case_opened", &[&fields[..], &[("do", "more.offences")]].concat()).await;
    one_more.is_status(200).says(&["Offence 2"]);
    assert!(one_more.text.contains("name=\"offences.1.serious\"") && one_more.text.contains("value=\"27/2/2026\""));
    let shown = desk.submit(&who, "/enter/case_opened", &fields).await;
    shown.is_status(200).says(&["A new case. Pressed twice, it counts once."]);
    let landed = record(&desk, &who, "case_opened", &shown, &[]).await;
    let way = landed.is_status(303).leads_to().expect("a way").to_owned();
    assert!(way.starts_with("/cases/A-7?entered="), "{way}");
    desk.get(&who, way.split('#').next().expect("a path")).await.says(&["Recorded: Case opened, 3 March."]);
    let again = record(&desk, &who, "case_opened", &shown, &[]).await;
    assert_eq!(again.is_status(303).leads_to(), Some(&*way), "sent twice, it counts once");
    let taken = desk.submit(&who, "/enter/case_opened", &fields).await;
    taken.is_status(422).says(&["opened"]);
    // Of a foreign case, that its reference is taken is all that is said.
    let elsewhere = desk.login(Role::Clerk, Some("psl-juvenile-court"), Language::En).await;
    let foreign: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, if *value == "vte-juvenile-court" { "psl-juvenile-court" } else { value }))
        .collect();
    let shown = desk.submit(&elsewhere, "/enter/case_opened", &foreign).await;
    shown.is_status(422).does_not_say(&["27 February", "Medical", "id=\"result\""]);
}

async fn a_former_office_records_what_it_did_and_learns_nothing_of_what_came_after(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let all = r#","court":"lnt-juvenile-court","prosecutor":"lnt-prosecutor","investigator":"lnt-investigation""#;
    let transfer = tests::lines::action("A-1", "case_transferred", "2026-03-02T08:00:00+07:00", all);
    desk.hold(&[transfer]).await;
    let later = check("A-1", "lnt-investigation").replace("2026-03-02T10:00", "2026-03-03T10:00");
    desk.clock.jump(60);
    desk.hold(&[later]).await;
    let who = clerk(&desk).await;
    let fields = [("case", "A-1"), ("by", "vte-investigation"), ("date", "1/3/2026"), ("time", "11:00")];
    let shown = desk.submit(&who, "/enter/parents_notified", &fields).await;
    shown.is_status(200).says(&["On version 3 of the case"]).does_not_say(&["name=\"version\""]);
    record(&desk, &who, "parents_notified", &shown, &[]).await.is_status(303);
    assert_eq!(recorded(&desk, "A-1").await, 5);
}

on_each_log! {
    what_would_change_is_shown_and_nothing_is_recorded,
    what_was_confirmed_is_recorded_once_however_often_it_is_sent,
    the_next_sheet_has_the_case_the_office_and_the_date_and_says_how_many_were_entered,
    on_a_case_that_moved_what_changed_is_shown_and_nothing_is_recorded_until_it_was_seen,
    a_form_that_was_never_previewed_is_shown_first,
    a_case_is_opened_and_a_reference_that_is_taken_is_said,
    a_former_office_records_what_it_did_and_learns_nothing_of_what_came_after,
}
