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
    /// The text in this language, of one in English and in Lao.
    pub const fn of(self, [en, lo]: [&str; 2]) -> &str {
        match self {
            Self::En => en,
            Self::Lo => lo,
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::En => Self::Lo,
            Self::Lo => Self::En,
        }
    }
}
