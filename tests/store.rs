//! The stores: one contract for all of them, and what is the embedded one's own.

/// Runs each claim of the contract on each store that needs no server.
macro_rules! on_each_store {
    ($($claim:ident),+ $(,)?) => {
        mod in_memory {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                let store = store::memory::MemoryStore::new($crate::made::book());
                super::$claim(std::sync::Arc::new(store)).await;
            })+
        }
        mod in_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                let folder = tempfile::tempdir().unwrap();
                let store = $crate::made::open(folder.path().join("log.db"));
                super::$claim(std::sync::Arc::new(store)).await;
            })+
        }
    };
}

#[path = "store/altered.rs"]
mod altered;
#[path = "store/checkpoints.rs"]
mod checkpoints;
#[path = "store/contract.rs"]
mod contract;
#[path = "store/crash.rs"]
mod crash;
#[path = "store/damage.rs"]
mod damage;
#[path = "store/disk.rs"]
mod disk;
#[path = "store/earlier.rs"]
mod earlier;
#[path = "store/esrs.rs"]
mod esrs;
#[path = "store/heavy.rs"]
mod heavy;
#[path = "store/list.rs"]
mod list;
#[path = "store/made.rs"]
mod made;
#[path = "store/opening.rs"]
mod opening;
#[path = "store/outbox.rs"]
mod outbox;
#[path = "store/processes.rs"]
mod processes;
#[path = "store/rooms.rs"]
mod rooms;
#[path = "store/transfer.rs"]
mod transfer;

impl contract::Contracted for store::memory::MemoryStore {
    const POSITIONS_MAY_HAVE_GAPS: bool = false;
}

impl contract::Contracted for store::sqlite::SqliteStore {
    const POSITIONS_MAY_HAVE_GAPS: bool = false;
}
