//! The log's tree: what grows it, what it proves, and that whoever edits the log by hand is found.

pub(crate) mod edits;
mod moves;
mod naive;

use std::sync::Arc;
use std::time::Duration;

use engine::calendar::Instant;
use engine::decide::Alerts;
use evidence::tree::Plan;
use futures::future::join_all;
use service::clock::Clock;
use service::recorder::Recorder;
use store::place::LogPlace;
use store::tree::{Checkpoint, Integrated, Integrator, OwnEvent, OwnStream, Which};
use store::{CaseStore, LogStore, Options, Position};
use tests::clock::SetClock;
use tests::made::{actions, after_all, book, nothing_told};

tests::on_each_log!(
    a_log_that_nobody_touched_agrees_with_its_tree,
    the_tree_is_that_of_a_naive_one_whatever_the_batches,
    a_checkpoint_is_made_where_something_is_new,
    an_integrator_that_begins_anew_goes_on_where_the_last_one_was,
    two_that_integrate_take_each_event_once,
    a_proof_of_any_leaf_leads_to_the_root,
    events_of_the_logs_own_streams_are_leaves_too,
);

/// The log, laid out if it is not there.
pub(crate) async fn open(place: &LogPlace) -> Arc<dyn LogStore> {
    place.open(book(), &Options { create: true, ..Options::default() }).await.unwrap()
}

/// Records whole cases, behind everything.
pub(crate) async fn record(log: &Arc<dyn LogStore>, cases: std::ops::Range<usize>) {
    let clock = SetClock::at(after_all()) as Arc<dyn Clock>;
    let recorder = Recorder::new(Arc::clone(log) as Arc<dyn CaseStore>, book(), clock);
    for case in cases {
        let actions = actions(case);
        let of = actions[0].case.clone();
        recorder.record(&of, actions, None, Alerts::Raised).await.unwrap();
    }
}

/// Takes everything into the tree; how many events.
pub(crate) async fn grow(log: &dyn LogStore, integrator: &mut Integrator, most: usize) -> usize {
    let mut all = 0;
    loop {
        match log.integrate(integrator, most).await.unwrap() {
            Integrated::Taken(0) if log.tree_standing().await.unwrap().events == log.events().await.unwrap() => {
                return all;
            }
            Integrated::Taken(events @ 1..) => all += events,
            // The end of the log is hidden for as long as transactions of other tests are under way.
            Integrated::Taken(0) | Integrated::ByAnother => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// A log with some cases, all in its tree, and a checkpoint.
async fn grown(place: &LogPlace, cases: usize) -> (Arc<dyn LogStore>, Checkpoint) {
    let log = open(place).await;
    record(&log, 0..cases).await;
    let mut integrator = Integrator::default();
    grow(log.as_ref(), &mut integrator, 1000).await;
    let checkpoint = log.make_checkpoint(&mut integrator, AT).await.unwrap().unwrap();
    (log, checkpoint)
}

const AT: Instant = Instant::from_unix(1_796_000_400);

async fn assert_agrees(log: &dyn LogStore) {
    assert_eq!(log.check(nothing_told()).await.unwrap(), Vec::<String>::new());
}

async fn a_log_that_nobody_touched_agrees_with_its_tree(place: &LogPlace) {
    let log = open(place).await;
    assert_agrees(log.as_ref()).await;
    let mut integrator = Integrator::default();
    for cases in [0..3, 3..4, 4..8] {
        record(&log, cases).await;
        assert_agrees(log.as_ref()).await;
        grow(log.as_ref(), &mut integrator, 100).await;
        assert_agrees(log.as_ref()).await;
        log.make_checkpoint(&mut integrator, AT).await.unwrap();
        assert_agrees(log.as_ref()).await;
    }
    let standing = log.tree_standing().await.unwrap();
    assert_eq!((standing.size, standing.waiting_since), (log.events().await.unwrap() + 3, None));
}

async fn the_tree_is_that_of_a_naive_one_whatever_the_batches(place: &LogPlace) {
    let log = open(place).await;
    let (mut integrator, mut naive) = (Integrator::default(), naive::Naive::of(log.installation()));
    for (n, most) in [1, 7, 64, 1000, 2].into_iter().enumerate() {
        record(&log, 3 * n..3 * n + 3).await;
        grow(log.as_ref(), &mut integrator, most).await;
        let checkpoint = log.make_checkpoint(&mut integrator, AT).await.unwrap().unwrap();
        naive.take(&log.log(Position(0), usize::MAX).await.unwrap());
        naive.end();
        assert_eq!((checkpoint.size, checkpoint.root), (naive.size(), naive.root()), "batches of {most}");
    }
    assert!(naive.size() > 300, "more than a row: {}", naive.size());
    for size in 0..=naive.size() {
        let root = log.tree_hashes(&Plan::root(size)).await.unwrap().pop();
        assert_eq!(root, (size > 0).then(|| naive.root_of(size)), "{size} leaves");
    }
}

async fn a_checkpoint_is_made_where_something_is_new(place: &LogPlace) {
    let log = open(place).await;
    let mut integrator = Integrator::default();
    assert_eq!(log.make_checkpoint(&mut integrator, AT).await, Ok(None), "of an empty tree");
    record(&log, 0..2).await;
    grow(log.as_ref(), &mut integrator, 1000).await;
    let first = log.make_checkpoint(&mut integrator, AT).await.unwrap().unwrap();
    assert_eq!(log.make_checkpoint(&mut integrator, AT.plus(60)).await, Ok(None));
    assert_eq!(log.last_checkpoint(Which::Any).await, Ok(Some(first.clone())));
    assert_eq!(log.last_checkpoint(Which::Signed).await, Ok(None));
    log.keep_note(first.size, "a note").await.unwrap();
    let signed = Checkpoint { note: Some("a note".to_owned()), ..first };
    assert_eq!(log.last_checkpoint(Which::Signed).await, Ok(Some(signed)));
}

async fn an_integrator_that_begins_anew_goes_on_where_the_last_one_was(place: &LogPlace) {
    let (log, mut naive) = (open(place).await, None);
    for n in 0..6 {
        // Sometimes behind a checkpoint, sometimes not.
        let mut integrator = Integrator::default();
        record(&log, 2 * n..2 * n + 2).await;
        grow(log.as_ref(), &mut integrator, 40).await;
        let naive = naive.get_or_insert_with(|| naive::Naive::of(log.installation()));
        naive.take(&log.log(Position(0), usize::MAX).await.unwrap());
        if n % 2 == 1 {
            let checkpoint = log.make_checkpoint(&mut integrator, AT).await.unwrap().unwrap();
            naive.end();
            assert_eq!((checkpoint.size, checkpoint.root), (naive.size(), naive.root()));
        }
    }
    assert_agrees(log.as_ref()).await;
}

async fn two_that_integrate_take_each_event_once(place: &LogPlace) {
    let logs = [open(place).await, open(place).await];
    let recording = {
        let log = open(place).await;
        async move { record(&log, 0..12).await }
    };
    let integrating = logs.map(|log| async move {
        let mut integrator = Integrator::default();
        for round in 0..60 {
            let _ = log.integrate(&mut integrator, 17).await.unwrap();
            if round % 9 == 0 {
                log.make_checkpoint(&mut integrator, AT).await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    tokio::join!(recording, join_all(integrating));
    let log = open(place).await;
    // On a server the lock is free once the session of who had it has ended.
    grow(log.as_ref(), &mut Integrator::default(), 1000).await;
    assert_agrees(log.as_ref()).await;
    assert_eq!(log.tree_standing().await.unwrap().waiting_since, None);
}

async fn a_proof_of_any_leaf_leads_to_the_root(place: &LogPlace) {
    let (log, checkpoint) = grown(place, 16).await;
    let mut naive = naive::Naive::of(log.installation());
    naive.take(&log.log(Position(0), usize::MAX).await.unwrap());
    naive.end();
    for index in 0..checkpoint.size {
        let proof = log.tree_hashes(&Plan::inclusion(index, checkpoint.size).unwrap()).await.unwrap();
        let leaf = naive.leaf(index);
        let verified = evidence::tree::verify_inclusion(index, checkpoint.size, leaf, &proof, checkpoint.root);
        assert_eq!(verified, Ok(()), "leaf {index}");
        let proof = log.tree_hashes(&Plan::consistency(index, checkpoint.size).unwrap()).await.unwrap();
        let old = (index, naive.root_of(index));
        let verified = evidence::tree::verify_consistency(old, (checkpoint.size, checkpoint.root), &proof);
        assert_eq!(verified, Ok(()), "from size {index}");
    }
}

/// Something that was put in force.
fn adopted(stream: OwnStream, digest: &str) -> OwnEvent {
    OwnEvent {
        stream,
        event: "adopted".to_owned(),
        digest: digest.to_owned(),
        recorded_at: AT,
        recorded_by: "operator".to_owned(),
        person: None,
    }
}

async fn events_of_the_logs_own_streams_are_leaves_too(place: &LogPlace) {
    let log = open(place).await;
    let all = [
        adopted(OwnStream::Rulebook, "sha256:1"),
        adopted(OwnStream::Offices, "sha256:2"),
        adopted(OwnStream::Rulebook, "sha256:3"),
    ];
    let mut integrator = Integrator::default();
    for (n, own) in all.iter().enumerate() {
        log.append_own(own).await.unwrap();
        record(&log, n..n + 1).await;
        grow(log.as_ref(), &mut integrator, 1000).await;
    }
    assert_eq!(log.own_events(OwnStream::Rulebook).await.unwrap(), [all[0].clone(), all[2].clone()]);
    assert_eq!(log.own_events(OwnStream::Offices).await.unwrap(), [all[1].clone()]);
    assert_eq!(log.own_events(OwnStream::Keys).await.unwrap(), []);
    assert_eq!(log.tree_standing().await.unwrap().size, log.events().await.unwrap() + 3);
    assert_agrees(log.as_ref()).await;
}
