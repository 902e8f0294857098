//! A docket in pages.
//!
//! Invariant: a list keeps the order of the instant at which its first page was shown, which the key of each further page
//! names. So every case stands on exactly one page, whatever limits pass meanwhile; each page says how its cases stand now.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::rulebook::Rulebook;

use super::choice::Choice;
use super::groups::{Days, Group};
use super::listed::Listed;
use super::urgency::{Class, End, Urgency};

/// How many cases a page shows.
pub const PAGE: usize = 25;

/// Where a page begins: behind the last case of the page before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// When the list began: its order is that of this instant.
    pub began: Instant,
    /// The urgency, at that instant, of the last case shown.
    pub urgency: Urgency,
    /// Its reference.
    pub case: CaseRef,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.", self.began.unix(), self.urgency.class as u8)?;
        match self.urgency.end {
            End::At(end) => write!(f, "{}", end.unix())?,
            End::Never => f.write_str("never")?,
        }
        write!(f, ".{}", self.case)
    }
}

impl Key {
    /// Reads a key; `None` for any other text.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '.');
        let mut next = || parts.next();
        let began = Instant::from_unix(next()?.parse().ok()?);
        let class = *Class::ALL.get(next()?.parse::<usize>().ok()?)?;
        let end = match next()? {
            "never" => End::Never,
            end => End::At(Instant::from_unix(end.parse().ok()?)),
        };
        Some(Self { began, urgency: Urgency { class, end }, case: CaseRef::new(next()?)? })
    }
}

/// A case of a list, in its place.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The urgency now.
    pub urgency: Urgency,
    /// The group now.
    pub group: Group,
    /// The case.
    pub case: Arc<Listed>,
}

/// A page of a list.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Its cases, in the order in which they stand now.
    pub cases: Vec<Placed>,
    /// How many cases of the whole list each group has now.
    pub groups: BTreeMap<Group, usize>,
    /// How many cases the whole list has.
    pub total: usize,
    /// Where the next page begins.
    pub next: Option<Key>,
    /// How many cases of the list were changed since it began, so that they may have moved to another page.
    pub changed: usize,
}

/// The order of cases, all at one instant.
pub struct Order<'b> {
    /// The rulebook.
    pub book: &'b Rulebook,
    /// The instant.
    pub at: Instant,
    /// The days around it.
    pub days: Days,
}

impl Order<'_> {
    fn urgency(&self, case: &Listed) -> Urgency {
        case.urgency(self.at, self.book)
    }

    /// The chosen cases, in their order.
    pub fn chosen(&self, cases: &[Arc<Listed>], choice: &Choice) -> Vec<Placed> {
        let mut chosen = self.unordered(cases, choice);
        sort(&mut chosen);
        chosen
    }

    /// How many cases each choice takes.
    pub fn counts<const N: usize>(&self, cases: &[Arc<Listed>], choices: [&Choice; N]) -> [usize; N] {
        let mut counts = [0; N];
        for case in cases {
            let urgency = self.urgency(case);
            for (choice, count) in choices.iter().zip(&mut counts) {
                *count += usize::from(choice.takes(case, urgency, self.at, &self.days));
            }
        }
        counts
    }

    fn unordered(&self, cases: &[Arc<Listed>], choice: &Choice) -> Vec<Placed> {
        let placed = |case: &Arc<Listed>| {
            let urgency = self.urgency(case);
            choice.takes(case, urgency, self.at, &self.days).then(|| Placed {
                urgency,
                group: Group::of(urgency, &self.days),
                case: Arc::clone(case),
            })
        };
        cases.iter().filter_map(placed).collect()
    }

    fn now(&self, placed: Placed) -> Placed {
        let urgency = self.urgency(&placed.case);
        Placed { urgency, group: Group::of(urgency, &self.days), case: placed.case }
    }
}

/// A page of the chosen cases: the first one of a list that begins `now`, or the one behind a key. `began`: the order of the
/// instant that the key names.
pub fn page(cases: &[Arc<Listed>], choice: &Choice, now: &Order<'_>, after: Option<(&Key, &Order<'_>)>) -> Page {
    let order = after.map_or(now, |(_, began)| began);
    let mut chosen = order.unordered(cases, choice);
    let total = chosen.len();
    let changed = chosen.iter().filter(|placed| placed.case.last_recorded > order.at).count();
    let mut groups = BTreeMap::new();
    for placed in &chosen {
        let group = if after.is_none() { placed.group } else { Group::of(now.urgency(&placed.case), &now.days) };
        *groups.entry(group).or_default() += 1;
    }
    if let Some((key, _)) = after {
        chosen.retain(|placed| (placed.urgency, &placed.case.case) > (key.urgency, &key.case));
    }
    let goes_on = chosen.len() > PAGE;
    if goes_on {
        chosen.select_nth_unstable_by(PAGE - 1, |a, b| place(a).cmp(&place(b)));
        chosen.truncate(PAGE);
    }
    sort(&mut chosen);
    let last = chosen.last().filter(|_| goes_on);
    let next = last.map(|last| Key { began: order.at, urgency: last.urgency, case: last.case.case.clone() });
    if after.is_some() {
        chosen = chosen.into_iter().map(|placed| now.now(placed)).collect();
        sort(&mut chosen);
    }
    Page { cases: chosen, groups, total, next, changed }
}

fn place(placed: &Placed) -> (Urgency, &CaseRef) {
    (placed.urgency, &placed.case.case)
}

fn sort(placed: &mut [Placed]) {
    placed.sort_unstable_by(|a, b| place(a).cmp(&place(b)));
}
