//! Offices from which nothing was heard while a child is held. Silence is not compliance.
//!
//! Invariant: only a recorded action by an office, or sent by it, in any case of the docket ends its silence.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;

use super::listed::Listed;

/// After so many seconds without a recorded action an office is silent.
const SILENT: i64 = 7 * 86_400;

/// An office that is silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    /// The office.
    pub office: OfficeCode,
    /// Since when.
    pub since: Instant,
    /// The cases of held children in which it takes part.
    pub cases: Vec<CaseRef>,
}

/// Since when nothing was heard of each office that takes part in the case of a child who is held: the same for every instant.
#[derive(Clone, Debug, Default)]
pub struct Heard(BTreeMap<OfficeCode, Instant>);

impl Heard {
    /// Of the cases of a docket.
    pub fn of(cases: &[Arc<Listed>]) -> Self {
        let mut heard: BTreeMap<&OfficeCode, Instant> = BTreeMap::new();
        let mut opened: BTreeMap<&OfficeCode, Instant> = BTreeMap::new();
        for case in cases {
            for (office, last) in &case.heard {
                let known = heard.entry(office).or_insert(*last);
                *known = (*last).max(*known);
            }
            for office in owing(case) {
                let first = opened.entry(office).or_insert(case.first_recorded);
                *first = case.first_recorded.min(*first);
            }
        }
        let since =
            |(office, opened): (&OfficeCode, Instant)| (office.clone(), heard.get(office).copied().unwrap_or(opened));
        Self(opened.into_iter().map(since).collect())
    }
}

/// The offices that take part in the case of a child who is held. Legal aid offices seldom have anything to record.
fn owing(case: &Listed) -> impl Iterator<Item = &OfficeCode> {
    let offices = [&case.offices.court, &case.offices.prosecutor, &case.offices.investigator];
    offices.into_iter().filter(|_| case.summary.standing.is_held())
}

/// The other offices of a docket that are silent, the longest silent first.
pub fn silent(cases: &[Arc<Listed>], heard: &Heard, own: &OfficeCode, at: Instant) -> Vec<Silent> {
    let of = |(office, since): (&OfficeCode, &Instant)| {
        let cases = cases.iter().filter(|case| owing(case).any(|owing| owing == office));
        Silent { office: office.clone(), since: *since, cases: cases.map(|case| case.case.clone()).collect() }
    };
    let silent = heard.0.iter().filter(|(office, since)| *office != own && at.since(**since) > SILENT);
    let mut silent: Vec<Silent> = silent.map(of).collect();
    silent.sort_by(|a, b| (a.since, &a.office).cmp(&(b.since, &b.office)));
    silent
}
