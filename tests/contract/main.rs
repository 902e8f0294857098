//! The contract of every store, held against each: in memory, SQLite, PostgreSQL.

use std::sync::Arc;

use scenarios::memory::MemoryStore;
use store::CaseStore;
use store::postgres::PostgresStore;
use store::sqlite::SqliteStore;

/// Runs each claim of the contract on each store: `what_is_claimed` as `in_memory::what_is_claimed`, `in_sqlite::…` and
/// `in_postgres::…`.
macro_rules! on_each_store {
    ($($claim:ident),+ $(,)?) => {
        mod in_memory {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                super::$claim($crate::in_memory()).await;
            })+
        }
        mod in_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                let folder = tempfile::tempdir().unwrap();
                let store = tests::made::open(folder.path().join("log.db"));
                super::$claim(std::sync::Arc::new(store)).await;
            })+
        }
        mod in_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                let database = scenarios::servers::database::Database::create();
                super::$claim($crate::in_postgres(&database.url()).await).await;
            })+
        }
    };
}

mod esrs;
mod evidence_file;
mod example;
mod keys;
mod list;
mod mail;
mod office_changes;
mod outbox;
mod people;
mod sealing;
mod shift;
mod streams;
mod tree;
mod witnesses;

/// A store that the contract is held against.
trait Contracted: CaseStore {
    /// Whether positions may have gaps; versions never.
    const POSITIONS_MAY_HAVE_GAPS: bool;
}

impl Contracted for MemoryStore {
    const POSITIONS_MAY_HAVE_GAPS: bool = false;
}

impl Contracted for SqliteStore {
    const POSITIONS_MAY_HAVE_GAPS: bool = false;
}

impl Contracted for PostgresStore {
    const POSITIONS_MAY_HAVE_GAPS: bool = true;
}

fn in_memory() -> Arc<MemoryStore> {
    Arc::new(MemoryStore::new(tests::made::book()))
}

async fn in_postgres(url: &str) -> Arc<PostgresStore> {
    let options = store::Options { create: true, ..store::Options::default() };
    Arc::new(PostgresStore::open(url, tests::made::book(), &options).await.unwrap())
}
