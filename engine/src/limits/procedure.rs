//! The limits on the steps of a case: interview, notification, investigation, mediation, release, file, hearing.

use super::{Deadline, Reckoning, Turn, Under, discharged_by, push};
use crate::action::{ActionName as N, Mediator, Person, What};
use crate::calendar::{self, Instant};
use crate::rulebook::{
    DecisionFrom, ExtensionChain, FailedMediation, Hearing, InvestigationFrom, Period, ReleaseRequestBy, Role, RuleId,
    Rulebook,
};
use crate::timeline::{CUSTODY, Names, Timeline};

pub(super) fn deadlines(timeline: &Timeline<'_>, book: &Rulebook, deadlines: &mut Vec<Deadline>) {
    parents_notified(timeline, book, deadlines);
    investigation(timeline, book, deadlines);
    let (mut referred, mut received) = (Vec::new(), Vec::new());
    for (i, entry) in timeline.entries().iter().enumerate() {
        let (rule, owed_by, period) = match &entry.action.what {
            // Art. 59(4): each interview.
            What::InterviewStarted { .. } => (RuleId::Interview90Min, Role::Investigator, book.numbers.interview),
            // Art. 58(2): from the receipt of the litigants' complaint.
            What::ComplaintReceived => {
                (RuleId::InvestigatorMediation30d, Role::Investigator, book.numbers.investigator_mediation)
            }
            // Art. 67: from the receipt of the case file.
            What::FileReceived => (RuleId::Prosecutor10d, Role::Prosecutor, book.numbers.prosecutor),
            What::ReleaseRequested { requested_by } => {
                release_request(timeline, book, i, *requested_by, deadlines);
                continue;
            }
            What::ReleaseDecided { granted: true } => {
                let done = first_discharge(timeline, RuleId::ReleaseAtOnce, i);
                at_once(timeline, book, RuleId::ReleaseAtOnce, i, done, deadlines);
                continue;
            }
            What::ReferredToMediation { to: Mediator::Prosecutor } => {
                referred.push(i);
                continue;
            }
            What::ProsecutionOrderReceived => {
                received.push(i);
                continue;
            }
            _ => continue,
        };
        let done = first_discharge(timeline, rule, i);
        let reckonings = Under::both(timeline, book).map(|under| Some(under.plain(i, period, done)));
        push(deadlines, rule, owed_by, i, 0, reckonings);
    }
    prosecutor_mediation(timeline, book, &referred, deadlines);
    court(timeline, book, &received, deadlines);
}

/// The first action after `opened_by` that discharges the limit.
fn first_discharge(timeline: &Timeline<'_>, rule: RuleId, opened_by: usize) -> Option<usize> {
    timeline.first_after(opened_by, Names::of(discharged_by(rule)))
}

/// "At once" (Arts 62(2), 65): the law gives no number. The protective reading grants the rulebook's grace, which is policy
/// and not law. The lenient reading sees no limit.
fn at_once(
    timeline: &Timeline<'_>,
    book: &Rulebook,
    rule: RuleId,
    opened_by: usize,
    done: Option<usize>,
    deadlines: &mut Vec<Deadline>,
) {
    let [protective, _] = Under::both(timeline, book);
    let reckoning = protective.plain(opened_by, book.numbers.at_once, done);
    push(deadlines, rule, Role::Investigator, opened_by, 0, [Some(reckoning), None]);
}

/// Art. 62(2), which Art. 63 applies to an arrest too: opened by the first custody or arrest of an episode. A notification
/// since the first deprivation is in time.
fn parents_notified(timeline: &Timeline<'_>, book: &Rulebook, deadlines: &mut Vec<Deadline>) {
    const TOLD: Names = Names::of(&[N::ParentsNotified]);
    const CLOSED: Names = Names::of(&[N::CaseClosed]);
    for episode in timeline.episodes() {
        let end = episode.end.unwrap_or(timeline.entries().len());
        let Some(opening) = timeline.find(CUSTODY, episode.taking, end) else { continue };
        let told = timeline.first_after(episode.begin, TOLD);
        let closed = timeline.first_after(opening, CLOSED);
        let done = told.into_iter().chain(closed).min();
        at_once(timeline, book, RuleId::ParentsNotified, opening, done, deadlines);
    }
}

/// Art. 59(5): thirty days, thirty more for each agreed extension, no cap. The first step of the case opens period 0. The
/// k-th agreed extension discharges period k - 1 and opens period k, even if it comes late.
fn investigation(timeline: &Timeline<'_>, book: &Rulebook, deadlines: &mut Vec<Deadline>) {
    const STEPS: Names = Names::of(&[
        N::InvestigationOpened,
        N::SummonsServed,
        N::BroughtIn,
        N::CustodyStarted,
        N::Arrested,
        N::InterviewStarted,
    ]);
    const DONE: Names = Names::of(&[N::FileSent, N::ReferredToMediation, N::CaseClosed]);
    let Some(first) = timeline.all(STEPS).next() else { return };
    let agreed =
        |&i: &usize| i > first && timeline.entries()[i].action.what == What::InvestigationExtended { agreed: true };
    let mut opening: Vec<usize> = vec![first];
    opening.extend(timeline.all(Names::of(&[N::InvestigationExtended])).filter(agreed));
    let done: Vec<Option<usize>> = opening
        .iter()
        .enumerate()
        .map(|(k, &i)| timeline.first_after(i, DONE).into_iter().chain(opening.get(k + 1).copied()).min())
        .collect();
    let [protective, lenient] =
        Under::both(timeline, book).map(|under| investigation_under(under, book, &opening, &done));
    let both = protective.into_iter().zip(lenient);
    for (k, reckonings) in both.enumerate() {
        let period = u32::try_from(k).unwrap_or(u32::MAX);
        push(deadlines, RuleId::Investigation30d, Role::Investigator, opening[k], period, reckonings.into());
    }
}

fn investigation_under(
    under: Under<'_>,
    book: &Rulebook,
    opening: &[usize],
    done: &[Option<usize>],
) -> Vec<Option<Reckoning>> {
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
        let period = periods(book.numbers.investigation, book.numbers.investigation_extension, k);
        let mut due = under.due(start, period);
        if k > 0 && started_anew {
            due = Instant::last_of(calendar::days_on(
                previous.date(),
                days(book.numbers.investigation_extension),
                crate::rulebook::FirstDay::NotCounted,
            ));
            turns.push(Turn::GoesOn { due });
        }
        if k > 0 && starts_anew(under, opening[k - 1], opened_by) {
            let own = under.starts(opened_by);
            let anew = under.due(own, book.numbers.investigation_extension);
            if anew > due {
                due = anew;
                started_anew = true;
                turns.push(Turn::Anew { start: own, due });
            }
        }
        previous = due;
        reckonings.push(Some(Reckoning { from, start, period, turns, due, done: under.done(done[k]) }));
    }
    reckonings
}

/// Whether the extension at `opened_by` opens the first period after a `file_returned`, and the reading lets such a period
/// start anew. `before` is the entry that opened the previous period.
pub(crate) fn starts_anew(under: Under<'_>, before: usize, opened_by: usize) -> bool {
    under.choices.extension_chain == ExtensionChain::FromOrder
        && under.timeline.find(Names::of(&[N::FileReturned]), before + 1, opened_by).is_some()
}

/// The length of the limit with `k` extensions.
pub(super) fn periods(limit: Period, extension: Period, k: usize) -> Period {
    let k = u32::try_from(k).unwrap_or(u32::MAX);
    match (limit, extension) {
        (Period::Days(n), Period::Days(more)) => Period::Days(n.saturating_add(more.saturating_mul(k))),
        (Period::Months(n), Period::Months(more)) => Period::Months(n.saturating_add(more.saturating_mul(k))),
        (other, _) => other,
    }
}

fn days(period: Period) -> u32 {
    match period {
        Period::Days(n) => n,
        _ => 0,
    }
}

/// Art. 65: the opinion within twenty-four hours, then the decision within twenty-four hours.
fn release_request(
    timeline: &Timeline<'_>,
    book: &Rulebook,
    i: usize,
    requested_by: Person,
    deadlines: &mut Vec<Deadline>,
) {
    let family = matches!(requested_by, Person::Parent | Person::Guardian | Person::Relative);
    let opens = |under: &Under<'_>| family || under.choices.release_request_by == ReleaseRequestBy::Anyone;
    let opinion = first_discharge(timeline, RuleId::ReleaseOpinion24h, i);
    let opinions = Under::both(timeline, book)
        .map(|under| opens(&under).then(|| under.plain(i, book.numbers.release_opinion, opinion)));
    push(deadlines, RuleId::ReleaseOpinion24h, Role::Investigator, i, 0, opinions);

    let before_court = timeline.find(Names::of(&[N::ProsecutionOrderReceived]), 0, i).is_some();
    let owed_by = if before_court { Role::Court } else { Role::Prosecutor };
    let decided = first_discharge(timeline, RuleId::ReleaseDecision24h, i);
    let receipt = timeline.first_after(i, Names::of(&[N::ReleaseRequestReceived]));
    let decisions = Under::both(timeline, book)
        .map(|under| opens(&under).then(|| decision(under, book, i, receipt, decided)).flatten());
    push(deadlines, RuleId::ReleaseDecision24h, owed_by, i, 0, decisions);
}

fn decision(
    under: Under<'_>,
    book: &Rulebook,
    request: usize,
    receipt: Option<usize>,
    done: Option<usize>,
) -> Option<Reckoning> {
    let from_receipt = receipt.map(|i| under.plain(i, book.numbers.release_decision, done));
    match under.choices.decision_from {
        DecisionFrom::Receipt => from_receipt,
        DecisionFrom::Request => {
            let mut reckoning = under.plain(request, book.numbers.release_decision_from_request, done);
            if let (Some(receipt), Some(from_receipt)) = (receipt, from_receipt)
                && from_receipt.due < reckoning.due
            {
                reckoning.due = from_receipt.due;
                reckoning.turns.push(Turn::FromReceipt { receipt, start: from_receipt.start, due: from_receipt.due });
            }
            Some(reckoning)
        }
    }
}

/// Art. 67: mediation by the prosecutor, thirty days from the receipt of the file.
fn prosecutor_mediation(timeline: &Timeline<'_>, book: &Rulebook, referred: &[usize], deadlines: &mut Vec<Deadline>) {
    let unders = Under::both(timeline, book);
    let ends = each_that(unders, RuleId::ProsecutorMediation30d, referred, |under, what| match what {
        What::MediationEnded { settled, .. } => *settled || under.choices.failed_mediation == FailedMediation::Outcome,
        _ => true,
    });
    for &referral in referred {
        let from = timeline.last_before(referral, Names::of(&[N::FileReceived])).unwrap_or(referral);
        let reckoning = |reading: usize| {
            unders[reading].plain(from, book.numbers.prosecutor_mediation, next(&ends[reading], referral))
        };
        let reckonings = [0, 1].map(|reading| Some(reckoning(reading)));
        push(deadlines, RuleId::ProsecutorMediation30d, Role::Prosecutor, referral, 0, reckonings);
    }
}

/// Art. 71: the court brings the case out for consideration within fifteen days from the receipt of the prosecution order.
fn court(timeline: &Timeline<'_>, book: &Rulebook, received: &[usize], deadlines: &mut Vec<Deadline>) {
    let unders = Under::both(timeline, book);
    let considers = each_that(unders, RuleId::Court15d, received, |under, what| match what {
        What::HearingHeld(held) => held.substantive || under.choices.hearing == Hearing::Opened,
        _ => true,
    });
    for &receipt in received {
        let reckoning =
            |reading: usize| unders[reading].plain(receipt, book.numbers.court, next(&considers[reading], receipt));
        let reckonings = [0, 1].map(|reading| Some(reckoning(reading)));
        push(deadlines, RuleId::Court15d, Role::Court, receipt, 0, reckonings);
    }
}

/// The entries that may discharge `rule` and that the reading accepts, in order, under each reading. Empty if nothing opens
/// the rule's limit.
fn each_that(
    unders: [Under<'_>; 2],
    rule: RuleId,
    opening: &[usize],
    accepts: impl Fn(Under<'_>, &What) -> bool,
) -> [Vec<usize>; 2] {
    let Some(&first) = opening.first() else { return [Vec::new(), Vec::new()] };
    unders.map(|under| {
        let entries = under.timeline.entries();
        let discharging = under.timeline.between(Names::of(discharged_by(rule)), first + 1, entries.len());
        discharging.filter(|&i| accepts(under, &entries[i].action.what)).collect()
    })
}

/// The first of these entries after `after`.
fn next(entries: &[usize], after: usize) -> Option<usize> {
    entries.get(entries.partition_point(|&i| i <= after)).copied()
}
