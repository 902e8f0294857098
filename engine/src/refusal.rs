//! The domain's no, and its doubts: what is wrong with a line as a code and values, and the sentence that says it.
//!
//! Invariant: none of the values may be personal (Art. 85). `found` holds a value only where it can say nothing of a
//! child, and its JSON type otherwise. The same four values give the same sentence wherever they are read again.

mod code;
mod nearest;
mod sentences;

use std::fmt;

use crate::rulebook::Language;

pub use code::Code;
pub use nearest::nearest;

/// What is wrong with a line, or, with a code of [`Code::is_warning`], what looks wrong in one that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub code: Code,
    /// Where: a field's name, with a dot inside an object or a list (`offences.0.class`).
    pub field: Option<String>,
    /// What was found, where it is no personal data; else its JSON type.
    pub found: Option<String>,
    /// What was expected: a form, a word, or several parted by commas.
    pub expected: Option<String>,
}

/// All that is wrong with a line; what a reader needs most comes first.
pub type Flaws = Vec<Refusal>;

impl Refusal {
    /// A refusal without values.
    pub const fn new(code: Code) -> Self {
        Self { code, field: None, found: None, expected: None }
    }

    /// A refusal of another program, in its own words.
    pub fn said(reason: impl Into<String>) -> Self {
        Self::new(Code::Other).found(reason)
    }

    /// The same of a field.
    #[must_use]
    pub fn field(self, field: impl fmt::Display) -> Self {
        Self { field: Some(field.to_string()), ..self }
    }

    /// The same with what was found. Never personal.
    #[must_use]
    pub fn found(self, found: impl Into<String>) -> Self {
        Self { found: Some(found.into()), ..self }
    }

    /// The same with what was expected.
    #[must_use]
    pub fn expected(self, expected: impl Into<String>) -> Self {
        Self { expected: Some(expected.into()), ..self }
    }

    /// The sentence in a language.
    pub fn reason(&self, language: Language) -> String {
        sentences::sentence(self, language)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason(Language::En))
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for Flaws {
    fn from(refusal: Refusal) -> Self {
        vec![refusal]
    }
}

/// The sentences of several refusals as one.
pub fn reasons(refusals: &[Refusal], language: Language) -> String {
    refusals.iter().map(|refusal| refusal.reason(language)).collect::<Vec<_>>().join("; ")
}
