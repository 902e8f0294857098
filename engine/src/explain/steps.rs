//! The steps of a deadline and of a finding, read off the breakdown that the rules left.

use std::borrow::Cow;

use super::Step;
use super::looks_at::{bears_on, fields_of};
use crate::action::{Action, ActionName, Penalty, What};
use crate::alert::Stage;
use crate::assess::Assessment;
use crate::breach::Breach;
use crate::calendar::{self, DAYS_OF_A_SHORT_MONTH, Instant};
use crate::json::Json;
use crate::limits::{Deadline, Done, Reckoning, Turn, discharged_by};
use crate::rulebook::{AgeAt, Choices, DecisionFrom, FirstDay, Month, Period, Reading, RuleId, Rulebook};
use crate::timeline::Names;

/// The steps behind a deadline at the assessment's instant: the fact that opened it, both readings' arithmetic,
/// what discharged it, how it stands; for a notice of the remand's end also what may still be done.
pub fn deadline(assessment: &Assessment<'_>, deadline: &Deadline, book: &Rulebook, stage: Stage) -> Vec<Step> {
    let mut steps = Steps { assessment, book, found: Vec::with_capacity(8) };
    let opening = steps.action(deadline.opened_by);
    steps.push("fact", [opening.at.to_string(), opening.name().to_string()]);
    steps.both_readings(deadline);
    steps.discharge(deadline);
    steps.standing(deadline);
    if let (RuleId::RemandTerm, Stage::Notice(_)) = (deadline.rule, stage) {
        steps.what_may_still_be_done(deadline);
    }
    if deadline.breach(assessment.at) == Some(Breach::Arguable) {
        steps.questions(deadline.rule);
    }
    steps.found
}

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

struct Steps<'t, 'a> {
    assessment: &'t Assessment<'a>,
    book: &'t Rulebook,
    found: Vec<Step>,
}

impl<'a> Steps<'_, 'a> {
    fn push<const N: usize>(&mut self, key: &'static str, values: [String; N]) {
        self.found.push(Step::new(key, values.into()));
    }

    fn action(&self, entry: usize) -> &'a Action {
        self.assessment.timeline.entries()[entry].action
    }

    /// Both readings' arithmetic: once where they agree, else one behind the other.
    fn both_readings(&mut self, deadline: &Deadline) {
        let protective = self.arithmetic(deadline.rule, Reading::Protective, &deadline.protective);
        let Some(reckoned) = &deadline.lenient else {
            self.start(Some(Reading::Protective), &deadline.protective);
            self.found.extend(protective);
            self.push("no-limit", [Reading::Lenient.to_string()]);
            return;
        };
        let lenient = self.arithmetic(deadline.rule, Reading::Lenient, reckoned);
        let beginning = |reckoning: &Reckoning| (reckoning.from, reckoning.start, reckoning.due);
        if beginning(&deadline.protective) == beginning(reckoned) && protective == lenient {
            self.start(None, &deadline.protective);
            self.found.extend(protective);
            self.push("readings-agree", []);
            return;
        }
        self.start(Some(Reading::Protective), &deadline.protective);
        self.found.extend(protective);
        self.start(Some(Reading::Lenient), reckoned);
        self.found.extend(lenient);
    }

    /// From what the time runs: under one reading, or under both.
    fn start(&mut self, reading: Option<Reading>, reckoning: &Reckoning) {
        let entry = &self.assessment.timeline.entries()[reckoning.from];
        let name = entry.name.to_string();
        let start = reckoning.start.to_string();
        let date = entry.action.at.to_string();
        match (reading.map(|reading| reading.to_string()), entry.is_dated_only()) {
            (Some(reading), true) => self.push("start-date-only", [reading, name, date, start]),
            (Some(reading), false) => self.push("start", [reading, name, start]),
            (None, true) => self.push("start-both-date-only", [name, date, start]),
            (None, false) => self.push("start-both", [name, start]),
        }
    }

    /// The steps from the start to the end under a reading.
    fn arithmetic(&mut self, rule: RuleId, reading: Reading, reckoning: &Reckoning) -> Vec<Step> {
        let before = self.found.len();
        self.period(rule, self.book.choices(reading), reckoning);
        for turn in &reckoning.turns {
            self.turn(rule, reckoning, *turn);
        }
        self.found.split_off(before)
    }

    /// The plain counting, before any turn.
    fn period(&mut self, rule: RuleId, choices: &Choices, reckoning: &Reckoning) {
        let Reckoning { start, period, .. } = *reckoning;
        let due = calendar::due(start, period, choices.first_day, choices.month).to_string();
        let (from, amount) = (start.to_string(), period.to_string());
        let counted = choices.first_day == FirstDay::Counted;
        match period {
            Period::Hours(_) | Period::Minutes(_) => {
                let key = match rule {
                    RuleId::ParentsNotified | RuleId::ReleaseAtOnce => "at-once",
                    RuleId::ReleaseDecision24h if choices.decision_from == DecisionFrom::Request => "from-request",
                    _ => "hours",
                };
                self.push(key, [from, amount, due]);
            }
            Period::Days(_) => {
                self.push(if counted { "days-counted" } else { "days-not-counted" }, [from, amount, due]);
            }
            Period::Months(n) if choices.month == Month::Shorter => {
                let by_calendar = calendar::calendar_months_on(start.date(), n, choices.first_day);
                let by_thirty = calendar::days_on(start.date(), n * DAYS_OF_A_SHORT_MONTH, choices.first_day);
                let dates = [by_calendar, by_thirty].map(|date| Instant::last_of(date).to_string()[..10].to_owned());
                let [by_calendar, by_thirty] = dates;
                let key = if counted { "months-shorter-counted" } else { "months-shorter-not-counted" };
                self.push(key, [from, amount, by_calendar, by_thirty, due]);
            }
            Period::Months(_) => {
                self.push(if counted { "months-counted" } else { "months-not-counted" }, [from, amount, due]);
            }
        }
    }

    fn turn(&mut self, rule: RuleId, reckoning: &Reckoning, turn: Turn) {
        let numbers = &self.book.numbers;
        let extension = match rule {
            RuleId::Investigation30d => numbers.investigation_extension,
            _ => numbers.remand_extension,
        };
        match turn {
            Turn::UsedBefore { seconds } => {
                let left = (calendar::seconds(reckoning.period).unwrap_or(0) - seconds).max(0);
                self.push("used-before", [format!("{seconds}s"), format!("{left}s")]);
            }
            Turn::Chained { start, due } => {
                self.push("chained", [start.to_string(), extension.to_string(), due.to_string()]);
            }
            Turn::Anew { start, due } => self.push("anew", [start.to_string(), extension.to_string(), due.to_string()]),
            Turn::GoesOn { due } => self.push("goes-on", [extension.to_string(), due.to_string()]),
            Turn::CapUsed { days, due } => self.push("cap-used", [days.to_string(), due.to_string()]),
            Turn::CapChanged { by, months, due } => {
                self.push("cap-changed", [self.action(by).at.to_string(), months.to_string(), due.to_string()]);
            }
            Turn::CapKept { by, due } => self.push("cap-kept", [self.action(by).at.to_string(), due.to_string()]),
            Turn::CapBound { by, due } => self.push("cap-bound", [self.action(by).at.to_string(), due.to_string()]),
            Turn::FromReceipt { start, due, .. } => {
                self.push("from-receipt", [start.to_string(), numbers.release_decision.to_string(), due.to_string()]);
            }
            Turn::Raised { due } => self.push("raised", [due.to_string()]),
        }
    }

    /// What discharged the limit; "no end is on record" where nothing did, for that may be all that is wrong.
    fn discharge(&mut self, deadline: &Deadline) {
        let lenient = deadline.lenient.as_ref();
        let discharged =
            |reckoning: &Reckoning| reckoning.done.map(|Done { by, at }| (by, at.since(reckoning.due).max(0)));
        let by_protective = discharged(&deadline.protective);
        if let Some((by, over)) = by_protective.filter(|_| lenient.and_then(discharged) == by_protective) {
            self.discharged(None, by, over);
            return;
        }
        for (reading, done) in [(Reading::Protective, by_protective), (Reading::Lenient, lenient.and_then(discharged))]
        {
            if let Some((by, over)) = done {
                self.discharged(Some(reading), by, over);
            }
        }
        let undone = |reading: Option<&Reckoning>| reading.is_none_or(|reading| reading.done.is_none());
        if undone(Some(&deadline.protective)) && undone(deadline.lenient.as_ref()) {
            self.push("not-done", []);
            let actions: Vec<&str> = discharged_by(deadline.rule).iter().map(|action| action.word()).collect();
            self.push("ended-by", [actions.join(",")]);
        }
    }

    /// What discharged a limit, `over` seconds after its end: under one reading, or under both.
    fn discharged(&mut self, reading: Option<Reading>, by: usize, over: i64) {
        let action = self.action(by);
        let (name, at) = (action.name().to_string(), action.at.to_string());
        match (reading.map(|reading| reading.to_string()), over) {
            (Some(reading), 0) => self.push("done-in-time", [reading, name, at]),
            (None, 0) => self.push("done-in-time-both", [name, at]),
            (Some(reading), over) => self.push("done-late", [reading, name, at, format!("{over}s")]),
            (None, over) => self.push("done-late-both", [name, at, format!("{over}s")]),
        }
    }

    fn standing(&mut self, deadline: &Deadline) {
        let at = self.assessment.at;
        let earliest = deadline.earliest();
        match (deadline.breach(at), deadline.latest()) {
            (Some(Breach::Certain), Some(latest)) if latest == earliest => {
                self.push("breach-certain-both", [earliest.to_string()]);
            }
            (Some(Breach::Certain), Some(latest)) => {
                self.push("breach-certain", [earliest.to_string(), latest.to_string()]);
            }
            (Some(_), Some(latest)) => self.push("breach-arguable", [earliest.to_string(), latest.to_string()]),
            (Some(_), None) => self.push("breach-arguable-no-latest", [earliest.to_string()]),
            (None, latest) if deadline.protective.done.is_none() => {
                let key = if latest == Some(earliest) { "running-both" } else { "running" };
                let left = earliest.since(at).max(0);
                self.push(key, [earliest.to_string(), format!("{left}s")]);
            }
            (None, _) => {}
        }
    }

    /// The last lawful day to order an extension, and how many the cap leaves, both by the protective reading.
    fn what_may_still_be_done(&mut self, deadline: &Deadline) {
        let date = deadline.earliest().to_string()[..10].to_owned();
        match self.assessment.extensions_left(deadline, self.book) {
            None => self.push("remand-no-cap", [date]),
            Some(0) => self.push("remand-none-left", [date]),
            Some(left) => self.push("remand-extensions-left", [date, left.to_string()]),
        }
    }

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

    /// The questions on which the readings part for a rule, with the answer of each.
    fn questions(&mut self, rule: RuleId) {
        let protective = self.book.protective.answers();
        let lenient = self.book.lenient.answers();
        for ((question, protective), (_, lenient)) in protective.into_iter().zip(lenient) {
            if protective != lenient && bears_on(rule, question) {
                self.push("question", [question.to_owned(), protective.to_owned(), lenient.to_owned()]);
            }
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
