//! The views of the cases, each held against its digest as it is read.

use engine::action::{CaseRef, OfficeCode};
use projections::CaseView;
use projections::view::Seat;
use rusqlite::{Connection, Row};

use crate::rows::{self, NAMES};
use crate::sqlite::file::Failed;
use crate::sqlite::rows::{cell, cells};

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
    let sql = format!("SELECT {} FROM cases WHERE {has_it} ORDER BY reference", *NAMES);
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
    let mut statement = connection.prepare_cached(&format!("SELECT {} FROM cases", *NAMES))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        view(row)?.into_iter().for_each(&mut take);
    }
    Ok(())
}

/// The view in a row of the columns [`NAMES`].
fn view(row: &Row<'_>) -> Result<Option<CaseView>, Failed> {
    Ok(rows::view(&cells(row)?)?)
}

pub(in crate::sqlite) fn reference(row: &Row<'_>, column: usize) -> Result<CaseRef, Failed> {
    Ok(rows::reference(cell(row.get_ref(column)?).as_text())?)
}

/// The case of a reference with the id of its stream.
pub(super) fn case_of(row: &Row<'_>, reference_at: usize, stream_id_at: usize) -> Result<CaseRef, Failed> {
    let (reference, stream_id) = (cell(row.get_ref(reference_at)?), cell(row.get_ref(stream_id_at)?));
    Ok(rows::case_of(reference.as_text(), stream_id.as_id())?)
}
