//! What is personal in events is kept encrypted: each disclosure under the key of its case, each of these keys under a master key.
//!
//! Invariant: nothing is encrypted twice with one nonce but by chance, which is one of 192 bits; what is opened is what was
//! sealed, for the same place in the log.

pub mod master;
pub(crate) mod ring;

use ::ring::rand::{SecureRandom as _, SystemRandom};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use uuid::Uuid;

/// How many bytes a nonce has.
const NONCE: usize = 24;
/// How many bytes a wrapped key has: the id of its master key, the nonce, the key, and the tag.
pub(crate) const WRAPPED: usize = 16 + NONCE + 32 + 16;

/// A key of 256 bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Secret([u8; 32]);

impl Secret {
    /// A new one.
    pub fn random() -> Self {
        Self(random())
    }

    /// The nonce, and what was sealed for this `place`.
    fn seal(&self, place: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = random();
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: place });
        [&nonce[..], &sealed.expect("a disclosure is far shorter than the cipher allows")].concat()
    }

    /// What was sealed for this `place`; `None` if it was sealed under another key, for another place, or was altered.
    fn open(&self, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        self.cipher().decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: place }).ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.0))
    }
}

/// The key of a case, with its id.
#[derive(Clone, Copy)]
pub(crate) struct CaseKey {
    pub id: Uuid,
    pub secret: Secret,
}

/// Keys of cases on their way to another log. Not to be printed or written.
pub struct CaseKeys {
    pub(crate) keys: Vec<CaseKey>,
    /// The streams of sealed cases, which get no key any more, and master keys that were destroyed.
    pub(crate) destroyed: Vec<Uuid>,
}

/// What became of keys when a case was sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// How many other keys were wrapped by the new master key, also such as are of no case yet.
    pub keys: usize,
    /// How many stayed as they were: the master key that wrapped them is not at hand.
    pub left: usize,
}

/// Where a disclosure belongs.
#[derive(Clone, Copy)]
pub(crate) struct Place<'d> {
    /// The id of the case's stream.
    pub stream: Uuid,
    /// The version of the event in it.
    pub version: u32,
    /// The digest that it opens.
    pub digest: &'d [u8],
}

impl Place<'_> {
    fn bytes(&self) -> Vec<u8> {
        [&self.stream.as_bytes()[..], &self.version.to_be_bytes(), self.digest].concat()
    }
}

/// A disclosure as it lies in its table.
#[derive(Clone)]
pub(crate) struct Sealed {
    /// The id of the key.
    pub key: Uuid,
    pub digest: [u8; 32],
    pub bytes: Vec<u8>,
}

impl Sealed {
    /// A disclosure sealed under the key of its case.
    pub fn of(key: &CaseKey, (stream, version): (Uuid, u32), digest: &[u8; 32], disclosure: &str) -> Self {
        let place = Place { stream, version, digest };
        Self { key: key.id, digest: *digest, bytes: key.secret.seal(&place.bytes(), disclosure.as_bytes()) }
    }

    /// The one of these bytes: the key's id, the digest, and the rest.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (key, rest) = bytes.split_first_chunk::<16>()?;
        let (digest, bytes) = rest.split_first_chunk::<32>()?;
        Some(Self { key: Uuid::from_bytes(*key), digest: *digest, bytes: bytes.to_vec() })
    }
}

/// Says in the diagnostic log that nothing personal in the log at a place can be read.
pub(crate) fn warn_of_missing_keys(place: impl std::fmt::Display) {
    tracing::warn!(
        "what is personal in {place} cannot be read: its keys are missing, or their master key is; limits and alerts go on the \
         same; put them back, or name the master key with --master-key"
    );
}

/// Random bytes.
fn random<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    SystemRandom::new().fill(&mut bytes).expect("the system has a source of randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disclosure_opens_at_its_place_under_its_key_alone() {
        let key = CaseKey { id: Uuid::from_u128(1), secret: Secret::random() };
        let (stream, version, digest) = (Uuid::from_u128(2), 3, [4; 32]);
        let sealed = Sealed::of(&key, (stream, version), &digest, "disclosure");
        let open = |secret: &Secret, place: Place<'_>, bytes: &[u8]| secret.open(&place.bytes(), bytes);
        let place = Place { stream, version, digest: &digest };
        assert_eq!(open(&key.secret, place, &sealed.bytes).as_deref(), Some(&b"disclosure"[..]));
        assert_ne!(sealed.bytes, Sealed::of(&key, (stream, version), &digest, "disclosure").bytes);
        assert_eq!(open(&Secret::random(), place, &sealed.bytes), None);
        for other in
            [Place { stream: Uuid::nil(), ..place }, Place { version: 4, ..place }, Place { digest: &[5; 32], ..place }]
        {
            assert_eq!(open(&key.secret, other, &sealed.bytes), None);
        }
        for byte in 0..sealed.bytes.len() {
            let mut altered = sealed.bytes.clone();
            altered[byte] ^= 1;
            assert_eq!(open(&key.secret, place, &altered), None);
        }
        assert_eq!(open(&key.secret, place, b"short"), None);
    }
}
