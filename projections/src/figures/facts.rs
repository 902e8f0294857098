//! What figures need to know about one case, compactly: days and lengths, no texts.
//!
//! Invariant: made from the case alone, with nothing in it that names the child. It answers for every instant until
//! [`CaseFacts::again_at`].

use chrono::NaiveDate;
use engine::action::ActionName;
use engine::alert::Addressees;
use engine::assess::Assessment;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::{Case, RecordedAction};
use engine::rulebook::Rulebook;
use engine::timeline::Entry;

use super::child::Child;
use super::count::Count;
use super::period::Period;
use super::rules::Rules;
use crate::docket::listed::LATE;
use crate::summary::Ended;
use crate::view::Seat;

/// Something in a case that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// The child, with the day on which its age counts.
    Child(Count, NaiveDate),
    /// A limit or condition, by its place, that was exceeded or not met from a month of the period on.
    Breach(usize, usize, Breach),
    /// A limit, by its place, that was done: the seconds used, and those allowed.
    Stage(usize, [u32; 2]),
    /// The seconds in detention before the judgment of a child, with the day of the judgment.
    HeldFor(u32, NaiveDate),
    /// The seconds until an action was recorded.
    Recorded(u32),
    /// The seconds until an alert was taken; `None` if nobody has taken it.
    Taken(Option<u32>),
}

/// What figures know about a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFacts {
    /// The offices that have the case.
    pub offices: Addressees,
    /// When an action by each of these offices, or from it, was last recorded in the case, in the order of [`Seat::ALL`].
    pub heard: [Option<Instant>; 4],
    /// When a recorded action begins to count, so that the case has to be read again.
    pub again_at: Option<Instant>,
    /// The day of the first counted action.
    pub first: NaiveDate,
    child: Child,
    opened: NaiveDate,
    closed: Option<NaiveDate>,
    arrested: Option<NaiveDate>,
    judgment: Option<Judgment>,
    diverted: Option<NaiveDate>,
    detained: Box<[Stretch]>,
    hearings: Box<[(NaiveDate, Option<bool>)]>,
    stages: Box<[Stage]>,
    breaches: Box<[Passed]>,
    recorded: Box<[(NaiveDate, u32)]>,
    taken: Box<[Taken]>,
}

/// A first judgment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Judgment {
    on: NaiveDate,
    sentenced: bool,
    custodial: bool,
    /// Seconds in detention before it; `None` if the child was never held before it.
    held: Option<u32>,
}

/// A stretch of days in detention; the child was free at the end of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    from: NaiveDate,
    until: Option<NaiveDate>,
    before_judgment: bool,
}

/// A limit whose duty was done, by the protective reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stage {
    rule: u16,
    on: NaiveDate,
    used: u32,
    allowed: u32,
}

/// A limit that is or will be exceeded unless it is done, or a condition that is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Passed {
    rule: u16,
    from: Instant,
    certain_from: Option<Instant>,
}

/// An alert of a breach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Taken {
    raised: NaiveDate,
    after: Option<u32>,
    /// The seat of the office that owed the duty, if it still has the case.
    owed_by: Option<Seat>,
}

impl CaseFacts {
    /// The case as it counts at `at`; `None` if it was not open by then, or is voided.
    pub fn of(case: &Case, book: &Rulebook, rules: &Rules, at: Instant) -> Option<Self> {
        let assessment = case.assess(book, at)?;
        let timeline = &assessment.timeline;
        let entries = timeline.entries();
        let first_of = |name: ActionName| entries.iter().find(|entry| entry.name == name);
        let offices = Addressees::from(timeline.offices());
        let (judgment, diverted) = (judgment(&assessment), diverted(entries));
        let ahead = case.actions().map(|action| action.at.first()).filter(|first| *first > at);
        let hearings = entries.iter().filter(|entry| entry.action.flag("substantive") == Some(true));
        let closed = first_of(ActionName::CaseClosed).map(Entry::date);
        Some(Self {
            heard: heard(case, &offices),
            again_at: ahead.min(),
            first: entries.iter().map(Entry::date).min()?,
            child: Child::of(timeline, case.sealed().is_some()),
            opened: first_of(ActionName::CaseOpened)?.date(),
            closed: closed.filter(|_| timeline.episodes().last().is_none_or(|episode| episode.end.is_some())),
            arrested: timeline.episodes().first().map(|episode| entries[episode.taking].date()),
            detained: detained(&assessment, judgment.map(|(by, _)| by)),
            judgment: judgment.map(|(_, judgment)| judgment),
            diverted,
            hearings: hearings.map(|entry| (entry.date(), entry.action.flag("child_heard"))).collect(),
            stages: stages(&assessment, rules),
            breaches: breaches(&assessment, rules),
            recorded: recorded(case, &assessment),
            taken: taken(case, &offices),
            offices,
        })
    }

    /// Hands over everything in the case that counts in a period, as it stands at `at`, or at the period's end if that is
    /// earlier. Of alerts those that `owed_by` owes; `None`: all.
    pub fn each(&self, period: Period, at: Instant, owed_by: Option<Seat>, take: &mut impl FnMut(Counted)) {
        let at = at.min(Instant::last_of(period.last()));
        let today = at.date();
        if self.first > today {
            return;
        }
        self.children(period, today, &mut |count, on| take(Counted::Child(count, on)));
        for passed in self.breaches.iter().filter(|passed| passed.from <= at) {
            if let Some(month) = period.place(passed.from.date()) {
                let certain = passed.certain_from.is_some_and(|from| from <= at);
                let breach = if certain { Breach::Certain } else { Breach::Arguable };
                take(Counted::Breach(passed.rule.into(), month, breach));
            }
        }
        for stage in self.stages.iter().filter(|stage| period.has(stage.on)) {
            take(Counted::Stage(stage.rule.into(), [stage.used, stage.allowed]));
        }
        if let Some(Judgment { on, held: Some(held), .. }) = self.judgment
            && period.has(on)
        {
            take(Counted::HeldFor(held, on));
        }
        for (on, delay) in &self.recorded {
            if period.has(*on) {
                take(Counted::Recorded(*delay));
            }
        }
        let taken = self.taken.iter().filter(|taken| period.has(taken.raised));
        for taken in taken.filter(|taken| owed_by.is_none_or(|seat| taken.owed_by == Some(seat))) {
            take(Counted::Taken(taken.after));
        }
    }

    /// When, after an instant, the next limit of the case is exceeded or certainly exceeded.
    pub(super) fn next_breach(&self, at: Instant) -> Option<Instant> {
        let begin = self.breaches.iter().flat_map(|passed| [Some(passed.from), passed.certain_from]);
        begin.flatten().filter(|begin| *begin > at).min()
    }

    pub(super) const fn child(&self) -> &Child {
        &self.child
    }

    /// The child under each count to which it belongs, with the day on which its age counts.
    fn children(&self, period: Period, today: NaiveDate, take: &mut impl FnMut(Count, NaiveDate)) {
        let mut on = |count, on: Option<NaiveDate>| {
            if let Some(on) = on.filter(|on| period.has(*on)) {
                take(count, on);
            }
        };
        on(Count::Opened, Some(self.opened));
        on(Count::Arrested, self.arrested);
        on(Count::Diverted, self.diverted);
        on(Count::Sentenced, self.judgment.filter(|judgment| judgment.sentenced).map(|judgment| judgment.on));
        on(Count::Custodial, self.judgment.filter(|judgment| judgment.custodial).map(|judgment| judgment.on));
        let mut hearings = self.hearings.iter().filter(|(on, _)| period.has(*on));
        on(Count::Hearing, hearings.clone().next().map(|(on, _)| *on));
        on(Count::Heard, hearings.find(|(_, heard)| *heard == Some(true)).map(|(on, _)| *on));
        if self.opened <= today && self.closed.is_none_or(|closed| closed > today) {
            take(Count::Open, today);
        }
        let mut there = self.detained.iter().filter(|stretch| stretch.has(today));
        if there.clone().next().is_some() {
            take(Count::Detained, today);
        }
        if there.any(|stretch| stretch.before_judgment) {
            take(Count::BeforeJudgment, today);
        }
    }
}

impl Stretch {
    fn has(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| until > day)
    }
}

/// The first judgment, with its entry.
fn judgment(assessment: &Assessment<'_>) -> Option<(usize, Judgment)> {
    let timeline = &assessment.timeline;
    let entries = timeline.entries();
    let by = entries.iter().position(|entry| entry.name == ActionName::JudgmentGiven)?;
    let given = &entries[by];
    let before = timeline.episodes().iter().filter(|episode| episode.begin < by);
    let lengths = before.clone().map(|episode| {
        let end = episode.end.map_or(given.first, |end| entries[end].first.min(given.first));
        end.since(entries[episode.begin].first).max(0)
    });
    let measure = given.action.word("measure");
    let held = before.clone().next().is_some().then(|| seconds(lengths.sum()));
    let custodial = matches!(measure, Some("imprisonment" | "life_imprisonment" | "death"));
    Some((by, Judgment { on: given.date(), sentenced: measure != Some("acquittal"), custodial, held }))
}

/// When a mediation settled the case before any judgment.
fn diverted(entries: &[Entry<'_>]) -> Option<NaiveDate> {
    let before = entries.iter().take_while(|entry| entry.name != ActionName::JudgmentGiven);
    let mut ended = before.filter(|entry| entry.name == ActionName::MediationEnded);
    ended.find(|entry| entry.action.flag("settled") == Some(true)).map(Entry::date)
}

/// Liberty episodes, and stays in a training centre.
fn detained(assessment: &Assessment<'_>, judgment: Option<usize>) -> Box<[Stretch]> {
    let timeline = &assessment.timeline;
    let entries = timeline.entries();
    let episodes = timeline.episodes().iter().map(|episode| Stretch {
        from: entries[episode.begin].date(),
        until: episode.end.map(|end| entries[end].date()),
        before_judgment: judgment.is_none_or(|judgment| episode.begin < judgment),
    });
    let mut stretches: Vec<Stretch> = episodes.collect();
    let mut inside = None;
    for entry in entries {
        match entry.name {
            ActionName::TrainingCentreEntered => _ = inside.get_or_insert(entry.date()),
            ActionName::TrainingCentreLeft => {
                stretches.extend(inside.take().map(|from| stay(from, Some(entry.date()))));
            }
            _ => {}
        }
    }
    stretches.extend(inside.map(|from| stay(from, None)));
    stretches.into()
}

const fn stay(from: NaiveDate, until: Option<NaiveDate>) -> Stretch {
    Stretch { from, until, before_judgment: false }
}

fn stages(assessment: &Assessment<'_>, rules: &Rules) -> Box<[Stage]> {
    let of = |deadline: &engine::limits::Deadline| {
        let protective = &deadline.protective;
        let done = protective.done?;
        let Ended::Done(at) = Ended::of(assessment, done) else { return None };
        Some(Stage {
            rule: rules.place(deadline.rule)?,
            on: at.date(),
            used: seconds(at.since(protective.start)),
            allowed: seconds(protective.due.since(protective.start)),
        })
    };
    assessment.deadlines.iter().filter_map(of).collect()
}

fn breaches(assessment: &Assessment<'_>, rules: &Rules) -> Box<[Passed]> {
    // One second after the last lawful instant, unless the duty was done by then.
    let passes = |reckoning: &engine::limits::Reckoning| {
        let late = reckoning.done.is_none_or(|done| done.at > reckoning.due);
        late.then(|| reckoning.due.plus(1))
    };
    let limits = assessment.deadlines.iter().filter_map(|deadline| {
        let from = passes(&deadline.protective)?;
        Some(Passed {
            rule: rules.place(deadline.rule)?,
            from,
            certain_from: deadline.lenient.as_ref().and_then(passes),
        })
    });
    let findings = assessment.findings.iter().filter_map(|finding| {
        let from = assessment.timeline.entries()[finding.action].first;
        let certain_from = (finding.breach == Breach::Certain).then_some(from);
        Some(Passed { rule: rules.place(finding.rule)?, from, certain_from })
    });
    limits.chain(findings).collect()
}

/// The actions that count, each with the day on which it was recorded and how long after it happened.
fn recorded(case: &Case, assessment: &Assessment<'_>) -> Box<[(NaiveDate, u32)]> {
    let counted = case.recorded().iter().filter(|recorded| assessment.entry(recorded.action.id).is_some());
    let delays = counted
        .map(|recorded| (recorded.recorded_at.date(), seconds(recorded.recorded_at.since(recorded.action.at.last()))));
    delays.collect()
}

/// The alerts of breaches. One that took over from another alert that was taken already is passed over.
fn taken(case: &Case, offices: &Addressees) -> Box<[Taken]> {
    let fresh = case.told_alerts().filter(|(_, raised, first)| first.is_none_or(|first| first >= *raised));
    let of = fresh.map(|(alert, raised, first)| Taken {
        raised: raised.date(),
        after: first.map(|first| seconds(first.since(raised))),
        owed_by: Seat::ALL.into_iter().find(|seat| seat.of(offices) == Some(alert.owing_office())),
    });
    of.collect()
}

fn heard(case: &Case, offices: &Addressees) -> [Option<Instant>; 4] {
    Seat::ALL.map(|seat| {
        let office = seat.of(offices)?;
        let of_it = |recorded: &&RecordedAction| [&recorded.recorded_by, &recorded.action.by].contains(&office);
        case.recorded().iter().filter(of_it).map(|recorded| recorded.recorded_at).max()
    })
}

/// Whether an action was recorded late.
pub(super) fn is_late(delay: u32) -> bool {
    i64::from(delay) > LATE
}

/// A length of at least no time, at most of 136 years.
fn seconds(length: i64) -> u32 {
    u32::try_from(length.max(0)).unwrap_or(u32::MAX)
}
