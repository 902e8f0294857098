//! The schemas of an inbox, and of what is done about its items.

use engine::alert::Kind;
use engine::breach::Breach;
use engine::handling::Deed;
use projections::inbox::Hands;
use serde_json::Value;

use super::super::action::nullable;
use super::super::parts::{count, flag, id, instant, list, object, text, with, word};
use super::of_entry;

/// An item.
pub(super) fn item() -> Value {
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
        ("hands", word(&Hands::WORDS)),
        ("holdings", list(&holding)),
        ("escalated_at", nullable(&instant())),
        ("escalates_at", nullable(&instant())),
    ])
}

/// What somebody does about an item.
pub(super) fn handling() -> Value {
    let needed = [("id", id()), ("case", text()), ("key", text()), ("doing", word(&Deed::WORDS))];
    with(&needed, &[("what", text()), ("until", instant()), ("to", id())])
}

/// What was done about an alert, in a timeline.
pub(super) fn entry() -> Value {
    let fields = [
        ("doing", word(&Deed::WORDS)),
        ("alert", id()),
        ("kind", word(Kind::WORDS)),
        ("rule", text()),
        ("by", text()),
        ("until", nullable(&instant())),
    ];
    of_entry("handling", &fields)
}
