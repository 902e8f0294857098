//! Holds views and alerts against the log, some cases at a time, and says what differs.
//!
//! Invariant: what is expected is computed from the events alone; memory is bounded by the cases of one chunk.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use engine::action::CaseRef;
use engine::assess::Breach;
use engine::calendar::Instant;
use engine::case::{Case, Event, Fact, evolve};
use engine::rulebook::Rulebook;
use projections::CaseView;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::file::Failed;
use super::reads;
use super::rows::{AlertRow, action_id};
use crate::store::examined::{ExaminedCase, Keep, RowFlaw, Told};
use crate::store::{Fault, Position};

/// The columns of the table `cases` behind the key.
const COLUMNS: [&str; 11] = [
    "stream_id",
    "reference",
    "version",
    "recorded_at",
    "court",
    "prosecutor",
    "investigator",
    "legal_aid",
    "next_due",
    "worst",
    "document",
];

/// What was found about some cases.
#[derive(Default)]
pub(super) struct Chunk {
    pub cases: u64,
    pub events: u64,
    /// What is wrong with the log itself, which nothing can rebuild.
    pub damage: Vec<String>,
    /// What a rebuild puts right.
    pub differences: Vec<Difference>,
    /// The ids of actions of these cases.
    pub ids: Checksum,
    /// The cases themselves, where they are asked for and their events can be built upon.
    pub kept: Vec<ExaminedCase>,
}

/// What sets of ids of actions with the keys of their cases have in common: their number and a sum over them.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Checksum {
    number: u64,
    sum: u128,
}

impl Checksum {
    fn add(&mut self, id: [u8; 16], key: i64) {
        self.number += 1;
        // The key takes part so that an id under another case's key makes a difference; odd, so that no bit is lost.
        let factor = u128::from(2 * key.unsigned_abs() + 1);
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(id).wrapping_mul(factor));
    }

    pub fn join(&mut self, other: Self) {
        self.number += other.number;
        self.sum = self.sum.wrapping_add(other.sum);
    }
}

/// A row that is not what the log gives.
pub(super) struct Difference {
    pub found: String,
    case: Option<CaseRef>,
    repair: Repair,
}

enum Repair {
    Case {
        key: i64,
        values: Option<Vec<Value>>,
    },
    /// The row, its case's key and whether it waits; none: it is taken out.
    Alert {
        position: Position,
        row: Option<(AlertRow, i64, bool)>,
    },
    Ids,
}

impl From<Difference> for RowFlaw {
    fn from(Difference { found, case, .. }: Difference) -> Self {
        Self { case, found }
    }
}

impl Difference {
    /// Writes what the log gives.
    pub fn repair(&self, connection: &Connection) -> Result<(), rusqlite::Error> {
        match &self.repair {
            Repair::Case { key, values: None } => {
                connection.prepare_cached("DELETE FROM cases WHERE case_key = ?1")?.execute([key])?;
            }
            Repair::Case { key, values: Some(values) } => {
                let sql = "INSERT OR REPLACE INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
                let all = std::iter::once(Value::Integer(*key)).chain(values.iter().cloned());
                connection.prepare_cached(sql)?.execute(params_from_iter(all))?;
            }
            Repair::Alert { position, row } => {
                connection.prepare_cached("DELETE FROM alerts WHERE position = ?1")?.execute([position.0])?;
                if let Some((row, key, pending)) = row {
                    row.insert(connection, *position, *key, *pending)?;
                }
            }
            // An id that stands in the log twice is damage of the log and not mended here.
            Repair::Ids => connection.execute_batch(
                "DELETE FROM recent_ids;
                 DELETE FROM action_ids;
                 INSERT OR IGNORE INTO action_ids (action_id, case_key)
                     SELECT action_id, case_key FROM events WHERE action_id IS NOT NULL ORDER BY action_id;",
            )?,
        }
        Ok(())
    }
}

/// The case whose events are being read.
struct Open {
    key: i64,
    state: Case,
    alerts: Vec<Told>,
    keep: Keep,
    /// Set from the first event on that can't be built upon; nothing more is said about the case.
    damaged: bool,
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
    let mut chunk = Chunk::default();
    // The questions of one chunk are answered from one state of the file.
    let transaction = connection.unchecked_transaction()?;
    let mut views = views(connection, keys)?;
    let mut statement = connection.prepare_cached(
        "SELECT case_key, version, position, action_id, format, payload FROM events
         WHERE case_key BETWEEN ?1 AND ?2 ORDER BY case_key, version",
    )?;
    let mut rows = statement.query(params![keys.start(), keys.end()])?;
    let mut open: Option<Open> = None;
    while let Some(row) = rows.next()? {
        let key = row.get(0)?;
        let mut case = match open.take() {
            Some(case) if case.key == key => case,
            other => {
                chunk.close(other, &mut views, book);
                Open { key, state: Case::default(), alerts: Vec::new(), keep, damaged: false }
            }
        };
        chunk.take(connection, &mut case, row)?;
        open = Some(case);
    }
    chunk.close(open, &mut views, book);
    for (key, values) in views {
        let found = format!("there is a view of case {}, which has no events", name(&values));
        let case = CaseRef::new(name(&values));
        chunk.differences.push(Difference { found, case, repair: Repair::Case { key, values: None } });
    }
    drop(rows);
    drop(statement);
    transaction.commit()?;
    Ok(chunk)
}

impl Chunk {
    /// Takes in one event of a case.
    fn take(&mut self, connection: &Connection, case: &mut Open, row: &Row<'_>) -> Result<(), Failed> {
        self.events += 1;
        if case.damaged {
            return Ok(());
        }
        let position = Position(row.get(2)?);
        let event = match reads::event(row, 4) {
            Ok(event) => event,
            Err(Failed::Fault(Fault::Corrupt(found))) => {
                case.damaged = true;
                self.damage.push(format!("position {}: {found}", position.0));
                return Ok(());
            }
            Err(failed) => return Err(failed),
        };
        let state = evolve(std::mem::take(&mut case.state), &event);
        if row.get::<_, u32>(1)? != state.version() {
            case.damaged = true;
            self.damage.push(format!(
                "position {}: version {} of its stream is expected, {} is found",
                position.0,
                state.version(),
                row.get::<_, u32>(1)?
            ));
        }
        let stored_id = row.get_ref(3)?.as_blob_or_null().map_err(|error| Fault::Corrupt(error.to_string()))?;
        if let Some(id) = stored_id.and_then(|id| id.try_into().ok()) {
            self.ids.add(id, case.key);
        }
        if stored_id != action_id(&event).as_ref().map(|id| id.as_bytes().as_slice()) {
            self.damage.push(format!("position {}: its action id is not that of its content", position.0));
        }
        if of_another_case(&event, state.reference()) {
            self.damage.push(format!("position {}: it is of another case than its stream", position.0));
        }
        case.state = state;
        self.compare_alert(connection, case, position, event)
    }

    fn compare_alert(
        &mut self,
        connection: &Connection,
        case: &mut Open,
        position: Position,
        event: Event,
    ) -> Result<(), Failed> {
        let Some(row) = AlertRow::of(&event) else { return Ok(()) };
        let delivery = reads::delivery(connection, position)?;
        let pending = row.publishable && delivery.is_none();
        let sql = "SELECT 1 FROM alerts WHERE position = ?1 AND case_key = ?2 AND rule = ?3 AND addressees = ?4
                   AND recorded_at = ?5 AND publishable = ?6 AND pending = ?7";
        let AlertRow { rule, addressees, recorded_at, publishable } = &row;
        let values = params![position.0, case.key, rule.word(), addressees, recorded_at, publishable, pending];
        if !connection.prepare_cached(sql)?.exists(values)? {
            let found = format!("the row of the alert at position {} is not what the log gives", position.0);
            let of = Some(case.state.reference().clone());
            let repair = Repair::Alert { position, row: Some((row, case.key, pending)) };
            self.differences.push(Difference { found, case: of, repair });
        }
        if case.keep == Keep::Cases {
            case.alerts.push(Told { position, event, delivery });
        }
        Ok(())
    }

    /// Compares the view of a case whose events were all read.
    fn close(&mut self, case: Option<Open>, views: &mut BTreeMap<i64, Vec<Value>>, book: &Rulebook) {
        let Some(Open { key, state, alerts, keep, damaged }) = case else { return };
        self.cases += 1;
        if damaged {
            views.remove(&key);
            return;
        }
        self.compare_view(key, &state, views, book);
        if keep == Keep::Cases {
            self.kept.push(ExaminedCase { case: state, alerts });
        }
    }

    fn compare_view(&mut self, key: i64, state: &Case, views: &mut BTreeMap<i64, Vec<Value>>, book: &Rulebook) {
        let reference = state.reference();
        let expected = values(state, CaseView::of(state, book).as_ref());
        let found = match views.remove(&key) {
            None => format!("there is no view of case {reference}"),
            Some(found) if found == expected => return,
            Some(found) => {
                let differs = COLUMNS.iter().zip(found.iter().zip(&expected)).filter(|(_, (a, b))| a != b);
                let columns: Vec<&str> = differs.map(|(column, _)| *column).collect();
                format!("the view of case {reference} is not what the log gives in {}", columns.join(", "))
            }
        };
        let case = Some(reference.clone());
        self.differences.push(Difference { found, case, repair: Repair::Case { key, values: Some(expected) } });
    }
}

fn of_another_case(event: &Event, case: &CaseRef) -> bool {
    matches!(&event.fact, Fact::ActionRecorded(action) if action.case != *case)
}

fn views(connection: &Connection, keys: &RangeInclusive<i64>) -> Result<BTreeMap<i64, Vec<Value>>, Failed> {
    let sql = format!("SELECT case_key, {} FROM cases WHERE case_key BETWEEN ?1 AND ?2", COLUMNS.join(", "));
    let mut statement = connection.prepare_cached(&sql)?;
    let views = statement.query_map(params![keys.start(), keys.end()], |row| {
        let values = (1..=COLUMNS.len()).map(|column| row.get(column)).collect::<Result<_, _>>()?;
        Ok((row.get(0)?, values))
    })?;
    Ok(views.collect::<Result<_, _>>()?)
}

fn name(values: &[Value]) -> &str {
    if let Some(Value::Text(reference)) = values.get(1) { reference } else { "?" }
}

/// The row of a case, in the order of [`COLUMNS`].
fn values(case: &Case, view: Option<&CaseView>) -> Vec<Value> {
    let text = |text: Option<&str>| text.map_or(Value::Null, |text| Value::Text(text.to_owned()));
    let instant = |instant: Option<Instant>| instant.map_or(Value::Null, |instant| Value::Integer(instant.unix()));
    vec![
        Value::Blob(case.reference().stream_id().as_bytes().to_vec()),
        text(Some(case.reference().as_str())),
        Value::Integer(case.version().into()),
        instant(view.map(|view| view.recorded_at)),
        text(view.map(|view| view.court.as_str())),
        text(view.map(|view| view.prosecutor.as_str())),
        text(view.map(|view| view.investigator.as_str())),
        text(view.and_then(|view| view.legal_aid.as_ref()).map(engine::action::OfficeCode::as_str)),
        instant(view.and_then(|view| view.next_due)),
        text(view.and_then(|view| view.worst).map(Breach::word)),
        text(view.map(|view| view.document.as_str())),
    ]
}

/// Rows of the table `alerts` on what is no alert.
pub(super) fn stray_alerts(connection: &Connection) -> Result<Vec<Difference>, Failed> {
    let sql = "SELECT a.position FROM alerts a LEFT JOIN events e ON e.position = a.position
               WHERE e.position IS NULL OR e.action_id IS NOT NULL ORDER BY a.position";
    let mut statement = connection.prepare(sql)?;
    let strays = statement.query_map([], |row| {
        let position = Position(row.get(0)?);
        let found = format!("there is an alert's row at position {}, where the log has no alert", position.0);
        Ok(Difference { found, case: None, repair: Repair::Alert { position, row: None } })
    })?;
    Ok(strays.collect::<Result<_, _>>()?)
}

/// Whether the tables of ids hold those of the log, `of_the_log`. No other program may write meanwhile.
pub(super) fn ids_differ(connection: &Connection, of_the_log: Checksum) -> Result<Option<Difference>, Failed> {
    let mut found = Checksum::default();
    let sql = "SELECT action_id, case_key FROM action_ids UNION ALL SELECT action_id, case_key FROM recent_ids";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        // An id of another length is none, and makes the number differ.
        if let Ok(id) = row.get(0) {
            found.add(id, row.get(1)?);
        }
    }
    Ok((found != of_the_log).then(|| Difference { found: IDS_DIFFER.to_owned(), case: None, repair: Repair::Ids }))
}

const IDS_DIFFER: &str = "the tables of action ids are not what the log gives";

/// As [`ids_differ`], from one state of the file, while others may write.
pub(super) fn ids_differ_now(connection: &Connection) -> Result<Option<Difference>, Failed> {
    let sql = "SELECT (SELECT count(*) FROM events WHERE action_id IS NOT NULL)
                   <> (SELECT count(*) FROM action_ids) + (SELECT count(*) FROM recent_ids)
               OR EXISTS (SELECT 1 FROM recent_ids r LEFT JOIN events e ON e.position = r.position
                          WHERE e.action_id IS NOT r.action_id OR e.case_key IS NOT r.case_key)
               OR EXISTS (SELECT 1 FROM events e LEFT JOIN action_ids a ON a.action_id = e.action_id
                          WHERE e.action_id IS NOT NULL AND a.case_key IS NOT e.case_key
                          AND NOT EXISTS (SELECT 1 FROM recent_ids r WHERE r.position = e.position))";
    let differ: bool = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(differ.then(|| Difference { found: IDS_DIFFER.to_owned(), case: None, repair: Repair::Ids }))
}

/// What is wrong with the log as a whole.
pub(super) fn log_damage(connection: &Connection) -> Result<Vec<String>, Failed> {
    let mut damage = Vec::new();
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let told = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
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
    let twice = "SELECT hex(action_id) FROM events WHERE action_id IS NOT NULL GROUP BY action_id HAVING count(*) > 1
                 LIMIT 20";
    let mut statement = connection.prepare(twice)?;
    let ids = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    damage.extend(ids.into_iter().map(|id| format!("the action id {id} stands in the log more than once")));
    Ok(damage)
}

/// The highest key of any case, and how many events there are.
pub(super) fn extent(connection: &Connection) -> Result<(i64, u64), Failed> {
    let sql =
        "SELECT max(coalesce((SELECT max(case_key) FROM events), 0), coalesce((SELECT max(case_key) FROM cases), 0)),
               (SELECT count(*) FROM events)";
    let extent = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?))).optional()?;
    Ok(extent.map_or((0, 0), |(key, events)| (key, events.unsigned_abs())))
}
