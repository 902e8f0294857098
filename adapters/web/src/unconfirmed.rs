//! The actions of the visitor's office on which a second person has to look, for the page and the API.
//!
//! Invariant: only actions that the office itself recorded, in cases that it has, and only where its entry in the offices file
//! asks for a second look.

use engine::action::{ActionId, CaseRef};
use engine::case::RecordedAction;
use engine::decide::Verdict;
use engine::refusal::{Code, Refusal};
use service::recorder::Sender;
use store::Fault;

use crate::own_docket::whose;
use crate::site::Site;
use crate::visitor::{By, Visitor};

/// What waits for a second look, as it stands now.
pub struct Unconfirmed {
    /// Whether the office asks for second looks.
    pub asked: bool,
    /// The actions, each with its case, the one that waits longest first.
    pub items: Vec<(CaseRef, RecordedAction)>,
    /// How many cases could not be read.
    pub damaged: usize,
}

impl Unconfirmed {
    /// Reads it; `None` for somebody whose office has no cases.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn of(site: &Site, visitor: &Visitor) -> Result<Option<Self>, Fault> {
        let Some(whose) = whose(site, visitor) else { return Ok(None) };
        if !site.offices.ask_for_second_look(&whose.office) {
            return Ok(Some(Self { asked: false, items: Vec::new(), damaged: 0 }));
        }
        let (docket, alerts) = site.dockets.with_alerts(site.log.as_ref(), &site.book, &whose, site.now()).await?;
        let mut items = Vec::new();
        for (listed, of_case) in docket.cases.iter().zip(&alerts) {
            let own = of_case.unconfirmed.iter().filter(|recorded| recorded.recorded_by == whose.office);
            items.extend(own.map(|recorded| (listed.case.clone(), recorded.clone())));
        }
        items.sort_by(|(a, one), (b, other)| (one.recorded_at, a).cmp(&(other.recorded_at, b)));
        Ok(Some(Self { asked: true, items, damaged: docket.damaged }))
    }
}

/// Records that the visitor confirms an action. A program is no second person. Sent twice, it counts once.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn confirm(site: &Site, visitor: &Visitor, case: &CaseRef, action: ActionId) -> Result<Verdict, Fault> {
    let refused = |code| Ok(Verdict::Refused(Refusal::new(code).field("action").into()));
    let Some(office) = visitor.office() else { return refused(Code::PersonNeeded) };
    if !site.offices.ask_for_second_look(office) {
        return refused(Code::NoSecondLook);
    }
    let person = match visitor.by {
        By::Session(_) => Some(visitor.id),
        By::Token(_) => None,
    };
    let sender = Sender { office: office.clone(), person, role: Some(visitor.role()) };
    site.recorder.confirm(&sender, case, action, site.alerts()).await
}
