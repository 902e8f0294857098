//! The storage format of events: JSON. Every version that was ever written stays readable.
//!
//! Invariant: an unknown event is an error and is never skipped. Reading an event and writing it again gives the same bytes.

mod alerts;
mod before;
mod derived;
mod handling;
mod sealed;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::commitment::Given;
use super::{Event, Fact, SealReason};
use crate::action::describe::{Field, SAID};
use crate::action::{Action, ActionId, ActionName, OfficeCode};
use crate::alert::{Stage, Topic};
use crate::calendar::Instant;
use crate::json::Json;
use crate::randomness::Nonce;
use crate::refusal::reasons;
use crate::rulebook::{Digest, Language, RuleId};

pub(crate) use sealed::withheld;

pub use before::{BringingOver, VERSION as EARLIER};

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
    pub const VERSION: i32 = 2;

    /// The event's id. For an alert event it is that event's own id. For an action, and for what somebody did about an
    /// alert, it is a UUID v5 of the case (as the namespace) and the sender's id, which is unique only within its case. For a
    /// confirmation it follows from the confirmed action: there is one at most, as there is one sealing of a case.
    pub fn id(&self, case: &crate::action::CaseRef) -> Uuid {
        match &self.fact {
            Fact::ActionRecorded(action) => Uuid::new_v5(&case.stream_id(), action.id.to_string().as_bytes()),
            Fact::AlertRaised(alert) => alert.id(case),
            Fact::AlertSettled(settlement) => settlement.id(case),
            Fact::AlertWithdrawn(withdrawal) => withdrawal.id(case),
            Fact::ActionConfirmed(action) => {
                Uuid::new_v5(&case.stream_id(), format!("confirmation/{action}").as_bytes())
            }
            Fact::CaseSealed(_) => Uuid::new_v5(&case.stream_id(), b"sealing"),
            Fact::AlertHandled(handling) => {
                Uuid::new_v5(&case.stream_id(), format!("handling/{}", handling.id.hyphenated()).as_bytes())
            }
        }
    }

    /// The event as canonical JSON (RFC 8785), with commitments in the place of what is personal.
    pub fn to_json(&self) -> String {
        let (name, mut data) = self.data();
        if let Json::Object(pairs) = &mut data {
            let committed = committed(name, pairs).unwrap_or_default();
            sealed::seal(pairs, committed, "", &self.commitments);
        }
        let mut envelope: Pairs<'_> = Vec::with_capacity(9);
        envelope.extend(self.derived_json().map(|derived| ("derived".into(), derived)));
        envelope.push(("engine".into(), Json::Number(self.engine.into())));
        envelope.push(("nonce".into(), shown(self.nonce)));
        self.written(name, data, envelope)
    }

    /// The event's name, and what it says, all of it plain.
    fn data(&self) -> (&'static str, Json<'_>) {
        match &self.fact {
            Fact::ActionRecorded(action) => ("action_recorded", action.to_json()),
            Fact::AlertRaised(alert) => ("alert_raised", alerts::alert_json(alert)),
            Fact::AlertSettled(settlement) => ("alert_settled", alerts::settlement_json(settlement)),
            Fact::AlertWithdrawn(withdrawal) => ("alert_withdrawn", alerts::withdrawal_json(withdrawal)),
            Fact::AlertHandled(handling) => (handling::word(&handling.doing), handling::json(handling)),
            Fact::ActionConfirmed(action) => ("action_confirmed", Json::Object(vec![("action".into(), shown(action))])),
            Fact::CaseSealed(reason) => ("case_sealed", Json::Object(vec![("reason".into(), shown(reason))])),
        }
    }

    /// Writes what is in every envelope, with the rest.
    fn written<'e>(&'e self, name: &'static str, data: Json<'e>, mut envelope: Pairs<'e>) -> String {
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

    /// What is public of the child's age from this event on, as the event has it; `None` if that is nothing.
    pub fn derived_json(&self) -> Option<Json<'_>> {
        (!self.derived.is_empty()).then(|| derived::json(&self.derived))
    }

    /// The disclosures that are at hand, in one text, `~` between them.
    pub fn disclosures(&self) -> String {
        let texts: Vec<&str> = self.commitments.iter().filter_map(|commitment| commitment.disclosure()).collect();
        texts.join("~")
    }

    /// Reads an event that was written in format `version`, with those of its `disclosures` that are at hand, in one text,
    /// `~` between them. What is not disclosed is withheld.
    ///
    /// # Errors
    /// If the version or the event's name is unknown, the content is not what this version writes, or a disclosure is of
    /// another event.
    pub fn from_json(version: i32, text: &str, disclosures: &str) -> Result<Self, Unreadable> {
        if version != Self::VERSION {
            return unreadable(&format!("format version {version}; this program reads version {}", Self::VERSION));
        }
        let json = Json::read(text).map_err(|refusal| Unreadable(refusal.to_string()))?;
        let given = Given::all(disclosures);
        let mut opening = sealed::Opening::with(&given);
        let mut fields = Stored::of(json)?;
        let nonce = fields.read("nonce", Nonce::parse)?;
        let engine = fields.number("engine")?;
        let recorded_at = fields.instant("recorded_at")?;
        let recorded_by = fields.office("recorded_by")?;
        let person = fields.maybe("person", |text| Uuid::parse_str(text).ok())?;
        let rulebook = fields.read("rulebook", Digest::parse)?;
        let derived = fields.optional("derived").map(derived::read).transpose()?.unwrap_or_default();
        let mut data = fields.take("data")?;
        let name = fields.text("event")?;
        fields.finish()?;
        if let Json::Object(pairs) = &mut data {
            let committed = committed(&name, pairs)?;
            opening.open(pairs, committed, "")?;
        }
        let commitments = opening.finish()?;
        let fact = fact(&name, data)?;
        if fact.action().is_none() && !derived.is_empty() {
            return unreadable("`derived` stands beside what is no action");
        }
        Ok(Self { nonce, engine, recorded_at, recorded_by, person, rulebook, fact, derived, commitments })
    }
}

/// The fields of the data of an event of this name, some of which may be committed to.
fn committed(name: &str, pairs: &Pairs<'_>) -> Result<&'static [Field], Unreadable> {
    Ok(match name {
        "action_recorded" => {
            let named = pairs.iter().find(|(key, _)| key == "action");
            let named = if let Some((_, Json::Text(action))) = named { ActionName::from_word(action) } else { None };
            named.map_or(&[], ActionName::fields)
        }
        "alert_acknowledged" | "alert_handed_over" => SAID,
        "alert_raised" | "alert_settled" | "alert_withdrawn" | "alert_given_back" | "alert_noted"
        | "action_confirmed" | "case_sealed" => &[],
        _ => return unreadable("unknown event; a newer program may have written it"),
    })
}

fn fact(name: &str, data: Json<'_>) -> Result<Fact, Unreadable> {
    Ok(match name {
        "action_recorded" => {
            let action = Action::from_json(data).map_err(|flaws| Unreadable(reasons(&flaws, Language::En)))?;
            Fact::ActionRecorded(Arc::new(action))
        }
        "alert_raised" => Fact::AlertRaised(Box::new(alerts::alert_from(data)?)),
        "alert_settled" => Fact::AlertSettled(Box::new(alerts::settlement_from(data)?)),
        "alert_withdrawn" => Fact::AlertWithdrawn(Box::new(alerts::withdrawal_from(data)?)),
        "alert_acknowledged" | "alert_handed_over" | "alert_given_back" | "alert_noted" => {
            Fact::AlertHandled(Box::new(handling::read(name, data)?))
        }
        "action_confirmed" => {
            let mut stored = Stored::of(data)?;
            let action = stored.read("action", action_id)?;
            stored.finish()?;
            Fact::ActionConfirmed(action)
        }
        "case_sealed" => {
            let mut stored = Stored::of(data)?;
            let reason = stored.read("reason", SealReason::from_word)?;
            stored.finish()?;
            Fact::CaseSealed(reason)
        }
        _ => return unreadable("unknown event"),
    })
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
        u32::try_from(self.whole(key)?).or_else(|_| unreadable(&format!("`{key}` is out of range")))
    }

    fn whole(&mut self, key: &str) -> Result<u64, Unreadable> {
        match self.take(key)? {
            Json::Number(number) => u64::try_from(number).or_else(|_| unreadable(&format!("`{key}` is out of range"))),
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
