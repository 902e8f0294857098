//! The cause of an alert: the part of an assessment that calls for it.

use crate::alert::{Stage, Topic};
use crate::assess::Assessment;
use crate::breach::Breach;
use crate::conditions::{Finding, NotOnRecord};
use crate::explain::{self, Step};
use crate::limits::Deadline;
use crate::rulebook::{Role, RuleId, Rulebook};

/// The part of an assessment that calls for an alert.
#[derive(Clone, Copy)]
pub(super) enum Cause<'t> {
    Limit(&'t Deadline),
    Finding { rule: RuleId, action: usize, owed_by: Role, breach: Breach },
    Missing { action: usize, owed_by: Role, all: &'t [NotOnRecord] },
}

impl<'t> Cause<'t> {
    /// All causes in an assessment, numbered: limits, findings, and what is not on record with an action for a rule.
    pub fn all(assessment: &'t Assessment<'_>) -> impl Iterator<Item = (usize, Self)> {
        let (limits, findings) = (&assessment.deadlines, &assessment.findings);
        let missing = assessment.not_on_record.chunk_by(|a, b| (a.rule, a.action) == (b.rule, b.action));
        let missing = missing.scan(limits.len() + findings.len(), |next, all| {
            let nth = *next;
            *next += all.len();
            Some((nth, Self::missing(all)))
        });
        limits.iter().map(Self::Limit).chain(findings.iter().map(Self::finding)).enumerate().chain(missing)
    }

    pub const fn finding(finding: &Finding) -> Self {
        let Finding { rule, action, owed_by, breach, .. } = *finding;
        Self::Finding { rule, action, owed_by, breach }
    }

    /// `all` are of one rule and action, and at least one.
    pub const fn missing(all: &'t [NotOnRecord]) -> Self {
        let NotOnRecord { action, owed_by, .. } = all[0];
        Self::Missing { action, owed_by, all }
    }

    pub const fn owed_by(self) -> Role {
        match self {
            Self::Limit(deadline) => deadline.owed_by,
            Self::Finding { owed_by, .. } | Self::Missing { owed_by, .. } => owed_by,
        }
    }

    /// The steps of the computation behind an alert on a topic.
    pub fn because(self, topic: Topic, assessment: &Assessment<'_>, book: &Rulebook) -> Vec<Step> {
        match self {
            Self::Limit(deadline) if matches!(topic.stage, Stage::Notice(_)) => {
                explain::notice(assessment, deadline, book)
            }
            Self::Limit(deadline) => explain::deadline(assessment, deadline, book),
            Self::Finding { action, .. } | Self::Missing { action, .. } => {
                explain::finding(assessment, topic.rule, action, book)
            }
        }
    }
}
