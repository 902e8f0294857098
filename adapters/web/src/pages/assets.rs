//! The style sheet and the fonts.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use engine::rulebook::Language;

use crate::answer::{Answer, no_such_page, with};
use crate::assets::{FONTS, STYLE};

/// `GET /assets/{name}`
pub async fn asset(Path(name): Path<String>) -> Answer {
    let font = || FONTS.iter().find(|(known, _)| *known == name).map(|(_, bytes)| ("font/woff2", *bytes));
    let style = (name == "style.css").then_some(("text/css; charset=utf-8", STYLE.as_bytes()));
    let Some((kind, bytes)) = style.or_else(font) else { return no_such_page(Language::Lo) };
    let mut answer = with(StatusCode::OK, kind, bytes);
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    answer
}
