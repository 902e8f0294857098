//! Time-based one-time codes (RFC 6238): HMAC-SHA-1, 30 seconds, 6 digits, which is what every app on a phone knows.

use engine::calendar::Instant;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// How many seconds a code lasts.
const STEP: i64 = 30;
/// How many digits a code has.
pub const DIGITS: usize = 6;
/// How many bytes a secret has: as many as the hash (RFC 4226, 4).
pub const SECRET: usize = 20;
/// The letters of base 32 (RFC 4648), in which an app takes a secret.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step of an instant, counted from 1970.
fn step(at: Instant) -> u64 {
    u64::try_from(at.unix().div_euclid(STEP)).unwrap_or(0)
}

/// The code of a step, before it is cut to its digits (RFC 4226, 5.3).
fn truncated(secret: &[u8], step: u64) -> u32 {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[hash.len() - 1] & 0x0f);
    let four = [hash[offset], hash[offset + 1], hash[offset + 2], hash[offset + 3]];
    u32::from_be_bytes(four) & 0x7fff_ffff
}

/// The code of an instant.
pub fn code(secret: &[u8], at: Instant) -> String {
    code_of(secret, step(at))
}

fn code_of(secret: &[u8], step: u64) -> String {
    format!("{:0DIGITS$}", truncated(secret, step) % 1_000_000)
}

/// The step whose code was typed: the present one, the one before or the one after, if it comes after `last_used`.
pub fn step_of(secret: &[u8], typed: &str, at: Instant, last_used: u64) -> Option<u64> {
    let present = step(at);
    let near = [present, present.saturating_sub(1), present + 1];
    // Each is compared, so that the time does not say which one it was.
    let matching = near.into_iter().filter(|step| same(&code_of(secret, *step), typed)).collect::<Vec<_>>();
    matching.into_iter().find(|step| *step > last_used)
}

/// Whether two codes are the same; every byte is looked at.
fn same(code: &str, typed: &str) -> bool {
    code.len() == typed.len() && code.bytes().zip(typed.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// The secret in base 32, in groups of four, as it is typed into an app.
pub fn in_base32(secret: &[u8]) -> String {
    let letters: String = secret.chunks(5).flat_map(|bytes| five_bits_each(bytes)).map(char::from).collect();
    let groups: Vec<&str> = letters.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(" ")
}

/// Up to five bytes as letters of base 32, without padding.
fn five_bits_each(bytes: &[u8]) -> impl Iterator<Item = u8> + use<> {
    let mut padded = [0; 8];
    padded[3..3 + bytes.len()].copy_from_slice(bytes);
    let bits = u64::from_be_bytes(padded);
    let letters = (bytes.len() * 8).div_ceil(5);
    (0..letters).map(move |nth| BASE32[usize::try_from(bits >> (35 - 5 * nth) & 31).unwrap_or(0)])
}

/// The address that sets an app up (otpauth): the secret, and for whom it is.
pub fn address(secret: &[u8], login: &str) -> String {
    let secret = in_base32(secret).replace(' ', "");
    format!("otpauth://totp/kamnot:{login}?secret={secret}&issuer=kamnot&digits={DIGITS}&period={STEP}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, for SHA-1: the instant and the eight digits.
    const VECTORS: [(i64, u32); 6] = [
        (59, 94_287_082),
        (1_111_111_109, 7_081_804),
        (1_111_111_111, 14_050_471),
        (1_234_567_890, 89_005_924),
        (2_000_000_000, 69_279_037),
        (20_000_000_000, 65_353_130),
    ];
    const KEY: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        for (at, eight) in VECTORS {
            let at = Instant::from_unix(at);
            assert_eq!(truncated(KEY, step(at)) % 100_000_000, eight);
            assert_eq!(code(KEY, at), format!("{:06}", eight % 1_000_000));
        }
    }

    #[test]
    fn a_code_counts_one_step_either_way_and_once() {
        let at = Instant::from_unix(1_111_111_109);
        let now = step(at);
        for (seconds, counts) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let typed = code(KEY, at.plus(seconds));
            assert_eq!(step_of(KEY, &typed, at, 0).is_some(), counts, "{seconds}");
        }
        let typed = code(KEY, at);
        assert_eq!(step_of(KEY, &typed, at, now - 1), Some(now));
        assert_eq!(step_of(KEY, &typed, at, now), None);
        assert_eq!(step_of(KEY, &code(KEY, at.plus(-30)), at, now), None);
        for typed in ["", "00000", "0000000", "abcdef"] {
            assert_eq!(step_of(KEY, typed, at, 0), None);
        }
    }

    #[test]
    fn base_32_is_that_of_the_rfc() {
        // RFC 4648, 10.
        let vectors = [("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW 6"), ("foob", "MZXW 6YQ"), ("fooba", "MZXW 6YTB")];
        for (bytes, letters) in vectors {
            assert_eq!(in_base32(bytes.as_bytes()), letters);
        }
        assert_eq!(in_base32(b"foobar"), "MZXW 6YTB OI");
        assert!(address(KEY, "keo").starts_with("otpauth://totp/kamnot:keo?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&"));
    }
}
