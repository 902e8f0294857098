//! The docket of the visitor's office, for every page that lists or counts its cases.
//!
//! Invariant: only cases that the office has in the seat in which the visitor acts.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::rulebook::Rulebook;
use projections::docket::choice::Choice;
use projections::docket::groups::Days;
use projections::docket::listed::Listed;
use projections::docket::pages::Order;
use projections::docket::silence::{Silent, silent};
use projections::rights::Role;
use service::queries::dockets::{Docket, Whose};
use store::Fault;

use crate::site::Site;
use crate::visitor::Visitor;

/// The docket of the visitor's office, as it stands now.
pub struct OwnDocket {
    /// Now.
    pub now: Instant,
    /// The cases.
    pub cases: Arc<Vec<Arc<Listed>>>,
    /// How many cases could not be read.
    pub damaged: usize,
    /// The other offices that are silent.
    pub silent: Vec<Silent>,
    /// Tells whether it has changed.
    pub tag: u64,
}

impl OwnDocket {
    /// Reads it; `None` for somebody whose office has no cases.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn of(site: &Site, visitor: &Visitor) -> Result<Option<Self>, Fault> {
        let Some(whose) = whose(site, visitor) else { return Ok(None) };
        let now = site.now();
        let Docket { cases, damaged, heard, tag } = site.dockets.of(site.log.as_ref(), &site.book, &whose, now).await?;
        let silent = silent(&cases, &heard, &whose.office, now);
        Ok(Some(Self { now, cases, damaged, silent, tag }))
    }

    /// The order of the cases at an instant.
    pub fn order<'b>(book: &'b Rulebook, site: &Site, at: Instant) -> Order<'b> {
        Order { book, at, days: Days::at(at, site.offices.holidays()) }
    }

    /// The choice of the cases in which silent offices take part.
    pub fn of_silent(&self) -> BTreeSet<OfficeCode> {
        self.silent.iter().map(|silent| silent.office.clone()).collect()
    }

    /// How many cases each choice takes.
    pub fn counts<const N: usize>(&self, order: &Order<'_>, choices: [&Choice; N]) -> [usize; N] {
        order.counts(&self.cases, choices)
    }
}

/// Whose docket it is: the office's, in the seat of the role; a supervisor's in that of the office.
pub fn whose(site: &Site, visitor: &Visitor) -> Option<Whose> {
    let office = visitor.office()?;
    let of_office = || site.offices.get(office).and_then(|office| office.kind.seat());
    let seat = if visitor.role() == Role::Supervisor { of_office() } else { visitor.role().seat() };
    Some(Whose { office: office.clone(), seat: seat? })
}

/// The path of a case's page.
pub fn case_path(case: &CaseRef) -> String {
    format!("/cases/{case}")
}
