//! What is personal in an event, apart from it: in the event stands a commitment in its place, and the disclosure that opens
//! it is kept elsewhere (RFC 9901's form).
//!
//! Invariant: a disclosure is kept as it was made, to the byte. It opens one commitment alone.

use sha2::{Digest as _, Sha256};

use super::Fact;
use crate::action::describe::{Field, FieldKind, SAID};
use crate::json::Json;
use crate::randomness::{Nonce, Randomness, decoded, text_of};

/// A commitment to what is personal in an event, with what is disclosed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// The field whose object holds it; empty for the data of the event itself.
    pub(crate) within: &'static str,
    pub(crate) digest: [u8; 32],
    /// The disclosure: base64url of the JSON list of salt, name and value. `None` if it is not at hand.
    pub(crate) disclosure: Option<Box<str>>,
}

impl Commitment {
    fn to(within: &'static str, name: &str, value: &Json<'_>, salt: Nonce) -> Self {
        let mut opened = String::with_capacity(64);
        Json::List(vec![Json::text(salt.to_string()), Json::text(name), value.clone()]).write(&mut opened);
        let disclosure = text_of(opened.as_bytes());
        Self { within, digest: digest(&disclosure), disclosure: Some(disclosure.into_boxed_str()) }
    }

    /// Commits to everything that is personal in `fact`, in the order in which the event holds it.
    pub(crate) fn all_of(fact: &Fact, randomness: &mut Randomness) -> Vec<Self> {
        let mut all = Vec::new();
        let mut commit = |within, name, value: &Json<'_>| all.push(Self::to(within, name, value, randomness.draw()));
        match fact {
            Fact::ActionRecorded(action) if commits(action.name.fields()) => {
                see_committed(&action.to_json(), action.name.fields(), "", &mut commit);
            }
            Fact::AlertHandled(handling) => {
                if let Some(said) = handling.doing.promise().and_then(|promise| promise.what.words()) {
                    commit("", SAID[0].name, &Json::text(said));
                }
            }
            Fact::ActionRecorded(_)
            | Fact::AlertRaised(_)
            | Fact::AlertSettled(_)
            | Fact::AlertWithdrawn(_)
            | Fact::ActionConfirmed(_)
            | Fact::CaseSealed(_) => {}
        }
        all.sort_unstable_by(|a, b| (a.within, a.digest_text()).cmp(&(b.within, b.digest_text())));
        all
    }

    /// The digest as the event holds it.
    pub fn digest_text(&self) -> String {
        text_of(&self.digest)
    }

    /// The digest: SHA-256 over the text of the disclosure.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The text that opens it; `None` if it is not at hand.
    pub fn disclosure(&self) -> Option<&str> {
        self.disclosure.as_deref()
    }
}

fn digest(disclosure: &str) -> [u8; 32] {
    Sha256::digest(disclosure).into()
}

/// Whether anything in an object of these fields is committed to.
pub(crate) fn commits(fields: &'static [Field]) -> bool {
    let inner = |field: &Field| if let FieldKind::Object(inner) = field.kind { commits(inner) } else { false };
    fields.iter().any(|field| field.is_committed() || inner(field))
}

/// Shows what is committed to in an object, by the field that holds it: what is null stays plain.
fn see_committed(
    json: &Json<'_>,
    fields: &'static [Field],
    within: &'static str,
    see: &mut impl FnMut(&'static str, &'static str, &Json<'_>),
) {
    let Json::Object(pairs) = json else { return };
    for field in fields {
        let Some((_, value)) = pairs.iter().find(|(key, _)| key == field.name) else { continue };
        match field.kind {
            _ if matches!(value, Json::Null | Json::Withheld) => {}
            _ if field.is_committed() => see(within, field.name, value),
            FieldKind::Object(inner) => see_committed(value, inner, field.name, see),
            _ => {}
        }
    }
}

/// A disclosure that is at hand, opened.
pub(crate) struct Given<'d> {
    pub(crate) digest: [u8; 32],
    pub(crate) text: &'d str,
    opened: Option<String>,
}

impl<'d> Given<'d> {
    /// The disclosures of an event in one text, `~` between them.
    pub(crate) fn all(disclosures: &'d str) -> Vec<Self> {
        let texts = disclosures.split('~').filter(|text| !text.is_empty());
        texts.map(|text| Self { digest: digest(text), text, opened: decoded(text) }).collect()
    }

    /// The name and the value; `None` if it is not a list of salt, name and value.
    pub(crate) fn field(&self) -> Option<(String, Json<'_>)> {
        let Ok(Json::List(parts)) = Json::read(self.opened.as_deref()?) else { return None };
        let [Json::Text(salt), Json::Text(name), value] = <[Json<'_>; 3]>::try_from(parts).ok()? else { return None };
        Nonce::parse(&salt).map(|_| (name.into_owned(), value))
    }
}
