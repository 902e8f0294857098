//! The signature of a webhook's request: an HMAC-SHA256 over the time and the body.
//!
//! Invariant: the time is signed with the body, so that a receiver can refuse what was recorded and sent again later.

use std::fmt::Write as _;

use engine::calendar::Instant;
use ring::hmac;

/// The header that carries it.
pub const HEADER: &str = "Kamnot-Signature";

/// The value of the header: `t=1772586000,v1=` and 64 hexadecimal digits. The key is used as it is shown.
pub fn signature(key: &str, at: Instant, body: &str) -> String {
    let signed = format!("{}.{body}", at.unix());
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), signed.as_bytes());
    let mut value = format!("t={},v1=", at.unix());
    for byte in tag.as_ref() {
        let _ = write!(value, "{byte:02x}");
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_body_are_signed_with_the_key_as_it_is_shown() {
        // printf '%s' '1772586000.{"id":"x"}' | openssl dgst -sha256 -hmac 0123abcd
        let at = Instant::from_unix(1_772_586_000);
        let expected = "t=1772586000,v1=f11e30d26041d5b3a3d7da8febebbaba5cf2c219c38d7331f2de541349972338";
        assert_eq!(signature("0123abcd", at, "{\"id\":\"x\"}"), expected);
    }
}
