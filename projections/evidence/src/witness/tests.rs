//! Bodies of requests, to and from bytes.

use proptest::prelude::*;

use super::*;
use crate::checkpoint::Checkpoint;
use crate::key::{KeyType, SignerKey};
use crate::leaf::HeadsLeaf;

fn add(old: u64, size: u64, hashes: u8) -> AddCheckpoint {
    let log = SignerKey::new("kamnot.example/log", KeyType::Note, &[1; 32]).expect("a key");
    let checkpoint = Checkpoint { origin: log.verifier().name().into(), size, root: Hash([7; 32]) };
    let proof = (0..hashes).map(|number| Hash([number; 32])).collect();
    AddCheckpoint { old, proof, checkpoint: checkpoint.sign(&log).expect("signed") }
}

fn verified(old: u64, size: u64) -> AddVerified {
    let leaf = |covers| Leaf::Heads(HeadsLeaf { covers, streams: 1, map_root: Hash([9; 32]) });
    AddVerified { add: add(old, size, 2), leaves: (old..size).map(leaf).collect(), map: vec![1, 2, 3] }
}

#[test]
fn the_body_of_add_checkpoint_is_that_of_the_specification() {
    let body = add(3, 7, 1);
    let expected = format!("old 3\n{}\n\n{}", Hash([0; 32]).to_base64(), body.checkpoint);
    assert_eq!(body.to_bytes(), expected.as_bytes());
    assert_eq!(AddCheckpoint::from_bytes(expected.as_bytes()), Ok(body));
    for hashes in [0, 1, 63] {
        let body = add(0, 7, hashes);
        assert_eq!(AddCheckpoint::from_bytes(&body.to_bytes()), Ok(body));
    }
    assert_eq!(AddCheckpoint::from_bytes(&add(0, 7, 64).to_bytes()), Err(BodyError::Line(65)));
    let text = |old: &str| [old.as_bytes(), &expected.as_bytes()[5..]].concat();
    for (old, line) in [("old 03", 1), ("old", 1), ("new 3", 1), ("old 3 ", 1), ("old 3\nold 3", 2), ("", 1)] {
        assert_eq!(AddCheckpoint::from_bytes(&text(old)), Err(BodyError::Line(line)), "{old}");
    }
    assert!(matches!(AddCheckpoint::from_bytes(b"old 3\n\nno note"), Err(BodyError::Note(_))));
}

#[test]
fn the_body_of_add_verified_is_read_and_written_to_the_same_bytes() {
    for (old, size) in [(0, 0), (0, 3), (5, 9), (9, 9)] {
        let body = verified(old, size);
        assert_eq!(AddVerified::from_bytes(&body.to_bytes()), Ok(body));
    }
    let bytes = verified(5, 7).to_bytes();
    let before_map = bytes.len() - 3;
    for length in 0..before_map {
        assert!(AddVerified::from_bytes(&bytes[..length]).is_err(), "{length}");
    }
    assert_eq!(AddVerified::from_bytes(&vec![0; LONGEST + 1]), Err(BodyError::Length(LONGEST + 1)));
}

#[test]
fn a_checkpoint_of_a_huge_tree_takes_no_memory() {
    let mut body = verified(0, 1);
    body.add = add(0, u64::MAX, 0);
    assert_eq!(AddVerified::from_bytes(&body.to_bytes()), Err(BodyError::Truncated));
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_fall(at: prop::sample::Index, byte: u8) {
        let mut bytes = verified(5, 9).to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(body) = AddVerified::from_bytes(&bytes) {
            prop_assert_eq!(body.to_bytes(), bytes);
        }
    }
}
