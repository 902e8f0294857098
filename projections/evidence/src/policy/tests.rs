//! Policies by the words of C2SP tlog-policy, and which checkpoints they accept.

use super::*;
use crate::key::{KeyType, SignerKey};

fn key(name: &str, key_type: KeyType, seed: u8) -> SignerKey {
    SignerKey::new(name, key_type, &[seed; 32]).expect("a key")
}

fn log() -> SignerKey {
    key("kamnot.example/log", KeyType::Note, 1)
}

fn witness(number: u8) -> SignerKey {
    key(&format!("witness.example/{number}"), KeyType::Cosignature, 10 + number)
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: log().verifier().name().into(), size: 7, root: crate::hash::Hash([7; 32]) }
}

/// The checkpoint, cosigned by these witnesses at these times.
fn cosigned(by: &[(u8, u64)]) -> Note {
    let mut note = checkpoint().sign(&log()).expect("signed");
    note.add(by.iter().map(|(number, time)| checkpoint().cosign(&witness(*number), *time).expect("signed")));
    note
}

/// A policy of this log and six witnesses, with these lines after them.
fn policy(lines: &str) -> Result<Policy, PolicyError> {
    let witnesses = (1..=6).map(|number| format!("witness w{number} {}", witness(number).verifier()));
    let first: Vec<String> = [format!("log {}", log().verifier())].into_iter().chain(witnesses).collect();
    Policy::from_text(
        format!(
            "{}
{lines}",
            first.join(
                "
"
            )
        )
        .as_bytes(),
    )
}

fn quorum(lines: &str, by: &[(u8, u64)]) -> Quorum {
    policy(lines).expect("a policy").attested(&cosigned(by)).expect("signed by the log").quorum
}

#[test]
fn the_fixture_meets_two_of_three_when_the_second_witness_has_signed() {
    let fixture: serde_json::Value = serde_json::from_str(include_str!("../../fixtures/notes.json")).expect("JSON");
    let verifier = |number: usize| fixture["keys"][number]["verifier"].as_str().expect("a text");
    let text = format!(
        "log {}\nwitness a {}\nwitness b {}\nwitness c {} https://c.example/\ngroup two 2 a b c\nquorum two\n",
        verifier(0),
        verifier(2),
        verifier(3),
        verifier(4)
    );
    let policy = Policy::from_text(text.as_bytes()).expect("a policy");
    let note = Note::parse(fixture["checkpoint"]["note"].as_str().expect("a text").as_bytes()).expect("a note");
    let attested = policy.attested(&note).expect("signed by the log");
    assert_eq!(attested.checkpoint.size, 20_852_163);
    assert_eq!(attested.quorum, Quorum::MetAt(1_772_323_300));
    let seen: Vec<(&str, u64)> =
        attested.witnesses.iter().map(|seen| (seen.witness.name.as_str(), seen.time)).collect();
    assert_eq!(seen, [("a", 1_772_323_300), ("b", 1_772_323_310), ("c", 1_772_323_290)]);
    assert_eq!(attested.witnesses[2].witness.url.as_deref(), Some("https://c.example/"));
    assert_eq!(policy.logs().len(), 1);
}

#[test]
fn a_quorum_is_met_as_its_groups_say() {
    let nested = "group x 2 w1 w2 w3\ngroup y any w4 w5 w6\ngroup both all x y\nquorum both\n";
    assert_eq!(quorum(nested, &[(1, 10), (3, 30), (5, 20)]), Quorum::MetAt(30));
    assert_eq!(quorum(nested, &[(1, 10), (2, 40), (3, 30), (5, 20), (6, 25)]), Quorum::MetAt(30));
    assert_eq!(quorum(nested, &[(1, 10), (3, 30)]), Quorum::NotMet);
    assert_eq!(quorum(nested, &[(1, 10), (5, 20), (6, 20)]), Quorum::NotMet);
    assert_eq!(quorum("quorum w2\n", &[(1, 10)]), Quorum::NotMet);
    assert_eq!(quorum("quorum w2\n", &[(2, 10), (2, 5)]), Quorum::MetAt(5), "who signs twice counts once");
    assert_eq!(quorum("group x 2 w1 w2\nquorum x\n", &[(2, 10), (2, 5)]), Quorum::NotMet);
    assert_eq!(quorum("quorum none\n", &[]), Quorum::NotRequired);
    assert_eq!(quorum("quorum none\n", &[(2, 10)]), Quorum::NotRequired);
}

#[test]
fn who_stands_in_no_policy_is_passed_over() {
    let mut note = cosigned(&[(1, 10)]);
    note.add([checkpoint().cosign(&witness(77), 3).expect("signed")]);
    let policy = policy("group x all w1 w2\nquorum x\n").expect("a policy");
    let attested = policy.attested(&note).expect("signed by the log");
    assert_eq!((attested.witnesses.len(), attested.quorum), (1, Quorum::NotMet));
}

#[test]
fn a_checkpoint_without_its_log_is_refused() {
    let policy = policy("quorum w1\n").expect("a policy");
    let other = key("kamnot.example/other", KeyType::Note, 2);
    let of_other = Checkpoint { origin: other.verifier().name().into(), ..checkpoint() };
    assert_eq!(policy.attested(&of_other.sign(&other).expect("signed")), Err(NoteError::Unsigned.into()));
    // A witness alone is not enough, and the log's key signs for no other origin.
    let mut note = of_other.sign(&other).expect("signed");
    note.add([of_other.cosign(&witness(1), 3).expect("signed")]);
    assert_eq!(policy.attested(&note), Err(NoteError::Unsigned.into()));
    let note = Note::signed(&of_other.to_text(), &log()).expect("signed");
    assert!(matches!(policy.attested(&note), Err(CheckpointError::Origin { .. })));
    let note = Note::signed("no checkpoint\n", &log()).expect("signed");
    assert_eq!(policy.attested(&note), Err(CheckpointError::Form));
    // A cosignature of another text under a known name.
    let mut note = cosigned(&[]);
    note.add([of_other.cosign(&witness(1), 3).expect("signed")]);
    assert_eq!(policy.attested(&note), Err(NoteError::Signature("witness.example/1".into()).into()));
}

#[test]
fn what_is_no_policy_is_refused_by_its_line() {
    let problem = |lines: &str| policy(lines).map(|_| ()).map_err(|error| (error.line - 7, error.problem));
    let unknown = |name: &str| Problem::Unknown(name.into());
    let least = |least: &str, members| Problem::Least { least: least.into(), members };
    for (lines, line, expected) in [
        ("", 0, Problem::Quorum),
        ("quorum w1\nquorum w1\n", 2, Problem::Quorum),
        ("quorum w1\nquorum none\n", 2, Problem::Quorum),
        ("quorum w7\n", 1, unknown("w7")),
        ("quorum x\ngroup x any w1\n", 1, unknown("x")),
        ("group x any w1 x\nquorum x\n", 1, unknown("x")),
        ("group x any none\nquorum x\n", 1, unknown("none")),
        ("group x any w1 w1\nquorum x\n", 1, Problem::Member("w1".into())),
        ("group x any w1\ngroup y any w2 w1\nquorum y\n", 2, Problem::Member("w1".into())),
        ("group w1 any w2\nquorum w1\n", 1, Problem::Taken("w1".into())),
        ("group none any w2\nquorum none\n", 1, Problem::Taken("none".into())),
        ("group x 0 w1\nquorum x\n", 1, least("0", 1)),
        ("group x 3 w1 w2\nquorum x\n", 1, least("3", 2)),
        ("group x 01 w1 w2\nquorum x\n", 1, least("01", 2)),
        ("group x +1 w1 w2\nquorum x\n", 1, least("+1", 2)),
        ("group x most w1 w2\nquorum x\n", 1, least("most", 2)),
        ("group x any\nquorum x\n", 1, Problem::Form),
        ("group x\n", 1, Problem::Form),
        ("quorum\n", 1, Problem::Form),
        ("quorum w1 w2\n", 1, Problem::Form),
        ("Quorum w1\n", 1, Problem::Form),
        ("log\n", 1, Problem::Form),
        ("log key\n", 1, Problem::Key(crate::key::KeyError::Form)),
        ("quorum w1\r\n", 1, Problem::Characters),
        ("# \u{7f}\nquorum w1\n", 1, Problem::Characters),
    ] {
        assert_eq!(problem(lines), Err((line, expected)), "{lines}");
    }
    let again = |word: &str, key: &SignerKey| problem(&format!("{word} {}\nquorum none\n", key.verifier()));
    assert_eq!(again("log", &key("another.example", KeyType::Note, 1)), Err((1, Problem::SameKey)));
    assert_eq!(again("witness w7", &key("another.example", KeyType::Cosignature, 11)), Err((1, Problem::SameKey)));
    assert_eq!(
        again("witness w7", &key("another.example", KeyType::Cosignature, 1)),
        Err((1, Problem::SameKey)),
        "a log"
    );
    assert_eq!(again("log", &witness(7)), Err((1, Problem::KeyType)));
    assert_eq!(again("witness w7", &key("another.example", KeyType::Note, 99)), Err((1, Problem::KeyType)));
}

#[test]
fn spaces_comments_and_names_of_any_bytes_are_taken() {
    let text = format!(
        "# comment\n\n \t \n\tlog\t {} \t https://log.example/\n  # indented\nwitness \u{212a} {} \nquorum \u{212a}",
        log().verifier(),
        witness(1).verifier()
    );
    let policy = Policy::from_text(text.as_bytes()).expect("a policy");
    assert_eq!(policy.logs()[0].url.as_deref(), Some("https://log.example/"));
    // A name is its bytes: the sign of Kelvin is no K, and what is no UTF-8 is a name too.
    let other = text.replace("quorum \u{212a}", "quorum K");
    let found = Policy::from_text(other.as_bytes()).map_err(|error| error.problem);
    assert_eq!(found, Err(Problem::Unknown("K".into())));
    let verifier = witness(1).verifier().to_string();
    let bytes = [b"witness \xff ", verifier.as_bytes(), b"\nquorum \xff\n"].concat();
    assert_eq!(Policy::from_text(&bytes).expect("a policy").witnesses().count(), 1);
    let bytes = [b"witness \xff ", verifier.as_bytes(), b"\nquorum \xfe\n"].concat();
    assert!(Policy::from_text(&bytes).is_err());
}

#[test]
fn a_large_policy_is_read() {
    let lines = (0..64).flat_map(|number| {
        let (log, witness) = (key(&format!("l{number}"), KeyType::Note, 100 + number), witness(number));
        let before = number.checked_sub(1).map_or_else(String::new, |before| format!("g{before}"));
        [
            format!("log {}", log.verifier()),
            format!("witness w{number} {}", witness.verifier()),
            format!("group g{number} all w{number} {before}"),
        ]
    });
    let text = lines.chain(["quorum g63".to_owned()]).collect::<Vec<_>>().join("\n");
    let policy = Policy::from_text(text.as_bytes()).expect("a policy");
    assert_eq!((policy.logs().len(), policy.witnesses().count()), (64, 64));
}
