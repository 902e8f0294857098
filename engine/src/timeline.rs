//! The actions of a case that count at an instant, in their order, and what follows from that order.
//!
//! Invariant: the same set of actions gives the same timeline, whatever the order of recording.

mod offences;
mod order;
mod places;

use std::sync::OnceLock;

use chrono::NaiveDate;

use crate::action::{Action, ActionId, ActionName, CaseOpened, Class, Offence, OfficeCode, What, When};
use crate::calendar::{self, Instant};
use crate::rulebook::{Choices, Numbers, UnknownTime};
use offences::Gravest;
use places::Places;

pub use order::in_order;

/// A set of action names.
#[derive(Clone, Copy)]
pub(crate) struct Names(u64);

impl Names {
    /// The set of these names.
    pub(crate) const fn of(names: &[ActionName]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < names.len() {
            bits |= 1 << names[i] as u64;
            i += 1;
        }
        Self(bits)
    }

    /// Whether `name` is in the set.
    pub(crate) const fn has(self, name: ActionName) -> bool {
        self.0 & (1 << name as u64) != 0
    }
}

/// The actions that end a detention.
pub(crate) const END_OF_DETENTION: Names = Names::of(&[ActionName::Released, ActionName::JudgmentGiven]);
/// The actions that begin a liberty episode if the child is free.
const TAKING: Names = Names::of(&[ActionName::Arrested, ActionName::CustodyStarted, ActionName::RemandOrdered]);
/// Custody and arrest, the takings that open the forty-eight hours (Art. 62).
pub(crate) const CUSTODY: Names = Names::of(&[ActionName::Arrested, ActionName::CustodyStarted]);

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
    date: NaiveDate,
    dated_only: bool,
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
    opened: &'a CaseOpened,
    birth_date: Option<NaiveDate>,
    age_years: Option<u64>,
    /// The dates of the earliest and the latest offence.
    committed: [NaiveDate; 2],
    /// The gravest offence at the start, then after each reclassification, with the entry from which it counts.
    gravest: Vec<(usize, Offence)>,
    episodes: Vec<Episode>,
    /// An index of all entries, built when a search goes far.
    places: OnceLock<Places>,
    /// How many entries the searches looked at.
    #[cfg(test)]
    looked_at: std::sync::atomic::AtomicUsize,
}

/// How many entries a search looks at one by one before it builds the index.
const NEAR: usize = 32;

impl<'a> Timeline<'a> {
    /// The timeline of one case's `actions` at `at`. A withdrawn action never counts, even if it was withdrawn after `at`.
    /// `None` if the case was not open by then.
    pub fn new(actions: impl Iterator<Item = &'a Action> + Clone, at: Instant, numbers: &Numbers) -> Option<Self> {
        let mut withdrawn: Vec<ActionId> = actions.clone().filter_map(Action::withdraws).collect();
        withdrawn.sort_unstable();
        let mut entries: Vec<Entry<'a>> = actions
            .filter(|action| action.at.first() <= at && withdrawn.binary_search(&action.id).is_err())
            .map(Entry::new)
            .collect();
        let opened = entries.iter().find_map(|entry| match &entry.action.what {
            What::CaseOpened(opened) => Some(&**opened),
            _ => None,
        })?;
        order::sort(&mut entries);
        let mut gravest = Gravest::of(&opened.offences);
        let mut timeline = Self {
            birth_date: opened.child.birth_date,
            age_years: opened.child.age_years,
            committed: offences::committed(&opened.offences),
            gravest: vec![(0, gravest.offence())],
            episodes: Vec::new(),
            places: OnceLock::new(),
            #[cfg(test)]
            looked_at: std::sync::atomic::AtomicUsize::new(0),
            entries,
            opened,
        };
        timeline.follow_what_became_known(&mut gravest);
        timeline.find_episodes(numbers);
        Some(timeline)
    }

    /// The actions in their order.
    pub fn entries(&self) -> &[Entry<'a>] {
        &self.entries
    }

    /// The opening of the case. What it states holds for the whole case.
    pub fn opened(&self) -> &CaseOpened {
        self.opened
    }

    /// The child's date of birth, as last known.
    pub fn birth_date(&self) -> Option<NaiveDate> {
        self.birth_date
    }

    /// The child's stated age at the time of the offence, as last known.
    pub fn age_years(&self) -> Option<u64> {
        self.age_years
    }

    /// The dates of the earliest and the latest offence of the opening.
    pub fn committed(&self) -> [NaiveDate; 2] {
        self.committed
    }

    /// The liberty episodes, in order.
    pub fn episodes(&self) -> &[Episode] {
        &self.episodes
    }

    /// The gravest offence as it was classified before entry `index`.
    pub fn gravest_before(&self, index: usize) -> &Offence {
        let known = self.gravest.partition_point(|(from, _)| *from < index || *from == 0);
        &self.gravest[known.saturating_sub(1)].1
    }

    /// The reclassifications between two entries, both excluded, with the gravest class after each.
    pub(crate) fn reclassifications(&self, after: usize, before: usize) -> impl Iterator<Item = (usize, Class)> + '_ {
        let known = &self.gravest[1..];
        let from = known.partition_point(|(at, _)| *at <= after);
        known[from..].iter().take_while(move |(at, _)| *at < before).map(|(at, offence)| (*at, offence.class))
    }

    /// The first entry after `after` whose name is in `names`.
    pub(crate) fn first_after(&self, after: usize, names: Names) -> Option<usize> {
        self.find(names, after + 1, self.entries.len())
    }

    /// The first entry whose name is in `names`, from `from` and before `to`.
    pub(crate) fn find(&self, names: Names, from: usize, to: usize) -> Option<usize> {
        let near = to.min(from.saturating_add(NEAR));
        let found = (from..near).find(|&i| self.is_of(i, names));
        if found.is_some() || near >= to {
            return found;
        }
        self.places().first(names, near).filter(|&i| i < to)
    }

    /// The last entry before `to` whose name is in `names`.
    pub(crate) fn last_before(&self, to: usize, names: Names) -> Option<usize> {
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
        self.places.get_or_init(|| Places::of(&self.entries))
    }

    /// The entries whose names are in `names`, in order.
    pub(crate) fn all(&self, names: Names) -> impl Iterator<Item = usize> + '_ {
        (0..self.entries.len()).filter(move |&i| self.is_of(i, names))
    }

    /// The episode that contains entry `index`: it began before that entry and did not end before it.
    pub(crate) fn episode_around(&self, index: usize) -> Option<&Episode> {
        let begun = self.episodes.partition_point(|episode| episode.taking < index);
        self.episodes[..begun].last().filter(|episode| episode.end.is_none_or(|end| end >= index))
    }

    /// The offices that have the case after the last entry: court, prosecutor, investigator, legal aid.
    pub fn offices(&self) -> Offices<'_> {
        let opened = self.opened;
        let mut offices = Offices {
            court: &opened.court,
            prosecutor: &opened.prosecutor,
            investigator: &opened.investigator,
            legal_aid: opened.legal_aid.as_ref(),
        };
        for entry in &self.entries {
            if let What::CaseTransferred { court, prosecutor, investigator, legal_aid } = &entry.action.what {
                offices.court = court.as_ref().unwrap_or(offices.court);
                offices.prosecutor = prosecutor.as_ref().unwrap_or(offices.prosecutor);
                offices.investigator = investigator.as_ref().unwrap_or(offices.investigator);
                offices.legal_aid = legal_aid.as_ref().or(offices.legal_aid);
            }
        }
        offices
    }

    fn follow_what_became_known(&mut self, gravest: &mut Gravest) {
        for (i, entry) in self.entries.iter().enumerate() {
            match &entry.action.what {
                What::ChildIdentified { birth_date, age_years } => {
                    self.birth_date = birth_date.or(self.birth_date);
                    self.age_years = age_years.or(self.age_years);
                }
                What::OffenceReclassified { offence, class, penalty_months, serious } => {
                    gravest.change(usize::try_from(*offence).unwrap_or(usize::MAX), |offence| {
                        offence.class = class.unwrap_or(offence.class);
                        offence.penalty_months = penalty_months.unwrap_or(offence.penalty_months);
                        offence.serious = serious.unwrap_or(offence.serious);
                    });
                    self.gravest.push((i, gravest.offence()));
                }
                _ => {}
            }
        }
    }

    /// Finds the liberty episodes. A bringing-in begins the episode of a taking that follows it closely enough (see
    /// `custody-48h.joined_by_bringing_in_within`). Otherwise it opens no limit, since the law sets none.
    fn find_episodes(&mut self, numbers: &Numbers) {
        let joins = calendar::seconds(numbers.bringing_in_joins).unwrap_or(0);
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

/// The offices of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the format")]
pub struct Offices<'a> {
    pub court: &'a OfficeCode,
    pub prosecutor: &'a OfficeCode,
    pub investigator: &'a OfficeCode,
    pub legal_aid: Option<&'a OfficeCode>,
}

impl<'a> Entry<'a> {
    fn new(action: &'a Action) -> Self {
        Self {
            action,
            name: action.name(),
            first: action.at.first(),
            last: action.at.last(),
            date: action.at.date(),
            dated_only: matches!(action.at, When::Date(_)),
        }
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
    pub const fn date(&self) -> NaiveDate {
        self.date
    }

    /// Whether the action is known by its date alone.
    pub const fn is_dated_only(&self) -> bool {
        self.dated_only
    }
}

#[cfg(test)]
mod tests;
