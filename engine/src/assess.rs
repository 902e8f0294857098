//! The heart: everything known about one case, held against the law at an instant.
//!
//! Invariant: a pure function of the actions, the rulebook and the instant; the order of recording never matters.

mod json;

use std::sync::OnceLock;

use crate::action::{Action, ActionId};
use crate::breach::Breach;
use crate::calendar::{self, Instant};
use crate::conditions::{self, Finding, Found, NotOnRecord};
use crate::limits::{Deadline, Limits, Opened, Remand, remand_around};
use crate::rulebook::{FirstDay, RuleId, Rulebook};
use crate::timeline::Timeline;

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
    /// Made when a deadline is looked for by what opened it.
    opened: OnceLock<Opened>,
    /// The entries by the ids of their actions; made when one is looked for.
    entries: OnceLock<Vec<(ActionId, usize)>>,
}

/// Assesses one case's `actions` at `at`; none if the case was not opened by then.
pub fn assess<'a>(
    actions: impl Iterator<Item = &'a Action> + Clone,
    book: &Rulebook,
    at: Instant,
) -> Option<Assessment<'a>> {
    let timeline = Timeline::new(actions, at, &book.numbers)?;
    let limits = Limits::of(&timeline, book);
    let found = conditions::test(&timeline, book, &limits);
    Some(Assessment::of(at, timeline, limits, found, book))
}

/// As [`assess`], the limits alone: no condition is tested.
pub(crate) fn assess_limits<'a>(
    actions: impl Iterator<Item = &'a Action> + Clone,
    book: &Rulebook,
    at: Instant,
) -> Option<Assessment<'a>> {
    let timeline = Timeline::new(actions, at, &book.numbers)?;
    let limits = Limits::of(&timeline, book);
    Some(Assessment::of(at, timeline, limits, Found::default(), book))
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

impl<'a> Assessment<'a> {
    fn of(at: Instant, timeline: Timeline<'a>, limits: Limits, found: Found, book: &Rulebook) -> Self {
        let Limits { mut deadlines, remands, .. } = limits;
        let Found { mut findings, mut not_on_record } = found;
        deadlines.retain(|deadline| book.has(deadline.rule));
        findings.retain(|finding| book.has(finding.rule));
        not_on_record.retain(|missing| book.has(missing.rule));
        let id = |entry: usize| timeline.entries()[entry].action.id;
        // Cached: a deadline is large, and is moved once.
        deadlines.sort_by_cached_key(|deadline| {
            (deadline.earliest(), deadline.rule.word(), id(deadline.opened_by), deadline.period)
        });
        findings.sort_unstable_by_key(|finding| (finding.action, finding.rule.word()));
        not_on_record.sort_unstable_by_key(|missing| (missing.action, missing.rule.word(), missing.field));
        let (opened, entries) = (OnceLock::new(), OnceLock::new());
        Self { at, timeline, deadlines, findings, not_on_record, remands, opened, entries }
    }

    /// The entry of the action with this id, if it counts.
    pub fn entry(&self, id: ActionId) -> Option<usize> {
        let entries = self.entries.get_or_init(|| {
            let ids = self.timeline.entries().iter().map(|entry| entry.action.id);
            let mut entries: Vec<_> = ids.zip(0..).collect();
            entries.sort_unstable();
            entries
        });
        let place = entries.binary_search_by_key(&id, |(known, _)| *known).ok()?;
        Some(entries[place].1)
    }

    fn opened(&self) -> &Opened {
        self.opened.get_or_init(|| Opened::of(&self.deadlines))
    }

    /// The deadline of `rule` that `entry` opened as this period.
    pub fn deadline(&self, rule: RuleId, entry: usize, period: u32) -> Option<&Deadline> {
        self.opened().place(rule, entry, period).map(|place| &self.deadlines[place])
    }

    /// The last deadline of `rule` that was opened before `entry`.
    pub fn last_before(&self, rule: RuleId, entry: usize) -> Option<&Deadline> {
        self.opened().last_before(rule, entry).map(|place| &self.deadlines[place])
    }

    /// What was found by testing `rule` on an entry, if anything was.
    pub fn finding(&self, rule: RuleId, entry: usize) -> Option<&Finding> {
        let key = |finding: &Finding| (finding.action, finding.rule.word());
        let place = self.findings.binary_search_by_key(&(entry, rule.word()), key).ok()?;
        Some(&self.findings[place])
    }

    /// What of `rule` is not on record with an entry.
    pub fn missing(&self, rule: RuleId, entry: usize) -> &[NotOnRecord] {
        let key = |missing: &NotOnRecord| (missing.action, missing.rule.word());
        let from = self.not_on_record.partition_point(|missing| key(missing) < (entry, rule.word()));
        let to = self.not_on_record.partition_point(|missing| key(missing) <= (entry, rule.word()));
        &self.not_on_record[from..to]
    }

    /// How many more extensions the cap leaves to a remand period, by the protective reading: those that would begin
    /// before the cap ends. None without a cap.
    pub fn extensions_left(&self, deadline: &Deadline, book: &Rulebook) -> Option<u32> {
        let here = |entry: usize, remand: &Remand| remand.order <= entry && entry < remand.end;
        let ordered = self.remands.partition_point(|remand| remand.order <= deadline.opened_by);
        let remand = self.remands[..ordered].last().filter(|remand| here(deadline.opened_by, remand))?;
        let [months, _] = remand.cap_before(self.timeline.entries().len());
        let most = months?.saturating_sub(deadline.period + 1);
        let cap = self.last_before(RuleId::RemandCap, remand.end).filter(|cap| here(cap.opened_by, remand))?.earliest();
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
        remand_around(&self.remands, entry)?.nth_extension(entry)
    }

    /// The months of the cap as it stood before the entry, by the protective reading; none without a cap.
    pub fn cap_before(&self, entry: usize) -> Option<u32> {
        remand_around(&self.remands, entry)?.cap_before(entry)[0]
    }
}
