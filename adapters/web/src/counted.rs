//! The figures that a visitor may see: exact ones of a period, and the fixed ones of a quarter. For pages and API alike.
//!
//! Invariant: exact figures of a period are for those who may see the cases one by one.

use std::sync::Arc;
use std::time::Duration;

use engine::action::OfficeCode;
use engine::calendar::Instant;
use projections::figures::fixed::Fixed;
use projections::figures::period::{Period, Quarter};
use projections::rights::{Act, Relation, allows};
use service::queries::counts::{Asked, Counted, Which};
use service::queries::quarters::Source;
use store::Fault;

use crate::own_docket::whose;
use crate::site::Site;
use crate::visitor::Visitor;

/// For how long a request waits for figures that are counted for the first time.
const PATIENCE: Duration = Duration::from_secs(2);

/// The exact figures of a period; `None` for somebody who may not see them.
///
/// # Errors
/// If the store cannot be read.
pub async fn exact(
    site: &Site,
    visitor: &Visitor,
    period: Period,
    now: Instant,
) -> Result<Option<Asked<Counted>>, Fault> {
    let may = allows(visitor.role(), Relation::Foreign, Act::ReadExactFigures);
    let Some(whose) = whose(site, visitor).filter(|_| may) else { return Ok(None) };
    let which = Which { log: Arc::clone(&site.log), book: Arc::clone(&site.book), whose, period, now };
    site.counts.of(&which, PATIENCE).await.map(Some)
}

/// The tables of a quarter that is kept, or is counted and kept now.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn of_quarter(site: &Site, quarter: Quarter) -> Result<Asked<Option<Arc<Fixed>>>, Fault> {
    // What is counted by a wrong clock would be kept for good.
    if site.status.clock_in_doubt() {
        return site.quarters.kept(site.log.as_ref(), quarter).await.map(Asked::Ready);
    }
    let source = Source {
        log: Arc::clone(&site.log),
        book: Arc::clone(&site.book),
        offices: Arc::clone(&site.offices),
        now: site.now(),
    };
    site.quarters.of(&source, quarter, PATIENCE).await
}

/// The offices whose tables a supervisor may see: the own one, and those below.
pub fn offices_of<'s>(site: &'s Site, visitor: &'s Visitor) -> impl Iterator<Item = &'s OfficeCode> {
    let own = visitor.office();
    own.into_iter().chain(own.into_iter().flat_map(|own| site.offices.below(own).map(|(code, _)| code)))
}
