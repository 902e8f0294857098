//! The feeds of an office, for those who act for it; all of them, for an operator; and the calendar that a feed is.
//!
//! Invariant: a calendar is reached by its secret alone, and by nothing else of the request. The look is recorded under the
//! feed, and durable, before the calendar leaves. A secret that is none is answered like a page that there is not.

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, ETAG, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::feed::ical::{MOST, calendar};
use projections::rights::{Act, Relation, allows};
use service::queries::dockets::Whose;
use sha2::{Digest as _, Sha256};
use store::Fault;
use store::people::{Feed, Look, LooksOf, Seen};
use uuid::Uuid;

use super::bare::Wrong;
use super::begin::not_done;
use super::operate::{short, wrong};
use super::people::{HandedOver, status, titled};
use crate::answer::{Answer, is_known, no_such_page, page, see_other, store_is_away, with};
use crate::api::problem::Problem;
use crate::feeds::{Counts, NewFeed, add_feed, path, revoke_feed};
use crate::fields::Fields;
use crate::frame::Frame;
use crate::gate::{note, note_look};
use crate::origin::ours;
use crate::people::{Flaw, Undone};
use crate::site::Site;
use crate::visitor::{Address, OfNobody, Visitor, key_of, language};
use crate::words::feeds::Feeds as F;
use crate::words::frame::Frame as W;
use crate::words::operate::Operate as O;

#[derive(Template)]
#[template(path = "feeds.html")]
struct List {
    frame: Frame,
    error: Option<Wrong>,
    feeds: Vec<Shown>,
    /// Whether the visitor may make one.
    may_make: bool,
    /// The id of the feed that the form makes: sent twice, it makes one.
    id: Uuid,
    name: String,
}

/// A feed, as shown.
struct Shown {
    id: Uuid,
    name: String,
    office: String,
    language: O,
    made: String,
    maker: String,
    read: String,
    state: &'static str,
    is_revoked: bool,
}

/// `GET /feeds`
pub async fn list(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    listed(&site, &visitor, &Fields::default(), None).await
}

async fn listed(site: &Site, visitor: &Visitor, typed: &Fields, flaw: Option<Flaw>) -> Answer {
    let language = visitor.language;
    let feeds = match shown(site, visitor).await {
        Ok(feeds) => feeds,
        Err(fault) => return store_is_away(&fault, language),
    };
    let frame = Frame::of(site, visitor, "/feeds", titled(W::Feeds.of(language), flaw, language));
    let error = flaw.map(|flaw| wrong(flaw, language));
    let may_make = allows(visitor.role(), Relation::Foreign, Act::MakeFeed);
    let name = typed.text("name").to_owned();
    page(status(flaw), &List { frame, error, feeds, may_make, id: Uuid::new_v4(), name })
}

/// The feeds of the visitor's office; for an operator, all.
async fn shown(site: &Site, visitor: &Visitor) -> Result<Vec<Shown>, Fault> {
    let (people, words, now) = (site.people.as_ref(), visitor.language, site.now());
    let mut all = people.feeds().await?;
    all.retain(|feed| visitor.office().is_none_or(|office| *office == feed.office));
    let mut shown = Vec::with_capacity(all.len());
    for feed in all {
        let maker = match feed.maker {
            Some(maker) => people.person(maker).await?.map(|maker| maker.name).unwrap_or_default(),
            None => F::ByCommand.of(words).to_owned(),
        };
        let state = match Counts::of(people, &feed, now).await? {
            Counts::Yes => O::Active.of(words),
            Counts::Revoked => O::Revoked.of(words),
            Counts::MakerLeft => F::MakerLeft.of(words),
        };
        let last = people.looks(&LooksOf::Person(feed.id), 1).await?.pop();
        shown.push(Shown {
            id: feed.id,
            office: site.offices.name_and_code(&feed.office, words),
            language: if feed.language == Language::Lo { O::Lao } else { O::English },
            made: short(Some(feed.made), words),
            maker,
            read: short(last.map(|look| look.at), words),
            state,
            is_revoked: feed.revoked.is_some(),
            name: feed.name,
        });
    }
    Ok(shown)
}

/// `POST /feeds`
pub async fn add(State(site): State<Arc<Site>>, visitor: Visitor, parts: Parts, fields: Fields) -> Answer {
    let Some(office) = visitor.office() else { return no_such_page(visitor.language) };
    let added = async {
        let id = Uuid::try_parse(fields.text("id")).map_err(|_| Flaw::SentBefore)?;
        let language = Language::from_word(fields.raw("language")).unwrap_or(visitor.language);
        let new = NewFeed { id, name: fields.text("name"), office, language, maker: Some(visitor.id) };
        add_feed(site.people.as_ref(), &site.offices, new, site.now()).await
    };
    match added.await {
        Ok((feed, secret)) => {
            tracing::info!(by = %visitor.id, feed = %feed.id, "a feed was added");
            let frame = Frame::of(&site, &visitor, "/feeds", W::Feeds.of(visitor.language));
            let address = ours(&site, &parts).unwrap_or_default() + &path(&secret);
            let (secrets, back) = (vec![(O::FeedAddress, address)], "/feeds".to_owned());
            page(StatusCode::OK, &HandedOver { frame, heading: feed.name, secrets, codes: Vec::new(), back })
        }
        Err(Undone::Refused(flaw)) => listed(&site, &visitor, &fields, Some(flaw)).await,
        Err(undone) => not_done(&undone, visitor.language),
    }
}

/// `POST /feeds/{id}/revoke`
pub async fn revoke(State(site): State<Arc<Site>>, visitor: Visitor, Path(id): Path<String>) -> Answer {
    let revoked = async {
        let id = Uuid::try_parse(&id).map_err(|_| Flaw::NoSuchFeed)?;
        revoke_feed(site.people.as_ref(), id, visitor.office(), site.now()).await
    };
    match revoked.await {
        Ok(feed) => {
            tracing::info!(by = %visitor.id, feed = %feed.id, "a feed was revoked");
            see_other("/feeds")
        }
        Err(Undone::Refused(_)) => match note(&site, &visitor, Seen::Refused { route: "feed".to_owned() }).await {
            Ok(()) => no_such_page(visitor.language),
            Err(fault) => store_is_away(&fault, visitor.language),
        },
        Err(undone) => not_done(&undone, visitor.language),
    }
}

/// `GET /feed/{secret}/limits.ics`
pub async fn read(State(site): State<Arc<Site>>, Path(secret): Path<String>, parts: Parts) -> Answer {
    let (said, now) = (language(&parts, None), site.now());
    match found(&site, &secret, now).await {
        Ok(Some(feed)) => match written(&site, &feed, now).await {
            Ok(written) => answer(&parts, written),
            Err(Unwritten::Budget(retry_after)) => Problem::of_budget(retry_after).answer(said),
            Err(Unwritten::Away(fault)) => store_is_away(&fault, said),
        },
        Ok(None) => nothing(&site, parts.extensions.get::<Address>().map(|address| address.0), said, now).await,
        Err(fault) => store_is_away(&fault, said),
    }
}

/// The feed with a secret, if it counts.
async fn found(site: &Site, secret: &str, now: Instant) -> Result<Option<Feed>, Fault> {
    let people = site.people.as_ref();
    let Some(feed) = people.feed(key_of(secret)).await? else { return Ok(None) };
    let counts = people.people_are_on().await? && Counts::of(people, &feed, now).await? == Counts::Yes;
    Ok(counts.then_some(feed))
}

/// A wrong guess, counted and answered as late as a wrong password.
async fn nothing(site: &Site, address: Option<IpAddr>, said: Language, now: Instant) -> Answer {
    site.logins.failed(address, now).await;
    let mut answer = no_such_page(said);
    answer.extensions_mut().insert(OfNobody);
    answer
}

/// Why a calendar was not written.
enum Unwritten {
    /// It is read too often: in so many seconds again.
    Budget(u64),
    /// The store did not answer, or could not record the look.
    Away(Fault),
}

impl From<Fault> for Unwritten {
    fn from(fault: Fault) -> Self {
        Self::Away(fault)
    }
}

/// The calendar of a feed, when the look at it is durable.
async fn written(site: &Site, feed: &Feed, now: Instant) -> Result<String, Unwritten> {
    site.remembered.charge(feed.id, 0).map_err(|(_, retry_after)| Unwritten::Budget(retry_after))?;
    let Some(seat) = feed.role.seat() else { return Err(Fault::corrupt("a feed is of a role without cases").into()) };
    let whose = Whose { office: feed.office.clone(), seat };
    let limits = site.dockets.limits(site.log.as_ref(), &site.book, &whose, now).await?;
    let cases = limits.cases.iter();
    let listed: Vec<_> = cases.flat_map(|case| &case.limits).filter(|limit| limit.is_listed(now)).collect();
    let written = calendar(&listed, &site.book, &feed.office, feed.language, limits.rulebooks);
    let count = u32::try_from(listed.len().min(MOST)).unwrap_or(u32::MAX);
    let seen = Seen::List { list: "feed".to_owned(), filters: String::new(), count };
    let (office, role) = (Some(feed.office.clone()), Some(feed.role));
    note_look(site, Look { at: now, who: Some(feed.id), office, role, seen }).await?;
    Ok(written)
}

/// A calendar, or that nothing has changed.
fn answer(parts: &Parts, written: String) -> Answer {
    let digest = Sha256::digest(&written);
    // Weak: the same calendar may come compressed.
    let tag = digest[..16].iter().fold("W/\"".to_owned(), |tag, byte| tag + &format!("{byte:02x}")) + "\"";
    let mut answer = if is_known(&parts.headers, &tag) {
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        answer
    } else {
        with(StatusCode::OK, "text/calendar; charset=utf-8", written)
    };
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    answer.headers_mut().extend(HeaderValue::from_str(&tag).ok().map(|tag| (ETAG, tag)));
    answer
}
