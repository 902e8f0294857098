//! What a person, a session, a token, a grant and a look are as rows.
//!
//! Invariant: what is read back is what was written, or a fault.

use engine::action::{CaseRef, OfficeCode};
use engine::rulebook::Language;
use projections::rights::Role;
use serde_json::json;

use super::rows::{
    FEEDS, FROZEN_FIGURES, GRANTS, KEPT_FORMS, LOOKS, OFFICE_CHANGES, PEOPLE, Row, SESSIONS, SHIFT_SHEETS, TOKENS,
    Table, id_of, id_of_name,
};
use super::{
    Feed, FrozenFigures, Grant, KeptForm, Look, OfficeChange, Person, Seen, Session, ShiftSheet, Token, document,
};
use crate::Fault;
use crate::cell::{Strange, Value};

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

/// The columns of a row, one after the other.
pub(crate) struct Columns(std::vec::IntoIter<Value>);

impl Columns {
    /// What stands in the next column, which may be empty.
    pub(crate) fn maybe<T>(&mut self, read: impl FnOnce(&Value) -> Option<T>) -> Result<Option<T>, Strange> {
        self.0.next().ok_or(Strange)?.read(read)
    }

    /// What stands in the next column.
    pub(crate) fn get<T>(&mut self, read: impl FnOnce(&Value) -> Option<T>) -> Result<T, Strange> {
        self.maybe(read)?.ok_or(Strange)
    }
}

fn bytes(value: &Value) -> Option<[u8; 32]> {
    value.as_bytes()?.try_into().ok()
}

pub(super) fn number(value: &Value) -> Option<u32> {
    u32::try_from(value.as_number()?).ok()
}

pub(super) fn text(value: &Value) -> Option<String> {
    value.as_text().map(str::to_owned)
}

fn role(value: &Value) -> Option<Role> {
    Role::of_word(value.as_text()?)
}

fn language(value: &Value) -> Option<Language> {
    Language::from_word(value.as_text()?)
}

fn case(value: &Value) -> Option<CaseRef> {
    CaseRef::new(value.as_text()?)
}

impl Kept for Person {
    const TABLE: &'static Table = &PEOPLE;

    fn row(&self) -> Row {
        vec![
            self.id.into(),
            (&*self.login).into(),
            i64::from(self.version).into(),
            Value::Text(document::write(self).into()),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        let (id, login, version) = (row.get(Value::as_id)?, row.get(text)?, row.get(number)?);
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
            office.as_ref().map(OfficeCode::as_str).into(),
            role.word().into(),
            (*began).into(),
            (*seen).into(),
            csrf.into(),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        Ok(Self {
            key: row.get(bytes)?,
            person: row.get(Value::as_id)?,
            office: row.maybe(Value::as_office)?,
            role: row.get(role)?,
            began: row.get(Value::as_instant)?,
            seen: row.get(Value::as_instant)?,
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
            id: row.get(Value::as_id)?,
            key: row.get(bytes)?,
            name: row.get(text)?,
            office: row.get(Value::as_office)?,
            role: row.get(role)?,
            made: row.get(Value::as_instant)?,
            until: row.maybe(Value::as_instant)?,
            revoked: row.maybe(Value::as_instant)?,
        })
    }
}

impl Kept for Feed {
    const TABLE: &'static Table = &FEEDS;

    fn row(&self) -> Row {
        let Self { id, key, name, office, role, language, made, maker, revoked } = self;
        vec![
            (*id).into(),
            key.into(),
            (&**name).into(),
            office.as_str().into(),
            role.word().into(),
            language.word().into(),
            (*made).into(),
            (*maker).into(),
            (*revoked).into(),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        Ok(Self {
            id: row.get(Value::as_id)?,
            key: row.get(bytes)?,
            name: row.get(text)?,
            office: row.get(Value::as_office)?,
            role: row.get(role)?,
            language: row.get(language)?,
            made: row.get(Value::as_instant)?,
            maker: row.maybe(Value::as_id)?,
            revoked: row.maybe(Value::as_instant)?,
        })
    }
}

impl Kept for Grant {
    const TABLE: &'static Table = &GRANTS;

    fn row(&self) -> Row {
        let Self { id, person, office, case, code, reason, from, until } = self;
        vec![
            (*id).into(),
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
        Ok(Self {
            id: row.get(Value::as_id)?,
            case: row.get(case)?,
            person: row.get(Value::as_id)?,
            office: row.get(Value::as_office)?,
            code: row.get(text)?,
            reason: row.get(text)?,
            from: row.get(Value::as_instant)?,
            until: row.get(Value::as_instant)?,
        })
    }
}

impl Kept for KeptForm {
    const TABLE: &'static Table = &KEPT_FORMS;

    fn row(&self) -> Row {
        let Self { id, person, until, sealed } = self;
        vec![(*id).into(), (*person).into(), (*until).into(), Value::Bytes(sealed.clone().into())]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        Ok(Self {
            id: row.get(Value::as_id)?,
            person: row.get(Value::as_id)?,
            until: row.get(Value::as_instant)?,
            sealed: row.get(|value: &Value| value.as_bytes().map(<[u8]>::to_vec))?,
        })
    }
}

impl Kept for OfficeChange {
    const TABLE: &'static Table = &OFFICE_CHANGES;

    fn row(&self) -> Row {
        let Self { id, from, to, with, started_by, started_at, confirmed, ended_at } = self;
        vec![
            (*id).into(),
            from.as_str().into(),
            to.as_str().into(),
            with.as_ref().map(OfficeCode::as_str).into(),
            (*started_by).into(),
            (*started_at).into(),
            confirmed.map(|(by, _)| by).into(),
            confirmed.map(|(_, at)| at).into(),
            (*ended_at).into(),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        Ok(Self {
            id: row.get(Value::as_id)?,
            from: row.get(Value::as_office)?,
            to: row.get(Value::as_office)?,
            with: row.maybe(Value::as_office)?,
            started_by: row.get(Value::as_id)?,
            started_at: row.get(Value::as_instant)?,
            confirmed: row.maybe(Value::as_id)?.zip(row.maybe(Value::as_instant)?),
            ended_at: row.maybe(Value::as_instant)?,
        })
    }
}

impl Kept for ShiftSheet {
    const TABLE: &'static Table = &SHIFT_SHEETS;

    fn row(&self) -> Row {
        let Self { id, sheet, office, person, at, until, list } = self;
        vec![
            (*id).into(),
            (*sheet).into(),
            office.as_str().into(),
            (*person).into(),
            (*at).into(),
            (*until).into(),
            (&**list).into(),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        Ok(Self {
            id: row.get(Value::as_id)?,
            sheet: row.get(Value::as_id)?,
            office: row.get(Value::as_office)?,
            person: row.get(Value::as_id)?,
            at: row.get(Value::as_instant)?,
            until: row.get(Value::as_instant)?,
            list: row.get(text)?,
        })
    }
}

impl Kept for FrozenFigures {
    const TABLE: &'static Table = &FROZEN_FIGURES;

    fn row(&self) -> Row {
        let Self { quarter, at, secret, shown, known } = self;
        // A quarter has one id, so it is kept once.
        vec![
            id_of_name(quarter).into(),
            (&**quarter).into(),
            (*at).into(),
            secret.into(),
            (&**shown).into(),
            (&**known).into(),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        row.get(Value::as_id)?;
        Ok(Self {
            quarter: row.get(text)?,
            at: row.get(Value::as_instant)?,
            secret: row.get(bytes)?,
            shown: row.get(text)?,
            known: row.get(text)?,
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
            (*who).into(),
            office.as_ref().map(OfficeCode::as_str).into(),
            role.map(Role::word).into(),
            case.into(),
            list.map(|(list, ..)| list).into(),
            list.map(|(_, filters, _)| filters).into(),
            list.map(|(.., count)| i64::from(count)).into(),
            route.into(),
        ]
    }

    fn of(row: &mut Columns) -> Result<Self, Strange> {
        row.get(Value::as_id)?;
        let (at, who, office, role) =
            (row.get(Value::as_instant)?, row.maybe(Value::as_id)?, row.maybe(Value::as_office)?, row.maybe(role)?);
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
