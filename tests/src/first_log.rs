//! A log that an earlier program wrote, whose events are of the format before this one. A fixture of each store.

use store::Fault;

/// The log, as `PostgreSQL` dumps it.
pub const DUMP: &str = include_str!("../fixtures/first-log.sql");
/// The log as an `SQLite` file.
pub const FILE: &[u8] = include_bytes!("../fixtures/first-log.kamnot");

/// It is refused by name, in words that lead on.
pub fn is_refused(fault: &Fault) {
    let said = fault.to_string();
    assert!(matches!(fault, Fault::Corrupt(_)), "{said}");
    for words in ["has layout 1, of an older kamnot", "reads layout 3", "kamnot export", "import them into a new log"] {
        assert!(said.contains(words), "{words} is not in: {said}");
    }
}
