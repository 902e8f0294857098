//! The command line: what each command takes, and how it ends.
//!
//! Invariant: results go to standard output, refusals, progress and logs to standard error; the exit code is 0,
//! 1 where something was refused, 2 where something went wrong.

mod arguments;
mod assess;
mod output;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use output::{Failure, Outcome};

/// Runs the program on the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(Outcome::Done) | Err(Failure::NobodyReads) => ExitCode::SUCCESS,
        Ok(Outcome::SomethingRefused) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("kamnot: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(arguments: Arguments) -> Result<Outcome, Failure> {
    let Arguments { command, common } = arguments;
    match command {
        Command::Assess(own) => assess::run(&common, &own),
    }
}
