//! Records that a request was refused, before it is answered.

use axum::extract::MatchedPath;
use axum::http::request::Parts;
use store::Fault;
use store::people::{Look, Seen};

use crate::answer::{Answer, store_is_away};
use crate::site::Site;
use crate::visitor::{Address, Visitor, language};

/// Records that a request was refused, and gives the answer.
pub async fn refused(site: &Site, parts: &Parts, visitor: Option<&Visitor>, answer: Answer) -> Answer {
    match note(site, parts, visitor).await {
        Ok(()) => answer,
        Err(fault) => store_is_away(&fault, language(parts, None)),
    }
}

async fn note(site: &Site, parts: &Parts, visitor: Option<&Visitor>) -> Result<(), Fault> {
    let path = parts.extensions.get::<MatchedPath>().map_or("no such page", MatchedPath::as_str);
    let (route, at) = (format!("{} {path}", parts.method), site.now());
    let looks = match visitor {
        Some(visitor) => {
            let (who, office, role) = (Some(visitor.id), visitor.office.clone(), Some(visitor.role));
            vec![Look { at, who, office, role, seen: Seen::Refused { route } }]
        }
        None => {
            let address = parts.extensions.get::<Address>().map(|address| address.0);
            site.logins.refused(address, &route, at)
        }
    };
    if looks.is_empty() { Ok(()) } else { site.people.note(looks).await }
}
