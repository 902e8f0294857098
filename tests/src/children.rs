//! Children that record and say what was acknowledged, and are killed at it.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::Child;
use std::time::Duration;

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
