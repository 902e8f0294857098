//! What a feed lists of a docket: the limits of its cases, and for a while those of cases that have left it.
//!
//! Invariant: it follows from the log alone. So every process lists the same, and a restart changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use futures::StreamExt as _;
use projections::CaseView;
use projections::feed::{CANCELLED_FOR, CaseLimits};
use projections::view::Seat;
use store::heavy::{HEAVY_CASE, beside_if};
use store::{Fault, LogStore};

use super::kept::IN_FLIGHT;

/// The limits that a feed lists.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Those of each case.
    pub cases: Vec<Arc<CaseLimits>>,
    /// How many rulebooks the log was ever decided under.
    pub rulebooks: u32,
}

/// What is kept of a docket for its feeds.
pub(super) struct OfFeed {
    office: OfficeCode,
    seat: Seat,
    /// The cases that have left the docket not long ago.
    left: BTreeSet<CaseRef>,
    pub(super) limits: BTreeMap<CaseRef, Arc<CaseLimits>>,
    pub(super) rulebooks: u32,
}

impl OfFeed {
    /// Nothing yet but the cases that have left the docket: closed, handed on or voided.
    pub(super) async fn begun(
        log: &dyn LogStore,
        (office, seat): (&OfficeCode, Seat),
        cases: &BTreeMap<CaseRef, impl Sized>,
        now: Instant,
    ) -> Result<Self, Fault> {
        let lately = |view: &CaseView| now.since(view.recorded_at) < CANCELLED_FOR;
        let closed = log.docket(office, Some(seat)).await?;
        let views = closed.into_iter().chain(log.handed_on(office).await?);
        let mut left: BTreeSet<CaseRef> = views.filter(lately).map(|view| view.case).collect();
        left.extend(log.not_open().await?);
        left.retain(|case| !cases.contains_key(case));
        let rulebooks = u32::try_from(log.rulebooks().await?.len()).unwrap_or(u32::MAX);
        Ok(Self { office: office.clone(), seat, left, limits: BTreeMap::new(), rulebooks })
    }

    /// Forgets what was known of a case in which something was recorded, and that may leave the docket with it.
    pub(super) fn changed(&mut self, case: &CaseRef, was_own: bool) {
        self.limits.remove(case);
        if was_own {
            self.left.insert(case.clone());
        }
    }

    /// Looks at the cases that have changed.
    pub(super) async fn bring_up_to_date(
        &mut self,
        log: &dyn LogStore,
        own: impl Iterator<Item = &CaseRef>,
        now: Instant,
    ) -> Result<(), Fault> {
        let own: BTreeSet<&CaseRef> = own.collect();
        self.left.retain(|case| !own.contains(case));
        let known = |case: &CaseRef| {
            self.limits.get(case).is_some_and(|limits| limits.again_at.is_none_or(|again| again > now))
        };
        let changed: Vec<CaseRef> =
            own.iter().copied().chain(&self.left).filter(|case| !known(case)).cloned().collect();
        let (office, seat) = (&self.office, self.seat);
        let look = async |case: CaseRef| (limits(log, (office, seat), &case, now).await, case);
        let mut looked = futures::stream::iter(changed).map(look).buffer_unordered(IN_FLIGHT);
        while let Some((found, case)) = looked.next().await {
            match found {
                // What left the docket longer ago is not listed, and comes back with what is recorded in it.
                Ok(found) if found.limits.is_empty() && !own.contains(&case) => _ = self.left.remove(&case),
                Ok(found) => _ = self.limits.insert(case, Arc::new(found)),
                // The docket says how many cases cannot be read.
                Err(Fault::Corrupt(_)) => _ = self.limits.remove(&case),
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}

async fn limits(
    log: &dyn LogStore,
    (office, seat): (&OfficeCode, Seat),
    case: &CaseRef,
    now: Instant,
) -> Result<CaseLimits, Fault> {
    let (case, book, office) = (log.load(case).await?, log.book(), office.clone());
    let is_heavy = case.recorded().len() >= HEAVY_CASE;
    let of = move || CaseLimits::of(&case, &book, &office, seat, now);
    Ok(beside_if(is_heavy, of).await?)
}
