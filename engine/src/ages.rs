//! What is public of the child's age: whole years at the dates of offences, and which actions come after the eighteenth
//! birthday. Rules decide from these facts, whether what was stated of the child is disclosed or not.
//!
//! Invariant: a fact is derived once, when the later of the two that it relates is recorded, and never changes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};

use crate::action::{Action, ActionId, ActionName};
use crate::calendar::{Instant, birthday};
use crate::words::words;

/// Art. 2(1): a child is a person under eighteen. A rulebook with another age is refused: what is derived at recording
/// would not do for it.
pub const ADULT: u32 = 18;

words! {
    /// What a statement of the child's age rests on.
    Basis {
        /// A birth date.
        BirthDate = "birth_date",
        /// A stated age at the time of the offence.
        StatedAge = "stated_age",
        /// Neither is stated.
        None = "none",
    }
}

/// What one recorded action adds to the facts, as its event holds it. A statement of the child's age is the opening or a
/// `child_identified`; it is named by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// What the recorded action itself rests on, if it is a statement that is disclosed.
    pub basis: Option<Basis>,
    /// By statement, the whole years at the dates of offences. Before the birth there are none: 0.
    pub years: BTreeMap<ActionId, BTreeMap<NaiveDate, u64>>,
    /// By statement, the actions that begin on the child's eighteenth birthday or later.
    pub grown: BTreeMap<ActionId, BTreeSet<ActionId>>,
}

impl Derived {
    /// Whether nothing follows.
    pub fn is_empty(&self) -> bool {
        self.basis.is_none() && self.years.is_empty() && self.grown.is_empty()
    }

    /// The same without what only these statements could confirm, of which `own` may be one.
    fn without(&self, statements: &[ActionId], own: ActionId) -> Self {
        let mut rest = self.clone();
        rest.basis = rest.basis.filter(|_| !statements.contains(&own));
        rest.years.retain(|statement, _| !statements.contains(statement));
        rest.grown.retain(|statement, _| !statements.contains(statement));
        rest
    }
}

/// What is public of one statement of the child's age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Age {
    pub(crate) basis: Basis,
    /// The whole years at the dates of offences, by date.
    years: Vec<(NaiveDate, u64)>,
    /// When the earliest of the recorded actions begins that begin on the eighteenth birthday or later. Each that begins
    /// later than this one does too.
    pub(crate) grown_from: Option<Instant>,
}

impl Age {
    const fn resting_on(basis: Basis) -> Self {
        Self { basis, years: Vec::new(), grown_from: None }
    }

    /// What follows from a statement that is disclosed, among these actions.
    pub(crate) fn derived<'a>(statement: &Action, actions: impl Iterator<Item = &'a Action> + Clone) -> Self {
        let stated = Stated::by(statement);
        let mut age = Self::resting_on(stated.basis());
        actions.clone().flat_map(offence_dates).for_each(|date| age.take_years(date, || stated.years_at(date)));
        if let Some(grown) = stated.grown_from() {
            age.grown_from = actions.map(|action| action.at.first()).filter(|first| grown <= *first).min();
        }
        age
    }

    /// The whole years at the date of an offence; `None` if that was never derived.
    pub(crate) fn years_at(&self, date: NaiveDate) -> Option<u64> {
        let place = self.years.binary_search_by_key(&date, |(known, _)| *known).ok()?;
        Some(self.years[place].1)
    }

    fn take_years(&mut self, date: NaiveDate, years: impl FnOnce() -> Option<u64>) {
        if let Err(place) = self.years.binary_search_by_key(&date, |(known, _)| *known)
            && let Some(years) = years()
        {
            self.years.insert(place, (date, years));
        }
    }
}

/// What is public of each statement of the child's age in a case, as it was derived when it was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ages(BTreeMap<ActionId, Age>);

impl Ages {
    /// What is public of a statement; `None` if nothing was derived from it.
    pub(crate) fn of(&self, statement: ActionId) -> Option<&Age> {
        self.0.get(&statement)
    }

    /// Takes in what was derived when `action` was recorded. `recorded` gives the recorded actions, it among them.
    pub(crate) fn take<'a, I: Iterator<Item = &'a Action>>(
        &mut self,
        action: &Action,
        derived: &Derived,
        recorded: impl Fn() -> I,
    ) {
        if let Some(basis) = derived.basis {
            self.0.entry(action.id).or_insert_with(|| Age::resting_on(basis));
        }
        for (statement, years) in &derived.years {
            if let Some(age) = self.0.get_mut(statement) {
                for (date, years) in years {
                    age.take_years(*date, || Some(*years));
                }
            }
        }
        for (statement, grown) in &derived.grown {
            let Some(age) = self.0.get_mut(statement) else { continue };
            let earliest = if grown.iter().eq([&action.id]) {
                Some(action.at.first())
            } else {
                recorded().filter(|known| grown.contains(&known.id)).map(|known| known.at.first()).min()
            };
            age.grown_from = age.grown_from.into_iter().chain(earliest).min();
        }
    }
}

/// What a statement says of the child's age.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stated {
    Born(NaiveDate),
    Age(u64),
    Nothing,
}

impl Stated {
    pub(crate) fn by(statement: &Action) -> Self {
        match statement.child() {
            (Some(birth), _) => Self::Born(birth),
            (None, Some(age)) => Self::Age(age),
            (None, None) => Self::Nothing,
        }
    }

    pub(crate) const fn basis(self) -> Basis {
        match self {
            Self::Born(_) => Basis::BirthDate,
            Self::Age(_) => Basis::StatedAge,
            Self::Nothing => Basis::None,
        }
    }

    fn years_at(self, date: NaiveDate) -> Option<u64> {
        match self {
            Self::Born(birth) => Some(whole_years(birth, date)),
            Self::Age(age) => Some(age),
            Self::Nothing => None,
        }
    }

    fn grown_from(self) -> Option<Instant> {
        if let Self::Born(birth) = self { Some(Instant::first_of(birthday(birth, ADULT))) } else { None }
    }
}

fn whole_years(birth: NaiveDate, date: NaiveDate) -> u64 {
    let years = u32::try_from(date.year().saturating_sub(birth.year())).unwrap_or(0);
    u64::from(if date < birthday(birth, years) { years.saturating_sub(1) } else { years })
}

fn is_statement(action: &Action) -> bool {
    matches!(action.name, ActionName::CaseOpened | ActionName::ChildIdentified)
}

/// The dates of offences that an action states.
fn offence_dates(action: &Action) -> impl Iterator<Item = NaiveDate> + '_ {
    let corrected = (action.name == ActionName::OffenceCorrected).then(|| action.day("committed_on")).flatten();
    let stated = action.offences().chain(action.added_offence()).map(|offence| offence.committed_on);
    stated.chain(corrected)
}

/// Derives what each action adds to the facts, in the order of recording.
#[derive(Default)]
pub(crate) struct Deriving {
    /// Each with when it begins.
    actions: Vec<(ActionId, Instant)>,
    /// Each with when the child is grown up by it.
    statements: Vec<(ActionId, Stated, Option<Instant>)>,
    /// The statements that are not disclosed, from which nothing can be derived.
    withheld: Vec<ActionId>,
    offences: BTreeSet<NaiveDate>,
}

impl Deriving {
    /// Behind these actions, which are recorded.
    pub(crate) fn behind<'a>(actions: impl Iterator<Item = &'a Action>) -> Self {
        let mut deriving = Self::default();
        actions.for_each(|action| deriving.pass(action));
        deriving
    }

    /// What the next action adds.
    pub(crate) fn next(&mut self, action: &Action) -> Derived {
        let mut derived = Derived::default();
        let (id, first) = (action.id, action.at.first());
        for (statement, stated, grown) in &self.statements {
            for date in offence_dates(action) {
                if let Some(years) = stated.years_at(date) {
                    derived.years.entry(*statement).or_default().insert(date, years);
                }
            }
            if grown.is_some_and(|grown| grown <= first) {
                derived.grown.entry(*statement).or_default().insert(id);
            }
        }
        self.pass(action);
        if let Some((_, stated, from)) = self.statements.last().filter(|(last, ..)| *last == id) {
            derived.basis = Some(stated.basis());
            let years = self.offences.iter().filter_map(|date| Some((*date, stated.years_at(*date)?)));
            let years: BTreeMap<NaiveDate, u64> = years.collect();
            if !years.is_empty() {
                derived.years.insert(id, years);
            }
            let grown = |(_, first): &&(ActionId, Instant)| from.is_some_and(|from| from <= *first);
            let grown: BTreeSet<ActionId> = self.actions.iter().filter(grown).map(|(id, _)| *id).collect();
            if !grown.is_empty() {
                derived.grown.insert(id, grown);
            }
        }
        derived
    }

    /// Whether what was `recorded` as derived from the next action differs from what follows, as far as that is disclosed.
    pub(crate) fn contradicts(&mut self, action: &Action, recorded: &Derived) -> bool {
        let follows = self.next(action);
        recorded.without(&self.withheld, action.id) != follows
    }

    fn pass(&mut self, action: &Action) {
        self.actions.push((action.id, action.at.first()));
        self.offences.extend(offence_dates(action));
        if is_statement(action) {
            if action.withholds_age() {
                self.withheld.push(action.id);
            } else {
                let stated = Stated::by(action);
                self.statements.push((action.id, stated, stated.grown_from()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn years_are_whole_from_each_birthday_on() {
        let at = |birth: &str, date: &str| whole_years(day(birth), day(date));
        assert_eq!(at("2010-05-05", "2026-05-04"), 15);
        assert_eq!(at("2010-05-05", "2026-05-05"), 16);
        assert_eq!(at("2008-02-29", "2026-02-28"), 17);
        assert_eq!(at("2008-02-29", "2026-03-01"), 18);
        assert_eq!(at("2010-05-05", "2009-01-01"), 0);
        for years in 0..30 {
            assert!(at("2008-02-29", &birthday(day("2008-02-29"), years).to_string()) == u64::from(years));
        }
    }
}
