//! Seals the secrets of second factors, so that a copy of the database alone gives no code.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use uuid::Uuid;

use super::SealingKey;
use super::secrets::random;

impl SealingKey {
    /// Seals a person's secret: a new nonce, then the secret and its tag. It opens for that person alone.
    pub fn seal(&self, person: Uuid, secret: &[u8]) -> Vec<u8> {
        let nonce = random::<NONCE_LEN>();
        let mut sealed = secret.to_vec();
        let key = self.key();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(person.as_bytes()), &mut sealed)
            .expect("a secret is far shorter than the cipher allows");
        [&nonce[..], &sealed].concat()
    }

    /// The secret of a person; `None` if it was sealed under another key, for somebody else, or is damaged.
    pub fn open(&self, person: Uuid, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut opened = sealed.to_vec();
        Some(self.key().open_in_place(nonce, Aad::from(person.as_bytes()), &mut opened).ok()?.to_vec())
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
