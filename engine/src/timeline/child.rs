//! What a timeline knows of the child's age: what is public, by which rules decide, and what was stated and is disclosed.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::{Entry, Timeline};
use crate::action::{Action, ActionName};
use crate::ages::{Age, Ages, Basis, Stated};

impl<'a> Timeline<'a> {
    /// The child's date of birth, as last disclosed. Personal data, for pages and figures: rules decide from [`Ages`] alone.
    pub fn birth_date(&self) -> Option<NaiveDate> {
        self.statements().filter_map(|statement| statement.child().0).last()
    }

    /// What is public of the child's age; `None` if nothing is.
    pub(crate) fn age(&self) -> Option<&Age> {
        self.age.as_deref()
    }

    /// The same, if it follows from a birth date.
    pub(crate) fn age_by_birth(&self) -> Option<&Age> {
        self.age().filter(|age| age.basis == Basis::BirthDate)
    }

    /// Whether the child is grown up at an entry (Art. 2(1)): only as far as a birth date says so.
    pub(crate) fn has_come_of_age(&self, entry: usize) -> bool {
        let from = self.age_by_birth().and_then(|age| age.grown_from);
        from.is_some_and(|from| from <= self.entries[entry].first)
    }

    /// The child's stated age at the time of the offence, as last disclosed. Personal data, as the birth date is.
    pub fn age_years(&self) -> Option<u64> {
        self.statements().filter_map(|statement| statement.child().1).last()
    }

    /// The opening, then what became known of the child, in order.
    fn statements(&self) -> impl Iterator<Item = &'a Action> {
        std::iter::once(self.opening).chain(identified(&self.entries))
    }
}

/// What became known of the child, in order.
fn identified<'a>(entries: &[Entry<'a>]) -> impl Iterator<Item = &'a Action> {
    entries.iter().filter(|entry| entry.name == ActionName::ChildIdentified).map(|entry| entry.action)
}

/// What is public of the child's age by the last statement of a birth date, otherwise by the last of an age.
pub(super) fn age<'a>(
    opening: &'a Action,
    entries: &[Entry<'a>],
    actions: impl Iterator<Item = &'a Action> + Clone,
    ages: Option<&'a Ages>,
) -> Option<Cow<'a, Age>> {
    let basis = |statement: &Action| match ages {
        Some(ages) => ages.of(statement.id).map(|age| age.basis),
        None => Some(Stated::by(statement).basis()),
    };
    let mut last = None;
    for statement in std::iter::once(opening).chain(identified(entries)) {
        match (basis(statement), last) {
            (Some(Basis::BirthDate), _) => last = Some((statement, Basis::BirthDate)),
            (Some(Basis::StatedAge), None | Some((_, Basis::StatedAge))) => last = Some((statement, Basis::StatedAge)),
            _ => {}
        }
    }
    let (statement, _) = last?;
    match ages {
        Some(ages) => ages.of(statement.id).map(Cow::Borrowed),
        None => Some(Cow::Owned(Age::derived(statement, actions))),
    }
}
