//! What counts as damage of a log, and in which words: the same in every store.
//!
//! Invariant: damage of one event or row is [`Fault::Corrupt`], names its case, and holds up no other case.

use std::fmt::Display;

use engine::action::CaseRef;
use engine::case::{Case, Event, evolve};

use super::fault::Failed;
use super::{Fault, Position, Stored};

/// The event in a row of this format and payload, with what is disclosed of it.
pub(super) fn event(format: i64, payload: Option<&str>, disclosures: &str) -> Result<Event, Fault> {
    let no_text = || Fault::corrupt("an event of the log can't be read: it is no text");
    let payload = payload.ok_or_else(no_text)?;
    let read = Event::from_json(i32::try_from(format).unwrap_or(-1), payload, disclosures);
    read.map_err(|unreadable| Fault::corrupt(unreadable.to_string()))
}

/// Says in which case and at which version an event can't be read.
pub(super) fn in_stream<E>(failed: Failed<E>, case: &CaseRef, version: u32) -> Failed<E> {
    match failed.damage() {
        Ok(found) => unreadable(case, version, &found).into(),
        Err(failed) => failed,
    }
}

fn unreadable(case: &CaseRef, version: u32, found: &impl Display) -> Fault {
    Fault::corrupt(format!("case {case}, event {version} of its stream: {found}"))
}

/// Says in which case and at which version an event that is kept can't be read.
pub(super) fn kept(case: &CaseRef, version: u32, read: Result<Event, Fault>) -> Result<Event, Fault> {
    read.map_err(|found| unreadable(case, version, &found))
}

/// The event of a case in its place.
pub(super) fn stored<E>(
    position: Position,
    case: CaseRef,
    version: u32,
    event: Result<Event, Failed<E>>,
) -> Result<Stored, Failed<E>> {
    let event = event.map_err(|failed| in_stream(failed, &case, version))?;
    Ok(Stored { position, case, version, event })
}

/// The case with its next event, which stands in the log as this version.
pub(super) fn fold<E>(
    state: Case,
    case: &CaseRef,
    version: i64,
    event: Result<Event, Failed<E>>,
) -> Result<Case, Failed<E>> {
    let expected = state.version() + 1;
    let event = event.map_err(|failed| in_stream(failed, case, expected))?;
    if version != i64::from(expected) {
        return Err(Fault::corrupt(format!("case {case}: version {expected} is missing in its stream")).into());
    }
    Ok(evolve(state, &event))
}

/// The event that stands where an alert should.
pub(super) fn alert(found: Option<Stored>) -> Result<Stored, Fault> {
    let found = found.filter(|stored| stored.event.fact.alert().is_some());
    found.ok_or_else(|| Fault::corrupt("the log has no alert at this position"))
}

/// The row of a case is not as it was written.
pub(super) fn altered(case: &str) -> Fault {
    let case = CaseRef::new(case);
    let case = case.as_ref().map_or("whose reference can't be read", CaseRef::as_str);
    Fault::corrupt(format!(
        "the view of the case {case} was altered since it was written; `kamnot rebuild` makes it anew from the log"
    ))
}

/// Says that the text of a rulebook is not the one of its digest; none where it is.
pub(super) fn altered_rulebook(named: &[u8], source: &[u8]) -> Option<String> {
    let named = String::from_utf8_lossy(named);
    let is_altered = engine::rulebook::Digest::of(source).to_string() != named;
    is_altered.then(|| {
        format!(
            "the text of the rulebook {named} was altered since it was kept; `kamnot rebuild --rulebook FILE` with the \
             original of the one in force keeps it anew"
        )
    })
}

/// The text of the rulebook with this digest.
pub(super) fn rulebook_text(digest: &str, source: &[u8]) -> Result<String, Fault> {
    match (altered_rulebook(digest.as_bytes(), source), std::str::from_utf8(source)) {
        (None, Ok(source)) => Ok(source.to_owned()),
        (altered, _) => Err(Fault::corrupt(altered.unwrap_or_default())),
    }
}

/// What a rebuild says where it has put the text of the rulebook in force right.
pub(super) const KEPT_ANEW: &str = "the text of the rulebook in force was not the one of its digest";

/// What a check says of an event that commits to something personal of which the disclosure is not there.
pub(super) const UNDISCLOSED: &str =
    "something personal in it can't be read: its disclosure is missing, or was altered";

/// What a check says of an event that was decided under a rulebook which the log does not keep.
pub(super) const UNKNOWN_RULEBOOK: &str = "it was decided under a rulebook that the log does not keep";
