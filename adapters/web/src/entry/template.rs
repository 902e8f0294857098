//! A workbook to fill in offline: a table with the columns of one action, as an upload reads it.
//!
//! Invariant: the columns are those of the table of actions, each with a note that says what it takes. Cells are texts, so that
//! no spreadsheet turns a date or a reference into something else.

use engine::action::ActionName;
use engine::action::describe::{COMMON, Field, FieldKind, Leaf, Need, leaves};
use engine::rulebook::{Language, Rulebook};
use projections::catalogue::Word as _;
use projections::field_words;
use rust_xlsxwriter::{DataValidation, Format, Note, Workbook, XlsxError};

use super::asked::begun;
use crate::words::entry::Entry as N;

/// How many rows are prepared.
const ROWS: u32 = 1_000;
/// The longest list of words that a spreadsheet takes for the choice in a cell.
const LONGEST_LIST: usize = 255;

/// The workbook of an action, with the case and the office in its first row.
///
/// # Errors
/// If the workbook cannot be written.
pub fn workbook(
    book: &Rulebook,
    name: ActionName,
    [case, by]: [&str; 2],
    language: Language,
) -> Result<Vec<u8>, XlsxError> {
    let common = COMMON.iter().filter(|field| field.name != "id");
    let common = common.map(|field| Leaf { path: field.name.to_owned(), field, required: true });
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let text = Format::new().set_num_format("@");
    let heading = Format::new().set_bold().set_text_wrap();
    sheet.set_name(name.word())?.set_freeze_panes(1, 0)?;
    for (column, leaf) in (0_u16..).zip(common.chain(leaves(name))) {
        sheet.set_column_width(column, 22)?.set_column_format(column, &text)?;
        sheet.write_with_format(0, column, &*leaf.path, &heading)?;
        sheet.insert_note(
            0,
            column,
            &Note::new(says(book, &leaf, language)).set_author("kamnot").add_author_prefix(false),
        )?;
        let prefilled = match &*leaf.path {
            "case" => case,
            "by" => by,
            "action" => name.word(),
            _ => "",
        };
        if !prefilled.is_empty() {
            sheet.write_with_format(1, column, prefilled, &text)?;
        }
        let words = words(leaf.field, name);
        if !words.is_empty() && words.iter().map(|word| word.len() + 1).sum::<usize>() <= LONGEST_LIST {
            let choice = DataValidation::new().allow_list_strings(&words)?.ignore_blank(true);
            sheet.add_data_validation(1, column, ROWS, column, &choice)?;
        }
    }
    workbook.save_to_buffer()
}

/// The words of which one stands in a cell; empty if anything may.
fn words(field: &Field, name: ActionName) -> Vec<&'static str> {
    match field.kind {
        FieldKind::Flag => vec!["true", "false"],
        // A table is of one action.
        FieldKind::Word(_) if field.name == "action" => vec![name.word()],
        FieldKind::Word(words) if field.may_be_null() => words.iter().copied().chain(["null"]).collect(),
        FieldKind::Word(words) => words.to_vec(),
        _ => Vec::new(),
    }
}

/// What a column takes.
fn says(book: &Rulebook, leaf: &Leaf, language: Language) -> String {
    let field = leaf.field;
    let mut said = vec![begun(field.meaning(language))];
    let is_list = matches!(field.kind, FieldKind::Words(_));
    if field.name != "action" {
        let word = |word: &&str| format!("{word}: {}", field_words::word(book, word, language));
        said.extend(field.words().iter().map(word));
    }
    let hint = match field.kind {
        FieldKind::When => Some(N::ColumnWhen),
        FieldKind::Day => Some(N::ColumnDay),
        FieldKind::Flag => Some(N::ColumnFlag),
        FieldKind::Words(_) => Some(N::ColumnList),
        _ => None,
    };
    said.extend(hint.map(|hint| hint.of(language).to_owned()));
    if is_list && field.may_be_empty() {
        said.push(format!("[]: {}", N::NoneOfThese.of(language)));
    }
    said.extend(field.null(language).map(|null| format!("null: {null}")));
    let optional = field.need != Need::Required || !leaf.required;
    said.push(if optional { N::ColumnOptional } else { N::ColumnRequired }.of(language).to_owned());
    said.join("\n")
}
