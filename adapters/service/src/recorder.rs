//! Records actions of a case and ticks cases: load, decide, append; on a conflict it retries.
//!
//! Invariant: callers in this process that work on the same case run one after the other, so a conflict can only come
//! from another process. Every action gets its verdict.

mod confirm;
mod handle;
mod one;
mod role;
mod seal;
mod ticks;
mod with;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use engine::action::{Action, CaseRef, OfficeCode};
use engine::case::{Case, Event};
use engine::decide::{Alerts, Command, Decided, MOST_TOLD, Setting, Verdict, decide_in};
use engine::randomness::Seed;
use engine::refusal::Flaws;
use engine::rulebook::Rulebook;
use projections::rights::Role;
use store::heavy::{HEAVY_CASE, beside_if};
use store::{Append, CaseStore, Fault};
use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use crate::clock::Clock;
use crate::figures::{Figures, Flag};
use crate::inboxes::Inboxes;
use crate::receipts::Receipts;
use crate::sealing::random;

pub use handle::OnBehalf;

/// How many times a command is retried after a conflict with another process.
const MOST_TRIES: u32 = 32;

/// How many alerts, settlements and withdrawals one request of an office may record: the watch records the rest.
const OFFICE_MOST_TOLD: usize = 100;

/// How many one command may record while alerts are being published: alerts of other cases queue behind them.
const BESIDE_OTHERS: usize = 1_000;

/// How long a large case yields to the backlog of other alerts, how often it checks, and from which backlog on it
/// yields.
const MAKES_WAY: Duration = Duration::from_secs(1);
const LOOKS_EVERY: Duration = Duration::from_millis(20);
const MANY_WAIT: u64 = 500;

/// How many turns (locks) the cases share; two cases seldom share one.
const TURNS: usize = 16_384;

/// Records into one store under one rulebook.
pub struct Recorder {
    store: Arc<dyn CaseStore>,
    book: Arc<Rulebook>,
    clock: Arc<dyn Clock>,
    turns: Vec<Mutex<()>>,
    most_told: usize,
    /// Whether this process publishes alerts at the moment.
    publishes: Arc<Flag>,
    figures: Arc<Figures>,
    inboxes: Arc<Inboxes>,
    receipts: Option<Arc<Receipts>>,
    seeds: Seeds,
}

/// Where the randomness of each command comes from.
pub type Seeds = Arc<dyn Fn() -> Seed + Send + Sync>;

/// The result of recording actions.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The verdict on each action, in their order.
    pub verdicts: Vec<Verdict>,
    /// The warnings about each recorded action.
    pub warnings: Vec<Flaws>,
    /// The events that were appended.
    pub events: Vec<Event>,
    /// How many events were appended first, because the previous command on the case had reached its limit.
    pub told_before: usize,
    /// About how many events are still to come, if this command reached its limit.
    pub to_come: usize,
}

/// An office that has actions recorded itself, in its own cases only.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The office.
    pub office: OfficeCode,
    /// The opaque id of the person or token that acts for it, if known.
    pub person: Option<Uuid>,
    /// The role in which they act, which limits what they may record; `None` if the office itself is all that is known.
    pub role: Option<Role>,
}

impl From<&OfficeCode> for Sender {
    fn from(office: &OfficeCode) -> Self {
        Self { office: office.clone(), person: None, role: None }
    }
}

/// Who has actions recorded.
#[derive(Clone)]
enum Who {
    /// Whoever runs the program, in any case: on behalf of this office, or of each action's own.
    Program(Option<OfficeCode>),
    /// An office itself; `expected`: the version of the case's last action, of which it knows.
    Office { sender: Sender, expected: Option<u32> },
}

impl Who {
    /// Whether the case has moved on from what the sender knows. Of another office's case this is all that is said, as of
    /// one that was never opened.
    fn is_behind(&self, case: &Case) -> bool {
        let Self::Office { sender, expected: Some(expected) } = self else { return false };
        !case.concerns(&sender.office) || case.last_action() != *expected
    }
}

impl Recorder {
    /// A recorder into `store`.
    pub fn new(store: Arc<dyn CaseStore>, book: Arc<Rulebook>, clock: Arc<dyn Clock>) -> Self {
        let turns = std::iter::repeat_with(Mutex::default).take(TURNS).collect();
        let (publishes, figures, inboxes) = (Arc::default(), Arc::default(), Arc::default());
        let seeds: Seeds = Arc::new(|| Seed(random()));
        let (most_told, receipts) = (MOST_TOLD, None);
        Self { store, book, clock, turns, most_told, publishes, figures, inboxes, receipts, seeds }
    }

    /// The same recorder, whose randomness comes from `seeds` and not from the operating system.
    #[must_use]
    pub fn seeded(self, seeds: Seeds) -> Self {
        Self { seeds, ..self }
    }

    /// Records those actions of one case that are accepted, in one append, and returns when they are durable.
    ///
    /// # Errors
    /// A fault of the store; then nothing was recorded.
    pub async fn record(
        &self,
        case: &CaseRef,
        actions: Vec<Action>,
        by: Option<OfficeCode>,
        alerts: Alerts,
    ) -> Result<Recorded, Fault> {
        Ok(self.record_judged(case, actions, Who::Program(by), alerts).await?.0)
    }

    /// As [`Recorder::record`], and also raises every alert that follows: for a program that ends afterwards.
    ///
    /// # Errors
    /// A fault of the store. The watch raises the missing alerts of what was recorded before it.
    pub async fn record_and_tell_all(
        &self,
        case: &CaseRef,
        actions: Vec<Action>,
        by: Option<OfficeCode>,
        alerts: Alerts,
    ) -> Result<Recorded, Fault> {
        let (mut recorded, after) = self.record_judged(case, actions, Who::Program(by), alerts).await?;
        // Asked of the case as it was recorded: one that is closed by now would be read again from the log.
        if alerts != Alerts::HeldBack && after.may_have_more_to_tell(self.most_told) {
            let _turn = self.turn(case).await;
            recorded.events.extend(self.tell_rest(case).await?);
        }
        Ok(recorded)
    }

    /// As [`Recorder::record`], for an office that sends actions itself: actions of another office's case are refused, and
    /// those that the sender's role may not record. With `expected`, nothing is recorded unless the case's last action has
    /// that version; a repetition of what is recorded already is known all the same.
    ///
    /// # Errors
    /// A fault of the store, [`Fault::Conflict`] if the case has moved on from `expected`; then nothing was recorded.
    pub async fn record_from(
        &self,
        sender: &Sender,
        case: &CaseRef,
        actions: Vec<Action>,
        alerts: Alerts,
        expected: Option<u32>,
    ) -> Result<Recorded, Fault> {
        let who = Who::Office { sender: sender.clone(), expected };
        Ok(self.record_judged(case, actions, who, alerts).await?.0)
    }

    /// What [`Recorder::record_from`] would come to now if `known` were the case; nothing is recorded.
    ///
    /// # Errors
    /// If the process shuts down.
    pub async fn foresee(
        &self,
        sender: &Sender,
        known: &Arc<Case>,
        actions: &[Action],
        alerts: Alerts,
    ) -> Result<Decided, Fault> {
        let (now, most, inboxes) = (self.clock.now(), self.most_of_an_office(), self.inboxes.known());
        let heavy = known.size() + actions.len() >= HEAVY_CASE;
        let (book, sender, known, actions) =
            (Arc::clone(&self.book), sender.clone(), Arc::clone(known), actions.to_vec());
        let decided = beside_if(heavy, move || {
            let command = (now, alerts, Seed::FORESEEN, Setting { most, inboxes: &inboxes });
            role::decide_from(&sender, &known, &actions, &book, command)
        });
        Ok(decided.await?)
    }

    /// Takes the case's turn, loads the case, and records the accepted actions; also returns the case after them.
    async fn record_judged(
        &self,
        case: &CaseRef,
        actions: Vec<Action>,
        who: Who,
        alerts: Alerts,
    ) -> Result<(Recorded, Arc<Case>), Fault> {
        debug_assert!(actions.iter().all(|action| action.case == *case), "actions of one case");
        let _turn = self.turn(case).await;
        let actions: Arc<[Action]> = actions.into();
        let mut told_before = 0;
        let mut tries = 0;
        let seed = (self.seeds)();
        loop {
            let mut known = self.store.load(case).await?;
            if alerts != Alerts::HeldBack && known.may_have_more_to_tell(self.most_told) {
                told_before += self.tell_rest(case).await?.len();
                known = self.store.load(case).await?;
            }
            let is_behind = who.is_behind(&known);
            let (verdicts, warnings, append) = self.judged(case, known, &actions, &who, (alerts, seed)).await?;
            if is_behind && verdicts.iter().any(|verdict| *verdict != Verdict::Known) {
                return Err(Fault::Conflict(case.clone()));
            }
            let after = Arc::clone(&append.after);
            let appended = self.append(append, &verdicts).await;
            if !self.is_to_be_tried_again(&appended, &mut tries) {
                let to_come = self.to_come(&after);
                let events = appended?;
                return Ok((Recorded { verdicts, warnings, events, told_before, to_come }, after));
            }
        }
    }

    /// The verdicts and warnings on actions, and the append of those that are accepted.
    async fn judged(
        &self,
        case: &CaseRef,
        known: Arc<Case>,
        actions: &Arc<[Action]>,
        who: &Who,
        (alerts, seed): (Alerts, Seed),
    ) -> Result<(Vec<Verdict>, Vec<Flaws>, Append), Fault> {
        let (book, of) = (Arc::clone(&self.book), case.clone());
        let most = match who {
            Who::Program(_) => self.most_told,
            Who::Office { .. } => self.most_of_an_office(),
        };
        let (who, actions, now) = (who.clone(), Arc::clone(actions), self.clock.now());
        let inboxes = self.inboxes.known();
        let heavy = known.size() + actions.len() >= HEAVY_CASE;
        let judged = beside_if(heavy, move || {
            let setting = Setting { most, inboxes: &inboxes };
            let Decided { verdicts, warnings, events } = match who {
                Who::Program(by) => {
                    let command = Command::Record { actions: actions.to_vec(), by, clock: now, alerts, seed };
                    decide_in(&known, &book, command, setting)
                }
                Who::Office { sender, .. } => {
                    role::decide_from(&sender, &known, &actions, &book, (now, alerts, seed, setting))
                }
            };
            (verdicts, warnings, Append::of(of, &known, events))
        });
        Ok(judged.await?)
    }

    /// Whether another process was in the way, so that the case is loaded and decided again.
    fn is_to_be_tried_again<T>(&self, result: &Result<T, Fault>, tries: &mut u32) -> bool {
        let again = matches!(result, Err(Fault::Conflict(_))) && *tries < MOST_TRIES;
        if again {
            self.figures.conflicts.add(1);
            *tries += 1;
        }
        again
    }

    /// Records the events that the previous command on the case left over at its limit. The caller holds the turn.
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

    /// About how many events of a case are still to come: each standing alert may be withdrawn and raised again.
    fn to_come(&self, after: &Case) -> usize {
        if after.may_have_more_to_tell(self.most_told) { 2 * after.standing_alerts().count() } else { 0 }
    }

    /// Waits, before more of a large case is recorded, while the backlog of alerts is large: otherwise the alerts of
    /// other cases would queue behind all of it. At most one second: NATS may be unavailable.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn make_way(&self) -> Result<(), Fault> {
        let mut waited = Duration::ZERO;
        while waited < MAKES_WAY && self.publishes.is_set() {
            if self.store.backlog().await?.waiting < MANY_WAIT {
                break;
            }
            tokio::time::sleep(LOOKS_EVERY).await;
            waited += LOOKS_EVERY;
        }
        Ok(())
    }

    fn most_of_an_office(&self) -> usize {
        self.most_told.min(OFFICE_MOST_TOLD)
    }

    fn most_at_once(&self) -> usize {
        if self.publishes.is_set() { self.most_told.min(BESIDE_OTHERS) } else { self.most_told }
    }

    async fn turn(&self, case: &CaseRef) -> MutexGuard<'_, ()> {
        self.turns[turn(case)].lock().await
    }

    /// Appends the decided events, if there are any, counts them with the verdicts, and returns them.
    async fn append(&self, append: Append, verdicts: &[Verdict]) -> Result<Vec<Event>, Fault> {
        let events = append.events.clone();
        if !events.is_empty() {
            self.store.append(append).await?;
        }
        self.figures.count_recorded(verdicts, &events);
        Ok(events)
    }
}

/// The append that a command on a case leads to.
fn decide(case: &CaseRef, known: &Case, book: &Rulebook, command: Command, setting: Setting<'_>) -> Append {
    Append::of(case.clone(), known, decide_in(known, book, command, setting).events)
}

/// The turn of a case.
fn turn(case: &CaseRef) -> usize {
    let mut hasher = DefaultHasher::new();
    case.hash(&mut hasher);
    usize::try_from(hasher.finish() % TURNS as u64).unwrap_or(0)
}
