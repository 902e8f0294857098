//! Splits a request into lines, before any of them is parsed.
//!
//! Invariant: each byte is scanned once, and memory holds at most one copy of the request.

use std::borrow::Cow;

/// How many lines there are, without blank ones.
pub(super) fn count(payload: &[u8]) -> usize {
    payload.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count()
}

/// The request; if it is one object over several lines, joined to one line, so that it is one action.
pub(super) fn joined(payload: &[u8]) -> Cow<'_, [u8]> {
    let object = payload.trim_ascii();
    if !is_spread_over_lines(object) {
        return Cow::Borrowed(payload);
    }
    // Only between tokens: a JSON string contains no line break.
    let blank = |byte: &u8| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte };
    Cow::Owned(object.iter().map(blank).collect())
}

/// Whether this is one object, judged by its brackets, with a line break between its tokens.
fn is_spread_over_lines(object: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped, mut spread) = (0_usize, false, false, false);
    for (i, byte) in object.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'\n' if in_text => return false,
            b'\n' => spread = true,
            _ if in_text => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return spread && object[0] == b'{' && i + 1 == object.len();
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_over_several_lines_is_one_action_and_lines_are_many() {
        let object = b"{\n \"a\": \"}\\\"\",\r\n \"b\": [{}]\n}\n";
        assert_eq!(*joined(object), *b"{  \"a\": \"}\\\"\",   \"b\": [{}] }");
        for lines in ["{\"a\":1}", "{\"a\":1}\n{\"a\":2}\n", "{\"a\"\n{\"a\":2}", "", "\n", "[\n1]", "{\"a\n\":1}"] {
            assert_eq!(*joined(lines.as_bytes()), *lines.as_bytes(), "{lines}");
        }
        assert_eq!(count(b" \n{}\n\r\n{}"), 2);
    }
}
