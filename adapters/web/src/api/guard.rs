//! What every request of the API passes: who sends it, what it may cost, and whether the role allows it.
//!
//! Invariant: behind the guard there is a caller, whose role allows what the route is for. Every refusal is a problem
//! document.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_LENGTH};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::IntoResponse as _;
use engine::rulebook::Language;
use projections::rights::{Act, Relation, allows};

use super::problem::Problem;
use crate::answer::Answer;
use crate::credentials::csrf;
use crate::origin::{TOKEN, header, is_ours};
use crate::refused::refused;
use crate::site::Site;
use crate::visitor::{Visitor, bearer, visitor};
use crate::words::api::Api;

/// How long a request may take.
const LONGEST: Duration = Duration::from_secs(30);

/// What the guard of a route needs.
#[derive(Clone)]
pub struct Guard {
    /// What every page needs.
    pub site: Arc<Site>,
    /// What the role must allow, whatever the case; `None` if that depends on the case.
    pub act: Option<Act>,
}

/// Lets a caller through, who stands in the request's extensions as a [`Visitor`].
pub async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Answer {
    let (mut parts, body) = request.into_parts();
    let mut language = asked_language(&parts).unwrap_or(Language::Lo);
    let answer = match caller(&guard, &parts, &mut language).await {
        Ok(caller) => {
            parts.extensions.insert(caller);
            let answer = tokio::time::timeout(LONGEST, next.run(Request::from_parts(parts, body))).await;
            answer.unwrap_or_else(|_| Problem::of(Api::TooSlow).into_response())
        }
        Err(Refused { problem, caller }) => {
            let answer = problem.into_response();
            if problem.kind == Api::Budget || problem.kind == Api::Unavailable {
                answer
            } else {
                refused(&guard.site, &parts, caller.as_ref(), answer).await
            }
        }
    };
    Problem::instead(answer, language)
}

/// The language that the request asks for.
pub fn asked_language(parts: &Parts) -> Option<Language> {
    let accept = parts.headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let first = accept.split([',', ';', '-']).next()?.trim().to_ascii_lowercase();
    Language::from_word(&first)
}

/// Why a request is not let through, and whose it is.
struct Refused {
    problem: Problem,
    caller: Option<Visitor>,
}

impl<P: Into<Problem>> From<P> for Refused {
    fn from(problem: P) -> Self {
        Self { problem: problem.into(), caller: None }
    }
}

async fn caller(guard: &Guard, parts: &Parts, language: &mut Language) -> Result<Visitor, Refused> {
    let site = &guard.site;
    // Who sends credentials means them: a cookie beside them does not count.
    let is_meant = !parts.headers.contains_key(AUTHORIZATION) || bearer(parts).is_some();
    let caller = if is_meant { visitor(site, parts).await? } else { None };
    let Some(mut caller) = caller else { return Err(Problem::of(Api::NotLoggedIn).into()) };
    *language = asked_language(parts).unwrap_or(caller.language);
    caller.language = *language;
    let length = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let charged = site.remembered.charge(caller.id, length.unwrap_or(0));
    charged.map_err(|(_, retry_after)| Problem::of_budget(retry_after))?;
    if !parts.method.is_safe() && !is_of_our_page(site, parts, &caller) {
        return Err(Refused { problem: Problem::of(Api::NoFormToken), caller: Some(caller) });
    }
    // The relation does not count for an act without a case.
    if guard.act.is_some_and(|act| !allows(caller.role(), Relation::Foreign, act)) {
        return Err(Refused { problem: Problem::of(Api::NotFound), caller: Some(caller) });
    }
    Ok(caller)
}

/// Whether a request of a session comes from a page of ours and bears the token of its forms. A program has no forms.
fn is_of_our_page(site: &Site, parts: &Parts, caller: &Visitor) -> bool {
    let Some(secret) = caller.csrf() else { return true };
    is_ours(site, parts) && header(&parts.headers, TOKEN).is_some_and(|token| csrf::is_of(token, secret))
}
