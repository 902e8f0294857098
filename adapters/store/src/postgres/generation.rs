//! Which sessions with the server are still good: when it falls silent, all that were begun until then are given up together.

use sqlx::postgres::PgConnection;
use tokio::sync::watch;

/// The sessions begun until now, all together.
#[derive(Debug)]
pub(super) struct Generation(watch::Sender<u64>);

/// A session that is kept for later.
pub(super) struct Kept {
    generation: u64,
    connection: PgConnection,
}

impl Default for Generation {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Generation {
    /// A session that has just answered, to be kept.
    pub fn keep(&self, connection: PgConnection) -> Kept {
        Kept { generation: *self.0.borrow(), connection }
    }

    /// The session that was kept, if it wasn't given up since.
    pub fn still(&self, kept: Kept) -> Option<PgConnection> {
        (kept.generation == *self.0.borrow()).then_some(kept.connection)
    }

    /// Ends when the sessions of now are given up.
    pub fn given_up(&self) -> impl Future<Output = ()> + use<> {
        let mut generation = self.0.subscribe();
        async move {
            let _ = generation.changed().await;
        }
    }

    /// The sessions of now lead nowhere.
    pub fn give_up(&self) {
        self.0.send_modify(|generation| *generation += 1);
    }
}
