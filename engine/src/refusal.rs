//! Refusals and warnings: what is wrong with a line, as a code with values, and the sentence for it.
//!
//! Invariant: no value is personal data (Art. 85). `found` is the value only if it can say nothing about a child; otherwise
//! it is the value's JSON type. Code, field, `found` and `expected` alone decide the sentence.

mod code;
mod nearest;
mod sentences;

use std::fmt;

use crate::language::Language;

pub use code::Code;
pub use nearest::nearest;

/// What is wrong with a line that is refused. If [`Code::is_warning`]: what looks wrong in a line that is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// What is wrong.
    pub code: Code,
    /// The field, with a dot inside an object or a list (`offences.0.class`).
    pub field: Option<String>,
    /// What was found if it is not personal data, otherwise its JSON type.
    pub found: Option<String>,
    /// What was expected: a form, a word, or several words separated by commas.
    pub expected: Option<String>,
}

/// Everything that is wrong with a line. The flaw to fix first comes first.
pub type Flaws = Vec<Refusal>;

impl Refusal {
    /// A refusal without values.
    pub const fn new(code: Code) -> Self {
        Self { code, field: None, found: None, expected: None }
    }

    /// A refusal by another program, in that program's words.
    pub fn said(reason: impl Into<String>) -> Self {
        Self::new(Code::Other).found(reason)
    }

    /// Adds the field.
    #[must_use]
    pub fn field(self, field: impl fmt::Display) -> Self {
        Self { field: Some(field.to_string()), ..self }
    }

    /// Adds what was found. It must not be personal data.
    #[must_use]
    pub fn found(self, found: impl Into<String>) -> Self {
        Self { found: Some(found.into()), ..self }
    }

    /// Adds what was expected.
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

/// The sentences of several refusals, separated by semicolons.
pub fn reasons(refusals: &[Refusal], language: Language) -> String {
    refusals.iter().map(|refusal| refusal.reason(language)).collect::<Vec<_>>().join("; ")
}
