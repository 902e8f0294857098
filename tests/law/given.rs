//! Given what was recorded in a case, when something more is or time passes, then this is told.

use engine::action::Action;
use engine::calendar::Instant;
use engine::case::{Case, Event, Fact, evolve};
use engine::decide::{Alerts, Command, decide};
use engine::randomness::Seed;
use engine::rulebook::Rulebook;
use projections::message;
use tests::cases::instant;

/// A case of made-up facts, moved along by a clock.
pub struct Given {
    pub book: Rulebook,
    pub case: Case,
    pub log: Vec<Event>,
    pub next_id: u32,
}

/// What was told by one step: `kind rule` of each alert event, in order.
pub struct Told(pub Vec<String>);

impl Told {
    #[track_caller]
    pub fn then(self, expected: &[&str]) {
        let mut found = self.0;
        found.sort_unstable();
        let mut expected: Vec<&str> = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}

pub const OPENING: &str = r#""action":"case_opened","at":"2026-02-01T08:00:00+07:00","court":"vte-juvenile-court","prosecutor":"vte-prosecutor","investigator":"vte-investigation","child":{"ref":"C1","birth_date":"2010-05-05"},"offences":[{"class":"crime","penalty_months":{"min":60,"max":120},"committed_on":"2026-01-20","serious":true}]"#;
pub const CUSTODY: &str = r#""action":"custody_started","at":"2026-03-01T09:30:00+07:00","evidence_firm":true,"necessary":true,"place":{"children_only":true,"sexes_separated":true}"#;
const NOTIFIED: &str = r#""action":"parents_notified","at":"2026-03-01T09:40:00+07:00""#;

impl Given {
    /// A case of which nothing is on record yet.
    pub fn nothing() -> Self {
        Self { book: Rulebook::law_05_na_2006(), case: Case::default(), log: Vec::new(), next_id: 1 }
    }

    /// A case in which custody began on 1 March 2026 at 09:30 and the parents were told, recorded at once.
    #[track_caller]
    pub fn custody() -> Self {
        let mut given = Self::nothing();
        given.when("2026-02-01T08:00:00+07:00", OPENING).then(&[]);
        given.when("2026-03-01T09:30:00+07:00", CUSTODY).then(&[]);
        given.when("2026-03-01T09:40:00+07:00", NOTIFIED).then(&[]);
        given
    }

    /// Records an action at an instant; ids count up from 1.
    #[track_caller]
    pub fn when(&mut self, clock: &str, fields: &str) -> Told {
        let id = format!("00000000-0000-4000-8000-{:012}", self.next_id);
        self.next_id += 1;
        let line = format!(r#"{{"case":"T-1","id":"{id}","by":"vte-investigation",{fields}}}"#);
        let action = Action::read(&line).unwrap_or_else(|flaws| panic!("{flaws:?}: {line}"));
        self.apply(Command::Record {
            actions: vec![action],
            by: None,
            clock: instant(clock),
            alerts: Alerts::Raised,
            seed: Seed([7; 32]),
        })
    }

    #[track_caller]
    pub fn when_it_is(&mut self, clock: &str) -> Told {
        self.apply(Command::Now { clock: instant(clock), alerts: Alerts::Raised, seed: Seed([7; 32]) })
    }

    #[track_caller]
    pub fn apply(&mut self, command: Command) -> Told {
        let events =
            decide(&self.case, &self.book, command).all_or_none().unwrap_or_else(|refusal| panic!("{refusal}"));
        let told = events.iter().filter_map(|event| {
            Some(match &event.fact {
                Fact::ActionRecorded(_) | Fact::AlertHandled(_) | Fact::ActionConfirmed(_) | Fact::CaseSealed(_) => {
                    return None;
                }
                Fact::AlertRaised(alert) => format!("{} {}", alert.topic.stage, alert.topic.rule),
                Fact::AlertSettled(settled) => {
                    format!("settled-{} {}", settled.alert.topic.stage, settled.alert.topic.rule)
                }
                Fact::AlertWithdrawn(withdrawn) => {
                    let what = if withdrawn.settlement.is_some() { "withdrawn-settled" } else { "withdrawn" };
                    format!("{what}-{} {}", withdrawn.alert.topic.stage, withdrawn.alert.topic.rule)
                }
            })
        });
        let told = Told(told.collect());
        for event in events {
            self.case = evolve(std::mem::take(&mut self.case), &event);
            self.log.push(event);
        }
        told
    }

    /// The data of the last alert as it is published.
    pub fn last_message(&self) -> serde_json::Value {
        let event = self.log.last().expect("an event");
        let message = message(self.case.reference(), event, &self.book, "test").expect("an alert");
        serde_json::from_str(&message.body).expect("JSON")
    }

    pub fn due(&self) -> Option<Instant> {
        self.case.next_due(&self.book)
    }
}

pub fn released(at: &str) -> String {
    format!(r#""action":"released","at":"{at}","kind":"from_custody""#)
}
