//! Seals what the database must not tell: the secrets of second factors, the keys of webhooks, kept forms.
//!
//! Invariant: the key is in a file outside the database, so a copy of the database alone opens nothing.

pub mod key_file;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use uuid::Uuid;

/// The key under which secrets are sealed, from a file outside the database.
pub struct SealingKey([u8; 32]);

/// Random bytes.
pub fn random<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    SystemRandom::new().fill(&mut bytes).expect("the system has a source of randomness");
    bytes
}

impl SealingKey {
    /// The key of these bytes.
    pub const fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Seals a secret of an owner, a person or an address: a new nonce, then the secret and its tag. It opens for that owner
    /// alone.
    pub fn seal(&self, owner: Uuid, secret: &[u8]) -> Vec<u8> {
        let nonce = random::<NONCE_LEN>();
        let mut sealed = secret.to_vec();
        let key = self.key();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(owner.as_bytes()), &mut sealed)
            .expect("a secret is far shorter than the cipher allows");
        [&nonce[..], &sealed].concat()
    }

    /// The secret of an owner; `None` if it was sealed under another key, for another owner, or is damaged.
    pub fn open(&self, owner: Uuid, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut opened = sealed.to_vec();
        Some(self.key().open_in_place(nonce, Aad::from(owner.as_bytes()), &mut opened).ok()?.to_vec())
    }

    /// A key for this purpose alone: it says nothing of this one, nor of what is sealed.
    pub fn key_for(&self, purpose: &str) -> hmac::Key {
        let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), purpose.as_bytes());
        hmac::Key::new(hmac::HMAC_SHA256, key.as_ref())
    }

    fn key(&self) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &self.0).expect("the key has 256 bits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_for_its_person_under_its_key_alone() {
        let (key, person) = (SealingKey::of([7; 32]), Uuid::from_u128(1));
        let sealed = key.seal(person, b"secret");
        assert_eq!(key.open(person, &sealed).as_deref(), Some(&b"secret"[..]));
        assert_ne!(sealed, key.seal(person, b"secret"));
        assert_eq!(key.open(Uuid::from_u128(2), &sealed), None);
        assert_eq!(SealingKey::of([8; 32]).open(person, &sealed), None);
        for byte in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[byte] ^= 1;
            assert_eq!(key.open(person, &damaged), None);
        }
        assert_eq!(key.open(person, b"short"), None);
    }
}
