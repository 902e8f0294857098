//! What the tests of the PostgreSQL store are made of.

use store::postgres::PostgresStore;
use store::{Fault, Options};
use tests::made::book;

/// The store in the database that an address names, laid out if it is empty.
pub async fn open(url: &str) -> PostgresStore {
    try_open(url, &Options { create: true, ..Options::default() }).await.unwrap()
}

/// The store, or why not.
pub async fn try_open(url: &str, options: &Options) -> Result<PostgresStore, Fault> {
    PostgresStore::open(url, book(), options).await
}
