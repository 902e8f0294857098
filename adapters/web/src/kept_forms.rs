//! Forms that were sent after their session had ended: kept for an hour, and given back to the person for whom they were made.
//!
//! Invariant: a form is kept for nobody but the person whose sealed id it carries. It lies beside the log, since another process
//! may answer after the login, encrypted under the key file and bound to that person; it is never logged.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store::Fault;
use store::people::KeptForm;
use uuid::Uuid;

use crate::entry::names::{ID, KEPT, OWNER};
use crate::fields::Fields;
use crate::site::Site;
use crate::visitor::Visitor;

/// How long a form is kept, in seconds.
const LASTS: i64 = 60 * 60;
/// Under which name the owner of a form is sealed: no person has this id.
const OWNERS: Uuid = Uuid::from_u128(0x6b61_6d6e_6f74_2f66_6f72_6d73_2f6f_776e);

/// A form that is given back.
pub struct Given {
    /// The path to which it was sent.
    pub path: String,
    /// What was typed.
    pub fields: Fields,
}

/// For whom a form is made, sealed.
pub fn owner(site: &Site, visitor: &Visitor) -> String {
    URL_SAFE_NO_PAD.encode(site.key.seal(OWNERS, visitor.id.as_bytes()))
}

fn owner_of(site: &Site, sealed: &str) -> Option<Uuid> {
    let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    Uuid::from_slice(&site.key.open(OWNERS, &sealed)?).ok()
}

/// Keeps a form that was sent to `path` without its session; where it is given back, or `None` if it is nobody's.
///
/// # Errors
/// If the store cannot write it.
pub async fn keep(site: &Site, path: &str, fields: &Fields) -> Result<Option<String>, Fault> {
    let Some(person) = owner_of(site, fields.raw(OWNER)) else { return Ok(None) };
    let typed = fields.pairs().filter(|(name, _)| !["csrf", OWNER].contains(name));
    let pairs: Vec<(&str, &str)> = std::iter::once(("", path)).chain(typed).collect();
    let Ok(text) = serde_json::to_vec(&pairs) else { return Ok(None) };
    let now = site.now();
    let id = id(person, fields);
    let form = KeptForm { id, person, until: now.plus(LASTS), sealed: site.key.seal(person, &text) };
    site.people.keep_form(&form, now).await?;
    Ok(Some(format!("/enter/kept/{id}")))
}

/// The form with an id, if it is this visitor's and its time is not over.
///
/// # Errors
/// If the store cannot be read.
pub async fn give_back(site: &Site, visitor: &Visitor, id: Uuid) -> Result<Option<Given>, Fault> {
    let Some(form) = site.people.kept_form(id).await? else { return Ok(None) };
    if form.person != visitor.id || form.until < site.now() {
        return Ok(None);
    }
    let opened = site.key.open(form.person, &form.sealed);
    let pairs: Option<Vec<(String, String)>> = opened.and_then(|text| serde_json::from_slice(&text).ok());
    let Some(pairs) = pairs else { return Ok(None) };
    let mut fields: Fields = pairs.into_iter().collect();
    let path = fields.raw("").to_owned();
    fields.set(KEPT, "yes");
    Ok(Some(Given { path, fields }))
}

/// Drops a form that was given back and is recorded.
///
/// # Errors
/// If the store cannot write it.
pub async fn drop_recorded(site: &Site, visitor: &Visitor, fields: &Fields) -> Result<(), Fault> {
    if fields.raw(KEPT).is_empty() { Ok(()) } else { site.people.drop_form(id(visitor.id, fields)).await }
}

/// The id under which a form of a person is kept: the same form takes the place of the one before.
fn id(person: Uuid, fields: &Fields) -> Uuid {
    Uuid::new_v5(&person, fields.raw(ID).as_bytes())
}
