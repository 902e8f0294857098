//! The bell: a process that has recorded something rings, and the others look at once.
//!
//! Invariant: it only wakes. What others have committed is found by the look alone (`foreign`), which comes anyway: a bell that
//! nobody hears costs a tenth of a second. It is rung behind the commit, in a transaction of its own that waits for no disk:
//! commits that hold a `NOTIFY` are written one after the other, in the whole database.

use std::sync::Arc;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};
use tokio::sync::Notify;
use uuid::Uuid;

use super::server::{Failed, Pause, Server};

/// The channel, of all logs in a database.
const CHANNEL: &str = "kamnot_recorded";

/// The bell of a process.
#[derive(Default)]
pub(super) struct Bell {
    /// Rung by this process's writers.
    pub own: Notify,
    /// Heard from other processes.
    pub others: Notify,
    /// This process, so that it does not wake itself.
    process: Uuid,
}

impl Bell {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { process: Uuid::new_v4(), ..Self::default() })
    }

    /// Rings for the other processes.
    pub async fn ring(&self, connection: &mut PgConnection) -> Result<(), Failed> {
        // A name of ours and a random number.
        connection.execute(AssertSqlSafe(format!("NOTIFY {CHANNEL}, '{}'", self.process))).await?;
        Ok(())
    }

    /// Listens until it is aborted, or the server takes no listeners: a standby does not.
    pub async fn listen(self: Arc<Self>, server: Arc<Server>) {
        let mut pause = Pause::default();
        loop {
            match server.or_silent(self.hear(&server, &mut pause)).await {
                Err(failed) if failed.is_refused() => return,
                _ => pause.rest().await,
            }
        }
    }

    /// Listens until the session is gone.
    async fn hear(&self, server: &Server, pause: &mut Pause) -> Result<(), Failed> {
        let mut listener = server.listener().await?;
        listener.listen(CHANNEL).await?;
        *pause = Pause::default();
        let own = self.process.to_string();
        loop {
            if listener.recv().await?.payload() != own {
                self.others.notify_one();
            }
        }
    }
}
