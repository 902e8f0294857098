//! The style sheet, the script, the fonts and the icon.
//!
//! Invariant: what was fetched under its digest never changes, and is never fetched again.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::{Path, RawQuery};
use axum::http::header::{CACHE_CONTROL, ETAG, HeaderMap, HeaderValue};
use axum::http::{Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::action::CaseRef;
use engine::rulebook::Language;
use sha2::{Digest as _, Sha256};

use crate::answer::{Answer, is_known, no_such_page, with};

/// The files by their names, with their types.
const FILES: [(&str, &str, &[u8]); 7] = [
    ("style.css", "text/css; charset=utf-8", include_bytes!("../assets/style.css")),
    ("lao-400.woff2", "font/woff2", include_bytes!("../assets/fonts/noto-sans-lao-looped-lao-400-normal.woff2")),
    ("lao-700.woff2", "font/woff2", include_bytes!("../assets/fonts/noto-sans-lao-looped-lao-700-normal.woff2")),
    ("latin-400.woff2", "font/woff2", include_bytes!("../assets/fonts/noto-sans-lao-looped-latin-400-normal.woff2")),
    ("latin-700.woff2", "font/woff2", include_bytes!("../assets/fonts/noto-sans-lao-looped-latin-700-normal.woff2")),
    ("live.js", "text/javascript; charset=utf-8", include_bytes!("../assets/live.js")),
    ("icon.svg", "image/svg+xml", include_bytes!("../assets/icon.svg")),
];

/// The digest of all of them: the fonts are named in the style sheet without one of their own.
static DIGEST: LazyLock<String> = LazyLock::new(|| {
    let digest = FILES.iter().fold(Sha256::new(), |digest, (_, _, bytes)| digest.chain_update(bytes)).finalize();
    digest[..8].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
});

/// The address of a file, with the digest.
pub fn address(name: &str) -> String {
    format!("/assets/{name}?{}", *DIGEST)
}

/// What begins the name of the style of [`on_each_page`], and what ends it.
const ON_EACH_PAGE: [&str; 2] = ["paper-", ".css"];

/// The style that puts the reference of a case at the foot of each page of paper. No style sheet can take it from the page, and
/// no style may stand in the page.
pub fn on_each_page(case: &CaseRef) -> String {
    format!("@page{{@bottom-left{{content:\"{case}\";font:9pt \"Noto Sans Lao Looped\",sans-serif}}}}")
}

/// The address of that style.
pub fn address_on_each_page(case: &CaseRef) -> String {
    let [begins, ends] = ON_EACH_PAGE;
    address(&format!("{begins}{case}{ends}"))
}

/// A file by its name, and its type.
fn file(name: &str) -> Option<(&'static str, Cow<'static, [u8]>)> {
    let [begins, ends] = ON_EACH_PAGE;
    if let Some(case) = name.strip_prefix(begins).and_then(|rest| rest.strip_suffix(ends)) {
        return Some(("text/css; charset=utf-8", on_each_page(&CaseRef::new(case)?).into_bytes().into()));
    }
    FILES.into_iter().find(|(known, ..)| *known == name).map(|(_, kind, bytes)| (kind, bytes.into()))
}

/// The style sheet with the fonts in it as data, for a document that stands alone.
pub fn style_with_fonts() -> String {
    let [(_, _, style), fonts @ ..] = FILES;
    fonts.iter().fold(String::from_utf8_lossy(style).into_owned(), |style, (name, kind, bytes)| {
        style.replace(&format!("url(/assets/{name})"), &format!("url(data:{kind};base64,{})", STANDARD.encode(bytes)))
    })
}

/// `GET /assets/{name}`
pub async fn asset(Path(name): Path<String>, RawQuery(digest): RawQuery, headers: HeaderMap) -> Answer {
    let Some((kind, bytes)) = file(&name) else { return no_such_page(Language::Lo) };
    let tag = format!("\"{}\"", *DIGEST);
    let mut answer = if is_known(&headers, &tag) {
        let mut answer = Response::default();
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        answer
    } else {
        with(StatusCode::OK, kind, bytes.into_owned())
    };
    // A page of another version of the program asks under another digest.
    let for_good = digest.as_deref() == Some(DIGEST.as_str());
    let kept = if for_good { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.headers_mut().insert(ETAG, tag);
    }
    answer
}
