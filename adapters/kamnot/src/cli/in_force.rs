//! The offices that hold for a log.
//!
//! Invariant: once a log has adopted an offices file, no command that works on it knows other ones.

use service::offices::Offices;

use super::arguments::Common;
use super::database::{Database, run as block_on};
use super::output::{Failure, known_offices};

/// The offices in force in a log; as long as it adopted none, those of the program and of the command line.
pub(super) fn offices_in_force(common: &Common, database: &Database) -> Result<Offices, Failure> {
    known_in_force(common, database).map(|known| known.unwrap_or_else(Offices::of_the_program))
}

/// The same, if the log adopted an offices file or the command line names one.
///
/// A command line that names other ones than the log is refused: rights would depend on who asks.
pub(super) fn known_in_force(common: &Common, database: &Database) -> Result<Option<Offices>, Failure> {
    let own = known_offices(common)?;
    match block_on(async { Ok(Offices::in_force(database.store.as_ref()).await?) })? {
        Some(adopted) if own.as_ref().is_some_and(|own| *own != adopted) => Err(Failure::Refused(format!(
            "the log {} has another offices file in force; leave out --offices, or put this one in force with `kamnot \
             offices adopt FILE`",
            common.db
        ))),
        Some(adopted) => Ok(Some(adopted)),
        None => Ok(own),
    }
}
