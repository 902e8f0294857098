//! What is shown of a case: a bounded number of limits and findings, the most important ones.

use std::collections::BTreeMap;

use engine::assess::Assessment;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::conditions::Finding;
use engine::limits::{Deadline, Reckoning};
use engine::rulebook::{Rule, Rulebook};

use crate::snapshot::Snapshot;

/// How many limits and findings are shown apart from those of the remand.
const MOST_OTHERS: usize = 7;
/// How many periods of a remand are shown, the last ones.
const MOST_TERMS: usize = 8;
/// A limit that was kept is shown where it takes at least this part of the time between the first action and the last end.
const SHORTEST_PART: i64 = 30;

/// What is shown.
pub(super) struct Chosen<'a> {
    /// The longest remand.
    pub cap: Option<&'a Deadline>,
    /// The periods of that remand, in order.
    pub terms: Vec<Term<'a>>,
    /// The others, by their start.
    pub others: Vec<Other<'a>>,
    /// How many more there are.
    pub left_out: usize,
}

/// A period of a remand.
#[derive(Clone, Copy)]
pub(super) struct Term<'a> {
    pub deadline: &'a Deadline,
    /// Where its bar begins: at the start, or the day after the end of the period before by the protective reading.
    pub start: Instant,
}

/// A limit with its extensions, or a finding.
pub(super) enum Other<'a> {
    /// The periods of a limit, in order; at least one.
    Limit(Vec<&'a Deadline>),
    Finding(&'a Finding),
}

/// For how long a limit was or is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overrun {
    /// The end under the protective reading, and what ended the limit, or now.
    pub protective: [Instant; 2],
    /// The same under the lenient reading, if the limit is breached under it.
    pub lenient: Option<[Instant; 2]>,
}

impl Overrun {
    /// The overrun of a limit; `None` if it is not breached.
    pub fn of(deadline: &Deadline, at: Instant) -> Option<Self> {
        let of = |reckoning: &Reckoning| {
            let end = reckoning.done.map_or(at, |done| done.at);
            reckoning.is_breached(at).then_some([reckoning.due, end])
        };
        let lenient = deadline.lenient.as_ref().and_then(of);
        Some(Self { protective: of(&deadline.protective)?, lenient })
    }
}

/// The gravest limit that has passed, else the one that ends next.
pub(super) fn gravest<'x>(assessment: &'x Assessment<'_>, book: &Rulebook) -> Option<&'x Deadline> {
    let case = assessment.timeline.entries().first()?.action.case.clone();
    let snapshot = Snapshot::of_assessment(case, assessment, assessment.at);
    let limit = snapshot.worst(book).or_else(|| snapshot.next(book))?;
    let is_it = |deadline: &&Deadline| {
        (deadline.rule, deadline.period, deadline.earliest()) == (limit.rule, limit.period, limit.earliest)
    };
    assessment.deadlines.iter().find(is_it)
}

/// Chooses what is shown. `length`: the seconds between the first action and the last end.
pub(super) fn choose<'a>(assessment: &'a Assessment<'_>, book: &Rulebook, length: i64) -> Chosen<'a> {
    let at = assessment.at;
    let gravest = gravest(assessment, book);
    let is_of_remand = |deadline: &&Deadline| {
        book.rule(deadline.rule).is_some_and(|rule| rule.is_remand_cap() || rule.is_remand_term())
    };
    let (of_remands, rest): (Vec<&Deadline>, Vec<&Deadline>) = assessment.deadlines.iter().partition(is_of_remand);
    let (cap, mut terms) = of_one_remand(&of_remands, book, at);
    terms.drain(..terms.len().saturating_sub(MOST_TERMS));
    let mut left_out = of_remands.len() - terms.len() - usize::from(cap.is_some());

    let mut chains: BTreeMap<_, Vec<&Deadline>> = BTreeMap::new();
    for deadline in rest {
        chains.entry((deadline.first_opened_by, deadline.rule)).or_default().push(deadline);
    }
    let mut ranked = Vec::new();
    for mut periods in chains.into_values() {
        periods.sort_by_key(|deadline| deadline.period);
        let Some(rank) = rank_of_limit(&periods, gravest, book, at, length) else {
            left_out += 1;
            continue;
        };
        ranked.push((rank, Other::Limit(periods)));
    }
    for finding in &assessment.findings {
        // A finding on an extension that is drawn is a mark of that extension.
        if !terms.iter().any(|term| term.extends_by(finding.action)) {
            let breach = Some(finding.breach);
            let rank = Rank { is_gravest: false, breach, open: false, liberty: false, limit: false };
            ranked.push(((rank, finding.action), Other::Finding(finding)));
        }
    }
    ranked.sort_by(|(one, _), (other, _)| other.cmp(one));
    left_out += ranked.len().saturating_sub(MOST_OTHERS);
    ranked.truncate(MOST_OTHERS);
    let mut others: Vec<Other<'_>> = ranked.into_iter().map(|(_, other)| other).collect();
    others.sort_by_key(|other| other.start(assessment));
    Chosen { cap, terms, others, left_out }
}

/// How important it is. What is greater is shown first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    is_gravest: bool,
    breach: Option<Breach>,
    open: bool,
    liberty: bool,
    limit: bool,
}

/// The rank of a limit, then the later before the earlier; `None` for one that was kept and is too short to see.
fn rank_of_limit(
    periods: &[&Deadline],
    gravest: Option<&Deadline>,
    book: &Rulebook,
    at: Instant,
    length: i64,
) -> Option<(Rank, usize)> {
    let (first, last) = (periods.first()?, periods.last()?);
    let breach = periods.iter().filter_map(|deadline| deadline.breach(at)).max();
    let open = last.protective.done.is_none();
    let is_gravest = periods.iter().any(|deadline| gravest.is_some_and(|gravest| std::ptr::eq(*deadline, gravest)));
    let lasts = last.earliest().since(first.protective.start);
    let rank = Rank { is_gravest, breach, open, liberty: book.is_on_liberty(first.rule), limit: true };
    (breach.is_some() || open || lasts >= length / SHORTEST_PART).then_some((rank, first.opened_by))
}

/// The cap and the periods of one remand: of the one that is breached most surely, else the last.
fn of_one_remand<'a>(
    of_remands: &[&'a Deadline],
    book: &Rulebook,
    at: Instant,
) -> (Option<&'a Deadline>, Vec<Term<'a>>) {
    // The limits of one remand are counted from the same entry.
    let shown = of_remands.iter().max_by_key(|deadline| {
        let open = deadline.protective.done.is_none();
        (open, deadline.breach(at), deadline.protective.from)
    });
    let Some(shown) = shown else { return (None, Vec::new()) };
    let same = of_remands.iter().copied().filter(|deadline| deadline.protective.from == shown.protective.from);
    let is_cap = |deadline: &&Deadline| book.rule(deadline.rule).is_some_and(Rule::is_remand_cap);
    let (caps, mut terms): (Vec<&Deadline>, Vec<&Deadline>) = same.partition(is_cap);
    terms.sort_by_key(|deadline| deadline.period);
    let mut before: Option<Instant> = None;
    let terms = terms.into_iter().map(|deadline| {
        let start = before.map_or(deadline.protective.start, |end| end.plus(1));
        before = Some(deadline.earliest());
        Term { deadline, start }
    });
    (caps.first().copied(), terms.collect())
}

impl Term<'_> {
    /// Whether this entry ordered the period, as an extension.
    pub const fn extends_by(&self, entry: usize) -> bool {
        self.deadline.period > 0 && self.deadline.opened_by == entry
    }
}

impl Other<'_> {
    /// When it begins.
    pub fn start(&self, assessment: &Assessment<'_>) -> Instant {
        match self {
            Self::Limit(periods) => periods.first().map_or(assessment.at, |first| first.protective.start),
            Self::Finding(finding) => assessment.timeline.entries()[finding.action].first,
        }
    }
}
