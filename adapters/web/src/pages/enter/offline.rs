//! `/enter/{action}/offline.xlsx`: a workbook to fill in without the pages, and to send as a file later.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, HeaderValue};
use engine::action::{ActionName, CaseRef, OfficeCode};

use super::may_enter;
use crate::answer::{Answer, WORKBOOK, no_such_page, with};
use crate::entry::names::{BY, CASE};
use crate::entry::template::workbook;
use crate::site::Site;
use crate::visitor::Visitor;

/// `GET /enter/{action}/offline.xlsx`
pub async fn offline(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(action): Path<String>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Answer {
    let Some(name) = ActionName::from_word(&action).filter(|name| may_enter(&visitor, *name)) else {
        return no_such_page(visitor.language);
    };
    let text = |name: &str| asked.get(name).map_or("", String::as_str);
    let case = CaseRef::new(text(CASE)).map(|case| case.to_string()).unwrap_or_default();
    let by = OfficeCode::new(text(BY)).or_else(|| visitor.office().cloned());
    let by = by.map(|by| by.to_string()).unwrap_or_default();
    match workbook(&site.book, name, [&case, &by], visitor.language) {
        Ok(bytes) => {
            let mut answer = with(StatusCode::OK, WORKBOOK, bytes);
            // The name of the action alone: no reference stands in a file's name.
            if let Ok(named) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.xlsx\"")) {
                answer.headers_mut().insert(CONTENT_DISPOSITION, named);
            }
            answer
        }
        Err(error) => {
            tracing::error!(%error, "a workbook could not be made");
            no_such_page(visitor.language)
        }
    }
}
