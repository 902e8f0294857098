//! The schemas of what is sent.

mod inbox;
mod unconfirmed;

use engine::action::ActionName;
use engine::alert::Kind;
use engine::rulebook::Role as Owes;
use projections::rights::Role;
use serde_json::{Map, Value, json};

use super::action::{self, nullable};
use super::figures::{figures, numbers, quarter};
use super::parts::{
    Fields, arguable_and_certain, both, breach, count, flag, id, instant, list, list_of, object, one_of, refer, text,
    when, with, word,
};
use crate::api::problem::KINDS;

/// All schemas, by name, with these besides.
pub fn all(more: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut schemas: Map<String, Value> = Map::new();
    let named = [
        ("Action", action::any()),
        ("Verdicts", verdicts()),
        ("Line", line()),
        ("Said", said()),
        ("Case", case()),
        ("Assessment", assessment()),
        ("Entry", entry()),
        ("Explanation", one_of(&["Deadline", "Finding", "NotOnRecord"])),
        ("ActionEntry", action_entry()),
        ("Deadline", deadline()),
        ("Finding", finding()),
        ("NotOnRecord", of_entry("not_on_record", &[("rule", text()), ("action", id()), ("field", text())])),
        ("AlertEntry", alert_entry()),
        ("HandlingEntry", inbox::entry()),
        ("Alert", alert()),
        ("InboxItem", inbox::item()),
        ("Handled", object(&[("outcome", word(&["recorded", "known", "refused"])), ("flaws", list_of("Said"))])),
        ("Handling", inbox::handling()),
        ("Unconfirmed", unconfirmed::unconfirmed()),
        ("Figures", figures()),
        ("Quarter", quarter()),
        ("Numbers", numbers()),
        ("Look", look()),
        ("Rules", object(&[("rulebook", text()), ("digest", text()), ("rules", list(&refer("Rule")))])),
        ("Rule", object(&rule())),
        ("RuleInFull", rule_in_full()),
        ("InWords", object(&[("text", text()), ("of", list(&refer("InWords")))])),
        ("Office", office()),
        ("Problem", problem()),
    ];
    schemas.extend(named.into_iter().chain(more).map(|(name, schema)| (name.to_owned(), schema)));
    schemas.extend(ActionName::ALL.iter().map(|name| (action::key(*name), action::of(*name))));
    schemas.into()
}

/// The schema of a parameter of a path.
pub fn of_path(name: &str) -> Value {
    match name {
        "case" => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" }),
        _ => json!({ "type": "string", "maxLength": 64 }),
    }
}

// ---- recording

fn verdicts() -> Value {
    let counts = ["version", "recorded", "known", "refused", "again"].map(|name| (name, count()));
    let required = [&counts[..], &[("office", text()), ("lines", list_of("Line"))]].concat();
    with(&required, &[("receipt", text())])
}

/// What is said of a line: always the code and the sentence, and what of it is known.
const SAID: [&str; 2] = ["code", "reason"];
const KNOWN: [&str; 3] = ["field", "found", "expected"];

fn said() -> Value {
    with(&SAID.map(|name| (name, text())), &KNOWN.map(|name| (name, text())))
}

fn line() -> Value {
    let lists = [("flaws", list_of("Said")), ("warnings", list_of("Said"))];
    let of_the_first = [&SAID[..], &KNOWN].concat().into_iter().map(|name| (name, text()));
    let optional: Vec<_> = of_the_first.chain(lists).chain([("id", id())]).collect();
    with(&[("line", count()), ("outcome", word(&["recorded", "known", "refused", "again"]))], &optional)
}

// ---- cases

fn limit() -> Vec<(&'static str, Value)> {
    vec![
        ("rule", text()),
        ("article", text()),
        ("owed_by", text()),
        ("earliest", instant()),
        ("latest", nullable(&instant())),
        ("breach", nullable(&breach())),
    ]
}

fn case() -> Value {
    let next = [
        ("ends", instant()),
        ("left_seconds", json!({ "type": "integer" })),
        ("left_hours", json!({ "type": "integer" })),
    ];
    let worst = [
        ("since", instant()),
        ("certain_after", nullable(&instant())),
        ("done_at", nullable(&instant())),
        ("done_by_closing", flag()),
        ("over_seconds", count()),
        ("over_hours", count()),
    ];
    object(&[
        ("case", text()),
        ("court", text()),
        ("prosecutor", text()),
        ("investigator", text()),
        ("legal_aid", nullable(&text())),
        ("standing", word(&["custody", "remand", "free", "closed"])),
        ("next", nullable(&object(&[&limit()[..], &next].concat()))),
        ("worst", nullable(&object(&[&limit()[..], &worst].concat()))),
        ("limits", arguable_and_certain()),
        ("findings", arguable_and_certain()),
        ("not_on_record", count()),
    ])
}

fn assessment() -> Value {
    let roles: Vec<&str> = Owes::WORDS.to_vec();
    let deadline = object(&[
        ("rule", text()),
        ("article", text()),
        ("owed_by", word(&roles)),
        ("opened_by", id()),
        ("period", count()),
        ("earliest", instant()),
        ("latest", nullable(&instant())),
        ("done_by", nullable(&id())),
        ("breach", nullable(&breach())),
    ]);
    let finding = object(&[("rule", text()), ("article", text()), ("action", id()), ("breach", breach())]);
    let missing = object(&[("rule", text()), ("action", id()), ("field", text())]);
    object(&[
        ("case", text()),
        ("at", instant()),
        ("rulebook", text()),
        ("digest", text()),
        ("deadlines", list(&deadline)),
        ("findings", list(&finding)),
        ("not_on_record", list(&missing)),
    ])
}

// ---- timelines

fn entry() -> Value {
    one_of(&["ActionEntry", "Deadline", "Finding", "NotOnRecord", "AlertEntry", "HandlingEntry"])
}

/// An entry of a kind: `at`, `entry` and these fields.
fn of_entry(kind: &str, fields: &Fields<'_>) -> Value {
    let common = [("at", when()), ("entry", json!({ "const": kind }))];
    object(&[&common[..], fields].concat())
}

fn action_entry() -> Value {
    let kinds: Vec<&str> = ActionName::ALL.iter().map(|name| name.word()).collect();
    let required = [
        ("at", when()),
        ("entry", json!({ "const": "action" })),
        ("action", word(&kinds)),
        ("id", id()),
        ("by", text()),
        ("fields", json!({ "type": "object" })),
        ("recorded_at", instant()),
        ("recorded_by", text()),
        ("days_late", count()),
        ("withdrawn", flag()),
        ("to_come", flag()),
    ];
    let optional = [
        ("withdrawn_by", id()),
        ("withdrawal_reason", nullable(&text())),
        ("transferred_from", json!({ "type": "object" })),
        ("unconfirmed", json!({ "const": true })),
        ("confirmed_by", nullable(&id())),
        ("confirmed_at", instant()),
    ];
    with(&required, &optional)
}

fn deadline() -> Value {
    let fields = [
        ("policy", flag()),
        ("opened_by", id()),
        ("period", count()),
        ("done_by", nullable(&id())),
        ("done_by_closing", flag()),
        ("used_seconds", count()),
        ("over_seconds", count()),
        ("because", list(&text())),
    ];
    of_entry("deadline", &[&limit()[..], &fields].concat())
}

fn finding() -> Value {
    let fields =
        [("rule", text()), ("article", text()), ("action", id()), ("breach", breach()), ("because", list(&text()))];
    of_entry("finding", &fields)
}

fn alert_entry() -> Value {
    let fields = [("id", id()), ("kind", word(Kind::WORDS)), ("rule", text()), ("history", flag()), ("text", text())];
    of_entry("alert", &fields)
}

fn alert() -> Value {
    let telling = with(
        &[("kind", word(Kind::WORDS)), ("at", instant()), ("id", id())],
        &[("lead", text()), ("of", word(Kind::WORDS))],
    );
    object(&[
        ("case", text()),
        ("kind", word(Kind::WORDS)),
        ("open", flag()),
        ("rule", nullable(&text())),
        ("opened_by", nullable(&id())),
        ("period", nullable(&count())),
        ("articles", list(&text())),
        ("owed_by", list(&text())),
        ("earliest", nullable(&instant())),
        ("latest", nullable(&instant())),
        ("late_record", flag()),
        ("escalated", flag()),
        ("history", flag()),
        ("count", count()),
        ("raised_at", nullable(&instant())),
        ("changed_at", nullable(&instant())),
        ("told", list(&telling)),
        ("text", list(&text())),
    ])
}

// ---- lists and the law

fn look() -> Value {
    let roles = Role::ALL.map(Role::word);
    let required =
        [("at", instant()), ("who", nullable(&id())), ("office", nullable(&text())), ("role", nullable(&word(&roles)))];
    let optional = [("case", text()), ("list", text()), ("filters", text()), ("count", count()), ("refused", text())];
    with(&required, &optional)
}

fn rule() -> Vec<(&'static str, Value)> {
    vec![
        ("rule", text()),
        ("article", text()),
        ("kind", word(&["limit", "condition"])),
        ("on_liberty", flag()),
        ("policy", flag()),
        ("name", both()),
        ("sentence", both()),
        ("owed_by", list(&text())),
        ("warn_before", list(&text())),
        ("lengths", list(&text())),
        ("discharged_by", list(&text())),
        ("tested_on", list(&text())),
    ]
}

fn rule_in_full() -> Value {
    let quote = object(&[("article", text()), ("lo", text())]);
    object(&[&rule()[..], &[("law", list(&quote)), ("in_words", list_of("InWords"))]].concat())
}

fn office() -> Value {
    let kinds = ["court", "prosecutor", "investigator", "legal_aid", "mediation"];
    object(&[("code", text()), ("kind", word(&kinds)), ("name", both()), ("province", both())])
}

fn problem() -> Value {
    let types: Vec<String> = KINDS.iter().map(|(_, _, word)| format!("urn:kamnot:problem:{word}")).collect();
    let required = [("type", json!({ "type": "string", "enum": types })), ("title", text()), ("status", count())];
    with(&required, &[("parameter", text()), ("retry_after", count())])
}
