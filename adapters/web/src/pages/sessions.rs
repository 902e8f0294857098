//! Who is logged in, as an operator sees it.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use projections::catalogue::Word as _;
use store::Fault;
use store::people::{Session, Sessions};
use uuid::Uuid;

use super::operate::short;
use crate::answer::{Answer, page, see_other, store_is_away};
use crate::fields::Fields;
use crate::frame::{Frame, role};
use crate::site::Site;
use crate::visitor::{Visitor, lasts};
use crate::words::frame::Frame as W;
use crate::words::operate::Operate as O;

#[derive(Template)]
#[template(path = "sessions.html")]
struct Page {
    frame: Frame,
    sessions: Vec<Shown>,
}

/// A session, as shown.
struct Shown {
    /// The hash of its secret, in hexadecimal digits.
    key: String,
    name: String,
    role: W,
    office: String,
    began: String,
    seen: String,
    own: bool,
}

/// `GET /sessions`
pub async fn list(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    match listed(&site, &visitor).await {
        Ok(sessions) => {
            let frame = Frame::of(&site, &visitor, "/sessions", W::Sessions.of(visitor.language));
            page(StatusCode::OK, &Page { frame, sessions })
        }
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

async fn listed(site: &Site, visitor: &Visitor) -> Result<Vec<Shown>, Fault> {
    let (now, language) = (site.now(), visitor.language);
    let people = site.people.people().await?;
    let names: BTreeMap<Uuid, String> = people.into_iter().map(|person| (person.id, person.name)).collect();
    let shown = |session: Session| Shown {
        key: hex(session.key),
        name: names.get(&session.person).cloned().unwrap_or_default(),
        role: role(session.role),
        office: session
            .office
            .as_ref()
            .map(|office| site.offices.name(office, language).to_owned())
            .unwrap_or_default(),
        began: short(Some(session.began), language),
        seen: short(Some(session.seen), language),
        own: visitor.csrf() == Some(&session.csrf),
    };
    let sessions = site.people.sessions().await?.into_iter();
    Ok(sessions.filter(|session| lasts(session, now)).map(shown).collect())
}

/// `POST /sessions/end`
pub async fn end(State(site): State<Arc<Site>>, visitor: Visitor, fields: Fields) -> Answer {
    let ended = async {
        let sessions = site.people.sessions().await?;
        if let Some(session) = sessions.iter().find(|session| hex(session.key) == fields.raw("key")) {
            site.people.end_sessions(Sessions::One(session.key)).await?;
            tracing::info!(by = %visitor.id, person = %session.person, "a session was ended");
        }
        Ok::<_, Fault>(see_other("/sessions"))
    };
    ended.await.unwrap_or_else(|fault| store_is_away(&fault, visitor.language))
}

fn hex(key: [u8; 32]) -> String {
    key.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
