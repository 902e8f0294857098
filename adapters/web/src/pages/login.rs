//! Login, logout, the demo's roles, and the switch of the language.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::header::{HeaderValue, REFERER, RETRY_AFTER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use engine::rulebook::Language;
use serde::Deserialize;
use store::Fault;
use store::people::{Membership, Sessions};

use super::bare::{Bare, Wrong};
use crate::answer::{Answer, no_such_page, page, see_other, store_is_away};
use crate::fields::Fields;
use crate::frame::role;
use crate::login::{Attempt, Entered, Shut, begin_session, log_in};
use crate::refused::refused;
use crate::site::Site;
use crate::visitor::{Address, LANGUAGE_COOKIE, cookie, key_of, language, member};
use crate::words::frame::Frame as F;
use crate::words::login::Login as W;

/// How long a browser keeps the language and the mark of the device, in seconds: half a year.
const KEPT: u32 = 180 * 24 * 60 * 60;

#[derive(Template)]
#[template(path = "login.html")]
struct Page {
    bare: Bare,
    error: Option<Wrong>,
    /// Whether a session has ended.
    ended: bool,
    /// Whether nobody may log in.
    off: bool,
    login: String,
    next: String,
    demo: Vec<(String, F)>,
}

/// The query of the login page.
#[derive(Deserialize)]
pub struct Asked {
    /// Where to go on.
    #[serde(default)]
    pub next: String,
}

/// `GET /login`
pub async fn form(State(site): State<Arc<Site>>, Query(asked): Query<Asked>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let shown = async {
        if member(&site, &parts).await?.is_some() {
            return Ok(see_other(local(&asked.next)));
        }
        let ended = cookie(&parts, site.cookie()).is_some();
        let made = made(&site, language(&parts, None), &asked.next).await?;
        Ok::<_, Fault>(page(StatusCode::OK, &Page { ended, ..made }))
    };
    shown.await.unwrap_or_else(|fault| store_is_away(&fault, language(&parts, None)))
}

/// `POST /login`
pub async fn enter(State(site): State<Arc<Site>>, parts: Parts, fields: Fields) -> Answer {
    entering(&site, &parts, &fields).await.unwrap_or_else(|fault| store_is_away(&fault, language(&parts, None)))
}

async fn entering(site: &Site, parts: &Parts, fields: &Fields) -> Result<Answer, Fault> {
    let attempt = Attempt {
        login: fields.text("u"),
        password: fields.raw("p"),
        code: fields.text("c"),
        address: parts.extensions.get::<Address>().map(|address| address.0),
        device: cookie(parts, device_cookie(site)),
    };
    match log_in(site, &attempt).await? {
        Ok(entered) => {
            end_session(site, parts).await?;
            Ok(let_in(site, &entered, fields.raw("next")))
        }
        Err(shut) => {
            let made = made(site, language(parts, None), fields.raw("next")).await?;
            let answer = shut_out(Page { login: fields.text("u").to_owned(), ..made }, shut);
            Ok(refused(site, parts, None, answer).await)
        }
    }
}

/// Sends somebody who was let in to where to go on.
fn let_in(site: &Site, entered: &Entered, next: &str) -> Answer {
    let now = site.now();
    let roles = entered.person.memberships.iter().filter(|membership| membership.holds(now)).count();
    let mut answer = match (roles, local(next)) {
        // Whoever is new is led to the beginning from there.
        (0 | 1, next) => see_other(next),
        (_, "/") => see_other("/as"),
        (_, next) => see_other(&format!("/as?next={}", crate::visitor::in_a_query(next))),
    };
    set_session(site, &mut answer, &entered.secret);
    set_cookie(site, &mut answer, device_cookie(site), &entered.device, Some(KEPT));
    answer
}

/// Says why somebody was not let in.
fn shut_out(made: Page, shut: Shut) -> Answer {
    let (status, word, retry) = match shut {
        Shut::Wrong => (StatusCode::FORBIDDEN, W::Wrong, None),
        Shut::Wait(seconds) => (StatusCode::TOO_MANY_REQUESTS, W::Wait, Some(seconds)),
        Shut::Busy => (StatusCode::SERVICE_UNAVAILABLE, W::Busy, Some(3)),
        Shut::Off => (StatusCode::SERVICE_UNAVAILABLE, W::Off, None),
        Shut::NoRole => (StatusCode::FORBIDDEN, W::NoRole, None),
    };
    let mut says = made.bare.t(word).to_owned();
    if let Shut::Wait(seconds) = shut {
        says = format!("{says} {seconds}");
    }
    let error = Some(Wrong { heading: made.bare.t(W::NotYet), field: "u", says });
    let mut answer = page(status, &Page { error, off: false, ..made });
    if let Some(seconds) = retry {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// The page of the login.
async fn made(site: &Site, language: Language, next: &str) -> Result<Page, Fault> {
    let mut demo = Vec::new();
    for login in site.demo.iter().flat_map(|demo| &demo.logins) {
        let person = site.people.person_by_login(login).await?;
        if let Some(first) = person.as_ref().and_then(|person| person.memberships.first()) {
            demo.push((login.clone(), role(first.role)));
        }
    }
    let bare = Bare { language, title: W::LogIn, csrf: String::new(), demo: site.demo.is_some() };
    let off = !site.people.people_are_on().await?;
    let next = local(next).to_owned();
    Ok(Page { bare, error: None, ended: false, off, login: String::new(), next, demo })
}

/// `POST /demo`: a login by a click, in the demo alone.
pub async fn demo(State(site): State<Arc<Site>>, parts: Parts, fields: Fields) -> Answer {
    let said = language(&parts, None);
    let known = site.demo.as_ref().is_some_and(|demo| demo.logins.iter().any(|login| login == fields.raw("login")));
    if !known {
        return refused(&site, &parts, None, no_such_page(said)).await;
    }
    let entered = async {
        let person = site.people.person_by_login(fields.raw("login")).await?;
        let now = site.now();
        let held =
            person.as_ref().and_then(|person| Some((person, person.memberships.iter().find(|one| one.holds(now))?)));
        let Some((person, membership)) = held else { return Ok(no_such_page(said)) };
        end_session(&site, &parts).await?;
        let mut answer = see_other("/");
        set_session(&site, &mut answer, &begin_session(&site, person, membership).await?);
        Ok::<_, Fault>(answer)
    };
    entered.await.unwrap_or_else(|fault| store_is_away(&fault, said))
}

/// `POST /logout`
pub async fn leave(State(site): State<Arc<Site>>, parts: Parts) -> Answer {
    if let Err(fault) = end_session(&site, &parts).await {
        return store_is_away(&fault, language(&parts, None));
    }
    let mut answer = see_other("/login");
    set_cookie(&site, &mut answer, site.cookie(), "", Some(0));
    answer
}

/// The language that is switched to.
#[derive(Deserialize)]
pub struct Switch {
    #[serde(default)]
    to: String,
}

/// `GET /language`: keeps the language in a cookie, and goes back to the page.
pub async fn switch(State(site): State<Arc<Site>>, Query(switch): Query<Switch>, headers: HeaderMap) -> Answer {
    let back = headers.get(REFERER).and_then(|referer| referer.to_str().ok()).and_then(|referer| {
        let (_, after) = referer.split_once("://")?;
        after.find('/').map(|path| &after[path..])
    });
    let mut answer = see_other(local(back.unwrap_or_default()));
    if let Some(language) = Language::from_word(&switch.to) {
        keep_language(&site, &mut answer, language);
    }
    answer
}

/// Keeps the language in a cookie.
pub fn keep_language(site: &Site, answer: &mut Answer, language: Language) {
    set_cookie(site, answer, LANGUAGE_COOKIE, language.word(), Some(KEPT));
}

/// Ends the session of a request, if there is one.
async fn end_session(site: &Site, parts: &Parts) -> Result<(), Fault> {
    if let Some(secret) = cookie(parts, site.cookie()) {
        site.people.end_sessions(Sessions::One(key_of(secret))).await?;
    }
    Ok(())
}

/// Ends all sessions of a person and begins a new one in the same role; returns the secret for the cookie.
pub async fn begin_anew(site: &Site, person: &store::people::Person, as_before: &Membership) -> Result<String, Fault> {
    site.people.end_sessions(Sessions::Of(person.id)).await?;
    begin_session(site, person, as_before).await
}

/// Sets the cookie of a session, which ends with the browser at the latest.
pub fn set_session(site: &Site, answer: &mut Answer, secret: &str) {
    set_cookie(site, answer, site.cookie(), secret, None);
}

/// Sets the cookie of whoever knew the password of the training room, which ends with the browser at the latest.
pub fn set_room(site: &Site, answer: &mut Answer, key: &str) {
    set_cookie(site, answer, site.room_cookie(), key, None);
}

const fn device_cookie(site: &Site) -> &'static str {
    if site.reached.tls { "__Host-kamnot-device" } else { "kamnot-device" }
}

fn set_cookie(site: &Site, answer: &mut Answer, name: &str, value: &str, age: Option<u32>) {
    let age = age.map(|age| format!("; Max-Age={age}")).unwrap_or_default();
    let secure = if site.reached.tls { "; Secure" } else { "" };
    if let Ok(cookie) = HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")) {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// A path of our own to which to go on, or the first page.
pub fn local(next: &str) -> &str {
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.bytes().all(|b| b.is_ascii_graphic());
    if own && !next.starts_with("/login") { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn nobody_is_led_to_another_site() {
        for foreign in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "docket", "/a\nb", "/login?next=/"]
        {
            assert_eq!(local(foreign), "/", "{foreign}");
        }
        assert_eq!(local("/docket?held=yes&after=VTE-2026-0001"), "/docket?held=yes&after=VTE-2026-0001");
    }
}
