//! What an append is in the tables of the database, and how rows are read from them.

use engine::action::CaseRef;
use engine::case::{Commitment, Event};
use sqlx::postgres::PgRow;
use sqlx::{Column as _, Row as _, TypeInfo as _};
use uuid::Uuid;

use super::server::Failed;
use crate::cell::Cell;
use crate::rows::{AlertRow, Cells, OfEvent, WIDTH};
use crate::{jobs, rows};

/// What the writer is asked to write.
pub(super) type Job = jobs::Job<EventRow>;

/// The rows of an append.
pub(super) type Rows = rows::Rows<EventRow>;

/// The row of an event, but for its place.
pub(crate) struct EventRow {
    pub id: Uuid,
    pub payload: String,
    /// What is personal in it, each with its digest.
    pub commitments: Vec<Commitment>,
    pub recorded_at: i64,
    pub alert: Option<AlertRow>,
}

impl OfEvent for EventRow {
    fn of(event: Event, case: &CaseRef) -> Self {
        Self {
            id: event.id(case),
            payload: event.to_json(),
            recorded_at: event.recorded_at.unix(),
            alert: AlertRow::of(&event),
            commitments: event.commitments,
        }
    }
}

/// What stands in a column.
pub(super) fn cell(row: &PgRow, n: usize) -> Result<Cell<'_>, Failed> {
    let cell = match row.try_column(n)?.type_info().name() {
        "UUID" => row.try_get::<Option<Uuid>, _>(n)?.map(Cell::Id),
        "BYTEA" => row.try_get::<Option<&[u8]>, _>(n)?.map(|bytes| Cell::Bytes(bytes.into())),
        "INT4" => row.try_get::<Option<i32>, _>(n)?.map(i64::from).map(Cell::Number),
        "INT8" => row.try_get::<Option<i64>, _>(n)?.map(Cell::Number),
        _ => row.try_get::<Option<&str>, _>(n)?.map(Cell::text),
    };
    Ok(cell.unwrap_or(Cell::Null))
}

/// A case's row, in the columns from the first on.
pub(super) fn cells(row: &PgRow) -> Result<Cells<'_>, Failed> {
    let mut cells = [const { Cell::Null }; WIDTH];
    for (n, found) in cells.iter_mut().enumerate() {
        *found = cell(row, n)?;
    }
    Ok(cells)
}
