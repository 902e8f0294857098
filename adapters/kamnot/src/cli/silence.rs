//! Silent offices as a table.

use std::io;

use service::reconcile::Silence;

use super::arguments::Common;
use super::database::Database;
use super::in_force::offices_in_force;
use super::output::Failure;
use super::paint::{Paint, Tone, line_width};
use super::table::{Cell, Table};
use super::time::short;

/// Their names, their numbers of open cases, and when each last recorded something.
pub(super) fn silence<'s>(
    common: &Common,
    database: &Database,
    silent: impl Iterator<Item = &'s Silence>,
) -> Result<String, Failure> {
    let offices = offices_in_force(common, database)?;
    let headings = ["Office", "Name", "Open cases", "Last recorded", "Days"].map(str::to_owned).to_vec();
    let mut table = Table { headings, rows: Vec::new() };
    for silence in silent {
        table.rows.push(vec![
            Cell::new(silence.office.as_str(), Tone::Strong),
            Cell::plain(offices.name(&silence.office, common.lang)),
            Cell::plain(silence.open_cases.to_string()),
            Cell::plain(silence.last_heard.map_or_else(|| "never".to_owned(), short)),
            Cell::plain(silence.days().to_string()),
        ]);
    }
    Ok(table.draw(line_width(), Paint::of(&io::stdout())))
}
