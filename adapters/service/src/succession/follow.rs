//! What belongs to an office and to no case, and follows to the one that takes its place.
//!
//! Invariant: done again, it changes nothing.

use engine::action::OfficeCode;
use engine::calendar::Instant;
use store::Fault;
use store::people::{Membership, PeopleStore, Person, Put};

/// How much followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// How many people.
    pub people: usize,
    /// How many tokens.
    pub tokens: usize,
}

/// Lets everything follow that belongs to an office: the roles of its people, and the tokens of its programs, which keep their
/// secrets. Whatever else an office keeps of its own has to be added here.
///
/// # Errors
/// If the store cannot be read or written; what followed before it stays so.
pub async fn follow(
    people: &dyn PeopleStore,
    from: &OfficeCode,
    to: &OfficeCode,
    now: Instant,
) -> Result<Followed, Fault> {
    let mut followed = Followed::default();
    for mut person in people.people().await? {
        while moved(&mut person, from, to, now) {
            person.version += 1;
            if people.put_person(&person).await? == Put::Written {
                followed.people += 1;
                break;
            }
            // Somebody wrote it meanwhile.
            let Some(again) = people.person(person.id).await? else { break };
            person = again;
        }
    }
    followed.tokens = people.move_tokens(from, to).await?;
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
        let has = |other: &Membership| (&other.office, other.role) == (&new.office, new.role) && other.until.is_none();
        if !person.memberships.iter().any(has) {
            person.memberships.push(new);
        }
    }
    for membership in person.memberships.iter_mut().filter(|membership| goes(membership)) {
        // It held until the second before.
        membership.until = Some(now.plus(-1));
    }
    !going.is_empty()
}
