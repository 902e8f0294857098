//! Holds views and alerts against the log, some cases at a time, and says what differs.
//!
//! Invariant: what is expected is computed from the events alone; memory is bounded by the cases of one chunk.

mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use engine::action::CaseRef;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::{Case, Event, evolve};
use engine::rulebook::{Digest, Rulebook};
use projections::CaseView;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row, params, params_from_iter};

use super::file::Failed;
use super::reads;
use super::rows::AlertRow;
use crate::digest::{UNKNOWN_RULEBOOK, digest};
use crate::examined::{ExaminedCase, Keep, RowFlaw, Told};
use crate::{Fault, Position};

pub(super) use whole::{extent, log_damage, stray_alerts};

/// The columns of the table `cases` behind the key.
const COLUMNS: [&str; 12] = [
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
    "digest",
];

/// What was found about some cases.
#[derive(Default)]
pub(super) struct Chunk {
    pub cases: u64,
    pub events: u64,
    /// What is wrong with the log itself, which nothing can rebuild.
    pub damage: Vec<RowFlaw>,
    /// What a rebuild puts right.
    pub differences: Vec<Difference>,
    /// The cases themselves, where they are asked for and their events can be built upon.
    pub kept: Vec<ExaminedCase>,
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
                let sql = "INSERT OR REPLACE INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
                let all = std::iter::once(Value::Integer(*key)).chain(values.iter().cloned());
                connection.prepare_cached(sql)?.execute(params_from_iter(all))?;
            }
            Repair::Alert { position, row } => {
                connection.prepare_cached("DELETE FROM alerts WHERE position = ?1")?.execute([position.0])?;
                if let Some((row, key, pending)) = row {
                    row.insert(connection, *position, *key, *pending)?;
                }
            }
        }
        Ok(())
    }
}

/// The case whose events are being read.
struct Open {
    key: i64,
    /// As its row names it, until its events do.
    name: String,
    state: Case,
    alerts: Vec<Told>,
    keep: Keep,
    /// Set from the first event on that can't be built upon; of the others is said which can't be read.
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
    let books = reads::rulebook_digests(connection)?;
    let mut statement = connection.prepare_cached(
        "SELECT case_key, version, position, format, payload FROM events
         WHERE case_key BETWEEN ?1 AND ?2 ORDER BY case_key, version",
    )?;
    let mut rows = statement.query(params![keys.start(), keys.end()])?;
    let mut open: Option<Open> = None;
    while let Some(row) = rows.next()? {
        let key = row.get(0)?;
        let mut case = match open.take() {
            Some(case) if case.key == key => case,
            other => {
                chunk.close(connection, other, &mut views, book)?;
                let name = views.get(&key).map_or("?", |values| name(values)).to_owned();
                Open { key, name, state: Case::default(), alerts: Vec::new(), keep, damaged: false }
            }
        };
        chunk.take(connection, &mut case, row, &books)?;
        open = Some(case);
    }
    chunk.close(connection, open, &mut views, book)?;
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
    fn take(
        &mut self,
        connection: &Connection,
        case: &mut Open,
        row: &Row<'_>,
        books: &BTreeSet<Digest>,
    ) -> Result<(), Failed> {
        self.events += 1;
        let (version, position) = (row.get::<_, i64>(1)?, Position(row.get(2)?));
        let event = match reads::event(row, 3) {
            Ok(event) => event,
            Err(Failed::Fault(Fault::Corrupt(found))) => {
                case.damaged = true;
                self.damage(case, version, position, &found);
                return Ok(());
            }
            Err(failed) => return Err(failed),
        };
        if case.damaged {
            return Ok(());
        }
        if !books.contains(&event.rulebook) {
            self.damage(case, version, position, UNKNOWN_RULEBOOK);
        }
        let expected = case.state.version() + 1;
        let misplaced = (version != i64::from(expected))
            .then(|| format!("version {expected} of its stream is expected, {version} is found"));
        if let Some(found) = misplaced.as_deref().or_else(|| case.state.contradicts(&event)) {
            case.damaged = true;
            self.damage(case, version, position, found);
            return Ok(());
        }
        case.state = evolve(std::mem::take(&mut case.state), &event);
        self.compare_alert(connection, case, position, event)
    }

    /// Notes what is wrong with an event of a case.
    fn damage(&mut self, case: &Open, version: i64, position: Position, found: &str) {
        let name = if case.state.version() > 0 { case.state.reference().as_str() } else { &case.name };
        let found = format!("case {name}, event {version} of its stream, position {}: {found}", position.0);
        self.damage.push(RowFlaw { case: CaseRef::new(name), found });
    }

    fn compare_alert(
        &mut self,
        connection: &Connection,
        case: &mut Open,
        position: Position,
        event: Event,
    ) -> Result<(), Failed> {
        let Some(row) = AlertRow::of(&event) else { return Ok(()) };
        let delivery = match reads::delivery(connection, position) {
            Ok(delivery) => delivery,
            // A rebuild leaves deliveries as they are; the alert counts as delivered, so that it is not published twice.
            Err(Failed::Sqlite(error)) if error.sqlite_error_code().is_none() => {
                let version = case.state.version().into();
                self.damage(case, version, position, "the mark of its delivery can't be read");
                return Ok(());
            }
            Err(failed) => return Err(failed),
        };
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
    fn close(
        &mut self,
        connection: &Connection,
        case: Option<Open>,
        views: &mut BTreeMap<i64, Vec<Value>>,
        book: &Rulebook,
    ) -> Result<(), Failed> {
        let Some(Open { key, state, alerts, keep, damaged, .. }) = case else { return Ok(()) };
        self.cases += 1;
        if damaged {
            views.remove(&key);
            return Ok(());
        }
        if !views.contains_key(&key) && stands_elsewhere(connection, key, state.reference())? {
            let case = state.reference();
            let found = format!("case {case}: some of its events stand apart from its stream");
            self.damage.push(RowFlaw { case: Some(case.clone()), found });
            return Ok(());
        }
        self.compare_view(key, &state, views, book);
        if keep == Keep::Cases {
            self.kept.push(ExaminedCase { case: state, alerts });
        }
        Ok(())
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

/// Whether a case has its row and events under another key.
fn stands_elsewhere(connection: &Connection, key: i64, case: &CaseRef) -> Result<bool, Failed> {
    let sql = "SELECT 1 FROM cases c WHERE c.stream_id = ?1 AND c.case_key <> ?2
               AND EXISTS (SELECT 1 FROM events e WHERE e.case_key = c.case_key)";
    Ok(connection.prepare_cached(sql)?.exists(params![case.stream_id().as_bytes().as_slice(), key])?)
}

fn views(connection: &Connection, keys: &RangeInclusive<i64>) -> Result<BTreeMap<i64, Vec<Value>>, Failed> {
    let sql = format!("SELECT case_key, {} FROM cases WHERE case_key BETWEEN ?1 AND ?2", COLUMNS.join(", "));
    let mut statement = connection.prepare_cached(&sql)?;
    let views = statement.query_map(params![keys.start(), keys.end()], |row| {
        let values = (1..=COLUMNS.len()).map(|column| row.get_ref(column).map(value)).collect::<Result<_, _>>()?;
        Ok((row.get(0)?, values))
    })?;
    Ok(views.collect::<Result<_, _>>()?)
}

/// What stands in a column; a text that is no UTF-8 as its bytes, which no text is equal to.
fn value(found: ValueRef<'_>) -> Value {
    match found {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes)
            .map_or_else(|_| Value::Blob(bytes.to_owned()), |text| Value::Text(text.to_owned())),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_owned()),
    }
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
        Value::Integer(digest(case.reference(), case.version(), view)),
    ]
}
