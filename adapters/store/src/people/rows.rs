//! The rows of people, sessions, tokens, grants, looks and offices files as values, for both stores.
//!
//! Invariant: the columns of a table stand in one order: here, and in the `people.sql` of each store. What is read back is what
//! was written, or nothing.

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use projections::rights::Role;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Grant, Look, Person, Seen, Session, Token, document};
use crate::Fault;

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

/// What stands in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// An id.
    Id(Uuid),
    /// Bytes, but not 16 of them: those are an id.
    Bytes(Vec<u8>),
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
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
    /// Every offices file that was adopted.
    OFFICES_FILES, "offices_files", "id" Id, "adopted_at" Number, "source" Text
);

/// What a copy of a log takes along.
pub static KEPT: [&Table; 5] = [&PEOPLE, &TOKENS, &GRANTS, &LOOKS, &OFFICES_FILES];

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

/// The tokens of a log that is copied: none counts in the copy.
pub(crate) fn revoke(tokens: &mut [Row], at: Instant) {
    for revoked in tokens.iter_mut().filter_map(|token| token.last_mut()).filter(|revoked| **revoked == Value::Null) {
        *revoked = at.into();
    }
}

/// What is kept in a row of its own.
pub(crate) trait Kept: Sized {
    /// Its table.
    const TABLE: &'static Table;
    /// Its row.
    fn row(&self) -> Row;
    /// What the row says.
    fn of(row: &mut Columns) -> Result<Self, Strange>;

    /// What the row says.
    ///
    /// # Errors
    /// [`Fault::Corrupt`] if it can't be what was written.
    fn read(row: Row) -> Result<Self, Fault> {
        Self::of(&mut Columns(row.into_iter())).map_err(|Strange| {
            let table = Self::TABLE.name;
            Fault::corrupt(format!("a row of the table {table} was altered since it was written; restore a backup"))
        })
    }
}

/// A column holds what this program never writes there.
pub(crate) struct Strange;

/// The columns of a row, one after the other.
pub(crate) struct Columns(std::vec::IntoIter<Value>);

impl Columns {
    /// What stands in the next column, which may be empty.
    fn maybe<T>(&mut self, read: impl FnOnce(&Value) -> Option<T>) -> Result<Option<T>, Strange> {
        match self.0.next().ok_or(Strange)? {
            Value::Null => Ok(None),
            value => read(&value).map(Some).ok_or(Strange),
        }
    }

    /// What stands in the next column.
    fn get<T>(&mut self, read: impl FnOnce(&Value) -> Option<T>) -> Result<T, Strange> {
        self.maybe(read)?.ok_or(Strange)
    }
}

fn id(value: &Value) -> Option<Uuid> {
    if let Value::Id(id) = value { Some(*id) } else { None }
}

fn bytes(value: &Value) -> Option<[u8; 32]> {
    if let Value::Bytes(bytes) = value { bytes.as_slice().try_into().ok() } else { None }
}

fn number(value: &Value) -> Option<u32> {
    if let Value::Number(number) = value { u32::try_from(*number).ok() } else { None }
}

fn at(value: &Value) -> Option<Instant> {
    if let Value::Number(number) = value { Some(Instant::from_unix(*number)) } else { None }
}

fn words(value: &Value) -> Option<&str> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

fn text(value: &Value) -> Option<String> {
    words(value).map(str::to_owned)
}

fn office(value: &Value) -> Option<OfficeCode> {
    OfficeCode::new(words(value)?)
}

fn role(value: &Value) -> Option<Role> {
    Role::of_word(words(value)?)
}

fn case(value: &Value) -> Option<CaseRef> {
    CaseRef::new(words(value)?)
}

impl Kept for Person {
    const TABLE: &'static Table = &PEOPLE;

    fn row(&self) -> Row {
        vec![self.id.into(), (&*self.login).into(), i64::from(self.version).into(), Value::Text(document::write(self))]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        let (id, login, version) = (row.get(id)?, row.get(text)?, row.get(number)?);
        document::read(id, login, version, &row.get(text)?).ok_or(Strange)
    }
}

impl Kept for Session {
    const TABLE: &'static Table = &SESSIONS;

    fn row(&self) -> Row {
        let Self { key, person, office, role, began, seen, csrf } = self;
        vec![
            key.into(),
            (*person).into(),
            office.into(),
            role.word().into(),
            (*began).into(),
            (*seen).into(),
            csrf.into(),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        Ok(Self {
            key: row.get(bytes)?,
            person: row.get(id)?,
            office: row.maybe(office)?,
            role: row.get(role)?,
            began: row.get(at)?,
            seen: row.get(at)?,
            csrf: row.get(bytes)?,
        })
    }
}

impl Kept for Token {
    const TABLE: &'static Table = &TOKENS;

    fn row(&self) -> Row {
        let Self { id, key, name, office, role, made, until, revoked } = self;
        vec![
            (*id).into(),
            key.into(),
            (&**name).into(),
            office.as_str().into(),
            role.word().into(),
            (*made).into(),
            (*until).into(),
            (*revoked).into(),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        Ok(Self {
            id: row.get(id)?,
            key: row.get(bytes)?,
            name: row.get(text)?,
            office: row.get(office)?,
            role: row.get(role)?,
            made: row.get(at)?,
            until: row.maybe(at)?,
            revoked: row.maybe(at)?,
        })
    }
}

impl Kept for Grant {
    const TABLE: &'static Table = &GRANTS;

    fn row(&self) -> Row {
        let Self { person, office, case, code, reason, from, until } = self;
        let what = json!([person.to_string(), office.as_str(), case.as_str(), code, reason, from.unix(), until.unix()]);
        vec![
            id_of(*from, &what.to_string()).into(),
            case.as_str().into(),
            (*person).into(),
            office.as_str().into(),
            (&**code).into(),
            (&**reason).into(),
            (*from).into(),
            (*until).into(),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        row.get(id)?;
        Ok(Self {
            case: row.get(case)?,
            person: row.get(id)?,
            office: row.get(office)?,
            code: row.get(text)?,
            reason: row.get(text)?,
            from: row.get(at)?,
            until: row.get(at)?,
        })
    }
}

impl Kept for Look {
    const TABLE: &'static Table = &LOOKS;

    fn row(&self) -> Row {
        let Self { at, who, office, role, seen } = self;
        let (case, list, route) = match seen {
            Seen::Case(case) => (Some(case.as_str()), None, None),
            Seen::List { list, filters, count } => (None, Some((&**list, &**filters, *count)), None),
            Seen::Refused { route } => (None, None, Some(&**route)),
        };
        // Who saw what in which quarter of an hour: a second look has the same id.
        let what = json!([who.map(|who| who.to_string()), case, list, route]);
        vec![
            id_of(*at, &what.to_string()).into(),
            (*at).into(),
            (*who).map_or(Value::Null, Value::Id),
            office.into(),
            role.map(Role::word).into(),
            case.into(),
            list.map(|(list, ..)| list).into(),
            list.map(|(_, filters, _)| filters).into(),
            list.map_or(Value::Null, |(.., count)| i64::from(count).into()),
            route.into(),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        row.get(id)?;
        let (at, who, office, role) = (row.get(at)?, row.maybe(id)?, row.maybe(office)?, row.maybe(role)?);
        let (case, list, filters) = (row.maybe(case)?, row.maybe(text)?, row.maybe(text)?);
        let seen = match (case, list, filters, row.maybe(number)?, row.maybe(text)?) {
            (Some(case), None, None, None, None) => Seen::Case(case),
            (None, Some(list), Some(filters), Some(count), None) => Seen::List { list, filters, count },
            (None, None, None, None, Some(route)) => Seen::Refused { route },
            _ => return Err(Strange),
        };
        Ok(Self { at, who, office, role, seen })
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

impl From<&[u8; 32]> for Value {
    fn from(bytes: &[u8; 32]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Instant> for Value {
    fn from(at: Instant) -> Self {
        Self::Number(at.unix())
    }
}

impl From<Option<Instant>> for Value {
    fn from(at: Option<Instant>) -> Self {
        at.map_or(Self::Null, Self::from)
    }
}

impl From<&str> for Value {
    /// PostgreSQL holds no NUL, which may stand in what a browser sends.
    fn from(text: &str) -> Self {
        Self::Text(text.replace('\0', "\u{fffd}"))
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Null, Self::from)
    }
}

impl From<&Option<OfficeCode>> for Value {
    fn from(office: &Option<OfficeCode>) -> Self {
        office.as_ref().map(OfficeCode::as_str).into()
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
        for table in KEPT.into_iter().chain([&SESSIONS]) {
            let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
            for schema in [include_str!("../sqlite/people.sql"), include_str!("../postgres/people.sql")] {
                assert_eq!(columns(schema, table.name), names);
            }
        }
    }
}
