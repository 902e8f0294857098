//! `cqrs-es` with `postgres-es`.

use postgres_es::{PostgresCqrs, postgres_cqrs};
use serde_json::Value;
use sqlx::{Executor as _, PgPool};

use crate::recorded::Recorded;
use crate::{Before, Failure, Peer};

/// Its table, as in the script that it comes with.
const SCHEMA: &str = "CREATE TABLE events (
  aggregate_type text                         NOT NULL,
  aggregate_id   text                         NOT NULL,
  sequence       bigint CHECK (sequence >= 0) NOT NULL,
  event_type     text                         NOT NULL,
  event_version  text                         NOT NULL,
  payload        json                         NOT NULL,
  metadata       json                         NOT NULL,
  PRIMARY KEY (aggregate_type, aggregate_id, sequence)
)";

/// The peer.
pub struct Cqrs {
    cqrs: PostgresCqrs<Recorded>,
    pool: PgPool,
}

impl Cqrs {
    /// Begins in an empty database, with what is there before the measurement.
    pub async fn begin(pool: PgPool, before: Before) -> Result<Self, Failure> {
        pool.execute(SCHEMA).await?;
        let sql = "INSERT INTO events SELECT 'case', n.id, n.sequence, 'ActionRecorded', '1.0', n.action::json, '{}'
                   FROM unnest($1::text[], $2::int[], $3::text[]) AS n (id, sequence, action)";
        sqlx::query(sql).bind(before.cases).bind(before.sequences).bind(before.actions).execute(&pool).await?;
        pool.execute("ANALYZE events").await?;
        Ok(Self { cqrs: postgres_cqrs(pool.clone(), Vec::new(), ()), pool })
    }
}

impl Peer for Cqrs {
    async fn record(&self, case: String, action: Value) -> Result<(), Failure> {
        Ok(self.cqrs.execute(&case, action).await?)
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}
