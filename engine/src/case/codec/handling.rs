//! What people do about an alert, as an event.

use uuid::Uuid;

use super::{Pairs, Stored, Unreadable, maybe, shown, unreadable};
use crate::handling::{Doing, Handling, Promise, Said};
use crate::json::Json;

/// The name of the event.
pub(super) const fn word(doing: &Doing) -> &'static str {
    match doing {
        Doing::Takes(_) => "alert_acknowledged",
        Doing::HandsOver { .. } => "alert_handed_over",
        Doing::GivesBack => "alert_given_back",
        Doing::Notes => "alert_noted",
    }
}

/// What it says.
pub(super) fn json(handling: &Handling) -> Json<'_> {
    let Handling { id, topic, occurrence, doing } = handling;
    let mut pairs: Pairs<'_> = vec![
        ("id".into(), shown(id.hyphenated())),
        ("occurrence".into(), Json::Number((*occurrence).into())),
        ("on".into(), shown(topic.on)),
        ("period".into(), Json::Number(topic.period.into())),
        ("rule".into(), shown(topic.rule)),
        ("stage".into(), shown(topic.stage)),
    ];
    let (to, promise) = match doing {
        Doing::Takes(promise) => (None, Some(promise)),
        Doing::HandsOver { to, promise } => (Some(to), Some(promise)),
        Doing::GivesBack | Doing::Notes => (None, None),
    };
    maybe(&mut pairs, "to", to, |to| shown(to.hyphenated()));
    maybe(&mut pairs, "until", promise, |promise| shown(promise.until));
    maybe(&mut pairs, "what", promise, |promise| promise.what.words().map_or(Json::Withheld, Json::text));
    Json::Object(pairs)
}

/// Reads it.
pub(super) fn read(name: &str, json: Json<'_>) -> Result<Handling, Unreadable> {
    let uuid = |text: &str| Uuid::try_parse(text).ok();
    let mut stored = Stored::of(json)?;
    let (id, topic, occurrence) = (stored.read("id", uuid)?, stored.topic()?, stored.number("occurrence")?);
    let mut promise = || {
        let what = match stored.take("what")? {
            Json::Text(words) => Said::Words(words.into()),
            Json::Withheld => Said::Withheld,
            _ => return unreadable("`what` is not text"),
        };
        Ok(Promise { what, until: stored.instant("until")? })
    };
    let doing = match name {
        "alert_acknowledged" => Doing::Takes(promise()?),
        "alert_handed_over" => Doing::HandsOver { promise: promise()?, to: stored.read("to", uuid)? },
        "alert_given_back" => Doing::GivesBack,
        _ => Doing::Notes,
    };
    stored.finish()?;
    Ok(Handling { id, topic, occurrence, doing })
}
