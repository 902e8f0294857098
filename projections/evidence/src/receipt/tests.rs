//! Receipts as another implementation signs them, and what is none.

use super::*;

fn fixture() -> serde_json::Value {
    serde_json::from_str(include_str!("../../fixtures/notes.json")).expect("JSON")
}

fn signer(number: usize) -> SignerKey {
    SignerKey::from_text(fixture()["keys"][number]["signer"].as_str().expect("a text")).expect("a key")
}

fn receipt() -> Receipt {
    let known = fixture();
    let received = |leaf: &serde_json::Value, (id, version, recorded_at): (&str, u32, u64)| Received {
        leaf: leaf.as_str().expect("a text").parse().expect("a hash"),
        id: id.into(),
        version,
        recorded_at,
    };
    let events = [
        ("0b7c9a52-3f14-4e6d-9a21-5d8f6c0e7b13", 7, 1_772_323_200),
        ("1b7c9a52-3f14-4e6d-9a21-5d8f6c0e7b13", 8, 1_772_323_201),
    ];
    let leaves = known["receipt"]["leaves"].as_array().expect("a list");
    Receipt {
        origin: known["checkpoint"]["origin"].as_str().expect("a text").into(),
        events: leaves.iter().zip(events).map(|(leaf, event)| received(leaf, event)).collect(),
    }
}

#[test]
fn the_fixture_is_signed_and_opened() {
    let note = receipt().sign(&signer(1)).expect("signed");
    assert_eq!(note.to_string(), fixture()["receipt"]["note"].as_str().expect("a text"));
    let read = Note::parse(note.to_string().as_bytes()).expect("a note");
    assert_eq!(Receipt::open(&read, signer(1).verifier()), Ok(receipt()));
}

#[test]
fn the_key_of_receipts_signs_receipts_and_nothing_else_does() {
    let (log, receipts, witness) = (signer(0), signer(1), signer(2));
    assert!(receipt().sign(&log).is_err() && receipt().sign(&witness).is_err());
    let of_log = Note::signed(&receipt().to_text(), &log).expect("signed");
    assert_eq!(Receipt::open(&of_log, receipts.verifier()), Err(NoteError::Unsigned.into()));
    assert!(matches!(Receipt::open(&of_log, log.verifier()), Err(ReceiptError::Origin { .. })));
    // A witness of that name signs something else, even the same text.
    let witness = SignerKey::new(receipts.verifier().name(), KeyType::Cosignature, &[9; 32]).expect("a key");
    let mut cosigned = of_log.clone();
    cosigned.add([crate::note::Signature::new(&witness, witness.cosign(1, of_log.text()).expect("signed"))]);
    assert_eq!(Receipt::open(&cosigned, witness.verifier()), Err(NoteError::Unsigned.into()));
    let other = Receipt { origin: "another.example".into(), ..receipt() };
    let note = Note::signed(&other.to_text(), &receipts).expect("signed");
    assert!(matches!(Receipt::open(&note, receipts.verifier()), Err(ReceiptError::Origin { .. })));
}

#[test]
fn what_is_no_receipt_is_refused_by_its_line() {
    let text = receipt().to_text();
    assert_eq!(Receipt::from_text(&text), Ok(receipt()));
    let lines: Vec<&str> = text.lines().collect();
    let event = lines[3];
    let with = |line: &str| [&lines[..3], &[line]].concat().join("\n") + "\n";
    for (other, line) in [
        (String::new(), 1),
        (text.trim_end().to_owned(), 1),
        (text.replace("receipt/1", "receipt/2"), 1),
        (format!("{}\n", lines[0]), 2),
        (format!("{}\n\n{event}\n", lines[0]), 2),
        (format!("{}\n{}\n", lines[0], lines[1]), 3),
        (format!("{text}\n"), 5),
        (with(&format!("{event} ")), 4),
        (with(&event.replace(' ', "  ")), 4),
        (with(&event.replace("1b7c", "1B7C")), 4),
        (with(&event.replace(" 8 ", " 08 ")), 4),
        (with(&event.replace(" 8 ", " 4294967296 ")), 4),
        (with(&event.replace(" 17", " +17")), 4),
        (with(&event[1..]), 4),
    ] {
        assert_eq!(Receipt::from_text(&other), Err(ReceiptError::Line(line)), "{other}");
    }
}
