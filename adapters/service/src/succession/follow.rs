//! What belongs to an office and to no case, and follows to the one that takes its place.
//!
//! Invariant: done again, it changes nothing.

use engine::action::OfficeCode;
use engine::calendar::Instant;
use store::people::{Membership, Person, Put};
use store::{Fault, LogStore};

/// How much followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// How many people.
    pub people: usize,
    /// How many tokens and feeds.
    pub secrets: usize,
    /// How many addresses of mail and webhooks.
    pub addresses: usize,
}

/// Lets everything follow that belongs to an office: the roles of its people, its tokens and feeds, which keep their secrets, and
/// where it is told of alerts. Whatever else an office keeps of its own has to be added here.
///
/// # Errors
/// If the store cannot be read or written; what followed before it stays so.
pub async fn follow(store: &dyn LogStore, from: &OfficeCode, to: &OfficeCode, now: Instant) -> Result<Followed, Fault> {
    let mut followed = Followed::default();
    for mut person in store.people().await? {
        while moved(&mut person, from, to, now) {
            person.version += 1;
            if store.put_person(&person).await? == Put::Written {
                followed.people += 1;
                break;
            }
            // Somebody wrote it meanwhile.
            let Some(again) = store.person(person.id).await? else { break };
            person = again;
        }
    }
    followed.secrets = store.move_secrets(from, to).await?;
    for mut address in store.mail_addresses().await? {
        while address.office == *from {
            (address.office, address.version) = (to.clone(), address.version + 1);
            if store.put_mail_address(&address).await? {
                followed.addresses += 1;
                break;
            }
            // Somebody wrote it meanwhile.
            let Some(again) = store.mail_address(address.id).await? else { break };
            address = again;
        }
    }
    Ok(followed)
}

/// Ends the person's roles in one office and begins the same in another; whether there were any.
fn moved(person: &mut Person, from: &OfficeCode, to: &OfficeCode, now: Instant) -> bool {
    let goes = |membership: &Membership| {
        membership.office.as_ref() == Some(from) && membership.until.is_none_or(|until| now <= until)
    };
    let going: Vec<Membership> = person.memberships.iter().filter(|membership| goes(membership)).cloned().collect();
    for old in &going {
        let new = Membership { office: Some(to.clone()), from: old.from.max(Some(now)), ..old.clone() };
        let is_one = |other: &&mut Membership| {
            (&other.office, other.role) == (&new.office, new.role) && other.until.is_none_or(|until| until >= now)
        };
        match person.memberships.iter_mut().find(is_one) {
            // A person holds a role in an office once: from the earlier beginning to the later end.
            Some(held) => {
                held.from = held.from.zip(new.from).map(|(held, new)| held.min(new));
                held.until = held.until.zip(new.until).map(|(held, new)| held.max(new));
            }
            None => person.memberships.push(new),
        }
    }
    // What has not begun was never held.
    person.memberships.retain(|membership| !goes(membership) || membership.from.is_none_or(|from| from < now));
    for membership in person.memberships.iter_mut().filter(|membership| goes(membership)) {
        // It held until the second before.
        membership.until = Some(now.plus(-1));
    }
    !going.is_empty()
}
