//! SHA-256 hashes, and how they are written for programs and for people.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::strict;

/// A SHA-256 hash. Written in lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// 32 zero bytes: what stands where there is nothing to hash.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash of these parts, one after the other.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// As people compare it with a register: hexadecimal digits in 16 groups of four.
    pub fn in_groups(&self) -> String {
        let digits = self.to_string();
        let groups: Vec<&str> = (0..digits.len()).step_by(4).map(|start| &digits[start..start + 4]).collect();
        groups.join(" ")
    }

    /// Standard base64 with padding, as checkpoints and proofs write it: 44 characters.
    pub fn to_base64(&self) -> String {
        strict::to_base64(&self.0)
    }

    /// The hash that `to_base64` wrote.
    ///
    /// # Errors
    /// If this is no hash, or another spelling of one.
    pub fn from_base64(text: &str) -> Result<Self, NotAHash> {
        let bytes = strict::from_base64(text).ok_or(NotAHash)?;
        bytes.try_into().map(Self).map_err(|_| NotAHash)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NotAHash),
        };
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(NotAHash);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

/// A text that was expected to be a hash is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 hash")]
pub struct NotAHash;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_written_and_read_in_one_way_only() {
        let hash = Hash::of(&[b"ab", b"c"]);
        assert_eq!(hash.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(Hash::from_base64(&hash.to_base64()), Ok(hash));
        assert_eq!(hash.to_string().to_uppercase().parse::<Hash>(), Err(NotAHash));
        assert_eq!(hash.to_string()[2..].parse::<Hash>(), Err(NotAHash));
        assert_eq!(Hash::from_base64(hash.to_base64().trim_end_matches('=')), Err(NotAHash), "padding is missing");
        assert_eq!(Hash::from_base64("AAAA"), Err(NotAHash), "too short");
        let other_end = format!("{}B=", "A".repeat(42));
        assert_eq!(Hash::from_base64(&other_end), Err(NotAHash), "bits beyond the last byte");
        assert_eq!(Hash::from_base64(&format!("{}=", "A".repeat(43))), Ok(Hash::ZERO));
    }

    #[test]
    fn people_compare_sixteen_groups_of_four_digits() {
        let groups = Hash::of(&[b"abc"]).in_groups();
        assert_eq!(groups.split(' ').count(), 16);
        assert!(groups.starts_with("ba78 16bf 8f01 cfea "));
    }
}
