//! The keys of cases in their table, which all processes share.
//!
//! Invariant: a key is committed with the first rows that are encrypted under it, or before.

use std::collections::HashMap;

use sqlx::Row as _;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::server::Failed;
use crate::Fault;
use crate::secret::ring::Ring;
use crate::secret::{CaseKey, CaseKeys};

/// The keys under which something personal in these streams was encrypted last.
const LAST: &str = "SELECT DISTINCT ON (d.stream_id) d.stream_id, k.id, k.wrapped
    FROM disclosures d JOIN case_keys k ON k.id = d.key WHERE d.stream_id = ANY($1) ORDER BY d.stream_id, d.version DESC";

/// The keys of cases by their streams, and why there is none for the others.
pub(super) type OfStreams = (HashMap<Uuid, CaseKey>, Result<(), Fault>);

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
        found.extend(keys.get(id).or_else(|| keys.unwrap(id, wrapped)).map(|key| (stream, key)));
    }
    let missing: Vec<Uuid> = streams.into_iter().filter(|stream| !found.contains_key(stream)).collect();
    let made = if missing.is_empty() { Ok(Vec::new()) } else { keys.make(missing.len()) };
    match made {
        Ok(made) => {
            insert(connection, &made).await?;
            found.extend(missing.into_iter().zip(made.into_iter().map(|(key, _)| key)));
            Ok((found, Ok(())))
        }
        Err(fault) => Ok((found, Err(fault))),
    }
}

/// Whether there is something personal whose key is not at hand, as far as one row tells.
pub(super) async fn are_missing(connection: &mut PgConnection, keys: &Ring) -> Result<bool, Failed> {
    let sql = "SELECT d.key, k.wrapped FROM disclosures d LEFT JOIN case_keys k ON k.id = d.key ORDER BY d.stream_id DESC LIMIT 1";
    let Some(row) = sqlx::query(sql).fetch_optional(connection).await? else { return Ok(false) };
    let (id, wrapped): (Uuid, Option<&[u8]>) = (row.try_get(0)?, row.try_get(1)?);
    Ok(wrapped.and_then(|wrapped| keys.unwrap(id, wrapped)).is_none())
}

/// All keys that can be unwrapped.
pub(super) async fn all(connection: &mut PgConnection, keys: &Ring) -> Result<CaseKeys, Failed> {
    let mut all = Vec::new();
    for row in sqlx::query("SELECT id, wrapped FROM case_keys").fetch_all(connection).await? {
        all.extend(keys.unwrap(row.try_get(0)?, row.try_get(1)?));
    }
    Ok(CaseKeys(all))
}

/// Writes keys, each wrapped.
pub(super) async fn insert(connection: &mut PgConnection, keys: &[(CaseKey, Vec<u8>)]) -> Result<(), Failed> {
    if !keys.is_empty() {
        let sql =
            "INSERT INTO case_keys (id, wrapped) SELECT * FROM unnest($1::uuid[], $2::bytea[]) ON CONFLICT DO NOTHING";
        sqlx::query(sql)
            .bind(keys.iter().map(|(key, _)| key.id).collect::<Vec<Uuid>>())
            .bind(keys.iter().map(|(_, wrapped)| wrapped.as_slice()).collect::<Vec<&[u8]>>())
            .execute(connection)
            .await?;
    }
    Ok(())
}
