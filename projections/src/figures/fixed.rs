//! The fixed tables of closed quarters, for those who may not see the cases one by one: offices, provinces, the country.
//!
//! Invariant: no exact count leaves a fixed table. Each count of an office is rounded to 5 at random, up or down, so that on
//! average it is right; the same cases are always rounded in the same way. What is said of a province or the country is the
//! sum of the rounded counts of its courts, so a total says nothing that its parts do not. A table never changes: what was
//! recorded later stands in the corrections of the next quarter, rounded by itself.

mod census;

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use engine::action::OfficeCode;
use engine::calendar::{Instant, parse_date};
use engine::json::Json;

use super::child::{KINDS, Part};
use super::numbers::{Cell, Numbers, Spread, Values, field, items, text};
use super::period::Quarter;
use super::tally::Weight;

pub use census::Census;

/// What counts are rounded to.
pub const STEP: i64 = 5;
/// Of fewer cases no length of time is shown.
pub const FEWEST: i64 = 20;

/// The tables of a quarter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The quarter.
    pub quarter: Quarter,
    /// When it was counted.
    pub counted_at: Instant,
    /// The offices that had cases, by code.
    pub offices: BTreeMap<OfficeCode, Scope>,
    /// The provinces, by their English names.
    pub provinces: BTreeMap<String, Scope>,
    /// The country.
    pub country: Scope,
}

/// The tables of an office, a province or the country.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The numbers of the quarter, as they were known when it was counted.
    pub numbers: Numbers,
    /// By how much the counts of all earlier quarters have changed since the quarter before was counted.
    pub corrections: Numbers,
    /// Of an office: the day on which it was last heard from when the quarter was counted.
    pub heard: Option<NaiveDate>,
}

/// The exact counts of each office from its first case to the end of a quarter, with which the next quarter compares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known(pub BTreeMap<OfficeCode, BTreeMap<Cell, Weight>>);

/// A count rounded to a multiple of 5, up or down, as the key of its cases decides.
pub fn rounded(weight: Weight) -> i64 {
    let (whole, rest) = (i64::from(weight.count) / STEP, i64::from(weight.count) % STEP);
    let draw = i64::try_from((weight.key >> 32) % 5).unwrap_or(0);
    STEP * (whole + i64::from(draw < rest))
}

/// The counts of all groups of children, rounded so that no group can be computed from the others.
fn rounded_parts(weights: &[Weight; Part::ALL.len()]) -> [i64; Part::ALL.len()] {
    // Nearly always the first draw will do.
    const DRAWS: u64 = 64;
    let drawn =
        |turn: u64| weights.map(|Weight { count, key }| rounded(Weight { count, key: key.wrapping_mul(2 * turn + 1) }));
    (0..DRAWS).map(drawn).find(|rounded| !gives_away(rounded)).unwrap_or_else(|| drawn(0))
}

/// Whether somebody who knows that the groups of each kind have all children can tell a count apart from all but one other.
fn gives_away(rounded: &[i64; Part::ALL.len()]) -> bool {
    // Where no case is sealed, everybody may know it.
    let is_none = |part: Part| part.is_of_sealed() && rounded[part as usize] == 0;
    let range = |part: Part| {
        let shown = rounded[part as usize];
        if is_none(part) {
            return [0, 0];
        }
        [(shown - STEP + 1).max(0), shown + STEP - 1]
    };
    let sum = |parts: &[Part]| {
        parts.iter().fold([0, 0], |[low, high], part| {
            let [least, most] = range(*part);
            [low + least, high + most]
        })
    };
    let meet = |[a, b]: [i64; 2], [c, d]: [i64; 2]| [a.max(c), b.min(d)];
    let close = |[low, high]: [i64; 2]| high - low < 2;
    let all = KINDS.iter().fold(range(Part::All), |all, parts| meet(all, sum(parts)));
    close(all)
        || KINDS.iter().any(|parts| {
            let [low, high] = sum(parts);
            parts.iter().filter(|part| !is_none(**part)).any(|part| {
                let [least, most] = range(*part);
                close(meet([least, most], [all[0] - (high - most), all[1] - (low - least)]))
            })
        })
}

/// What is said of lengths of time where there are too few.
const TOO_FEW: Spread = Spread { count: 0, values: None };

/// Lengths of time as a fixed table shows them: to whole hours or days.
fn coarse(spread: Spread) -> Spread {
    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;
    let to = |length: i64| {
        let step = if length < 3 * DAY { HOUR } else { DAY };
        (length + step / 2) / step * step
    };
    let values = spread.values.map(|Values { median, ninetieth, allowed, percent }| Values {
        median: to(median),
        ninetieth: to(ninetieth),
        allowed,
        percent: percent.map(|percent| (percent + STEP / 2) / STEP * STEP),
    });
    Spread { count: (spread.count + STEP / 2) / STEP * STEP, values }
}

impl Fixed {
    /// As JSON.
    pub fn to_json(&self) -> Json<'_> {
        let named = |name: &'static str, of: &str, scope: &Scope| {
            let mut pairs = vec![(name.into(), Json::text(of.to_owned()))];
            pairs.extend(scope.pairs());
            Json::Object(pairs)
        };
        let offices = self.offices.iter().map(|(code, scope)| named("office", code.as_str(), scope));
        let provinces = self.provinces.iter().map(|(name, scope)| named("province", name, scope));
        Json::Object(vec![
            ("offices".into(), Json::List(offices.collect())),
            ("provinces".into(), Json::List(provinces.collect())),
            ("country".into(), Json::Object(self.country.pairs())),
        ])
    }

    /// Reads what [`Fixed::to_json`] wrote; `None` for anything else.
    pub fn read(written: &str, quarter: Quarter, counted_at: Instant) -> Option<Self> {
        let json = Json::read(written).ok()?;
        let offices = items(field(&json, "offices")?)?.iter();
        let offices = offices.map(|entry| Some((OfficeCode::new(text(entry, "office")?)?, Scope::read(entry)?)));
        let provinces = items(field(&json, "provinces")?)?.iter();
        let provinces = provinces.map(|entry| Some((text(entry, "province")?.to_owned(), Scope::read(entry)?)));
        Some(Self {
            quarter,
            counted_at,
            offices: offices.collect::<Option<_>>()?,
            provinces: provinces.collect::<Option<_>>()?,
            country: Scope::read(field(&json, "country")?)?,
        })
    }
}

impl Scope {
    /// As the fields of a JSON object.
    pub fn pairs(&self) -> Vec<(Cow<'static, str>, Json<'static>)> {
        vec![
            ("figures".into(), self.numbers.to_json()),
            ("corrections".into(), self.corrections.to_json()),
            ("last_heard".into(), self.heard.map_or(Json::Null, |day| Json::text(day.to_string()))),
        ]
    }

    fn read(json: &Json<'_>) -> Option<Self> {
        let heard = match field(json, "last_heard")? {
            Json::Text(day) => Some(parse_date(day)?),
            _ => None,
        };
        Some(Self {
            numbers: Numbers::read(field(json, "figures")?)?,
            corrections: Numbers::read(field(json, "corrections")?)?,
            heard,
        })
    }
}

impl Known {
    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(BTreeMap::is_empty)
    }

    /// As JSON.
    pub fn to_json(&self) -> Json<'_> {
        let offices = self.0.iter().map(|(office, counts)| {
            let counts = counts.iter().map(|(cell, Weight { count, key })| {
                let key = Json::text(format!("{key:016x}"));
                Json::List(vec![Json::text(cell.word()), Json::Number((*count).into()), key])
            });
            Json::List(vec![Json::text(office.as_str()), Json::List(counts.collect())])
        });
        Json::List(offices.collect())
    }

    /// Reads what [`Known::to_json`] wrote; `None` for anything else.
    pub fn read(written: &str) -> Option<Self> {
        let json = Json::read(written).ok()?;
        let weight = |entry: &Json<'_>| {
            let [Json::Text(word), Json::Number(count), Json::Text(key)] = items(entry)? else { return None };
            let weight = Weight { count: u32::try_from(*count).ok()?, key: u64::from_str_radix(key, 16).ok()? };
            Some((Cell::of_word(word)?, weight))
        };
        let office = |entry: &Json<'_>| {
            let [Json::Text(code), counts] = items(entry)? else { return None };
            Some((OfficeCode::new(code)?, items(counts)?.iter().map(weight).collect::<Option<_>>()?))
        };
        items(&json)?.iter().map(office).collect::<Option<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_goes_to_a_multiple_of_5_next_to_it_and_on_average_it_is_right() {
        for count in 0..=20 {
            let of = |draw: u64| rounded(Weight { count, key: draw << 32 });
            let all: Vec<i64> = (0..5).map(of).collect();
            assert!(all.iter().all(|shown| shown % STEP == 0 && (shown - i64::from(count)).abs() < STEP), "{all:?}");
            assert_eq!(all.iter().sum::<i64>(), 5 * i64::from(count));
        }
    }

    #[test]
    fn the_sum_of_groups_that_would_say_each_of_them_is_drawn_again() {
        // 4 and 4 and 4 rounded down to nothing, of 12 rounded up to 15 in all; and six ages rounded up from 1.
        let mut shown = [0; Part::ALL.len()];
        shown[Part::All as usize] = 15;
        assert!(gives_away(&shown));
        shown[Part::Female as usize] = 15;
        for kind in &KINDS[1..] {
            shown[kind[0] as usize] = 15;
        }
        assert!(!gives_away(&shown));
    }

    #[test]
    fn lengths_are_shown_to_whole_hours_or_days() {
        let shown = |length: u32| {
            let spread = coarse(Spread::of(&[length; 21].into_iter().collect()).expect("some"));
            (spread.count, spread.values.map(|values| values.median))
        };
        assert_eq!(shown(90_100), (20, Some(90_000)));
        assert_eq!(shown(10 * 86_400 + 40_000), (20, Some(10 * 86_400)));
    }
}
