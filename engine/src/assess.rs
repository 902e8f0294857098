//! The heart: everything known about one case, held against the law at an instant.
//!
//! Invariant: a pure function of the actions, the rulebook and the instant; the order of recording never matters.

mod json;

use crate::action::Action;
use crate::calendar::{self, Instant};
use crate::conditions::{self, Finding, NotOnRecord};
use crate::limits::{Deadline, Limits, Remand};
use crate::rulebook::{FirstDay, RuleId, Rulebook};
use crate::timeline::Timeline;
use crate::words::words;

words! {
    /// How sure a breach is. "Certain" implies "arguable"; nothing is certain on one reading.
    Breach {
        /// Under the protective reading alone.
        Arguable = "arguable",
        /// Under both readings.
        Certain = "certain",
    }
}

/// The outcome for one case at one instant.
pub struct Assessment<'a> {
    /// The instant.
    pub at: Instant,
    /// The actions that count, in their order.
    pub timeline: Timeline<'a>,
    /// By earliest, then rule, opening action and period.
    pub deadlines: Vec<Deadline>,
    /// By the order of their actions, then rule.
    pub findings: Vec<Finding>,
    /// By the order of their actions, then rule, then field.
    pub not_on_record: Vec<NotOnRecord>,
    remands: Vec<Remand>,
}

/// Assesses one case's `actions` at `at`; none if the case was not opened by then.
pub fn assess<'a>(
    actions: impl Iterator<Item = &'a Action> + Clone,
    book: &Rulebook,
    at: Instant,
) -> Option<Assessment<'a>> {
    let timeline = Timeline::new(actions, at, &book.numbers)?;
    let limits = Limits::of(&timeline, book);
    let mut found = conditions::test(&timeline, book, &limits);
    let Limits { mut deadlines, remands } = limits;
    deadlines.retain(|deadline| book.has(deadline.rule));
    found.findings.retain(|finding| book.has(finding.rule));
    found.not_on_record.retain(|missing| book.has(missing.rule));
    let id = |entry: usize| timeline.entries()[entry].action.id;
    deadlines.sort_unstable_by(|a, b| {
        let key =
            |deadline: &Deadline| (deadline.earliest(), deadline.rule.word(), id(deadline.opened_by), deadline.period);
        key(a).cmp(&key(b))
    });
    found.findings.sort_unstable_by_key(|finding| (finding.action, finding.rule.word()));
    found.not_on_record.sort_unstable_by_key(|missing| (missing.action, missing.rule.word(), missing.field));
    let conditions::Found { findings, not_on_record } = found;
    Some(Assessment { at, timeline, deadlines, findings, not_on_record, remands })
}

impl Deadline {
    /// Whether and how surely the limit is breached at `at`.
    pub fn breach(&self, at: Instant) -> Option<Breach> {
        if !self.protective.is_breached(at) {
            return None;
        }
        let certain = self.lenient.as_ref().is_some_and(|lenient| lenient.is_breached(at));
        Some(if certain { Breach::Certain } else { Breach::Arguable })
    }
}

impl Assessment<'_> {
    /// How many more extensions the cap leaves to a remand period, by the protective reading: those that would begin
    /// before the cap ends. None without a cap.
    pub fn extensions_left(&self, deadline: &Deadline, book: &Rulebook) -> Option<u32> {
        let here = |entry: usize, remand: &Remand| remand.order <= entry && entry < remand.end;
        let remand = self.remands.iter().find(|remand| here(deadline.opened_by, remand))?;
        let [months, _] = remand.cap_before(self.timeline.entries().len());
        let most = months?.saturating_sub(deadline.period + 1);
        let mut caps = self.deadlines.iter().filter(|cap| cap.rule == RuleId::RemandCap);
        let cap = caps.find(|cap| here(cap.opened_by, remand))?.earliest();
        let choices = &book.protective;
        let mut end = deadline.earliest();
        let mut left = 0;
        while left < most && end < cap {
            left += 1;
            end = calendar::due(end.plus(1), book.numbers.remand_extension, FirstDay::Counted, choices.month);
        }
        Some(left)
    }

    /// Which extension of its remand, from 1, the entry is; none if there is no remand that it could extend.
    pub fn extension_number(&self, entry: usize) -> Option<usize> {
        self.remands.iter().find_map(|remand| remand.nth_extension(entry))
    }

    /// The months of the cap as it stood before the entry, by the protective reading; none without a cap.
    pub fn cap_before(&self, entry: usize) -> Option<u32> {
        let remand = self.remands.iter().find(|remand| remand.order < entry && entry < remand.end)?;
        remand.cap_before(entry)[0]
    }
}
