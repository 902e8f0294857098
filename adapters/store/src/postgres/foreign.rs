//! Notices what other processes have committed.
//!
//! Invariant: whatever is committed is noticed at the next look, however late its transaction ends: what was invisible
//! in the last look's snapshot and is visible now is new. Where looks were missed, nothing that was known is trusted.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use engine::action::CaseRef;
use sqlx::postgres::PgConnection;
use sqlx::{Executor as _, Row as _};
use tokio::time::Sleep;

use super::bell::Bell;
use super::reads;
use super::server::{Failed, Pause, Server};
use super::writer::Own;
use crate::cache::Cache;
use crate::changes::Changes;

/// How often it is looked, and how soon again when another process rings.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOK_AGAIN: Duration = Duration::from_millis(25);
/// How often the bell is rung at most.
const RING_AGAIN: Duration = Duration::from_millis(50);

/// Who looks.
pub(super) struct Foreign {
    pub server: Arc<Server>,
    pub cache: Arc<Cache>,
    pub changes: Changes,
    pub own: Arc<Own>,
    pub bell: Arc<Bell>,
}

/// A session that looks, and what it saw last.
pub(super) struct Look {
    connection: PgConnection,
    seen: Seen,
    /// Over once the bell may be rung again.
    rested: Pin<Box<Sleep>>,
}

impl Look {
    pub async fn begin(server: &Server) -> Result<Self, Failed> {
        let mut connection = server.connect().await?;
        // The new rows are few: never the whole log, whatever the planner takes them for.
        connection.execute("SET enable_seqscan = off; SET plan_cache_mode = force_custom_plan").await?;
        let seen = seen(&mut connection).await?;
        Ok(Self { connection, seen, rested: Box::pin(tokio::time::sleep(RING_AGAIN)) })
    }
}

/// What was visible at a look.
struct Seen {
    /// The first transaction that had not begun.
    next: String,
    /// Those that were under way.
    under_way: Vec<String>,
    /// The oldest transaction that was under way.
    oldest: i64,
    /// The last transaction that wrote a small text, or rebuilt.
    meta: Option<String>,
}

impl Foreign {
    /// Looks until it is aborted. `look` is the first: what is read from now on is compared with that.
    pub async fn run(self, look: Look) {
        let mut looking = Some(look);
        let mut pause = Pause::default();
        loop {
            if let Some(mut look) = looking.take() {
                while let Ok(Ok(())) =
                    tokio::time::timeout(self.server.wait, self.server.or_silent(self.turn(&mut look))).await
                {
                    pause = Pause::default();
                }
            }
            pause.rest().await;
            looking = self.server.or_silent(Look::begin(&self.server)).await.ok();
            if looking.is_some() {
                self.own.forget();
                // What was committed before this look was missed.
                self.cache.clear();
                self.changes.count();
            }
        }
    }

    /// Waits until it is time to look, and looks; rings meanwhile if something was recorded here.
    async fn turn(&self, look: &mut Look) -> Result<(), Failed> {
        let (due, soonest) = (tokio::time::sleep(LOOK_EVERY), tokio::time::sleep(LOOK_AGAIN));
        tokio::pin!(due, soonest);
        let mut is_called = false;
        loop {
            let may_ring = look.rested.is_elapsed();
            tokio::select! {
                () = &mut due => break,
                () = self.bell.others.notified(), if !is_called => is_called = true,
                () = &mut soonest, if is_called => break,
                () = &mut look.rested, if !may_ring => {}
                () = self.bell.own.notified(), if may_ring => {
                    self.bell.ring(&mut look.connection).await?;
                    look.rested = Box::pin(tokio::time::sleep(RING_AGAIN));
                }
            }
        }
        look.seen = self.look(&mut look.connection, &look.seen).await?;
        Ok(())
    }

    async fn look(&self, connection: &mut PgConnection, before: &Seen) -> Result<Seen, Failed> {
        let now = seen(connection).await?;
        // The transactions as values: by a query of its own for them the planner would expect every row of a log that one
        // transaction wrote, as behind a move.
        let sql = "SELECT c.reference FROM cases c WHERE c.stream_id IN (SELECT aggregate_id FROM case_events
                   WHERE (xact >= $1::text::xid8 OR xact = ANY($2::text[]::xid8[])) AND xact <> ALL($3::text[]::xid8[]))";
        let own: Vec<String> = self.own.since(before.oldest).iter().map(i64::to_string).collect();
        let rows = sqlx::query(sql).bind(&before.next).bind(&before.under_way).bind(own).fetch_all(connection).await?;
        let changed = rows.iter().map(|row| reads::reference(row, 0)).collect::<Result<Vec<CaseRef>, _>>()?;
        if !changed.is_empty() {
            self.cache.drop_all(changed.iter());
        }
        if !changed.is_empty() || now.meta != before.meta {
            self.changes.count();
        }
        Ok(now)
    }
}

async fn seen(connection: &mut PgConnection) -> Result<Seen, Failed> {
    let sql = "SELECT pg_snapshot_xmax(s)::text, ARRAY(SELECT xip::text FROM pg_snapshot_xip(s) AS xip),
               pg_snapshot_xmin(s)::text::bigint, (SELECT xact::text FROM meta ORDER BY xact DESC LIMIT 1)
               FROM pg_current_snapshot() AS s";
    let row = sqlx::query(sql).fetch_one(connection).await?;
    Ok(Seen { next: row.try_get(0)?, under_way: row.try_get(1)?, oldest: row.try_get(2)?, meta: row.try_get(3)? })
}
