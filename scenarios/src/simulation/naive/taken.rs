//! What people did about an alert, as far as it decides when the alert is escalated.

use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::case::Event;
use engine::handling::{Doing, Handling};
use uuid::Uuid;

/// What people did about an alert.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    pub raised_at: Option<Instant>,
    /// As the event says that raised it, in seconds; nothing for history.
    pub escalate_after: Option<i64>,
    /// Whether it was escalated.
    pub escalated: bool,
    /// Who had it last, until when; without an end where it was noted.
    by: Vec<(OfficeCode, Option<Uuid>, Option<Instant>)>,
    /// When offices gave it back.
    given_back: Vec<(OfficeCode, Instant)>,
    /// The occurrence of the `breach` that would replace it.
    pub gives_way_to: Option<u32>,
}

impl Taken {
    /// Nothing yet, about an alert raised at an instant.
    pub fn since(at: Instant) -> Self {
        Self { raised_at: Some(at), ..Self::default() }
    }

    /// What an alert takes over that replaces this one.
    pub fn passed_on(&self, to_same_offices: bool, at: Instant) -> Self {
        let by = if to_same_offices { self.by.clone() } else { Vec::new() };
        Self { by, ..Self::since(at) }
    }

    /// From when on nobody of the office has it; nothing if it was noted.
    pub fn untaken_from(&self, office: &OfficeCode) -> Option<Instant> {
        let mut from = self.raised_at?;
        for (_, at) in self.given_back.iter().filter(|(who, _)| who == office) {
            from = from.max(*at);
        }
        for (_, _, until) in self.by.iter().filter(|(who, _, _)| who == office) {
            from = from.max((*until)?);
        }
        Some(from)
    }

    /// Somebody did something about it.
    pub fn act(&mut self, event: &Event, handling: &Handling) {
        let (office, person) = (event.recorded_by.clone(), event.person);
        let others = |(who, of, _): &(OfficeCode, Option<Uuid>, Option<Instant>), one| *who != office || *of != one;
        let (has, until) = match &handling.doing {
            Doing::Takes(promise) => (person, Some(promise.until)),
            Doing::Notes => (person, None),
            Doing::HandsOver { to, promise } => {
                self.by.retain(|held| others(held, person));
                (Some(*to), Some(promise.until))
            }
            Doing::GivesBack => {
                self.by.retain(|held| others(held, person));
                self.given_back.push((office, event.recorded_at));
                return;
            }
        };
        self.by.retain(|held| others(held, has));
        self.by.push((office, has, until));
    }
}
