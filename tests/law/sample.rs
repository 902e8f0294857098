//! Made-up cases, and what two other programs answer for them.

use std::path::{Path, PathBuf};
use std::process::Command;

use engine::rulebook::{Digest, Rulebook};
use tests::cases::{admitted, assessments, instant};

/// The rulebook from before the language of rules, as logs keep it.
const FIRST: &str = include_str!("../fixtures/first-rulebook.toml");

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/data").join(name)
}

fn plain(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn unpacked(name: &str) -> String {
    let ran = Command::new("xz").args(["--decompress", "--stdout"]).arg(path(name)).output();
    let ran = ran.unwrap_or_else(|error| panic!("{name} cannot be unpacked: xz: {error}"));
    assert!(ran.status.success(), "{name}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).expect("UTF-8")
}

#[track_caller]
fn assert_agree(actions: &str, assessed: &str, book: &Rulebook) {
    let cases = admitted(actions, book);
    let found = assessments(&cases, book, instant("2026-10-01T00:00:00+07:00"));
    for (found, expected) in found.lines().zip(assessed.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), assessed.lines().count());
}

#[test]
fn three_hundred_sample_cases_agree_to_the_byte() {
    assert_agree(&plain("actions-300.jsonl"), &plain("assessed-300.jsonl"), &Rulebook::law_05_na_2006());
}

#[test]
fn two_thousand_sample_cases_agree_to_the_byte() {
    let (actions, assessed) = (unpacked("actions-2000.jsonl.xz"), unpacked("assessed-2000.jsonl.xz"));
    assert_agree(&actions, &assessed, &Rulebook::law_05_na_2006());
}

#[test]
fn under_the_first_rulebook_three_hundred_earlier_cases_are_answered_as_they_were() {
    let book = Rulebook::stored(FIRST).unwrap_or_else(|flaw| panic!("{flaw}"));
    assert_agree(&plain("earlier/actions-300.jsonl"), &plain("earlier/assessed-300.jsonl"), &book);
}

#[test]
fn the_first_rulebook_keeps_its_text_and_the_digest_of_it() {
    let book = Rulebook::stored(FIRST).unwrap_or_else(|flaw| panic!("{flaw}"));
    assert!(Rulebook::parse(FIRST).is_err(), "it was written before the language");
    assert_eq!((book.source(), book.digest()), (FIRST, Digest::of(FIRST.as_bytes())));
    let digest = "sha256:e0c0f13c7595b09742a3967d51fb48cb7cb48a60f80648f22f8fd4605c134704";
    assert_eq!(book.digest().to_string(), digest);
}
