//! What was recorded of a case, computed anew: whether each event can be what it says, and whether the law says of the case what
//! an evidence file says.
//!
//! Invariant: it needs the events and the rulebooks alone. What is not disclosed is not needed for it.

use std::collections::BTreeMap;

use engine::calendar::Instant;
use engine::case::{Case, ENGINE, Event};
use engine::json::Json;
use engine::rulebook::Rulebook;

/// An event as it is kept.
#[derive(Clone, Copy, Debug)]
pub struct KeptEvent<'e> {
    /// The number of its format.
    pub format: u16,
    /// Its canonical text.
    pub payload: &'e str,
    /// What is disclosed of what it commits to.
    pub disclosures: &'e [String],
}

/// What is computed anew.
#[derive(Clone, Debug)]
pub struct Claim<'c> {
    /// The reference of the case.
    pub case: &'c str,
    /// Its events, from the first.
    pub events: Vec<KeptEvent<'c>>,
    /// The texts of the rulebooks, by their digests.
    pub rulebooks: BTreeMap<String, &'c str>,
    /// The instant that the case was assessed for.
    pub at: Instant,
    /// The number of the engine that assessed it.
    pub engine: u32,
    /// The digest of the rulebook.
    pub rulebook: &'c str,
    /// What came out, as canonical JSON.
    pub result: &'c str,
}

/// What comes out when it is computed anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recomputed {
    /// The same.
    Same,
    /// Something else, and another engine had computed it: the program answers differently today.
    AnotherEngine {
        /// The engine that assessed it.
        of: u32,
        /// This program's.
        own: u32,
    },
    /// Something else.
    Differs,
    /// An event can't be what it says.
    Event {
        /// Which.
        version: usize,
        /// Why not.
        reason: String,
    },
    /// A rulebook can't be read by this program.
    Rulebook(String),
}

/// What the law says of a case, as canonical JSON; none of a case without actions.
pub fn assessed(case: &Case, book: &Rulebook, at: Instant) -> Option<String> {
    let mut written = String::new();
    case.assess(book, at)?.write_json(book, &mut written);
    let mut canonical = String::with_capacity(written.len());
    Json::read(&written).ok()?.write(&mut canonical);
    Some(canonical)
}

/// Computes a claim anew.
pub fn recomputed(claim: &Claim<'_>) -> Recomputed {
    let mut case = Case::default();
    for (version, kept) in (1..).zip(&claim.events) {
        match next(&case, claim, kept) {
            Ok(event) => case = engine::case::evolve(case, &event),
            Err(reason) => return Recomputed::Event { version, reason },
        }
    }
    let stored = claim.rulebooks.get(claim.rulebook).map(|text| Rulebook::stored(text));
    let book = match stored {
        Some(Ok(book)) => book,
        Some(Err(flaw)) => return Recomputed::Rulebook(flaw.to_string()),
        None => return Recomputed::Rulebook("it is not in the file".to_owned()),
    };
    if assessed(&case, &book, claim.at).is_some_and(|result| result == claim.result) {
        Recomputed::Same
    } else if claim.engine != ENGINE {
        Recomputed::AnotherEngine { of: claim.engine, own: ENGINE }
    } else {
        Recomputed::Differs
    }
}

/// The next event, if it can follow these.
fn next(case: &Case, claim: &Claim<'_>, kept: &KeptEvent<'_>) -> Result<Event, String> {
    let event = Event::from_json(kept.format.into(), kept.payload, &kept.disclosures.join("~"));
    let event = event.map_err(|unreadable| unreadable.to_string())?;
    if event.to_json() != kept.payload {
        return Err("it is not written as this program writes it".to_owned());
    }
    if let Some(reason) = case.contradicts(&event) {
        return Err(reason.to_owned());
    }
    let of = event.fact.action().map(|action| action.case.as_str());
    if of.is_some_and(|of| of != claim.case) {
        return Err("it is of another case".to_owned());
    }
    Ok(event)
}
