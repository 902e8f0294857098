//! Reads an action from JSON: checks every field's type, refuses every unknown field, reports all flaws together.

#![expect(clippy::needless_pass_by_value, reason = "every reader of a field has the same shape")]

use std::borrow::Cow;

use uuid::Uuid;

use super::dates;
use super::fields::{At, Fields, Read, boolean, date, list, nullable, number, of_field, office, text, word, wrong};
use super::{
    Action, ActionId, ActionName, Authority, CaseOpened, CaseRef, Child, Class, Ground, HearingHeld, Measure,
    MediationMeasure, Mediator, Offence, Order, OrderedBy, Penalty, Person, Place, ReleaseKind, ServedIn, Sex, What,
    When,
};
use crate::json::Json;
use crate::refusal::{Code, Flaws, Refusal};

impl Action {
    /// Reads one action from a line of JSON.
    ///
    /// # Errors
    /// Everything that is wrong with the line, at least one refusal. Nothing personal is echoed (Art. 85).
    pub fn read(line: &str) -> Result<Self, Flaws> {
        Self::from_json(Json::read(line)?)
    }

    /// Reads one action from a JSON value.
    ///
    /// # Errors
    /// As [`Action::read`].
    pub fn from_json(mut json: Json<'_>) -> Result<Self, Flaws> {
        let id = (!has_id(&json)).then(|| {
            spell_instant_in_vientiane(&mut json);
            derived_id(&json)
        });
        let mut fields = Fields::of(At::TOP, json, "")?;
        let name = fields.required("action", word(ActionName::WORDS, ActionName::from_word));
        let sent = fields.optional("id", uuid);
        let case = fields.required("case", case_ref);
        let at = fields.required("at", when);
        let by = fields.required("by", office);
        let id = id.or(sent);
        let Some(name) = name else { return Err(fields.give_up()) };
        let what = what(name, &mut fields);
        fields.finish((|| Some(Self { case: case?, id: id?, at: at?, by: by?, what: what? }))())
    }
}

fn has_id(json: &Json<'_>) -> bool {
    matches!(json, Json::Object(pairs) if pairs.iter().any(|(key, _)| key == "id"))
}

/// The id is derived from the line with `at` written in +07:00 and whole seconds.
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

/// The id of an action that came without one: a UUID v5, in the namespace of the URL `urn:kamnot:action`, of its canonical
/// JSON without what may be personal. So nobody can guess a birth date from an id.
fn derived_id(json: &Json<'_>) -> ActionId {
    let mut canonical = String::with_capacity(256);
    without_what_is_personal(json, "").write(&mut canonical);
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:kamnot:action");
    ActionId(Uuid::new_v5(&namespace, canonical.as_bytes()))
}

/// `rural`, `ethnic_minority` and `disability` are not fields yet. They are listed so that ids stay the same if they come.
fn without_what_is_personal<'j>(json: &'j Json<'j>, of: &str) -> Json<'j> {
    let is_personal = |key: &str, value: &Json<'_>| match key {
        "child" | "birth_date" | "age_years" | "ref" | "sex" | "rural" | "ethnic_minority" | "disability" => true,
        "reason" => *value != Json::Null,
        "number" => of == "order",
        _ => false,
    };
    match json {
        Json::Object(pairs) => {
            let kept = pairs.iter().filter(|(key, value)| !is_personal(key, value));
            Json::Object(
                kept.map(|(key, value)| (Cow::Borrowed(&**key), without_what_is_personal(value, key))).collect(),
            )
        }
        Json::List(items) => Json::List(items.iter().map(|item| without_what_is_personal(item, of)).collect()),
        other => other.clone(),
    }
}

fn case_ref(at: &At<'_>, json: Json<'_>) -> Read<CaseRef> {
    match &json {
        Json::Text(text) => CaseRef::new(text).ok_or_else(|| {
            Refusal::new(Code::NotACaseReference).field(at).found("text").expected(CaseRef::FORM).into()
        }),
        other => Err(wrong(at, other, "text")),
    }
}

fn uuid(at: &At<'_>, json: Json<'_>) -> Read<ActionId> {
    let hyphenated = |text: &str| if text.len() == 36 { Uuid::try_parse(text).ok() } else { None };
    match &json {
        Json::Text(text) => hyphenated(text)
            .map(ActionId)
            .ok_or_else(|| Refusal::new(Code::NotAUuid).field(at).found("text").expected("UUID").into()),
        other => Err(wrong(at, other, "UUID")),
    }
}

fn when(at: &At<'_>, json: Json<'_>) -> Read<When> {
    match &json {
        Json::Text(text) => dates::when(text).map_err(|flaws| of_field(at, flaws)),
        other => Err(wrong(at, other, dates::INSTANT_OR_DATE)),
    }
}

fn people(at: &At<'_>, json: Json<'_>) -> Read<Vec<Person>> {
    list(word(Person::WORDS, Person::from_word), r#"["parent","lawyer"]"#)(at, json)
}

fn grounds(at: &At<'_>, json: Json<'_>) -> Read<Vec<Ground>> {
    list(word(Ground::WORDS, Ground::from_word), r#"["elements","flight"]"#)(at, json)
}

fn measures(at: &At<'_>, json: Json<'_>) -> Read<Vec<MediationMeasure>> {
    list(word(MediationMeasure::WORDS, MediationMeasure::from_word), r#"["warning","apology"]"#)(at, json)
}

fn order(at: &At<'_>, json: Json<'_>) -> Read<Option<Order>> {
    nullable(|at, json| {
        let mut f = Fields::of(*at, json, r#"{"by":"prosecutor","number":"12"}"#)?;
        let by = f.required("by", word(OrderedBy::WORDS, OrderedBy::from_word));
        let number = f.required("number", text);
        f.finish((|| Some(Order { by: by?, number: number? }))())
    })(at, json)
}

fn place(at: &At<'_>, json: Json<'_>) -> Read<Place> {
    let mut f = Fields::of(*at, json, r#"{"children_only":true,"sexes_separated":true}"#)?;
    let place = Place {
        children_only: f.optional("children_only", boolean),
        sexes_separated: f.optional("sexes_separated", boolean),
    };
    f.finish(Some(place))
}

fn penalty(at: &At<'_>, json: Json<'_>) -> Read<Penalty> {
    let mut f = Fields::of(*at, json, r#"{"min":36,"max":60}"#)?;
    let (min, max) = (f.required("min", number(0)), f.required("max", number(0)));
    if min.zip(max).is_some_and(|(min, max)| min > max) {
        f.refuse(Refusal::new(Code::MinAboveMax).field(at));
    }
    f.finish((|| Some(Penalty { min: min?, max: max? }))())
}

fn child(at: &At<'_>, json: Json<'_>) -> Read<Child> {
    let mut f = Fields::of(*at, json, r#"{"ref":"C-17","birth_date":null}"#)?;
    let reference = f.required("ref", text);
    let birth_date = f.required("birth_date", nullable(date));
    let age_years = f.optional("age_years", number(0));
    let sex = f.optional("sex", word(Sex::WORDS, Sex::from_word));
    f.finish((|| Some(Child { reference: reference?, birth_date: birth_date?, age_years, sex }))())
}

fn offence(at: &At<'_>, json: Json<'_>) -> Read<Offence> {
    let mut f = Fields::of(*at, json, r#"{"class":…,"penalty_months":…,"committed_on":…,"serious":…}"#)?;
    let class = f.required("class", word(Class::WORDS, Class::from_word));
    let penalty_months = f.required("penalty_months", penalty);
    let committed_on = f.required("committed_on", date);
    let serious = f.required("serious", boolean);
    f.finish((|| {
        Some(Offence { class: class?, penalty_months: penalty_months?, committed_on: committed_on?, serious: serious? })
    })())
}

fn offences(at: &At<'_>, json: Json<'_>) -> Read<Vec<Offence>> {
    let offences = list(offence, r#"[{"class":…,"penalty_months":…,"committed_on":…,"serious":…}]"#)(at, json)?;
    if offences.is_empty() { Err(Refusal::new(Code::EmptyList).field(at).into()) } else { Ok(offences) }
}

fn case_opened(f: &mut Fields<'_, '_>) -> Option<What> {
    let court = f.required("court", office);
    let prosecutor = f.required("prosecutor", office);
    let investigator = f.required("investigator", office);
    let legal_aid = f.optional("legal_aid", office);
    let child = f.required("child", child);
    let offences = f.required("offences", offences);
    Some(What::CaseOpened(Box::new(CaseOpened {
        court: court?,
        prosecutor: prosecutor?,
        investigator: investigator?,
        legal_aid,
        child: child?,
        offences: offences?,
    })))
}

fn hearing(f: &mut Fields<'_, '_>) -> Option<What> {
    Some(What::HearingHeld(Box::new(HearingHeld {
        closed: f.optional("closed", boolean),
        suitable_room: f.optional("suitable_room", boolean),
        child_attended: f.optional("child_attended", boolean),
        child_heard: f.optional("child_heard", boolean),
        interpreter_needed: f.optional("interpreter_needed", boolean),
        interpreter_present: f.optional("interpreter_present", boolean),
        defended_by: f.optional("defended_by", people),
        attended_by: f.optional("attended_by", people),
        substantive: f.required("substantive", boolean)?,
    })))
}

/// Who may request release. Art. 65 names the family; the format accepts a request by anybody.
const REQUESTERS: &[&str] = &["parent", "guardian", "relative", "protector", "lawyer", "child"];

fn requester(at: &At<'_>, json: Json<'_>) -> Read<Person> {
    word(REQUESTERS, |text| REQUESTERS.contains(&text).then(|| Person::from_word(text)).flatten())(at, json)
}

fn agreed_by_prosecutor(at: &At<'_>, json: Json<'_>) -> Read<bool> {
    Ok(nullable(word(&["prosecutor"], |text| (text == "prosecutor").then_some(())))(at, json)?.is_some())
}

/// Refuses an action that gives none of the fields of which it needs one. A flawed field was refused already.
fn at_least_one(f: &mut Fields<'_, '_>, any: bool, of: &str) {
    if !any && f.is_sound() {
        f.refuse(Refusal::new(Code::NoneGiven).expected(of));
    }
}

/// The action's own fields. A required field is read last, so that the flaws of the others are found first.
fn what(name: ActionName, f: &mut Fields<'_, '_>) -> Option<What> {
    use ActionName as N;
    let authority = word(Authority::WORDS, Authority::from_word);
    Some(match name {
        N::CaseOpened => case_opened(f)?,
        N::ChildIdentified | N::OffenceReclassified | N::CaseTransferred => what_became_known(name, f)?,
        N::ComplaintReceived => What::ComplaintReceived,
        N::InvestigationOpened => What::InvestigationOpened,
        N::SummonsServed => What::SummonsServed {
            appear_on: f.optional("appear_on", date),
            authority: f.required("authority", authority)?,
        },
        N::SummonsMissed => {
            let (authority, reason) = (f.required("authority", authority), f.required("reason", nullable(text)));
            What::SummonsMissed { authority: authority?, reason: reason? }
        }
        N::BroughtIn => What::BroughtIn {
            accompanied_by: f.optional("accompanied_by", people),
            authority: f.required("authority", authority)?,
        },
        N::Arrested => What::Arrested {
            order: f.optional("order", order),
            flagrant: f.optional("flagrant", boolean),
            urgent: f.optional("urgent", boolean),
            grounds: f.optional("grounds", grounds),
        },
        N::CustodyStarted => What::CustodyStarted {
            evidence_firm: f.optional("evidence_firm", boolean),
            place: f.optional("place", place),
        },
        N::RightsTold => What::RightsTold,
        N::ParentsNotified => What::ParentsNotified,
        N::MedicalCheck => What::MedicalCheck,
        N::InterviewStarted => What::InterviewStarted {
            attended_by: f.optional("attended_by", people),
            dedicated_room: f.optional("dedicated_room", boolean),
        },
        N::InterviewEnded => What::InterviewEnded,
        N::RemandOrdered => {
            What::RemandOrdered { order: f.optional("order", order), grounds: f.optional("grounds", grounds) }
        }
        N::RemandExtended => What::RemandExtended {
            order: f.optional("order", order),
            months: f.optional("months", number(1)),
            for_investigation: f.optional("for_investigation", boolean),
        },
        N::VisitRefused => {
            What::VisitRefused { visitor: f.optional("visitor", word(Person::WORDS, Person::from_word)) }
        }
        N::InvestigationExtended => {
            What::InvestigationExtended { agreed: f.required("agreed_by", agreed_by_prosecutor)? }
        }
        _ => what_followed(name, f)?,
    })
}

fn what_became_known(name: ActionName, f: &mut Fields<'_, '_>) -> Option<What> {
    Some(match name {
        ActionName::ChildIdentified => {
            let birth_date = f.optional("birth_date", date);
            let age_years = f.optional("age_years", number(0));
            at_least_one(f, birth_date.is_some() || age_years.is_some(), "birth_date, age_years");
            What::ChildIdentified { birth_date, age_years }
        }
        ActionName::OffenceReclassified => {
            let offence = f.required("offence", number(0));
            let class = f.optional("class", word(Class::WORDS, Class::from_word));
            let penalty_months = f.optional("penalty_months", penalty);
            let serious = f.optional("serious", boolean);
            let any = class.is_some() || penalty_months.is_some() || serious.is_some();
            at_least_one(f, any, "class, penalty_months, serious");
            What::OffenceReclassified { offence: offence?, class, penalty_months, serious }
        }
        _ => {
            let court = f.optional("court", office);
            let prosecutor = f.optional("prosecutor", office);
            let investigator = f.optional("investigator", office);
            let legal_aid = f.optional("legal_aid", office);
            let any = [&court, &prosecutor, &investigator, &legal_aid].into_iter().any(Option::is_some);
            at_least_one(f, any, "court, prosecutor, investigator, legal_aid");
            What::CaseTransferred { court, prosecutor, investigator, legal_aid }
        }
    })
}

/// The actions from mediation to the end of a case.
fn what_followed(name: ActionName, f: &mut Fields<'_, '_>) -> Option<What> {
    use ActionName as N;
    Some(match name {
        N::ReferredToMediation => {
            What::ReferredToMediation { to: f.required("to", word(Mediator::WORDS, Mediator::from_word))? }
        }
        N::MediationSession => What::MediationSession {
            attended_by: f.optional("attended_by", people),
            evidence_solid: f.optional("evidence_solid", boolean),
            child_acknowledges: f.optional("child_acknowledges", boolean),
        },
        N::MediationEnded => What::MediationEnded {
            measures: f.optional("measures", measures),
            settled: f.required("settled", boolean)?,
        },
        N::ReleaseRequested => What::ReleaseRequested { requested_by: f.required("requested_by", requester)? },
        N::ReleaseOpinionGiven => What::ReleaseOpinionGiven,
        N::ReleaseRequestReceived => What::ReleaseRequestReceived,
        N::ReleaseDecided => What::ReleaseDecided { granted: f.required("granted", boolean)? },
        N::Released => What::Released {
            bail: f.optional("bail", boolean),
            bail_necessary: f.optional("bail_necessary", boolean),
            kind: f.required("kind", word(ReleaseKind::WORDS, ReleaseKind::from_word))?,
        },
        N::FileSent => What::FileSent,
        N::FileReceived => What::FileReceived,
        N::FileReturned => What::FileReturned,
        N::ProsecutionDeclined => What::ProsecutionDeclined,
        N::ProsecutionOrdered => {
            What::ProsecutionOrdered { mediation_possible: f.optional("mediation_possible", boolean) }
        }
        N::ProsecutionOrderReceived => What::ProsecutionOrderReceived,
        N::HearingHeld => hearing(f)?,
        N::JudgmentGiven => What::JudgmentGiven {
            months: f.optional("months", number(1)),
            other_measures_considered: f.optional("other_measures_considered", boolean),
            served_in: f.optional("served_in", word(ServedIn::WORDS, ServedIn::from_word)),
            measure: f.required("measure", word(Measure::WORDS, Measure::from_word))?,
        },
        N::TrainingCentreEntered => What::TrainingCentreEntered,
        N::TrainingCentreLeft => What::TrainingCentreLeft,
        N::CaseClosed => What::CaseClosed { reason: f.optional("reason", text) },
        _ => What::ActionWithdrawn { reason: f.optional("reason", text), withdraws: f.required("withdraws", uuid)? },
    })
}
