//! The shift sheet of the visitor's office: what runs out, and its confirmations.
//!
//! Invariant: a sheet is confirmed by two people, each with a login of their own, and each confirms the list that stood before
//! them. A confirmation is never changed.

use engine::calendar::Instant;
use projections::shift::{Line, lines, to_json};
use projections::today::duties;
use store::Fault;
use store::people::ShiftSheet;
use uuid::Uuid;

use crate::own_docket::whose;
use crate::site::Site;
use crate::visitor::Visitor;

/// What runs out in the office's cases.
pub struct List {
    /// The end of the shift.
    pub until: Instant,
    /// What runs out by then.
    pub lines: Vec<Line>,
    /// How many more.
    pub more: usize,
}

impl List {
    /// The list as it stands now; `None` for somebody whose office has no cases.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn of(site: &Site, visitor: &Visitor, until: Instant) -> Result<Option<Self>, Fault> {
        let Some(whose) = whose(site, visitor) else { return Ok(None) };
        let now = site.now();
        let (docket, alerts) = site.dockets.with_alerts(site.log.as_ref(), &site.book, &whose, now).await?;
        let mut owed = Vec::new();
        for (listed, alerts) in docket.cases.iter().zip(alerts) {
            let of_case = duties(&listed.at(now), &whose.office, &site.book).collect::<Vec<_>>();
            owed.extend(of_case.into_iter().map(|duty| {
                let open = alerts.open.iter().map(|open| (&*open.alert, &*open.holdings));
                duty.with_holders(open, &whose.office, now)
            }));
        }
        let (lines, more) = lines(&owed, now, until);
        Ok(Some(Self { until, lines, more }))
    }

    /// What tells this list from another: a form names the list that it confirms.
    pub fn name(&self) -> Uuid {
        let text = format!("{} {}", self.until, to_json(&self.lines));
        Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes())
    }
}

/// A sheet with its confirmations.
pub struct Sheet {
    /// As it was handed over.
    pub given: ShiftSheet,
    /// As it was taken over; `None` while nobody has.
    pub received: Option<ShiftSheet>,
}

impl Sheet {
    /// The sheets among these confirmations, in their order.
    pub fn all(mut rows: Vec<ShiftSheet>) -> Vec<Self> {
        let mut received: Vec<ShiftSheet> = rows.extract_if(.., |row| row.id != row.sheet).collect();
        let mut of = |sheet: Uuid| {
            let place = received.iter().position(|row| row.sheet == sheet)?;
            Some(received.swap_remove(place))
        };
        rows.into_iter().map(|given| Self { received: of(given.sheet), given }).collect()
    }

    /// A sheet of the visitor's office.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn of(site: &Site, visitor: &Visitor, id: Uuid) -> Result<Option<Self>, Fault> {
        let sheet = Self::all(site.people.sheet(id).await?).pop();
        Ok(sheet.filter(|sheet| visitor.office() == Some(&sheet.given.office)))
    }
}

/// Keeps that the visitor confirms a list; whether it is the first to do so under this id.
///
/// # Errors
/// If the store cannot be written.
pub async fn confirm(site: &Site, visitor: &Visitor, (id, sheet): (Uuid, Uuid), list: &List) -> Result<bool, Fault> {
    let Some(office) = visitor.office().cloned() else { return Ok(false) };
    let (person, at, until) = (visitor.id, site.now(), list.until);
    let confirmed = ShiftSheet { id, sheet, office, person, at, until, list: to_json(&list.lines) };
    site.people.add_sheet(&confirmed).await
}
