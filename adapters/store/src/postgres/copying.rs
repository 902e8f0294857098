//! Holds the tables while their log is copied, and fills them with the copy of another.
//!
//! Invariant: each of the two is one transaction.

use std::sync::Arc;

use async_trait::async_trait;
use engine::case::Event;
use engine::rulebook::Digest;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _, Row as _};
use tokio::sync::mpsc::{self, Receiver, Sender};
use uuid::Uuid;

use super::people;
use super::reads;
use super::rebuild::session;
use super::server::{Failed, Server, read_only};
use super::texts;
use crate::canonical::shorter_first;
use crate::copying::{Carried, Filling, Held, Part, cut_short, holds_a_log};
use crate::heavy::ShuttingDown;
use crate::people::rows::{Row, Table};
use crate::rows::AlertRow;
use crate::secret::Sealed;
use crate::standing::UNFINISHED;
use crate::{Delivery, Fault};

/// Keeps out whoever writes to the log: each writer takes a weaker lock on this table first.
const LOCK: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE case_events IN SHARE ROW EXCLUSIVE MODE";
/// How much is sent at a time, in bytes.
const CHUNK: usize = 256 * 1024;
/// How much of what is copied with the events is kept in memory, in bytes.
const MUCH: usize = 32 << 20;
/// The same of what is kept beside the log, in parts of a few thousand rows.
const MANY: usize = 8;

const EVENTS: &str = "COPY case_events (id, aggregate_id, payload, occurred_on, sequence_number, version, position)
    FROM STDIN (FORMAT binary)";
const CASES: &str = "COPY cases (stream_id, reference, version) FROM STDIN (FORMAT binary)";
const ALERTS: &str = "COPY alerts (position, stream_id, rule, addressees, recorded_at, publishable, pending)
    FROM STDIN (FORMAT binary)";
const DISCLOSURES: &str = "COPY disclosures (stream_id, version, digest, key, bytes) FROM STDIN (FORMAT binary)";
const DELIVERIES: &str =
    "COPY deliveries (position, alert_id, stream_sequence, delivered_at) FROM STDIN (FORMAT binary)";

/// What drops each index of the tables that have a row for an event, and what makes it again: made in one go behind the copy
/// it takes a fraction of the time.
const INDEXES: &str =
    "SELECT coalesce('ALTER TABLE ' || c.conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(c.conname),
        'DROP INDEX ' || i.indexrelid::regclass),
    coalesce('ALTER TABLE ' || c.conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(c.conname) || ' '
        || pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid))
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
    WHERE i.indrelid IN ('case_events'::regclass, 'disclosures'::regclass, 'alerts'::regclass, 'deliveries'::regclass) ORDER BY i.indexrelid";

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
                texts::keep(&mut connection, key, text).await?;
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
        Ok(connection
            .execute("ANALYZE case_events, disclosures, cases, alerts, deliveries, looks")
            .await
            .map(|_| ())?)
    };
    filled.await.map_err(|failed: Failed| server.fault(failed))
}

async fn fill_in(connection: &mut PgConnection, name: &str, filling: Filling) -> Result<(), Failed> {
    let Filling { copy_of, installation, rulebooks, texts, parts } = filling;
    let row =
        connection.fetch_one("SELECT NOT EXISTS (SELECT FROM case_events) AND NOT EXISTS (SELECT FROM people)").await?;
    if !row.try_get::<bool, _>(0)? {
        let unfinished = sqlx::query(reads::META).bind(UNFINISHED).fetch_optional(&mut *connection).await?;
        if unfinished.map(|row| row.try_get::<String, _>(0)).transpose()?.as_ref() != Some(&copy_of) {
            return Err(holds_a_log(name).into());
        }
    }
    let all = "TRUNCATE case_events, disclosures, cases, alerts, deliveries, people, sessions, tokens, grants, looks, offices_files,
        kept_forms, office_changes, feeds, mail_addresses, mail_waiting, shift_sheets, frozen_figures, own_events,
        tree_state, tree_leaves, tree_nodes, tree_map, checkpoints";
    connection.execute(all).await?;
    texts::keep(connection, UNFINISHED, &copy_of).await?;
    texts::keep(connection, "installation", &installation.to_string()).await?;
    for source in &rulebooks {
        let sql = "INSERT INTO rulebooks (digest, source) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let digest = Digest::of(source.as_bytes()).to_string();
        sqlx::query(sql).bind(digest).bind(source).execute(&mut *connection).await?;
    }
    for (key, text) in &texts {
        texts::keep(connection, key, text).await?;
    }
    let indexes = sqlx::query(INDEXES).fetch_all(&mut *connection).await?;
    for index in &indexes {
        connection.execute(AssertSqlSafe(index.try_get::<String, _>(0)?)).await?;
    }
    let (sender, pages) = mpsc::channel(1);
    let encoding = tokio::spawn(encode(parts, sender));
    copy(connection, pages).await?;
    encoding.await.map_err(|_| ShuttingDown).map_err(Fault::from)??;
    for index in &indexes {
        connection.execute(AssertSqlSafe(index.try_get::<String, _>(1)?)).await?;
    }
    connection.execute("SELECT setval('case_events_position', max(position)) FROM case_events").await?;
    Ok(())
}

/// Some events, and what is copied with them.
#[derive(Default)]
struct Page {
    events: Rows,
    beside: Beside,
}

/// What is copied with the events.
#[derive(Default)]
struct Beside {
    /// The identities; a rebuild gives them their views.
    cases: Rows,
    disclosures: Rows,
    alerts: Rows,
    deliveries: Rows,
    /// Those that are kept beside the log, some at a time.
    rows: Vec<(&'static Table, Vec<Row>)>,
}

/// Makes pages of all parts.
async fn encode(mut parts: Receiver<Part>, pages: Sender<Page>) -> Result<(), Fault> {
    loop {
        match parts.recv().await {
            Some(Part::Events(events)) => {
                let mut page = Page::default();
                events.iter().try_for_each(|event| page.add(event))?;
                pages.send(page).await.map_err(|_| cut_short())?;
            }
            Some(Part::Beside(table, rows)) => {
                let mut page = Page::default();
                page.beside.rows.push((table, rows));
                pages.send(page).await.map_err(|_| cut_short())?;
            }
            Some(Part::End) => return Ok(()),
            None => return Err(cut_short()),
        }
    }
}

/// Copies all pages. The events go in one COPY for as long as what is copied with them finds room: the end of each is
/// answered late, because the driver sends it behind the rows and the system waits for the server's word on those first.
async fn copy(connection: &mut PgConnection, mut pages: Receiver<Page>) -> Result<(), Failed> {
    let mut next = pages.recv().await;
    while next.is_some() {
        let mut beside = Beside::default();
        let mut events = connection.copy_in_raw(EVENTS).await?;
        events.send(Rows::HEAD).await?;
        while let Some(page) = next.take() {
            for chunk in page.events.0.chunks(CHUNK) {
                events.send(chunk).await?;
            }
            beside.add(page.beside);
            next = pages.recv().await;
            if beside.is_much() {
                break;
            }
        }
        events.send(Rows::END).await?;
        events.finish().await?;
        let Beside { cases, disclosures, alerts, deliveries, rows: kept } = beside;
        for (sql, rows) in [(CASES, cases), (DISCLOSURES, disclosures), (ALERTS, alerts), (DELIVERIES, deliveries)] {
            if rows.0.is_empty() {
                continue;
            }
            let mut copy = connection.copy_in_raw(sql).await?;
            copy.send(Rows::HEAD).await?;
            for chunk in rows.0.chunks(CHUNK) {
                copy.send(chunk).await?;
            }
            copy.send(Rows::END).await?;
            copy.finish().await?;
        }
        for (table, rows) in &kept {
            people::insert(connection, table, &rows.iter().collect::<Vec<_>>()).await?;
        }
    }
    Ok(())
}

impl Beside {
    fn add(&mut self, more: Self) {
        self.cases.0.extend(more.cases.0);
        self.disclosures.0.extend(more.disclosures.0);
        self.alerts.0.extend(more.alerts.0);
        self.deliveries.0.extend(more.deliveries.0);
        self.rows.extend(more.rows);
    }

    /// Whether no more of it is kept in memory.
    const fn is_much(&self) -> bool {
        let Self { cases, disclosures, alerts, deliveries, rows } = self;
        let copied = cases.0.len() + disclosures.0.len() + alerts.0.len() + deliveries.0.len();
        copied >= MUCH || rows.len() >= MANY
    }
}

impl Page {
    fn add(&mut self, event: &Carried) -> Result<(), Fault> {
        let Carried { position, case, stream_id, version, payload, sealed, id, recorded_at, alert, delivery } = event;
        let (position, version) = (position.0, version.cast_signed());
        let out_of_range = || Fault::corrupt(format!("case {case}: the instant of version {version} is out of range"));
        let occurred_on = recorded_at.checked_sub(BEGIN).and_then(|seconds| seconds.checked_mul(1_000_000));
        self.events
            .row(7)
            .id(*id)
            .id(*stream_id)
            .field(&[&JSONB, shorter_first(payload).as_bytes()])
            .long(occurred_on.ok_or_else(out_of_range)?)
            .int(version)
            .int(Event::VERSION)
            .long(position);
        if version == 1 {
            self.beside.cases.row(3).id(*stream_id).field(&[case.as_str().as_bytes()]).int(0);
        }
        for Sealed { key, digest, bytes } in sealed {
            let row = self.beside.disclosures.row(5);
            row.id(*stream_id).int(version).field(&[digest.as_slice()]).id(*key).field(&[bytes.as_slice()]);
        }
        if let Some(AlertRow { rule, addressees, recorded_at, publishable }) = alert {
            self.beside
                .alerts
                .row(7)
                .long(position)
                .id(*stream_id)
                .field(&[rule.word().as_bytes()])
                .field(&[addressees.as_bytes()])
                .long(*recorded_at)
                .field(&[&[u8::from(*publishable)]])
                .field(&[&[u8::from(*publishable && delivery.is_none())]]);
        }
        if let Some(Delivery { alert, stream_sequence, at, .. }) = delivery {
            self.beside.deliveries.row(4).long(position).id(*alert).long(stream_sequence.cast_signed()).long(at.unix());
        }
        Ok(())
    }
}

/// The beginning of time as the server counts it, 2000-01-01: it keeps microseconds since then.
const BEGIN: i64 = 946_684_800;
/// The version of the server's binary format of JSON, which is the text behind it.
const JSONB: [u8; 1] = [1];

/// Rows in the binary format of COPY, which the server needs not take apart byte by byte.
#[derive(Default)]
struct Rows(Vec<u8>);

impl Rows {
    /// What stands before all rows: the mark of the format, no flags, nothing more.
    const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
    /// What stands behind them.
    const END: &[u8] = &(-1_i16).to_be_bytes();

    /// Begins a row of so many fields.
    fn row(&mut self, fields: i16) -> &mut Self {
        self.0.extend_from_slice(&fields.to_be_bytes());
        self
    }

    /// A field of these pieces.
    fn field(&mut self, pieces: &[&[u8]]) -> &mut Self {
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        // The server refuses what is longer than a GiB.
        self.0.extend_from_slice(&i32::try_from(length).unwrap_or(i32::MAX).to_be_bytes());
        for piece in pieces {
            self.0.extend_from_slice(piece);
        }
        self
    }

    fn id(&mut self, id: Uuid) -> &mut Self {
        self.field(&[id.as_bytes()])
    }

    fn int(&mut self, number: i32) -> &mut Self {
        self.field(&[&number.to_be_bytes()])
    }

    fn long(&mut self, number: i64) -> &mut Self {
        self.field(&[&number.to_be_bytes()])
    }
}
