//! Logs with many open limits: cases without an alert for weeks, and children in custody whose forty-eight hours end at a
//! chosen second.
//!
//! Invariant: every case is recorded action by action under the rulebook, and the assessment counts the open limits.

use std::sync::Arc;

use engine::action::Action;
use engine::assess::assess;
use engine::calendar::Instant;
use engine::rulebook::Rulebook;
use scenarios::generator::Line;
use store::LogStore;

use crate::ours::{Ours, Until};
use crate::setting::{Failure, IN_FLIGHT, Setting, progress};

/// How many cases are made at a time.
const CHUNK: usize = 25_000;

const HOUR: i64 = 3600;
const CUSTODY: i64 = 48 * HOUR;

/// A court, its prosecutor and its investigators, with a log.
pub struct Office {
    store: Arc<dyn LogStore>,
    book: Arc<Rulebook>,
    /// The court of the cases that are recorded from now on.
    pub court: &'static str,
    /// How many cases there are.
    cases: usize,
}

impl Office {
    /// An office with an empty log.
    pub fn new(store: Arc<dyn LogStore>, setting: &Setting) -> Self {
        Self { store, book: Arc::clone(&setting.book), court: "vte-juvenile-court", cases: 0 }
    }

    /// Its log.
    pub const fn store(&self) -> &Arc<dyn LogStore> {
        &self.store
    }

    /// Records cases with at least `limits` open limits, none of which calls for an alert for weeks. Returns how many limits
    /// they have.
    ///
    /// # Errors
    /// If the store fails, or a case has an alert after all.
    pub async fn rest(&mut self, limits: usize, now: i64) -> Result<usize, Failure> {
        let court = self.court;
        let of_each = open_limits(&on_remand(0, court, now), &self.book, now)?;
        let cases = limits.div_ceil(of_each);
        let quiet = self.all_is_delivered().await?;
        self.record(cases, |n| on_remand(n, court, now)).await?;
        if quiet && !self.all_is_delivered().await? {
            return Err("a resting case has an alert; what is measured is the alerts of others".into());
        }
        Ok(cases * of_each)
    }

    /// Records children in custody. The last lawful second of the `n`th child is `last(n)`.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn hold(&mut self, children: usize, now: i64, last: impl Fn(usize) -> i64) -> Result<(), Failure> {
        let (before, court) = (self.cases, self.court);
        self.record(children, |n| in_custody(n, court, now, last(n - before))).await
    }

    /// Records a case with these lines at once.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn give(&self, lines: Vec<Line>) -> Result<(), Failure> {
        let mut ours = Ours::on(Arc::clone(&self.store), &self.book, 1);
        ours.give_at_once(lines);
        ours.run(Until::Recorded).await?;
        Ok(())
    }

    /// Whether every alert is delivered.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn all_is_delivered(&self) -> Result<bool, Failure> {
        Ok(self.store.outbox(store::Position(0), 1).await?.is_empty())
    }

    async fn record(&mut self, cases: usize, case: impl Fn(usize) -> Vec<Line>) -> Result<(), Failure> {
        let end = self.cases + cases;
        while self.cases < end {
            let mut ours = Ours::on(Arc::clone(&self.store), &self.book, IN_FLIGHT);
            let next = end.min(self.cases + CHUNK);
            (self.cases..next).for_each(|n| ours.give_at_once(case(n)));
            ours.run(Until::Recorded).await?;
            self.cases = next;
            progress(&format!("{next} of {end} cases recorded"));
        }
        Ok(())
    }
}

/// How many limits of a case run at `now`.
fn open_limits(lines: &[Line], book: &Rulebook, now: i64) -> Result<usize, Failure> {
    let read = |line: &Line| Action::read(&line.json).map_err(|flaws| format!("{flaws:?}"));
    let actions = lines.iter().map(read).collect::<Result<Vec<_>, String>>()?;
    let assessment = assess(actions.iter(), book, Instant::from_unix(now)).ok_or("a case that is not opened")?;
    Ok(assessment.deadlines.iter().filter(|deadline| deadline.protective.done.is_none()).count())
}

/// Remanded yesterday, under investigation.
fn on_remand(n: usize, court: &str, now: i64) -> Vec<Line> {
    let opened = now - 50 * HOUR;
    let mut case = Case::opened((n, court), opened, opened);
    case.act("investigation_opened", "vte-investigation", opened + HOUR, "");
    let remand = r#","order":{"by":"prosecutor","number":"7"},"necessary":true,"last_resort":true,"grounds":["elements","firm_evidence","flight"]"#;
    case.act("remand_ordered", "vte-prosecutor", now - 24 * HOUR, remand);
    case.lines
}

/// In custody until now, and recorded now.
fn in_custody(n: usize, court: &str, now: i64, last: i64) -> Vec<Line> {
    let taken = last - CUSTODY;
    let mut case = Case::opened((n, court), taken - HOUR / 2, now);
    let place = r#","evidence_firm":true,"necessary":true,"place":{"children_only":true,"sexes_separated":true}"#;
    case.act("custody_started", "vte-investigation", taken, place);
    case.act("parents_notified", "vte-investigation", taken + HOUR / 4, "");
    case.lines
}

struct Case {
    n: usize,
    recorded: i64,
    lines: Vec<Line>,
}

impl Case {
    /// `recorded` is the earliest time at which its lines are recorded.
    fn opened((n, court): (usize, &str), at: i64, recorded: i64) -> Self {
        let mut case = Self { n, recorded, lines: Vec::with_capacity(3) };
        let fields = r#","prosecutor":"vte-prosecutor","investigator":"vte-investigation","child":{"ref":"C1","birth_date":"2010-06-15"},"offences":[{"class":"major","penalty_months":{"min":36,"max":60},"committed_on":"2026-01-20","serious":true}]"#;
        case.act("case_opened", "vte-investigation", at, &format!(r#","court":"{court}"{fields}"#));
        case
    }

    fn act(&mut self, action: &str, by: &str, at: i64, fields: &str) {
        let (n, instant) = (self.n, Instant::from_unix(at));
        let json = format!(r#"{{"case":"VTE-2026-{n:07}","action":"{action}","at":"{instant}","by":"{by}"{fields}}}"#);
        self.lines.push(Line { at: at.max(self.recorded), case: n, json });
    }
}
