//! What was typed into a form, read as an action.
//!
//! Invariant: only the reader of actions judges an action; here is read what people write otherwise than files: dates, digits,
//! three-state answers. Every field with a flaw is named.

use std::borrow::Cow;

use engine::action::describe::{Field, FieldKind, Need};
use engine::action::{Action, ActionName, When};
use engine::json::Json;
use engine::refusal::{Code, Flaws, Refusal};
use engine::rulebook::Language;
use projections::catalogue::Word as _;

use super::names::{self, GIVEN, NO, NONE, NOT_ON_RECORD, YES, null_of};
use crate::dates;
use crate::fields::Fields;
use crate::words::entry::Entry as W;

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The field's name in the form; empty if it is about the whole.
    pub field: String,
    /// What is wrong, and what to do.
    pub says: String,
}

impl Flaw {
    /// A flaw of a field.
    pub fn of(field: impl Into<String>, word: W, language: Language) -> Self {
        Self { field: field.into(), says: word.of(language).to_owned() }
    }

    /// A refusal of the engine. The date and the time of the form are one field of an action.
    pub fn refused(refusal: &Refusal, language: Language) -> Self {
        let field = match refusal.field.as_deref() {
            Some("at") => names::DATE.to_owned(),
            Some("action") | None => String::new(),
            Some(field) => field.to_owned(),
        };
        if refusal.code == Code::InTheFuture {
            return Self::of(field, W::InTheFuture, language);
        }
        // The page names the field by its label.
        let says = refusal.reason(language);
        let named = refusal.field.as_ref().map(|name| format!("`{name}`: ")).unwrap_or_default();
        Self { field, says: says.strip_prefix(&named).unwrap_or(&says).to_owned() }
    }

    /// The same for all refusals of an action.
    pub fn all(flaws: &Flaws, language: Language) -> Vec<Self> {
        flaws.iter().map(|flaw| Self::refused(flaw, language)).collect()
    }
}

/// The most groups of a list that a form holds.
pub const MOST_GROUPS: usize = 20;

/// Reads a form.
struct Typed<'f> {
    fields: &'f Fields,
    language: Language,
    flaws: Vec<Flaw>,
}

/// The day and the time of the form; `None` if there is neither.
///
/// # Errors
/// What is wrong with them.
pub fn when(fields: &Fields, language: Language) -> Result<Option<When>, Flaw> {
    let (date, time) = (fields.text(names::DATE), fields.text(names::TIME));
    let flaw = |field: &str, flaw: dates::NoDate| Flaw { field: field.to_owned(), says: flaw.message(language) };
    if date.is_empty() {
        return Ok(None);
    }
    let when = dates::read(date).map_err(|no| flaw(names::DATE, no))?;
    match (when, time) {
        (_, "") => Ok(Some(when)),
        (When::Date(day), time) => dates::at_time(day, time).map(Some).map_err(|no| flaw(names::TIME, no)),
        (When::Instant(_), _) => Err(Flaw::of(names::TIME, W::TimeTwice, language)),
    }
}

/// The action of a form.
///
/// # Errors
/// Everything that is wrong with it.
pub fn action(name: ActionName, fields: &Fields, language: Language) -> Result<Action, Vec<Flaw>> {
    let mut typed = Typed { fields, language, flaws: Vec::new() };
    let mut pairs: Vec<(Cow<'_, str>, Json<'_>)> = vec![
        ("action".into(), Json::text(name.word())),
        ("id".into(), Json::text(fields.text(names::ID))),
        ("case".into(), Json::text(fields.text(names::CASE))),
        ("by".into(), Json::text(fields.text(names::BY))),
    ];
    for (of_all, word) in [(names::CASE, W::NeedsValue), (names::BY, W::ChooseOffice)] {
        if fields.text(of_all).is_empty() {
            typed.flaw(of_all, word);
        }
    }
    match when(fields, language) {
        Ok(Some(when)) => pairs.push(("at".into(), Json::text(when.to_string()))),
        Ok(None) => typed.flaw(names::DATE, W::NeedsDate),
        Err(flaw) => typed.flaws.push(flaw),
    }
    pairs.extend(typed.object(name.fields(), ""));
    if !typed.flaws.is_empty() {
        return Err(typed.flaws);
    }
    Action::from_json(Json::Object(pairs)).map_err(|flaws| Flaw::all(&flaws, language))
}

impl Typed<'_> {
    fn flaw(&mut self, path: &str, word: W) {
        self.flaws.push(Flaw::of(path, word, self.language));
    }

    fn object(&mut self, fields: &'static [Field], within: &str) -> Vec<(Cow<'static, str>, Json<'static>)> {
        let mut pairs = Vec::new();
        for field in fields {
            if let Some(value) = self.value(field, &format!("{within}{}", field.name)) {
                pairs.push((Cow::Borrowed(field.name), value));
            }
        }
        pairs
    }

    /// The value of a field; `None` if it is not on record, or flawed.
    fn value(&mut self, field: &'static Field, path: &str) -> Option<Json<'static>> {
        match field.kind {
            FieldKind::Flag => self.flag(field, path),
            FieldKind::Word(words) => self.word(field, words, path),
            FieldKind::Words(words) => self.words(field, words, path),
            FieldKind::Object(inner) => self.inner(field, inner, path),
            FieldKind::Objects(inner) => Some(self.groups(inner, path)),
            FieldKind::Count(least) => self.text(field, path, |text| {
                let number = dates::number(text).filter(|number| *number >= u64::from(least));
                number.and_then(|number| i64::try_from(number).ok()).map(Json::Number).ok_or(Cow::Borrowed(""))
            }),
            FieldKind::Day | FieldKind::When => {
                let language = self.language;
                self.text(field, path, |text| match dates::read(text) {
                    Ok(When::Date(date)) => Ok(Json::text(When::Date(date).to_string())),
                    Ok(When::Instant(_)) => Err(W::OnlyDay.of(language).into()),
                    Err(no) => Err(no.message(language).into()),
                })
            }
            // In the form offences are counted from 1; the value of a choice is the format's own.
            FieldKind::Offence => self.text(field, path, |text| match dates::number(text) {
                Some(number) => i64::try_from(number).map(Json::Number).map_err(|_| Cow::Borrowed("")),
                None => Ok(Json::text(text.to_owned())),
            }),
            FieldKind::Case | FieldKind::Id | FieldKind::Office | FieldKind::Text => {
                self.text(field, path, |text| Ok(Json::text(text.to_owned())))
            }
        }
    }

    /// What was typed into a field of text; the message of `read` is that of a number if it is empty.
    fn text(
        &mut self,
        field: &Field,
        path: &str,
        read: impl FnOnce(&str) -> Result<Json<'static>, Cow<'static, str>>,
    ) -> Option<Json<'static>> {
        let text = self.fields.text(path);
        let is_null = field.may_be_null() && !self.fields.raw(&null_of(path)).is_empty();
        match (text, is_null) {
            ("", true) => return Some(Json::Null),
            (_, true) => {
                self.flaw(path, W::TextAndNone);
                return None;
            }
            ("", false) if field.need == Need::Required => {
                self.flaw(path, if field.may_be_null() { W::NeedsValueOrNone } else { W::NeedsValue });
                return None;
            }
            ("", false) => return None,
            (_, false) => {}
        }
        match read(text) {
            Ok(value) => Some(value),
            Err(says) => {
                let says = if says.is_empty() { W::NotNumber.of(self.language).into() } else { says };
                self.flaws.push(Flaw { field: path.to_owned(), says: says.into_owned() });
                None
            }
        }
    }

    /// Whether "not on record" has to be said: of optional fields. Of those of which one is needed, silence says it.
    fn must_choose(field: &Field) -> bool {
        field.need != Need::AnyOf
    }

    fn flag(&mut self, field: &Field, path: &str) -> Option<Json<'static>> {
        match (self.fields.text(path), field.need) {
            (YES, _) => Some(Json::Bool(true)),
            (NO, _) => Some(Json::Bool(false)),
            (NOT_ON_RECORD, Need::Optional | Need::AnyOf) | ("", Need::AnyOf) => None,
            (_, Need::Required) => {
                self.flaw(path, W::ChooseYesNo);
                None
            }
            (_, _) => {
                self.flaw(path, W::ChooseYesNoNot);
                None
            }
        }
    }

    fn word(&mut self, field: &Field, words: &'static [&'static str], path: &str) -> Option<Json<'static>> {
        match self.fields.text(path) {
            NONE if field.may_be_null() => Some(Json::Null),
            NOT_ON_RECORD if field.need != Need::Required => None,
            "" if !Self::must_choose(field) => None,
            text => {
                let word = words.iter().find(|word| **word == text);
                if word.is_none() {
                    self.flaw(path, if field.need == Need::Required { W::Choose } else { W::ChooseOrNot });
                }
                word.map(|word| Json::text(*word))
            }
        }
    }

    fn words(&mut self, field: &Field, words: &'static [&'static str], path: &str) -> Option<Json<'static>> {
        let ticked = self.fields.all(path);
        let is = |value: &str| ticked.iter().any(|ticked| ticked == value);
        let chosen: Vec<Json<'static>> = words.iter().filter(|word| is(word)).map(|word| Json::text(*word)).collect();
        let none = is(NONE) && field.may_be_empty();
        let not_on_record = is(NOT_ON_RECORD) && field.need != Need::Required;
        match (chosen.is_empty(), none, not_on_record) {
            (false, false, false) => Some(Json::List(chosen)),
            (true, true, false) => Some(Json::List(Vec::new())),
            (true, false, true) => None,
            (true, false, false) => {
                self.flaw(path, if field.need == Need::Required { W::TickSome } else { W::TickOrNot });
                None
            }
            _ => {
                self.flaw(path, W::TickedBoth);
                None
            }
        }
    }

    /// An object: asked as a whole first if it may be null or left out, and what is in it is required then.
    fn inner(&mut self, field: &Field, inner: &'static [Field], path: &str) -> Option<Json<'static>> {
        let within = format!("{path}.");
        let something = self.fields.pairs().any(|(name, value)| name.starts_with(&within) && !value.trim().is_empty());
        if asked_whole(field, inner) {
            match self.fields.text(path) {
                GIVEN => {}
                NONE if field.may_be_null() && !something => return Some(Json::Null),
                NOT_ON_RECORD if !something => return None,
                NONE | NOT_ON_RECORD => {
                    self.flaw(path, W::FilledAndNot);
                    return None;
                }
                _ => {
                    self.flaw(path, W::ChooseOrNot);
                    return None;
                }
            }
        } else if field.need == Need::AnyOf && !something {
            return None;
        }
        let pairs = self.object(inner, &within);
        (!pairs.is_empty() || field.need == Need::Required).then_some(Json::Object(pairs))
    }

    fn groups(&mut self, inner: &'static [Field], path: &str) -> Json<'static> {
        let filled: Vec<usize> =
            (0..groups(self.fields, path)).filter(|nth| is_filled(self.fields, path, *nth)).collect();
        // Without one, the first is asked for.
        let filled = if filled.is_empty() { vec![0] } else { filled };
        let items = filled.into_iter().map(|nth| Json::Object(self.object(inner, &format!("{path}.{nth}."))));
        Json::List(items.collect())
    }
}

/// Whether an object is asked for as a whole before what is in it: it may be left out, but not a part of it.
pub fn asked_whole(field: &Field, inner: &[Field]) -> bool {
    field.need == Need::Optional && inner.iter().any(|inner| inner.need == Need::Required)
}

/// How many groups of a list a form holds: as many as have a field in it, at least one.
pub fn groups(fields: &Fields, path: &str) -> usize {
    let has = |nth: usize| {
        let within = format!("{path}.{nth}.");
        fields.pairs().any(|(name, _)| name.starts_with(&within))
    };
    (0..MOST_GROUPS).rev().find(|nth| has(*nth)).map_or(1, |last| last + 1)
}

fn is_filled(fields: &Fields, path: &str, nth: usize) -> bool {
    let within = format!("{path}.{nth}.");
    fields.pairs().any(|(name, value)| name.starts_with(&within) && !value.trim().is_empty())
}
