//! An office's list of alerts, read from the log page by page and passed on row by row.
//!
//! Invariant: memory holds at most one page and the alerts of one class of one case. Damaged alerts are left out and
//! named; all others are listed.

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::{Language, Rulebook, Rulebooks};
use projections::alerts::{AlertLives, AlertRow, Choice, Class};
use projections::view::Seat;
use store::alerts::AlertsTo;
use store::{CaseStore, Fault, Position, Stored};

/// How many events are read at once.
pub const PAGE: usize = 512;

/// The query.
#[derive(Clone, Debug)]
pub struct AlertQuery {
    /// The seat and the code of the addressed office; `None`: any office.
    pub office: Option<(Seat, OfficeCode)>,
    /// Only alerts of this case.
    pub case: Option<CaseRef>,
    /// Which rows.
    pub choice: Choice,
    /// The instant of the list.
    pub at: Instant,
    /// Whether everything known now counts, or only what was known at that instant.
    pub known: KnownAs,
}

/// Which part of the log counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownAs {
    /// All of it.
    Now,
    /// What was recorded up to the instant of the list.
    Then,
}

/// How the rows are worded.
#[derive(Clone, Copy, Debug)]
pub struct Wording<'a> {
    /// The rulebooks under which the alerts were raised.
    pub shelf: &'a Rulebooks,
    /// The rulebook in force.
    pub book: &'a Rulebook,
    /// The language.
    pub language: Language,
}

/// Statistics of a list, and its damage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// How many alert events were read.
    pub read: usize,
    /// The largest number of them in memory at once.
    pub most_held: usize,
    /// Faults of what could not be read and is not in the list.
    pub damaged: Vec<Fault>,
}

/// Passes each row of the query to `take`: limits on liberty first, then other limits, then the findings of each case
/// in one row; within each by case.
///
/// # Errors
/// If the store cannot be used, or the first error of `take`.
pub async fn each_row<E: From<Fault>>(
    store: &dyn CaseStore,
    asked: &AlertQuery,
    speech: Wording<'_>,
    take: impl FnMut(AlertRow) -> Result<(), E>,
) -> Result<Listed, E> {
    let mut list = List { store, asked, speech, take, pending: Vec::new(), listed: Listed::default() };
    match (&asked.case, &asked.office) {
        (Some(case), _) => {
            let mut told: Vec<Stored> = store.stream(case).await?;
            told.retain(|stored| list.concerns(stored));
            told.sort_by_key(|stored| list.class(stored));
            list.page(told).await?;
        }
        (None, Some((seat, office))) => {
            let (since, until) = (asked.choice.since, (asked.known == KnownAs::Then).then_some(asked.at));
            let to = AlertsTo { seat: *seat, office: office.clone(), since, until };
            for page in store.alerts(&to).await?.chunks(PAGE) {
                let events = list.events(page).await?;
                list.page(events).await?;
            }
        }
        (None, None) => {}
    }
    list.flush().await?;
    Ok(list.listed)
}

struct List<'l, F> {
    store: &'l dyn CaseStore,
    asked: &'l AlertQuery,
    speech: Wording<'l>,
    take: F,
    /// The events of one class of one case, as far as they have been read.
    pending: Vec<Stored>,
    listed: Listed,
}

impl<E: From<Fault>, F: FnMut(AlertRow) -> Result<(), E>> List<'_, F> {
    /// Whether an event of the case matches the query.
    fn concerns(&self, stored: &Stored) -> bool {
        let Some((alert, _)) = stored.event.fact.alert() else { return false };
        let to_them = self.asked.office.as_ref().is_none_or(|(seat, office)| {
            let to = AlertsTo { seat: *seat, office: office.clone(), since: None, until: None };
            to.is_among(&alert.to.tokens())
        });
        to_them && (self.asked.known == KnownAs::Now || stored.event.recorded_at <= self.asked.at)
    }

    /// The events at these positions, without damaged ones.
    async fn events(&mut self, page: &[Position]) -> Result<Vec<Stored>, Fault> {
        if let Some(events) = self.readable(self.store.at(page).await)? {
            return Ok(events);
        }
        self.listed.damaged.pop();
        let mut events = Vec::with_capacity(page.len());
        for place in page {
            events.extend(self.readable(self.store.at(&[*place]).await)?.into_iter().flatten());
        }
        Ok(events)
    }

    /// The value, or `None` if it is damaged; damage is noted.
    fn readable<T>(&mut self, read: Result<T, Fault>) -> Result<Option<T>, Fault> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(fault @ Fault::Corrupt(_)) => {
                self.listed.damaged.push(fault);
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    async fn page(&mut self, page: Vec<Stored>) -> Result<(), E> {
        let held = self.pending.len() + page.len();
        self.listed.read += page.len();
        self.listed.most_held = self.listed.most_held.max(held);
        for stored in page {
            if self
                .pending
                .last()
                .is_some_and(|last| (self.class(last), &last.case) != (self.class(&stored), &stored.case))
            {
                self.flush().await?;
            }
            self.pending.push(stored);
        }
        Ok(())
    }

    /// Passes on the rows of the pending events.
    async fn flush(&mut self) -> Result<(), E> {
        let pending = std::mem::take(&mut self.pending);
        let Some(case) = pending.first().map(|first| &first.case) else { return Ok(()) };
        let told = AlertLives::of(case, pending.iter().map(|stored| &stored.event));
        let AlertQuery { choice, at, .. } = self.asked;
        let known = if told.asks_for_the_case(*at) {
            let Some(known) = self.readable(self.known(case).await)? else { return Ok(()) };
            Some(known)
        } else {
            None
        };
        let Wording { shelf, book, language } = self.speech;
        told.rows(choice, known.as_ref(), shelf, book, language, *at).into_iter().try_for_each(&mut self.take)
    }

    fn class(&self, stored: &Stored) -> Option<Class> {
        stored.event.fact.alert().map(|(alert, _)| Class::of(alert.topic.rule, self.speech.book))
    }

    /// The case, from the events that count.
    async fn known(&self, case: &CaseRef) -> Result<Case, Fault> {
        let stream = self.store.stream(case).await?;
        let counts = |stored: &&Stored| self.asked.known == KnownAs::Now || stored.event.recorded_at <= self.asked.at;
        Ok(Case::fold(stream.iter().filter(counts).map(|stored| &stored.event)))
    }
}
