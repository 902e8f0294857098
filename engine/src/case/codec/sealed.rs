//! Commitments in the place of what is personal: how they are written into an event, and opened with the disclosures at hand.
//!
//! Invariant: whatever is disclosed, an event is written again to the bytes that were read. Nothing but what is personal
//! is committed to, so that nothing public can be hidden.

use super::{Pairs, Unreadable, unreadable};
use crate::action::Action;
use crate::action::describe::{Field, FieldKind};
use crate::case::commitment::{Commitment, Given, commits};
use crate::json::Json;
use crate::randomness::bytes_of;

/// The key of the digests, in the object that would hold the fields.
const DIGESTS: &str = "_sd";
/// The key that says that a reason was given.
const REASON_GIVEN: &str = "reason_given";

/// Takes what is personal out of an object of these fields, and puts its commitments in.
pub(super) fn seal(pairs: &mut Pairs<'_>, fields: &'static [Field], within: &str, commitments: &[Commitment]) {
    if !commits(fields) {
        return;
    }
    let mut reason_given = false;
    pairs.retain_mut(|(key, value)| {
        let Some(field) = fields.iter().find(|field| field.name == *key) else { return true };
        match (field.kind, value) {
            (_, Json::Null) => true,
            _ if field.is_committed() => {
                reason_given |= field.is_public_whether_given();
                false
            }
            (FieldKind::Object(inner), Json::Object(pairs)) => {
                seal(pairs, inner, field.name, commitments);
                true
            }
            _ => true,
        }
    });
    if reason_given {
        pairs.push((REASON_GIVEN.into(), Json::Bool(true)));
    }
    let own = commitments.iter().filter(|commitment| commitment.within == within);
    let digests: Vec<Json<'_>> = own.map(|commitment| Json::text(commitment.digest_text())).collect();
    if !digests.is_empty() {
        pairs.push((DIGESTS.into(), Json::List(digests)));
    }
}

/// The action as it is read where nothing of it is disclosed.
pub(crate) fn withheld(action: &Action) -> Action {
    let fields = action.name.fields();
    if !commits(fields) {
        return action.clone();
    }
    let mut json = action.to_json();
    if let Json::Object(pairs) = &mut json {
        withhold(pairs, fields);
    }
    Action::from_json(json).expect("what is personal may be withheld")
}

/// Puts [`Json::Withheld`] in the place of what is personal in an object of these fields. Where there is any, each field that an
/// event does not name may be, as [`Opening::open`] has it.
fn withhold(pairs: &mut Pairs<'_>, fields: &'static [Field]) {
    let (mut any, mut reason_given) = (false, false);
    for (key, value) in pairs.iter_mut() {
        let Some(field) = fields.iter().find(|field| field.name == *key) else { continue };
        match (field.kind, &mut *value) {
            (_, Json::Null) => {}
            _ if field.is_committed() => {
                any = true;
                reason_given |= field.is_public_whether_given();
                *value = Json::Withheld;
            }
            (FieldKind::Object(inner), Json::Object(pairs)) => withhold(pairs, inner),
            _ => {}
        }
    }
    let may = |field: &&Field| field.is_committed() && (reason_given || !field.is_public_whether_given());
    let missing = |field: &&Field| any && !pairs.iter().any(|(key, _)| key == field.name);
    let missing: Vec<&Field> = fields.iter().filter(may).filter(missing).collect();
    pairs.extend(missing.into_iter().map(|field| (field.name.into(), Json::Withheld)));
}

/// The disclosures of one event, and what they opened.
pub(super) struct Opening<'d> {
    given: &'d [Given<'d>],
    pub(super) commitments: Vec<Commitment>,
}

impl<'d> Opening<'d> {
    pub(super) const fn with(given: &'d [Given<'d>]) -> Self {
        Self { given, commitments: Vec::new() }
    }

    /// Puts what is disclosed into an object of these fields. What is not is [`Json::Withheld`]; where the object does not
    /// tell which of several fields that is, each of them.
    pub(super) fn open(
        &mut self,
        pairs: &mut Pairs<'d>,
        fields: &'static [Field],
        within: &'static str,
    ) -> Result<(), Unreadable> {
        let digests = take(pairs, DIGESTS);
        let reason_given = match take(pairs, REASON_GIVEN) {
            None => false,
            Some(Json::Bool(true)) => true,
            Some(_) => return unreadable("`reason_given` is not `true`"),
        };
        for (key, value) in pairs.iter_mut() {
            let Some(field) = fields.iter().find(|field| field.name == *key) else { continue };
            match (field.kind, value) {
                (_, Json::Null) => {}
                _ if field.is_committed() => return unreadable("a personal field stands plain"),
                (FieldKind::Object(inner), Json::Object(pairs)) => self.open(pairs, inner, field.name)?,
                _ => {}
            }
        }
        let plain = pairs.len();
        let mut withheld = 0;
        for digest in listed(digests)? {
            if self.commitments.iter().any(|known| known.digest == digest) {
                return unreadable("a digest stands there twice");
            }
            let given = self.given.iter().find(|given| given.digest == digest);
            match given {
                Some(given) => pairs.push(opened(given, &pairs[..], fields)?),
                None => withheld += 1,
            }
            let disclosure = given.map(|given| given.text.into());
            self.commitments.push(Commitment { within, digest, disclosure });
        }
        let discloses_reason = |(key, _): &(std::borrow::Cow<'_, str>, Json<'_>)| {
            fields.iter().any(|field| field.name == *key && field.is_public_whether_given())
        };
        if !reason_given && pairs[plain..].iter().any(discloses_reason) {
            return unreadable("a reason without `reason_given`");
        }
        let stands = |field: &&Field| !pairs.iter().any(|(key, _)| key == field.name);
        let may = |field: &&Field| field.is_committed() && (reason_given || !field.is_public_whether_given());
        let missing: Vec<&'static Field> = fields.iter().filter(may).filter(stands).collect();
        let needs = usize::from(reason_given && missing.iter().any(|field| field.is_public_whether_given()));
        if withheld > missing.len() || withheld < needs {
            return unreadable("the commitments are not those of the personal fields");
        }
        if withheld > 0 {
            pairs.extend(missing.into_iter().map(|field| (field.name.into(), Json::Withheld)));
        }
        Ok(())
    }

    /// The commitments, once everything was opened.
    pub(super) fn finish(self) -> Result<Vec<Commitment>, Unreadable> {
        let is_known = |given: &Given<'_>| self.commitments.iter().any(|known| known.digest == given.digest);
        if !self.given.iter().all(is_known) {
            return unreadable("a disclosure has no digest in it");
        }
        let mut commitments = self.commitments;
        commitments.sort_by(|a, b| a.within.cmp(b.within));
        Ok(commitments)
    }
}

fn take<'j>(pairs: &mut Pairs<'j>, key: &str) -> Option<Json<'j>> {
    let at = pairs.iter().position(|(name, _)| name == key)?;
    Some(pairs.swap_remove(at).1)
}

/// The digests of a list, which stand there in their order.
fn listed(list: Option<Json<'_>>) -> Result<Vec<[u8; 32]>, Unreadable> {
    let items = match list {
        None => return Ok(Vec::new()),
        Some(Json::List(items)) if !items.is_empty() => items,
        Some(_) => return unreadable("`_sd` is not a list of digests"),
    };
    let in_order =
        |items: &[Json<'_>]| items.is_sorted_by(|a, b| matches!((a, b), (Json::Text(a), Json::Text(b)) if a < b));
    if !in_order(&items) {
        return unreadable("the digests in `_sd` are not in order");
    }
    let digest = |item: &Json<'_>| if let Json::Text(text) = item { bytes_of(text) } else { None };
    let digests = items.iter().map(|item| digest(item).map_or_else(|| unreadable("a digest can't be read"), Ok));
    digests.collect()
}

type Pair<'d> = (std::borrow::Cow<'d, str>, Json<'d>);

/// The field that a disclosure opens, beside those that stand there.
fn opened<'d>(given: &'d Given<'d>, beside: &[Pair<'_>], fields: &'static [Field]) -> Result<Pair<'d>, Unreadable> {
    let Some((name, value)) = given.field() else { return unreadable("a disclosure can't be read") };
    let Some(field) = fields.iter().find(|field| field.name == name && field.is_committed()) else {
        return unreadable("a commitment to a field that is not personal");
    };
    if value == Json::Null {
        return unreadable("a commitment to null");
    }
    if beside.iter().any(|(key, _)| key == field.name) {
        return unreadable("a disclosed field stands beside itself");
    }
    Ok((field.name.into(), value))
}
