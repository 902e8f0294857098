//! Who asks: the session behind a request's cookie, or nobody.
//!
//! Invariant: a visitor is a person who is not disabled, in a role that the person holds now, in a session that has neither
//! been idle nor lasted too long.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::rights::Role;
use sha2::{Digest as _, Sha256};
use store::people::{Person, SecondFactor, Session, Token};

use crate::answer::{Answer, see_other};
use crate::site::Site;

/// The cookie in which the language is kept of somebody who switched it.
pub const LANGUAGE_COOKIE: &str = "kamnot-language";
/// How long a session lasts without a request, and at most, in seconds.
const IDLE: i64 = 30 * 60;
const LONGEST: i64 = 10 * 60 * 60;
/// How often the time of the last request is written, in seconds.
const TOUCH_EVERY: i64 = 60;

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The person.
    pub person: Person,
    /// The session.
    pub session: Session,
    /// The language of the pages.
    pub language: Language,
}

impl Visitor {
    /// The role in which the person acts.
    pub const fn role(&self) -> Role {
        self.session.role
    }

    /// The office for which the person acts; `None` for an operator.
    pub const fn office(&self) -> Option<&OfficeCode> {
        self.session.office.as_ref()
    }
}

/// The language that somebody asks for, logged in or not.
pub fn language(parts: &Parts, of_person: Option<Language>) -> Language {
    match cookie(parts, LANGUAGE_COOKIE) {
        Some("en") => Language::En,
        Some("lo") => Language::Lo,
        _ => of_person.unwrap_or_else(|| {
            Site::language_of(parts.headers.get(ACCEPT_LANGUAGE).and_then(|accept| accept.to_str().ok()))
        }),
    }
}

/// The value of a cookie.
pub fn cookie<'p>(parts: &'p Parts, name: &str) -> Option<&'p str> {
    let cookies = parts.headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(found, value)| (found == name).then_some(value))
}

/// The key under which a secret is kept.
pub fn key_of(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The visitor of a request; `None` if nobody is logged in.
///
/// # Errors
/// If the store cannot be read.
pub async fn visitor(site: &Site, parts: &Parts) -> Result<Option<Visitor>, store::Fault> {
    let Some(secret) = cookie(parts, site.cookie()) else { return Ok(None) };
    let Some(session) = site.people.session(key_of(secret)).await? else { return Ok(None) };
    let now = site.now();
    if !lasts(&session, now) {
        return Ok(None);
    }
    let Some(person) = site.people.person(session.person).await? else { return Ok(None) };
    let holds = person.memberships.iter().any(|membership| {
        membership.role == session.role && membership.office == session.office && membership.holds(now)
    });
    if person.disabled.is_some() || !holds || !site.people.people_are_on().await? {
        return Ok(None);
    }
    if now.since(session.seen) >= TOUCH_EVERY {
        site.people.touch_session(session.key, now).await?;
    }
    let language = language(parts, Some(person.language));
    Ok(Some(Visitor { person, session, language }))
}

/// The visitor for whom a token speaks; `None` if the token does not count.
///
/// # Errors
/// If the store cannot be read.
pub async fn of_token(site: &Site, secret: &str, language: Language) -> Result<Option<Visitor>, store::Fault> {
    let key = key_of(secret);
    let token = match site.remembered.token(key) {
        Some(token) => token,
        None => match site.people.token(key).await? {
            Some(token) if site.people.people_are_on().await? => {
                site.remembered.keep_token(&token);
                token
            }
            _ => return Ok(None),
        },
    };
    let now = site.now();
    let counts = token.revoked.is_none() && token.until.is_none_or(|until| now <= until);
    Ok(counts.then(|| as_visitor(token, now, language)))
}

/// A token as a visitor: it stands for itself as a person, in a session that ends with the answer.
fn as_visitor(token: Token, now: Instant, language: Language) -> Visitor {
    let Token { id, key, name, office, role, made, .. } = token;
    let person = Person {
        id,
        version: 0,
        login: String::new(),
        name,
        language,
        memberships: Vec::new(),
        password: None,
        second: SecondFactor::None,
        recovery: BTreeSet::new(),
        must_change: false,
        disabled: None,
    };
    let session = Session { key, person: id, office: Some(office), role, began: made, seen: now, csrf: [0; 32] };
    Visitor { person, session, language }
}

/// Whether a session still counts.
fn lasts(session: &Session, now: Instant) -> bool {
    now.since(session.seen) <= IDLE && now.since(session.began) <= LONGEST
}

impl<S> FromRequestParts<S> for Visitor
where
    Arc<Site>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Answer> {
        match visitor(&Arc::from_ref(state), parts).await {
            Ok(Some(visitor)) => Ok(visitor),
            Ok(None) => Err(see_other("/login")),
            Err(fault) => Err(crate::answer::store_is_away(&fault, language(parts, None))),
        }
    }
}
