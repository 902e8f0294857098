//! Reading an action from JSON: every field by its type, every unknown one refused.

#![expect(clippy::needless_pass_by_value, reason = "every reader of a field has the same shape")]

use std::fmt;

use chrono::NaiveDate;
use uuid::Uuid;

use super::fields::{Fields, boolean, date, list, nullable, number, office, text, word, wrong};
use super::{
    Action, ActionId, ActionName, Authority, CaseOpened, CaseRef, Child, Class, Ground, HearingHeld, Measure,
    MediationMeasure, Mediator, Offence, Order, OrderedBy, Penalty, Person, Place, ReleaseKind, ServedIn, Sex, What,
    When,
};
use crate::json::Json;

/// The domain's no: what was found, what was expected, what to do. It holds no personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(String);

impl Refusal {
    /// A refusal with this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

impl Action {
    /// Reads one action from a line of JSON.
    ///
    /// # Errors
    /// What is wrong with the line, without echoing anything personal.
    pub fn read(line: &str) -> Result<Self, Refusal> {
        Self::from_json(Json::read(line).map_err(Refusal::new)?)
    }

    /// Reads one action from a JSON value.
    ///
    /// # Errors
    /// As [`Action::read`].
    pub fn from_json(mut json: Json<'_>) -> Result<Self, Refusal> {
        let derived = if has_id(&json) { None } else { Some(()) };
        if derived.is_some() {
            spell_instant_in_vientiane(&mut json);
        }
        let id = derived.map(|()| derived_id(&json));
        let mut fields = Fields::of("", json)?;
        let case = fields.required("case", case_ref)?;
        let name = fields.required("action", word(ActionName::WORDS, ActionName::from_word))?;
        let at = fields.required("at", when)?;
        let by = fields.required("by", office)?;
        let id = match id {
            Some(id) => id,
            None => fields.required("id", uuid)?,
        };
        let what = what(name, &mut fields)?;
        fields.finish(&format!("the action `{name}`"))?;
        Ok(Self { case, id, at, by, what })
    }
}

fn has_id(json: &Json<'_>) -> bool {
    matches!(json, Json::Object(pairs) if pairs.iter().any(|(key, _)| key == "id"))
}

/// A derived id is over the line with `at` in +07:00 and whole seconds.
fn spell_instant_in_vientiane(json: &mut Json<'_>) {
    if let Json::Object(pairs) = json {
        for (key, value) in pairs {
            if let (true, Json::Text(text)) = (key == "at", &*value)
                && let Some(at) = When::parse(text)
            {
                *value = Json::text(at.to_string());
            }
        }
    }
}

/// The id of an action that came without one: a UUID v5, namespace that of `urn:kamnot:action`, of its canonical JSON.
fn derived_id(json: &Json<'_>) -> ActionId {
    let mut canonical = String::with_capacity(256);
    json.write(&mut canonical);
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:kamnot:action");
    ActionId(Uuid::new_v5(&namespace, canonical.as_bytes()))
}

fn case_ref(field: &str, json: Json<'_>) -> Result<CaseRef, Refusal> {
    match &json {
        Json::Text(text) => CaseRef::new(text).ok_or_else(|| {
            Refusal::new(format!("`{field}`: not a case reference, which is 1 to 64 of A-Z, a-z, 0-9, `-`, `_`"))
        }),
        other => Err(wrong(field, other, "a case reference, a text")),
    }
}

fn uuid(field: &str, json: Json<'_>) -> Result<ActionId, Refusal> {
    let hyphenated = |text: &str| if text.len() == 36 { Uuid::try_parse(text).ok() } else { None };
    match &json {
        Json::Text(text) => hyphenated(text)
            .map(ActionId)
            .ok_or_else(|| Refusal::new(format!("`{field}`: not a UUID of 36 characters with hyphens"))),
        other => Err(wrong(field, other, "a UUID, a text")),
    }
}

fn when(field: &str, json: Json<'_>) -> Result<When, Refusal> {
    let Json::Text(text) = &json else {
        return Err(wrong(field, &json, "an instant or a date, a text"));
    };
    When::parse(text).ok_or_else(|| {
        // Only what was meant as an instant is echoed: a bare number or date may be a birth date out of its column.
        let pattern = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
        let is_instant = text.len() <= 40
            && pattern.clone().take(11).eq(*b"0000-00-00T")
            && pattern.skip(11).all(|byte| b"0:.+-Z".contains(&byte));
        let found = if is_instant { format!("`{text}`") } else { "another text".to_owned() };
        Refusal::new(format!(
            "`{field}`: found {found}, expected an instant with its offset such as 2026-03-01T09:30:00+07:00, \
             or a date of the calendar such as 2026-03-01 if the time of day is not known"
        ))
    })
}

fn people(field: &str, json: Json<'_>) -> Result<Vec<Person>, Refusal> {
    list(word(Person::WORDS, Person::from_word))(field, json)
}

fn grounds(field: &str, json: Json<'_>) -> Result<Vec<Ground>, Refusal> {
    list(word(Ground::WORDS, Ground::from_word))(field, json)
}

fn order(field: &str, json: Json<'_>) -> Result<Option<Order>, Refusal> {
    nullable(|field, json| {
        let mut fields = Fields::of(field, json)?;
        let by = fields.required("by", word(OrderedBy::WORDS, OrderedBy::from_word))?;
        let number = fields.required("number", text)?;
        fields.finish("an order")?;
        Ok(Order { by, number })
    })(field, json)
}

fn place(field: &str, json: Json<'_>) -> Result<Place, Refusal> {
    let mut fields = Fields::of(field, json)?;
    let place = Place {
        children_only: fields.optional("children_only", boolean)?,
        sexes_separated: fields.optional("sexes_separated", boolean)?,
    };
    fields.finish("a place")?;
    Ok(place)
}

fn penalty(field: &str, json: Json<'_>) -> Result<Penalty, Refusal> {
    let mut fields = Fields::of(field, json)?;
    let penalty = Penalty { min: fields.required("min", number(0))?, max: fields.required("max", number(0))? };
    fields.finish("a penalty")?;
    if penalty.min > penalty.max {
        return Err(Refusal::new(format!("`{field}`: `min` is above `max`; expected the lower end first")));
    }
    Ok(penalty)
}

fn child(field: &str, json: Json<'_>) -> Result<Child, Refusal> {
    let mut fields = Fields::of(field, json)?;
    let child = Child {
        reference: fields.required("ref", text)?,
        birth_date: fields.required("birth_date", nullable(date))?,
        age_years: fields.optional("age_years", number(0))?,
        sex: fields.optional("sex", word(Sex::WORDS, Sex::from_word))?,
    };
    fields.finish("a child")?;
    Ok(child)
}

fn offence(field: &str, json: Json<'_>) -> Result<Offence, Refusal> {
    let mut fields = Fields::of(field, json)?;
    let offence = Offence {
        class: fields.required("class", word(Class::WORDS, Class::from_word))?,
        penalty_months: fields.required("penalty_months", penalty)?,
        committed_on: fields.required("committed_on", date)?,
        serious: fields.required("serious", boolean)?,
    };
    fields.finish("an offence")?;
    Ok(offence)
}

fn case_opened(fields: &mut Fields<'_>) -> Result<CaseOpened, Refusal> {
    let opened = CaseOpened {
        court: fields.required("court", office)?,
        prosecutor: fields.required("prosecutor", office)?,
        investigator: fields.required("investigator", office)?,
        legal_aid: fields.optional("legal_aid", office)?,
        child: fields.required("child", child)?,
        offences: fields.required("offences", list(offence))?,
    };
    if opened.offences.is_empty() {
        return Err(Refusal::new("`offences`: found an empty list, expected at least one offence"));
    }
    Ok(opened)
}

fn hearing(fields: &mut Fields<'_>) -> Result<HearingHeld, Refusal> {
    Ok(HearingHeld {
        substantive: fields.required("substantive", boolean)?,
        closed: fields.optional("closed", boolean)?,
        suitable_room: fields.optional("suitable_room", boolean)?,
        child_attended: fields.optional("child_attended", boolean)?,
        child_heard: fields.optional("child_heard", boolean)?,
        interpreter_needed: fields.optional("interpreter_needed", boolean)?,
        interpreter_present: fields.optional("interpreter_present", boolean)?,
        defended_by: fields.optional("defended_by", people)?,
        attended_by: fields.optional("attended_by", people)?,
    })
}

/// The persons whose request for release is on record (Art. 65 names the family; anyone may ask).
const REQUESTERS: &[&str] = &["parent", "guardian", "relative", "protector", "lawyer", "child"];

fn requester(field: &str, json: Json<'_>) -> Result<Person, Refusal> {
    word(REQUESTERS, |text| REQUESTERS.contains(&text).then(|| Person::from_word(text)).flatten())(field, json)
}

fn agreed_by_prosecutor(field: &str, json: Json<'_>) -> Result<bool, Refusal> {
    Ok(nullable(word(&["prosecutor"], |text| (text == "prosecutor").then_some(())))(field, json)?.is_some())
}

fn at_least_one(any: bool, of: &str) -> Result<(), Refusal> {
    if any { Ok(()) } else { Err(Refusal::new(format!("none of {of} is given; expected at least one"))) }
}

/// The fields of an action's own.
fn what(name: ActionName, f: &mut Fields<'_>) -> Result<What, Refusal> {
    use ActionName as N;
    let authority = word(Authority::WORDS, Authority::from_word);
    Ok(match name {
        N::CaseOpened => What::CaseOpened(Box::new(case_opened(f)?)),
        N::ChildIdentified | N::OffenceReclassified | N::CaseTransferred => what_became_known(name, f)?,
        N::ComplaintReceived => What::ComplaintReceived,
        N::InvestigationOpened => What::InvestigationOpened,
        N::SummonsServed => What::SummonsServed {
            authority: f.required("authority", authority)?,
            appear_on: f.optional("appear_on", date)?,
        },
        N::SummonsMissed => What::SummonsMissed {
            authority: f.required("authority", authority)?,
            reason: f.required("reason", nullable(text))?,
        },
        N::BroughtIn => What::BroughtIn {
            authority: f.required("authority", authority)?,
            accompanied_by: f.optional("accompanied_by", people)?,
        },
        N::Arrested => What::Arrested {
            order: f.optional("order", order)?,
            flagrant: f.optional("flagrant", boolean)?,
            urgent: f.optional("urgent", boolean)?,
            grounds: f.optional("grounds", grounds)?,
        },
        N::CustodyStarted => What::CustodyStarted {
            evidence_firm: f.optional("evidence_firm", boolean)?,
            place: f.optional("place", place)?,
        },
        N::RightsTold => What::RightsTold,
        N::ParentsNotified => What::ParentsNotified,
        N::MedicalCheck => What::MedicalCheck,
        N::InterviewStarted => What::InterviewStarted {
            attended_by: f.optional("attended_by", people)?,
            dedicated_room: f.optional("dedicated_room", boolean)?,
        },
        N::InterviewEnded => What::InterviewEnded,
        N::RemandOrdered => {
            What::RemandOrdered { order: f.optional("order", order)?, grounds: f.optional("grounds", grounds)? }
        }
        N::RemandExtended => What::RemandExtended {
            order: f.optional("order", order)?,
            months: f.optional("months", number(1))?,
            for_investigation: f.optional("for_investigation", boolean)?,
        },
        N::VisitRefused => {
            What::VisitRefused { visitor: f.optional("visitor", word(Person::WORDS, Person::from_word))? }
        }
        N::InvestigationExtended => {
            What::InvestigationExtended { agreed: f.required("agreed_by", agreed_by_prosecutor)? }
        }
        _ => what_followed(name, f)?,
    })
}

fn what_became_known(name: ActionName, f: &mut Fields<'_>) -> Result<What, Refusal> {
    let what = match name {
        ActionName::ChildIdentified => What::ChildIdentified {
            birth_date: f.optional("birth_date", date)?,
            age_years: f.optional("age_years", number(0))?,
        },
        ActionName::OffenceReclassified => What::OffenceReclassified {
            offence: f.required("offence", number(0))?,
            class: f.optional("class", word(Class::WORDS, Class::from_word))?,
            penalty_months: f.optional("penalty_months", penalty)?,
            serious: f.optional("serious", boolean)?,
        },
        _ => What::CaseTransferred {
            court: f.optional("court", office)?,
            prosecutor: f.optional("prosecutor", office)?,
            investigator: f.optional("investigator", office)?,
            legal_aid: f.optional("legal_aid", office)?,
        },
    };
    match &what {
        What::ChildIdentified { birth_date, age_years } => {
            at_least_one(birth_date.is_some() || age_years.is_some(), "`birth_date`, `age_years`")?;
        }
        What::OffenceReclassified { class, penalty_months, serious, .. } => {
            at_least_one(
                class.is_some() || penalty_months.is_some() || serious.is_some(),
                "`class`, `penalty_months`, `serious`",
            )?;
        }
        What::CaseTransferred { court, prosecutor, investigator, legal_aid } => {
            let any = [court, prosecutor, investigator, legal_aid].into_iter().any(Option::is_some);
            at_least_one(any, "`court`, `prosecutor`, `investigator`, `legal_aid`")?;
        }
        _ => {}
    }
    Ok(what)
}

/// From mediation to the end of a case.
fn what_followed(name: ActionName, f: &mut Fields<'_>) -> Result<What, Refusal> {
    use ActionName as N;
    Ok(match name {
        N::ReferredToMediation => {
            What::ReferredToMediation { to: f.required("to", word(Mediator::WORDS, Mediator::from_word))? }
        }
        N::MediationSession => What::MediationSession {
            attended_by: f.optional("attended_by", people)?,
            evidence_solid: f.optional("evidence_solid", boolean)?,
            child_acknowledges: f.optional("child_acknowledges", boolean)?,
        },
        N::MediationEnded => What::MediationEnded {
            settled: f.required("settled", boolean)?,
            measures: f.optional("measures", list(word(MediationMeasure::WORDS, MediationMeasure::from_word)))?,
        },
        N::ReleaseRequested => What::ReleaseRequested { requested_by: f.required("requested_by", requester)? },
        N::ReleaseOpinionGiven => What::ReleaseOpinionGiven,
        N::ReleaseRequestReceived => What::ReleaseRequestReceived,
        N::ReleaseDecided => What::ReleaseDecided { granted: f.required("granted", boolean)? },
        N::Released => What::Released {
            kind: f.required("kind", word(ReleaseKind::WORDS, ReleaseKind::from_word))?,
            bail: f.optional("bail", boolean)?,
            bail_necessary: f.optional("bail_necessary", boolean)?,
        },
        N::FileSent => What::FileSent,
        N::FileReceived => What::FileReceived,
        N::FileReturned => What::FileReturned,
        N::ProsecutionDeclined => What::ProsecutionDeclined,
        N::ProsecutionOrdered => {
            What::ProsecutionOrdered { mediation_possible: f.optional("mediation_possible", boolean)? }
        }
        N::ProsecutionOrderReceived => What::ProsecutionOrderReceived,
        N::HearingHeld => What::HearingHeld(Box::new(hearing(f)?)),
        N::JudgmentGiven => What::JudgmentGiven {
            measure: f.required("measure", word(Measure::WORDS, Measure::from_word))?,
            months: f.optional("months", number(1))?,
            other_measures_considered: f.optional("other_measures_considered", boolean)?,
            served_in: f.optional("served_in", word(ServedIn::WORDS, ServedIn::from_word))?,
        },
        N::TrainingCentreEntered => What::TrainingCentreEntered,
        N::TrainingCentreLeft => What::TrainingCentreLeft,
        N::CaseClosed => What::CaseClosed { reason: f.optional("reason", text)? },
        _ => What::ActionWithdrawn { withdraws: f.required("withdraws", uuid)?, reason: f.optional("reason", text)? },
    })
}

/// Whether a birth or offence date can stand beside an opening on `opened`: not after it, and not a Buddhist-era
/// conversion (543 years) off.
///
/// # Errors
/// Names the field and the likely cause, never the date.
pub fn plausible(field: &str, date: NaiveDate, opened: NaiveDate) -> Result<(), Refusal> {
    const BUDDHIST_ERA: &str = "if it was written in the Buddhist era, subtract 543 years once";
    if date > opened {
        return Err(Refusal::new(format!("`{field}`: the date lies after the opening of the case; {BUDDHIST_ERA}")));
    }
    if opened.signed_duration_since(date).num_days() > 500 * 366 {
        return Err(Refusal::new(format!(
            "`{field}`: the date lies more than 500 years before the opening of the case; {BUDDHIST_ERA}"
        )));
    }
    Ok(())
}
