//! An alert event as it is published: a NATS subject and a CloudEvents 1.0 JSON object.
//!
//! Invariant: a message is a function of the event, the rulebook and the installation's name. It names the case reference
//! and office codes only and contains no personal data (Art. 85).

use std::fmt::Write as _;

use engine::action::CaseRef;
use engine::alert::{About, Alert, Kind, Settlement, Stage};
use engine::case::{Event, Fact};
use engine::explain::fill;
use engine::json::{Json, write_text};
use engine::rulebook::{Language, Period, Rulebook};
use uuid::Uuid;

use crate::subjects;

/// A message to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The subject: `kamnot.alerts.<prosecutor>.<court>.<investigator>.<legal aid>.<kind>.<rule>`.
    pub subject: String,
    /// The event's id, also sent as `Nats-Msg-Id`.
    pub id: Uuid,
    /// The CloudEvents object.
    pub body: String,
}

/// The keys of a message's data that may differ when a log restored from a backup raises an alert again: when it was
/// detected, and the sentences.
const PASSING: [&str; 7] = ["because", "detected_at", "digest", "late_record", "rulebook", "text", "article"];

/// A digest of what a message says: its subject, its envelope without the time, and its data without the keys that may
/// differ. So it covers the case, the offices, the rule, the limit with its instants, and the alert that it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Substance(Uuid);

impl Substance {
    /// The digest of a message in the stream; `None` if its body is not the message of an alert event.
    pub fn of(subject: &str, body: &str) -> Option<Self> {
        let Ok(Json::Object(mut envelope)) = Json::read(body) else { return None };
        envelope.retain(|(key, _)| key != "time");
        let (_, Json::Object(data)) = envelope.iter_mut().find(|(key, _)| key == "data")? else { return None };
        data.retain(|(key, _)| !PASSING.contains(&&**key));
        let mut said = format!("{subject}\n");
        Json::Object(envelope).write(&mut said);
        Some(Self(Uuid::new_v5(&Uuid::NAMESPACE_OID, said.as_bytes())))
    }
}

impl Message {
    /// The digest of what the message says.
    pub fn substance(&self) -> Option<Substance> {
        Substance::of(&self.subject, &self.body)
    }
}

/// The values of an alert event, whether it raises, settles or withdraws.
struct AlertEvent<'e> {
    alert: &'e Alert,
    kind: Kind,
    id: Uuid,
    /// The occurrence in the id.
    occurrence: u32,
    /// The id of the alert or settlement that it answers, or of the alert that it escalates.
    of: Option<Uuid>,
    replaced_by: Option<Uuid>,
}

fn told<'e>(case: &CaseRef, event: &'e Event) -> Option<AlertEvent<'e>> {
    let (alert, kind) = event.fact.alert()?;
    let (occurrence, of, replaced_by) = match &event.fact {
        Fact::AlertSettled(settlement) => (settlement.occurrence, Some(alert.id(case)), None),
        Fact::AlertWithdrawn(withdrawal) => {
            let occurrence = withdrawal.settlement.unwrap_or(alert.occurrence);
            (occurrence, Some(withdrawal.of(case)), withdrawal.replaced_by)
        }
        Fact::ActionRecorded(_)
        | Fact::AlertRaised(_)
        | Fact::AlertHandled(_)
        | Fact::ActionConfirmed(_)
        | Fact::CaseSealed(_) => (alert.occurrence, alert.escalates(case), None),
    };
    Some(AlertEvent { alert, kind, id: event.id(case), occurrence, of, replaced_by })
}

/// The message of an alert event; `None` for any other event.
pub fn message(case: &CaseRef, event: &Event, book: &Rulebook, installation: &str) -> Option<Message> {
    let told = told(case, event)?;
    let mut body = String::with_capacity(2048);
    let _ = write!(body, "{{\"specversion\":\"1.0\",\"id\":\"{}\",\"source\":", told.id);
    write_text(&format!("/kamnot/{installation}"), &mut body);
    let _ = write!(
        body,
        ",\"type\":\"la.kamnot.alert.{}.v1\",\"subject\":\"{case}\",\"time\":\"{}\",\"datacontenttype\":\"application/json\",\"data\":{{",
        told.kind, event.recorded_at
    );
    data(case, event, &told, book, &mut body);
    body.push_str("}}");
    // Who supervises reads these subjects alone, and has to hear how it ended.
    let of_escalation = told.alert.topic.stage.kind() == Kind::Escalated;
    let kind = if of_escalation { Kind::Escalated } else { told.kind };
    let subject = subjects::alert(&told.alert.to, kind, told.alert.topic.rule);
    Some(Message { subject, id: told.id, body })
}

fn data(case: &CaseRef, event: &Event, told: &AlertEvent<'_>, book: &Rulebook, out: &mut String) {
    let Alert { topic, to, owed_by, action_at, about, .. } = told.alert;
    let owed_by = to.of(*owed_by);
    let _ = write!(out, "\"case\":\"{case}\",\"court\":\"{}\",\"prosecutor\":\"{}\"", to.court, to.prosecutor);
    let _ =
        write!(out, ",\"owed_by\":\"{owed_by}\",\"kind\":\"{}\",\"rule\":\"{}\",\"article\":", told.kind, topic.rule);
    write_text(book.article(&topic.rule), out);
    match about {
        About::Limit { earliest, latest, done_by, breach } => {
            let _ = write!(out, ",\"breach\":{}", quoted(*breach));
            let _ = write!(
                out,
                ",\"opened_by\":\"{}\",\"period\":{},\"occurrence\":{}",
                topic.on, topic.period, told.occurrence
            );
            let _ = write!(
                out,
                ",\"opened_at\":\"{action_at}\",\"earliest\":\"{earliest}\",\"latest\":{}",
                quoted(*latest)
            );
            let done_by = if let Fact::AlertSettled(settlement) = &event.fact { Some(settlement.by) } else { *done_by };
            let _ = write!(out, ",\"done_by\":{}", quoted(done_by));
        }
        About::Finding { breach } => {
            let _ = write!(
                out,
                ",\"breach\":\"{breach}\",\"action\":\"{}\",\"period\":0,\"occurrence\":{}",
                topic.on, told.occurrence
            );
        }
        About::Missing { fields } => {
            let _ = write!(
                out,
                ",\"breach\":null,\"action\":\"{}\",\"period\":0,\"occurrence\":{}",
                topic.on, told.occurrence
            );
            let _ = write!(out, ",\"fields\":[\"{}\"]", fields.join("\",\""));
        }
    }
    if let Stage::Notice(lead) = topic.stage {
        let _ = write!(out, ",\"lead\":\"{lead}\"");
    }
    if let Some(of) = told.of {
        let _ = write!(out, ",\"of\":\"{of}\"");
    }
    if let Some(replaced_by) = told.replaced_by {
        let _ = write!(out, ",\"replaced_by\":\"{replaced_by}\"");
    }
    let _ = write!(out, ",\"detected_at\":\"{}\",\"late_record\":{}", event.recorded_at, told.alert.late_record);
    out.push_str(",\"rulebook\":");
    write_text(book.id(), out);
    let _ = write!(out, ",\"digest\":\"{}\",\"text\":{{\"en\":", event.rulebook);
    write_text(&text(case, event, book, Language::En).unwrap_or_default(), out);
    out.push_str(",\"lo\":");
    write_text(&text(case, event, book, Language::Lo).unwrap_or_default(), out);
    out.push_str("},\"because\":[");
    for (i, step) in told.alert.because.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write_text(&step.sentence(book, topic.rule, Language::En), out);
    }
    out.push(']');
}

fn quoted(value: Option<impl std::fmt::Display>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| format!("\"{value}\""))
}

/// The sentence of an alert event in one language; `None` for any other event.
pub fn text(case: &CaseRef, event: &Event, book: &Rulebook, language: Language) -> Option<String> {
    let (alert, _) = event.fact.alert()?;
    let rule = alert.topic.rule;
    let owes = book.text(&format!("role.{}", alert.owed_by)).in_language(language);
    let owed_by = format!("{owes} ({})", alert.to.of(alert.owed_by));
    let context = [("case", case.as_str()), ("owed_by", owed_by.as_str())];
    let say = |key: &str, values: &[String]| fill(book, rule, language, key, values, &context);
    match &event.fact {
        Fact::ActionRecorded(_) | Fact::AlertHandled(_) | Fact::ActionConfirmed(_) | Fact::CaseSealed(_) => {
            return None;
        }
        Fact::AlertRaised(_) => {}
        Fact::AlertSettled(settlement) => return settled(settlement, say),
        Fact::AlertWithdrawn(withdrawal) => {
            let key = match (withdrawal.replaced_by, withdrawal.settlement) {
                (Some(_), _) => "alert-replaced",
                (None, Some(_)) => "alert-settlement-withdrawn",
                (None, None) => "alert-withdrawn",
            };
            return Some(say(key, &[]));
        }
    }
    let action = [alert.action.to_string(), alert.action_at.to_string()];
    if let (Stage::Escalated(_), Some(after)) = (alert.topic.stage, alert.escalate_after) {
        return Some(say("alert-escalated", &[Period::from(after).to_string()]));
    }
    Some(match (alert.topic.stage, &alert.about) {
        (Stage::Notice(_), About::Limit { earliest, latest, .. }) => {
            let left = format!("{}s", earliest.since(event.recorded_at).max(0));
            match latest {
                Some(latest) if latest == earliest => say("alert-notice", &[earliest.to_string(), left]),
                Some(latest) => say("alert-notice-readings", &[earliest.to_string(), latest.to_string(), left]),
                None => say("alert-notice-no-latest", &[earliest.to_string(), left]),
            }
        }
        (Stage::Breach, About::Limit { earliest, latest: Some(latest), .. }) if latest != earliest => {
            say("alert-breach-limit", &[earliest.to_string(), latest.to_string()])
        }
        (Stage::Breach, About::Limit { earliest, .. }) => say("alert-breach-limit-both", &[earliest.to_string()]),
        (_, About::Limit { earliest, .. }) if book.is_policy(rule) => {
            say("alert-arguable-policy", &[earliest.to_string(), book.at_once().to_string()])
        }
        (_, About::Limit { earliest, .. }) => say("alert-arguable-limit", &[earliest.to_string()]),
        (Stage::Breach, About::Finding { .. }) => say("alert-breach-finding", &action),
        (_, About::Finding { .. }) => say("alert-arguable-finding", &action),
        (_, About::Missing { fields }) => {
            let [action, at] = action;
            say("alert-notice-missing", &[action, at, fields.join(",")])
        }
    })
}

/// What was done, and how long after the limit by the protective reading. The sentence names the reading if the readings
/// differ.
fn settled(settlement: &Settlement, say: impl Fn(&str, &[String]) -> String) -> Option<String> {
    let About::Limit { earliest, latest, .. } = settlement.alert.about else { return None };
    let at = settlement.by_at;
    let agree = latest == Some(earliest) && at.first() == at.last();
    let key = if agree { "alert-settled" } else { "alert-settled-protective" };
    let over = format!("{}s", at.last().since(earliest).max(0));
    Some(say(key, &[settlement.by_action.to_string(), at.to_string(), over]))
}
