//! What a test may expect of a machine that does other things as well.
//!
//! A bar of time is asserted as it is where the machine is quiet. Where it is not, the bar is longer by what the machine
//! withheld: a thread of the test's own sleeps ten milliseconds at a time and adds up how much longer that took. What
//! is measured passes through about eight threads of several processes, one after another, each of which is kept
//! waiting as that one is. What counts once, counts once: no such slack there.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Moment, SystemTime};

const NAP: Duration = Duration::from_millis(10);
/// What any nap may take longer on a quiet machine.
const USUAL: Duration = Duration::from_millis(5);
/// Through how many threads a measured time passes.
const THREADS: u32 = 8;

/// Adds up what the machine withholds.
pub struct Patience {
    withheld: Arc<Mutex<Vec<(SystemTime, Duration)>>>,
}

impl Patience {
    pub fn begin() -> Self {
        let withheld = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::downgrade(&withheld);
        std::thread::spawn(move || {
            while let Some(withheld) = kept.upgrade() {
                let began = Moment::now();
                std::thread::sleep(NAP);
                let over = began.elapsed().saturating_sub(NAP);
                if over > USUAL {
                    withheld.lock().unwrap_or_else(PoisonError::into_inner).push((SystemTime::now(), over));
                }
            }
        });
        Self { withheld }
    }

    /// Asserts that something took no longer than the bar, and prints how long it took.
    #[track_caller]
    pub fn allows(&self, what: &str, took: Duration, bar: Duration, since: SystemTime) {
        let withheld = self.withheld.lock().unwrap_or_else(PoisonError::into_inner);
        let withheld: Duration = withheld.iter().filter(|(at, _)| *at >= since).map(|(_, over)| *over).sum();
        let slack = withheld * THREADS;
        println!("{what}: {:.2} s (bar {} s, slack {:.1} s)", took.as_secs_f64(), bar.as_secs(), slack.as_secs_f64());
        assert!(took <= bar + slack, "{what}: {took:.2?}, the bar is {bar:.0?} and the slack {slack:.1?}");
    }
}
