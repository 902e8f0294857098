//! One-time codes on paper: ten recovery codes beside a phone, or a printed list for people without one.
//!
//! Invariant: a code counts once, and only its hash under the person's own salt is kept.

use std::collections::BTreeSet;

use store::people::Person;

use super::passwords::{Busy, Hashing};
use super::secrets::{readable, typed};
use super::totp::DIGITS;

/// How many recovery codes a person has.
pub const RECOVERY: usize = 10;
/// How many codes a printed list has: about two months of working days.
pub const PRINTED: usize = 40;

/// New codes, and what is kept of them.
pub struct Codes {
    /// As they are shown, once.
    pub shown: Vec<String>,
    /// Their hashes.
    pub kept: BTreeSet<String>,
}

/// New codes for a person, about 49 bits each.
///
/// # Errors
/// If too much waits to be hashed.
pub async fn new(hashing: &Hashing, person: &Person, count: usize) -> Result<Codes, Busy> {
    let shown: Vec<String> = (0..count).map(|_| readable(2, 5)).collect();
    let bare = shown.iter().map(|code| typed(code)).collect();
    let kept = hashing.codes(bare, *person.id.as_bytes()).await?.into_iter().collect();
    Ok(Codes { shown, kept })
}

/// Whether what was typed may be such a code, and no code of a phone.
pub fn may_be(text: &str) -> bool {
    typed(text).len() > DIGITS
}

/// The hash of what was typed, for the person with this id.
///
/// # Errors
/// If too much waits to be hashed.
pub async fn hash(hashing: &Hashing, id: uuid::Uuid, text: &str) -> Result<String, Busy> {
    let hashes = hashing.codes(vec![typed(text)], *id.as_bytes()).await?;
    Ok(hashes.into_iter().next().unwrap_or_default())
}
