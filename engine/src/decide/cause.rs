//! The cause of an alert: the part of an assessment that it is about.

use crate::breach::Breach;
use crate::conditions::{Finding, NotOnRecord};
use crate::limits::Deadline;
use crate::rulebook::{Role, RuleId};

/// The part of the assessment that an alert is about.
#[derive(Clone, Copy)]
pub(super) enum Cause<'t> {
    Limit(&'t Deadline),
    Finding { rule: RuleId, action: usize, owed_by: Role, breach: Breach },
    Missing { action: usize, owed_by: Role, all: &'t [NotOnRecord] },
}

impl<'t> Cause<'t> {
    pub const fn finding(finding: &Finding) -> Self {
        let Finding { rule, action, owed_by, breach, .. } = *finding;
        Self::Finding { rule, action, owed_by, breach }
    }

    /// `all`: of one rule and action, at least one.
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
}
