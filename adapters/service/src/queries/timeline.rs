//! One case from its opening, as it is known now or was known on a day.

use std::sync::Arc;

use engine::action::{CaseRef, When};
use engine::calendar::Instant;
use engine::case::{Case, Event};
use engine::rulebook::{Language, Rulebook, Rulebooks};
use projections::timeline::{Entry, Why};
use store::{Fault, LogStore};

/// What is asked.
pub struct Question {
    /// The case.
    pub case: CaseRef,
    /// What was recorded until the end of this counts; none: all of it.
    pub as_known_on: Option<When>,
    /// The instant at which the limits are looked at.
    pub at: Instant,
    /// Whether each limit's reckoning is told.
    pub why: Why,
    /// The language of the sentences.
    pub language: Language,
}

/// The answer.
pub struct Timeline {
    /// The case, as far as it counts.
    pub case: Case,
    /// What happened, in order.
    pub entries: Vec<Entry>,
}

/// The timeline of a case; none where the log doesn't hold it, or didn't by then. As known on a day it is by the law as it was
/// in force when the last of it was recorded.
///
/// # Errors
/// If the log can't be read.
pub async fn timeline(
    store: &dyn LogStore,
    book: &Arc<Rulebook>,
    question: &Question,
) -> Result<Option<Timeline>, Fault> {
    let until = question.as_known_on.map(When::last);
    let counts = |event: &Event| until.is_none_or(|until| event.recorded_at <= until);
    let stored = store.stream(&question.case).await?;
    let log: Vec<Event> = stored.into_iter().map(|stored| stored.event).filter(counts).collect();
    let Some(last) = log.last() else { return Ok(None) };
    let shelf = Rulebooks::new(Arc::clone(book), store.rulebooks().await?);
    let book = if until.is_some() { shelf.book(last.rulebook) } else { book };
    let case = Case::fold(&log);
    let Question { at, why, language, .. } = question;
    let entries = projections::timeline::timeline(&case, &log, book, &shelf, *at, *language, *why);
    Ok(Some(Timeline { case, entries }))
}
