//! The body of a request that records actions, before any action of it is read.
//!
//! Invariant: a body is read within its bounds of size, depth and time. Each element of an array becomes one line.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};

use super::problem::Problem;
use crate::words::api::Api;

/// The longest body, in bytes.
pub const LONGEST: usize = 1 << 20;
/// How deep objects and lists may stand inside each other. An action in an array needs five.
pub const DEEPEST: usize = 16;
/// How long a body may take to arrive.
const ARRIVES: Duration = Duration::from_secs(15);

/// The media types of a body.
pub const MEDIA_TYPES: [&str; 2] = ["application/json", "application/jsonl"];

/// Reads a body as lines.
///
/// # Errors
/// If it is of another type, too long, too slow or too deep, or an array that is broken.
pub async fn lines(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Problem> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let kind = text(CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let (kind, charset) = kind.split_once(';').unwrap_or((&kind, "charset=utf-8"));
    let in_utf8 = charset.replace('"', "").trim() == "charset=utf-8";
    let plain = text(CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
    if !MEDIA_TYPES.contains(&kind.trim()) || !in_utf8 || !plain {
        return Err(Problem::of(Api::WrongType));
    }
    let length = text(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > LONGEST) {
        return Err(Problem::of(Api::TooLarge));
    }
    let read = tokio::time::timeout(ARRIVES, to_bytes(body, LONGEST)).await;
    let bytes = read.map_err(|_| Problem::of(Api::TooSlow))?.map_err(|_| Problem::of(Api::TooLarge))?;
    split(&bytes, kind.trim() == MEDIA_TYPES[1]).map_err(Problem::of)
}

/// The elements of an array as lines, or the text as it is if it is no array or consists of lines already.
fn split(text: &[u8], is_lines: bool) -> Result<Vec<u8>, Api> {
    let is_array = !is_lines && text.trim_ascii_start().first() == Some(&b'[');
    let mut lines = Vec::with_capacity(text.len());
    let mut scan = Scan::default();
    // Where the line of the present element begins.
    let mut begin = 0;
    let mut ended = false;
    for &byte in text {
        if is_lines && byte == b'\n' {
            // A line that leaves something open does not change the next one.
            scan = Scan::default();
        }
        let depth = scan.depth;
        let in_text = scan.step(byte)?;
        if !is_array {
            lines.push(byte);
            continue;
        }
        match byte {
            _ if ended && !byte.is_ascii_whitespace() => return Err(Api::Unreadable),
            b'[' if !in_text && depth == 0 => {}
            b',' | b']' if !in_text && depth == 1 => {
                let is_blank = lines[begin..].trim_ascii().is_empty();
                ended = byte == b']';
                // Only the empty array has an element that is blank.
                if is_blank && !(ended && begin == 0) {
                    return Err(Api::Unreadable);
                }
                lines.push(b'\n');
                begin = lines.len();
            }
            // No text of JSON holds a line break, and what is broken stays one line.
            b'\r' | b'\n' => lines.push(if in_text { 1 } else { b' ' }),
            _ => lines.push(byte),
        }
    }
    if is_array && !ended { Err(Api::Unreadable) } else { Ok(lines) }
}

/// Follows the brackets and texts of JSON.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_text: bool,
    escaped: bool,
}

impl Scan {
    /// Takes the next byte; whether it belongs to a text.
    fn step(&mut self, byte: u8) -> Result<bool, Api> {
        let in_text = self.in_text;
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if in_text => self.escaped = true,
            b'"' => self.in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(Api::TooDeep);
                }
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        Ok(in_text || self.in_text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<String, Api> {
        split(text.as_bytes(), false).map(|lines| String::from_utf8(lines).expect("text"))
    }

    #[test]
    fn each_element_of_an_array_is_a_line_and_other_texts_stay() {
        assert_eq!(
            of("[{\"a\":\"],\\\"\"},\n {\"b\":\n[1,2]}]\n"),
            Ok("{\"a\":\"],\\\"\"}\n  {\"b\": [1,2]}\n ".into())
        );
        assert_eq!(of("[]"), Ok("\n".into()));
        assert_eq!(of("[1,\"a\nb\"]"), Ok("1\n\"a\u{1}b\"\n".into()));
        for same in ["", "{\"a\":1}", "{\"a\":1}\n{\"a\":[2]}\n", "x"] {
            assert_eq!(of(same), Ok(same.into()));
        }
        let broken = "{\"a\":[\n".repeat(100);
        assert_eq!(split(broken.as_bytes(), true), Ok(broken.into_bytes()), "each line is refused by itself");
    }

    #[test]
    fn a_broken_array_is_refused_whole() {
        for broken in ["[", "[{}", "[{},]", "[,{}]", "[{}]{}", "[{}] [", "[\"]"] {
            assert_eq!(of(broken), Err(Api::Unreadable), "{broken}");
        }
    }

    #[test]
    fn what_is_too_deep_is_refused_before_it_is_read() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(of(&deep(DEEPEST)).is_ok());
        assert_eq!(of(&deep(DEEPEST + 1)), Err(Api::TooDeep));
        assert_eq!(of(&"{\"a\":".repeat(100_000)), Err(Api::TooDeep));
    }
}
