//! The views of the cases, each held against its digest as it is read.

use engine::action::{CaseRef, OfficeCode};
use engine::breach::Breach;
use engine::calendar::Instant;
use projections::CaseView;
use projections::view::Seat;
use rusqlite::{Connection, Row};

use crate::digest::{altered, digest};
use crate::sqlite::file::Failed;

/// The columns of a view, in the order in which [`view`] reads them.
const VIEW: &str = "reference, version, recorded_at, court, prosecutor, investigator, legal_aid, next_due, \
                               worst, document, digest, stream_id";

/// The views of an office's cases, by reference.
pub(in crate::sqlite) fn docket(
    connection: &Connection,
    office: &OfficeCode,
    seat: Option<Seat>,
) -> Result<Vec<CaseView>, Failed> {
    let has_it = match seat {
        Some(Seat::Court) => "court = ?1",
        Some(Seat::Prosecutor) => "prosecutor = ?1",
        Some(Seat::Investigator) => "investigator = ?1",
        Some(Seat::LegalAid) => "legal_aid = ?1",
        None => "court = ?1 OR prosecutor = ?1 OR investigator = ?1 OR legal_aid = ?1",
    };
    let sql = format!("SELECT {VIEW} FROM cases WHERE {has_it} ORDER BY reference");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([office.as_str()])?;
    let mut views = Vec::new();
    while let Some(row) = rows.next()? {
        views.extend(view(row)?);
    }
    Ok(views)
}

/// Hands the views of all cases to `take`.
pub(in crate::sqlite) fn views(connection: &Connection, mut take: impl FnMut(CaseView)) -> Result<(), Failed> {
    let mut statement = connection.prepare_cached(&format!("SELECT {VIEW} FROM cases"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        view(row)?.into_iter().for_each(&mut take);
    }
    Ok(())
}

/// The view in the columns [`VIEW`]; none where the case is not opened yet.
fn view(row: &Row<'_>) -> Result<Option<CaseView>, Failed> {
    let case = case_of(row, 0, 11)?;
    let altered = |()| altered(case.as_str());
    let version = row.get::<_, i64>(1)?.try_into().map_err(|_| altered(()))?;
    let view = opened(row, &case, version).map_err(altered)?;
    if row.get::<_, i64>(10)? != digest(&case, version, view.as_ref()) {
        return Err(altered(()).into());
    }
    Ok(view)
}

/// What the columns [`VIEW`] say, as far as they can be what was written.
fn opened(row: &Row<'_>, case: &CaseRef, version: u32) -> Result<Option<CaseView>, ()> {
    let number = |column: usize| row.get::<_, Option<i64>>(column).map_err(drop);
    let text = |column: usize| row.get_ref(column).map_err(drop)?.as_str_or_null().map_err(drop);
    let office = |column: usize| text(column)?.map(|code| OfficeCode::new(code).ok_or(())).transpose();
    let Some(recorded_at) = number(2)? else { return Ok(None) };
    Ok(Some(CaseView {
        case: case.clone(),
        version,
        recorded_at: Instant::from_unix(recorded_at),
        court: office(3)?.ok_or(())?,
        prosecutor: office(4)?.ok_or(())?,
        investigator: office(5)?.ok_or(())?,
        legal_aid: office(6)?,
        next_due: number(7)?.map(Instant::from_unix),
        worst: text(8)?.map(|word| Breach::from_word(word).ok_or(())).transpose()?,
        document: text(9)?.ok_or(())?.to_owned(),
    }))
}

pub(in crate::sqlite) fn reference(row: &Row<'_>, column: usize) -> Result<CaseRef, Failed> {
    let text = row.get_ref(column)?.as_str_or_null().ok().flatten();
    text.and_then(CaseRef::new).ok_or_else(|| altered("").into())
}

/// The case of a reference with the id of its stream, which has to follow from it.
pub(super) fn case_of(row: &Row<'_>, reference_at: usize, stream_id_at: usize) -> Result<CaseRef, Failed> {
    let case = reference(row, reference_at)?;
    if row.get_ref(stream_id_at)?.as_blob().ok() != Some(case.stream_id().as_bytes().as_slice()) {
        return Err(altered(case.as_str()).into());
    }
    Ok(case)
}
