//! The limits on detention: the forty-eight hours of custody (Art. 62), the remand month and its cap (Art. 64).

use chrono::NaiveDate;

use super::{Done, Reckoning, Turn, Under, Work, any_way};
use crate::action::{ActionName as N, Class, Names};
use crate::calendar::{self, Instant};
use crate::facts::Facts;
use crate::rulebook::period::Months;
use crate::rulebook::rule::{CUSTODY, Counting, Limit, Procedure};
use crate::rulebook::{
    CustodyFrom, ExtensionChain, FirstDay, LowerCap, Reading, Readings, RemandFrom, RepeatDetention, Rule,
};
use crate::timeline::{Episode, Timeline};

/// A remand: its order, its extensions, and how its cap changed.
pub(crate) struct Remand {
    /// The first order of the episode.
    pub(crate) order: usize,
    /// The entry that ends the detention; the number of all entries while the detention continues.
    pub(crate) end: usize,
    /// The extensions, in order.
    pub(crate) extensions: Vec<usize>,
    /// The cap under the protective and the lenient reading: pairs of an entry and the cap in months from that entry on.
    pub(crate) cap_months: Readings<Vec<(usize, u32)>>,
}

impl Remand {
    /// The number of the extension within the remand, from 1.
    pub(crate) fn nth_extension(&self, entry: usize) -> Option<usize> {
        self.extensions.binary_search(&entry).ok().map(|i| i + 1)
    }

    /// The cap in months as it stands before entry `i`, under each reading; `None` without a cap.
    pub(crate) fn cap_before(&self, i: usize) -> Readings<Option<u32>> {
        Readings::each(|reading| {
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
    custody: Readings<i64>,
    /// Days of detention under remands.
    remand: i64,
}

impl<'t> Work<'t> {
    pub(super) fn detention(&mut self) -> Vec<Remand> {
        let (book, timeline) = (self.book, self.timeline);
        let custody = book.counted(Procedure::Custody);
        let term = book.counted(Procedure::RemandTerm);
        let cap = book.counted(Procedure::RemandCap);
        let mut remands: Vec<Remand> = Vec::new();
        let mut used = Used::default();
        for (n, episode) in timeline.episodes().iter().enumerate() {
            if let Some((rule, limit)) = custody.filter(|_| CUSTODY.has(timeline.entries()[episode.taking].name)) {
                let done = self.discharged(limit, episode.taking, any_way);
                let reckonings = Readings::each(|reading| {
                    custody_under(self.under[reading], limit, episode, done[reading], used.custody[reading])
                });
                let owed_by = Facts::owed_by_at(timeline, book, episode.taking, &rule.owed_by);
                self.push(rule, owed_by, (episode.taking, episode.taking), 0, reckonings);
                if n + 1 < timeline.episodes().len() {
                    for reading in Reading::ALL {
                        used.custody[*reading] += custody_used(timeline, episode, done[*reading]);
                    }
                }
            }
            let end = episode.end.unwrap_or(timeline.entries().len());
            if let Some(order) = timeline.find(Names::of(&[N::RemandOrdered]), episode.taking, end) {
                let extensions: Vec<usize> =
                    timeline.between(Names::of(&[N::RemandExtended]), order + 1, end).collect();
                let of = RemandOf { episode, order, days_used: used.remand };
                if let Some((rule, limit)) = term {
                    self.remand_term(rule, limit, &of, &extensions);
                }
                let cap_months = cap.map(|(rule, limit)| self.remand_cap(rule, limit, &of)).unwrap_or_default();
                let remand = Remand { order, end, extensions, cap_months };
                used.remand += days_detained(timeline, &remand);
                remands.push(remand);
            }
        }
        remands
    }

    /// Art. 64: one month "ນັບແຕ່ວັນອອກຄຳສັ່ງກັກຂັງພາງ ເປັນຕົ້ນໄປ" ("counting from the date of issuing the remand order
    /// onward"), extended one month at a time. After a late extension the previous period stays done late, since for a
    /// while the detention had no order. A late extension never moves the end of its own period.
    fn remand_term(&mut self, rule: &'t Rule, limit: &'t Limit, of: &RemandOf<'_>, extensions: &[usize]) {
        let opening: Vec<usize> = std::iter::once(of.order).chain(extensions.iter().copied()).collect();
        let mut previous: Readings<Option<Instant>> = Readings::default();
        for (k, &opened_by) in opening.iter().enumerate() {
            let extended = opening.get(k + 1).copied();
            let discharged = self.discharged(limit, opened_by, any_way);
            let reckonings = Readings::each(|reading| {
                let done = discharged[reading].into_iter().chain(extended).min();
                let reckoning = remand_period(self.under[reading], limit, of, k, previous[reading], done);
                previous[reading] = Some(reckoning.due);
                Some(reckoning)
            });
            let period = u32::try_from(k).unwrap_or(u32::MAX);
            let owed_by = Facts::owed_by_at(self.timeline, self.book, opened_by, &rule.owed_by);
            self.push(rule, owed_by, (of.order, opened_by), period, reckonings);
        }
    }

    /// Art. 64: at most four months for a major offence, eight for a crime. Returns the cap in months under each reading.
    /// Who ordered the remand owes it, also where a reclassification opened the cap.
    fn remand_cap(&mut self, rule: &'t Rule, limit: &'t Limit, of: &RemandOf<'_>) -> Readings<Vec<(usize, u32)>> {
        let (timeline, order) = (self.timeline, of.order);
        let end = of.episode.end.unwrap_or(timeline.entries().len());
        let at_order = timeline.gravest_before(order).class;
        let opened = if at_order == Class::Minor {
            timeline.reclassifications(order, end).find(|(_, class)| *class > Class::Minor)
        } else {
            Some((order, at_order))
        };
        let Some((opened_by, class)) = opened else { return Readings::default() };
        let mut months: Readings<Vec<(usize, u32)>> = Readings::default();
        let done = self.discharged(limit, opened_by, any_way);
        let reckonings = Readings::each(|reading| {
            let under = self.under[reading];
            let mut cap = Cap::new(under, limit.counting, of, opened_by, class, under.done(done[reading]));
            for (i, class) in timeline.reclassifications(opened_by, end) {
                cap.reclassified(i, class);
            }
            months[reading] = cap.months;
            Some(cap.reckoning)
        });
        let owed_by = Facts::owed_by_at(timeline, self.book, order, &rule.owed_by);
        self.push(rule, owed_by, (opened_by, opened_by), 0, reckonings);
        months
    }
}

/// What the limits of one remand are computed from.
struct RemandOf<'e> {
    episode: &'e Episode,
    order: usize,
    /// Days of detention under earlier remands.
    days_used: i64,
}

impl RemandOf<'_> {
    /// The entry that starts the clocks under a reading.
    fn from(&self, under: Under<'_>) -> usize {
        match under.choices.remand_from {
            RemandFrom::FirstDeprivation => self.episode.begin,
            RemandFrom::Order => self.order,
        }
    }
}

/// Art. 62: "ເດັກກໍຈະຖືກກັກຕົວບໍ່ເກີນ ສີ່ສິບແປດຊົ່ວໂມງ": custody does not exceed forty-eight hours.
fn custody_under(
    under: Under<'_>,
    limit: &Limit,
    episode: &Episode,
    done: Option<usize>,
    used: i64,
) -> Option<Reckoning> {
    let Counting::Custody { limit, .. } = limit.counting else { return None };
    let timeline = under.timeline;
    let end = episode.end.unwrap_or(timeline.entries().len());
    let from = match under.choices.custody_from {
        CustodyFrom::FirstDeprivation => Some(episode.begin),
        CustodyFrom::Custody => timeline.find(Names::of(&[N::CustodyStarted]), episode.taking, end),
    }?;
    let mut reckoning = under.plain(from, limit, done);
    if under.choices.repeat_detention == RepeatDetention::Cumulative && used > 0 {
        reckoning.due = reckoning.start.plus((limit.seconds() - used).max(0));
        reckoning.turns.push(Turn::UsedBefore { seconds: used });
    }
    Some(reckoning)
}

/// Seconds of custody that an earlier episode used: from the first instant of its first deprivation to the last instant of
/// the action that discharged it, or ended the episode if none did.
fn custody_used(timeline: &Timeline<'_>, episode: &Episode, done: Option<usize>) -> i64 {
    let entries = timeline.entries();
    let end = done.or(episode.end);
    end.map_or(0, |end| entries[end].last.since(entries[episode.begin].first).max(0))
}

fn remand_period(
    under: Under<'_>,
    limit: &Limit,
    of: &RemandOf<'_>,
    k: usize,
    previous: Option<Instant>,
    done: Option<usize>,
) -> Reckoning {
    let (first, extension) = match limit.counting {
        Counting::RemandTerm { limit, extension } => (limit, extension),
        _ => (Months(0), Months(0)),
    };
    let period = first.and(u32::try_from(k).unwrap_or(u32::MAX), extension);
    let mut reckoning = under.plain(of.from(under), period, done);
    if let (ExtensionChain::Shortest, Some(previous)) = (under.choices.extension_chain, previous) {
        let start = previous.plus(1);
        let due = calendar::due(start, extension.into(), FirstDay::Counted, under.choices.month);
        if due < reckoning.due {
            reckoning.due = due;
            reckoning.turns.push(Turn::Chained { start, due });
        }
    }
    reckoning
}

/// The cap under one reading. Reclassifications change it one after another.
struct Cap<'t> {
    under: Under<'t>,
    counting: Counting,
    days_before: i64,
    reckoning: Reckoning,
    months: Vec<(usize, u32)>,
}

impl<'t> Cap<'t> {
    fn new(
        under: Under<'t>,
        counting: Counting,
        of: &RemandOf<'_>,
        opened_by: usize,
        class: Class,
        done: Option<Done>,
    ) -> Self {
        let days_before = match under.choices.repeat_detention {
            RepeatDetention::Cumulative => of.days_used,
            RepeatDetention::Fresh => 0,
        };
        let months = cap_of(counting, class);
        let from = of.from(under);
        let start = under.starts(from);
        let reckoning = Reckoning { from, start, period: months.into(), turns: Vec::new(), due: start, done };
        let mut cap = Self { under, counting, days_before, reckoning, months: vec![(opened_by, months.0)] };
        cap.reckoning.due = cap.end(months);
        if days_before > 0 {
            let due = cap.reckoning.due;
            cap.reckoning.turns.push(Turn::CapUsed { days: days_before, due });
        }
        cap
    }

    /// The end of a cap of `period`, brought forward by the days of earlier remands, but never before the day on which the
    /// cap starts.
    fn end(&self, months: Months) -> Instant {
        let first: NaiveDate = self.reckoning.start.date();
        let last = self.under.due(self.reckoning.start, months).date();
        let earlier = chrono::Days::new(u64::try_from(self.days_before).unwrap_or(0));
        Instant::last_of(last.checked_sub_days(earlier).unwrap_or(first).max(first))
    }

    fn reclassified(&mut self, i: usize, class: Class) {
        let months = cap_of(self.counting, class);
        let standing = self.months.last().map_or(Months(0), |(_, months)| Months(*months));
        let due = self.reckoning.due;
        if months > standing {
            if self.under.discharges(i) > due {
                self.reckoning.turns.push(Turn::CapKept { by: i, due });
                return;
            }
            self.change(i, months, self.end(months));
        } else if months < standing {
            let own_end = self.end(months);
            let that_day = Instant::last_of(self.under.timeline.entries()[i].date());
            let binds = own_end.max(that_day.min(due));
            self.change(i, months, own_end);
            if self.under.choices.lower_cap == LowerCap::FromReclassification && binds > own_end {
                self.reckoning.due = binds;
                self.reckoning.turns.push(Turn::CapBound { by: i, due: binds });
            }
        }
    }

    fn change(&mut self, by: usize, Months(months): Months, due: Instant) {
        self.months.push((by, months));
        self.reckoning.due = due;
        self.reckoning.turns.push(Turn::CapChanged { by, months, due });
    }
}

/// The cap of a class; a minor offence counts as a major one.
const fn cap_of(counting: Counting, class: Class) -> Months {
    match (counting, class) {
        (Counting::RemandCap { major, .. }, Class::Minor | Class::Major) => major,
        (Counting::RemandCap { crime, .. }, Class::Crime) => crime,
        _ => Months(0),
    }
}

/// The days detained under a remand, from the day of the order to the day of the end of detention, counting both.
fn days_detained(timeline: &Timeline<'_>, remand: &Remand) -> i64 {
    let Some(end) = timeline.entries().get(remand.end) else { return 0 };
    end.date().signed_duration_since(timeline.entries()[remand.order].date()).num_days() + 1
}
