//! An item of an inbox as JSON: codes and instants, for programs.

use engine::calendar::Instant;
use engine::handling::{Holding, Promise};
use engine::json::Json;

use super::{Hands, Item, Subject};

impl Hands {
    /// The words of all.
    pub const WORDS: [&'static str; 3] = ["nobody", "lapsed", "taken"];

    /// The word of this one.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nobody => Self::WORDS[0],
            Self::Lapsed(_) => Self::WORDS[1],
            Self::Taken => Self::WORDS[2],
        }
    }
}

impl Item {
    /// The item as JSON.
    pub fn to_json(&self) -> Json<'_> {
        let (rule, earliest, latest, breach, findings, missing) = match &self.subject {
            Subject::Limit { rule, earliest, latest, breach, .. } => {
                (Json::text(rule.word()), Some(*earliest), *latest, *breach, 0, 0)
            }
            Subject::Findings { found, missing } => (Json::Null, None, None, None, *found, *missing),
        };
        Json::Object(vec![
            ("case".into(), Json::text(self.case.as_str())),
            ("key".into(), Json::text(self.key())),
            ("rule".into(), rule),
            ("earliest".into(), instant(earliest)),
            ("latest".into(), instant(latest)),
            ("breach".into(), breach.map_or(Json::Null, |breach| Json::text(breach.word()))),
            ("findings".into(), count(findings)),
            ("missing".into(), count(missing)),
            ("liberty".into(), Json::Bool(self.is_on_liberty())),
            ("owed_by".into(), Json::text(self.owed_by.as_str())),
            ("raised_at".into(), Json::text(self.raised_at.to_string())),
            ("hands".into(), Json::text(self.hands.word())),
            ("holdings".into(), Json::List(self.holdings.iter().map(holding).collect())),
            ("escalated_at".into(), instant(self.escalated)),
            ("escalates_at".into(), instant(self.escalates_at)),
        ])
    }
}

fn said(promise: &Promise) -> Json<'_> {
    promise.what.words().map_or(Json::Withheld, Json::text)
}

fn holding(holding: &Holding) -> Json<'_> {
    let promise = holding.promise.as_ref();
    Json::Object(vec![
        ("person".into(), holding.person.map_or(Json::Null, |person| Json::text(person.to_string()))),
        ("since".into(), Json::text(holding.since.to_string())),
        ("what".into(), promise.map_or(Json::Null, said)),
        ("until".into(), instant(promise.map(|promise| promise.until))),
    ])
}

fn instant(at: Option<Instant>) -> Json<'static> {
    at.map_or(Json::Null, |at| Json::text(at.to_string()))
}

fn count(count: usize) -> Json<'static> {
    Json::Number(i64::try_from(count).unwrap_or(i64::MAX))
}
