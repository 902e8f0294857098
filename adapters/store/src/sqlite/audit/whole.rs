//! What is no single case's: the log as a whole, rows of alerts that are none, rulebooks.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::Difference;
use crate::Position;
use crate::damage::altered_rulebook;
use crate::sqlite::file::Failed;
use crate::sqlite::reads::{all, lossy, one};

/// Rows of the table `alerts` on what is no alert.
pub(in crate::sqlite) fn stray_alerts(connection: &Connection) -> Result<Vec<Difference>, Failed> {
    let sql = "SELECT a.position FROM alerts a LEFT JOIN events e ON e.position = a.position
               WHERE e.position IS NULL OR instr(e.payload, '\"event\":\"action_recorded\"') > 0
               ORDER BY a.position";
    all(connection, sql, [], |row| Ok(Difference::stray_alert(Position(row.get(0)?))))
}

/// What is wrong with the log as a whole.
pub(in crate::sqlite) fn log_damage(connection: &Connection) -> Result<Vec<String>, Failed> {
    let told = all(connection, "PRAGMA integrity_check(20)", [], lossy)?.into_iter().filter(|line| line != "ok");
    let mut damage: Vec<String> = told.map(|line| format!("the database file: {line}")).collect();
    let gap = "SELECT e.position + 1 FROM events e WHERE NOT EXISTS (SELECT 1 FROM events n WHERE n.position = e.position + 1)
               AND e.position < (SELECT max(position) FROM events) ORDER BY e.position LIMIT 20";
    let gaps: Vec<i64> = all(connection, gap, [], |row| Ok(row.get(0)?))?;
    damage.extend(gaps.into_iter().map(|position| format!("position {position} is missing in the log")));
    let first: Option<i64> = one(connection, "SELECT min(position) FROM events", [])?;
    if first.is_some_and(|first| first != 1) {
        damage.push("position 1 is missing in the log".to_owned());
    }
    let altered = |row: &Row<'_>| Ok(altered_rulebook(text(row.get_ref(0)?), text(row.get_ref(1)?)));
    damage.extend(all(connection, "SELECT digest, source FROM rulebooks", [], altered)?.into_iter().flatten());
    Ok(damage)
}

/// The highest key of any case, and how many events there are.
pub(in crate::sqlite) fn extent(connection: &Connection) -> Result<(i64, u64), Failed> {
    let sql =
        "SELECT max(coalesce((SELECT max(case_key) FROM events), 0), coalesce((SELECT max(case_key) FROM cases), 0)),
               (SELECT count(*) FROM events)";
    Ok(connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?)
}

/// The bytes of a text.
fn text(found: ValueRef<'_>) -> &[u8] {
    found.as_bytes().unwrap_or_default()
}
