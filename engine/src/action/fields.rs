//! Reads the fields of one JSON object one by one. Fields that nobody asked for are unknown and refused. All flaws are
//! reported, not only the first.
//!
//! Invariant: for a value that may be personal, a refusal gives the field and the JSON type only (Art. 85). For an unknown
//! field it gives the field's place in the object and the nearest known name, never the name as written.

#![expect(clippy::needless_pass_by_value, reason = "every reader of a field has the same shape")]

use std::borrow::Cow;
use std::fmt;

use chrono::NaiveDate;

use super::OfficeCode;
use super::dates;
use crate::json::Json;
use crate::refusal::{Code, Flaws, Refusal, nearest};

/// A value that was read, or what is wrong with it.
pub type Read<T> = Result<T, Flaws>;

/// The path of a value in an action. It becomes text only in a refusal.
#[derive(Clone, Copy)]
pub struct At<'p> {
    within: Option<&'p At<'p>>,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Top,
    Key(&'static str),
    Nth(usize),
}

impl At<'_> {
    /// The action itself.
    pub const TOP: At<'static> = At { within: None, step: Step::Top };

    const fn is_top(&self) -> bool {
        matches!(self.step, Step::Top)
    }
}

impl<'p> At<'p> {
    const fn below(within: &'p At<'p>, step: Step) -> Self {
        Self { within: Some(within), step }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(within) = self.within.filter(|within| !within.is_top()) {
            write!(f, "{within}.")?;
        }
        match self.step {
            Step::Top => Ok(()),
            Step::Key(name) => f.write_str(name),
            Step::Nth(n) => write!(f, "{n}"),
        }
    }
}

/// The fields of an object that have not been read yet, and what was wrong with those that were.
pub struct Fields<'j, 'p> {
    at: At<'p>,
    /// The fields in their places; `None` once a field has been read.
    left: Vec<Option<(Cow<'j, str>, Json<'j>)>>,
    /// The names that were asked for. They are the names that the object may have.
    known: Vec<&'static str>,
    flaws: Flaws,
}

impl<'j, 'p> Fields<'j, 'p> {
    /// The fields of `json`, which must be an object. `form` shows how such an object is written.
    pub fn of(at: At<'p>, json: Json<'j>, form: &str) -> Read<Self> {
        match json {
            Json::Object(pairs) => {
                let left = pairs.into_iter().map(Some).collect();
                Ok(Self { at, left, known: Vec::with_capacity(16), flaws: Flaws::new() })
            }
            other if at.is_top() => Err(Refusal::new(Code::NotAnObject).found(other.type_name()).into()),
            other => Err(wrong_form(&at, &other, form)),
        }
    }

    fn take(&mut self, name: &'static str) -> Option<Json<'j>> {
        self.known.push(name);
        let is_it = |field: &&mut Option<_>| matches!(field, Some((key, _)) if *key == name);
        self.left.iter_mut().find(is_it)?.take().map(|(_, value)| value)
    }

    /// Reads an optional field with `read`. Also `None` if the field is flawed: then reading ends in a refusal.
    pub fn optional<T>(&mut self, name: &'static str, read: impl FnOnce(&At<'_>, Json<'j>) -> Read<T>) -> Option<T> {
        let json = self.take(name)?;
        let value = read(&At::below(&self.at, Step::Key(name)), json);
        self.keep(value)
    }

    /// Reads a required field with `read`; `None` if it is missing or flawed.
    pub fn required<T>(&mut self, name: &'static str, read: impl FnOnce(&At<'_>, Json<'j>) -> Read<T>) -> Option<T> {
        let within = self.at;
        let at = At::below(&within, Step::Key(name));
        let value = match self.take(name) {
            Some(json) => read(&at, json),
            None => Err(self.missing(name).into()),
        };
        self.keep(value)
    }

    /// The refusal of a required field that is missing or is written in capitals.
    fn missing(&mut self, name: &'static str) -> Refusal {
        let is_it = |(key, _): &(Cow<'_, str>, _)| key.trim().eq_ignore_ascii_case(name);
        match self.left.iter().position(|field| field.as_ref().is_some_and(is_it)) {
            Some(nth) => {
                self.left[nth] = None;
                self.unknown(nth, name)
            }
            None => Refusal::new(Code::MissingField).field(At::below(&self.at, Step::Key(name))),
        }
    }

    fn keep<T>(&mut self, value: Read<T>) -> Option<T> {
        value.map_err(|flaws| self.flaws.extend(flaws)).ok()
    }

    /// Notes a flaw of the object as a whole.
    pub fn refuse(&mut self, refusal: Refusal) {
        self.flaws.push(refusal);
    }

    /// Whether no flaw was found so far.
    pub const fn is_sound(&self) -> bool {
        self.flaws.is_empty()
    }

    /// The value built from the fields, if all of them are valid and none is left unread.
    pub fn finish<T>(mut self, value: Option<T>) -> Read<T> {
        let unknown = self.unknown_ones();
        self.flaws.extend(unknown);
        match value {
            Some(value) if self.flaws.is_empty() => Ok(value),
            _ => Err(self.flaws),
        }
    }

    /// The flaws so far, for an object whose other fields cannot be known, because its action is unknown. Of the unread
    /// fields, only probable misspellings of the names asked for are reported.
    pub fn give_up(mut self) -> Flaws {
        let meant = self.unknown_ones().into_iter().filter(|refusal| refusal.expected.is_some()).collect::<Vec<_>>();
        self.flaws.extend(meant);
        self.flaws
    }

    fn unknown_ones(&self) -> Flaws {
        let left = self.left.iter().enumerate().filter_map(|(nth, field)| Some((nth, &field.as_ref()?.0)));
        left.map(|(nth, key)| self.unknown(nth, key)).collect()
    }

    fn unknown(&self, nth: usize, key: &str) -> Refusal {
        let small = key.trim().to_ascii_lowercase();
        let (code, meant) = match self.known.iter().find(|name| **name == small) {
            Some(name) => (Code::KeyInCapitals, Some(*name)),
            None => (Code::UnknownField, nearest(key, self.known.iter().copied())),
        };
        let refusal = Refusal::new(code).found((nth + 1).to_string());
        let refusal = if self.at.is_top() { refusal } else { refusal.field(self.at) };
        match meant {
            Some(name) => refusal.expected(name),
            None => refusal,
        }
    }
}

/// The refusal of a value of the wrong type.
fn wrong(at: &At<'_>, found: &Json<'_>, expected: &str) -> Flaws {
    let code = if *found == Json::Null { Code::NullGiven } else { Code::WrongType };
    Refusal::new(code).field(at).found(found.type_name()).expected(expected).into()
}

/// Like [`wrong`], with an example of how the value is written.
fn wrong_form(at: &At<'_>, found: &Json<'_>, example: &str) -> Flaws {
    let code = if *found == Json::Null { Code::NullGiven } else { Code::WrongForm };
    Refusal::new(code).field(at).found(found.type_name()).expected(example).into()
}

/// `true` or `false`.
pub fn boolean(at: &At<'_>, json: Json<'_>) -> Read<bool> {
    match json {
        Json::Bool(value) => Ok(value),
        other => Err(wrong(at, &other, "boolean")),
    }
}

/// The greatest whole number that every JSON reader keeps exact (2^53 - 1).
const MOST: u64 = 9_007_199_254_740_991;

/// A whole number from `least` to [`MOST`].
pub fn number(least: u64) -> impl Fn(&At<'_>, Json<'_>) -> Read<u64> {
    move |at, json| match json {
        Json::Number(value) if u64::try_from(value).is_ok_and(|value| (least..=MOST).contains(&value)) => {
            Ok(value.unsigned_abs())
        }
        Json::Null => Err(wrong(at, &json, "number")),
        other => {
            let refusal = Refusal::new(Code::NotANumber).field(at).found(other.type_name());
            Err(refusal.expected(format!("{least}–{MOST}")).into())
        }
    }
}

/// A text without a NUL character, since no database column can hold one.
pub fn text(at: &At<'_>, json: Json<'_>) -> Read<String> {
    match json {
        Json::Text(text) if text.contains('\0') => Err(Refusal::new(Code::NulCharacter).field(at).into()),
        Json::Text(text) => Ok(text.into_owned()),
        other => Err(wrong(at, &other, "text")),
    }
}

/// The place of one of a closed vocabulary.
pub fn word(words: &'static [&'static str]) -> impl Fn(&At<'_>, Json<'_>) -> Read<u8> {
    move |at, json| {
        let Json::Text(text) = &json else { return Err(wrong(at, &json, &words.join(", "))) };
        let place = words.iter().position(|word| word == text);
        place.and_then(|place| u8::try_from(place).ok()).ok_or_else(|| {
            let refusal = match nearest(text, words.iter().copied()) {
                Some(word) => Refusal::new(Code::MisspeltWord).expected(word),
                None => Refusal::new(Code::UnknownWord).expected(words.join(", ")),
            };
            refusal.field(at).found("text").into()
        })
    }
}

/// A list whose items `read` reads. `example` shows how an item is written.
pub fn list<'j, T>(
    read: impl Fn(&At<'_>, Json<'j>) -> Read<T>,
    example: &str,
) -> impl FnOnce(&At<'_>, Json<'j>) -> Read<Vec<T>> {
    move |at, json| {
        let Json::List(items) = json else { return Err(wrong_form(at, &json, example)) };
        let (mut read_items, mut flaws) = (Vec::with_capacity(items.len()), Flaws::new());
        for (nth, item) in items.into_iter().enumerate() {
            match read(&At::below(at, Step::Nth(nth)), item) {
                Ok(item) => read_items.push(item),
                Err(of_item) => flaws.extend(of_item),
            }
            if flaws.len() > MOST_FLAWS {
                break;
            }
        }
        if flaws.is_empty() { Ok(read_items) } else { Err(flaws) }
    }
}

/// The most flaws that are reported for one list.
const MOST_FLAWS: usize = 20;

/// A value that `read` reads from a text; a refusal of it gets the path of the field. `expected` says what is expected of a
/// value that is no text.
pub fn of_text<T>(at: &At<'_>, json: Json<'_>, expected: &str, read: impl FnOnce(&str) -> Read<T>) -> Read<T> {
    let Json::Text(text) = &json else { return Err(wrong(at, &json, expected)) };
    read(text).map_err(|flaws| flaws.into_iter().map(|flaw| flaw.field(at)).collect())
}

/// An office code.
pub fn office(at: &At<'_>, json: Json<'_>) -> Read<OfficeCode> {
    let refused = || Refusal::new(Code::NotAnOfficeCode).found("text").expected(OfficeCode::FORM);
    of_text(at, json, "text", |text| OfficeCode::new(text).ok_or_else(|| refused().into()))
}

/// A civil date. It may be a birth date, so a refusal never echoes it.
pub fn date(at: &At<'_>, json: Json<'_>) -> Read<NaiveDate> {
    of_text(at, json, "YYYY-MM-DD", dates::date)
}
