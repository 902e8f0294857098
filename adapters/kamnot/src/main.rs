//! `kamnot`: the deadline watch over juvenile cases.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// The system allocator returns memory to the kernel after each burst of work and requests it again at the next one.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    kamnot::cli::main()
}
