//! The numbers of the law, in their units, none contradicting another.

use super::{Flaw, Table, rules};
use crate::rulebook::{Numbers, Period, RuleId};

/// The numbers of the law, each from its own table.
pub(super) fn of(root: &Table<'_>) -> Result<Numbers, Flaw> {
    let (scope, policy, rules) = (root.table("scope")?, root.table("policy")?, root.table("rules")?);
    scope.only(&["adult_age", "grave_penalty_months"])?;
    policy.only(&["at_once", "notice_hour"])?;
    let period = |rule: RuleId, key, unit| rules::table_of(&rules, rule)?.period(key, unit);
    let integer = |rule: RuleId, key| rules::table_of(&rules, rule)?.integer(key, 1..=100);
    let numbers = Numbers {
        interview: period(RuleId::Interview90Min, "limit", Unit::Minutes)?,
        custody: period(RuleId::Custody48h, "limit", Unit::Hours)?,
        bringing_in_joins: period(RuleId::Custody48h, "joined_by_bringing_in_within", Unit::Hours)?,
        investigation: period(RuleId::Investigation30d, "limit", Unit::Days)?,
        investigation_extension: period(RuleId::Investigation30d, "extension", Unit::Days)?,
        investigator_mediation: period(RuleId::InvestigatorMediation30d, "limit", Unit::Days)?,
        remand: period(RuleId::RemandTerm, "limit", Unit::Months)?,
        remand_extension: period(RuleId::RemandTerm, "extension", Unit::Months)?,
        cap_major: period(RuleId::RemandCap, "major", Unit::Months)?,
        cap_crime: period(RuleId::RemandCap, "crime", Unit::Months)?,
        release_opinion: period(RuleId::ReleaseOpinion24h, "limit", Unit::Hours)?,
        release_decision: period(RuleId::ReleaseDecision24h, "limit", Unit::Hours)?,
        release_decision_from_request: period(RuleId::ReleaseDecision24h, "from_request", Unit::Hours)?,
        prosecutor: period(RuleId::Prosecutor10d, "limit", Unit::Days)?,
        prosecutor_mediation: period(RuleId::ProsecutorMediation30d, "limit", Unit::Days)?,
        court: period(RuleId::Court15d, "limit", Unit::Days)?,
        at_once: policy.period("at_once", Unit::Hours)?,
        responsible_age: integer(RuleId::AgeOfResponsibility, "years")?,
        adult_age: scope.integer("adult_age", 1..=100)?,
        grave_penalty_months: scope.integer("grave_penalty_months", 1..=1200)?,
        summonses: integer(RuleId::ThreeSummonses, "count")?,
        extension_months: integer(RuleId::RemandExtensionLength, "months")?,
    };
    // Some may be another rulebook's where this one lacks them; those that are there were consistent when it was adopted.
    if !rules.may_lack() {
        consistent(&rules, &numbers)?;
    }
    Ok(numbers)
}

/// Refuses numbers that contradict each other.
fn consistent(rules: &Table<'_>, numbers: &Numbers) -> Result<(), Flaw> {
    let refuse =
        |rule: RuleId, key: &str, what: &str| Err(rules::table_of(rules, rule)?.required(key, "a number")?.flaw(what));
    if numbers.cap_major > numbers.cap_crime {
        return refuse(
            RuleId::RemandCap,
            "major",
            &format!(
                "found {}, longer than the cap for a crime, {}; expected the graver class to have the longer cap; \
             exchange the two",
                numbers.cap_major, numbers.cap_crime
            ),
        );
    }
    if numbers.release_decision_from_request < numbers.release_decision {
        return refuse(
            RuleId::ReleaseDecision24h,
            "from_request",
            &format!(
                "found {}, shorter than the limit from the receipt, {}; expected a request that is received at once to \
             have the one limit under both readings; lengthen it",
                numbers.release_decision_from_request, numbers.release_decision
            ),
        );
    }
    if Period::Months(numbers.extension_months) != numbers.remand_extension {
        return refuse(
            RuleId::RemandExtensionLength,
            "months",
            &format!(
                "found {}; expected the months of rules.remand-term.extension, {}: the law states them once; mend one of them",
                numbers.extension_months, numbers.remand_extension
            ),
        );
    }
    if numbers.responsible_age > numbers.adult_age {
        return refuse(
            RuleId::AgeOfResponsibility,
            "years",
            &format!(
                "found {}; expected no more than scope.adult_age, {}; mend one of them",
                numbers.responsible_age, numbers.adult_age
            ),
        );
    }
    Ok(())
}

/// The units in which the law states lengths of time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Minutes,
    Hours,
    Days,
    Months,
}

impl Unit {
    pub(super) fn from_suffix(suffix: &str) -> Option<Self> {
        match suffix {
            "min" => Some(Self::Minutes),
            "h" => Some(Self::Hours),
            "d" => Some(Self::Days),
            "mo" => Some(Self::Months),
            _ => None,
        }
    }

    pub(super) const fn of(period: Period) -> Self {
        match period {
            Period::Minutes(_) => Self::Minutes,
            Period::Hours(_) => Self::Hours,
            Period::Days(_) => Self::Days,
            Period::Months(_) => Self::Months,
        }
    }

    pub(super) const fn period(self, number: u32) -> Period {
        match self {
            Self::Minutes => Period::Minutes(number),
            Self::Hours => Period::Hours(number),
            Self::Days => Period::Days(number),
            Self::Months => Period::Months(number),
        }
    }

    pub(super) const fn sample(self) -> &'static str {
        match self {
            Self::Minutes => "90min",
            Self::Hours => "48h",
            Self::Days => "30d",
            Self::Months => "1mo",
        }
    }

    /// Ten years: no limit of a child's case is longer, so a larger number is a slip.
    pub(super) const fn ten_years(self) -> u32 {
        match self {
            Self::Minutes => 10 * 365 * 24 * 60,
            Self::Hours => 10 * 365 * 24,
            Self::Days => 10 * 365,
            Self::Months => 10 * 12,
        }
    }
}
