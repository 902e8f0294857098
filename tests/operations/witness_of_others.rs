//! A witness that isn't ours, `aics-witness`: it cosigns our log, and finds that it was written anew.
//!
//! `tests/run` has it where there is a Python 3.12; elsewhere nothing is tested here.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use evidence::key::VerifierKey;
use tests::lines::opening;
use tests::program::Desk;

use crate::witness::{ORIGIN, with_keys};
use crate::world::{Serving, eventually};

/// Its program, in a folder that has its packages.
struct Other<'d> {
    desk: &'d Desk,
    packages: String,
}

/// It at work, until this is dropped.
struct AtWork(Child);

impl Drop for AtWork {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Other<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("python3.12");
        command.args(["-m", "aics_witness"]).args(arguments).args(["--config", "other/witness.json"]);
        command.env("PYTHONPATH", &self.packages).current_dir(self.desk.path("."));
        command
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("Python 3.12");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Makes a witness of this log; its key.
    fn init(&self, log: &VerifierKey, address: SocketAddr) -> VerifierKey {
        fs::create_dir(self.desk.path("other")).expect("a folder");
        let address = address.to_string();
        let key = self.run(&["init", "--name", "aics.example.org/witness", "--listen", &address]);
        self.run(&["add-log", "--origin", ORIGIN, "--vkey", &log.to_string()]);
        key.trim().parse().expect("a key")
    }

    fn serve(&self, address: SocketAddr) -> AtWork {
        let log = fs::File::create(self.desk.path("other/log")).expect("a file");
        let started = self.command(&["serve"]).stdout(Stdio::null()).stderr(log).spawn();
        let at_work = AtWork(started.expect("Python 3.12"));
        eventually("it answers", || TcpStream::connect(address).ok());
        at_work
    }

    fn said(&self) -> String {
        fs::read_to_string(self.desk.path("other/log")).expect("a log")
    }
}

#[test]
fn a_witness_that_is_not_ours_cosigns_and_finds_a_log_that_was_written_anew() {
    let Ok(packages) = std::env::var("KAMNOT_OTHER_WITNESS") else {
        eprintln!("NOT TESTED: aics-witness; it wants Python 3.12");
        return;
    };
    let (desk, log) = with_keys();
    let other = Other { desk: &desk, packages };
    let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
    let key = other.init(&log, address);
    let _at_work = other.serve(address);
    desk.write("policy", format!("log {log}\nwitness aics {key} http://{address}\nquorum aics\n"));
    let alone = ["--log-key", "log-key", "--checkpoint-every", "1"];
    let witnessed = [&alone[..], &["--policy", "policy"]].concat();

    desk.run(["backup", "backup.db"]).ends_with(0);
    let serving = Serving::start(&desk, &witnessed, "info");
    let cosigned = || serving.figures().get("kamnot_quorum_leaves").copied();
    let first = eventually("it cosigns", || cosigned().filter(|size| *size > 0.0));
    // What follows is no continuation of this.
    desk.run_with(["import", "-"], opening("A-2").as_bytes()).ends_with(0);
    eventually("it cosigns what is new", || cosigned().filter(|size| *size > first));
    serving.stop();
    desk.run(["evidence", "A-1", "-o", "case", "--log-key", "log-key", "--policy", "policy"]).ends_with(0);
    let verified = desk.run(["verify", "case", "--policy", "policy"]).ends_with(0);
    verified.says(&["Enough witnesses have cosigned it by", "Witness aics cosigned it at"]);

    // Somebody with the key writes a longer log, and signs it without the witness.
    desk.run(["restore", "backup.db", "--db", "anew.db"]).ends_with(0);
    for mark in fs::read_dir(desk.path("state/kamnot")).expect("a state folder").flatten() {
        if mark.file_name().to_string_lossy().starts_with("signed-") {
            fs::remove_file(mark.path()).expect("removed");
        }
    }
    let anew = |options: &[&str]| Serving::start(&desk, &[options, &["--db", "anew.db"]].concat(), "info");
    let before = anew(&witnessed);
    before.figure("kamnot_signing_refused", |refused| refused > 0.0);
    before.stop();
    assert!(other.said().contains("(409)"), "{}", other.said());
    let more: String = (0..12).map(|n| opening(&format!("B-{n}")) + "\n").collect();
    desk.run_with(["import", "-", "--db", "anew.db"], more.as_bytes()).ends_with(0);
    let thief = anew(&alone);
    eventually("it is signed", || Some(desk.run(["checkpoint", "--db", "anew.db"])).filter(|run| run.code == 0));
    thief.stop();
    let found = anew(&witnessed);
    found.figure("kamnot_signing_refused", |refused| refused > 0.0);
    let (_, said) = found.stop();
    assert!(
        said.contains("that the witness aics cosigned") && other.said().contains("(422)"),
        "{said}{}",
        other.said()
    );
}
