//! Keys as other implementations write them.

use super::*;

/// The example of golang.org/x/mod/sumdb/note.
const VERIFIER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const SIGNER: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

#[test]
fn keys_are_read_and_written_to_the_same_text() {
    let signer = SignerKey::from_text(SIGNER).expect("a key");
    assert_eq!(signer.to_text(), SIGNER);
    assert_eq!(signer.verifier().to_string(), VERIFIER);
    assert_eq!(VERIFIER.parse().as_ref(), Ok(signer.verifier()));
    assert_eq!(signer.verifier().id(), 0xc74f_20a3);
    assert!(signer.verifier().fingerprint().to_string().starts_with("c74f20a3"));
    let fixture: serde_json::Value = serde_json::from_str(include_str!("../../fixtures/notes.json")).expect("JSON");
    for key in fixture["keys"].as_array().expect("a list") {
        let signer = SignerKey::from_text(key["signer"].as_str().expect("a text")).expect("a key");
        assert_eq!(signer.to_text(), key["signer"]);
        assert_eq!(signer.verifier().to_string(), key["verifier"]);
    }
}

#[test]
fn no_part_of_a_key_and_no_changed_key_is_read() {
    for start in 0..VERIFIER.len() {
        for end in start + 1..=VERIFIER.len() {
            let part = &VERIFIER[start..end];
            assert!(part == VERIFIER || part.parse::<VerifierKey>().is_err(), "{part}");
        }
    }
    for at in 0..VERIFIER.len() {
        for change in [1, 2, 32] {
            let mut bytes = VERIFIER.as_bytes().to_vec();
            bytes[at] ^= change;
            let text = String::from_utf8(bytes).expect("ASCII");
            assert!(text.parse::<VerifierKey>().is_err(), "{text}");
        }
    }
    assert_eq!(VERIFIER.replace("c74f20a3", "C74F20A3").parse::<VerifierKey>(), Err(KeyError::Form));
    assert_eq!(VERIFIER.replace("Peter", "Pieter").parse::<VerifierKey>(), Err(KeyError::Id("PieterNeumann".into())));
    assert_eq!(format!("{VERIFIER}\n").parse::<VerifierKey>(), Err(KeyError::Form));
    let of_other_type = VERIFIER.replace("+AR", "+Bh");
    assert_eq!(of_other_type.parse::<VerifierKey>(), Err(KeyError::Type(6)));
    assert_eq!(SignerKey::from_text(VERIFIER).map(|_| ()), Err(KeyError::Form));
    assert_eq!(
        SignerKey::from_text(&SIGNER.replace("c74f", "c74e")).map(|_| ()),
        Err(KeyError::Id("PeterNeumann".into()))
    );
}

#[test]
fn a_name_has_no_space_and_no_plus() {
    for name in ["kamnot.example/vientiane", "ວຽງຈັນ", "a"] {
        assert!(is_name(name), "{name:?}");
    }
    for name in ["", " ", "a b", "a+b", "a\nb", "a\u{a0}b", "a\u{2003}b", "a\u{1}b", "a\u{85}"] {
        assert!(!is_name(name), "{name:?}");
    }
    assert_eq!(SignerKey::new("a b", KeyType::Note, &[1; 32]).map(|_| ()), Err(KeyError::Name));
}

#[test]
fn a_weak_key_is_no_key() {
    // The neutral element, of order one, as a key of type 01.
    let mut weak = [0; 33];
    (weak[0], weak[1]) = (1, 1);
    let id = Hash::of(&[b"weak\n", &weak]).to_string();
    let text = format!("weak+{}+{}", &id[..8], strict::to_base64(&weak));
    assert_eq!(text.parse::<VerifierKey>(), Err(KeyError::Bytes("weak".into())));
}

#[test]
fn a_key_signs_nothing_but_what_it_is_for() {
    let log = SignerKey::new("log", KeyType::Note, &[1; 32]).expect("a key");
    let witness = SignerKey::new("witness", KeyType::Cosignature, &[1; 32]).expect("a key");
    assert!(log.cosign(1, "text\n").is_err() && witness.sign("text\n").is_err());
    let (signed, cosigned) = (log.sign("text\n").expect("signed"), witness.cosign(7, "text\n").expect("signed"));
    assert_eq!(log.verifier().verify("text\n", &signed), Ok(None));
    assert_eq!(witness.verifier().verify("text\n", &cosigned), Ok(Some(7)));
    assert_eq!(log.verifier().verify("text\n", &cosigned), Err(Invalid));
    assert_eq!(witness.verifier().verify("text\n", &signed), Err(Invalid));
    assert_eq!(witness.verifier().verify("text\n", &cosigned[8..]), Err(Invalid));
    let mut later = cosigned.clone();
    later[7] += 1;
    assert_eq!(witness.verifier().verify("text\n", &later), Err(Invalid), "the time is signed");
    let after_all_time = witness.cosign(cosignature::LATEST + 1, "text\n").expect("signed");
    assert_eq!(witness.verifier().verify("text\n", &after_all_time), Err(Invalid));
}

#[test]
fn a_key_that_signs_is_shown_by_nothing_but_its_text() {
    let shown = format!("{:?}", SignerKey::new("log", KeyType::Note, &[0x41; 32]).expect("a key"));
    assert!(!shown.contains("41414141") && !shown.contains("65, 65") && !shown.contains("QUFB"), "{shown}");
}
