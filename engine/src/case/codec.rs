//! The storage format of events: JSON. Every version that was ever written stays readable.
//!
//! Invariant: an unknown event is an error and is never skipped. Reading an event and writing it again gives the same bytes.

mod handling;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::{Event, Fact};
use crate::action::describe::path_of;
use crate::action::{Action, ActionId, ActionName, OfficeCode, When};
use crate::alert::{About, Addressees, Alert, Settlement, Stage, Topic, Withdrawal};
use crate::breach::Breach;
use crate::calendar::Instant;
use crate::calendar::period::Hours;
use crate::explain::Step;
use crate::json::Json;
use crate::refusal::reasons;
use crate::rulebook::{Digest, Language, Period, Role, RuleId};

/// An event on disk that this program cannot read. The message names what was expected, never the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an event of the log can't be read: {}", self.0)
    }
}

impl std::error::Error for Unreadable {}

fn unreadable<T>(what: &str) -> Result<T, Unreadable> {
    Err(Unreadable(what.to_owned()))
}

impl Event {
    /// The version of the format that [`Event::to_json`] writes.
    pub const VERSION: i32 = 1;

    /// The event's id. For an alert event it is that event's own id. For an action, and for what somebody did about an
    /// alert, it is a UUID v5 of the case (as the namespace) and the sender's id, which is unique only within its case. For a
    /// confirmation it follows from the confirmed action: there is one at most.
    pub fn id(&self, case: &crate::action::CaseRef) -> Uuid {
        match &self.fact {
            Fact::ActionRecorded(action) => Uuid::new_v5(&case.stream_id(), action.id.to_string().as_bytes()),
            Fact::AlertRaised(alert) => alert.id(case),
            Fact::AlertSettled(settlement) => settlement.id(case),
            Fact::AlertWithdrawn(withdrawal) => withdrawal.id(case),
            Fact::ActionConfirmed(action) => {
                Uuid::new_v5(&case.stream_id(), format!("confirmation/{action}").as_bytes())
            }
            Fact::AlertHandled(handling) => {
                Uuid::new_v5(&case.stream_id(), format!("handling/{}", handling.id.hyphenated()).as_bytes())
            }
        }
    }

    /// The event as canonical JSON (RFC 8785).
    pub fn to_json(&self) -> String {
        let (name, data) = match &self.fact {
            Fact::ActionRecorded(action) => ("action_recorded", action.to_json()),
            Fact::AlertRaised(alert) => ("alert_raised", alert_json(alert)),
            Fact::AlertSettled(settlement) => ("alert_settled", settlement_json(settlement)),
            Fact::AlertWithdrawn(withdrawal) => ("alert_withdrawn", withdrawal_json(withdrawal)),
            Fact::AlertHandled(handling) => (handling::word(&handling.doing), handling::json(handling)),
            Fact::ActionConfirmed(action) => ("action_confirmed", Json::Object(vec![("action".into(), shown(action))])),
        };
        let mut envelope: Pairs<'_> = Vec::with_capacity(6);
        envelope.push(("data".into(), data));
        envelope.push(("event".into(), Json::text(name)));
        maybe(&mut envelope, "person", self.person, shown);
        envelope.push(("recorded_at".into(), Json::text(self.recorded_at.to_string())));
        envelope.push(("recorded_by".into(), Json::text(self.recorded_by.as_str())));
        envelope.push(("rulebook".into(), Json::text(self.rulebook.to_string())));
        let mut out = String::with_capacity(768);
        Json::Object(envelope).write(&mut out);
        out
    }

    /// Reads an event that was written in format `version`.
    ///
    /// # Errors
    /// If the version or the event's name is unknown, or the content is not what this version writes.
    pub fn from_json(version: i32, text: &str) -> Result<Self, Unreadable> {
        if version != Self::VERSION {
            return unreadable(&format!("format version {version}; this program reads version {}", Self::VERSION));
        }
        let json = Json::read(text).map_err(|refusal| Unreadable(refusal.to_string()))?;
        let mut fields = Stored::of(json)?;
        let recorded_at = fields.instant("recorded_at")?;
        let recorded_by = fields.office("recorded_by")?;
        let person = fields.maybe("person", |text| Uuid::parse_str(text).ok())?;
        let rulebook = fields.read("rulebook", Digest::parse)?;
        let data = fields.take("data")?;
        let name = fields.text("event")?;
        fields.finish()?;
        let fact = match &*name {
            "action_recorded" => {
                let action = Action::from_json(data).map_err(|flaws| Unreadable(reasons(&flaws, Language::En)))?;
                Fact::ActionRecorded(Arc::new(action))
            }
            "alert_raised" => Fact::AlertRaised(Box::new(alert_from(data)?)),
            "alert_settled" => Fact::AlertSettled(Box::new(settlement_from(data)?)),
            "alert_withdrawn" => Fact::AlertWithdrawn(Box::new(withdrawal_from(data)?)),
            "alert_acknowledged" | "alert_handed_over" | "alert_given_back" | "alert_noted" => {
                Fact::AlertHandled(Box::new(handling::read(&name, data)?))
            }
            "action_confirmed" => {
                let mut stored = Stored::of(data)?;
                let action = stored.read("action", action_id)?;
                stored.finish()?;
                Fact::ActionConfirmed(action)
            }
            _ => return unreadable("unknown event; a newer program may have written it"),
        };
        Ok(Self { recorded_at, recorded_by, person, rulebook, fact })
    }
}

// ---- writing

type Pairs<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

fn maybe<'a, T>(pairs: &mut Pairs<'a>, key: &'static str, value: Option<T>, json: impl FnOnce(T) -> Json<'a>) {
    if let Some(value) = value {
        pairs.push((key.into(), json(value)));
    }
}

fn shown<'a>(value: impl fmt::Display) -> Json<'a> {
    Json::text(value.to_string())
}

fn alert_json(alert: &Alert) -> Json<'_> {
    let mut pairs: Pairs<'_> = Vec::with_capacity(20);
    let (earliest, latest, done_by, breach, fields) = match &alert.about {
        About::Limit { earliest, latest, done_by, breach } => (Some(earliest), *latest, *done_by, *breach, None),
        About::Finding { breach } => (None, None, None, Some(*breach), None),
        About::Missing { fields } => (None, None, None, None, Some(fields)),
    };
    // In the order of the keys, in which they are written.
    pairs.push(("action".into(), Json::text(alert.action.word())));
    pairs.push(("at".into(), shown(alert.action_at)));
    if !alert.because.is_empty() {
        pairs.push(("because".into(), Json::List(alert.because.iter().map(step_json).collect())));
    }
    maybe(&mut pairs, "breach", breach, |breach| Json::text(breach.word()));
    pairs.push(("court".into(), Json::text(alert.to.court.as_str())));
    maybe(&mut pairs, "done_by", done_by, shown);
    maybe(&mut pairs, "earliest", earliest, shown);
    maybe(&mut pairs, "escalate_after", alert.escalate_after, |hours| shown(Period::from(hours)));
    maybe(&mut pairs, "fields", fields, |fields| Json::List(fields.iter().map(|&field| Json::text(field)).collect()));
    maybe(&mut pairs, "history", alert.history.then_some(true), Json::Bool);
    pairs.push(("investigator".into(), Json::text(alert.to.investigator.as_str())));
    maybe(&mut pairs, "late_record", alert.late_record.then_some(true), Json::Bool);
    maybe(&mut pairs, "latest", latest, shown);
    maybe(&mut pairs, "legal_aid", alert.to.legal_aid.as_ref(), |office| Json::text(office.as_str()));
    pairs.push(("occurrence".into(), Json::Number(alert.occurrence.into())));
    pairs.push(("on".into(), shown(alert.topic.on)));
    pairs.push(("owed_by".into(), Json::text(alert.owed_by.word())));
    pairs.push(("period".into(), Json::Number(alert.topic.period.into())));
    pairs.push(("prosecutor".into(), Json::text(alert.to.prosecutor.as_str())));
    pairs.push(("rule".into(), shown(alert.topic.rule)));
    pairs.push(("stage".into(), shown(alert.topic.stage)));
    Json::Object(pairs)
}

fn step_json(step: &Step) -> Json<'_> {
    let values = step.values().iter().map(|value| Json::text(value.as_str()));
    Json::List(std::iter::once(Json::text(step.key())).chain(values).collect())
}

fn settlement_json(settlement: &Settlement) -> Json<'_> {
    Json::Object(vec![
        ("alert".into(), alert_json(&settlement.alert)),
        ("occurrence".into(), Json::Number(settlement.occurrence.into())),
        ("by".into(), shown(settlement.by)),
        ("by_action".into(), Json::text(settlement.by_action.word())),
        ("by_at".into(), shown(settlement.by_at)),
    ])
}

fn withdrawal_json(withdrawal: &Withdrawal) -> Json<'_> {
    let mut pairs: Pairs<'_> = vec![("alert".into(), alert_json(&withdrawal.alert))];
    maybe(&mut pairs, "settlement", withdrawal.settlement, |occurrence| Json::Number(occurrence.into()));
    maybe(&mut pairs, "replaced_by", withdrawal.replaced_by, |id| shown(id.hyphenated()));
    Json::Object(pairs)
}

// ---- reading

/// The fields of a stored object.
struct Stored<'j>(Pairs<'j>);

impl<'j> Stored<'j> {
    fn of(json: Json<'j>) -> Result<Self, Unreadable> {
        match json {
            Json::Object(pairs) => Ok(Self(pairs)),
            _ => unreadable("expected an object"),
        }
    }

    fn optional(&mut self, key: &str) -> Option<Json<'j>> {
        let at = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.swap_remove(at).1)
    }

    fn take(&mut self, key: &str) -> Result<Json<'j>, Unreadable> {
        self.optional(key).ok_or_else(|| Unreadable(format!("`{key}` is missing")))
    }

    fn text(&mut self, key: &str) -> Result<Cow<'j, str>, Unreadable> {
        match self.take(key)? {
            Json::Text(text) => Ok(text),
            _ => unreadable(&format!("`{key}` is not text")),
        }
    }

    fn read<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Unreadable> {
        parse(&self.text(key)?).ok_or_else(|| Unreadable(format!("`{key}` has an invalid value")))
    }

    fn maybe<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Unreadable> {
        if self.0.iter().any(|(name, _)| name == key) { self.read(key, parse).map(Some) } else { Ok(None) }
    }

    fn instant(&mut self, key: &str) -> Result<Instant, Unreadable> {
        self.read(key, Instant::parse)
    }

    fn office(&mut self, key: &str) -> Result<OfficeCode, Unreadable> {
        self.read(key, OfficeCode::new)
    }

    fn number(&mut self, key: &str) -> Result<u32, Unreadable> {
        match self.take(key)? {
            Json::Number(number) => u32::try_from(number).or_else(|_| unreadable(&format!("`{key}` is out of range"))),
            _ => unreadable(&format!("`{key}` is not a number")),
        }
    }

    /// A flag that is written only if it is true.
    fn flag(&mut self, key: &str) -> Result<bool, Unreadable> {
        match self.optional(key) {
            None => Ok(false),
            Some(Json::Bool(true)) => Ok(true),
            Some(_) => unreadable(&format!("`{key}` is not `true`")),
        }
    }

    fn topic(&mut self) -> Result<Topic, Unreadable> {
        Ok(Topic {
            rule: self.read("rule", RuleId::from_word)?,
            on: self.read("on", action_id)?,
            period: self.number("period")?,
            stage: self.read("stage", Stage::parse)?,
        })
    }

    fn list(&mut self, key: &str) -> Result<Vec<Json<'j>>, Unreadable> {
        match self.optional(key) {
            None => Ok(Vec::new()),
            Some(Json::List(items)) => Ok(items),
            Some(_) => unreadable(&format!("`{key}` is not a list")),
        }
    }

    /// Refuses unread keys: a key that nobody reads shows that the event was altered.
    fn finish(self) -> Result<(), Unreadable> {
        if self.0.is_empty() { Ok(()) } else { unreadable("unknown key") }
    }
}

fn action_id(text: &str) -> Option<ActionId> {
    Uuid::try_parse(text).ok().map(ActionId)
}

fn alert_from(json: Json<'_>) -> Result<Alert, Unreadable> {
    let mut stored = Stored::of(json)?;
    let topic = stored.topic()?;
    let to = Addressees {
        court: stored.office("court")?,
        prosecutor: stored.office("prosecutor")?,
        investigator: stored.office("investigator")?,
        legal_aid: stored.maybe("legal_aid", OfficeCode::new)?,
    };
    let breach = stored.maybe("breach", Breach::from_word)?;
    // Only an alert about a limit has instants.
    let is_limit = stored.0.iter().any(|(key, _)| key == "earliest");
    let about = match (is_limit, topic.stage, breach) {
        (true, Stage::Notice(_) | Stage::Arguable | Stage::Breach | Stage::Escalated(_), breach) => About::Limit {
            earliest: stored.instant("earliest")?,
            latest: stored.maybe("latest", Instant::parse)?,
            done_by: stored.maybe("done_by", action_id)?,
            breach,
        },
        (false, Stage::Arguable | Stage::Breach | Stage::Escalated(_), Some(breach)) => About::Finding { breach },
        (false, Stage::Missing, None) => {
            let fields = stored.list("fields")?;
            About::Missing { fields: fields.into_iter().map(field).collect::<Result<_, _>>()? }
        }
        _ => return unreadable("`stage` and `breach` do not fit the rule"),
    };
    let alert = Alert {
        topic,
        occurrence: stored.number("occurrence")?,
        to,
        owed_by: stored.read("owed_by", Role::from_word)?,
        action: stored.read("action", ActionName::from_word)?,
        action_at: stored.read("at", When::parse)?,
        about,
        late_record: stored.flag("late_record")?,
        history: stored.flag("history")?,
        escalate_after: stored.maybe("escalate_after", hours)?,
        because: stored.list("because")?.into_iter().map(step_from).collect::<Result<_, _>>()?,
    };
    stored.finish()?;
    Ok(alert)
}

fn hours(text: &str) -> Option<Hours> {
    if let Some(Period::Hours(hours)) = Period::parse(text) { Some(Hours(hours)) } else { None }
}

fn field(json: Json<'_>) -> Result<&'static str, Unreadable> {
    let Json::Text(text) = json else { return unreadable("a field is not text") };
    path_of(&text).map_or_else(|| unreadable("unknown field"), Ok)
}

fn step_from(json: Json<'_>) -> Result<Step, Unreadable> {
    let Json::List(items) = json else { return unreadable("a step is not a list") };
    let mut texts = items.into_iter().map(|item| match item {
        Json::Text(text) => Ok(text.into_owned()),
        _ => unreadable("a step's value is not text"),
    });
    let key = texts.next().unwrap_or_else(|| unreadable("a step is empty"))?;
    Step::read(&key, texts.collect::<Result<_, _>>()?)
        .map_or_else(|| unreadable("this program does not know a step"), Ok)
}

fn settlement_from(json: Json<'_>) -> Result<Settlement, Unreadable> {
    let mut stored = Stored::of(json)?;
    let settlement = Settlement {
        alert: alert_from(stored.take("alert")?)?,
        occurrence: stored.number("occurrence")?,
        by: stored.read("by", action_id)?,
        by_action: stored.read("by_action", ActionName::from_word)?,
        by_at: stored.read("by_at", When::parse)?,
    };
    stored.finish()?;
    Ok(settlement)
}

fn withdrawal_from(json: Json<'_>) -> Result<Withdrawal, Unreadable> {
    let mut stored = Stored::of(json)?;
    let settlement =
        stored.0.iter().any(|(key, _)| key == "settlement").then(|| stored.number("settlement")).transpose()?;
    let withdrawal = Withdrawal {
        alert: alert_from(stored.take("alert")?)?,
        settlement,
        replaced_by: stored.maybe("replaced_by", |text| Uuid::try_parse(text).ok())?,
    };
    stored.finish()?;
    Ok(withdrawal)
}
