//! What a person does before anything else: a password of one's own, the second factor, the role.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::rulebook::Language;
use store::people::{Membership, Person, SecondFactor, Session, Sessions};

use super::bare::{Bare, Wrong};
use super::login::{Asked, begin_anew, local, set_session};
use crate::answer::{Answer, page, see_other, store_is_away};
use crate::credentials::secrets::random;
use crate::credentials::{codes, csrf, passwords, totp};
use crate::fields::Fields;
use crate::frame::role;
use crate::login::begin_session;
use crate::people::{Undone, change};
use crate::site::Site;
use crate::visitor::Member;
use crate::words::frame::Frame as F;
use crate::words::login::Login as W;

/// What is to be done.
enum Step {
    /// Choose a password.
    Password,
    /// Set an app up.
    Phone { key: String, address: String, sealed: String },
    /// Write the recovery codes down.
    Codes(Vec<String>),
    /// Choose a role.
    Role(Vec<(String, F, String)>),
}

#[derive(Template)]
#[template(path = "begin.html")]
struct Page {
    bare: Bare,
    error: Option<Wrong>,
    step: Step,
    next: String,
}

impl Page {
    fn new(site: &Site, language: Language, session: &Session, title: W, step: Step) -> Self {
        let bare = Bare { language, title, csrf: csrf::token(&session.csrf), demo: site.demo.is_some() };
        Self { bare, error: None, step, next: String::new() }
    }

    fn with(mut self, wrong: Option<W>) -> Self {
        let heading = self.bare.t(W::Begin);
        self.error = wrong.map(|word| Wrong { heading, field: "n", says: self.bare.t(word).to_owned() });
        self
    }

    fn answer(&self) -> Answer {
        page(if self.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, self)
    }
}

/// `GET /begin`
pub async fn form(State(site): State<Arc<Site>>, member: Member) -> Answer {
    if !site.must_begin(&member) {
        return see_other("/");
    }
    if member.person.must_change { password_form(&site, &member, None) } else { phone_form(&site, &member, None, None) }
}

/// `POST /begin`
pub async fn take(State(site): State<Arc<Site>>, member: Member, fields: Fields) -> Answer {
    let language = member.visitor.language;
    let taken = match (member.person.must_change, &member.person.second) {
        (true, _) => take_password(&site, &member, &fields).await,
        (false, SecondFactor::None) => take_phone(&site, &member, &fields).await,
        (false, _) => return see_other("/"),
    };
    taken.unwrap_or_else(|undone| not_done(&undone, language))
}

/// The answer where something could not be done at the moment.
pub fn not_done(undone: &Undone, language: Language) -> Answer {
    match undone {
        Undone::Store(fault) => store_is_away(fault, language),
        Undone::Refused(_) | Undone::Busy(_) => {
            let words = [W::Busy, W::LoadAgain].map(|word| projections::catalogue::Word::of(word, language));
            crate::answer::plain(StatusCode::SERVICE_UNAVAILABLE, language, words)
        }
    }
}

fn password_form(site: &Site, member: &Member, wrong: Option<W>) -> Answer {
    Page::new(site, member.visitor.language, &member.session, W::OwnPassword, Step::Password).with(wrong).answer()
}

async fn take_password(site: &Site, member: &Member, fields: &Fields) -> Result<Answer, Undone> {
    let (typed, again) = (fields.raw("new"), fields.raw("again"));
    if let Some(wrong) = unfit(site, &member.person, typed, again).await? {
        return Ok(password_form(site, member, Some(wrong)));
    }
    let secret = set_password(site, member, typed).await?;
    let mut answer = see_other("/begin");
    set_session(site, &mut answer, &secret);
    Ok(answer)
}

/// What is wrong with a new password.
pub async fn unfit(site: &Site, person: &Person, typed: &str, again: &str) -> Result<Option<W>, Undone> {
    let weak = passwords::weakness(typed, &person.login, &person.name).map(|weakness| match weakness {
        passwords::Weakness::TooShort => W::TooShort,
        passwords::Weakness::TooLong => W::PasswordTooLong,
        passwords::Weakness::Guessable => W::Guessable,
    });
    if weak.is_some() {
        return Ok(weak);
    }
    if typed != again {
        return Ok(Some(W::Differ));
    }
    let same = site.logins.hashing.is(typed.to_owned(), person.password.clone()).await?;
    Ok(same.then_some(W::SameAsBefore))
}

/// Sets a person's password and ends all sessions but a new one; returns its secret.
pub async fn set_password(site: &Site, member: &Member, typed: &str) -> Result<String, Undone> {
    let hash = site.logins.hashing.hash(typed.to_owned()).await?;
    let set = |person: &mut Person| {
        person.password = Some(hash.clone());
        person.must_change = false;
        Ok(())
    };
    let person = change(site.people.as_ref(), member.person.id, set).await?;
    Ok(begin_anew(site, &person, &membership(&member.session)).await?)
}

/// The role of a session.
fn membership(session: &Session) -> Membership {
    Membership { office: session.office.clone(), role: session.role, from: None, until: None }
}

/// The form for the second factor, with a new secret or the one that was shown before.
fn phone_form(site: &Site, member: &Member, shown: Option<Vec<u8>>, wrong: Option<W>) -> Answer {
    let secret = shown.unwrap_or_else(|| random::<{ totp::SECRET }>().to_vec());
    let step = Step::Phone {
        key: totp::in_base32(&secret),
        address: totp::address(&secret, &member.person.login),
        sealed: URL_SAFE_NO_PAD.encode(site.key.seal(member.person.id, &secret)),
    };
    Page::new(site, member.visitor.language, &member.session, W::SetUp, step).with(wrong).answer()
}

async fn take_phone(site: &Site, member: &Member, fields: &Fields) -> Result<Answer, Undone> {
    let id = member.person.id;
    // The secret comes back sealed, so that nothing of a set-up that is not finished is kept.
    let sealed = URL_SAFE_NO_PAD.decode(fields.raw("sealed")).unwrap_or_default();
    let Some(secret) = site.key.open(id, &sealed) else {
        return Ok(phone_form(site, member, None, Some(W::CodeWrong)));
    };
    let typed: String = fields.raw("code").split_whitespace().collect();
    let Some(step) = totp::step_of(&secret, &typed, site.now(), 0) else {
        return Ok(phone_form(site, member, Some(secret), Some(W::CodeWrong)));
    };
    let new = codes::new(&site.logins.hashing, &member.person, codes::RECOVERY).await?;
    let set = |person: &mut Person| {
        if person.second == SecondFactor::None {
            person.second = SecondFactor::Totp { sealed: sealed.clone(), last_step: step };
            person.recovery.clone_from(&new.kept);
        }
        Ok(())
    };
    let person = change(site.people.as_ref(), id, set).await?;
    if person.recovery != new.kept {
        // Somebody else set it up meanwhile.
        return Ok(see_other("/"));
    }
    let secret = begin_anew(site, &person, &membership(&member.session)).await?;
    let mut page = Page::new(site, member.visitor.language, &member.session, W::RecoveryCodes, Step::Codes(new.shown));
    // The page stands in the session that has ended.
    page.bare.csrf = String::new();
    let mut answer = page.answer();
    set_session(site, &mut answer, &secret);
    Ok(answer)
}

/// `GET /as`: the roles of a person, if there are several.
pub async fn roles(State(site): State<Arc<Site>>, Query(asked): Query<Asked>, member: Member) -> Answer {
    let (now, language) = (site.now(), member.visitor.language);
    let held = member.person.memberships.iter().enumerate().filter(|(_, membership)| membership.holds(now));
    let offered: Vec<(String, F, String)> = held
        .map(|(nth, membership)| {
            let office = membership.office.as_ref().map(|office| site.offices.name(office, language).to_owned());
            (nth.to_string(), role(membership.role), office.unwrap_or_default())
        })
        .collect();
    let next = local(&asked.next).to_owned();
    if offered.len() < 2 {
        return see_other(&next);
    }
    Page { next, ..Page::new(&site, language, &member.session, W::Choose, Step::Role(offered)) }.answer()
}

/// `POST /as`: acts for another office or in another role from now on, in a new session.
pub async fn act_as(State(site): State<Arc<Site>>, member: Member, fields: Fields) -> Answer {
    let now = site.now();
    let chosen = fields.raw("as").parse().ok().and_then(|nth: usize| member.person.memberships.get(nth));
    let Some(chosen) = chosen.filter(|membership| membership.holds(now)) else { return see_other("/as") };
    let begun = async {
        site.people.end_sessions(Sessions::One(member.session.key)).await?;
        begin_session(&site, &member.person, chosen).await
    };
    match begun.await {
        Ok(secret) => {
            let mut answer = see_other(local(fields.raw("next")));
            set_session(&site, &mut answer, &secret);
            answer
        }
        Err(fault) => store_is_away(&fault, member.visitor.language),
    }
}
