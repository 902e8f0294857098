//! The questions that are asked of the tables, each on a connection that it is given.

mod views;

use std::ops::RangeInclusive;

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::case::{Case, Event};
use engine::rulebook::Digest;
use rusqlite::{Connection, OptionalExtension, Params, Row, Statement, params};
use uuid::Uuid;

use super::file::{Failed, File};
use crate::damage::{self, Failing as _, altered_rulebook};
use crate::passed_over::PassedOver;
use crate::recent::Recent;
use crate::standing::Standing;
use crate::{Backlog, Delivery, DueCase, Fault, Position, Share, Stored, between};

use views::case_of;
pub(super) use views::{docket, reference, views};

/// The case as its events fold into it.
pub(super) fn case(connection: &Connection, case: &CaseRef) -> Result<Case, Failed> {
    let mut state = Case::default();
    let stream_id = case.stream_id();
    let mut statement = connection.prepare_cached(
        "SELECT e.version, e.format, e.payload FROM events e
         WHERE e.case_key = (SELECT case_key FROM cases WHERE stream_id = ?1) ORDER BY e.version",
    )?;
    let mut rows = statement.query(params![stream_id.as_bytes().as_slice()])?;
    while let Some(row) = rows.next()? {
        state = damage::fold(state, case, row.get(0)?, event(row, 1))?;
    }
    Ok(state)
}

/// The event in the columns `format` and `payload`, from the column `at` on.
pub(super) fn event(row: &Row<'_>, at: usize) -> Result<Event, Failed> {
    Ok(damage::event(row.get(at)?, row.get_ref(at + 1)?.as_str().ok())?)
}

/// The columns that [`stored_all`] reads, of events `e` and cases `c`.
const STORED: &str = "e.position, c.reference, e.version, e.format, e.payload, c.stream_id";

/// Events in their places, of a query on the columns [`STORED`].
fn stored_all(connection: &Connection, rest: &str, values: impl Params) -> Result<Vec<Stored>, Failed> {
    let mut statement = connection.prepare_cached(&format!("SELECT {STORED} FROM {rest}"))?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(stored(row)?);
    }
    Ok(found)
}

/// The event in a row of the columns [`STORED`].
fn stored(row: &Row<'_>) -> Result<Stored, Failed> {
    let case = case_of(row, 1, 5)?;
    let version = u32::try_from(row.get::<_, i64>(2)?).unwrap_or(0);
    damage::stored(Position(row.get(0)?), case, version, event(row, 3))
}

/// The events of a stream in order.
pub(super) fn stream(connection: &Connection, stream_id: Uuid) -> Result<Vec<Stored>, Failed> {
    let rest = "cases c JOIN events e ON e.case_key = c.case_key WHERE c.stream_id = ?1 ORDER BY e.version";
    stored_all(connection, rest, params![stream_id.as_bytes().as_slice()])
}

/// The events of the log behind a position.
pub(super) fn log(connection: &Connection, after: Position, most: usize) -> Result<Vec<Stored>, Failed> {
    let rest = "events e JOIN cases c ON c.case_key = e.case_key WHERE e.position > ?1 ORDER BY e.position LIMIT ?2";
    stored_all(connection, rest, params![after.0, limit(most)])
}

/// What may be published and was not delivered; what this process recorded just now is not read again.
pub(super) fn outbox(
    connection: &Connection,
    after: Position,
    most: usize,
    recent: &Recent,
    passed_over: &PassedOver,
) -> Result<Vec<Stored>, Failed> {
    let sql = "SELECT position FROM alerts WHERE pending = 1 AND position > ?1 ORDER BY position";
    let mut statement = connection.prepare_cached(sql)?;
    let mut pending = statement.query_map([after.0], |row| row.get(0).map(Position))?;
    let sql =
        format!("SELECT {STORED} FROM events e LEFT JOIN cases c ON c.case_key = e.case_key WHERE e.position = ?1");
    let mut at = connection.prepare_cached(&sql)?;
    let mut found = Vec::new();
    while found.len() < most
        && let Some(position) = pending.next().transpose()?
    {
        match recent.take(position).map_or_else(|| alert_at(&mut at, position), Ok) {
            Ok(alert) => found.push(alert),
            Err(failed) => passed_over.alert(position, &failed.damage()?),
        }
    }
    Ok(found)
}

/// The alert event at a position.
fn alert_at(statement: &mut Statement<'_>, position: Position) -> Result<Stored, Failed> {
    let mut rows = statement.query([position.0])?;
    Ok(damage::alert(rows.next()?.map(stored).transpose()?)?)
}

/// How much waits to be published, and since when.
pub(super) fn backlog(connection: &Connection) -> Result<Backlog, Failed> {
    let mut statement = connection.prepare_cached(
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM alerts WHERE pending = 1 LIMIT ?1)),
                (SELECT recorded_at FROM alerts WHERE pending = 1 ORDER BY position LIMIT 1)",
    )?;
    let (waiting, oldest) =
        statement.query_row([Backlog::MOST], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)))?;
    Ok(Backlog { waiting: waiting.cast_unsigned(), oldest: oldest.map(Instant::from_unix), unreadable: 0 })
}

/// In how many cases something is still to come.
pub(super) fn watched(connection: &Connection) -> Result<u64, Failed> {
    let mut statement = connection.prepare_cached("SELECT count(*) FROM cases WHERE next_due IS NOT NULL")?;
    Ok(statement.query_row([], |row| row.get::<_, i64>(0))?.cast_unsigned())
}

/// The events at these places.
pub(super) fn at(connection: &Connection, positions: &[Position]) -> Result<Vec<Stored>, Failed> {
    let mut found = Vec::with_capacity(positions.len());
    for position in positions {
        let rest = "events e JOIN cases c ON c.case_key = e.case_key WHERE e.position = ?1";
        found.extend(stored_all(connection, rest, [position.0])?);
    }
    Ok(found)
}

/// The cases that have something to tell.
pub(super) fn due(
    connection: &Connection,
    until: Instant,
    most: usize,
    share: Share,
    passed_over: &PassedOver,
) -> Result<Vec<DueCase>, Failed> {
    let sql = "SELECT reference, stream_id, version FROM cases WHERE next_due <= ?1 ORDER BY next_due, reference";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([until.unix()])?;
    let mut due = Vec::new();
    while due.len() < most
        && let Some(row) = rows.next()?
    {
        match case_of(row, 0, 1) {
            Ok(case) if share.holds(case.stream_id()) => due.push(DueCase { case, version: row.get(2)? }),
            Ok(_) => {}
            Err(failed) => passed_over.row(&failed.damage()?),
        }
    }
    Ok(due)
}

/// The deliveries behind a position.
pub(super) fn deliveries(connection: &Connection, after: Position, most: usize) -> Result<Vec<Delivery>, Failed> {
    let sql = "SELECT position, alert_id, stream_sequence, delivered_at FROM deliveries
               WHERE position > ?1 ORDER BY position LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![after.0, limit(most)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_delivery(row)?);
    }
    Ok(found)
}

/// The delivery of the alert at a position.
pub(super) fn delivery(connection: &Connection, position: Position) -> Result<Option<Delivery>, Failed> {
    let sql = "SELECT position, alert_id, stream_sequence, delivered_at FROM deliveries WHERE position = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([position.0], read_delivery).optional()?)
}

fn read_delivery(row: &Row<'_>) -> Result<Delivery, rusqlite::Error> {
    Ok(Delivery {
        position: Position(row.get(0)?),
        alert: Uuid::from_bytes(row.get(1)?),
        stream_sequence: row.get::<_, i64>(2)?.cast_unsigned(),
        at: Instant::from_unix(row.get(3)?),
    })
}

/// Every case, by reference.
pub(super) fn cases(connection: &Connection) -> Result<Vec<CaseRef>, Failed> {
    let mut statement = connection.prepare_cached("SELECT reference FROM cases ORDER BY reference")?;
    let mut rows = statement.query([])?;
    references(&mut rows)
}

fn references(rows: &mut rusqlite::Rows<'_>) -> Result<Vec<CaseRef>, Failed> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(reference(row, 0)?);
    }
    Ok(found)
}

/// The earliest instant at which a case has something to tell.
pub(super) fn next_due(connection: &Connection) -> Result<Option<Instant>, Failed> {
    let mut statement = connection.prepare_cached("SELECT min(next_due) FROM cases WHERE next_due IS NOT NULL")?;
    let unix: Option<i64> = statement.query_row([], |row| row.get(0))?;
    Ok(unix.map(Instant::from_unix))
}

/// A small text of the table `meta`.
pub(super) fn meta(connection: &Connection, key: &str) -> Result<Option<String>, Failed> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

/// The text of a rulebook that the log was decided under.
pub(super) fn rulebook(connection: &Connection, digest: &str) -> Result<Option<String>, Failed> {
    let mut statement = connection.prepare_cached("SELECT source FROM rulebooks WHERE digest = ?1")?;
    let mut rows = statement.query([digest])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let source = row.get_ref(0)?.as_bytes().unwrap_or_default();
    match (altered_rulebook(digest.as_bytes(), source), std::str::from_utf8(source)) {
        (None, Ok(source)) => Ok(Some(source.to_owned())),
        (altered, _) => Err(Fault::Corrupt(altered.unwrap_or_default()).into()),
    }
}

/// The texts of all rulebooks that the log was decided under.
pub(super) fn rulebooks(connection: &Connection) -> Result<Vec<String>, Failed> {
    let mut statement = connection.prepare_cached("SELECT source FROM rulebooks ORDER BY digest")?;
    // One that was altered is none of those that anything was decided under; the check names it.
    let texts = statement.query_map([], |row| Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned()))?;
    Ok(texts.collect::<Result<_, _>>()?)
}

/// The stretches of stream sequences that no delivery has.
pub(super) fn unmarked(connection: &Connection, from: u64, to: u64) -> Result<Vec<RangeInclusive<u64>>, Failed> {
    let sql = "SELECT stream_sequence FROM deliveries WHERE stream_sequence BETWEEN ?1 AND ?2 ORDER BY stream_sequence";
    let mut statement = connection.prepare_cached(sql)?;
    let taken = statement.query_map([from.cast_signed(), to.cast_signed()], |row| row.get::<_, i64>(0))?;
    let mut failed = None;
    let taken = taken.map_while(|number| number.map_err(|error| failed = Some(error)).ok()).map(i64::cast_unsigned);
    let found = between(from, to, taken.map(|taken| taken..=taken));
    failed.map_or(Ok(found), |error| Err(error.into()))
}

/// How many deliveries lie behind a stream sequence.
pub(super) fn deliveries_behind(connection: &Connection, behind: u64) -> Result<usize, Failed> {
    let sql = "SELECT count(*) FROM deliveries WHERE stream_sequence > ?1";
    let count: i64 = connection.query_row(sql, [behind.cast_signed()], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Sees that the log may be worked on under the rulebook of this program.
pub(super) fn permit(connection: &Connection, file: &File, book: Digest) -> Result<(), Failed> {
    Ok(standing(connection)?.permit(&file.path.display().to_string(), book)?)
}

/// Sees that the log was not moved elsewhere.
pub(super) fn refuse_moved(connection: &Connection, file: &File) -> Result<(), Failed> {
    Ok(standing(connection)?.refuse_moved(&file.path.display().to_string())?)
}

fn standing(connection: &Connection) -> Result<Standing, Failed> {
    let sql = "SELECT key, value FROM meta WHERE key IN ('rulebook', 'moved_to', 'unfinished_copy_of')";
    let mut statement = connection.prepare_cached(sql)?;
    let texts = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let texts: Vec<(String, String)> = texts.collect::<Result<_, _>>()?;
    Ok(Standing::of(texts.iter().map(|(key, text)| (key.as_str(), text.as_str()))))
}

/// The highest stream sequence of any delivery.
pub(super) fn last_stream_sequence(connection: &Connection) -> Result<u64, Failed> {
    let last: Option<i64> =
        connection.query_row("SELECT max(stream_sequence) FROM deliveries", [], |row| row.get(0))?;
    Ok(last.map_or(0, i64::cast_unsigned))
}

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}
