//! A table of actions in an Excel workbook (.xlsx): its first sheet, cell by cell.
//!
//! Invariant: the unpacked size of every part is counted before it is read, and memory holds only the actions of the
//! sheet. A formula has the value that was saved with it; a date is one of Vientiane.

mod bounds;

use std::io::Cursor;

use calamine::{DataRef, Reader as _, SheetType, Xlsx};
use chrono::{Days, NaiveDate};
use engine::refusal::{Code, Flaws, Refusal};

use super::flaw::Part;
use super::sheet::{Heading, MOST_COLUMNS, letters, unknown_column};
use super::{FileFlaw, LONGEST_LINE, Lines, too_long};
pub(super) use bounds::MOST_PACKED;

/// The maximum number of non-empty rows, without the heading.
const MOST_LINES: usize = 50_000;
/// The maximum text of all cells, in bytes: a text that is stored once may be in every row.
const MOST_TEXT: usize = 200_000_000;

/// The rows of the first sheet in order.
///
/// # Errors
/// If nothing of it can be read: what was found and what to do.
pub(super) fn lines(bytes: &[u8]) -> Result<Lines, FileFlaw> {
    bounds::check(bytes)?;
    let damaged = |_| FileFlaw::Damaged;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let is_sheet = |sheet: &&calamine::Sheet| sheet.typ == SheetType::WorkSheet;
    let sheets: Vec<String> = book.sheets_metadata().iter().filter(is_sheet).map(|sheet| sheet.name.clone()).collect();
    let first = sheets.first().ok_or(FileFlaw::NoSheet)?;
    let mut table = Table { from_1904: book.has_1904_epoch(), ..Table::default() };
    let mut cells = book.worksheet_cells_reader(first).map_err(damaged)?;
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(damaged)? {
        let (row, column) = cell.pos;
        let (row, column) = (row as usize, column as usize);
        if row != table.row.number {
            table.end_row()?;
            if row < table.row.number {
                return Err(FileFlaw::Damaged);
            }
            table.row.number = row;
        }
        let value = match (cell.value, cell.formula) {
            (DataRef::Empty, Some(_)) => Err(Refusal::new(Code::FormulaWithoutValue).found(name(row, column))),
            (value, _) => text(&value, table.from_1904).map_err(|refusal| refusal.found(name(row, column))),
        };
        table.put(column, value)?;
    }
    table.end_row()?;
    if table.heading.is_none() {
        return Err(FileFlaw::EmptySheet);
    }
    if sheets.len() > 1 {
        table.lines.warn(1, Refusal::new(Code::FirstSheet).found(sheets.len().to_string()));
    }
    Ok(table.lines)
}

/// The part of the sheet that has been read.
#[derive(Default)]
struct Table {
    from_1904: bool,
    heading: Option<Heading>,
    lines: Lines,
    row: Row,
    text: usize,
}

/// The row being read.
#[derive(Default)]
struct Row {
    /// Its number in the file, from 0.
    number: usize,
    cells: Vec<String>,
    bytes: usize,
    flaws: Flaws,
}

impl Table {
    fn put(&mut self, column: usize, value: Result<String, Refusal>) -> Result<(), FileFlaw> {
        let row = &mut self.row;
        let value = match value {
            Ok(value) if value.trim().is_empty() => return Ok(()),
            Ok(value) => value,
            Err(flaw) => {
                row.flaws.push(flaw);
                return Ok(());
            }
        };
        self.text += value.len();
        row.bytes += value.len();
        if self.text > MOST_TEXT {
            return Err(FileFlaw::TooLarge(Part::Cells, MOST_TEXT));
        }
        let width = self.heading.as_ref().map_or(MOST_COLUMNS, Heading::width);
        if column >= width {
            if self.heading.is_none() {
                return Err(FileFlaw::ManyColumns(MOST_COLUMNS));
            }
            row.flaws.push(unknown_column(column + 1, None));
        } else if row.bytes > LONGEST_LINE {
            row.cells.clear();
        } else {
            row.cells.resize(row.cells.len().max(column + 1), String::new());
            row.cells[column] = value;
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), FileFlaw> {
        let number = self.row.number;
        let Row { mut cells, bytes, flaws, .. } = std::mem::take(&mut self.row);
        self.row.number = number;
        if cells.is_empty() && bytes == 0 && flaws.is_empty() {
            return Ok(());
        }
        let Some(heading) = &self.heading else {
            self.heading = Some(Heading::read(number + 1, cells.iter().map(String::as_str))?);
            return Ok(());
        };
        if self.lines.count() == MOST_LINES {
            return Err(FileFlaw::ManyRows(MOST_LINES));
        }
        cells.resize(heading.width(), String::new());
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let read = if bytes > LONGEST_LINE {
            Err(too_long(bytes).into())
        } else if flaws.is_empty() {
            heading.action(&cells)
        } else {
            Err(flaws)
        };
        self.lines.add(number + 1, read);
        Ok(())
    }
}

/// The name of a cell in a spreadsheet, such as `B7`.
fn name(row: usize, column: usize) -> String {
    format!("{}{}", letters(column + 1), row + 1)
}

/// The text of a cell, as in CSV; empty for an empty cell.
fn text(value: &DataRef<'_>, from_1904: bool) -> Result<String, Refusal> {
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(when) if when.is_duration() => return Err(Refusal::new(Code::NotADateCell)),
        DataRef::DateTime(when) => date(when.as_f64(), from_1904).ok_or_else(|| Refusal::new(Code::NotADateCell))?,
        DataRef::DateTimeIso(text) if text.contains('T') && !text.ends_with('Z') => format!("{text}+07:00"),
        DataRef::String(text) | DataRef::DateTimeIso(text) => text.clone(),
        DataRef::DurationIso(_) => return Err(Refusal::new(Code::NotADateCell)),
        DataRef::Error(error) => return Err(Refusal::new(Code::ErrorCell).expected(error.to_string())),
    })
}

/// Converts an Excel date, which counts days: `2026-03-01`, or with its time of the day in Vientiane to the nearest
/// second. `None` for dates before March 1900 in Excel's count from 1900, which has a day that never was.
fn date(days: f64, from_1904: bool) -> Option<String> {
    const SECONDS: f64 = 86_400.0;
    let (first, epoch) = if from_1904 { (0.0, (1904, 1, 1)) } else { (61.0, (1899, 12, 30)) };
    if !(first..3_000_000.0).contains(&days) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range above")]
    let seconds = (days * SECONDS).round() as u64;
    let (day, time) = (seconds / 86_400, seconds % 86_400);
    let date = NaiveDate::from_ymd_opt(epoch.0, epoch.1, epoch.2)?.checked_add_days(Days::new(day))?;
    Some(if time == 0 {
        date.to_string()
    } else {
        format!("{date}T{:02}:{:02}:{:02}+07:00", time / 3600, time / 60 % 60, time % 60)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_counted_from_1900_or_1904() {
        for (days, from_1904, read) in [
            (46_082.0, false, Some("2026-03-01")),
            (46_082.0 - 1_462.0, true, Some("2026-03-01")),
            (46_082.395_833_333, false, Some("2026-03-01T09:30:00+07:00")),
            (46_082.999_999, false, Some("2026-03-02")),
            (61.0, false, Some("1900-03-01")),
            (60.0, false, None),
            (0.395_833_333, false, None),
            (-1.0, true, None),
            (f64::NAN, false, None),
            (f64::INFINITY, true, None),
        ] {
            assert_eq!(date(days, from_1904).as_deref(), read, "{days}");
        }
    }

    #[test]
    fn numbers_are_whole_where_they_are() {
        for (number, text) in [(12.0, "12"), (12.5, "12.5"), (-3.0, "-3"), (1e15, "1000000000000000")] {
            assert_eq!(super::text(&DataRef::Float(number), false), Ok(text.to_owned()));
        }
    }
}
