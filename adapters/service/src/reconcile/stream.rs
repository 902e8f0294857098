//! Compares the stream of alerts with the log, message by message.
//!
//! Invariant: an alert is in the log before it is in the stream. So a message whose alert the walk did not find is
//! looked up in the present log before it counts as unknown.

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::case::Event;
use engine::rulebook::Rulebooks;
use projections::message::{Substance, message};
use serde_json::Value;
use store::{Fault, Position, Progress, Stored};
use uuid::Uuid;

use super::known::Content;
use super::result::{Difference, DifferenceKind, Differences};
use super::walk::{Walked, of};
use super::{ReconcileFault, Reconciler};
use crate::broker::{Found, Published};
use crate::clock::{SteadyClock as _, SystemSteadyClock};

/// The result of comparing a message with the log.
enum Verdict {
    Same,
    Differs(Difference),
}

impl Reconciler {
    /// Reads the stream to its present end; returns how many messages it read.
    pub(super) async fn hold_against_stream(
        &self,
        published: &dyn Published,
        walked: &mut Walked,
        differences: &mut Differences,
        progress: &Progress,
    ) -> Result<u64, ReconcileFault> {
        let books = self.shelf().await?;
        let clock = SystemSteadyClock::start();
        let mut reading = published.read().await?;
        let all = reading.left();
        let mut read = 0;
        loop {
            let began = clock.running();
            let batch = reading.next().await?;
            if batch.is_empty() {
                return Ok(read);
            }
            read += batch.len() as u64;
            for found in &batch {
                if let Verdict::Differs(difference) = self.judge(found, walked, &books, differences).await? {
                    differences.add(difference);
                }
            }
            progress(walked.events + read, walked.events + all);
            self.rest(clock.running().saturating_sub(began)).await?;
        }
    }

    async fn judge(
        &self,
        found: &Found,
        walked: &mut Walked,
        books: &Rulebooks,
        differences: &mut Differences,
    ) -> Result<Verdict, Fault> {
        let known = found.id.and_then(|id| walked.known.0.get_mut(&id).map(|alert| (id, alert)));
        let Some((id, alert)) = known else { return self.judge_unknown(found, books).await };
        if let Some(before) = alert.seen {
            let words = format!("the alert is already in the stream at sequence {before}");
            differences.add(Difference { alert: Some(id), ..about(found, DifferenceKind::Doubled, words) });
            // Of several messages, the one that the mark names is the right one.
            if alert.mark == Some(found.sequence) {
                alert.seen = alert.mark;
            }
        } else {
            alert.seen = Some(found.sequence);
        }
        if Content::of(&found.subject, &found.body) == alert.content {
            return Ok(Verdict::Same);
        }
        let position = alert.position;
        let stored = self.stored_at(position).await?;
        let verdict = match &stored {
            Some(Stored { case, event, .. }) => self.compare(found, case, event, books),
            None => Verdict::Differs(altered(found, None)),
        };
        if matches!(verdict, Verdict::Differs(_)) {
            walked.altered += 1;
        }
        Ok(verdict)
    }

    /// Judges a message whose alert the walk over the log did not find.
    async fn judge_unknown(&self, found: &Found, books: &Rulebooks) -> Result<Verdict, Fault> {
        let body: Value = serde_json::from_slice(&found.body).unwrap_or_default();
        let is_ours = body["source"].as_str() == Some(&format!("/kamnot/{}", self.installation));
        let (true, Some(id)) = (is_ours, found.id) else {
            let words = if is_ours {
                "its source is this installation, but its Nats-Msg-Id is not the id of an alert"
            } else {
                "its source is not this installation: another program publishes to the stream"
            };
            return Ok(Verdict::Differs(about(found, DifferenceKind::Foreign, words.to_owned())));
        };
        // It may have been recorded since the walk.
        let case = body["subject"].as_str().and_then(CaseRef::new);
        let stream = match &case {
            Some(case) => self.store.stream(case).await,
            None => Ok(Vec::new()),
        };
        // An unreadable event is already reported as damage.
        let stream = stream.or_else(|fault| if let Fault::Corrupt(_) = fault { Ok(Vec::new()) } else { Err(fault) })?;
        let is_it = |stored: &&Stored| stored.event.fact.alert().is_some() && stored.event.id(&stored.case) == id;
        let words = match stream.iter().find(is_it) {
            Some(Stored { case, event, .. }) => {
                if event.fact.alert().is_some_and(|(alert, _)| !alert.history) {
                    return Ok(self.compare(found, case, event, books));
                }
                "the log contains this alert as history, and history is not published"
            }
            None => "the log contains no alert with this id",
        };
        Ok(Verdict::Differs(Difference { case, ..about(found, DifferenceKind::Unknown, words.to_owned()) }))
    }

    /// Compares a message with its alert in the log. If the rulebook under which the alert was raised can no longer be
    /// read, its sentences cannot be worded again; everything else is compared. A log that was restored raises an alert
    /// again, later than the message says: then what may change between the two is left out, as the relay does.
    fn compare(&self, found: &Found, case: &CaseRef, event: &Event, books: &Rulebooks) -> Verdict {
        let book = books.book(event.rulebook);
        let expected = message(case, event, book, &self.installation);
        let same = expected.is_some_and(|expected| {
            let (Ok(mut ours), Ok(mut theirs)) =
                (serde_json::from_str::<Value>(&expected.body), serde_json::from_slice::<Value>(&found.body))
            else {
                return false;
            };
            let told_at = theirs["time"].as_str().and_then(Instant::parse);
            if told_at.is_some_and(|told_at| told_at < event.recorded_at) {
                let body = str::from_utf8(&found.body).unwrap_or_default();
                return expected.substance().is_some_and(|ours| Substance::of(&found.subject, body) == Some(ours));
            }
            if book.digest() != event.rulebook {
                leave_out_sentences(&mut ours);
                leave_out_sentences(&mut theirs);
            }
            expected.subject == found.subject && ours == theirs
        });
        if same { Verdict::Same } else { Verdict::Differs(altered(found, Some(case.clone()))) }
    }

    /// The event at a position of the log.
    pub(super) async fn stored_at(&self, position: Position) -> Result<Option<Stored>, Fault> {
        match self.store.log(Position(position.0 - 1), 1).await {
            Ok(found) => Ok(found.into_iter().find(|stored| stored.position == position)),
            Err(Fault::Corrupt(_)) => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

fn leave_out_sentences(message: &mut Value) {
    if let Some(data) = message["data"].as_object_mut() {
        for sentences in ["text", "because", "rulebook", "article"] {
            data.remove(sentences);
        }
    }
}

fn altered(found: &Found, case: Option<CaseRef>) -> Difference {
    let words = "its content in the stream differs from the log".to_owned();
    Difference { case, ..about(found, DifferenceKind::Altered, words) }
}

fn about(found: &Found, kind: DifferenceKind, words: String) -> Difference {
    let alert: Option<Uuid> = found.id;
    Difference { alert, stream_sequence: Some(found.sequence), ..of(kind, words) }
}
