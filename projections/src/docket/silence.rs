//! Offices from which nothing was heard while a child is held. Silence is not compliance.
//!
//! Invariant: only a recorded action by an office, or sent by it, in any case of the docket ends its silence.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;

use super::listed::Listed;
use crate::multiset::{Multiset, Multisets};

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
pub type Since = BTreeMap<OfficeCode, Instant>;

/// What was heard of the offices of a docket's cases.
#[derive(Debug, Default)]
pub struct Heard {
    /// When each office was last heard from in each of its cases.
    last: Multisets<OfficeCode, Instant>,
    /// When the first action was recorded in each case of a held child in which an office takes part.
    opened: Multisets<OfficeCode, Instant>,
}

impl Heard {
    /// Adds a case.
    pub fn add(&mut self, case: &Listed) {
        case.heard.iter().for_each(|(office, last)| self.last.add(office, *last));
        owing(case).for_each(|office| self.opened.add(office, case.first_recorded));
    }

    /// Removes a case that was added.
    pub fn remove(&mut self, case: &Listed) {
        case.heard.iter().for_each(|(office, last)| self.last.remove(office, *last));
        owing(case).for_each(|office| self.opened.remove(office, case.first_recorded));
    }

    /// Since when nothing was heard.
    pub fn since(&self) -> Since {
        let heard = |office| self.last.get(office).and_then(Multiset::last);
        let since = self
            .opened
            .iter()
            .filter_map(|(office, opened)| Some((office.clone(), heard(office).or_else(|| opened.first())?)));
        since.collect()
    }
}

/// The offices that take part in the case of a child who is held. Legal aid offices seldom have anything to record.
fn owing(case: &Listed) -> impl Iterator<Item = &OfficeCode> {
    let offices = [&case.offices.court, &case.offices.prosecutor, &case.offices.investigator];
    offices.into_iter().filter(|_| case.summary.standing.is_held())
}

/// The other offices of a docket that are silent, the longest silent first.
pub fn silent(cases: &[Arc<Listed>], heard: &Since, own: &OfficeCode, at: Instant) -> Vec<Silent> {
    let of = |(office, since): (&OfficeCode, &Instant)| {
        let cases = cases.iter().filter(|case| owing(case).any(|owing| owing == office));
        Silent { office: office.clone(), since: *since, cases: cases.map(|case| case.case.clone()).collect() }
    };
    let silent = heard.iter().filter(|(office, since)| *office != own && at.since(**since) > SILENT);
    let mut silent: Vec<Silent> = silent.map(of).collect();
    silent.sort_by(|a, b| (a.since, &a.office).cmp(&(b.since, &b.office)));
    silent
}
