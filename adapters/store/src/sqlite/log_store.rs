//! The store as the command line knows it: the log as a whole.
//!
//! Invariant: long work runs on a thread of its own and never holds up who waits for an answer.

use std::sync::Arc;

use async_trait::async_trait;
use engine::action::CaseRef;
use engine::rulebook::Rulebook;
use projections::CaseView;
use rusqlite::Connection;
use uuid::Uuid;

use super::rows::Job;
use super::{SqliteStore, audit, copying, reads, rebuild, sealed};
use crate::aside::aside;
use crate::copying::{Filling, Held, Kept};
use crate::examined::{Cursor, Examined, Whole};
use crate::people::rows::{Row, Table};
use crate::people::tables::Tables as _;
use crate::rebuilt::Purpose;
use crate::rows::Cases;
use crate::secret::{CaseKeys, Rewrapped};
use crate::tree::TreeStore as _;
use crate::{Delivery, Fault, LogStore, Position, Progress, Rebuilt, Stored, jobs, statements};

#[async_trait]
impl LogStore for SqliteStore {
    fn place(&self) -> String {
        std::path::absolute(&self.file.path).unwrap_or_else(|_| self.file.path.clone()).display().to_string()
    }

    fn book(&self) -> Arc<Rulebook> {
        Arc::clone(&self.book)
    }

    fn installation(&self) -> Uuid {
        self.installation
    }

    async fn kept_by(&self) -> Result<String, Fault> {
        Ok(format!("SQLite {}", rusqlite::version()))
    }

    async fn cases(&self) -> Result<Vec<CaseRef>, Fault> {
        self.all(statements::CASES, [], reads::reference).await
    }

    async fn views(&self, take: Box<dyn FnMut(CaseView) + Send>) -> Result<(), Fault> {
        self.read(move |connection| reads::views(connection, take)).await
    }

    async fn events(&self) -> Result<u64, Fault> {
        self.read(|connection| Ok(audit::extent(connection)?.1)).await
    }

    async fn head(&self) -> Result<Position, Fault> {
        Ok(Position(self.one(reads::HEAD, []).await?))
    }

    async fn log(&self, after: Position, most: usize) -> Result<Vec<Stored>, Fault> {
        self.all(reads::LOG, [after.0, statements::limit(most)], reads::stored).await
    }

    async fn kept(&self, after: Position, most: usize) -> Result<Vec<Kept>, Fault> {
        let values = [after.0, statements::limit(most)];
        let mut cases = Cases::default();
        let read = move |connection: &Connection| {
            reads::all(connection, reads::KEPT, values, |row| reads::kept(row, &mut cases))
        };
        self.read(read).await
    }

    async fn deliveries(&self, after: Position, most: usize) -> Result<Vec<Delivery>, Fault> {
        self.all(statements::DELIVERIES, [after.0, statements::limit(most)], reads::delivery).await
    }

    async fn meta(&self, key: &str) -> Result<Option<String>, Fault> {
        let key = key.to_owned();
        self.read(move |connection| reads::meta(connection, &key)).await
    }

    async fn set_meta(&self, key: &str, value: &str) -> Result<(), Fault> {
        jobs::write(self, Job::Meta { key: key.to_owned(), value: value.to_owned() }).await
    }

    async fn beside(&self, table: &'static Table, after: Uuid, most: usize) -> Result<Vec<Row>, Fault> {
        self.rows(table.page, vec![after.into(), statements::limit(most).into()]).await
    }

    async fn keys(&self) -> Result<CaseKeys, Fault> {
        let file = Arc::clone(&self.file);
        aside(move || file.keys.all()).await
    }

    async fn take_keys(&self, keys: CaseKeys) -> Result<(), Fault> {
        let file = Arc::clone(&self.file);
        aside(move || file.keys.take(&keys)).await
    }

    async fn may_seal(&self) -> Result<(), Fault> {
        self.file.keys.may_destroy()
    }

    async fn seal_keys(&self, case: &CaseRef) -> Result<Rewrapped, Fault> {
        let (file, stream) = (Arc::clone(&self.file), case.stream_id());
        aside(move || sealed::seal(&file, stream)).await
    }

    async fn hold(&self) -> Result<Box<dyn Held>, Fault> {
        let file = self.file.clone();
        aside(move || Ok(Box::new(copying::hold(file)?) as Box<dyn Held>)).await
    }

    async fn fill(&self, filling: Filling) -> Result<(), Fault> {
        let file = self.file.clone();
        aside(move || copying::fill(&file, filling)).await
    }

    async fn rebuild(&self, progress: Progress) -> Result<Rebuilt, Fault> {
        let (file, book) = (self.file.clone(), self.book.clone());
        let work = move || rebuild::rebuild(&file, &book, Purpose::Rebuild, |done, of| progress(done, of));
        let mut rebuilt = aside(work).await?;
        rebuilt.damage.extend(self.check_tree().await?);
        Ok(rebuilt)
    }

    async fn prove(&self, progress: Progress) -> Result<Rebuilt, Fault> {
        let (file, book) = (self.file.clone(), self.book.clone());
        aside(move || rebuild::rebuild(&file, &book, Purpose::Prove, |done, of| progress(done, of))).await
    }

    async fn check(&self, progress: Progress) -> Result<Vec<String>, Fault> {
        let (file, book) = (self.file.clone(), self.book.clone());
        let check = move || Ok(rebuild::checked(&file, &book, |done, of| progress(done, of))?.into_all());
        let mut found = aside(check).await?;
        found.extend(self.check_tree().await?);
        Ok(found)
    }

    async fn check_whole(&self) -> Result<Whole, Fault> {
        let file = self.file.clone();
        let mut whole = aside(move || rebuild::check_whole(&file)).await?;
        whole.damage.extend(self.check_tree().await?);
        Ok(whole)
    }

    async fn examine(&self, after: Cursor) -> Result<Examined, Fault> {
        let book = self.book.clone();
        self.read(move |connection| rebuild::examine(connection, &book, after)).await
    }
}
