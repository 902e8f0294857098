//! Checkpoints as another implementation signs them, and what is none.

use super::*;

fn fixture() -> serde_json::Value {
    serde_json::from_str(include_str!("../../fixtures/notes.json")).expect("JSON")
}

fn signer(number: usize) -> SignerKey {
    SignerKey::from_text(fixture()["keys"][number]["signer"].as_str().expect("a text")).expect("a key")
}

fn checkpoint() -> Checkpoint {
    let known = &fixture()["checkpoint"];
    Checkpoint {
        origin: known["origin"].as_str().expect("a text").into(),
        size: known["size"].as_u64().expect("a number"),
        root: known["root"].as_str().expect("a text").parse().expect("a hash"),
    }
}

#[test]
fn the_fixture_is_signed_cosigned_and_opened() {
    let known = &fixture()["checkpoint"];
    let mut note = checkpoint().sign(&signer(0)).expect("signed");
    for (witness, time) in [2, 3, 4].into_iter().zip(known["times"].as_array().expect("a list")) {
        note.add([checkpoint().cosign(&signer(witness), time.as_u64().expect("a number")).expect("signed")]);
    }
    assert_eq!(note.to_string(), known["note"].as_str().expect("a text"));
    let read = Note::parse(note.to_string().as_bytes()).expect("a note");
    assert_eq!(Checkpoint::open(&read, signer(0).verifier()), Ok(checkpoint()));
    let witness = signer(3);
    let verified = read.verify([witness.verifier()]).expect("signed");
    assert_eq!(verified[0].time, known["times"][1].as_u64());
}

#[test]
fn a_checkpoint_has_exactly_three_lines() {
    let text = checkpoint().to_text();
    assert_eq!(Checkpoint::from_text(&text), Ok(checkpoint()));
    let [origin, size, root] = text.lines().collect::<Vec<_>>()[..] else { panic!("three lines") };
    for other in [
        text.trim_end().to_owned(),
        format!("{text}extension\n"),
        format!("{text}\n"),
        format!("{origin}\n{size}\n"),
        format!("\n{size}\n{root}\n"),
        format!("{origin}\n0{size}\n{root}\n"),
        format!("{origin}\n+{size}\n{root}\n"),
        format!("{origin}\n{size} \n{root}\n"),
        format!("{origin}\n18446744073709551616\n{root}\n"),
        format!("{origin}\n{size}\n{}\n", &root[..43]),
        format!("{origin}\n{size}\n{}AA==\n", &root[..40]),
        format!("{origin}\n{size}\n{}\n", root.to_lowercase()),
    ] {
        let found = Checkpoint::from_text(&other);
        assert!(found.is_err() || found != Ok(checkpoint()), "{other}");
        assert!(found.is_err() || other.contains(&root.to_lowercase()), "{other}");
    }
    let empty = format!("{origin}\n0\n{}\n", crate::tree::empty_root().to_base64());
    assert_eq!(Checkpoint::from_text(&empty).map(|checkpoint| checkpoint.size), Ok(0));
}

#[test]
fn nobody_but_its_log_signs_a_checkpoint() {
    let (log, receipts, witness) = (signer(0), signer(1), signer(2));
    assert!(checkpoint().sign(&receipts).is_err());
    assert!(checkpoint().sign(&witness).is_err());
    assert!(checkpoint().cosign(&log, 1).is_err());
    let of_receipts = Note::signed(&checkpoint().to_text(), &receipts).expect("signed");
    let expected = CheckpointError::Origin { found: checkpoint().origin, expected: receipts.verifier().name().into() };
    assert_eq!(Checkpoint::open(&of_receipts, receipts.verifier()), Err(expected));
    assert_eq!(Checkpoint::open(&of_receipts, log.verifier()), Err(NoteError::Unsigned.into()));
    let mut note = of_receipts;
    note.add([checkpoint().cosign(&witness, 1).expect("signed")]);
    assert_eq!(Checkpoint::open(&note, witness.verifier()), Err(NoteError::Unsigned.into()), "a witness is no log");
}
