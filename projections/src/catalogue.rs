//! Catalogues of words: each entry in English and in Lao, so that a text without one of them does not compile.

use engine::rulebook::Language;

/// A text of the program's own, in both languages.
pub trait Word: Copy {
    /// The text in a language.
    fn of(self, language: Language) -> &'static str;

    /// The text in a language with its placeholders filled, such as `{n}`.
    fn filled(self, language: Language, values: &[(&str, &str)]) -> String {
        let template = self.of(language).to_owned();
        values.iter().fold(template, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }
}

/// Declares a catalogue: its name, and for each entry the name, the English and the Lao.
#[macro_export]
macro_rules! catalogue {
    ($(#[$about:meta])* $catalogue:ident { $($name:ident: $en:literal, $lo:literal;)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $catalogue { $(#[doc = $en] $name),+ }

        impl $crate::catalogue::Word for $catalogue {
            fn of(self, language: ::engine::rulebook::Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, ::engine::rulebook::Language::En) => $en,
                      (Self::$name, ::engine::rulebook::Language::Lo) => $lo,)+
                }
            }
        }
    };
}

impl<W: Word> Word for &W {
    fn of(self, language: Language) -> &'static str {
        W::of(*self, language)
    }
}

impl Word for crate::labels::Label {
    fn of(self, language: Language) -> &'static str {
        self.of(language)
    }
}
