//! Records actions of a case and lets time pass over it: load, decide, append, and again on conflict.
//!
//! Invariant: of several callers in this process with the same case each finds what the one before it left, so a
//! conflict can only come from another process; every action gets its verdict.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use engine::action::{Action, ActionId, CaseRef, OfficeCode, Refusal};
use engine::calendar::Instant;
use engine::case::{Alerts, Case, Command, Event, Verdict, admit, admit_from, decide, evolve};
use engine::rulebook::Rulebook;
use tokio::sync::{Mutex, MutexGuard};

use crate::clock::Clock;
use crate::figures::Figures;
use crate::store::{Append, CaseStore, Fault};

/// How often an append is decided anew because another process was faster.
const MOST_TRIES: u32 = 32;

/// How many turns there are to share; two cases seldom share one.
const TURNS: usize = 1024;

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
                    return Ok(Recorded { verdicts: actions.verdicts, events });
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

    async fn turn(&self, case: &CaseRef) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        case.hash(&mut hasher);
        let turn = usize::try_from(hasher.finish() % TURNS as u64).unwrap_or(0);
        self.turns[turn].lock().await
    }

    fn decide(&self, case: &CaseRef, known: &Case, command: Command) -> Result<Vec<Event>, Fault> {
        decide(known, &self.book, command)
            .map_err(|refusal| Fault::Corrupt(format!("case {case}: what was admitted is refused: {refusal}")))
    }

    async fn append(&self, case: &CaseRef, known: &Case, events: &[Event]) -> Result<(), Fault> {
        if events.is_empty() {
            return Ok(());
        }
        let after = Arc::new(events.iter().fold(known.clone(), evolve));
        let (case, events) = (case.clone(), events.to_vec());
        self.store.append(Append { case, expected: known.version(), events, after }).await
    }
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

    /// Refuses the action whose id stands in another case; false if there is none.
    fn refuse(&mut self, id: ActionId) -> bool {
        let before = self.left.len();
        let (places, left) = std::mem::take(&mut self.places)
            .into_iter()
            .zip(std::mem::take(&mut self.left))
            .filter(|(place, action)| {
                let used = action.id == id;
                if used {
                    let refusal = Refusal::new(Fault::UsedId(id).to_string());
                    self.verdicts[*place] = Verdict::Refused(refusal);
                }
                !used
            })
            .unzip();
        (self.places, self.left) = (places, left);
        self.left.len() < before
    }
}
