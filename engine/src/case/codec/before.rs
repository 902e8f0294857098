//! Events of format 1, in which what is personal stood plain, brought over into the present format.
//!
//! Invariant: what is brought over says what it said. Spelt in format 1 again, it is the same text.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Event, Stored, Unreadable, fact, unreadable};
use crate::action::CaseRef;
use crate::ages::{Derived, Deriving};
use crate::case::{Commitment, Fact};
use crate::json::Json;
use crate::randomness::{Nonce, Randomness, Seed};
use crate::rulebook::Digest;

/// The version of the format that is brought over.
pub const VERSION: i32 = 1;

/// The engine's number in what is brought over: engines were not numbered then.
const ENGINE: u32 = 0;

/// Brings the events of a log over, in its order.
#[derive(Default)]
pub struct BringingOver(BTreeMap<CaseRef, Deriving>);

impl BringingOver {
    /// The next event of a case. `text`: the canonical JSON of it in format 1; `seed`: the randomness of it.
    ///
    /// # Errors
    /// If the event can't be read, or would say anything else in the present format.
    pub fn event(&mut self, case: &CaseRef, text: &str, seed: Seed) -> Result<Event, Unreadable> {
        let mut event = read(text)?;
        let mut randomness = Randomness::of(seed);
        event.nonce = randomness.draw();
        event.commitments = Commitment::all_of(&event.fact, &mut randomness);
        if let Fact::ActionRecorded(action) = &event.fact {
            event.derived = self.0.entry(case.clone()).or_default().next(action);
        }
        let again = Event::from_json(Event::VERSION, &event.to_json(), &event.disclosures())?;
        if again != event || spelt(&again) != text {
            return unreadable("it would not say the same in the present format");
        }
        Ok(event)
    }
}

fn read(text: &str) -> Result<Event, Unreadable> {
    let json = Json::read(text).map_err(|refusal| Unreadable(refusal.to_string()))?;
    let mut fields = Stored::of(json)?;
    let recorded_at = fields.instant("recorded_at")?;
    let recorded_by = fields.office("recorded_by")?;
    let person = fields.maybe("person", |text| Uuid::parse_str(text).ok())?;
    let rulebook = fields.read("rulebook", Digest::parse)?;
    let data = fields.take("data")?;
    let name = fields.text("event")?;
    fields.finish()?;
    let (nonce, derived, commitments) = (Nonce([0; 16]), Derived::default(), Vec::new());
    let fact = fact(&name, data)?;
    Ok(Event { nonce, engine: ENGINE, recorded_at, recorded_by, person, rulebook, fact, derived, commitments })
}

/// The event as format 1 wrote it.
fn spelt(event: &Event) -> String {
    let (name, data) = event.data();
    event.written(name, data, Vec::with_capacity(6))
}
