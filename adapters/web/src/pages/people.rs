//! People, as an operator sees them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::rights::Role;
use store::people::{Membership, Person, SecondFactor};
use uuid::Uuid;

use super::bare::Wrong;
use super::begin::not_done;
use super::operate::{RoleForm, factor_of, role_of, short, wrong};
use crate::answer::{Answer, no_such_page, page, see_other, store_is_away};
use crate::fields::Fields;
use crate::frame::{Frame, role};
use crate::people::{Flaw, Handed, Newcomer, Undone, add as add_person, disable, enable, join, leave, reset};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::frame::Frame as W;
use crate::words::operate::Operate as O;

#[derive(Template)]
#[template(path = "people.html")]
struct List {
    frame: Frame,
    error: Option<Wrong>,
    people: Vec<Shown>,
    form: RoleForm,
}

#[derive(Template)]
#[template(path = "person.html")]
struct One {
    frame: Frame,
    error: Option<Wrong>,
    person: Shown,
    form: RoleForm,
}

/// What is shown once.
#[derive(Template)]
#[template(path = "handed.html")]
pub struct HandedOver {
    /// The frame.
    pub frame: Frame,
    /// For whom or what it is.
    pub heading: String,
    /// The secrets, with what each is.
    pub secrets: Vec<(O, String)>,
    /// A list of codes.
    pub codes: Vec<String>,
    /// Where to go on.
    pub back: String,
}

/// A person, as shown.
struct Shown {
    id: Uuid,
    version: u32,
    login: String,
    name: String,
    roles: Vec<RoleShown>,
    state: O,
    disabled: String,
    factor: O,
    codes: usize,
}

/// A role, as shown.
struct RoleShown {
    nth: usize,
    role: W,
    office: String,
    from: String,
    until: String,
    goes_on: bool,
}

/// The word for a person's second factor.
pub const fn factor(second: &SecondFactor) -> O {
    match second {
        SecondFactor::None => O::NoFactor,
        SecondFactor::Totp { .. } => O::Phone,
        SecondFactor::Printed => O::Paper,
    }
}

impl Shown {
    fn of(site: &Site, person: &Person, language: Language) -> Self {
        let now = site.now();
        let shown = |(nth, membership): (usize, &Membership)| RoleShown {
            nth,
            role: role(membership.role),
            office: membership
                .office
                .as_ref()
                .map(|office| site.offices.name_and_code(office, language))
                .unwrap_or_default(),
            from: short(membership.from, language),
            until: short(membership.until, language),
            goes_on: membership.until.is_none_or(|until| now <= until),
        };
        Self {
            id: person.id,
            version: person.version,
            login: person.login.clone(),
            name: person.name.clone(),
            roles: person.memberships.iter().enumerate().map(shown).collect(),
            state: match (person.disabled, person.must_change) {
                (Some(_), _) => O::Disabled,
                (None, true) => O::New,
                (None, false) => O::Active,
            },
            disabled: short(person.disabled, language),
            factor: factor(&person.second),
            codes: person.recovery.len(),
        }
    }
}

/// `GET /people`
pub async fn list(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    listed(&site, &visitor, &Fields::default(), None).await
}

async fn listed(site: &Site, visitor: &Visitor, typed: &Fields, flaw: Option<Flaw>) -> Answer {
    let language = visitor.language;
    let people = match site.people.people().await {
        Ok(people) => people,
        Err(fault) => return store_is_away(&fault, language),
    };
    let people = people.iter().map(|person| {
        let shown = Shown::of(site, person, language);
        // Roles that are over are shown on the person's own page.
        Shown { roles: shown.roles.into_iter().filter(|role| role.goes_on).collect(), ..shown }
    });
    let people = people.collect();
    let form = RoleForm::new(&site.offices, language, &Role::ALL, typed);
    let (frame, error) = (framed(site, visitor, flaw), flaw.map(|flaw| wrong(flaw, language)));
    page(status(flaw), &List { frame, error, people, form })
}

/// `POST /people`
pub async fn add(State(site): State<Arc<Site>>, visitor: Visitor, fields: Fields) -> Answer {
    let language = Language::from_word(fields.raw("language")).unwrap_or(Language::Lo);
    let (login, name, factor) = (fields.text("login"), fields.text("name"), factor_of(&fields));
    let added = async {
        let new = Newcomer { login, name, language, membership: role_of(&fields)?, factor };
        add_person(site.people.as_ref(), &site.logins.hashing, &site.offices, new).await
    };
    match added.await {
        Ok((person, handed)) => {
            tracing::info!(by = %visitor.id, person = %person.id, "a person was added");
            handed_over(&site, &visitor, &person, handed)
        }
        Err(Undone::Refused(flaw)) => listed(&site, &visitor, &fields, Some(flaw)).await,
        Err(undone) => not_done(&undone, visitor.language),
    }
}

fn handed_over(site: &Site, visitor: &Visitor, person: &Person, Handed { password, codes }: Handed) -> Answer {
    let frame = framed(site, visitor, None);
    let secrets = vec![(O::FirstPassword, password)];
    let (heading, back) = (format!("{} ({})", person.name, person.login), format!("/people/{}", person.id));
    page(StatusCode::OK, &HandedOver { frame, heading, secrets, codes, back })
}

/// `GET /people/{id}`
pub async fn one(State(site): State<Arc<Site>>, visitor: Visitor, Path(id): Path<String>) -> Answer {
    match Uuid::try_parse(&id) {
        Ok(id) => shown(&site, &visitor, id, &Fields::default(), None).await,
        Err(_) => no_such_page(visitor.language),
    }
}

async fn shown(site: &Site, visitor: &Visitor, id: Uuid, typed: &Fields, flaw: Option<Flaw>) -> Answer {
    let language = visitor.language;
    let person = match site.people.person(id).await {
        Ok(Some(person)) => Shown::of(site, &person, language),
        Ok(None) => return no_such_page(language),
        Err(fault) => return store_is_away(&fault, language),
    };
    let form = RoleForm::new(&site.offices, language, &Role::ALL, typed);
    let (frame, error) = (framed(site, visitor, flaw), flaw.map(|flaw| wrong(flaw, language)));
    page(status(flaw), &One { frame, error, person, form })
}

/// `POST /people/{id}/{act}`
pub async fn act(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path((id, act)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    let Ok(id) = Uuid::try_parse(&id) else { return no_such_page(visitor.language) };
    match acted(&site, &visitor, id, &act, &fields).await {
        Ok(Some(answer)) => {
            tracing::info!(by = %visitor.id, person = %id, act, "a person was changed");
            answer
        }
        Ok(None) => no_such_page(visitor.language),
        Err(Undone::Refused(flaw)) => shown(&site, &visitor, id, &fields, Some(flaw)).await,
        Err(undone) => not_done(&undone, visitor.language),
    }
}

/// Does what an operator wants with a person; none if there is no such act.
async fn acted(site: &Site, visitor: &Visitor, id: Uuid, act: &str, fields: &Fields) -> Result<Option<Answer>, Undone> {
    let (people, now) = (site.people.as_ref(), site.now());
    // Who is the only operator could not take it back.
    if id == visitor.id && matches!(act, "disable" | "leave" | "reset") {
        return Err(Flaw::Yourself.into());
    }
    let person = match act {
        "reset" => {
            let version = fields.raw("version").parse().map_err(|_| Flaw::PersonMoved)?;
            let handed = reset(people, &site.logins.hashing, (id, Some(version)), factor_of(fields)).await?;
            let person = people.person(id).await?.ok_or(Flaw::NoSuchPerson)?;
            return Ok(Some(handed_over(site, visitor, &person, handed)));
        }
        "disable" => disable(people, id, now).await?,
        "enable" => enable(people, id).await?,
        "join" => join(people, &site.offices, id, role_of(fields)?).await?,
        "leave" => {
            let person = people.person(id).await?.ok_or(Flaw::NoSuchPerson)?;
            let which = fields.raw("which").parse().ok().and_then(|nth: usize| person.memberships.get(nth));
            leave(people, id, which.ok_or(Flaw::NoSuchRole)?, now).await?
        }
        _ => return Ok(None),
    };
    Ok(Some(see_other(&format!("/people/{}", person.id))))
}

fn framed(site: &Site, visitor: &Visitor, flaw: Option<Flaw>) -> Frame {
    Frame::of(site, visitor, "/people", titled(W::People.of(visitor.language), flaw, visitor.language))
}

/// A title, which says so if there is an error.
pub fn titled(title: &str, flaw: Option<Flaw>, language: Language) -> String {
    if flaw.is_some() { format!("{}: {title}", O::Error.of(language)) } else { title.to_owned() }
}

/// The status of a page with or without a flaw.
pub const fn status(flaw: Option<Flaw>) -> StatusCode {
    if flaw.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}
