//! The PostgreSQL store: the contract of every store, and what is its own. Each test has a cluster of its own.

/// Runs each claim of the contract on the store.
macro_rules! on_each_store {
    ($($claim:ident),+ $(,)?) => {
        mod in_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                let cluster = tests::postgres::Cluster::start();
                let store = $crate::world::open(&cluster.url()).await;
                super::$claim(std::sync::Arc::new(store)).await;
            })+
        }
    };
}

#[path = "postgres/connection.rs"]
mod connection;
#[path = "store/contract.rs"]
mod contract;
#[path = "postgres/crash.rs"]
mod crash;
#[path = "postgres/damage.rs"]
mod damage;
#[path = "store/earlier.rs"]
mod earlier;
#[path = "store/esrs.rs"]
mod esrs;
#[path = "postgres/layout.rs"]
mod layout;
#[path = "store/list.rs"]
mod list;
#[path = "store/made.rs"]
#[expect(dead_code, reason = "some of it is for the embedded store alone")]
mod made;
#[path = "store/outbox.rs"]
mod outbox;
#[path = "postgres/plans.rs"]
mod plans;
#[path = "postgres/reader.rs"]
mod reader;
#[path = "postgres/reconcile.rs"]
mod reconcile;
#[path = "postgres/session.rs"]
mod session;
#[path = "postgres/trouble.rs"]
mod trouble;
#[path = "postgres/world.rs"]
mod world;

impl contract::Contracted for store::postgres::PostgresStore {
    const POSITIONS_MAY_HAVE_GAPS: bool = true;
}
