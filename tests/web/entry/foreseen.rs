//! A preview against what recording then adds.

use engine::action::{Action, CaseRef};
use engine::case::{Event, Fact};
use engine::decide::Alerts;
use projections::rights::Role;
use scenarios::worked::worked_cases;
use service::queries::preview::{Question, foresee};
use service::recorder::Sender;

use crate::desk::Desk;
use crate::log::Log;

/// The events that a preview shows are those that recording then adds, for each action of the worked cases.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_foreseen_is_what_recording_adds() {
    let log = Log::in_sqlite().await;
    let desk = Desk::new(&log);
    let mut compared = 0;
    for (nth, worked) in worked_cases().expect("worked cases").iter().enumerate() {
        let mut actions: Vec<Action> = worked.actions.lines().filter_map(|line| Action::read(line).ok()).collect();
        actions.sort_by_key(|action| action.at.last());
        for mut action in actions {
            // The worked cases share their references.
            action.case = CaseRef::new(&format!("W{nth}-{}", action.case)).expect("a reference");
            let case = action.case.clone();
            desk.clock.set(action.at.last());
            let known = desk.site.log.load(&case).await.expect("a case");
            let of = known.actions().chain([&action]).find_map(|action| action.offices()[0].cloned());
            let Some(office) = of else { continue };
            let sender = Sender { office, person: Some(uuid::Uuid::from_u128(1)), role: Some(Role::Clerk) };
            let actions = [action];
            let question = Question { sender: &sender, case: &known, actions: &actions, alerts: Alerts::Raised };
            let site = &desk.site;
            let foreseen = foresee(&site.recorder, &site.book, &site.offices, &question).await.expect("foreseen");
            let recorded = site.recorder.record_from(&sender, &case, actions.to_vec(), Alerts::Raised, None).await;
            let recorded = recorded.expect("recorded");
            assert_eq!(foreseen.verdicts, recorded.verdicts, "{case}");
            let after = site.log.load(&case).await.expect("a case");
            assert_eq!(foreseen.preview.after, *after, "{case}");
            // But for what is random in an event.
            let facts = |events: &[Event]| events.iter().map(|event| event.fact.clone()).collect::<Vec<Fact>>();
            let told: Vec<Event> =
                recorded.events.iter().filter(|event| event.fact.alert().is_some()).cloned().collect();
            assert_eq!(facts(&foreseen.preview.told), facts(&told), "{case}");
            compared += 1;
        }
    }
    assert!(compared > 1_000, "only {compared} actions were compared");
}
