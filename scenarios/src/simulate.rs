//! `scenarios simulate`: runs many seeds on all processors with a progress bar. Of a seed that fails it prints the shortest
//! history that still fails.

use std::ops::Range;
use std::process::ExitCode;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use scenarios::simulation::{History, first_failure, shortest};

/// Runs the seeds. Fails if one of them fails.
pub fn simulate(seeds: Range<u64>, jobs: Option<usize>) -> ExitCode {
    let many = seeds.end - seeds.start;
    let bar = ProgressBar::new(many);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} seeds, {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    let began = Instant::now();
    let (tally, failed) = first_failure(seeds, jobs, &|| bar.inc(1));
    bar.finish_and_clear();
    if let Some((seed, violation)) = failed {
        println!("seed {seed}: {violation}\n\nlooking for the shortest history that fails the same way…");
        let (history, violation) = shortest(&History::of(seed), None, &violation);
        println!("\n{history}\n{violation}\n\nto repeat: cargo run -p scenarios -- simulate --seeds 1 --seed {seed}");
        return ExitCode::FAILURE;
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{many} seeds passed in {seconds:.1} s: {} cases, {} actions acknowledged, {} alerts published once each, {} of them escalations or their ends; {} things done about alerts; \
         {} faults, {} processes ended in the middle of their work",
        tally.cases, tally.actions, tally.alerts, tally.escalated, tally.handled, tally.troubles, tally.ends
    );
    ExitCode::SUCCESS
}
