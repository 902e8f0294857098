//! Changes of offices that were started on pages.

use std::sync::Arc;

use engine::calendar::Instant;
use store::people::{Feed, OfficeChange, Token};
use store::place::LogPlace;
use store::{LogStore, Options};
use tests::made::{self, office};
use uuid::Uuid;

tests::on_each_log!(
    a_change_is_confirmed_once_and_then_carried_out_or_taken_back_before,
    tokens_and_feeds_that_are_not_revoked_go_to_another_office,
);

const AT: Instant = Instant::from_unix(1_796_000_400);

async fn open(place: &LogPlace) -> Arc<dyn LogStore> {
    place.open(made::book(), &Options { create: true, ..Options::default() }).await.unwrap()
}

fn change(with: Option<&str>) -> OfficeChange {
    OfficeChange {
        id: Uuid::new_v4(),
        from: office("old-court"),
        to: office("new-court"),
        with: with.map(office),
        started_by: Uuid::new_v4(),
        started_at: AT,
        confirmed: None,
        ended_at: None,
    }
}

async fn a_change_is_confirmed_once_and_then_carried_out_or_taken_back_before(place: &LogPlace) {
    let store = open(place).await;
    let (whole, part) = (change(None), OfficeChange { started_at: AT.plus(5), ..change(Some("vte-prosecutor")) });
    for change in [&whole, &part, &whole] {
        store.start_office_change(change).await.unwrap();
    }
    assert_eq!(store.office_changes().await.unwrap(), [part.clone(), whole.clone()]);
    let (kham, noy) = (Uuid::new_v4(), Uuid::new_v4());
    assert!(!store.end_office_change(whole.id, AT).await.unwrap(), "nobody confirmed it");
    assert!(store.confirm_office_change(whole.id, kham, AT.plus(7)).await.unwrap());
    assert!(!store.confirm_office_change(whole.id, noy, AT.plus(8)).await.unwrap());
    assert!(!store.take_back_office_change(whole.id, AT.plus(8)).await.unwrap());
    assert!(store.end_office_change(whole.id, AT.plus(9)).await.unwrap());
    assert!(!store.end_office_change(whole.id, AT.plus(9)).await.unwrap());
    assert!(store.take_back_office_change(part.id, AT.plus(6)).await.unwrap());
    assert!(!store.confirm_office_change(part.id, kham, AT.plus(7)).await.unwrap());
    let ended = OfficeChange { confirmed: Some((kham, AT.plus(7))), ended_at: Some(AT.plus(9)), ..whole };
    let taken_back = OfficeChange { ended_at: Some(AT.plus(6)), ..part };
    assert_eq!(open(place).await.office_changes().await.unwrap(), [taken_back, ended]);
}

async fn tokens_and_feeds_that_are_not_revoked_go_to_another_office(place: &LogPlace) {
    let store = open(place).await;
    let token = |n: u8, code: &str, revoked| Token {
        id: Uuid::from_u128(n.into()),
        key: [n; 32],
        name: "a program".to_owned(),
        office: office(code),
        role: projections::rights::Role::Clerk,
        made: AT,
        until: None,
        revoked,
    };
    for token in [token(1, "old-court", None), token(2, "old-court", Some(AT)), token(3, "other-court", None)] {
        store.put_token(&token).await.unwrap();
    }
    let feed = super::people::secrets::feed(1);
    store.add_feed(&Feed { office: office("old-court"), ..feed.clone() }).await.unwrap();
    assert_eq!(store.move_secrets(&office("old-court"), &office("new-court")).await, Ok(2));
    assert_eq!(store.move_secrets(&office("old-court"), &office("new-court")).await, Ok(0));
    assert_eq!(store.feeds().await.unwrap(), [Feed { office: office("new-court"), ..feed }]);
    let kept = [token(1, "new-court", None), token(2, "old-court", Some(AT)), token(3, "other-court", None)];
    for token in kept {
        assert_eq!(store.token(token.key).await.unwrap(), Some(token));
    }
}
