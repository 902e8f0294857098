//! `kamnot bring-over`: a log of the format before becomes one of the present format.

use std::time::Duration;

use engine::randomness::Seed;
use service::sealing::random;
use service::shown::plain;
use store::sqlite::SqliteStore;

use super::arguments::{BringOver, Common};
use super::output::{Completion, Failure, print_out};
use super::progress;

/// `kamnot bring-over`
pub(super) fn run(common: &Common, own: &BringOver) -> Result<Completion, Failure> {
    let bar = progress::bar(0, "events, each brought over and checked");
    let wait = Duration::from_secs(common.wait);
    let brought = SqliteStore::bring_over(
        &own.old,
        &own.new,
        wait,
        || Seed(random()),
        |done, of| {
            bar.set_length(of);
            bar.set_position(done);
        },
    );
    bar.finish_and_clear();
    let events = brought?;
    let [old, new] = [&own.old, &own.new].map(|path| plain(&path.to_string_lossy()).into_owned());
    print_out(&format!(
        "{events} events brought over from {old} to {new}. Compared: each says what it said, with the same views and alerts.\n\
         {old} is sealed. It holds in plain what {new} keeps apart: make a backup of {new}, then destroy {old}, the files beside \
         it that end in -wal and -shm, and its backups.\n"
    ))?;
    Ok(Completion::Done)
}
