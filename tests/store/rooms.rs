//! The embedded store's own: a disk that is full, a folder that can't be written, a disk that fails.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use store::sqlite::{Options, SqliteStore};
use store::{CaseStore, Fault, LogStore as _};
use tests::children::child;
use tests::clock::SetClock;
use tests::made::{self, after_all, record_case, refusal, try_open};
use tests::skipped::not_tested;

use crate::processes::{CHILD, ids_in_log, told};

/// A small disk in memory, where the test may mount one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(folder: &Path, size: &str) -> Option<Self> {
        let disk = folder.join("disk");
        std::fs::create_dir(&disk).unwrap();
        let mounted = mount(&["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"], &disk);
        if !mounted {
            not_tested("a full disk", "mounting a small one needs root");
        }
        mounted.then_some(Self(disk))
    }

    fn change(&self, option: &str) {
        assert!(mount(&["-o", &format!("remount,{option}")], &self.0));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

fn mount(options: &[&str], at: &Path) -> bool {
    Command::new("mount")
        .args(options)
        .arg(at)
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok_and(|done| done.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_whole_appends_and_works_on_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path(), "2m") else { return };
    let path = disk.0.join("log.db");
    let store = Arc::new(try_open(&path, &Options { create: true, ..Options::default() }).unwrap());
    let recorder = made::recorder(&store, &SetClock::at(after_all()));
    let mut n = 0;
    let fault = loop {
        let actions = made::actions(n);
        let case = actions[0].case.clone();
        match recorder.record(&case, actions, None, engine::decide::Alerts::Raised).await {
            Ok(_) => n += 1,
            Err(fault) => break fault,
        }
    };
    assert!(n > 10, "{n} cases fit");
    let said = format!("no room is left for {}", path.display());
    assert!(matches!(&fault, Fault::Unavailable(text) if text.starts_with(&said)), "{fault}");
    let refused = made::opening(n).0;
    assert_eq!(store.load(&refused).await.unwrap().version(), 0);
    assert_eq!(store.cases().await.unwrap().len(), n);
    disk.change("size=64m");
    record_case(&store, n).await;
    assert_eq!(store.cases().await.unwrap().len(), n + 1);
    assert_eq!(store.check(|_, _| ()).unwrap(), Vec::<String>::new());
}

#[test]
fn a_place_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path(), "2m") else { return };
    let path = disk.0.join("log.db");
    drop(made::open(&path));
    disk.change("ro");
    for path in [path, disk.0.join("new.db")] {
        let fault = refusal(try_open(&path, &Options { create: true, ..Options::default() }));
        let name = path.display().to_string();
        assert!(matches!(&fault, Fault::Unavailable(said) if said.contains(&name) && said.contains("writ")), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_cannot_be_written_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path(), "8m") else { return };
    // A name that means something in a URI.
    let path = disk.0.join("log 100%?a#b.db");
    let store = Arc::new(made::open(&path));
    let (case, _) = record_case(&store, 0).await;
    drop(store);
    disk.change("ro");
    let reading = Options { read_only_will_do: true, ..Options::default() };
    let store = Arc::new(try_open(&path, &reading).unwrap());
    assert_eq!(SqliteStore::rulebook_in_force(&path).unwrap().as_deref(), Some(made::book().source()));
    assert!(store.load(&case).await.unwrap().version() > 0);
    assert_eq!(store.check(|_, _| ()).unwrap(), Vec::<String>::new());
    let fault = refusal(store.set_meta("clock_confirmed", "2026-01-05").await);
    assert!(matches!(&fault, Fault::Unavailable(said) if said.contains("can't be written")), "{fault}");
    refusal(try_open(&path, &Options::default()));
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no").join("log.db");
    let fault = refusal(try_open(&path, &Options { create: true, ..Options::default() }));
    assert!(matches!(&fault, Fault::Unavailable(said) if said.contains("its folder must be there")), "{fault}");
}

/// A limit on the size of files makes the write of a commit fail in the middle, as a failing disk does.
#[test]
fn behind_a_failed_commit_nothing_is_written_until_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    drop(made::open(&path));
    let mut limited = Command::new("sh");
    let exe = std::env::current_exe().unwrap();
    limited.args(["-c", "trap '' XFSZ; ulimit -f 3000; exec \"$0\" \"$@\""]).arg(exe);
    let mut child = child(limited, CHILD, &format!("{} 0 60 1", path.display()));
    let lines = told(&mut child, "");
    child.wait().unwrap();
    let with =
        |word: &str| lines.iter().filter_map(|line| line.strip_prefix(word)).map(str::to_owned).collect::<Vec<_>>();
    let (done, faults) = (with("done "), with("fault "));
    assert!(faults.len() > 1, "the limit was never reached");
    assert!(faults.iter().all(|fault| fault.contains("nothing more is written until a restart")), "{faults:?}");
    // Each case that met the failed commit tried once more.
    assert_eq!(with("recovered"), Vec::<String>::new());
    let ids = ids_in_log(&path);
    assert!(!done.is_empty() && done.iter().all(|id| ids.contains(id)));
    assert_eq!(made::open(&path).check(|_, _| ()).unwrap(), Vec::<String>::new());
}
