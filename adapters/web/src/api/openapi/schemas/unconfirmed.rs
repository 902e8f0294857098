//! The schema of what waits for a second look.

use engine::action::ActionName;
use serde_json::Value;

use super::super::parts::{id, instant, object, text, when, word};
use crate::api::openapi::action::nullable;

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
