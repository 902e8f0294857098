//! C2SP signed-note: a text and who signed it.
//!
//! Nothing of a text may be believed before [`Note::verify`] found it signed by a key that is trusted. A signature of
//! an unknown key is passed over; one of a known key that does not verify refuses the whole note.

use std::fmt;

use crate::key::{self, KeyError, SignerKey, VerifierKey};
use crate::strict;

/// The longest note that is read, in bytes: room for 16 signatures of any kind that C2SP has, and 20 KiB of text.
pub const LONGEST: usize = 128 * 1024;

/// The most signatures that a note may have.
pub const MOST_SIGNATURES: usize = 100;

/// A text with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// A signature of a note, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: u32,
    bytes: Vec<u8>,
}

/// A signature that was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified<'k> {
    /// The key that signed.
    pub key: &'k VerifierKey,
    /// When, if it is a witness's: in seconds since 1970-01-01T00:00:00Z.
    pub time: Option<u64>,
}

/// Why a note is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is longer than any note that is read.
    #[error("a note of {0} bytes, expected {LONGEST} at most")]
    Length(usize),
    /// It is no UTF-8 text, or has control characters other than newlines.
    #[error("a note is a text without control characters")]
    Characters,
    /// It has no text that ends with a newline, no empty line after it, or no signatures there.
    #[error("not a text followed by an empty line and signatures")]
    Form,
    /// It has more signatures than are read.
    #[error("a note with {0} signatures, expected {MOST_SIGNATURES} at most")]
    Signatures(usize),
    /// A line is no signature.
    #[error("line {0} after the text of the note is not a signature")]
    Line(usize),
    /// A signature that names a known key is not that key's.
    #[error("the signature of {0} is not valid")]
    Signature(String),
    /// No known key has signed it.
    #[error("no known key has signed the note")]
    Unsigned,
}

impl Note {
    /// The note of this text, signed by this key.
    ///
    /// # Errors
    /// If the key is a witness's, or the text has control characters or does not end with a newline.
    pub fn signed(text: &str, key: &SignerKey) -> Result<Self, SignError> {
        if !text.ends_with('\n') {
            return Err(NoteError::Form.into());
        }
        has_no_control_character(text)?;
        let signature = Signature::new(key, key.sign(text)?);
        Ok(Self { text: text.to_owned(), signatures: vec![signature] })
    }

    /// Reads a note. That it can be read proves nothing of it.
    ///
    /// # Errors
    /// If this is no note.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > LONGEST {
            return Err(NoteError::Length(bytes.len()));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Characters)?;
        has_no_control_character(whole)?;
        let end = whole.rfind("\n\n").ok_or(NoteError::Form)?;
        let (text, lines) = (&whole[..=end], &whole[end + 2..]);
        Ok(Self { text: text.to_owned(), signatures: Signature::parse_all(lines)? })
    }

    /// The text, which ends with a newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, in their order.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds signatures behind those that are there, as a witness answers them. Those that are there already are left
    /// out.
    pub fn add(&mut self, signatures: impl IntoIterator<Item = Signature>) {
        for signature in signatures {
            if !self.signatures.contains(&signature) {
                self.signatures.push(signature);
            }
        }
    }

    /// The signatures of these keys, all of which are valid.
    ///
    /// # Errors
    /// If a signature that names one of them is not valid, or none names one.
    pub fn verify<'k>(&self, keys: impl IntoIterator<Item = &'k VerifierKey>) -> Result<Vec<Verified<'k>>, NoteError> {
        let keys: Vec<(u32, &VerifierKey)> = keys.into_iter().map(|key| (key.id(), key)).collect();
        let mut verified = Vec::new();
        for signature in &self.signatures {
            let named = keys.iter().find(|(id, key)| *id == signature.id && key.name() == signature.name);
            let Some((_, key)) = named else { continue };
            let time = key.verify(&self.text, &signature.bytes);
            let time = time.map_err(|_| NoteError::Signature(signature.name.clone()))?;
            verified.push(Verified { key, time });
        }
        if verified.is_empty() { Err(NoteError::Unsigned) } else { Ok(verified) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| write!(f, "{signature}"))
    }
}

impl Signature {
    pub(crate) fn new(key: &SignerKey, bytes: Vec<u8>) -> Self {
        let key = key.verifier();
        Self { name: key.name().to_owned(), id: key.id(), bytes }
    }

    /// The name of the key that it says it is of.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads lines of signatures, as they stand in a note and as a witness answers them: one at least, each with a
    /// newline at its end.
    ///
    /// # Errors
    /// If one is no signature.
    pub fn parse_all(lines: &str) -> Result<Vec<Self>, NoteError> {
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Form)?;
        let count = lines.split('\n').count();
        if count > MOST_SIGNATURES {
            return Err(NoteError::Signatures(count));
        }
        let numbered = lines.split('\n').enumerate();
        numbered.map(|(before, line)| Self::parse(line).ok_or(NoteError::Line(before + 1))).collect()
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = strict::from_base64(signature)?;
        let (id, bytes) = bytes.split_first_chunk()?;
        let is_whole = key::is_name(name) && !bytes.is_empty();
        is_whole.then(|| Self { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.to_be_bytes()[..], &self.bytes].concat();
        writeln!(f, "— {} {}", self.name, strict::to_base64(&bytes))
    }
}

/// Why something could not be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The key does not sign this.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The text may stand in no note.
    #[error(transparent)]
    Text(#[from] NoteError),
}

fn has_no_control_character(text: &str) -> Result<(), NoteError> {
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') { Err(NoteError::Characters) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
