//! Witnesses: what one answers, what it remembers, and a log that has some, over a network and on a stick.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;

use engine::calendar::Instant;
use evidence::checkpoint::Checkpoint;
use evidence::hash::Hash;
use evidence::key::{KeyType, SignerKey, VerifierKey};
use evidence::note::{Note, Signature};
use evidence::tree::{Plan, leaf_hash, root};
use evidence::witness::AddCheckpoint;
use service::clock::{Clock as _, SystemClock};
use service::witness::{Folder, Refusal, Witness};
use tests::lines::{custody, opening, with_a_case};
use tests::program::Desk;

use crate::world::{Answer, Serving, ask, eventually};

pub const ORIGIN: &str = "kamnot.example.org/test";
const NAME: &str = "justice.example.org/witness";
const ANYWHERE: &str = "127.0.0.1:0";

fn key(origin: &str, seed: u8) -> SignerKey {
    SignerKey::new(origin, KeyType::Note, &[seed; 32]).expect("a key")
}

/// A log of as many leaves as anybody asks for; each kind of leaves is a version of it.
struct Leaves(u8);

impl Leaves {
    fn hashes(&self, size: u64) -> Vec<Hash> {
        (0..size).map(|n| leaf_hash(&[&[self.0][..], &n.to_be_bytes()].concat())).collect()
    }

    fn note(&self, key: &SignerKey, size: u64) -> Note {
        let origin = key.verifier().name().to_owned();
        Checkpoint { origin, size, root: root(&self.hashes(size)) }.sign(key).expect("signed")
    }

    fn body(&self, key: &SignerKey, old: u64, size: u64) -> AddCheckpoint {
        let all = self.hashes(size);
        let of = |node: evidence::tree::Node| {
            let (from, many) = (usize::try_from(node.index << node.level).unwrap(), 1 << node.level);
            Ok::<_, ()>(root(&all[from..from + many]))
        };
        let proof = Plan::consistency(old, size).map(|plan| plan.hashes(of).expect("hashes")).unwrap_or_default();
        AddCheckpoint { old, proof, checkpoint: self.note(key, size) }
    }
}

/// A witness of the log of the first key; the program prints its key.
fn init(desk: &Desk, folder: &str, name: &str, log: &VerifierKey) -> VerifierKey {
    let log = log.to_string();
    let made = desk.run(["witness", "init", folder, "--name", name, "--log-vkey", &log, "--no-passphrase"]);
    made.ends_with(0).out.lines().find_map(|line| line.trim().parse().ok()).expect("a key")
}

fn with_a_witness() -> (Desk, VerifierKey) {
    let desk = Desk::new();
    let witness = init(&desk, "witness", NAME, key(ORIGIN, 1).verifier());
    (desk, witness)
}

fn post(address: SocketAddr, body: &[u8]) -> Answer {
    let body = String::from_utf8(body.to_vec()).expect("text");
    let head = format!(
        "POST /add-checkpoint HTTP/1.1\r\nHost: witness\r\nConnection: close\r\nContent-Length: {}",
        body.len()
    );
    ask(address, &format!("{head}\r\n\r\n{body}"))
}

#[test]
fn a_witness_answers_as_the_protocol_says() {
    let (desk, witness) = with_a_witness();
    let serving = Serving::witness(&desk, "witness", ANYWHERE);
    let (log, leaves, fork) = (key(ORIGIN, 1), Leaves(0), Leaves(1));
    let add = |body: &AddCheckpoint| post(serving.address, &body.to_bytes());
    let cosigned = |note: &Note, answer: &Answer| {
        assert_eq!(answer.code, 200, "{answer:?}");
        let mut note = note.clone();
        note.add(Signature::parse_all(&answer.body).expect("signatures"));
        let verified = note.verify([&witness]).expect("the witness's");
        let now = u64::try_from(SystemClock.now().unix()).unwrap();
        assert!(verified[0].time.is_some_and(|time| time <= now && time + 60 > now), "{verified:?}");
    };
    let first = leaves.body(&log, 0, 5);
    cosigned(&first.checkpoint, &add(&first));
    let next = leaves.body(&log, 5, 12);
    cosigned(&next.checkpoint, &add(&next));
    let same = leaves.body(&log, 12, 12);
    cosigned(&same.checkpoint, &add(&same));

    let stale = add(&leaves.body(&log, 5, 20));
    assert_eq!((stale.code, stale.body.as_str()), (409, "12\n"));
    assert!(stale.head.contains("content-type: text/x.tlog.size"), "{}", stale.head);
    assert_eq!(add(&leaves.body(&log, 0, 5)).code, 409);
    assert_eq!(add(&fork.body(&log, 12, 12)).code, 409, "another root at the same size");
    assert_eq!(add(&fork.body(&log, 12, 20)).code, 422, "a fork");
    let mut short = leaves.body(&log, 12, 20);
    short.proof.pop();
    assert_eq!(add(&short).code, 422);
    assert_eq!(add(&leaves.body(&key("other.example.org/log", 1), 0, 5)).code, 404);
    assert_eq!(add(&leaves.body(&key(ORIGIN, 2), 12, 20)).code, 403, "another key under that origin");
    let forged = String::from_utf8(leaves.body(&log, 12, 20).to_bytes()).unwrap();
    let forged = forged.replacen("\n20\n", "\n21\n", 1);
    assert_eq!(post(serving.address, forged.as_bytes()).code, 403, "the signature is of another size");
    let mut backwards = leaves.body(&log, 12, 12);
    backwards.old = 13;
    assert_eq!(add(&backwards).code, 400);
    let extended = String::from_utf8(leaves.body(&log, 12, 20).to_bytes()).unwrap().replacen("old 12", "old 012", 1);
    for malformed in ["", "old 12", "old 12\n\n", &extended] {
        assert_eq!(post(serving.address, malformed.as_bytes()).code, 400, "{malformed}");
    }
    assert_eq!(post(serving.address, &vec![b'x'; 200 * 1024]).code, 413);
    assert_eq!(serving.get("/add-checkpoint").0, 405);
    assert_eq!(serving.get("/").0, 404);
    cosigned(&leaves.note(&log, 20), &add(&leaves.body(&log, 12, 20)));
    let (code, log) = serving.stop();
    assert!(code == Some(0) && log.contains("two versions"), "{log}");
}

#[test]
fn what_was_cosigned_outlives_a_kill() {
    let (desk, _) = with_a_witness();
    let (log, leaves) = (key(ORIGIN, 1), Leaves(0));
    for size in [3_u64, 7, 64] {
        let serving = Serving::witness(&desk, "witness", ANYWHERE);
        let old = post(serving.address, &leaves.body(&log, size, size).to_bytes());
        assert_eq!(old.code, 409);
        let old = old.body.trim().parse().expect("a size");
        assert_eq!(post(serving.address, &leaves.body(&log, old, size).to_bytes()).code, 200);
        serving.kill();
        desk.run(["witness", "show", "witness"]).ends_with(0).says(&[&format!("size {size}")]);
    }
}

#[test]
fn a_witness_without_its_state_or_with_a_damaged_one_signs_nothing() {
    let (desk, _) = with_a_witness();
    let run = || desk.run(["witness", "run", "witness", "--listen", ANYWHERE]);
    let state = desk.path("witness/state");
    let whole = fs::read(&state).expect("a state");
    for at in (0..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&state, &damaged).expect("written");
        let shown = desk.run(["witness", "show", "witness"]);
        shown.ends_with(1).complains(&["is damaged", "signs nothing"]);
    }
    run().ends_with(1).complains(&["witness/state, is damaged", "Put no copy of it from a backup"]);
    fs::write(&state, &whole[..whole.len() / 2]).expect("written");
    run().ends_with(1).complains(&["is damaged"]);
    fs::remove_file(&state).expect("removed");
    run().ends_with(1).complains(&["witness/state, is missing", "Make a new witness in another folder"]);
    init(&desk, "other", "police.example.org/witness", key(ORIGIN, 1).verifier());
    fs::copy(desk.path("other/state"), &state).expect("copied");
    run().ends_with(1).complains(&["that of another witness"]);
    desk.run(["witness", "init", "witness", "--name", NAME, "--no-passphrase"]).ends_with(1).complains(&["already"]);
}

#[test]
fn two_processes_do_not_share_a_state() {
    let (desk, _) = with_a_witness();
    let serving = Serving::witness(&desk, "witness", ANYWHERE);
    let second = ["witness", "run", "witness", "--listen", ANYWHERE];
    desk.run(second).ends_with(1).complains(&["another program uses the witness"]);
    desk.write("body", Leaves(0).body(&key(ORIGIN, 1), 0, 5).to_bytes());
    let sign = ["witness", "sign", "witness", "body", "-o", "cosigned"];
    desk.run(sign).ends_with(1).complains(&["another program uses the witness"]);
    desk.run(["witness", "show", "witness"]).ends_with(0).says(&["nothing was cosigned yet"]);
    serving.stop();
    desk.run(sign).ends_with(0);
}

#[test]
fn a_witness_signs_nothing_while_its_clock_is_behind() {
    let (desk, _) = with_a_witness();
    let (log, leaves, folder) = (key(ORIGIN, 1), Leaves(0), desk.path("witness"));
    let open = || Witness::of(Folder::open(&folder).expect("a state"), || Err(String::new())).expect("a key");
    let now = Instant::parse("2026-03-01T08:00:00+07:00").expect("an instant");
    let mut witness = open();
    witness.cosign(&leaves.body(&log, 0, 5), now).expect("cosigned");
    let refused = witness.cosign(&leaves.body(&log, 5, 6), now.plus(-1));
    assert_eq!(refused, Err(Refusal::ClockWentBack(1)));
    drop(witness);
    let mut witness = open();
    assert_eq!(witness.cosign(&leaves.body(&log, 5, 6), now.plus(-3600)), Err(Refusal::ClockWentBack(3600)));
    witness.cosign(&leaves.body(&log, 5, 6), now).expect("cosigned");
}

#[test]
fn a_witness_whose_state_cannot_be_written_signs_nothing() {
    let (desk, _) = with_a_witness();
    let (log, leaves, folder) = (key(ORIGIN, 1), Leaves(0), desk.path("witness"));
    let mut witness = Witness::of(Folder::open(&folder).expect("a state"), || Err(String::new())).expect("a key");
    let now = SystemClock.now();
    // In the place of the state lies a folder that no file is named over.
    fs::rename(folder.join("state"), desk.path("kept")).expect("renamed");
    fs::create_dir_all(folder.join("state/in")).expect("a folder");
    let refused = witness.cosign(&leaves.body(&log, 0, 5), now);
    assert!(matches!(refused, Err(Refusal::Unwritten(_))), "{refused:?}");
    fs::remove_dir_all(folder.join("state")).expect("removed");
    fs::rename(desk.path("kept"), folder.join("state")).expect("renamed");
    assert_eq!(witness.cosign(&Leaves(1).body(&log, 0, 5), now), Err(Refusal::Stale(5)), "no other version either");
    witness.cosign(&leaves.body(&log, 5, 5), now).expect("cosigned");
}

#[test]
fn a_new_key_of_a_log_is_taken_when_its_fingerprint_is_confirmed() {
    let (desk, _) = with_a_witness();
    let (old, new) = (key(ORIGIN, 1), key(ORIGIN, 2));
    desk.write("first", Leaves(0).body(&old, 0, 5).to_bytes());
    desk.run(["witness", "sign", "witness", "first", "-o", "cosigned"]).ends_with(0);
    let (vkey, fingerprint) = (new.verifier().to_string(), new.verifier().fingerprint().in_groups());
    let trust = |more: &[&str]| desk.run([&["witness", "trust", "witness", &vkey], more].concat());
    trust(&[]).ends_with(1).complains(&["had another key until now", &fingerprint]);
    let run = ["witness", "run", "witness", "--listen", ANYWHERE, "--log-vkey", &vkey];
    desk.run(run).ends_with(1).complains(&["had another key until now"]);
    let other = old.verifier().fingerprint().in_groups();
    trust(&["--fingerprint", &other]).ends_with(1).complains(&["not that of this key"]);
    desk.write("second", Leaves(0).body(&new, 5, 9).to_bytes());
    let sign = ["witness", "sign", "witness", "second", "-o", "again"];
    desk.run(sign).ends_with(1);
    trust(&["--fingerprint", &fingerprint]).ends_with(0).says(&[&vkey, "size 5"]);
    desk.run(sign).ends_with(0);
    let witness = init(&desk, "third", "third.example.org/witness", new.verifier()).to_string();
    desk.run(["witness", "trust", "witness", &witness]).ends_with(1).complains(&["not a key of a log's checkpoints"]);
}

#[test]
fn the_key_of_a_witness_is_under_a_passphrase() {
    let desk = Desk::new();
    let passphrase = desk.write("passphrase", "a long passphrase\n");
    fs::set_permissions(passphrase, fs::Permissions::from_mode(0o600)).expect("a mode");
    let vkey = key(ORIGIN, 1).verifier().to_string();
    let init = ["witness", "init", "witness", "--name", NAME, "--log-vkey", &vkey];
    desk.run(init).ends_with(1).complains(&["name its file with --witness-passphrase"]);
    assert!(!desk.path("witness").exists());
    desk.run([&init[..], &["--witness-passphrase", "passphrase"]].concat()).ends_with(0);
    let text = fs::read_to_string(desk.path("witness/key")).expect("a key");
    assert!(text.contains("\nsealed ") && !text.contains("PRIVATE"), "{text}");
    desk.write("body", Leaves(0).body(&key(ORIGIN, 1), 0, 5).to_bytes());
    let sign = ["witness", "sign", "witness", "body", "-o", "cosigned"];
    desk.run(sign).ends_with(1);
    desk.run([&sign[..], &["--witness-passphrase", "passphrase"]].concat()).ends_with(0);
}

/// A log with a case and keys, and the key of its checkpoints.
pub fn with_keys() -> (Desk, VerifierKey) {
    let desk = with_a_case();
    desk.run(["key", "--log-key", "log-key", "new", "--origin", ORIGIN, "--no-passphrase"]).ends_with(0);
    let out = desk.run(["key", "--log-key", "log-key", "show"]).ends_with(0).out;
    let key = out.lines().find_map(|line| line.trim().parse().ok()).expect("a key");
    (desk, key)
}

/// A log whose one witness is enough and at work, and the options with which it is served.
pub fn with_a_policy() -> (Desk, Vec<String>, Serving) {
    let (desk, log) = with_keys();
    let key = init(&desk, "witness", NAME, &log);
    let witness = Serving::witness(&desk, "witness", ANYWHERE);
    desk.write("policy", format!("log {log}\nwitness w {key} http://{}\nquorum w\n", witness.address));
    let options = ["--log-key", "log-key", "--checkpoint-every", "1", "--policy", "policy"];
    (desk, options.map(str::to_owned).to_vec(), witness)
}

#[test]
fn a_served_log_has_its_checkpoints_cosigned_and_one_that_is_away_is_told() {
    let (desk, log) = with_keys();
    let mut serving = Vec::new();
    let mut policy = vec![format!("log {log}")];
    for name in ["justice", "police", "court"] {
        let key = init(&desk, name, &format!("{name}.example.org/witness"), &log);
        let witness = Serving::witness(&desk, name, ANYWHERE);
        policy.push(format!("witness {name} {key} http://{}", witness.address));
        serving.push(witness);
    }
    policy.extend(["group two 2 justice police court", "quorum two\n"].map(str::to_owned));
    desk.write("policy", policy.join("\n"));
    let court = serving.pop().expect("three");
    let at = court.address.to_string();
    let options = ["--log-key", "log-key", "--checkpoint-every", "1", "--policy", "policy"];
    let kamnot = Serving::start(&desk, &options, "info");
    let cosigning = |name: &str, value: f64| {
        kamnot.figure(&format!("kamnot_witness_cosigning{{witness=\"{name}\"}}"), |is| (is - value).abs() < 0.1);
    };
    for name in ["justice", "police", "court"] {
        cosigning(name, 1.0);
    }
    court.kill();
    desk.run_with(["import", "-"], custody("A-1").as_bytes()).ends_with(0);
    cosigning("court", 0.0);
    kamnot.figure("kamnot_quorum_leaves", |size| size > 0.0);
    kamnot.figure("kamnot_signing_refused", |refused| refused < 0.1);
    kamnot.is_ready();
    desk.run(["status"]).says(&["2 of 3 cosign; court:", "the quorum was met"]);
    let court = Serving::witness(&desk, "court", &at);
    cosigning("court", 1.0);
    let (code, said) = kamnot.stop();
    assert!(code == Some(0) && said.contains("did not cosign") && said.contains("cosigns again"), "{said}");

    let evidence = |file: &str| {
        desk.run(["evidence", "A-1", "-o", file, "--log-key", "log-key", "--policy", "policy"]).ends_with(0);
        desk.run(["verify", file, "--policy", "policy"]).ends_with(0)
    };
    evidence("met").says(&[
        "Enough witnesses have cosigned it by",
        "Witness court cosigned it at",
        "as witnesses attest",
    ]);
    serving.pop().expect("police").kill();
    court.kill();
    desk.run_with(["import", "-"], opening("B-2").as_bytes()).ends_with(0);
    evidence("not-met").says(&["Too few witnesses have cosigned", "the log's word alone", "proved since"]);
}

#[test]
fn a_policy_that_is_not_of_this_log_is_refused_at_the_start() {
    let (desk, log) = with_keys();
    let witness = init(&desk, "witness", NAME, &log);
    let serve = |policy: &str, more: &[&str]| {
        desk.write("policy", policy);
        desk.run([&["serve", "--listen", ANYWHERE, "--policy", "policy"], more].concat())
    };
    let keys = ["--log-key", "log-key"];
    let of = |log: &VerifierKey, url: &str| format!("log {log}\nwitness w {witness} {url}\nquorum w\n");
    let other = key("other.example.org/log", 1);
    serve(&of(other.verifier(), "http://w"), &keys).ends_with(1).complains(&["does not name the log's key"]);
    serve(&of(&log, "ftp://w"), &keys).ends_with(1).complains(&["no address of a witness"]);
    serve(&of(&log, "http://w"), &[]).ends_with(1).complains(&["name its keys with --log-key"]);
    serve("quorum many\n", &keys).ends_with(1).complains(&["line 1 of the policy"]);
}

#[test]
fn a_checkpoint_goes_to_a_witness_on_a_stick_and_back() {
    let (desk, log) = with_keys();
    let witness = init(&desk, "witness", NAME, &log);
    desk.write("policy", format!("log {log}\nwitness w {witness}\nquorum w\n"));
    let evidence = |file: &str| {
        desk.run(["evidence", "A-1", "-o", file, "--log-key", "log-key"]).ends_with(0);
    };
    let back = |file: &str| desk.run(["checkpoint", "--cosigned", file, "--policy", "policy"]);
    evidence("first");
    desk.run(["checkpoint", "--for-witness", "out"]).ends_with(0);
    desk.run(["checkpoint", "--for-witness", "out"]).ends_with(1).complains(&["there is a file of that name"]);
    desk.run(["witness", "sign", "witness", "out", "-o", "back"]).ends_with(0);
    back("back").ends_with(0).says(&["enough witnesses have cosigned"]);
    back("back").ends_with(0);
    let kept = Note::parse(desk.run(["checkpoint"]).ends_with(0).out.as_bytes()).expect("a note");
    assert!(kept.signatures().len() == 2 && kept.verify([&witness]).is_ok(), "kept once");

    desk.run_with(["import", "-"], opening("B-2").as_bytes()).ends_with(0);
    evidence("second");
    desk.run(["checkpoint", "--for-witness", "again"]).ends_with(0);
    let sign = |file: &str| desk.run(["witness", "sign", "witness", file, "-o", "back-again"]);
    let size = Checkpoint::from_text(kept.text()).expect("a checkpoint").size.to_string();
    sign("again").ends_with(1).complains(&[&format!("--from {size}")]);
    desk.run(["checkpoint", "--for-witness", "from", "--from", &size]).ends_with(0);
    sign("from").ends_with(0);
    back("back-again").ends_with(0).says(&["enough witnesses have cosigned"]);
    desk.run(["checkpoint", "--for-witness", "far", "--from", "1000000"]).ends_with(1).complains(&["not larger"]);

    back("from").ends_with(1);
    let uncosigned =
        desk.run(["checkpoint"]).out.lines().take(5).map(|line| line.to_owned() + "\n").collect::<String>();
    desk.write("uncosigned", uncosigned);
    back("uncosigned").ends_with(1).complains(&["no witness of the policy"]);
    evidence("third");
    desk.run(["verify", "third", "--policy", "policy"]).ends_with(0).says(&["Enough witnesses have cosigned it by"]);
}

#[test]
fn a_log_that_was_restored_elsewhere_is_not_signed_because_a_witness_remembers() {
    let (desk, options, _witness) = with_a_policy();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    desk.run(["backup", "backup.db"]).ends_with(0);
    let kamnot = Serving::start(&desk, &options, "info");
    kamnot.figure("kamnot_quorum_leaves", |size| size > 0.0);
    kamnot.stop();
    desk.run(["restore", "backup.db", "--db", "again.db"]).ends_with(0);
    // Another machine, which has no mark of what was signed.
    let marks = fs::read_dir(desk.path("state/kamnot")).expect("a state folder");
    let marks: Vec<_> = marks.map(|mark| mark.expect("an entry").path()).collect();
    let marks =
        marks.iter().filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("signed-")));
    assert_eq!(marks.map(|mark| fs::remove_file(mark).expect("removed")).count(), 1);
    let again = Serving::start(&desk, &[&options[..], &["--db", "again.db"]].concat(), "info");
    again.figure("kamnot_signing_refused", |refused| refused > 0.0);
    again.is_ready();
    let said = eventually("it says so", || Some(again.log()).filter(|log| log.contains("that the witness w cosigned")));
    assert!(said.contains("recording and alerts go on"), "{said}");
    desk.run(["status", "--db", "again.db"]).ends_with(1).says(&["CONTRADICTS THE LOG"]);
    desk.run(["checkpoint", "--db", "again.db"]).ends_with(1).complains(&["no signed checkpoint"]);
}
