//! Disclosures against what an event commits to, in RFC 9901's form: `_sd` holds the digests in the object that would hold the
//! fields.
//!
//! A disclosure opens one digest, and each digest stands in an event once.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::json::Value;
use crate::hash::Hash;

/// The key of the digests.
const DIGESTS: &str = "_sd";
/// What RFC 9901 reserves beside it.
const ELSEWHERE: &str = "...";

/// The digests of an event, in their order, each with the object in which it stands. Those of any list of texts under this
/// key.
pub(super) fn digests<'v, 't>(value: &'v Value<'t>) -> Vec<(&'v str, &'v Value<'t>)> {
    let mut found = Vec::new();
    see(value, &mut found);
    found
}

fn see<'v, 't>(value: &'v Value<'t>, found: &mut Vec<(&'v str, &'v Value<'t>)>) {
    match value {
        Value::Object(pairs) => {
            for (key, inner) in pairs {
                match inner {
                    Value::List(items) if *key == DIGESTS => {
                        let texts = items.iter().filter_map(|item| {
                            if let Value::Text(text) = item { Some((&**text, value)) } else { None }
                        });
                        found.extend(texts);
                    }
                    _ => see(inner, found),
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| see(item, found)),
        Value::Plain | Value::Text(_) => {}
    }
}

/// Whether each of these disclosures, in their order, opens a digest of the event, and no digest stands there twice.
pub(super) fn opens(value: &Value<'_>, disclosures: &[String]) -> bool {
    let digests = digests(value);
    let mut sorted: Vec<&str> = digests.iter().map(|(digest, _)| *digest).collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return false;
    }
    let mut rest = digests.iter();
    let mut opened: Vec<(*const Value<'_>, String)> = Vec::new();
    disclosures.iter().all(|disclosure| {
        let digest = URL_SAFE_NO_PAD.encode(Hash::of(&[disclosure.as_bytes()]).0);
        let Some((_, object)) = rest.find(|(known, _)| *known == digest) else { return false };
        let Some(name) = name_of(disclosure) else { return false };
        let field = (std::ptr::from_ref(*object), name);
        let is_free = object.get(&field.1).is_none() && !opened.contains(&field);
        opened.push(field);
        is_free
    })
}

/// The name of the field that a disclosure opens: it is a list of salt, name and value.
fn name_of(disclosure: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(disclosure).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let Value::List(parts) = Value::read(text)? else { return None };
    let [Value::Text(salt), Value::Text(name), _] = &parts[..] else { return None };
    let salt: [u8; 16] = URL_SAFE_NO_PAD.decode(&**salt).ok()?.try_into().ok()?;
    let _ = salt;
    (name != DIGESTS && name != ELSEWHERE).then(|| name.to_string())
}
