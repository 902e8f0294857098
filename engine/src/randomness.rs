//! Randomness as data: a command brings a seed, and all that is random in its events follows from that.
//!
//! Invariant: the same command gives the same events. Nobody finds a seed from what follows from it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// The randomness of one command: 32 bytes that nobody can guess. A command that is tried again keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub [u8; 32]);

impl Seed {
    /// For a command that is only looked at and never recorded.
    pub const FORESEEN: Self = Self([0; 32]);
}

/// 128 random bits: in an event, so that nobody finds its content by trial; in a disclosure, as its salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce(pub [u8; 16]);

impl Nonce {
    /// Reads 22 characters of base64url without padding.
    pub fn parse(text: &str) -> Option<Self> {
        bytes_of(text).map(Self)
    }
}

impl std::fmt::Display for Nonce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&text_of(&self.0))
    }
}

/// Bytes as base64url without padding.
pub(crate) fn text_of(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// So many bytes that are written as base64url without padding.
pub(crate) fn bytes_of<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    let written = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
    (written == LENGTH).then_some(bytes)
}

/// The text that is written as base64url without padding.
pub(crate) fn decoded(text: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// Expands a seed: the `n`th draw is the first half of SHA-256 over the seed and `n`, 32 bits, the highest first.
pub(crate) struct Randomness {
    seed: Seed,
    draws: u32,
}

impl Randomness {
    pub(crate) const fn of(seed: Seed) -> Self {
        Self { seed, draws: 0 }
    }

    pub(crate) fn draw(&mut self) -> Nonce {
        let mut hash = Sha256::new();
        hash.update(self.seed.0);
        hash.update(self.draws.to_be_bytes());
        self.draws += 1;
        let digest = hash.finalize();
        Nonce(std::array::from_fn(|n| digest[n]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_draws_each_time_and_no_draw_twice() {
        let draws = |seed| {
            let mut randomness = Randomness::of(Seed([seed; 32]));
            [(); 100].map(|()| randomness.draw())
        };
        assert_eq!(draws(1), draws(1));
        let all: std::collections::BTreeSet<Nonce> = draws(1).into_iter().chain(draws(2)).collect();
        assert_eq!(all.len(), 200);
    }

    #[test]
    fn a_nonce_is_read_as_it_is_written_and_in_no_other_way() {
        let nonce = Nonce([255; 16]);
        assert_eq!(Nonce::parse(&nonce.to_string()), Some(nonce));
        assert_eq!(nonce.to_string(), "_____________________w");
        for other in [
            "",
            "_____________________w==",
            "_____________________x",
            "____________________w",
            "+____________________w",
        ] {
            assert_eq!(Nonce::parse(other), None, "{other}");
        }
    }
}
