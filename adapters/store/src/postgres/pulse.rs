//! Whether the sessions still lead to the server: behind a partition, or a firewall that has forgotten them, they are
//! silent for ever, and nothing on this side says so.
//!
//! Invariant: sessions are given up only when a new one came about while an older one stayed silent. A server that is
//! slow, or was held, answers on the older one first.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use super::server::{Pause, Server};

/// How often the server is asked for a sign of life.
const BEAT: Duration = Duration::from_secs(1);
/// After how long it counts as silent, and how long each look for a new session may take from then on.
const SILENT: Duration = Duration::from_secs(2);

/// Asks for signs of life until it is aborted.
pub(super) async fn keep_asking(server: Arc<Server>) {
    let mut session = another(&server).await;
    loop {
        tokio::time::sleep(BEAT).await;
        if let Some(another) = ask(&server, &mut session).await {
            session = another;
        }
    }
}

/// Asks once; another session where this one is no more.
async fn ask(server: &Server, session: &mut PgConnection) -> Option<PgConnection> {
    let mut sign = std::pin::pin!(session.ping());
    match tokio::time::timeout(SILENT, &mut sign).await {
        Ok(Ok(())) => return None,
        // It was told that its session is gone, and so is everybody else.
        Ok(Err(_)) => return Some(another(server).await),
        Err(_) => {}
    }
    let found = tokio::select! {
        biased;
        sign = &mut sign => match sign {
            Ok(()) => return None,
            Err(_) => None,
        },
        another = another(server) => Some(another),
    };
    let Some(another_one) = found else { return Some(another(server).await) };
    tracing::warn!(server = server.name, "the sessions with the database lead nowhere; new ones are begun");
    server.generation.give_up();
    Some(another_one)
}

/// A new session, as soon as there can be one.
async fn another(server: &Server) -> PgConnection {
    let mut pause = Pause::default();
    loop {
        if let Ok(Ok(session)) = tokio::time::timeout(SILENT, server.connect()).await {
            return session;
        }
        pause.rest().await;
    }
}
