//! The keys of cases in their table, which all processes share.
//!
//! Invariant: a key is committed with the first rows that are encrypted under it, or before. What is destroyed leaves its id there,
//! with nothing behind it: of a sealed case the id of its stream, of a master key its own.

use std::collections::HashMap;

use sqlx::postgres::PgConnection;
use sqlx::{Executor as _, Row as _};
use uuid::Uuid;

use super::server::Failed;
use crate::Fault;
use crate::secret::master::Master;
use crate::secret::ring::{Ring, new_keys};
use crate::secret::{CaseKey, CaseKeys, Rewrapped};

/// The keys under which something personal in these streams was encrypted last.
const LAST: &str = "SELECT DISTINCT ON (d.stream_id) d.stream_id, k.id, k.wrapped
    FROM disclosures d JOIN case_keys k ON k.id = d.key WHERE d.stream_id = ANY($1) ORDER BY d.stream_id, d.version DESC";

/// The keys of cases by their streams: none of a sealed one. And why there is none for the others.
pub(super) type OfStreams = (HashMap<Uuid, Option<CaseKey>>, Result<(), Fault>);

/// The keys of the cases of these streams, in which something personal is to be written. Where one has none, or none that can be
/// unwrapped, it gets a new one.
pub(super) async fn of_streams(
    connection: &mut PgConnection,
    keys: &Ring,
    streams: Vec<Uuid>,
) -> Result<OfStreams, Failed> {
    let mut found = HashMap::new();
    if streams.is_empty() {
        return Ok((found, Ok(())));
    }
    for row in sqlx::query(LAST).bind(&streams).fetch_all(&mut *connection).await? {
        let (stream, id, wrapped): (Uuid, Uuid, &[u8]) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        found.extend(keys.get(id).or_else(|| keys.unwrap(id, wrapped)).map(|key| (stream, Some(key))));
    }
    let missing: Vec<Uuid> = streams.into_iter().filter(|stream| !found.contains_key(stream)).collect();
    if missing.is_empty() {
        return Ok((found, Ok(())));
    }
    let (master, sealed) = match usable_master(connection, keys, &missing).await? {
        Ok(usable) => usable,
        Err(fault) => return Ok((found, Err(fault))),
    };
    let (sealed, missing): (Vec<Uuid>, Vec<Uuid>) = missing.into_iter().partition(|stream| sealed.contains(stream));
    let made = new_keys(missing.len());
    insert(connection, &made.iter().map(|key| (key.id, master.wrap(key))).collect::<Vec<_>>()).await?;
    found.extend(missing.into_iter().zip(made.into_iter().map(Some)));
    found.extend(sealed.into_iter().map(|stream| (stream, None)));
    keys.name_log();
    Ok((found, Ok(())))
}

/// The master key that wraps what is new, unless it was destroyed; and which of these streams are of sealed cases. Until the
/// transaction ends, nobody destroys anything.
async fn usable_master(
    connection: &mut PgConnection,
    keys: &Ring,
    streams: &[Uuid],
) -> Result<Result<(Master, Vec<Uuid>), Fault>, Failed> {
    connection.execute("LOCK TABLE case_keys IN ROW EXCLUSIVE MODE").await?;
    let master = match keys.master() {
        Ok(master) => master,
        Err(fault) => return Ok(Err(fault)),
    };
    let asked = [&[master.id], streams].concat();
    let sql = "SELECT id FROM case_keys WHERE id = ANY($1) AND wrapped = ''";
    let destroyed: Vec<Uuid> = sqlx::query_scalar(sql).bind(asked).fetch_all(&mut *connection).await?;
    let is_destroyed = destroyed.contains(&master.id);
    Ok(if is_destroyed { Err(keys.master_is_destroyed()) } else { Ok((master, destroyed)) })
}

/// Takes over keys of another log.
pub(super) async fn take(connection: &mut PgConnection, ring: &Ring, keys: CaseKeys) -> Result<(), Failed> {
    connection.execute("BEGIN").await?;
    let (master, _) = usable_master(connection, ring, &[]).await??;
    let wrapped = keys.keys.iter().map(|key| (key.id, master.wrap(key)));
    let rows: Vec<_> = wrapped.chain(keys.destroyed.into_iter().map(|id| (id, Vec::new()))).collect();
    insert(connection, &rows).await?;
    connection.execute("COMMIT").await?;
    Ok(())
}

/// Whether there are any keys.
pub(super) async fn are_any(connection: &mut PgConnection) -> Result<bool, Failed> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM case_keys)").fetch_one(connection).await?)
}

/// Destroys the keys of the case of a stream, and deletes what they encrypted. All other keys are wrapped by a new master key.
pub(super) async fn seal(connection: &mut PgConnection, ring: &Ring, stream: Uuid) -> Result<Rewrapped, Failed> {
    connection.execute("BEGIN; LOCK TABLE case_keys IN EXCLUSIVE MODE").await?;
    let sql = "DELETE FROM disclosures WHERE stream_id = $1 RETURNING key";
    let sealed: Vec<Uuid> = sqlx::query_scalar(sql).bind(stream).fetch_all(&mut *connection).await?;
    let rows = sqlx::query("SELECT id, wrapped FROM case_keys").fetch_all(&mut *connection).await?;
    let rows =
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<Vec<_>, sqlx::Error>>()?;
    if rows.is_empty() {
        connection.execute("ROLLBACK").await?;
        return Ok(Rewrapped::default());
    }
    let renewal = ring.renew()?;
    let (anew, rewrapped) = renewal.rewrap(&sealed.iter().copied().collect(), rows);
    sqlx::query("DELETE FROM case_keys WHERE id = ANY($1)").bind(&sealed).execute(&mut *connection).await?;
    let (ids, wrapped): (Vec<Uuid>, Vec<Vec<u8>>) = anew.into_iter().unzip();
    let sql = "UPDATE case_keys SET wrapped = anew.wrapped
               FROM unnest($1::uuid[], $2::bytea[]) AS anew (id, wrapped) WHERE case_keys.id = anew.id";
    sqlx::query(sql).bind(ids).bind(wrapped).execute(&mut *connection).await?;
    let destroyed: Vec<_> = renewal.old().chain([stream]).map(|id| (id, Vec::new())).collect();
    insert(connection, &destroyed).await?;
    connection.execute("COMMIT").await?;
    renewal.finish()?;
    ring.forget(sealed);
    Ok(rewrapped)
}

/// Whether the key of what is personal in the log is at hand, as far as one row tells; none without anything personal.
pub(super) async fn are_there(connection: &mut PgConnection, keys: &Ring) -> Result<Option<bool>, Failed> {
    let sql = "SELECT d.key, k.wrapped FROM disclosures d LEFT JOIN case_keys k ON k.id = d.key ORDER BY d.stream_id DESC LIMIT 1";
    let Some(row) = sqlx::query(sql).fetch_optional(connection).await? else { return Ok(None) };
    let (id, wrapped): (Uuid, Option<&[u8]>) = (row.try_get(0)?, row.try_get(1)?);
    Ok(Some(wrapped.and_then(|wrapped| keys.unwrap(id, wrapped)).is_some()))
}

/// All keys that can be unwrapped, and what is destroyed.
pub(super) async fn all(connection: &mut PgConnection, ring: &Ring) -> Result<CaseKeys, Failed> {
    let (mut keys, mut destroyed) = (Vec::new(), Vec::new());
    for row in sqlx::query("SELECT id, wrapped FROM case_keys").fetch_all(connection).await? {
        let (id, wrapped): (Uuid, &[u8]) = (row.try_get(0)?, row.try_get(1)?);
        if wrapped.is_empty() {
            destroyed.push(id);
        } else {
            keys.extend(ring.unwrap(id, wrapped));
        }
    }
    Ok(CaseKeys { keys, destroyed })
}

/// Writes keys, each wrapped, or empty where it is destroyed.
async fn insert(connection: &mut PgConnection, rows: &[(Uuid, Vec<u8>)]) -> Result<(), Failed> {
    if !rows.is_empty() {
        let sql =
            "INSERT INTO case_keys (id, wrapped) SELECT * FROM unnest($1::uuid[], $2::bytea[]) ON CONFLICT DO NOTHING";
        sqlx::query(sql)
            .bind(rows.iter().map(|(id, _)| *id).collect::<Vec<Uuid>>())
            .bind(rows.iter().map(|(_, wrapped)| wrapped.as_slice()).collect::<Vec<&[u8]>>())
            .execute(connection)
            .await?;
    }
    Ok(())
}
