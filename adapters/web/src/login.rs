//! Logging in: the password, the second factor, a new session.
//!
//! Invariant: an unknown name, a wrong password and a wrong code take the same hashes and get the same answer. A code counts
//! once in all processes: whoever uses one writes the person over the version that was read.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use service::sealing::SealingKey;
use store::Fault;
use store::people::{Look, Membership, Person, Put, SecondFactor, Seen, Session, Sessions};
use uuid::Uuid;

use crate::credentials::passwords::Busy;
use crate::credentials::secrets::{random, secret};
use crate::credentials::{codes, totp};
use crate::logins::Account;
use crate::site::Site;
use crate::visitor::{key_of, lasts};

/// The longest login name and password that are looked at, in bytes.
const LONGEST: (usize, usize) = (64, 1024);
/// How many bytes make a device's mark its own.
const NONCE: usize = 16;
/// What the key of the marks is for.
const OF_MARKS: &str = "kamnot: marks of devices";
/// How many sessions that are over a login removes.
const REMOVED: usize = 100;

/// Somebody tries to log in.
pub struct Attempt<'a> {
    /// The login name, as typed.
    pub login: &'a str,
    /// The password.
    pub password: &'a str,
    /// The code of the phone or of the paper.
    pub code: &'a str,
    /// From where.
    pub address: Option<IpAddr>,
    /// The mark of a browser from which somebody logged in before.
    pub device: Option<&'a str>,
}

/// Why somebody was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// The name, the password or the code is wrong.
    Wrong,
    /// The name failed too often: in so many seconds again.
    Wait(i64),
    /// Too many log in at the moment.
    Busy,
    /// The people of a restored or moved log are not confirmed yet.
    Off,
    /// The person has no role at present.
    NoRole,
}

/// Somebody who was let in.
pub struct Entered {
    /// The person.
    pub person: Person,
    /// The secret for the cookie.
    pub secret: String,
    /// The mark for this browser.
    pub device: String,
}

/// Lets somebody in, or not.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn log_in(site: &Site, attempt: &Attempt<'_>) -> Result<Result<Entered, Shut>, Fault> {
    if !site.people.people_are_on().await? {
        return Ok(Err(Shut::Off));
    }
    let now = site.now();
    let login = login_name(attempt.login);
    let person = if login.len() <= LONGEST.0 { site.people.person_by_login(&login).await? } else { None };
    let known =
        attempt.device.filter(|mark| person.as_ref().is_some_and(|person| is_marked(&site.key, person.id, mark)));
    let account = known.map_or_else(|| Account::of_name(&login), Account::of_device);
    // Strangers leave room for the browsers that are known.
    let turn = if known.is_none() { site.logins.turn(attempt.address).map(Some) } else { Some(None) };
    let Some(turn) = turn else { return Ok(Err(Shut::Busy)) };
    if let Err(wait) = site.logins.begin(account, now) {
        return Ok(Err(Shut::Wait(wait)));
    }
    let Ok(proven) = proven(site, person.as_ref(), attempt).await else { return Ok(Err(Shut::Busy)) };
    drop(turn);
    let entering = match (person, proven) {
        (Some(person), Proven { password: true, on_paper }) if person.disabled.is_none() => {
            with_code(site, person, attempt.code, on_paper).await?
        }
        _ => None,
    };
    let Some(person) = entering else {
        site.logins.failed(attempt.address, now).await;
        return Ok(Err(Shut::Wrong));
    };
    site.logins.succeeded(account);
    let Some(membership) = person.memberships.iter().find(|membership| membership.holds(now)) else {
        return Ok(Err(Shut::NoRole));
    };
    let secret = begin_session(site, &person, membership).await?;
    remove_old(site).await?;
    let device = known.map_or_else(|| mark(&site.key, person.id), str::to_owned);
    Ok(Ok(Entered { person, secret, device }))
}

/// A login name as it is kept: in small letters.
pub fn login_name(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// What somebody proved, before the second factor is looked at.
struct Proven {
    /// Whether the password is right.
    password: bool,
    /// The hash of a code on paper, if one may have been typed.
    on_paper: Option<String>,
}

/// Hashes what was typed: as often for an unknown name as for a known one.
async fn proven(site: &Site, person: Option<&Person>, attempt: &Attempt<'_>) -> Result<Proven, Busy> {
    let hashing = &site.logins.hashing;
    let typed = if attempt.password.len() <= LONGEST.1 { attempt.password } else { "" };
    let hash = person.and_then(|person| person.password.clone());
    let password = hashing.is(typed.to_owned(), hash).await?;
    let id = person.map_or_else(Uuid::nil, |person| person.id);
    let on_paper = match attempt.code {
        code if codes::may_be(code) && code.len() <= LONGEST.0 => Some(codes::hash(hashing, id, code).await?),
        _ => None,
    };
    Ok(Proven { password, on_paper })
}

/// The person, if the code is right and not used yet; it is used then. Whoever has no second factor yet needs no code.
async fn with_code(
    site: &Site,
    mut person: Person,
    code: &str,
    on_paper: Option<String>,
) -> Result<Option<Person>, Fault> {
    loop {
        if person.second == SecondFactor::None {
            return Ok(Some(person));
        }
        if !use_code(site, &mut person, code, on_paper.as_deref()) {
            return Ok(None);
        }
        person.version += 1;
        match site.people.put_person(&person).await? {
            Put::Written => return Ok(Some(person)),
            // Somebody wrote the person meanwhile, perhaps with the same code: whatever holds now counts.
            Put::Moved | Put::LoginTaken => match site.people.person(person.id).await? {
                Some(again) if again.disabled.is_none() && again.password == person.password => person = again,
                _ => return Ok(None),
            },
        }
    }
}

/// Uses a code up; whether it was right.
fn use_code(site: &Site, person: &mut Person, code: &str, on_paper: Option<&str>) -> bool {
    if on_paper.is_some_and(|hash| person.recovery.remove(hash)) {
        return true;
    }
    let SecondFactor::Totp { sealed, last_step } = &mut person.second else { return false };
    let Some(secret) = site.key.open(person.id, sealed) else {
        tracing::error!("a second factor cannot be opened: is the key file the one under which it was sealed?");
        return false;
    };
    let bare: String = code.split_whitespace().collect();
    let Some(step) = totp::step_of(&secret, &bare, site.now(), *last_step) else { return false };
    *last_step = step;
    true
}

/// Begins a session in one of the person's roles, and records it; returns the secret for the cookie.
///
/// # Errors
/// If the store cannot be written.
pub async fn begin_session(site: &Site, person: &Person, membership: &Membership) -> Result<String, Fault> {
    let (secret, now) = (secret(), site.now());
    let session = Session {
        key: key_of(&secret),
        person: person.id,
        office: membership.office.clone(),
        role: membership.role,
        began: now,
        seen: now,
        csrf: random(),
    };
    let seen = Seen::List { list: "login".to_owned(), filters: String::new(), count: 0 };
    let (office, role) = (session.office.clone(), Some(session.role));
    site.people.note(vec![Look { at: now, who: Some(person.id), office, role, seen }]).await?;
    site.people.begin_session(&session).await?;
    Ok(secret)
}

/// Removes sessions that are over.
async fn remove_old(site: &Site) -> Result<(), Fault> {
    let now = site.now();
    let over = site.people.sessions().await?.into_iter().filter(|session| !lasts(session, now));
    for session in over.take(REMOVED) {
        site.people.end_sessions(Sessions::One(session.key)).await?;
    }
    Ok(())
}

/// A mark for a browser from which the person logged in. It is no login: with it, the failures of others under the same name
/// do not count.
pub fn mark(key: &SealingKey, person: Uuid) -> String {
    let nonce = random::<NONCE>();
    let tag = hmac::sign(&key.key_for(OF_MARKS), &[&nonce[..], person.as_bytes()].concat());
    URL_SAFE_NO_PAD.encode([&nonce[..], tag.as_ref()].concat())
}

/// Whether a mark is one of the person's.
fn is_marked(key: &SealingKey, person: Uuid, mark: &str) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(mark) else { return false };
    let Some((nonce, tag)) = bytes.split_at_checked(NONCE) else { return false };
    hmac::verify(&key.key_for(OF_MARKS), &[nonce, person.as_bytes()].concat(), tag).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_of_one_person_under_one_key() {
        let (key, keo) = (SealingKey::of([1; 32]), Uuid::from_u128(1));
        let mark = mark(&key, keo);
        assert!(is_marked(&key, keo, &mark));
        assert!(!is_marked(&key, Uuid::from_u128(2), &mark) && !is_marked(&SealingKey::of([2; 32]), keo, &mark));
        for forged in ["", "AAAA", &mark[..mark.len() - 2]] {
            assert!(!is_marked(&key, keo, forged));
        }
    }
}
