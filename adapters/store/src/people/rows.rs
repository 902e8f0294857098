//! The tables beside the log, and their rows as values, for both stores: of people and what they did, of the tree.
//!
//! Invariant: the columns of a table stand in one order: here, and in the `people.sql` and `tree.sql` of each store.

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
    /// What reads the rows with these keys, of a server.
    pub(crate) any: &'static str,
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
            any: concat!("SELECT * FROM ", $name, " WHERE ", $key, " = ANY($1)"),
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

table!(
    /// Events of the log's own streams, by their number among all of these.
    OWN_EVENTS, "own_events", "id" Id, "number" Number, "stream" Text, "version" Number, "format" Number,
    "recorded_at" Number, "payload" Text
);
table!(
    /// How far the tree has come. One row.
    TREE_STATE, "tree_state", "id" Id, "size" Number, "taken" Number, "events" Number, "own" Number
);
table!(
    /// The leaves of the tree, 256 a row, with the first and the last place in the log among them.
    TREE_LEAVES, "tree_leaves", "id" Id, "low" Number, "high" Number, "leaves" Bytes
);
table!(
    /// Complete nodes of the tree at levels 8, 16, 24, …, 256 a row.
    TREE_NODES, "tree_nodes", "id" Id, "hashes" Bytes
);
table!(
    /// The map of streams to their heads at the last checkpoint.
    TREE_MAP, "tree_map", "id" Id, "page" Bytes
);
table!(
    /// Checkpoints; the note is there once it is signed.
    CHECKPOINTS, "checkpoints", "id" Id, "size" Number, "root" Bytes, "at" Number, "note" Text
);

/// The tables of the tree, whose rows are large.
pub(crate) static TREE: [&Table; 6] = [&OWN_EVENTS, &TREE_STATE, &TREE_LEAVES, &TREE_NODES, &TREE_MAP, &CHECKPOINTS];

/// The row of a tree that has taken nothing yet.
pub(crate) fn no_tree() -> Row {
    std::iter::once(id_of_number(0).into()).chain([const { Value::Number(0) }; 4]).collect()
}

/// What a copy of a log takes along, beside the tables of the tree.
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

/// An id that follows from a number from 0 on, and orders as it does.
pub(crate) fn id_of_number(number: u64) -> Uuid {
    // No row has the nil id, behind which all of a table are read.
    Uuid::from_u128(u128::from(number) + 1)
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
        let people = [include_str!("../sqlite/people.sql"), include_str!("../postgres/people.sql")];
        let tree = [include_str!("../sqlite/tree.sql"), include_str!("../postgres/tree.sql")];
        let of_people = KEPT.into_iter().chain([&SESSIONS, &KEPT_FORMS]).map(|table| (table, people));
        for (table, schemas) in of_people.chain(TREE.map(|table| (table, tree))) {
            let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
            for schema in schemas {
                assert_eq!(columns(schema, table.name), names);
            }
        }
    }
}
