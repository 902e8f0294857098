//! What the pages outside the frame share: those of the login and of a person's beginning.

use engine::rulebook::Language;
use projections::catalogue::Word;

use crate::words::login::Login;

/// What stands around such a page.
pub struct Bare {
    /// The language.
    pub language: Language,
    /// The title.
    pub title: Login,
    /// The token of the page's forms; empty before the login.
    pub csrf: String,
    /// Whether these are the demo's made-up cases.
    pub demo: bool,
}

impl Bare {
    /// A word in the page's language.
    pub fn t(&self, word: impl Word) -> &'static str {
        word.of(self.language)
    }
}

/// What is wrong with a form.
pub struct Wrong {
    /// What was not done.
    pub heading: &'static str,
    /// The id of the field.
    pub field: &'static str,
    /// What is wrong with it.
    pub says: String,
}
