//! The embedded store's own: several programs on one file.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::ops::Range;
use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::time::Duration;

use engine::case::Case;
use engine::decide::Verdict;
use store::sqlite::Options;
use store::{CaseStore, Fault, LogStore as _};
use tests::children;
use tests::made::{self, after_all, append, opening, record_case, refusal};

/// The test that a child runs.
pub const CHILD: &str = "processes::a_child_does_what_its_parent_asks";

/// A child that imports cases into the log at `path`.
pub fn importing(path: &Path, cases: Range<usize>, seed: u64) -> Child {
    children::importing(CHILD, &path.display().to_string(), cases, seed)
}

/// The rest of each line of a child's output that starts with `word`, until its end.
pub fn told(child: &mut Child, word: &str) -> Vec<String> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    lines.filter_map(|line| Some(line.strip_prefix(word)?.trim().to_owned())).collect()
}

/// The action ids in the log, as a child prints them.
pub fn ids_in_log(path: &Path) -> BTreeSet<String> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let sql = "SELECT replace(json_extract(payload, '$.data.id'), '-', '') FROM events
               WHERE json_extract(payload, '$.event') = 'action_recorded'";
    let mut statement = connection.prepare(sql).unwrap();
    let ids = statement.query_map([], |row| row.get(0)).unwrap();
    ids.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_child_does_what_its_parent_asks() {
    let Some(work) = children::work() else { return };
    if let Some(path) = work.strip_suffix(crate::checkpoints::WORK) {
        return crate::checkpoints::keep_checkpointing(Path::new(path));
    }
    children::import_as_told(&work, async |path| made::try_open(path, &Options { create: true, ..Options::default() }));
}

#[test]
fn processes_on_one_file_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    // The same cases to some extent, so that they also conflict; and the file does not exist yet.
    let mut children: Vec<Child> =
        [0..12, 6..18, 0..18].into_iter().zip(0..).map(|(cases, seed)| importing(&path, cases, seed)).collect();
    let mut done = BTreeSet::new();
    for child in &mut children {
        done.extend(told(child, "done "));
        assert!(child.wait().unwrap().success());
    }
    let expected: usize = (0..18).map(|n| made::actions(n).len()).sum();
    assert_eq!(done.len(), expected);
    assert_eq!(ids_in_log(&path), done);
    assert_eq!(made::open(&path).check(|_, _| ()).unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_case_is_a_conflict_and_fresh_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let [here, there] = [made::open(&path), made::open(&path)];
    let (case, first, clock) = opening(0);
    here.append(append(&Case::default(), vec![first], clock)).await.unwrap();
    let known = here.load(&case).await.unwrap();
    let foreign = append(&there.load(&case).await.unwrap().clone(), vec![made::actions(0)[1].clone()], after_all());
    there.append(foreign.clone()).await.unwrap();
    let stale = append(&known, vec![made::actions(0)[2].clone()], after_all());
    assert_eq!(refusal(here.append(stale).await), Fault::Conflict(case.clone()));
    assert_eq!(here.load(&case).await.unwrap(), foreign.after);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_wrote_is_noticed_without_writing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let [here, there] = [made::open(&path), made::open(&path)];
    let (case, first, clock) = opening(0);
    here.append(append(&Case::default(), vec![first], clock)).await.unwrap();
    let known = here.load(&case).await.unwrap();
    let counter = here.change_counter().await.unwrap();
    let foreign = append(&known, vec![made::actions(0)[1].clone()], after_all());
    there.append(foreign.clone()).await.unwrap();
    for _ in 0..200 {
        if here.load(&case).await.unwrap() == foreign.after && here.change_counter().await.unwrap() > counter {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("nothing was noticed in five seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_never_pauses_counts_what_another_process_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let [here, there] = [made::open(&path), made::open(&path)];
    let (_, first, clock) = opening(0);
    let foreign = append(&Case::default(), vec![first], clock);
    for n in 0..2 {
        let counter = here.change_counter().await.unwrap();
        match n {
            0 => there.append(foreign.clone()).await.unwrap(),
            // Nothing in the log, but the watch may wait for it.
            _ => there.set_meta("clock_confirmed", "2026-01-05").await.unwrap(),
        }
        // Writes that are no changes themselves; the look comes behind a batch and before the next one.
        for _ in 0..2 {
            here.set_meta("busy", "yes").await.unwrap();
        }
        assert!(here.change_counter().await.unwrap() > counter, "{n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorder_records_beside_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let [here, there] = [Arc::new(made::open(&path)), Arc::new(made::open(&path))];
    // Both import all of the same cases; every action is accepted once and known once.
    let (a, b) = futures::join!(
        async {
            let mut accepted = 0;
            for n in 0..10 {
                accepted += count(&record_case(&here, n).await.1.verdicts);
            }
            accepted
        },
        async {
            let mut accepted = 0;
            for n in (0..10).rev() {
                accepted += count(&record_case(&there, n).await.1.verdicts);
            }
            accepted
        }
    );
    let expected: usize = (0..10).map(|n| made::actions(n).len()).sum();
    assert_eq!(a + b, expected);
    assert_eq!(here.check(|_, _| ()).unwrap(), Vec::<String>::new());
}

fn count(verdicts: &[Verdict]) -> usize {
    verdicts.iter().filter(|verdict| **verdict == Verdict::Accepted).count()
}
