//! A real nats-server of the test's own: on a free port, with its data in a folder of its own.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// A nats-server; ended by its process id when it goes out of scope.
pub struct NatsServer {
    folder: TempDir,
    program: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl NatsServer {
    /// A server with JetStream.
    ///
    /// # Panics
    /// If nats-server isn't installed or doesn't come up.
    pub fn start() -> Self {
        Self::with("jetstream { store_dir: DATA }")
    }

    /// A server with these lines of configuration; `DATA` in them stands for its data folder.
    ///
    /// # Panics
    /// If nats-server isn't installed or doesn't come up.
    pub fn with(lines: &str) -> Self {
        let mut server = Self::on(free_ports(1)[0], lines);
        server.start_again();
        server
    }

    /// As [`NatsServer::with`], of another program than the system's.
    ///
    /// # Panics
    /// If it doesn't come up.
    pub fn of(program: &Path, lines: &str) -> Self {
        let mut server = Self::on(free_ports(1)[0], lines);
        program.clone_into(&mut server.program);
        server.start_again();
        server
    }

    /// A server that isn't started yet, on a port.
    ///
    /// # Panics
    /// If its configuration can't be written.
    pub fn on(port: u16, lines: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the server");
        let data = format!("\"{}\"", folder.path().join("data").display());
        let configuration = format!("listen: \"127.0.0.1:{port}\"\n{}\n", lines.replace("DATA", &data));
        std::fs::write(folder.path().join("nats.conf"), configuration).expect("the configuration written");
        Self { folder, program: binary(), port, child: None }
    }

    /// A port on which there is no server, and may be one later.
    ///
    /// # Panics
    /// If nats-server isn't installed or doesn't come up.
    pub fn stopped() -> Self {
        let mut server = Self::start();
        server.stop();
        server
    }

    /// The port on which it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Throws its data away, while it is stopped.
    ///
    /// # Panics
    /// If it runs, or the data can't be removed.
    pub fn lose_data(&self) {
        assert!(self.child.is_none(), "the server runs");
        std::fs::remove_dir_all(self.folder.path().join("data")).expect("the data removed");
    }

    /// Starts it on the same port and the same data.
    ///
    /// # Panics
    /// If nats-server isn't installed or doesn't come up.
    pub fn start_again(&mut self) {
        assert!(self.child.is_none(), "the server runs");
        let log = std::fs::File::options().create(true).append(true).open(self.log()).expect("the server's log");
        let child = Command::new(&self.program)
            .arg("-c")
            .arg(self.folder.path().join("nats.conf"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("nats-server starts");
        self.child = Some(child);
        for _ in 0..500 {
            if self.greets() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("nats-server did not come up:\n{}", std::fs::read_to_string(self.log()).unwrap_or_default());
    }

    /// Asks it to end and waits until it has.
    pub fn stop(&mut self) {
        self.signal("TERM");
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
    }

    /// Ends it at once (SIGKILL): nothing is finished, nothing is said.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Whether it runs, held or not.
    pub const fn runs(&self) -> bool {
        self.child.is_some()
    }

    /// Holds it: connections stay open, nothing is answered.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, signal: &str) {
        if let Some(child) = &self.child {
            let command = format!("kill -{signal} {}", child.id());
            let _ = Command::new("sh").arg("-c").arg(command).status();
        }
    }

    fn greets(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let mut greeting = [0; 5];
        stream.set_read_timeout(Some(Duration::from_secs(5))).is_ok()
            && stream.read_exact(&mut greeting).is_ok()
            && greeting == *b"INFO "
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("nats.log")
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The server's program.
///
/// # Panics
/// If it is not installed.
pub fn binary() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Debian puts it where a user's PATH often doesn't look.
    folders.push("/usr/sbin".into());
    let found = folders.into_iter().map(|folder| folder.join("nats-server")).find(|file| file.is_file());
    found.expect(
        "these tests need a real nats-server: `apt-get install -y nats-server` (2.9 or newer; tests/run does it)",
    )
}

/// The program of a newer server than Debian 12's, for what only newer ones know.
///
/// # Panics
/// If `tests/run` has not put it there.
pub fn newer() -> PathBuf {
    let file = tools().join("bin/nats-server");
    assert!(file.is_file(), "{} is missing: `tests/run` installs it", file.display());
    file
}

/// Where `tests/run` puts what comes from `PyPI`.
///
/// # Panics
/// If a test has no file.
pub fn tools() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a file");
    test.ancestors().nth(3).expect("a target folder").join("test-tools")
}

/// Ports on which nothing listens, all different.
///
/// # Panics
/// If there are none.
pub fn free_ports(count: usize) -> Vec<u16> {
    let listeners: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").expect("a port")).collect();
    listeners.iter().map(|listener| listener.local_addr().expect("its address").port()).collect()
}
