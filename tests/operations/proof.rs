//! The log's keys, the checkpoints that they sign, and what is said of a log that does not continue them.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use evidence::checkpoint::Checkpoint;
use evidence::key::VerifierKey;
use evidence::note::Note;
use evidence::register::RegisterLine;
use service::clock::{Clock as _, SystemClock};
use tests::lines::{custody, opening, with_a_case};
use tests::program::Desk;

use crate::world::{Serving, eventually};

/// The options with which `serve` signs.
const SIGNING: [&str; 6] = ["--log-key", "log-key", "--log-passphrase", "passphrase", "--checkpoint-every", "1"];
const ORIGIN: &str = "kamnot.example.org/test";

/// A log with a case, and keys for it.
fn with_keys() -> Desk {
    let desk = with_a_case();
    private(&desk, "passphrase", "a long passphrase\n");
    desk.run(["key", "new", "--origin", ORIGIN, "--log-key", "log-key", "--log-passphrase", "passphrase"]).ends_with(0);
    desk
}

fn private(desk: &Desk, name: &str, content: &str) {
    let file = desk.write(name, content);
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("a mode");
}

/// The public keys as `key show` prints them: of checkpoints, of receipts, of checkpoints before.
fn keys(desk: &Desk) -> Vec<VerifierKey> {
    let out = desk.run(["key", "show", "--log-key", "log-key"]).ends_with(0).out;
    out.lines().filter_map(|line| line.trim().parse().ok()).collect()
}

/// Serves until a checkpoint of at least this size is signed; its note.
fn signed(desk: &Desk, above: u64, more: &[&str]) -> Note {
    let serving = Serving::start(desk, &[&SIGNING[..], more].concat(), "info");
    let note = eventually("a signed checkpoint", || {
        let run = desk.run([&["checkpoint"], more].concat());
        let note = Note::parse(run.out.as_bytes()).ok()?;
        Checkpoint::from_text(note.text()).is_ok_and(|checkpoint| checkpoint.size > above).then_some(note)
    });
    let (code, log) = serving.stop();
    assert_eq!(code, Some(0), "{log}");
    note
}

fn size(note: &Note) -> u64 {
    Checkpoint::from_text(note.text()).expect("a checkpoint").size
}

#[test]
fn a_served_log_signs_its_checkpoints_and_the_register_names_the_last_of_a_day() {
    let desk = with_keys();
    desk.run(["checkpoint"]).ends_with(1).complains(&["no signed checkpoint"]);
    let note = signed(&desk, 0, &[]);
    let [log, receipt] = &keys(&desk)[..] else { panic!("two keys") };
    assert_eq!((log.name(), receipt.name()), (ORIGIN, "kamnot.example.org/test/receipt"));
    let last = Note::parse(desk.run(["checkpoint"]).ends_with(0).out.as_bytes()).expect("a note");
    let checkpoint = Checkpoint::open(&last, log).expect("signed by the log");
    assert!(checkpoint.size >= size(&note) && checkpoint.origin == ORIGIN);
    let today = SystemClock.now().date().to_string();
    let line = desk.run(["checkpoint", "--register", "--day", &today]).ends_with(0).out;
    let line: RegisterLine = line.parse().expect("a line");
    assert_eq!((line.day.to_string(), line.checkpoint), (today, checkpoint));
    desk.run(["checkpoint", "--register", "--day", "2020-01-01"]).ends_with(1);
    desk.run(["check", "--log-key", "log-key"]).ends_with(0).says(&["in order"]);
}

#[test]
fn a_log_that_was_restored_is_signed_no_more_and_everything_else_goes_on() {
    let desk = with_keys();
    let first = signed(&desk, 0, &[]);
    desk.run(["backup", "backup.db"]).ends_with(0);
    desk.run_with(["import", "-"], opening("A-2").as_bytes()).ends_with(0);
    signed(&desk, size(&first) + 1, &[]);
    desk.run(["restore", "backup.db", "--db", "again.db"]).ends_with(0).says(&["the log is in order"]);
    let serving = Serving::start(&desk, &[&SIGNING[..], &["--db", "again.db"]].concat(), "info");
    serving.is_ready();
    desk.run_with(["import", "-", "--db", "again.db"], custody("A-1").as_bytes());
    serving.figure("kamnot_signing_refused", |refused| refused > 0.0);
    serving.figure("kamnot_tree_failing", |failing| failing == 0.0);
    serving.is_ready();
    let (code, log) = serving.stop();
    assert!(code == Some(0) && log.contains("the log does not continue the checkpoint of size"), "{log}");
    let check = desk.run(["check", "--log-key", "log-key", "--db", "again.db"]).ends_with(2);
    check.says(&["the log does not continue the checkpoint of size"]);
    desk.run(["check", "--log-key", "log-key"]).ends_with(0);
}

#[test]
fn a_log_that_was_written_anew_is_found_by_the_mark_outside() {
    let desk = with_keys();
    signed(&desk, 0, &[]);
    let log = rusqlite::Connection::open(desk.path("kamnot.db")).expect("the log");
    let anew =
        "UPDATE events SET payload = replace(payload, '\"recorded_by\":\"', '\"recorded_by\":\"x') WHERE position = 1;
        DELETE FROM tree_leaves; DELETE FROM tree_nodes; DELETE FROM tree_map; DELETE FROM checkpoints;
        UPDATE tree_state SET size = 0, taken = 0, events = 0, own = 0";
    log.execute_batch(anew).expect("written anew");
    drop(log);
    desk.run(["rebuild"]).ends_with(0);
    let serving = Serving::start(&desk, &SIGNING, "info");
    serving.figure("kamnot_signing_refused", |refused| refused > 0.0);
    serving.stop();
    desk.run(["check"]).ends_with(0);
    desk.run(["check", "--log-key", "log-key"]).ends_with(2).says(&["does not continue the checkpoint of size"]);
}

#[test]
fn a_new_key_is_declared_in_the_tree_and_both_sign_that_once() {
    let desk = with_keys();
    let first = signed(&desk, 0, &[]);
    let rotate = ["key", "rotate", "--log-key", "log-key", "--log-passphrase", "passphrase"];
    desk.run(rotate).ends_with(0).says(&["Key of checkpoints before"]);
    let [new, receipt, old] = &keys(&desk)[..] else { panic!("three keys") };
    assert!(new != old && new.name() == old.name() && receipt.name() != new.name());
    assert!(first.verify([old]).is_ok() && first.verify([new]).is_err());
    desk.run_with(["import", "-"], opening("A-2").as_bytes()).ends_with(0);
    signed(&desk, size(&first), &[]);
    let log = rusqlite::Connection::open(desk.path("kamnot.db")).expect("the log");
    let notes: Vec<String> = {
        let mut notes = log.prepare("SELECT note FROM checkpoints WHERE note IS NOT NULL ORDER BY size").expect("SQL");
        notes.query_map([], |row| row.get(0)).expect("rows").map(|note| note.expect("a text")).collect()
    };
    drop(log);
    let by = |note: &str, key: &VerifierKey| Note::parse(note.as_bytes()).expect("a note").verify([key]).is_ok();
    let both = notes.iter().filter(|note| by(note, new) && by(note, old)).count();
    assert_eq!(both, 1, "of {} notes", notes.len());
    assert!(notes.iter().all(|note| by(note, new) || by(note, old)));
    desk.run(["check", "--log-key", "log-key"]).ends_with(0);
}

#[test]
fn keys_that_cannot_be_used_are_refused_by_name() {
    let desk = with_keys();
    let new = |more: &[&str]| desk.run([&["key", "new", "--origin", ORIGIN, "--log-key"], more].concat());
    new(&["log-key", "--no-passphrase"]).ends_with(1).complains(&["log-key", "exists"]);
    new(&["other"]).ends_with(1).complains(&["name its file with --log-passphrase"]);
    desk.write("open", "a long passphrase\n");
    new(&["other", "--log-passphrase", "open"]).ends_with(1).complains(&["chmod 0600"]);
    private(&desk, "short", "short\n");
    new(&["other", "--log-passphrase", "short"]).ends_with(1).complains(&["12 characters"]);
    private(&desk, "wrong", "another passphrase\n");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--log-key", "log-key", "--log-passphrase"];
    desk.run([&serve[..], &["wrong"]].concat()).ends_with(1).complains(&["the passphrase is not the one of this file"]);
    desk.run(["key", "show", "--log-key", "passphrase"]).ends_with(1).complains(&["does not begin with"]);
    desk.run(["key", "new", "--origin", "two words", "--log-key", "other", "--no-passphrase"]).ends_with(1);
    assert!(!desk.path("other").exists());
}

#[test]
fn a_passphrase_that_is_typed_is_not_shown_and_is_typed_twice() {
    let desk = Desk::new();
    let make = |answers: [&str; 2]| {
        let program = tests::program::program().display().to_string();
        let line = format!("{program} key new --origin {ORIGIN} --log-key log-key");
        let mut script = desk.command_of("script", ["--quiet", "--return", "--command", &line, "/dev/null"]);
        let mut script = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let (mut typing, mut terminal) = (script.stdin.take().expect("piped"), script.stdout.take().expect("piped"));
        let (mut shown, mut answers) = (String::new(), answers.into_iter());
        let mut byte = [0];
        // Who types waits for the prompt.
        while terminal.read(&mut byte).expect("it can be read") == 1 {
            shown.push(char::from(byte[0]));
            if shown.ends_with("keys: ") || shown.ends_with("again: ") {
                let answer = answers.next().expect("asked twice at most");
                typing.write_all(format!("{answer}\n").as_bytes()).expect("it can be typed");
            }
        }
        assert!(!shown.contains("typed secret"), "{shown}");
        (script.wait().expect("it ends").success(), shown)
    };
    let (done, shown) = make(["a typed secret", "another typed secret"]);
    assert!(!done && shown.contains("are not the same") && !desk.path("log-key").exists(), "{shown}");
    let (done, shown) = make(["a typed secret"; 2]);
    assert!(done && desk.path("log-key").exists(), "{shown}");
}
