//! What an office does about an item of its inbox: read from JSON, matched with the item, recorded.
//!
//! Invariant: an office acts on what its inbox holds and on nothing else. Of another office's case it hears the same as of one
//! that was never opened. What is sent twice under one id counts once, also when the item has left the inbox by then.

use std::sync::Arc;

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::case::Case;
use engine::decide::{Alerts, Verdict};
use engine::handling::{Deed, Doing, Handling, Promise};
use engine::rulebook::Rulebook;
use futures::StreamExt as _;
use projections::docket::listed::Listed;
use projections::inbox::{CaseAlerts, Inbox, Item, items};
use projections::view::Seat;
use serde::{Deserialize, Serialize};
use store::{CaseStore, Fault};
use uuid::Uuid;

use crate::offices::Offices;
use crate::recorder::{OnBehalf, Recorder, Sender};
use crate::shown::plain;

/// How many cases are loaded concurrently.
const IN_FLIGHT: usize = 64;

/// What somebody does about an item, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the format")]
pub struct Sent {
    pub id: Uuid,
    pub case: String,
    pub key: String,
    pub doing: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Uuid>,
}

impl Sent {
    /// Reads a JSON object, with what is done; `None` if it does not say that.
    pub fn read(json: &[u8]) -> Option<(Self, Doing)> {
        let sent: Self = serde_json::from_slice(json).ok()?;
        let doing = sent.doing()?;
        Some((sent, doing))
    }

    fn doing(&self) -> Option<Doing> {
        let promise = || {
            let what = plain(self.what.as_deref()?.trim()).into_owned();
            Some(Promise { what: what.as_str().into(), until: Instant::parse(self.until.as_deref()?)? })
        };
        match Deed::from_word(&self.doing)? {
            Deed::Takes => promise().map(Doing::Takes),
            Deed::HandsOver => Some(Doing::HandsOver { to: self.to?, promise: promise()? }),
            Deed::GivesBack => Some(Doing::GivesBack),
            Deed::Notes => Some(Doing::Notes),
        }
    }
}

/// Which inbox of an office.
#[derive(Clone, Copy)]
pub enum Side<'o> {
    /// That of its own cases: in this seat, or without one in any.
    Own(Option<Seat>),
    /// What was escalated of this office and those below it.
    Above(&'o Offices),
}

impl Side<'_> {
    /// The items of one case in this inbox of `office`, in no particular order.
    pub fn items(self, office: &OfficeCode, case: &Case, book: &Rulebook, now: Instant) -> Vec<(Item, Arc<Listed>)> {
        self.listed(office, case, book, now).map(|listed| self.of(office, case, &listed, book, now)).unwrap_or_default()
    }

    /// The case, if anything of it may be in this inbox.
    fn listed(self, office: &OfficeCode, case: &Case, book: &Rulebook, now: Instant) -> Option<Arc<Listed>> {
        Listed::of(case, book, now).filter(|listed| self.reaches(office, listed)).map(Arc::new)
    }

    fn of(
        self,
        office: &OfficeCode,
        case: &Case,
        listed: &Arc<Listed>,
        book: &Rulebook,
        now: Instant,
    ) -> Vec<(Item, Arc<Listed>)> {
        let inbox = match self {
            Self::Own(_) => Inbox::Own(office),
            Self::Above(_) => Inbox::Above(office),
        };
        let found = items(inbox, listed, &CaseAlerts::of(case, book, now), book, now).into_iter();
        found.filter(|item| self.has(office, item)).map(|item| (item, Arc::clone(listed))).collect()
    }

    /// Whether anything of the case may be in this inbox.
    fn reaches(self, office: &OfficeCode, listed: &Listed) -> bool {
        match self {
            Self::Own(seat) => listed.is_of(office, seat),
            Self::Above(offices) => {
                let seats = Seat::ALL.into_iter().filter_map(|seat| seat.of(&listed.offices));
                seats.into_iter().any(|below| offices.is_under(below, office))
            }
        }
    }

    fn has(self, office: &OfficeCode, item: &Item) -> bool {
        match self {
            Self::Own(_) => true,
            Self::Above(offices) => offices.is_under(&item.owed_by, office),
        }
    }
}

/// What was escalated of `above` and the offices below it: the items, each with its case, and how many cases could not be
/// read. Of all cases, only those in which something was escalated are loaded, and none is kept.
///
/// # Errors
/// If the store cannot be read.
pub async fn escalated(
    store: &dyn CaseStore,
    book: &Rulebook,
    offices: &Offices,
    above: &OfficeCode,
    now: Instant,
) -> Result<(Vec<(Item, Arc<Listed>)>, usize), Fault> {
    let mut views = store.escalated().await?;
    views.retain(|view| view.escalated().iter().any(|below| offices.is_under(below, above)));
    let load = async |case: CaseRef| store.load(&case).await;
    let cases: Vec<CaseRef> = views.into_iter().map(|view| view.case).collect();
    let mut loaded = futures::stream::iter(cases).map(load).buffered(IN_FLIGHT);
    let (mut found, mut damaged) = (Vec::new(), 0);
    while let Some(case) = loaded.next().await {
        match case {
            Ok(case) => found.extend(Side::Above(offices).items(above, &case, book, now)),
            Err(Fault::Corrupt(_)) => damaged += 1,
            Err(fault) => return Err(fault),
        }
    }
    Ok((found, damaged))
}

/// What became of something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handled {
    /// It was judged; so many events were recorded.
    Judged(Verdict, usize),
    /// Nothing in the inbox goes by this name.
    Nothing,
    /// Several items go by it.
    Several,
}

/// Somebody who acts on an inbox.
pub struct Acting<'a> {
    /// Records it.
    pub recorder: &'a Recorder,
    /// Who acts.
    pub sender: &'a Sender,
    /// What becomes of the alerts.
    pub alerts: Alerts,
}

impl Acting<'_> {
    /// Records what was sent about an item of one of the sender's inboxes.
    ///
    /// # Errors
    /// If the store cannot be read or written; what was recorded is known when it is sent again.
    pub async fn handle(&self, side: Side<'_>, sent: &Sent, doing: &Doing) -> Result<Handled, Fault> {
        let Some(case) = CaseRef::new(&sent.case) else { return Ok(Handled::Nothing) };
        let (book, now, office) = (self.recorder.book(), self.recorder.now(), &self.sender.office);
        let known = self.recorder.store().load(&case).await?;
        let Some(listed) = side.listed(office, &known, book, now) else { return Ok(Handled::Nothing) };
        if known.is_handled(sent.id) {
            return Ok(Handled::Judged(Verdict::Known, 0));
        }
        let mut named = side.of(office, &known, &listed, book, now);
        named.retain(|(item, _)| item.goes_by(&sent.key));
        match named.as_slice() {
            [] => Ok(Handled::Nothing),
            [(item, _)] => self.act(side, item, sent.id, doing).await,
            [_, _, ..] => Ok(Handled::Several),
        }
    }

    /// Records what is done about all alerts of an item. `id` is the form's or the request's own: sent twice, it counts once.
    ///
    /// # Errors
    /// If the store cannot be read or written; what was recorded is known when it is sent again.
    pub async fn act(&self, side: Side<'_>, item: &Item, id: Uuid, doing: &Doing) -> Result<Handled, Fault> {
        let on_behalf = match side {
            Side::Own(_) => OnBehalf::OfTheCase,
            Side::Above(_) => OnBehalf::OfSupervision,
        };
        let (mut last, mut events) = (Verdict::Known, 0);
        // The gravest comes last, under the sender's own id: once that is in the log, everything is.
        for (nth, (topic, occurrence)) in item.alerts.iter().enumerate().rev() {
            let of_alert = || Uuid::new_v5(&id, format!("{}/{}/{}", topic.rule, topic.on, topic.stage).as_bytes());
            let id = if nth == 0 { id } else { of_alert() };
            let handling = Handling { id, topic: *topic, occurrence: *occurrence, doing: doing.clone() };
            last = self.recorder.handle(self.sender, &item.case, handling, on_behalf, self.alerts).await?;
            events += usize::from(last == Verdict::Accepted);
        }
        Ok(Handled::Judged(last, events))
    }
}
