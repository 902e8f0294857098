//! The timeline of a case, as it is known now or was known on a day.

use std::sync::Arc;

use engine::action::{CaseRef, When};
use engine::calendar::Instant;
use engine::case::{Case, Event};
use engine::rulebook::{Language, Rulebook, Rulebooks};
use projections::timeline::{Entry, Why};
use store::{Fault, LogStore};

/// The query.
pub struct Question {
    /// The case.
    pub case: CaseRef,
    /// Only what was recorded up to the end of this day or instant counts; `None`: everything.
    pub as_known_on: Option<When>,
    /// The instant for which the limits are assessed.
    pub at: Instant,
    /// Whether each limit's count is explained.
    pub why: Why,
    /// The language of the sentences.
    pub language: Language,
}

/// The answer.
pub struct Timeline {
    /// The case, from the events that count.
    pub case: Case,
    /// What happened, in order.
    pub entries: Vec<Entry>,
}

/// The timeline of a case; `None` if the log does not contain it, or did not by then. As known on a day, the rulebook
/// is the one in force when the last of its events was recorded.
///
/// # Errors
/// If the log cannot be read.
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
