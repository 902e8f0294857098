//! The questions that are asked of the tables, each on a connection that it is given, and what their rows mean.

use std::ops::RangeInclusive;

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::case::{Case, Event};
use engine::rulebook::Digest;
use projections::CaseView;
use rusqlite::types::FromSql;
use rusqlite::{Connection, Params, Row};
use uuid::Uuid;

use super::file::{Failed, File};
use super::rows::{cell, cells};
use crate::copying::Kept;
use crate::damage::{self, rulebook_text};
use crate::passed_over::PassedOver;
use crate::recent::Recent;
use crate::rows::{self, Cases, NAMES};
use crate::secret::Sealed;
use crate::standing::Standing;
use crate::{Backlog, Delivery, DueCase, Position, Stored, WorkShare, between};

/// The columns of an event `e` as [`event`] reads it: with its disclosures in one text.
macro_rules! whole {
    () => {
        "e.format, e.payload, (SELECT group_concat(disclosed(d.key, d.stream_id, d.version, d.digest, d.bytes), '~')
            FROM disclosures d WHERE d.case_key = e.case_key AND d.version = e.version)"
    };
}
pub(super) use whole;

/// Events `e` in their places, of cases `c`, as [`stored`] reads them.
macro_rules! stored {
    ($rest:literal) => {
        concat!("SELECT e.position, c.reference, e.version, ", whole!(), ", c.stream_id FROM ", $rest)
    };
}

pub(super) const STREAM: &str =
    stored!("cases c JOIN events e ON e.case_key = c.case_key WHERE c.stream_id = ?1 ORDER BY e.version");
pub(super) const HEAD: &str = "SELECT coalesce(max(position), 0) FROM events";
pub(super) const LOG: &str =
    stored!("events e JOIN cases c ON c.case_key = e.case_key WHERE e.position > ?1 ORDER BY e.position LIMIT ?2");
/// As [`LOG`], with the disclosures as they are kept.
pub(super) const KEPT: &str = concat!(
    "SELECT e.position, c.reference, e.version, ",
    whole!(),
    ", c.stream_id, (SELECT group_concat(hex(d.key) || hex(d.digest) || hex(d.bytes), '~') FROM disclosures d
        WHERE d.case_key = e.case_key AND d.version = e.version)
    FROM events e JOIN cases c ON c.case_key = e.case_key WHERE e.position > ?1 ORDER BY e.position LIMIT ?2"
);
const AT: &str = stored!("events e JOIN cases c ON c.case_key = e.case_key WHERE e.position = ?1");
/// As [`AT`], also where the case's row is missing.
const ALERT_AT: &str = stored!("events e LEFT JOIN cases c ON c.case_key = e.case_key WHERE e.position = ?1");
const PENDING: &str = "SELECT position FROM alerts WHERE pending = 1 AND position > ?1 ORDER BY position";
const BACKLOG: &str = "SELECT (SELECT count(*) FROM (SELECT 1 FROM alerts WHERE pending = 1 LIMIT ?1)),
    (SELECT recorded_at FROM alerts WHERE pending = 1 ORDER BY position LIMIT 1)";
const DUE: &str = "SELECT reference, stream_id, version FROM cases WHERE next_due <= ?1 ORDER BY next_due, reference";
pub(super) const NEXT_DUE: &str = "SELECT min(next_due) FROM cases WHERE next_due IS NOT NULL";
const DELIVERY: &str = "SELECT position, alert_id, stream_sequence, delivered_at FROM deliveries WHERE position = ?1";
const MARKED: &str =
    "SELECT stream_sequence FROM deliveries WHERE stream_sequence BETWEEN ?1 AND ?2 ORDER BY stream_sequence";

/// What `read` makes of each row.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Failed>,
) -> Result<Vec<T>, Failed> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// What `read` makes of the first row, if there is one.
fn find<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, Failed>,
) -> Result<Option<T>, Failed> {
    let mut statement = connection.prepare_cached(sql)?;
    statement.query(values)?.next()?.map(read).transpose()
}

/// What stands in the first column of the only row.
pub(super) fn one<T: FromSql>(connection: &Connection, sql: &str, values: impl Params) -> Result<T, Failed> {
    Ok(connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}

/// The case as its events fold into it.
pub(super) fn case(connection: &Connection, case: &CaseRef) -> Result<Case, Failed> {
    let mut state = Case::default();
    let mut statement = connection.prepare_cached(concat!(
        "SELECT e.version, ",
        whole!(),
        " FROM events e WHERE e.case_key = (SELECT case_key FROM cases WHERE stream_id = ?1) ORDER BY e.version"
    ))?;
    let mut rows = statement.query([case.stream_id().as_bytes().as_slice()])?;
    while let Some(row) = rows.next()? {
        state = damage::fold(state, case, row.get(0)?, event(row, 1))?;
    }
    Ok(state)
}

/// The event in the columns [`whole!`], from the column `at` on.
pub(super) fn event(row: &Row<'_>, at: usize) -> Result<Event, Failed> {
    let disclosures = disclosures(row, at)?.unwrap_or_default();
    Ok(damage::event(row.get(at)?, row.get_ref(at + 1)?.as_str().ok(), disclosures)?)
}

/// Its disclosures in one text, as far as there are any.
pub(super) fn disclosures<'r>(row: &'r Row<'_>, at: usize) -> Result<Option<&'r str>, Failed> {
    Ok(row.get_ref(at + 2)?.as_str_or_null().unwrap_or_default())
}

/// The event in its place.
pub(super) fn stored(row: &Row<'_>) -> Result<Stored, Failed> {
    let case = case_of(row, 1, 6)?;
    let version = u32::try_from(row.get::<_, i64>(2)?).unwrap_or(0);
    damage::stored(Position(row.get(0)?), case, version, event(row, 3))
}

/// The event in its place as it is kept.
pub(super) fn kept(row: &Row<'_>, cases: &mut Cases) -> Result<Kept, Failed> {
    let (reference, stream_id) = (cell(row.get_ref(1)?), cell(row.get_ref(6)?));
    let (case, stream_id) = cases.of(reference.as_text(), stream_id.as_id())?;
    Ok(Kept {
        position: Position(row.get(0)?),
        case,
        stream_id,
        version: u32::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
        format: row.get(3)?,
        payload: row.get_ref(4)?.as_str().ok().map(str::to_owned),
        disclosures: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
        sealed: sealed(row.get_ref(7)?.as_str_or_null().unwrap_or_default().unwrap_or_default()),
    })
}

/// Disclosures as they are kept, each in hexadecimal digits.
fn sealed(texts: &str) -> Vec<Sealed> {
    let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes = |text: &str| text.as_bytes().chunks(2).map(byte).collect::<Option<Vec<u8>>>();
    texts.split('~').filter_map(|text| Sealed::from_bytes(&bytes(text)?)).collect()
}

/// What may be published and was not delivered; what this process recorded just now is not read again.
pub(super) fn outbox(
    connection: &Connection,
    after: Position,
    most: usize,
    recent: &Recent,
    passed_over: &PassedOver,
) -> Result<Vec<Stored>, Failed> {
    let mut statement = connection.prepare_cached(PENDING)?;
    let mut pending = statement.query_map([after.0], |row| row.get(0).map(Position))?;
    let read = |at: Position| Ok::<_, Failed>(damage::alert(find(connection, ALERT_AT, [at.0], stored)?)?);
    let mut found = Vec::new();
    while found.len() < most
        && let Some(position) = pending.next().transpose()?
    {
        match recent.take(position).map_or_else(|| read(position), Ok) {
            Ok(alert) => found.push(alert),
            Err(failed) => passed_over.alert(position, &failed.damage()?),
        }
    }
    Ok(found)
}

/// How much waits to be published, and since when.
pub(super) fn backlog(connection: &Connection) -> Result<Backlog, Failed> {
    let mut statement = connection.prepare_cached(BACKLOG)?;
    let (waiting, oldest) =
        statement.query_row([Backlog::MOST], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)))?;
    Ok(Backlog { waiting: waiting.cast_unsigned(), oldest: oldest.map(Instant::from_unix), unreadable: 0 })
}

/// The events at these places.
pub(super) fn at(connection: &Connection, positions: &[Position]) -> Result<Vec<Stored>, Failed> {
    let mut found = Vec::with_capacity(positions.len());
    for position in positions {
        found.extend(find(connection, AT, [position.0], stored)?);
    }
    Ok(found)
}

/// The cases that have something to tell.
pub(super) fn due(
    connection: &Connection,
    until: Instant,
    most: usize,
    share: WorkShare,
    passed_over: &PassedOver,
) -> Result<Vec<DueCase>, Failed> {
    let mut statement = connection.prepare_cached(DUE)?;
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

/// The delivery of the alert at a position.
pub(super) fn delivery_of(connection: &Connection, position: Position) -> Result<Option<Delivery>, Failed> {
    find(connection, DELIVERY, [position.0], delivery)
}

pub(super) fn delivery(row: &Row<'_>) -> Result<Delivery, Failed> {
    Ok(Delivery {
        position: Position(row.get(0)?),
        alert: Uuid::from_bytes(row.get(1)?),
        stream_sequence: row.get::<_, i64>(2)?.cast_unsigned(),
        at: Instant::from_unix(row.get(3)?),
    })
}

/// Whether the key of what is personal in the log is at hand, as far as one row tells; none without anything personal.
pub(super) fn keys_are_there(connection: &Connection) -> Result<Option<bool>, Failed> {
    let sql = "SELECT disclosed(key, stream_id, version, digest, bytes) <> '' FROM disclosures ORDER BY case_key DESC LIMIT 1";
    Ok(find(connection, sql, [], |row| Ok(row.get::<_, Option<bool>>(0)?))?.flatten())
}

/// A small text of the table `meta`.
pub(super) fn meta(connection: &Connection, key: &str) -> Result<Option<String>, Failed> {
    find(connection, "SELECT value FROM meta WHERE key = ?1", [key], |row| Ok(row.get(0)?))
}

/// The text of a rulebook that the log was decided under.
pub(super) fn rulebook(connection: &Connection, digest: &str) -> Result<Option<String>, Failed> {
    find(connection, "SELECT source FROM rulebooks WHERE digest = ?1", [digest], |row| {
        Ok(rulebook_text(digest, row.get_ref(0)?.as_bytes().unwrap_or_default())?)
    })
}

/// A text, as far as it is one: a rulebook that was altered is none of those that anything was decided under; the check
/// names it.
pub(super) fn lossy(row: &Row<'_>) -> Result<String, Failed> {
    Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes().unwrap_or_default()).into_owned())
}

/// The stretches of stream sequences that no delivery has.
pub(super) fn unmarked(connection: &Connection, from: u64, to: u64) -> Result<Vec<RangeInclusive<u64>>, Failed> {
    let mut statement = connection.prepare_cached(MARKED)?;
    let taken = statement.query_map([from.cast_signed(), to.cast_signed()], |row| row.get::<_, i64>(0))?;
    let mut failed = None;
    let taken = taken.map_while(|number| number.map_err(|error| failed = Some(error)).ok()).map(i64::cast_unsigned);
    let found = between(from, to, taken.map(|taken| taken..=taken));
    failed.map_or(Ok(found), |error| Err(error.into()))
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
    let texts: Vec<(String, String)> = all(connection, sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Standing::of(texts.iter().map(|(key, text)| (key.as_str(), text.as_str()))))
}

/// The views of the cases that an office has handed on, by reference.
pub(super) fn handed_on(connection: &Connection, office: &OfficeCode) -> Result<Vec<CaseView>, Failed> {
    // The first condition is that of the index.
    let sql = format!(
        r#"SELECT {} FROM cases WHERE instr(document, '"former":') > 0 AND instr(document, '"' || ?1 || '"') > 0
           ORDER BY reference"#,
        *NAMES
    );
    let views = all(connection, &sql, [office.as_str()], view)?.into_iter().flatten();
    Ok(views.filter(|view| view.was_of(office)).collect())
}

/// The views of the cases in which something was escalated and is still owed, by reference.
pub(super) fn escalated(connection: &Connection) -> Result<Vec<CaseView>, Failed> {
    // The condition is that of the index.
    let sql = format!(r#"SELECT {} FROM cases WHERE instr(document, '"escalated":') > 0 ORDER BY reference"#, *NAMES);
    Ok(all(connection, &sql, [], view)?.into_iter().flatten().collect())
}

/// Hands the views of all cases to `take`.
pub(super) fn views(connection: &Connection, mut take: impl FnMut(CaseView)) -> Result<(), Failed> {
    let mut statement = connection.prepare_cached(&format!("SELECT {} FROM cases", *NAMES))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        view(row)?.into_iter().for_each(&mut take);
    }
    Ok(())
}

/// The view in a row of the columns [`NAMES`]; none where the case is not opened.
pub(super) fn view(row: &Row<'_>) -> Result<Option<CaseView>, Failed> {
    Ok(rows::view(&cells(row)?)?)
}

/// The reference in the first column.
pub(super) fn reference(row: &Row<'_>) -> Result<CaseRef, Failed> {
    Ok(rows::reference(cell(row.get_ref(0)?).as_text())?)
}

/// The case of a reference with the id of its stream.
fn case_of(row: &Row<'_>, reference_at: usize, stream_id_at: usize) -> Result<CaseRef, Failed> {
    let (reference, stream_id) = (cell(row.get_ref(reference_at)?), cell(row.get_ref(stream_id_at)?));
    Ok(rows::case_of(reference.as_text(), stream_id.as_id())?)
}
