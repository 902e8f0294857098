//! Writes an action as JSON, with the same fields that reading accepts.

use super::{Action, CaseOpened, HearingHeld, Offence, Order, OrderOnRecord, Penalty, Person, What, When};
use crate::calendar::write_date;
use crate::json::Json;
use chrono::NaiveDate;

impl Action {
    /// The action as a JSON value.
    pub fn to_json(&self) -> Json<'_> {
        let mut object = Object(Vec::with_capacity(12));
        object.put("case", Json::text(self.case.as_str()));
        object.put("id", Json::text(self.id.to_string()));
        object.put("action", Json::text(self.name().word()));
        object.put("at", when(self.at));
        object.put("by", Json::text(self.by.as_str()));
        what(&self.what, &mut object);
        Json::Object(object.0)
    }
}

struct Object<'a>(Vec<(std::borrow::Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    fn put(&mut self, key: &'static str, value: Json<'a>) {
        self.0.push((key.into(), value));
    }

    /// A field that is left out if it is not on record.
    fn put_known<T>(&mut self, key: &'static str, value: Option<T>, json: impl FnOnce(T) -> Json<'a>) {
        if let Some(value) = value {
            self.put(key, json(value));
        }
    }

    fn put_bool(&mut self, key: &'static str, value: Option<bool>) {
        self.put_known(key, value, Json::Bool);
    }
}

fn when<'a>(at: When) -> Json<'a> {
    Json::text(at.to_string())
}

fn day<'a>(date: NaiveDate) -> Json<'a> {
    let mut text = String::with_capacity(10);
    write_date(date, &mut text);
    Json::text(text)
}

fn count<'a>(number: u64) -> Json<'a> {
    Json::Number(number.cast_signed())
}

fn words<T: Copy>(items: &[T], word: impl Fn(T) -> &'static str) -> Json<'_> {
    Json::List(items.iter().map(|&item| Json::text(word(item))).collect())
}

fn people(items: &[Person]) -> Json<'_> {
    words(items, Person::word)
}

fn order(on_record: &OrderOnRecord) -> Option<Json<'_>> {
    on_record.as_ref().map(|order| match order {
        None => Json::Null,
        Some(Order { by, number }) => {
            Json::Object(vec![("by".into(), Json::text(by.word())), ("number".into(), Json::text(number.as_str()))])
        }
    })
}

fn penalty<'a>(penalty: Penalty) -> Json<'a> {
    Json::Object(vec![("min".into(), count(penalty.min)), ("max".into(), count(penalty.max))])
}

fn offence<'a>(offence: &Offence) -> Json<'a> {
    Json::Object(vec![
        ("class".into(), Json::text(offence.class.word())),
        ("penalty_months".into(), penalty(offence.penalty_months)),
        ("committed_on".into(), day(offence.committed_on)),
        ("serious".into(), Json::Bool(offence.serious)),
    ])
}

fn case_opened<'a>(opened: &'a CaseOpened, object: &mut Object<'a>) {
    object.put("court", Json::text(opened.court.as_str()));
    object.put("prosecutor", Json::text(opened.prosecutor.as_str()));
    object.put("investigator", Json::text(opened.investigator.as_str()));
    object.put_known("legal_aid", opened.legal_aid.as_ref(), |office| Json::text(office.as_str()));
    let mut child = Object(Vec::with_capacity(4));
    child.put("ref", Json::text(opened.child.reference.as_str()));
    child.put("birth_date", opened.child.birth_date.map_or(Json::Null, day));
    child.put_known("age_years", opened.child.age_years, count);
    child.put_known("sex", opened.child.sex, |sex| Json::text(sex.word()));
    object.put("child", Json::Object(child.0));
    object.put("offences", Json::List(opened.offences.iter().map(offence).collect()));
}

fn hearing<'a>(hearing: &'a HearingHeld, object: &mut Object<'a>) {
    object.put("substantive", Json::Bool(hearing.substantive));
    object.put_bool("closed", hearing.closed);
    object.put_bool("suitable_room", hearing.suitable_room);
    object.put_bool("child_attended", hearing.child_attended);
    object.put_bool("child_heard", hearing.child_heard);
    object.put_bool("interpreter_needed", hearing.interpreter_needed);
    object.put_bool("interpreter_present", hearing.interpreter_present);
    object.put_known("defended_by", hearing.defended_by.as_deref(), people);
    object.put_known("attended_by", hearing.attended_by.as_deref(), people);
}

#[expect(clippy::too_many_lines, reason = "one arm per kind of action, each a line or three")]
fn what<'a>(what: &'a What, object: &mut Object<'a>) {
    match what {
        What::CaseOpened(opened) => case_opened(opened, object),
        What::ChildIdentified { birth_date, age_years } => {
            object.put_known("birth_date", *birth_date, day);
            object.put_known("age_years", *age_years, count);
        }
        What::OffenceReclassified { offence, class, penalty_months, serious } => {
            object.put("offence", count(*offence));
            object.put_known("class", *class, |class| Json::text(class.word()));
            object.put_known("penalty_months", *penalty_months, penalty);
            object.put_bool("serious", *serious);
        }
        What::CaseTransferred { court, prosecutor, investigator, legal_aid } => {
            for (key, office) in
                [("court", court), ("prosecutor", prosecutor), ("investigator", investigator), ("legal_aid", legal_aid)]
            {
                object.put_known(key, office.as_ref(), |office| Json::text(office.as_str()));
            }
        }
        What::SummonsServed { authority, appear_on } => {
            object.put("authority", Json::text(authority.word()));
            object.put_known("appear_on", *appear_on, day);
        }
        What::SummonsMissed { authority, reason } => {
            object.put("authority", Json::text(authority.word()));
            object.put("reason", reason.as_deref().map_or(Json::Null, Json::text));
        }
        What::BroughtIn { authority, accompanied_by } => {
            object.put("authority", Json::text(authority.word()));
            object.put_known("accompanied_by", accompanied_by.as_deref(), people);
        }
        What::Arrested { order: on_record, flagrant, urgent, grounds } => {
            object.put_known("order", order(on_record), |json| json);
            object.put_bool("flagrant", *flagrant);
            object.put_bool("urgent", *urgent);
            object.put_known("grounds", grounds.as_ref(), |grounds| words(grounds, super::Ground::word));
        }
        What::CustodyStarted { evidence_firm, place } => {
            object.put_bool("evidence_firm", *evidence_firm);
            if let Some(place) = place {
                let mut fields = Object(Vec::with_capacity(2));
                fields.put_bool("children_only", place.children_only);
                fields.put_bool("sexes_separated", place.sexes_separated);
                object.put("place", Json::Object(fields.0));
            }
        }
        What::InterviewStarted { attended_by, dedicated_room } => {
            object.put_known("attended_by", attended_by.as_deref(), people);
            object.put_bool("dedicated_room", *dedicated_room);
        }
        What::RemandOrdered { order: on_record, grounds } => {
            object.put_known("order", order(on_record), |json| json);
            object.put_known("grounds", grounds.as_ref(), |grounds| words(grounds, super::Ground::word));
        }
        What::RemandExtended { order: on_record, months, for_investigation } => {
            object.put_known("order", order(on_record), |json| json);
            object.put_known("months", *months, count);
            object.put_bool("for_investigation", *for_investigation);
        }
        What::VisitRefused { visitor } => object.put_known("visitor", *visitor, |visitor| Json::text(visitor.word())),
        What::InvestigationExtended { agreed } => {
            object.put("agreed_by", if *agreed { Json::text("prosecutor") } else { Json::Null });
        }
        What::ReferredToMediation { to } => object.put("to", Json::text(to.word())),
        What::MediationSession { attended_by, evidence_solid, child_acknowledges } => {
            object.put_known("attended_by", attended_by.as_deref(), people);
            object.put_bool("evidence_solid", *evidence_solid);
            object.put_bool("child_acknowledges", *child_acknowledges);
        }
        What::MediationEnded { settled, measures } => {
            object.put("settled", Json::Bool(*settled));
            object.put_known("measures", measures.as_ref(), |measures| words(measures, super::MediationMeasure::word));
        }
        What::ReleaseRequested { requested_by } => object.put("requested_by", Json::text(requested_by.word())),
        What::ReleaseDecided { granted } => object.put("granted", Json::Bool(*granted)),
        What::Released { kind, bail, bail_necessary } => {
            object.put("kind", Json::text(kind.word()));
            object.put_bool("bail", *bail);
            object.put_bool("bail_necessary", *bail_necessary);
        }
        What::ProsecutionOrdered { mediation_possible } => object.put_bool("mediation_possible", *mediation_possible),
        What::HearingHeld(held) => hearing(held, object),
        What::JudgmentGiven { measure, months, other_measures_considered, served_in } => {
            object.put("measure", Json::text(measure.word()));
            object.put_known("months", *months, count);
            object.put_bool("other_measures_considered", *other_measures_considered);
            object.put_known("served_in", *served_in, |place| Json::text(place.word()));
        }
        What::CaseClosed { reason } => object.put_known("reason", reason.as_deref(), Json::text),
        What::ActionWithdrawn { withdraws, reason } => {
            object.put("withdraws", Json::text(withdraws.to_string()));
            object.put_known("reason", reason.as_deref(), Json::text);
        }
        What::ComplaintReceived
        | What::InvestigationOpened
        | What::RightsTold
        | What::ParentsNotified
        | What::MedicalCheck
        | What::InterviewEnded
        | What::ReleaseOpinionGiven
        | What::ReleaseRequestReceived
        | What::FileSent
        | What::FileReceived
        | What::FileReturned
        | What::ProsecutionDeclined
        | What::ProsecutionOrderReceived
        | What::TrainingCentreEntered
        | What::TrainingCentreLeft => {}
    }
}
