//! Evidence files: made from a log, verified without it, and altered in every way. A second verifier, in Python, agrees.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use evidence::file::verify::{Asked, Trust, verify};
use evidence::file::{Evidence, Unread};
use evidence::hash::Hash;
use projections::recomputed::Recomputed;
use scenarios::servers::nats_server::tools;
use service::evidence_file::recompute;
use tests::lines::{custody, opening, recorded};
use tests::program::Desk;

const ORIGIN: &str = "kamnot.example.org/test";

/// A log with two cases and keys, and the evidence of one of them.
fn with_evidence(more: &[&str]) -> (Desk, Vec<u8>, String) {
    let desk = recorded(&[opening("A-1"), custody("A-1"), opening("B-2"), custody("B-2")]);
    desk.run(["key", "--log-key", "log-key", "new", "--origin", ORIGIN, "--no-passphrase"]).ends_with(0);
    make(&desk, "case.evidence", more);
    let fingerprint = fingerprint(&desk);
    let bytes = std::fs::read(desk.path("case.evidence")).expect("a file");
    (desk, bytes, fingerprint)
}

fn make(desk: &Desk, file: &str, more: &[&str]) {
    desk.run([&["evidence", "A-1", "-o", file, "--log-key", "log-key"], more].concat()).ends_with(0);
}

/// The fingerprint of the key of checkpoints, as `key show` prints it.
fn fingerprint(desk: &Desk) -> String {
    let out = desk.run(["key", "--log-key", "log-key", "show"]).ends_with(0).out;
    out.lines().nth(2).expect("a fingerprint").trim().to_owned()
}

#[test]
fn a_file_proves_its_case_without_the_log_and_says_so_in_both_languages() {
    let (desk, bytes, fingerprint) = with_evidence(&[]);
    let mode = std::fs::metadata(desk.path("case.evidence")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds what is personal");
    std::fs::remove_file(desk.path("kamnot.db")).expect("no log is left");
    let verified = desk.run(["verify", "case.evidence", "--fingerprint", &fingerprint]).ends_with(0);
    verified.says(&[
        "holds everything that the log held of case A-1",
        "proved since the checkpoint",
        "come out the same",
    ]);
    desk.run(["verify", "case.evidence", "--fingerprint", &fingerprint, "--lang", "lo"]).ends_with(0).says(&["ພິສູດແລ້ວ"]);
    let untrusted = desk.run(["verify", "case.evidence"]).ends_with(1);
    untrusted.says(&["Nobody said which key is trusted", &fingerprint]);
    let zeros = "0".repeat(64);
    desk.run(["verify", "case.evidence", "--fingerprint", &zeros])
        .ends_with(1)
        .says(&["not signed with a key that is trusted"]);
    let at_least = ["verify", "case.evidence", "--fingerprint", &fingerprint, "--at-least", "2026-01-01"];
    desk.run(at_least).ends_with(1).says(&["Nobody attests"]);
    assert!(bytes.len() < 400 * 1024, "{} bytes", bytes.len());
}

#[test]
fn the_register_shows_how_old_a_file_is_and_another_log_is_named() {
    let (desk, bytes, fingerprint) = with_evidence(&[]);
    let evidence = Evidence::from_bytes(&bytes).expect("read");
    let newest = &evidence.checkpoints.last().expect("one").checkpoint;
    let line = format!("2026-11-30 {ORIGIN} {} {}", newest.size, newest.root.in_groups());
    let verify = |line: &str| {
        desk.run([
            "verify",
            "case.evidence",
            "--fingerprint",
            &fingerprint,
            "--register",
            line,
            "--at-least",
            "2026-11-30",
        ])
    };
    verify(&line).ends_with(0).says(&["at least, as the register shows"]);
    let other = format!("2026-11-30 {ORIGIN} {} {}", newest.size, Hash::ZERO.in_groups());
    verify(&other).ends_with(1).says(&["they are of two different logs"]);
}

#[test]
fn what_is_personal_can_stay_behind_and_the_law_says_the_same() {
    let (desk, bytes, fingerprint) = with_evidence(&["--without-personal"]);
    assert!(
        Evidence::from_bytes(&bytes).expect("read").of_case().events.iter().all(|event| event.disclosures.is_empty())
    );
    let run = desk.run(["verify", "case.evidence", "--fingerprint", &fingerprint]).ends_with(0);
    run.says(&["personal fields are not disclosed", "come out the same"]);
}

#[test]
fn a_log_that_was_edited_by_hand_gives_no_evidence() {
    for altered in
        ["'\"recorded_by\":\"', '\"recorded_by\":\"x'", "'+07:00\",\"recorded_by\"', '+08:00\",\"recorded_by\"'"]
    {
        let edit = format!(
            "UPDATE events SET payload = replace(payload, {altered})
             WHERE version = 1 AND case_key = (SELECT case_key FROM cases WHERE reference = 'A-1')"
        );
        let (desk, ..) = with_evidence(&[]);
        let log = rusqlite::Connection::open(desk.path("kamnot.db")).expect("the log");
        assert_eq!(log.execute(&edit, []).expect("the edit"), 1);
        drop(log);
        desk.run(["evidence", "A-1", "-o", "again", "--log-key", "log-key"]).ends_with(2);
        assert!(!desk.path("again").exists());
    }
}

#[test]
fn bad_files_are_named_and_refused() {
    let (desk, bytes, fingerprint) = with_evidence(&[]);
    let refused = |bytes: &[u8], says: &str| {
        desk.write("bad", bytes);
        desk.run(["verify", "bad", "--fingerprint", &fingerprint]).ends_with(1).complains(&[says]);
    };
    refused(&bytes[..bytes.len() / 2], "cut off");
    let text = String::from_utf8(bytes.clone()).expect("text");
    refused(text.replacen("A-1", "A-2", 1).as_bytes(), "damaged");
    refused(text.replacen("evidence/1", "evidence/2", 1).as_bytes(), "version 2");
    refused(b"PK\x03\x04", "no evidence file");
    refused(&[&bytes[..31], &vec![b'['; 9 << 20]].concat(), "larger than");
    let bomb = std::fs::File::create(desk.path("bomb")).expect("a file");
    bomb.set_len(1 << 36).expect("a sparse file");
    desk.run(["verify", "bomb", "--fingerprint", &fingerprint]).ends_with(1).complains(&["larger than"]);
    desk.run(["verify", "nothing"]).ends_with(2);
    desk.run(["evidence", "C-3", "-o", "x", "--log-key", "log-key"]).ends_with(1).complains(&["no case C-3"]);
    desk.run(["evidence", "A-1", "-o", "bad", "--log-key", "log-key"]).ends_with(1).complains(&["there is a file"]);
}

#[test]
fn a_file_of_version_1_is_verified_for_ever() {
    // 179 events of an invented case, under two checkpoints. The file stays as it is.
    let packed = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/evidence-1.evidence.xz");
    let bytes = Command::new("xz").args(["-dc", packed]).output().expect("xz").stdout;
    let desk = Desk::new();
    desk.write("old.evidence", &bytes);
    let fingerprint = "9a3e c356 1ffb 3e4e 3493 a35b 73dc efb1 c2e9 a035 a44c e21d 8851 9613 c52e b72e";
    let verified = desk.run(["verify", "old.evidence", "--fingerprint", fingerprint]);
    verified.says(&["checkpoint of size 191: 179 events", "Event 179"]);
    let digits: String = fingerprint.split(' ').collect();
    let trust = Trust::Fingerprints(vec![digits.parse().expect("a hash")]);
    assert_eq!(judged(&bytes, &trust).map(|evidence| evidence.to_bytes()), Ok(bytes.clone()));
    // A later engine may answer differently, and then says so; no event of it becomes unreadable.
    let recomputed = recompute(&Evidence::from_bytes(&bytes).expect("read"));
    let same = recomputed == Recomputed::Same || matches!(recomputed, Recomputed::AnotherEngine { of: 1, .. });
    assert!(same, "{recomputed:?}");
}

/// What the program says of a file: whether it holds, or why it is refused.
fn judged(bytes: &[u8], trust: &Trust) -> Result<Evidence, &'static str> {
    let evidence = Evidence::from_bytes(bytes).map_err(|why| match why {
        Unread::CutOff | Unread::Damaged | Unread::TooLarge(_) => "damaged",
        Unread::Newer(_) => "newer",
        Unread::NotEvidence | Unread::Line { .. } => "altered",
    })?;
    let asked = Asked { trust: trust.clone(), receipts: Vec::new(), registers: Vec::new(), at_least: None };
    // The law is not looked at: the second verifier does not know it.
    let verdicts = verify(&evidence, &asked, |_| ());
    if verdicts.complete.is_ok() && verdicts.log.is_ok() { Ok(evidence) } else { Err("refused") }
}

/// With a last line that fits.
fn ended(body: &str) -> Vec<u8> {
    let lines = body.matches('\n').count();
    format!("{body}{{\"end\":{lines},\"sha256\":\"{}\"}}\n", Hash::of(&[body.as_bytes()])).into_bytes()
}

/// The file altered: every value of every line in some way, ranges of bytes, lines left out and doubled.
fn altered(bytes: &[u8]) -> Vec<Vec<u8>> {
    let text = std::str::from_utf8(bytes).expect("text");
    let body = &text[..text.rfind("{\"end\"").expect("the last line")];
    let mut all = vec![bytes.to_vec(), bytes[..bytes.len() - 7].to_vec()];
    let lines: Vec<&str> = body.split_inclusive('\n').collect();
    for nth in 0..lines.len() {
        all.push(ended(&[&lines[..nth], &lines[nth + 1..]].concat().concat()));
        all.push(ended(&[&lines[..=nth], &lines[nth..]].concat().concat()));
    }
    // Behind each colon, comma, bracket and quote begins a field; of the long texts of rulebooks only the first.
    let mut start = 0;
    for line in lines {
        let fields = line.match_indices([':', ',', '[', '"', '{']).map(|(at, _)| at + 1);
        for at in fields
            .take(160)
            .filter(|at| line.is_char_boundary(*at) && line.is_char_boundary(at + 1) && *at < line.len())
        {
            let (before, behind) = (start + at, start + at + 1);
            let old = &body[before..behind];
            let new = if old == "1" { "2" } else { "1" };
            all.push(ended(&format!("{}{new}{}", &body[..before], &body[behind..])));
            all.push(ended(&format!("{}{}", &body[..before], &body[behind..])));
        }
        start += line.len();
    }
    let body = body.as_bytes();
    for range in (0..body.len()).step_by(997) {
        let mut bytes = bytes.to_vec();
        bytes[range] ^= 1;
        all.push(bytes);
    }
    all
}

/// What the second verifier says of these files.
fn second(folder: &Path, files: &[Vec<u8>], fingerprint: &str) -> Vec<serde_json::Value> {
    let names = files.iter().enumerate().map(|(nth, bytes)| {
        let name = folder.join(format!("{nth}.evidence"));
        std::fs::write(&name, bytes).expect("written");
        name.display().to_string() + "\n"
    });
    let list = folder.join("list");
    std::fs::write(&list, names.collect::<String>()).expect("written");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/verifier/verify_evidence.py");
    let mut python = Command::new("python3");
    python.arg(script).arg(&list).args(["--many", "--fingerprint", fingerprint]).env("PYTHONPATH", tools());
    let run = python.output().expect("python3");
    let out = String::from_utf8(run.stdout).expect("text");
    assert_eq!(out.lines().count(), files.len(), "{}", String::from_utf8_lossy(&run.stderr));
    out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_second_verifier_agrees_on_good_files_and_on_altered_ones() {
    for more in [&[][..], &["--without-personal"]] {
        let (desk, bytes, fingerprint) = with_evidence(more);
        let digits: String = fingerprint.split(' ').collect();
        let trust = Trust::Fingerprints(vec![digits.parse().expect("a hash")]);
        let files = altered(&bytes);
        let folder = desk.path("files");
        std::fs::create_dir(&folder).expect("a folder");
        let said = second(&folder, &files, &digits);
        let mut held = 0;
        for (nth, (bytes, said)) in files.iter().zip(&said).enumerate() {
            match judged(bytes, &trust) {
                Ok(evidence) => {
                    held += 1;
                    assert_eq!(said["holds"], true, "file {nth}: {said}");
                    let newest = &evidence.checkpoints.last().expect("one").checkpoint;
                    assert_eq!(said["root"], newest.root.to_string());
                    let leaves = evidence.of_case().leaf_hashes(&evidence.installation);
                    let proved = usize::try_from(evidence.of_case().proved()).expect("small");
                    assert_eq!(said["head"], leaves[proved - 1].to_string());
                    assert_eq!(said["proved"], proved);
                }
                Err("refused") => {
                    assert!(said["why"] == "contradiction" || said["why"] == "key", "file {nth}: {said}");
                }
                Err(word) => assert_eq!(said["why"], word, "file {nth}: {said}"),
            }
        }
        assert!(held >= 1 && held < files.len() / 5, "{held} of {} hold", files.len());
        let read = Evidence::from_bytes(&bytes).expect("read");
        assert_eq!(recompute(&read), Recomputed::Same);
    }
}
