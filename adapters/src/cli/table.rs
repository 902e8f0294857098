//! Tables for people: columns by the width that their letters take, Lao ones too, wrapped to fit the line.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

use super::paint::{Paint, Tone};

/// Between two columns.
const GAP: usize = 2;
/// A column is not made narrower than this.
const NARROWEST: usize = 8;

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// What it says.
    pub text: String,
    /// What it is about.
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

    /// The table as lines of at most `width` columns.
    pub(super) fn draw(&self, width: usize, paint: Paint) -> String {
        let widths = self.widths(width);
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

    /// The width of the longest word in each column: a reference or a code is cut only where nothing else helps.
    fn longest_words(&self) -> Vec<usize> {
        let longest = |text: &str| text.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0);
        let mut words: Vec<usize> = self.headings.iter().map(|heading| longest(heading)).collect();
        for row in &self.rows {
            for (word, cell) in words.iter_mut().zip(row) {
                *word = (*word).max(longest(&cell.text));
            }
        }
        words
    }

    /// The width of each column: what it needs, the widest cut back until all fit.
    fn widths(&self, most: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self.headings.iter().map(|heading| heading.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.text.width());
            }
        }
        let room = most.saturating_sub(GAP * widths.len().saturating_sub(1));
        let words = self.longest_words();
        for least in [words, vec![NARROWEST; widths.len()]] {
            while widths.iter().sum::<usize>() > room {
                let wider = widths.iter_mut().zip(&least).filter(|(width, least)| **width > **least);
                match wider.map(|(width, _)| width).max() {
                    Some(widest) => *widest -= 1,
                    None => break,
                }
            }
        }
        widths
    }
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

/// The text in lines of at most `width` columns: broken at spaces, within a word only where the word is longer than a
/// line, and never between a letter and the marks that belong to it.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let bare = word.trim_end_matches(' ');
        if used > 0 && used + bare.width() > width {
            start_line(&mut lines, &mut used);
        }
        for letter in word.chars() {
            let letter_width = letter.width().unwrap_or(0);
            if letter_width > 0 && used + letter_width > width && letter != ' ' {
                start_line(&mut lines, &mut used);
            }
            if let Some(line) = lines.last_mut() {
                line.push(letter);
            }
            used += letter_width;
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end_matches(' ').len());
    }
    lines
}

fn start_line(lines: &mut Vec<String>, used: &mut usize) {
    lines.push(String::new());
    *used = 0;
}

/// The text, wrapped, each line behind `indent` spaces.
pub(super) fn indented(text: &str, indent: usize, width: usize) -> String {
    let lines = wrap(text, width.saturating_sub(indent).max(20));
    let lead = " ".repeat(indent);
    lines.into_iter().fold(String::new(), |out, line| out + &lead + &line + "\n")
}
