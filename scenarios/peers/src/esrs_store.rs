//! `esrs` with its own `PgStore`.

use std::convert::Infallible;

use esrs::manager::AggregateManager;
use esrs::store::postgres::{PgStore, PgStoreBuilder};
use esrs::{Aggregate, AggregateState};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{Executor as _, PgPool};
use uuid::Uuid;

use crate::{Before, Failure, Peer};

/// The JSON of an action.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct ActionRecorded(Value);

/// The case; its state is how many actions were recorded.
struct Case;

impl Aggregate for Case {
    const NAME: &'static str = "case";
    type State = usize;
    type Command = Value;
    type Event = ActionRecorded;
    type Error = Infallible;

    fn handle_command(_: &usize, action: Value) -> Result<Vec<ActionRecorded>, Infallible> {
        Ok(vec![ActionRecorded(action)])
    }

    fn apply_event(actions: usize, _: ActionRecorded) -> usize {
        actions + 1
    }
}

/// The peer.
pub struct Esrs {
    manager: AggregateManager<PgStore<Case>>,
    pool: PgPool,
}

impl Esrs {
    /// Begins in an empty database, with what is there before the measurement.
    pub async fn begin(pool: PgPool, before: Before) -> Result<Self, Failure> {
        let store: PgStore<Case> = PgStoreBuilder::new(pool.clone()).try_build().await?;
        let sql = "INSERT INTO case_events (id, aggregate_id, payload, sequence_number)
                   SELECT gen_random_uuid(), n.id, n.action::jsonb, n.sequence
                   FROM unnest($1::uuid[], $2::int[], $3::text[]) AS n (id, sequence, action)";
        let ids: Vec<Uuid> = before.cases.iter().map(|case| stream_id(case)).collect();
        sqlx::query(sql).bind(ids).bind(before.sequences).bind(before.actions).execute(&pool).await?;
        pool.execute("ANALYZE case_events").await?;
        Ok(Self { manager: AggregateManager::new(store), pool })
    }
}

impl Peer for Esrs {
    /// Without its lock, which costs a connection and a round trip: the actions of a case come one after the other.
    async fn record(&self, case: String, action: Value) -> Result<(), Failure> {
        let id = stream_id(&case);
        let state = self.manager.load(id).await?.unwrap_or_else(|| AggregateState::with_id(id));
        self.manager.handle_command(state, action).await??;
        Ok(())
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

fn stream_id(case: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, case.as_bytes())
}
