//! The questions that are asked of the tables, and what their rows mean.

use std::sync::LazyLock;

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::case::{Case, Event};
use projections::CaseView;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::rows::cells;
use super::server::Failed;
use crate::copying::Kept;
use crate::rows::{self, Cases, NAMES};
use crate::secret::ring::{Opened, Ring};
use crate::secret::{Place, Sealed, WRAPPED};
use crate::standing::Standing;
use crate::{Delivery, Position, Stored, damage};

/// The columns of an event `e` as [`event`] reads it: with its disclosures, each with the key of its case.
macro_rules! whole {
    () => {
        "e.version, e.payload::text, ARRAY(SELECT uuid_send(d.key) || d.digest
                || coalesce('\\x01'::bytea || k.wrapped, '\\x00'::bytea) || d.bytes
            FROM disclosures d LEFT JOIN case_keys k ON k.id = d.key
            WHERE d.stream_id = e.aggregate_id AND d.version = e.sequence_number)"
    };
}
pub(super) use whole;

/// Events `e` in their places, of cases `c`, as [`stored`] reads them.
macro_rules! stored {
    ($rest:literal) => {
        concat!("SELECT e.position, c.reference, e.sequence_number, ", whole!(), ", c.stream_id FROM ", $rest)
    };
}

/// What the log says of itself, as [`standing`] reads it, with more behind it.
macro_rules! standing_and {
    ($rest:literal) => {
        concat!(
            "SELECT ARRAY(SELECT key || '=' || value FROM meta WHERE key IN ('rulebook', 'moved_to', 'unfinished_copy_of'))",
            $rest
        )
    };
}
pub(super) use standing_and;

pub(super) const STANDING: &str = standing_and!("");
pub(super) const CASE: &str = concat!(
    "SELECT e.sequence_number, ",
    whole!(),
    " FROM case_events e WHERE e.aggregate_id = $1 ORDER BY e.sequence_number"
);
pub(super) const STREAM: &str = stored!(
    "cases c JOIN case_events e ON e.aggregate_id = c.stream_id WHERE c.stream_id = $1 ORDER BY e.sequence_number"
);
/// In the order of transactions, and only what no transaction under way can still come before.
pub(super) const LOG: &str = stored!(
    "case_events e JOIN cases c ON c.stream_id = e.aggregate_id
     WHERE (e.xact, e.position) >
         (coalesce((SELECT xact FROM case_events WHERE position <= $1 ORDER BY position DESC LIMIT 1), '0'), $1)
     AND e.xact < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY e.xact, e.position LIMIT $2"
);
/// The last event that [`LOG`] shows.
pub(super) const HEAD: &str = "SELECT coalesce((SELECT position FROM case_events
    WHERE xact < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xact DESC, position DESC LIMIT 1), 0)";
/// Whether there is anything behind a position that [`LOG`] does not show yet.
pub(super) const HIDDEN: &str = "SELECT 1 FROM case_events WHERE (xact, position) >
        (coalesce((SELECT xact FROM case_events WHERE position <= $1 ORDER BY position DESC LIMIT 1), '0'), $1)
    AND xact >= pg_snapshot_xmin(pg_current_snapshot()) LIMIT 1";
/// What the log says of itself, and where alerts wait.
pub(super) const OUTBOX: &str =
    standing_and!(", ARRAY(SELECT position FROM alerts WHERE pending AND position > $1 ORDER BY position LIMIT $2)");
/// By their places, which were asked for before: a join of both would be planned as a walk over the whole log.
pub(super) const AT: &str = stored!(
    "case_events e LEFT JOIN cases c ON c.stream_id = e.aggregate_id WHERE e.position = ANY($1) ORDER BY e.position"
);
pub(super) const BACKLOG: &str = "SELECT (SELECT count(*) FROM (SELECT 1 FROM alerts WHERE pending LIMIT $1) waiting),
    (SELECT recorded_at FROM alerts WHERE pending ORDER BY position LIMIT 1)";
/// The places of alerts to these offices until an instant, in one array: the rows would take more than their content.
/// The rules $3 come first, then $4.
pub(super) const ALERTS: &str = "SELECT ARRAY(SELECT a.position FROM alerts a JOIN cases c ON c.stream_id = a.stream_id
    WHERE a.addressees = ANY($1) AND a.recorded_at <= $2
    ORDER BY a.rule <> ALL($3), a.rule <> ALL($4), c.reference, a.position)";
/// As [`ALERTS`], of the cases in which something was told since $5.
pub(super) const ALERTS_SINCE: &str =
    "SELECT ARRAY(SELECT a.position FROM alerts a JOIN cases c ON c.stream_id = a.stream_id
        JOIN case_events e ON e.position = a.position
    WHERE a.addressees = ANY($1) AND a.recorded_at <= $2 AND e.aggregate_id = ANY(ARRAY(SELECT DISTINCT stream_id
        FROM alerts WHERE addressees = ANY($1) AND recorded_at BETWEEN $5 AND $2))
    ORDER BY a.rule <> ALL($3), a.rule <> ALL($4), c.reference, a.position)";
pub(super) const DUE: &str = "SELECT reference, stream_id, version FROM cases
    WHERE next_due <= $1 AND get_byte(uuid_send(stream_id), 15) % $2 = $3 ORDER BY next_due, reference LIMIT $4";
pub(super) const EVENTS: &str = "SELECT count(*) FROM case_events";
pub(super) const NEXT_DUE: &str = standing_and!(", (SELECT min(next_due) FROM cases WHERE next_due IS NOT NULL)");
pub(super) static VIEWS: LazyLock<String> = LazyLock::new(|| {
    format!("SELECT {} FROM cases WHERE $1::uuid IS NULL OR stream_id > $1 ORDER BY stream_id LIMIT 1000", *NAMES)
});
pub(super) const SERVER_VERSION: &str = "SELECT 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1)";
/// The transactions that keep every writer of the log out.
pub(super) const HOLDERS: &str = "SELECT pid || ' ' || virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = to_regclass('case_events') AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')";
pub(super) const META: &str = "SELECT value FROM meta WHERE key = $1";
pub(super) const RULEBOOK_IN_FORCE: &str =
    "SELECT digest, source FROM rulebooks WHERE digest = (SELECT value FROM meta WHERE key = 'rulebook')";
pub(super) const RULEBOOKS_KEPT: &str = "SELECT digest, source FROM rulebooks ORDER BY digest";
/// The runs of stream sequences that deliveries have, by their ends. One more than what lies between is told of.
pub(super) const UNMARKED: &str = "SELECT min(s), max(s) FROM (
        SELECT stream_sequence AS s, stream_sequence - dense_rank() OVER (ORDER BY stream_sequence) AS run
        FROM deliveries WHERE stream_sequence BETWEEN $1 AND $2
    ) numbered GROUP BY run ORDER BY min(s) LIMIT 65";
/// Those who said within four times [`SAY_EVERY`](crate::SAY_EVERY) that they watch. Its own row is not seen yet
/// by the statement that writes it.
pub(super) const TAKE_PART: &str = "WITH
    said AS (INSERT INTO processes (id, seen) VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen),
    gone AS (DELETE FROM processes WHERE seen < now() - interval '1 hour' AND id <> $1)
    SELECT id FROM processes WHERE seen > now() - interval '2 seconds' UNION SELECT $1 ORDER BY id";
pub(super) const LEAVE: &str = "DELETE FROM processes WHERE id = $1";

/// The views of the cases that an office has handed on. All views are looked at, within the server: an index whose condition
/// names the document would have to be written at each append, since it keeps updates from staying on their page (HOT).
pub(super) static HANDED_ON: LazyLock<String> = LazyLock::new(|| {
    format!(
        r#"SELECT {} FROM cases WHERE strpos(document, '"former":') > 0 AND strpos(document, '"' || $1 || '"') > 0
           ORDER BY reference"#,
        *NAMES
    )
});

/// The views of the cases in which something was escalated and is still owed. As [`HANDED_ON`].
pub(super) static ESCALATED: LazyLock<String> = LazyLock::new(|| {
    format!(r#"SELECT {} FROM cases WHERE strpos(document, '"escalated":') > 0 ORDER BY reference"#, *NAMES)
});

/// The case as its events fold into it.
pub(super) fn case(rows: &[PgRow], case: &CaseRef, keys: &Ring) -> Result<Case, Failed> {
    let stream = case.stream_id();
    let next = |state, row: &PgRow| {
        let version: i32 = row.try_get(0)?;
        let disclosures = disclosures(row, 3, (stream, version), keys);
        let event = disclosures.and_then(|disclosures| event(row, 1, disclosures.as_deref()));
        damage::fold(state, case, version.into(), event)
    };
    rows.iter().try_fold(Case::default(), next)
}

/// The event in the columns [`whole!`], from the column `at` on, with its disclosures.
pub(super) fn event(row: &PgRow, at: usize, disclosures: Option<&str>) -> Result<Event, Failed> {
    let format = row.try_get::<i32, _>(at)?.into();
    Ok(damage::event(format, Some(row.try_get(at + 1)?), disclosures.unwrap_or_default())?)
}

/// The disclosures of the event of this stream and version, which stand in the column `at`, in one text. One whose key is not at
/// hand is empty, and one that was altered is left out.
pub(super) fn disclosures(
    row: &PgRow,
    at: usize,
    (stream, version): (Uuid, i32),
    keys: &Ring,
) -> Result<Option<String>, Failed> {
    let mut texts: Option<String> = None;
    for bytes in row.try_get::<Vec<Vec<u8>>, _>(at)? {
        let Some(found) = Found::of(&bytes) else { continue };
        let place = Place { stream, version: version.cast_unsigned(), digest: found.digest };
        let text = match keys.open(found.key, &place, found.bytes, || found.wrapped.map(<[u8]>::to_vec)) {
            Opened::Text(text) => text,
            Opened::NoKey => String::new(),
            Opened::Altered => continue,
        };
        texts = Some(texts.map_or_else(|| text.clone(), |texts| texts + "~" + &text));
    }
    Ok(texts)
}

/// A disclosure with the key of its case, as [`whole!`] gives it.
struct Found<'r> {
    key: Uuid,
    digest: &'r [u8],
    wrapped: Option<&'r [u8]>,
    bytes: &'r [u8],
}

impl<'r> Found<'r> {
    fn of(row: &'r [u8]) -> Option<Self> {
        let (key, rest) = row.split_first_chunk::<16>()?;
        let (digest, rest) = rest.split_at_checked(32)?;
        let (wrapped, bytes) = match rest.split_first()? {
            (1, rest) => rest.split_at_checked(WRAPPED).map(|(wrapped, bytes)| (Some(wrapped), bytes))?,
            (_, bytes) => (None, bytes),
        };
        Some(Self { key: Uuid::from_bytes(*key), digest, wrapped, bytes })
    }
}

pub(super) fn stored(row: &PgRow, keys: &Ring) -> Result<Stored, Failed> {
    let (case, version) = (case_of(row, 1, 6)?, row.try_get::<i32, _>(2)?);
    let disclosures = disclosures(row, 5, (case.stream_id(), version), keys);
    let event = disclosures.and_then(|disclosures| event(row, 3, disclosures.as_deref()));
    damage::stored(Position(row.try_get(0)?), case, version.cast_unsigned(), event)
}

/// The event in its place as it is kept.
pub(super) fn kept(row: &PgRow, cases: &mut Cases, keys: &Ring) -> Result<Kept, Failed> {
    let (case, stream_id) = cases.of(row.try_get(1)?, row.try_get(6)?)?;
    let version = row.try_get::<i32, _>(2)?;
    let rows: Vec<Vec<u8>> = row.try_get(5)?;
    let sealed = |found: Found<'_>| {
        Some(Sealed { key: found.key, digest: found.digest.try_into().ok()?, bytes: found.bytes.to_vec() })
    };
    Ok(Kept {
        position: Position(row.try_get(0)?),
        case,
        stream_id,
        version: version.cast_unsigned(),
        format: row.try_get::<i32, _>(3)?.into(),
        payload: Some(row.try_get(4)?),
        disclosures: disclosures(row, 5, (stream_id, version), keys)?.unwrap_or_default(),
        sealed: rows.iter().filter_map(|bytes| sealed(Found::of(bytes)?)).collect(),
    })
}

/// The alert event in a row.
pub(super) fn alert(row: &PgRow, keys: &Ring) -> Result<Stored, Failed> {
    Ok(damage::alert(Some(stored(row, keys)?))?)
}

pub(super) fn delivery(row: &PgRow) -> Result<Delivery, Failed> {
    Ok(Delivery {
        position: Position(row.try_get(0)?),
        alert: row.try_get(1)?,
        stream_sequence: row.try_get::<i64, _>(2)?.cast_unsigned(),
        at: Instant::from_unix(row.try_get(3)?),
    })
}

/// The view in a row; none where the case is not opened yet.
pub(super) fn view(row: &PgRow) -> Result<Option<CaseView>, Failed> {
    Ok(rows::view(&cells(row)?)?)
}

pub(super) fn reference(row: &PgRow, column: usize) -> Result<CaseRef, Failed> {
    Ok(rows::reference(row.try_get(column)?)?)
}

/// The case of a reference with the id of its stream.
pub(super) fn case_of(row: &PgRow, reference_at: usize, stream_id_at: usize) -> Result<CaseRef, Failed> {
    Ok(rows::case_of(row.try_get(reference_at)?, row.try_get(stream_id_at)?)?)
}

/// What the log says of itself, in the column `at`, as [`standing_and!`] asks for it.
pub(super) fn standing(row: &PgRow, at: usize) -> Result<Standing, Failed> {
    let texts: Vec<String> = row.try_get(at)?;
    Ok(Standing::of(texts.iter().filter_map(|text| text.split_once('='))))
}
