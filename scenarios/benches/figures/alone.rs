//! `SQLite` alone: writes the rows that the program wrote, prepared beforehand, into a copy of the earlier log.
//!
//! Invariant: tables, statements, rows and their order, actions per commit and durability are those of the program. Nothing
//! is read, decided or assessed while the time is measured.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use engine::action::{CaseRef, OfficeCode};
use engine::alert::Alert;
use engine::case::{Case, Event, Fact, evolve};
use engine::rulebook::Rulebook;
use projections::CaseView;
use rusqlite::{Connection, params};
use store::{LogStore, Position, Stored};

use crate::setting::{Failure, count};

const DISCLOSURE: &str = "INSERT INTO disclosures (case_key, version, digest, stream_id, key, bytes)
                          VALUES (?1, ?2, ?3, ?4, ?4, ?5)";
/// How much longer a disclosure is when it is encrypted: by the nonce and the tag.
const LONGER: usize = 40;
const EVENT: &str = "INSERT INTO events (position, case_key, version, format, payload) VALUES (?1, ?2, ?3, ?4, ?5)";
const CASE: &str = "INSERT INTO cases (case_key, stream_id, reference, version) VALUES (?1, ?2, ?3, 0)
                    ON CONFLICT DO NOTHING";
// As in the program: the indexes of the offices are not updated if the offices stay the same.
const SAME_OFFICES: &str = "UPDATE cases SET version = ?3, recorded_at = ?4, next_due = ?9, worst = ?10,
    document = ?11, digest = ?12 WHERE case_key = ?1 AND version = ?2
    AND court IS ?5 AND prosecutor IS ?6 AND investigator IS ?7 AND legal_aid IS ?8";
const ANY_OFFICES: &str = "UPDATE cases SET version = ?3, recorded_at = ?4, court = ?5, prosecutor = ?6,
                         investigator = ?7, legal_aid = ?8, next_due = ?9, worst = ?10, document = ?11,
                         digest = ?12 WHERE case_key = ?1 AND version = ?2";
const ALERT: &str = "INSERT INTO alerts (position, case_key, rule, addressees, recorded_at, publishable, pending)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

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
    /// Copies the log at `from`. Nobody may be writing to it.
    ///
    /// # Errors
    /// If it cannot be copied.
    pub fn copy(from: &Path, to: PathBuf) -> Result<Self, Failure> {
        std::fs::copy(from, &to)?;
        let wal = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
        if wal(from).exists() {
            std::fs::copy(wal(from), wal(&to))?;
        }
        let last = Connection::open(&to)?.query_row("SELECT max(position) FROM events", [], |row| row.get(0))?;
        Ok(Self { path: to, last: Position(last) })
    }

    /// Writes again what was appended to `log` since the copy. Returns actions per second. The first tenth is the warm-up.
    ///
    /// # Errors
    /// If the tables do not accept the rows.
    pub async fn write_again(self, log: &dyn LogStore, book: &Rulebook, batch: f64) -> Result<f64, Failure> {
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

    /// The rows of everything after the copy, as the program made them.
    async fn rows(&self, log: &dyn LogStore, book: &Rulebook, copy: &Connection) -> Result<Vec<Rows>, Failure> {
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

/// Makes the view of an append once all its events are there.
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

/// Writes the rows, with `batch` actions per commit.
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
    let mut disclose = connection.prepare_cached(DISCLOSURE)?;
    let mut version = *expected;
    for (position, event, payload) in events {
        version += 1;
        insert.execute(params![position, key, version, Event::VERSION, payload])?;
        for commitment in &event.commitments {
            let bytes = vec![0_u8; LONGER + commitment.disclosure().map_or(0, str::len)];
            disclose.execute(params![key, version, commitment.digest(), case.stream_id().as_bytes(), bytes])?;
        }
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
                key,
                alert.topic.rule.word(),
                alert.to.tokens(),
                event.recorded_at.unix(),
                !alert.history,
                !alert.history
            ];
            connection.prepare_cached(ALERT)?.execute(values)?;
        }
    }
    Ok(())
}

/// Replaces the view of version `expected`; false if the statement does not apply to it.
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
        // As long as the program's digest of the row.
        i64::MAX - i64::from(version),
    ])?;
    Ok(changed == 1)
}

fn alert(event: &Event) -> Option<&Alert> {
    match &event.fact {
        Fact::ActionRecorded(_) | Fact::AlertHandled(_) | Fact::ActionConfirmed(_) | Fact::CaseSealed(_) => None,
        Fact::AlertRaised(alert) => Some(alert),
        Fact::AlertSettled(settlement) => Some(&settlement.alert),
        Fact::AlertWithdrawn(withdrawal) => Some(&withdrawal.alert),
    }
}
