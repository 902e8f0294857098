//! The tables that a rebuild makes again from the log: many rows in one statement, for the writer and the rebuild.
//!
//! Invariant: what is written is what it was given, and nothing but these rows.

use std::sync::LazyLock;

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::server::Failed;
use crate::cell::Cell;
use crate::rows::{AlertRow, COLUMNS, CaseRow, Cells, ColumnKind, NAMES};
use crate::secret::Sealed;

/// The rows of cases `n`, as [`write_cases`] binds them.
fn unnested() -> String {
    let arrays = COLUMNS.iter().zip(1..).map(|((_, kind), n)| {
        let of = match kind {
            ColumnKind::Id => "uuid",
            ColumnKind::Version => "int",
            ColumnKind::Number => "bigint",
            ColumnKind::Text | ColumnKind::Office => "text",
        };
        format!("${n}::{of}[]")
    });
    format!("unnest({}) AS n ({})", arrays.collect::<Vec<String>>().join(", "), *NAMES)
}

/// Sets these columns to those of the rows `from`.
fn set(columns: &[(&str, ColumnKind)], from: &str) -> String {
    columns.iter().map(|(name, _)| format!("{name} = {from}.{name}")).collect::<Vec<String>>().join(", ")
}

/// Writes the views over those of cases that are there.
pub(super) async fn update_cases(connection: &mut PgConnection, rows: &[&CaseRow]) -> Result<(), Failed> {
    static UPDATE: LazyLock<String> = LazyLock::new(|| {
        let set = set(&COLUMNS[2..], "n");
        format!("UPDATE cases SET {set} FROM {} WHERE cases.stream_id = n.stream_id", unnested())
    });
    write_cases(connection, &UPDATE, rows).await
}

/// Writes the rows of cases, whether they are there or not.
pub(super) async fn replace_cases(connection: &mut PgConnection, rows: &[&CaseRow]) -> Result<(), Failed> {
    static REPLACE: LazyLock<String> = LazyLock::new(|| {
        let (from, set) = (unnested(), set(&COLUMNS[1..], "excluded"));
        format!("INSERT INTO cases ({}) SELECT * FROM {from} ON CONFLICT (stream_id) DO UPDATE SET {set}", *NAMES)
    });
    write_cases(connection, &REPLACE, rows).await
}

async fn write_cases(connection: &mut PgConnection, sql: &'static str, rows: &[&CaseRow]) -> Result<(), Failed> {
    fn column<'r, T>(rows: &'r [Cells<'r>], n: usize, of: impl Fn(&'r Cell<'r>) -> T) -> Vec<T> {
        rows.iter().map(|cells| of(&cells[n])).collect()
    }
    if rows.is_empty() {
        return Ok(());
    }
    let rows: Vec<Cells<'_>> = rows.iter().map(|row| row.cells()).collect();
    let mut query = sqlx::query(sql);
    for (n, (_, kind)) in COLUMNS.iter().enumerate() {
        query = match kind {
            ColumnKind::Id => query.bind(column(&rows, n, Cell::as_id)),
            ColumnKind::Version => {
                query.bind(column(&rows, n, |cell| cell.as_number().and_then(|n| i32::try_from(n).ok())))
            }
            ColumnKind::Number => query.bind(column(&rows, n, Cell::as_number)),
            ColumnKind::Text | ColumnKind::Office => query.bind(column(&rows, n, Cell::as_text)),
        };
    }
    query.execute(connection).await?;
    Ok(())
}

/// Writes the rows of alerts: each with its position, its stream, and whether it is pending.
pub(super) async fn insert_alerts(
    connection: &mut PgConnection,
    alerts: &[(i64, Uuid, &AlertRow, bool)],
) -> Result<(), Failed> {
    if alerts.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO alerts (position, stream_id, rule, addressees, recorded_at, publishable, pending)
               SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bool[], $7::bool[])";
    sqlx::query(sql)
        .bind(alerts.iter().map(|(position, ..)| *position).collect::<Vec<i64>>())
        .bind(alerts.iter().map(|(_, stream, ..)| *stream).collect::<Vec<Uuid>>())
        .bind(alerts.iter().map(|(_, _, alert, _)| alert.rule.word()).collect::<Vec<&str>>())
        .bind(alerts.iter().map(|(_, _, alert, _)| alert.addressees.as_str()).collect::<Vec<&str>>())
        .bind(alerts.iter().map(|(_, _, alert, _)| alert.recorded_at).collect::<Vec<i64>>())
        .bind(alerts.iter().map(|(_, _, alert, _)| alert.publishable).collect::<Vec<bool>>())
        .bind(alerts.iter().map(|(.., pending)| *pending).collect::<Vec<bool>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// A disclosure, with the stream and the version of its event.
pub(super) type Disclosure = (Uuid, i32, Sealed);

/// Writes what is disclosed of events.
pub(super) async fn insert_disclosures(
    connection: &mut PgConnection,
    disclosures: &[Disclosure],
) -> Result<(), Failed> {
    if disclosures.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO disclosures (stream_id, version, digest, key, bytes)
               SELECT * FROM unnest($1::uuid[], $2::int[], $3::bytea[], $4::uuid[], $5::bytea[])";
    sqlx::query(sql)
        .bind(disclosures.iter().map(|(stream, ..)| *stream).collect::<Vec<Uuid>>())
        .bind(disclosures.iter().map(|(_, version, _)| *version).collect::<Vec<i32>>())
        .bind(disclosures.iter().map(|(.., sealed)| sealed.digest.as_slice()).collect::<Vec<&[u8]>>())
        .bind(disclosures.iter().map(|(.., sealed)| sealed.key).collect::<Vec<Uuid>>())
        .bind(disclosures.iter().map(|(.., sealed)| sealed.bytes.as_slice()).collect::<Vec<&[u8]>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// Deletes the rows of cases.
pub(super) async fn delete_cases(connection: &mut PgConnection, ids: Vec<Uuid>) -> Result<(), Failed> {
    if !ids.is_empty() {
        sqlx::query("DELETE FROM cases WHERE stream_id = ANY($1)").bind(ids).execute(connection).await?;
    }
    Ok(())
}

/// Deletes the rows of alerts.
pub(super) async fn delete_alerts(connection: &mut PgConnection, positions: Vec<i64>) -> Result<(), Failed> {
    if !positions.is_empty() {
        sqlx::query("DELETE FROM alerts WHERE position = ANY($1)").bind(positions).execute(connection).await?;
    }
    Ok(())
}
