//! Tokens of programs, as an operator sees them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::rights::Role;
use store::people::Token;
use uuid::Uuid;

use super::bare::Wrong;
use super::begin::not_done;
use super::operate::{RoleForm, role_of, short, wrong};
use super::people::{HandedOver, status, titled};
use crate::answer::{Answer, no_such_page, page, see_other, store_is_away};
use crate::fields::Fields;
use crate::frame::{Frame, role};
use crate::people::{Flaw, Undone, add_token, revoke as revoke_token};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::frame::Frame as W;
use crate::words::operate::Operate as O;

/// The roles of which there are tokens.
const ROLES: [Role; 5] = [Role::Clerk, Role::Prosecutor, Role::Investigator, Role::Lawyer, Role::Supervisor];

#[derive(Template)]
#[template(path = "tokens.html")]
struct List {
    frame: Frame,
    error: Option<Wrong>,
    tokens: Vec<Shown>,
    /// The id of the token that the form makes: sent twice, it makes one.
    id: Uuid,
    form: RoleForm,
}

/// A token, as shown.
struct Shown {
    id: Uuid,
    name: String,
    office: String,
    role: W,
    made: String,
    until: String,
    state: O,
    counts: bool,
}

impl Shown {
    fn of(site: &Site, token: &Token, language: Language, now: Instant) -> Self {
        let state = match (token.revoked, token.until) {
            (Some(_), _) => O::Revoked,
            (None, Some(until)) if until < now => O::Over,
            (None, _) => O::Active,
        };
        Self {
            id: token.id,
            name: token.name.clone(),
            office: site.offices.name_and_code(&token.office, language),
            role: role(token.role),
            made: short(Some(token.made), language),
            until: short(token.until, language),
            state,
            counts: token.revoked.is_none(),
        }
    }
}

/// `GET /tokens`
pub async fn list(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    listed(&site, &visitor, &Fields::default(), None).await
}

async fn listed(site: &Site, visitor: &Visitor, typed: &Fields, flaw: Option<Flaw>) -> Answer {
    let (language, now) = (visitor.language, site.now());
    let tokens = match site.people.tokens().await {
        Ok(tokens) => tokens.iter().map(|token| Shown::of(site, token, language, now)).collect(),
        Err(fault) => return store_is_away(&fault, language),
    };
    let form = RoleForm::new(&site.offices, language, &ROLES, typed);
    let frame = Frame::of(site, visitor, "/tokens", titled(W::Tokens.of(language), flaw, language));
    page(status(flaw), &List { frame, error: flaw.map(|flaw| wrong(flaw, language)), tokens, id: Uuid::new_v4(), form })
}

/// `POST /tokens`
pub async fn add(State(site): State<Arc<Site>>, visitor: Visitor, fields: Fields) -> Answer {
    let added = async {
        let (role, id) = (role_of(&fields)?, Uuid::try_parse(fields.text("id")).map_err(|_| Flaw::SentBefore)?);
        add_token(site.people.as_ref(), &site.offices, id, fields.text("name"), role, site.now()).await
    };
    match added.await {
        Ok((token, secret)) => {
            tracing::info!(by = %visitor.id, token = %token.id, "a token was added");
            let frame = Frame::of(&site, &visitor, "/tokens", W::Tokens.of(visitor.language));
            let (secrets, back) = (vec![(O::Secret, secret)], "/tokens".to_owned());
            page(StatusCode::OK, &HandedOver { frame, heading: token.name, secrets, codes: Vec::new(), back })
        }
        Err(Undone::Refused(flaw)) => listed(&site, &visitor, &fields, Some(flaw)).await,
        Err(undone) => not_done(&undone, visitor.language),
    }
}

/// `POST /tokens/{id}/revoke`
pub async fn revoke(State(site): State<Arc<Site>>, visitor: Visitor, Path(id): Path<String>) -> Answer {
    let Ok(id) = Uuid::try_parse(&id) else { return no_such_page(visitor.language) };
    match revoke_token(site.people.as_ref(), id, site.now()).await {
        Ok(token) => {
            tracing::info!(by = %visitor.id, token = %token.id, "a token was revoked");
            see_other("/tokens")
        }
        Err(Undone::Refused(_)) => no_such_page(visitor.language),
        Err(undone) => not_done(&undone, visitor.language),
    }
}
