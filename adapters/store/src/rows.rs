//! The rows of a case and of an alert as values: what a store writes, reads back and compares.
//!
//! Invariant: the rows follow from the events, the case after them and the rulebook alone; a rebuild makes the same. The
//! columns of a case's row stand in one order, here: [`COLUMNS`], what is written ([`cells`](CaseRow::cells)), and what is
//! read ([`view`]). The SQL of both stores is made from [`COLUMNS`]; each has its tables in its `schema.sql`. A row's digest
//! covers every other column: it finds damage. Who alters a row on purpose can write the digest too; `check` finds that.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use engine::action::{CaseRef, OfficeCode};
use engine::breach::Breach;
use engine::case::{Case, Event};
use engine::rulebook::{RuleId, Rulebook};
use projections::CaseView;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::cell::{Cell, Strange};
use crate::damage::altered;
use crate::{Append, Fault};

/// How many columns a case's row has.
pub(super) const WIDTH: usize = 12;

/// The columns of a case's row: first the two of its identity, which never change.
pub(super) const COLUMNS: [(&str, ColumnKind); WIDTH] = [
    ("stream_id", ColumnKind::Id),
    ("reference", ColumnKind::Text),
    ("version", ColumnKind::Version),
    ("recorded_at", ColumnKind::Number),
    ("court", ColumnKind::Office),
    ("prosecutor", ColumnKind::Office),
    ("investigator", ColumnKind::Office),
    ("legal_aid", ColumnKind::Office),
    ("next_due", ColumnKind::Number),
    ("worst", ColumnKind::Text),
    ("document", ColumnKind::Text),
    ("digest", ColumnKind::Number),
];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnKind {
    /// A stream's id.
    Id,
    Text,
    /// The code of an office, which seldom changes. A text too.
    Office,
    /// A version, which fits into 32 bits.
    Version,
    /// A number of 64 bits, or an instant in seconds since 1970.
    Number,
}

/// The names of all columns, separated by commas.
pub(super) static NAMES: LazyLock<String> = LazyLock::new(|| COLUMNS.map(|(name, _)| name).join(", "));

/// A case's row, column by column.
pub(super) type Cells<'r> = [Cell<'r>; WIDTH];

// ---- a case

/// The row of a case.
pub(super) struct CaseRow {
    pub case: CaseRef,
    pub stream_id: Uuid,
    pub version: u32,
    /// None while the case is not opened.
    pub view: Option<CaseView>,
    pub digest: i64,
}

impl CaseRow {
    pub fn of(case: CaseRef, state: &Case, book: &Rulebook) -> Self {
        let (version, view) = (state.version(), CaseView::of(state, book));
        let digest = digest(&case, version, view.as_ref());
        Self { stream_id: case.stream_id(), case, version, view, digest }
    }

    /// What is written, in the order of [`COLUMNS`].
    pub fn cells(&self) -> Cells<'_> {
        let [recorded_at, court, prosecutor, investigator, legal_aid, next_due, worst, document] =
            self.view.as_ref().map_or([const { Cell::Null }; 8], of_view);
        [
            Cell::Id(self.stream_id),
            Cell::text(self.case.as_str()),
            Cell::Number(self.version.into()),
            recorded_at,
            court,
            prosecutor,
            investigator,
            legal_aid,
            next_due,
            worst,
            document,
            Cell::Number(self.digest),
        ]
    }
}

/// The columns that are the view's alone.
fn of_view(view: &CaseView) -> [Cell<'_>; 8] {
    fn office(code: &OfficeCode) -> Cell<'_> {
        Cell::text(code.as_str())
    }
    [
        Cell::Number(view.recorded_at.unix()),
        office(&view.court),
        office(&view.prosecutor),
        office(&view.investigator),
        view.legal_aid.as_ref().map_or(Cell::Null, office),
        view.next_due.map_or(Cell::Null, |due| Cell::Number(due.unix())),
        view.worst.map_or(Cell::Null, |worst| Cell::text(worst.word())),
        Cell::text(&view.document),
    ]
}

/// The first eight bytes of the SHA-256 over the columns, each behind its length; the stream's id follows from the
/// reference. `view`: none while the case is not opened.
fn digest(case: &CaseRef, version: u32, view: Option<&CaseView>) -> i64 {
    let mut hash = Sha256::new();
    let mut add = |column: Option<&[u8]>| {
        hash.update(column.map_or(u64::MAX, |bytes| bytes.len() as u64).to_le_bytes());
        hash.update(column.unwrap_or_default());
    };
    add(Some(case.as_str().as_bytes()));
    add(Some(&version.to_le_bytes()));
    for cell in view.map(of_view).iter().flatten() {
        match cell {
            Cell::Number(number) => add(Some(&number.to_le_bytes())),
            cell => add(cell.as_text().map(str::as_bytes)),
        }
    }
    let bytes: [u8; 32] = hash.finalize().into();
    i64::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]])
}

/// The view in a row; none where the case is not opened.
///
/// # Errors
/// [`Fault::Corrupt`] if the row was altered since it was written.
pub(super) fn view(cells: &Cells<'_>) -> Result<Option<CaseView>, Fault> {
    let [stream_id, reference, version, .., found] = cells;
    let case = case_of(reference.as_text(), stream_id.as_id())?;
    let altered = || altered(case.as_str());
    let version = version.as_number().and_then(|version| version.try_into().ok()).ok_or_else(altered)?;
    let view = opened(&case, version, cells).map_err(|Strange| altered())?;
    if *found != Cell::Number(digest(&case, version, view.as_ref())) {
        return Err(altered());
    }
    Ok(view)
}

/// What the columns of the view say, as far as they can be what was written.
fn opened(case: &CaseRef, version: u32, cells: &Cells<'_>) -> Result<Option<CaseView>, Strange> {
    let [_, _, _, recorded_at, court, prosecutor, investigator, legal_aid, next_due, worst, document, _] = cells;
    let Some(recorded_at) = recorded_at.read(Cell::as_instant)? else { return Ok(None) };
    Ok(Some(CaseView {
        case: case.clone(),
        version,
        recorded_at,
        court: court.as_office().ok_or(Strange)?,
        prosecutor: prosecutor.as_office().ok_or(Strange)?,
        investigator: investigator.as_office().ok_or(Strange)?,
        legal_aid: legal_aid.read(Cell::as_office)?,
        next_due: next_due.read(Cell::as_instant)?,
        worst: worst.read(|cell| Breach::from_word(cell.as_text()?))?,
        document: document.as_text().ok_or(Strange)?.to_owned(),
    }))
}

/// The reference of a case, as its row says; none: no text stands there.
///
/// # Errors
/// [`Fault::Corrupt`] if it can't be one.
pub(super) fn reference(found: Option<&str>) -> Result<CaseRef, Fault> {
    let found = found.unwrap_or_default();
    CaseRef::new(found).ok_or_else(|| altered(found))
}

/// As [`reference`], with the id of the stream, which has to follow from it.
pub(super) fn case_of(found: Option<&str>, stream_id: Option<Uuid>) -> Result<CaseRef, Fault> {
    let case = reference(found)?;
    if stream_id == Some(case.stream_id()) { Ok(case) } else { Err(altered(case.as_str())) }
}

/// The cases of rows that stand one behind the other: each is seen to once, for its stream's id takes longer than a row.
#[derive(Default)]
pub(super) struct Cases(HashMap<Uuid, CaseRef>);

impl Cases {
    /// As [`case_of`], with the id of its stream.
    pub fn of(&mut self, found: Option<&str>, stream_id: Option<Uuid>) -> Result<(CaseRef, Uuid), Fault> {
        let known = stream_id.and_then(|stream_id| self.0.get_key_value(&stream_id));
        if let Some((stream_id, case)) = known
            && found == Some(case.as_str())
        {
            return Ok((case.clone(), *stream_id));
        }
        let case = case_of(found, stream_id)?;
        let stream_id = case.stream_id();
        self.0.insert(stream_id, case.clone());
        Ok((case, stream_id))
    }
}

// ---- an alert

/// The row of an alert event, but for its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AlertRow {
    pub rule: RuleId,
    pub addressees: String,
    pub recorded_at: i64,
    pub publishable: bool,
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
}

// ---- an append

/// The rows of an append, made on the caller's task; `E`: the row of an event.
pub(super) struct Rows<E> {
    pub view: CaseRow,
    /// The version that the events were decided on.
    pub expected: u32,
    pub events: Vec<E>,
    pub after: Arc<Case>,
}

/// What a store writes of an event.
pub(super) trait OfEvent: Send + 'static {
    /// The row of an event of a case.
    fn of(event: Event, case: &CaseRef) -> Self;
}

impl<E: OfEvent> Rows<E> {
    pub fn of(append: Append, book: &Rulebook) -> Self {
        let Append { case, expected, events, after } = append;
        let events = events.into_iter().map(|event| E::of(event, &case)).collect();
        Self { view: CaseRow::of(case, &after, book), expected, events, after }
    }
}

#[cfg(test)]
mod tests {
    use super::COLUMNS;

    /// What a schema says of the table `cases`: the name of each column.
    fn columns(schema: &str) -> Vec<&str> {
        let (_, table) = schema.split_once("CREATE TABLE cases (").expect("the table");
        let (table, _) = table.split_once("\n)").expect("its end");
        table.lines().filter_map(|line| line.split_whitespace().next()).collect()
    }

    #[test]
    fn the_tables_of_both_stores_have_these_columns() {
        let names = COLUMNS.map(|(name, _)| name);
        assert_eq!(columns(include_str!("postgres/schema.sql")), names);
        let in_sqlite = columns(include_str!("sqlite/schema.sql"));
        assert_eq!((in_sqlite[0], &in_sqlite[1..]), ("case_key", &names[..]));
    }
}
