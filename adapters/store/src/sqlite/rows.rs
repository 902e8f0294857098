//! What an append is in the tables: made on the caller's task, written by the writer.
//!
//! Invariant: the rows follow from the events, the case after them and the rulebook alone; a rebuild makes the same.

use std::sync::Arc;

use engine::action::{CaseRef, OfficeCode};
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::case::{Case, Event};
use engine::rulebook::{RuleId, Rulebook};
use projections::CaseView;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::digest::digest;
use crate::{Append, Position, Stored};

/// The rows of an append.
pub(super) struct Rows {
    pub case: CaseRef,
    pub stream_id: Uuid,
    pub expected: u32,
    pub events: Vec<EventRow>,
    /// None while the case is not opened.
    pub view: Option<CaseView>,
    /// Of the case's row.
    pub digest: i64,
    pub after: Arc<Case>,
}

/// The row of an event, but for its place.
pub(super) struct EventRow {
    pub payload: String,
    pub alert: Option<AlertRow>,
    /// The event itself, where it is to be published.
    pub publishable: Option<Event>,
}

/// The row of an alert event, but for its place.
#[derive(Debug, PartialEq)]
pub(super) struct AlertRow {
    pub rule: RuleId,
    pub addressees: String,
    pub recorded_at: i64,
    pub publishable: bool,
}

impl Rows {
    pub fn of(append: Append, book: &Rulebook) -> Self {
        let Append { case, expected, events, after } = append;
        let stream_id = case.stream_id();
        let view = CaseView::of(&after, book);
        let digest = digest(&case, after.version(), view.as_ref());
        let events = events.into_iter().map(EventRow::of).collect();
        Self { case, stream_id, expected, events, view, digest, after }
    }

    /// What is to be published of it, the last event having this place in the log.
    pub fn publishable(&mut self, last: Position) -> impl Iterator<Item = Stored> {
        let first = last.0 + 1 - i64::try_from(self.events.len()).unwrap_or(i64::MAX);
        let places = (first..).map(Position).zip(self.expected + 1..);
        let events = places.zip(&mut self.events);
        let case = &self.case;
        events.filter_map(|((position, version), row)| {
            Some(Stored { position, case: case.clone(), version, event: row.publishable.take()? })
        })
    }
}

impl EventRow {
    fn of(event: Event) -> Self {
        let (payload, alert) = (event.to_json(), AlertRow::of(&event));
        let publishable = alert.as_ref().is_some_and(|alert| alert.publishable).then_some(event);
        Self { payload, alert, publishable }
    }
}

impl AlertRow {
    /// The row of an event that tells someone something.
    pub fn of(event: &Event) -> Option<Self> {
        let (alert, _) = event.fact.alert()?;
        Some(Self {
            rule: alert.topic.rule,
            addressees: alert.to.tokens(),
            recorded_at: event.recorded_at.unix(),
            publishable: !alert.history,
        })
    }

    /// Writes it; `key`: of its case; `pending`: publishable and not delivered.
    pub fn insert(
        &self,
        connection: &Connection,
        position: Position,
        key: i64,
        pending: bool,
    ) -> Result<(), rusqlite::Error> {
        let sql = "INSERT INTO alerts (position, case_key, rule, addressees, recorded_at, publishable, pending) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let Self { rule, addressees, recorded_at, publishable } = self;
        let values = params![position.0, key, rule.word(), addressees, recorded_at, publishable, pending];
        connection.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }
}

/// Writes the view of a known case over that of version `expected`; false if the case is at another version.
pub(super) fn update_view(
    connection: &Connection,
    key: i64,
    expected: u32,
    version: u32,
    view: Option<&CaseView>,
    digest: i64,
) -> Result<bool, rusqlite::Error> {
    // A column that is set is written anew in its index too; the offices seldom change.
    const SAME_OFFICES: &str = "UPDATE cases SET version = ?3, recorded_at = ?4, next_due = ?9, worst = ?10,
        document = ?11, digest = ?12 WHERE case_key = ?1 AND version = ?2
        AND court IS ?5 AND prosecutor IS ?6 AND investigator IS ?7 AND legal_aid IS ?8";
    const ANY_OFFICES: &str = "UPDATE cases SET version = ?3, recorded_at = ?4, court = ?5, prosecutor = ?6,
        investigator = ?7, legal_aid = ?8, next_due = ?9, worst = ?10, document = ?11, digest = ?12
        WHERE case_key = ?1 AND version = ?2";
    for sql in [SAME_OFFICES, ANY_OFFICES] {
        let changed = connection.prepare_cached(sql)?.execute(params![
            key,
            expected,
            version,
            view.map(|view| view.recorded_at.unix()),
            view.map(|view| view.court.as_str()),
            view.map(|view| view.prosecutor.as_str()),
            view.map(|view| view.investigator.as_str()),
            view.and_then(|view| view.legal_aid.as_ref()).map(OfficeCode::as_str),
            view.and_then(|view| view.next_due).map(Instant::unix),
            view.and_then(|view| view.worst).map(Breach::word),
            view.map(|view| view.document.as_str()),
            digest,
        ])?;
        if changed == 1 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes the identity of a new case, at version 0; none if there is one already.
pub(super) fn insert_case(
    connection: &Connection,
    key: Option<i64>,
    case: &CaseRef,
    stream_id: Uuid,
) -> Result<Option<i64>, rusqlite::Error> {
    let sql = "INSERT INTO cases (case_key, stream_id, reference, version) VALUES (?1, ?2, ?3, 0)
               ON CONFLICT DO NOTHING";
    let values = params![key, stream_id.as_bytes().as_slice(), case.as_str()];
    let inserted = connection.prepare_cached(sql)?.execute(values)?;
    Ok((inserted == 1).then(|| connection.last_insert_rowid()))
}
