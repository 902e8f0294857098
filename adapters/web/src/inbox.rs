//! The inbox of the visitor's office, for every page and answer that shows or acts on it.
//!
//! Invariant: an own office sees the alerts of the cases that it has; an office above sees what was escalated, and nothing
//! else of a case.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use engine::calendar::Instant;
use engine::decide::Verdict;
use engine::handling::Doing;
use projections::docket::listed::Listed;
use projections::inbox::{CaseAlerts, Inbox, Item, SETTLED_FOR, Settled, items};
use projections::rights::Role;
use service::handling::{Acting, Handled, Sent, Side, escalated};
use service::queries::dockets::Whose;
use store::Fault;
use uuid::Uuid;

use crate::own_docket::whose;
use crate::site::Site;
use crate::visitor::Visitor;

/// An inbox as it stands now.
pub struct OwnInbox {
    /// Now.
    pub now: Instant,
    /// What is to be acted on, in its order, each with its case.
    pub items: Vec<(Item, Arc<Listed>)>,
    /// What was settled in the last day, each with its case, the last first.
    pub settled: Vec<(Settled, Arc<Listed>)>,
    /// How many cases could not be read.
    pub damaged: usize,
    /// Whether somebody of the office ever took an alert.
    pub used: bool,
    /// Tells whether it has changed.
    pub tag: u64,
}

impl OwnInbox {
    /// Reads it; `None` for somebody whose office has none.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn of(site: &Site, visitor: &Visitor) -> Result<Option<Self>, Fault> {
        Self::since(site, visitor, None).await
    }

    /// The same of those cases alone in which an alert that stands was raised after an instant.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn since(site: &Site, visitor: &Visitor, since: Option<Instant>) -> Result<Option<Self>, Fault> {
        let Some(office) = visitor.office() else { return Ok(None) };
        let now = site.now();
        let mut own = Self { now, items: Vec::new(), settled: Vec::new(), damaged: 0, used: true, tag: 0 };
        if visitor.role() == Role::Supervisor {
            (own.items, own.damaged) = escalated(site.log.as_ref(), &site.book, &site.offices, office, now).await?;
            // Of what is not escalated it says nothing, so nothing of that is in its tag.
            own.tag = tag(&own.items);
        } else {
            let Some(whose) = whose(site, visitor) else { return Ok(None) };
            own.used = site.recorder.inboxes().known().contains(office);
            own.add(site, &whose, since).await?;
        }
        own.items.sort_by(|(a, _), (b, _)| (a.place, &a.case).cmp(&(b.place, &b.case)));
        own.settled.sort_by_key(|(settled, _)| std::cmp::Reverse(settled.recorded_at));
        Ok(Some(own))
    }

    async fn add(&mut self, site: &Site, whose: &Whose, since: Option<Instant>) -> Result<(), Fault> {
        let (docket, alerts) = site.dockets.with_alerts(site.log.as_ref(), &site.book, whose, self.now).await?;
        (self.damaged, self.tag) = (self.damaged + docket.damaged, docket.tag);
        for (listed, alerts) in docket.cases.iter().zip(alerts) {
            if since.is_some_and(|since| alerts.open.iter().all(|open| open.raised_at <= since)) {
                continue;
            }
            let found = items(Inbox::Own(&whose.office), listed, &alerts, &site.book, self.now);
            self.items.extend(found.into_iter().map(|item| (item, Arc::clone(listed))));
            let CaseAlerts { settled, .. } = &*alerts;
            let lately = settled.iter().filter(|settled| self.now.since(settled.recorded_at) <= SETTLED_FOR);
            self.settled.extend(lately.map(|settled| (settled.clone(), Arc::clone(listed))));
        }
        Ok(())
    }

    /// The item of a case with a key.
    pub fn item(&self, case: &str, key: &str) -> Option<&Item> {
        self.items.iter().map(|(item, _)| item).find(|item| item.case.as_str() == case && item.key() == key)
    }
}

/// Tells whether two lists of items are alike.
fn tag(items: &[(Item, Arc<Listed>)]) -> u64 {
    let one = |item: &Item| {
        let mut hasher = DefaultHasher::new();
        (item.case.as_str(), item.key(), item.raised_at.unix(), item.holdings.len()).hash(&mut hasher);
        hasher.finish()
    };
    items.iter().fold(0, |tag, (item, _)| tag.wrapping_add(one(item)))
}

/// Which inbox the visitor acts on: of a seat, or of what was escalated below.
fn side<'s>(site: &'s Site, visitor: &Visitor) -> Side<'s> {
    match visitor.role() {
        Role::Supervisor => Side::Above(&site.offices),
        role => Side::Own(role.seat()),
    }
}

/// Records what the visitor does about all alerts of an item. `id` is the form's own: sent twice, it counts once.
///
/// # Errors
/// If the store cannot be read or written; what was recorded is known when it is sent again.
pub async fn act(site: &Site, visitor: &Visitor, item: &Item, id: Uuid, doing: &Doing) -> Result<Verdict, Fault> {
    let Some(sender) = visitor.sender() else { return Ok(Verdict::Known) };
    let acting = Acting { recorder: &site.recorder, sender: &sender, alerts: site.alerts() };
    match acting.act(side(site, visitor), item, id, doing).await? {
        Handled::Judged(verdict, _) => Ok(verdict),
        Handled::Nothing | Handled::Several => Ok(Verdict::Known),
    }
}

/// Records what a program or a page sent about an item.
///
/// # Errors
/// As [`act`].
pub async fn handle(site: &Site, visitor: &Visitor, sent: &Sent, doing: &Doing) -> Result<Handled, Fault> {
    let Some(sender) = visitor.sender() else { return Ok(Handled::Nothing) };
    let acting = Acting { recorder: &site.recorder, sender: &sender, alerts: site.alerts() };
    acting.handle(side(site, visitor), sent, doing).await
}
