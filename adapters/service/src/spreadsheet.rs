//! CSV for spreadsheets: UTF-8 with a byte order mark, CRLF line ends, and no cell that runs as a formula.

use std::fmt::Write as _;

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
