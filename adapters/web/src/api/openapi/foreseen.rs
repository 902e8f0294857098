//! The schemas of a preview.

use serde_json::{Value, json};

use super::action::nullable;
use super::parts::{breach, count, flag, id, instant, list, list_of, object, refer, text, when, word};
use crate::api::preview::{BECOMES, STANDS};

/// The schemas, by name.
pub fn all() -> [(&'static str, Value); 4] {
    [("Foreseen", foreseen()), ("Change", change()), ("Standing", standing()), ("Message", message())]
}

fn foreseen() -> Value {
    let (changes, messages) = (nullable(&list_of("Change")), nullable(&list_of("Message")));
    object(&[("verdicts", refer("Verdicts")), ("at", instant()), ("changes", changes), ("messages", messages)])
}

fn change() -> Value {
    let of_rule = [("becomes", word(&BECOMES)), ("rule", text()), ("article", text()), ("period", count())];
    let of_action = [("on", id()), ("action", text()), ("at", when())];
    let stand = || json!({ "anyOf": [refer("Standing"), { "type": "null" }] });
    object(&[&of_rule[..], &of_action[..], &[("was", stand()), ("is", stand())]].concat())
}

fn standing() -> Value {
    let ends = ["earliest", "latest"].map(|name| (name, nullable(&instant())));
    let others = [("stands", word(&STANDS)), ("breach", nullable(&breach())), ("owed_by", nullable(&text()))];
    object(&[&others[..], &ends[..]].concat())
}

fn message() -> Value {
    let texts = ["kind", "rule", "owed_by", "text"].map(|name| (name, text()));
    object(&[&texts[..], &[("to", list(&text())), ("sent", flag())]].concat())
}
