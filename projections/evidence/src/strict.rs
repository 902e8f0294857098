//! Texts that have one spelling. Whatever else would mean the same is not read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A number in decimal digits, without leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// Standard base64 with padding.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of standard base64 with padding and no bits beyond the last byte.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Whether this is a UUID in lower case, with hyphens.
pub(crate) fn is_uuid(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_no_sign_and_no_leading_zero() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for text in ["", "00", "01", "+1", "-1", " 1", "1 ", "1_000", "0x1", "18446744073709551616", "١"] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
    }

    #[test]
    fn base64_is_read_in_the_spelling_in_which_it_is_written() {
        assert_eq!(from_base64(&to_base64(b"kamnot")), Some(b"kamnot".to_vec()));
        for text in ["YQ", "YQ=", "YR==", "Y Q==", "YQ==\n", "YQ===", "-_8=", "YQ==YQ=="] {
            assert_eq!(from_base64(text), None, "{text:?}");
        }
    }
}
