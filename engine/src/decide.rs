//! What a command adds to a case: the actions that it may record, and the alerts that they or the time call for.
//!
//! Invariant: the same command twice gives nothing the second time; record time never runs backwards in a stream.

mod admit;
mod cause;
mod difference;
mod doubts;
mod due;
mod limit;
mod most;
mod past;
mod sender;

use std::sync::Arc;

use crate::action::{Action, OfficeCode};
use crate::assess::{Assessment, assess};
use crate::calendar::Instant;
use crate::case::{Case, Event, Fact};
use crate::refusal::{Flaws, reasons};
use crate::rulebook::{Language, Rulebook};

use difference::{Recording, difference};
use most::Most;

pub use admit::{TOLERANCE_SECONDS, Verdict, admit};
pub use doubts::doubts;
pub use sender::admit_from;

/// What is asked of a case.
#[derive(Clone, Debug)]
pub enum Command {
    /// Record actions of this case, all or none.
    Record {
        /// The actions; those already recorded add nothing.
        actions: Vec<Action>,
        /// The office that sends them; none: for each the office that acted.
        by: Option<OfficeCode>,
        /// What our clock says.
        clock: Instant,
        /// What becomes of the alerts.
        alerts: Alerts,
    },
    /// It is now `clock`.
    Now {
        /// What our clock says.
        clock: Instant,
        /// What becomes of the alerts.
        alerts: Alerts,
    },
}

/// What becomes of the alerts that recorded actions call for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alerts {
    /// They are raised, to be published.
    Raised,
    /// They are raised; those on what is over are not published.
    RaisedAsHistory,
    /// They wait: the clock is in doubt.
    HeldBack,
}

/// An action that was to be recorded can't be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", reasons(.0, Language::En))]
pub struct Refused(pub Flaws);

/// How many alerts, settlements and withdrawals one command tells, so that no case holds up another. What doesn't fit is
/// told by the next one, at once: [`Case::next_due`] is then the last record time.
pub const MOST_TOLD: usize = 8_000;

/// What a command adds to the stream, with at most [`MOST_TOLD`] alerts, settlements and withdrawals; as history all.
///
/// # Errors
/// What is wrong with the first action that cannot be recorded; then nothing is.
pub fn decide(case: &Case, book: &Rulebook, command: Command) -> Result<Vec<Event>, Refused> {
    decide_telling(case, book, command, MOST_TOLD)
}

/// As [`decide`], with at most `most` alerts, settlements and withdrawals, or those of one topic.
///
/// # Errors
/// As [`decide`].
pub fn decide_telling(case: &Case, book: &Rulebook, command: Command, most: usize) -> Result<Vec<Event>, Refused> {
    let (actions, by, clock, alerts) = match command {
        Command::Record { actions, by, clock, alerts } => (actions, by, clock, alerts),
        Command::Now { clock, alerts } => (Vec::new(), None, clock, alerts),
    };
    let verdicts = admit(case, &actions, Some(clock), book);
    let mut new: Vec<Action> = Vec::with_capacity(actions.len());
    for (action, verdict) in actions.into_iter().zip(verdicts) {
        match verdict {
            Verdict::Accepted => new.push(action),
            Verdict::Known => {}
            Verdict::Refused(flaws) => return Err(Refused(flaws)),
        }
    }
    let at = case.last_recorded_at().map_or(clock, |last| last.max(clock));
    let facts = if alerts == Alerts::HeldBack {
        Vec::new()
    } else {
        let as_history = alerts == Alerts::RaisedAsHistory;
        let recording = Recording { as_history, adds_actions: !new.is_empty() };
        // What a later command told of it would be published.
        let most = if as_history || most == usize::MAX { Most::NO_LIMIT } else { Most::of(most) };
        let all = case.actions().chain(new.iter());
        // A new case has no reference of its own yet; the alerts' ids need it.
        let opened;
        let known = match (&case.reference, new.first()) {
            (None, Some(first)) => {
                opened = Case::named(first.case.clone());
                &opened
            }
            _ => case,
        };
        assess(all, book, at)
            .map(|assessment| difference(known, &assessment, book, recording, most))
            .unwrap_or_default()
    };
    let envelope = |recorded_by: OfficeCode, fact| Event {
        recorded_at: at,
        recorded_by,
        person: None,
        rulebook: book.digest,
        fact,
    };
    let mut events: Vec<Event> = Vec::with_capacity(new.len() + facts.len());
    for action in new {
        let by = by.clone().unwrap_or_else(|| action.by.clone());
        events.push(envelope(by, Fact::ActionRecorded(Arc::new(action))));
    }
    events.extend(facts.into_iter().map(|fact| envelope(kamnot(), fact)));
    Ok(events)
}

/// The program as the sender of what it found by itself.
fn kamnot() -> OfficeCode {
    static KAMNOT: std::sync::LazyLock<OfficeCode> =
        std::sync::LazyLock::new(|| OfficeCode::new("kamnot").expect("an allowed code"));
    KAMNOT.clone()
}

impl Case {
    /// The next instant at which this case has something to tell, as the log stands: its last record time where
    /// alerts were held back. A function of the stream alone, so a rebuild finds the same.
    pub fn next_due(&self, book: &Rulebook) -> Option<Instant> {
        let at = self.last_recorded_at()?;
        if self.actions().any(|action| action.at.first() > at) {
            return due::next_due_with_actions_to_come(self, at, book);
        }
        due::next_due(self, &self.assess(book, at)?, book)
    }

    /// As [`Case::next_due`], by an assessment of this case at its last record time; every action must lie before it.
    pub fn next_due_by(&self, assessment: &Assessment<'_>, book: &Rulebook) -> Option<Instant> {
        due::next_due(self, assessment, book)
    }

    /// Whether the last command may have left something untold, where none tells more than `most` alerts: the rest
    /// has to be told before anything else is recorded. A function of the stream alone.
    pub fn may_have_more_to_tell(&self, most: usize) -> bool {
        Most::of(most).may_have_cut(self.told_last)
    }
}
