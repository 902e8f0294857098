//! Passwords, second factors, one-time codes and the secrets of sessions, tokens and forms.
//!
//! Invariant: nothing here keeps a secret that a person types or a browser sends; what is stored is a hash of it, or sealed.

pub mod codes;
pub mod csrf;
pub mod passwords;
pub mod room;
pub mod secrets;
pub mod totp;
