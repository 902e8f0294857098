//! The forms: what they ask, how they are read, who has them.

use axum::http::Method;
use engine::action::ActionName;
use engine::action::describe::{FieldKind, leaves};
use engine::rulebook::Language;
use projections::rights::Role;

use super::{CUSTODY, clerk, recorded};
use crate::desk::{Desk, FROM_HERE, form};
use crate::log::{Log, on_each_log};

async fn every_action_has_a_form_that_asks_each_of_its_fields_in_both_languages(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    for language in [Language::En, Language::Lo] {
        let who = desk.login(Role::Clerk, Some("vte-juvenile-court"), language).await;
        let choice = desk.get(&who, "/enter?case=A-1").await;
        for name in ActionName::ALL.iter().copied() {
            assert!(choice.text.contains(&format!("\"/enter/{name}?case=A-1\"")), "{name}");
            let of_case = if name == ActionName::CaseOpened { "" } else { "?case=A-1" };
            let shown = desk.get(&who, &format!("/enter/{name}{of_case}")).await;
            shown.is_status(200);
            for leaf in leaves(name) {
                let is_there = shown.text.contains(&format!("name=\"{}\"", leaf.path));
                // There is no second action to withdraw, so nothing can be chosen.
                let nothing = matches!(leaf.field.kind, FieldKind::Id) && !is_there;
                assert!(is_there || nothing, "{name}: {}: {}", leaf.path, shown.text);
            }
            shown.does_not_say(&["{n}", "{case}"]);
            assert!(!shown.words().contains('_'), "{name} shows a name of the format: {}", shown.words());
        }
    }
}

async fn the_language_is_switched_by_the_form_and_nothing_typed_is_lost(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let form = desk.get(&who, "/enter/custody_started?case=A-1").await;
    assert!(form.text.contains("form=\"paper\" name=\"switch\" value=\"lo\""), "{}", form.text);
    assert!(!form.text.contains("/language?to="), "no link away from the form");
    let of_form = |shown: &crate::shown::Shown| {
        for kept in ["value=\"4/3/2026\"", "value=\"07:30\"", "value=\"yes\" id=\"f-evidence_firm\" checked"] {
            assert!(shown.text.contains(kept), "{kept}: {}", shown.text);
        }
        assert!(shown.text.contains("<html lang=\"lo\""), "{}", shown.text);
        assert_eq!(shown.cookie("kamnot-language"), Some("lo"));
    };
    let switch = async |more: &[(&str, &str)]| {
        desk.submit(&who, "/enter/custody_started", &[&CUSTODY[..], &[("switch", "lo")], more].concat()).await
    };
    // Before anything was looked at, nothing is found wrong and nothing is foreseen.
    let shown = switch(&[]).await;
    of_form(shown.is_status(200));
    shown.does_not_say(&["id=\"result\"", "class=\"errors\""]);
    // Beside a difference, the difference is shown in the other language.
    let shown = desk.submit(&who, "/enter/custody_started", &CUSTODY).await;
    let looked = shown.hidden("looked").expect("that it was looked at").to_owned();
    let before = recorded(&desk, "A-1").await;
    let shown = switch(&[("looked", &looked)]).await;
    of_form(shown.is_status(200).says(&["ຖ້າບັນທຶກ"]));
    assert!(shown.text.contains("id=\"result\""), "{}", shown.text);
    assert_eq!(recorded(&desk, "A-1").await, before);
    // What is to be corrected is said in the other language too.
    let fields = [("case", "A-1"), ("date", "30/2/2026"), ("switch", "lo"), ("looked", "yes")];
    let shown = desk.submit(&who, "/enter/custody_started", &fields).await;
    assert!(shown.is_status(422).text.contains("value=\"30/2/2026\""), "{}", shown.text);
    // What records is as it was: the switch is not carried along.
    let hidden = super::to_record(&switch(&[("looked", "yes")]).await);
    assert!(hidden.iter().all(|(name, _)| !["switch", "looked"].contains(&name.as_str())), "{hidden:?}");
}

async fn what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let before = recorded(&desk, "A-1").await;
    let fields = [
        ("case", "A-1"),
        ("by", "vte-investigation"),
        ("date", "30/2/2026"),
        ("time", "10:40"),
        ("evidence_firm", "yes"),
    ];
    let shown = desk.submit(&who, "/enter/custody_started", &fields).await;
    shown.is_status(422).says(&[
        "Not recorded: 4 to correct",
        "Date on the paper: The calendar has no such day or time.",
        "Place for children only: Choose yes, no or “not on record”.",
        "What you typed is still here.",
        "Correct what is marked first",
    ]);
    assert!(shown.text.contains("<title>Error: Custody started"), "{}", shown.text);
    for kept in ["value=\"30/2/2026\"", "value=\"10:40\"", "value=\"yes\" id=\"f-evidence_firm\" checked"] {
        assert!(shown.text.contains(kept), "{kept}: {}", shown.text);
    }
    for (date, says) in [
        ("4/3/2569", "2569 looks like a Buddhist year. If you mean 2026, write 2026."),
        ("4/3/26", "Did you mean 2026?"),
        ("yesterday", "Enter a day such as 3/5/2026"),
        ("", "Enter the date that the paper gives."),
    ] {
        let shown = desk.submit(&who, "/enter/medical_check", &[("case", "A-1"), ("date", date)]).await;
        shown.is_status(422).says(&[says]);
    }
    // An office that is not chosen is nobody's own, and a date in the future is said with the rest.
    let fields = [("case", "A-1"), ("by", ""), ("date", "5/3/2026"), ("time", "07:30")];
    let shown = desk.submit(&who, "/enter/custody_started", &fields).await;
    shown.is_status(422).says(&[
        "Office that acted: Choose an office",
        "Date on the paper: This lies in the future. Enter what happened, not what is planned.",
    ]);
    let fields = [("case", "A-1"), ("date", "5/3/2026"), ("time", "07:30")];
    let shown = desk.submit(&who, "/enter/medical_check", &fields).await;
    shown.is_status(422).says(&["Date on the paper: This lies in the future."]).does_not_say(&["recording clock"]);
    assert_eq!(recorded(&desk, "A-1").await, before);
}

async fn a_date_is_read_as_paper_has_it_and_echoed_with_weekday_and_distance(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    for date in ["3/3/2026", "໓/໓/໒໐໒໖", "3 ມີນາ 2026", "3 March 2026"] {
        let fields = [("case", "A-1"), ("date", date), ("time", "໐໙:໓໐")];
        let shown = desk.submit(&who, "/enter/medical_check", &fields).await;
        shown.is_status(200).says(&["Tuesday 3 March 2026, 09:30, yesterday (22 hours 30 minutes ago)"]);
    }
}

async fn three_answers_and_lists_keep_no_apart_from_not_on_record(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let common = [("case", "A-1"), ("by", "vte-investigation"), ("date", "4/3/2026"), ("time", "07:00")];
    let sent =
        async |own: &[(&str, &str)]| desk.submit(&who, "/enter/interview_started", &[&common[..], own].concat()).await;
    let flags = [("dedicated_room", "no"), ("openly", "-"), ("specialised", "yes")];
    for (list, says) in [
        (&[][..], "Tick what applies, or “none of these”, or “not on record”."),
        (&[("attended_by", "null"), ("attended_by", "parent")], "stand alone"),
        (&[("attended_by", "-"), ("attended_by", "parent")], "stand alone"),
    ] {
        sent(&[&flags[..], list].concat()).await.is_status(422).says(&[says]);
    }
    for (list, in_words) in [
        (&[("attended_by", "null")][..], "who attended: none"),
        (&[("attended_by", "parent"), ("attended_by", "lawyer")], "who attended: parent, lawyer"),
        (&[("attended_by", "-")], ""),
    ] {
        let log = &log.another().await;
        let desk = Desk::with_a_case(log).await;
        let who = clerk(&desk).await;
        let fields = [&common[..], &flags, list].concat();
        let shown = desk.submit(&who, "/enter/interview_started", &fields).await;
        shown.is_status(200);
        let more = if shown.text.contains("name=\"sure\"") { super::sure(&shown) } else { String::new() };
        let landed = super::record(&desk, &who, "interview_started", &shown, &[("sure", &more)]).await;
        landed.is_status(303);
        let case = desk.get(&who, "/cases/A-1").await;
        case.says(&["dedicated room: no", in_words]);
        let row = case.words();
        assert_eq!(row.contains("who attended:"), !in_words.is_empty(), "{row}");
        assert!(!row.contains("openly:"), "what is not on record is not there: {row}");
    }
}

async fn a_written_order_is_given_is_none_or_is_not_on_record(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let common = [
        ("case", "A-1"),
        ("by", "vte-juvenile-court"),
        ("date", "4/3/2026"),
        ("grounds", "-"),
        ("necessary", "-"),
        ("last_resort", "-"),
    ];
    let sent =
        async |own: &[(&str, &str)]| desk.submit(&who, "/enter/remand_ordered", &[&common[..], own].concat()).await;
    sent(&[]).await.is_status(422).says(&["Choose one, or “not on record”."]);
    sent(&[("order", "null"), ("order.number", "5/2026")]).await.is_status(422).says(&["Keep one of them."]);
    sent(&[("order", "given"), ("order.number", "5/2026")]).await.is_status(422).says(&["Who ordered: Choose one."]);
    for own in [
        &[("order", "null")][..],
        &[("order", "-")],
        &[("order", "given"), ("order.by", "prosecutor"), ("order.number", "5/2026")],
    ] {
        sent(own).await.is_status(200);
    }
}

async fn markup_and_reading_direction_in_a_reason_are_shown_as_text(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let reason = "<script>alert(1)</script>\u{202e}abc\"'&";
    let fields = [("case", "A-1"), ("by", "vte-investigation"), ("date", "30/2/2026"), ("reason", reason)];
    let shown = desk.submit(&who, "/enter/case_closed", &fields).await;
    shown.is_status(422).does_not_say(&["<script>", "\u{202e}"]);
    let fields = [("case", "A-1"), ("by", "vte-investigation"), ("date", "4/3/2026"), ("reason", reason)];
    let shown = desk.submit(&who, "/enter/case_closed", &fields).await;
    shown.is_status(200).does_not_say(&["<script>"]);
    let more = if shown.text.contains("name=\"sure\"") { super::sure(&shown) } else { String::new() };
    let landed = super::record(&desk, &who, "case_closed", &shown, &[("sure", &more)]).await;
    let page =
        desk.get(&who, landed.is_status(303).leads_to().expect("a way").split('#').next().expect("a path")).await;
    page.is_status(200).does_not_say(&["<script>", "\u{202e}"]);
}

async fn a_body_that_is_no_form_or_too_long_is_refused(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let token = who.form.as_deref().expect("a form");
    let [host, origin, _] = FROM_HERE;
    for (kind, body) in [
        ("application/json", "{\"case\":\"A-1\"}".to_owned()),
        ("text/plain", form(&CUSTODY)),
        ("multipart/form-data; boundary=x", "--x--".to_owned()),
    ] {
        let headers = [host, origin, ("content-type", kind), ("x-csrf-token", token)];
        let shown = desk.ask_as(&who, Method::POST, "/enter/custody_started", &headers, body).await;
        shown.is_status(403).says(&["Nothing was recorded."]);
    }
    let too_much = format!("{}&reason={}", form(&[("csrf", token)]), "x".repeat(70_000));
    desk.ask_as(&who, Method::POST, "/enter/custody_started", &FROM_HERE, too_much).await.is_status(413);
    assert_eq!(recorded(&desk, "A-1").await, 2);
}

async fn who_may_not_record_an_action_has_no_form_of_it(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let lawyer = desk.login(Role::Lawyer, Some("vte-legal-aid"), Language::En).await;
    let choice = desk.get(&lawyer, "/enter").await;
    for name in ActionName::ALL.iter().copied() {
        let may = name == ActionName::ReleaseRequested;
        assert_eq!(choice.text.contains(&format!("\"/enter/{name}\"")), may, "{name}");
        let shown = desk.get(&lawyer, &format!("/enter/{name}")).await;
        shown.is_status(if may { 200 } else { 404 });
        let shown = desk.submit(&lawyer, &format!("/enter/{name}"), &[]).await;
        shown.is_status(if may { 422 } else { 404 });
    }
    for (role, office) in [(Role::Supervisor, Some("vte-juvenile-court")), (Role::Operator, None)] {
        let who = desk.login(role, office, Language::En).await;
        desk.get(&who, "/enter").await.is_status(404);
        desk.get(&who, "/enter/custody_started").await.is_status(404);
        desk.submit(&who, "/enter/custody_started", &CUSTODY).await.is_status(404);
    }
    let foreign = desk.login(Role::Clerk, Some("psl-juvenile-court"), Language::En).await;
    let same = desk.get(&foreign, "/enter/medical_check?case=A-1").await;
    let missing = desk.get(&foreign, "/enter/medical_check?case=A-2").await;
    assert_eq!((same.status, &same.text), (missing.status, &missing.text));
    same.is_status(404);
    let fields = |case: &'static str| [("case", case), ("by", "psl-investigation"), ("date", "4/3/2026")];
    for case in ["A-1", "A-2"] {
        let shown = desk.submit(&foreign, "/enter/medical_check", &fields(case)).await;
        shown.is_status(422).says(&["Case: Your office has no case with this reference."]);
    }
    desk.get(&lawyer, "/enter/release_requested?case=A-1").await.is_status(200);
}

on_each_log! {
    every_action_has_a_form_that_asks_each_of_its_fields_in_both_languages,
    what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost,
    the_language_is_switched_by_the_form_and_nothing_typed_is_lost,
    a_date_is_read_as_paper_has_it_and_echoed_with_weekday_and_distance,
    three_answers_and_lists_keep_no_apart_from_not_on_record,
    a_written_order_is_given_is_none_or_is_not_on_record,
    markup_and_reading_direction_in_a_reason_are_shown_as_text,
    a_body_that_is_no_form_or_too_long_is_refused,
    who_may_not_record_an_action_has_no_form_of_it,
}
