//! Holds views and alerts against the log, some cases at a time, and says what differs.
//!
//! Invariant: what is expected is computed from the events alone; memory is bounded by the cases of one chunk.

use std::collections::{BTreeMap, BTreeSet};

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::case::{Case, Event, evolve};
use engine::rulebook::{Digest, Rulebook};
use futures::TryStreamExt as _;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Executor as _, Row as _};
use uuid::Uuid;

use super::rows::{AlertRow, CaseRow};
use super::server::Failed;
use super::{reads, tables};
use crate::digest::{UNKNOWN_RULEBOOK, altered_rulebook};
use crate::examined::{Cursor, Examined, ExaminedCase, Keep, RowFlaw, Told};
use crate::{Delivery, Fault, Position};

/// Where the next chunk ends: how many cases are looked at together.
const NEXT: &str = "SELECT (SELECT id FROM (SELECT id FROM (
        (SELECT stream_id AS id FROM cases WHERE $1::uuid IS NULL OR stream_id > $1 ORDER BY id LIMIT 64)
        UNION
        (SELECT aggregate_id FROM case_events WHERE sequence_number = 1 AND ($1::uuid IS NULL OR aggregate_id > $1)
         ORDER BY aggregate_id LIMIT 64)) AS ids ORDER BY id LIMIT 64) AS chunk ORDER BY id DESC LIMIT 1)";
const VIEWS: &str =
    "SELECT stream_id, reference, version, recorded_at, court, prosecutor, investigator, legal_aid, next_due,
        worst, document, digest FROM cases
    WHERE ($1::uuid IS NULL OR stream_id > $1) AND ($2::uuid IS NULL OR stream_id <= $2)";
const EVENTS: &str = "SELECT e.aggregate_id, e.sequence_number, e.position, e.version, e.payload::text, e.id,
        extract(epoch FROM e.occurred_on)::bigint, a.stream_id, a.rule, a.addressees, a.recorded_at, a.publishable,
        a.pending, d.alert_id, d.stream_sequence, d.delivered_at
    FROM case_events e LEFT JOIN alerts a ON a.position = e.position LEFT JOIN deliveries d ON d.position = e.position
    WHERE ($1::uuid IS NULL OR e.aggregate_id > $1) AND ($2::uuid IS NULL OR e.aggregate_id <= $2)
    ORDER BY e.aggregate_id, e.sequence_number";
const STRAYS: &str = "SELECT a.position FROM alerts a LEFT JOIN case_events e ON e.position = a.position
    WHERE e.position IS NULL OR e.payload->>'event' = 'action_recorded' ORDER BY a.position";

/// What was found about some cases.
#[derive(Default)]
pub(super) struct Chunk {
    /// The last stream that it covers; none if there are no more.
    pub upto: Option<Uuid>,
    pub cases: u64,
    pub events: u64,
    /// What is wrong with the log itself, which nothing can rebuild.
    pub damage: Vec<RowFlaw>,
    /// What a rebuild puts right.
    pub differences: Vec<Difference>,
    /// The cases themselves, where they are asked for and their events can be built upon.
    pub kept: Vec<ExaminedCase>,
}

/// A row that is not what the log gives.
pub(super) struct Difference {
    pub found: String,
    case: Option<CaseRef>,
    repair: Repair,
}

impl From<Difference> for RowFlaw {
    fn from(Difference { found, case, .. }: Difference) -> Self {
        Self { case, found }
    }
}

enum Repair {
    DeleteCase(Uuid),
    ReplaceCase(Box<CaseRow>),
    DeleteAlert(i64),
    ReplaceAlert { position: i64, row: AlertRow, pending: bool },
}

/// Writes what the log gives.
pub(super) async fn repair(connection: &mut PgConnection, differences: &[Difference]) -> Result<(), Failed> {
    let (mut gone, mut cases, mut positions, mut alerts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for difference in differences {
        match &difference.repair {
            Repair::DeleteCase(id) => gone.push(*id),
            Repair::ReplaceCase(row) => cases.push(&**row),
            Repair::DeleteAlert(position) => positions.push(*position),
            Repair::ReplaceAlert { position, row, pending } => {
                positions.push(*position);
                alerts.push((*position, row, Some(*pending)));
            }
        }
    }
    tables::delete_cases(connection, gone).await?;
    tables::replace_cases(connection, &cases).await?;
    tables::delete_alerts(connection, positions).await?;
    tables::insert_alerts(connection, &alerts).await
}

/// The case whose events are being read.
struct Open {
    id: Uuid,
    /// As its row names it, until its events do.
    name: String,
    state: Case,
    alerts: Vec<Told>,
    keep: Keep,
    /// Set from the first event on that can't be built upon; of the others is said which can't be read.
    damaged: bool,
}

/// Looks at the cases whose streams come next behind `after`. To be called in a transaction of one snapshot.
pub(super) async fn chunk(
    connection: &mut PgConnection,
    book: &Rulebook,
    after: Option<Uuid>,
    keep: Keep,
) -> Result<Chunk, Failed> {
    let upto: Option<Uuid> = sqlx::query(NEXT).bind(after).fetch_one(&mut *connection).await?.try_get(0)?;
    let mut chunk = Chunk { upto, ..Chunk::default() };
    let mut views: BTreeMap<Uuid, CaseRow> = BTreeMap::new();
    for row in sqlx::query(VIEWS).bind(after).bind(upto).fetch_all(&mut *connection).await? {
        views.insert(row.try_get(0)?, case_row(&row)?);
    }
    let books = rulebook_digests(connection).await?;
    let mut rows = sqlx::query(EVENTS).bind(after).bind(upto).fetch(connection);
    let mut open: Option<Open> = None;
    while let Some(row) = rows.try_next().await? {
        let id = row.try_get(0)?;
        let mut case = match open.take() {
            Some(case) if case.id == id => case,
            other => {
                chunk.close(other, &mut views, book);
                let name = views.get(&id).map_or_else(|| "?".to_owned(), |view| view.reference.clone());
                Open { id, name, state: Case::default(), alerts: Vec::new(), keep, damaged: false }
            }
        };
        chunk.take(&mut case, &row, &books)?;
        open = Some(case);
    }
    chunk.close(open, &mut views, book);
    for (id, row) in views {
        let found = format!("there is a view of case {}, which has no events", row.reference);
        let case = CaseRef::new(&row.reference);
        chunk.differences.push(Difference { found, case, repair: Repair::DeleteCase(id) });
    }
    Ok(chunk)
}

impl Chunk {
    /// Takes in one event of a case.
    fn take(&mut self, case: &mut Open, row: &PgRow, books: &BTreeSet<Digest>) -> Result<(), Failed> {
        self.events += 1;
        let (version, position): (i32, i64) = (row.try_get(1)?, row.try_get(2)?);
        let event = match reads::event(row, 3) {
            Ok(event) => event,
            Err(Failed::Fault(Fault::Corrupt(found))) => {
                case.damaged = true;
                self.damage(case, version, position, &found);
                return Ok(());
            }
            Err(failed) => return Err(failed),
        };
        if case.damaged {
            return Ok(());
        }
        if !books.contains(&event.rulebook) {
            self.damage(case, version, position, UNKNOWN_RULEBOOK);
        }
        let expected = case.state.version() + 1;
        let misplaced = (version != expected.cast_signed())
            .then(|| format!("version {expected} of its stream is expected, {version} is found"));
        if let Some(found) = misplaced.as_deref().or_else(|| case.state.contradicts(&event)) {
            case.damaged = true;
            self.damage(case, version, position, found);
            return Ok(());
        }
        case.state = evolve(std::mem::take(&mut case.state), &event);
        let reference = case.state.reference();
        if row.try_get::<Uuid, _>(5)? != event.id(reference) {
            self.damage(case, version, position, "its id is not that of its content");
        }
        if row.try_get::<i64, _>(6)? != event.recorded_at.unix() {
            self.damage(case, version, position, "its instant is not that of its content");
        }
        if reference.stream_id() != case.id {
            self.damage(case, version, position, "it is of another case than its stream");
            case.damaged = true;
        }
        self.compare_alert(case, position, event, row)
    }

    /// Notes what is wrong with an event of a case.
    fn damage(&mut self, case: &Open, version: i32, position: i64, found: &str) {
        let name = if case.state.version() > 0 { case.state.reference().as_str() } else { &case.name };
        let found = format!("case {name}, event {version} of its stream, position {position}: {found}");
        self.damage.push(RowFlaw { case: CaseRef::new(name), found });
    }

    fn compare_alert(&mut self, case: &mut Open, position: i64, event: Event, row: &PgRow) -> Result<(), Failed> {
        let Some(expected) = AlertRow::of(&event, case.state.reference()) else { return Ok(()) };
        let delivery = delivery(position, row)?;
        let pending = expected.publishable && delivery.is_none();
        let found = (
            row.try_get::<Option<Uuid>, _>(7)?,
            row.try_get::<Option<&str>, _>(8)?,
            row.try_get::<Option<&str>, _>(9)?,
            row.try_get::<Option<i64>, _>(10)?,
            row.try_get::<Option<bool>, _>(11)?,
            row.try_get::<Option<bool>, _>(12)?,
        );
        let wanted = (
            Some(expected.stream_id),
            Some(expected.rule.word()),
            Some(expected.addressees.as_str()),
            Some(expected.recorded_at),
            Some(expected.publishable),
            Some(pending),
        );
        if found != wanted {
            let found = format!("the row of the alert at position {position} is not what the log gives");
            let repair = Repair::ReplaceAlert { position, row: expected, pending };
            self.differences.push(Difference { found, case: Some(case.state.reference().clone()), repair });
        }
        if case.keep == Keep::Cases {
            case.alerts.push(Told { position: Position(position), event, delivery });
        }
        Ok(())
    }

    /// Compares the view of a case whose events were all read.
    fn close(&mut self, case: Option<Open>, views: &mut BTreeMap<Uuid, CaseRow>, book: &Rulebook) {
        let Some(Open { id, state, alerts, keep, damaged, .. }) = case else { return };
        self.cases += 1;
        let found = views.remove(&id);
        if damaged {
            return;
        }
        self.compare_view(&state, found, book);
        if keep == Keep::Cases {
            self.kept.push(ExaminedCase { case: state, alerts });
        }
    }

    fn compare_view(&mut self, state: &Case, found: Option<CaseRow>, book: &Rulebook) {
        let reference = state.reference();
        let expected = CaseRow::of(state, book);
        let found = match found {
            None => format!("there is no view of case {reference}"),
            Some(found) if found == expected => return,
            Some(found) => {
                let columns = differing(&found, &expected).join(", ");
                format!("the view of case {reference} is not what the log gives in {columns}")
            }
        };
        let case = Some(reference.clone());
        self.differences.push(Difference { found, case, repair: Repair::ReplaceCase(Box::new(expected)) });
    }
}

/// The cases that come next behind `after`, from one state of the log.
pub(super) async fn examine(connection: &mut PgConnection, book: &Rulebook, after: Cursor) -> Result<Examined, Failed> {
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let of = connection.fetch_one("SELECT max(position) FROM case_events").await?.try_get::<Option<i64>, _>(0)?;
    let after = (after != Cursor::default()).then_some(Uuid::from_u128(after.0));
    let chunk = chunk(connection, book, after, Keep::Cases).await?;
    connection.execute("COMMIT").await?;
    Ok(Examined {
        next: chunk.upto.map(|upto| Cursor(upto.as_u128())),
        events: chunk.events,
        of: of.unwrap_or(0).unsigned_abs(),
        cases: chunk.kept,
        damage: chunk.damage,
        rows: chunk.differences.into_iter().map(Into::into).collect(),
    })
}

/// The mark that stands beside an event.
fn delivery(position: i64, row: &PgRow) -> Result<Option<Delivery>, Failed> {
    let Some(alert) = row.try_get::<Option<Uuid>, _>(13)? else { return Ok(None) };
    let stream_sequence = row.try_get::<i64, _>(14)?.cast_unsigned();
    let at = Instant::from_unix(row.try_get(15)?);
    Ok(Some(Delivery { position: Position(position), alert, stream_sequence, at }))
}

fn case_row(row: &PgRow) -> Result<CaseRow, Failed> {
    Ok(CaseRow {
        stream_id: row.try_get(0)?,
        reference: row.try_get(1)?,
        version: row.try_get(2)?,
        recorded_at: row.try_get(3)?,
        court: row.try_get(4)?,
        prosecutor: row.try_get(5)?,
        investigator: row.try_get(6)?,
        legal_aid: row.try_get(7)?,
        next_due: row.try_get(8)?,
        worst: row.try_get(9)?,
        document: row.try_get(10)?,
        digest: row.try_get(11)?,
    })
}

/// The columns in which two rows differ.
fn differing(a: &CaseRow, b: &CaseRow) -> Vec<&'static str> {
    let columns = [
        ("reference", a.reference == b.reference),
        ("version", a.version == b.version),
        ("recorded_at", a.recorded_at == b.recorded_at),
        ("court", a.court == b.court),
        ("prosecutor", a.prosecutor == b.prosecutor),
        ("investigator", a.investigator == b.investigator),
        ("legal_aid", a.legal_aid == b.legal_aid),
        ("next_due", a.next_due == b.next_due),
        ("worst", a.worst == b.worst),
        ("document", a.document == b.document),
        ("digest", a.digest == b.digest),
    ];
    columns.into_iter().filter(|(_, same)| !same).map(|(column, _)| column).collect()
}

/// Rows of the table `alerts` on what is no alert.
pub(super) async fn stray_alerts(connection: &mut PgConnection) -> Result<Vec<Difference>, Failed> {
    let stray = |row: &PgRow| -> Result<Difference, Failed> {
        let position: i64 = row.try_get(0)?;
        let found = format!("there is an alert's row at position {position}, where the log has no alert");
        Ok(Difference { found, case: None, repair: Repair::DeleteAlert(position) })
    };
    sqlx::query(STRAYS).fetch_all(connection).await?.iter().map(stray).collect()
}

/// The digests of all rulebooks that the log keeps.
async fn rulebook_digests(connection: &mut PgConnection) -> Result<BTreeSet<Digest>, Failed> {
    let rows = sqlx::query("SELECT digest FROM rulebooks").fetch_all(connection).await?;
    let digest = |row: &PgRow| row.try_get::<&str, _>(0).map(Digest::parse).map_err(Failed::from).transpose();
    rows.iter().filter_map(digest).collect()
}

/// Rulebooks whose text is not the one of its digest.
pub(super) async fn altered_rulebooks(connection: &mut PgConnection) -> Result<Vec<String>, Failed> {
    let rows = sqlx::query(reads::RULEBOOKS_KEPT).fetch_all(connection).await?;
    let altered = |row: &PgRow| -> Result<Option<String>, Failed> {
        let (digest, source): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
        Ok(altered_rulebook(digest.as_bytes(), source.as_bytes()))
    };
    rows.iter().filter_map(|row| altered(row).transpose()).collect()
}

/// How many events there are.
pub(super) async fn extent(connection: &mut PgConnection) -> Result<u64, Failed> {
    let row = connection.fetch_one(reads::EVENTS).await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}
