//! What happened: one action of a case, as an office reports it.
//!
//! Invariant: every field of an `Action` was checked against the table of actions. A field that was left out is "not on
//! record", which is not "no". Reading an action and writing it again gives the same canonical JSON.

mod dates;
pub mod describe;
mod field;
mod fields;
mod names;
mod read;
mod table;
mod value;
mod when;

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::words::words;

pub use names::Names;
pub(crate) use value::Recorded;
pub use value::{Value, Values};
pub use when::When;

words! {
    /// The classes of offence, from the least grave.
    Class {
        /// A minor offence, ລະຫຸໂທດ (Art. 52).
        Minor = "minor",
        /// A major offence, ໂທສານຸໂທດ (Arts 52, 64).
        Major = "major",
        /// A crime, ຄະຣຸໂທດ (Arts 64, 65, 72).
        Crime = "crime",
    }
}

words! {
    /// The kinds of action, in the course of a case.
    ActionName {
        /// The case is opened: offices, child, offences.
        CaseOpened = "case_opened",
        /// More becomes known about the child.
        ChildIdentified = "child_identified",
        /// A further offence is charged.
        OffenceAdded = "offence_added",
        /// An offence is reclassified.
        OffenceReclassified = "offence_reclassified",
        /// The day on which an offence was committed is corrected.
        OffenceCorrected = "offence_corrected",
        /// The case goes to other offices.
        CaseTransferred = "case_transferred",
        /// The litigants' complaint is received (Art. 58).
        ComplaintReceived = "complaint_received",
        /// The investigation is opened.
        InvestigationOpened = "investigation_opened",
        /// A summons is served (Art. 61).
        SummonsServed = "summons_served",
        /// The child does not come when summoned (Art. 61).
        SummonsMissed = "summons_missed",
        /// The child is brought in (Art. 61).
        BroughtIn = "brought_in",
        /// The child is arrested (Art. 63).
        Arrested = "arrested",
        /// Custody begins (Art. 62).
        CustodyStarted = "custody_started",
        /// The child is told its rights (Art. 62(1)).
        RightsTold = "rights_told",
        /// The child is told the reason for the arrest or custody (Art. 62(1)).
        ReasonTold = "reason_told",
        /// The child is told the charge (Art. 51(2)).
        ChargeTold = "charge_told",
        /// The parents or guardian are notified (Art. 62(2)).
        ParentsNotified = "parents_notified",
        /// A doctor examines the child (Art. 62(4)).
        MedicalCheck = "medical_check",
        /// An interview begins (Art. 59).
        InterviewStarted = "interview_started",
        /// An interview ends.
        InterviewEnded = "interview_ended",
        /// Remand is ordered (Art. 64).
        RemandOrdered = "remand_ordered",
        /// Remand is extended (Art. 64).
        RemandExtended = "remand_extended",
        /// A visit is refused (Art. 64(2)).
        VisitRefused = "visit_refused",
        /// The investigation is extended (Art. 59(5)).
        InvestigationExtended = "investigation_extended",
        /// The case is referred to mediation (Art. 53).
        ReferredToMediation = "referred_to_mediation",
        /// A mediation session is held (Art. 57).
        MediationSession = "mediation_session",
        /// Mediation ends.
        MediationEnded = "mediation_ended",
        /// Release is requested (Art. 65).
        ReleaseRequested = "release_requested",
        /// The investigator gives an opinion (Art. 65).
        ReleaseOpinionGiven = "release_opinion_given",
        /// The request for release and the opinion are sent to the prosecutor or court (Art. 65).
        ReleaseRequestSent = "release_request_sent",
        /// The prosecutor or court that decides receives the request for release (Art. 65).
        ReleaseRequestReceived = "release_request_received",
        /// The prosecutor or court decides on the request for release (Art. 65).
        ReleaseDecided = "release_decided",
        /// The child is released.
        Released = "released",
        /// The investigator sends the case file to the prosecutor (Art. 58).
        FileSent = "file_sent",
        /// The prosecutor receives the case file (Art. 67).
        FileReceived = "file_received",
        /// The prosecutor returns the case file for further investigation (Art. 67(1)).
        FileReturned = "file_returned",
        /// The prosecutor declines to prosecute.
        ProsecutionDeclined = "prosecution_declined",
        /// The prosecutor orders prosecution (Art. 67(2)).
        ProsecutionOrdered = "prosecution_ordered",
        /// The court receives the prosecution order (Art. 71).
        ProsecutionOrderReceived = "prosecution_order_received",
        /// A hearing is held (Art. 70).
        HearingHeld = "hearing_held",
        /// Judgment is given (Art. 72).
        JudgmentGiven = "judgment_given",
        /// The child enters a training centre (Art. 74).
        TrainingCentreEntered = "training_centre_entered",
        /// The child leaves the training centre.
        TrainingCentreLeft = "training_centre_left",
        /// Ill-treatment of the child is reported (Arts 51(4), 59(3), 62(3)).
        IllTreatmentReported = "ill_treatment_reported",
        /// Information about the child is disclosed (Arts 51(6), 62(4), 85).
        InformationDisclosed = "information_disclosed",
        /// Another child, a victim or witness, is interviewed (Arts 44, 45).
        WitnessInterviewed = "witness_interviewed",
        /// The case is closed.
        CaseClosed = "case_closed",
        /// The case counts nowhere: it was opened by mistake, or repeats another.
        CaseVoided = "case_voided",
        /// Another action is withdrawn: it stays readable and no longer counts.
        ActionWithdrawn = "action_withdrawn",
    }
}

/// Declares a checked text type: cheap to clone, ordered and compared as text.
macro_rules! code {
    ($(#[$meta:meta])* $name:ident, $form:literal, $allowed:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The allowed characters, as shown to people.
            pub const FORM: &str = $form;

            /// Checks `text`; `None` unless it has 1 to 64 of the allowed characters.
            pub fn new(text: &str) -> Option<Self> {
                let allowed: fn(u8) -> bool = $allowed;
                ((1..=64).contains(&text.len()) && text.bytes().all(allowed)).then(|| Self(text.into()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

code! {
    /// A case's reference: 1 to 64 of `A-Z`, `a-z`, `0-9`, `-`, `_`. Never a name.
    CaseRef, "A-Z, a-z, 0-9, -, _", |byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
code! {
    /// An office's code: 1 to 64 of `a-z`, `0-9`, `-`.
    OfficeCode, "a-z, 0-9, -", |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

impl CaseRef {
    /// The aggregate id of the case's stream: a UUID v5 of the reference, in the namespace of the URL `urn:kamnot:case`.
    pub fn stream_id(&self) -> Uuid {
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:kamnot:case");
        Uuid::new_v5(&namespace, self.as_str().as_bytes())
    }
}

/// An action's id, unique within its case: a UUID, the sender's own or derived from the action's canonical JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(pub Uuid);

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

/// One action of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// The case.
    pub case: CaseRef,
    /// The action's id.
    pub id: ActionId,
    /// When it happened.
    pub at: When,
    /// The office or authority that acted.
    pub by: OfficeCode,
    /// What happened.
    pub name: ActionName,
    /// The action's own fields, as far as they are on record.
    pub values: Values,
}

/// A range of penalties, in months of deprivation of liberty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the format")]
pub struct Penalty {
    pub min: u64,
    pub max: u64,
}

/// An offence as it is charged.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of the format")]
pub struct Offence {
    pub class: Class,
    pub penalty_months: Penalty,
    pub committed_on: NaiveDate,
    pub serious: bool,
}

/// Which offence of a case an action speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichOffence {
    /// The offence of the opening with this index.
    OfOpening(u64),
    /// The offence that this action added.
    Added(ActionId),
}

impl Action {
    /// The value of a field of its own; `None` if it is not on record.
    fn value(&self, field: &str) -> Option<&Value> {
        self.values.get(self.name.fields(), field)
    }

    /// A field that is true or false.
    pub fn flag(&self, field: &str) -> Option<bool> {
        if let Some(Value::Flag(flag)) = self.value(field) { Some(*flag) } else { None }
    }

    /// A number.
    pub fn count(&self, field: &str) -> Option<u64> {
        if let Some(Value::Count(number)) = self.value(field) { Some(*number) } else { None }
    }

    /// A civil date.
    pub fn day(&self, field: &str) -> Option<NaiveDate> {
        if let Some(Value::Day(day)) = self.value(field) { Some(*day) } else { None }
    }

    /// An office.
    pub fn office(&self, field: &str) -> Option<&OfficeCode> {
        if let Some(Value::Office(office)) = self.value(field) { Some(office) } else { None }
    }

    /// A free text.
    pub fn text(&self, field: &str) -> Option<&str> {
        if let Some(Value::Text(text)) = self.value(field) { Some(text) } else { None }
    }

    /// The number of the action's written order, if one is on record. Personal data.
    pub fn order_number(&self) -> Option<&str> {
        let Some(Value::Object(order)) = self.value("order") else { return None };
        if let Some(Value::Text(number)) = order.get(table::ORDER, "number") { Some(number) } else { None }
    }

    /// One of the field's fixed words.
    pub fn word(&self, field: &str) -> Option<&'static str> {
        let known = self.name.fields().iter().find(|known| known.name == field)?;
        if let Some(Value::Word(nth)) = self.value(field) {
            known.words().get(usize::from(*nth)).copied()
        } else {
            None
        }
    }

    /// Whether the field is on record as null.
    pub fn is_null(&self, field: &str) -> bool {
        matches!(self.value(field), Some(Value::Null))
    }

    /// Which offence the action reclassifies or corrects.
    pub fn offence(&self) -> Option<WhichOffence> {
        match self.value("offence")? {
            Value::Count(index) => Some(WhichOffence::OfOpening(*index)),
            Value::Id(id) => Some(WhichOffence::Added(*id)),
            _ => None,
        }
    }

    /// The class, penalty and seriousness that the action states, as far as it states them.
    pub fn classified(&self) -> (Option<Class>, Option<Penalty>, Option<bool>) {
        let penalty = if let Some(Value::Object(range)) = self.value("penalty_months") { penalty(range) } else { None };
        (self.word("class").and_then(Class::from_word), penalty, self.flag("serious"))
    }

    /// The offence that the action adds.
    pub fn added_offence(&self) -> Option<Offence> {
        if self.name == ActionName::OffenceAdded { offence(&self.values) } else { None }
    }

    /// The offences of an opening, at least one; empty for any other action.
    pub fn offences(&self) -> impl Iterator<Item = Offence> + '_ {
        let listed = if let Some(Value::Objects(all)) = self.value("offences") { &**all } else { &[] };
        listed.iter().filter_map(offence)
    }

    /// The child as an opening or a later action states it: the birth date and the stated age at the time of the offence.
    pub fn child(&self) -> (Option<NaiveDate>, Option<u64>) {
        let Some(Value::Object(child)) = self.value("child") else {
            return (self.day("birth_date"), self.count("age_years"));
        };
        let birth = if let Some(Value::Day(day)) = child.get(table::CHILD, "birth_date") { Some(*day) } else { None };
        let age =
            if let Some(Value::Count(years)) = child.get(table::CHILD, "age_years") { Some(*years) } else { None };
        (birth, age)
    }

    /// Whether the birth date or the stated age may be on record and is not disclosed.
    pub fn withholds_age(&self) -> bool {
        ["child", "birth_date", "age_years"].into_iter().any(|field| self.value(field) == Some(&Value::Withheld))
    }

    /// The child's sex as an opening or a later action states it: `f` or `m`. Personal data.
    pub fn sex(&self) -> Option<&'static str> {
        let Some(Value::Object(child)) = self.value("child") else { return self.word("sex") };
        let field = table::CHILD.iter().find(|field| field.name == "sex")?;
        let Some(Value::Word(nth)) = child.get(table::CHILD, "sex") else { return None };
        field.words().get(usize::from(*nth)).copied()
    }

    /// What an opening or a later action states about the child under `field`: `rural`, `ethnic_minority` or `disability`.
    /// Personal data.
    pub fn child_flag(&self, field: &str) -> Option<bool> {
        let Some(Value::Object(child)) = self.value("child") else { return self.flag(field) };
        if let Some(Value::Flag(flag)) = child.get(table::CHILD, field) { Some(*flag) } else { None }
    }

    /// The offices that an opening or a transfer names: court, prosecutor, investigator, legal aid.
    pub fn offices(&self) -> [Option<&OfficeCode>; 4] {
        if matches!(self.name, ActionName::CaseOpened | ActionName::CaseTransferred) {
            ["court", "prosecutor", "investigator", "legal_aid"].map(|seat| self.office(seat))
        } else {
            [None; 4]
        }
    }

    /// The action that this one withdraws.
    pub fn withdraws(&self) -> Option<ActionId> {
        if self.name != ActionName::ActionWithdrawn {
            return None;
        }
        if let Some(Value::Id(id)) = self.value("withdraws") { Some(*id) } else { None }
    }

    /// The case that a voided one repeats.
    pub fn same_as(&self) -> Option<&CaseRef> {
        if let Some(Value::Case(case)) = self.value("same_as") { Some(case) } else { None }
    }

    /// Whether this action equals `other` in everything but the id. What is withheld counts as equal.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let of = |action: &Self| (action.at, action.name);
        let same = of(self) == of(other) && self.case == other.case && self.by == other.by;
        same && self.values.agree_with(&other.values)
    }
}

fn offence(values: &Values) -> Option<Offence> {
    let get = |field| values.get(table::OFFENCE, field);
    let (Some(Value::Word(class)), Some(Value::Object(range)), Some(Value::Day(day)), Some(Value::Flag(serious))) =
        (get("class"), get("penalty_months"), get("committed_on"), get("serious"))
    else {
        return None;
    };
    let class = Class::ALL.get(usize::from(*class)).copied()?;
    Some(Offence { class, penalty_months: penalty(range)?, committed_on: *day, serious: *serious })
}

fn penalty(range: &Values) -> Option<Penalty> {
    let end = |end| if let Some(Value::Count(n)) = range.get(table::PENALTY, end) { Some(*n) } else { None };
    Some(Penalty { min: end("min")?, max: end("max")? })
}
