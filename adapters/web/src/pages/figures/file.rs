//! Tables of figures as files for a spreadsheet.
//!
//! Invariant: texts are written as texts, so nothing in them runs as a formula.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, HeaderValue};
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::figures::report::{Shown, Table};
use projections::figures::words::Words as T;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use service::spreadsheet;

use crate::answer::{Answer, WORKBOOK, no_such_page, with};
use crate::words::figures::Figures as F;

/// The kind of file.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Comma-separated values.
    Csv,
    /// A workbook.
    Xlsx,
}

/// Tables as a file; `about` says whose figures they are, and of when.
pub fn file(kind: Kind, about: &str, tables: &[Table], language: Language) -> Answer {
    let (mut answer, named) = match kind {
        Kind::Csv => {
            let text = spreadsheet::figures(tables, language);
            (with(StatusCode::OK, "text/csv; charset=utf-8", text), "attachment; filename=\"figures.csv\"")
        }
        Kind::Xlsx => match workbook(about, tables, language) {
            Ok(bytes) => (with(StatusCode::OK, WORKBOOK, bytes), "attachment; filename=\"figures.xlsx\""),
            Err(error) => {
                tracing::error!(%error, "a workbook could not be made");
                return no_such_page(language);
            }
        },
    };
    answer.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static(named));
    answer
}

/// A workbook with a sheet a table, and one that says what it is about.
fn workbook(about: &str, tables: &[Table], language: Language) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let (bold, wrapped) = (Format::new().set_bold(), Format::new().set_text_wrap());
    let sheet = workbook.add_worksheet();
    sheet.set_name(F::About.of(Language::En))?.set_column_width(0, 100)?;
    sheet.write_string_with_format(0, 0, about, &wrapped)?;
    for (row, table) in (2_u32..).step_by(2).zip(tables) {
        sheet.write_string_with_format(row, 0, &table.title, &bold)?;
        sheet.write_string_with_format(row + 1, 0, &table.says, &wrapped)?;
    }
    for table in tables.iter().filter(|table| !table.columns.is_empty()) {
        let sheet = workbook.add_worksheet();
        sheet.set_name(table.id)?.set_freeze_panes(1, 1)?.set_column_width(0, 44)?;
        for (nth, heading) in (0_u16..).zip(&table.columns) {
            let cells = table.rows.iter().filter_map(|row| row.cells.get(usize::from(nth).checked_sub(1)?));
            let is_time = cells.into_iter().any(|cell| matches!(cell, Shown::Length(_)));
            let unit = if is_time { format!(" ({})", T::Hours.of(language)) } else { String::new() };
            sheet.write_string_with_format(0, nth, format!("{heading}{unit}"), &bold)?;
        }
        for (nth, row) in (1_u32..).zip(&table.rows) {
            sheet.write_string(nth, 0, &row.label)?;
            for (column, cell) in (1_u16..).zip(&row.cells) {
                match cell {
                    Shown::Number(number) => sheet.write_number(nth, column, as_float(*number))?,
                    Shown::Length(seconds) => sheet.write_number(nth, column, as_float(*seconds / 360) / 10.0)?,
                    Shown::Text(text) => sheet.write_string(nth, column, text)?,
                };
            }
        }
    }
    workbook.save_to_buffer()
}

/// The number as spreadsheets hold numbers.
#[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
const fn as_float(number: i64) -> f64 {
    number as f64
}
