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

/// The other offices of a docket that are silent, the longest silent first. Legal aid offices seldom have anything to record.
pub fn silent(cases: &[Arc<Listed>], own: &OfficeCode, at: Instant) -> Vec<Silent> {
    let mut heard: BTreeMap<&OfficeCode, Instant> = BTreeMap::new();
    let mut held: BTreeMap<&OfficeCode, Vec<&Listed>> = BTreeMap::new();
    for case in cases {
        for (office, last) in &case.heard {
            let known = heard.entry(office).or_insert(*last);
            *known = (*last).max(*known);
        }
        if case.summary.standing.is_held() {
            let offices = [&case.offices.court, &case.offices.prosecutor, &case.offices.investigator];
            for office in offices.into_iter().filter(|office| *office != own) {
                held.entry(office).or_default().push(case);
            }
        }
    }
    let of = |(office, cases): (&OfficeCode, Vec<&Listed>)| {
        let opened = cases.iter().map(|case| case.first_recorded).min()?;
        let since = heard.get(office).copied().unwrap_or(opened);
        if at.since(since) <= SILENT {
            return None;
        }
        let mut cases: Vec<CaseRef> = cases.iter().map(|case| case.case.clone()).collect();
        cases.dedup();
        Some(Silent { office: office.clone(), since, cases })
    };
    let mut silent: Vec<Silent> = held.into_iter().filter_map(of).collect();
    silent.sort_by(|a, b| (a.since, &a.office).cmp(&(b.since, &b.office)));
    silent
}
