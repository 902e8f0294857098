//! What happened: one action of a case, as an office reports it.
//!
//! Invariant: every field of an `Action` was checked. A field that was left out is `None`: "not on record", which is not
//! "no". Reading an action and writing it again gives the same canonical JSON.

mod dates;
pub mod describe;
mod fields;
mod read;
mod vocabulary;
mod write;

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::calendar::{Instant, write_date};
use crate::words::words;

pub use vocabulary::*;

words! {
    /// The kinds of action, in the course of a case.
    ActionName {
        /// The case is opened: offices, child, offences.
        CaseOpened = "case_opened",
        /// The child's age or birth date becomes known.
        ChildIdentified = "child_identified",
        /// An offence is reclassified.
        OffenceReclassified = "offence_reclassified",
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
        /// The child is told the reason for the custody and the child's rights (Art. 62(1)).
        RightsTold = "rights_told",
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
        /// The case is closed.
        CaseClosed = "case_closed",
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
        write!(f, "{}", self.0.hyphenated())
    }
}

/// When an action happened: an instant, or a civil date in Vientiane if the time of day is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// An instant.
    Instant(Instant),
    /// A date alone: its span is 00:00:00 to 23:59:59.
    Date(NaiveDate),
}

impl When {
    /// The first instant of the span.
    pub fn first(self) -> Instant {
        match self {
            Self::Instant(instant) => instant,
            Self::Date(date) => Instant::first_of(date),
        }
    }

    /// The last instant of the span.
    pub fn last(self) -> Instant {
        match self {
            Self::Instant(instant) => instant,
            Self::Date(date) => Instant::last_of(date),
        }
    }

    /// The civil date.
    pub fn date(self) -> NaiveDate {
        match self {
            Self::Instant(instant) => instant.date(),
            Self::Date(date) => date,
        }
    }

    /// Reads an RFC 3339 instant or a civil date; `None` if the text is neither.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() == 10 {
            return crate::calendar::parse_date(text).map(Self::Date);
        }
        Instant::parse(text).map(Self::Instant)
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(25);
        match self {
            Self::Instant(instant) => instant.write(&mut text),
            Self::Date(date) => write_date(*date, &mut text),
        }
        f.write_str(&text)
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
    pub what: What,
}

/// A written order (Art. 63, 64): who gave it, and its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Who gave the order.
    pub by: OrderedBy,
    /// The order's number.
    pub number: String,
}

/// What is on record about a written order: nothing (`None`), "there was no written order", or the order.
pub type OrderOnRecord = Option<Option<Order>>;

/// The child of a case. No name: a reference of the office's own.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of the format")]
pub struct Child {
    pub reference: String,
    pub birth_date: Option<NaiveDate>,
    pub age_years: Option<u64>,
    pub sex: Option<Sex>,
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

/// The opening of a case.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of the format")]
pub struct CaseOpened {
    pub court: OfficeCode,
    pub prosecutor: OfficeCode,
    pub investigator: OfficeCode,
    pub legal_aid: Option<OfficeCode>,
    pub child: Child,
    pub offences: Vec<Offence>,
}

/// What happened, with the fields of that kind of action. `None` in a field means "not on record".
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the variants and fields are those of the format, documented at `ActionName`")]
pub enum What {
    CaseOpened(Box<CaseOpened>),
    ChildIdentified {
        birth_date: Option<NaiveDate>,
        age_years: Option<u64>,
    },
    OffenceReclassified {
        offence: u64,
        class: Option<Class>,
        penalty_months: Option<Penalty>,
        serious: Option<bool>,
    },
    CaseTransferred {
        court: Option<OfficeCode>,
        prosecutor: Option<OfficeCode>,
        investigator: Option<OfficeCode>,
        legal_aid: Option<OfficeCode>,
    },
    ComplaintReceived,
    InvestigationOpened,
    SummonsServed {
        authority: Authority,
        appear_on: Option<NaiveDate>,
    },
    SummonsMissed {
        authority: Authority,
        reason: Option<String>,
    },
    BroughtIn {
        authority: Authority,
        accompanied_by: Option<Vec<Person>>,
    },
    Arrested {
        order: OrderOnRecord,
        flagrant: Option<bool>,
        urgent: Option<bool>,
        grounds: Option<Vec<Ground>>,
    },
    CustodyStarted {
        evidence_firm: Option<bool>,
        place: Option<Place>,
    },
    RightsTold,
    ParentsNotified,
    MedicalCheck,
    InterviewStarted {
        attended_by: Option<Vec<Person>>,
        dedicated_room: Option<bool>,
    },
    InterviewEnded,
    RemandOrdered {
        order: OrderOnRecord,
        grounds: Option<Vec<Ground>>,
    },
    RemandExtended {
        order: OrderOnRecord,
        months: Option<u64>,
        for_investigation: Option<bool>,
    },
    VisitRefused {
        visitor: Option<Person>,
    },
    /// `agreed` is true if the prosecutor agreed, false if nobody did (Art. 59(5)).
    InvestigationExtended {
        agreed: bool,
    },
    ReferredToMediation {
        to: Mediator,
    },
    MediationSession {
        attended_by: Option<Vec<Person>>,
        evidence_solid: Option<bool>,
        child_acknowledges: Option<bool>,
    },
    MediationEnded {
        settled: bool,
        measures: Option<Vec<MediationMeasure>>,
    },
    ReleaseRequested {
        requested_by: Person,
    },
    ReleaseOpinionGiven,
    ReleaseRequestReceived,
    ReleaseDecided {
        granted: bool,
    },
    Released {
        kind: ReleaseKind,
        bail: Option<bool>,
        bail_necessary: Option<bool>,
    },
    FileSent,
    FileReceived,
    FileReturned,
    ProsecutionDeclined,
    ProsecutionOrdered {
        mediation_possible: Option<bool>,
    },
    ProsecutionOrderReceived,
    HearingHeld(Box<HearingHeld>),
    JudgmentGiven {
        measure: Measure,
        months: Option<u64>,
        other_measures_considered: Option<bool>,
        served_in: Option<ServedIn>,
    },
    TrainingCentreEntered,
    TrainingCentreLeft,
    CaseClosed {
        reason: Option<String>,
    },
    ActionWithdrawn {
        withdraws: ActionId,
        reason: Option<String>,
    },
}

/// The place of custody (Art. 62(6)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the format")]
pub struct Place {
    pub children_only: Option<bool>,
    pub sexes_separated: Option<bool>,
}

/// A hearing (Art. 70).
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of the format")]
pub struct HearingHeld {
    pub substantive: bool,
    pub closed: Option<bool>,
    pub suitable_room: Option<bool>,
    pub child_attended: Option<bool>,
    pub child_heard: Option<bool>,
    pub interpreter_needed: Option<bool>,
    pub interpreter_present: Option<bool>,
    pub defended_by: Option<Vec<Person>>,
    pub attended_by: Option<Vec<Person>>,
}

impl What {
    /// Which kind of action this is.
    pub const fn name(&self) -> ActionName {
        use ActionName as N;
        match self {
            Self::CaseOpened(_) => N::CaseOpened,
            Self::ChildIdentified { .. } => N::ChildIdentified,
            Self::OffenceReclassified { .. } => N::OffenceReclassified,
            Self::CaseTransferred { .. } => N::CaseTransferred,
            Self::ComplaintReceived => N::ComplaintReceived,
            Self::InvestigationOpened => N::InvestigationOpened,
            Self::SummonsServed { .. } => N::SummonsServed,
            Self::SummonsMissed { .. } => N::SummonsMissed,
            Self::BroughtIn { .. } => N::BroughtIn,
            Self::Arrested { .. } => N::Arrested,
            Self::CustodyStarted { .. } => N::CustodyStarted,
            Self::RightsTold => N::RightsTold,
            Self::ParentsNotified => N::ParentsNotified,
            Self::MedicalCheck => N::MedicalCheck,
            Self::InterviewStarted { .. } => N::InterviewStarted,
            Self::InterviewEnded => N::InterviewEnded,
            Self::RemandOrdered { .. } => N::RemandOrdered,
            Self::RemandExtended { .. } => N::RemandExtended,
            Self::VisitRefused { .. } => N::VisitRefused,
            Self::InvestigationExtended { .. } => N::InvestigationExtended,
            Self::ReferredToMediation { .. } => N::ReferredToMediation,
            Self::MediationSession { .. } => N::MediationSession,
            Self::MediationEnded { .. } => N::MediationEnded,
            Self::ReleaseRequested { .. } => N::ReleaseRequested,
            Self::ReleaseOpinionGiven => N::ReleaseOpinionGiven,
            Self::ReleaseRequestReceived => N::ReleaseRequestReceived,
            Self::ReleaseDecided { .. } => N::ReleaseDecided,
            Self::Released { .. } => N::Released,
            Self::FileSent => N::FileSent,
            Self::FileReceived => N::FileReceived,
            Self::FileReturned => N::FileReturned,
            Self::ProsecutionDeclined => N::ProsecutionDeclined,
            Self::ProsecutionOrdered { .. } => N::ProsecutionOrdered,
            Self::ProsecutionOrderReceived => N::ProsecutionOrderReceived,
            Self::HearingHeld(_) => N::HearingHeld,
            Self::JudgmentGiven { .. } => N::JudgmentGiven,
            Self::TrainingCentreEntered => N::TrainingCentreEntered,
            Self::TrainingCentreLeft => N::TrainingCentreLeft,
            Self::CaseClosed { .. } => N::CaseClosed,
            Self::ActionWithdrawn { .. } => N::ActionWithdrawn,
        }
    }
}

impl Action {
    /// Which kind of action this is.
    pub const fn name(&self) -> ActionName {
        self.what.name()
    }

    /// The action that this one withdraws.
    pub const fn withdraws(&self) -> Option<ActionId> {
        match self.what {
            What::ActionWithdrawn { withdraws, .. } => Some(withdraws),
            _ => None,
        }
    }

    /// Whether this action equals `other` in everything but the id.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        self.case == other.case && self.at == other.at && self.by == other.by && self.what == other.what
    }
}
