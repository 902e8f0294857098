//! One rule, compiled: a time limit or a condition, with its words.

use chrono::NaiveDate;

use super::test::Test;
use super::{Quote, RuleId, Text};
use crate::action::{ActionName as N, Names};
use crate::calendar::Instant;
use crate::calendar::period::{Days, Hours, Months, Period};
use crate::words::words;

words! {
    /// Who owes a duty.
    Role {
        /// The investigation organisation.
        Investigator = "investigator",
        /// The people's prosecutor.
        Prosecutor = "prosecutor",
        /// The juvenile court or the juvenile panel of a people's court.
        Court = "court",
    }
}

/// Custody and arrest, the takings that open the forty-eight hours (Art. 62).
pub(crate) const CUSTODY: Names = Names::of(&[N::Arrested, N::CustodyStarted]);
/// The steps against the child of which the first opens the investigation.
pub(crate) const STEPS: Names = Names::of(&[
    N::InvestigationOpened,
    N::SummonsServed,
    N::BroughtIn,
    N::CustodyStarted,
    N::Arrested,
    N::InterviewStarted,
]);

/// One rule of a rulebook.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// The article as printed in assessments, such as `62(2)`.
    pub article: String,
    /// The law's own words, from one or more articles.
    pub law: Vec<Quote>,
    /// What the rule asks, in one sentence. Its Lao is ours, not the law's; no lawyer has reviewed it.
    pub sentence: Text,
    /// A name of a few words, for lists.
    pub name: Text,
    /// The leads of the notices before the limit, longest first. Empty for a condition.
    pub warn_before: Vec<Period>,
    /// The civil dates of the actions to which it applies.
    pub(crate) holds: Dates,
    /// Whether it applies also where a reading takes the child for grown up.
    pub(crate) after_eighteen: bool,
    pub(crate) owed_by: OwedBy,
    pub(crate) asks: Asked,
    /// The questions on which it depends, by their places in the rulebook.
    pub(crate) questions: Vec<usize>,
}

/// What a rule asks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Asked {
    Limit(Limit),
    Condition(Condition),
}

/// Civil dates, both ends included: from the first second of a day to the last one of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dates {
    pub(crate) from: Option<Instant>,
    pub(crate) until: Option<Instant>,
}

impl Dates {
    pub(crate) fn of(from: Option<NaiveDate>, until: Option<NaiveDate>) -> Self {
        Self { from: from.map(Instant::first_of), until: until.map(Instant::last_of) }
    }

    pub(crate) fn contain(self, at: Instant) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at <= until)
    }
}

/// Who owes the duty: the role of the first test that holds, under the protective reading.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OwedBy {
    pub(crate) cases: Vec<(Test, Role)>,
    pub(crate) otherwise: Role,
}

impl OwedBy {
    /// The role, given which tests hold.
    pub(crate) fn role(&self, holds: impl Fn(&Test) -> bool) -> Role {
        self.cases.iter().find(|(test, _)| holds(test)).map_or(self.otherwise, |(_, role)| *role)
    }
}

/// A time limit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Limit {
    /// How long it is; for the longest remand, of the graver class.
    pub(crate) length: Period,
    /// Whether the law says "at once" and gives no number.
    pub(crate) at_once: bool,
    /// The actions that open it, where the test holds.
    pub(crate) opens: Names,
    pub(crate) given: Test,
    /// The clock starts at the last such action before the opening one.
    pub(crate) counted_from: Option<Names>,
    pub(crate) done_by: Vec<DoneBy>,
    /// Those that discharge it without asking anything.
    pub(crate) plainly_done_by: Names,
    /// Whether the lenient reading sees no limit.
    pub(crate) arguable_only: bool,
    pub(crate) counting: Counting,
    /// Whether it is on the child's liberty.
    pub(crate) on_liberty: bool,
    /// Of an investigation: whether the first period after a returned file starts anew.
    pub(crate) anew_if: Test,
}

/// An action that discharges a limit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DoneBy {
    pub(crate) on: Names,
    /// Asked of the discharging action.
    pub(crate) given: Test,
    /// Asked of the opening action.
    pub(crate) if_opening: Test,
    /// Whether also one since the first deprivation of liberty discharges.
    pub(crate) since_first_deprivation: bool,
}

impl DoneBy {
    /// Whether it discharges without asking anything, if it comes after the opening.
    pub(crate) const fn is_plain(&self) -> bool {
        self.given.is_always() && self.if_opening.is_always() && !self.since_first_deprivation
    }
}

/// How a limit is counted: plainly, or by a procedure of its own, with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    Plain,
    /// Art. 62.
    Custody {
        limit: Hours,
        joined_by_bringing_in_within: Hours,
    },
    /// Art. 59(5).
    Investigation {
        limit: Days,
        extension: Days,
    },
    InvestigationResumed,
    /// Art. 64.
    RemandTerm {
        limit: Months,
        extension: Months,
    },
    RemandCap {
        major: Months,
        crime: Months,
    },
    /// Art. 65.
    ReleaseDecision {
        from_request: Hours,
        from_opinion: Option<Hours>,
    },
}

/// The procedures that count limits in a way of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Procedure {
    Custody,
    Investigation,
    InvestigationResumed,
    RemandTerm,
    RemandCap,
}

impl Counting {
    /// The procedure that opens and counts the limit; `None` where the rulebook itself says what opens it.
    pub(crate) const fn procedure(self) -> Option<Procedure> {
        match self {
            Self::Plain | Self::ReleaseDecision { .. } => None,
            Self::Custody { .. } => Some(Procedure::Custody),
            Self::Investigation { .. } => Some(Procedure::Investigation),
            Self::InvestigationResumed => Some(Procedure::InvestigationResumed),
            Self::RemandTerm { .. } => Some(Procedure::RemandTerm),
            Self::RemandCap { .. } => Some(Procedure::RemandCap),
        }
    }
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) on: Names,
    /// Of these actions it is tested under the protective reading alone.
    pub(crate) arguable_only: Names,
    pub(crate) check: Check,
}

/// What a condition checks: a test written in the rulebook, or a procedure of the program.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Check {
    Written {
        tested_if: Test,
        fails: Test,
    },
    /// Art. 50.
    AgeOfResponsibility {
        years: u32,
    },
    /// Art. 61.
    ThreeSummonses {
        count: u32,
    },
    /// Art. 59(5).
    InvestigationExtension,
    /// Art. 64.
    RemandExtensionLate,
    RemandExtensionPastCap,
}

impl Rule {
    /// The time limit; `None` for a condition.
    pub(crate) const fn as_limit(&self) -> Option<&Limit> {
        match &self.asks {
            Asked::Limit(limit) => Some(limit),
            Asked::Condition(_) => None,
        }
    }

    /// The condition; `None` for a time limit.
    pub(crate) const fn as_condition(&self) -> Option<&Condition> {
        match &self.asks {
            Asked::Condition(condition) => Some(condition),
            Asked::Limit(_) => None,
        }
    }

    /// Whether this rule is a time limit; otherwise it is a condition.
    pub const fn is_limit(&self) -> bool {
        matches!(self.asks, Asked::Limit(_))
    }

    /// Whether the law gives no number for this limit ("at once"). Its length is then the program's policy, not law.
    pub fn is_policy(&self) -> bool {
        self.as_limit().is_some_and(|limit| limit.at_once)
    }

    /// Whether this limit is on the child's liberty: on a detention, on what a detention asks, or on a request to end it.
    pub fn is_on_liberty(&self) -> bool {
        self.as_limit().is_some_and(|limit| limit.on_liberty)
    }

    /// Whether this rule limits a detention: the closing of the case does not discharge it.
    pub fn is_on_detention(&self) -> bool {
        self.is_limit() && !self.discharged_by().has(N::CaseClosed)
    }

    /// Whether this limit is the term of a remand, which extensions lengthen (Art. 64).
    pub const fn is_remand_term(&self) -> bool {
        matches!(self.as_limit(), Some(Limit { counting: Counting::RemandTerm { .. }, .. }))
    }

    /// Whether this limit is the longest remand, extensions included (Art. 64).
    pub const fn is_remand_cap(&self) -> bool {
        matches!(self.as_limit(), Some(Limit { counting: Counting::RemandCap { .. }, .. }))
    }

    /// Whether this condition asks that an extension stays within the longest remand (Art. 64).
    pub const fn is_extension_past_cap(&self) -> bool {
        matches!(self.as_condition(), Some(Condition { check: Check::RemandExtensionPastCap, .. }))
    }

    /// The lengths of a limit: of the longest remand, of both classes; none of a condition.
    pub fn lengths(&self) -> Vec<Period> {
        match self.as_limit().map(|limit| limit.counting) {
            Some(Counting::RemandCap { major, crime }) => vec![major.into(), crime.into()],
            _ => self.length().into_iter().collect(),
        }
    }

    /// The length of a limit; for the longest remand, of the graver class. `None` for a condition.
    pub fn length(&self) -> Option<Period> {
        self.as_limit().map(|limit| limit.length)
    }

    /// The kinds of action that can discharge a limit. Some of them count only where a reading accepts them.
    pub fn discharged_by(&self) -> Names {
        let Some(limit) = self.as_limit() else { return Names::default() };
        let written = limit.done_by.iter().fold(Names::default(), |all, done| all.and(done.on));
        written.and(match limit.counting {
            Counting::Investigation { .. } | Counting::InvestigationResumed => Names::of(&[N::InvestigationExtended]),
            Counting::RemandTerm { .. } => Names::of(&[N::RemandExtended]),
            _ => Names::default(),
        })
    }

    /// The kinds of action that open the limit or are tested; empty for a limit that a procedure opens.
    pub fn tested_on(&self) -> Names {
        match &self.asks {
            Asked::Limit(limit) => limit.opens,
            Asked::Condition(condition) => condition.on,
        }
    }

    /// The roles that may owe the duty, in the order of the file.
    pub fn may_owe(&self) -> Vec<Role> {
        let mut roles: Vec<Role> = Vec::new();
        for role in self.owed_by.cases.iter().map(|(_, role)| *role).chain([self.owed_by.otherwise]) {
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        roles
    }

    /// The paths of the fields by which a condition fails.
    pub fn fields(&self) -> Vec<&'static str> {
        match self.as_condition().map(|condition| &condition.check) {
            Some(Check::Written { fails, .. }) => fails.fields().iter().map(|field| field.path).collect(),
            Some(Check::InvestigationExtension) => vec!["agreed_by"],
            _ => Vec::new(),
        }
    }
}
