//! Answers in gzip, for clients that take it.
//!
//! Invariant: only text is compressed, and only what is worth it. What an answer says is the same either way. Tokens in pages
//! are masked anew in each, so the length of a compressed page gives none away.

use std::io::Write as _;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, VARY};
use axum::middleware::Next;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::answer::{Answer, EVENTS};

/// What is smaller than this, in bytes, is sent as it is: it fits into one packet.
const WORTH_IT: u64 = 1024;
/// What is larger than this is compressed on a thread of its own.
const LARGE: usize = 256 * 1024;
/// A page of 100 KB takes about a millisecond.
const LEVEL: Compression = Compression::new(3);

/// Compresses the answer of the rest of the router.
pub async fn compress(request: Request, next: Next) -> Answer {
    let takes_it = takes_gzip(request.headers());
    let mut answer = next.run(request).await;
    if !is_text(answer.headers()) || answer.headers().contains_key(CONTENT_ENCODING) {
        return answer;
    }
    answer.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
    // An answer that goes on for long has no length.
    let length = answer.body().size_hint().exact();
    if !takes_it || length.is_none_or(|length| length < WORTH_IT) {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let Ok(text) = axum::body::to_bytes(body, usize::MAX).await else {
        return crate::answer::with(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            "text/plain; charset=utf-8",
            "500\n",
        );
    };
    let packed = if text.len() > LARGE {
        let text = text.clone();
        tokio::task::spawn_blocking(move || pack(&text)).await.ok().flatten()
    } else {
        pack(&text)
    };
    let Some(packed) = packed else { return Answer::from_parts(parts, Body::from(text)) };
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Answer::from_parts(parts, Body::from(packed))
}

fn pack(text: &Bytes) -> Option<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::with_capacity(text.len() / 4), LEVEL);
    packer.write_all(text).ok()?;
    packer.finish().ok()
}

/// Whether the client takes gzip: it is named, or everything is, and not with `q=0`.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let mut any = false;
    for coding in lines.flat_map(|line| line.split(',')) {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let quality = quality.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse::<f32>().ok());
        let taken = quality.is_some_and(|quality| quality > 0.0);
        match name.trim() {
            name if name.eq_ignore_ascii_case("gzip") => return taken,
            "*" => any = taken,
            _ => {}
        }
    }
    any
}

/// Whether an answer is text.
fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    // A stream of events is sent as it comes.
    (kind.starts_with("text/") && kind != EVENTS)
        || ["json", "+json", "+xml", "javascript"].iter().any(|ending| kind.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_those_who_take_it() {
        let takes = |line: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, line.parse().expect("a value"));
            takes_gzip(&headers)
        };
        for line in ["gzip", "GZIP", "br, gzip;q=0.1", "deflate, gzip; q=1.0, *;q=0", "*"] {
            assert!(takes(line), "{line}");
        }
        for line in ["", "br", "gzip;q=0", "*, gzip;q=0", "*;q=0", "gzip;q=none", "identity"] {
            assert!(!takes(line), "{line}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
