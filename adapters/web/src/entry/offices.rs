//! The offices that a form offers, in groups: those of the case, then those of each province.

use std::collections::BTreeSet;

use engine::action::describe::Field;
use engine::action::{Action, OfficeCode};
use engine::case::Case;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use service::offices::{Office, OfficeKind, Offices};
use service::shown::plain;

use crate::words::entry::Entry as W;

/// Offices under a heading.
pub struct Group {
    /// The heading.
    pub heading: String,
    /// The offices.
    pub offices: Vec<Choice>,
}

/// An office that may be chosen.
pub struct Choice {
    /// The code.
    pub code: String,
    /// The name.
    pub name: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The kind of office that a field takes; `None` for any.
pub fn kind_of(field: &Field) -> Option<OfficeKind> {
    match field.name {
        "court" => Some(OfficeKind::Court),
        "prosecutor" => Some(OfficeKind::Prosecutor),
        "investigator" => Some(OfficeKind::Investigator),
        "legal_aid" => Some(OfficeKind::LegalAid),
        _ => None,
    }
}

/// The offices of a kind: first those of the case, otherwise the own one; then all, by province. What was typed and is none of
/// these stands first, so that nothing typed is lost.
pub fn groups(
    offices: &Offices,
    of_case: Option<&Case>,
    own: Option<&OfficeCode>,
    kind: Option<OfficeKind>,
    (typed, language): (&str, Language),
) -> Vec<Group> {
    let fits = |code: &OfficeCode| kind.is_none_or(|kind| offices.get(code).is_some_and(|office| office.kind == kind));
    let near: BTreeSet<&OfficeCode> = match of_case {
        Some(case) => case.actions().flat_map(Action::offices).flatten().filter(|code| fits(code)).collect(),
        None => own.into_iter().filter(|code| fits(code)).collect(),
    };
    let mut chosen = false;
    let mut choice = |code: &OfficeCode| {
        let is_it = !chosen && code.as_str() == typed;
        chosen |= is_it;
        Choice { code: code.to_string(), name: plain(offices.name(code, language)).into_owned(), chosen: is_it }
    };
    let mut groups = Vec::new();
    let heading = if of_case.is_some() { W::OfTheCase } else { W::OwnOffice };
    let first: Vec<Choice> = near.iter().map(|code| choice(code)).collect();
    if !first.is_empty() {
        groups.push(Group { heading: heading.of(language).to_owned(), offices: first });
    }
    let further = |code: &OfficeCode, office: &Office| {
        fits(code) && !near.contains(code) && (!office.is_former() || code.as_str() == typed)
    };
    for (code, office) in offices.all().filter(|(code, office)| further(code, office)) {
        let province = office.province.in_language(language).to_owned();
        match groups.iter_mut().skip(1).find(|group| group.heading == province) {
            Some(group) => group.offices.push(choice(code)),
            None => groups.push(Group { heading: province, offices: vec![choice(code)] }),
        }
    }
    if !chosen && !typed.is_empty() {
        let other = Choice { code: typed.to_owned(), name: plain(typed).into_owned(), chosen: true };
        groups.insert(0, Group { heading: "?".to_owned(), offices: vec![other] });
    }
    groups
}
