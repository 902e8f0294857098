//! Signatures at the edges, where implementations differ.

use super::*;

fn hex(digits: &str) -> Vec<u8> {
    let pairs = (0..digits.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits")).collect()
}

/// C2SP/CCTV: signatures with points of small or mixed order and spellings that are not canonical.
#[test]
fn of_the_vectors_of_cctv_those_are_taken_that_every_strict_verifier_takes() {
    let vectors = include_str!("../../fixtures/third-party/cctv-ed25519.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).expect("JSON");
    let (mut taken, mut refused) = (0, 0);
    for vector in vectors.as_array().expect("a list") {
        let text = |name: &str| vector[name].as_str().expect("a text");
        let flags: Vec<&str> =
            vector["flags"].as_array().into_iter().flatten().map(|flag| flag.as_str().expect("a text")).collect();
        // The components of small order that stay do not change the result of the equation without the cofactor.
        let expected = flags.iter().all(|flag| matches!(*flag, "low_order_component_A" | "low_order_component_R"));
        let (key, signature) = (hex(text("key")), hex(text("sig")));
        let key = PublicKey::new(&key.try_into().expect("32 bytes"));
        let signature = signature.try_into().expect("64 bytes");
        let found = key.is_some_and(|key| key.verifies(text("msg").as_bytes(), &signature));
        assert_eq!(found, expected, "{vector}");
        *if found { &mut taken } else { &mut refused } += 1;
    }
    assert_eq!((taken, refused), (2, 32));
}

/// All points of small order, in all their spellings.
const SMALL: [&str; 14] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

#[test]
fn no_point_of_small_order_is_a_key_or_stands_in_a_signature() {
    let public = SecretKey::new(&[7; 32]).public();
    for point in SMALL.map(hex) {
        assert!(PublicKey::new(&point.clone().try_into().expect("32 bytes")).is_none(), "{point:?}");
        let signature = [&point[..], &[0; 32]].concat().try_into().expect("64 bytes");
        assert!(!public.verifies(b"message", &signature));
    }
}

#[test]
fn a_key_has_one_spelling() {
    let mut three = [0; 32];
    three[0] = 3;
    assert!(PublicKey::new(&three).is_some(), "a point with y = 3");
    let mut three_and_p = [0xff; 32];
    (three_and_p[0], three_and_p[31]) = (0xf0, 0x7f);
    assert!(VerifyingKey::from_bytes(&three_and_p).is_ok(), "the same point with y = 3 + p");
    assert!(PublicKey::new(&three_and_p).is_none());
}

#[test]
fn the_order_of_the_group_is_added_to_no_signature() {
    let secret = SecretKey::new(&[7; 32]);
    let signature = secret.sign(b"message");
    assert!(secret.public().verifies(b"message", &signature));
    assert!(!secret.public().verifies(b"massage", &signature));
    let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let (mut malleable, mut carry) = (signature, 0);
    for (byte, more) in malleable[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(more) + carry;
        (*byte, carry) = (u8::try_from(sum & 0xff).expect("a byte"), sum >> 8);
    }
    assert!(!secret.public().verifies(b"message", &malleable));
}
