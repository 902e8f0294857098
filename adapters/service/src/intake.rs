//! Records the lines of an office's request, and makes the reply with the outcome of each line.
//!
//! Invariant: a line is reported as recorded only after its commit, in the name of the office that sent it, and only in
//! a case of that office. If its outcome is unknown the reply says so, and sending it again records nothing twice. No
//! reply echoes a line.

pub mod budget;
mod handlings;
mod lines;
pub mod reply;

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::action::{Action, CaseRef, OfficeCode};
use engine::decide::Alerts;
use engine::refusal::Flaws;
use engine::rulebook::Language;
use futures::StreamExt as _;
use store::Fault;
use store::heavy::{ShuttingDown, beside_if};
use uuid::Uuid;

use crate::files::{self, CaseLines, Contents, Form, RefusedLine};
use crate::offices::Offices;
use crate::recorder::{Recorded, Recorder, Sender};
use crate::verdict::{LineVerdict, Outcome};
use reply::{Reply, Trouble};

/// The most actions in one request.
pub const MOST_ACTIONS: usize = 1_000;
/// The language of the sentences in a reply; a client words them in another one from their codes and values.
const IN_REPLIES: Language = Language::En;
/// How many cases of one request are recorded concurrently.
const AT_ONCE: usize = 32;

/// A request of at least so many bytes is parsed on a blocking thread.
const HEAVY_PAYLOAD: usize = 16 << 10;

/// The reply to a request, and its cost.
pub struct Taken {
    /// The reply.
    pub reply: Reply,
    /// How many events it caused, including those still to come in its cases.
    pub events: usize,
}

impl From<Reply> for Taken {
    fn from(reply: Reply) -> Self {
        Self { reply, events: 0 }
    }
}

/// What is known of a request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who sent it.
    pub sender: Sender,
    /// What becomes of the alerts.
    pub alerts: Alerts,
    /// The language of the sentences in the reply.
    pub language: Language,
    /// The version of the last action of its only case; if the case has another one, nothing is recorded.
    pub expected: Option<u32>,
}

/// Records the actions of requests.
pub struct Intake {
    recorder: Arc<Recorder>,
    offices: Option<Arc<Offices>>,
}

impl Intake {
    /// An intake that records with `recorder`.
    pub const fn new(recorder: Arc<Recorder>) -> Self {
        Self { recorder, offices: None }
    }

    /// The same intake, which warns of office codes that are not among `offices`; it does not warn without a list.
    #[must_use]
    pub fn knowing(self, offices: Option<Arc<Offices>>) -> Self {
        Self { offices, ..self }
    }

    /// Records the one or more actions that `office` sent, and returns when they are durable.
    pub async fn take(&self, office: &OfficeCode, payload: Vec<u8>, alerts: Alerts) -> Taken {
        let request = Request { sender: office.into(), alerts, language: IN_REPLIES, expected: None };
        self.take_request(&request, payload).await.unwrap_or_else(|trouble| Reply::of_trouble(office, &trouble).into())
    }

    /// As [`Intake::take`], for a request of which more is known.
    ///
    /// # Errors
    /// Why the whole request was rejected; nothing of it was recorded.
    pub async fn take_request(&self, request: &Request, payload: Vec<u8>) -> Result<Taken, Trouble> {
        let heavy = payload.len() >= HEAVY_PAYLOAD;
        let contents =
            beside_if(heavy, move || read(&payload)).await.map_err(|ShuttingDown| Trouble::Unavailable)??;
        if request.expected.is_some() && contents.cases.len() > 1 {
            return Err(Trouble::SeveralCases);
        }
        let refused =
            |refused: &RefusedLine| LineVerdict::refused(refused.line, None, &refused.flaws, request.language);
        let mut lines: Vec<LineVerdict> = contents.refused.iter().map(refused).collect();
        let cases = contents.cases.into_iter().filter(|case| !case.actions.is_empty());
        let mut received = Vec::new();
        let mut work = futures::stream::iter(cases).map(|case| self.record(request, case)).buffer_unordered(AT_ONCE);
        let mut events = 0;
        while let Some(recorded) = work.next().await {
            let (case, recorded, appended) = recorded?;
            let is_in_the_log = |line: &&LineVerdict| matches!(line.outcome, Outcome::Recorded | Outcome::Known);
            let ids = recorded.iter().filter(is_in_the_log).filter_map(|line| line.id);
            received.push((case, ids.collect::<BTreeSet<Uuid>>()));
            lines.extend(recorded);
            events += appended;
        }
        drop(work);
        lines.sort_unstable_by_key(|line| line.line);
        received.sort_unstable();
        let receipt = match self.recorder.receipts() {
            Some(receipts) => receipts.signed(&received).await,
            None => None,
        };
        Ok(Taken { reply: Reply { receipt, ..Reply::of_lines(&request.sender.office, lines) }, events })
    }

    /// Records the lines of one case; returns the case, their outcomes, and how many events they caused.
    ///
    /// # Errors
    /// [`Trouble::Moved`]: nothing was recorded.
    async fn record(&self, request: &Request, case: CaseLines) -> Result<(CaseRef, Vec<LineVerdict>, usize), Trouble> {
        let Request { sender, alerts, language, expected } = request;
        let CaseLines { case, lines, actions } = case;
        let ids: Vec<_> = actions.iter().map(|action| Some(action.id.0)).collect();
        let named: Vec<Flaws> = actions.iter().map(|action| self.of_offices(action)).collect();
        let numbered = lines.into_iter().zip(ids);
        match self.recorder.record_from(sender, &case, actions, *alerts, *expected).await {
            Ok(Recorded { verdicts, warnings, events, told_before, to_come }) => {
                let judged = verdicts.into_iter().zip(named.into_iter().zip(warnings));
                let line = |((line, id), (verdict, (named, more)))| {
                    let warnings: Flaws = [named, more].concat();
                    LineVerdict::of_verdict(line, id, &verdict, &warnings, *language)
                };
                let lines = numbered.zip(judged).map(line).collect();
                Ok((case, lines, events.len() + told_before + to_come))
            }
            Err(Fault::Conflict(_)) if expected.is_some() => Err(Trouble::Moved),
            Err(fault) => {
                let office = &sender.office;
                tracing::warn!(%case, %office, %fault, "whether an office's actions were recorded is unknown");
                let lines = numbered.map(|(line, id)| LineVerdict::new(line, Outcome::Again, id)).collect();
                Ok((case, lines, 0))
            }
        }
    }

    /// The warnings about an action's office codes, if there is an offices file.
    fn of_offices(&self, action: &Action) -> Flaws {
        self.offices.as_ref().map(|offices| offices.doubts(action)).unwrap_or_default()
    }
}

/// Parses the lines of a request. A single action may also be a JSON object over several lines.
///
/// # Errors
/// If there is none, or there are too many.
pub fn read(payload: &[u8]) -> Result<Contents, Trouble> {
    let payload = lines::joined(payload);
    match lines::count(&payload) {
        0 => Err(Trouble::Unreadable("found no action, expected a JSON object on each line".to_owned())),
        many if many > MOST_ACTIONS => Err(Trouble::TooMany { found: many, most: MOST_ACTIONS }),
        _ => files::parse(&payload, Form::JsonLines).map_err(|flaw| Trouble::Unreadable(flaw.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_lines_than_a_request_may_hold_are_refused_whole() {
        let line = "{}\n";
        assert!(read(line.repeat(MOST_ACTIONS).as_bytes()).is_ok());
        let trouble = read(line.repeat(MOST_ACTIONS + 1).as_bytes()).err();
        assert_eq!(trouble, Some(Trouble::TooMany { found: MOST_ACTIONS + 1, most: MOST_ACTIONS }));
        assert!(matches!(read(b" \n\n"), Err(Trouble::Unreadable(_))));
    }
}
