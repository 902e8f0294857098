//! Reads the rows that a check and a rebuild compare, some cases at a time, and writes what was not as the log gives it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::rulebook::{Digest, Rulebook};
use futures::TryStreamExt as _;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Executor as _, Row as _};
use uuid::Uuid;

use super::reads::{self, whole};
use super::rows::cells;
use super::server::Failed;
use super::tables;
use crate::audit::{Audit, Beside, Found, Repair, Tables, Unreadable, unread};
use crate::cell::Cell;
use crate::damage::altered_rulebook;
use crate::examined::{Cursor, Examined, Keep, Whole};
use crate::rows::{AlertRow, NAMES};
use crate::secret::ring::Ring;
use crate::{Delivery, Position};

/// Where the next chunk ends: how many cases are looked at together.
const NEXT: &str = "SELECT (SELECT id FROM (SELECT id FROM (
        (SELECT stream_id AS id FROM cases WHERE $1::uuid IS NULL OR stream_id > $1 ORDER BY id LIMIT 64)
        UNION
        (SELECT aggregate_id FROM case_events WHERE sequence_number = 1 AND ($1::uuid IS NULL OR aggregate_id > $1)
         ORDER BY aggregate_id LIMIT 64)) AS ids ORDER BY id LIMIT 64) AS chunk ORDER BY id DESC LIMIT 1)";
static VIEWS: LazyLock<String> = LazyLock::new(|| {
    let rest = "FROM cases WHERE ($1::uuid IS NULL OR stream_id > $1) AND ($2::uuid IS NULL OR stream_id <= $2)";
    format!("SELECT {} {rest}", *NAMES)
});
/// Each row is looked up by its place: joined otherwise, all alerts of the log would be read for each chunk.
const EVENTS: &str = concat!(
    "SELECT e.aggregate_id, e.sequence_number, e.position, ",
    whole!(),
    ", e.id, extract(epoch FROM e.occurred_on)::bigint, a.stream_id, a.rule, a.addressees, a.recorded_at, a.publishable,
        a.pending, d.alert_id, d.stream_sequence, d.delivered_at
    FROM case_events e LEFT JOIN LATERAL (SELECT * FROM alerts WHERE position = e.position LIMIT 1) a ON true
    LEFT JOIN LATERAL (SELECT * FROM deliveries WHERE position = e.position LIMIT 1) d ON true
    WHERE ($1::uuid IS NULL OR e.aggregate_id > $1) AND ($2::uuid IS NULL OR e.aggregate_id <= $2)
    ORDER BY e.aggregate_id, e.sequence_number"
);
const STRAYS: &str = "SELECT a.position FROM alerts a LEFT JOIN case_events e ON e.position = a.position
    WHERE e.position IS NULL OR e.payload->>'event' = 'action_recorded' ORDER BY a.position";

/// What was found about some cases.
pub(super) type Chunk = crate::audit::Chunk<Uuid>;
/// A row that is not what the log gives.
pub(super) type Difference = crate::audit::Difference<Uuid>;

/// Writes what the log gives.
pub(super) async fn repair(connection: &mut PgConnection, differences: &[Difference]) -> Result<(), Failed> {
    let (mut gone, mut cases, mut positions, mut alerts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for difference in differences {
        match &difference.repair {
            Repair::DeleteCase(id) => gone.push(*id),
            Repair::WriteCase(_, row) => cases.push(&**row),
            Repair::DeleteAlert(position) => positions.push(position.0),
            Repair::WriteAlert { position, key, row, pending } => {
                positions.push(position.0);
                alerts.push((position.0, *key, row, *pending));
            }
        }
    }
    tables::delete_cases(connection, gone).await?;
    tables::replace_cases(connection, &cases).await?;
    tables::delete_alerts(connection, positions).await?;
    tables::insert_alerts(connection, &alerts).await
}

/// The last of the streams that come next behind `after`; none if there are no more.
pub(super) async fn next(connection: &mut PgConnection, after: Option<Uuid>) -> Result<Option<Uuid>, Failed> {
    Ok(sqlx::query(NEXT).bind(after).fetch_one(connection).await?.try_get(0)?)
}

/// Looks at the cases whose streams lie behind `after`, up to `upto`, in one state of the log.
pub(super) async fn chunk(
    connection: &mut PgConnection,
    book: &Rulebook,
    (after, upto): (Option<Uuid>, Option<Uuid>),
    (keep, keys): (Keep, &Ring),
) -> Result<Chunk, Failed> {
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let mut views = BTreeMap::new();
    for row in sqlx::query(&**VIEWS).bind(after).bind(upto).fetch_all(&mut *connection).await? {
        views.insert(row.try_get(0)?, cells(&row)?.map(Cell::into_owned));
    }
    let mut audit = Audit::new(book, rulebooks(connection).await?, views, keep);
    let mut rows = sqlx::query(EVENTS).bind(after).bind(upto).fetch(&mut *connection);
    while let Some(row) = rows.try_next().await? {
        audit.take(found(&row, keys)?, row.try_get(4)?, &row)?;
    }
    drop(rows);
    connection.execute("COMMIT").await?;
    // A case's key is its stream.
    audit.end(|_, _| Ok(false))
}

fn found(row: &PgRow, keys: &Ring) -> Result<Found<Uuid>, Failed> {
    let (key, version): (Uuid, i32) = (row.try_get(0)?, row.try_get(1)?);
    let disclosures = reads::disclosures(row, 5, (key, version), keys)?;
    let event = reads::event(row, 3, disclosures.as_deref());
    let event = event.map_or_else(|failed| failed.damage().map(Err), |event| Ok(Ok(event)))?;
    let unread = unread(disclosures.as_deref());
    let beside = Beside { id: row.try_get(6)?, recorded_at: row.try_get(7)?, stream_id: key };
    let (version, position) = (version.into(), Position(row.try_get(2)?));
    Ok(Found { key, version, position, event, unread, beside: Some(beside) })
}

/// The other tables' rows stand in the row of the event.
impl Tables<Uuid> for PgRow {
    type Failed = Failed;

    fn delivery(&self, position: Position) -> Result<Result<Option<Delivery>, Unreadable>, Failed> {
        let Some(alert) = self.try_get::<Option<Uuid>, _>(14)? else { return Ok(Ok(None)) };
        let stream_sequence = self.try_get::<i64, _>(15)?.cast_unsigned();
        let at = Instant::from_unix(self.try_get(16)?);
        Ok(Ok(Some(Delivery { position, alert, stream_sequence, at })))
    }

    fn has_alert(&self, _: Position, key: Uuid, row: &AlertRow, pending: bool) -> Result<bool, Failed> {
        Ok(self.try_get::<Option<Uuid>, _>(8)? == Some(key)
            && self.try_get::<Option<&str>, _>(9)? == Some(row.rule.word())
            && self.try_get::<Option<&str>, _>(10)? == Some(&row.addressees)
            && self.try_get::<Option<i64>, _>(11)? == Some(row.recorded_at)
            && self.try_get::<Option<bool>, _>(12)? == Some(row.publishable)
            && self.try_get::<Option<bool>, _>(13)? == Some(pending))
    }

    fn stands_elsewhere(&self, _: Uuid, _: &CaseRef) -> Result<bool, Failed> {
        Ok(false)
    }
}

/// The cases that come next behind `after`, from one state of the log.
pub(super) async fn examine(
    connection: &mut PgConnection,
    book: &Rulebook,
    after: Cursor,
    keys: &Ring,
) -> Result<Examined, Failed> {
    let of = connection.fetch_one("SELECT max(position) FROM case_events").await?.try_get::<Option<i64>, _>(0)?;
    let after = (after != Cursor::default()).then_some(Uuid::from_u128(after.0));
    let upto = next(connection, after).await?;
    let chunk = chunk(connection, book, (after, upto), (Keep::Cases, keys)).await?;
    Ok(Examined::of(chunk, upto.map(|upto| Cursor(upto.as_u128())), of.unwrap_or(0).unsigned_abs()))
}

/// What is wrong with rulebooks and with the tables that are no case's alone; that the log is whole, its constraints see to.
pub(super) async fn whole(connection: &mut PgConnection) -> Result<Whole, Failed> {
    let damage = altered_rulebooks(connection).await?;
    let rows = stray_alerts(connection).await?.into_iter().map(Into::into).collect();
    Ok(Whole { damage, rows })
}

/// How many rows the table `alerts` has.
pub(super) async fn alert_rows(connection: &mut PgConnection) -> Result<u64, Failed> {
    let row = sqlx::query("SELECT count(*) FROM alerts").fetch_one(connection).await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}

/// Rows of the table `alerts` on what is no alert.
pub(super) async fn stray_alerts(connection: &mut PgConnection) -> Result<Vec<Difference>, Failed> {
    let strays = sqlx::query(STRAYS).fetch_all(connection).await?;
    strays.iter().map(|row| Ok(Difference::stray_alert(Position(row.try_get(0)?)))).collect()
}

/// The digests of all rulebooks that the log keeps.
async fn rulebooks(connection: &mut PgConnection) -> Result<BTreeSet<Digest>, Failed> {
    let rows = sqlx::query("SELECT digest FROM rulebooks").fetch_all(connection).await?;
    let digest = |row: &PgRow| row.try_get::<&str, _>(0).map(Digest::parse).map_err(Failed::from).transpose();
    rows.iter().filter_map(digest).collect()
}

/// Rulebooks whose text is not the one of its digest.
async fn altered_rulebooks(connection: &mut PgConnection) -> Result<Vec<String>, Failed> {
    let rows = sqlx::query(reads::RULEBOOKS_KEPT).fetch_all(connection).await?;
    let altered = |row: &PgRow| -> Result<Option<String>, Failed> {
        let (digest, source): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
        Ok(altered_rulebook(digest.as_bytes(), source.as_bytes()))
    };
    rows.iter().filter_map(|row| altered(row).transpose()).collect()
}

/// How many events there are.
pub(super) async fn extent(connection: &mut PgConnection) -> Result<u64, Failed> {
    let row = connection.fetch_one(reads::EVENTS).await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}
