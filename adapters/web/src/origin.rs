//! Whether a form came from our own pages: by the origin that the browser names, and by the token of the page.
//!
//! Invariant: nothing is changed for a session by a request that another site made the browser send.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, HeaderMap, ORIGIN};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::middleware::Next;
use store::Fault;

use crate::answer::{Answer, see_other, store_is_away};
use crate::credentials::csrf;
use crate::fields::{Fields, not_of_a_page, too_long};
use crate::kept_forms;
use crate::multipart::{self, LONGEST_UPLOAD};
use crate::refused::refused;
use crate::site::Site;
use crate::visitor::{bearer, language, member};

/// The longest form.
const LONGEST: usize = 64 * 1024;
/// The path to which a form with a file is sent.
const UPLOAD: &str = "/enter/upload";
/// Where the forms are that are kept when their session has ended.
const KEPT: &str = "/enter/";
/// The header in which a script of our pages sends the token, if it sends no form.
pub const TOKEN: &str = "x-csrf-token";

/// Lets forms through that came from our own pages.
pub async fn forms(State(site): State<Arc<Site>>, request: Request, next: Next) -> Answer {
    let (parts, body) = request.into_parts();
    // No browser adds a token of its own accord, and with one the cookie does not count.
    if bearer(&parts).is_some() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let said = language(&parts, None);
    if !is_ours(&site, &parts) {
        return refused(&site, &parts, None, not_of_a_page(said)).await;
    }
    let member = match member(&site, &parts).await {
        Ok(member) => member,
        Err(fault) => return store_is_away(&fault, said),
    };
    // Without a session there is nothing to protect but the login itself, and the origin protects that.
    let Some(member) = member else {
        if !parts.uri.path().starts_with(KEPT) || parts.uri.path() == UPLOAD {
            return next.run(Request::from_parts(parts, body)).await;
        }
        let (bytes, fields) = match read(&parts, body).await {
            Ok(read) => read,
            Err(answer) => return answer,
        };
        return match kept(&site, &parts, fields.as_ref()).await {
            Ok(Some(path)) => see_other(&format!("/login?next={path}")),
            Ok(None) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
            Err(fault) => store_is_away(&fault, said),
        };
    };
    let of_session = |token: &str| csrf::is_of(token, &member.session.csrf);
    if header(&parts.headers, TOKEN).is_some_and(of_session) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let (bytes, fields) = match read(&parts, body).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    if fields.as_ref().is_some_and(|fields| of_session(fields.raw("csrf"))) {
        return next.run(Request::from_parts(parts, Body::from(bytes))).await;
    }
    // Perhaps of a session before this one.
    match kept(&site, &parts, fields.as_ref()).await {
        Ok(Some(path)) => see_other(&path),
        Ok(None) => refused(&site, &parts, Some(&member.visitor), not_of_a_page(said)).await,
        Err(fault) => store_is_away(&fault, said),
    }
}

/// The body of a form, and its fields if it is one.
async fn read(parts: &Parts, body: Body) -> Result<(Bytes, Option<Fields>), Answer> {
    let longest = if parts.uri.path() == UPLOAD { LONGEST_UPLOAD } else { LONGEST };
    let bytes = axum::body::to_bytes(body, longest).await.map_err(|_| too_long(language(parts, None)))?;
    let kind = header(&parts.headers, CONTENT_TYPE.as_str()).unwrap_or_default();
    if let Some(form) = multipart::read(kind, &bytes).filter(|_| parts.uri.path() == UPLOAD) {
        return Ok((bytes.clone(), Some(form.fields)));
    }
    let mut copy = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    DefaultBodyLimit::max(longest).apply(&mut copy);
    let fields = Fields::from_request(copy, &()).await.ok();
    Ok((bytes, fields))
}

/// Keeps a form of the entry pages that came without its session; where it is given back.
async fn kept(site: &Site, parts: &Parts, fields: Option<&Fields>) -> Result<Option<String>, Fault> {
    let Some(fields) = fields.filter(|_| parts.uri.path().starts_with(KEPT)) else { return Ok(None) };
    kept_forms::keep(site, parts.uri.path(), fields).await
}

/// Whether the browser says that a page of ours sent the request.
pub fn is_ours(site: &Site, parts: &Parts) -> bool {
    let Some(origin) = header(&parts.headers, ORIGIN.as_str()) else {
        return header(&parts.headers, "sec-fetch-site") == Some("same-origin");
    };
    ours(site, parts).is_some_and(|ours| origin == ours)
}

/// The origin of our pages, as the browser names it; `None` if the request names no host.
pub fn ours(site: &Site, parts: &Parts) -> Option<String> {
    if let Some(ours) = &site.reached.origin {
        return Some(ours.clone());
    }
    let scheme = if site.reached.tls { "https" } else { "http" };
    let host = parts.uri.authority().map(Authority::as_str).or_else(|| header(&parts.headers, HOST.as_str()));
    host.map(|host| format!("{scheme}://{host}"))
}

/// The value of a header that is text.
pub fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
