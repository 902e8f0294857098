//! What a person, a session, a token, a grant and a look are as rows.
//!
//! Invariant: what is read back is what was written, or a fault.

use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use projections::rights::Role;
use serde_json::json;
use uuid::Uuid;

use super::rows::{GRANTS, KEPT_FORMS, LOOKS, PEOPLE, Row, SESSIONS, TOKENS, Table, Value, id_of};
use super::{Grant, KeptForm, Look, Person, Seen, Session, Token, document};
use crate::Fault;

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

impl Kept for KeptForm {
    const TABLE: &'static Table = &KEPT_FORMS;

    fn row(&self) -> Row {
        let Self { id, person, until, sealed } = self;
        vec![(*id).into(), (*person).into(), (*until).into(), Value::Bytes(sealed.clone())]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        let sealed = |value: &Value| if let Value::Bytes(bytes) = value { Some(bytes.clone()) } else { None };
        Ok(Self { id: row.get(id)?, person: row.get(id)?, until: row.get(at)?, sealed: row.get(sealed)? })
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
