//! What an append is in the tables of the file, and how rows are written to them and read.

use std::sync::{Arc, LazyLock};

use engine::action::CaseRef;
use engine::case::{Commitment, Event};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params, params_from_iter};
use uuid::Uuid;

use super::file::Failed;
use super::keys::Keys;
use crate::cell::Cell;
use crate::disclosed::disclosed;
use crate::rows::{AlertRow, COLUMNS, CaseRow, Cells, ColumnKind, NAMES, OfEvent, WIDTH};
use crate::secret::Sealed;
use crate::{Position, Stored, jobs, rows};

/// What the writer is asked to write.
pub(super) type Job = jobs::Job<EventRow>;

/// The rows of an append.
pub(super) type Rows = rows::Rows<EventRow>;

/// The row of an event, but for its place.
pub(crate) struct EventRow {
    pub payload: String,
    /// What is personal in it, each with its digest.
    pub commitments: Vec<Commitment>,
    pub alert: Option<AlertRow>,
    /// The event itself, where it is to be published.
    publishable: Option<Event>,
}

impl Rows {
    /// What is to be published of it, the last event having this place in the log.
    pub fn publishable(&mut self, last: Position) -> impl Iterator<Item = Stored> {
        let first = last.0 + 1 - i64::try_from(self.events.len()).unwrap_or(i64::MAX);
        let places = (first..).map(Position).zip(self.expected + 1..);
        let events = places.zip(&mut self.events);
        let case = &self.view.case;
        events.filter_map(|((position, version), row)| {
            Some(Stored { position, case: case.clone(), version, event: row.publishable.take()? })
        })
    }
}

impl OfEvent for EventRow {
    fn of(mut event: Event, _: &CaseRef) -> Self {
        let (payload, alert) = (event.to_json(), AlertRow::of(&event));
        let commitments = std::mem::take(&mut event.commitments);
        let publishable = alert.as_ref().is_some_and(|alert| alert.publishable).then_some(event);
        Self { payload, commitments, alert, publishable }
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>, rusqlite::Error> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null | Self::Unreadable => ValueRef::Null,
            Self::Id(id) => ValueRef::Blob(id.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Number(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// What stands in a column.
pub(super) fn cell(found: ValueRef<'_>) -> Cell<'_> {
    match found {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Number(number),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).map_or(Cell::Unreadable, Cell::text),
        ValueRef::Blob(bytes) => Uuid::from_slice(bytes).map_or(Cell::Bytes(bytes.into()), Cell::Id),
        ValueRef::Real(_) => Cell::Unreadable,
    }
}

/// A case's row, in the columns from the first on.
pub(super) fn cells<'r>(row: &'r Row<'_>) -> Result<Cells<'r>, rusqlite::Error> {
    let mut cells = [const { Cell::Null }; WIDTH];
    for (n, found) in cells.iter_mut().enumerate() {
        *found = cell(row.get_ref(n)?);
    }
    Ok(cells)
}

/// Encrypts what is disclosed of events of a case, each with its version, under the case's key.
pub(super) fn sealed<'e>(
    connection: &Connection,
    keys: &Arc<Keys>,
    (key, stream): (i64, Uuid),
    events: impl Iterator<Item = (u32, &'e [Commitment])>,
) -> Result<Vec<(u32, Sealed)>, Failed> {
    let mut sealed = Vec::new();
    let mut of_case = None;
    for (version, commitments) in events {
        for (digest, disclosure) in disclosed(commitments) {
            let of_case = match &of_case {
                Some(known) => known,
                None => of_case.insert(keys.of_case(stream, last_key(connection, key)?)?),
            };
            // Of a sealed case it is thrown away.
            sealed.extend(of_case.map(|key| (version, Sealed::of(&key, (stream, version), digest, disclosure))));
        }
    }
    Ok(sealed)
}

/// The key under which something personal in a case was encrypted last.
fn last_key(connection: &Connection, key: i64) -> Result<Option<Uuid>, rusqlite::Error> {
    let sql = "SELECT key FROM disclosures WHERE case_key = ?1 ORDER BY version DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let found: Option<Vec<u8>> = statement.query_row([key], |row| row.get(0)).optional()?;
    Ok(found.and_then(|bytes| Uuid::from_slice(&bytes).ok()))
}

/// Writes disclosures of a case, each with the version of its event.
pub(super) fn insert_disclosures<'s>(
    connection: &Connection,
    (key, stream): (i64, Uuid),
    disclosures: impl IntoIterator<Item = (u32, &'s Sealed)>,
) -> Result<(), rusqlite::Error> {
    for (version, Sealed { key: id, digest, bytes }) in disclosures {
        let sql = "INSERT INTO disclosures (case_key, version, digest, stream_id, key, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let (stream, id) = (stream.as_bytes().as_slice(), id.as_bytes().as_slice());
        connection.prepare_cached(sql)?.execute(params![key, version, digest.as_slice(), stream, id, bytes])?;
    }
    Ok(())
}

/// Writes the row of an alert; `key`: of its case; `pending`: publishable and not delivered.
pub(super) fn insert_alert(
    connection: &Connection,
    position: Position,
    key: i64,
    row: &AlertRow,
    pending: bool,
) -> Result<(), rusqlite::Error> {
    let sql = "INSERT INTO alerts (position, case_key, rule, addressees, recorded_at, publishable, pending) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let AlertRow { rule, addressees, recorded_at, publishable } = row;
    let values = params![position.0, key, rule.word(), addressees, recorded_at, publishable, pending];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Writes the view of a known case over that of version `expected`; false if the case is at another version.
pub(super) fn update_view(
    connection: &Connection,
    key: i64,
    expected: u32,
    row: &CaseRow,
) -> Result<bool, rusqlite::Error> {
    /// The first updates only a row with the same offices: a column that is set is written anew in its index too, and
    /// the offices seldom change.
    static UPDATES: LazyLock<[String; 2]> = LazyLock::new(|| {
        // Where the identity would be bound, the key and the expected version are.
        let columns = |of: fn(ColumnKind) -> bool, is: &str, between: &str| -> String {
            let columns = COLUMNS.iter().zip(1..).skip(2).filter(|((_, kind), _)| of(*kind));
            columns.map(|((name, _), n)| format!("{name} {is} ?{n}")).collect::<Vec<String>>().join(between)
        };
        let update = |set: &str| format!("UPDATE cases SET {set} WHERE case_key = ?1 AND version = ?2");
        let same_offices = columns(|kind| kind == ColumnKind::Office, "IS", " AND ");
        let first = update(&columns(|kind| kind != ColumnKind::Office, "=", ", "));
        [format!("{first} AND {same_offices}"), update(&columns(|_| true, "=", ", "))]
    });
    let cells = row.cells();
    let first = [Cell::Number(key), Cell::Number(expected.into())];
    for sql in &*UPDATES {
        let values = params_from_iter(first.iter().chain(&cells[2..]));
        if connection.prepare_cached(sql)?.execute(values)? == 1 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes the row of a case, whether it is there or not.
pub(super) fn replace_case(connection: &Connection, key: i64, row: &CaseRow) -> Result<(), rusqlite::Error> {
    static REPLACE: LazyLock<String> = LazyLock::new(|| {
        format!("INSERT OR REPLACE INTO cases (case_key, {}) VALUES (?{})", *NAMES, ", ?".repeat(WIDTH))
    });
    let (key, cells) = ([Cell::Number(key)], row.cells());
    connection.prepare_cached(&REPLACE)?.execute(params_from_iter(key.iter().chain(&cells)))?;
    Ok(())
}

/// Writes the identity of a new case, at version 0; none if there is one already.
pub(super) fn insert_case(
    connection: &Connection,
    case: &CaseRef,
    stream_id: Uuid,
) -> Result<Option<i64>, rusqlite::Error> {
    let sql = "INSERT INTO cases (stream_id, reference, version) VALUES (?1, ?2, 0) ON CONFLICT DO NOTHING";
    let inserted = connection.prepare_cached(sql)?.execute(params![stream_id.as_bytes().as_slice(), case.as_str()])?;
    Ok((inserted == 1).then(|| connection.last_insert_rowid()))
}
