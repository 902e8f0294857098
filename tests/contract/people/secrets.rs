//! What is known by its secret: tokens and feeds.

use engine::rulebook::Language;
use projections::rights::Role;
use store::people::{Feed, Token};
use store::place::LogPlace;
use tests::made::office;
use uuid::Uuid;

use super::{AT, open, token};

tests::on_each_log!(tokens_are_found_by_their_key_and_can_be_revoked, feeds_are_found_by_their_key_and_can_be_revoked);

/// A feed whose secret is known.
pub fn feed(key: u8) -> Feed {
    Feed {
        id: Uuid::from_u128(key.into()),
        key: [key; 32],
        name: "duty phone".to_owned(),
        office: office("vte-court"),
        role: Role::Clerk,
        language: Language::Lo,
        made: AT.plus(key.into()),
        maker: None,
        revoked: None,
    }
}

async fn feeds_are_found_by_their_key_and_can_be_revoked(place: &LogPlace) {
    let store = open(place).await;
    let (one, other) = (feed(1), Feed { maker: Some(Uuid::new_v4()), ..feed(2) });
    assert!(store.add_feed(&one).await.unwrap() && store.add_feed(&other).await.unwrap());
    assert!(!store.add_feed(&Feed { key: [3; 32], ..one.clone() }).await.unwrap());
    store.revoke_feed(one.id, AT.plus(7)).await.unwrap();
    store.revoke_feed(one.id, AT.plus(8)).await.unwrap();
    let revoked = Feed { revoked: Some(AT.plus(7)), ..one };
    assert_eq!(store.feed([1; 32]).await.unwrap().as_ref(), Some(&revoked));
    assert_eq!(store.feed([3; 32]).await.unwrap(), None);
    assert_eq!(store.feeds().await.unwrap(), [other, revoked]);
}

async fn tokens_are_found_by_their_key_and_can_be_revoked(place: &LogPlace) {
    let store = open(place).await;
    let (one, other) = (token(1), Token { until: None, ..token(2) });
    assert!(store.add_token(&one).await.unwrap() && store.add_token(&other).await.unwrap());
    assert!(!store.add_token(&Token { key: [3; 32], ..one.clone() }).await.unwrap());
    let revoked = Token { revoked: Some(AT.plus(7)), ..one.clone() };
    store.put_token(&revoked).await.unwrap();
    assert_eq!(store.token([1; 32]).await.unwrap().as_ref(), Some(&revoked));
    assert_eq!(store.token([3; 32]).await.unwrap(), None);
    assert_eq!(store.tokens().await.unwrap(), [other, revoked]);
}
