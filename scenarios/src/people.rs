//! Made-up people who use the pages, for tests and benchmarks that begin their sessions without a login.

use engine::rulebook::Language;
use store::people::{Membership, Person, SecondFactor};
use uuid::Uuid;

/// Somebody with one role, a list of codes that is used up, and no password. A session in the role counts at once.
pub fn person(login: impl Into<String>, membership: Membership, language: Language) -> Person {
    Person {
        id: Uuid::new_v4(),
        version: 1,
        login: login.into(),
        name: "Somebody".to_owned(),
        language,
        memberships: vec![membership],
        password: None,
        second: SecondFactor::Printed,
        recovery: [].into(),
        must_change: false,
        disabled: None,
    }
}
