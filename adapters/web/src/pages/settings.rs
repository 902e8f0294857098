//! A person's own settings: password, language, recovery codes.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, SET_COOKIE};
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::rights::{Act, Relation, allows};
use serde::Deserialize;
use store::people::{Person, SecondFactor};

use super::bare::Wrong;
use super::begin::{not_done, set_password, unfit};
use super::login::set_session;
use super::people::{HandedOver, factor};
use crate::answer::{Answer, page, see_other};
use crate::credentials::codes;
use crate::fields::Fields;
use crate::frame::Frame;
use crate::logins::Account;
use crate::people::{Undone, change};
use crate::site::Site;
use crate::visitor::{LANGUAGE_COOKIE, Member};
use crate::words::feeds::Feeds as F;
use crate::words::frame::Frame as W;
use crate::words::live::Live as V;
use crate::words::login::Login as L;
use crate::words::mail::Mail as M;
use crate::words::operate::Operate as O;

#[derive(Template)]
#[template(path = "settings.html")]
struct Page {
    frame: Frame,
    error: Option<Wrong>,
    saved: bool,
    name: String,
    login: String,
    factor: O,
    phone: bool,
    codes: usize,
    /// Where else there is something to choose: paths and texts.
    leads: Vec<(&'static str, &'static str)>,
}

/// Whether something was saved a moment ago.
#[derive(Deserialize)]
pub struct Asked {
    saved: Option<String>,
}

/// `GET /me`
pub async fn form(State(site): State<Arc<Site>>, Query(asked): Query<Asked>, member: Member) -> Answer {
    shown(&site, &member, asked.saved.is_some(), None)
}

fn shown(site: &Site, member: &Member, saved: bool, wrong: Option<(&'static str, String)>) -> Answer {
    let (person, language, now) = (&member.person, member.visitor.language, site.now());
    let title = O::Settings.of(language);
    let title = if wrong.is_some() { format!("{}: {title}", O::Error.of(language)) } else { title.to_owned() };
    let heading = O::NotDone.of(language);
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let several = person.memberships.iter().filter(|membership| membership.holds(now)).count() > 1;
    let may = |act| allows(member.visitor.role(), Relation::Foreign, act);
    let leads = [
        (may(Act::MakeFeed), "/feeds", F::OfOffice.of(language)),
        (several, "/as", O::ChangeRole.of(language)),
        (may(Act::ReadInbox), "/notify", M::Mine.of(language)),
    ];
    let leads = leads.into_iter().filter_map(|(is, path, text)| is.then_some((path, text))).collect();
    let made = Page {
        frame: Frame::of(site, &member.visitor, "/me", title),
        error: wrong.map(|(field, says)| Wrong { heading, field, says }),
        saved,
        name: person.name.clone(),
        login: person.login.clone(),
        factor: factor(&person.second),
        phone: matches!(person.second, SecondFactor::Totp { .. }),
        codes: person.recovery.len(),
        leads,
    };
    page(status, &made)
}

/// What is wrong with what was typed as the present password; as slow as a login after several failures, but whoever fails to
/// log in under the same name slows nobody down here.
async fn unknown(site: &Site, member: &Member, typed: &str) -> Result<Option<String>, Undone> {
    let (account, language) = (Account::of_person(member.person.id), member.visitor.language);
    if let Err(wait) = site.logins.begin(account, site.now()) {
        return Ok(Some(format!("{} {wait}", L::Wait.of(language))));
    }
    if !site.logins.hashing.is(typed.to_owned(), member.person.password.clone()).await? {
        return Ok(Some(L::OldWrong.of(language).to_owned()));
    }
    site.logins.succeeded(account);
    Ok(None)
}

/// `POST /me/password`
pub async fn password(State(site): State<Arc<Site>>, member: Member, fields: Fields) -> Answer {
    let set = async {
        if let Some(says) = unknown(&site, &member, fields.raw("old")).await? {
            return Ok(shown(&site, &member, false, Some(("old", says))));
        }
        let (typed, again) = (fields.raw("new"), fields.raw("again"));
        if let Some(wrong) = unfit(&site, &member.person, typed, again).await? {
            return Ok(shown(&site, &member, false, Some(("n", wrong.of(member.visitor.language).to_owned()))));
        }
        let mut answer = see_other("/me?saved=yes");
        set_session(&site, &mut answer, &set_password(&site, &member, typed).await?);
        Ok::<_, Undone>(answer)
    };
    set.await.unwrap_or_else(|undone| not_done(&undone, member.visitor.language))
}

/// `POST /me/language`
pub async fn language(State(site): State<Arc<Site>>, member: Member, fields: Fields) -> Answer {
    let Some(language) = Language::from_word(fields.raw("language")) else { return see_other("/me") };
    let set = |person: &mut Person| {
        person.language = language;
        Ok(())
    };
    match change(site.people.as_ref(), member.person.id, set).await {
        Ok(_) => {
            let mut answer = see_other("/me?saved=yes");
            // What was switched in this browser no longer counts.
            let cookie = format!("{LANGUAGE_COOKIE}=; Path=/; Max-Age=0");
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                answer.headers_mut().append(SET_COOKIE, cookie);
            }
            answer
        }
        Err(undone) => not_done(&undone, member.visitor.language),
    }
}

/// `POST /me/codes`: new recovery codes beside the phone.
pub async fn new_codes(State(site): State<Arc<Site>>, member: Member, fields: Fields) -> Answer {
    let renewed = async {
        if !matches!(member.person.second, SecondFactor::Totp { .. }) {
            return Ok(see_other("/me"));
        }
        if let Some(says) = unknown(&site, &member, fields.raw("old")).await? {
            return Ok(shown(&site, &member, false, Some(("old2", says))));
        }
        let new = codes::new(&site.logins.hashing, &member.person, codes::RECOVERY).await?;
        let set = |person: &mut Person| {
            person.recovery.clone_from(&new.kept);
            Ok(())
        };
        change(site.people.as_ref(), member.person.id, set).await?;
        let frame = Frame::of(&site, &member.visitor, "/me", O::Settings.of(member.visitor.language));
        let (heading, back) = (L::RecoveryCodes.of(member.visitor.language).to_owned(), "/me".to_owned());
        Ok::<_, Undone>(page(StatusCode::OK, &HandedOver { frame, heading, secrets: vec![], codes: new.shown, back }))
    };
    renewed.await.unwrap_or_else(|undone| not_done(&undone, member.visitor.language))
}
