//! Makes text from outside safe to print: names of files and offices, sentences from the network.
//!
//! Invariant: printed text cannot move the cursor, colour the terminal, or change the reading order.

use std::borrow::Cow;

/// The text with U+FFFD in place of every control character (line ends too) and every bidirectional control.
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(misleads) { Cow::Owned(text.replace(misleads, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// As [`plain`], for a text of several lines.
pub fn plain_lines(text: &str) -> String {
    text.split('\n').map(plain).collect::<Vec<_>>().join("\n")
}

fn misleads(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_cursor_is_replaced_and_lao_stays() {
        assert_eq!(plain("a\u{1b}[2Jb\r\n\u{9b}c\u{202e}"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}\u{fffd}c\u{fffd}");
        assert!(matches!(plain("ສານເດັກ ນະຄອນຫຼວງວຽງຈັນ\u{200b}"), Cow::Borrowed(_)));
        assert_eq!(plain_lines("a\u{7}\nb"), "a\u{fffd}\nb");
    }
}
