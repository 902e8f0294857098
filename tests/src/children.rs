//! Children that record and say what was acknowledged, and are killed at it.
//!
//! A child is the test binary itself, told by the environment to run one test, which does the work.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::ops::Range;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use engine::decide::{Alerts, Command as Decide, Verdict, decide};
use engine::randomness::Seed;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use store::{CaseStore, Fault, LogStore};

use crate::clock::SetClock;
use crate::made::{self, after_all, recorder};

/// Tells the test binary that it is a child, and what it is to do.
const WORK: &str = "KAMNOT_CHILD";

/// A child that does `work` in the test of this name; `command`: how the test binary is started.
///
/// # Panics
/// If it can't be started.
pub fn child(mut command: Command, test: &str, work: &str) -> Child {
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(WORK, work);
    command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().expect("the test binary starts")
}

/// What a child is to do; nothing where this process is none.
pub fn work() -> Option<String> {
    std::env::var(WORK).ok()
}

/// A child that imports cases into the log at `place`, in the test of this name, which calls [`import_as_told`]. It prints
/// `done ID` for each action when it is acknowledged, and `ended` at its end.
///
/// # Panics
/// If it can't be started.
pub fn importing(test: &str, place: &str, cases: Range<usize>, seed: u64) -> Child {
    let own = Command::new(std::env::current_exe().expect("a test has a file"));
    child(own, test, &format!("{place} {} {} {seed}", cases.start, cases.end))
}

/// The child's side of [`importing`]: opens the log at the place that is named and imports the cases. A case that the store
/// refuses is tried once more; each refusal is said as `fault REASON`.
///
/// # Panics
/// If the work is not what [`importing`] says.
pub fn import_as_told<S: CaseStore + 'static>(work: &str, open: impl AsyncFnOnce(&str) -> Result<S, Fault>) {
    let mut words = work.split(' ');
    let place = words.next().expect("a place");
    let mut number = || words.next().and_then(|word| word.parse::<usize>().ok()).expect("a number");
    let (first, last, seed) = (number(), number(), number());
    // The harness has begun a line of its own, and the first word on it would be lost.
    say("\n");
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().expect("a runtime").block_on(async {
        let store = match open(place).await {
            Ok(store) => Arc::new(store),
            Err(fault) => return say(&format!("fault {fault}\n")),
        };
        let cases: Vec<_> = (first..last).map(|n| tokio::spawn(import(Arc::clone(&store), n, seed))).collect();
        for case in cases {
            case.await.expect("no panic");
        }
        say("ended\n");
    });
}

/// Imports one case, some actions at a time, as long as the store takes them; behind a fault tries once more.
async fn import<S: CaseStore>(store: Arc<S>, n: usize, seed: usize) {
    let mut random = ChaCha8Rng::seed_from_u64((seed * 1_000 + n) as u64);
    let recorder = recorder(&store, &SetClock::at(after_all()));
    let mut rest = made::actions(n);
    let mut faults = 0;
    while !rest.is_empty() && faults < 2 {
        let some = random.random_range(1..=6).min(rest.len());
        let case = rest[0].case.clone();
        match recorder.record(&case, rest[..some].to_vec(), None, Alerts::Raised).await {
            Ok(outcome) => {
                if faults > 0 {
                    say("recovered\n");
                }
                let refused = |verdict: &Verdict| matches!(verdict, Verdict::Refused(_));
                assert!(!outcome.verdicts.iter().any(refused), "{:?}", outcome.verdicts);
                let done = rest.drain(..some).map(|action| format!("done {}\n", action.id.0.simple()));
                say(&done.collect::<String>());
            }
            Err(fault) => {
                faults += 1;
                say(&format!("fault {fault}\n"));
            }
        }
    }
}

/// Printed past the test harness, whole lines at a time; a parent that went away is no matter.
pub fn say(lines: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
}

/// Kills a child that prints `done ID` for each action acknowledged, after so many of them and a moment more, however fast
/// the machine is. All that it acknowledged, and whether it was still at work.
///
/// # Panics
/// If its standard output isn't piped.
pub fn killed(mut child: Child, some: usize, moment: Duration) -> (BTreeSet<String>, bool) {
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let mut done = lines.filter_map(|line| Some(line.strip_prefix("done ")?.trim().to_owned()));
    let mut acknowledged: BTreeSet<String> = done.by_ref().take(some).collect();
    std::thread::sleep(moment);
    let at_work = child.try_wait().expect("its state").is_none();
    child.kill().expect("killed");
    acknowledged.extend(done);
    child.wait().expect("killed");
    (acknowledged, at_work)
}

/// Asserts that positions, versions, views and alerts are as a rebuild gives them, and that no append left its alerts behind:
/// each was decided for the same instant, at which there is nothing left to tell.
///
/// # Panics
/// If it isn't so.
pub async fn assert_whole(store: &dyn LogStore, when: &str) {
    assert_eq!(store.check(made::nothing_told()).await.expect("the log"), Vec::<String>::new(), "{when}");
    for case in store.cases().await.expect("the cases") {
        let known = store.load(&case).await.expect("a case");
        let now = Decide::Now { clock: after_all(), alerts: Alerts::Raised, seed: Seed::FORESEEN };
        let untold = decide(&known, &made::book(), now).all_or_none().expect("time is never refused");
        assert_eq!(untold, [], "{when}: case {case} has half of an append");
    }
}
