//! People and tokens as an operator keeps them: the same on the pages and on the command line.
//!
//! Invariant: an operator has no other role; people are disabled, never deleted; a password or token made here is returned once
//! and kept as a hash.

use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::rights::Role;
use service::offices::{OfficeKind, Offices};
use service::shown::plain;
use store::Fault;
use store::people::{Membership, PeopleStore, Person, Put, SecondFactor, Sessions, Token};
use uuid::Uuid;

use crate::credentials::codes::{self, PRINTED};
use crate::credentials::passwords::{self, Busy, Hashing};
use crate::credentials::secrets::secret;
use crate::login::login_name;
use crate::visitor::key_of;
pub use crate::words::flaw::Flaw;

/// The longest name of a person or token, in characters.
const LONGEST: usize = 100;
/// What a token begins with, so that one that was lost is recognised.
const TOKEN: &str = "kamnot_";

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Undone {
    /// It may not be so.
    #[error("refused: {0:?}")]
    Refused(Flaw),
    /// Too much waits to be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Flaw> for Undone {
    fn from(flaw: Flaw) -> Self {
        Self::Refused(flaw)
    }
}

/// Where a person's second factor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// On a phone: set up at the first login.
    Phone,
    /// On a printed list of one-time codes.
    Paper,
}

/// Somebody who is new.
pub struct Newcomer<'a> {
    /// The login name.
    pub login: &'a str,
    /// The name.
    pub name: &'a str,
    /// The language of the pages.
    pub language: Language,
    /// The first role.
    pub membership: Membership,
    /// Where the second factor is.
    pub factor: Factor,
}

/// What a person is handed over, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// The first password, to be changed at the next login.
    pub password: String,
    /// The printed list of one-time codes; empty for a person with a phone.
    pub codes: Vec<String>,
}

/// Adds a person.
///
/// # Errors
/// If the login name is taken, or something of the person may not be so.
pub async fn add(
    people: &dyn PeopleStore,
    hashing: &Hashing,
    offices: &Offices,
    new: Newcomer<'_>,
) -> Result<(Person, Handed), Undone> {
    let login = login_name(new.login);
    let plain_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._".contains(&byte);
    if login.is_empty() || login.len() > 64 || !login.bytes().all(plain_letter) {
        return Err(Flaw::LoginForm.into());
    }
    let memberships = vec![new.membership];
    fit(&memberships, offices)?;
    let mut person = Person {
        id: Uuid::new_v4(),
        version: 1,
        login,
        name: name(new.name)?,
        language: new.language,
        memberships,
        password: None,
        second: SecondFactor::None,
        recovery: [].into(),
        must_change: true,
        disabled: None,
    };
    let handed = hand_over(hashing, &mut person, new.factor).await?;
    match people.put_person(&person).await? {
        Put::Written => Ok((person, handed)),
        Put::Moved | Put::LoginTaken => Err(Flaw::LoginTaken.into()),
    }
}

/// Gives a person a new first password and a new second factor, and ends the person's sessions; with a version only if nobody
/// has changed the person since, so that a form that is sent twice does it once.
///
/// # Errors
/// If there is no such person, or the version is another one.
pub async fn reset(
    people: &dyn PeopleStore,
    hashing: &Hashing,
    (id, version): (Uuid, Option<u32>),
    factor: Factor,
) -> Result<Handed, Undone> {
    let is_current = |person: &Person| version.is_none_or(|version| version == person.version);
    let mut fresh = people.person(id).await?.ok_or(Flaw::NoSuchPerson)?;
    if !is_current(&fresh) {
        return Err(Flaw::PersonMoved.into());
    }
    let handed = hand_over(hashing, &mut fresh, factor).await?;
    let Person { password, second, recovery, .. } = fresh;
    change(people, id, |person| {
        if !is_current(person) {
            return Err(Flaw::PersonMoved);
        }
        person.password.clone_from(&password);
        person.second.clone_from(&second);
        person.recovery.clone_from(&recovery);
        person.must_change = true;
        Ok(())
    })
    .await?;
    people.end_sessions(Sessions::Of(id)).await?;
    Ok(handed)
}

/// A new first password and, on paper, new codes.
async fn hand_over(hashing: &Hashing, person: &mut Person, factor: Factor) -> Result<Handed, Busy> {
    let password = passwords::first();
    person.password = Some(hashing.hash(password.clone()).await?);
    (person.second, person.recovery) = (SecondFactor::None, [].into());
    let mut shown = Vec::new();
    if factor == Factor::Paper {
        let codes = codes::new(hashing, person, PRINTED).await?;
        (person.second, person.recovery, shown) = (SecondFactor::Printed, codes.kept, codes.shown);
    }
    Ok(Handed { password, codes: shown })
}

/// Disables a person and ends all sessions.
///
/// # Errors
/// If there is no such person.
pub async fn disable(people: &dyn PeopleStore, id: Uuid, now: Instant) -> Result<Person, Undone> {
    let disable = |person: &mut Person| {
        person.disabled = person.disabled.or(Some(now));
        Ok(())
    };
    let person = change(people, id, disable).await?;
    people.end_sessions(Sessions::Of(id)).await?;
    Ok(person)
}

/// Enables a person again.
///
/// # Errors
/// If there is no such person.
pub async fn enable(people: &dyn PeopleStore, id: Uuid) -> Result<Person, Undone> {
    let enable = |person: &mut Person| {
        person.disabled = None;
        Ok(())
    };
    change(people, id, enable).await
}

/// Gives a person a role more.
///
/// # Errors
/// If it may not be, beside those that the person has.
pub async fn join(
    people: &dyn PeopleStore,
    offices: &Offices,
    id: Uuid,
    membership: Membership,
) -> Result<Person, Undone> {
    let join = |person: &mut Person| {
        person.memberships.push(membership.clone());
        fit(&person.memberships, offices)
    };
    change(people, id, join).await
}

/// Ends a role of a person.
///
/// # Errors
/// If the person has no such role.
pub async fn leave(people: &dyn PeopleStore, id: Uuid, which: &Membership, now: Instant) -> Result<Person, Undone> {
    let leave = |person: &mut Person| {
        let found = person.memberships.iter_mut().find(|membership| *membership == which).ok_or(Flaw::NoSuchRole)?;
        // It held until the second before.
        found.until = Some(found.until.map_or(now.plus(-1), |until| until.min(now.plus(-1))));
        Ok(())
    };
    change(people, id, leave).await
}

/// Writes a person over whatever was written meanwhile.
///
/// # Errors
/// If there is no such person, or the change is refused.
pub async fn change(
    people: &dyn PeopleStore,
    id: Uuid,
    change: impl Fn(&mut Person) -> Result<(), Flaw>,
) -> Result<Person, Undone> {
    loop {
        let mut person = people.person(id).await?.ok_or(Flaw::NoSuchPerson)?;
        change(&mut person)?;
        person.version += 1;
        match people.put_person(&person).await? {
            Put::Written => return Ok(person),
            Put::Moved => {}
            Put::LoginTaken => return Err(Flaw::LoginTaken.into()),
        }
    }
}

/// Adds a token under an id, once; returns it with its secret.
///
/// # Errors
/// If it may not be so, or there is a token with this id already.
pub async fn add_token(
    people: &dyn PeopleStore,
    offices: &Offices,
    id: Uuid,
    called: &str,
    membership: Membership,
    now: Instant,
) -> Result<(Token, String), Undone> {
    let name = name(called)?;
    if membership.role == Role::Operator {
        return Err(Flaw::NoTokenForOperators.into());
    }
    let until = membership.until;
    fit(std::slice::from_ref(&membership), offices)?;
    let (office, role) = (membership.office.ok_or(Flaw::OfficeMissing)?, membership.role);
    let secret = [TOKEN, &secret()].concat();
    let token = Token { id, key: key_of(&secret), name, office, role, made: now, until, revoked: None };
    if people.add_token(&token).await? { Ok((token, secret)) } else { Err(Flaw::SentBefore.into()) }
}

/// Revokes a token.
///
/// # Errors
/// If there is no such token.
pub async fn revoke(people: &dyn PeopleStore, id: Uuid, now: Instant) -> Result<Token, Undone> {
    let mut token = people.tokens().await?.into_iter().find(|token| token.id == id).ok_or(Flaw::NoSuchToken)?;
    token.revoked = token.revoked.or(Some(now));
    people.put_token(&token).await?;
    Ok(token)
}

/// A name that can be shown.
///
/// # Errors
/// If it is empty or too long.
pub(crate) fn name(typed: &str) -> Result<String, Flaw> {
    let name = plain(typed.trim()).into_owned();
    if name.is_empty() || name.chars().count() > LONGEST { Err(Flaw::NameForm) } else { Ok(name) }
}

/// Whether somebody may have all these roles.
fn fit(memberships: &[Membership], offices: &Offices) -> Result<(), Flaw> {
    for (nth, membership) in memberships.iter().enumerate() {
        fits(membership, offices)?;
        let together = memberships[..nth].iter().filter(|other| overlap(membership, other));
        for other in together {
            if (membership.role == Role::Operator) != (other.role == Role::Operator) {
                return Err(Flaw::OperatorAlone);
            }
            if (membership.role, &membership.office) == (other.role, &other.office) {
                return Err(Flaw::RoleTwice);
            }
        }
    }
    Ok(())
}

/// Whether somebody may have this role.
fn fits(Membership { office, role, from, until }: &Membership, offices: &Offices) -> Result<(), Flaw> {
    if from.zip(*until).is_some_and(|(from, until)| until < from) {
        return Err(Flaw::UntilBeforeFrom);
    }
    let kind = match role {
        Role::Operator => return if office.is_some() { Err(Flaw::OperatorHasNoOffice) } else { Ok(()) },
        Role::Clerk => Some(OfficeKind::Court),
        Role::Prosecutor => Some(OfficeKind::Prosecutor),
        Role::Investigator => Some(OfficeKind::Investigator),
        Role::Lawyer => Some(OfficeKind::LegalAid),
        Role::Supervisor => None,
    };
    let office = office.as_ref().ok_or(Flaw::OfficeMissing)?;
    let known = offices.get(office).ok_or(Flaw::OfficeUnknown)?;
    if kind.is_some_and(|kind| kind != known.kind) { Err(Flaw::OfficeOfAnotherKind) } else { Ok(()) }
}

/// Whether two roles are held at the same time at some instant.
fn overlap(one: &Membership, other: &Membership) -> bool {
    let begins_before_the_end =
        |one: &Membership, other: &Membership| one.from.zip(other.until).is_none_or(|(from, until)| from <= until);
    begins_before_the_end(one, other) && begins_before_the_end(other, one)
}

/// The role in an office that somebody names by words; from the beginning of the first day to the end of the last one.
///
/// # Errors
/// If a word is not one.
pub fn membership(role: &str, office: &str, from: Option<Instant>, until: Option<Instant>) -> Result<Membership, Flaw> {
    let role = Role::of_word(role).ok_or(Flaw::RoleUnknown)?;
    let office = if office.is_empty() { None } else { Some(OfficeCode::new(office).ok_or(Flaw::OfficeUnknown)?) };
    Ok(Membership { office, role, from, until })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(role: Role, office: &str, from: Option<i64>, until: Option<i64>) -> Membership {
        let instant = |seconds: Option<i64>| seconds.map(Instant::from_unix);
        Membership { office: OfficeCode::new(office), role, from: instant(from), until: instant(until) }
    }

    #[test]
    fn an_operator_has_no_other_role_at_the_same_time() {
        let offices = Offices::of_the_program();
        let clerk = |until| role(Role::Clerk, "vte-juvenile-court", None, until);
        let operator = |from| role(Role::Operator, "", from, None);
        assert_eq!(fit(&[clerk(None), operator(None)], &offices), Err(Flaw::OperatorAlone));
        assert_eq!(fit(&[operator(Some(9)), clerk(Some(9))], &offices), Err(Flaw::OperatorAlone));
        assert_eq!(fit(&[operator(Some(10)), clerk(Some(9))], &offices), Ok(()));
        assert_eq!(
            fit(&[role(Role::Operator, "vte-prosecutor", None, None)], &offices),
            Err(Flaw::OperatorHasNoOffice)
        );
    }

    #[test]
    fn a_role_is_held_in_a_known_office_of_its_kind_once() {
        let offices = Offices::of_the_program();
        let of = |held: &[Membership]| fit(held, &offices);
        assert_eq!(of(&[role(Role::Clerk, "vte-prosecutor", None, None)]), Err(Flaw::OfficeOfAnotherKind));
        assert_eq!(of(&[role(Role::Clerk, "nowhere", None, None)]), Err(Flaw::OfficeUnknown));
        assert_eq!(of(&[role(Role::Clerk, "", None, None)]), Err(Flaw::OfficeMissing));
        assert_eq!(of(&[role(Role::Supervisor, "vte-prosecutor", Some(2), Some(1))]), Err(Flaw::UntilBeforeFrom));
        let supervisor = |from, until| role(Role::Supervisor, "vte-prosecutor", from, until);
        assert_eq!(of(&[supervisor(None, Some(5)), supervisor(Some(6), None)]), Ok(()));
        assert_eq!(of(&[supervisor(None, Some(5)), supervisor(Some(5), None)]), Err(Flaw::RoleTwice));
        assert_eq!(of(&[supervisor(None, None), role(Role::Prosecutor, "vte-prosecutor", None, None)]), Ok(()));
    }
}
