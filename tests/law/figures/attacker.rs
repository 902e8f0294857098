//! Somebody who has every fixed table and subtracts: totals minus parts, provinces minus offices, quarters minus quarters.
//!
//! Invariant: the attacker is told how counts are rounded, and that groups and courts add up. Against counts rounded in the plain
//! way, each by itself, the same attacker succeeds.

use std::collections::BTreeMap;

use engine::action::OfficeCode;
use engine::case::Case;
use projections::figures::child::{KINDS, Part};
use projections::figures::count::Count;
use projections::figures::facts::CaseFacts;
use projections::figures::fixed::{Census, Fixed, Known};
use projections::figures::numbers::Cell;
use projections::figures::period::{Period, Quarter};
use projections::figures::rules::Rules;
use projections::figures::tally::Tally;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use service::offices::{OfficeKind, Offices};
use tests::cases::instant;

use super::{book, recorded};

const AT: &str = "2032-01-01T00:00:00+07:00";

/// From least to most.
type Range = [i64; 2];

/// What is known of counts, and which of them are the sums of which others.
#[derive(Default)]
struct Knowledge {
    ranges: Vec<Range>,
    sums: Vec<(usize, Vec<usize>)>,
}

impl Knowledge {
    fn learn(&mut self, range: Range) -> usize {
        self.ranges.push(range);
        self.ranges.len() - 1
    }

    /// Draws every conclusion from sums and parts until there is no new one.
    fn conclude(&mut self) {
        loop {
            let mut narrower = false;
            for (total, parts) in &self.sums {
                let sum = |ranges: &[Range], end: usize| parts.iter().map(|part| ranges[*part][end]).sum::<i64>();
                let (low, high) = (sum(&self.ranges, 0), sum(&self.ranges, 1));
                narrower |= narrow(&mut self.ranges[*total], [low, high]);
                let [least, most] = self.ranges[*total];
                for part in parts {
                    let [own_low, own_high] = self.ranges[*part];
                    narrower |= narrow(&mut self.ranges[*part], [least - (high - own_high), most - (low - own_low)]);
                }
            }
            if !narrower {
                return;
            }
        }
    }
}

fn narrow(range: &mut Range, to: Range) -> bool {
    let new = [range[0].max(to[0]), range[1].min(to[1])];
    let narrower = new != *range;
    *range = new;
    narrower
}

/// How far from a shown count the exact one may be, as the attacker is told.
#[derive(Clone, Copy)]
struct Rounding(i64);

impl Rounding {
    fn range(self, shown: i64) -> Range {
        [(shown - self.0).max(0), shown + self.0]
    }
}

/// How many exact counts from 1 to 9 of an office the attacker finds out, of how many there are. `shown` says what is shown of
/// an office's or of the country's count.
fn found_out(
    offices: &BTreeMap<OfficeCode, Tally>,
    rules: &Rules,
    rounding: Rounding,
    shown: impl Fn(Option<&OfficeCode>, Cell) -> i64,
) -> (usize, usize) {
    let (mut found, mut there) = (0, 0);
    for count in Count::ALL {
        let mut known = Knowledge::default();
        let mut exact = Vec::new();
        let mut of_all: Vec<Vec<usize>> = vec![Vec::new(); Part::ALL.len()];
        for (office, tally) in offices {
            let numbers = tally.exact(rules);
            let places = Part::ALL.map(|part| {
                let cell = Cell::Children(count, part);
                exact.push(numbers.count(cell));
                known.learn(rounding.range(shown(Some(office), cell)))
            });
            known
                .sums
                .extend(KINDS.map(|parts| (places[0], parts.iter().map(|part| places[*part as usize]).collect())));
            for (all, place) in of_all.iter_mut().zip(places) {
                all.push(place);
            }
        }
        let own = exact.len();
        let rest = i64::try_from(offices.len()).expect("few") * rounding.0;
        for (part, places) in Part::ALL.into_iter().zip(of_all) {
            // A sum of rounded counts is that far from the sum of the exact ones; a total rounded by itself is nearer.
            let total = shown(None, Cell::Children(count, part));
            let summed: i64 = offices.keys().map(|office| shown(Some(office), Cell::Children(count, part))).sum();
            let range = if total == summed { [(total - rest).max(0), total + rest] } else { rounding.range(total) };
            let total = known.learn(range);
            known.sums.push((total, places));
        }
        known.conclude();
        for (range, exact) in known.ranges[..own].iter().zip(exact) {
            assert!((range[0]..=range[1]).contains(&exact), "the attacker concludes something false");
            if (1..10).contains(&exact) {
                there += 1;
                found += usize::from(range[0] == range[1]);
            }
        }
    }
    (found, there)
}

fn below(random: &mut ChaCha8Rng, most: usize) -> usize {
    random.next_u32() as usize % most
}

/// A small country: the offices' cases of the generator, drawn by chance. Voided ones count nowhere.
fn country(seed: u64) -> Vec<Case> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let cases = 5 + random.next_u32() % 55;
    let drawn = (0..cases).map(|_| recorded(tests::made::actions(below(&mut random, 400)), instant(AT)));
    let rules = Rules::of(book());
    drawn.filter(|case| CaseFacts::of(case, book(), &rules, instant(AT)).is_some()).collect()
}

/// The courts that come with the program, with their provinces.
fn courts_of_the_country() -> BTreeMap<OfficeCode, String> {
    let offices = Offices::of_the_program();
    let courts = offices.all().filter(|(_, office)| office.kind == OfficeKind::Court);
    courts.map(|(code, court)| (code.clone(), court.province.en.clone())).collect()
}

fn counted(cases: &[Case], quarters: Vec<Quarter>, seed: u64, known: Option<Known>) -> Vec<(Fixed, Known)> {
    let rules = Rules::of(book());
    let mut census = Census::new(&rules, quarters, instant(AT), known, courts_of_the_country());
    let mut keys = ChaCha8Rng::seed_from_u64(seed);
    for case in cases {
        let facts = CaseFacts::of(case, book(), &rules, instant(AT)).expect("a case");
        census.add(&facts, keys.next_u64());
    }
    census.tables()
}

/// The exact counts of each court.
fn courts(cases: &[Case], quarter: Quarter, rules: &Rules) -> BTreeMap<OfficeCode, Tally> {
    let mut courts = BTreeMap::new();
    for case in cases {
        let facts = CaseFacts::of(case, book(), rules, instant(AT)).expect("a case");
        let new = || Tally::new(rules, Period::Quarter(quarter), instant(AT), None);
        courts.entry(facts.offices.court.clone()).or_insert_with(new).add(&facts, 0);
    }
    courts
}

#[test]
fn nobody_finds_out_a_small_count_from_totals_and_parts() {
    let (quarter, rules) = (Quarter::parse("2026-Q2").expect("a quarter"), Rules::of(book()));
    let (mut found, mut there) = (0, 0);
    for seed in 0..40 {
        let cases = country(seed);
        let exact = courts(&cases, quarter, &rules);
        let fixed = counted(&cases, vec![quarter], seed, None).remove(0).0;
        let shown = |office: Option<&OfficeCode>, cell| match office {
            Some(office) => fixed.offices[office].numbers.count(cell),
            None => fixed.country.numbers.count(cell),
        };
        assert!(fixed.offices.values().flat_map(|of| of.numbers.counts.values()).all(|count| count % 5 == 0));
        let of_ours = found_out(&exact, &rules, Rounding(4), shown);
        found += of_ours.0;
        there += of_ours.1;
    }
    assert!(there > 500, "{there} small counts");
    assert_eq!(found, 0, "of {there} small counts");
}

#[test]
fn rounded_in_the_plain_way_four_courts_and_their_total_would_say_all() {
    // Four courts with 3 each, to the nearest multiple of 5: 5, 5, 5, 5; their total 12: 10.
    let mut known = Knowledge::default();
    let plain = Rounding(2);
    let courts: Vec<usize> = (0..4).map(|_| known.learn(plain.range(5))).collect();
    let total = known.learn(plain.range(10));
    known.sums.push((total, courts.clone()));
    known.conclude();
    assert!(courts.iter().all(|court| known.ranges[*court] == [3, 3]), "{:?}", known.ranges);
}

#[test]
fn a_quarter_says_nothing_exact_about_what_came_late_to_the_one_before() {
    let [first, second] = ["2026-Q1", "2026-Q2"].map(|quarter| Quarter::parse(quarter).expect("a quarter"));
    let mut changed = 0;
    for seed in 0..40 {
        let cases = country(seed);
        // One or a few cases are recorded only after the first quarter was counted.
        let late = 1 + usize::try_from(seed % 4).expect("few");
        let before = counted(&cases[late.min(cases.len() - 1)..], vec![first], seed, None).remove(0);
        let after = counted(&cases, vec![second], seed, Some(before.1)).remove(0).0;
        let [known, now] = [&before.0, &counted(&cases, vec![first], seed, None).remove(0).0];
        for (office, scope) in &after.offices {
            for (cell, count) in &scope.corrections.counts {
                assert_eq!(count % 5, 0, "{office} {cell:?}");
                changed += 1;
            }
        }
        // What was shown of the first quarter is not counted again, so there is no second table to subtract from it.
        assert_eq!(known.quarter, now.quarter);
        let summed: i64 = after
            .offices
            .iter()
            .filter(|(office, _)| office.as_str().contains("court"))
            .map(|(_, scope)| scope.corrections.count(Cell::Children(Count::Opened, Part::All)))
            .sum();
        assert_eq!(after.country.corrections.count(Cell::Children(Count::Opened, Part::All)), summed);
    }
    assert!(changed > 20, "{changed} corrections");
}

#[test]
fn the_same_cases_are_rounded_in_the_same_way_wherever_they_are_counted() {
    let quarter = Quarter::parse("2026-Q2").expect("a quarter");
    for seed in 0..10 {
        let cases = country(seed);
        let once = counted(&cases, vec![quarter], seed, None);
        assert_eq!(once, counted(&cases, vec![quarter], seed, None), "asked twice, nothing more is known");
        let mut text = String::new();
        once[0].0.to_json().write(&mut text);
        assert_eq!(Fixed::read(&text, quarter, instant(AT)).as_ref(), Some(&once[0].0));
        let mut text = String::new();
        once[0].1.to_json().write(&mut text);
        assert_eq!(Known::read(&text).as_ref(), Some(&once[0].1));
    }
}

#[test]
fn what_left_a_court_without_cases_is_corrected_in_its_province_and_the_country() {
    let [first, second] = ["2026-Q1", "2026-Q2"].map(|quarter| Quarter::parse(quarter).expect("a quarter"));
    let rules = Rules::of(book());
    let cases = (0..300).map(|n| recorded(tests::made::actions(n), instant(AT)));
    let cases: Vec<Case> = cases.filter(|case| CaseFacts::of(case, book(), &rules, instant(AT)).is_some()).collect();
    let court = |case: &Case| CaseFacts::of(case, book(), &rules, instant(AT)).expect("a case").offices.court;
    let gone = court(&cases[0]);
    let opened = Cell::Children(Count::Opened, Part::All);
    let before = counted(&cases, vec![first], 1, None).remove(0);
    let left: Vec<Case> = cases.iter().filter(|case| court(case) != gone).cloned().collect();
    let after = counted(&left, vec![second], 1, Some(before.1)).remove(0).0;
    let corrected = after.offices[&gone].corrections.count(opened);
    assert!(corrected < 0, "{corrected}");
    let summed: i64 = courts_of_the_country()
        .keys()
        .filter_map(|court| Some(after.offices.get(court)?.corrections.count(opened)))
        .sum();
    assert_eq!(after.country.corrections.count(opened), summed);
    assert_eq!(after.provinces[&courts_of_the_country()[&gone]].corrections.count(opened), corrected);
}

#[test]
fn a_case_that_came_late_stands_in_the_corrections_and_never_in_the_quarter_that_was_shown() {
    let [first, second] = ["2026-Q1", "2026-Q2"].map(|quarter| Quarter::parse(quarter).expect("a quarter"));
    let cases: Vec<Case> = (0..90).map(|n| recorded(tests::made::actions(n), instant(AT))).collect();
    let opened = Cell::Children(Count::Opened, Part::All);
    let before = counted(&cases[40..], vec![first], 1, None).remove(0);
    let unchanged = counted(&cases[40..], vec![second], 1, Some(before.1.clone())).remove(0).0;
    let none: Vec<_> = unchanged.offices.values().flat_map(|scope| &scope.corrections.counts).collect();
    assert!(none.is_empty(), "{none:?}");
    let after = counted(&cases, vec![second], 1, Some(before.1)).remove(0).0;
    let more = after.country.corrections.count(opened);
    assert!((10..=70).contains(&more), "{more} of 40 more cases, most of them of the first quarter");
}
