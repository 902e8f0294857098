//! The assessment: compares everything known about one case with the law at an instant.
//!
//! Invariant: an assessment is a pure function of the actions, the rulebook and the instant. The order of recording never
//! matters.

mod json;

use std::ops::Range;
use std::sync::OnceLock;

use crate::action::{Action, ActionId};
use crate::ages::Ages;
use crate::breach::Breach;
use crate::calendar::{self, Instant};
use crate::conditions::{self, Finding, Found, NotOnRecord};
use crate::facts::Facts;
use crate::limits::{Deadline, Limits, Opened, Remand, Work, remand_around};
use crate::rulebook::rule::{Counting, Procedure};
use crate::rulebook::{FirstDay, Reading, RuleId, Rulebook};
use crate::timeline::Timeline;

/// What the law says about one case at one instant.
pub struct Assessment<'a> {
    /// The instant.
    pub at: Instant,
    /// The actions that count, in their order.
    pub timeline: Timeline<'a>,
    /// The time limits, ordered by `earliest`, then rule, opening action and period.
    pub deadlines: Vec<Deadline>,
    /// The conditions that fail, in the order of their actions, then by rule.
    pub findings: Vec<Finding>,
    /// The fields that are not on record, in the order of their actions, then by rule and field.
    pub not_on_record: Vec<NotOnRecord>,
    remands: Vec<Remand>,
    /// An index of the deadlines by what opened them, built on first use.
    opened: OnceLock<Opened>,
    /// An index of the entries by the ids of their actions, built on first use.
    entries: OnceLock<Vec<(u128, usize)>>,
}

/// Assesses one case's `actions` at `at`; `None` if the case was not open by then. What is public of the child's age is
/// derived from what they state.
pub fn assess<'a>(
    actions: impl Iterator<Item = &'a Action> + Clone,
    book: &Rulebook,
    at: Instant,
) -> Option<Assessment<'a>> {
    Some(tested(Timeline::new(actions, at, book)?, book, at))
}

/// Like [`assess`], of actions of a recorded case: what was derived when they were recorded decides, whatever is disclosed.
pub fn assess_recorded<'a>(
    actions: impl Iterator<Item = &'a Action> + Clone,
    ages: &'a Ages,
    book: &Rulebook,
    at: Instant,
) -> Option<Assessment<'a>> {
    Some(tested(Timeline::by(actions, Some(ages), at, book)?, book, at))
}

/// Like [`assess_recorded`], but computes the time limits only and tests no condition.
pub fn assess_limits<'a>(
    actions: impl Iterator<Item = &'a Action> + Clone,
    ages: &'a Ages,
    book: &Rulebook,
    at: Instant,
) -> Option<Assessment<'a>> {
    let timeline = Timeline::by(actions, Some(ages), at, book)?;
    let limits = compared(&timeline, book, None);
    Some(Assessment::of(at, timeline, limits, Found::default()))
}

fn tested<'a>(timeline: Timeline<'a>, book: &Rulebook, at: Instant) -> Assessment<'a> {
    let mut found = Found::default();
    let limits = compared(&timeline, book, Some(&mut found));
    Assessment::of(at, timeline, limits, found)
}

/// Compares the actions with each rulebook that decides about one of them. `found` takes what the conditions find.
fn compared(timeline: &Timeline<'_>, book: &Rulebook, mut found: Option<&mut Found>) -> Limits {
    let earlier = || book.chain().skip(1).filter(|book| timeline.reaches_back_to(book));
    let mut limits = Limits::counted(timeline, earlier().chain([book]));
    for book in [book].into_iter().chain(earlier()) {
        let mut work = Work::new(timeline, book, limits);
        let mut facts = Facts::new(timeline, book);
        for entry in timeline.entries() {
            if let Some(asked) = book.asked_on(entry.name, entry.first) {
                facts.answer(asked);
                work.written(asked, &facts);
                if let Some(found) = &mut found {
                    conditions::test(asked, &facts, &work.limits, found);
                }
            }
            facts.pass();
        }
        limits = work.limits;
    }
    if let Some(found) = found.filter(|_| earlier().next().is_some()) {
        found.sort();
    }
    limits
}

impl Deadline {
    /// How sure the breach of the limit is at `at`; `None` if it is not breached.
    pub fn breach(&self, at: Instant) -> Option<Breach> {
        if !self.protective.is_breached(at) {
            return None;
        }
        let certain = self.lenient.as_ref().is_some_and(|lenient| lenient.is_breached(at));
        Some(if certain { Breach::Certain } else { Breach::Arguable })
    }
}

impl<'a> Assessment<'a> {
    fn of(at: Instant, timeline: Timeline<'a>, limits: Limits, found: Found) -> Self {
        let Limits { mut deadlines, remands, .. } = limits;
        let Found { findings, not_on_record } = found;
        let id = |entry: usize| timeline.entries()[entry].action.id;
        // The keys are cached because a deadline is large, and short because few deadlines end at the same instant.
        deadlines.sort_by_cached_key(Deadline::earliest);
        for same in deadlines.chunk_by_mut(|a, b| a.earliest() == b.earliest()).filter(|same| same.len() > 1) {
            same.sort_by_key(|deadline| (deadline.rule, id(deadline.opened_by), deadline.period));
        }
        let (opened, entries) = (OnceLock::new(), OnceLock::new());
        Self { at, timeline, deadlines, findings, not_on_record, remands, opened, entries }
    }

    /// The entry of the action with this id, if it counts.
    pub fn entry(&self, id: ActionId) -> Option<usize> {
        let entries = self.entries.get_or_init(|| {
            let ids = self.timeline.entries().iter().map(|entry| entry.action.id.0.as_u128());
            let mut entries: Vec<_> = ids.zip(0..).collect();
            entries.sort_unstable();
            entries
        });
        let place = entries.binary_search_by_key(&id.0.as_u128(), |(known, _)| *known).ok()?;
        Some(entries[place].1)
    }

    fn opened(&self) -> &Opened {
        self.opened.get_or_init(|| Opened::of(&self.deadlines))
    }

    /// The deadline of `rule` and `period` that `entry` opened.
    pub fn deadline(&self, rule: RuleId, entry: usize, period: u32) -> Option<&Deadline> {
        self.deadline_at(rule, entry, period).map(|place| &self.deadlines[place])
    }

    /// The place of a deadline in [`Assessment::deadlines`].
    pub(crate) fn deadline_at(&self, rule: RuleId, entry: usize, period: u32) -> Option<usize> {
        self.opened().place(rule, entry, period)
    }

    /// The last deadline of `rule` that was opened before `entry`.
    pub fn last_before(&self, rule: RuleId, entry: usize) -> Option<&Deadline> {
        self.opened().last_before(rule, entry).map(|place| &self.deadlines[place])
    }

    /// The finding of `rule` on an entry, if the rule fails there.
    pub fn finding(&self, rule: RuleId, entry: usize) -> Option<&Finding> {
        self.finding_at(rule, entry).map(|place| &self.findings[place])
    }

    /// The place of a finding in [`Assessment::findings`].
    pub(crate) fn finding_at(&self, rule: RuleId, entry: usize) -> Option<usize> {
        self.findings.binary_search_by_key(&(entry, rule), |finding| (finding.action, finding.rule)).ok()
    }

    /// The fields that `rule` needs and that are not on record with an entry, by their places in
    /// [`Assessment::not_on_record`].
    pub(crate) fn missing_at(&self, rule: RuleId, entry: usize) -> Range<usize> {
        let key = |missing: &NotOnRecord| (missing.action, missing.rule);
        let from = self.not_on_record.partition_point(|missing| key(missing) < (entry, rule));
        let of_rule = self.not_on_record[from..].iter().take_while(|missing| key(missing) == (entry, rule));
        from..from + of_rule.count()
    }

    /// How many more extensions the cap leaves after a remand period, by the protective reading: the extensions that would
    /// begin before the cap ends. `None` without a cap.
    pub fn extensions_left(&self, deadline: &Deadline, book: &Rulebook) -> Option<u32> {
        let here = |entry: usize, remand: &Remand| remand.order <= entry && entry < remand.end;
        let ordered = self.remands.partition_point(|remand| remand.order <= deadline.opened_by);
        let remand = self.remands[..ordered].last().filter(|remand| here(deadline.opened_by, remand))?;
        let months = remand.cap_before(self.timeline.entries().len()).protective;
        let most = months?.saturating_sub(deadline.period + 1);
        let (rule, _) = book.counted(Procedure::RemandCap)?;
        let cap = self.last_before(rule.id, remand.end).filter(|cap| here(cap.opened_by, remand))?.earliest();
        let (_, term) = book.counted(Procedure::RemandTerm)?;
        let Counting::RemandTerm { extension, .. } = term.counting else { return None };
        let choices = book.choices(Reading::Protective);
        let mut end = deadline.earliest();
        let mut left = 0;
        while left < most && end < cap {
            left += 1;
            end = calendar::due(end.plus(1), extension.into(), FirstDay::Counted, choices.month);
        }
        Some(left)
    }

    /// The number of an extension within its remand, from 1; `None` if there is no remand that it could extend.
    pub fn extension_number(&self, entry: usize) -> Option<usize> {
        remand_around(&self.remands, entry)?.nth_extension(entry)
    }

    /// The cap in months as it stood before the entry, by the protective reading; `None` without a cap.
    pub fn cap_before(&self, entry: usize) -> Option<u32> {
        remand_around(&self.remands, entry)?.cap_before(entry).protective
    }
}
