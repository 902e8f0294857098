//! Holds the tables while their log is copied, and fills them with the copy of another.
//!
//! Invariant: each of the two is one transaction.

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::DateTime;
use engine::case::Event;
use engine::rulebook::Digest;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _, Row as _};
use tokio::sync::mpsc::{self, Receiver, Sender};
use uuid::Uuid;

use super::reads;
use super::rebuild::session;
use super::server::{Failed, Server, read_only};
use super::writer::set_meta;
use crate::copying::{Carried, Filling, Held, Part, cut_short, holds_a_log};
use crate::rows::AlertRow;
use crate::standing::UNFINISHED;
use crate::{Delivery, Fault, Stored};

/// Keeps out whoever writes to the log: each writer takes a weaker lock on this table first.
const LOCK: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE case_events IN SHARE ROW EXCLUSIVE MODE";
/// How much is sent at a time, in bytes.
const CHUNK: usize = 256 * 1024;

const EVENTS: &str =
    "COPY case_events (id, aggregate_id, payload, occurred_on, sequence_number, version, position) FROM STDIN";
const CASES: &str = "COPY cases (stream_id, reference, version) FROM STDIN";
const ALERTS: &str =
    "COPY alerts (position, stream_id, rule, addressees, recorded_at, publishable, pending) FROM STDIN";
const DELIVERIES: &str = "COPY deliveries (position, alert_id, stream_sequence, delivered_at) FROM STDIN";

/// What drops each index of the events, and what makes it again: made in one go behind the copy it takes a fraction of the
/// time.
const INDEXES: &str = "SELECT coalesce('ALTER TABLE case_events DROP CONSTRAINT ' || quote_ident(c.conname),
        'DROP INDEX ' || i.indexrelid::regclass),
    coalesce('ALTER TABLE case_events ADD CONSTRAINT ' || quote_ident(c.conname) || ' ' || pg_get_constraintdef(c.oid),
        pg_get_indexdef(i.indexrelid))
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
    WHERE i.indrelid = 'case_events'::regclass ORDER BY i.indexrelid";

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
        Ok(connection.execute("ANALYZE case_events, cases, alerts, deliveries").await.map(|_| ())?)
    };
    filled.await.map_err(|failed: Failed| server.fault(failed))
}

async fn fill_in(connection: &mut PgConnection, name: &str, filling: Filling) -> Result<(), Failed> {
    let Filling { copy_of, installation, rulebooks, texts, parts } = filling;
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
    let indexes = sqlx::query(INDEXES).fetch_all(&mut *connection).await?;
    for index in &indexes {
        connection.execute(AssertSqlSafe(index.try_get::<String, _>(0)?)).await?;
    }
    let (sender, pages) = mpsc::channel(1);
    tokio::try_join!(encode(parts, sender), copy(connection, pages))?;
    for index in &indexes {
        connection.execute(AssertSqlSafe(index.try_get::<String, _>(1)?)).await?;
    }
    connection.execute("SELECT setval('case_events_position', max(position)) FROM case_events").await?;
    Ok(())
}

/// Some events, and what is copied with them, as COPY takes them.
#[derive(Default)]
struct Page {
    events: String,
    /// The identities; a rebuild gives them their views.
    cases: String,
    alerts: String,
    deliveries: String,
}

/// Makes pages of all parts.
async fn encode(mut parts: Receiver<Part>, pages: Sender<Page>) -> Result<(), Failed> {
    loop {
        match parts.recv().await {
            Some(Part::Events(events)) => {
                let mut page = Page::default();
                events.iter().try_for_each(|event| page.add(event))?;
                pages.send(page).await.map_err(|_| cut_short())?;
            }
            Some(Part::End) => return Ok(()),
            None => return Err(cut_short().into()),
        }
    }
}

/// Copies all pages.
async fn copy(connection: &mut PgConnection, mut pages: Receiver<Page>) -> Result<(), Failed> {
    while let Some(Page { events, cases, alerts, deliveries }) = pages.recv().await {
        for (sql, rows) in [(EVENTS, events), (CASES, cases), (ALERTS, alerts), (DELIVERIES, deliveries)] {
            if rows.is_empty() {
                continue;
            }
            let mut copy = connection.copy_in_raw(sql).await?;
            for chunk in rows.as_bytes().chunks(CHUNK) {
                copy.send(chunk).await?;
            }
            copy.finish().await?;
        }
    }
    Ok(())
}

impl Page {
    fn add(&mut self, event: &Carried) -> Result<(), Fault> {
        let Carried { stored, payload, delivery } = event;
        let (position, stream_id) = (stored.position.0, stored.case.stream_id());
        write_event(&mut self.events, stored, stream_id, payload)?;
        if stored.version == 1 {
            let _ = writeln!(self.cases, "{stream_id}\t{}\t0", stored.case);
        }
        if let Some(AlertRow { rule, addressees, recorded_at, publishable }) = AlertRow::of(&stored.event) {
            let (rule, pending) = (rule.word(), publishable && delivery.is_none());
            let row =
                format_args!("{position}\t{stream_id}\t{rule}\t{addressees}\t{recorded_at}\t{publishable}\t{pending}");
            let _ = writeln!(self.alerts, "{row}");
        }
        if let Some(Delivery { alert, stream_sequence, at, .. }) = delivery {
            let _ = writeln!(self.deliveries, "{position}\t{alert}\t{stream_sequence}\t{}", at.unix());
        }
        Ok(())
    }
}

/// The row of an event.
fn write_event(rows: &mut String, stored: &Stored, stream_id: Uuid, payload: &str) -> Result<(), Fault> {
    let Stored { position, case, version, event } = stored;
    let out_of_range = || Fault::corrupt(format!("case {case}: the instant of version {version} is out of range"));
    let occurred = DateTime::from_timestamp(event.recorded_at.unix(), 0).ok_or_else(out_of_range)?;
    let _ = write!(rows, "{}\t{stream_id}\t", event.id(case));
    // JSON has no control characters, and COPY reads a backslash as the beginning of one.
    for (n, piece) in payload.split('\\').enumerate() {
        rows.push_str(if n > 0 { "\\\\" } else { "" });
        rows.push_str(piece);
    }
    let occurred = occurred.format("%Y-%m-%d %H:%M:%S+00");
    let _ = writeln!(rows, "\t{occurred}\t{version}\t{}\t{}", Event::VERSION, position.0);
    Ok(())
}
