//! What becomes of the tree when its log is moved.

use std::sync::Arc;

use evidence::tree::Plan;
use scenarios::servers::database::Database;
use store::Progress;
use store::place::LogPlace;
use store::transfer::transfer;
use store::tree::{Integrator, OwnStream, Which};

use super::{AT, adopted, assert_agrees, grow, grown, open, record};

/// Moves a log, some of which the tree does not have yet.
async fn moves(from: &LogPlace, to: &LogPlace) {
    let (old, checkpoint) = grown(from, 16).await;
    let roots = |log: Arc<dyn store::LogStore>| async move {
        let mut roots = Vec::new();
        for size in [1, 17, checkpoint.size] {
            roots.extend(log.tree_hashes(&Plan::root(size)).await.unwrap());
        }
        roots
    };
    record(&old, 16..18).await;
    old.append_own(&adopted(OwnStream::Rulebook, "sha256:1")).await.unwrap();
    let new = open(to).await;
    let of_old = roots(Arc::clone(&old)).await;
    transfer(&old, &new, AT, &(Arc::new(|_, _| ()) as Progress)).await.unwrap();
    assert_eq!(roots(Arc::clone(&new)).await, of_old);
    assert_eq!(new.last_checkpoint(Which::Any).await, old.last_checkpoint(Which::Any).await);
    assert_eq!(new.own_events(OwnStream::Rulebook).await.unwrap().len(), 1);
    assert_agrees(new.as_ref()).await;
    assert!(new.tree_standing().await.unwrap().waiting_since.is_some());
    new.confirm_people().await.unwrap();
    let mut integrator = Integrator::default();
    grow(new.as_ref(), &mut integrator, 1000).await;
    new.make_checkpoint(&mut integrator, AT).await.unwrap().unwrap();
    assert_agrees(new.as_ref()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_to_a_database_keeps_the_order_of_the_tree() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create());
    moves(&LogPlace::File(folder.path().join("log.db")), &LogPlace::Postgres(database.url())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_to_a_file_keeps_the_order_of_the_tree() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create());
    moves(&LogPlace::Postgres(database.url()), &LogPlace::File(folder.path().join("log.db"))).await;
}
