//! The schemas of what people act on: items of the inbox, and what waits for a second look.

use engine::action::ActionName;
use engine::breach::Breach;
use serde_json::Value;

use super::{count, flag, id, instant, list, object, text, when, with, word};
use crate::api::inbox::{DOINGS, HANDS};
use crate::api::openapi::action::nullable;

pub(super) fn inbox_item() -> Value {
    let holding = object(&[
        ("person", nullable(&id())),
        ("since", instant()),
        ("what", nullable(&text())),
        ("until", nullable(&instant())),
    ]);
    object(&[
        ("case", text()),
        ("key", text()),
        ("rule", nullable(&text())),
        ("earliest", nullable(&instant())),
        ("latest", nullable(&instant())),
        ("breach", nullable(&word(Breach::WORDS))),
        ("findings", count()),
        ("missing", count()),
        ("liberty", flag()),
        ("owed_by", text()),
        ("raised_at", instant()),
        ("hands", word(&HANDS)),
        ("holdings", list(&holding)),
        ("escalated_at", nullable(&instant())),
        ("escalates_at", nullable(&instant())),
    ])
}

pub(super) fn handling() -> Value {
    let needed = [("id", id()), ("case", text()), ("key", text()), ("doing", word(&DOINGS))];
    with(&needed, &[("what", text()), ("until", instant()), ("to", id())])
}

pub(super) fn unconfirmed() -> Value {
    let kinds: Vec<&str> = ActionName::ALL.iter().map(|name| name.word()).collect();
    object(&[
        ("case", text()),
        ("action", word(&kinds)),
        ("id", id()),
        ("at", when()),
        ("recorded_at", instant()),
        ("recorded_by", text()),
        ("person", nullable(&id())),
    ])
}
