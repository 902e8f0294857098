//! Ed25519 signatures, verified so strictly that every verifier comes to the same answer.
//!
//! A key and R are canonical and not of small order, S is reduced, and the equation holds without the cofactor.

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

/// How long a signature is, in bytes.
pub const SIGNATURE: usize = 64;

/// A key that verifies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// The key with these bytes. `None` if they are no point, are not its canonical spelling, or are of small order.
    pub fn new(bytes: &[u8; 32]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(bytes).ok()?;
        (is_reduced(bytes) && !key.is_weak()).then_some(Self(key))
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether this is the key's signature of the message.
    pub fn verifies(&self, message: &[u8], signature: &[u8; SIGNATURE]) -> bool {
        // Compares R byte by byte with the one that is computed, so that only its canonical spelling is taken.
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Whether the y coordinate is less than 2^255 - 19. The points for which only the sign of x has two spellings are of
/// small order.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let largest_but_one = bytes[31] & 0x7f == 0x7f && bytes[1..31].iter().all(|byte| *byte == 0xff);
    !(largest_but_one && bytes[0] >= 0xed)
}

/// A key that signs. It is forgotten when dropped, and never shown.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key that follows from this seed: 32 random bytes that nobody else may know.
    pub fn new(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The seed.
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The signature of the message. There is one for each message.
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey")
    }
}

#[cfg(test)]
mod tests;
