//! The tables that a rebuild makes again from the log: many rows in one statement, for the writer and the rebuild.
//!
//! Invariant: what is written is what it was given, and nothing but these rows.

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::rows::{AlertRow, CaseRow};
use super::server::Failed;

/// The rows of cases as [`bind_cases`] binds them.
macro_rules! unnested {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
                  $9::bigint[], $10::text[], $11::text[], $12::bigint[]) AS n (stream_id, reference, version, recorded_at,
                  court, prosecutor, investigator, legal_aid, next_due, worst, document, digest) ",
            $after
        )
    };
}

const UPDATE: &str = unnested!(
    "UPDATE cases SET version = n.version, recorded_at = n.recorded_at, court = n.court, prosecutor = n.prosecutor,
         investigator = n.investigator, legal_aid = n.legal_aid, next_due = n.next_due, worst = n.worst,
         document = n.document, digest = n.digest",
    "WHERE cases.stream_id = n.stream_id"
);

const REPLACE: &str = unnested!(
    "INSERT INTO cases (stream_id, reference, version, recorded_at, court, prosecutor, investigator, legal_aid,
         next_due, worst, document, digest) SELECT *",
    "ON CONFLICT (stream_id) DO UPDATE SET reference = excluded.reference, version = excluded.version,
         recorded_at = excluded.recorded_at, court = excluded.court, prosecutor = excluded.prosecutor,
         investigator = excluded.investigator, legal_aid = excluded.legal_aid, next_due = excluded.next_due,
         worst = excluded.worst, document = excluded.document, digest = excluded.digest"
);

/// Writes the views over those of cases that are there.
pub(super) async fn update_cases(connection: &mut PgConnection, rows: &[&CaseRow]) -> Result<(), Failed> {
    bound(connection, UPDATE, rows).await
}

/// Writes the rows of cases, whether they are there or not.
pub(super) async fn replace_cases(connection: &mut PgConnection, rows: &[&CaseRow]) -> Result<(), Failed> {
    bound(connection, REPLACE, rows).await
}

async fn bound(connection: &mut PgConnection, sql: &'static str, rows: &[&CaseRow]) -> Result<(), Failed> {
    fn column<'r, T>(rows: &[&'r CaseRow], of: impl Fn(&'r CaseRow) -> T) -> Vec<T> {
        rows.iter().map(|row| of(row)).collect()
    }
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(sql)
        .bind(column(rows, |row| row.stream_id))
        .bind(column(rows, |row| &*row.reference))
        .bind(column(rows, |row| row.version))
        .bind(column(rows, |row| row.recorded_at))
        .bind(column(rows, |row| row.court.as_deref()))
        .bind(column(rows, |row| row.prosecutor.as_deref()))
        .bind(column(rows, |row| row.investigator.as_deref()))
        .bind(column(rows, |row| row.legal_aid.as_deref()))
        .bind(column(rows, |row| row.next_due))
        .bind(column(rows, |row| row.worst.as_deref()))
        .bind(column(rows, |row| row.document.as_deref()))
        .bind(column(rows, |row| row.digest))
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes the rows of alerts at these positions; whether each is pending, otherwise that it is if it may be published.
pub(super) async fn insert_alerts(
    connection: &mut PgConnection,
    alerts: &[(i64, &AlertRow, Option<bool>)],
) -> Result<(), Failed> {
    if alerts.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO alerts (position, stream_id, rule, addressees, recorded_at, publishable, pending)
               SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bool[], $7::bool[])";
    sqlx::query(sql)
        .bind(alerts.iter().map(|(position, ..)| *position).collect::<Vec<i64>>())
        .bind(alerts.iter().map(|(_, alert, _)| alert.stream_id).collect::<Vec<Uuid>>())
        .bind(alerts.iter().map(|(_, alert, _)| alert.rule.word()).collect::<Vec<&str>>())
        .bind(alerts.iter().map(|(_, alert, _)| alert.addressees.as_str()).collect::<Vec<&str>>())
        .bind(alerts.iter().map(|(_, alert, _)| alert.recorded_at).collect::<Vec<i64>>())
        .bind(alerts.iter().map(|(_, alert, _)| alert.publishable).collect::<Vec<bool>>())
        .bind(alerts.iter().map(|(_, alert, pending)| pending.unwrap_or(alert.publishable)).collect::<Vec<bool>>())
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
