//! Leaves have one spelling, which a fixture holds for ever.

use proptest::prelude::*;

use super::*;

fn installation() -> Installation {
    Installation::new("0b7c9a52-3f14-4e6d-9a21-5d8f6c0e7b13").expect("a UUID")
}

#[test]
fn an_installation_is_a_uuid_in_lower_case() {
    for text in [
        "",
        "0B7C9A52-3F14-4E6D-9A21-5D8F6C0E7B13",
        "0b7c9a523f144e6d9a215d8f6c0e7b13",
        "0b7c9a52-3f14-4e6d-9a21-5d8f6c0e7b1",
        "0b7c9a52-3f14-4e6d-9a21-5d8f6c0e7b13\n",
        "0b7c9a52-3f14-4e6d-9a21-5d8f6c0e7b1g",
    ] {
        assert_eq!(Installation::new(text), None, "{text:?}");
    }
}

#[test]
fn a_streams_id_depends_on_its_installation_and_its_name() {
    let id = StreamId::of(&installation(), "T-2026-0001");
    let written = b"kamnot/stream/1\n0b7c9a52-3f14-4e6d-9a21-5d8f6c0e7b13\nT-2026-0001";
    assert_eq!(id.0, Hash::of(&[written]).0);
    assert_ne!(id, StreamId::of(&installation(), "T-2026-0002"));
    let other = Installation::new("1b7c9a52-3f14-4e6d-9a21-5d8f6c0e7b13").expect("a UUID");
    assert_ne!(id, StreamId::of(&other, "T-2026-0001"));
}

#[test]
fn the_leaves_of_the_fixture_are_read_and_written_to_the_same_bytes() {
    let fixture: serde_json::Value = serde_json::from_str(include_str!("../../fixtures/leaves.json")).expect("JSON");
    let text = |case: &serde_json::Value, key: &str| case[key].as_str().expect("a text").to_owned();
    let cases = fixture["leaves"].as_array().expect("a list");
    assert_eq!(cases.len(), 10);
    for case in cases {
        let bytes: Vec<u8> = bytes_of(&text(case, "bytes"));
        let leaf = Leaf::from_bytes(&bytes).expect("a leaf");
        assert_eq!(leaf.to_bytes(), bytes, "{case}");
        assert_eq!(leaf.hash().to_string(), text(case, "hash"), "{case}");
        assert_eq!(told(&leaf), case["says"], "{case}");
    }
    for case in fixture["streams"].as_array().expect("a list") {
        let installation = Installation::new(&text(case, "installation")).expect("a UUID");
        let id = StreamId::of(&installation, &text(case, "name"));
        assert_eq!(Hash(id.0).to_string(), text(case, "id"), "{case}");
    }
}

fn bytes_of(digits: &str) -> Vec<u8> {
    let pairs = (0..digits.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits")).collect()
}

fn told(leaf: &Leaf) -> serde_json::Value {
    match leaf {
        Leaf::Event(event) => serde_json::json!({
            "kind": "event",
            "format": event.format,
            "stream": Hash(event.stream.0).to_string(),
            "version": event.version,
            "prev": event.prev.map(|prev| prev.to_string()),
            "recorded_at": event.recorded_at,
            "payload": event.payload.to_string(),
        }),
        Leaf::Heads(heads) => serde_json::json!({
            "kind": "heads",
            "covers": heads.covers,
            "streams": heads.streams,
            "map_root": heads.map_root.to_string(),
        }),
        Leaf::Declaration(said) => serde_json::json!({
            "kind": "declaration",
            "why": match said.why {
                Why::CarriedOver => "carried over",
                Why::Restored => "restored",
                Why::Clock => "clock",
                Why::KeyChanged => "key changed",
                Why::PayloadLost => "payload lost",
            },
            "from": said.from,
            "to": said.to,
            "ref": said.reference.to_string(),
        }),
    }
}

#[test]
fn what_is_no_leaf_is_refused_by_its_reason() {
    let heads = Leaf::Heads(HeadsLeaf { covers: 7, streams: 2, map_root: Hash::of(&[b"map"]) }).to_bytes();
    assert_eq!(Leaf::from_bytes(&[]), Err(LeafError::Length(0)));
    assert_eq!(Leaf::from_bytes(&[4; 49]), Err(LeafError::Kind(4)));
    assert_eq!(Leaf::from_bytes(&[0; 49]), Err(LeafError::Kind(0)));
    assert_eq!(Leaf::from_bytes(&heads[..48]), Err(LeafError::Length(48)));
    assert_eq!(Leaf::from_bytes(&[&heads[..], &[0]].concat()), Err(LeafError::Length(50)));
    let mut said = [0; 50];
    said[0] = 3;
    assert_eq!(Leaf::from_bytes(&said), Err(LeafError::Why(0)));
    said[1] = 6;
    assert_eq!(Leaf::from_bytes(&said), Err(LeafError::Why(6)));
    (said[1], said[9], said[17]) = (3, 8, 7);
    assert_eq!(Leaf::from_bytes(&said), Err(LeafError::Range { from: 8, to: 7 }));
    said[17] = 8;
    assert!(Leaf::from_bytes(&said).is_ok());
}

fn any_leaf() -> impl Strategy<Value = Vec<u8>> {
    let of_kind = |kind: u8, length: usize| {
        proptest::collection::vec(any::<u8>(), length - 1).prop_map(move |rest| [&[kind], &rest[..]].concat())
    };
    prop_oneof![of_kind(1, 111), of_kind(2, 49), of_kind(3, 50)]
}

proptest! {
    #[test]
    fn whatever_is_read_is_written_to_the_same_bytes(bytes in any_leaf(), why in 1..=5u8) {
        let mut bytes = bytes;
        if bytes[0] == 3 {
            bytes[1] = why;
        }
        match Leaf::from_bytes(&bytes) {
            Ok(leaf) => prop_assert_eq!(leaf.to_bytes(), bytes),
            Err(error) => prop_assert!(matches!(error, LeafError::Range { .. }), "{}", error),
        }
    }

    #[test]
    fn no_bytes_make_the_reader_fall(bytes in proptest::collection::vec(any::<u8>(), 0..130)) {
        if let Ok(leaf) = Leaf::from_bytes(&bytes) {
            prop_assert_eq!(leaf.to_bytes(), bytes);
        }
    }
}
