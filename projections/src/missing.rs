//! What is not on record in a case: the papers to look for, each with what its absence leads to.
//!
//! Invariant: what is named here would change the assessment, or could, if it were recorded.

use std::collections::BTreeSet;

use engine::action::{ActionId, ActionName};
use engine::assess::Assessment;
use engine::breach::Breach;
use engine::rulebook::{Rule, RuleId, Rulebook};

/// Something that is not on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The end of a limit that has passed. Without it, the duty counts as not done.
    End {
        /// The rule.
        rule: RuleId,
        /// The number of the period, from 0.
        period: u32,
        /// How sure the breach is.
        breach: Breach,
        /// The actions that would end it. Closing the case is not among them.
        ended_by: Vec<ActionName>,
    },
    /// A field that a condition asks for. Without it, the condition counts as neither met nor failed.
    Field {
        /// The rule.
        rule: RuleId,
        /// The action.
        action: ActionId,
        /// The field.
        field: &'static str,
    },
    /// The time of day of an action that starts or ends a limit. Without it, the readings place the action within the day.
    TimeOfDay {
        /// The action.
        action: ActionId,
    },
}

/// What is not on record, in the order of these kinds.
pub fn missing(assessment: &Assessment<'_>, book: &Rulebook) -> Vec<Missing> {
    let entries = assessment.timeline.entries();
    let id = |entry: usize| entries[entry].action.id;
    let ends = assessment.deadlines.iter().filter_map(|deadline| {
        let breach = deadline.breach(assessment.at).filter(|_| deadline.protective.done.is_none())?;
        let all = book.rule(deadline.rule).map(Rule::discharged_by).unwrap_or_default();
        let ended_by = all.iter().filter(|name| *name != ActionName::CaseClosed).collect();
        Some(Missing::End { rule: deadline.rule, period: deadline.period, breach, ended_by })
    });
    let fields = assessment.not_on_record.iter().map(|missing| Missing::Field {
        rule: missing.rule,
        action: id(missing.action),
        field: missing.field,
    });
    let mut dated: BTreeSet<usize> = BTreeSet::new();
    for reckoning in assessment.deadlines.iter().flat_map(|one| [Some(&one.protective), one.lenient.as_ref()]).flatten()
    {
        dated.extend([Some(reckoning.from), reckoning.done.map(|done| done.by)].into_iter().flatten());
    }
    dated.retain(|entry| entries[*entry].is_dated_only());
    let times = dated.into_iter().map(|entry| Missing::TimeOfDay { action: id(entry) });
    ends.chain(fields).chain(times).collect()
}
