//! A people store that can be told to keep no look.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use engine::action::{CaseRef, OfficeCode};
use engine::calendar::Instant;
use store::Fault;
use store::people::{
    Feed, FrozenFigures, Grant, KeptForm, Look, LooksOf, OfficeChange, PeopleStore, Person, Put, Session, Sessions,
    ShiftSheet, Token,
};
use uuid::Uuid;

/// A store over another one.
pub struct Failing {
    over: Arc<dyn PeopleStore>,
    fails: Arc<AtomicBool>,
}

impl Failing {
    /// Over a store; it keeps no look while it is told so.
    pub fn over(over: Arc<dyn PeopleStore>, fails: Arc<AtomicBool>) -> Self {
        Self { over, fails }
    }
}

#[async_trait]
impl PeopleStore for Failing {
    async fn note(&self, looks: Vec<Look>) -> Result<(), Fault> {
        if self.fails.load(Ordering::SeqCst) {
            Err(Fault::unavailable("the disk is full"))
        } else {
            self.over.note(looks).await
        }
    }
    async fn person(&self, id: Uuid) -> Result<Option<Person>, Fault> {
        self.over.person(id).await
    }
    async fn person_by_login(&self, login: &str) -> Result<Option<Person>, Fault> {
        self.over.person_by_login(login).await
    }
    async fn people(&self) -> Result<Vec<Person>, Fault> {
        self.over.people().await
    }
    async fn put_person(&self, person: &Person) -> Result<Put, Fault> {
        self.over.put_person(person).await
    }
    async fn begin_session(&self, session: &Session) -> Result<(), Fault> {
        self.over.begin_session(session).await
    }
    async fn session(&self, key: [u8; 32]) -> Result<Option<Session>, Fault> {
        self.over.session(key).await
    }
    async fn touch_session(&self, key: [u8; 32], seen: Instant) -> Result<(), Fault> {
        self.over.touch_session(key, seen).await
    }
    async fn sessions(&self) -> Result<Vec<Session>, Fault> {
        self.over.sessions().await
    }
    async fn end_sessions(&self, which: Sessions) -> Result<usize, Fault> {
        self.over.end_sessions(which).await
    }
    async fn add_token(&self, token: &Token) -> Result<bool, Fault> {
        self.over.add_token(token).await
    }
    async fn put_token(&self, token: &Token) -> Result<(), Fault> {
        self.over.put_token(token).await
    }
    async fn move_secrets(&self, from: &OfficeCode, to: &OfficeCode) -> Result<usize, Fault> {
        self.over.move_secrets(from, to).await
    }
    async fn token(&self, key: [u8; 32]) -> Result<Option<Token>, Fault> {
        self.over.token(key).await
    }
    async fn tokens(&self) -> Result<Vec<Token>, Fault> {
        self.over.tokens().await
    }
    async fn add_feed(&self, feed: &Feed) -> Result<bool, Fault> {
        self.over.add_feed(feed).await
    }
    async fn revoke_feed(&self, id: Uuid, at: Instant) -> Result<(), Fault> {
        self.over.revoke_feed(id, at).await
    }
    async fn feed(&self, key: [u8; 32]) -> Result<Option<Feed>, Fault> {
        self.over.feed(key).await
    }
    async fn feeds(&self) -> Result<Vec<Feed>, Fault> {
        self.over.feeds().await
    }
    async fn put_grant(&self, grant: &Grant) -> Result<(), Fault> {
        self.over.put_grant(grant).await
    }
    async fn grants(&self, case: &CaseRef) -> Result<Vec<Grant>, Fault> {
        self.over.grants(case).await
    }
    async fn keep_form(&self, form: &KeptForm, now: Instant) -> Result<(), Fault> {
        self.over.keep_form(form, now).await
    }
    async fn kept_form(&self, id: Uuid) -> Result<Option<KeptForm>, Fault> {
        self.over.kept_form(id).await
    }
    async fn drop_form(&self, id: Uuid) -> Result<(), Fault> {
        self.over.drop_form(id).await
    }
    async fn start_office_change(&self, change: &OfficeChange) -> Result<(), Fault> {
        self.over.start_office_change(change).await
    }
    async fn confirm_office_change(&self, id: Uuid, by: Uuid, at: Instant) -> Result<bool, Fault> {
        self.over.confirm_office_change(id, by, at).await
    }
    async fn end_office_change(&self, id: Uuid, at: Instant) -> Result<bool, Fault> {
        self.over.end_office_change(id, at).await
    }
    async fn take_back_office_change(&self, id: Uuid, at: Instant) -> Result<bool, Fault> {
        self.over.take_back_office_change(id, at).await
    }
    async fn office_changes(&self) -> Result<Vec<OfficeChange>, Fault> {
        self.over.office_changes().await
    }
    async fn add_sheet(&self, sheet: &ShiftSheet) -> Result<bool, Fault> {
        self.over.add_sheet(sheet).await
    }
    async fn sheet(&self, sheet: Uuid) -> Result<Vec<ShiftSheet>, Fault> {
        self.over.sheet(sheet).await
    }
    async fn sheets(&self, office: &OfficeCode, most: usize) -> Result<Vec<ShiftSheet>, Fault> {
        self.over.sheets(office, most).await
    }
    async fn freeze_figures(&self, quarters: &[FrozenFigures]) -> Result<(), Fault> {
        self.over.freeze_figures(quarters).await
    }
    async fn frozen_figures(&self, quarter: &str) -> Result<Option<FrozenFigures>, Fault> {
        self.over.frozen_figures(quarter).await
    }
    async fn last_frozen(&self) -> Result<Option<FrozenFigures>, Fault> {
        self.over.last_frozen().await
    }
    async fn frozen_quarters(&self) -> Result<Vec<String>, Fault> {
        self.over.frozen_quarters().await
    }
    async fn looks(&self, of: &LooksOf, most: usize) -> Result<Vec<Look>, Fault> {
        self.over.looks(of, most).await
    }
    async fn offices_in_force(&self) -> Result<Option<String>, Fault> {
        self.over.offices_in_force().await
    }
    async fn adopt_offices(&self, source: &str, at: Instant) -> Result<(), Fault> {
        self.over.adopt_offices(source, at).await
    }
    async fn people_are_on(&self) -> Result<bool, Fault> {
        self.over.people_are_on().await
    }
    async fn confirm_people(&self) -> Result<(), Fault> {
        self.over.confirm_people().await
    }
}
