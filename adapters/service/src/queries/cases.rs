//! An office's cases at an instant, for its docket and for what it owes.
//!
//! Invariant: a case that cannot be read is left out and named; all others are listed.

use std::sync::mpsc;

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::rulebook::Rulebook;
use futures::StreamExt as _;
use projections::CaseView;
use projections::snapshot::Snapshot;
use projections::view::Seat;
use store::{Fault, LogStore};

/// How many cases are loaded concurrently.
const IN_FLIGHT: usize = 64;

/// The query.
#[derive(Clone)]
pub struct Which {
    /// The office.
    pub office: OfficeCode,
    /// The office's seat in the cases; `None`: any seat.
    pub seat: Option<Seat>,
    /// The instant of the list.
    pub at: Instant,
    /// The present time.
    pub now: Instant,
}

/// An office's cases, as far as they can be read.
pub struct Cases {
    /// The readable cases.
    pub cases: Vec<Snapshot>,
    /// The faults of unreadable cases, which may belong to the office too.
    pub damaged: Vec<Fault>,
}

/// The result of reading a view.
enum Looked {
    Case(Snapshot),
    /// The instant is before an action of the case, so that the view cannot answer.
    Unanswered(CaseRef),
}

/// An office's cases at an instant. For a past instant every case is read: it may have been transferred since. A view
/// that can answer for an instant names the offices of that instant, since no action of its case is later.
///
/// # Errors
/// If the store cannot be read.
pub async fn cases(store: &dyn LogStore, book: &Rulebook, which: &Which) -> Result<Cases, Fault> {
    let Which { office, seat, at, now } = which;
    let look = {
        let which = which.clone();
        move |view: CaseView| match Snapshot::of_view(&view, which.at) {
            Some(case) => case.is_of(&which.office, which.seat).then_some(Looked::Case(case)),
            None => Some(Looked::Unanswered(view.case)),
        }
    };
    let looked: Vec<Looked> = if at < now {
        let (found, all) = mpsc::channel();
        let send = move |view| {
            // The receiver below waits until every view was read.
            look(view).and_then(|looked| found.send(looked).ok());
        };
        store.views(Box::new(send)).await?;
        all.into_iter().collect()
    } else {
        store.docket(office, *seat).await?.into_iter().filter_map(look).collect()
    };
    let (mut cases, mut to_load) = (Vec::new(), Vec::new());
    for looked in looked {
        match looked {
            Looked::Case(case) => cases.push(case),
            Looked::Unanswered(case) => to_load.push(case),
        }
    }
    let mut damaged = Vec::new();
    let mut loaded = futures::stream::iter(to_load).map(async |case| store.load(&case).await).buffered(IN_FLIGHT);
    while let Some(case) = loaded.next().await {
        match case {
            Ok(case) => cases.extend(Snapshot::of_case(&case, book, *at).filter(|case| case.is_of(office, *seat))),
            Err(fault @ Fault::Corrupt(_)) => damaged.push(fault),
            Err(fault) => return Err(fault),
        }
    }
    Ok(Cases { cases, damaged })
}
