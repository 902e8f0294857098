//! What is sent to a person by mail, and to the person's office: which alerts, and when the digest.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use projections::catalogue::Word as _;
use service::mailing::{self, Flaw, Undone};
use store::people::mail::Address;
use uuid::Uuid;

use super::bare::Wrong;
use super::mail::{Asked, Shown, choice, choose, wrong};
use crate::answer::{Answer, page, see_other, store_is_away};
use crate::fields::Fields;
use crate::frame::Frame;
use crate::site::Site;
use crate::visitor::{Member, Visitor};
use crate::words::frame::Frame as W;
use crate::words::mail::Mail as M;
use crate::words::operate::Operate as O;

#[derive(Template)]
#[template(path = "notify.html")]
struct Page {
    frame: Frame,
    error: Option<Wrong>,
    saved: bool,
    asked: bool,
    addresses: Vec<Shown>,
}

/// Whether an address is the visitor's own, or that of the office for which the visitor acts.
fn is_own(address: &Address, visitor: &Visitor) -> bool {
    Some(&address.office) == visitor.office() && address.person.is_none_or(|person| person == visitor.id)
}

/// `GET /notify`
pub async fn form(State(site): State<Arc<Site>>, Query(asked): Query<Asked>, member: Member) -> Answer {
    shown(&site, &member.visitor, &asked, None).await
}

async fn shown(site: &Site, visitor: &Visitor, asked: &Asked, flaw: Option<Flaw>) -> Answer {
    let language = visitor.language;
    let read = async { Ok((site.log.mail_addresses().await?, site.log.mail_backlog().await?)) };
    let (addresses, backlog) = match read.await {
        Ok(read) => read,
        Err(fault) => return store_is_away(&fault, language),
    };
    let own = addresses.iter().filter(|address| is_own(address, visitor));
    let shown = own.map(|address| {
        let whose = if address.person.is_some() { M::You } else { M::TheOffice };
        Shown::of(site, address, &backlog, whose.of(language).to_owned(), language)
    });
    let title = M::Mine.of(language);
    let title = if flaw.is_some() { format!("{}: {title}", O::Error.of(language)) } else { title.to_owned() };
    let made = Page {
        frame: Frame::of(site, visitor, "/me", title),
        error: flaw.map(|flaw| wrong(flaw, language)),
        saved: asked.saved.is_some(),
        asked: asked.test.is_some(),
        addresses: shown.collect(),
    };
    page(if flaw.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &made)
}

/// `POST /notify`
pub async fn change(State(site): State<Arc<Site>>, member: Member, fields: Fields) -> Answer {
    let visitor = &member.visitor;
    let done = async {
        let id = Uuid::try_parse(fields.text("id")).map_err(|_| Flaw::NoSuchAddress)?;
        let address = site.log.mail_address(id).await?.filter(|address| is_own(address, visitor));
        let address = address.ok_or(Flaw::NoSuchAddress)?;
        if fields.raw("doing") == "test" {
            mailing::send_test(site.log.as_ref(), address.id, site.now()).await?;
            return Ok(see_other("/notify?test=yes"));
        }
        choose(&site, address.id, choice(&fields)?).await?;
        tracing::info!(by = %visitor.id, address = %address.id, "what goes to an address was chosen");
        Ok::<_, Undone>(see_other("/notify?saved=yes"))
    };
    match done.await {
        Ok(answer) => answer,
        Err(Undone::Refused(flaw)) => shown(&site, visitor, &Asked { test: None, saved: None }, Some(flaw)).await,
        Err(Undone::Store(fault)) => store_is_away(&fault, visitor.language),
    }
}
