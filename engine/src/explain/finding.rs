//! The steps behind a finding: the facts of the case that the condition looks at, and the fields of its action.

use std::borrow::Cow;

use super::Step;
use super::looks_at::fields_of;
use super::steps::Steps;
use crate::action::{Action, ActionName, Penalty, What};
use crate::assess::Assessment;
use crate::breach::Breach;
use crate::calendar::Instant;
use crate::json::Json;
use crate::rulebook::{AgeAt, RuleId, Rulebook};
use crate::timeline::Names;

/// The steps behind a finding, or behind what is not on record: the fact, what the law asks, what is on record
/// with it, under which readings it fails.
pub fn finding(assessment: &Assessment<'_>, rule: RuleId, entry: usize, book: &Rulebook) -> Vec<Step> {
    let mut steps = Steps { assessment, book, found: Vec::with_capacity(8) };
    let action = steps.action(entry);
    steps.push("finding-fact", [action.at.to_string(), action.name().to_string()]);
    steps.push("finding-asks", []);
    steps.circumstances(rule, entry);
    steps.fields(rule, action);
    match assessment.finding(rule, entry).map(|finding| finding.breach) {
        Some(Breach::Certain) => steps.push("fails-both", []),
        Some(Breach::Arguable) => {
            steps.push("fails-protective", []);
            if steps.readings_part(rule, entry) {
                steps.questions(rule);
            }
        }
        None => {}
    }
    steps.found
}

impl Steps<'_, '_> {
    /// Whether the readings part over a finding by their answers, and not because the lenient one doesn't test it.
    fn readings_part(&self, rule: RuleId, entry: usize) -> bool {
        let timeline = &self.assessment.timeline;
        match rule {
            RuleId::AgeOfResponsibility => {
                let [earliest, latest] = timeline.committed();
                timeline.birth_date().is_some() && earliest != latest
            }
            RuleId::DiversionFirst | RuleId::CustodyGrounds | RuleId::ArrestGrounds | RuleId::RemandGrounds => {
                let Penalty { min, max } = timeline.gravest_before(entry).penalty_months;
                let from = u64::from(self.book.numbers.grave_penalty_months);
                min < from && max >= from
            }
            _ => true,
        }
    }

    /// The facts of the case that a condition looks at beyond the action itself.
    fn circumstances(&mut self, rule: RuleId, entry: usize) {
        let timeline = &self.assessment.timeline;
        match rule {
            RuleId::AgeOfResponsibility => self.age(),
            RuleId::DiversionFirst
            | RuleId::CustodyGrounds
            | RuleId::ArrestGrounds
            | RuleId::ArrestOrder
            | RuleId::RemandGrounds
            | RuleId::RemandMinorOffence
            | RuleId::ProvisionalReleaseCrime
            | RuleId::ImprisonmentLastResort => {
                let offence = timeline.gravest_before(entry);
                let serious = if offence.serious { "yes" } else { "no" };
                let penalty = format!("{}-{}mo", offence.penalty_months.min, offence.penalty_months.max);
                self.push("finding-offence", [offence.class.to_string(), serious.to_owned(), penalty]);
            }
            RuleId::ThreeSummonses => self.summonses(entry),
            RuleId::CustodyDutiesRightsTold => self.push("finding-none-before", [ActionName::RightsTold.to_string()]),
            RuleId::CustodyDutiesParentsNotified => {
                self.push("finding-none-before", [ActionName::ParentsNotified.to_string()]);
            }
            RuleId::CustodyDutiesMedicalCheck => {
                self.push("finding-none-before", [ActionName::MedicalCheck.to_string()]);
            }
            RuleId::InvestigationExtensionAgreed => self.extended(RuleId::Investigation30d, entry),
            RuleId::RemandExtensionLate => {
                if self.assessment.extension_number(entry).is_none() {
                    self.push("finding-no-remand", []);
                } else {
                    self.extended(RuleId::RemandTerm, entry);
                }
            }
            RuleId::RemandExtensionPastCap => {
                if let (Some(number), Some(months)) =
                    (self.assessment.extension_number(entry), self.assessment.cap_before(entry))
                {
                    self.push("finding-past-cap", [number.to_string(), months.to_string()]);
                }
            }
            RuleId::RemandExtensionGround => {
                if let Some(ordered) = timeline.find(Names::of(&[ActionName::ProsecutionOrdered]), 0, entry) {
                    let ordered = &timeline.entries()[ordered];
                    self.push("finding-after", [ordered.name.to_string(), ordered.action.at.to_string()]);
                }
            }
            _ => {}
        }
    }

    /// Art. 50, without the birth date.
    fn age(&mut self) {
        let timeline = &self.assessment.timeline;
        if timeline.birth_date().is_none() {
            let responsible = u64::from(self.book.numbers.responsible_age);
            match timeline.age_years() {
                Some(stated) if stated < responsible => self.push("finding-age-stated", []),
                _ => self.push("not-recorded", ["child.birth_date".to_owned()]),
            }
            return;
        }
        let [earliest, latest] = timeline.committed();
        let tested = if self.book.protective.age_at == AgeAt::EarliestOffence { earliest } else { latest };
        self.push("finding-age", [Instant::last_of(tested).to_string()[..10].to_owned()]);
    }

    fn summonses(&mut self, entry: usize) {
        let entries = self.assessment.timeline.entries();
        let What::BroughtIn { authority: by, .. } = &entries[entry].action.what else { return };
        let before = || entries[..entry].iter().map(|entry| &entry.action.what);
        let served = before().filter(|what| matches!(what, What::SummonsServed { .. })).count();
        let missed =
            before().filter(|what| matches!(what, What::SummonsMissed { authority, reason: None } if authority == by));
        self.push("finding-summonses", [served.to_string(), missed.count().to_string()]);
    }

    /// The end of the period that an extension extends, by the protective reading.
    fn extended(&mut self, rule: RuleId, entry: usize) {
        let Some(last) = self.assessment.last_before(rule, entry) else { return };
        let made = self.assessment.timeline.entries()[entry].discharges(&self.book.protective);
        if made > last.earliest() {
            self.push("finding-after-end", [last.earliest().to_string()]);
        }
    }

    /// What is on record with the action of the fields that the rule looks at, and what is not.
    fn fields(&mut self, rule: RuleId, action: &Action) {
        let Json::Object(pairs) = action.to_json() else { return };
        for &field in fields_of(rule) {
            match on_record(&pairs, field) {
                Some(value) => self.push("recorded", [field.to_owned(), value]),
                None => self.push("not-recorded", [field.to_owned()]),
            }
        }
    }
}

/// The value of a field as codes: words joined by commas, `yes`, `no`, `none`; none if it was left out.
fn on_record(pairs: &[(Cow<'_, str>, Json<'_>)], field: &str) -> Option<String> {
    let (name, inner) = field.split_once('.').map_or((field, None), |(name, inner)| (name, Some(inner)));
    let (_, value) = pairs.iter().find(|(key, _)| key == name)?;
    match (value, inner) {
        (Json::Object(pairs), Some(inner)) => on_record(pairs, inner),
        (Json::Object(pairs), None) => on_record(pairs, "by"),
        (Json::Bool(value), _) => Some(if *value { "yes" } else { "no" }.to_owned()),
        (Json::Number(number), _) => Some(number.to_string()),
        (Json::Text(word), _) => Some(word.clone().into_owned()),
        (Json::List(items), _) if !items.is_empty() => {
            let words = items.iter().filter_map(|item| if let Json::Text(word) = item { Some(&**word) } else { None });
            let mut once: Vec<&str> = Vec::new();
            words.for_each(|word| {
                if !once.contains(&word) {
                    once.push(word);
                }
            });
            Some(once.join(","))
        }
        _ => Some("none".to_owned()),
    }
}
