//! Records that a request was refused, before it is answered; of those without a login, how many a minute.

use std::time::Duration;

use axum::extract::MatchedPath;
use axum::http::request::Parts;
use service::lifecycle::Stop;
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

/// How often the counts of minutes that are over are recorded.
const EVERY: Duration = Duration::from_secs(20);

/// Records how many requests were refused without a login in the minutes that are over, until the stop signal; then the rest.
pub async fn keep_recording(site: &Site, stop: &Stop) {
    loop {
        let goes_on = stop.or(tokio::time::sleep(EVERY)).await.is_some();
        // The minute that is not over ends with the process.
        let counted = site.logins.counted(if goes_on { site.now() } else { site.now().plus(60) });
        if !counted.is_empty()
            && let Err(fault) = site.people.note(counted).await
        {
            tracing::warn!(%fault, "refused requests could not be recorded");
        }
        if !goes_on {
            return;
        }
    }
}

async fn note(site: &Site, parts: &Parts, visitor: Option<&Visitor>) -> Result<(), Fault> {
    let path = parts.extensions.get::<MatchedPath>().map_or("no such page", MatchedPath::as_str);
    let (route, at) = (format!("{} {path}", parts.method), site.now());
    let looks = if let Some(visitor) = visitor {
        let (who, office, role) = (Some(visitor.id), visitor.office.clone(), Some(visitor.role));
        vec![Look { at, who, office, role, seen: Seen::Refused { route } }]
    } else {
        let address = parts.extensions.get::<Address>().map(|address| address.0);
        site.logins.refused(address, &route, at)
    };
    if looks.is_empty() { Ok(()) } else { site.people.note(looks).await }
}
