//! `kamnot`: the deadline watch over juvenile cases.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// The machine's own gives memory back behind each burst of work and asks for it again at the next one.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    kamnot::cli::main()
}
