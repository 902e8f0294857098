//! The gate: the only way to a case. It asks for the right and records the look, and only then hands the case over.
//!
//! Invariant: the look is durable before anything of the case is returned. A foreign case and none look alike.

use std::sync::Arc;

use engine::action::{ActionName, CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::case::Case;
use projections::rights::{Act, Relation, allows};
use projections::snapshot::Snapshot;
use store::Fault;
use store::people::{Grant, Look, Seen};

use crate::answer::{Answer, no_such_page, store_is_away};
use crate::site::Site;
use crate::visitor::Visitor;

/// A case that a visitor may see.
pub struct Opened {
    /// The case.
    pub case: Arc<Case>,
    /// How the visitor's office is related to it.
    pub relation: Relation,
    /// The last instant whose records count for the visitor: a former office sees the case as known at the transfer.
    pub known_until: Option<Instant>,
}

impl Opened {
    /// Whether the visitor may do this in the case.
    pub fn allows(&self, visitor: &Visitor, act: Act) -> bool {
        allows(visitor.role(), self.relation, act)
    }
}

/// Opens a case for `act`, and records that the visitor looked at it.
///
/// # Errors
/// The answer to send instead: the page of what is not there, or of a store that is away.
pub async fn open(site: &Site, visitor: &Visitor, reference: &str, act: Act) -> Result<Opened, Answer> {
    let refused = async || {
        let seen = Seen::Refused { route: "case".to_owned() };
        match note(site, visitor, seen).await {
            Ok(()) => no_such_page(visitor.language),
            Err(fault) => store_is_away(&fault, visitor.language),
        }
    };
    let away = |fault: Fault| store_is_away(&fault, visitor.language);
    let Some(reference) = CaseRef::new(reference) else { return Err(refused().await) };
    let opened = match opened(site, visitor, &reference).await {
        Ok(opened) => opened,
        Err(fault) => return Err(away(fault)),
    };
    match opened {
        Some(opened) if opened.allows(visitor, act) => {
            note(site, visitor, Seen::Case(reference)).await.map_err(away)?;
            Ok(opened)
        }
        _ => Err(refused().await),
    }
}

/// Records what the visitor sees; durable when it returns.
///
/// # Errors
/// If the store cannot write it: then nothing may be shown.
pub async fn note(site: &Site, visitor: &Visitor, seen: Seen) -> Result<(), Fault> {
    let look = Look {
        at: site.now(),
        who: Some(visitor.id),
        office: visitor.office().cloned(),
        role: Some(visitor.role()),
        seen,
    };
    site.people.note(vec![look]).await
}

/// The case with the visitor's relation to it; `None` if there is no such case.
async fn opened(site: &Site, visitor: &Visitor, reference: &CaseRef) -> Result<Option<Opened>, Fault> {
    let case = site.log.load(reference).await?;
    let Some(office) = visitor.office() else { return Ok(None) };
    let Some(snapshot) = Snapshot::of_case(&case, &site.book, site.now()) else { return Ok(None) };
    let mut relation = Relation::of(visitor.role(), office, &snapshot.offices, case.concerns(office));
    if relation == Relation::Foreign && granted(site, visitor, reference).await? {
        relation = Relation::Granted;
    }
    let known_until = (relation == Relation::Former).then(|| transferred_at(&case, office)).flatten();
    Ok(Some(Opened { case, relation, known_until }))
}

/// Whether a look with a reason still holds.
async fn granted(site: &Site, visitor: &Visitor, reference: &CaseRef) -> Result<bool, Fault> {
    let (now, office) = (site.now(), visitor.office());
    let holds = |grant: &Grant| {
        grant.person == visitor.id && Some(&grant.office) == office && grant.from <= now && now <= grant.until
    };
    Ok(site.people.grants(reference).await?.iter().any(holds))
}

/// When the transfer was recorded by which `office` handed the case on.
fn transferred_at(case: &Case, office: &OfficeCode) -> Option<Instant> {
    let transfers = case.recorded().iter().filter(|recorded| recorded.action.name == ActionName::CaseTransferred);
    let away =
        transfers.filter(|recorded| !recorded.action.offices().into_iter().flatten().any(|named| named == office));
    away.map(|recorded| recorded.recorded_at).next_back()
}
