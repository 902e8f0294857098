//! The timeline of a case, as it is known now or was known on a day.

use std::sync::Arc;

use engine::action::{CaseRef, When};
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::{Digest, Language, Rulebook, Rulebooks};
use projections::timeline::{Entry, Why, mark_unconfirmed};
use store::{Fault, LogStore, Stored};

use crate::offices::Offices;

/// The query.
pub struct Question<'o> {
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
    /// The offices, of which some ask for a second look.
    pub offices: &'o Offices,
}

/// The answer.
pub struct Timeline {
    /// The case, from the events that count.
    pub case: Case,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// The events that count, with their positions.
    pub log: Vec<Stored>,
    /// The rulebooks under which they were decided.
    pub shelf: Rulebooks,
    /// The rulebook under which the case is assessed.
    pub under: Digest,
}

impl Timeline {
    /// The rulebook under which the case is assessed.
    pub fn book(&self) -> &Rulebook {
        self.shelf.book(self.under)
    }
}

/// The timeline of a case; `None` if the log does not contain it, or did not by then. As known on a day, the rulebook
/// is the one in force when the last of its events was recorded.
///
/// # Errors
/// If the log cannot be read.
pub async fn timeline(
    store: &dyn LogStore,
    book: &Arc<Rulebook>,
    question: &Question<'_>,
) -> Result<Option<Timeline>, Fault> {
    let until = question.as_known_on.map(When::last);
    let mut log = store.stream(&question.case).await?;
    log.retain(|stored| until.is_none_or(|until| stored.event.recorded_at <= until));
    let Some(last) = log.last() else { return Ok(None) };
    let under = if until.is_some() { last.event.rulebook } else { book.digest() };
    // The earlier rulebooks are read only where one of them decided something.
    let of_others = log.iter().any(|stored| stored.event.rulebook != book.digest());
    let shelf = Rulebooks::new(Arc::clone(book), if of_others { store.rulebooks().await? } else { Vec::new() });
    let case = Case::fold(log.iter().map(|stored| &stored.event));
    let Question { at, why, language, .. } = question;
    let events = log.iter().map(|stored| &stored.event);
    let mut entries = projections::timeline::timeline(&case, events, shelf.book(under), &shelf, *at, *language, *why);
    mark_unconfirmed(&mut entries, &case, |office| question.offices.ask_for_second_look(office));
    Ok(Some(Timeline { case, entries, log, shelf, under }))
}
