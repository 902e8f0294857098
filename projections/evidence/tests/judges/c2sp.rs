//! Keys, notes, checkpoints, cosignatures and policies against vectors that Go's libraries made, which come with the
//! crate doubleentry. Each says what Go and what that crate does; where this one differs is listed here.

use std::collections::BTreeMap;

use evidence::checkpoint::Checkpoint;
use evidence::hash::Hash;
use evidence::key::{KeyType, SignerKey, VerifierKey};
use evidence::note::{Note, Signature};
use evidence::policy::{Policy, Quorum};
use evidence::witness::AddCheckpoint;

use crate::vectors::Vector;

/// Whether the crate takes what a vector holds.
fn is_taken(vector: &Vector) -> bool {
    matches!(vector.value("crate"), "accept" | "Ed25519" | "CosignatureEd25519")
}

fn key(vector: &Vector, name: &str) -> VerifierKey {
    vector.value(name).parse().expect("a key")
}

fn note(vector: &Vector, name: &str) -> Note {
    Note::parse(&vector.bytes(name)).expect("a note")
}

#[test]
fn keys_are_taken_as_there() {
    let vectors = Vector::folder("doubleentry/keys");
    assert_eq!(vectors.len(), 13);
    for vector in vectors {
        let found = vector.value("vkey").parse::<VerifierKey>();
        // A name may be as long as it likes, as in Go.
        let expected = is_taken(&vector) || vector.name() == "name-256-bytes";
        assert_eq!(found.is_ok(), expected, "{}: {found:?}", vector.name());
    }
}

#[test]
fn checkpoints_are_signed_to_the_same_bytes() {
    for name in ["checkpoint-size-0", "checkpoint-size-1", "checkpoint-size-13", "checkpoint-size-70000"] {
        let vector = Vector::read(&format!("doubleentry/notes/{name}.txt"));
        let log = SignerKey::new(vector.value("origin"), KeyType::Note, &[7; 32]).expect("a key");
        assert_eq!(log.verifier().to_string(), vector.value("vkey"));
        let checkpoint = Checkpoint {
            origin: vector.value("origin").into(),
            size: vector.value("size").parse().expect("a number"),
            root: Hash::from_base64(vector.value("root")).expect("a hash"),
        };
        assert_eq!(checkpoint.sign(&log).expect("signed").to_string().as_bytes(), vector.bytes("note_b64"));
        assert_eq!(Checkpoint::open(&note(&vector, "note_b64"), log.verifier()), Ok(checkpoint));
    }
}

#[test]
fn notes_are_taken_as_there() {
    let example = Vector::read("doubleentry/notes/signed-note-example.txt");
    let verified = note(&example, "note_b64").verify([&key(&example, "vkey")]).map(|verified| verified.len());
    assert_eq!(verified, Ok(1));
    let vectors = Vector::folder("doubleentry/notes/malformed");
    assert_eq!(vectors.len(), 16);
    for vector in vectors {
        let log = key(&vector, "vkey");
        let found = Note::parse(&vector.bytes("note_b64")).map_err(|error| error.to_string());
        let found = found.and_then(|note| Checkpoint::open(&note, &log).map_err(|error| error.to_string()));
        // A signature that is there twice is taken once, as in Go.
        let expected = is_taken(&vector) || vector.name() == "duplicate-signature";
        assert_eq!(found.is_ok(), expected, "{}: {found:?}", vector.name());
    }
    // No witness attests further lines.
    let extended = Vector::read("doubleentry/notes/checkpoint-extensions.txt");
    assert!(Checkpoint::open(&note(&extended, "note_b64"), &key(&extended, "vkey")).is_err());
}

#[test]
fn cosignatures_are_verified_with_their_times() {
    for vector in Vector::folder("doubleentry/witness/cosignatures") {
        let mut cosigned = note(&vector, "checkpoint_b64");
        cosigned.add(Signature::parse_all(&format!("{}\n", vector.value("line"))).expect("a signature"));
        assert_eq!(cosigned.to_string().as_bytes(), vector.bytes("cosigned_b64"), "{}", vector.name());
        let witness = key(&vector, "witness");
        let verified = cosigned.verify([&witness]).expect("signed");
        assert_eq!(verified[0].time.map(|time| time.to_string()).as_deref(), Some(vector.value("timestamp")));
    }
}

#[test]
fn requests_to_a_witness_are_written_to_the_same_bytes() {
    let vectors = Vector::folder("doubleentry/witness/requests");
    assert_eq!(vectors.len(), 6);
    for vector in vectors {
        let request = AddCheckpoint {
            old: vector.value("old").parse().expect("a number"),
            proof: vector
                .value("proof")
                .split_whitespace()
                .map(|word| Hash::from_base64(word).expect("a hash"))
                .collect(),
            checkpoint: note(&vector, "checkpoint_b64"),
        };
        assert_eq!(request.to_bytes(), vector.bytes("body_b64"), "{}", vector.name());
        assert_eq!(AddCheckpoint::from_bytes(&vector.bytes("body_b64")), Ok(request), "{}", vector.name());
        let reply = String::from_utf8(vector.bytes("reply_b64")).expect("a text");
        assert_eq!(Signature::parse_all(&reply).map(|signatures| signatures.len()), Ok(1), "{}", vector.name());
    }
}

#[test]
fn policies_are_read_and_judge_as_there() {
    let mut policies = BTreeMap::new();
    for vector in Vector::folder("doubleentry/policies") {
        let found = Policy::from_text(&vector.bytes("policy_b64"));
        // A key of ML-DSA is not supported, so its policy is refused rather than read in part.
        let expected = is_taken(&vector) && vector.name() != "ml-dsa";
        assert_eq!(found.is_ok(), expected, "{}: {found:?}", vector.name());
        policies.extend(found.ok().map(|policy| (vector.name().to_owned(), policy)));
    }
    assert_eq!(policies.len(), 5);
    let vectors = Vector::folder("doubleentry/policies/verdicts");
    assert_eq!(vectors.len(), 16);
    for vector in vectors {
        let found = policies[vector.value("policy")].attested(&note(&vector, "checkpoint_b64"));
        let is_met = found.as_ref().is_ok_and(|attested| attested.quorum != Quorum::NotMet);
        let expected = is_taken(&vector) && vector.name() != "one-of-one-extensions";
        assert_eq!(is_met, expected, "{}: {found:?}", vector.name());
    }
}
