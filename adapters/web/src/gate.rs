//! The gate: the only way to a case. It asks for the right and records the look, and only then hands the case over.
//!
//! Invariant: the look is durable before anything of the case is returned. A foreign case and none look alike. A former office
//! gets the case as it was known at the transfer.

use std::sync::Arc;

use engine::action::{ActionName, CaseRef, OfficeCode};
use engine::alert::Addressees;
use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::Rulebook;
use engine::timeline::Timeline;
use projections::rights::{Act, Relation, Role, allows};
use projections::timeline::Personal;
use projections::view::Seat;
use store::Fault;
use store::people::{Grant, Look, Seen};

use crate::answer::{Answer, no_such_page, store_is_away};
use crate::site::Site;
use crate::visitor::Visitor;

/// A case that a visitor may see.
pub struct Opened {
    /// The case, as the visitor may know it.
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

    /// Whether the visitor sees what is personal in the case.
    pub fn personal(&self, visitor: &Visitor) -> Personal {
        if self.allows(visitor, Act::ReadPersonal) { Personal::Shown } else { Personal::LeftOut }
    }
}

/// Why the gate stays shut.
#[derive(Debug)]
pub enum Shut {
    /// There is no such case for the visitor.
    NotThere,
    /// The store did not answer, or could not record the look.
    Away(Fault),
}

/// Opens a case for `act`, and records that the visitor looked at it.
///
/// # Errors
/// The answer to send instead: the page of what is not there, or of a store that is away.
pub async fn open(site: &Site, visitor: &Visitor, reference: &str, act: Act) -> Result<Opened, Answer> {
    enter(site, visitor, reference, act).await.map_err(|shut| match shut {
        Shut::NotThere => no_such_page(visitor.language),
        Shut::Away(fault) => store_is_away(&fault, visitor.language),
    })
}

/// As [`open`], for whoever words the refusal.
///
/// # Errors
/// Why the case is not opened.
pub async fn enter(site: &Site, visitor: &Visitor, reference: &str, act: Act) -> Result<Opened, Shut> {
    let reference = CaseRef::new(reference);
    let opened = match &reference {
        Some(reference) => opened(site, visitor, reference).await.map_err(Shut::Away)?,
        None => None,
    };
    if let (Some(opened), Some(reference)) = (opened.filter(|opened| opened.allows(visitor, act)), reference) {
        note(site, visitor, Seen::Case(reference)).await.map_err(Shut::Away)?;
        Ok(opened)
    } else {
        let seen = Seen::Refused { route: "case".to_owned() };
        note(site, visitor, seen).await.map_err(Shut::Away)?;
        Err(Shut::NotThere)
    }
}

/// Records what the visitor sees; durable when it returns.
///
/// # Errors
/// If the store cannot write it: then nothing may be shown.
pub async fn note(site: &Site, visitor: &Visitor, seen: Seen) -> Result<(), Fault> {
    let (office, role) = (visitor.office().cloned(), Some(visitor.role()));
    note_look(site, Look { at: site.now(), who: Some(visitor.id), office, role, seen }).await
}

/// As [`note`], for a look that is no visitor's.
///
/// # Errors
/// If the store cannot write it: then nothing may be shown.
pub async fn note_look(site: &Site, look: Look) -> Result<(), Fault> {
    if !site.remembered.has_noted(&look) {
        site.people.note(vec![look.clone()]).await?;
        site.remembered.noted(look);
    }
    Ok(())
}

/// The case with the visitor's relation to it; `None` if there is no such case.
async fn opened(site: &Site, visitor: &Visitor, reference: &CaseRef) -> Result<Option<Opened>, Fault> {
    let case = site.log.load(reference).await?;
    let Some(office) = visitor.office() else { return Ok(None) };
    let relation = Relation::to_case(visitor.role(), office, &case, &site.book, site.now());
    let Some(mut relation) = relation else { return Ok(None) };
    if relation == Relation::Foreign && visitor.role() == Role::Supervisor && granted(site, visitor, reference).await? {
        relation = Relation::Granted;
    }
    let is_former = relation == Relation::Former;
    let known_until = is_former.then(|| handed_on_at(&case, &site.book, office, site.now())).flatten();
    let case = match known_until {
        None => case,
        Some(until) => Arc::new(known_by(site, reference, until).await?),
    };
    Ok(Some(Opened { case, relation, known_until }))
}

/// A case from what was recorded until an instant.
async fn known_by(site: &Site, reference: &CaseRef, until: Instant) -> Result<Case, Fault> {
    let stream = site.log.stream(reference).await?;
    Ok(Case::fold(stream.iter().map(|stored| &stored.event).filter(|event| event.recorded_at <= until)))
}

/// Whether a look with a reason still holds.
async fn granted(site: &Site, visitor: &Visitor, reference: &CaseRef) -> Result<bool, Fault> {
    let (now, office) = (site.now(), visitor.office());
    let holds = |grant: &Grant| {
        grant.person == visitor.id && Some(&grant.office) == office && grant.from <= now && now <= grant.until
    };
    Ok(site.people.grants(reference).await?.iter().any(holds))
}

/// The last instant whose records a former office may see: when the transfer was recorded by which it handed the case on.
/// An office that opened the case and never had it sees the opening alone.
fn handed_on_at(case: &Case, book: &Rulebook, office: &OfficeCode, now: Instant) -> Option<Instant> {
    let recorded = case.recorded();
    let has = |known: usize| {
        let actions = recorded[..known].iter().map(|recorded| &*recorded.action);
        let offices = Timeline::new(actions, now, book).map(|timeline| Addressees::from(timeline.offices()));
        offices.is_some_and(|offices| Seat::ALL.into_iter().any(|seat| seat.of(&offices) == Some(office)))
    };
    let transfers = |nth: &usize| {
        let name = recorded[*nth].action.name;
        matches!(name, ActionName::CaseTransferred | ActionName::ActionWithdrawn)
    };
    let away = (0..recorded.len()).rev().filter(transfers).find(|nth| has(*nth) && !has(nth + 1)).unwrap_or(0);
    Some(recorded.get(away)?.recorded_at)
}
