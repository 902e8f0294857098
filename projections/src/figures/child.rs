//! What figures know about a child, and the groups by which children are counted.
//!
//! Invariant: this is personal. It is kept in memory alone, and leaves it as counts.

use chrono::{Datelike, NaiveDate};
use engine::action::ActionName;
use engine::timeline::Timeline;

/// A group of children. Each child is in one of each kind of group: by sex, by age, and by what was entered about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Part {
    All,
    Female,
    Male,
    SexUnknown,
    SexSealed,
    Under15,
    Age15,
    Age16,
    Age17,
    Age18,
    AgeUnknown,
    AgeSealed,
    Rural,
    NotRural,
    RuralUnknown,
    RuralSealed,
    Minority,
    NotMinority,
    MinorityUnknown,
    MinoritySealed,
    Disability,
    NoDisability,
    DisabilityUnknown,
    DisabilitySealed,
}

/// The kinds of group: the groups of a kind have all children, each once.
pub const KINDS: [&[Part]; 5] = [
    &[Part::Female, Part::Male, Part::SexUnknown, Part::SexSealed],
    &[Part::Under15, Part::Age15, Part::Age16, Part::Age17, Part::Age18, Part::AgeUnknown, Part::AgeSealed],
    &[Part::Rural, Part::NotRural, Part::RuralUnknown, Part::RuralSealed],
    &[Part::Minority, Part::NotMinority, Part::MinorityUnknown, Part::MinoritySealed],
    &[Part::Disability, Part::NoDisability, Part::DisabilityUnknown, Part::DisabilitySealed],
];

impl Part {
    /// All, in the order of their places.
    pub const ALL: [Self; 24] = [
        Self::All,
        Self::Female,
        Self::Male,
        Self::SexUnknown,
        Self::SexSealed,
        Self::Under15,
        Self::Age15,
        Self::Age16,
        Self::Age17,
        Self::Age18,
        Self::AgeUnknown,
        Self::AgeSealed,
        Self::Rural,
        Self::NotRural,
        Self::RuralUnknown,
        Self::RuralSealed,
        Self::Minority,
        Self::NotMinority,
        Self::MinorityUnknown,
        Self::MinoritySealed,
        Self::Disability,
        Self::NoDisability,
        Self::DisabilityUnknown,
        Self::DisabilitySealed,
    ];

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Female => "female",
            Self::Male => "male",
            Self::SexUnknown => "sex_unknown",
            Self::SexSealed => "sex_sealed",
            Self::Under15 => "under_15",
            Self::Age15 => "age_15",
            Self::Age16 => "age_16",
            Self::Age17 => "age_17",
            Self::Age18 => "age_18_or_older",
            Self::AgeUnknown => "age_unknown",
            Self::AgeSealed => "age_sealed",
            Self::Rural => "rural",
            Self::NotRural => "not_rural",
            Self::RuralUnknown => "rural_unknown",
            Self::RuralSealed => "rural_sealed",
            Self::Minority => "ethnic_minority",
            Self::NotMinority => "no_ethnic_minority",
            Self::MinorityUnknown => "ethnic_minority_unknown",
            Self::MinoritySealed => "ethnic_minority_sealed",
            Self::Disability => "disability",
            Self::NoDisability => "no_disability",
            Self::DisabilityUnknown => "disability_unknown",
            Self::DisabilitySealed => "disability_sealed",
        }
    }

    /// Whether it holds the children of sealed cases.
    pub(super) const fn is_of_sealed(self) -> bool {
        matches!(
            self,
            Self::SexSealed | Self::AgeSealed | Self::RuralSealed | Self::MinoritySealed | Self::DisabilitySealed
        )
    }

    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.word() == word)
    }
}

/// A child, as far as figures count by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Child {
    born: Option<NaiveDate>,
    /// The stated age at the time of the offence.
    stated: Option<u8>,
    female: Option<bool>,
    rural: Option<bool>,
    minority: Option<bool>,
    disability: Option<bool>,
    /// Whether the case is sealed, so that none of this is known any more.
    sealed: bool,
}

impl Child {
    /// As last known; `sealed`: nothing is known any more.
    pub fn of(timeline: &Timeline<'_>, sealed: bool) -> Self {
        let age = timeline.age_years();
        let mut child = Self {
            born: timeline.birth_date(),
            stated: age.map(|age| u8::try_from(age).unwrap_or(u8::MAX)),
            sealed,
            ..Self::default()
        };
        let states = |name| matches!(name, ActionName::CaseOpened | ActionName::ChildIdentified);
        for entry in timeline.entries().iter().filter(|entry| states(entry.name)) {
            let Self { female, rural, minority, disability, .. } = &mut child;
            *female = entry.action.sex().map(|sex| sex == "f").or(*female);
            *rural = entry.action.child_flag("rural").or(*rural);
            *minority = entry.action.child_flag("ethnic_minority").or(*minority);
            *disability = entry.action.child_flag("disability").or(*disability);
        }
        child
    }

    /// The groups to which the child belongs on a day: all, then one of each kind.
    pub fn parts(&self, on: NaiveDate) -> [Part; 6] {
        if self.sealed {
            return [
                Part::All,
                Part::SexSealed,
                Part::AgeSealed,
                Part::RuralSealed,
                Part::MinoritySealed,
                Part::DisabilitySealed,
            ];
        }
        let of = |known: Option<bool>, [yes, no, unknown]: [Part; 3]| match known {
            Some(true) => yes,
            Some(false) => no,
            None => unknown,
        };
        [
            Part::All,
            of(self.female, [Part::Female, Part::Male, Part::SexUnknown]),
            self.age(on),
            of(self.rural, [Part::Rural, Part::NotRural, Part::RuralUnknown]),
            of(self.minority, [Part::Minority, Part::NotMinority, Part::MinorityUnknown]),
            of(self.disability, [Part::Disability, Part::NoDisability, Part::DisabilityUnknown]),
        ]
    }

    /// The age on a day; without a birth date, the stated age.
    fn age(&self, on: NaiveDate) -> Part {
        let since = |born: NaiveDate| {
            let had_birthday = (on.month(), on.day()) >= (born.month(), born.day());
            on.year() - born.year() - i32::from(!had_birthday)
        };
        match self.born.map(since).or(self.stated.map(i32::from)) {
            None => Part::AgeUnknown,
            Some(..15) => Part::Under15,
            Some(15) => Part::Age15,
            Some(16) => Part::Age16,
            Some(17) => Part::Age17,
            Some(18..) => Part::Age18,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_stand_in_their_places_and_each_kind_is_whole() {
        for (place, part) in Part::ALL.into_iter().enumerate() {
            assert_eq!(part as usize, place);
            assert_eq!(Part::of_word(part.word()), Some(part));
        }
        let of_kinds: Vec<Part> = KINDS.concat();
        assert_eq!(of_kinds, Part::ALL[1..]);
    }

    #[test]
    fn a_child_is_a_year_older_from_its_birthday_on() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let child = Child { born: Some(day("2010-02-28")), female: Some(true), stated: Some(12), ..Child::default() };
        assert_eq!(child.parts(day("2026-02-27"))[1..3], [Part::Female, Part::Age15]);
        assert_eq!(child.parts(day("2026-02-28"))[2], Part::Age16);
        assert_eq!(child.parts(day("2028-02-28"))[2], Part::Age18);
        let leap = Child { born: Some(day("2012-02-29")), ..Child::default() };
        assert_eq!([leap.parts(day("2027-02-28"))[2], leap.parts(day("2027-03-01"))[2]], [Part::Under15, Part::Age15]);
        let stated = Child { born: None, ..child };
        assert_eq!(stated.parts(day("2026-02-28"))[2], Part::Under15);
    }
}
