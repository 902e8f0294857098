//! Tables of figures as the templates show them.

use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::figures::numbers::Numbers;
use projections::figures::report::{self, Table, Words};
use projections::figures::words::Words as T;

use super::chart::Chart;
use crate::lao::{Html, html};
use crate::words::overview::Overview as O;

/// A cell; whether it stands to the right, as numbers do.
type Cell = (Html, bool);

/// A table.
pub struct Shown {
    /// Its name on the page.
    pub id: &'static str,
    /// Its title.
    pub title: Html,
    /// What it counts.
    pub says: Html,
    /// What a reader who cannot see it is told about its frame.
    pub frame: String,
    /// The headings.
    pub columns: Vec<Cell>,
    /// The rows, each with its heading.
    pub rows: Vec<(Html, Vec<Cell>)>,
    /// What is said in place of rows.
    pub nothing: Html,
    /// The same as a picture.
    pub chart: Option<Chart>,
}

impl Shown {
    /// Tables, with the picture of the stages.
    pub fn all(tables: &[Table], numbers: &Numbers, words: Words<'_>) -> Vec<Self> {
        let of = |table: &Table| {
            let chart = (table.id == "stages").then(|| Chart::of(numbers, words)).flatten();
            Self { chart, ..Self::of(table, words) }
        };
        tables.iter().map(of).collect()
    }

    fn of(table: &Table, words: Words<'_>) -> Self {
        let right = |shown: &report::Shown| !matches!(shown, report::Shown::Text(_));
        let is_number = |column: usize| {
            let place = column.checked_sub(1);
            place.is_some_and(|place| table.rows.iter().any(|row| row.cells.get(place).is_some_and(right)))
        };
        let columns = table.columns.iter().enumerate().map(|(nth, column)| (html(column), is_number(nth))).collect();
        let row = |row: &report::Row| {
            let cells = row.cells.iter().enumerate();
            let cells = cells.map(|(nth, shown)| (html(&words.text(shown)), is_number(nth + 1)));
            (html(&row.label), cells.collect())
        };
        Self {
            id: table.id,
            title: html(&table.title),
            says: html(&table.says),
            frame: format!("{}: {}", O::Scrolls.of(words.language), table.title),
            columns,
            rows: table.rows.iter().map(row).collect(),
            nothing: nothing(table.id, words.language),
            chart: None,
        }
    }
}

/// What is said in place of the rows of a table that may have none.
fn nothing(table: &str, language: Language) -> Html {
    match table {
        "not-carried" => Html::default(),
        "corrections" => html(T::NoCorrections.of(language)),
        _ => html(T::Nothing.of(language)),
    }
}
