//! What the fields of actions and their words are called: the rulebook's texts, on every page and form alike.

use engine::rulebook::{Language, Rulebook};

/// The name of the field at `path`: the text for its whole path, otherwise that for its last part.
pub fn field(book: &Rulebook, path: &str, language: Language) -> String {
    let last = path.rsplit('.').next().unwrap_or(path);
    let keys = [format!("field.{path}"), format!("field.{last}"), format!("field.child.{last}")];
    known(book, &keys, language).unwrap_or_else(|| path.to_owned())
}

/// A word of the format. Any other value, such as a date, stays as it is.
pub fn word(book: &Rulebook, word: &str, language: Language) -> String {
    known(book, &[format!("value.{word}"), format!("word.{word}")], language).unwrap_or_else(|| word.to_owned())
}

fn known(book: &Rulebook, keys: &[String], language: Language) -> Option<String> {
    let text = keys.iter().find_map(|key| book.known_text(key))?;
    Some(text.in_language(language).to_owned())
}
