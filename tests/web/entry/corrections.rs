//! Correcting what was recorded: withdrawn, replaced, voided, copied.

use super::{clerk, record, recorded, sure};
use crate::desk::{Desk, Visitor};
use crate::log::{Log, on_each_log};
use crate::shown::Shown;

async fn confirmed(desk: &Desk, who: &Visitor, action: &str, shown: &Shown) -> Shown {
    shown.is_status(200);
    let sure = if shown.text.contains("name=\"sure\"") { sure(shown) } else { String::new() };
    record(desk, who, action, shown, &[("sure", &sure)]).await
}

async fn an_action_is_corrected_with_a_reason_and_stays_readable(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let page = desk.get(&who, "/cases/A-1").await;
    let ways = page.links("Correct<span class=\"vh\">: custody started");
    assert_eq!(ways.len(), 1, "{}", page.text);
    assert_eq!(page.links("Correct").len(), 1, "an opening is not corrected so");
    let form = desk.get(&who, &ways[0]).await;
    form.is_status(200).says(&["Correct: Custody started", "1 March 2026, 09:30, is withdrawn and stays readable"]);
    for kept in ["value=\"1/3/2026\"", "value=\"09:30\"", "value=\"yes\" id=\"f-evidence_firm\" checked"] {
        assert!(form.text.contains(kept), "{kept}: {}", form.text);
    }
    let hidden = |name: &str| form.hidden(name).unwrap_or_default().to_owned();
    let (id, corrects, made) = (hidden("id"), hidden("corrects"), hidden("made"));
    let fields = |why| {
        [
            ("id", id.as_str()),
            ("corrects", corrects.as_str()),
            ("made", made.as_str()),
            ("why", why),
            ("case", "A-1"),
            ("by", "vte-investigation"),
            ("date", "1/3/2026"),
            ("time", "10:30"),
            ("evidence_firm", "yes"),
            ("necessary", "yes"),
            ("place.children_only", "yes"),
            ("place.sexes_separated", "yes"),
        ]
    };
    desk.submit(&who, "/enter/custody_started", &fields("")).await.is_status(422).says(&["Give the reason."]);
    let shown = desk.submit(&who, "/enter/custody_started", &fields("the paper says 10:30")).await;
    shown.says(&["Custody of at most 48 hours", "No longer counts"]);
    let landed = confirmed(&desk, &who, "custody_started", &shown).await;
    landed.is_status(303);
    assert_eq!(recorded(&desk, "A-1").await, 4);
    let page = desk.get(&who, "/cases/A-1").await;
    page.says(&["custody started Withdrawn", "the paper says 10:30"]);
    let again = confirmed(&desk, &who, "custody_started", &shown).await;
    assert_eq!(again.is_status(303).leads_to(), landed.leads_to(), "sent twice, it counts once");
    assert_eq!(recorded(&desk, "A-1").await, 4);
    // What was withdrawn cannot be corrected again.
    desk.get(&who, &ways[0]).await.is_status(404);
}

async fn an_action_is_withdrawn_with_a_reason(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let who = clerk(&desk).await;
    let way = desk.get(&who, "/cases/A-1").await.links("Withdraw<span class=\"vh\">: custody started").remove(0);
    let form = desk.get(&who, &way).await;
    form.is_status(200).says(&["Custody started, Sunday 1 March 2026, 09:30"]);
    let id = way.rsplit('=').next().expect("an id");
    let fields = |reason| [("case", "A-1"), ("date", "4/3/2026"), ("withdraws", id), ("reason", reason)];
    let shown = desk.submit(&who, "/enter/action_withdrawn", &fields("")).await;
    shown.is_status(422).says(&["Give the reason."]);
    let shown = desk.submit(&who, "/enter/action_withdrawn", &fields("of another child")).await;
    shown.says(&["No longer counts", "Custody of at most 48 hours"]);
    confirmed(&desk, &who, "action_withdrawn", &shown).await.is_status(303);
    desk.get(&who, "/cases/A-1").await.says(&["custody started Withdrawn", "of another child"]);
}

async fn before_a_duplicate_is_voided_its_actions_are_copied_into_the_case_that_it_repeats(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let told = tests::lines::action("A-2", "parents_notified", "2026-03-02T10:00:00+07:00", "");
    desk.hold(&[tests::lines::opening("A-2"), told]).await;
    let who = clerk(&desk).await;
    let fields = [("case", "A-2"), ("date", "4/3/2026"), ("reason", "duplicate"), ("same_as", "A-1")];
    let shown = desk.submit(&who, "/enter/case_voided", &fields).await;
    shown.is_status(200).says(&["1 actions of this case are not in A-1"]);
    let copy = shown.links("Choose which to copy first").remove(0);
    let page = desk.get(&who, &copy).await;
    page.is_status(200).says(&["Copy actions into A-1", "guardian told, Monday 2 March 2026, 10:00"]);
    let id = page.hidden("copied").expect("an action").to_owned();
    let both = [("from", "A-2"), ("to", "A-1")];
    desk.submit(&who, "/enter/copy", &both).await.is_status(422).says(&["Tick at least one."]);
    let shown = desk.submit(&who, "/enter/copy", &[&both[..], &[("copied", &id)]].concat()).await;
    shown.is_status(200).says(&["If this is recorded, this changes", "Parents told"]);
    let switched = [("copied", id.as_str()), ("looked", "yes"), ("switch", "lo")];
    let in_lao = desk.submit(&who, "/enter/copy", &[&both[..], &switched].concat()).await;
    assert!(in_lao.is_status(200).text.contains("<html lang=\"lo\"") && in_lao.text.contains("id=\"result\""));
    assert!(in_lao.text.contains(&format!("value=\"{id}\" id=\"copied\" checked")), "{}", in_lao.text);
    assert_eq!(recorded(&desk, "A-1").await, 2);
    let version = shown.hidden("version").expect("a version").to_owned();
    let sure = if shown.text.contains("name=\"sure\"") { sure(&shown) } else { String::new() };
    let more = [("copied", id.as_str()), ("version", &version), ("sure", &sure), ("do", "record")];
    let done = desk.submit(&who, "/enter/copy", &[&both[..], &more].concat()).await;
    let page = desk.get(&who, done.is_status(303).leads_to().expect("a way")).await;
    page.says(&["1 actions were copied into A-1.", "There is nothing to copy.", "Go on and void A-2"]);
    assert_eq!(recorded(&desk, "A-1").await, 3);
    let shown = desk.submit(&who, "/enter/case_voided", &fields).await;
    shown.does_not_say(&["Choose which to copy first"]);
    let voided = confirmed(&desk, &who, "case_voided", &shown).await;
    let page = desk.get(&who, voided.is_status(303).leads_to().expect("a way")).await;
    page.says(&["Case A-2 was voided."]);
    desk.get(&who, "/cases/A-2").await.is_status(404);
    // Neither case may be another office's.
    let foreign =
        desk.login(projections::rights::Role::Clerk, Some("psl-juvenile-court"), engine::rulebook::Language::En);
    desk.get(&foreign.await, "/enter/copy?from=A-1&to=A-1").await.is_status(404);
}

on_each_log! {
    an_action_is_corrected_with_a_reason_and_stays_readable,
    an_action_is_withdrawn_with_a_reason,
    before_a_duplicate_is_voided_its_actions_are_copied_into_the_case_that_it_repeats,
}
