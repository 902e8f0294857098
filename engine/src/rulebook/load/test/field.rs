//! Reads the tests of a field of the tested action.

use super::super::table::meant;
use super::super::{Flaw, Table, Value};
use super::{Language, listed};
use crate::action::describe::{Field, FieldKind, path_of};
use crate::action::{ActionName, Names};
use crate::rulebook::test::{Asks, FieldPlace, FieldTest, Test};

/// What a field is compared with. Exactly one of them stands beside `field`.
pub(super) const COMPARED: [&str; 6] = ["is", "is_not", "has_any", "has_none", "more_than", "more_than_half_of"];

/// Why something can't be asked of a field.
pub(super) enum Wrong {
    /// By its kind.
    Kind,
    /// For this reason.
    Reason(&'static str),
    Flaw(Flaw),
}

pub(super) fn flag(field: &Field, asks: Asks) -> Result<Asks, Wrong> {
    if matches!(field.kind, FieldKind::Flag) { Ok(asks) } else { Err(Wrong::Kind) }
}

pub(super) const fn null(field: &Field) -> Result<Asks, Wrong> {
    if field.may_be_null() { Ok(Asks::Null) } else { Err(Wrong::Reason("is never null; ask whether it was left_out")) }
}

pub(super) const fn empty(field: &Field) -> Result<Asks, Wrong> {
    match field.kind {
        FieldKind::Words(_) if field.may_be_empty() => Ok(Asks::Empty),
        FieldKind::Words(_) => Err(Wrong::Reason("is a list that is never empty; ask it with has_any or has_none")),
        _ => Err(Wrong::Kind),
    }
}

/// What a field of this kind is, and how it is asked.
const fn of_kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Flag => "is true or false; ask it with yes or no",
        FieldKind::Word(_) => "is one word; ask it with is or is_not",
        FieldKind::Words(_) => "is a list of words; ask it with has_any or has_none",
        FieldKind::Count(_) => "is a number; ask it with more_than",
        FieldKind::Object(_) => "has fields of its own; name one of them with a dot, or ask whether it was left_out",
        _ => "has no fixed values; ask whether it was left_out",
    }
}

impl<'a> Language<'a> {
    pub(super) fn compared(&mut self, on: Names, table: &Table<'a>, of: &Value<'a>) -> Result<Test, Flaw> {
        let asked: Vec<(&str, Value<'a>)> =
            COMPARED.iter().filter_map(|asks| Some((*asks, table.optional(asks)?))).collect();
        let [(asks, to)] = asked.as_slice() else {
            let words: Vec<&str> = asked.iter().map(|(asks, _)| *asks).collect();
            let found = if words.is_empty() { "nothing".to_owned() } else { words.join(" and ") };
            return Err(
                of.flaw(&format!("found {found} beside the field; expected exactly one of {}", COMPARED.join(", ")))
            );
        };
        let number = if *asks == "more_than" { self.number(table, asks, 0..=100_000)?.into() } else { 0 };
        let words = |words| to.words_of(words).map_err(Wrong::Flaw);
        field(on, of, |field| match (*asks, field.kind) {
            ("is", FieldKind::Word(known)) => Ok(Asks::Is(words(known)?)),
            ("is_not", FieldKind::Word(known)) => Ok(Asks::IsNot(words(known)?)),
            ("has_any", FieldKind::Words(known)) => Ok(Asks::HasAny(words(known)?)),
            ("has_none", FieldKind::Words(known)) => Ok(Asks::HasNone(words(known)?)),
            ("more_than", FieldKind::Count(_)) => Ok(Asks::MoreThan(number)),
            ("more_than_half_of", FieldKind::Count(_)) => {
                to.index_in(&["penalty"]).map_err(Wrong::Flaw).map(|_| Asks::MoreThanHalfThePenalty)
            }
            _ => Err(Wrong::Kind),
        })
    }
}

/// The test of a field. `asks` says what is asked of it, or why that can't be asked.
pub(super) fn field(
    on: Names,
    of: &Value<'_>,
    asks: impl Fn(&'static Field) -> Result<Asks, Wrong>,
) -> Result<Test, Flaw> {
    let name = of.string("the name of a field")?;
    let mut places: Vec<FieldPlace> = Vec::new();
    let mut found: Option<Asks> = None;
    for action in on.iter() {
        let Some((place, field)) = place(action, name) else { continue };
        let refused = |why: &str| of.flaw(&format!("the field \"{name}\" of {action} {why}"));
        let asked = asks(field).map_err(|wrong| match wrong {
            Wrong::Kind => refused(of_kind(field.kind)),
            Wrong::Reason(why) => refused(why),
            Wrong::Flaw(flaw) => flaw,
        })?;
        let is_given = matches!(asked, Asks::Null | Asks::LeftOut) && field.is_public_whether_given();
        if field.is_committed() && !is_given {
            return Err(refused("is personal; a rule decides from public fields alone; ask another one"));
        }
        if found.is_some_and(|found| found != asked) {
            return Err(of.flaw(&format!(
                "the field \"{name}\" has other words in {action}; expected actions where it is the same; test each in \
                 a rule of its own"
            )));
        }
        found = Some(asked);
        places.push(place);
    }
    match (found, path_of(name)) {
        (Some(asks), Some(path)) => Ok(Test::Field(FieldTest { path, places: places.into_boxed_slice(), asks })),
        _ => Err(unknown(on, name, of)),
    }
}

/// The flaw of a field that none of the actions has.
fn unknown(on: Names, name: &str, of: &Value<'_>) -> Flaw {
    let mut known: Vec<&'static str> = Vec::new();
    for field in on.iter().flat_map(ActionName::fields) {
        let inner = if let FieldKind::Object(inner) = field.kind { inner } else { &[] };
        let inner = inner.iter().filter_map(|inner| path_of(&format!("{}.{}", field.name, inner.name)));
        for path in path_of(field.name).into_iter().chain(inner) {
            if !known.contains(&path) {
                known.push(path);
            }
        }
    }
    let hint = meant(name, &known);
    if known.is_empty() {
        return of.unexpected(&format!("a field of {}, which has none of its own; name another action", listed(on)));
    }
    of.unexpected(&format!("a field of {}: {}{hint}", listed(on), known.join(", ")))
}

/// The place of the field with this path in an action, and the field.
fn place(action: ActionName, path: &str) -> Option<(FieldPlace, &'static Field)> {
    let (outer, inner) = path.split_once('.').map_or((path, None), |(outer, inner)| (outer, Some(inner)));
    let nth = |fields: &'static [Field], name: &str| (0..).zip(fields).find(|(_, field)| field.name == name);
    let (outer, field) = nth(action.fields(), outer)?;
    match (inner, field.kind) {
        (None, _) => Some((FieldPlace { action, outer, inner: None }, field)),
        (Some(name), FieldKind::Object(fields)) => {
            let (inner, field) = nth(fields, name)?;
            Some((FieldPlace { action, outer, inner: Some(inner) }, field))
        }
        _ => None,
    }
}
