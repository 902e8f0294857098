//! Feeds as offices and operators keep them: the same on the pages and on the command line.
//!
//! Invariant: a feed belongs to its office and shows what that office's docket shows. Its secret has 256 bits, is returned once
//! and kept as a hash. It counts as long as it is not revoked, and whoever made it may still see the docket: who leaves the
//! office or is disabled knows the address, which then leads nowhere.

use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::rights::Role;
use service::offices::Offices;
use store::Fault;
use store::people::{Feed, PeopleStore};
use uuid::Uuid;

use crate::credentials::secrets::secret;
use crate::people::{Flaw, Undone, name};
use crate::visitor::key_of;

/// How many feeds of an office count at a time.
const MOST: usize = 20;

/// A feed that is new.
pub struct NewFeed<'a> {
    /// Its id: sent twice, a form makes one.
    pub id: Uuid,
    /// What it is for, in a few words.
    pub name: &'a str,
    /// The office.
    pub office: &'a OfficeCode,
    /// The language of its words.
    pub language: Language,
    /// Who makes it; `None` on the command line.
    pub maker: Option<Uuid>,
}

/// Where a feed is read, below the address of the pages.
pub fn path(secret: &str) -> String {
    format!("/feed/{secret}/limits.ics")
}

/// Adds a feed; returns it with its secret.
///
/// # Errors
/// If it may not be so, or there is a feed with this id already.
pub async fn add_feed(
    people: &dyn PeopleStore,
    offices: &Offices,
    new: NewFeed<'_>,
    now: Instant,
) -> Result<(Feed, String), Undone> {
    let NewFeed { id, office, language, maker, .. } = new;
    let name = name(new.name)?;
    let known = offices.get(office).ok_or(Flaw::OfficeUnknown)?;
    let has_cases = |role: &Role| role.seat().is_some() && role.seat() == known.kind.seat();
    let role = Role::ALL.into_iter().find(has_cases).ok_or(Flaw::OfficeWithoutCases)?;
    let counted = people.feeds().await?;
    if counted.iter().filter(|feed| feed.office == *office && feed.revoked.is_none()).count() >= MOST {
        return Err(Flaw::TooManyFeeds.into());
    }
    let secret = secret();
    let office = office.clone();
    let feed = Feed { id, key: key_of(&secret), name, office, role, language, made: now, maker, revoked: None };
    if people.add_feed(&feed).await? { Ok((feed, secret)) } else { Err(Flaw::SentBefore.into()) }
}

/// Revokes a feed: of this office, or with `None` of any.
///
/// # Errors
/// If there is no such feed.
pub async fn revoke_feed(
    people: &dyn PeopleStore,
    id: Uuid,
    of: Option<&OfficeCode>,
    now: Instant,
) -> Result<Feed, Undone> {
    let found = people.feeds().await?.into_iter().find(|feed| feed.id == id);
    let feed = found.filter(|feed| of.is_none_or(|office| feed.office == *office)).ok_or(Flaw::NoSuchFeed)?;
    people.revoke_feed(id, now).await?;
    Ok(feed)
}

/// Whether a feed counts, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// It does.
    Yes,
    /// It was revoked.
    Revoked,
    /// Whoever made it no longer has the role in the office.
    MakerLeft,
}

impl Counts {
    /// Of a feed at an instant.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn of(people: &dyn PeopleStore, feed: &Feed, now: Instant) -> Result<Self, Fault> {
        if feed.revoked.is_some() {
            return Ok(Self::Revoked);
        }
        let Some(maker) = feed.maker else { return Ok(Self::Yes) };
        let maker = people.person(maker).await?.filter(|maker| maker.disabled.is_none());
        let holds = maker.is_some_and(|maker| {
            maker.memberships.iter().any(|membership| {
                membership.role == feed.role
                    && membership.office.as_ref() == Some(&feed.office)
                    && membership.holds(now)
            })
        });
        Ok(if holds { Self::Yes } else { Self::MakerLeft })
    }
}
