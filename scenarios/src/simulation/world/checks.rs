//! The checks of a simulated world, during its run and at its end.
//!
//! Invariant: the checks read from the store and the stream. What they expect comes from the offices and the naive replay.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use service::watch::clock_doubt::{CLOCK_IN_DOUBT, TOLERANCE_SECONDS};
use store::tree::{Integrated, Integrator};
use store::{CaseStore as _, Fault, LogStore, Position, Stored};
use uuid::Uuid;

use super::World;
use crate::simulation::naive::Allowed;
use crate::simulation::process::Process;
use crate::simulation::{Claim, Violation};

/// How many events are read at a time.
const MOST: usize = 1000;

/// Checks that the tree takes in every event of the log once, and agrees with it.
async fn check_the_tree(store: &impl LogStore, events: usize) -> Result<(), Violation> {
    let wrong = |found: String| Violation::new(Claim::TheTreeIsRight, found);
    let stuck = |fault: Fault| wrong(format!("the tree does not grow: {fault}"));
    let mut integrator = Integrator::default();
    while store.integrate(&mut integrator, MOST).await.map_err(stuck)? != Integrated::Taken(0) {}
    let found = store.check_tree().await.map_err(stuck)?;
    let standing = store.tree_standing().await.map_err(stuck)?;
    if !found.is_empty() || standing.waiting_since.is_some() || standing.size < events as u64 {
        return Err(wrong(format!("{events} events in the log; the tree: {standing:?}; a check finds {found:?}")));
    }
    if events > 0 && standing.checkpoint.is_none() {
        return Err(wrong("no checkpoint was made".to_owned()));
    }
    Ok(())
}

fn unreadable(fault: &Fault) -> Violation {
    Violation::new(Claim::TheLogIsWhole, format!("the log cannot be read: {fault}"))
}

impl World<'_> {
    /// Changes the database behind the store's back, as the sabotage demands.
    pub(super) fn sabotage(&self) -> Result<(), Violation> {
        let Some(sql) = self.sabotage.and_then(crate::simulation::Sabotage::sql) else { return Ok(()) };
        let done = Connection::open(self.with.disk.log()).and_then(|connection| connection.execute_batch(sql));
        done.map_err(|error| Violation::new(Claim::TheWorldTurns, format!("the sabotage failed: {error}")))
    }

    /// Reads on in the log.
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

    /// Checks that the stream holds the alerts of the log, in the log's order, each once.
    pub(super) fn check_the_stream(&mut self) -> Result<(), Violation> {
        for stored in self.with.nats.stream(self.published) {
            let sequence = self.published + 1;
            let expected = self.naive.alerts().get(self.published);
            let found = (stored.alert, stored.subject.as_str());
            if !expected.is_some_and(|(alert, ends)| found.0 == *alert && found.1.ends_with(ends.as_str())) {
                let found = format!("message {sequence} is {found:?}, expected {expected:?} by the log");
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
            return Err(Violation::new(Claim::AFailedSyncEndsWriting, "a process continues to write"));
        }
        Ok(())
    }

    /// Checks that every process doubts the clock if the clock has jumped since the process last trusted it, and only then.
    pub(super) fn check_doubts(&self) -> Result<(), Violation> {
        let wrong_by = self.with.clock.wrong_by();
        for (number, slot) in self.slots.iter().enumerate() {
            let Some(process) = &slot.process else { continue };
            let parted = (wrong_by - process.agreed_on).abs() > TOLERANCE_SECONDS;
            if parted != process.doubt.stands() {
                let (doubts, agreed_on) = (process.doubt.stands(), process.agreed_on);
                let found = format!(
                    "process {number}: in doubt {doubts}; the clock was {agreed_on} s wrong when last trusted, now {wrong_by} s"
                );
                return Err(Violation::new(Claim::TheClockIsWatched, found));
            }
        }
        Ok(())
    }

    /// Whether every process doubts the clock and has told the programs that record beside it.
    pub(super) async fn nothing_may_be_told(&self) -> bool {
        if !self.running().all(|process| process.doubt.stands()) {
            return false;
        }
        let Some(process) = self.running().next() else { return false };
        matches!(process.store.meta(CLOCK_IN_DOUBT).await, Ok(Some(said)) if said == "yes")
    }

    /// Checks that a starting process finds everything that was acknowledged, and everything that was read before.
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

    /// Checks, when all work is done, that the log, the stream, the delivery marks and the views agree.
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
        check_the_tree(store.as_ref(), log.len()).await?;
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
            return Err(Violation::log(format!("{id} is in the log {many} times")));
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
            return Err(Violation::log("the log differs from when it was first read"));
        }
        Ok(())
    }

    /// Checks that every alert has a proof of delivery, and that the proof is true.
    async fn check_deliveries(&self, process: &Process) -> Result<(), Violation> {
        let deliveries =
            process.store.deliveries(Position(0), usize::MAX >> 1).await.map_err(|fault| unreadable(&fault))?;
        let stream = self.with.nats.stream(0);
        let wrong = |found: String| Err(Violation::new(Claim::TheStreamIsRight, found));
        for delivery in &deliveries {
            let place = usize::try_from(delivery.stream_sequence).unwrap_or(usize::MAX).wrapping_sub(1);
            if stream.get(place).is_none_or(|stored| stored.alert != delivery.alert) {
                return wrong(format!("{delivery:?} does not match the stream"));
            }
        }
        let told = self.naive.alerts().len();
        if deliveries.len() != told || stream.len() != told {
            return wrong(format!(
                "{told} alerts in the log, {} in the stream, {} marked as delivered",
                stream.len(),
                deliveries.len()
            ));
        }
        Ok(())
    }
}
