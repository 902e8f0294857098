//! Rebuilds views and alerts from the log alone, and checks what is there.
//!
//! Invariant: after a rebuild every row is what the log gives, byte for byte; deliveries are never touched; a case whose
//! events are damaged is reported, never built upon, and holds up no other. A rebuild keeps every writer out, of every process; a check none.

use engine::rulebook::Rulebook;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};

use super::audit;
use super::layout::put_in_force;
use super::reads;
use super::server::{Failed, Server};
use crate::damage::KEPT_ANEW;
use crate::examined::{Keep, Whole};
use crate::rebuilt::{Checked, Purpose};
use crate::{Fault, Progress, Rebuilt};

/// Views and alerts anew.
pub(super) async fn rebuild(
    server: &Server,
    book: &Rulebook,
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
    put_in_force(&mut transaction, server, book).await?;
    let events = audit::extent(&mut transaction).await?;
    let mut rebuilt = Rebuilt::default();
    // Where the text that is kept was altered, this is the original: its digest says so.
    let keep = sqlx::query("UPDATE rulebooks SET source = $2 WHERE digest = $1 AND source <> $2");
    let kept = keep.bind(book.digest.to_string()).bind(&book.source).execute(&mut *transaction).await?;
    if kept.rows_affected() > 0 {
        rebuilt.note(KEPT_ANEW.to_owned());
    }
    let mut after = None;
    loop {
        let (chunk, upto) = audit::chunk(&mut transaction, book, after, Keep::Nothing).await?;
        audit::repair(&mut transaction, &chunk.differences).await?;
        rebuilt.take(chunk);
        progress(rebuilt.events, events);
        after = upto;
        if after.is_none() {
            break;
        }
    }
    let strays = audit::stray_alerts(&mut transaction).await?;
    audit::repair(&mut transaction, &strays).await?;
    rebuilt.note_all(strays);
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
pub(super) async fn check(server: &Server, book: &Rulebook, progress: Progress) -> Result<Vec<String>, Failed> {
    let mut connection = session(server).await?;
    let events = audit::extent(&mut connection).await?;
    let (mut found, mut after) = (Checked::of(audit::whole(&mut connection).await?), None);
    loop {
        // The questions of one chunk are answered from one state of the log.
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let (chunk, upto) = audit::chunk(&mut connection, book, after, Keep::Nothing).await?;
        connection.execute("COMMIT").await?;
        found.take(chunk);
        progress(found.events.min(events), events);
        after = upto;
        if after.is_none() {
            return Ok(found.into_all());
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
                    SET plan_cache_mode = force_custom_plan";
    connection.execute(settings).await?;
    Ok(connection)
}
