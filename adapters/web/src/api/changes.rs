//! Live updates: a stream of server-sent events that says "changed, up to here" and nothing else.
//!
//! Invariant: before anything is said, the right is asked for again; the stream ends where it has ended. It keeps no session
//! alive: nobody is at the desk because a stream is open.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use projections::rights::{Act, Relation, Role, allows};
use tokio::time::Sleep;
use uuid::Uuid;

use super::parameters::{Asked, NONE};
use super::problem::Problem;
use crate::answer::{Answer, EVENTS, with};
use crate::live::{Follows, Of, Place, Stream};
use crate::origin::header;
use crate::own_docket::whose;
use crate::site::Site;
use crate::visitor::{By, Visitor, visitor};
use crate::words::api::Api;

/// How often a stream says that it is there; also how long it may go on after a right has ended while nothing changes.
const COMMENT_EVERY: Duration = Duration::from_secs(15);
/// What a stream begins with: after how many milliseconds a browser that lost it tries again.
const BEGINNING: &str = "retry: 2000\n\n";
/// In how many seconds somebody tries again for whom there is no room.
const TRY_AGAIN: u64 = 60;

/// `GET /api/v1/changes`
pub async fn changes(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    uri: Uri,
    parts: Parts,
) -> Result<Answer, Problem> {
    Asked::of(&uri, NONE)?;
    let follows = follows(&site, &caller).ok_or(Problem::of(Api::NotFound))?;
    let opened = site.live.open(of(&site, &caller), follows.clone()).await;
    let mut stream = opened.ok_or(Problem::of_streams(TRY_AGAIN))?;
    let known = header(&parts.headers, "last-event-id").and_then(Place::read);
    let here = stream.told.borrow_and_update().place;
    // Who was told up to another place may have missed something.
    let said = known.unwrap_or(here);
    let saying = Saying { site, parts, follows, stream, said, looks: 0, stage: Stage::Beginning, comment: comment() };
    let body = futures::stream::unfold(saying, |mut saying| async move {
        let said = saying.say().await?;
        Some((Ok::<_, Infallible>(Bytes::from(said)), saying))
    });
    let mut answer = with(StatusCode::OK, EVENTS, Body::from_stream(body));
    // A proxy before us passes each event on at once.
    answer.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(answer)
}

/// Whose stream it is.
fn of(site: &Site, visitor: &Visitor) -> Of {
    let session = match &visitor.by {
        By::Session(of) => Some(of.1.key),
        By::Token(_) => None,
    };
    // In the demo a whole class clicks on one role, and is one person.
    let who = match session.filter(|_| site.demo.is_some()) {
        Some(session) => Uuid::new_v5(&visitor.id, &session),
        None => visitor.id,
    };
    Of { who, session }
}

/// What the visitor's office is told of; `None` for somebody whose office has no cases.
fn follows(site: &Site, visitor: &Visitor) -> Option<Follows> {
    if !allows(visitor.role(), Relation::Foreign, Act::ReadInbox) {
        return None;
    }
    if visitor.role() == Role::Supervisor {
        return visitor.office().cloned().map(Follows::Escalated);
    }
    whose(site, visitor).map(|whose| Follows::Cases(whose.office, whose.seat))
}

/// What a stream says, one after the other.
struct Saying {
    site: Arc<Site>,
    /// The request, by which the caller is known.
    parts: Parts,
    follows: Follows,
    stream: Stream,
    /// Up to where it has told.
    said: Place,
    /// How often it was to look whether it still has the right, at the last look.
    looks: u64,
    stage: Stage,
    /// Over when it is to say that it is there.
    comment: Pin<Box<Sleep>>,
}

/// The time until a stream says that it is there.
fn comment() -> Pin<Box<Sleep>> {
    Box::pin(tokio::time::sleep(COMMENT_EVERY))
}

/// How far a stream has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Beginning,
    Open,
    Over,
}

impl Saying {
    /// What is said next; `None` at the end.
    async fn say(&mut self) -> Option<String> {
        match std::mem::replace(&mut self.stage, Stage::Open) {
            Stage::Beginning => return Some(BEGINNING.to_owned()),
            Stage::Open => {}
            Stage::Over => return None,
        }
        loop {
            let told = *self.stream.told.borrow_and_update();
            if told.replaced {
                self.stage = Stage::Over;
                return Some("event: replaced\ndata: -\n\n".to_owned());
            }
            if (told.place, told.looks) != (self.said, self.looks) {
                self.is_still_right().await.then_some(())?;
                self.looks = told.looks;
            }
            if told.place != self.said {
                self.said = told.place;
                return Some(format!("event: changed\nid: {place}\ndata: {place}\n\n", place = told.place));
            }
            tokio::select! {
                // The process stops.
                changed = self.stream.told.changed() => changed.ok()?,
                () = &mut self.comment => {
                    self.comment = comment();
                    return self.is_still_right().await.then(|| ":\n\n".to_owned());
                }
            }
        }
    }

    /// Whether the caller still is who opened it, and may follow the same.
    async fn is_still_right(&self) -> bool {
        match visitor(&self.site, &self.parts).await {
            Ok(Some(visitor)) => follows(&self.site, &visitor).as_ref() == Some(&self.follows),
            // Where nobody can say, it ends too: whoever still has the right opens another one.
            Ok(None) | Err(_) => false,
        }
    }
}
