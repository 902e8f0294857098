//! What is asked of the tables and written to them: the same in both stores.
//!
//! Invariant: the statements are those that SQLite and PostgreSQL both understand. SQLite numbers the places of values in the
//! order in which they first appear, so they stand in that order. No value of a statement is empty: only those of a row may be.

use async_trait::async_trait;
use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use uuid::Uuid;

use super::kept::Kept;
use super::rows::{FEEDS, OFFICES_FILES, Row, TOKENS, Table, id_of, id_of_name};
use super::{
    Feed, FrozenFigures, Grant, KeptForm, Look, LooksOf, OFF, OFFICES_IN_FORCE, OfficeChange, PeopleStore, Person, Put,
    Session, Sessions, ShiftSheet, Token,
};
use crate::Fault;
use crate::cell::Value;

/// What ends with a copy of the log, before an instant.
pub(crate) const END_SESSIONS: &str = "DELETE FROM sessions";
pub(crate) const REVOKE: [&str; 2] =
    ["UPDATE tokens SET revoked = $1 WHERE revoked IS NULL", "UPDATE feeds SET revoked = $1 WHERE revoked IS NULL"];

/// Kept forms end with a copy, too.
pub(crate) const DROP_FORMS: &str = "DELETE FROM kept_forms";

const DROP_FORM: &str = "DELETE FROM kept_forms WHERE id = $1";
const DROP_OLDEST_FORMS: &str = "DELETE FROM kept_forms WHERE person = $1 AND id NOT IN
    (SELECT id FROM kept_forms WHERE person = $1 ORDER BY until DESC, id LIMIT $2)";
const MOVE_TOKENS: &str = "UPDATE tokens SET office = $1 WHERE office = $2 AND revoked IS NULL";
const MOVE_FEEDS: &str = "UPDATE feeds SET office = $1 WHERE office = $2 AND revoked IS NULL";
const CONFIRM_CHANGE: &str = "UPDATE office_changes SET confirmed_by = $1, confirmed_at = $2 WHERE id = $3
    AND confirmed_at IS NULL AND ended_at IS NULL";
const END_CHANGE: &str =
    "UPDATE office_changes SET ended_at = $1 WHERE id = $2 AND confirmed_at IS NOT NULL AND ended_at IS NULL";
const TAKE_CHANGE_BACK: &str =
    "UPDATE office_changes SET ended_at = $1 WHERE id = $2 AND confirmed_at IS NULL AND ended_at IS NULL";
pub(crate) const TEXT: &str = "SELECT value FROM meta WHERE key = $1";
const UPDATE_PERSON: &str =
    "UPDATE people SET login = $1, version = $2, document = $3 WHERE id = $4 AND version = $2 - 1
    AND NOT EXISTS (SELECT 1 FROM people other WHERE other.login = $1 AND other.id <> $4)";

/// What is written at once.
pub(crate) enum Write {
    /// Looks.
    Looks(Vec<Row>),
    /// A request of the session with this key, and when it came.
    Touch { key: [u8; 32], seen: Instant },
    /// What is written seldom.
    Changes(Vec<Change>),
    /// Rows of the tree, if the fence changes a row. Only the embedded store has its writer do it.
    Tree { fence: Change, changes: Vec<Change> },
}

/// One change.
pub(crate) enum Change {
    /// Rows that are new; one whose key is taken adds nothing.
    Insert(&'static Table, Row),
    /// Rows, in place of those with their keys.
    Replace(&'static Table, Vec<Row>),
    /// A statement with its values.
    Do(&'static str, Vec<Value>),
    /// A small text of the log.
    Text(&'static str, String),
}

/// A store, as far as people are concerned.
#[async_trait]
pub(crate) trait Tables: Send + Sync + 'static {
    /// The rows that a question gives. Those of a log of before these tables are none.
    async fn rows(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, Fault>;
    /// Writes in one transaction; how many rows [`Change`]s made, changed or removed.
    async fn write(&self, write: Write) -> Result<usize, Fault>;
}

pub(super) async fn all<K: Kept>(tables: &impl Tables, sql: &'static str, values: Vec<Value>) -> Result<Vec<K>, Fault> {
    tables.rows(sql, values).await?.into_iter().map(K::read).collect()
}

pub(super) async fn find<K: Kept>(tables: &impl Tables, sql: &'static str, value: Value) -> Result<Option<K>, Fault> {
    Ok(all(tables, sql, vec![value]).await?.pop())
}

/// The only text of the only row.
pub(super) async fn text(tables: &impl Tables, sql: &'static str, value: Value) -> Result<Option<String>, Fault> {
    let row = tables.rows(sql, vec![value]).await?.pop().unwrap_or_default();
    Ok(row.first().and_then(Value::as_text).map(str::to_owned))
}

#[async_trait]
impl<T: Tables> PeopleStore for T {
    async fn person(&self, id: Uuid) -> Result<Option<Person>, Fault> {
        find(self, "SELECT * FROM people WHERE id = $1", id.into()).await
    }

    async fn person_by_login(&self, login: &str) -> Result<Option<Person>, Fault> {
        find(self, "SELECT * FROM people WHERE login = $1", login.into()).await
    }

    async fn people(&self) -> Result<Vec<Person>, Fault> {
        all(self, "SELECT * FROM people ORDER BY login", Vec::new()).await
    }

    async fn put_person(&self, person: &Person) -> Result<Put, Fault> {
        let change = if person.version == 1 {
            Change::Insert(Person::TABLE, person.row())
        } else {
            let mut values = person.row();
            values.rotate_left(1);
            Change::Do(UPDATE_PERSON, values)
        };
        if self.write(Write::Changes(vec![change])).await? == 1 {
            return Ok(Put::Written);
        }
        match self.person_by_login(&person.login).await? {
            // Written before, when the answer was lost. Of a later version nobody knows whose it is: two who use the same code
            // write the same.
            Some(found) if person.version == 1 && found == *person => Ok(Put::Written),
            Some(found) if found.id != person.id => Ok(Put::LoginTaken),
            _ => Ok(Put::Moved),
        }
    }

    async fn begin_session(&self, session: &Session) -> Result<(), Fault> {
        self.write(Write::Changes(vec![Change::Insert(Session::TABLE, session.row())])).await.map(|_| ())
    }

    async fn session(&self, key: [u8; 32]) -> Result<Option<Session>, Fault> {
        find(self, "SELECT * FROM sessions WHERE key = $1", (&key).into()).await
    }

    async fn touch_session(&self, key: [u8; 32], seen: Instant) -> Result<(), Fault> {
        self.write(Write::Touch { key, seen }).await.map(|_| ())
    }

    async fn sessions(&self) -> Result<Vec<Session>, Fault> {
        all(self, "SELECT * FROM sessions ORDER BY began DESC, key", Vec::new()).await
    }

    async fn end_sessions(&self, which: Sessions) -> Result<usize, Fault> {
        let end = match which {
            Sessions::One(key) => Change::Do("DELETE FROM sessions WHERE key = $1", vec![(&key).into()]),
            Sessions::Of(person) => Change::Do("DELETE FROM sessions WHERE person = $1", vec![person.into()]),
            Sessions::All => Change::Do(END_SESSIONS, Vec::new()),
        };
        self.write(Write::Changes(vec![end])).await
    }

    async fn add_token(&self, token: &Token) -> Result<bool, Fault> {
        self.write(Write::Changes(vec![Change::Insert(&TOKENS, token.row())])).await.map(|added| added == 1)
    }

    async fn put_token(&self, token: &Token) -> Result<(), Fault> {
        let replaced = Change::Do("DELETE FROM tokens WHERE id = $1", vec![token.id.into()]);
        self.write(Write::Changes(vec![replaced, Change::Insert(&TOKENS, token.row())])).await.map(|_| ())
    }

    async fn move_secrets(&self, from: &OfficeCode, to: &OfficeCode) -> Result<usize, Fault> {
        let moved =
            [MOVE_TOKENS, MOVE_FEEDS].map(|sql| Change::Do(sql, vec![to.as_str().into(), from.as_str().into()]));
        self.write(Write::Changes(moved.into())).await
    }

    async fn token(&self, key: [u8; 32]) -> Result<Option<Token>, Fault> {
        find(self, "SELECT * FROM tokens WHERE key = $1", (&key).into()).await
    }

    async fn tokens(&self) -> Result<Vec<Token>, Fault> {
        all(self, "SELECT * FROM tokens ORDER BY made DESC, id", Vec::new()).await
    }

    async fn add_feed(&self, feed: &Feed) -> Result<bool, Fault> {
        self.write(Write::Changes(vec![Change::Insert(&FEEDS, feed.row())])).await.map(|added| added == 1)
    }

    async fn revoke_feed(&self, id: Uuid, at: Instant) -> Result<(), Fault> {
        let revoke = "UPDATE feeds SET revoked = $1 WHERE id = $2 AND revoked IS NULL";
        self.write(Write::Changes(vec![Change::Do(revoke, vec![at.into(), id.into()])])).await.map(|_| ())
    }

    async fn feed(&self, key: [u8; 32]) -> Result<Option<Feed>, Fault> {
        find(self, "SELECT * FROM feeds WHERE key = $1", (&key).into()).await
    }

    async fn feeds(&self) -> Result<Vec<Feed>, Fault> {
        all(self, "SELECT * FROM feeds ORDER BY made DESC, id", Vec::new()).await
    }

    async fn put_grant(&self, grant: &Grant) -> Result<(), Fault> {
        self.write(Write::Changes(vec![Change::Insert(Grant::TABLE, grant.row())])).await.map(|_| ())
    }

    async fn grants(&self, case: &CaseRef) -> Result<Vec<Grant>, Fault> {
        all(self, "SELECT * FROM grants WHERE reference = $1 ORDER BY begins DESC, id", vec![case.as_str().into()])
            .await
    }

    async fn keep_form(&self, form: &KeptForm, now: Instant) -> Result<(), Fault> {
        let over = Change::Do("DELETE FROM kept_forms WHERE until < $1", vec![now.into()]);
        let replaced = Change::Do(DROP_FORM, vec![form.id.into()]);
        let too_many = Change::Do(DROP_OLDEST_FORMS, vec![form.person.into(), KeptForm::MOST.into()]);
        let kept = Change::Insert(KeptForm::TABLE, form.row());
        self.write(Write::Changes(vec![over, replaced, kept, too_many])).await.map(|_| ())
    }

    async fn kept_form(&self, id: Uuid) -> Result<Option<KeptForm>, Fault> {
        find(self, "SELECT * FROM kept_forms WHERE id = $1", id.into()).await
    }

    async fn drop_form(&self, id: Uuid) -> Result<(), Fault> {
        self.write(Write::Changes(vec![Change::Do(DROP_FORM, vec![id.into()])])).await.map(|_| ())
    }

    async fn start_office_change(&self, change: &OfficeChange) -> Result<(), Fault> {
        self.write(Write::Changes(vec![Change::Insert(OfficeChange::TABLE, change.row())])).await.map(|_| ())
    }

    async fn confirm_office_change(&self, id: Uuid, by: Uuid, at: Instant) -> Result<bool, Fault> {
        let confirm = Change::Do(CONFIRM_CHANGE, vec![by.into(), at.into(), id.into()]);
        self.write(Write::Changes(vec![confirm])).await.map(|changed| changed == 1)
    }

    async fn end_office_change(&self, id: Uuid, at: Instant) -> Result<bool, Fault> {
        let end = Change::Do(END_CHANGE, vec![at.into(), id.into()]);
        self.write(Write::Changes(vec![end])).await.map(|changed| changed == 1)
    }

    async fn take_back_office_change(&self, id: Uuid, at: Instant) -> Result<bool, Fault> {
        let end = Change::Do(TAKE_CHANGE_BACK, vec![at.into(), id.into()]);
        self.write(Write::Changes(vec![end])).await.map(|changed| changed == 1)
    }

    async fn office_changes(&self) -> Result<Vec<OfficeChange>, Fault> {
        all(self, "SELECT * FROM office_changes ORDER BY started_at DESC, id", Vec::new()).await
    }

    async fn add_sheet(&self, sheet: &ShiftSheet) -> Result<bool, Fault> {
        self.write(Write::Changes(vec![Change::Insert(ShiftSheet::TABLE, sheet.row())])).await.map(|added| added == 1)
    }

    async fn sheet(&self, sheet: Uuid) -> Result<Vec<ShiftSheet>, Fault> {
        all(self, "SELECT * FROM shift_sheets WHERE sheet = $1 ORDER BY at, id", vec![sheet.into()]).await
    }

    async fn sheets(&self, office: &OfficeCode, most: usize) -> Result<Vec<ShiftSheet>, Fault> {
        let most = Value::Number(i64::try_from(most).unwrap_or(i64::MAX));
        let sql = "SELECT * FROM shift_sheets WHERE office = $1 ORDER BY at DESC, id LIMIT $2";
        all(self, sql, vec![office.as_str().into(), most]).await
    }

    async fn freeze_figures(&self, quarters: &[FrozenFigures]) -> Result<(), Fault> {
        let kept = quarters.iter().map(|quarter| Change::Insert(FrozenFigures::TABLE, quarter.row()));
        self.write(Write::Changes(kept.collect())).await.map(|_| ())
    }

    async fn frozen_figures(&self, quarter: &str) -> Result<Option<FrozenFigures>, Fault> {
        find(self, "SELECT * FROM frozen_figures WHERE id = $1", id_of_name(quarter).into()).await
    }

    async fn last_frozen(&self) -> Result<Option<FrozenFigures>, Fault> {
        Ok(all(self, "SELECT * FROM frozen_figures ORDER BY quarter DESC LIMIT 1", Vec::new()).await?.pop())
    }

    async fn frozen_quarters(&self) -> Result<Vec<String>, Fault> {
        let rows = self.rows("SELECT quarter FROM frozen_figures ORDER BY quarter DESC", Vec::new()).await?;
        Ok(rows.iter().filter_map(|row| row.first()?.as_text().map(str::to_owned)).collect())
    }

    async fn note(&self, looks: Vec<Look>) -> Result<(), Fault> {
        self.write(Write::Looks(looks.iter().map(Look::row).collect())).await.map(|_| ())
    }

    async fn looks(&self, of: &LooksOf, most: usize) -> Result<Vec<Look>, Fault> {
        let most = Value::Number(i64::try_from(most).unwrap_or(i64::MAX));
        let (sql, whose) = match of {
            LooksOf::Case(case) => {
                ("SELECT * FROM looks WHERE reference = $1 ORDER BY at DESC, id LIMIT $2", case.as_str().into())
            }
            LooksOf::Person(id) => ("SELECT * FROM looks WHERE who = $1 ORDER BY at DESC, id LIMIT $2", (*id).into()),
        };
        all(self, sql, vec![whose, most]).await
    }

    async fn offices_in_force(&self) -> Result<Option<String>, Fault> {
        let in_force = text(self, TEXT, OFFICES_IN_FORCE.into()).await?;
        let Some(id) = in_force.and_then(|id| Uuid::try_parse(&id).ok()) else { return Ok(None) };
        text(self, "SELECT source FROM offices_files WHERE id = $1", id.into()).await
    }

    async fn adopt_offices(&self, source: &str, at: Instant) -> Result<(), Fault> {
        let id = id_of(at, &format!("{at} {source}"));
        let kept = Change::Insert(&OFFICES_FILES, vec![id.into(), at.into(), source.into()]);
        self.write(Write::Changes(vec![kept, Change::Text(OFFICES_IN_FORCE, id.to_string())])).await.map(|_| ())
    }

    async fn people_are_on(&self) -> Result<bool, Fault> {
        Ok(text(self, TEXT, OFF.into()).await?.unwrap_or_default().is_empty())
    }

    async fn confirm_people(&self) -> Result<(), Fault> {
        // A moved log that was opened again still holds the sessions of before.
        let ended = Change::Do(END_SESSIONS, Vec::new());
        self.write(Write::Changes(vec![ended, Change::Text(OFF, String::new())])).await.map(|_| ())
    }
}
