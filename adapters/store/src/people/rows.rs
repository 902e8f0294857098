//! The tables of people, sessions, tokens, grants, looks and offices files, and their rows as values, for both stores.
//!
//! Invariant: the columns of a table stand in one order: here, and in the `people.sql` of each store.

use engine::calendar::Instant;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Look;
use crate::cell::Value;

/// A table, its key in the first column.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [(&'static str, Kind)],
    /// What reads its rows behind a key, in the order of the keys, at most so many.
    pub(crate) page: &'static str,
}

/// What a column holds; each may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An id of 16 bytes.
    Id,
    /// Bytes.
    Bytes,
    /// A number, or an instant in seconds since 1970.
    Number,
    /// A text.
    Text,
}

/// A row.
pub type Row = Vec<Value>;

macro_rules! table {
    ($(#[$doc:meta])* $table:ident, $name:literal, $key:literal $kind:ident $(, $column:literal $rest:ident)+) => {
        $(#[$doc])*
        pub static $table: Table = Table {
            name: $name,
            columns: &[($key, Kind::$kind) $(, ($column, Kind::$rest))+],
            page: concat!("SELECT * FROM ", $name, " WHERE ", $key, " > $1 ORDER BY ", $key, " LIMIT $2"),
        };
    };
}

table!(
    /// People. The document holds what nobody searches for.
    PEOPLE, "people", "id" Id, "login" Text, "version" Number, "document" Text
);
table!(
    /// Sessions. They stay behind when a log is copied.
    SESSIONS, "sessions", "key" Bytes, "person" Id, "office" Text, "role" Text, "began" Number, "seen" Number, "csrf" Bytes
);
table!(
    /// Tokens.
    TOKENS, "tokens", "id" Id, "key" Bytes, "name" Text, "office" Text, "role" Text, "made" Number, "until" Number,
    "revoked" Number
);
table!(
    /// Feeds of offices' limits.
    FEEDS, "feeds", "id" Id, "key" Bytes, "name" Text, "office" Text, "role" Text, "language" Text, "made" Number,
    "maker" Id, "revoked" Number
);
table!(
    /// Supervisors' looks.
    GRANTS, "grants", "id" Id, "reference" Text, "person" Id, "office" Text, "code" Text, "reason" Text, "begins" Number,
    "ends" Number
);
table!(
    /// The record of looks.
    LOOKS, "looks", "id" Id, "at" Number, "who" Id, "office" Text, "role" Text, "reference" Text, "list" Text,
    "filters" Text, "shown" Number, "route" Text
);
table!(
    /// Forms that were sent after their session had ended, sealed. They stay behind when a log is copied.
    KEPT_FORMS, "kept_forms", "id" Id, "person" Id, "until" Number, "sealed" Bytes
);
table!(
    /// Changes of offices that were started on a page.
    OFFICE_CHANGES, "office_changes", "id" Id, "from_office" Text, "to_office" Text, "with_office" Text, "started_by" Id,
    "started_at" Number, "confirmed_by" Id, "confirmed_at" Number, "ended_at" Number
);
table!(
    /// Shift sheets, as they were handed over and taken over.
    SHIFT_SHEETS, "shift_sheets", "id" Id, "sheet" Id, "office" Text, "person" Id, "at" Number, "until" Number, "list" Text
);
table!(
    /// The fixed figures of quarters.
    FROZEN_FIGURES, "frozen_figures", "id" Id, "quarter" Text, "at" Number, "secret" Bytes, "shown" Text, "known" Text
);
table!(
    /// Every offices file that was adopted.
    OFFICES_FILES, "offices_files", "id" Id, "adopted_at" Number, "source" Text
);

table!(
    /// Where mail and webhooks go. The document holds what operators and the addressees choose, the progress what the sender
    /// found.
    MAIL_ADDRESSES, "mail_addresses", "id" Id, "version" Number, "document" Text, "progress" Text
);
table!(
    /// What waits to go out by mail and to webhooks.
    MAIL_WAITING, "mail_waiting", "id" Id, "address" Id, "place" Number, "what" Text, "reference" Text, "version" Number,
    "queued" Number
);

/// What a copy of a log takes along.
pub static KEPT: [&Table; 11] = [
    &PEOPLE,
    &TOKENS,
    &FEEDS,
    &GRANTS,
    &LOOKS,
    &SHIFT_SHEETS,
    &OFFICES_FILES,
    &OFFICE_CHANGES,
    &MAIL_ADDRESSES,
    &MAIL_WAITING,
    &FROZEN_FIGURES,
];

/// An id that follows from an instant and from what happened then. Those of one quarter of an hour stand together, so that new
/// rows go to the end of the index.
pub(crate) fn id_of(at: Instant, what: &str) -> Uuid {
    let quarter = at.unix().div_euclid(Look::QUARTER);
    let digest = Sha256::digest(format!("{quarter} {what}"));
    let mut id = [0; 16];
    id[..4].copy_from_slice(&u32::try_from(quarter).unwrap_or(0).to_be_bytes());
    id[4..].copy_from_slice(&digest[..12]);
    Uuid::from_bytes(id)
}

/// An id that follows from a name alone.
pub(crate) fn id_of_name(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}

/// Revokes the tokens and feeds among the rows of a log that is copied: none counts in the copy.
pub(crate) fn revoke(table: &Table, rows: &mut [Row], at: Instant) {
    if table.columns.last() == Some(&("revoked", Kind::Number)) {
        let revoked = rows.iter_mut().filter_map(|row| row.last_mut());
        revoked.filter(|revoked| **revoked == Value::Null).for_each(|revoked| *revoked = at.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a schema says of a table: the name of each column.
    fn columns<'s>(schema: &'s str, table: &str) -> Vec<&'s str> {
        let (_, table) = schema.split_once(&format!("CREATE TABLE {table} (")).expect("the table");
        let (table, _) = table.split_once("\n)").expect("its end");
        table.lines().filter_map(|line| line.split_whitespace().next()).collect()
    }

    #[test]
    fn the_tables_of_both_stores_have_these_columns() {
        for table in KEPT.into_iter().chain([&SESSIONS, &KEPT_FORMS]) {
            let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
            for schema in [include_str!("../sqlite/people.sql"), include_str!("../postgres/people.sql")] {
                assert_eq!(columns(schema, table.name), names);
            }
        }
    }
}
