//! What the watch, the relay and offices ask of the store, on PostgreSQL.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use async_trait::async_trait;
use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::case::Case;
use projections::CaseView;
use projections::alerts::Class;
use projections::view::Seat;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::readers::Query;
use super::rows::Job;
use super::{PostgresStore, first, reads};
use crate::alerts::{AlertsTo, rules_of};
use crate::heavy::{HEAVY_CASE, beside_if};
use crate::jobs;
use crate::{Append, Backlog, CaseStore, Delivery, DueCase, Fault, Position, Stored, WorkShare, between, statements};

#[async_trait]
impl CaseStore for PostgresStore {
    async fn load(&self, case: &CaseRef) -> Result<Arc<Case>, Fault> {
        if let Some(known) = self.cache.get(case) {
            return Ok(known);
        }
        let drops = self.cache.drops();
        let stream_id = case.stream_id();
        let rows = self.readers.rows(reads::CASE, |query| query.bind(stream_id)).await?;
        let (wanted, server) = (case.clone(), Arc::clone(&self.server));
        let read = beside_if(rows.len() >= HEAVY_CASE, move || reads::case(&rows, &wanted, &server.keys)).await?;
        let read = Arc::new(read.map_err(|failed| self.server.fault(failed))?);
        self.cache.offer(case, &read, drops);
        Ok(read)
    }

    async fn append(&self, append: Append) -> Result<(), Fault> {
        jobs::append(self, append).await
    }

    async fn append_all(&self, appends: Vec<Append>) -> Vec<Result<(), Fault>> {
        jobs::append_all(self, appends).await
    }

    async fn next_due(&self) -> Result<Option<Instant>, Fault> {
        let read = |row: &PgRow| Ok((reads::standing(row, 0)?, row.try_get::<Option<i64>, _>(1)?));
        let (standing, next) = self.all(reads::NEXT_DUE, |query| query, read).await?.pop().unwrap_or_default();
        standing.permit(&self.server.name, self.book.digest())?;
        Ok(next.map(Instant::from_unix))
    }

    async fn due(&self, until: Instant, most: usize, share: WorkShare) -> Result<Vec<DueCase>, Fault> {
        let (of, part) = (i32::from(share.of.max(1)), i32::from(share.part));
        let bind = |query: Query| query.bind(until.unix()).bind(of).bind(part).bind(statements::limit(most));
        let rows = self.readers.rows(reads::DUE, bind).await?;
        let due = |row: &PgRow| {
            Ok(DueCase { case: reads::case_of(row, 0, 1)?, version: row.try_get::<i32, _>(2)?.cast_unsigned() })
        };
        self.readable(&rows, due, |_, reason| self.passed_over.row(reason))
    }

    async fn take_part(&self, process: Uuid) -> Result<WorkShare, Fault> {
        let all: Vec<Uuid> = self.all(reads::TAKE_PART, |query| query.bind(process), first).await?;
        let most = usize::from(u8::MAX);
        let place = all.iter().position(|id| *id == process).unwrap_or(most).min(most);
        let part = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
        Ok(WorkShare { part: part(place), of: part(all.len().clamp(1, most)) })
    }

    async fn leave(&self, process: Uuid) -> Result<(), Fault> {
        self.readers.rows(reads::LEAVE, |query| query.bind(process)).await.map(|_| ())
    }

    async fn outbox(&self, mut after: Position, most: usize) -> Result<Vec<Stored>, Fault> {
        loop {
            let bind = |query: Query| query.bind(after.0).bind(statements::limit(most));
            let read = |row: &PgRow| Ok((reads::standing(row, 0)?, row.try_get::<Vec<i64>, _>(1)?));
            let (standing, positions) = self.all(reads::OUTBOX, bind, read).await?.pop().unwrap_or_default();
            standing.permit(&self.server.name, self.book.digest())?;
            let Some(last) = positions.last() else { return Ok(Vec::new()) };
            after = Position(*last);
            let rows = self.readers.rows(reads::AT, |query| query.bind(positions.clone())).await?;
            let named = |row: &PgRow, reason: &str| {
                self.passed_over.alert(Position(row.try_get(0).unwrap_or_default()), reason);
            };
            let found = self.readable(&rows, |row| reads::alert(row, &self.server.keys), named)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
    }

    async fn backlog(&self) -> Result<Backlog, Fault> {
        let bind = |query: Query| query.bind(i64::from(Backlog::MOST));
        let read = |row: &PgRow| {
            let (waiting, oldest) = (row.try_get::<i64, _>(0)?, row.try_get::<Option<i64>, _>(1)?);
            let unreadable = self.passed_over.alerts();
            Ok(Backlog { waiting: waiting.cast_unsigned(), oldest: oldest.map(Instant::from_unix), unreadable })
        };
        Ok(self.all(reads::BACKLOG, bind, read).await?.pop().unwrap_or_default())
    }

    async fn watched(&self) -> Result<u64, Fault> {
        Ok(self.one::<i64>(statements::WATCHED, |query| query).await?.unwrap_or(0).cast_unsigned())
    }

    async fn delivered(&self, deliveries: Vec<Delivery>) -> Result<(), Fault> {
        jobs::write(self, Job::Deliveries(deliveries)).await
    }

    async fn unmarked(&self, from: u64, to: u64) -> Result<Vec<RangeInclusive<u64>>, Fault> {
        let bind = |query: Query| query.bind(from.cast_signed()).bind(to.cast_signed());
        let run =
            |row: &PgRow| Ok(row.try_get::<i64, _>(0)?.cast_unsigned()..=row.try_get::<i64, _>(1)?.cast_unsigned());
        Ok(between(from, to, self.all(reads::UNMARKED, bind, run).await?))
    }

    async fn undo_deliveries(&self, behind: u64) -> Result<usize, Fault> {
        let bind = |query: Query| query.bind(behind.cast_signed());
        let count: Option<i64> = self.one(statements::DELIVERIES_BEHIND, bind).await?;
        jobs::write(self, Job::UndoDeliveries { behind }).await?;
        Ok(count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0))
    }

    async fn last_stream_sequence(&self) -> Result<u64, Fault> {
        let last: Option<Option<i64>> = self.one(statements::LAST_STREAM_SEQUENCE, |query| query).await?;
        Ok(last.flatten().map_or(0, i64::cast_unsigned))
    }

    async fn docket(&self, office: &OfficeCode, seat: Option<Seat>) -> Result<Vec<CaseView>, Fault> {
        let bind = |query: Query| query.bind(office.as_str().to_owned());
        Ok(self.all(statements::docket(seat), bind, reads::view).await?.into_iter().flatten().collect())
    }

    async fn handed_on(&self, office: &OfficeCode) -> Result<Vec<CaseView>, Fault> {
        let bind = |query: Query| query.bind(office.as_str().to_owned());
        let views = self.all(&reads::HANDED_ON, bind, reads::view).await?.into_iter().flatten();
        Ok(views.filter(|view| view.was_of(office)).collect())
    }

    async fn not_open(&self) -> Result<Vec<CaseRef>, Fault> {
        self.all(statements::NOT_OPEN, |query| query, |row| reads::reference(row, 0)).await
    }

    async fn escalated(&self) -> Result<Vec<CaseView>, Fault> {
        let views = self.all(&reads::ESCALATED, |query| query, reads::view).await?;
        Ok(views.into_iter().flatten().collect())
    }

    async fn alerts(&self, to: &AlertsTo) -> Result<Vec<Position>, Fault> {
        let mut addressees: Vec<String> = self.all(statements::ADDRESSEES, |query| query, first).await?;
        addressees.retain(|found| to.is_among(found));
        let until = to.until.map_or(i64::MAX, Instant::unix);
        let rules = |class| rules_of(class, &self.book);
        let bind = |query: Query| {
            let query =
                query.bind(addressees.clone()).bind(until).bind(rules(Class::Liberty)).bind(rules(Class::Limit));
            match to.since {
                Some(since) => query.bind(since.unix()),
                None => query,
            }
        };
        let sql = if to.since.is_some() { reads::ALERTS_SINCE } else { reads::ALERTS };
        let found: Option<Vec<i64>> = self.one(sql, bind).await?;
        Ok(found.into_iter().flatten().map(Position).collect())
    }

    async fn at(&self, positions: &[Position]) -> Result<Vec<Stored>, Fault> {
        let places: Vec<i64> = positions.iter().map(|position| position.0).collect();
        let read = |row: &PgRow| reads::stored(row, &self.server.keys);
        let found = self.all(reads::AT, |query| query.bind(places.clone()), read).await?;
        let mut found: HashMap<Position, Stored> = found.into_iter().map(|stored| (stored.position, stored)).collect();
        Ok(positions.iter().filter_map(|position| found.remove(position)).collect())
    }

    async fn stream_of(&self, stream_id: Uuid) -> Result<Vec<Stored>, Fault> {
        self.all(reads::STREAM, |query| query.bind(stream_id), |row| reads::stored(row, &self.server.keys)).await
    }

    async fn rulebooks(&self) -> Result<Vec<String>, Fault> {
        self.all(statements::RULEBOOKS, |query| query, first).await
    }

    async fn change_counter(&self) -> Result<i64, Fault> {
        Ok(self.changes.counted())
    }

    async fn changed(&self, counter: i64) -> Result<(), Fault> {
        self.changes.since(counter).await;
        Ok(())
    }

    async fn is_held(&self) -> Result<bool, Fault> {
        let now: Vec<String> = self.all(reads::HOLDERS, |query| query, first).await?;
        let mut before = self.holders.lock().await;
        let held = now.iter().any(|holder| before.contains(holder));
        *before = now;
        Ok(held)
    }
}
