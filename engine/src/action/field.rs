//! What a field of an action is: its key, what it holds, whether it may be left out, and what it means.

use std::borrow::Cow;

use crate::language::Language;

/// A field of an action or of an object in one.
#[derive(Debug)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it may be left out.
    pub need: Need,
    /// What `null` means, in English and Lao, if the field may be null.
    null: Option<[&'static str; 2]>,
    /// How it is written, if its kind doesn't show it.
    written: Option<&'static str>,
    /// Whether a list of it may have nothing in it.
    may_be_empty: bool,
    /// Whether what it holds is personal.
    personal: bool,
    /// Whether it names another child.
    of_another_child: bool,
    meaning: [&'static str; 2],
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {
    /// A case's reference.
    Case,
    /// A UUID.
    Id,
    /// An instant or, where the time of day is not known, a civil date.
    When,
    /// A civil date.
    Day,
    /// An office's code.
    Office,
    /// A free text.
    Text,
    /// True or false.
    Flag,
    /// A whole number, at least this one.
    Count(u32),
    /// Which offence: its place in the opening, from 0, or the id of the action that added it.
    Offence,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of these words.
    Words(&'static [&'static str]),
    /// An object with these fields.
    Object(&'static [Field]),
    /// A list of such objects, at least one.
    Objects(&'static [Field]),
}

/// Whether a field may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It is required.
    Required,
    /// It may be left out, which means "not on record".
    Optional,
    /// At least one of the fields with this need is required.
    AnyOf,
}

impl Field {
    pub(super) const fn new(name: &'static str, need: Need, kind: FieldKind, meaning: [&'static str; 2]) -> Self {
        Self {
            name,
            kind,
            need,
            null: None,
            written: None,
            may_be_empty: !matches!(kind, FieldKind::Objects(_)),
            // What somebody wrote may say anything.
            personal: matches!(kind, FieldKind::Text),
            of_another_child: false,
            meaning,
        }
    }

    pub(super) const fn or_null(mut self, says: [&'static str; 2]) -> Self {
        self.null = Some(says);
        self
    }

    pub(super) const fn written(mut self, example: &'static str) -> Self {
        self.written = Some(example);
        self
    }

    pub(super) const fn not_empty(mut self) -> Self {
        self.may_be_empty = false;
        self
    }

    pub(super) const fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    pub(super) const fn of_another_child(mut self) -> Self {
        self.of_another_child = true;
        self
    }

    /// Whether what it holds is personal: it says something of the child, or is a free text.
    pub const fn is_personal(&self) -> bool {
        self.personal
    }

    /// Whether an event holds a commitment in its place, if it is not null: what is personal, an object of nothing else, and
    /// the reference of another child.
    pub const fn is_committed(&self) -> bool {
        match self.kind {
            FieldKind::Object(fields) => {
                let mut nth = 0;
                while nth < fields.len() {
                    if !fields[nth].personal {
                        return false;
                    }
                    nth += 1;
                }
                true
            }
            _ => self.personal || self.of_another_child,
        }
    }

    /// Whether it is public that a text was given here, though not which: rules ask whether there was a reason.
    pub fn is_public_whether_given(&self) -> bool {
        matches!(self.kind, FieldKind::Text) && self.name == "reason"
    }

    /// Whether the field may be null.
    pub const fn may_be_null(&self) -> bool {
        self.null.is_some()
    }

    /// Whether a list of it may be empty, which means that there was none.
    pub const fn may_be_empty(&self) -> bool {
        self.may_be_empty
    }

    /// An example of how the field is written.
    pub fn example(&self) -> Cow<'static, str> {
        match (self.written, self.words()) {
            (Some(example), _) => example.into(),
            (None, [first, second, ..]) => format!(r#"["{first}","{second}"]"#).into(),
            (None, words) => format!("{words:?}").into(),
        }
    }

    /// What the field means.
    pub const fn meaning(&self, language: Language) -> &'static str {
        language.of(self.meaning)
    }

    /// What `null` means; `None` if the field may not be null.
    pub fn null(&self, language: Language) -> Option<&'static str> {
        self.null.map(|says| language.of(says))
    }

    /// The words that the field accepts; empty if it has no fixed words.
    pub const fn words(&self) -> &'static [&'static str] {
        match self.kind {
            FieldKind::Word(words) | FieldKind::Words(words) => words,
            _ => &[],
        }
    }
}
