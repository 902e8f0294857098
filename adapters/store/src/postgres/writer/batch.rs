//! The statements of one transaction: a few for all its appends together, each refused alone.
//!
//! Invariant: locks are taken in one order everywhere (cases by stream id, then events by id), so writers never wait
//! for each other in a circle; what a refused append wrote is deleted again before the commit.

use std::collections::{HashMap, HashSet};

use engine::case::Event;
use engine::rulebook::Digest;
use sqlx::postgres::PgConnection;
use sqlx::{Executor as _, Row as _};
use uuid::Uuid;

use crate::disclosed::disclosed;
use crate::jobs::Outcome;
use crate::postgres::keys;
use crate::postgres::people;
use crate::postgres::reads;
use crate::postgres::rows::{EventRow, Job, Rows};
use crate::postgres::server::{Failed, Server};
use crate::postgres::tables::{self, Disclosure};
use crate::postgres::texts;
use crate::rows::{AlertRow, CaseRow};
use crate::secret::{CaseKey, Sealed};
use crate::{Delivery, Fault, statements};

/// What the log says of itself, the transaction, so many positions, and the cases that are there, locked, with their
/// versions.
const LOCKED: &str = reads::standing_and!(
    ", pg_current_xact_id()::text::bigint, ARRAY(SELECT nextval('case_events_position') FROM generate_series(1, $1)),
        coalesce(array_agg(stream_id), '{}'), coalesce(array_agg(version), '{}')
    FROM (SELECT stream_id, version FROM cases WHERE stream_id = ANY($2) ORDER BY stream_id FOR NO KEY UPDATE) locked"
);

/// An event that is in the log if its transaction was committed.
#[derive(Clone, Copy)]
pub(super) struct Witness {
    pub position: i64,
    pub id: Uuid,
}

/// A transaction that is ready to be committed.
pub(super) struct Written {
    pub xact: i64,
    pub witness: Option<Witness>,
    pub outcomes: Vec<Outcome>,
}

/// An append on its way.
struct Append<'j> {
    rows: &'j Rows,
    /// The places of its events.
    positions: &'j [i64],
    /// Where its outcome belongs.
    job: usize,
}

impl<'j> Append<'j> {
    fn stream_id(&self) -> Uuid {
        self.rows.view.stream_id
    }

    fn conflict(&self) -> Outcome {
        Err(Fault::Conflict(self.rows.view.case.clone()))
    }

    fn is_new(&self) -> bool {
        self.rows.expected == 0
    }

    fn events(&self) -> impl Iterator<Item = (i64, &'j EventRow)> {
        self.positions.iter().copied().zip(&self.rows.events)
    }

    /// Whether anything is disclosed of its events.
    fn discloses(&self) -> bool {
        self.rows.events.iter().any(|event| disclosed(&event.commitments).next().is_some())
    }

    /// What is disclosed of its events, under the key of its case.
    fn disclosures(&self, key: CaseKey) -> impl Iterator<Item = Disclosure> {
        let stream = self.stream_id();
        let events = (self.rows.expected + 1..).zip(&self.rows.events);
        events.flat_map(move |(version, event)| {
            let sealed = move |(digest, text)| Sealed::of(&key, (stream, version), digest, text);
            disclosed(&event.commitments).map(move |found| (stream, version.cast_signed(), sealed(found)))
        })
    }

    /// The rows of its alerts, none of which is delivered.
    fn alerts(&self) -> impl Iterator<Item = (i64, Uuid, &'j AlertRow, bool)> {
        let stream = self.stream_id();
        self.events().filter_map(move |(at, event)| {
            let alert = event.alert.as_ref()?;
            Some((at, stream, alert, alert.publishable))
        })
    }
}

/// Begins a transaction and writes the jobs; what is left is to commit it.
pub(super) async fn write(
    connection: &mut PgConnection,
    server: &Server,
    rulebook: Digest,
    jobs: &[Job],
) -> Result<Written, Failed> {
    // The lock first: who rebuilds, moves or adopts a rulebook has it to itself, and what is read next is after that.
    connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE case_events IN ROW EXCLUSIVE MODE").await?;
    let most: usize = appends(jobs).map(|(_, rows)| rows.events.len()).sum();
    let known: Vec<&Rows> = appends(jobs).map(|(_, rows)| rows).filter(|rows| rows.expected > 0).collect();
    let ids: Vec<Uuid> = known.iter().map(|rows| rows.view.stream_id).collect();
    let row = sqlx::query(LOCKED).bind(statements::limit(most)).bind(ids).fetch_one(&mut *connection).await?;
    reads::standing(&row, 0)?.permit(&server.name, rulebook)?;
    let (xact, positions): (i64, Vec<i64>) = (row.try_get(1)?, row.try_get(2)?);
    let (locked, versions): (Vec<Uuid>, Vec<i32>) = (row.try_get(3)?, row.try_get(4)?);
    let expected = known.iter().map(|rows| (rows.view.stream_id, rows.expected.cast_signed()));
    let expected: HashMap<Uuid, i32> = expected.collect();
    let stands = locked.into_iter().zip(versions).filter(|(id, version)| expected.get(id) == Some(version));
    let mut stands: HashSet<Uuid> = stands.map(|(id, _)| id).collect();

    let mut outcomes: Vec<Outcome> = vec![Ok(0); jobs.len()];
    let mut free = &*positions;
    let mut fitting = Vec::with_capacity(jobs.len());
    for (job, rows) in appends(jobs) {
        let (positions, rest) = free.split_at(rows.events.len());
        free = rest;
        fitting.push(Append { rows, positions, job });
    }
    stands.extend(begin_cases(connection, &fitting).await?);
    fitting.retain(|append| {
        let fits = stands.contains(&append.stream_id());
        if !fits {
            outcomes[append.job] = append.conflict();
        }
        fits
    });
    let streams = fitting.iter().filter(|append| append.discloses()).map(Append::stream_id).collect();
    let (keys, made) = keys::of_streams(connection, &server.keys, streams).await?;
    if let Err(fault) = made {
        // Without a key for what is personal in them these appends are refused, and no others.
        let fits = |append: &Append<'_>| !append.discloses() || keys.contains_key(&append.stream_id());
        let (rest, out): (_, Vec<Append<'_>>) = fitting.into_iter().partition(fits);
        fitting = rest;
        take_back(connection, &out).await?;
        for append in out {
            outcomes[append.job] = Err(fault.clone());
        }
    }
    let taken = insert_events(connection, &fitting).await?;
    if !taken.is_empty() {
        let (out, rest) = fitting.into_iter().partition(|append| append.positions.iter().any(|at| taken.contains(at)));
        fitting = rest;
        take_back(connection, &out).await?;
        for append in out {
            outcomes[append.job] = append.conflict();
        }
    }
    let views: Vec<&CaseRow> = fitting.iter().map(|append| &append.rows.view).collect();
    tables::update_cases(connection, &views).await?;
    let alerts: Vec<_> = fitting.iter().flat_map(Append::alerts).collect();
    tables::insert_alerts(connection, &alerts).await?;
    let with_key = fitting.iter().filter_map(|append| Some((append, keys.get(&append.stream_id()).copied()??)));
    let disclosures: Vec<_> = with_key.flat_map(|(append, key)| append.disclosures(key)).collect();
    tables::insert_disclosures(connection, &disclosures).await?;
    for job in jobs {
        write_other(connection, job).await?;
    }
    people::write(connection, jobs, &mut outcomes).await?;
    let first = fitting.iter().find_map(|append| append.events().next());
    let witness = first.map(|(position, event)| Witness { position, id: event.id });
    Ok(Written { xact, witness, outcomes })
}

fn appends(jobs: &[Job]) -> impl Iterator<Item = (usize, &Rows)> {
    jobs.iter().enumerate().filter_map(|(n, job)| if let Job::Append(rows) = job { Some((n, &**rows)) } else { None })
}

/// Makes the new cases, which are locked by that; those that were not there.
async fn begin_cases(connection: &mut PgConnection, appends: &[Append<'_>]) -> Result<Vec<Uuid>, Failed> {
    let new: Vec<&Append<'_>> = appends.iter().filter(|append| append.is_new()).collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = new.iter().map(|append| append.stream_id()).collect();
    let references: Vec<&str> = new.iter().map(|append| append.rows.view.case.as_str()).collect();
    let sql = "INSERT INTO cases (stream_id, reference, version)
               SELECT id, reference, 0 FROM unnest($1::uuid[], $2::text[]) AS n (id, reference) ORDER BY id
               ON CONFLICT DO NOTHING RETURNING stream_id";
    let made = sqlx::query(sql).bind(ids).bind(references).fetch_all(connection).await?;
    made.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Inserts the events; the positions of those whose id or version is taken.
async fn insert_events(connection: &mut PgConnection, appends: &[Append<'_>]) -> Result<HashSet<i64>, Failed> {
    let events = || appends.iter().flat_map(Append::events);
    let positions: Vec<i64> = events().map(|(position, _)| position).collect();
    if positions.is_empty() {
        return Ok(HashSet::new());
    }
    let streams: Vec<Uuid> = appends.iter().flat_map(|a| a.events().map(|_| a.stream_id())).collect();
    let versions: Vec<i32> =
        appends.iter().flat_map(|a| (a.rows.expected.cast_signed() + 1..).zip(a.events())).map(|(v, _)| v).collect();
    let sql = "INSERT INTO case_events (id, aggregate_id, payload, occurred_on, sequence_number, version, position)
               SELECT id, stream, payload::jsonb, to_timestamp(recorded_at), number, $7, position
               FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::int[], $6::bigint[])
                   AS n (id, stream, payload, recorded_at, number, position)
               ORDER BY id ON CONFLICT DO NOTHING";
    let inserted = sqlx::query(sql)
        .bind(events().map(|(_, event)| event.id).collect::<Vec<Uuid>>())
        .bind(streams)
        .bind(events().map(|(_, event)| &*event.payload).collect::<Vec<&str>>())
        .bind(events().map(|(_, event)| event.recorded_at).collect::<Vec<i64>>())
        .bind(versions)
        .bind(&positions)
        .bind(Event::VERSION)
        .execute(&mut *connection)
        .await?;
    if usize::try_from(inserted.rows_affected()).ok() == Some(positions.len()) {
        return Ok(HashSet::new());
    }
    let mut taken: HashSet<i64> = positions.iter().copied().collect();
    let sql = "SELECT position FROM case_events WHERE position = ANY($1)";
    for row in sqlx::query(sql).bind(&positions).fetch_all(connection).await? {
        taken.remove(&row.try_get(0)?);
    }
    Ok(taken)
}

/// Deletes what these appends wrote.
async fn take_back(connection: &mut PgConnection, appends: &[Append<'_>]) -> Result<(), Failed> {
    let positions: Vec<i64> = appends.iter().flat_map(|append| append.positions).copied().collect();
    sqlx::query("DELETE FROM case_events WHERE position = ANY($1)").bind(positions).execute(&mut *connection).await?;
    let new: Vec<Uuid> = appends.iter().filter(|append| append.is_new()).map(Append::stream_id).collect();
    sqlx::query("DELETE FROM cases WHERE stream_id = ANY($1)").bind(new).execute(connection).await?;
    Ok(())
}

async fn write_other(connection: &mut PgConnection, job: &Job) -> Result<(), Failed> {
    match job {
        // Appends and what is of people are written together.
        Job::Append(_) | Job::People(_) => {}
        Job::Deliveries(deliveries) => deliver(connection, deliveries).await?,
        Job::UndoDeliveries { behind } => {
            let sql = "WITH gone AS (DELETE FROM deliveries WHERE stream_sequence > $1 RETURNING position)
                       UPDATE alerts SET pending = publishable FROM gone WHERE alerts.position = gone.position";
            sqlx::query(sql).bind(behind.cast_signed()).execute(connection).await?;
        }
        Job::Meta { key, value } => texts::keep(connection, key, value).await?,
    }
    Ok(())
}

async fn deliver(connection: &mut PgConnection, deliveries: &[Delivery]) -> Result<(), Failed> {
    // In two statements: who marks the same alerts waits here, in the order of the log, before any of them is locked.
    let sql = "INSERT INTO deliveries (position, alert_id, stream_sequence, delivered_at)
               SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[]) AS n (position, id, sequence, at)
               ORDER BY position ON CONFLICT DO NOTHING";
    let positions: Vec<i64> = deliveries.iter().map(|delivery| delivery.position.0).collect();
    sqlx::query(sql)
        .bind(&positions)
        .bind(deliveries.iter().map(|delivery| delivery.alert).collect::<Vec<Uuid>>())
        .bind(deliveries.iter().map(|delivery| delivery.stream_sequence.cast_signed()).collect::<Vec<i64>>())
        .bind(deliveries.iter().map(|delivery| delivery.at.unix()).collect::<Vec<i64>>())
        .execute(&mut *connection)
        .await?;
    let sql = "UPDATE alerts SET pending = false WHERE position = ANY($1) AND pending";
    sqlx::query(sql).bind(positions).execute(connection).await?;
    Ok(())
}
