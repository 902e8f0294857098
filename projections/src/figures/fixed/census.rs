//! Counts all cases of the log for the tables of one or more quarters, with the corrections to those before.
//!
//! Invariant: each case is added once. What comes out depends on the set of cases, their keys and the instant alone.

use std::collections::BTreeMap;

use engine::action::OfficeCode;
use engine::calendar::Instant;

use super::super::child::Part;
use super::super::count::Count;
use super::super::facts::{CaseFacts, Counted};
use super::super::numbers::{Cell, Numbers, Span, Spread};
use super::super::period::{Period, Quarter};
use super::super::rules::Rules;
use super::super::tally::{Tally, Weight};
use super::{FEWEST, Fixed, Known, Scope, TOO_FEW, coarse, rounded, rounded_parts};
use crate::view::Seat;

/// The counting of one or more quarters that follow each other.
pub struct Census<'r> {
    rules: &'r Rules,
    quarters: Vec<Quarter>,
    at: Instant,
    known: Option<Known>,
    courts: BTreeMap<OfficeCode, String>,
    offices: BTreeMap<OfficeCode, Office>,
    provinces: BTreeMap<String, Vec<Tally>>,
    country: Vec<Tally>,
}

/// What is counted of an office.
struct Office {
    quarters: Vec<Tally>,
    /// Everything before the first of the quarters.
    before: BTreeMap<Cell, Weight>,
    heard: Option<Instant>,
    province: Option<String>,
}

impl<'r> Census<'r> {
    /// Nothing counted yet. `known` is what the quarter before the first was compared with; `None`: no quarter was counted yet.
    /// `courts`: the courts with their provinces, those that have no case any more, too.
    pub fn new(
        rules: &'r Rules,
        quarters: Vec<Quarter>,
        at: Instant,
        known: Option<Known>,
        courts: BTreeMap<OfficeCode, String>,
    ) -> Self {
        let country = tallies(rules, &quarters, at, None);
        Self { rules, quarters, at, known, courts, offices: BTreeMap::new(), provinces: BTreeMap::new(), country }
    }

    /// Adds a case with its key.
    pub fn add(&mut self, case: &CaseFacts, key: u64) {
        let Some(first) = self.quarters.first().copied() else { return };
        let mut counted: Vec<&OfficeCode> = Vec::with_capacity(4);
        for (place, seat) in Seat::ALL.into_iter().enumerate() {
            let Some(office) = seat.of(&case.offices) else { continue };
            // An office with two seats in a case counts the case once.
            if counted.contains(&office) {
                continue;
            }
            counted.push(office);
            let (rules, quarters, at) = (self.rules, &self.quarters, self.at);
            let of = self.offices.entry(office.clone()).or_insert_with(|| Office {
                quarters: tallies(rules, quarters, at, Some(seat)),
                before: BTreeMap::new(),
                heard: None,
                province: None,
            });
            add(&mut of.quarters, case, key);
            of.heard = of.heard.max(case.heard[place]);
            if seat == Seat::Court {
                of.province = self.courts.get(office).cloned();
            }
            before(case, self.rules, first, at, &mut |cell| of.before.entry(cell).or_default().add(key));
        }
        add(&mut self.country, case, key);
        if let Some(province) = self.courts.get(&case.offices.court) {
            let (rules, quarters, at) = (self.rules, &self.quarters, self.at);
            let of = self.provinces.entry(province.clone()).or_insert_with(|| tallies(rules, quarters, at, None));
            add(of, case, key);
        }
    }

    /// The tables of each quarter, with what the quarter behind it is compared with.
    pub fn tables(mut self) -> Vec<(Fixed, Known)> {
        let mut known = self.known.take();
        // An office whose cases all went elsewhere is still corrected.
        for code in known.iter().flat_map(|known| known.0.keys()) {
            let (rules, quarters, at) = (self.rules, &self.quarters, self.at);
            let province = self.courts.get(code);
            if let Some(province) = province {
                self.provinces.entry(province.clone()).or_insert_with(|| tallies(rules, quarters, at, None));
            }
            self.offices.entry(code.clone()).or_insert_with(|| Office {
                quarters: tallies(rules, quarters, at, province.map(|_| Seat::Court)),
                before: BTreeMap::new(),
                heard: None,
                province: province.cloned(),
            });
        }
        let mut tables = Vec::new();
        for (nth, quarter) in self.quarters.clone().into_iter().enumerate() {
            let offices = self.offices.iter().map(|(code, office)| {
                let corrections = known.as_ref().map(|known| corrections(&office.before, known.0.get(code)));
                let scope = Scope {
                    numbers: shown(&office.quarters[nth], self.rules),
                    corrections: corrections.unwrap_or_default(),
                    heard: office.heard.map(Instant::date),
                };
                (code.clone(), scope)
            });
            let offices: BTreeMap<OfficeCode, Scope> = offices.collect();
            let provinces = self.provinces.iter();
            let provinces =
                provinces.map(|(name, of)| (name.clone(), self.summed(&offices, &of[nth], Some(name)))).collect();
            let country = self.summed(&offices, &self.country[nth], None);
            self.offices.values_mut().for_each(|office| office.pass(nth, self.rules));
            let next = Known(self.offices.iter().map(|(code, office)| (code.clone(), office.before.clone())).collect());
            tables.push((Fixed { quarter, counted_at: self.at, offices, provinces, country }, next.clone()));
            // In one counting nothing comes late.
            known = Some(next);
        }
        tables
    }

    /// The tables of a province, or of the country: the sums of its courts' counts, and lengths of time of all its cases.
    fn summed(&self, offices: &BTreeMap<OfficeCode, Scope>, tally: &Tally, province: Option<&str>) -> Scope {
        let mut scope = Scope::default();
        for (code, office) in self.offices.iter().filter(|(_, office)| office.is_court()) {
            if let Some(court) = offices.get(code)
                && (province.is_none() || office.province.as_deref() == province)
            {
                scope.numbers.add_counts(&court.numbers);
                scope.corrections.add_counts(&court.corrections);
            }
        }
        scope.numbers.spreads = spreads(tally, self.rules);
        scope
    }
}

impl Office {
    fn is_court(&self) -> bool {
        self.quarters.first().is_some_and(|tally| tally.owed_by() == Some(Seat::Court))
    }

    /// Puts a quarter among what was before.
    fn pass(&mut self, nth: usize, rules: &Rules) {
        for (cell, weight) in self.quarters[nth].weights(rules) {
            if let Some(cell) = total(cell) {
                let before = self.before.entry(cell).or_default();
                before.count = before.count.saturating_add(weight.count);
                before.key = before.key.wrapping_add(weight.key);
            }
        }
    }
}

fn tallies(rules: &Rules, quarters: &[Quarter], at: Instant, seat: Option<Seat>) -> Vec<Tally> {
    quarters.iter().map(|quarter| Tally::new(rules, Period::Quarter(*quarter), at, seat)).collect()
}

fn add(tallies: &mut [Tally], case: &CaseFacts, key: u64) {
    for tally in tallies {
        tally.add(case, key);
    }
}

/// What of a case counts in the quarters before one.
fn before(case: &CaseFacts, rules: &Rules, quarter: Quarter, at: Instant, take: &mut impl FnMut(Cell)) {
    for earlier in Quarter::range(Quarter::of(case.first), quarter.before()) {
        case.each(Period::Quarter(earlier), at, None, &mut |counted| match counted {
            Counted::Child(count, _) => take(Cell::Children(count, Part::All)),
            Counted::Breach(rule, _, breach) => {
                if let Some(rule) = rules.at(rule) {
                    take(Cell::Breach(rule, 0, breach));
                }
            }
            Counted::Stage(..) | Counted::HeldFor(..) | Counted::Recorded(_) | Counted::Taken(_) => {}
        });
    }
}

/// The cell under which corrections count one; `None`: it is not corrected.
fn total(cell: Cell) -> Option<Cell> {
    match cell {
        Cell::Children(_, Part::All) => Some(cell),
        Cell::Breach(rule, _, breach) => Some(Cell::Breach(rule, 0, breach)),
        Cell::Children(..) | Cell::RecordedLate | Cell::Untaken => None,
    }
}

/// What has changed, rounded.
fn corrections(now: &BTreeMap<Cell, Weight>, then: Option<&BTreeMap<Cell, Weight>>) -> Numbers {
    let none = BTreeMap::new();
    let then = then.unwrap_or(&none);
    let mut corrections = Numbers::default();
    for cell in now.keys().chain(then.keys()) {
        let of = |counts: &BTreeMap<Cell, Weight>| counts.get(cell).copied().unwrap_or_default();
        let (now, then) = (of(now), of(then));
        let key = now.key.wrapping_sub(then.key);
        let changed = rounded(Weight { count: now.count.abs_diff(then.count), key });
        if changed != 0 {
            corrections.counts.insert(*cell, if now.count < then.count { -changed } else { changed });
        }
    }
    corrections
}

/// The numbers of an office as they are shown.
fn shown(tally: &Tally, rules: &Rules) -> Numbers {
    let mut numbers = Numbers::default();
    for count in Count::ALL {
        let rounded = rounded_parts(tally.parts(count));
        numbers.counts.extend(Part::ALL.into_iter().map(|part| (Cell::Children(count, part), rounded[part as usize])));
    }
    let others = tally.weights(rules).filter(|(cell, _)| !matches!(cell, Cell::Children(..)));
    numbers.counts.extend(others.map(|(cell, weight)| (cell, rounded(weight))));
    numbers.counts.retain(|_, count| *count != 0);
    numbers.spreads = spreads(tally, rules);
    numbers
}

/// The lengths of time as they are shown: of a stage with too few nothing, so that few cannot be told from none.
fn spreads(tally: &Tally, rules: &Rules) -> BTreeMap<Span, Spread> {
    let always = Part::ALL.into_iter().map(Span::HeldFor).chain([Span::Recorded, Span::Taken]);
    let mut spreads: BTreeMap<Span, Spread> = always.map(|span| (span, TOO_FEW)).collect();
    let enough = tally.spreads(rules).filter(|(_, spread)| spread.count >= FEWEST);
    spreads.extend(enough.map(|(span, spread)| (span, coarse(spread))));
    spreads
}
