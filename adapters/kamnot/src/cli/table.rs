//! Tables for people: columns measured by the display width of their letters, Lao included, and wrapped to fit the
//! line.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

use super::paint::{Paint, Tone};
use super::syllables::syllables;

/// Between two columns.
const GAP: usize = 2;
/// The minimum width of a column of Lao words.
const NARROWEST: usize = 10;
/// Marks where a heading may be broken, in a language without spaces between words. It is never printed.
const WORD_BREAK: char = '\u{200b}';
/// A row with more lines than this is hard to read across.
const HIGHEST: usize = 4;

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Its text.
    pub text: String,
    /// Its meaning.
    pub tone: Tone,
}

impl Cell {
    /// A cell in a colour.
    pub(super) fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }

    /// A plain cell.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Plain)
    }
}

/// A table with its headings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// One heading per column.
    pub headings: Vec<String>,
    /// One cell per column in each row.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Leaves a column out.
    pub(super) fn leave_out(&mut self, column: usize) {
        self.headings.remove(column);
        for row in &mut self.rows {
            row.remove(column);
        }
    }

    /// The table as lines of at most `width` columns. If its columns do not fit, or only with rows that are too high,
    /// each row is drawn as a paragraph.
    pub(super) fn draw(&self, width: usize, paint: Paint) -> String {
        let readable = |widths: &Vec<usize>| self.rows.iter().all(|row| height(row, widths) <= HIGHEST);
        let Some(widths) = self.widths(width).filter(readable) else { return self.stack(width, paint) };
        let headings: Vec<Cell> = self.headings.iter().map(|text| Cell::new(text, Tone::Strong)).collect();
        let mut out = String::new();
        draw_row(&headings, &widths, paint, &mut out);
        let rule: Vec<Cell> = widths.iter().map(|width| Cell::new("─".repeat(*width), Tone::Faint)).collect();
        draw_row(&rule, &widths, paint, &mut out);
        for row in &self.rows {
            draw_row(row, &widths, paint, &mut out);
        }
        out
    }

    /// Each row as a paragraph: its first cell, and below it the others, each after its heading.
    fn stack(&self, width: usize, paint: Paint) -> String {
        let mut out = String::new();
        for row in &self.rows {
            let mut cells = self.headings.iter().zip(row).filter(|(_, cell)| !cell.text.is_empty());
            if let Some((_, first)) = cells.next() {
                for line in wrap(&first.text, width) {
                    out.push_str(&paint.text(first.tone, &line));
                    out.push('\n');
                }
            }
            stack_cells(cells, width, paint, &mut out);
        }
        out
    }

    /// The minimum width of a column: that of its longest word, since a reference or a code is never broken. Lao has no
    /// spaces between words and may be broken between syllables.
    fn longest_words(&self) -> Vec<usize> {
        let syllable = |word: &str| syllables(word).iter().map(|syllable| syllable.width()).max().unwrap_or(0);
        let least = |word: &str| word.width().min(NARROWEST).max(syllable(word));
        let longest = |text: &str| text.split([' ', WORD_BREAK]).map(least).max().unwrap_or(0);
        let mut words: Vec<usize> = self.headings.iter().map(|heading| longest(heading)).collect();
        for row in &self.rows {
            for (word, cell) in words.iter_mut().zip(row) {
                *word = (*word).max(longest(&cell.text));
            }
        }
        words
    }

    /// The width of each column: what its cells need (a heading is broken between words), with the widest reduced until
    /// all fit; `None` if they cannot fit.
    fn widths(&self, most: usize) -> Option<Vec<usize>> {
        let words = self.longest_words();
        let mut widths = words.clone();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.text.width());
            }
        }
        let room = most.saturating_sub(GAP * widths.len().saturating_sub(1));
        while widths.iter().sum::<usize>() > room {
            let wider = widths.iter_mut().zip(&words).filter(|(width, least)| **width > **least);
            *wider.map(|(width, _)| width).max()? -= 1;
        }
        Some(widths)
    }
}

/// `Heading: text` one after the other, as many as fit on a line.
fn stack_cells<'c>(cells: impl Iterator<Item = (&'c String, &'c Cell)>, width: usize, paint: Paint, out: &mut String) {
    const INDENT: usize = 2;
    const BETWEEN: usize = 3;
    let mut used = 0;
    for (heading, cell) in cells {
        let heading = format!("{}: ", heading.replace(WORD_BREAK, ""));
        let needed = heading.width() + cell.text.width();
        let goes_on = used > 0 && used + BETWEEN + needed <= width;
        if used > 0 {
            out.push_str(if goes_on { "   " } else { "\n" });
        }
        if !goes_on {
            out.push_str(&" ".repeat(INDENT));
        }
        used = if goes_on { used + BETWEEN } else { INDENT } + needed;
        out.push_str(&paint.text(Tone::Faint, &heading));
        let mut lines = wrap_behind(&cell.text, width.saturating_sub(2 * INDENT).max(20), heading.width());
        for (nth, line) in lines.drain(..).enumerate() {
            if nth > 0 {
                out.push('\n');
                out.push_str(&" ".repeat(2 * INDENT));
                used = width;
            }
            out.push_str(&paint.text(cell.tone, &line));
        }
    }
    if used > 0 {
        out.push('\n');
    }
}

/// How many lines a row needs.
fn height(row: &[Cell], widths: &[usize]) -> usize {
    row.iter().zip(widths).map(|(cell, width)| wrap(&cell.text, *width).len()).max().unwrap_or(0)
}

fn draw_row(cells: &[Cell], widths: &[usize], paint: Paint, out: &mut String) {
    let wrapped: Vec<Vec<String>> = cells.iter().zip(widths).map(|(cell, width)| wrap(&cell.text, *width)).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    for line in 0..height {
        let mut drawn = String::new();
        let mut pending = 0;
        for ((cell, lines), width) in cells.iter().zip(&wrapped).zip(widths) {
            let text = lines.get(line).map_or("", String::as_str);
            if !text.is_empty() {
                drawn.push_str(&" ".repeat(pending));
                drawn.push_str(&paint.text(cell.tone, text));
                pending = 0;
            }
            pending += width.saturating_sub(text.width()) + GAP;
        }
        out.push_str(&drawn);
        out.push('\n');
    }
}

/// The text in lines of at most `width` columns, broken at spaces. A word is broken only if it is longer than a line:
/// first at the marks of a heading and between Lao syllables, and never between a letter and its marks.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    wrap_behind(text, width, 0)
}

/// As [`wrap`], with `used` columns of the first line already taken.
fn wrap_behind(text: &str, width: usize, mut used: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let bare = word.trim_end_matches(' ');
        // Most words need no look at their letters: each is as wide as it is long, and there is one part.
        let is_plain = bare.len() <= width && word.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let wide = if is_plain { bare.len() } else { bare.width() };
        if used > 0 && used + wide > width {
            start_line(&mut lines, &mut used);
        }
        if is_plain && let Some(line) = lines.last_mut() {
            line.push_str(word);
            used += word.len();
            continue;
        }
        for part in word.split(WORD_BREAK) {
            if used > 0 && used + part.trim_end_matches(' ').width() > width {
                start_line(&mut lines, &mut used);
            }
            for syllable in syllables(part) {
                if used > 0 && used + syllable.trim_end_matches(' ').width() > width {
                    start_line(&mut lines, &mut used);
                }
                put(syllable, width, &mut lines, &mut used);
            }
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end_matches(' ').len());
    }
    lines
}

/// Appends an unbreakable part; breaks it only if it is longer than a line.
fn put(unbroken: &str, width: usize, lines: &mut Vec<String>, used: &mut usize) {
    for letter in unbroken.chars() {
        let letter_width = letter.width().unwrap_or(0);
        if letter_width > 0 && *used + letter_width > width && letter != ' ' {
            start_line(lines, used);
        }
        if let Some(line) = lines.last_mut() {
            line.push(letter);
        }
        *used += letter_width;
    }
}

fn start_line(lines: &mut Vec<String>, used: &mut usize) {
    lines.push(String::new());
    *used = 0;
}

/// The text, wrapped, each line indented by `indent` spaces.
pub(super) fn indented(text: &str, indent: usize, width: usize) -> String {
    let lines = wrap(text, width.saturating_sub(indent).max(20));
    let lead = " ".repeat(indent);
    lines.into_iter().fold(String::new(), |out, line| out + &lead + &line + "\n")
}
