//! CSV for spreadsheets: UTF-8 with a byte order mark, CRLF line ends, and no cell that runs as a formula.

use std::fmt::Write as _;

use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::figures::report::{Shown, Table};
use projections::figures::words::Words;

/// The table as CSV.
pub fn csv<'a>(headings: impl IntoIterator<Item = &'a str>, rows: &[Vec<String>]) -> String {
    let mut out = String::from("\u{feff}");
    line(headings, &mut out);
    for row in rows {
        line(row.iter().map(String::as_str), &mut out);
    }
    out
}

/// Appends a row.
pub fn line<'a>(cells: impl IntoIterator<Item = &'a str>, out: &mut String) {
    for (nth, cell) in cells.into_iter().enumerate() {
        if nth > 0 {
            out.push(',');
        }
        push_cell(cell, out);
    }
    out.push_str("\r\n");
}

/// Tables of figures as CSV, a line a number: the table, the row, the column, the number, and its unit if it is a length of time.
pub fn figures(tables: &[Table], language: Language) -> String {
    let mut rows = Vec::new();
    for table in tables {
        for row in &table.rows {
            for (column, cell) in table.columns.iter().skip(1).zip(&row.cells) {
                let (value, unit) = match cell {
                    Shown::Number(number) => (number.to_string(), ""),
                    Shown::Length(seconds) => (tenths_of_hours(*seconds), Words::Hours.of(language)),
                    Shown::Text(text) => (text.clone(), ""),
                };
                if !value.is_empty() {
                    rows.push(vec![table.title.clone(), row.label.clone(), column.clone(), value, unit.to_owned()]);
                }
            }
        }
    }
    let headings = [Words::Table, Words::Row, Words::Column, Words::Value, Words::Unit];
    csv(headings.map(|word| word.of(language)), &rows)
}

/// A length in hours, with one digit behind the point.
fn tenths_of_hours(seconds: i64) -> String {
    let tenths = seconds / 360;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn push_cell(cell: &str, out: &mut String) {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if formula { "'" } else { "" };
    if cell.contains(['"', ',', '\r', '\n']) {
        let _ = write!(out, "\"{mark}{}\"", cell.replace('"', "\"\""));
    } else {
        out.push_str(mark);
        out.push_str(cell);
    }
}
