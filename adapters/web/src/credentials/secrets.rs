//! Secrets that are made here: of sessions, tokens, first passwords and one-time codes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
pub use service::sealing::random;

/// Letters and digits that nobody mistakes for another, read aloud or on paper.
const READABLE: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// A secret of 256 bits, as a cookie or a header carries it.
pub fn secret() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// A text in `groups` of `length` readable letters and digits, just under 5 bits each.
pub fn readable(groups: usize, length: usize) -> String {
    let group = || (0..length).map(|_| letter()).collect::<String>();
    (0..groups).map(|_| group()).collect::<Vec<_>>().join("-")
}

/// What somebody typed, as [`readable`] made it: in small letters, with nothing between the groups.
pub fn typed(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// One of the letters, each as probable as another.
fn letter() -> char {
    loop {
        let [byte] = random::<1>();
        let nth = usize::from(byte);
        // The last bytes would make the first letters more probable.
        if nth < READABLE.len() * (256 / READABLE.len()) {
            return char::from(READABLE[nth % READABLE.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_readable_letter_occurs_and_no_other() {
        let letters: BTreeSet<char> = readable(1, 4000).chars().collect();
        assert_eq!(letters, READABLE.iter().map(|byte| char::from(*byte)).collect());
        let [one, other] = [readable(5, 4), readable(5, 4)];
        assert!(one.len() == 24 && one != other);
    }

    #[test]
    fn what_is_typed_in_capitals_and_without_hyphens_is_the_same() {
        assert_eq!(typed(" AB2C-d3ef "), typed("ab2c d3ef"));
    }
}
