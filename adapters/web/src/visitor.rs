//! Who asks: the person or the program behind a request's cookie or token, or nobody.
//!
//! Invariant: a visitor by session is a person who is not disabled, has a password and a second factor of their own, acts in a
//! role that the person holds now, in a session that has neither been idle nor lasted too long. A visitor by token has one that
//! is neither revoked nor past its end.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::Method;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::rights::Role;
use service::recorder::Sender;
use sha2::{Digest as _, Sha256};
use store::Fault;
use store::people::{Person, SecondFactor, Session, Token};
use uuid::Uuid;

use crate::answer::{Answer, see_other, store_is_away};
use crate::site::Site;

/// The cookie in which the language is kept of somebody who switched it.
pub const LANGUAGE_COOKIE: &str = "kamnot-language";
/// How long a session lasts without a request, and at most, in seconds.
const IDLE: i64 = 30 * 60;
const LONGEST: i64 = 10 * 60 * 60;
/// How often the time of the last request is written, in seconds.
const TOUCH_EVERY: i64 = 60;
/// What pages ask for by themselves: nobody need be there, so it keeps no session alive.
pub const BY_ITSELF: [&str; 2] = ["/api/v1/changes", "/live"];

/// The address from which a request came; whoever takes connections puts it among the request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(pub IpAddr);

/// Who asks.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The id of the person or token, which events and looks name.
    pub id: Uuid,
    /// The office for which the visitor acts; `None` for an operator.
    pub office: Option<OfficeCode>,
    /// The role in which the visitor acts.
    pub role: Role,
    /// The language of the pages.
    pub language: Language,
    /// By what the visitor is known.
    pub by: By,
}

/// By what a visitor is known.
#[derive(Clone, Debug)]
pub enum By {
    /// A person's session.
    Session(Box<(Person, Session)>),
    /// A program's token.
    Token(Box<Token>),
}

impl Visitor {
    /// The visitor of a session.
    pub fn of_session(person: Person, session: Session, language: Language) -> Self {
        let (id, office, role) = (person.id, session.office.clone(), session.role);
        Self { id, office, role, language, by: By::Session(Box::new((person, session))) }
    }

    /// The role in which the visitor acts.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The office for which the visitor acts; `None` for an operator.
    pub const fn office(&self) -> Option<&OfficeCode> {
        self.office.as_ref()
    }

    /// The visitor as one who records; `None` for an operator.
    pub fn sender(&self) -> Option<Sender> {
        Some(Sender { office: self.office.clone()?, person: Some(self.id), role: Some(self.role) })
    }

    /// The secret of the forms' tokens; `None` for a program, which has no forms.
    pub fn csrf(&self) -> Option<&[u8; 32]> {
        match &self.by {
            By::Session(of) => Some(&of.1.csrf),
            By::Token(_) => None,
        }
    }
}

/// The person behind a session, on the pages about that person: a program does not see them.
#[derive(Clone, Debug)]
pub struct Member {
    /// The person.
    pub person: Person,
    /// The session.
    pub session: Session,
    /// The visitor who the person is.
    pub visitor: Visitor,
}

impl Member {
    fn of(person: Person, session: Session, language: Language) -> Self {
        let visitor = Visitor::of_session(person.clone(), session.clone(), language);
        Self { person, session, visitor }
    }

    /// Whether the person must set a password or a second factor before anything else.
    pub const fn is_new(&self) -> bool {
        self.person.must_change || matches!(self.person.second, SecondFactor::None)
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

/// The secret of a token that a request bears.
pub fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, secret) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// The key under which a secret is kept.
pub fn key_of(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The visitor of a request; `None` if nobody is logged in, or somebody who must first set a password or a second factor.
///
/// # Errors
/// If the store cannot be read.
pub async fn visitor(site: &Site, parts: &Parts) -> Result<Option<Visitor>, Fault> {
    if let Some(secret) = bearer(parts) {
        return by_token(site, parts, secret).await;
    }
    let member = member(site, parts).await?;
    Ok(member.filter(|member| !site.must_begin(member)).map(|member| member.visitor))
}

/// The program whose token a request bears.
async fn by_token(site: &Site, parts: &Parts, secret: &str) -> Result<Option<Visitor>, Fault> {
    let Some(token) = token(site, key_of(secret)).await? else { return Ok(None) };
    let now = site.now();
    let over = token.revoked.is_some() || token.until.is_some_and(|until| until < now);
    if over || token.role == Role::Operator {
        return Ok(None);
    }
    let (id, office, role) = (token.id, Some(token.office.clone()), token.role);
    Ok(Some(Visitor { id, office, role, language: language(parts, None), by: By::Token(Box::new(token)) }))
}

/// The token with a key, if people may log in; it may be as it was a moment ago.
async fn token(site: &Site, key: [u8; 32]) -> Result<Option<Token>, Fault> {
    if let Some(token) = site.remembered.token(key) {
        return Ok(Some(token));
    }
    let token = if site.people.people_are_on().await? { site.people.token(key).await? } else { None };
    if let Some(token) = &token {
        site.remembered.keep_token(token);
    }
    Ok(token)
}

/// The person of a request's session, who may still have to set a password or a second factor.
///
/// # Errors
/// If the store cannot be read.
pub async fn member(site: &Site, parts: &Parts) -> Result<Option<Member>, Fault> {
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
    if now.since(session.seen) >= TOUCH_EVERY && !BY_ITSELF.contains(&parts.uri.path()) {
        site.people.touch_session(session.key, now).await?;
    }
    let language = language(parts, Some(person.language));
    Ok(Some(Member::of(person, session, language)))
}

/// Whether a session still counts.
pub fn lasts(session: &Session, now: Instant) -> bool {
    now.since(session.seen) <= IDLE && now.since(session.began) <= LONGEST
}

impl Site {
    /// Whether somebody must set a password or a second factor before anything else. The demo's people never do.
    pub const fn must_begin(&self, member: &Member) -> bool {
        self.demo.is_none() && member.is_new()
    }
}

/// The mark of an answer to somebody who is not logged in, for what takes a login.
#[derive(Clone, Copy, Debug)]
pub struct OfNobody;

impl<S> FromRequestParts<S> for Visitor
where
    Arc<Site>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Answer> {
        // Whoever stands before the page may have asked already.
        if let Some(visitor) = parts.extensions.get::<Self>() {
            return Ok(visitor.clone());
        }
        let site = Arc::from_ref(state);
        match visitor(&site, parts).await {
            Ok(Some(visitor)) => {
                parts.extensions.insert(visitor.clone());
                Ok(visitor)
            }
            Ok(None) => Err(to_the_login(&site, parts).await),
            Err(fault) => Err(store_is_away(&fault, language(parts, None))),
        }
    }
}

impl<S> FromRequestParts<S> for Member
where
    Arc<Site>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Answer> {
        let site = Arc::from_ref(state);
        // A program has no settings, whatever cookie it sends beside its token.
        let member = if bearer(parts).is_some() { Ok(None) } else { member(&site, parts).await };
        match member {
            Ok(Some(member)) => Ok(member),
            Ok(None) => Err(to_the_login(&site, parts).await),
            Err(fault) => Err(store_is_away(&fault, language(parts, None))),
        }
    }
}

/// Leads somebody who is nobody's visitor to the login, and from there back to the page that was asked for; somebody who is new,
/// to where a beginner goes.
async fn to_the_login(site: &Site, parts: &Parts) -> Answer {
    match member(site, parts).await {
        Ok(Some(_)) if bearer(parts).is_none() => return see_other("/begin"),
        Ok(_) => {}
        Err(fault) => return store_is_away(&fault, language(parts, None)),
    }
    let mut answer = match parts.uri.path_and_query() {
        Some(asked) if parts.method == Method::GET && asked.as_str() != "/" => {
            see_other(&format!("/login?next={}", in_a_query(asked.as_str())))
        }
        _ => see_other("/login"),
    };
    answer.extensions_mut().insert(OfNobody);
    answer
}

/// A text as the value of a query.
pub fn in_a_query(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}
