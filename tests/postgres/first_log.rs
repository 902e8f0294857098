//! The log of before the language of rules, as PostgreSQL dumped it.

use std::sync::Arc;

use scenarios::servers::database::Database;
use store::postgres::PostgresStore;
use store::{LogStore as _, Options};
use tests::{first_log, made};

#[tokio::test(flavor = "multi_thread")]
async fn a_log_under_the_first_rulebook_goes_on_and_adopts_the_second_reading() {
    let database = Database::create();
    database.load(first_log::DUMP);
    let options = Options::default();
    let store = PostgresStore::open(&database.url(), first_log::rulebook(), &options).await.unwrap();
    first_log::is_as_it_was(&store).await;
    let cases = store.cases().await.unwrap();
    drop(store);
    let adopting = PostgresStore::adopt(&database.url(), made::book(), &options, Arc::new(|_, _| ())).await;
    let (adopted, _) = adopting.unwrap();
    assert_eq!(adopted.cases().await.unwrap(), cases);
    first_log::is_told_the_second_reading(Arc::new(adopted)).await;
}
