//! What is asked of the tables of cases and deliveries in the same words on both stores.
//!
//! Invariant: the statements are those that SQLite and PostgreSQL both understand, and plan well.

use std::sync::LazyLock;

use projections::view::Seat;

use crate::rows::NAMES;

pub(crate) const CASES: &str = "SELECT reference FROM cases ORDER BY reference";
pub(crate) const NOT_OPEN: &str = "SELECT reference FROM cases WHERE court IS NULL ORDER BY reference";
pub(crate) const WATCHED: &str = "SELECT count(*) FROM cases WHERE next_due IS NOT NULL";
pub(crate) const DELIVERIES: &str = "SELECT position, alert_id, stream_sequence, delivered_at FROM deliveries
    WHERE position > $1 ORDER BY position LIMIT $2";
pub(crate) const DELIVERIES_BEHIND: &str = "SELECT count(*) FROM deliveries WHERE stream_sequence > $1";
pub(crate) const LAST_STREAM_SEQUENCE: &str = "SELECT max(stream_sequence) FROM deliveries";
/// The sets of offices that alerts went to: each is looked up behind the one before, so that the alerts aren't read.
pub(crate) const ADDRESSEES: &str =
    "WITH RECURSIVE found(addressees) AS (SELECT (SELECT min(addressees) FROM alerts) UNION ALL
        SELECT (SELECT min(a.addressees) FROM alerts a WHERE a.addressees > found.addressees) FROM found
        WHERE found.addressees IS NOT NULL)
    SELECT addressees FROM found WHERE addressees IS NOT NULL";
pub(crate) const RULEBOOKS: &str = "SELECT source FROM rulebooks ORDER BY digest";

/// The views of an office's cases, by reference.
pub(crate) fn docket(seat: Option<Seat>) -> &'static str {
    static OF: LazyLock<[String; 5]> = LazyLock::new(|| {
        let any = "court = $1 OR prosecutor = $1 OR investigator = $1 OR legal_aid = $1";
        ["court = $1", "prosecutor = $1", "investigator = $1", "legal_aid = $1", any]
            .map(|has_it| format!("SELECT {} FROM cases WHERE {has_it} ORDER BY reference", *NAMES))
    });
    let [court, prosecutor, investigator, legal_aid, any] = &*OF;
    match seat {
        Some(Seat::Court) => court,
        Some(Seat::Prosecutor) => prosecutor,
        Some(Seat::Investigator) => investigator,
        Some(Seat::LegalAid) => legal_aid,
        None => any,
    }
}

/// A count as a database takes it.
pub(crate) fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}
