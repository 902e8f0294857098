//! What an append is in the tables of the database, and how rows are read from them.

use engine::action::CaseRef;
use engine::case::Event;
use engine::rulebook::Rulebook;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::server::Failed;
use crate::rows::{AlertRow, COLUMNS, Cell, Cells, ColumnKind, WIDTH};
use crate::{Append, jobs, rows};

/// What the writer is asked to write.
pub(super) type Job = jobs::Job<EventRow>;

/// The rows of an append.
pub(super) type Rows = rows::Rows<EventRow>;

/// The row of an event, but for its place.
pub(super) struct EventRow {
    pub id: Uuid,
    pub payload: String,
    pub recorded_at: i64,
    pub alert: Option<AlertRow>,
}

impl Job {
    pub fn append(append: Append, book: &Rulebook) -> Self {
        Self::Append(Box::new(Rows::of(append, book, |event, case| EventRow::of(&event, case))))
    }
}

impl EventRow {
    fn of(event: &Event, case: &CaseRef) -> Self {
        Self {
            id: event.id(case),
            payload: event.to_json(),
            recorded_at: event.recorded_at.unix(),
            alert: AlertRow::of(event),
        }
    }
}

/// A case's row, in the columns from the first on.
pub(super) fn cells(row: &PgRow) -> Result<Cells<'_>, Failed> {
    let mut cells = [const { Cell::Null }; WIDTH];
    for (n, (found, (_, kind))) in cells.iter_mut().zip(COLUMNS).enumerate() {
        let cell = match kind {
            ColumnKind::Id => row.try_get::<Option<Uuid>, _>(n)?.map(Cell::Id),
            ColumnKind::Version => row.try_get::<Option<i32>, _>(n)?.map(i64::from).map(Cell::Number),
            ColumnKind::Number => row.try_get::<Option<i64>, _>(n)?.map(Cell::Number),
            ColumnKind::Text | ColumnKind::Office => row.try_get::<Option<&str>, _>(n)?.map(Cell::text),
        };
        *found = cell.unwrap_or(Cell::Null);
    }
    Ok(cells)
}
