//! Sessions that only ask, a few at a time.
//!
//! Invariant: a question that met a broken session is asked again on another one, until the wait is over.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::Postgres;
use sqlx::postgres::{PgArguments, PgRow};
use tokio::sync::Semaphore;

use super::generation::Kept;
use super::server::{Failed, Server};
use crate::Fault;
use crate::heavy::ShuttingDown;

/// How many questions are under way at the same time.
const MOST: usize = 4;

/// A statement that values are being bound to.
pub(super) type Query = sqlx::query::Query<'static, Postgres, PgArguments>;

/// The sessions.
pub(super) struct Readers {
    server: Arc<Server>,
    permits: Semaphore,
    idle: Mutex<Vec<Kept>>,
}

impl Readers {
    pub fn new(server: Arc<Server>) -> Self {
        Self { server, permits: Semaphore::new(MOST), idle: Mutex::new(Vec::new()) }
    }

    /// The rows that a statement gives, which may be executed twice.
    pub async fn rows(
        &self,
        sql: &'static str,
        bind: impl Fn(Query) -> Query + Send + Sync,
    ) -> Result<Vec<PgRow>, Fault> {
        self.server.patiently(|| self.ask(bind(sqlx::query(sql)))).await
    }

    async fn ask(&self, query: Query) -> Result<Vec<PgRow>, Failed> {
        let _permit = self.permits.acquire().await.map_err(|_| Fault::from(ShuttingDown))?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle.and_then(|kept| self.server.generation.still(kept)) {
            Some(connection) => connection,
            None => self.server.connect().await?,
        };
        // Given up in the middle, the session is not kept: the answer may still be on its way.
        let rows = query.fetch_all(&mut connection).await?;
        let kept = self.server.generation.keep(connection);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
        Ok(rows)
    }
}
