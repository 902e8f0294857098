//! A log that the program of before the language of rules wrote, under the first rulebook: it goes on as it was by the
//! rewriting of that rulebook, and adopting the program's own leads out. A fixture of each store; every later program
//! opens them.

use std::sync::Arc;

use engine::case::Fact;
use engine::rulebook::Rulebook;
use service::recorder::Recorder;
use store::people::{Look, LooksOf, Seen};
use store::{LogStore, WorkShare};
use uuid::Uuid;

use crate::clock::SetClock;
use crate::made::{after_all, book, nothing_told, refusal};

/// The rulebook's text, as the log keeps it.
pub const RULEBOOK: &str = include_str!("../fixtures/first-rulebook.toml");
/// The log, as `PostgreSQL` dumps it.
pub const DUMP: &str = include_str!("../fixtures/first-log.sql");
/// The log as an `SQLite` file.
pub const FILE: &[u8] = include_bytes!("../fixtures/first-log.kamnot");

/// The rulebook as it is read today.
pub fn rulebook() -> Arc<Rulebook> {
    Arc::new(Rulebook::stored(RULEBOOK).unwrap())
}

/// Every event is readable, and every view that the earlier program computed is what the rewriting gives.
pub async fn is_as_it_was(store: &dyn LogStore) {
    assert_eq!(store.events().await.unwrap(), 367);
    assert_eq!(store.check(nothing_told()).await.unwrap(), Vec::<String>::new());
    assert_eq!(store.book().digest(), rulebook().digest());
}

/// Opened to be read, it answers as if nobody were there, and takes nobody.
pub async fn has_no_room_for_people(store: &dyn LogStore) {
    assert_eq!(store.people().await, Ok(Vec::new()));
    assert_eq!(store.looks(&LooksOf::Person(Uuid::nil()), 9).await, Ok(Vec::new()));
    assert_eq!((store.people_are_on().await, store.offices_in_force().await), (Ok(true), Ok(None)));
    let fault = refusal(store.adopt_offices("a file", after_all()).await);
    assert!(fault.to_string().contains("has layout 1") && fault.to_string().contains("kamnot serve"), "{fault}");
}

/// Opened to be written, it takes people for every process.
pub async fn has_room_for_people(one: &dyn LogStore, other: &dyn LogStore) {
    let seen = Seen::Refused { route: "/".to_owned() };
    let look = Look { at: after_all(), who: Some(Uuid::max()), office: None, role: None, seen };
    one.note(vec![look.clone()]).await.unwrap();
    assert_eq!(other.looks(&LooksOf::Person(Uuid::max()), 9).await, Ok(vec![look]));
    assert_eq!(other.people_are_on().await, Ok(true));
}

/// Under the program's own rulebook, by which it has more to tell: what is over is history, and not published.
pub async fn is_told_the_second_reading(store: Arc<dyn LogStore>) {
    assert_eq!(store.check(nothing_told()).await.unwrap(), Vec::<String>::new());
    let recorder = Recorder::new(store.clone(), book(), SetClock::at(after_all()));
    let mut raised = 0;
    for due in store.due(after_all(), 100, WorkShare::ALL).await.unwrap() {
        for event in recorder.assess_anew(&due.case).await.unwrap() {
            if let Fact::AlertRaised(alert) = event.fact {
                raised += usize::from(rulebook().rule(alert.topic.rule).is_none());
            }
        }
    }
    assert!(raised > 0, "no alert by a rule of the second reading");
    assert_eq!(store.check(nothing_told()).await.unwrap(), Vec::<String>::new());
}
