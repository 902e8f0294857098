//! The values that a field takes, in words.

use engine::action::describe::{Field, FieldKind};
use engine::rulebook::{Language, Rulebook};
use projections::labels::Label;

/// The values that a field takes.
pub(in crate::cli) fn takes(field: &Field, lang: Language) -> String {
    let takes = match field.kind {
        FieldKind::Case => Label::TakesCase.of(lang).to_owned(),
        FieldKind::Id => Label::TakesId.of(lang).to_owned(),
        FieldKind::When => Label::TakesWhen.of(lang).to_owned(),
        FieldKind::Day => Label::TakesDay.of(lang).to_owned(),
        FieldKind::Office => Label::TakesOffice.of(lang).to_owned(),
        FieldKind::Text => Label::TakesText.of(lang).to_owned(),
        FieldKind::Flag => Label::TakesFlag.of(lang).to_owned(),
        FieldKind::Count(least) => format!("{} {least}", Label::TakesCount.of(lang)),
        FieldKind::Offence => Label::TakesOffence.of(lang).to_owned(),
        FieldKind::Word(words) if words.len() > 12 => Label::TakesAction.of(lang).to_owned(),
        FieldKind::Word(words) => format!("{} {}", Label::TakesWord.of(lang), words.join(", ")),
        FieldKind::Words(words) => format!("{} {}", Label::TakesWords.of(lang), words.join(", ")),
        FieldKind::Object(_) => Label::TakesObject.of(lang).to_owned(),
        FieldKind::Objects(_) => Label::TakesObjects.of(lang).to_owned(),
    };
    match field.null(lang) {
        Some(null) => format!("{takes}; null: {null}"),
        None => takes,
    }
}

/// The meaning of an enumerated word; `None` if it needs no explanation.
pub(in crate::cli) fn meaning<'b>(book: &'b Rulebook, word: &str, lang: Language) -> Option<&'b str> {
    book.known_text(&format!("word.{word}")).map(|text| text.in_language(lang))
}
