//! What people are told: the identity of an alert, and the difference between what was told and what is due.
//!
//! Invariant: the same alert has the same id wherever and however often it is computed; what was told is never
//! changed, only settled or withdrawn; time alone never withdraws anything.

use std::fmt;
use std::sync::LazyLock;

use std::sync::Arc;

use uuid::Uuid;

use crate::action::{ActionId, ActionName, CaseRef, OfficeCode, When};
use crate::breach::Breach;
use crate::calendar::Instant;
use crate::explain::Step;
use crate::rulebook::{Period, Role, RuleId};
use crate::timeline::Offices;
use crate::words::words;

words! {
    /// The kinds of alert, as the subject names them.
    Kind {
        /// Before a limit, or: something is not on record.
        Notice = "notice",
        /// The protective instant has passed.
        Arguable = "arguable",
        /// The lenient instant has passed too.
        Breach = "breach",
        /// The duty was done, late.
        Settled = "settled",
        /// It did not stand.
        Withdrawn = "withdrawn",
    }
}

/// At which point of its life an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// A notice so long before the limit.
    Notice(Period),
    /// A notice that something is not on record.
    Missing,
    /// The protective instant has passed, or a condition fails under the protective reading.
    Arguable,
    /// The lenient instant has passed, or a condition fails under both readings.
    Breach,
}

impl Stage {
    /// The kind in the subject.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Notice(_) | Self::Missing => Kind::Notice,
            Self::Arguable => Kind::Arguable,
            Self::Breach => Kind::Breach,
        }
    }

    /// The stage that an id's kind, such as `notice-12h`, stands for.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "notice" => Some(Self::Missing),
            "arguable" => Some(Self::Arguable),
            "breach" => Some(Self::Breach),
            lead => Period::parse(lead.strip_prefix("notice-")?).map(Self::Notice),
        }
    }
}

impl From<Breach> for Stage {
    fn from(breach: Breach) -> Self {
        match breach {
            Breach::Arguable => Self::Arguable,
            Breach::Certain => Self::Breach,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Notice(lead) => write!(f, "notice-{lead}"),
            Self::Missing => f.write_str("notice"),
            Self::Arguable => f.write_str("arguable"),
            Self::Breach => f.write_str("breach"),
        }
    }
}

/// What an alert of a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Topic {
    /// The rule.
    pub rule: RuleId,
    /// The action that opened the limit, or that a condition was tested on.
    pub on: ActionId,
    /// The limit's period; 0 for a condition.
    pub period: u32,
    /// The stage.
    pub stage: Stage,
}

impl Topic {
    /// The id of an alert on this topic: a UUID v5 of case, rule, action, period, `kind` and occurrence.
    pub(crate) fn id(&self, case: &CaseRef, kind: &str, occurrence: u32) -> Uuid {
        static NAMESPACE: LazyLock<Uuid> = LazyLock::new(|| Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:kamnot:alert"));
        let name = format!("{case}/{}/{}/{}/{kind}/{occurrence}", self.rule, self.on, self.period);
        Uuid::new_v5(&NAMESPACE, name.as_bytes())
    }
}

/// The offices of a case when an alert is raised.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the format")]
pub struct Addressees {
    pub court: OfficeCode,
    pub prosecutor: OfficeCode,
    pub investigator: OfficeCode,
    pub legal_aid: Option<OfficeCode>,
}

impl From<Offices<'_>> for Addressees {
    fn from(offices: Offices<'_>) -> Self {
        Self {
            court: offices.court.clone(),
            prosecutor: offices.prosecutor.clone(),
            investigator: offices.investigator.clone(),
            legal_aid: offices.legal_aid.cloned(),
        }
    }
}

impl Addressees {
    /// Their places in an alert's subject: `PROSECUTOR.COURT.INVESTIGATOR.LEGAL-AID`, `none` where there is none.
    pub fn tokens(&self) -> String {
        let legal_aid = self.legal_aid.as_ref().map_or("none", OfficeCode::as_str);
        format!("{}.{}.{}.{legal_aid}", self.prosecutor, self.court, self.investigator)
    }

    /// The office that holds a role.
    pub const fn of(&self, role: Role) -> &OfficeCode {
        match role {
            Role::Court => &self.court,
            Role::Prosecutor => &self.prosecutor,
            Role::Investigator => &self.investigator,
        }
    }
}

/// The values of an alert, by what it is about.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// A time limit.
    Limit {
        /// The last lawful instant of the protective reading.
        earliest: Instant,
        /// The last lawful instant of the lenient reading; none where it sees no limit.
        latest: Option<Instant>,
        /// What discharged it, if anything did.
        done_by: Option<ActionId>,
        /// Whether it is breached.
        breach: Option<Breach>,
    },
    /// A condition that fails.
    Finding {
        /// How surely.
        breach: Breach,
    },
    /// Fields of a condition that are not on record.
    Missing {
        /// Their names.
        fields: Vec<&'static str>,
    },
}

/// An alert as it was raised.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// What it is about.
    pub topic: Topic,
    /// How often it was raised before, withdrawn in between.
    pub occurrence: u32,
    /// Whom it goes to.
    pub to: Addressees,
    /// Who owes it; the code is that of the office that holds the role in `to`.
    pub owed_by: Role,
    /// The kind of the action it is on.
    pub action: ActionName,
    /// When that action happened.
    pub action_at: When,
    /// Its values.
    pub about: About,
    /// Whether the fact behind it was recorded after the breach began.
    pub late_record: bool,
    /// Recorded as history: not published, nor what answers it.
    pub history: bool,
    /// The steps of the computation, as codes and values; empty in an alert that is answered.
    pub because: Vec<Step>,
}

impl Alert {
    /// The alert's id.
    pub fn id(&self, case: &CaseRef) -> Uuid {
        self.topic.id(case, &self.topic.stage.to_string(), self.occurrence)
    }
}

/// A `settled`: the duty was done, late.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    /// The alert that it answers.
    pub alert: Alert,
    /// The alert's occurrence, or one more than the last settlement's where that was withdrawn.
    pub occurrence: u32,
    /// What discharged the duty.
    pub by: ActionId,
    /// Its kind.
    pub by_action: ActionName,
    /// When it happened.
    pub by_at: When,
}

impl Settlement {
    /// The settlement's id.
    pub fn id(&self, case: &CaseRef) -> Uuid {
        settlement_id(&self.alert.topic, case, self.occurrence)
    }
}

fn settlement_id(topic: &Topic, case: &CaseRef, occurrence: u32) -> Uuid {
    topic.id(case, &format!("settled-{}", topic.stage), occurrence)
}

/// A `withdrawn`: an alert, or its settlement alone, did not stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Withdrawal {
    /// The alert that it answers.
    pub alert: Alert,
    /// The settlement's occurrence, where only the settlement is withdrawn.
    pub settlement: Option<u32>,
    /// The id of the alert that was raised in its place.
    pub replaced_by: Option<Uuid>,
}

impl Withdrawal {
    /// The withdrawal's id.
    pub fn id(&self, case: &CaseRef) -> Uuid {
        let topic = &self.alert.topic;
        match self.settlement {
            None => topic.id(case, &format!("withdrawn-{}", topic.stage), self.alert.occurrence),
            Some(occurrence) => topic.id(case, &format!("withdrawn-settled-{}", topic.stage), occurrence),
        }
    }

    /// The id of what is withdrawn: the alert or its settlement.
    pub fn of(&self, case: &CaseRef) -> Uuid {
        match self.settlement {
            None => self.alert.id(case),
            Some(occurrence) => settlement_id(&self.alert.topic, case, occurrence),
        }
    }
}

/// What was told on a topic: the last alert, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicState {
    pub(crate) alert: Arc<Alert>,
    pub(crate) state: State,
    /// The occurrence of the last settlement, if there was one.
    pub(crate) last_settlement: Option<u32>,
}

/// What became of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Settled { by: ActionId },
    Withdrawn,
}
