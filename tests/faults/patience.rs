//! What a test may expect of a machine that does other things as well.
//!
//! A bar of time is asserted as it is where the machine is quiet. Where it is not, the bar is longer by what the machine
//! withheld: a thread of the test's own sleeps ten milliseconds at a time and adds up how much longer that took. What
//! is measured passes through about eight threads of several processes, one after another, each of which is kept
//! waiting as that one is. Another thread does the same with a disk that others keep busy: it adds up how much longer a
//! small file takes to be synced, which all of them wait for at the same disk. What counts once, counts once: no such
//! slack there.

use std::io::{Seek as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Moment, SystemTime};

const NAP: Duration = Duration::from_millis(10);
/// What any nap may take longer on a quiet machine.
const USUAL: Duration = Duration::from_millis(5);
/// Between two syncs, so that they are no load themselves.
const BETWEEN_SYNCS: Duration = Duration::from_millis(50);
/// What a sync takes on a quiet disk.
const USUAL_SYNC: Duration = Duration::from_millis(30);
/// Through how many threads a measured time passes.
const THREADS: u32 = 8;

/// When something was withheld, and how long.
type Withheld = Arc<Mutex<Vec<(SystemTime, Duration)>>>;

/// Adds up what the machine withholds.
pub struct Patience {
    computing: Withheld,
    syncing: Withheld,
}

/// Does something again and again, and notes when it took longer than a nap and what is usual.
fn noted(nap: Duration, usual: Duration, mut done: impl FnMut() + Send + 'static) -> Withheld {
    let withheld = Withheld::default();
    let kept = Arc::downgrade(&withheld);
    std::thread::spawn(move || {
        while let Some(withheld) = kept.upgrade() {
            let began = Moment::now();
            std::thread::sleep(nap);
            done();
            let over = began.elapsed().saturating_sub(nap);
            if over > usual {
                withheld.lock().unwrap_or_else(PoisonError::into_inner).push((SystemTime::now(), over));
            }
        }
    });
    withheld
}

impl Patience {
    pub fn begin() -> Self {
        let mut file = tempfile::tempfile().expect("a file");
        let sync = move || {
            file.rewind().and_then(|()| file.write_all(&[0; 512])).and_then(|()| file.sync_data()).expect("a sync");
        };
        Self { computing: noted(NAP, USUAL, || ()), syncing: noted(BETWEEN_SYNCS, USUAL_SYNC, sync) }
    }

    /// Asserts that something took no longer than the bar, and prints how long it took.
    #[track_caller]
    pub fn allows(&self, what: &str, took: Duration, bar: Duration, since: SystemTime) {
        let sum = |withheld: &Withheld| {
            let withheld = withheld.lock().unwrap_or_else(PoisonError::into_inner);
            withheld.iter().filter(|(at, _)| *at >= since).map(|(_, over)| *over).sum::<Duration>()
        };
        let slack = sum(&self.computing) * THREADS + sum(&self.syncing);
        println!("{what}: {:.2} s (bar {} s, slack {:.1} s)", took.as_secs_f64(), bar.as_secs(), slack.as_secs_f64());
        assert!(took <= bar + slack, "{what}: {took:.2?}, the bar is {bar:.0?} and the slack {slack:.1?}");
    }
}
