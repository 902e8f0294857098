//! A log under a rulebook from before a program that knows more: it goes on as it was, and adopting leads out.

use std::sync::Arc;

use engine::action::{Action, CaseRef};
use engine::alert::Kind;
use engine::calendar::Instant;
use engine::case::Event;
use engine::decide::Alerts;
use engine::rulebook::{LAW_05_NA_2006, RuleId, Rulebook, Rulebooks};
use projections::message::message;
use service::recorder::Recorder;
use store::{CaseStore, Fault};

use crate::cases::rule;
use crate::clock::SetClock;
use crate::made::{after_all, book};

const LINES: [&str; 2] = [
    r#"{"case":"A","action":"case_opened","at":"2026-03-01T08:00:00+07:00","by":"i","court":"c","prosecutor":"p","investigator":"i","child":{"ref":"1","birth_date":"2010-01-01"},"offences":[{"class":"major","penalty_months":{"min":40,"max":60},"committed_on":"2026-02-27","serious":true}]}"#,
    r#"{"case":"A","action":"custody_started","at":"2026-03-01T09:00:00+07:00","by":"i"}"#,
];

/// The text of a rulebook that lacks a rule and a sentence of this program.
pub fn rulebook() -> String {
    let without = |source: String, from: &str, to: &str| {
        let start = source.find(from).expect("it is in the file");
        let end = start + 1 + source[start + 1..].find(to).expect("it ends");
        source[..start].to_owned() + &source[end..]
    };
    let source = without(LAW_05_NA_2006.to_owned(), "\n[rules.parents-notified]", "\n[");
    without(source, "\n[texts.breach-certain]", "\n[")
}

/// What a case has to tell long after, by `book`.
async fn told<S: CaseStore>(store: &Arc<S>, book: &Arc<Rulebook>) -> Result<Vec<Event>, Fault> {
    let clock = SetClock::at(Instant::parse("2026-06-01T09:00:00+07:00").expect("an instant"));
    let recorder = Recorder::new(store.clone(), Arc::clone(book), clock);
    let case = CaseRef::new("A").expect("a reference");
    let actions = LINES.map(|line| Action::read(line).expect("an action")).to_vec();
    let mut events = recorder.record(&case, actions, None, Alerts::Raised).await?.events;
    events.extend(recorder.tick(&case).await?);
    Ok(events)
}

fn rules(events: &[Event]) -> Vec<RuleId> {
    events.iter().filter_map(|event| event.fact.alert()).map(|(alert, _)| alert.topic.rule).collect()
}

/// A log under the earlier rulebook: the rule that it lacks isn't raised, and all else is, in words.
pub async fn goes_on<S: CaseStore>(store: &Arc<S>, earlier: &Arc<Rulebook>) {
    assert!(earlier.rule(rule("parents-notified")).is_none());
    let events = told(store, earlier).await.unwrap();
    let raised = rules(&events);
    assert!(raised.contains(&rule("custody-48h")) && !raised.contains(&rule("parents-notified")), "{raised:?}");
    let shelf = Rulebooks::new(Arc::clone(earlier), store.rulebooks().await.unwrap());
    let case = CaseRef::new("A").unwrap();
    for event in events.iter().filter(|event| event.fact.alert().is_some()) {
        let message = message(&case, event, shelf.book(event.rulebook), "here").unwrap();
        let parsed: serde_json::Value = serde_json::from_str(&message.body).unwrap();
        let because = parsed["data"]["because"].as_array().unwrap();
        assert!(because.iter().all(|step| step.as_str().is_some_and(|step| step.len() > 3)), "{because:?}");
    }
}

/// The same log once the program's own rulebook was adopted: what it lacked is told, and what nobody takes is escalated.
pub async fn is_told_what_it_lacked<S: CaseStore>(store: &Arc<S>) {
    let raised = rules(&told(store, &book()).await.unwrap());
    assert!(raised.contains(&rule("parents-notified")), "{raised:?}");
    let mut due = store.next_due().await.unwrap();
    while let Some(at) = due.filter(|due| *due < after_all()) {
        let clock = SetClock::at(at);
        let escalated = Recorder::new(store.clone(), book(), clock).tick(&CaseRef::new("A").unwrap()).await.unwrap();
        assert!(
            !escalated.is_empty()
                && escalated.iter().all(|event| event.fact.alert().is_some_and(|(_, kind)| kind == Kind::Escalated))
        );
        due = store.next_due().await.unwrap();
        assert!(due.is_none_or(|due| due > at), "it goes on");
    }
}
