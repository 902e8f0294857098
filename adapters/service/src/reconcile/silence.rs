//! Silent offices: since when an office with open cases has recorded nothing. Silence is not compliance.
//!
//! Invariant: only a recorded action by an office, or sent by it, ends its silence; alerts of `kamnot` do not.

use std::collections::{BTreeMap, HashMap};

use engine::action::{ActionName, OfficeCode};
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::Rulebook;

use super::result::Silence;

/// The offices found so far.
#[derive(Default)]
pub(super) struct Heard {
    last: HashMap<OfficeCode, Instant>,
    open: BTreeMap<OfficeCode, Open>,
}

/// The open cases of an office.
struct Open {
    cases: u64,
    first_recorded: Instant,
}

impl Heard {
    /// Adds a case, as it is at `at`.
    pub fn take(&mut self, case: &Case, book: &Rulebook, at: Instant) {
        for recorded in case.recorded() {
            self.hear(&recorded.recorded_by, recorded.recorded_at);
            self.hear(&recorded.action.by, recorded.recorded_at);
        }
        let (Some(last), Some(first)) = (case.last_recorded_at(), case.recorded().first()) else { return };
        let Some(assessment) = case.assess(book, at.max(last)) else { return };
        let timeline = &assessment.timeline;
        if timeline.entries().iter().any(|entry| entry.name == ActionName::CaseClosed) {
            return;
        }
        let offices = timeline.offices();
        let all = [Some(offices.court), Some(offices.prosecutor), Some(offices.investigator), offices.legal_aid];
        for (n, office) in all.iter().enumerate() {
            let Some(office) = *office else { continue };
            // An office with two roles in a case counts the case once.
            if all[..n].contains(&Some(office)) {
                continue;
            }
            let open = self.open.entry(office.clone()).or_insert(Open { cases: 0, first_recorded: first.recorded_at });
            open.cases += 1;
            open.first_recorded = open.first_recorded.min(first.recorded_at);
        }
    }

    fn hear(&mut self, office: &OfficeCode, at: Instant) {
        if let Some(last) = self.last.get_mut(office) {
            *last = at.max(*last);
        } else {
            self.last.insert(office.clone(), at);
        }
    }

    /// The offices with open cases at `at`, the longest silent first.
    pub fn silence(&self, at: Instant) -> Vec<Silence> {
        let of = |(office, open): (&OfficeCode, &Open)| {
            let last_heard = self.last.get(office).copied();
            let seconds = at.since(last_heard.unwrap_or(open.first_recorded)).max(0);
            Silence { office: office.clone(), open_cases: open.cases, last_heard, seconds }
        };
        let mut silence: Vec<Silence> = self.open.iter().map(of).collect();
        silence.sort_by(|a, b| b.seconds.cmp(&a.seconds).then_with(|| a.office.cmp(&b.office)));
        silence
    }
}
