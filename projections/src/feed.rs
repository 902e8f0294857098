//! The limits of an office's docket as a calendar lists them: each with the number of its last change, and for a while those
//! that are owed no more.
//!
//! Invariant: made from the case alone. Nothing personal is in it: references, office codes, rules and instants. What changes
//! gets a higher number, whoever asks and whichever process answers.

pub mod ical;
mod words;

use std::collections::{BTreeMap, btree_map::Entry};
use std::sync::LazyLock;

use engine::action::{ActionId, CaseRef, OfficeCode};
use engine::alert::Addressees;
use engine::assess::{Assessment, assess_limits};
use engine::calendar::Instant;
use engine::case::Case;
use engine::decide::notices;
use engine::limits::Deadline;
use engine::rulebook::{RuleId, Rulebook};
use uuid::Uuid;

use crate::summary::Ended;
use crate::view::Seat;

/// For so many seconds a calendar goes on listing what is owed no more.
pub const CANCELLED_FOR: i64 = 30 * 86_400;
/// How many actions the earlier states of a case that are looked at hold together. Those of 200 actions recorded one by one
/// hold fewer; of a larger case the oldest states are left out, and what they alone held is not listed as cancelled.
const MOST_LOOKED_BACK: usize = 20_000;

/// A limit, as a calendar lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedLimit {
    /// The case.
    pub case: CaseRef,
    /// Its id, which stays whatever changes: it follows from the case, the rule, and the action that opened the first period. A
    /// limit that is extended is one limit, whose ends move.
    pub id: Uuid,
    /// The rule.
    pub rule: RuleId,
    /// The office that owes the duty.
    pub owed_by: OfficeCode,
    /// The last lawful instant of the protective reading.
    pub earliest: Instant,
    /// The last lawful instant of the lenient reading; none where it sees no limit.
    pub latest: Option<Instant>,
    /// When its notices are given.
    pub notices: Vec<Instant>,
    /// Why it is owed no more; none while it is.
    pub over: Option<Over>,
    /// How many actions of the case were known when it last changed.
    pub sequence: u32,
    /// When that was.
    pub modified: Instant,
}

/// Why a limit is owed no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The duty was done.
    Done,
    /// The case was closed.
    CaseClosed,
    /// It stands in the docket no more: what opened it was withdrawn, the case was voided or handed on.
    Gone,
}

/// The limits of a case in an office's calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseLimits {
    /// The limits, those of the last [`CANCELLED_FOR`] that are owed no more included.
    pub limits: Vec<FeedLimit>,
    /// When a recorded action begins to count, so that the case has to be looked at again.
    pub again_at: Option<Instant>,
}

/// What tells a limit of a case from its others: the rule, and what opened the first period.
type Key = (RuleId, ActionId);

/// A limit whose last change is looked for.
struct Tracked {
    limit: FeedLimit,
    /// Whether the state before its last change was found.
    settled: bool,
}

impl CaseLimits {
    /// Of a case at `now`, for an office in a seat.
    pub fn of(case: &Case, book: &Rulebook, office: &OfficeCode, seat: Seat, now: Instant) -> Self {
        let first = |nth: usize| case.recorded()[nth].action.at.first();
        let again_at = (0..case.recorded().len()).map(first).filter(|first| *first > now).min();
        let state = |known| State::of(case, known, book, (office, seat), now);
        let mut known = case.recorded().len();
        let Some(mut next) = state(known) else { return Self::default() };
        let track = |(key, limit)| (key, Tracked { limit, settled: false });
        let mut found: BTreeMap<Key, Tracked> = std::mem::take(&mut next.limits).into_iter().map(track).collect();
        let mut left = MOST_LOOKED_BACK;
        loop {
            let sought = found.values().any(|tracked| !tracked.settled);
            if !sought && now.since(next.modified) >= CANCELLED_FOR {
                break;
            }
            known -= 1;
            let Some(rest) = left.checked_sub(known) else { break };
            left = rest;
            let Some(before) = state(known) else { break };
            look_back(&mut found, &before, &next);
            next = before;
        }
        let limits = found.into_values().map(|tracked| tracked.limit);
        Self { limits: limits.filter(|limit| limit.is_listed(now)).collect(), again_at }
    }
}

/// Goes one state back: what is the same there changed no later, and what only stood there went with the next state.
fn look_back(found: &mut BTreeMap<Key, Tracked>, before: &State, next: &State) {
    for (key, tracked) in found.iter_mut().filter(|(_, tracked)| !tracked.settled) {
        match before.limits.get(key) {
            Some(limit) if limit.says(&tracked.limit) => {
                (tracked.limit.sequence, tracked.limit.modified) = (limit.sequence, limit.modified);
            }
            _ => tracked.settled = true,
        }
    }
    for (key, limit) in &before.limits {
        if let Entry::Vacant(vacant) = found.entry(*key) {
            let (sequence, modified) = (next.known, next.modified);
            let limit = FeedLimit { over: Some(Over::Gone), sequence, modified, ..limit.clone() };
            vacant.insert(Tracked { limit, settled: true });
        }
    }
}

/// The limits of a case as so many of its actions give them.
struct State {
    known: u32,
    modified: Instant,
    limits: BTreeMap<Key, FeedLimit>,
}

impl State {
    /// The limits by the first `known` actions, which are none where the office does not have the case; `None` for no actions.
    fn of(
        case: &Case,
        known: usize,
        book: &Rulebook,
        (office, seat): (&OfficeCode, Seat),
        now: Instant,
    ) -> Option<Self> {
        let recorded = &case.recorded()[..known];
        let last = recorded.last()?;
        let first = Some(last.action.at.first()).filter(|first| *first <= now);
        let modified = first.map_or(last.recorded_at, |first| last.recorded_at.max(first));
        let known = u32::try_from(known).unwrap_or(u32::MAX);
        let mut state = Self { known, modified, limits: BTreeMap::new() };
        let actions = recorded.iter().map(|recorded| &*recorded.action);
        let Some(assessment) = assess_limits(actions, case.ages(), book, now) else { return Some(state) };
        let have = Addressees::from(assessment.timeline.offices());
        if Seat::have(&have, office, Some(seat)) {
            state.add(&assessment, case.reference(), &have, book);
        }
        Some(state)
    }

    /// Adds the limits of an assessment: of one that was extended the period that is owed, or else the last.
    fn add(&mut self, assessment: &Assessment<'_>, case: &CaseRef, have: &Addressees, book: &Rulebook) {
        let mut shown: BTreeMap<Key, &Deadline> = BTreeMap::new();
        for deadline in &assessment.deadlines {
            let on = assessment.timeline.entries()[deadline.first_opened_by].action.id;
            let shown = shown.entry((deadline.rule, on)).or_insert(deadline);
            if place(deadline) < place(shown) {
                *shown = deadline;
            }
        }
        for ((rule, on), deadline) in shown {
            let over = deadline.protective.done.map(|done| match Ended::of(assessment, done) {
                Ended::Done(_) => Over::Done,
                Ended::CaseClosed(_) => Over::CaseClosed,
            });
            let limit = FeedLimit {
                case: case.clone(),
                id: id(case, rule, on),
                rule,
                owed_by: have.of(deadline.owed_by).clone(),
                earliest: deadline.earliest(),
                latest: deadline.latest(),
                notices: notices(deadline, book).collect(),
                over,
                sequence: self.known,
                modified: self.modified,
            };
            self.limits.insert((rule, on), limit);
        }
    }
}

/// Which period of a limit is shown: of those that are owed the one that ends first, else the last.
fn place(deadline: &Deadline) -> (bool, i64) {
    let is_over = deadline.protective.done.is_some();
    (is_over, if is_over { -i64::from(deadline.period) } else { deadline.earliest().unix() })
}

fn id(case: &CaseRef, rule: RuleId, on: ActionId) -> Uuid {
    static NAMESPACE: LazyLock<Uuid> = LazyLock::new(|| Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:kamnot:limit"));
    Uuid::new_v5(&NAMESPACE, format!("{case}/{rule}/{on}").as_bytes())
}

impl FeedLimit {
    /// Whether a calendar still lists it.
    pub fn is_listed(&self, now: Instant) -> bool {
        self.over.is_none() || now.since(self.modified) < CANCELLED_FOR
    }

    /// Whether it says the same as another one.
    fn says(&self, other: &Self) -> bool {
        let said = |limit: &Self| (limit.earliest, limit.latest, limit.over);
        said(self) == said(other) && self.owed_by == other.owed_by && self.notices == other.notices
    }
}
