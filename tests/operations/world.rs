//! `kamnot serve --listen` as a child, and a client that knows HTTP and no more.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tests::program::Desk;

/// How long something may take that waiting is for.
const PATIENCE: Duration = Duration::from_mins(1);

/// A `serve` that listens on a free port and logs JSON; ended by its process id when it goes out of scope.
pub struct Serving {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    log: Arc<Mutex<String>>,
    reading: Option<JoinHandle<()>>,
}

impl Serving {
    /// `serve` with more arguments, at this level of logs.
    pub fn start(desk: &Desk, arguments: &[&str], level: &str) -> Self {
        let mut command = desk.command(["serve", "--listen", "127.0.0.1:0"]);
        command.args(arguments);
        Self::begin(command, level)
    }

    /// `witness run` in a folder, at this address.
    pub fn witness(desk: &Desk, folder: &str, address: &str) -> Self {
        Self::begin(desk.command(["witness", "run", folder, "--listen", address]), "info")
    }

    fn begin(mut command: Command, level: &str) -> Self {
        let mut child = command.args(["--log", "json"]).env("RUST_LOG", level).spawn().expect("the program starts");
        let log = Arc::new(Mutex::new(String::new()));
        let (lines, kept) = (BufReader::new(child.stderr.take().expect("piped")).lines(), Arc::clone(&log));
        let reading = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                *kept.lock().expect("no panic") += &(line + "\n");
            }
        });
        let address = eventually("it listens", || {
            let log = log.lock().expect("no panic");
            let line = log.lines().find(|line| line.contains("\"listening\"")).unwrap_or_else(|| {
                assert!(!log.contains("kamnot: "), "it did not start:\n{log}");
                ""
            });
            let line: serde_json::Value = serde_json::from_str(line).ok()?;
            line["fields"]["address"].as_str()?.parse().ok()
        });
        Self { child, address, log, reading: Some(reading) }
    }

    /// The code and the body of a page.
    pub fn get(&self, path: &str) -> (u16, String) {
        let Answer { code, body, .. } = ask(self.address, &format!("GET {path} HTTP/1.1\r\nHost: kamnot\r\n\r\n"));
        (code, body)
    }

    /// Waits until it is ready; what it said before that.
    pub fn is_ready(&self) -> Vec<String> {
        let mut before = Vec::new();
        eventually("it is ready", || {
            let (code, said) = self.get("/readyz");
            before.push(said);
            (code == 200).then_some(())
        });
        before
    }

    /// Every figure, by its name with its labels.
    pub fn figures(&self) -> BTreeMap<String, f64> {
        let (code, text) = self.get("/metrics");
        assert_eq!(code, 200);
        let values = text.lines().filter(|line| !line.starts_with('#'));
        let read = |line: &str| {
            let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
            (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("no number: {line}")))
        };
        values.map(read).collect()
    }

    /// Waits until a figure is as it should be.
    pub fn figure(&self, name: &str, is: impl Fn(f64) -> bool) {
        eventually(name, || self.figures().get(name).copied().filter(|value| is(*value)));
    }

    /// What it has logged by now.
    pub fn log(&self) -> String {
        self.log.lock().expect("no panic").clone()
    }

    /// Kills it, as a power failure does, and waits until it is gone.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Tells it to stop, waits until it has, and gives its exit code and all it logged.
    pub fn stop(self) -> (Option<i32>, String) {
        signal(self.child.id(), "TERM");
        self.ends()
    }

    /// Waits until it has ended, and gives its exit code and all it logged.
    pub fn ends(mut self) -> (Option<i32>, String) {
        eventually("it ends", || self.child.try_wait().expect("a child"));
        let code = self.child.wait().expect("it ends").code();
        if let Some(reading) = self.reading.take() {
            reading.join().expect("no panic");
        }
        (code, self.log())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process of the test's own.
pub fn signal(process: u32, signal: &str) {
    let told = Command::new("kill").arg(format!("-{signal}")).arg(process.to_string()).status().expect("kill runs");
    assert!(told.success());
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub code: u16,
    pub head: String,
    pub body: String,
}

/// The answer to bytes that are sent as they are. Code 0 if the connection was closed without one.
pub fn ask(address: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).expect("somebody listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    // A server that has seen enough may close early.
    let _ = stream.write_all(request.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).expect("UTF-8");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let code = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    Answer { code, head: head.to_lowercase(), body: body.to_owned() }
}

/// Waits until there is something.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("not within a minute: {what}");
}
