//! The store as the command line knows it: the log as a whole.
//!
//! Invariant: who reads the log to its end has all that was committed before, or is told why not.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use engine::action::CaseRef;
use engine::rulebook::Rulebook;
use projections::CaseView;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::rows::Job;
use super::server::Failed;
use super::{PostgresStore, audit, copying, keys, reads, rebuild};
use crate::copying::{Filling, Held, Kept};
use crate::examined::{Cursor, Examined, Whole};
use crate::people::rows::{Row, Table};
use crate::people::tables::Tables as _;
use crate::rebuilt::Purpose;
use crate::rows::Cases;
use crate::secret::{CaseKeys, Rewrapped};
use crate::tree::TreeStore as _;
use crate::{Delivery, Fault, LogStore, Position, Progress, Rebuilt, Stored, jobs, statements};

/// How long a reader pauses while the end of the log is hidden.
const HIDDEN: Duration = Duration::from_millis(20);

#[async_trait]
impl LogStore for PostgresStore {
    fn place(&self) -> String {
        self.server.name.clone()
    }

    fn book(&self) -> Arc<Rulebook> {
        Arc::clone(&self.book)
    }

    fn installation(&self) -> Uuid {
        self.installation
    }

    async fn kept_by(&self) -> Result<String, Fault> {
        Ok(self.one(reads::SERVER_VERSION, |query| query).await?.unwrap_or_default())
    }

    async fn cases(&self) -> Result<Vec<CaseRef>, Fault> {
        self.all(statements::CASES, |query| query, |row| reads::reference(row, 0)).await
    }

    async fn views(&self, mut take: Box<dyn FnMut(CaseView) + Send>) -> Result<(), Fault> {
        let mut after: Option<Uuid> = None;
        loop {
            let rows = self.readers.rows(&reads::VIEWS, move |query| query.bind(after)).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.try_get(0).map_err(|error| self.server.fault(error))?);
            self.each(&rows, reads::view)?.into_iter().flatten().for_each(&mut take);
        }
    }

    async fn events(&self) -> Result<u64, Fault> {
        Ok(self.one::<i64>(reads::EVENTS, |query| query).await?.unwrap_or(0).unsigned_abs())
    }

    async fn head(&self) -> Result<Position, Fault> {
        Ok(Position(self.one::<i64>(reads::HEAD, |query| query).await?.unwrap_or(0)))
    }

    async fn log(&self, after: Position, most: usize) -> Result<Vec<Stored>, Fault> {
        let rows = self.log_rows(after, most).await?;
        self.each(&rows, |row| reads::stored(row, &self.server.keys))
    }

    async fn kept(&self, after: Position, most: usize) -> Result<Vec<Kept>, Fault> {
        let rows = self.log_rows(after, most).await?;
        let mut cases = Cases::default();
        self.each(&rows, |row| reads::kept(row, &mut cases, &self.server.keys))
    }

    async fn deliveries(&self, after: Position, most: usize) -> Result<Vec<Delivery>, Fault> {
        let bind = |query: super::Query| query.bind(after.0).bind(statements::limit(most));
        self.all(statements::DELIVERIES, bind, reads::delivery).await
    }

    async fn meta(&self, key: &str) -> Result<Option<String>, Fault> {
        self.one(reads::META, |query| query.bind(key.to_owned())).await
    }

    async fn set_meta(&self, key: &str, value: &str) -> Result<(), Fault> {
        jobs::write(self, Job::Meta { key: key.to_owned(), value: value.to_owned() }).await
    }

    async fn beside(&self, table: &'static Table, after: Uuid, most: usize) -> Result<Vec<Row>, Fault> {
        self.rows(table.page, vec![after.into(), statements::limit(most).into()]).await
    }

    async fn keys(&self) -> Result<CaseKeys, Fault> {
        let all = async { keys::all(&mut rebuild::session(&self.server).await?, &self.server.keys).await };
        all.await.map_err(|failed| self.server.fault(failed))
    }

    async fn take_keys(&self, keys: CaseKeys) -> Result<(), Fault> {
        if keys.keys.is_empty() && keys.destroyed.is_empty() {
            return Ok(());
        }
        let take = async { keys::take(&mut rebuild::session(&self.server).await?, &self.server.keys, keys).await };
        take.await.map_err(|failed| self.server.fault(failed))
    }

    async fn may_seal(&self) -> Result<(), Fault> {
        let any = async { keys::are_any(&mut rebuild::session(&self.server).await?).await };
        if any.await.map_err(|failed| self.server.fault(failed))? { self.server.keys.may_renew() } else { Ok(()) }
    }

    async fn seal_keys(&self, case: &CaseRef) -> Result<Rewrapped, Fault> {
        let (server, stream) = (&self.server, case.stream_id());
        let seal = async { keys::seal(&mut rebuild::session(server).await?, &server.keys, stream).await };
        seal.await.map_err(|failed| server.fault(failed))
    }

    async fn hold(&self) -> Result<Box<dyn Held>, Fault> {
        Ok(Box::new(copying::hold(&self.server).await?))
    }

    async fn fill(&self, filling: Filling) -> Result<(), Fault> {
        copying::fill(&self.server, filling).await
    }

    async fn rebuild(&self, progress: Progress) -> Result<Rebuilt, Fault> {
        let mut rebuilt = self.rebuild_for(Purpose::Rebuild, progress).await?;
        rebuilt.damage.extend(self.check_tree().await?);
        Ok(rebuilt)
    }

    async fn prove(&self, progress: Progress) -> Result<Rebuilt, Fault> {
        self.rebuild_for(Purpose::Prove, progress).await
    }

    async fn check(&self, progress: Progress) -> Result<Vec<String>, Fault> {
        let found = rebuild::check(&self.server, &self.book, progress).await;
        let mut found = found.map_err(|failed| self.server.fault(failed))?;
        found.extend(self.check_tree().await?);
        Ok(found)
    }

    async fn check_whole(&self) -> Result<Whole, Fault> {
        let whole = rebuild::check_whole(&self.server).await;
        let mut whole = whole.map_err(|failed| self.server.fault(failed))?;
        whole.damage.extend(self.check_tree().await?);
        Ok(whole)
    }

    async fn examine(&self, after: Cursor) -> Result<Examined, Fault> {
        self.server.patiently(|| self.examine_once(after)).await
    }
}

impl PostgresStore {
    async fn rebuild_for(&self, purpose: Purpose, progress: Progress) -> Result<Rebuilt, Fault> {
        let rebuilt = rebuild::rebuild(&self.server, &self.book, purpose, progress).await;
        rebuilt.map_err(|failed| self.server.fault(failed))
    }

    /// The rows of the log behind a position.
    async fn log_rows(&self, after: Position, most: usize) -> Result<Vec<PgRow>, Fault> {
        let bind = |query: super::Query| query.bind(after.0).bind(statements::limit(most));
        let read = async {
            let mut rows = self.readers.rows(reads::LOG, bind).await?;
            // Nothing, and yet there is something: an older transaction is under way, which may still come before it.
            while rows.is_empty() {
                let hidden = self.readers.rows(reads::HIDDEN, |query| query.bind(after.0)).await?;
                rows = self.readers.rows(reads::LOG, bind).await?;
                if hidden.is_empty() {
                    break;
                }
                tokio::time::sleep(HIDDEN).await;
            }
            Ok(rows)
        };
        let held_back = |_| {
            Err(Fault::unavailable(format!(
                "a transaction that began earlier is still open on the server of {} and holds the end of the log back; end it \
                 (pg_stat_activity and pg_prepared_xacts show it), then try again",
                self.server.name
            )))
        };
        tokio::time::timeout(self.server.wait, read).await.unwrap_or_else(held_back)
    }

    /// On a session of its own, which is kept until the walk is over; one that failed is not.
    async fn examine_once(&self, after: Cursor) -> Result<Examined, Failed> {
        let mut kept = self.examiner.lock().await;
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => rebuild::session(&self.server).await?,
        };
        let examined = audit::examine(&mut connection, &self.book, after, &self.server.keys).await?;
        if examined.next.is_some() {
            *kept = Some(connection);
        }
        Ok(examined)
    }
}
