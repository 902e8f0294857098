//! The tree where a server gives the log its order: transactions that end late, and a log that was restored elsewhere.

use scenarios::servers::database::Database;
use store::tree::{Integrated, Integrator, TreeStore as _};
use store::{LogStore as _, Position};
use tests::made::{nothing_told, record_case};

use crate::hidden::UnderWay;
use crate::world::open;

/// Takes everything into the tree; what a transaction of another test hides, once that has ended.
async fn grow(store: &store::postgres::PostgresStore, integrator: &mut Integrator) -> usize {
    let mut all = 0;
    tests::wait::eventually("the tree has everything", async || {
        if let Integrated::Taken(events) = store.integrate(integrator, 1000).await.unwrap() {
            all += events;
        }
        store.tree_standing().await.unwrap().events == store.events().await.unwrap()
    })
    .await;
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_transaction_under_way_hides_is_taken_once_that_has_ended() {
    let database = Database::create();
    let store = std::sync::Arc::new(open(&database.url()).await);
    let mut integrator = Integrator::default();
    record_case(&store, 0).await;
    grow(&store, &mut integrator).await;
    let under_way = UnderWay::begin(&database);
    record_case(&store, 1).await;
    let before = store.tree_standing().await.unwrap().size;
    assert_eq!(store.integrate(&mut integrator, 1000).await.unwrap(), Integrated::Taken(0));
    under_way.end();
    assert!(grow(&store, &mut integrator).await > 0);
    assert!(store.tree_standing().await.unwrap().size > before);
    assert_eq!(store.check(nothing_told()).await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_restored_into_another_server_goes_on_where_its_tree_was() {
    let database = Database::create();
    let store = std::sync::Arc::new(open(&database.url()).await);
    let mut integrator = Integrator::default();
    for case in 0..3 {
        record_case(&store, case).await;
    }
    grow(&store, &mut integrator).await;
    for case in 3..5 {
        record_case(&store, case).await;
    }
    drop((integrator, store));
    // The numbers of another server's transactions, and what that one committed last stands before the rest.
    database.sql(
        "UPDATE case_events SET xact = (xact::text::bigint + 1000000000)::text::xid8;
         UPDATE meta SET xact = (xact::text::bigint + 1000000000)::text::xid8",
    );
    let store = std::sync::Arc::new(open(&database.url()).await);
    let mut integrator = Integrator::default();
    record_case(&store, 5).await;
    grow(&store, &mut integrator).await;
    let standing = store.tree_standing().await.unwrap();
    assert_eq!((standing.events, standing.waiting_since), (store.events().await.unwrap(), None));
    assert_eq!(store.check(nothing_told()).await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_integrates_until_it_lets_go_or_is_gone() {
    let database = Database::create();
    let url = database.url();
    let (one, two, three) = (open(&url).await, open(&url).await, open(&url).await);
    let mut of_one = Integrator::default();
    assert_eq!(one.integrate(&mut of_one, 10).await, Ok(Integrated::Taken(0)));
    assert_eq!(two.integrate(&mut Integrator::default(), 10).await, Ok(Integrated::ByAnother));
    one.let_go().await;
    let mut of_two = Integrator::default();
    takes_over(&two, &mut of_two).await;
    assert_eq!(one.integrate(&mut Integrator::default(), 10).await, Ok(Integrated::ByAnother));
    drop((two, of_two));
    takes_over(&three, &mut Integrator::default()).await;
}

/// The server needs a moment to end the session of who had the lock.
async fn takes_over(store: &store::postgres::PostgresStore, integrator: &mut Integrator) {
    tests::wait::eventually("it integrates", async || {
        store.integrate(integrator, 10).await.unwrap() == Integrated::Taken(0)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_the_tree_was_made_to_pass_over_is_named() {
    let database = Database::create();
    let store = std::sync::Arc::new(open(&database.url()).await);
    for case in 0..3 {
        record_case(&store, case).await;
    }
    let mut integrator = Integrator::default();
    grow(&store, &mut integrator).await;
    record_case(&store, 3).await;
    let all = async || store.log(Position(0), usize::MAX >> 1).await.unwrap();
    // What a transaction of another test hides is shown once that has ended.
    tests::wait::eventually("the log shows everything", async || {
        all().await.len() as u64 == store.events().await.unwrap()
    })
    .await;
    let last = all().await.pop().unwrap();
    // As if it had been written long ago.
    database.sql(&format!("UPDATE case_events SET xact = '3' WHERE position = {}", last.position.0));
    let found = store.check_tree().await.unwrap();
    let named = format!("the event at position {} of the log is not in the tree", last.position.0);
    assert!(found.len() == 1 && found[0].starts_with(&named), "{found:?}");
}
