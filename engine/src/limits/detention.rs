//! The limits on detention: the forty-eight hours of custody (Art. 62), the remand month and its cap (Art. 64).

use chrono::{Days, NaiveDate};

use super::{Deadline, Done, Reckoning, Turn, Under, ordered_by, procedure, push};
use crate::action::{ActionName as N, Class, What};
use crate::calendar::{self, Instant};
use crate::rulebook::{
    CustodyFrom, ExtensionChain, FirstDay, LowerCap, Numbers, Period, RemandFrom, RemandOrder, RepeatDetention, Role,
    RuleId, Rulebook,
};
use crate::timeline::{CUSTODY, END_OF_DETENTION, Episode, Names, Timeline};

/// A remand: its order, its extensions, and how its cap changed.
pub(crate) struct Remand {
    /// The first order of the episode.
    pub(crate) order: usize,
    /// The entry that ends the detention; the number of all entries while the detention continues.
    pub(crate) end: usize,
    /// The extensions, in order.
    pub(crate) extensions: Vec<usize>,
    /// The cap under the protective and the lenient reading: pairs of an entry and the cap in months from that entry on.
    pub(crate) cap_months: [Vec<(usize, u32)>; 2],
}

impl Remand {
    /// The number of the extension within the remand, from 1.
    pub(crate) fn nth_extension(&self, entry: usize) -> Option<usize> {
        self.extensions.binary_search(&entry).ok().map(|i| i + 1)
    }

    /// The cap in months as it stands before entry `i`, under each reading; `None` without a cap.
    pub(crate) fn cap_before(&self, i: usize) -> [Option<u32>; 2] {
        [0, 1].map(|reading: usize| {
            let months = &self.cap_months[reading];
            months[..months.partition_point(|(from, _)| *from < i)].last().map(|(_, months)| *months)
        })
    }
}

/// The remand that was ordered before the entry and had not ended by then. Remands never overlap.
pub(crate) fn remand_around(remands: &[Remand], entry: usize) -> Option<&Remand> {
    remands[..remands.partition_point(|remand| remand.order < entry)].last().filter(|remand| entry < remand.end)
}

/// What earlier detentions in the case used up.
#[derive(Clone, Copy, Default)]
struct Used {
    /// Seconds of custody, under each reading.
    custody: [i64; 2],
    /// Days of detention under remands.
    remand: i64,
}

pub(super) fn deadlines(timeline: &Timeline<'_>, book: &Rulebook, deadlines: &mut Vec<Deadline>) -> Vec<Remand> {
    let mut remands: Vec<Remand> = Vec::new();
    let mut used = Used::default();
    let unders = Under::both(timeline, book);
    let last = timeline.episodes().len().saturating_sub(1);
    for (n, episode) in timeline.episodes().iter().enumerate() {
        if CUSTODY.has(timeline.entries()[episode.taking].name) {
            let reckonings =
                [0, 1].map(|reading| custody(unders[reading], &book.numbers, episode, used.custody[reading]));
            push(deadlines, RuleId::Custody48h, Role::Investigator, episode.taking, 0, reckonings);
        }
        let end = episode.end.unwrap_or(timeline.entries().len());
        if let Some(order) = timeline.find(Names::of(&[N::RemandOrdered]), episode.taking, end) {
            let extensions: Vec<usize> = timeline.between(Names::of(&[N::RemandExtended]), order + 1, end).collect();
            remand_term(timeline, book, episode, order, &extensions, deadlines);
            let cap_months = remand_cap(timeline, book, episode, order, used.remand, deadlines);
            let remand = Remand { order, end, extensions, cap_months };
            used.remand += days_detained(timeline, &remand);
            remands.push(remand);
        }
        if n < last {
            for (used, under) in used.custody.iter_mut().zip(unders) {
                *used += custody_used(under, episode);
            }
        }
    }
    remands
}

/// Art. 62: "ເດັກກໍຈະຖືກກັກຕົວບໍ່ເກີນ ສີ່ສິບແປດຊົ່ວໂມງ": custody does not exceed forty-eight hours.
fn custody(under: Under<'_>, numbers: &Numbers, episode: &Episode, used: i64) -> Option<Reckoning> {
    let timeline = under.timeline;
    let end = episode.end.unwrap_or(timeline.entries().len());
    let from = match under.choices.custody_from {
        CustodyFrom::FirstDeprivation => Some(episode.begin),
        CustodyFrom::Custody => timeline.find(Names::of(&[N::CustodyStarted]), episode.taking, end),
    }?;
    let mut reckoning = under.plain(from, numbers.custody, custody_done(under, episode));
    if under.choices.repeat_detention == RepeatDetention::Cumulative && used > 0 {
        let left = (calendar::seconds(numbers.custody).unwrap_or(0) - used).max(0);
        reckoning.due = reckoning.start.plus(left);
        reckoning.turns.push(Turn::UsedBefore { seconds: used });
    }
    Some(reckoning)
}

/// What ends the forty-eight hours: a remand (with a written order, if the reading requires one) or the end of detention.
fn custody_done(under: Under<'_>, episode: &Episode) -> Option<usize> {
    let entries = under.timeline.entries();
    (episode.taking + 1..entries.len()).find(|&i| match &entries[i].action.what {
        What::RemandOrdered { order, .. } => under.choices.remand_order == RemandOrder::Any || *order != Some(None),
        _ => END_OF_DETENTION.has(entries[i].name),
    })
}

/// Seconds of custody that an earlier episode used: from the first instant of its first deprivation to the last instant of
/// the action that discharged it, or ended the episode if none did.
fn custody_used(under: Under<'_>, episode: &Episode) -> i64 {
    let entries = under.timeline.entries();
    if !CUSTODY.has(entries[episode.taking].name) {
        return 0;
    }
    let end = custody_done(under, episode).or(episode.end);
    end.map_or(0, |end| entries[end].last.since(entries[episode.begin].first).max(0))
}

/// The entry that starts the remand's clocks under a reading.
fn remand_from(under: Under<'_>, episode: &Episode, order: usize) -> usize {
    match under.choices.remand_from {
        RemandFrom::FirstDeprivation => episode.begin,
        RemandFrom::Order => order,
    }
}

/// Art. 64: one month "ນັບແຕ່ວັນອອກຄຳສັ່ງກັກຂັງພາງ ເປັນຕົ້ນໄປ" ("counting from the date of issuing the remand order
/// onward"), extended one month at a time. After a late extension the previous period stays done late, since for a while
/// the detention had no order. A late extension never moves the end of its own period.
fn remand_term(
    timeline: &Timeline<'_>,
    book: &Rulebook,
    episode: &Episode,
    order: usize,
    extensions: &[usize],
    deadlines: &mut Vec<Deadline>,
) {
    let opening: Vec<usize> = std::iter::once(order).chain(extensions.iter().copied()).collect();
    let mut previous = [None; 2];
    for (k, &opened_by) in opening.iter().enumerate() {
        let done = opening.get(k + 1).copied().or(episode.end);
        let mut reading = 0;
        let reckonings = Under::both(timeline, book).map(|under| {
            let reckoning =
                remand_period(under, &book.numbers, remand_from(under, episode, order), k, previous[reading], done);
            previous[reading] = Some(reckoning.due);
            reading += 1;
            Some(reckoning)
        });
        let owed_by = ordered_by(&timeline.entries()[opened_by].action.what);
        push(deadlines, RuleId::RemandTerm, owed_by, opened_by, u32::try_from(k).unwrap_or(u32::MAX), reckonings);
    }
}

fn remand_period(
    under: Under<'_>,
    numbers: &Numbers,
    from: usize,
    k: usize,
    previous: Option<Instant>,
    done: Option<usize>,
) -> Reckoning {
    let period = procedure::periods(numbers.remand, numbers.remand_extension, k);
    let mut reckoning = under.plain(from, period, done);
    if let (ExtensionChain::Shortest, Some(previous)) = (under.choices.extension_chain, previous) {
        let start = previous.plus(1);
        let due = calendar::due(start, numbers.remand_extension, FirstDay::Counted, under.choices.month);
        if due < reckoning.due {
            reckoning.due = due;
            reckoning.turns.push(Turn::Chained { start, due });
        }
    }
    reckoning
}

/// Art. 64: at most four months for a major offence, eight for a crime. Returns the cap in months under each reading.
fn remand_cap(
    timeline: &Timeline<'_>,
    book: &Rulebook,
    episode: &Episode,
    order: usize,
    days_used: i64,
    deadlines: &mut Vec<Deadline>,
) -> [Vec<(usize, u32)>; 2] {
    let end = episode.end.unwrap_or(timeline.entries().len());
    let at_order = timeline.gravest_before(order).class;
    let opened = if at_order == Class::Minor {
        timeline.reclassifications(order, end).find(|(_, class)| *class > Class::Minor)
    } else {
        Some((order, at_order))
    };
    let Some((opened_by, class)) = opened else { return [Vec::new(), Vec::new()] };
    let mut months: [Vec<(usize, u32)>; 2] = [Vec::new(), Vec::new()];
    let mut reading = 0;
    let reckonings = Under::both(timeline, book).map(|under| {
        let from = remand_from(under, episode, order);
        let done = episode.end.map(|by| Done { by, at: under.discharges(by) });
        let mut cap = Cap::new(under, &book.numbers, from, opened_by, class, days_used, done);
        for (i, class) in timeline.reclassifications(opened_by, end) {
            cap.reclassified(i, class);
        }
        months[reading] = cap.months;
        reading += 1;
        Some(cap.reckoning)
    });
    let owed_by = ordered_by(&timeline.entries()[opened_by].action.what);
    push(deadlines, RuleId::RemandCap, owed_by, opened_by, 0, reckonings);
    months
}

/// The cap under one reading. Reclassifications change it one after another.
struct Cap<'t> {
    under: Under<'t>,
    numbers: &'t Numbers,
    days_before: i64,
    reckoning: Reckoning,
    months: Vec<(usize, u32)>,
}

impl<'t> Cap<'t> {
    fn new(
        under: Under<'t>,
        numbers: &'t Numbers,
        from: usize,
        opened_by: usize,
        class: Class,
        days_used: i64,
        done: Option<Done>,
    ) -> Self {
        let days_before = match under.choices.repeat_detention {
            RepeatDetention::Cumulative => days_used,
            RepeatDetention::Fresh => 0,
        };
        let period = cap_of(numbers, class);
        let start = under.starts(from);
        let reckoning = Reckoning { from, start, period, turns: Vec::new(), due: start, done };
        let mut cap = Self { under, numbers, days_before, reckoning, months: vec![(opened_by, months(period))] };
        cap.reckoning.due = cap.end(period);
        if days_before > 0 {
            let due = cap.reckoning.due;
            cap.reckoning.turns.push(Turn::CapUsed { days: days_before, due });
        }
        cap
    }

    /// The end of a cap of `period`, brought forward by the days of earlier remands, but never before the day on which the
    /// cap starts.
    fn end(&self, period: Period) -> Instant {
        let first: NaiveDate = self.reckoning.start.date();
        let last = self.under.due(self.reckoning.start, period).date();
        let earlier = Days::new(u64::try_from(self.days_before).unwrap_or(0));
        Instant::last_of(last.checked_sub_days(earlier).unwrap_or(first).max(first))
    }

    fn reclassified(&mut self, i: usize, class: Class) {
        let period = cap_of(self.numbers, class);
        let standing = self.months.last().map_or(0, |(_, months)| *months);
        let due = self.reckoning.due;
        if months(period) > standing {
            if self.under.discharges(i) > due {
                self.reckoning.turns.push(Turn::CapKept { by: i, due });
                return;
            }
            self.change(i, period, self.end(period));
        } else if months(period) < standing {
            let own_end = self.end(period);
            let that_day = Instant::last_of(self.under.timeline.entries()[i].date());
            let binds = own_end.max(that_day.min(due));
            self.change(i, period, own_end);
            if self.under.choices.lower_cap == LowerCap::FromReclassification && binds > own_end {
                self.reckoning.due = binds;
                self.reckoning.turns.push(Turn::CapBound { by: i, due: binds });
            }
        }
    }

    fn change(&mut self, by: usize, period: Period, due: Instant) {
        self.months.push((by, months(period)));
        self.reckoning.due = due;
        self.reckoning.turns.push(Turn::CapChanged { by, months: months(period), due });
    }
}

/// The cap of a class; a minor offence counts as a major one.
const fn cap_of(numbers: &Numbers, class: Class) -> Period {
    match class {
        Class::Minor | Class::Major => numbers.cap_major,
        Class::Crime => numbers.cap_crime,
    }
}

const fn months(period: Period) -> u32 {
    match period {
        Period::Months(n) => n,
        Period::Minutes(_) | Period::Hours(_) | Period::Days(_) => 0,
    }
}

/// The days detained under a remand, from the day of the order to the day of the end of detention, counting both.
fn days_detained(timeline: &Timeline<'_>, remand: &Remand) -> i64 {
    let Some(end) = timeline.entries().get(remand.end) else { return 0 };
    end.date().signed_duration_since(timeline.entries()[remand.order].date()).num_days() + 1
}
