//! Passwords, second factors, one-time codes and the secrets of sessions, tokens and forms.
//!
//! Invariant: nothing here keeps a secret that a person types or a browser sends; what is stored is a hash of it, or sealed.

pub mod codes;
pub mod csrf;
pub mod key_file;
pub mod passwords;
pub mod room;
pub mod sealing;
pub mod secrets;
pub mod totp;

/// The key under which the second factors' secrets are kept, from a file outside the database.
pub struct SealingKey(pub(crate) [u8; 32]);

impl SealingKey {
    /// The key of these bytes.
    pub const fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}
