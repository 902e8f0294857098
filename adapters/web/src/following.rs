//! Reads the log for all open streams: one reader a process, woken by the store, tells each stream what concerns it.
//!
//! Invariant: while a stream is open, every event that the store gives is looked at, once and in the order of the log. The
//! watch and the relay never wait for it.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::action::CaseRef;
use projections::concern::{Concerned, concerned, takes_away};
use service::lifecycle::Stop;
use store::{Fault, Position, Stored};

use crate::live::Follows;
use crate::site::Site;

/// How many events are read at once.
const EVENTS: usize = 256;
/// How long changes gather before the next are read: an office in which very much happens is told a few times a second.
const GATHER: Duration = Duration::from_millis(200);
/// The pause after the store did not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Follows the log whenever a stream is open, until the stop signal; then all streams end.
pub async fn keep_following(site: &Site, stop: &Stop) {
    while stop.or(site.live.wanted()).await.is_some() {
        if let Some(Err(fault)) = stop.or(follow(site)).await {
            tracing::debug!(reason = %fault, "the log could not be read for live updates; retrying");
            stop.or(tokio::time::sleep(PAUSE)).await;
        }
    }
    site.live.close();
}

/// Follows the log until no stream is open.
async fn follow(site: &Site) -> Result<(), Fault> {
    // The counter first: what is recorded behind it is read in the first round.
    let mut counter = site.log.change_counter().await?;
    let mut head = site.log.head().await?;
    site.live.begin();
    while site.live.goes_on() {
        site.log.changed(counter).await?;
        counter = site.log.change_counter().await?;
        while !read(site, &mut head).await? {
            tokio::time::sleep(GATHER).await;
        }
        tokio::time::sleep(GATHER).await;
    }
    Ok(())
}

/// Reads the log to its end and tells whom it concerns. `false`: of an event's case the store gives what was before it; another
/// process has recorded it, and it is noticed within a moment.
async fn read(site: &Site, head: &mut Position) -> Result<bool, Fault> {
    loop {
        let events = match site.log.log(*head, EVENTS).await {
            Ok(events) => events,
            // What cannot be read is passed over: `check` names it, and whoever is told for nothing finds nothing.
            Err(Fault::Corrupt(_)) => {
                *head = site.log.head().await?;
                site.live.begin();
                return Ok(true);
            }
            Err(fault) => return Err(fault),
        };
        // Only nothing is the end of the log: of a few, the next may have been hidden by a transaction under way.
        if events.is_empty() {
            return Ok(true);
        }
        let (mut all, mut known) = (Vec::with_capacity(events.len()), true);
        // The cases that were asked, each with how many events it had: an action that takes no case away concerns the same offices.
        let mut asked: BTreeMap<CaseRef, u32> = BTreeMap::new();
        for stored in events {
            let plain = stored.event.fact.action().is_some_and(|action| !takes_away(action.name));
            if !(plain && asked.get(&stored.case).is_some_and(|version| *version >= stored.version)) {
                let Some((of, version)) = of_event(site, &stored).await? else {
                    known = false;
                    break;
                };
                all.push(of);
                asked.insert(stored.case, version);
            }
            *head = stored.position;
        }
        site.live.tell(|follows| all.iter().any(|of| is_told(site, of, follows)));
        if !known {
            return Ok(false);
        }
    }
}

/// Whether whoever follows this is told of what concerns those.
fn is_told(site: &Site, of: &Concerned, follows: &Follows) -> bool {
    match follows {
        Follows::Cases(office, seat) => of.offices.contains(&(office.clone(), *seat)),
        Follows::Escalated(above) => of.escalated.as_ref().is_some_and(|owing| site.offices.is_under(owing, above)),
    }
}

/// Whom an event concerns, and how many events its case has; `None` if the store does not give its case with it yet.
async fn of_event(site: &Site, stored: &Stored) -> Result<Option<(Concerned, u32)>, Fault> {
    match site.log.load(&stored.case).await {
        Ok(case) if case.version() < stored.version => Ok(None),
        Ok(case) => Ok(Some((concerned(&case, &stored.event, &site.book, site.now()), case.version()))),
        // Nobody sees anything of a damaged case.
        Err(Fault::Corrupt(_)) => Ok(Some((Concerned::default(), u32::MAX))),
        Err(fault) => Err(fault),
    }
}
