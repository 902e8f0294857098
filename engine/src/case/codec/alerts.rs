//! Alerts, settlements and withdrawals, as events hold them.

use uuid::Uuid;

use super::{Pairs, Stored, Unreadable, action_id, maybe, shown, unreadable};
use crate::action::describe::path_of;
use crate::action::{ActionName, OfficeCode, When};
use crate::alert::{About, Addressees, Alert, Settlement, Stage, Withdrawal};
use crate::breach::Breach;
use crate::calendar::Instant;
use crate::calendar::period::Hours;
use crate::explain::Step;
use crate::json::Json;
use crate::rulebook::{Period, Role};

pub(super) fn alert_json(alert: &Alert) -> Json<'_> {
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

pub(super) fn settlement_json(settlement: &Settlement) -> Json<'_> {
    Json::Object(vec![
        ("alert".into(), alert_json(&settlement.alert)),
        ("occurrence".into(), Json::Number(settlement.occurrence.into())),
        ("by".into(), shown(settlement.by)),
        ("by_action".into(), Json::text(settlement.by_action.word())),
        ("by_at".into(), shown(settlement.by_at)),
    ])
}

pub(super) fn withdrawal_json(withdrawal: &Withdrawal) -> Json<'_> {
    let mut pairs: Pairs<'_> = vec![("alert".into(), alert_json(&withdrawal.alert))];
    maybe(&mut pairs, "settlement", withdrawal.settlement, |occurrence| Json::Number(occurrence.into()));
    maybe(&mut pairs, "replaced_by", withdrawal.replaced_by, |id| shown(id.hyphenated()));
    Json::Object(pairs)
}

pub(super) fn alert_from(json: Json<'_>) -> Result<Alert, Unreadable> {
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

pub(super) fn settlement_from(json: Json<'_>) -> Result<Settlement, Unreadable> {
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

pub(super) fn withdrawal_from(json: Json<'_>) -> Result<Withdrawal, Unreadable> {
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
