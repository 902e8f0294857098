//! Changes to an input, each of a kind that a hand, a program or a disk makes.

use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What is put in where nobody expects it.
const ODD: [&str; 18] = [
    "\"", "'", "\\", "\\u0000", "\0", "\u{feff}", "\u{202e}", "\u{200b}", "\r\n", "\n", ",", ";", "\t", "null", "=1+1",
    "{", "]", "%",
];
/// What a number becomes.
const NUMBERS: [&str; 9] =
    ["0", "-1", "00", "1e9", "0.5", "9223372036854775807", "9223372036854775808", "99999999999999999999999999", "+1"];
/// What is nested.
const NESTS: [&str; 5] = ["[", "{\"a\":", "(", "a={a=", "<row>"];
/// How deep, and how long.
const SIZES: [usize; 4] = [3, 130, 2_000, 100_000];

/// One change.
#[derive(Clone, Debug)]
pub struct Mutation {
    kind: Kind,
    one: Index,
    other: Index,
}

#[derive(Clone, Debug)]
enum Kind {
    DeleteByte,
    DeleteToken,
    DoubleToken,
    DoubleTail,
    SwapTokens,
    Truncate,
    FlipByte(u8),
    Insert(&'static str),
    Number(&'static str),
    Nest(&'static str, usize),
    Lengthen(usize),
}

/// Some changes, one after another. Nothing is nested deeper, or made longer, than `most`.
pub fn mutations(most: usize) -> impl Strategy<Value = Vec<Mutation>> {
    let sizes = || select(SIZES.into_iter().filter(|size| *size <= most).collect::<Vec<_>>());
    let kind = prop_oneof![
        1 => Just(Kind::DeleteByte),
        1 => Just(Kind::DeleteToken),
        1 => Just(Kind::DoubleToken),
        1 => Just(Kind::DoubleTail),
        3 => Just(Kind::SwapTokens),
        1 => Just(Kind::Truncate),
        1 => any::<u8>().prop_map(Kind::FlipByte),
        2 => select(ODD.to_vec()).prop_map(Kind::Insert),
        2 => select(NUMBERS.to_vec()).prop_map(Kind::Number),
        1 => (select(NESTS.to_vec()), sizes()).prop_map(|(nest, depth)| Kind::Nest(nest, depth)),
        1 => sizes().prop_map(Kind::Lengthen),
    ];
    let mutation = (kind, any::<Index>(), any::<Index>()).prop_map(|(kind, one, other)| Mutation { kind, one, other });
    vec(mutation, 1..4)
}

/// The input after these changes.
pub fn mutated(input: &[u8], mutations: &[Mutation]) -> Vec<u8> {
    mutations.iter().fold(input.to_vec(), |bytes, mutation| mutation.apply(bytes))
}

impl Mutation {
    fn apply(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        if bytes.is_empty() {
            return bytes;
        }
        let at = self.one.index(bytes.len());
        let tokens = tokens(&bytes);
        let (one, other) = (self.one.get(&tokens).clone(), self.other.get(&tokens).clone());
        match &self.kind {
            Kind::DeleteByte => {
                bytes.remove(at);
            }
            Kind::DeleteToken => drop(bytes.drain(one)),
            Kind::DoubleToken => {
                let token = bytes[one.clone()].to_vec();
                put_in(&mut bytes, one.end, &token);
            }
            Kind::DoubleTail => bytes.extend_from_within(at..),
            Kind::SwapTokens => return swapped(&bytes, one, other),
            Kind::Truncate => bytes.truncate(at),
            Kind::FlipByte(with) => bytes[at] ^= with,
            Kind::Insert(odd) => put_in(&mut bytes, at, odd.as_bytes()),
            Kind::Number(number) => {
                let numbers: Vec<&Range<usize>> =
                    tokens.iter().filter(|token| bytes[token.start].is_ascii_digit()).collect();
                if !numbers.is_empty() {
                    bytes.splice((*self.one.get(&numbers)).clone(), number.bytes());
                }
            }
            Kind::Nest(nest, depth) => put_in(&mut bytes, one.start, nest.repeat(*depth).as_bytes()),
            Kind::Lengthen(length) => {
                let letter = bytes[at];
                put_in(&mut bytes, at, &vec![letter; *length]);
            }
        }
        bytes
    }
}

fn put_in(bytes: &mut Vec<u8>, at: usize, what: &[u8]) {
    bytes.splice(at..at, what.iter().copied());
}

fn swapped(bytes: &[u8], one: Range<usize>, other: Range<usize>) -> Vec<u8> {
    let (first, second) = if one.start <= other.start { (one, other) } else { (other, one) };
    if first.end > second.start {
        return bytes.to_vec();
    }
    let parts = [
        &bytes[..first.start],
        &bytes[second.clone()],
        &bytes[first.end..second.start],
        &bytes[first],
        &bytes[second.end..],
    ];
    parts.concat()
}

/// The tokens of a text: what stands in quotation marks, words, numbers, and every other byte alone.
fn tokens(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
        let rest = &bytes[at..];
        let length = if rest[0] == b'"' {
            rest[1..].iter().position(|byte| *byte == b'"').map_or(1, |end| end + 2)
        } else if rest[0].is_ascii_digit() {
            rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
        } else {
            rest.iter().position(|byte| !word(byte)).unwrap_or(rest.len()).max(1)
        };
        tokens.push(at..at + length);
        at += length;
    }
    tokens
}

#[test]
fn tokens_cover_a_text() {
    let text = br#"{"case":"A-1","months":12,x=ab_c}"#;
    let tokens: Vec<&str> = tokens(text).into_iter().map(|token| std::str::from_utf8(&text[token]).unwrap()).collect();
    assert_eq!(tokens.concat().as_bytes(), text);
    for token in ["\"case\"", "\"A-1\"", "12", "ab_c", "{"] {
        assert!(tokens.contains(&token), "{token} in {tokens:?}");
    }
}
