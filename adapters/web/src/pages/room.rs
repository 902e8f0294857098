//! The password of a training room, which stands before everything that a demo beyond this machine shows.
//!
//! Invariant: without it nothing is shown but its own page, the stylesheet, and the switch of the language. Whoever guesses is
//! slowed down as at a login, each address by itself, so that nobody locks the room for the others.

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::http::request::Parts;
use axum::middleware::Next;
use engine::rulebook::Language;
use projections::catalogue::Word as _;

use super::bare::{Bare, Wrong};
use super::login::set_room;
use crate::answer::{Answer, no_such_page, page, see_other};
use crate::credentials::room::{LENGTH, Room};
use crate::fields::Fields;
use crate::logins::Account;
use crate::refused::refused;
use crate::site::Site;
use crate::visitor::{Address, cookie, language};
use crate::words::frame::Frame as F;
use crate::words::login::Login as W;

/// Where the form is sent.
const HERE: &str = "/room";
/// What is shown without the password.
const OPEN: [&str; 3] = [HERE, "/language", "/assets/"];

#[derive(Template)]
#[template(path = "room.html")]
struct Page {
    bare: Bare,
    error: Option<Wrong>,
}

/// Shows the page of the password instead of everything else to whoever did not give it.
pub async fn closed(State(site): State<Arc<Site>>, request: Request, next: Next) -> Answer {
    let room = site.demo.as_ref().and_then(|demo| demo.room.as_ref());
    let path = request.uri().path();
    let open = || OPEN.iter().any(|open| path == *open || (open.ends_with('/') && path.starts_with(open)));
    let (parts, body) = match room {
        None => return next.run(request).await,
        Some(_) if open() => return next.run(request).await,
        Some(room) => {
            let (parts, body) = request.into_parts();
            if room.is_open_to(cookie(&parts, site.room_cookie())) {
                return next.run(Request::from_parts(parts, body)).await;
            }
            (parts, body)
        }
    };
    drop(body);
    shown(StatusCode::FORBIDDEN, language(&parts, None), None)
}

/// `POST /room`
pub async fn enter(State(site): State<Arc<Site>>, parts: Parts, fields: Fields) -> Answer {
    let said = language(&parts, None);
    let Some(room) = site.demo.as_ref().and_then(|demo| demo.room.as_ref()) else {
        return refused(&site, &parts, None, no_such_page(said)).await;
    };
    let address = parts.extensions.get::<Address>().map(|address| address.0);
    match tried(&site, room, address, fields.raw("p")).await {
        Ok(()) => {
            let mut answer = see_other("/");
            set_room(&site, &mut answer, &room.key);
            answer
        }
        Err(shut) => refused(&site, &parts, None, shut_out(said, shut)).await,
    }
}

/// Why somebody was not let in.
#[derive(Clone, Copy)]
enum Shut {
    Wrong,
    Wait(i64),
    Busy,
}

async fn tried(site: &Site, room: &Room, address: Option<IpAddr>, password: &str) -> Result<(), Shut> {
    let now = site.now();
    let turn = site.logins.turn(address).ok_or(Shut::Busy)?;
    // No login name has a space.
    let account =
        Account::of_name(&format!("the room, from {}", address.map_or_else(String::new, |from| from.to_string())));
    site.logins.begin(account, now).map_err(Shut::Wait)?;
    let typed = if password.len() <= LENGTH.1 { password } else { "" };
    let is = site.logins.hashing.is(typed.to_owned(), Some(room.hash.clone())).await.map_err(|_| Shut::Busy)?;
    drop(turn);
    if !is {
        site.logins.failed(address, now).await;
        return Err(Shut::Wrong);
    }
    site.logins.succeeded(account);
    Ok(())
}

fn shut_out(language: Language, shut: Shut) -> Answer {
    let (status, word, retry) = match shut {
        Shut::Wrong => (StatusCode::FORBIDDEN, W::RoomWrong, None),
        Shut::Wait(seconds) => (StatusCode::TOO_MANY_REQUESTS, W::RoomWait, Some(seconds)),
        Shut::Busy => (StatusCode::SERVICE_UNAVAILABLE, W::Busy, Some(3)),
    };
    let mut says = word.of(language).to_owned();
    if let Shut::Wait(seconds) = shut {
        says = format!("{says} {seconds}");
    }
    let mut answer = shown(status, language, Some(Wrong { heading: W::NotYet.of(language), field: "p", says }));
    if let Some(seconds) = retry {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

fn shown(status: StatusCode, language: Language, error: Option<Wrong>) -> Answer {
    let bare = Bare { language, title: W::Room, csrf: String::new(), demo: true };
    page(status, &Page { bare, error })
}
