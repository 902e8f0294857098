//! Which office took the place of another one.
//!
//! Invariant: a successor is an office of the same kind, and no way from successor to successor leads back.

use std::collections::BTreeSet;

use engine::action::OfficeCode;

use super::{NO_SUCH_SUCCESSOR, Offices};

/// The codes that `succeeded_by` names.
///
/// # Errors
/// Where the first wrong one stands, and what is wrong.
pub(super) fn read(office: &OfficeCode, named: &[toml::Spanned<String>]) -> Result<Vec<OfficeCode>, (usize, String)> {
    let code = |named: &toml::Spanned<String>| {
        OfficeCode::new(named.get_ref()).ok_or_else(|| (named.span().start, format!("{office}: {NO_SUCH_SUCCESSOR}")))
    };
    named.iter().map(code).collect()
}

impl Offices {
    /// Goes from a former office to those that took its place, and from them on.
    ///
    /// # Errors
    /// If one does not exist or is of another kind, or the way comes back.
    pub(super) fn succession(&self, code: &OfficeCode) -> Result<(), String> {
        let kind = self.get(code).map(|office| office.kind);
        let mut ahead: Vec<&OfficeCode> = vec![code];
        let mut seen = BTreeSet::new();
        while let Some(office) = ahead.pop() {
            let Some(found) = self.get(office).filter(|found| Some(found.kind) == kind) else {
                return Err(NO_SUCH_SUCCESSOR.to_owned());
            };
            if !seen.insert(office) {
                continue;
            }
            if found.succeeded_by.contains(code) {
                return Err(format!("`succeeded_by` leads in a circle, back to {code}"));
            }
            ahead.extend(&found.succeeded_by);
        }
        Ok(())
    }

    /// The offices that took the place of a former one, joined by commas; `None` if it still exists, or is unknown.
    pub fn successors(&self, code: &OfficeCode) -> Option<String> {
        let office = self.get(code).filter(|office| office.is_former())?;
        let codes: Vec<&str> = office.succeeded_by.iter().map(OfficeCode::as_str).collect();
        Some(codes.join(", "))
    }
}
