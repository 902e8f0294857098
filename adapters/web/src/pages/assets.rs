//! The style sheet and the fonts.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use engine::rulebook::Language;

use crate::answer::{Answer, no_such_page, with};

/// The files by their names, with their types.
const FILES: [(&str, &str, &[u8]); 5] = [
    ("style.css", "text/css; charset=utf-8", include_bytes!("../../assets/style.css")),
    ("lao-400.woff2", "font/woff2", include_bytes!("../../assets/fonts/noto-sans-lao-looped-lao-400-normal.woff2")),
    ("lao-700.woff2", "font/woff2", include_bytes!("../../assets/fonts/noto-sans-lao-looped-lao-700-normal.woff2")),
    ("latin-400.woff2", "font/woff2", include_bytes!("../../assets/fonts/noto-sans-lao-looped-latin-400-normal.woff2")),
    ("latin-700.woff2", "font/woff2", include_bytes!("../../assets/fonts/noto-sans-lao-looped-latin-700-normal.woff2")),
];

/// `GET /assets/{name}`
pub async fn asset(Path(name): Path<String>) -> Answer {
    let Some((_, kind, bytes)) = FILES.into_iter().find(|(known, ..)| *known == name) else {
        return no_such_page(Language::Lo);
    };
    let mut answer = with(StatusCode::OK, kind, bytes);
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    answer
}
