//! The actions of a case that count at an instant, in their order, and what follows from that order.
//!
//! Invariant: the same set of actions gives the same timeline, whatever the order of recording.

mod child;
mod offences;
mod order;
mod places;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use chrono::NaiveDate;

use crate::action::{Action, ActionId, ActionName, Class, Names, Offence, OfficeCode};
use crate::ages::{Age, Ages};
use crate::calendar::Instant;
use crate::rulebook::rule::{Counting, Procedure};
use crate::rulebook::{ChildWhile, Choices, Reading, Role, Rulebook, UnknownTime};
use offences::Offences;
use places::Places;

pub use order::in_order;

/// The actions that take the child's liberty, or keep it taken.
pub(crate) const TAKES_LIBERTY: Names = Names::of(&[
    ActionName::BroughtIn,
    ActionName::Arrested,
    ActionName::CustodyStarted,
    ActionName::RemandOrdered,
    ActionName::RemandExtended,
]);
/// The actions that begin, extend or end the deprivation of liberty.
pub const ON_LIBERTY: Names = TAKES_LIBERTY.and(END_OF_DETENTION);
/// The actions that end a detention.
pub(crate) const END_OF_DETENTION: Names = Names::of(&[ActionName::Released, ActionName::JudgmentGiven]);
/// The actions that begin a liberty episode if the child is free.
const TAKING: Names = Names::of(&[ActionName::Arrested, ActionName::CustodyStarted, ActionName::RemandOrdered]);

/// One action of a timeline.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The action.
    pub action: &'a Action,
    /// The kind of the action.
    pub name: ActionName,
    /// The first instant of the action's span.
    pub first: Instant,
    /// The last instant of the action's span.
    pub last: Instant,
}

/// A liberty episode: from the first deprivation of liberty to the end of detention.
#[derive(Clone, Copy, Debug)]
pub struct Episode {
    /// The entry of the first deprivation: a bringing-in that led to the taking, otherwise the taking.
    pub begin: usize,
    /// The entry of the taking: the first arrest, custody or remand while the child was free.
    pub taking: usize,
    /// The entry that ends the detention; `None` while it continues.
    pub end: Option<usize>,
}

/// The actions of a case that count at an instant, in their order.
#[derive(Debug)]
pub struct Timeline<'a> {
    entries: Vec<Entry<'a>>,
    opening: &'a Action,
    /// What is public of the child's age by the last statement that counts: of one with a birth date, if there is one.
    age: Option<Cow<'a, Age>>,
    offences: Offences,
    episodes: Vec<Episode>,
    /// The kinds of action of the case. No other kind is among the entries.
    names: Names,
    /// An index of all entries, built when a search goes far.
    places: OnceLock<Box<Places>>,
    /// How many entries the searches looked at.
    #[cfg(test)]
    looked_at: std::sync::atomic::AtomicUsize,
}

/// How many entries a search looks at one by one before it builds the index.
const NEAR: usize = 32;

impl<'a> Timeline<'a> {
    /// The timeline of one case's `actions` at `at`. A withdrawn action never counts, even if it was withdrawn after `at`.
    /// `None` if the case was not open by then, or is voided, whenever that was done.
    pub fn new(actions: impl Iterator<Item = &'a Action> + Clone, at: Instant, book: &Rulebook) -> Option<Self> {
        Self::by(actions, None, at, book)
    }

    /// The same. `ages`: what was derived when the actions were recorded; without it, it is derived now.
    pub(crate) fn by(
        actions: impl Iterator<Item = &'a Action> + Clone,
        ages: Option<&'a Ages>,
        at: Instant,
        book: &Rulebook,
    ) -> Option<Self> {
        let names = actions.clone().fold(Names::default(), |names, action| names.and(Names::of(&[action.name])));
        if names.has(ActionName::CaseVoided) && is_voided(actions.clone()) {
            return None;
        }
        let withdrawals = actions.clone().filter(|_| names.has(ActionName::ActionWithdrawn));
        let mut withdrawn: Vec<ActionId> = withdrawals.filter_map(Action::withdraws).collect();
        withdrawn.sort_unstable();
        let mut entries: Vec<Entry<'a>> = Vec::with_capacity(actions.size_hint().0);
        for action in actions.clone() {
            let entry = Entry::new(action);
            if entry.first <= at && withdrawn.binary_search(&action.id).is_err() {
                entries.push(entry);
            }
        }
        let opening = entries.iter().find(|entry| entry.name == ActionName::CaseOpened)?.action;
        order::sort(&mut entries);
        let mut timeline = Self {
            age: child::age(opening, &entries, actions, ages),
            offences: Offences::of(opening, &entries)?,
            episodes: Vec::new(),
            names,
            places: OnceLock::new(),
            #[cfg(test)]
            looked_at: std::sync::atomic::AtomicUsize::new(0),
            entries,
            opening,
        };
        timeline.find_episodes(book);
        Some(timeline)
    }

    /// The actions in their order.
    pub fn entries(&self) -> &[Entry<'a>] {
        &self.entries
    }

    /// Whether a reading takes the child for grown up at an entry (Art. 2(1)): only where it asks who is a child when the
    /// action happens. Never without a birth date.
    pub(crate) fn is_grown(&self, book: &Rulebook, reading: Reading, entry: usize) -> bool {
        self.has_come_of_age(entry) && book.choices(reading).child_while == ChildWhile::Action
    }

    /// The dates of the earliest and the latest of the offences at entry `index`, as corrected.
    pub fn committed_before(&self, index: usize) -> [NaiveDate; 2] {
        self.offences.committed_before(index)
    }

    /// Whether an earlier rulebook decides about one of the actions: one is dated on its last day or before.
    pub(crate) fn reaches_back_to(&self, earlier: &Rulebook) -> bool {
        let until = earlier.holds_until();
        self.entries.first().is_some_and(|entry| until.is_none_or(|until| entry.first <= until))
    }

    /// The liberty episodes, in order.
    pub fn episodes(&self) -> &[Episode] {
        &self.episodes
    }

    /// The gravest offence as it was classified before entry `index`.
    pub fn gravest_before(&self, index: usize) -> &Offence {
        self.offences.gravest_before(index)
    }

    /// The reclassifications and additions between two entries, both excluded, with the gravest class after each.
    pub(crate) fn reclassifications(&self, after: usize, before: usize) -> impl Iterator<Item = (usize, Class)> + '_ {
        self.offences.reclassifications(after, before)
    }

    /// The first entry after `after` whose name is in `names`.
    pub(crate) fn first_after(&self, after: usize, names: Names) -> Option<usize> {
        self.find(names, after + 1, self.entries.len())
    }

    /// The first entry whose name is in `names`, from `from` and before `to`.
    pub(crate) fn find(&self, names: Names, from: usize, to: usize) -> Option<usize> {
        if !names.meets(self.names) {
            return None;
        }
        let near = to.min(from.saturating_add(NEAR));
        let found = (from..near).find(|&i| self.is_of(i, names));
        if found.is_some() || near >= to {
            return found;
        }
        self.places().first(names, near).filter(|&i| i < to)
    }

    /// The last entry before `to` whose name is in `names`.
    pub(crate) fn last_before(&self, to: usize, names: Names) -> Option<usize> {
        if !names.meets(self.names) {
            return None;
        }
        let near = to.saturating_sub(NEAR);
        let found = (near..to).rfind(|&i| self.is_of(i, names));
        if found.is_some() || near == 0 { found } else { self.places().last(names, near) }
    }

    /// The entries whose names are in `names`, from `from` and before `to`, in order.
    pub(crate) fn between(&self, names: Names, from: usize, to: usize) -> impl Iterator<Item = usize> + '_ {
        let mut from = from;
        std::iter::from_fn(move || {
            let found = self.find(names, from, to)?;
            from = found + 1;
            Some(found)
        })
    }

    fn is_of(&self, i: usize, names: Names) -> bool {
        #[cfg(test)]
        self.looked_at.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        names.has(self.entries[i].name)
    }

    fn places(&self) -> &Places {
        self.places.get_or_init(|| Box::new(Places::of(&self.entries)))
    }

    /// The entries whose names are in `names`, in order.
    pub(crate) fn all(&self, names: Names) -> impl Iterator<Item = usize> + '_ {
        let entries = if names.meets(self.names) { self.entries.len() } else { 0 };
        (0..entries).filter(move |&i| self.is_of(i, names))
    }

    /// The episode of which entry `index` is the taking, or which contains it.
    pub(crate) fn episode_of(&self, index: usize) -> Option<&Episode> {
        let begun = self.episodes.partition_point(|episode| episode.taking <= index);
        self.episodes[..begun].last().filter(|episode| episode.end.is_none_or(|end| end >= index))
    }

    /// The episode that contains entry `index`: it began before that entry and did not end before it.
    pub(crate) fn episode_around(&self, index: usize) -> Option<&Episode> {
        let begun = self.episodes.partition_point(|episode| episode.taking < index);
        self.episodes[..begun].last().filter(|episode| episode.end.is_none_or(|end| end >= index))
    }

    /// The offices that have the case after the last entry: court, prosecutor, investigator, legal aid.
    pub fn offices(&self) -> Offices<'_> {
        let mut seats = self.opening.offices();
        for entry in &self.entries {
            for (seat, office) in seats.iter_mut().zip(entry.action.offices()) {
                *seat = if entry.name == ActionName::CaseTransferred { office.or(*seat) } else { *seat };
            }
        }
        // The opening names the first three; reading it refuses one that does not.
        let by = &self.opening.by;
        let [court, prosecutor, investigator, legal_aid] = seats;
        Offices {
            court: court.unwrap_or(by),
            prosecutor: prosecutor.unwrap_or(by),
            investigator: investigator.unwrap_or(by),
            legal_aid,
        }
    }

    /// Finds the liberty episodes. A bringing-in begins the episode of a taking that follows it closely enough (see
    /// `joined_by_bringing_in_within` of the rule on custody). Otherwise it opens no limit, since the law sets none.
    fn find_episodes(&mut self, book: &Rulebook) {
        let custody = book.counted(Procedure::Custody);
        let joins = match custody.map(|(_, limit)| limit.counting) {
            Some(Counting::Custody { joined_by_bringing_in_within, .. }) => joined_by_bringing_in_within.seconds(),
            _ => 0,
        };
        let mut brought_in: Vec<usize> = Vec::new();
        let mut running = false;
        for (i, entry) in self.entries.iter().enumerate() {
            if END_OF_DETENTION.has(entry.name) {
                if let (true, Some(episode)) = (running, self.episodes.last_mut()) {
                    episode.end = Some(i);
                }
                running = false;
                brought_in.clear();
            } else if entry.name == ActionName::BroughtIn {
                brought_in.push(i);
            } else if TAKING.has(entry.name) && !running {
                let close = |&&b: &&usize| entry.first.since(self.entries[b].first) <= joins;
                let begin = brought_in.iter().find(close).copied().unwrap_or(i);
                self.episodes.push(Episode { begin, taking: i, end: None });
                running = true;
            }
        }
    }
}

/// Whether the case of these actions is voided, by an action that was not withdrawn: then it counts nowhere.
pub(crate) fn is_voided<'a>(mut actions: impl Iterator<Item = &'a Action> + Clone) -> bool {
    let withdrawn: BTreeSet<ActionId> = actions.clone().filter_map(Action::withdraws).collect();
    actions.any(|action| action.name == ActionName::CaseVoided && !withdrawn.contains(&action.id))
}

/// The offices of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the format")]
pub struct Offices<'a> {
    pub court: &'a OfficeCode,
    pub prosecutor: &'a OfficeCode,
    pub investigator: &'a OfficeCode,
    pub legal_aid: Option<&'a OfficeCode>,
}

impl<'a> Offices<'a> {
    /// The office that has a role in the case.
    pub const fn of(&self, role: Role) -> &'a OfficeCode {
        match role {
            Role::Court => self.court,
            Role::Prosecutor => self.prosecutor,
            Role::Investigator => self.investigator,
        }
    }
}

impl<'a> Entry<'a> {
    #[inline]
    fn new(action: &'a Action) -> Self {
        Self { action, name: action.name, first: action.at.first(), last: action.at.last() }
    }

    /// When this action starts a clock: at its first instant (`against_office`) or its last (`for_office`).
    pub(crate) const fn starts(&self, choices: &Choices) -> Instant {
        match choices.unknown_time {
            UnknownTime::AgainstOffice => self.first,
            UnknownTime::ForOffice => self.last,
        }
    }

    /// When this action discharges a clock: at its last instant (`against_office`) or its first (`for_office`).
    pub(crate) const fn discharges(&self, choices: &Choices) -> Instant {
        match choices.unknown_time {
            UnknownTime::AgainstOffice => self.last,
            UnknownTime::ForOffice => self.first,
        }
    }

    /// The civil date in Vientiane.
    pub fn date(&self) -> NaiveDate {
        self.action.at.date()
    }

    /// Whether the action is known by its date alone.
    pub const fn is_dated_only(&self) -> bool {
        self.first.unix() < self.last.unix()
    }
}

#[cfg(test)]
mod tests;
