//! Alerts: what an alert is about, its identity, and its life.
//!
//! An *alert event* raises an alert, settles it or withdraws it. An alert *stands* while it is neither settled nor
//! withdrawn.
//!
//! Invariant: an alert has the same id wherever and however often it is computed. An alert that was raised is never
//! changed, only settled or withdrawn. Time alone never withdraws an alert.

use std::fmt;
use std::sync::LazyLock;

use uuid::Uuid;

use crate::action::{ActionId, ActionName, CaseRef, OfficeCode, When};
use crate::breach::Breach;
use crate::calendar::Instant;
use crate::calendar::period::Hours;
use crate::explain::Step;
use crate::rulebook::{Period, Role, RuleId};
use crate::timeline::Offices;
use crate::words::words;

words! {
    /// The kinds of alert, as a NATS subject names them.
    Kind {
        /// A limit will end soon, or something is not on record.
        Notice = "notice",
        /// The last lawful instant of the protective reading has passed.
        Arguable = "arguable",
        /// The last lawful instant of the lenient reading has passed too.
        Breach = "breach",
        /// The duty was done late.
        Settled = "settled",
        /// The alert, or its settlement, turned out to be wrong.
        Withdrawn = "withdrawn",
        /// The office that owes the duty left the alert untaken, so its supervising office is told.
        Escalated = "escalated",
    }
}

/// The stage of its life at which an alert is raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// A notice, by this lead before the end of the limit.
    Notice(Period),
    /// A notice that something is not on record.
    Missing,
    /// The protective reading's last lawful instant has passed, or a condition fails under the protective reading alone.
    Arguable,
    /// The lenient reading's last lawful instant has passed, or a condition fails under both readings.
    Breach,
    /// An `arguable` or a `breach` that the office that owes the duty left untaken.
    Escalated(Breach),
}

impl Stage {
    /// The kind that the subject names.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Notice(_) | Self::Missing => Kind::Notice,
            Self::Arguable => Kind::Arguable,
            Self::Breach => Kind::Breach,
            Self::Escalated(_) => Kind::Escalated,
        }
    }

    /// The stage at which an alert of this stage is escalated; `None` if it never is.
    pub const fn escalated(self) -> Option<Self> {
        match (self.is_escalated(), self.breach()) {
            (false, Some(breach)) => Some(Self::Escalated(breach)),
            _ => None,
        }
    }

    /// How sure the breach is at which it is raised; `None` for a notice.
    pub const fn breach(self) -> Option<Breach> {
        match self {
            Self::Arguable => Some(Breach::Arguable),
            Self::Breach => Some(Breach::Certain),
            Self::Escalated(breach) => Some(breach),
            Self::Notice(_) | Self::Missing => None,
        }
    }

    /// Whether it is an escalation.
    pub const fn is_escalated(self) -> bool {
        matches!(self, Self::Escalated(_))
    }

    /// The stage of the alert that was escalated; any other stage is its own.
    #[must_use]
    pub const fn own(self) -> Self {
        match self {
            Self::Escalated(Breach::Arguable) => Self::Arguable,
            Self::Escalated(Breach::Certain) => Self::Breach,
            own => own,
        }
    }

    /// The stage that a kind in an id, such as `notice-12h`, stands for.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "notice" => Some(Self::Missing),
            "arguable" => Some(Self::Arguable),
            "breach" => Some(Self::Breach),
            "escalated-arguable" => Some(Self::Escalated(Breach::Arguable)),
            "escalated-breach" => Some(Self::Escalated(Breach::Certain)),
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
            Self::Escalated(Breach::Arguable) => f.write_str("escalated-arguable"),
            Self::Escalated(Breach::Certain) => f.write_str("escalated-breach"),
        }
    }
}

/// What an alert of a case is about. Each topic has at most one alert that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Topic {
    /// The rule.
    pub rule: RuleId,
    /// The action that opened the limit, or on which the condition was tested.
    pub on: ActionId,
    /// The limit's period; 0 for a condition.
    pub period: u32,
    /// The stage.
    pub stage: Stage,
}

impl Topic {
    /// The id of an alert on this topic: a UUID v5 of case, rule, action, period, `kind` and `occurrence`.
    pub(crate) fn id(&self, case: &CaseRef, kind: &str, occurrence: u32) -> Uuid {
        static NAMESPACE: LazyLock<Uuid> = LazyLock::new(|| Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:kamnot:alert"));
        let name = format!("{case}/{}/{}/{}/{kind}/{occurrence}", self.rule, self.on, self.period);
        Uuid::new_v5(&NAMESPACE, name.as_bytes())
    }

    /// The id of the `occurrence`th alert on this topic.
    pub fn alert_id(&self, case: &CaseRef, occurrence: u32) -> Uuid {
        self.id(case, &self.stage.to_string(), occurrence)
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
    /// The offices as an alert's subject names them: `PROSECUTOR.COURT.INVESTIGATOR.LEGAL-AID`, with `none` for no office.
    pub fn tokens(&self) -> String {
        let legal_aid = self.legal_aid.as_ref().map_or("none", OfficeCode::as_str);
        format!("{}.{}.{}.{legal_aid}", self.prosecutor, self.court, self.investigator)
    }

    /// All of them, in the order of [`Self::tokens`].
    pub fn all(&self) -> impl Iterator<Item = &OfficeCode> {
        [&self.prosecutor, &self.court, &self.investigator].into_iter().chain(&self.legal_aid)
    }

    /// Whether `office` is one of them.
    pub fn has(&self, office: &OfficeCode) -> bool {
        self.all().any(|one| one == office)
    }

    /// The office that has a role in the case.
    pub const fn of(&self, role: Role) -> &OfficeCode {
        match role {
            Role::Court => &self.court,
            Role::Prosecutor => &self.prosecutor,
            Role::Investigator => &self.investigator,
        }
    }
}

/// The values of an alert, by the kind of thing it is about.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// A time limit.
    Limit {
        /// The last lawful instant of the protective reading.
        earliest: Instant,
        /// The last lawful instant of the lenient reading; `None` where it sees no limit.
        latest: Option<Instant>,
        /// The action that discharged the limit, if any.
        done_by: Option<ActionId>,
        /// How sure the breach is; `None` if the limit is not breached.
        breach: Option<Breach>,
    },
    /// A condition that fails.
    Finding {
        /// How sure the breach is.
        breach: Breach,
    },
    /// Fields that a condition needs and that are not on record.
    Missing {
        /// The fields' names.
        fields: Vec<&'static str>,
    },
}

/// An alert as it was raised.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// What the alert is about.
    pub topic: Topic,
    /// How often the same alert was raised and withdrawn before; 0 the first time.
    pub occurrence: u32,
    /// The offices that receive it.
    pub to: Addressees,
    /// Who owes the duty, as a role. The office that has this role is in `to`.
    pub owed_by: Role,
    /// The kind of the topic's action.
    pub action: ActionName,
    /// When the topic's action happened.
    pub action_at: When,
    /// The alert's values.
    pub about: About,
    /// Whether the fact that shows the breach was recorded after the breach began.
    pub late_record: bool,
    /// Whether the alert is recorded as history. Then neither it nor what answers it is published.
    pub history: bool,
    /// After how long the alert is escalated if nobody takes it; `None` if never. Kept with the alert, so that another
    /// rulebook or an office that begins to use its inbox changes nothing about what was raised before.
    pub escalate_after: Option<Hours>,
    /// The steps of the computation, as codes and values. Empty in the copy that a settlement or withdrawal carries.
    pub because: Vec<Step>,
}

impl Alert {
    /// The alert's id.
    pub fn id(&self, case: &CaseRef) -> Uuid {
        self.topic.alert_id(case, self.occurrence)
    }

    /// The id of the alert that this one escalates; `None` if it is no escalation.
    pub fn escalates(&self, case: &CaseRef) -> Option<Uuid> {
        let stage = self.topic.stage.own();
        (stage != self.topic.stage).then(|| Topic { stage, ..self.topic }.id(case, &stage.to_string(), self.occurrence))
    }

    /// Whether it is about what was done, a finding or something that is not on record, and not about a limit.
    pub const fn is_about_an_action(&self) -> bool {
        !matches!(self.about, About::Limit { .. })
    }

    /// The office that owes the duty.
    pub const fn owing_office(&self) -> &OfficeCode {
        self.to.of(self.owed_by)
    }
}

/// A `settled`: the duty of an alert was done late.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    /// The alert whose duty was done.
    pub alert: Alert,
    /// The alert's occurrence; if an earlier settlement was withdrawn, one more than that settlement's occurrence.
    pub occurrence: u32,
    /// The action that discharged the duty.
    pub by: ActionId,
    /// The kind of that action.
    pub by_action: ActionName,
    /// When that action happened.
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

/// A `withdrawn`: an alert, or only its settlement, turned out to be wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Withdrawal {
    /// The alert that is withdrawn, or whose settlement is withdrawn.
    pub alert: Alert,
    /// The settlement's occurrence, if only the settlement is withdrawn.
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
