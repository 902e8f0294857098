//! CSV: the columns `case,id,action,at,by,details`, `details` being the other fields as a JSON object or empty.

use std::borrow::Cow;

use csv::ByteRecord;
use engine::action::Action;
use engine::json::Json;
use engine::refusal::{Code, Flaws, Refusal};

use super::{LONGEST_LINE, Line, too_long};

const COLUMNS: [&str; 6] = ["case", "id", "action", "at", "by", "details"];

/// The rows in order; blank ones are left out. A row that goes over several lines has the number of its first.
pub(super) fn lines(bytes: &[u8]) -> Result<Vec<Vec<Line>>, String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = ByteRecord::new();
    let mut lines = Vec::new();
    let mut heading = true;
    while reader.read_byte_record(&mut record).map_err(|error| format!("the table can't be read: {error}"))? {
        let line = record.position().map_or(1, |position| first_line(bytes, position));
        if heading {
            check_heading(&record)?;
            heading = false;
        } else if !record.iter().all(|cell| cell.trim_ascii().is_empty()) {
            lines.push((line, action(&record)));
        }
    }
    Ok(vec![lines])
}

/// The line on which a row begins: the reader's position may lie before blank lines.
fn first_line(bytes: &[u8], position: &csv::Position) -> usize {
    let line = usize::try_from(position.line()).unwrap_or(usize::MAX);
    let start = usize::try_from(position.byte()).unwrap_or(0).min(bytes.len());
    line + bytes[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count()
}

fn check_heading(record: &ByteRecord) -> Result<(), String> {
    if record.iter().eq(COLUMNS.iter().map(|name| name.as_bytes())) {
        return Ok(());
    }
    let expected = COLUMNS.join(",");
    let semicolons = record.len() == 1 && record.get(0).is_some_and(|cell| cell.contains(&b';'));
    if semicolons {
        return Err(format!(
            "line 1: found columns parted by semicolons, expected {expected}; save the table as CSV with commas"
        ));
    }
    Err(format!("line 1: found other columns, expected the heading {expected}"))
}

fn action(record: &ByteRecord) -> Result<Action, Flaws> {
    let length = record.as_slice().len();
    if length > LONGEST_LINE {
        return Err(too_long(length).into());
    }
    if record.len() != COLUMNS.len() {
        let expected = format!("{} ({})", COLUMNS.len(), COLUMNS.join(","));
        return Err(Refusal::new(Code::WrongColumns).found(record.len().to_string()).expected(expected).into());
    }
    let mut fields: Vec<(Cow<'_, str>, Json<'_>)> = Vec::with_capacity(12);
    for (name, cell) in COLUMNS.iter().zip(record) {
        let text = std::str::from_utf8(cell).map_err(|_| Refusal::new(Code::NotUtf8).field(name))?;
        if text.contains('\0') {
            return Err(Refusal::new(Code::NulCharacter).field(name).into());
        }
        match *name {
            "details" => details(text, &mut fields)?,
            _ if text.is_empty() => {}
            _ => fields.push(((*name).into(), Json::text(text))),
        }
    }
    Action::from_json(Json::Object(fields))
}

fn details<'a>(text: &'a str, fields: &mut Vec<(Cow<'a, str>, Json<'a>)>) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Ok(());
    }
    match Json::read(text).map_err(|refusal| refusal.field("details"))? {
        Json::Object(own) => {
            if let Some(column) = own.iter().find_map(|(key, _)| COLUMNS.into_iter().find(|name| key == name)) {
                return Err(Refusal::new(Code::ColumnTwice).field("details").expected(column));
            }
            // In front, so that a refusal counts the places of `details` alone.
            let columns = std::mem::replace(fields, own);
            fields.extend(columns);
            Ok(())
        }
        other => Err(Refusal::new(Code::WrongType).field("details").found(other.type_name()).expected("object")),
    }
}
