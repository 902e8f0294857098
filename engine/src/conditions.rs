//! The conditions. Each is tested on every action of its kinds, against the case as it stood before the action. Most are
//! written in the rulebook whole; the five that count in a way of their own are here.
//!
//! Invariant: a field that was left out is unknown, and unknown is not a failure. A failure under the protective reading
//! alone is arguable, one under both readings is certain, and one under the lenient reading alone is no finding.

use chrono::NaiveDate;

use crate::breach::Breach;
use crate::facts::{Facts, authority, left_out};
use crate::limits::{Limits, Under, remand_around, starts_anew};
use crate::rulebook::rule::{Check, Procedure};
use crate::rulebook::test::Outcome;
use crate::rulebook::{AgeAt, OfAction, Prepared, Reading, Readings, Role, Rule, RuleId, Summonses};

/// A condition that fails for an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// The entry of the timeline that was tested.
    pub action: usize,
    /// How sure the failure is: under the protective reading alone, or under both.
    pub breach: Breach,
    /// Who owes the duty.
    pub owed_by: Role,
}

/// A field that is not on record although the outcome of a condition depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotOnRecord {
    /// The rule.
    pub rule: RuleId,
    /// The entry of the timeline that was tested.
    pub action: usize,
    /// The field's name, with a dot inside an object.
    pub field: &'static str,
    /// Who owes the duty.
    pub owed_by: Role,
}

/// What testing the conditions found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) findings: Vec<Finding>,
    pub(crate) not_on_record: Vec<NotOnRecord>,
}

impl Found {
    /// Brings into order what was found under several rulebooks.
    pub(crate) fn sort(&mut self) {
        self.findings.sort_by_key(|finding| (finding.action, finding.rule));
        self.not_on_record.sort_by_key(|missing| (missing.action, missing.rule, missing.field));
    }
}

/// Tests the conditions that are asked of the action under test, by rule.
pub(crate) fn test(asked: &OfAction, facts: &Facts<'_>, limits: &Limits, found: &mut Found) {
    let mut tester = Tester { facts, limits, found };
    for condition in &asked.conditions {
        let outcome = asked.outcomes(condition, &facts.answers);
        if outcome != PASSES {
            tester.test(condition, outcome);
        }
    }
}

/// A condition passes under both readings.
const PASSES: Readings<Outcome> = Readings { protective: Some(false), lenient: Some(false) };

/// One action under test.
struct Tester<'t, 'f> {
    facts: &'t Facts<'f>,
    limits: &'t Limits,
    found: &'t mut Found,
}

impl Tester<'_, '_> {
    /// Records what a condition with this outcome of its test finds, if the condition is asked at all.
    fn test(&mut self, prepared: &Prepared, outcome: Readings<Outcome>) {
        let (timeline, book, entry) = (self.facts.timeline, self.facts.book, self.facts.index);
        let rule = book.prepared(prepared);
        if !rule.holds.contain(timeline.entries()[entry].first) {
            return;
        }
        let outcome = Readings::each(|reading| match outcome[reading] {
            _ if !rule.after_eighteen && timeline.is_grown(book, reading, entry) => Some(false),
            Some(true) if !prepared.is_written => self.fails_by_procedure(rule, reading),
            written => written,
        });
        if outcome != PASSES {
            self.record(prepared, rule, outcome);
        }
    }

    fn record(&mut self, prepared: &Prepared, rule: &Rule, outcome: Readings<Outcome>) {
        let (facts, at) = (self.facts, self.facts.index);
        let owed_by = facts.owed_by(&rule.owed_by);
        if outcome.protective == Some(true) {
            let breach = if outcome.lenient == Some(true) { Breach::Certain } else { Breach::Arguable };
            self.found.findings.push(Finding { rule: rule.id, action: at, breach, owed_by });
        }
        if outcome.protective.is_none() || outcome.lenient.is_none() {
            let action = facts.timeline.entries()[at].action;
            let birth_date = (!prepared.is_written).then_some("child.birth_date");
            let missing = prepared.fields.iter().filter_map(|field| left_out(field, action)).chain(birth_date);
            for field in missing {
                let missing = NotOnRecord { rule: rule.id, action: at, field, owed_by };
                // Of an object that was left out whole, each field gives its name.
                if self.found.not_on_record.last() != Some(&missing) {
                    self.found.not_on_record.push(missing);
                }
            }
        }
    }

    fn fails_by_procedure(&self, rule: &Rule, reading: Reading) -> Outcome {
        match &rule.as_condition()?.check {
            Check::Written { .. } => None,
            Check::AgeOfResponsibility { years } => self.under_age(*years, reading),
            Check::ThreeSummonses { count } => Some(self.too_few_summonses(*count, reading)),
            Check::InvestigationExtension => Some(self.investigation_extended_wrongly(reading)),
            Check::RemandExtensionLate => Some(self.remand_extended_late(reading)),
            Check::RemandExtensionPastCap => Some(self.remand_extended_past_cap(reading)),
        }
    }

    fn under(&self, reading: Reading) -> Under<'_> {
        Under::of(self.facts.timeline, self.facts.book, reading)
    }

    /// Art. 50: a child under fifteen at the time of the offence is not treated as a criminal offender. By a stated age alone
    /// the failure is never certain.
    fn under_age(&self, years: u32, reading: Reading) -> Outcome {
        let timeline = self.facts.timeline;
        let younger = |at: NaiveDate| timeline.age()?.years_at(at).map(|known| known < u64::from(years));
        let [earliest, latest] = timeline.committed_before(self.facts.index);
        match (timeline.age_by_birth(), reading, self.facts.book.choices(reading).age_at) {
            (None, Reading::Lenient, _) => Some(false),
            (None, Reading::Protective, _) | (Some(_), _, AgeAt::EarliestOffence) => younger(earliest),
            (Some(_), _, AgeAt::LatestOffence) => younger(latest),
        }
    }

    /// Art. 61: "ໄດ້ຮຽກຕົວເດັກ ເຖິງສາມຄັ້ງແລ້ວ ແຕ່ກໍຍັງບໍ່ມາໂດຍບໍ່ມີເຫດຜົນ": the child was summoned three times and
    /// still does not come, without reason.
    fn too_few_summonses(&self, enough: u32, reading: Reading) -> bool {
        let before = &self.facts.summonses;
        match self.facts.book.choices(reading).summonses {
            Summonses::ThreeMissed => {
                let by = authority(self.facts.timeline.entries()[self.facts.index].action);
                before.missed_without_reason.get(by).is_none_or(|missed| *missed < enough)
            }
            Summonses::ThreeServed => {
                (before.served < enough && before.missed < enough) || before.last_missed_with_reason != Some(false)
            }
        }
    }

    /// Art. 59(5): the prosecutor agreed, and the extension was made before the then last period had ended.
    fn investigation_extended_wrongly(&self, reading: Reading) -> bool {
        let Facts { timeline, book, index, .. } = *self.facts;
        let agreed = timeline.entries()[index].action.word("agreed_by").is_some();
        let counted = book.counted(Procedure::Investigation);
        let late = counted.is_some_and(|(rule, limit)| {
            self.limits.last_before(rule.id, index).is_some_and(|last| {
                let under = self.under(reading);
                let passed = last.reckoning(reading).is_some_and(|period| under.discharges(index) > period.due);
                passed && !starts_anew(under, &limit.anew_if, last.opened_by, index)
            })
        });
        !agreed || late
    }

    /// Art. 64: an extension is made before the end of the period that it extends.
    fn remand_extended_late(&self, reading: Reading) -> bool {
        let Facts { book, index, .. } = *self.facts;
        let counted = book.counted(Procedure::RemandTerm);
        let extended = counted.and_then(|(rule, _)| {
            let remand = remand_around(&self.limits.remands, index)?;
            let k = remand.nth_extension(index)?;
            let opened_by = if k == 1 { remand.order } else { remand.extensions[k - 2] };
            self.limits.deadline(rule.id, opened_by, u32::try_from(k - 1).unwrap_or(u32::MAX))
        });
        let Some(extended) = extended else { return true };
        extended.reckoning(reading).is_some_and(|period| self.under(reading).discharges(index) > period.due)
    }

    /// Art. 64: no extension takes a remand past its cap.
    fn remand_extended_past_cap(&self, reading: Reading) -> bool {
        let index = self.facts.index;
        let Some(remand) = remand_around(&self.limits.remands, index) else { return false };
        let Some(k) = remand.nth_extension(index) else { return false };
        remand.cap_before(index)[reading].is_some_and(|months| k + 1 > months as usize)
    }
}
