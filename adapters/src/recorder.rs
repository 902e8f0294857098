//! Records actions of a case and lets time pass over it: load, decide, append, and again on conflict.
//!
//! Invariant: of several callers in this process with the same case each finds what the one before it left, so a
//! conflict can only come from another process; every action gets its verdict.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use engine::action::{Action, ActionId, CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::case::{Alerts, Case, Command, Event, Verdict, admit, admit_from, decide, doubts, used_id};
use engine::refusal::Flaws;
use engine::rulebook::Rulebook;
use tokio::sync::{Mutex, MutexGuard};

use crate::clock::Clock;
use crate::figures::Figures;
use crate::store::{Append, CaseStore, Fault};

/// How often an append is decided anew because another process was faster.
const MOST_TRIES: u32 = 32;

/// How many turns there are to share; two cases seldom share one.
const TURNS: usize = 16_384;

/// Records into one store under one rulebook.
pub struct Recorder<S: ?Sized> {
    store: Arc<S>,
    book: Arc<Rulebook>,
    clock: Arc<dyn Clock>,
    turns: Vec<Mutex<()>>,
    figures: Arc<Figures>,
}

/// What recording actions gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The verdict on each action, in their order.
    pub verdicts: Vec<Verdict>,
    /// What looks wrong in each that was recorded.
    pub warnings: Vec<Flaws>,
    /// What was appended.
    pub events: Vec<Event>,
}

impl<S: CaseStore + ?Sized> Recorder<S> {
    /// A recorder into `store`.
    pub fn new(store: Arc<S>, book: Arc<Rulebook>, clock: Arc<dyn Clock>) -> Self {
        let turns = std::iter::repeat_with(Mutex::default).take(TURNS).collect();
        Self { store, book, clock, turns, figures: Arc::default() }
    }

    /// The same recorder, which counts what it does here.
    #[must_use]
    pub fn counting(self, figures: Arc<Figures>) -> Self {
        Self { figures, ..self }
    }

    /// The store that it records into.
    pub const fn store(&self) -> &Arc<S> {
        &self.store
    }

    /// Records the actions of one case that can be recorded, all at once, and answers when they are durable.
    ///
    /// # Errors
    /// What the store could not do; then nothing of this was recorded.
    pub async fn record(
        &self,
        case: &CaseRef,
        actions: Vec<Action>,
        by: Option<OfficeCode>,
        alerts: Alerts,
    ) -> Result<Recorded, Fault> {
        let judge = |known: &Case, actions: &[Action], clock| admit(known, actions, Some(clock), &self.book);
        self.record_judged(case, actions, by, alerts, judge).await
    }

    /// As [`Recorder::record`], for an office that sends actions itself: those of a case that isn't its own are
    /// refused.
    ///
    /// # Errors
    /// What the store could not do; then nothing of this was recorded.
    pub async fn record_from(
        &self,
        sender: &OfficeCode,
        case: &CaseRef,
        actions: Vec<Action>,
        alerts: Alerts,
    ) -> Result<Recorded, Fault> {
        let judge =
            |known: &Case, actions: &[Action], clock| admit_from(sender, known, actions, Some(clock), &self.book);
        self.record_judged(case, actions, Some(sender.clone()), alerts, judge).await
    }

    /// Records what `judge` accepts, on the case as it is when its turn has come.
    async fn record_judged(
        &self,
        case: &CaseRef,
        actions: Vec<Action>,
        by: Option<OfficeCode>,
        alerts: Alerts,
        judge: impl Fn(&Case, &[Action], Instant) -> Vec<Verdict>,
    ) -> Result<Recorded, Fault> {
        debug_assert!(actions.iter().all(|action| action.case == *case), "actions of one case");
        let _turn = self.turn(case).await;
        let mut actions = Numbered::new(actions);
        let mut tries = 0;
        loop {
            let known = self.store.load(case).await?;
            let clock = self.clock.now();
            let accepted = actions.admit(|actions| judge(&known, actions, clock));
            let events = if accepted.is_empty() {
                Vec::new()
            } else {
                let command = Command::Record { actions: accepted, by: by.clone(), clock, alerts };
                self.decide(case, &known, command)?
            };
            match self.append(case, &known, &events).await {
                Ok(()) => {
                    self.figures.count_recorded(&actions.verdicts, &events);
                    let warnings = actions.doubts(&known);
                    return Ok(Recorded { verdicts: actions.verdicts, warnings, events });
                }
                Err(Fault::UsedId(id)) if actions.refuse(id) => {}
                Err(Fault::Conflict(_)) if tries < MOST_TRIES => {
                    self.figures.conflicts.add(1);
                    tries += 1;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Tells the case that it is now the clock's time.
    ///
    /// # Errors
    /// What the store could not do; then nothing was recorded.
    pub async fn tick(&self, case: &CaseRef) -> Result<Vec<Event>, Fault> {
        self.pass(case, Alerts::Raised).await
    }

    /// As [`Recorder::tick`], for a rulebook that was adopted: what is over is recorded and not published.
    ///
    /// # Errors
    /// What the store could not do; then nothing was recorded.
    pub async fn assess_anew(&self, case: &CaseRef) -> Result<Vec<Event>, Fault> {
        self.pass(case, Alerts::RaisedAsHistory).await
    }

    async fn pass(&self, case: &CaseRef, alerts: Alerts) -> Result<Vec<Event>, Fault> {
        let _turn = self.turn(case).await;
        let mut tries = 0;
        loop {
            let known = self.store.load(case).await?;
            let events = self.decide(case, &known, Command::Now { clock: self.clock.now(), alerts })?;
            match self.append(case, &known, &events).await {
                Ok(()) => {
                    self.figures.count_recorded(&[], &events);
                    return Ok(events);
                }
                Err(Fault::Conflict(_)) if tries < MOST_TRIES => {
                    self.figures.conflicts.add(1);
                    tries += 1;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// As [`Recorder::tick`], for several cases at once: what became of each.
    pub async fn tick_all(&self, cases: Vec<CaseRef>) -> Vec<(CaseRef, Result<Vec<Event>, Fault>)> {
        let (mut told, one_by_one) = self.tick_together(cases).await;
        let told_alone = one_by_one.into_iter().map(async |case| {
            let result = self.tick(&case).await;
            (case, result)
        });
        told.extend(futures::future::join_all(told_alone).await);
        told
    }

    /// Tells those cases the time that have their turn now and that no other process is faster with; and gives the others.
    async fn tick_together(&self, cases: Vec<CaseRef>) -> (Vec<(CaseRef, Result<Vec<Event>, Fault>)>, Vec<CaseRef>) {
        let (mut told, mut one_by_one) = (Vec::with_capacity(cases.len()), Vec::new());
        // The turns are held until all is written.
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
        for (case, known) in now.into_iter().zip(known) {
            let events = known.and_then(|known| {
                let command = Command::Now { clock: self.clock.now(), alerts: Alerts::Raised };
                Ok((self.decide(&case, &known, command)?, known))
            });
            match events {
                Ok((events, _)) if events.is_empty() => told.push((case, Ok(events))),
                Ok((events, known)) => {
                    appends.push(Append::of(case.clone(), &known, events.clone()));
                    decided.push((case, events));
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

    async fn turn(&self, case: &CaseRef) -> MutexGuard<'_, ()> {
        self.turns[turn(case)].lock().await
    }

    fn decide(&self, case: &CaseRef, known: &Case, command: Command) -> Result<Vec<Event>, Fault> {
        decide(known, &self.book, command)
            .map_err(|refusal| Fault::Corrupt(format!("case {case}: what was admitted is refused: {refusal}")))
    }

    async fn append(&self, case: &CaseRef, known: &Case, events: &[Event]) -> Result<(), Fault> {
        if events.is_empty() {
            return Ok(());
        }
        self.store.append(Append::of(case.clone(), known, events.to_vec())).await
    }
}

/// The turn of a case.
fn turn(case: &CaseRef) -> usize {
    let mut hasher = DefaultHasher::new();
    case.hash(&mut hasher);
    usize::try_from(hasher.finish() % TURNS as u64).unwrap_or(0)
}

/// Actions that may still be recorded, and the verdicts on all.
struct Numbered {
    verdicts: Vec<Verdict>,
    /// The place among the verdicts of each action that is left.
    places: Vec<usize>,
    left: Vec<Action>,
}

impl Numbered {
    fn new(actions: Vec<Action>) -> Self {
        let verdicts = vec![Verdict::Known; actions.len()];
        Self { verdicts, places: (0..actions.len()).collect(), left: actions }
    }

    /// Gives each action that is left its verdict; those that were accepted.
    fn admit(&mut self, admit: impl FnOnce(&[Action]) -> Vec<Verdict>) -> Vec<Action> {
        let verdicts = admit(&self.left);
        let of = self.left.iter().zip(&verdicts);
        let accepted =
            of.filter(|(_, verdict)| **verdict == Verdict::Accepted).map(|(action, _)| action.clone()).collect();
        for (&place, verdict) in self.places.iter().zip(verdicts) {
            self.verdicts[place] = verdict;
        }
        accepted
    }

    /// What looks wrong in each action that isn't refused.
    fn doubts(&self, known: &Case) -> Vec<Flaws> {
        let verdicts: Vec<Verdict> = self.places.iter().map(|&place| self.verdicts[place].clone()).collect();
        let mut all = vec![Flaws::new(); self.verdicts.len()];
        for (&place, flaws) in self.places.iter().zip(doubts(known, &self.left, &verdicts)) {
            all[place] = flaws;
        }
        all
    }

    /// Refuses the action whose id stands in another case; false if there is none.
    fn refuse(&mut self, id: ActionId) -> bool {
        let before = self.left.len();
        let (places, left) = std::mem::take(&mut self.places)
            .into_iter()
            .zip(std::mem::take(&mut self.left))
            .filter(|(place, action)| {
                let used = action.id == id;
                if used {
                    self.verdicts[*place] = Verdict::Refused(used_id(id).into());
                }
                !used
            })
            .unzip();
        (self.places, self.left) = (places, left);
        self.left.len() < before
    }
}
