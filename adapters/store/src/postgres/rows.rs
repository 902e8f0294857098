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
use uuid::Uuid;

use crate::Append;
use crate::digest::digest;

/// The rows of an append.
pub(super) struct Rows {
    pub case: CaseRef,
    pub expected: i32,
    pub events: Vec<EventRow>,
    pub view: CaseRow,
    pub after: Arc<Case>,
}

/// The row of an event, but for its place.
pub(super) struct EventRow {
    pub id: Uuid,
    pub payload: String,
    pub recorded_at: i64,
    pub alert: Option<AlertRow>,
}

/// The row of an alert event, but for its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AlertRow {
    pub stream_id: Uuid,
    pub rule: RuleId,
    pub addressees: String,
    pub recorded_at: i64,
    pub publishable: bool,
}

/// The row of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CaseRow {
    pub stream_id: Uuid,
    pub reference: String,
    pub version: i32,
    pub recorded_at: Option<i64>,
    pub court: Option<String>,
    pub prosecutor: Option<String>,
    pub investigator: Option<String>,
    pub legal_aid: Option<String>,
    pub next_due: Option<i64>,
    pub worst: Option<String>,
    pub document: Option<String>,
    pub digest: i64,
}

impl Rows {
    pub fn of(append: Append, book: &Rulebook) -> Self {
        let Append { case, expected, events, after } = append;
        let view = CaseRow::of(&after, book);
        let events = events.iter().map(|event| EventRow::of(event, &case)).collect();
        Self { case, expected: expected.cast_signed(), events, view, after }
    }
}

impl EventRow {
    fn of(event: &Event, case: &CaseRef) -> Self {
        Self {
            id: event.id(case),
            payload: event.to_json(),
            recorded_at: event.recorded_at.unix(),
            alert: AlertRow::of(event, case),
        }
    }
}

impl AlertRow {
    /// The row of an event that tells someone something.
    pub fn of(event: &Event, case: &CaseRef) -> Option<Self> {
        let (alert, _) = event.fact.alert()?;
        Some(Self {
            stream_id: case.stream_id(),
            rule: alert.topic.rule,
            addressees: alert.to.tokens(),
            recorded_at: event.recorded_at.unix(),
            publishable: !alert.history,
        })
    }
}

impl CaseRow {
    pub fn of(case: &Case, book: &Rulebook) -> Self {
        let view = CaseView::of(case, book);
        let office = |code: &OfficeCode| code.as_str().to_owned();
        let of = view.as_ref();
        Self {
            stream_id: case.reference().stream_id(),
            reference: case.reference().as_str().to_owned(),
            version: case.version().cast_signed(),
            recorded_at: of.map(|view| view.recorded_at.unix()),
            court: of.map(|view| office(&view.court)),
            prosecutor: of.map(|view| office(&view.prosecutor)),
            investigator: of.map(|view| office(&view.investigator)),
            legal_aid: of.and_then(|view| view.legal_aid.as_ref()).map(office),
            next_due: of.and_then(|view| view.next_due).map(Instant::unix),
            worst: of.and_then(|view| view.worst).map(|worst| Breach::word(worst).to_owned()),
            digest: digest(case.reference(), case.version(), of),
            document: view.map(|view| view.document),
        }
    }
}
