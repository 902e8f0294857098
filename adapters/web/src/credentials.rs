//! Passwords, second factors, one-time codes and the secrets of sessions, tokens and forms.

pub mod csrf;

/// The key under which the second factors' secrets are kept, from a file outside the database.
pub struct SealingKey(pub(crate) [u8; 32]);

impl SealingKey {
    /// The key of these bytes.
    pub const fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}
