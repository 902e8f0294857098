//! Reads the rows that a check and a rebuild compare, some cases at a time, and writes what was not as the log gives it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use engine::action::CaseRef;
use engine::rulebook::{Digest, Rulebook};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};

use super::file::Failed;
use super::reads::{self, whole};
use super::rows::{cells, insert_alert, replace_case};
use crate::audit::{Audit, Found, Repair, Tables, Unreadable, unread};
use crate::cell::Cell;
use crate::damage::altered_rulebook;
use crate::examined::Keep;
use crate::rows::{AlertRow, Cells, NAMES, WIDTH};
use crate::{Delivery, Position};

/// What was found about some cases.
pub(super) type Chunk = crate::audit::Chunk<i64>;
/// A row that is not what the log gives.
pub(super) type Difference = crate::audit::Difference<i64>;

/// Writes what the log gives.
pub(super) fn repair(connection: &Connection, difference: &Difference) -> Result<(), rusqlite::Error> {
    let delete_alert = |position: &Position| -> Result<(), rusqlite::Error> {
        connection.prepare_cached("DELETE FROM alerts WHERE position = ?1")?.execute([position.0])?;
        Ok(())
    };
    match &difference.repair {
        Repair::DeleteCase(key) => {
            connection.prepare_cached("DELETE FROM cases WHERE case_key = ?1")?.execute([key])?;
            Ok(())
        }
        Repair::WriteCase(key, row) => replace_case(connection, *key, row),
        Repair::DeleteAlert(position) => delete_alert(position),
        Repair::WriteAlert { position, key, row, pending } => {
            delete_alert(position)?;
            insert_alert(connection, *position, *key, row, *pending)
        }
    }
}

/// The first key of a case behind another; none if there are no more.
pub(super) fn next_key(connection: &Connection, after: i64) -> Result<Option<i64>, Failed> {
    let sql = "SELECT min(key) FROM (SELECT min(case_key) AS key FROM events WHERE case_key > ?1
               UNION ALL SELECT min(case_key) FROM cases WHERE case_key > ?1)";
    Ok(connection.prepare_cached(sql)?.query_row([after], |row| row.get(0))?)
}

/// Looks at the cases with these keys.
pub(super) fn chunk(
    connection: &Connection,
    book: &Rulebook,
    keys: &RangeInclusive<i64>,
    keep: Keep,
) -> Result<Chunk, Failed> {
    // The questions of one chunk are answered from one state of the file.
    let transaction = connection.unchecked_transaction()?;
    let mut audit = Audit::new(book, rulebooks(connection)?, views(connection, keys)?, keep);
    let mut statement = connection.prepare_cached(concat!(
        "SELECT e.case_key, e.version, e.position, ",
        whole!(),
        " FROM events e WHERE e.case_key BETWEEN ?1 AND ?2 ORDER BY e.case_key, e.version"
    ))?;
    let mut rows = statement.query(params![keys.start(), keys.end()])?;
    while let Some(row) = rows.next()? {
        audit.take(found(row)?, row.get_ref(4)?.as_str().unwrap_or_default(), connection)?;
    }
    let chunk = audit.end(|key, case| connection.stands_elsewhere(key, case))?;
    drop(rows);
    drop(statement);
    transaction.commit()?;
    Ok(chunk)
}

fn found(row: &Row<'_>) -> Result<Found<i64>, Failed> {
    let event = reads::event(row, 3).map_or_else(|failed| failed.damage().map(Err), |event| Ok(Ok(event)))?;
    let unread = unread(reads::disclosures(row, 3)?);
    Ok(Found { key: row.get(0)?, version: row.get(1)?, position: Position(row.get(2)?), event, unread, beside: None })
}

impl Tables<i64> for Connection {
    type Failed = Failed;

    fn delivery(&self, position: Position) -> Result<Result<Option<Delivery>, Unreadable>, Failed> {
        match reads::delivery_of(self, position) {
            Ok(delivery) => Ok(Ok(delivery)),
            Err(Failed::Database(error)) if error.sqlite_error_code().is_none() => Ok(Err(Unreadable)),
            Err(failed) => Err(failed),
        }
    }

    fn has_alert(&self, position: Position, key: i64, row: &AlertRow, pending: bool) -> Result<bool, Failed> {
        let sql = "SELECT 1 FROM alerts WHERE position = ?1 AND case_key = ?2 AND rule = ?3 AND addressees = ?4
                   AND recorded_at = ?5 AND publishable = ?6 AND pending = ?7";
        let AlertRow { rule, addressees, recorded_at, publishable } = row;
        let values = params![position.0, key, rule.word(), addressees, recorded_at, publishable, pending];
        Ok(self.prepare_cached(sql)?.exists(values)?)
    }

    fn stands_elsewhere(&self, key: i64, case: &CaseRef) -> Result<bool, Failed> {
        let sql = "SELECT 1 FROM cases c WHERE c.stream_id = ?1 AND c.case_key <> ?2
                   AND EXISTS (SELECT 1 FROM events e WHERE e.case_key = c.case_key)";
        Ok(self.prepare_cached(sql)?.exists(params![case.stream_id().as_bytes().as_slice(), key])?)
    }
}

fn views(connection: &Connection, keys: &RangeInclusive<i64>) -> Result<BTreeMap<i64, Cells<'static>>, Failed> {
    let sql = format!("SELECT {}, case_key FROM cases WHERE case_key BETWEEN ?1 AND ?2", *NAMES);
    let view = |row: &Row<'_>| Ok((row.get(WIDTH)?, cells(row)?.map(Cell::into_owned)));
    Ok(reads::all(connection, &sql, params![keys.start(), keys.end()], view)?.into_iter().collect())
}

/// The digests of all rulebooks that the log keeps.
fn rulebooks(connection: &Connection) -> Result<BTreeSet<Digest>, Failed> {
    let digest = |row: &Row<'_>| Ok(row.get_ref(0)?.as_str().ok().and_then(Digest::parse));
    Ok(reads::all(connection, "SELECT digest FROM rulebooks", [], digest)?.into_iter().flatten().collect())
}

/// How many rows the table `alerts` has.
pub(super) fn alert_rows(connection: &Connection) -> Result<u64, Failed> {
    Ok(connection.query_row("SELECT count(*) FROM alerts", [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// Rows of the table `alerts` on what is no alert.
pub(super) fn stray_alerts(connection: &Connection) -> Result<Vec<Difference>, Failed> {
    let sql = "SELECT a.position FROM alerts a LEFT JOIN events e ON e.position = a.position
               WHERE e.position IS NULL OR instr(e.payload, '\"event\":\"action_recorded\"') > 0
               ORDER BY a.position";
    reads::all(connection, sql, [], |row| Ok(Difference::stray_alert(Position(row.get(0)?))))
}

/// What is wrong with the log as a whole.
pub(super) fn log_damage(connection: &Connection) -> Result<Vec<String>, Failed> {
    let told =
        reads::all(connection, "PRAGMA integrity_check(20)", [], reads::lossy)?.into_iter().filter(|line| line != "ok");
    let mut damage: Vec<String> = told.map(|line| format!("the database file: {line}")).collect();
    let gap = "SELECT e.position + 1 FROM events e WHERE NOT EXISTS (SELECT 1 FROM events n WHERE n.position = e.position + 1)
               AND e.position < (SELECT max(position) FROM events) ORDER BY e.position LIMIT 20";
    let gaps: Vec<i64> = reads::all(connection, gap, [], |row| Ok(row.get(0)?))?;
    damage.extend(gaps.into_iter().map(|position| format!("position {position} is missing in the log")));
    let first: Option<i64> = reads::one(connection, "SELECT min(position) FROM events", [])?;
    if first.is_some_and(|first| first != 1) {
        damage.push("position 1 is missing in the log".to_owned());
    }
    let altered = |row: &Row<'_>| Ok(altered_rulebook(text(row.get_ref(0)?), text(row.get_ref(1)?)));
    damage.extend(reads::all(connection, "SELECT digest, source FROM rulebooks", [], altered)?.into_iter().flatten());
    Ok(damage)
}

/// The highest key of any case, and how many events there are.
pub(super) fn extent(connection: &Connection) -> Result<(i64, u64), Failed> {
    let sql =
        "SELECT max(coalesce((SELECT max(case_key) FROM events), 0), coalesce((SELECT max(case_key) FROM cases), 0)),
               (SELECT count(*) FROM events)";
    Ok(connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?)
}

/// The bytes of a text.
fn text(found: ValueRef<'_>) -> &[u8] {
    found.as_bytes().unwrap_or_default()
}
