//! CSV: a table separated by commas, semicolons or tabs, as spreadsheets save it.
//!
//! Invariant: a row that cannot be read has its line numbers and does not stop the rows after it.

mod rows;

use std::borrow::Cow;

use engine::action::Action;
use engine::refusal::{Code, Flaws, Refusal};

use super::sheet::{Heading, known_columns};
use super::{FileFlaw, LONGEST_LINE, Lines, too_long};
use rows::{Broken, Cells, Rows, end_of_line, read_line};

/// The possible separators. If two of them find the same number of columns in the heading, the first one is used.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Whether the text begins with a table's heading.
pub(super) fn has_heading(bytes: &[u8]) -> bool {
    let (separator, start, _) = heading_line(bytes);
    columns(&bytes[start..], separator) >= 2
}

/// The rows in order, without blank ones. A row over several lines has the number of its first line.
///
/// # Errors
/// If the heading cannot be read.
pub(super) fn lines(bytes: &[u8]) -> Result<Lines, FileFlaw> {
    let (separator, start, line) = heading_line(bytes);
    let mut rows = Rows::new(&bytes[start..], separator, line);
    let Some(first) = rows.next(|_| false) else { return Ok(Lines::default()) };
    let cells = first.cells.unwrap_or_default();
    let cells: Vec<Cow<'_, str>> = cells.iter().map(|cell| String::from_utf8_lossy(cell)).collect();
    let heading = Heading::read(line, cells.iter().map(AsRef::as_ref))?;
    let is_row = |cells: &Cells<'_>| texts(cells).is_ok_and(|cells| heading.is_row(&cells));
    let mut lines = Lines::default();
    while let Some(row) = rows.next(is_row) {
        let blank = |cells: &Cells<'_>| cells.iter().all(|cell| cell.trim_ascii().is_empty());
        if row.cells.as_ref().is_ok_and(blank) {
            continue;
        }
        let several = (row.last > row.first)
            .then(|| Refusal::new(Code::SeveralLines).found(format!("{}-{}", row.first, row.last)));
        let read = match (action(&heading, &row.cells), several) {
            (Ok(action), Some(several)) => {
                lines.warn(row.first, several);
                Ok(action)
            }
            (Err(mut flaws), several) => {
                flaws.extend(several);
                Err(flaws)
            }
            (read, None) => read,
        };
        lines.add(row.first, read);
    }
    Ok(lines)
}

/// The separator, and the byte and the line at which the heading begins. Before it there may be blank lines, and the
/// line `sep=;`, which tells Excel the separator.
fn heading_line(bytes: &[u8]) -> (u8, usize, usize) {
    let (mut at, mut line) = (0, 1);
    while matches!(bytes.get(at), Some(b'\r' | b'\n')) {
        at = end_of_line(bytes, at);
        line += 1;
    }
    if let [b's', b'e', b'p', b'=', separator, b'\r' | b'\n', ..] = bytes[at..]
        && SEPARATORS.contains(&separator)
    {
        return (separator, end_of_line(bytes, at), line + 1);
    }
    let known = |separator: &u8| columns(&bytes[at..], *separator);
    let separator = SEPARATORS.into_iter().rev().max_by_key(known).unwrap_or(b',');
    (separator, at, line)
}

/// How many columns the first line names.
fn columns(bytes: &[u8], separator: u8) -> usize {
    let line = &bytes[..end_of_line(bytes, 0)];
    if line.len() > LONGEST_LINE {
        return 0;
    }
    let cells = read_line(line, separator).unwrap_or_default();
    known_columns(cells.iter().filter_map(|cell| std::str::from_utf8(cell).ok()))
}

/// The cells as texts; otherwise the number, from 0, of the first cell that is not UTF-8.
fn texts<'c>(cells: &'c Cells<'_>) -> Result<Vec<&'c str>, usize> {
    cells.iter().enumerate().map(|(nth, cell)| std::str::from_utf8(cell).map_err(|_| nth)).collect()
}

fn action(heading: &Heading, cells: &Result<Cells<'_>, Broken>) -> Result<Action, Flaws> {
    match cells {
        Err(Broken::OpenQuote) => Err(Refusal::new(Code::OpenQuotationMark).into()),
        Err(Broken::TextBehindQuote) => Err(Refusal::new(Code::TextBehindQuotationMark).into()),
        Err(Broken::TooLong(length)) => Err(too_long(*length).into()),
        Ok(cells) => match texts(cells) {
            Err(nth) => Err(Refusal::new(Code::NotUtf8).found(format!("in column {}", heading.name_of(nth))).into()),
            Ok(cells) => heading.action(&cells),
        },
    }
}
