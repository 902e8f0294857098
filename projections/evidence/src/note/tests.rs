//! Notes as other implementations write them, and what is none.

use proptest::prelude::*;

use super::*;
use crate::key::KeyType;

/// The example of golang.org/x/mod/sumdb/note.
const SIGNER: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const LINE: &str =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn signer() -> SignerKey {
    SignerKey::from_text(SIGNER).expect("a key")
}

fn other(name: &str) -> SignerKey {
    SignerKey::new(name, KeyType::Note, &[9; 32]).expect("a key")
}

fn parse(text: &str) -> Result<Note, NoteError> {
    Note::parse(text.as_bytes())
}

#[test]
fn the_example_is_signed_read_and_verified() {
    let (note, key) = (format!("{TEXT}\n{LINE}"), signer());
    assert_eq!(Note::signed(TEXT, &key).expect("signed").to_string(), note);
    let read = parse(&note).expect("a note");
    assert_eq!((read.text(), read.to_string()), (TEXT, note));
    assert_eq!(read.verify([key.verifier()]), Ok(vec![Verified { key: key.verifier(), time: None }]));
}

#[test]
fn a_text_may_have_empty_lines() {
    let key = signer();
    for text in ["\n", "\n\n\n", "a\n\nb\n", "a\n\n— b c\n\n"] {
        let note = Note::signed(text, &key).expect("signed");
        let read = parse(&note.to_string()).expect("a note");
        assert_eq!(read.text(), text);
        assert!(read.verify([key.verifier()]).is_ok());
    }
    for text in ["", "a", "a\r\n", "a\0\n", "a\tb\n"] {
        assert!(Note::signed(text, &key).is_err(), "{text:?}");
    }
}

#[test]
fn what_is_no_note_is_refused() {
    let whole = format!("{TEXT}\n{LINE}");
    assert_eq!(parse(""), Err(NoteError::Form));
    assert_eq!(parse(TEXT), Err(NoteError::Form));
    assert_eq!(parse(&format!("{TEXT}\n")), Err(NoteError::Form), "it has no signature");
    assert_eq!(parse(&format!("{TEXT}{LINE}")), Err(NoteError::Form), "no empty line");
    assert_eq!(parse(whole.trim_end()), Err(NoteError::Form), "the last line has no end");
    assert_eq!(parse(&format!("{whole}\n")), Err(NoteError::Form), "an empty line after the signatures");
    assert_eq!(parse(&whole.replace('\n', "\r\n")), Err(NoteError::Characters));
    assert_eq!(Note::parse(&[TEXT.as_bytes(), b"\xff\n\n", LINE.as_bytes()].concat()), Err(NoteError::Characters));
    assert_eq!(Note::parse(&vec![b'a'; LONGEST + 1]), Err(NoteError::Length(LONGEST + 1)));
    let key = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
    for line in [
        "a line".to_owned(),
        format!("- PeterNeumann {key}"),
        format!("—PeterNeumann {key}"),
        format!("—  {key}"),
        format!("— Peter+Neumann {key}"),
        format!("— PeterNeumann  {key}"),
        format!("— PeterNeumann {key} "),
        format!("— PeterNeumann {}", &key[..key.len() - 1]),
        format!("— PeterNeumann {}", key.replace("AM=", "AN=")),
        "— PeterNeumann x08gow==".to_owned(),
        "— PeterNeumann".to_owned(),
    ] {
        assert_eq!(parse(&format!("{TEXT}\n{LINE}{line}\n")), Err(NoteError::Line(2)), "{line}");
    }
}

#[test]
fn unknown_keys_are_passed_over_and_a_known_one_that_fails_refuses_the_note() {
    let (key, stranger) = (signer(), other("stranger"));
    let mut note = parse(&format!("{TEXT}\n{LINE}")).expect("a note");
    assert_eq!(note.verify([stranger.verifier()]), Err(NoteError::Unsigned));
    assert_eq!(note.verify([]), Err(NoteError::Unsigned));
    let of_stranger = Note::signed("another text\n", &stranger).expect("signed");
    note.add(of_stranger.signatures().to_vec());
    assert_eq!(note.verify([key.verifier()]).map(|verified| verified.len()), Ok(1));
    let both = [key.verifier(), stranger.verifier()];
    assert_eq!(note.verify(both), Err(NoteError::Signature("stranger".into())));
    // The same key under another name, and another key under the same name, are unknown.
    for unknown in [other("Stranger"), SignerKey::new("stranger", KeyType::Note, &[8; 32]).expect("a key")] {
        assert_eq!(note.verify([key.verifier(), unknown.verifier()]).map(|verified| verified.len()), Ok(1));
    }
}

#[test]
fn a_signature_counts_once_however_often_it_is_added() {
    let mut note = parse(&format!("{TEXT}\n{LINE}")).expect("a note");
    note.add(Signature::parse_all(LINE).expect("a signature"));
    assert_eq!(note.to_string(), format!("{TEXT}\n{LINE}"));
    assert_eq!(Signature::parse_all(""), Err(NoteError::Form));
    assert_eq!(Signature::parse_all(LINE.trim_end()), Err(NoteError::Form));
    assert_eq!(Signature::parse_all(&format!("{LINE}\n")), Err(NoteError::Line(2)));
}

#[test]
fn sixteen_signatures_and_sixty_four_kibibytes_are_read() {
    let text = format!("{}\n", "a".repeat(64 * 1024));
    let keys: Vec<SignerKey> = (0..16).map(|number| other(&format!("key{number}"))).collect();
    let mut note = Note::signed(&text, &keys[0]).expect("signed");
    for key in &keys[1..] {
        note.add(Note::signed(&text, key).expect("signed").signatures().to_vec());
    }
    let read = parse(&note.to_string()).expect("a note");
    assert_eq!(read.verify(keys.iter().map(SignerKey::verifier)).map(|verified| verified.len()), Ok(16));
}

proptest! {
    #[test]
    fn a_changed_note_is_not_the_keys(at in 0..(TEXT.len() + LINE.len() + 1), bit in 0..8u8) {
        let mut bytes = format!("{TEXT}\n{LINE}").into_bytes();
        bytes[at] ^= 1u8 << bit;
        let key = signer();
        prop_assert!(Note::parse(&bytes).and_then(|note| note.verify([key.verifier()]).map(|_| ())).is_err());
    }

    #[test]
    fn whatever_is_read_is_written_to_the_same_bytes(
        bytes in "[ab\n—]{0,20}\n\n(— [ab]{1,3} [A-Za-z0-9+/]{8}\n){0,3}",
    ) {
        if let Ok(note) = parse(&bytes) {
            prop_assert_eq!(note.to_string(), bytes);
        }
    }
}
