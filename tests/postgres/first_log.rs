//! A log of the format before this one, as PostgreSQL dumped it.

use scenarios::servers::database::Database;
use store::Options;
use store::postgres::PostgresStore;
use tests::first_log;
use tests::made::book;

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_the_format_before_is_refused_and_left_as_it_is() {
    let database = Database::create();
    database.load(first_log::DUMP);
    for read_only_will_do in [true, false] {
        let options = Options { read_only_will_do, ..Options::default() };
        let opened = PostgresStore::open(&database.url(), book(), &options).await;
        first_log::is_refused(&opened.err().expect("a refusal"), 1);
    }
    assert_eq!(database.sql("SELECT value FROM meta WHERE key = 'schema_version'"), "1");
}
