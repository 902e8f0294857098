//! Ticks cases: one by one, or several in one batch.
//!
//! Invariant: a case is ticked in its turn, and what conflicts with another process is tried again.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use engine::action::CaseRef;
use engine::case::Event;
use engine::decide::{Alerts, Command, Setting};
use store::Fault;
use store::heavy::{HEAVY_CASE, beside_if};

use super::{Recorder, decide, turn};

impl Recorder {
    /// Ticks the case: records the alerts that are due at the clock's present time.
    ///
    /// # Errors
    /// A fault of the store; then nothing was recorded.
    pub async fn tick(&self, case: &CaseRef) -> Result<Vec<Event>, Fault> {
        self.pass(case, Alerts::Raised).await
    }

    /// As [`Recorder::tick`], after a rulebook was adopted: alerts about limits that are over are recorded as history,
    /// and not published.
    ///
    /// # Errors
    /// A fault of the store; then nothing was recorded.
    pub async fn assess_anew(&self, case: &CaseRef) -> Result<Vec<Event>, Fault> {
        self.pass(case, Alerts::RaisedAsHistory).await
    }

    async fn pass(&self, case: &CaseRef, alerts: Alerts) -> Result<Vec<Event>, Fault> {
        let _turn = self.turn(case).await;
        self.pass_in_turn(case, alerts).await
    }

    /// Ticks the case while the caller has its turn.
    pub(super) async fn pass_in_turn(&self, case: &CaseRef, alerts: Alerts) -> Result<Vec<Event>, Fault> {
        let mut tries = 0;
        let seed = (self.seeds)();
        loop {
            let known = self.store.load(case).await?;
            let (book, of, most) = (Arc::clone(&self.book), case.clone(), self.most_at_once());
            let command = Command::Now { clock: self.clock.now(), alerts, seed };
            let heavy = known.size() >= HEAVY_CASE;
            let inboxes = self.inboxes.known();
            let decide = move || decide(&of, &known, &book, command, Setting { most, inboxes: &inboxes });
            let append = beside_if(heavy, decide).await?;
            let appended = self.append(append, &[]).await;
            if !self.is_to_be_tried_again(&appended, &mut tries) {
                return appended;
            }
        }
    }

    /// Ticks several cases; returns the result of each. Heavy cases should be ticked alone, since they would hold up
    /// the others.
    pub async fn tick_all(&self, cases: Vec<CaseRef>) -> Vec<(CaseRef, Result<Vec<Event>, Fault>)> {
        let (mut told, one_by_one) = self.tick_together(cases).await;
        let told_alone = one_by_one.into_iter().map(async |case| {
            let result = self.tick(&case).await;
            (case, result)
        });
        told.extend(futures::future::join_all(told_alone).await);
        told
    }

    /// Ticks the cases whose turn is free, in one batch. Returns their results, and the rest: cases whose turn is
    /// taken, or whose append conflicted with another process.
    async fn tick_together(&self, cases: Vec<CaseRef>) -> (Vec<(CaseRef, Result<Vec<Event>, Fault>)>, Vec<CaseRef>) {
        let (mut told, mut one_by_one) = (Vec::with_capacity(cases.len()), Vec::new());
        // The turns are held until the batch is written.
        let (mut turns, mut now) = (HashMap::with_capacity(cases.len()), Vec::with_capacity(cases.len()));
        for case in cases {
            let turn = turn(&case);
            let is_ours = match turns.entry(turn) {
                Entry::Occupied(_) => true,
                Entry::Vacant(free) => self.turns[turn].try_lock().map(|taken| free.insert(taken)).is_ok(),
            };
            if is_ours { now.push(case) } else { one_by_one.push(case) }
        }
        let known = futures::future::join_all(now.iter().map(|case| self.store.load(case))).await;
        let (mut decided, mut appends) = (Vec::with_capacity(now.len()), Vec::with_capacity(now.len()));
        let inboxes = self.inboxes.known();
        for (case, known) in now.into_iter().zip(known) {
            let (alerts, seed) = (Alerts::Raised, (self.seeds)());
            let command = Command::Now { clock: self.clock.now(), alerts, seed };
            let setting = Setting { most: self.most_at_once(), inboxes: &inboxes };
            match known.map(|known| decide(&case, &known, &self.book, command, setting)) {
                Ok(append) if append.events.is_empty() => told.push((case, Ok(append.events))),
                Ok(append) => {
                    decided.push((case, append.events.clone()));
                    appends.push(append);
                }
                Err(fault) => told.push((case, Err(fault))),
            }
        }
        let appended = self.store.append_all(appends).await;
        for ((case, events), result) in decided.into_iter().zip(appended) {
            match result {
                Ok(()) => {
                    self.figures.count_recorded(&[], &events);
                    told.push((case, Ok(events)));
                }
                Err(Fault::Conflict(_)) => {
                    self.figures.conflicts.add(1);
                    one_by_one.push(case);
                }
                Err(fault) => told.push((case, Err(fault))),
            }
        }
        (told, one_by_one)
    }
}
