//! Holds the tables while their log is copied, and fills them with the copy of another.
//!
//! Invariant: each of the two is one transaction.

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::DateTime;
use engine::action::CaseRef;
use engine::case::Event;
use engine::rulebook::Digest;
use sqlx::postgres::PgConnection;
use sqlx::{Executor as _, Row as _};
use tokio::sync::mpsc::Receiver;

use super::reads;
use super::rebuild::session;
use super::server::{Failed, Server, read_only};
use super::writer::set_meta;
use crate::copying::{Filling, Held, Part, cut_short, holds_a_log};
use crate::standing::UNFINISHED;
use crate::{Delivery, Fault, Stored};

/// Keeps out whoever writes to the log: each writer takes a weaker lock on this table first.
const LOCK: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE case_events IN SHARE ROW EXCLUSIVE MODE";
/// How much is gathered before it is sent, in bytes.
const CHUNK: usize = 256 * 1024;

/// A session with a transaction that keeps every other writer out.
struct Holding {
    server: Arc<Server>,
    connection: tokio::sync::Mutex<PgConnection>,
}

/// Keeps every writer out until what is given is dropped.
pub(super) async fn hold(server: &Arc<Server>) -> Result<impl Held + use<>, Fault> {
    let begin = async || -> Result<PgConnection, Failed> {
        let mut connection = session(server).await?;
        // Whoever holds is silent while it reads on other sessions, for as long as a long log takes.
        connection.execute("SET idle_in_transaction_session_timeout = '2h'").await?;
        // What can't be written can't be sealed either: said before anything is copied.
        let row = connection.fetch_one("SELECT current_setting('transaction_read_only') = 'on'").await?;
        if row.try_get(0)? {
            return Err(Fault::unavailable(read_only(&server.name)).into());
        }
        connection.execute(LOCK).await?;
        Ok(connection)
    };
    let connection = begin().await.map_err(|failed| server.fault(failed))?;
    Ok(Holding { server: Arc::clone(server), connection: tokio::sync::Mutex::new(connection) })
}

#[async_trait]
impl Held for Holding {
    async fn note(self: Box<Self>, texts: Vec<(&'static str, String)>) -> Result<(), Fault> {
        let mut connection = self.connection.into_inner();
        let noted = async {
            for (key, text) in &texts {
                set_meta(&mut connection, key, text).await?;
            }
            Ok(connection.execute("COMMIT").await.map(|_| ())?)
        };
        noted.await.map_err(|failed: Failed| self.server.fault(failed))
    }
}

/// Fills the log.
pub(super) async fn fill(server: &Server, filling: Filling) -> Result<(), Fault> {
    let filled = async {
        let mut connection = session(server).await?;
        connection.execute(LOCK).await?;
        fill_in(&mut connection, &server.name, filling).await?;
        connection.execute("COMMIT").await?;
        // What is asked next is planned by what the tables hold now.
        Ok(connection.execute("ANALYZE case_events, cases, deliveries").await.map(|_| ())?)
    };
    filled.await.map_err(|failed: Failed| server.fault(failed))
}

async fn fill_in(connection: &mut PgConnection, name: &str, filling: Filling) -> Result<(), Failed> {
    let Filling { copy_of, installation, rulebooks, texts, mut parts } = filling;
    let row = connection.fetch_one("SELECT NOT EXISTS (SELECT FROM case_events)").await?;
    if !row.try_get::<bool, _>(0)? {
        let unfinished = sqlx::query(reads::META).bind(UNFINISHED).fetch_optional(&mut *connection).await?;
        if unfinished.map(|row| row.try_get::<String, _>(0)).transpose()?.as_ref() != Some(&copy_of) {
            return Err(holds_a_log(name).into());
        }
        connection.execute("TRUNCATE case_events, cases, alerts, deliveries").await?;
    }
    set_meta(connection, UNFINISHED, &copy_of).await?;
    set_meta(connection, "installation", &installation.to_string()).await?;
    for source in &rulebooks {
        let sql = "INSERT INTO rulebooks (digest, source) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let digest = Digest::of(source.as_bytes()).to_string();
        sqlx::query(sql).bind(digest).bind(source).execute(&mut *connection).await?;
    }
    for (key, text) in &texts {
        set_meta(connection, key, text).await?;
    }
    let (cases, next) = copy_events(connection, &mut parts).await?;
    copy_cases(connection, &cases).await?;
    copy_deliveries(connection, &mut parts, next).await?;
    connection.execute("SELECT setval('case_events_position', max(position)) FROM case_events").await?;
    Ok(())
}

/// Copies all events; the cases that they are of, and the part behind them.
async fn copy_events(
    connection: &mut PgConnection,
    parts: &mut Receiver<Part>,
) -> Result<(Vec<CaseRef>, Part), Failed> {
    let columns =
        "COPY case_events (id, aggregate_id, payload, occurred_on, sequence_number, version, position) FROM STDIN";
    let mut copy = connection.copy_in_raw(columns).await?;
    let (mut rows, mut cases) = (String::with_capacity(2 * CHUNK), Vec::new());
    loop {
        match parts.recv().await {
            Some(Part::Events(events)) => {
                for (stored, payload) in &events {
                    write_event(&mut rows, stored, payload)?;
                    if stored.version == 1 {
                        cases.push(stored.case.clone());
                    }
                    if rows.len() >= CHUNK {
                        copy.send(rows.as_bytes()).await?;
                        rows.clear();
                    }
                }
            }
            Some(next) => {
                copy.send(rows.as_bytes()).await?;
                copy.finish().await?;
                return Ok((cases, next));
            }
            None => {
                copy.abort("cut short").await?;
                return Err(cut_short().into());
            }
        }
    }
}

/// One row as COPY takes it.
fn write_event(rows: &mut String, stored: &Stored, payload: &str) -> Result<(), Fault> {
    let Stored { position, case, version, event } = stored;
    let out_of_range = || Fault::corrupt(format!("case {case}: the instant of version {version} is out of range"));
    let occurred = DateTime::from_timestamp(event.recorded_at.unix(), 0).ok_or_else(out_of_range)?;
    let _ = write!(rows, "{}\t{}\t", event.id(case), case.stream_id());
    // JSON has no control characters, and COPY reads a backslash as the beginning of one.
    for (n, piece) in payload.split('\\').enumerate() {
        rows.push_str(if n > 0 { "\\\\" } else { "" });
        rows.push_str(piece);
    }
    let occurred = occurred.format("%Y-%m-%d %H:%M:%S+00");
    let _ = writeln!(rows, "\t{occurred}\t{version}\t{}\t{}", Event::VERSION, position.0);
    Ok(())
}

/// Copies the identities of the cases; a rebuild gives them their views.
async fn copy_cases(connection: &mut PgConnection, cases: &[CaseRef]) -> Result<(), Failed> {
    let mut copy = connection.copy_in_raw("COPY cases (stream_id, reference, version) FROM STDIN").await?;
    for cases in cases.chunks(1024) {
        let mut rows = String::new();
        for case in cases {
            let _ = writeln!(rows, "{}\t{case}\t0", case.stream_id());
        }
        copy.send(rows.as_bytes()).await?;
    }
    copy.finish().await?;
    Ok(())
}

/// Copies all deliveries, from this part on to the end.
async fn copy_deliveries(
    connection: &mut PgConnection,
    parts: &mut Receiver<Part>,
    mut next: Part,
) -> Result<(), Failed> {
    let columns = "COPY deliveries (position, alert_id, stream_sequence, delivered_at) FROM STDIN";
    let mut copy = connection.copy_in_raw(columns).await?;
    loop {
        match next {
            Part::Deliveries(deliveries) => {
                let mut rows = String::new();
                for Delivery { position, alert, stream_sequence, at } in deliveries {
                    let _ = writeln!(rows, "{}\t{alert}\t{stream_sequence}\t{}", position.0, at.unix());
                }
                copy.send(rows.as_bytes()).await?;
            }
            Part::End => break,
            Part::Events(_) => return Err(cut_short().into()),
        }
        let Some(part) = parts.recv().await else {
            copy.abort("cut short").await?;
            return Err(cut_short().into());
        };
        next = part;
    }
    copy.finish().await?;
    Ok(())
}
