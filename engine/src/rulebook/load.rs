//! Loads and checks a rulebook file: gives a [`Rulebook`], or the first flaw.
//!
//! Invariant: nothing is assumed. A file is refused, with the line, if something is missing, unknown or contradictory, or if
//! a protective answer is more lenient than the lenient one. Every key of the file is read, and nothing in it is without use.

mod possible;
mod readings;
mod rules;
mod table;
mod test;
mod texts;

use std::collections::BTreeMap;
use std::fmt;

use toml::Spanned;
use toml::de::DeTable;

use self::table::{HOURS, Table, Value};
use super::{Digest, Rulebook, Text};
use crate::ages::ADULT;
use crate::calendar::period::Hours;
use crate::rulebook::rule::Dates;
use crate::rulebook::{ByKind, Escalation, Period};
use test::Language;

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

/// The longest file that is read, in bytes.
const LONGEST: usize = 2 << 20;

/// Reads and checks a rulebook file's text.
pub(super) fn rulebook(source: &str) -> Result<Rulebook, Flaw> {
    if source.len() > LONGEST {
        let found = source.len();
        return Err(Flaw {
            line: 1,
            what: format!("found {found} bytes; expected at most {LONGEST}; is this a rulebook?"),
        });
    }
    let tree = tree(source)?;
    read(source, &Table::root(source, tree.get_ref()), &Whole::Required)
}

/// Like [`rulebook`], for one that a log keeps: it was whole for the program that put it in force. A text that it lacks is
/// the program's own, and what no longer has a use is passed over.
pub(super) fn stored(source: &str) -> Result<Rulebook, Flaw> {
    let tree = tree(source)?;
    let own = Rulebook::law_05_na_2006();
    read(source, &Table::root(source, tree.get_ref()), &Whole::OrOwn(own.texts()))
}

/// Whether a rulebook must have everything that this program knows.
enum Whole<'t> {
    Required,
    /// The texts that stand in for missing ones.
    OrOwn(&'t BTreeMap<String, Text>),
}

fn tree(source: &str) -> Result<Spanned<DeTable<'_>>, Flaw> {
    DeTable::parse(source).map_err(|error| {
        let is_deep = error.message().contains("recurs");
        let start = match error.span() {
            Some(span) => span.start,
            None if is_deep => deepest(source),
            None => 0,
        };
        let what = if is_deep {
            "brackets or keys stand in each other too deeply; expected a few in each other; simplify the line"
                .to_owned()
        } else {
            format!("this is not TOML: {}; correct the line", error.message())
        };
        Flaw::new(source, start, "", &what)
    })
}

/// Where the line with the most dots begins: of keys that stand in each other too deeply, the parser doesn't say where.
fn deepest(source: &str) -> usize {
    let starts = source.split_inclusive('\n').scan(0, |behind, line| {
        let start = *behind;
        *behind += line.len();
        Some((line.matches('.').count(), std::cmp::Reverse(start)))
    });
    starts.max().map_or(0, |(_, std::cmp::Reverse(start))| start)
}

fn read(source: &str, root: &Table<'_>, whole: &Whole<'_>) -> Result<Rulebook, Flaw> {
    if let Some(scope) = root.optional("scope") {
        return Err(scope.flaw(
            "this rulebook is from before the language of rules, and says no test of any rule; expected [numbers], \
             [questions] and [terms] in its place; carry the changes over into a copy of the program's own rulebook",
        ));
    }
    root.only(&[
        "id",
        "title",
        "basis",
        "in_force_from",
        "in_force_until",
        "numbers",
        "policy",
        "questions",
        "readings",
        "terms",
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
    let (policy, numbers) = (root.table("policy")?, root.table("numbers")?);
    policy.only(&["at_once", "notice_hour", "escalation"])?;
    let at_once = policy.required("at_once", "the grace of \"at once\", such as \"1h\"")?.period_in(HOURS)?;
    let at_once = Period::Hours(at_once);
    let adult_age = adult_age(&numbers)?;
    let questions = readings::questions(&root.table("questions")?)?;
    let choices = readings::both(&root.table("readings")?, &questions)?;
    let (terms, rules) = (root.table("terms")?, root.table("rules")?);
    let mut language =
        Language::new(&questions, &choices.protective.answers, root.table("numbers")?, root.table("terms")?);
    let mut rules = rules::all(&rules, at_once, &mut language)?;
    if let Whole::Required = whole {
        language.all_used(&numbers, &terms)?;
        all_asked(&rules, &root.table("questions")?, &questions)?;
    }
    let own = if let Whole::OrOwn(texts) = whole { Some(*texts) } else { None };
    let texts = texts::all(&root.table("texts")?, &rules, &questions, own)?;
    rules::fill_numbers(&mut rules, &root.table("rules")?, &numbers, &texts)?;
    let watches = language.watches;
    Ok(Rulebook::of(super::Parts {
        id: id(root)?,
        digest: Digest::of(source.as_bytes()),
        source: source.to_owned(),
        title: root.text("title")?,
        basis: root.text("basis")?,
        holds: Dates::of(Some(in_force_from), until),
        notice_hour: policy.required("notice_hour", "a time of day such as \"08:00\"")?.time_of_day()?,
        at_once,
        escalation: escalation(&policy)?,
        adult_age,
        questions,
        choices,
        watches,
        rules,
        texts,
    }))
}

/// The age at which one is no longer a child.
fn adult_age(numbers: &Table<'_>) -> Result<u32, Flaw> {
    match numbers.integer("adult_age", 1..=100)? {
        ADULT => Ok(ADULT),
        other => Err(numbers.required("adult_age", "a number")?.flaw(&format!(
            "found {other}; expected {ADULT}: what is recorded of a child's age says who is under {ADULT}, and no more"
        ))),
    }
}

/// After how long which alerts are escalated. A book without the table escalates nothing.
fn escalation(policy: &Table<'_>) -> Result<Escalation, Flaw> {
    let Some(table) = policy.optional("escalation") else { return Ok(Escalation::default()) };
    let table = table.table()?;
    table.only(&["liberty", "others"])?;
    let by_kind = |key: &str| {
        let Some(times) = table.optional(key) else { return Ok(ByKind::default()) };
        let times = times.table()?;
        times.only(&["arguable", "breach"])?;
        let time = |kind: &str| -> Result<_, Flaw> {
            Ok(times.optional(kind).map(|time| time.period_in(HOURS)).transpose()?.map(Hours))
        };
        Ok(ByKind { arguable: time("arguable")?, breach: time("breach")? })
    };
    Ok(Escalation { liberty: by_kind("liberty")?, others: by_kind("others")? })
}

/// Refuses a question that no rule asks.
fn all_asked(rules: &[super::Rule], table: &Table<'_>, questions: &[super::Question]) -> Result<(), Flaw> {
    // The one question that is asked of every rule.
    let of_all = |name: &str| name == "child_while";
    for (nth, question) in questions.iter().enumerate() {
        if !of_all(&question.name) && rules.iter().all(|rule| !rule.questions.contains(&nth)) {
            let value = table.required(&question.name, "a question")?;
            return Err(value.flaw("no rule asks this question; correct the rule that should, or remove the question"));
        }
    }
    Ok(())
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
