//! Records actions of a case and lets time pass over it: load, decide, append, and again on conflict.
//!
//! Invariant: of several callers in this process with the same case each finds what the one before it left, so a
//! conflict can only come from another process; every action gets its verdict.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use engine::action::{Action, CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::case::{Case, Event};
use engine::decide::{Alerts, Command, MOST_TOLD, Refused, Verdict, admit, admit_from, decide_telling, doubts};
use engine::refusal::Flaws;
use engine::rulebook::Rulebook;
use store::heavy::{HEAVY_CASE, beside_if};
use store::{Append, CaseStore, Fault};
use tokio::sync::{Mutex, MutexGuard};

use crate::clock::Clock;
use crate::figures::Figures;

/// How often an append is decided anew because another process was faster.
const MOST_TRIES: u32 = 32;

/// How many alerts, settlements and withdrawals what an office sends tells at once: the watch tells the rest.
const OFFICE_MOST_TOLD: usize = 100;

/// How many are told at once while alerts are published: those of other cases stand behind them.
const BESIDE_OTHERS: usize = 1_000;

/// For how long a large case makes way for other alerts, how often it looks, and how many of them are many.
const MAKES_WAY: Duration = Duration::from_secs(1);
const LOOKS_EVERY: Duration = Duration::from_millis(20);
const MANY_WAIT: u64 = 500;

/// How many turns there are to share; two cases seldom share one.
const TURNS: usize = 16_384;

/// Records into one store under one rulebook.
pub struct Recorder {
    store: Arc<dyn CaseStore>,
    book: Arc<Rulebook>,
    clock: Arc<dyn Clock>,
    turns: Vec<Mutex<()>>,
    most_told: usize,
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
    /// How many events were appended before: what the last command on the case had had no room for.
    pub told_before: usize,
    /// About how many are still to come, where this command had no room for all.
    pub to_come: usize,
}

/// Who sends actions.
#[derive(Clone)]
struct Sender {
    /// The office to whose own cases they are held; none where anybody's may be recorded.
    office: Option<OfficeCode>,
    /// Who is said to have recorded them; none: for each the office that acted.
    by: Option<OfficeCode>,
}

impl Sender {
    fn judge(&self, known: &Case, actions: &[Action], clock: Instant, book: &Rulebook) -> Vec<Verdict> {
        match &self.office {
            Some(office) => admit_from(office, known, actions, Some(clock), book),
            None => admit(known, actions, Some(clock), book),
        }
    }
}

impl Recorder {
    /// A recorder into `store`.
    pub fn new(store: Arc<dyn CaseStore>, book: Arc<Rulebook>, clock: Arc<dyn Clock>) -> Self {
        let turns = std::iter::repeat_with(Mutex::default).take(TURNS).collect();
        Self { store, book, clock, turns, most_told: MOST_TOLD, figures: Arc::default() }
    }

    /// The same recorder, which tells no more than `most` alerts, settlements and withdrawals at once.
    #[must_use]
    pub fn telling_at_once(self, most: usize) -> Self {
        Self { most_told: most, ..self }
    }

    /// The same recorder, which counts what it does here.
    #[must_use]
    pub fn counting(self, figures: Arc<Figures>) -> Self {
        Self { figures, ..self }
    }

    /// The store that it records into.
    pub const fn store(&self) -> &Arc<dyn CaseStore> {
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
        self.record_judged(case, actions, Sender { office: None, by }, alerts).await
    }

    /// As [`Recorder::record`], and tells everything that this calls for: for a program that ends then.
    ///
    /// # Errors
    /// What the store could not do; of what was recorded before that the rest is told by the watch.
    pub async fn record_and_tell_all(
        &self,
        case: &CaseRef,
        actions: Vec<Action>,
        by: Option<OfficeCode>,
        alerts: Alerts,
    ) -> Result<Recorded, Fault> {
        let mut recorded = self.record(case, actions, by, alerts).await?;
        if alerts != Alerts::HeldBack {
            let _turn = self.turn(case).await;
            recorded.events.extend(self.tell_rest(case).await?);
        }
        Ok(recorded)
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
        let sender = Sender { office: Some(sender.clone()), by: Some(sender.clone()) };
        self.record_judged(case, actions, sender, alerts).await
    }

    /// Records what may be recorded, on the case as it is when its turn has come.
    async fn record_judged(
        &self,
        case: &CaseRef,
        actions: Vec<Action>,
        sender: Sender,
        alerts: Alerts,
    ) -> Result<Recorded, Fault> {
        debug_assert!(actions.iter().all(|action| action.case == *case), "actions of one case");
        let _turn = self.turn(case).await;
        let actions: Arc<[Action]> = actions.into();
        let mut tries = 0;
        let mut told_before = 0;
        loop {
            if alerts != Alerts::HeldBack {
                told_before += self.tell_rest(case).await?.len();
            }
            let known = self.store.load(case).await?;
            let (book, sender, most) = (Arc::clone(&self.book), sender.clone(), self.most_told);
            let (of, clock) = (case.clone(), self.clock.now());
            let heavy = known.size() + actions.len() >= HEAVY_CASE;
            let actions = Arc::clone(&actions);
            let decided = beside_if(heavy, move || {
                let verdicts = sender.judge(&known, &actions, clock, &book);
                let warnings = doubts(&known, &actions, &verdicts);
                let judged = actions.iter().zip(&verdicts);
                let accepted: Vec<Action> = judged
                    .filter(|(_, verdict)| **verdict == Verdict::Accepted)
                    .map(|(action, _)| action.clone())
                    .collect();
                if accepted.is_empty() {
                    return (verdicts, warnings, Ok(Append::of(of, &known, Vec::new())));
                }
                let command = Command::Record { actions: accepted, by: sender.by, clock, alerts };
                let most = if sender.office.is_some() { most.min(OFFICE_MOST_TOLD) } else { most };
                (verdicts, warnings, decide(&of, &known, &book, command, most))
            });
            let (verdicts, warnings, append) = decided.await?;
            let append = append?;
            let to_come = self.to_come(&append.after);
            match self.append(append).await {
                Ok(events) => {
                    self.figures.count_recorded(&verdicts, &events);
                    return Ok(Recorded { verdicts, warnings, events, told_before, to_come });
                }
                Err(Fault::Conflict(_)) if tries < MOST_TRIES => {
                    self.figures.conflicts.add(1);
                    tries += 1;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Tells what the last command on the case had no room for, whose turn is held.
    async fn tell_rest(&self, case: &CaseRef) -> Result<Vec<Event>, Fault> {
        let mut told = Vec::new();
        while self.store.load(case).await?.may_have_more_to_tell(self.most_told) {
            self.make_way().await?;
            let events = self.pass_in_turn(case, Alerts::Raised).await?;
            if events.is_empty() {
                break;
            }
            told.extend(events);
        }
        Ok(told)
    }

    /// About how many events are still to come of a case: each standing alert may be withdrawn and raised anew.
    fn to_come(&self, after: &Case) -> usize {
        if after.may_have_more_to_tell(self.most_told) { 2 * after.standing_alerts().count() } else { 0 }
    }

    /// Waits, before more of a large case is told, while many alerts wait to be published: else those of other cases
    /// would stand behind all of it. No longer than a second: NATS may be away.
    ///
    /// # Errors
    /// If the store can't be read.
    pub async fn make_way(&self) -> Result<(), Fault> {
        let mut waited = Duration::ZERO;
        while waited < MAKES_WAY && self.figures.nats_connected.is_set() {
            if self.store.backlog().await?.waiting < MANY_WAIT {
                break;
            }
            tokio::time::sleep(LOOKS_EVERY).await;
            waited += LOOKS_EVERY;
        }
        Ok(())
    }

    fn most_at_once(&self) -> usize {
        if self.figures.nats_connected.is_set() { self.most_told.min(BESIDE_OTHERS) } else { self.most_told }
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
        self.pass_in_turn(case, alerts).await
    }

    async fn pass_in_turn(&self, case: &CaseRef, alerts: Alerts) -> Result<Vec<Event>, Fault> {
        let mut tries = 0;
        loop {
            let known = self.store.load(case).await?;
            let (book, of, most) = (Arc::clone(&self.book), case.clone(), self.most_at_once());
            let command = Command::Now { clock: self.clock.now(), alerts };
            let heavy = known.size() >= HEAVY_CASE;
            let append = beside_if(heavy, move || decide(&of, &known, &book, command, most)).await??;
            match self.append(append).await {
                Ok(events) => {
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

    /// As [`Recorder::tick`], for several cases at once: what became of each. One on which work is heavy would hold up
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
            let command = Command::Now { clock: self.clock.now(), alerts: Alerts::Raised };
            match known.and_then(|known| decide(&case, &known, &self.book, command, self.most_at_once())) {
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

    async fn turn(&self, case: &CaseRef) -> MutexGuard<'_, ()> {
        self.turns[turn(case)].lock().await
    }

    /// Appends what was decided, if anything was; the events.
    async fn append(&self, append: Append) -> Result<Vec<Event>, Fault> {
        let events = append.events.clone();
        if !events.is_empty() {
            self.store.append(append).await?;
        }
        Ok(events)
    }
}

/// What a command on a case adds to the log.
fn decide(case: &CaseRef, known: &Case, book: &Rulebook, command: Command, most: usize) -> Result<Append, Fault> {
    let refused = |refusal: Refused| Fault::corrupt(format!("case {case}: what was admitted is refused: {refusal}"));
    let events = decide_telling(known, book, command, most).map_err(refused)?;
    Ok(Append::of(case.clone(), known, events))
}

/// The turn of a case.
fn turn(case: &CaseRef) -> usize {
    let mut hasher = DefaultHasher::new();
    case.hash(&mut hasher);
    usize::try_from(hasher.finish() % TURNS as u64).unwrap_or(0)
}
