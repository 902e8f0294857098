//! The password of a training room, and the key that whoever knew it gets.

use std::path::Path;

use ring::digest::{SHA256, digest};

use super::passwords::{Busy, Hashing};
use super::secrets::secret;
use store::private_file::{Readers, read};

/// The fewest characters of the password, and the most bytes that are looked at.
pub const LENGTH: (usize, usize) = (8, 1024);

/// The password of a training room.
#[derive(Clone, PartialEq, Eq)]
pub struct Room {
    /// The password, hashed.
    pub(crate) hash: String,
    /// What the cookie of whoever knew the password holds.
    pub(crate) key: String,
}

/// Why a password cannot be that of a room.
#[derive(Debug, thiserror::Error)]
pub enum RoomFault {
    /// It is too short.
    #[error("the password of the room has fewer than {} characters; choose a longer one", LENGTH.0)]
    Short,
    /// The file cannot be read.
    #[error("{0}: {1}")]
    File(String, String),
    /// It cannot be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl Room {
    /// A room with a password.
    ///
    /// # Errors
    /// If the password is too short.
    pub async fn of(password: &str) -> Result<Self, RoomFault> {
        if password.chars().count() < LENGTH.0 || password.len() > LENGTH.1 {
            return Err(RoomFault::Short);
        }
        Ok(Self { hash: Hashing::default().hash(password.to_owned()).await?, key: secret() })
    }

    /// The password on the first line of a file that others cannot read.
    ///
    /// # Errors
    /// If the file cannot be read, or others may read it.
    pub fn password_of(file: &Path) -> Result<String, RoomFault> {
        let named = || file.display().to_string();
        let bytes = read(file, Readers::OwnerAndGroup).map_err(|why| RoomFault::File(named(), why))?;
        let text = String::from_utf8(bytes).map_err(|_| RoomFault::File(named(), "is not UTF-8".to_owned()))?;
        Ok(text.lines().next().unwrap_or_default().trim().to_owned())
    }

    /// Whether a cookie is that of somebody who knew the password. By digests, so that the time taken says nothing.
    pub fn is_open_to(&self, cookie: Option<&str>) -> bool {
        let of = |text: &str| digest(&SHA256, text.as_bytes());
        cookie.is_some_and(|cookie| of(cookie).as_ref() == of(&self.key).as_ref())
    }
}
