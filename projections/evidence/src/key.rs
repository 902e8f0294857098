//! Keys with their names, as C2SP signed-note writes them: `name+id+base64`, and those that sign as
//! `PRIVATE+KEY+name+id+base64`.

use std::fmt;
use std::str::FromStr;

use crate::cosignature;
use crate::ed25519::{PublicKey, SecretKey};
use crate::hash::Hash;
use crate::strict;

/// What a key's signatures mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyType {
    /// Type 01: the text of a note was signed.
    Note,
    /// Type 04: a witness saw a checkpoint at a time.
    Cosignature,
}

impl KeyType {
    fn number(self) -> u8 {
        match self {
            Self::Note => 1,
            Self::Cosignature => 4,
        }
    }
}

/// Why a text is no key, or a key is not the right one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is not of a key's form.
    #[error("not a key in the form name+id+base64")]
    Form,
    /// The name is empty or has a space, a plus or a control character.
    #[error("the name of a key may have no space and no plus")]
    Name,
    /// The key is of a type that is not supported.
    #[error("the key is of type {0}, which is not supported")]
    Type(u8),
    /// The id does not belong to name and key: one of them was changed.
    #[error("the id of the key {0} does not belong to its name and bytes")]
    Id(String),
    /// The bytes are no key that may be trusted.
    #[error("the key {0} is not a valid Ed25519 key")]
    Bytes(String),
    /// The key does not sign this.
    #[error("the key {found} does not sign for {expected}")]
    Other {
        /// The name or the type of the key.
        found: String,
        /// What it would have to be.
        expected: String,
    },
}

/// Whether this may be the name of a key.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '+' || c < ' ')
}

/// A signature is not the key's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Invalid;

/// A key that verifies, with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key_type: KeyType,
    public: PublicKey,
}

impl VerifierKey {
    /// The key with this name.
    ///
    /// # Errors
    /// If this may be no name.
    pub fn new(name: &str, key_type: KeyType, public: PublicKey) -> Result<Self, KeyError> {
        if is_name(name) { Ok(Self { name: name.to_owned(), key_type, public }) } else { Err(KeyError::Name) }
    }

    /// Its name: of a log its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its signatures mean.
    pub fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// The key itself.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// What people compare to know that it is the same key with the same name: SHA-256 of name, newline, type and key.
    pub fn fingerprint(&self) -> Hash {
        Hash::of(&[self.name.as_bytes(), b"\n", &[self.key_type.number()], self.public.bytes()])
    }

    /// The first four bytes of the fingerprint, by which a signature names its key.
    pub fn id(&self) -> u32 {
        let [a, b, c, d, ..] = self.fingerprint().0;
        u32::from_be_bytes([a, b, c, d])
    }

    /// Verifies that the signature is this key's, of a note with this text. Returns when a cosignature was made, in
    /// seconds since 1970-01-01T00:00:00Z.
    pub(crate) fn verify(&self, text: &str, signature: &[u8]) -> Result<Option<u64>, Invalid> {
        let (message, signature, time) = match self.key_type {
            KeyType::Note => (text.to_owned(), signature.try_into().map_err(|_| Invalid)?, None),
            KeyType::Cosignature => {
                let (time, signature) = cosignature::split(signature).ok_or(Invalid)?;
                (cosignature::message(time, text), signature, Some(time))
            }
        };
        if self.public.verifies(message.as_bytes(), &signature) { Ok(time) } else { Err(Invalid) }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_key(f, &self.name, self.id(), self.key_type, self.public.bytes())
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, key_type, bytes) = read_key(text)?;
        let public = PublicKey::new(&bytes).ok_or_else(|| KeyError::Bytes(name.to_owned()))?;
        let key = Self::new(name, key_type, public)?;
        if key.id() == id { Ok(key) } else { Err(KeyError::Id(key.name)) }
    }
}

/// A key that signs, with its name. Only [`SignerKey::to_text`] shows it.
#[derive(Clone, Debug)]
pub struct SignerKey {
    verifier: VerifierKey,
    secret: SecretKey,
}

impl SignerKey {
    /// The key that follows from this seed: 32 random bytes that nobody else may know.
    ///
    /// # Errors
    /// If this may be no name.
    pub fn new(name: &str, key_type: KeyType, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let secret = SecretKey::new(seed);
        Ok(Self { verifier: VerifierKey::new(name, key_type, secret.public())?, secret })
    }

    /// The key that verifies what this one signs.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The key as a text that whoever knows it can sign with.
    pub fn to_text(&self) -> String {
        struct Written<'a>(&'a SignerKey);
        impl fmt::Display for Written<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let key = &self.0.verifier;
                write_key(f, &key.name, key.id(), key.key_type, self.0.secret.seed())
            }
        }
        format!("{PRIVATE}{}", Written(self))
    }

    /// The key that `to_text` wrote.
    ///
    /// # Errors
    /// If no key is written so. The error tells nothing of the secret.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let (name, id, key_type, seed) = read_key(text.strip_prefix(PRIVATE).ok_or(KeyError::Form)?)?;
        let key = Self::new(name, key_type, &seed)?;
        if key.verifier.id() == id { Ok(key) } else { Err(KeyError::Id(key.verifier.name)) }
    }

    /// The signature of a note with this text.
    ///
    /// # Errors
    /// If the key is a witness's.
    pub(crate) fn sign(&self, text: &str) -> Result<Vec<u8>, KeyError> {
        self.is_of(KeyType::Note)?;
        Ok(self.secret.sign(text.as_bytes()).to_vec())
    }

    /// The cosignature at this time, in seconds since 1970-01-01T00:00:00Z, of a checkpoint with this text.
    ///
    /// # Errors
    /// If the key is no witness's.
    pub(crate) fn cosign(&self, time: u64, text: &str) -> Result<Vec<u8>, KeyError> {
        self.is_of(KeyType::Cosignature)?;
        Ok(cosignature::join(time, self.secret.sign(cosignature::message(time, text).as_bytes())))
    }

    fn is_of(&self, expected: KeyType) -> Result<(), KeyError> {
        let found = self.verifier.key_type;
        if found == expected {
            return Ok(());
        }
        let expected = match expected {
            KeyType::Note => "a log",
            KeyType::Cosignature => "a witness",
        };
        Err(KeyError::Other { found: self.verifier.name.clone(), expected: expected.to_owned() })
    }
}

const PRIVATE: &str = "PRIVATE+KEY+";

fn write_key(f: &mut fmt::Formatter<'_>, name: &str, id: u32, key_type: KeyType, bytes: &[u8; 32]) -> fmt::Result {
    let key = [&[key_type.number()], &bytes[..]].concat();
    write!(f, "{name}+{id:08x}+{}", strict::to_base64(&key))
}

fn read_key(text: &str) -> Result<(&str, u32, KeyType, [u8; 32]), KeyError> {
    let (name, rest) = text.split_once('+').ok_or(KeyError::Form)?;
    let (id, key) = rest.split_once('+').ok_or(KeyError::Form)?;
    let number = u32::from_str_radix(id, 16).map_err(|_| KeyError::Form)?;
    if format!("{number:08x}") != id {
        return Err(KeyError::Form);
    }
    let key = strict::from_base64(key).ok_or(KeyError::Form)?;
    let (key_type, bytes) = key.split_first().ok_or(KeyError::Form)?;
    let key_type = match key_type {
        1 => KeyType::Note,
        4 => KeyType::Cosignature,
        other => return Err(KeyError::Type(*other)),
    };
    Ok((name, number, key_type, bytes.try_into().map_err(|_| KeyError::Form)?))
}

#[cfg(test)]
mod tests;
