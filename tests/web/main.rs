//! The pages: logins, people, what is refused to whom.

mod people;
