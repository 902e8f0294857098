//! The built program, run as a user runs it: in a folder of its own, without a terminal.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The program's file. It is built first, in the profile of the tests, so that no stale one is tested; `KAMNOT_PROGRAM` names
/// another one, which is taken as it is: `tests/run` names the one that it has built with all features of the workspace.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(named) = std::env::var_os("KAMNOT_PROGRAM") {
            return named.into();
        }
        let test = std::env::current_exe().expect("a test has a file");
        let folder = test.ancestors().nth(2).expect("a test lies in the target folder").to_owned();
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        without_our_own(&mut build).args(["build", "--quiet", "--package", "kamnot", "--bin", "kamnot"]);
        if folder.ends_with("release") {
            build.arg("--release");
        }
        build.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).env("CARGO_TARGET_DIR", parent(&folder));
        let status = build.status().expect("cargo runs");
        assert!(status.success(), "the program is not built");
        folder.join("kamnot")
    })
}

/// A cargo within cargo, without what that one says of the package that it runs: build scripts that look at it (ring's)
/// would be run again, and everything behind them built again, each time.
pub fn without_our_own(cargo: &mut Command) -> &mut Command {
    let of_a_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_a_package)) {
        cargo.env_remove(name);
    }
    cargo
}

fn parent(folder: &Path) -> &Path {
    folder.parent().expect("the profile's folder lies in the target folder")
}

/// A folder with a log of its own, and the program run in it.
pub struct Desk {
    folder: tempfile::TempDir,
    /// The log, if it is not `kamnot.db` in the folder.
    log: Option<String>,
}

/// What a run gave.
#[derive(Debug)]
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

impl Desk {
    /// An empty folder.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), log: None }
    }

    /// An empty folder for a log that lies elsewhere.
    pub fn of(log: String) -> Self {
        Self { log: Some(log), ..Self::new() }
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("the temporary folder is writable");
        path
    }

    /// The program with these arguments, ready to be started in the folder.
    pub fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        self.command_of(program(), arguments)
    }

    /// Another program with these arguments, ready to be started in the folder, under which ours may run.
    pub fn command_of(
        &self,
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path());
        for name in [
            "KAMNOT_DB",
            "KAMNOT_LANG",
            "KAMNOT_LISTEN",
            "KAMNOT_LOG_KEY",
            "KAMNOT_LOG_PASSPHRASE",
            "KAMNOT_MASTER_KEY",
            "KAMNOT_POLICY",
            "KAMNOT_WITNESS_AUTHORITY",
            "KAMNOT_WITNESS_LISTEN",
            "KAMNOT_WITNESS_PASSPHRASE",
            "KAMNOT_NATS",
            "KAMNOT_NATS_CREDS",
            "KAMNOT_SUBSCRIPTION",
            "KAMNOT_WEB",
            "KAMNOT_WEB_BEHIND_PROXY",
            "KAMNOT_WEB_CERT",
            "KAMNOT_WEB_KEY",
            "KAMNOT_WEB_ORIGIN",
            "KAMNOT_WEB_SECRETS",
            "RUST_LOG",
            "COLUMNS",
        ] {
            command.env_remove(name);
        }
        command.envs(self.log.iter().map(|log| ("KAMNOT_DB", log)));
        // Nothing is kept in the home of who runs the tests.
        command.env("XDG_STATE_HOME", self.path("state"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        self.command(arguments).output().expect("the program starts").into()
    }

    /// Runs the program to its end with something on its standard input.
    pub fn run_with(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>, input: &[u8]) -> Run {
        Self::feed(self.command(arguments), input)
    }

    /// Runs a command to its end with something on its standard input.
    pub fn feed(mut command: Command, input: &[u8]) -> Run {
        let mut child = command.stdin(Stdio::piped()).spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("its standard input is piped");
        std::thread::scope(|scope| {
            // A program that refuses early closes its standard input: that is no failure of the test.
            scope.spawn(move || drop(stdin.write_all(input)));
            child.wait_with_output().expect("the program ends").into()
        })
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("the program ends by itself"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

#[expect(clippy::return_self_not_must_use, reason = "each is an assertion; what it returns is for the next one")]
impl Run {
    /// Asserts the exit code.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code\nout: {}\nerr: {}", self.out, self.err);
        self
    }

    /// Asserts that standard error says each of these.
    #[track_caller]
    pub fn complains(self, of: &[&str]) -> Self {
        for words in of {
            assert!(self.err.contains(words), "{words:?} is not in\n{}", self.err);
        }
        self
    }

    /// Asserts that standard output says each of these.
    #[track_caller]
    pub fn says(self, what: &[&str]) -> Self {
        for words in what {
            assert!(self.out.contains(words), "{words:?} is not in\n{}", self.out);
        }
        self
    }
}
