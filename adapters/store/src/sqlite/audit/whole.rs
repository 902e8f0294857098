//! What is no single case's: the log as a whole, rows of alerts that are none, rulebooks.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension};

use super::Difference;
use crate::Position;
use crate::damage::altered_rulebook;
use crate::sqlite::file::Failed;

/// Rows of the table `alerts` on what is no alert.
pub(in crate::sqlite) fn stray_alerts(connection: &Connection) -> Result<Vec<Difference>, Failed> {
    let sql = "SELECT a.position FROM alerts a LEFT JOIN events e ON e.position = a.position
               WHERE e.position IS NULL OR instr(e.payload, '\"event\":\"action_recorded\"') > 0
               ORDER BY a.position";
    let mut statement = connection.prepare(sql)?;
    let strays = statement.query_map([], |row| Ok(Difference::stray_alert(Position(row.get(0)?))))?;
    Ok(strays.collect::<Result<_, _>>()?)
}

/// What is wrong with the log as a whole.
pub(in crate::sqlite) fn log_damage(connection: &Connection) -> Result<Vec<String>, Failed> {
    let mut damage = Vec::new();
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let told = statement.query_map([], |row| Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned()))?;
    let told = told.collect::<Result<Vec<_>, _>>()?;
    damage.extend(told.into_iter().filter(|line| line != "ok").map(|line| format!("the database file: {line}")));
    let gap = "SELECT e.position + 1 FROM events e WHERE NOT EXISTS (SELECT 1 FROM events n WHERE n.position = e.position + 1)
               AND e.position < (SELECT max(position) FROM events) ORDER BY e.position LIMIT 20";
    let mut statement = connection.prepare(gap)?;
    let gaps = statement.query_map([], |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
    damage.extend(gaps.into_iter().map(|position| format!("position {position} is missing in the log")));
    let first: Option<i64> = connection.query_row("SELECT min(position) FROM events", [], |row| row.get(0))?;
    if first.is_some_and(|first| first != 1) {
        damage.push("position 1 is missing in the log".to_owned());
    }
    let mut statement = connection.prepare("SELECT digest, source FROM rulebooks")?;
    let mut rulebooks = statement.query([])?;
    while let Some(row) = rulebooks.next()? {
        damage.extend(altered_rulebook(text(row.get_ref(0)?), text(row.get_ref(1)?)));
    }
    Ok(damage)
}

/// The highest key of any case, and how many events there are.
pub(in crate::sqlite) fn extent(connection: &Connection) -> Result<(i64, u64), Failed> {
    let sql =
        "SELECT max(coalesce((SELECT max(case_key) FROM events), 0), coalesce((SELECT max(case_key) FROM cases), 0)),
               (SELECT count(*) FROM events)";
    let extent = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?))).optional()?;
    Ok(extent.map_or((0, 0), |(key, events)| (key, events.unsigned_abs())))
}

/// The bytes of a text.
fn text(found: ValueRef<'_>) -> &[u8] {
    found.as_bytes().unwrap_or_default()
}
