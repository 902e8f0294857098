//! A timeline as JSON, for programs: codes and instants, and each action with every field as it was recorded.

use engine::action::ActionId;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::{Confirmed, RecordedAction};
use engine::json::Json;

use super::{ActionLine, Entry, EntryLine, LimitLine, Personal, SecondLook};
use crate::summary::Ended;

type Pairs<'j> = Vec<(std::borrow::Cow<'j, str>, Json<'j>)>;

impl Entry {
    /// The line as JSON.
    pub fn to_json(&self) -> Json<'_> {
        self.json(Personal::Shown)
    }

    /// The line as JSON, with or without what is personal.
    pub fn json(&self, personal: Personal) -> Json<'_> {
        let mut pairs: Pairs<'_> = vec![("at".into(), Json::text(self.at.to_string()))];
        let mut put = |key: &'static str, value| pairs.push((key.into(), value));
        match &self.what {
            EntryLine::Action(action) => pairs.extend(of_action(action, personal)),
            EntryLine::Limit(limit) => pairs.extend(of_limit(limit)),
            EntryLine::Finding { rule, article, action, breach: how, because } => {
                put("entry", Json::text("finding"));
                put("rule", Json::text(rule.word()));
                put("article", Json::text(article.as_str()));
                put("action", id(*action));
                put("breach", breach(Some(*how)));
                put("because", texts(because));
            }
            EntryLine::NotOnRecord { rule, action, field } => {
                put("entry", Json::text("not_on_record"));
                put("rule", Json::text(rule.word()));
                put("action", id(*action));
                put("field", Json::text(*field));
            }
            EntryLine::Alert { id: alert, kind, rule, history, text } => {
                put("entry", Json::text("alert"));
                put("id", Json::text(alert.to_string()));
                put("kind", Json::text(kind.word()));
                put("rule", Json::text(rule.word()));
                put("history", Json::Bool(*history));
                put("text", Json::text(text.as_str()));
            }
            EntryLine::Handling { deed, alert, kind, rule, by, until } => {
                put("entry", Json::text("handling"));
                put("doing", Json::text(deed.word()));
                put("alert", Json::text(alert.to_string()));
                put("kind", Json::text(kind.word()));
                put("rule", Json::text(rule.word()));
                put("by", Json::text(by.as_str()));
                put("until", instant(*until));
            }
        }
        Json::Object(pairs)
    }
}

fn of_action(line: &ActionLine, personal: Personal) -> Pairs<'_> {
    let RecordedAction { action, recorded_at, recorded_by, .. } = &line.recorded;
    let mut pairs: Pairs<'_> = vec![
        ("entry".into(), Json::text("action")),
        ("action".into(), Json::text(action.name.word())),
        ("id".into(), id(action.id)),
        ("by".into(), Json::text(action.by.as_str())),
        ("fields".into(), Json::Object(line.own_fields(personal))),
        ("recorded_at".into(), Json::text(recorded_at.to_string())),
        ("recorded_by".into(), Json::text(recorded_by.as_str())),
        ("days_late".into(), Json::Number(line.days_late())),
        ("withdrawn".into(), Json::Bool(line.withdrawn.is_some())),
    ];
    if let Some(by) = &line.withdrawn {
        let reason = line.withdrawal_reason().filter(|_| personal == Personal::Shown);
        pairs.push(("withdrawn_by".into(), id(by.action.id)));
        pairs.push(("withdrawal_reason".into(), reason.map_or(Json::Null, Json::text)));
    }
    match line.second_look {
        SecondLook::Unasked => {}
        SecondLook::Awaited => pairs.push(("unconfirmed".into(), Json::Bool(true))),
        SecondLook::Done(Confirmed { person, at }) => {
            let by = person.map_or(Json::Null, |person| Json::text(person.to_string()));
            pairs.push(("confirmed_by".into(), by));
            pairs.push(("confirmed_at".into(), Json::text(at.to_string())));
        }
    }
    let from = line.transferred_from();
    if !from.is_empty() {
        let offices = from.into_iter().map(|(role, office)| (role.into(), Json::text(office.to_string())));
        pairs.push(("transferred_from".into(), Json::Object(offices.collect())));
    }
    pairs.push(("to_come".into(), Json::Bool(line.to_come)));
    pairs
}

fn of_limit(limit: &LimitLine) -> Pairs<'_> {
    vec![
        ("entry".into(), Json::text("deadline")),
        ("rule".into(), Json::text(limit.rule.word())),
        ("article".into(), Json::text(limit.article.as_str())),
        ("policy".into(), Json::Bool(limit.policy)),
        ("owed_by".into(), Json::text(limit.owed_by.as_str())),
        ("opened_by".into(), id(limit.opened_by)),
        ("period".into(), Json::Number(limit.period.into())),
        ("earliest".into(), Json::text(limit.earliest.to_string())),
        ("latest".into(), instant(limit.latest)),
        ("done_by".into(), limit.done_by.map_or(Json::Null, id)),
        ("done_by_closing".into(), Json::Bool(limit.ended.is_some_and(Ended::is_by_closing))),
        ("breach".into(), breach(limit.breach)),
        ("used_seconds".into(), Json::Number(limit.used)),
        ("over_seconds".into(), Json::Number(limit.over())),
        ("because".into(), texts(&limit.because)),
    ]
}

fn id<'j>(id: ActionId) -> Json<'j> {
    Json::text(id.to_string())
}

fn breach<'j>(breach: Option<Breach>) -> Json<'j> {
    breach.map_or(Json::Null, |breach| Json::text(breach.word()))
}

fn instant<'j>(at: Option<Instant>) -> Json<'j> {
    at.map_or(Json::Null, |at| Json::text(at.to_string()))
}

fn texts(items: &[String]) -> Json<'_> {
    Json::List(items.iter().map(|item| Json::text(item.as_str())).collect())
}
