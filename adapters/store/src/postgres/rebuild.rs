//! Rebuilds views and alerts from the log alone, and checks what is there.
//!
//! Invariant: after a rebuild every row is what the log gives, byte for byte; deliveries are never touched; a case whose
//! events are damaged is reported, never built upon, and holds up no other. A rebuild keeps every writer out, of every process; a check none.

use std::sync::Arc;

use engine::rulebook::Rulebook;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::audit::{self, Chunk};
use super::layout::put_in_force;
use super::reads;
use super::server::{Failed, Server};
use crate::damage::KEPT_ANEW;
use crate::examined::{Keep, Whole};
use crate::rebuilt::{Checked, Purpose};
use crate::{Fault, Progress, Rebuilt};

/// Views and alerts anew.
pub(super) async fn rebuild(
    server: &Arc<Server>,
    book: &Arc<Rulebook>,
    purpose: Purpose,
    progress: Progress,
) -> Result<Rebuilt, Failed> {
    let mut connection = session(server).await?;
    let mut transaction = connection.begin().await?;
    transaction.execute("LOCK TABLE case_events IN SHARE ROW EXCLUSIVE MODE").await?;
    refuse_moved(&mut transaction, server).await?;
    if purpose == Purpose::Adopt {
        transaction.execute("DELETE FROM meta WHERE key = 'rulebook'").await?;
    }
    let book = &put_in_force(&mut transaction, server, book).await?;
    let events = audit::extent(&mut transaction).await?;
    let mut rebuilt = Rebuilt::default();
    // Where the text that is kept was altered, this is the original: its digest says so.
    let keep = sqlx::query("UPDATE rulebooks SET source = $2 WHERE digest = $1 AND source <> $2");
    let kept = keep.bind(book.digest().to_string()).bind(book.source()).execute(&mut *transaction).await?;
    if kept.rows_affected() > 0 {
        rebuilt.note(KEPT_ANEW.to_owned());
    }
    let mut walk = Walk::begin(server, book, purpose.keep());
    while let Some(chunk) = walk.next().await? {
        audit::repair(&mut transaction, &chunk.differences).await?;
        rebuilt.take(chunk);
        progress(rebuilt.events, events);
    }
    if rebuilt.may_have_strays(audit::alert_rows(&mut transaction).await?) {
        let strays = audit::stray_alerts(&mut transaction).await?;
        audit::repair(&mut transaction, &strays).await?;
        rebuilt.note_all(strays);
    }
    // For the other processes to notice: something may be due earlier now.
    transaction.execute("UPDATE meta SET xact = pg_current_xact_id() WHERE key = 'rulebook'").await?;
    match transaction.commit().await.map_err(Failed::from) {
        Ok(()) => Ok(rebuilt),
        Err(failed) if failed.is_broken() => Err(Fault::unavailable(format!(
            "{} went away while the rebuilt views were being committed, and whether they were is not known; see that the \
             server runs, then do it again: what is as it should be stays",
            server.name
        ))
        .into()),
        Err(failed) => Err(failed),
    }
}

/// Sees that the log was not moved elsewhere.
pub(super) async fn refuse_moved(connection: &mut PgConnection, server: &Server) -> Result<(), Failed> {
    let row = connection.fetch_one(reads::STANDING).await?;
    Ok(reads::standing(&row, 0)?.refuse_moved(&server.name)?)
}

/// Everything that is not as it should be.
pub(super) async fn check(
    server: &Arc<Server>,
    book: &Arc<Rulebook>,
    progress: Progress,
) -> Result<Vec<String>, Failed> {
    let mut connection = session(server).await?;
    let events = audit::extent(&mut connection).await?;
    let mut found = Checked::of(audit::whole(&mut connection).await?);
    let mut walk = Walk::begin(server, book, Keep::Nothing);
    while let Some(chunk) = walk.next().await? {
        found.take(chunk);
        progress(found.events.min(events), events);
    }
    Ok(found.into_all())
}

/// How many sessions look at cases at the same time: while the server gathers the events of some, others are looked at here.
const SESSIONS: usize = 4;

/// All cases, looked at on several sessions, each by one of them.
struct Walk {
    found: Receiver<Result<Chunk, Failed>>,
    looking: JoinSet<()>,
}

/// What is looked at next.
enum Next {
    /// The streams behind this one, or all.
    Behind(Option<Uuid>),
    Nothing,
}

impl Walk {
    fn begin(server: &Arc<Server>, book: &Arc<Rulebook>, keep: Keep) -> Self {
        let (sender, found) = mpsc::channel(2 * SESSIONS);
        let next = Arc::new(Mutex::new(Next::Behind(None)));
        let mut looking = JoinSet::new();
        for _ in 0..SESSIONS {
            let (server, book) = (Arc::clone(server), Arc::clone(book));
            let (next, sender) = (Arc::clone(&next), sender.clone());
            looking.spawn(async move {
                if let Err(failed) = look(&server, &book, keep, &next, &sender).await {
                    let _ = sender.send(Err(failed)).await;
                }
            });
        }
        Self { found, looking }
    }

    /// What was found about the next cases; none at the end.
    async fn next(&mut self) -> Result<Option<Chunk>, Failed> {
        if let Some(chunk) = self.found.recv().await {
            return chunk.map(Some);
        }
        // Nothing more comes also where one of them has panicked.
        while let Some(looked) = self.looking.join_next().await {
            looked.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        }
        Ok(None)
    }
}

/// Looks at cases until there are no more, or nobody wants to know.
async fn look(
    server: &Server,
    book: &Rulebook,
    keep: Keep,
    next: &Mutex<Next>,
    found: &Sender<Result<Chunk, Failed>>,
) -> Result<(), Failed> {
    let mut connection = session(server).await?;
    loop {
        let mut next = next.lock().await;
        let Next::Behind(after) = *next else { return Ok(()) };
        let upto = audit::next(&mut connection, after).await?;
        *next = if upto.is_some() { Next::Behind(upto) } else { Next::Nothing };
        drop(next);
        let chunk = audit::chunk(&mut connection, book, (after, upto), (keep, &server.keys)).await?;
        if found.send(Ok(chunk)).await.is_err() {
            return Ok(());
        }
    }
}

/// What is no single case's.
pub(super) async fn check_whole(server: &Server) -> Result<Whole, Failed> {
    audit::whole(&mut session(server).await?).await
}

/// A session for long work.
pub(super) async fn session(server: &Server) -> Result<PgConnection, Failed> {
    let mut connection = server.connect().await?;
    let settings = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = '1min';
                    SET plan_cache_mode = force_custom_plan; SET max_parallel_workers_per_gather = 0";
    connection.execute(settings).await?;
    Ok(connection)
}
