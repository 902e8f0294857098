//! The schemas of figures.

use serde_json::{Value, json};

use super::action::nullable;
use super::parts::{count, instant, list, object, refer, text, with};

/// How the cases of an office stand, with the figures of a period.
pub fn figures() -> Value {
    let rule = object(&[("rule", text()), ("certain", count()), ("arguable", count()), ("running", count())]);
    let heard = object(&[("office", text()), ("at", nullable(&instant()))]);
    with(
        &[("office", text()), ("at", instant()), ("open", count()), ("held", count()), ("rules", list(&rule))],
        &[("period", text()), ("figures", refer("Numbers")), ("last_heard", list(&heard))],
    )
}

/// The numbers of a period.
pub fn numbers() -> Value {
    let whole = || json!({ "type": "integer" });
    let counted = object(&[("of", text()), ("count", whole())]);
    let values = ["median_seconds", "ninetieth_seconds", "allowed_seconds", "median_percent", "ninetieth_percent"];
    let values = values.map(|name| (name, nullable(&whole())));
    let lengths = object(&[&[("of", text()), ("count", whole())], &values[..]].concat());
    object(&[("counts", list(&counted)), ("lengths", list(&lengths))])
}

/// The fixed tables of a quarter.
pub fn quarter() -> Value {
    let day = || json!({ "type": "string", "format": "date" });
    let scope = |name: Option<&'static str>| {
        let tables =
            [("figures", refer("Numbers")), ("corrections", refer("Numbers")), ("last_heard", nullable(&day()))];
        object(&name.map(|name| (name, text())).into_iter().chain(tables).collect::<Vec<_>>())
    };
    object(&[
        ("quarter", text()),
        ("counted_at", instant()),
        ("quarters", list(&text())),
        ("country", scope(None)),
        ("provinces", list(&scope(Some("province")))),
        ("offices", list(&scope(Some("office")))),
    ])
}
