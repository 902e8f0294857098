//! An office's cases at an instant, for its docket and for what it owes.
//!
//! Invariant: what can't be read is left out and named; it keeps nothing else from the list.

use std::sync::mpsc;

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::rulebook::Rulebook;
use futures::StreamExt as _;
use projections::CaseView;
use projections::snapshot::Snapshot;
use projections::view::Seat;
use store::{Fault, LogStore};

/// How many cases are loaded at the same time.
const IN_FLIGHT: usize = 64;

/// Whose cases are looked at, and when.
#[derive(Clone)]
pub struct Which {
    /// The office.
    pub office: OfficeCode,
    /// The cases that it has in this seat; none: in any.
    pub seat: Option<Seat>,
    /// At this instant.
    pub at: Instant,
    /// The clock.
    pub now: Instant,
}

/// An office's cases, as far as they can be read.
pub struct Cases {
    /// Those that can.
    pub cases: Vec<Snapshot>,
    /// Why others can't be read: they may be the office's too.
    pub damaged: Vec<Fault>,
}

/// What a look at a view gave.
enum Looked {
    Case(Snapshot),
    /// The instant lies before an action of the case.
    Unanswered(CaseRef),
}

/// An office's cases at an instant. For a past one every case is looked at: it may have gone to another office since.
/// A view that answers for an instant names the offices of that instant, for no action of its case lies behind it.
///
/// # Errors
/// If the store can't be read.
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
            // The receiver waits below until every view was looked at.
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
