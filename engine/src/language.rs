//! The languages of the program.

use crate::words::words;

words! {
    /// The languages of the program.
    Language {
        /// English.
        En = "en",
        /// Lao.
        Lo = "lo",
    }
}

impl Language {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::En => Self::Lo,
            Self::Lo => Self::En,
        }
    }
}
