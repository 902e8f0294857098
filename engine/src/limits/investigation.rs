//! The investigation (Art. 59(5)): thirty days, thirty more for each agreed extension, no cap; and the thirty days that the
//! protective reading gives an investigation that goes on (Arts 58(2), 67(1)).

use super::{Reckoning, Turn, Under, Work, any_way};
use crate::action::{ActionName as N, Names};
use crate::calendar::{self, Instant};
use crate::facts::{Facts, of_action};
use crate::rulebook::period::Days;
use crate::rulebook::rule::{Counting, Limit, Procedure, STEPS};
use crate::rulebook::test::Test;
use crate::rulebook::{FirstDay, InvestigationFrom, Reading, Readings, Rule};

const EXTENSION: Names = Names::of(&[N::InvestigationExtended]);
/// The steps that say whose the file is, and a mediation's end.
const WHOSE_FILE: Names = Names::of(&[N::FileSent, N::FileReceived, N::FileReturned, N::MediationEnded]);

/// The periods of the investigation: the entries that opened them, and what discharged each under the two readings.
#[derive(Default)]
struct Periods {
    opening: Vec<usize>,
    done: Readings<Vec<Option<usize>>>,
}

impl<'t> Work<'t> {
    pub(super) fn investigation(&mut self) {
        let book = self.book;
        let mut periods = Periods::default();
        if let Some((rule, limit)) = book.counted(Procedure::Investigation) {
            periods = self.periods(limit);
            self.open_periods(rule, limit, &periods);
        }
        if let Some((rule, limit)) = book.counted(Procedure::InvestigationResumed) {
            self.resumed(rule, limit, &periods);
        }
    }

    /// The first step of the case opens period 0. The k-th agreed extension discharges period k - 1 and opens period k, even
    /// if it comes late.
    fn periods(&mut self, limit: &'t Limit) -> Periods {
        let timeline = self.timeline;
        let Some(first) = timeline.all(STEPS).next() else { return Periods::default() };
        let agreed = |i: &usize| *i > first && timeline.entries()[*i].action.word("agreed_by").is_some();
        let opening: Vec<usize> = std::iter::once(first).chain(timeline.all(EXTENSION).filter(agreed)).collect();
        let mut done: Readings<Vec<Option<usize>>> = Readings::default();
        for (k, &i) in opening.iter().enumerate() {
            let discharged = self.discharged(limit, i, any_way);
            let extended = opening.get(k + 1).copied();
            for &reading in Reading::ALL {
                done[reading].push(discharged[reading].into_iter().chain(extended).min());
            }
        }
        Periods { opening, done }
    }

    fn open_periods(&mut self, rule: &'t Rule, limit: &'t Limit, periods: &Periods) {
        let Some(&first) = periods.opening.first() else { return };
        let Readings { protective, lenient } = Readings::each(|reading| {
            investigation_under(self.under[reading], limit, &periods.opening, &periods.done[reading])
        });
        for (k, (protective, lenient)) in protective.into_iter().zip(lenient).enumerate() {
            let period = u32::try_from(k).unwrap_or(u32::MAX);
            let reckonings = Readings { protective, lenient };
            let owed_by = Facts::owed_by_at(self.timeline, self.book, periods.opening[k], &rule.owed_by);
            self.push(rule, owed_by, (first, periods.opening[k]), period, reckonings);
        }
    }

    /// Opened by every returned file and, if the file is the investigator's and a first step is before it, by a mediation
    /// that failed; by neither while a period of the investigation is open.
    fn resumed(&mut self, rule: &'t Rule, limit: &'t Limit, periods: &Periods) {
        let timeline = self.timeline;
        let stepped = timeline.all(STEPS).next();
        let mut file_is_prosecutors = false;
        for i in timeline.all(WHOSE_FILE) {
            let entry = &timeline.entries()[i];
            let failed = || entry.action.flag("settled") == Some(false) && stepped.is_some_and(|step| step < i);
            let opens = match entry.name {
                N::FileReturned => true,
                N::MediationEnded => !file_is_prosecutors && failed(),
                _ => false,
            };
            match entry.name {
                N::FileSent | N::FileReceived => file_is_prosecutors = true,
                N::FileReturned => file_is_prosecutors = false,
                _ => {}
            }
            if opens && !is_open(periods, i) {
                let extended = opens_period(periods, i);
                let done = self.discharged(limit, i, any_way).protective.into_iter().chain(extended).min();
                let protective = Some(self.under.protective.plain(i, limit.length, done));
                let reckonings = Readings { protective, lenient: None };
                let owed_by = Facts::owed_by_at(timeline, self.book, i, &rule.owed_by);
                self.push(rule, owed_by, (i, i), 0, reckonings);
            }
        }
    }
}

/// The first extension after `entry` that opens a period.
fn opens_period(periods: &Periods, entry: usize) -> Option<usize> {
    let extensions = periods.opening.get(1..).unwrap_or_default();
    extensions.get(extensions.partition_point(|i| *i <= entry)).copied()
}

/// Whether a period of the investigation was opened before `entry` and not discharged before it. Only the last one opened
/// can be: an extension discharges the one before.
fn is_open(periods: &Periods, entry: usize) -> bool {
    let opened = periods.opening.partition_point(|i| *i < entry);
    opened.checked_sub(1).is_some_and(|last| periods.done.protective[last].is_none_or(|done| done >= entry))
}

fn investigation_under(
    under: Under<'_>,
    limit: &Limit,
    opening: &[usize],
    done: &[Option<usize>],
) -> Vec<Option<Reckoning>> {
    let anew_if = &limit.anew_if;
    let Counting::Investigation { limit, extension } = limit.counting else { return vec![None; opening.len()] };
    let timeline = under.timeline;
    let from = match under.choices.investigation_from {
        InvestigationFrom::FirstStep => Some(opening[0]),
        InvestigationFrom::Opened => timeline.all(Names::of(&[N::InvestigationOpened])).next(),
    };
    let Some(from) = from else { return vec![None; opening.len()] };
    let start = under.starts(from);
    let mut started_anew = false;
    let mut previous = start;
    let mut reckonings = Vec::with_capacity(opening.len());
    for (k, &opened_by) in opening.iter().enumerate() {
        let mut turns = Vec::new();
        let period = limit.and(u32::try_from(k).unwrap_or(u32::MAX), extension);
        let mut due = under.due(start, period);
        if k > 0 && started_anew {
            let Days(more) = extension;
            due = Instant::last_of(calendar::days_on(previous.date(), more, FirstDay::NotCounted));
            turns.push(Turn::GoesOn { due });
        }
        if k > 0 && starts_anew(under, anew_if, opening[k - 1], opened_by) {
            let own = under.starts(opened_by);
            let anew = under.due(own, extension);
            if anew > due {
                due = anew;
                started_anew = true;
                turns.push(Turn::Anew { start: own, due });
            }
        }
        previous = due;
        reckonings.push(Some(Reckoning { from, start, period: period.into(), turns, due, done: under.done(done[k]) }));
    }
    reckonings
}

/// Whether the extension at `opened_by` opens the first period after a `file_returned`, and the reading lets such a period
/// start anew. `before` is the entry that opened the previous period.
pub(crate) fn starts_anew(under: Under<'_>, anew_if: &Test, before: usize, opened_by: usize) -> bool {
    of_action(anew_if, under.timeline.entries()[opened_by].action, under.reading, under.choices) == Some(true)
        && under.timeline.find(Names::of(&[N::FileReturned]), before + 1, opened_by).is_some()
}
