//! What becomes of people when their log is moved.

use std::sync::Arc;

use scenarios::servers::database::Database;
use store::people::{Feed, LooksOf, OfficeChange, Person, ShiftSheet, Token};
use store::place::LogPlace;
use store::transfer::transfer;
use store::{Fault, Progress};
use tests::made;
use uuid::Uuid;

use super::secrets::feed;
use super::{AT, case, lived_in, open, person};

/// Moves a log, and what becomes of its people.
async fn moves(from: &LogPlace, to: &LogPlace) {
    let (old, new) = (open(from).await, open(to).await);
    let (person, token, grant, look) = lived_in(&*old).await;
    let (id, office, list) = (Uuid::from_u128(1), made::office("vte-prosecutor"), "[]".to_owned());
    let sheet = ShiftSheet { id, sheet: id, office, person: person.id, at: AT, until: AT.plus(3600), list };
    assert!(old.add_sheet(&sheet).await.unwrap());
    let of_the_new_place = ShiftSheet { id: Uuid::from_u128(2), sheet: Uuid::from_u128(2), ..sheet.clone() };
    assert!(new.add_sheet(&of_the_new_place).await.unwrap());
    new.adopt_offices("the new place's own", AT).await.unwrap();
    let (now, of) = (AT.plus(86_400), |code| made::office(code));
    let change = OfficeChange {
        id: person.id,
        from: of("old-court"),
        to: of("new-court"),
        with: None,
        started_by: person.id,
        started_at: AT,
        confirmed: Some((person.id, AT)),
        ended_at: None,
    };
    old.start_office_change(&change).await.unwrap();
    transfer(&old, &new, now, &(Arc::new(|_, _| ()) as Progress)).await.unwrap();
    assert_eq!(new.people().await.unwrap(), std::slice::from_ref(&person));
    assert_eq!(new.office_changes().await.unwrap(), [change]);
    assert_eq!(new.sessions().await.unwrap(), []);
    assert_eq!(new.tokens().await.unwrap(), [Token { revoked: Some(now), ..token }]);
    assert_eq!(new.feeds().await.unwrap(), [Feed { revoked: Some(now), ..feed(1) }]);
    assert_eq!(new.grants(&grant.case).await.unwrap(), std::slice::from_ref(&grant));
    assert_eq!(new.looks(&LooksOf::Case(case("A-1")), 9).await.unwrap(), [look]);
    assert_eq!(new.looks(&LooksOf::Person(person.id), 9_999).await.unwrap().len(), 5_000);
    assert_eq!(new.sheets(&sheet.office, 9).await.unwrap(), [sheet]);
    assert_eq!(new.offices_in_force().await.unwrap().as_deref(), Some("the offices"));
    assert_eq!((old.people_are_on().await, new.people_are_on().await), (Ok(false), Ok(false)));
    // Nobody writes to the old place any more.
    let refused = [
        old.note(vec![]).await,
        old.put_person(&Person { version: 2, ..person }).await.map(|_| ()),
        old.confirm_people().await,
    ];
    for outcome in refused {
        let fault = made::refusal(outcome);
        assert!(matches!(&fault, Fault::Restart(said) if said.contains("was moved to")), "{fault}");
    }
    new.confirm_people().await.unwrap();
    assert_eq!(new.people_are_on().await, Ok(true));
    assert_eq!(open(to).await.people_are_on().await, Ok(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_to_a_database_takes_people_along_and_ends_their_sessions() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create());
    moves(&LogPlace::File(folder.path().join("log.db")), &LogPlace::Postgres(database.url())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_to_a_file_takes_people_along_and_ends_their_sessions() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create());
    moves(&LogPlace::Postgres(database.url()), &LogPlace::File(folder.path().join("log.db"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_not_moved_over_people() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| LogPlace::File(folder.path().join(name));
    let (old, new) = (open(&place("old.db")).await, open(&place("new.db")).await);
    let kham = person("kham");
    new.put_person(&kham).await.unwrap();
    let fault = made::refusal(transfer(&old, &new, AT, &(Arc::new(|_, _| ()) as Progress)).await);
    assert!(fault.to_string().contains("holds a log already"), "{fault}");
    assert_eq!(new.people().await.unwrap(), [kham]);
}
