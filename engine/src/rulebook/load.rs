//! Loads and checks a rulebook file: gives a [`Rulebook`], or the first flaw.
//!
//! Invariant: nothing is assumed. A file is refused, with the line, if something is missing, unknown or contradictory, or if
//! a protective answer is more lenient than the lenient one. Every key of the file is read. Only a rulebook that a log
//! keeps may lack something: it was complete for the program that put it in force.

mod numbers;
mod readings;
mod rules;
mod table;
mod texts;

use std::collections::BTreeSet;
use std::fmt;

use toml::Spanned;
use toml::de::DeTable;

use self::table::{Table, Value};
use super::{Digest, LAW_05_NA_2006, RuleId, Rulebook};

/// What is wrong with a rulebook file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The line, from 1.
    pub line: usize,
    /// The place, what was found, what was expected, and what to do.
    pub what: String,
}

impl Flaw {
    fn new(source: &str, start: usize, path: &str, what: &str) -> Self {
        let line = 1 + source.bytes().take(start).filter(|byte| *byte == b'\n').count();
        let what = if path.is_empty() { what.to_owned() } else { format!("{path}: {what}") };
        Self { line, what }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rulebook, line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for Flaw {}

/// Reads and checks a rulebook file's text.
pub(super) fn rulebook(source: &str) -> Result<Rulebook, Flaw> {
    let tree = tree(source)?;
    read(source, &Table::root(source, tree.get_ref(), None))
}

/// Like [`rulebook`], but takes what is missing from the program's own rulebook.
pub(super) fn stored(source: &str) -> Result<Rulebook, Flaw> {
    let (tree, own) = (tree(source)?, tree(LAW_05_NA_2006)?);
    let root = Table::root(source, tree.get_ref(), Some(own.get_ref()));
    let rules = root.table("rules")?;
    let lacks = RuleId::ALL.iter().copied().filter(|rule| rules.optional(rule.word()).is_none()).collect();
    Ok(Rulebook { lacks, ..read(source, &root)? })
}

fn tree(source: &str) -> Result<Spanned<DeTable<'_>>, Flaw> {
    DeTable::parse(source).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        Flaw::new(source, start, "", &format!("this is not TOML: {}; correct the line", error.message()))
    })
}

fn read(source: &str, root: &Table<'_>) -> Result<Rulebook, Flaw> {
    root.only(&[
        "id",
        "title",
        "basis",
        "in_force_from",
        "in_force_until",
        "scope",
        "policy",
        "readings",
        "rules",
        "texts",
    ])?;
    let in_force_from = root.required("in_force_from", "the first day on which it holds")?.date()?;
    let in_force_until = root.optional("in_force_until");
    let until = in_force_until.as_ref().map(Value::date).transpose()?;
    if let (Some(value), Some(until)) = (in_force_until, until.filter(|until| *until < in_force_from)) {
        return Err(value.flaw(&format!(
            "found {until}; expected a day not before in_force_from, {in_force_from}; correct one of them"
        )));
    }
    let (protective, lenient) = readings::both(&root.table("readings")?)?;
    let numbers = numbers::of(root)?;
    Ok(Rulebook {
        id: id(root)?,
        digest: Digest::of(source.as_bytes()),
        source: source.to_owned(),
        title: root.text("title")?,
        basis: root.text("basis")?,
        in_force_from,
        in_force_until: until,
        notice_hour: root.table("policy")?.required("notice_hour", "a time of day such as \"08:00\"")?.time_of_day()?,
        numbers,
        protective,
        lenient,
        rules: rules::all(&root.table("rules")?, &numbers)?,
        lacks: BTreeSet::new(),
        texts: texts::all(&root.table("texts")?)?,
    })
}

fn id(root: &Table<'_>) -> Result<String, Flaw> {
    let expected = "1 to 64 of a-z, 0-9 and -, such as \"law-05-na-2006\"";
    let id = root.string("id", expected)?;
    let plain = id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if plain && id.len() <= 64 {
        Ok(id.to_owned())
    } else {
        Err(root.required("id", expected)?.flaw(&format!("found \"{id}\"; expected {expected}")))
    }
}
