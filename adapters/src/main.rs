//! `kamnot`: the deadline watch over juvenile cases.

use std::process::ExitCode;

fn main() -> ExitCode {
    adapters::cli::main()
}
