//! The limits that the rulebook itself says how to open: by an action, where a test holds. Most are counted plainly; the
//! decision on a release (Art. 65) has two starts.

use super::{Reckoning, Turn, Under, Work, allowed};
use crate::action::{ActionName as N, Names};
use crate::facts::Facts;
use crate::rulebook::period::Hours;
use crate::rulebook::rule::{Counting, Limit};
use crate::rulebook::{DecisionFrom, OfAction, Period, Reading, Readings, Rule};

impl<'t> Work<'t> {
    /// Opens the limits that are asked of the entry under test.
    pub(crate) fn written(&mut self, asked: &OfAction, facts: &Facts<'t>) {
        for prepared in &asked.limits {
            let opens = asked.outcomes(prepared, &facts.answers);
            let rule = self.book.prepared(prepared);
            if let (Some(true), Some(limit)) = (opens.protective, rule.as_limit()) {
                self.open(rule, limit, opens.lenient == Some(true) && !limit.arguable_only, facts);
            }
        }
    }

    /// Opens a limit; `lenient` says whether the lenient reading sees it too.
    fn open(&mut self, rule: &'t Rule, limit: &'t Limit, lenient: bool, facts: &Facts<'t>) {
        let opened_by = facts.index;
        if !self.book.holds(rule, self.timeline.entries()[opened_by].first) {
            return;
        }
        let from =
            limit.counted_from.and_then(|names| self.timeline.last_before(opened_by, names)).unwrap_or(opened_by);
        let done = self.discharged(limit, opened_by, |way, reading| allowed(facts, way, reading));
        let reckonings = Readings::each(|reading| {
            if reading == Reading::Lenient && !lenient {
                return None;
            }
            let done = done[reading];
            match limit.counting {
                Counting::ReleaseDecision { from_request, from_opinion } => {
                    let whole = self.under[reading].plain(opened_by, from_request, done);
                    decision(self.under[reading], limit.length, from_opinion, whole)
                }
                _ => Some(self.under[reading].plain(from, limit.length, done)),
            }
        });
        self.push(rule, facts.owed_by(&rule.owed_by), (opened_by, opened_by), 0, reckonings);
    }
}

/// Art. 65: the opinion within twenty-four hours, then the decision within twenty-four hours. `whole` counts both from the
/// request. The second may run from the opinion, since it may cover the sending too, and from the receipt.
fn decision(under: Under<'_>, limit: Period, from_opinion: Option<Hours>, whole: Reckoning) -> Option<Reckoning> {
    let done = whole.done.map(|done| done.by);
    let next = |name: N| under.timeline.first_after(whole.from, Names::of(&[name]));
    let receipt = next(N::ReleaseRequestReceived);
    if under.choices.decision_from == DecisionFrom::Receipt {
        return receipt.map(|receipt| under.plain(receipt, limit, done));
    }
    let opinion = from_opinion.and_then(|hours| Some((next(N::ReleaseOpinionGiven)?, hours.into())));
    let mut reckoning = whole;
    for (by, period) in [opinion, receipt.map(|receipt| (receipt, limit))].into_iter().flatten() {
        let from_next = under.plain(by, period, None);
        if from_next.due < reckoning.due {
            reckoning.due = from_next.due;
            reckoning.turns = vec![Turn::FromNext { by, period, start: from_next.start, due: from_next.due }];
        }
    }
    Some(reckoning)
}
