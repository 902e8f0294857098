//! `SQLite` alone: the rows that ours wrote, made beforehand, written once more into a copy of the log as it was.
//!
//! Invariant: the same tables, statements, rows in the same order, actions a commit, and durability as ours; nothing
//! is read, decided or assessed while the time is taken.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use engine::action::{CaseRef, OfficeCode};
use engine::alert::Alert;
use engine::case::{Case, Event, Fact, evolve};
use engine::rulebook::Rulebook;
use projections::CaseView;
use rusqlite::{Connection, params};
use store::sqlite::SqliteStore;
use store::{LogStore as _, Position, Stored};

use crate::setting::{Failure, count};

const EVENT: &str = "INSERT INTO events (position, case_key, version, format, payload) VALUES (?1, ?2, ?3, ?4, ?5)";
const CASE: &str = "INSERT INTO cases (case_key, stream_id, reference, version) VALUES (?1, ?2, ?3, 0)
                    ON CONFLICT DO NOTHING";
// As ours: the indexes of the offices are left alone where they stay.
const SAME_OFFICES: &str = "UPDATE cases SET version = ?3, recorded_at = ?4, next_due = ?9, worst = ?10,
    document = ?11 WHERE case_key = ?1 AND version = ?2
    AND court IS ?5 AND prosecutor IS ?6 AND investigator IS ?7 AND legal_aid IS ?8";
const ANY_OFFICES: &str = "UPDATE cases SET version = ?3, recorded_at = ?4, court = ?5, prosecutor = ?6,
                         investigator = ?7, legal_aid = ?8, next_due = ?9, worst = ?10, document = ?11
                         WHERE case_key = ?1 AND version = ?2";
const ALERT: &str = "INSERT INTO alerts (position, prosecutor, recorded_at, publishable, pending)
                     VALUES (?1, ?2, ?3, ?4, ?5)";

/// How many events are read at a time.
const PAGE: usize = 20_000;

/// A copy of an idle log.
pub struct Before {
    path: PathBuf,
    last: Position,
}

/// The rows of one append.
struct Rows {
    case: CaseRef,
    key: i64,
    expected: u32,
    events: Vec<(i64, Event, String)>,
    view: Option<CaseView>,
}

impl Before {
    /// Copies the log at `from`, on which nobody writes at the moment.
    ///
    /// # Errors
    /// If it can't be copied.
    pub fn copy(from: &Path, to: PathBuf) -> Result<Self, Failure> {
        std::fs::copy(from, &to)?;
        let wal = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
        if wal(from).exists() {
            std::fs::copy(wal(from), wal(&to))?;
        }
        let last = Connection::open(&to)?.query_row("SELECT max(position) FROM events", [], |row| row.get(0))?;
        Ok(Self { path: to, last: Position(last) })
    }

    /// Writes once more what was appended to `log` since the copy; actions a second. The first tenth warms up.
    ///
    /// # Errors
    /// If the rows are not those that the tables take.
    pub async fn write_again(self, log: &SqliteStore, book: &Rulebook, batch: f64) -> Result<f64, Failure> {
        let connection = Connection::open(&self.path)?;
        let all = self.rows(log, book, &connection).await?;
        connection.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 64000;",
        )?;
        connection.set_prepared_statement_cache_capacity(64);
        let (warm_up, measured) = all.split_at(all.len() / 10);
        write(&connection, warm_up, batch)?;
        let started = Instant::now();
        write(&connection, measured, batch)?;
        let seconds = started.elapsed().as_secs_f64();
        Ok(count(measured.len()) / seconds)
    }

    /// The rows of everything after the copy, as ours made them.
    async fn rows(&self, log: &SqliteStore, book: &Rulebook, copy: &Connection) -> Result<Vec<Rows>, Failure> {
        let mut keys = keys(copy)?;
        let mut cases: HashMap<CaseRef, Case> = HashMap::new();
        let mut rows: Vec<Rows> = Vec::new();
        let mut after = Position(0);
        loop {
            let page = log.log(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.position;
            for Stored { position, case, version, event } in page {
                let begins = matches!(event.fact, Fact::ActionRecorded(_));
                if begins && position > self.last {
                    see(rows.last_mut(), &cases, book);
                    let next = i64::try_from(keys.len())? + 1;
                    let key = *keys.entry(case.clone()).or_insert(next);
                    rows.push(Rows { case: case.clone(), key, expected: version - 1, events: Vec::new(), view: None });
                }
                let known = cases.remove(&case).unwrap_or_default();
                cases.insert(case, evolve(known, &event));
                if position > self.last
                    && let Some(rows) = rows.last_mut()
                {
                    let payload = event.to_json();
                    rows.events.push((position.0, event, payload));
                }
            }
        }
        see(rows.last_mut(), &cases, book);
        Ok(rows)
    }
}

/// Makes the view of an append whose events are all there.
fn see(rows: Option<&mut Rows>, cases: &HashMap<CaseRef, Case>, book: &Rulebook) {
    if let Some(rows) = rows {
        rows.view = cases.get(&rows.case).and_then(|case| CaseView::of(case, book));
    }
}

fn keys(copy: &Connection) -> Result<HashMap<CaseRef, i64>, Failure> {
    let mut statement = copy.prepare("SELECT reference, case_key FROM cases")?;
    let mut rows = statement.query([])?;
    let mut keys = HashMap::new();
    while let Some(row) = rows.next()? {
        let reference: String = row.get(0)?;
        keys.insert(CaseRef::new(&reference).ok_or("a reference that is none")?, row.get(1)?);
    }
    Ok(keys)
}

/// Writes rows, so many actions a commit.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a batch is between 1 and 512")]
fn write(connection: &Connection, all: &[Rows], batch: f64) -> Result<(), Failure> {
    for batch in all.chunks(batch.round().max(1.0) as usize) {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for rows in batch {
            append(connection, rows)?;
        }
        connection.execute_batch("COMMIT")?;
    }
    Ok(())
}

fn append(connection: &Connection, rows: &Rows) -> Result<(), Failure> {
    let Rows { case, key, expected, events, view } = rows;
    if *expected == 0 {
        let stream = case.stream_id();
        connection.prepare_cached(CASE)?.execute(params![key, stream.as_bytes().as_slice(), case.as_str()])?;
    }
    let mut insert = connection.prepare_cached(EVENT)?;
    let mut version = *expected;
    for (position, _, payload) in events {
        version += 1;
        insert.execute(params![position, key, version, Event::VERSION, payload])?;
    }
    let view = view.as_ref().ok_or("a case that is not opened")?;
    if !update(connection, SAME_OFFICES, *key, *expected, version, view)?
        && !update(connection, ANY_OFFICES, *key, *expected, version, view)?
    {
        return Err(format!("case {case} is not at version {expected} in the copy").into());
    }
    for (position, event, _) in events {
        if let Some(alert) = alert(event) {
            let values = params![
                position,
                alert.to.prosecutor.as_str(),
                event.recorded_at.unix(),
                !alert.history,
                !alert.history
            ];
            connection.prepare_cached(ALERT)?.execute(values)?;
        }
    }
    Ok(())
}

/// Writes the view over that of version `expected`; false if the statement is not for it.
fn update(
    connection: &Connection,
    sql: &str,
    key: i64,
    expected: u32,
    version: u32,
    view: &CaseView,
) -> Result<bool, Failure> {
    let changed = connection.prepare_cached(sql)?.execute(params![
        key,
        expected,
        version,
        view.recorded_at.unix(),
        view.court.as_str(),
        view.prosecutor.as_str(),
        view.investigator.as_str(),
        view.legal_aid.as_ref().map(OfficeCode::as_str),
        view.next_due.map(engine::calendar::Instant::unix),
        view.worst.map(engine::breach::Breach::word),
        view.document.as_str(),
    ])?;
    Ok(changed == 1)
}

fn alert(event: &Event) -> Option<&Alert> {
    match &event.fact {
        Fact::ActionRecorded(_) => None,
        Fact::AlertRaised(alert) => Some(alert),
        Fact::AlertSettled(settlement) => Some(&settlement.alert),
        Fact::AlertWithdrawn(withdrawal) => Some(&withdrawal.alert),
    }
}
