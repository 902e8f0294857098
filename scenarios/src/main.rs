//! Prints made-up cases as action lines, and runs the simulation.

mod simulate;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use scenarios::generator::{Conduct, Plan, history, interleaved};

#[derive(Parser)]
#[command(about = "Made-up cases for tests and measurements, and a simulated world in which everything fails")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print action lines (JSON Lines); the same arguments give the same lines
    Generate {
        /// The seed from which the cases are drawn
        #[arg(long)]
        seed: u64,
        /// How many cases
        #[arg(long)]
        cases: usize,
        /// Make badly run cases instead of well-run ones
        #[arg(long)]
        disorderly: bool,
        /// The day on which the first case is opened
        #[arg(long, default_value = "2026-01-05")]
        first_day: NaiveDate,
        /// Order all lines by time, with about this many cases open at once, instead of printing case after case
        #[arg(long)]
        open: Option<usize>,
    },
    /// Run simulated worlds in which processes, disk, NATS and clock fail, and check that no alert is lost or wrong
    ///
    /// Each seed is a world of a few cases. A seed that fails is printed with the shortest history that fails the same
    /// way, and the exit code is 1. The same seed gives the same run everywhere.
    Simulate {
        /// How many seeds
        #[arg(long, default_value_t = 200)]
        seeds: u64,
        /// The first seed
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many seeds run at the same time; by default one per processor
        #[arg(long)]
        jobs: Option<usize>,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Generate { seed, cases, disorderly, first_day, open } => {
            let conduct = if disorderly { Conduct::Disorderly } else { Conduct::Orderly };
            generate(&Plan { seed, cases, conduct, first_day }, open)
        }
        Command::Simulate { seeds, seed, jobs } => simulate::simulate(seed..seed.saturating_add(seeds), jobs),
    }
}

fn generate(plan: &Plan, open: Option<usize>) -> ExitCode {
    match print(plan, open) {
        Ok(()) => ExitCode::SUCCESS,
        // A reader such as `head` may close the pipe early; that is no error.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scenarios: writing the lines to standard output: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(plan: &Plan, open: Option<usize>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    if let Some(open) = open {
        interleaved(plan, open).try_for_each(|line| writeln!(out, "{}", line.json))?;
    } else {
        let mut lines = (0..plan.cases).flat_map(|n| history(plan, n));
        lines.try_for_each(|line| writeln!(out, "{}", line.json))?;
    }
    out.flush()
}
