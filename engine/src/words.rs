//! Closed vocabularies: enums whose variants are fixed words in files and messages.
//!
//! Invariant: each word is written once in the source, so parsing and printing cannot disagree.

/// Declares an enum together with the words that stand for its variants.
///
/// It defines `ALL`, `WORDS`, `word()` and `from_word()`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The words of [`Self::ALL`], in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word for this variant in files and messages.
            pub const fn word(self) -> &'static str {
                Self::WORDS[self as usize]
            }

            /// The variant with this word; `None` if `word` is not one of the words.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(crate) use words;
