//! Where a request that changes something was sent from: a page of ours, and no other.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use projections::catalogue::Word as _;

use crate::answer::{Answer, plain};
use crate::site::{Reached, Site};
use crate::visitor::language;
use crate::words::connection::Connection;

/// What a browser says of the page that a request comes from; sent by some that send no `Origin`.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets through what changes nothing, and what comes from a page of ours or from no page.
pub async fn same(State(site): State<Arc<Site>>, request: Request, next: Next) -> Answer {
    let (parts, body) = request.into_parts();
    if matches!(parts.method, Method::GET | Method::HEAD) || is_ours(&site.reached, &parts) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let language = language(&parts, None);
    plain(StatusCode::FORBIDDEN, language, [Connection::Elsewhere, Connection::OpenHere].map(|word| word.of(language)))
}

/// Whether a request comes from a page of ours. A program names no page; it proves itself by its token.
fn is_ours(reached: &Reached, parts: &Parts) -> bool {
    let text = |name: &HeaderName| parts.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let Some(origin) = text(&ORIGIN) else {
        return text(&FETCH_SITE).is_none_or(|site| matches!(site, "same-origin" | "none"));
    };
    if let Some(own) = &reached.origin {
        return origin.eq_ignore_ascii_case(own);
    }
    // Over HTTP/2 the host stands in the address.
    let host = parts.uri.authority().map(|host| host.as_str()).or_else(|| text(&HOST));
    let scheme = if reached.tls { "https://" } else { "http://" };
    host.is_some_and(|host| origin.strip_prefix(scheme).is_some_and(|from| from.eq_ignore_ascii_case(host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(tls: bool, own: Option<&str>, uri: &str, headers: &[(&HeaderName, &str)]) -> bool {
        let reached = Reached { tls, origin: own.map(str::to_owned) };
        let mut request = axum::http::Request::builder().method("POST").uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_ours(&reached, &request.body(()).expect("a request").into_parts().0)
    }

    #[test]
    fn without_a_proxy_the_origin_is_the_host() {
        let host = (&HOST, "kamnot.example:8443");
        assert!(ours(true, None, "/login", &[host, (&ORIGIN, "https://kamnot.example:8443")]));
        assert!(ours(true, None, "https://kamnot.example/login", &[(&ORIGIN, "https://kamnot.example")]));
        for from in ["http://kamnot.example:8443", "https://kamnot.example", "https://evil.example", "null", "", "https://"] {
            assert!(!ours(true, None, "/login", &[host, (&ORIGIN, from)]), "{from}");
        }
        assert!(!ours(true, None, "/login", &[(&ORIGIN, "https://kamnot.example")]), "no host");
        assert!(ours(false, None, "/login", &[(&HOST, "127.0.0.1:8026"), (&ORIGIN, "http://127.0.0.1:8026")]));
    }

    #[test]
    fn a_named_origin_counts_whatever_the_host_is() {
        let own = Some("https://kamnot.example");
        let host = (&HOST, "10.0.0.7:8026");
        assert!(ours(true, own, "/login", &[host, (&ORIGIN, "https://kamnot.example")]));
        assert!(!ours(true, own, "/login", &[host, (&ORIGIN, "https://10.0.0.7:8026")]));
    }

    #[test]
    fn a_request_without_an_origin_is_a_programs_or_a_browser_vouches_for_it() {
        assert!(ours(true, None, "/api/v1/actions", &[]));
        assert!(ours(true, None, "/login", &[(&FETCH_SITE, "same-origin")]));
        for site in ["cross-site", "same-site"] {
            assert!(!ours(true, None, "/login", &[(&FETCH_SITE, site)]), "{site}");
        }
    }
}
