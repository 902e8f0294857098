//! The fields of a form.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use engine::rulebook::Language;
use projections::catalogue::Word as _;

use crate::answer::{Answer, plain};
use crate::visitor::language;
use crate::words::login::Login as W;

/// The fields of a form; of a name that occurs twice all, and where one is asked for the last.
#[derive(Clone, Default)]
pub struct Fields(BTreeMap<String, Vec<String>>);

impl Fields {
    /// What was typed into a field, as it is: a password; empty if the form does not have it.
    pub fn raw(&self, name: &str) -> &str {
        self.0.get(name).and_then(|all| all.last()).map_or("", String::as_str)
    }

    /// Everything that was sent under a name: the boxes that were ticked.
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The names with what was sent under each, by name.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(name, all)| all.iter().map(move |one| (name.as_str(), one.as_str())))
    }

    /// Adds a field.
    pub fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.entry(name.into()).or_default().push(value.into());
    }

    /// Puts a field in place of what was sent under its name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), vec![value.into()]);
    }

    /// What was typed into a field, without what surrounds it.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }
}

impl FromIterator<(String, String)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let mut fields = Self::default();
        pairs.into_iter().for_each(|(name, value)| fields.add(name, value));
        fields
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Answer;

    async fn from_request(request: Request, state: &S) -> Result<Self, Answer> {
        let (parts, body) = request.into_parts();
        let language = language(&parts, None);
        match Form::<Vec<(String, String)>>::from_request(Request::from_parts(parts, body), state).await {
            Ok(Form(fields)) => Ok(fields.into_iter().collect()),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_long(language)),
            Err(_) => Err(not_of_a_page(language)),
        }
    }
}

/// What somebody sees whose form was not sent by a page of the person's own session.
pub fn not_of_a_page(language: Language) -> Answer {
    plain(StatusCode::FORBIDDEN, language, [W::NotOfAPage, W::LoadAgain].map(|word| word.of(language)))
}

/// What somebody sees whose form is too long.
pub fn too_long(language: Language) -> Answer {
    plain(StatusCode::PAYLOAD_TOO_LARGE, language, [W::TooLong, W::LoadAgain].map(|word| word.of(language)))
}
