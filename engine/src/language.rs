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
