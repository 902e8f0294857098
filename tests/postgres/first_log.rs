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
    let adopting = PostgresStore::adopt(&database.url(), made::book(), &options, made::nothing_told()).await;
    let (adopted, _) = adopting.unwrap();
    assert_eq!(adopted.cases().await.unwrap(), cases);
    first_log::is_told_the_second_reading(Arc::new(adopted)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_before_people_gets_room_for_them_when_it_is_opened_to_be_written() {
    let database = Database::create();
    database.load(first_log::DUMP);
    let layout = || database.sql("SELECT value FROM meta WHERE key = 'schema_version'");
    let open =
        async |options: Options| PostgresStore::open(&database.url(), first_log::rulebook(), &options).await.unwrap();

    let reading = open(Options { read_only_will_do: true, ..Options::default() }).await;
    first_log::has_no_room_for_people(&reading).await;
    first_log::is_as_it_was(&reading).await;
    assert_eq!(layout(), "1", "who only reads changes nothing");

    // Several processes that start together.
    let starting = futures::future::join_all((0..6).map(|_| open(Options::default()))).await;
    assert_eq!(layout(), "2");
    first_log::has_room_for_people(&starting[0], &starting[5]).await;
    first_log::is_as_it_was(&starting[1]).await;
}
