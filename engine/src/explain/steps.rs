//! The steps behind a deadline, read off the breakdown that the rules left.

use super::Step;
use crate::action::{Action, ActionName};
use crate::assess::Assessment;
use crate::breach::Breach;
use crate::calendar::{self, DAYS_OF_A_SHORT_MONTH, Instant};
use crate::limits::{Deadline, Done, Reckoning, Turn};
use crate::rulebook::rule::{Counting, Limit};
use crate::rulebook::{Choices, DecisionFrom, FirstDay, Month, Period, Reading, Rule, RuleId, Rulebook};

/// The steps behind a deadline at the assessment's instant: the fact that opened it, both readings' arithmetic,
/// what discharged it, how it stands.
pub fn deadline(assessment: &Assessment<'_>, deadline: &Deadline, book: &Rulebook) -> Vec<Step> {
    steps_of(assessment, deadline, book, |_| ())
}

/// As [`deadline`], for a notice: of a remand's end also what may still be done.
pub fn notice(assessment: &Assessment<'_>, deadline: &Deadline, book: &Rulebook) -> Vec<Step> {
    steps_of(assessment, deadline, book, |steps| {
        let limit = steps.limit(deadline.rule);
        if limit.is_some_and(|limit| matches!(limit.counting, Counting::RemandTerm { .. })) {
            steps.what_may_still_be_done(deadline);
        }
    })
}

fn steps_of(
    assessment: &Assessment<'_>,
    deadline: &Deadline,
    book: &Rulebook,
    more: impl FnOnce(&mut Steps<'_, '_>),
) -> Vec<Step> {
    let book = book.on(assessment.timeline.entries()[deadline.first_opened_by].first);
    let mut steps = Steps { assessment, book, found: Vec::with_capacity(8) };
    let opening = steps.action(deadline.opened_by);
    steps.push("fact", [opening.at.to_string(), opening.name.to_string()]);
    steps.both_readings(deadline);
    steps.discharge(deadline);
    steps.standing(deadline);
    more(&mut steps);
    if deadline.breach(assessment.at) == Some(Breach::Arguable) {
        steps.questions(deadline.rule, deadline.opened_by);
    }
    steps.found
}

/// The steps as they are found.
pub(super) struct Steps<'t, 'a> {
    pub assessment: &'t Assessment<'a>,
    pub book: &'t Rulebook,
    pub found: Vec<Step>,
}

impl<'a> Steps<'_, 'a> {
    pub fn push<const N: usize>(&mut self, key: &'static str, values: [String; N]) {
        self.found.push(Step::new(key, values.into()));
    }

    fn limit(&self, rule: RuleId) -> Option<&Limit> {
        self.book.rule(rule).and_then(Rule::as_limit)
    }

    pub fn action(&self, entry: usize) -> &'a Action {
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
                let from_request = |limit: &Limit| {
                    matches!(limit.counting, Counting::ReleaseDecision { .. })
                        && choices.decision_from == DecisionFrom::Request
                };
                let key = match self.limit(rule) {
                    Some(limit) if limit.at_once => "at-once",
                    Some(limit) if from_request(limit) => "from-request",
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
        let extension = match self.limit(rule).map(|limit| limit.counting) {
            Some(Counting::Investigation { extension, .. }) => extension.into(),
            Some(Counting::RemandTerm { extension, .. }) => extension.into(),
            _ => reckoning.period,
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
            Turn::FromNext { by, period, start, due } => {
                let opinion = self.action(by).name == ActionName::ReleaseOpinionGiven;
                let key = if opinion { "from-opinion" } else { "from-receipt" };
                self.push(key, [start.to_string(), period.to_string(), due.to_string()]);
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
            let names = self.book.rule(deadline.rule).map(Rule::discharged_by).unwrap_or_default();
            let actions: Vec<&str> = names.iter().map(ActionName::word).collect();
            if !actions.is_empty() {
                self.push("ended-by", [actions.join(",")]);
            }
        }
    }

    /// What discharged a limit, `over` seconds after its end: under one reading, or under both.
    fn discharged(&mut self, reading: Option<Reading>, by: usize, over: i64) {
        let action = self.action(by);
        let (name, at) = (action.name.to_string(), action.at.to_string());
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

    /// The questions on which the readings part for a rule at an entry, with the answer of each.
    pub fn questions(&mut self, rule: RuleId, entry: usize) {
        let Some(rule) = self.book.rule(rule) else { return };
        let grown = !rule.after_eighteen && self.assessment.timeline.is_grown(self.book, Reading::Lenient, entry);
        for (question, answers) in self.book.answers() {
            let bears_on = if question.name == CHILD_WHILE { grown } else { self.book.bears_on(rule, &question.name) };
            if bears_on && answers.protective != answers.lenient {
                let answers = [answers.protective, answers.lenient].map(str::to_owned);
                let [protective, lenient] = answers;
                self.push("question", [question.name.clone(), protective, lenient]);
            }
        }
    }
}

/// The question that is asked of every rule, at an action that comes after the child's eighteenth birthday.
const CHILD_WHILE: &str = "child_while";
