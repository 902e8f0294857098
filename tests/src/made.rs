//! What the store's tests are made of: stores, clocks, made-up cases.

use std::path::Path;
use std::sync::Arc;
use std::sync::LazyLock;

use engine::action::{Action, CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::case::Case;
use engine::decide::{Alerts, Command, decide};
use engine::randomness::Seed;
use engine::rulebook::Rulebook;
use scenarios::generator::{Conduct, Plan, history};
use service::clock::Clock;
use service::recorder::{Recorded, Recorder};
use store::sqlite::{Options, SqliteStore};
use store::{Append, CaseStore, Delivery, Fault, Position, Progress, Stored};
use uuid::Uuid;

use crate::clock::SetClock;

/// The rulebook that comes with the program.
pub fn book() -> Arc<Rulebook> {
    static BOOK: LazyLock<Arc<Rulebook>> = LazyLock::new(|| Arc::new(Rulebook::law_05_na_2006()));
    Arc::clone(&BOOK)
}

/// A rulebook that says the same in other bytes.
pub fn another_book() -> Arc<Rulebook> {
    Arc::new(Rulebook::parse(&format!("{}\n# Another edition.\n", book().source())).unwrap())
}

/// The actions of the `n`th disorderly case of seed 11, in order, with alerts in nearly every one.
pub fn actions(n: usize) -> Vec<Action> {
    let first_day = engine::calendar::parse_date("2026-01-05").unwrap();
    let plan = Plan { seed: 11, cases: 10_000, conduct: Conduct::Disorderly, first_day };
    history(&plan, n).iter().map(|line| Action::read(&line.json).unwrap()).collect()
}

/// The first of a case's actions, which opens it, and the instant at which it is recorded.
pub fn opening(n: usize) -> (CaseRef, Action, Instant) {
    let opening = actions(n).remove(0);
    (opening.case.clone(), opening.clone(), opening.at.last())
}

/// An instant behind everything that [`actions`] gives.
pub fn after_all() -> Instant {
    Instant::parse("2032-01-01T00:00:00+07:00").unwrap()
}

/// What recording these actions on `known` appends.
pub fn append(known: &Case, actions: Vec<Action>, clock: Instant) -> Append {
    let case = actions[0].case.clone();
    let command = Command::Record { actions, by: None, clock, alerts: Alerts::Raised, seed: Seed([7; 32]) };
    let events = decide(known, &book(), command).all_or_none().unwrap();
    Append::of(case, known, events)
}

/// A recorder with a clock of its own.
pub fn recorder<S: CaseStore>(store: &Arc<S>, clock: &Arc<SetClock>) -> Recorder {
    let clock: Arc<dyn Clock> = Arc::clone(clock) as Arc<dyn Clock>;
    Recorder::new(store.clone(), book(), clock)
}

/// Records the whole of the `n`th case at once, behind everything.
pub async fn record_case<S: CaseStore>(store: &Arc<S>, n: usize) -> (CaseRef, Recorded) {
    let actions = actions(n);
    let case = actions[0].case.clone();
    let recorder = recorder(store, &SetClock::at(after_all()));
    let outcome = recorder.record(&case, actions, None, Alerts::Raised).await.unwrap();
    (case, outcome)
}

/// Records the `n`th case action by action as it happens, and lets time pass behind each.
pub async fn record_as_it_happens<S: CaseStore>(store: &Arc<S>, n: usize) -> CaseRef {
    let actions = actions(n);
    let case = actions[0].case.clone();
    let clock = SetClock::at(actions[0].at.first());
    let recorder = recorder(store, &clock);
    for action in actions {
        clock.set(action.at.last());
        recorder.record(&case, vec![action], None, Alerts::Raised).await.unwrap();
        recorder.tick(&case).await.unwrap();
    }
    case
}

/// The delivery of an alert event.
pub fn delivery(stored: &Stored, stream_sequence: u64) -> Delivery {
    let alert: Uuid = stored.event.id(&stored.case);
    Delivery { position: stored.position, alert, stream_sequence, at: after_all() }
}

/// The embedded store at `path`, laid out if it is not there.
pub fn open(path: impl AsRef<Path>) -> SqliteStore {
    try_open(path, &Options { create: true, ..Options::default() }).unwrap()
}

/// The embedded store at `path`.
///
/// # Errors
/// Why it can't be opened.
pub fn try_open(path: impl AsRef<Path>, options: &Options) -> Result<SqliteStore, Fault> {
    SqliteStore::open(path, book(), options)
}

/// Long work whose progress nobody watches.
pub fn nothing_told() -> Progress {
    Arc::new(|_, _| ())
}

/// The words of a fault.
#[track_caller]
pub fn refusal<T>(outcome: Result<T, Fault>) -> Fault {
    outcome.err().expect("a fault")
}

/// The office that this code names.
pub fn office(code: &str) -> OfficeCode {
    OfficeCode::new(code).unwrap()
}

/// Asserts that a process can't write any more, nor watch or publish, while the log is decided under another rulebook than
/// its own by now.
pub async fn is_out_of_force(running: &impl CaseStore, another: &Rulebook) {
    let (_, first, clock) = opening(1);
    let fault = refusal(running.append(append(&Case::default(), vec![first], clock)).await);
    assert!(matches!(&fault, Fault::Restart(said) if said.contains(&another.digest().to_string())), "{fault}");
    assert!(matches!(running.next_due().await, Err(Fault::Restart(_))));
    assert!(matches!(running.outbox(Position(0), 1).await, Err(Fault::Restart(_))));
}
