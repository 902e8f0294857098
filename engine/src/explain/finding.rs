//! The steps behind a finding: the facts of the case that the condition looks at, and the fields of its action.

use std::borrow::Cow;

use super::Step;
use super::steps::Steps;
use crate::action::describe::is_word;
use crate::action::{Action, ActionName, Names};
use crate::assess::Assessment;
use crate::breach::Breach;
use crate::calendar::Instant;
use crate::facts::Facts;
use crate::json::Json;
use crate::rulebook::rule::{Check, Condition, Procedure};
use crate::rulebook::test::Test;
use crate::rulebook::{AgeAt, Reading, Rule, RuleId, Rulebook};

/// The steps behind a finding, or behind what is not on record: the fact, what the law asks, what is on record
/// with it, under which readings it fails.
pub fn finding(assessment: &Assessment<'_>, rule: RuleId, entry: usize, book: &Rulebook) -> Vec<Step> {
    let book = book.on(assessment.timeline.entries()[entry].first);
    let mut steps = Steps { assessment, book, found: Vec::with_capacity(8) };
    let action = steps.action(entry);
    steps.push("finding-fact", [action.at.to_string(), action.name.to_string()]);
    steps.push("finding-asks", []);
    steps.circumstances(rule, entry);
    steps.fields(rule, action);
    match assessment.finding(rule, entry).map(|finding| finding.breach) {
        Some(Breach::Certain) => steps.push("fails-both", []),
        Some(Breach::Arguable) => {
            steps.push("fails-protective", []);
            if steps.readings_part(rule, entry) {
                steps.questions(rule, entry);
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
        let Some(rule) = self.book.rule(rule) else { return false };
        if !rule.after_eighteen && timeline.is_grown(self.book, Reading::Lenient, entry) {
            return true;
        }
        match rule.as_condition().map(|condition| &condition.check) {
            Some(Check::AgeOfResponsibility { .. }) => {
                let [earliest, latest] = timeline.committed_before(entry);
                timeline.age_by_birth().is_some() && earliest != latest
            }
            Some(Check::Written { fails, .. }) => {
                let facts = Facts::at(timeline, self.book, entry, fails);
                facts.outcome_by_answers(fails, Reading::Lenient) != facts.outcome(fails, Reading::Protective)
            }
            _ => true,
        }
    }

    /// The facts of the case that a condition looks at beyond the action itself.
    fn circumstances(&mut self, rule: RuleId, entry: usize) {
        let Some(Condition { check, .. }) = self.book.rule(rule).and_then(Rule::as_condition) else { return };
        match check {
            Check::Written { fails, .. } => self.written(fails, entry),
            Check::AgeOfResponsibility { years } => self.age(*years, entry),
            Check::ThreeSummonses { .. } => self.summonses(entry),
            Check::InvestigationExtension => {
                self.extended(Procedure::Investigation, entry);
            }
            Check::RemandExtensionLate => {
                if self.assessment.extension_number(entry).is_none() {
                    self.push("finding-no-remand", []);
                } else {
                    self.extended(Procedure::RemandTerm, entry);
                }
            }
            Check::RemandExtensionPastCap => {
                if let (Some(number), Some(months)) =
                    (self.assessment.extension_number(entry), self.assessment.cap_before(entry))
                {
                    self.push("finding-past-cap", [number.to_string(), months.to_string()]);
                }
            }
        }
    }

    /// The facts that a test asks for beyond the action itself, each once.
    fn written(&mut self, fails: &Test, entry: usize) {
        let timeline = &self.assessment.timeline;
        let facts = Facts::at(timeline, self.book, entry, fails);
        let before = self.found.len();
        fails.visit(&mut |test| match test {
            Test::Class(_) | Test::Serious | Test::Penalty { .. } => {
                let offence = timeline.gravest_before(entry);
                let serious = if offence.serious { "yes" } else { "no" };
                let penalty = format!("{}-{}mo", offence.penalty_months.min, offence.penalty_months.max);
                self.push("finding-offence", [offence.class.to_string(), serious.to_owned(), penalty]);
            }
            Test::Before { watch, in_episode, .. } => {
                let names = self.book.watches()[*watch].names;
                if let Some(found) =
                    facts.last_passed(*watch).filter(|_| facts.outcome(test, Reading::Protective) == Some(true))
                {
                    self.on_record("finding-found", found);
                } else if *in_episode {
                    self.none("finding-none-before", "finding-none-since", names);
                } else if let Some(last) = timeline.last_before(entry, names) {
                    self.on_record("finding-last", last);
                } else {
                    self.none("finding-none-of", "finding-none-of", names);
                }
            }
            Test::LastOf { watch, .. } => match facts.last_passed(*watch) {
                Some(last) => self.on_record("finding-last", last),
                None => self.none("finding-none-of", "finding-none-of", self.book.watches()[*watch].names),
            },
            _ => {}
        });
        let mut once: Vec<Step> = Vec::new();
        for step in self.found.split_off(before) {
            if !once.contains(&step) {
                once.push(step);
            }
        }
        self.found.extend(once);
    }

    fn on_record(&mut self, key: &'static str, entry: usize) {
        let action = self.action(entry);
        self.push(key, [action.name.to_string(), action.at.to_string()]);
    }

    /// That none of these actions is on record: in one key's words for a single one, in the other's for several.
    fn none(&mut self, single: &'static str, several: &'static str, names: Names) {
        let words: Vec<&str> = names.iter().map(ActionName::word).collect();
        self.push(if words.len() == 1 { single } else { several }, [words.join(",")]);
    }

    /// Art. 50, without the birth date.
    fn age(&mut self, years: u32, entry: usize) {
        let timeline = &self.assessment.timeline;
        let [earliest, latest] = timeline.committed_before(entry);
        if timeline.age_by_birth().is_none() {
            match timeline.age().and_then(|age| age.years_at(earliest)) {
                Some(stated) if stated < u64::from(years) => self.push("finding-age-stated", []),
                _ => self.push("not-recorded", ["child.birth_date".to_owned()]),
            }
            return;
        }
        let tested =
            if self.book.choices(Reading::Protective).age_at == AgeAt::EarliestOffence { earliest } else { latest };
        self.push("finding-age", [Instant::last_of(tested).to_string()[..10].to_owned()]);
    }

    fn summonses(&mut self, entry: usize) {
        let entries = self.assessment.timeline.entries();
        let by = entries[entry].action.word("authority");
        let before = || entries[..entry].iter().map(|entry| entry.action);
        let served = before().filter(|action| action.name == ActionName::SummonsServed).count();
        let missed = before().filter(|action| {
            action.name == ActionName::SummonsMissed && action.is_null("reason") && action.word("authority") == by
        });
        self.push("finding-summonses", [served.to_string(), missed.count().to_string()]);
    }

    /// The end of the period that an extension extends, by the protective reading.
    fn extended(&mut self, counted: Procedure, entry: usize) {
        let Some((rule, _)) = self.book.counted(counted) else { return };
        let Some(last) = self.assessment.last_before(rule.id, entry) else { return };
        let made = self.assessment.timeline.entries()[entry].discharges(self.book.choices(Reading::Protective));
        if made > last.earliest() {
            self.push("finding-after-end", [last.earliest().to_string()]);
        }
    }

    /// What is on record with the action of the fields that the rule looks at, and what is not.
    fn fields(&mut self, rule: RuleId, action: &Action) {
        let Json::Object(pairs) = action.to_json() else { return };
        for field in self.book.rule(rule).map(Rule::fields).unwrap_or_default() {
            match on_record(&pairs, field) {
                Some(value) => self.push("recorded", [field.to_owned(), value]),
                None => self.push("not-recorded", [field.to_owned()]),
            }
        }
    }
}

/// The value of a field as codes: words joined by commas, a number, `yes`, `no`, `none`; none if it was left out. A free
/// text, a date, an office or an object is only said to be there (`yes`): steps are published, and hold nothing personal.
fn on_record(pairs: &[(Cow<'_, str>, Json<'_>)], field: &str) -> Option<String> {
    let (name, inner) = field.split_once('.').map_or((field, None), |(name, inner)| (name, Some(inner)));
    let (_, value) = pairs.iter().find(|(key, _)| key == name)?;
    let there = || "yes".to_owned();
    match (value, inner) {
        (Json::Object(pairs), Some(inner)) => on_record(pairs, inner),
        (Json::Object(pairs), None) => Some(on_record(pairs, "by").unwrap_or_else(there)),
        (Json::Bool(value), _) => Some(if *value { "yes" } else { "no" }.to_owned()),
        (Json::Number(number), _) => Some(number.to_string()),
        (Json::Text(word), _) if is_word(word) => Some(word.clone().into_owned()),
        (Json::Text(_) | Json::Withheld, _) => Some(there()),
        (Json::List(items), _) if !items.is_empty() => {
            let mut once: Vec<&str> = Vec::new();
            for item in items {
                let Json::Text(word) = item else { return Some(there()) };
                if !once.contains(&&**word) {
                    once.push(word);
                }
            }
            Some(once.join(","))
        }
        _ => Some("none".to_owned()),
    }
}
