//! Whom an event of a case concerns.
//!
//! Invariant: nobody is named who may not see what the event changed. Whoever handed a case on is named for the handing on
//! itself and for nothing after it.

use std::collections::BTreeSet;

use engine::action::{Action, ActionName, OfficeCode};
use engine::alert::Addressees;
use engine::calendar::Instant;
use engine::case::{Case, Event, Fact};
use engine::rulebook::Rulebook;
use engine::timeline::Timeline;

use crate::view::Seat;

/// Whom an event concerns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concerned {
    /// The offices that have the case, each in its seat, and those that had it until this event.
    pub offices: BTreeSet<(OfficeCode, Seat)>,
    /// Of an escalated alert, the office that owes the duty: the event concerns those above it too.
    pub escalated: Option<OfficeCode>,
}

/// Whom an event concerns, of a case that holds it, at an instant.
pub fn concerned(case: &Case, event: &Event, book: &Rulebook, at: Instant) -> Concerned {
    let mut offices = seats(case.actions(), book, at);
    if let Fact::ActionRecorded(action) = &event.fact
        && takes_away(action.name)
    {
        let before = case.recorded().iter().take_while(|recorded| recorded.action.id != action.id);
        offices.extend(seats(before.map(|recorded| &*recorded.action), book, at));
    }
    Concerned { offices, escalated: escalated(case, event) }
}

/// Whether an action may take a case from an office that had it.
pub const fn takes_away(name: ActionName) -> bool {
    matches!(name, ActionName::CaseTransferred | ActionName::ActionWithdrawn | ActionName::CaseVoided)
}

/// The offices that have a case by these actions.
fn seats<'a>(
    actions: impl Iterator<Item = &'a Action> + Clone,
    book: &Rulebook,
    at: Instant,
) -> BTreeSet<(OfficeCode, Seat)> {
    let Some(timeline) = Timeline::new(actions, at, book) else { return BTreeSet::new() };
    let have = Addressees::from(timeline.offices());
    Seat::ALL.into_iter().filter_map(|seat| Some((seat.of(&have)?.clone(), seat))).collect()
}

/// The office that owes the duty of the escalated alert that an event is about.
fn escalated(case: &Case, event: &Event) -> Option<OfficeCode> {
    let alert = match &event.fact {
        Fact::AlertHandled(handling) => case.open_alerts().find(|open| open.alert.topic == handling.topic)?.alert,
        fact => fact.alert()?.0,
    };
    alert.topic.stage.is_escalated().then(|| alert.owing_office().clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::ages::Derived;
    use engine::case::{ENGINE, evolve};
    use engine::randomness::Nonce;

    /// The events of a case, one for each line, recorded at once.
    fn events(lines: &[String]) -> Vec<Event> {
        let read = |line: &String| {
            let action = Action::read(line).unwrap();
            Event {
                nonce: Nonce([0; 16]),
                engine: ENGINE,
                recorded_at: action.at.first(),
                recorded_by: action.by.clone(),
                person: None,
                rulebook: Rulebook::law_05_na_2006().digest(),
                fact: Fact::ActionRecorded(std::sync::Arc::new(action)),
                derived: Derived::default(),
                commitments: Vec::new(),
            }
        };
        lines.iter().map(read).collect()
    }

    fn line(name: &str, day: &str, more: &str) -> String {
        format!(
            r#"{{"action":"{name}","at":"2026-03-{day}T08:00:00+07:00","by":"vte-investigation","case":"A"{more}}}"#
        )
    }

    fn offices(of: &str) -> String {
        format!(r#","court":"{of}-juvenile-court","prosecutor":"{of}-prosecutor","investigator":"{of}-investigation""#)
    }

    #[test]
    fn who_handed_a_case_on_is_concerned_by_the_transfer_and_by_nothing_after_it() {
        let opened = format!(
            "{}{}",
            offices("vte"),
            r#","child":{"ref":"C","birth_date":"2012-01-01"},"offences":[{"class":"major","penalty_months":{"min":36,"max":60},"committed_on":"2026-03-01","serious":true}]"#
        );
        let lines = [
            line("case_opened", "01", &opened),
            line("case_transferred", "02", &offices("psl")),
            line("custody_started", "03", ""),
        ];
        let (events, book) = (events(&lines), Rulebook::law_05_na_2006());
        let at = Instant::parse("2026-03-04T08:00:00+07:00").unwrap();
        let courts = |known: usize| {
            let case = events[..known].iter().fold(Case::default(), evolve);
            let of = concerned(&case, &events[known - 1], &book, at);
            assert_eq!(of.escalated, None);
            let courts = of.offices.into_iter().filter(|(_, seat)| *seat == Seat::Court);
            courts.map(|(office, _)| office.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(courts(1), ["vte-juvenile-court"]);
        assert_eq!(courts(2), ["psl-juvenile-court", "vte-juvenile-court"]);
        assert_eq!(courts(3), ["psl-juvenile-court"]);
    }
}
