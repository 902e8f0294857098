//! The values of an action's own fields.
//!
//! Invariant: a value fits the kind of its field in the table of actions, and writing it gives the JSON that was read.

use chrono::NaiveDate;

use super::field::{Field, FieldKind};
use super::{Action, ActionId, CaseRef, OfficeCode};
use crate::calendar::write_date;
use crate::json::Json;

/// The value of a field that is on record.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each variant is a kind of field, documented at `FieldKind`")]
pub enum Value {
    Null,
    /// It is on record as a commitment, or may be, and is not disclosed. It is never null.
    Withheld,
    Flag(bool),
    Count(u64),
    Day(NaiveDate),
    Case(CaseRef),
    Office(OfficeCode),
    Id(ActionId),
    Text(Box<str>),
    /// The word's place among the field's words.
    Word(u8),
    Words(Box<[u8]>),
    Object(Box<Values>),
    Objects(Box<[Values]>),
}

/// What is on record of a field, as far as tests ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recorded {
    LeftOut,
    Null,
    Flag(bool),
    /// The words, as bits by their places. No field of a test has more than 32.
    Words(u32),
    Number(u64),
    /// A value of another kind.
    Other,
}

impl Recorded {
    fn of(value: Option<&Value>) -> Self {
        match value {
            None => Self::LeftOut,
            Some(Value::Null) => Self::Null,
            Some(Value::Flag(flag)) => Self::Flag(*flag),
            Some(Value::Word(word)) => Self::Words(bit(*word)),
            Some(Value::Words(words)) => Self::Words(words.iter().fold(0, |bits, word| bits | bit(*word))),
            Some(Value::Count(number)) => Self::Number(*number),
            Some(_) => Self::Other,
        }
    }
}

fn bit(word: u8) -> u32 {
    1_u32.checked_shl(word.into()).unwrap_or(0)
}

/// What rules ask most of a value. It stands beside the other fields of an action, so that it is found without a look at the
/// value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Brief {
    #[default]
    LeftOut,
    Null,
    Flag(bool),
    Word(u8),
    /// The value says it.
    Longer,
}

impl Brief {
    const fn of(value: Option<&Value>) -> Self {
        match value {
            None => Self::LeftOut,
            Some(Value::Null) => Self::Null,
            Some(Value::Flag(flag)) => Self::Flag(*flag),
            Some(Value::Word(word)) => Self::Word(*word),
            Some(_) => Self::Longer,
        }
    }
}

/// For how many values there is a brief. Few actions have more fields.
const BRIEFS: usize = 16;

/// The values of some fields, each in the place that the field has in the table; `None` for one that is not on record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    all: Box<[Option<Value>]>,
    briefs: [Brief; BRIEFS],
}

impl Values {
    pub(super) fn new(all: Vec<Option<Value>>) -> Self {
        let mut briefs = [Brief::LeftOut; BRIEFS];
        for (brief, value) in briefs.iter_mut().zip(&all) {
            *brief = Brief::of(value.as_ref());
        }
        Self { all: all.into_boxed_slice(), briefs }
    }

    /// The value of the field in this place of the table.
    pub fn at(&self, place: usize) -> Option<&Value> {
        self.all.get(place)?.as_ref()
    }

    /// What is on record of the field in this place of the table.
    #[inline]
    pub(crate) fn recorded(&self, place: usize) -> Recorded {
        match self.briefs.get(place) {
            Some(Brief::LeftOut) => Recorded::LeftOut,
            Some(Brief::Null) => Recorded::Null,
            Some(Brief::Flag(flag)) => Recorded::Flag(*flag),
            Some(Brief::Word(word)) => Recorded::Words(bit(*word)),
            Some(Brief::Longer) | None => Recorded::of(self.at(place)),
        }
    }

    /// Whether these are the same values, where both are disclosed.
    pub(super) fn agree_with(&self, other: &Self) -> bool {
        let agree = |(a, b): (&Option<Value>, &Option<Value>)| match (a, b) {
            (Some(Value::Withheld), _) | (_, Some(Value::Withheld)) => true,
            (Some(Value::Object(a)), Some(Value::Object(b))) => a.agree_with(b),
            (a, b) => a == b,
        };
        self.all.len() == other.all.len() && self.all.iter().zip(&other.all).all(agree)
    }

    /// The value of the field with this name. `fields` is the table that these values fit.
    pub fn get(&self, fields: &[Field], name: &str) -> Option<&Value> {
        self.at(fields.iter().position(|field| field.name == name)?)
    }

    fn write<'a>(&'a self, fields: &'static [Field], pairs: &mut Pairs<'a>) {
        for (field, value) in fields.iter().zip(&self.all) {
            if let Some(value) = value {
                pairs.push((field.name.into(), value.to_json(field)));
            }
        }
    }

    fn to_json(&self, fields: &'static [Field]) -> Json<'_> {
        let mut pairs = Vec::with_capacity(fields.len());
        self.write(fields, &mut pairs);
        Json::Object(pairs)
    }
}

type Pairs<'a> = Vec<(std::borrow::Cow<'a, str>, Json<'a>)>;

impl Value {
    fn to_json(&self, field: &'static Field) -> Json<'_> {
        let word = |nth: &u8| Json::text(field.words().get(usize::from(*nth)).copied().unwrap_or_default());
        match (self, field.kind) {
            (Self::Flag(flag), _) => Json::Bool(*flag),
            (Self::Count(number), _) => Json::Number(number.cast_signed()),
            (Self::Day(day), _) => {
                let mut text = String::with_capacity(10);
                write_date(*day, &mut text);
                Json::text(text)
            }
            (Self::Case(case), _) => Json::text(case.as_str()),
            (Self::Office(office), _) => Json::text(office.as_str()),
            (Self::Id(id), _) => Json::text(id.to_string()),
            (Self::Text(text), _) => Json::text(&**text),
            (Self::Word(nth), _) => word(nth),
            (Self::Words(all), _) => Json::List(all.iter().map(word).collect()),
            (Self::Object(values), FieldKind::Object(fields)) => values.to_json(fields),
            (Self::Objects(all), FieldKind::Objects(fields)) => {
                Json::List(all.iter().map(|values| values.to_json(fields)).collect())
            }
            (Self::Withheld, _) => Json::Withheld,
            (Self::Null | Self::Object(_) | Self::Objects(_), _) => Json::Null,
        }
    }
}

impl Action {
    /// The action as a JSON value.
    pub fn to_json(&self) -> Json<'_> {
        let fields = self.name.fields();
        let mut pairs: Pairs<'_> = Vec::with_capacity(5 + fields.len());
        pairs.push(("case".into(), Json::text(self.case.as_str())));
        pairs.push(("id".into(), Json::text(self.id.to_string())));
        pairs.push(("action".into(), Json::text(self.name.word())));
        pairs.push(("at".into(), Json::text(self.at.to_string())));
        pairs.push(("by".into(), Json::text(self.by.as_str())));
        self.values.write(fields, &mut pairs);
        Json::Object(pairs)
    }
}
