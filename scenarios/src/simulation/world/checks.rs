//! What is checked in a simulated world, while it turns and at its end.
//!
//! Invariant: what the checks read comes from the store and from the stream, and what they expect from the offices and
//! the naive replay.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use service::watch::clock_doubt::{CLOCK_IN_DOUBT, TOLERANCE_SECONDS};
use store::{CaseStore as _, Fault, LogStore as _, Position, Stored};
use uuid::Uuid;

use super::World;
use crate::simulation::naive::Allowed;
use crate::simulation::process::Process;
use crate::simulation::{Claim, Violation};

/// How many events are read at once.
const MOST: usize = 1000;

fn unreadable(fault: &Fault) -> Violation {
    Violation::new(Claim::TheLogIsWhole, format!("it can't be read: {fault}"))
}

impl World<'_> {
    /// Does to the database behind the store's back what the sabotage says.
    pub(super) fn sabotage(&self) -> Result<(), Violation> {
        let Some(sql) = self.sabotage.and_then(crate::simulation::Sabotage::sql) else { return Ok(()) };
        let done = Connection::open(self.with.disk.log()).and_then(|connection| connection.execute_batch(sql));
        done.map_err(|error| Violation::new(Claim::TheWorldTurns, format!("the sabotage failed: {error}")))
    }

    /// Reads what the log holds behind what was read.
    pub(super) async fn read_log(&mut self) -> Result<(), Violation> {
        let Some(store) = self.running().next().map(|process| std::sync::Arc::clone(&process.store)) else {
            return Ok(());
        };
        loop {
            let rows = store.log(self.naive.read_to(), MOST).await.map_err(|fault| unreadable(&fault))?;
            if rows.is_empty() {
                return Ok(());
            }
            let allowed = Allowed { held_back: &self.offices.held_back, silent: self.silent };
            self.naive.read(&rows, allowed)?;
        }
    }

    /// The stream holds what the log tells, in its order, each alert once.
    pub(super) fn check_the_stream(&mut self) -> Result<(), Violation> {
        for stored in self.with.nats.stream(self.published) {
            let sequence = self.published + 1;
            let expected = self.naive.alerts().get(self.published);
            let found = (stored.alert, stored.subject.as_str());
            if !expected.is_some_and(|(alert, ends)| found.0 == *alert && found.1.ends_with(ends.as_str())) {
                let found = format!("message {sequence} is {found:?}; the log tells {expected:?} there");
                return Err(Violation::new(Claim::TheStreamIsRight, found));
            }
            self.published = sequence;
        }
        Ok(())
    }

    pub(super) fn check_the_disk(&self) -> Result<(), Violation> {
        if let Some(trouble) = self.with.disk.trouble() {
            return Err(Violation::new(Claim::TheWorldTurns, trouble));
        }
        if self.running().any(|process| process.disk.was_written_after_a_failed_sync()) {
            return Err(Violation::new(Claim::AFailedSyncEndsWriting, "a process writes on"));
        }
        Ok(())
    }

    /// Every process doubts the clock if that has parted from what it took to be right, and only then.
    pub(super) fn check_doubts(&self) -> Result<(), Violation> {
        let wrong_by = self.with.clock.wrong_by();
        for (number, slot) in self.slots.iter().enumerate() {
            let Some(process) = &slot.process else { continue };
            let parted = (wrong_by - process.agreed_on).abs() > TOLERANCE_SECONDS;
            if parted != process.doubt.stands() {
                let (doubts, agreed_on) = (process.doubt.stands(), process.agreed_on);
                let found = format!(
                    "process {number} doubts: {doubts}; the clock was wrong by {agreed_on} s, now by {wrong_by} s"
                );
                return Err(Violation::new(Claim::TheClockIsWatched, found));
            }
        }
        Ok(())
    }

    /// Whether every process doubts the clock, and has told those who record beside it.
    pub(super) async fn nothing_may_be_told(&self) -> bool {
        if !self.running().all(|process| process.doubt.stands()) {
            return false;
        }
        let Some(process) = self.running().next() else { return false };
        matches!(process.store.meta(CLOCK_IN_DOUBT).await, Ok(Some(said)) if said == "yes")
    }

    /// A process that starts finds everything that was acknowledged, and everything that anybody has seen.
    pub(super) async fn check_nothing_lost(&self, process: &Process) -> Result<(), Violation> {
        let lost = |found: String| Violation::new(Claim::NothingIsLost, found);
        for (id, case) in &self.offices.acknowledged {
            let held = process.store.load(case).await.map_err(|fault| unreadable(&fault))?;
            if held.action(*id).is_none() {
                return Err(lost(format!(
                    "case {case}: the action {id} was acknowledged and is not in the log at a start"
                )));
            }
        }
        let Some((case, id)) = self.naive.events().last() else { return Ok(()) };
        let before = Position(self.naive.read_to().0 - 1);
        let newest = process.store.log(before, 1).await.map_err(|fault| unreadable(&fault))?;
        if newest.first().is_none_or(|stored| stored.event.id(&stored.case) != *id) {
            return Err(lost(format!("case {case}: the event {id} was read and is not in the log at a start")));
        }
        Ok(())
    }

    /// Everything has come to rest: the log, the stream, the deliveries and the views agree.
    pub(super) async fn check_the_end(&mut self) -> Result<(), Violation> {
        if let Some(waiting) = self.offices.wait_for() {
            return Err(Violation::new(Claim::EveryOfficeIsAnswered, format!("still unanswered: {waiting}")));
        }
        let Some(process) = self.slots[0].process.take() else {
            return Err(Violation::new(Claim::ProcessesGoOn, "the first process is down at the end"));
        };
        let mut log: Vec<Stored> = Vec::new();
        loop {
            let after = log.last().map_or(Position(0), |last| last.position);
            let rows = process.store.log(after, MOST).await.map_err(|fault| unreadable(&fault))?;
            if rows.is_empty() {
                break;
            }
            log.extend(rows);
        }
        self.check_the_log(&log)?;
        self.check_deliveries(&process).await?;
        let store = &process.store;
        let damage = store.check(|_, _| ()).map_err(|fault| unreadable(&fault))?;
        let rebuilt = store.rebuild(|_, _| ()).map_err(|fault| unreadable(&fault))?;
        if !damage.is_empty() || rebuilt.differing > 0 {
            let found = format!("a check finds {damage:?}; a rebuild finds {:?}", rebuilt.differed);
            return Err(Violation::new(Claim::ViewsAreRight, found));
        }
        let others = self.slots.iter_mut().filter_map(|slot| slot.process.take());
        for process in std::iter::once(process).chain(others.collect::<Vec<_>>()) {
            if let Some(fault) = process.stop().await {
                return Err(Violation::new(Claim::ProcessesGoOn, format!("at the end: {fault}")));
            }
        }
        Ok(())
    }

    fn check_the_log(&self, log: &[Stored]) -> Result<(), Violation> {
        let mut times: BTreeMap<Uuid, usize> = BTreeMap::new();
        for stored in log {
            *times.entry(stored.event.id(&stored.case)).or_default() += 1;
        }
        if let Some((id, many)) = times.iter().find(|(_, many)| **many != 1) {
            return Err(Violation::log(format!("{id} stands in it {many} times")));
        }
        let recorded: BTreeSet<_> =
            log.iter().filter_map(|stored| Some((stored.event.fact.action()?.id, &stored.case))).collect();
        if let Some((id, case)) = self.offices.acknowledged.iter().find(|(id, case)| !recorded.contains(&(**id, *case)))
        {
            let found = format!("case {case}: the action {id} was acknowledged and is not in the log");
            return Err(Violation::new(Claim::NothingIsLost, found));
        }
        if self.offices.acknowledged.len() != self.history.actions() {
            let (sent, acknowledged) = (self.history.actions(), self.offices.acknowledged.len());
            return Err(Violation::new(Claim::NothingIsLost, format!("{sent} were sent, {acknowledged} acknowledged")));
        }
        let same = log.len() == self.naive.events().len()
            && log.iter().zip(self.naive.events()).all(|(stored, (_, id))| stored.event.id(&stored.case) == *id);
        if !same {
            return Err(Violation::log("it is not what it was when it was read first"));
        }
        Ok(())
    }

    /// Every alert has its proof of delivery, and it is true.
    async fn check_deliveries(&self, process: &Process) -> Result<(), Violation> {
        let deliveries =
            process.store.deliveries(Position(0), usize::MAX >> 1).await.map_err(|fault| unreadable(&fault))?;
        let stream = self.with.nats.stream(0);
        let wrong = |found: String| Err(Violation::new(Claim::TheStreamIsRight, found));
        for delivery in &deliveries {
            let place = usize::try_from(delivery.stream_sequence).unwrap_or(usize::MAX).wrapping_sub(1);
            if stream.get(place).is_none_or(|stored| stored.alert != delivery.alert) {
                return wrong(format!("{delivery:?} is not proved by the stream"));
            }
        }
        let told = self.naive.alerts().len();
        if deliveries.len() != told || stream.len() != told {
            return wrong(format!("{told} alerts told, {} in the stream, {} proved", stream.len(), deliveries.len()));
        }
        Ok(())
    }
}
