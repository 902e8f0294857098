//! `kamnot serve` as a process of its own, which a test kills, holds and starts again as a failing machine does.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::program;

/// One `kamnot serve`; ended by its process id when it goes out of scope.
pub struct Serving {
    folder: TempDir,
    before: Vec<String>,
    db: String,
    nats: String,
    starts: u32,
    child: Option<Child>,
}

/// Which part of the work a process last said it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Counted from 0; the first publishes.
    pub part: u64,
    /// Of so many.
    pub of: u64,
}

impl Serving {
    /// One that works on a log and publishes to NATS, not started yet.
    ///
    /// # Panics
    /// If there is no room for what it says.
    pub fn of(db: &str, nats: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder for what it says");
        Self { folder, before: Vec::new(), db: db.to_owned(), nats: nats.to_owned(), starts: 0, child: None }
    }

    /// The same, started by way of another program, such as `ip netns exec NAME`.
    #[must_use]
    pub fn by_way_of(mut self, before: &[&str]) -> Self {
        self.before = before.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Starts it, and doesn't wait for what it does.
    ///
    /// # Panics
    /// If it runs, or can't be started.
    pub fn start(&mut self) {
        assert!(self.child.is_none(), "it runs");
        self.starts += 1;
        let log = File::create(self.log()).expect("its log");
        let mut words = self.before.iter().map(String::as_str).chain([program().to_str().expect("UTF-8")]);
        let mut command = Command::new(words.next().expect("a program"));
        command.args(words).args(["serve", "--log", "json"]).current_dir(self.folder.path());
        command.env("KAMNOT_DB", &self.db).env("KAMNOT_NATS", &self.nats).env_remove("RUST_LOG");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.child = Some(command.spawn().expect("kamnot serve starts"));
    }

    /// Ends it at once (SIGKILL): nothing is finished, nothing is said.
    ///
    /// # Panics
    /// If it had ended before.
    pub fn kill(&mut self) {
        assert!(self.runs(), "it ended by itself:\n{}", self.said());
        if let Some(mut child) = self.child.take() {
            child.kill().expect("killed");
            child.wait().expect("killed");
        }
    }

    /// Holds it (SIGSTOP): connections stay open, nothing is done.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// Asks it to end and waits until it has.
    ///
    /// # Panics
    /// If it had ended before, doesn't end, or says that something went wrong.
    pub fn stop(&mut self) {
        assert!(self.runs(), "it ended by itself:\n{}", self.said());
        self.signal("TERM");
        let mut child = self.child.take().expect("it runs");
        for _ in 0..1500 {
            if let Some(status) = child.try_wait().expect("its state") {
                assert!(status.success(), "it ended with {status}:\n{}", self.said());
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = child.kill().and_then(|()| child.wait());
        panic!("it did not end within half a minute:\n{}", self.said());
    }

    fn runs(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().is_ok_and(|ended| ended.is_none()))
    }

    /// Whether it was started, and neither killed nor stopped since.
    pub const fn is_started(&self) -> bool {
        self.child.is_some()
    }

    /// Which part of the work it last said it has; before it says anything, all of it.
    pub fn part(&self) -> Part {
        let number = |line: &Value, name: &str| line["fields"][name].as_u64();
        let said = self.said();
        let mut lines = said.lines().rev().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let last = lines.find_map(|line| Some(Part { part: number(&line, "part")?, of: number(&line, "of")? }));
        last.unwrap_or(Part { part: 0, of: 1 })
    }

    /// What it has said on standard error since it was started last.
    pub fn said(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    fn log(&self) -> std::path::PathBuf {
        self.folder.path().join(format!("serve-{}.log", self.starts))
    }

    fn signal(&self, signal: &str) {
        if let Some(child) = &self.child {
            let sent = Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status();
            assert!(sent.expect("kill runs").success(), "SIG{signal} is not sent");
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill().and_then(|()| child.wait());
        }
    }
}
