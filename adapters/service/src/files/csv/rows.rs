//! The rows of a CSV text, with recovery after an unclosed quotation mark.
//!
//! Invariant: every byte belongs to one row or to a blank line; a row takes at most [`LONGEST_LINE`] bytes of memory.
//! If a row continues over several lines and one of the later lines is a whole row of the table by itself, the
//! quotation mark that opened the row was a stray one: the row is broken, and reading continues with that line.

use std::borrow::Cow;

use super::super::LONGEST_LINE;

/// The cells of a row, as bytes.
pub(super) type Cells<'a> = Vec<Cow<'a, [u8]>>;

/// A row that is not blank.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// Its first line, from 1.
    pub first: usize,
    /// Its last line.
    pub last: usize,
    /// Its cells, if the row is not broken.
    pub cells: Result<Cells<'a>, Broken>,
}

/// Why a row is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// A quotation mark opens a cell and is not closed.
    OpenQuote,
    /// Text follows the quotation mark that closes a cell.
    TextBehindQuote,
    /// The row is too long; its length in bytes, as far as it was read.
    TooLong(usize),
}

/// The rows of a text, one by one.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    bytes: &'a [u8],
    separator: u8,
    at: usize,
    line: usize,
}

/// A row as it was read from one position on.
struct Read<'a> {
    cells: Cells<'a>,
    /// The position after the row's last line break, or where reading stopped.
    end: usize,
    /// Whether it spans several lines.
    several: bool,
    broken: Option<Broken>,
}

impl<'a> Rows<'a> {
    /// The rows of `bytes`, whose first line is the file's `line`.
    pub(super) const fn new(bytes: &'a [u8], separator: u8, line: usize) -> Self {
        Self { bytes, separator, at: 0, line }
    }

    /// The next row; `is_row` decides whether the cells of one line are a whole row of the table.
    pub(super) fn next(&mut self, is_row: impl Fn(&Cells<'_>) -> bool) -> Option<Row<'a>> {
        while matches!(self.bytes.get(self.at), Some(b'\r' | b'\n')) {
            self.go_to(end_of_line(self.bytes, self.at));
        }
        if self.at >= self.bytes.len() {
            return None;
        }
        let read = read(self.bytes, self.at, self.separator);
        let (first, end_of_first) = (self.line, end_of_line(self.bytes, self.at));
        // Text after a closing mark breaks the part that was read; an open mark, everything that may follow.
        let end = match read.broken {
            None | Some(Broken::TextBehindQuote) => read.end,
            Some(_) if read.several => self.bytes.len(),
            Some(_) => end_of_first,
        };
        let looks_like_one = |from: usize| {
            let line = &self.bytes[from..end_of_line(self.bytes, from)];
            let read = read_line(line, self.separator);
            read.is_some_and(|cells| is_row(&cells))
        };
        let mut next = end_of_first;
        while read.several && next < end && !looks_like_one(next) {
            next = end_of_line(self.bytes, next);
        }
        let swallows = read.several && next < end;
        self.go_to(if swallows { next } else { end });
        let broken = swallows.then_some(Broken::OpenQuote).or(read.broken);
        Some(Row { first, last: (self.line - 1).max(first), cells: broken.map_or(Ok(read.cells), Err) })
    }

    fn go_to(&mut self, end: usize) {
        while self.at < end {
            self.at = end_of_line(self.bytes, self.at);
            self.line += 1;
        }
    }
}

/// The cells of one line, if it is a row by itself.
pub(super) fn read_line(line: &[u8], separator: u8) -> Option<Cells<'_>> {
    let read = read(line, 0, separator);
    (read.broken.is_none() && !read.several && read.end == line.len()).then_some(read.cells)
}

/// The position after the line break that ends the line of `from`: `\n`, `\r\n` or, as old Macintoshes write it, `\r`.
pub(super) fn end_of_line(bytes: &[u8], from: usize) -> usize {
    let Some(at) = bytes[from..].iter().position(|byte| matches!(byte, b'\r' | b'\n')) else { return bytes.len() };
    from + at + if bytes[from + at..].starts_with(b"\r\n") { 2 } else { 1 }
}

fn read(bytes: &[u8], from: usize, separator: u8) -> Read<'_> {
    let mut row = Read { cells: Vec::new(), end: from, several: false, broken: None };
    loop {
        let cell = if bytes.get(row.end) == Some(&b'"') {
            quoted(bytes, from, separator, &mut row)
        } else {
            let rest = &bytes[row.end..];
            let stop = |byte: &u8| *byte == separator || matches!(byte, b'\r' | b'\n');
            let length = rest.iter().position(stop).unwrap_or(rest.len());
            row.end += length;
            Ok(Cow::Borrowed(&rest[..length]))
        };
        match cell {
            Ok(_) if row.end - from > LONGEST_LINE => row.broken = Some(Broken::TooLong(row.end - from)),
            Ok(cell) => row.cells.push(cell),
            Err(broken) => row.broken = Some(broken),
        }
        if row.broken.is_some() || bytes.get(row.end) != Some(&separator) {
            row.end = end_of_line(bytes, row.end);
            return row;
        }
        row.end += 1;
    }
}

/// Reads the cell that begins with the quotation mark at `row.end`, and moves `row.end` after the cell.
fn quoted<'a>(bytes: &'a [u8], from: usize, separator: u8, row: &mut Read<'a>) -> Result<Cow<'a, [u8]>, Broken> {
    let mut cell: Cow<'a, [u8]> = Cow::Borrowed(&[]);
    let mut begin = row.end + 1;
    loop {
        let rest = &bytes[begin..];
        let within = &rest[..rest.len().min(LONGEST_LINE + 1 - (begin - from).min(LONGEST_LINE))];
        let mark = within.iter().position(|byte| *byte == b'"');
        let part = &within[..mark.unwrap_or(within.len())];
        row.several |= part.iter().any(|byte| matches!(byte, b'\r' | b'\n'));
        match &mut cell {
            Cow::Borrowed([]) => cell = Cow::Borrowed(part),
            whole => whole.to_mut().extend_from_slice(part),
        }
        let Some(mark) = mark else {
            row.end = begin + part.len();
            let whole = within.len() == rest.len();
            return Err(if whole { Broken::OpenQuote } else { Broken::TooLong(row.end - from) });
        };
        row.end = begin + mark + 1;
        if bytes.get(row.end) != Some(&b'"') {
            break;
        }
        cell.to_mut().push(b'"');
        begin = row.end + 1;
    }
    row.end += bytes[row.end..].iter().take_while(|byte| **byte == b' ').count();
    match bytes.get(row.end) {
        None | Some(b'\r' | b'\n') => Ok(cell),
        Some(byte) if *byte == separator => Ok(cell),
        Some(_) => Err(Broken::TextBehindQuote),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row's first and last line with its number of cells, or how it is broken. A row has three cells here.
    fn shape(text: &str) -> Vec<(usize, usize, Result<usize, Broken>)> {
        let mut rows = Rows::new(text.as_bytes(), b',', 1);
        let mut found = Vec::new();
        while let Some(row) = rows.next(|cells| cells.len() == 3) {
            found.push((row.first, row.last, row.cells.map(|cells| cells.len())));
        }
        found
    }

    #[test]
    fn lines_end_as_windows_unix_and_old_macintoshes_end_them() {
        let rows = [(1, 1, Ok(3)), (3, 3, Ok(3)), (4, 4, Ok(3))];
        for end in ["\n", "\r\n", "\r"] {
            assert_eq!(shape(&["a,b,c", "", "d,e,f", "g,h,i"].join(end)), rows);
        }
        assert_eq!(shape(""), []);
        assert_eq!(shape("\n\r\n"), []);
    }

    #[test]
    fn a_cell_in_quotation_marks_may_go_over_lines() {
        assert_eq!(shape("a,\"b\n\"\"x\"\"\",c\nd,e,f"), [(1, 2, Ok(3)), (3, 3, Ok(3))]);
        assert_eq!(shape("a,b,\"\"\nd,\"e\" ,f"), [(1, 1, Ok(3)), (2, 2, Ok(3))]);
    }

    #[test]
    fn a_stray_mark_costs_its_own_row_alone() {
        assert_eq!(shape("a,b,\"c\nd,e,f\ng,h,i"), [(1, 1, Err(Broken::OpenQuote)), (2, 2, Ok(3)), (3, 3, Ok(3))]);
        // Closed by the next mark, or by what is in order by itself.
        let broken = (1, 1, Err(Broken::OpenQuote));
        assert_eq!(shape("a,b,\"c\nd,\"e\",f\ng,h,i"), [broken, (2, 2, Ok(3)), (3, 3, Ok(3))]);
        assert_eq!(
            shape("a,b,\"c\nd,e,f\ng,h,\"\ni,j,k"),
            [(1, 1, Err(Broken::OpenQuote)), (2, 2, Ok(3)), (3, 3, Err(Broken::OpenQuote)), (4, 4, Ok(3))]
        );
        // Nothing behind it is a row.
        assert_eq!(shape("a,b,\"c\nd\ne"), [(1, 3, Err(Broken::OpenQuote))]);
        assert_eq!(shape("a,\"b\"c,d\ne,f,g"), [(1, 1, Err(Broken::TextBehindQuote)), (2, 2, Ok(3))]);
    }

    #[test]
    fn a_row_is_never_longer_than_a_mebibyte() {
        let long = "x".repeat(LONGEST_LINE + 1);
        assert!(matches!(shape(&format!("{long}\nd,e,f"))[..], [(1, 1, Err(Broken::TooLong(_))), (2, 2, Ok(3))]));
        let lines = "x\n".repeat(LONGEST_LINE);
        let shape = shape(&format!("a,b,\"{lines}d,e,f\nx"));
        assert!(matches!(shape[0], (1, _, Err(Broken::OpenQuote))), "{shape:?}");
        assert_eq!(
            shape[1..],
            [(LONGEST_LINE + 1, LONGEST_LINE + 1, Ok(3)), (LONGEST_LINE + 2, LONGEST_LINE + 2, Ok(1))]
        );
    }
}
