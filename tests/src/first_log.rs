//! Logs that earlier programs wrote, whose events are of the format before this one. A fixture of each store.

use store::Fault;

/// A log of layout 1, as `PostgreSQL` dumps it.
pub const DUMP: &str = include_str!("../fixtures/first-log.sql");
/// A log of layout 2, as an `SQLite` file.
pub const FILE: &[u8] = include_bytes!("../fixtures/log-of-format-1.kamnot");
/// How many events the file holds.
pub const EVENTS: u64 = 181;

/// It is refused by name, in words that lead on.
///
/// # Panics
/// If it isn't so.
pub fn is_refused(fault: &Fault, layout: u32) {
    let said = fault.to_string();
    assert!(matches!(fault, Fault::Corrupt(_)), "{said}");
    let has = format!("has layout {layout}, of an older kamnot");
    for words in [&*has, "reads layout 3", "kamnot bring-over", "kamnot export", "import them into a new log"] {
        assert!(said.contains(words), "{words} is not in: {said}");
    }
}
