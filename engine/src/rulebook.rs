//! The law as data: every rule with its article, its words, its limit, and the two readings.
//!
//! Rules are written in a small language (see `docs/rules-language.md`). Loading checks and compiles them.
//! Invariant: a `Rulebook` answers every question that its rules ask under both readings, and no protective answer is more
//! lenient than the lenient one. Limits, thresholds, the grace of "at once" and caps come from here and are written nowhere
//! else.

mod digest;
mod escalation;
mod keys;
mod law;
mod load;
mod prepared;
mod questions;
mod readings;
pub(crate) mod rule;
mod rule_id;
mod shelf;
pub(crate) mod test;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;

pub use crate::calendar::Period;
pub(crate) use crate::calendar::period;
pub use crate::language::Language;
pub use digest::Digest;
pub use escalation::{ByKind, Escalation};
pub use keys::KEYS;
pub use load::Flaw;
pub use questions::*;
pub use readings::{Reading, Readings};
pub use rule::{Role, Rule};
pub use rule_id::RuleId;
pub use shelf::Rulebooks;

pub(crate) use prepared::{Fact, OfAction, Prepared};
use rule::{Dates, Limit, Procedure};
use test::Watch;

use crate::action::ActionName;
use crate::calendar::Instant;

/// The rulebook of Law 05/NA that comes with the program.
pub const LAW_05_NA_2006: &str = include_str!("../rulebooks/law-05-na-2006.toml");

/// A sentence in the two languages of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: String,
    /// Lao.
    pub lo: String,
}

impl Text {
    /// The sentence in `language`.
    pub fn in_language(&self, language: Language) -> &str {
        language.of([&self.en, &self.lo])
    }
}

/// The words of the law behind a rule, verbatim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The article that contains the words, such as `59(4)`.
    pub article: String,
    /// The Lao words.
    pub lo: String,
}

/// The law as data, checked on load and compiled.
#[derive(Clone, Debug, PartialEq)]
pub struct Rulebook {
    parts: Parts,
    /// The places of the rules, by name.
    by_name: Vec<(RuleId, usize)>,
    /// For each kind of action, the limits that it opens as the rulebook says, and the conditions that are tested on it, by
    /// name.
    asked_on: Box<[OfAction]>,
    /// The places of the limits that a procedure counts.
    counted: Vec<(Procedure, usize)>,
    /// For each kind of action, the places of the watches that it concerns.
    watched: Box<[Vec<usize>]>,
    /// The rulebook under which actions from before this one's first day are decided.
    before: Option<Arc<Rulebook>>,
}

/// What a rulebook's file says.
#[derive(Clone, Debug, PartialEq)]
struct Parts {
    id: String,
    digest: Digest,
    source: String,
    title: Text,
    basis: Text,
    holds: Dates,
    notice_hour: i64,
    at_once: Period,
    escalation: Escalation,
    adult_age: u32,
    questions: Vec<Question>,
    choices: Readings<Choices>,
    watches: Vec<Watch>,
    rules: Vec<Rule>,
    texts: BTreeMap<String, Text>,
}

impl Rulebook {
    /// Reads and checks a rulebook file's text.
    ///
    /// # Errors
    /// The first flaw: its line, what was found, and what was expected.
    pub fn parse(source: &str) -> Result<Self, Flaw> {
        load::rulebook(source)
    }

    /// Reads a rulebook that a log keeps. One from before the language of rules is read by its
    /// rewriting. A text that it lacks is the program's own.
    ///
    /// # Errors
    /// Like [`Rulebook::parse`].
    pub fn stored(source: &str) -> Result<Self, Flaw> {
        match rewritten(Digest::of(source.as_bytes())) {
            None => Self::parse(source).or_else(|_| load::stored(source)),
            Some(rewriting) => {
                let mut book = load::stored(rewriting)?;
                book.parts.digest = Digest::of(source.as_bytes());
                source.clone_into(&mut book.parts.source);
                Ok(book)
            }
        }
    }

    /// The rulebook of Law 05/NA of 2006 that comes with the program.
    pub fn law_05_na_2006() -> Self {
        Self::parse(LAW_05_NA_2006).expect("the rulebook in the program is checked by its tests")
    }

    /// This rulebook, with that of `kept` behind it which was in force before its first day: what an action opened before
    /// that day goes on under the rules that stood then. Of several, it is the one with the latest first day.
    #[must_use]
    pub fn succeeding(self: Arc<Self>, kept: impl IntoIterator<Item = String>) -> Arc<Self> {
        let Some(first) = self.parts.holds.from else { return self };
        let others = kept.into_iter().filter(|text| *text != self.parts.source);
        let mut earlier: Vec<Self> = others.filter_map(|text| Self::stored(&text).ok()).collect();
        earlier.retain(|book| book.parts.holds.from.is_some_and(|from| from < first));
        earlier.sort_by_key(|book| (book.parts.holds.from, book.digest()));
        let chain = earlier.into_iter().fold(None, |before: Option<Arc<Self>>, book| {
            Some(Arc::new(Self { before: before.map(|before| before.ending_before(&book)), ..book }))
        });
        let Some(before) = chain else { return self };
        let before = Some(before.ending_before(&self));
        Arc::new(Self { before, ..Arc::unwrap_or_clone(self) })
    }

    /// This rulebook, for actions before the first day of the next one alone.
    fn ending_before(self: Arc<Self>, next: &Self) -> Arc<Self> {
        let mut book = Arc::unwrap_or_clone(self);
        let last = next.parts.holds.from.map(|from| from.plus(-1));
        book.parts.holds.until = [book.parts.holds.until, last].into_iter().flatten().min();
        Arc::new(book)
    }

    /// This rulebook and the earlier ones behind it.
    pub fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |book| book.before.as_deref())
    }

    /// The rulebook, of this one and the earlier ones behind it, that decides about an action at this instant.
    pub(crate) fn on(&self, at: Instant) -> &Self {
        self.chain().find(|book| book.parts.holds.contain(at)).unwrap_or(self)
    }

    const fn texts(&self) -> &BTreeMap<String, Text> {
        &self.parts.texts
    }

    fn of(parts: Parts) -> Self {
        let rules = &parts.rules;
        let mut by_name: Vec<(RuleId, usize)> = rules.iter().map(|rule| rule.id).zip(0..).collect();
        by_name.sort_unstable();
        let answers = Readings::each(|reading| &*parts.choices[reading].answers);
        let by_place = || by_name.iter().map(|(_, nth)| (*nth, &rules[*nth]));
        let asked_on = ActionName::ALL.iter().map(|name| OfAction::of(*name, by_place(), answers)).collect();
        let watching =
            |name: &ActionName| (0..parts.watches.len()).filter(|nth| parts.watches[*nth].names.has(*name)).collect();
        let watched = ActionName::ALL.iter().map(watching).collect();
        let procedure = |(rule, nth): (&Rule, usize)| Some((rule.as_limit()?.counting.procedure()?, nth));
        let counted = rules.iter().zip(0..).filter_map(procedure).collect();
        Self { parts, by_name, asked_on, counted, watched, before: None }
    }

    /// The name of the rulebook, such as `law-05-na-2006`.
    pub fn id(&self) -> &str {
        &self.parts.id
    }

    /// The digest of the file's bytes.
    pub const fn digest(&self) -> Digest {
        self.parts.digest
    }

    /// The file's text, which the log keeps.
    pub fn source(&self) -> &str {
        &self.parts.source
    }

    /// The law that it encodes.
    pub const fn title(&self) -> &Text {
        &self.parts.title
    }

    /// Its legal basis and standing.
    pub const fn basis(&self) -> &Text {
        &self.parts.basis
    }

    /// The first day on which that law is in force, and the last one, if it is known.
    pub fn in_force(&self) -> (NaiveDate, Option<NaiveDate>) {
        let Dates { from, until } = self.parts.holds;
        (from.map(Instant::date).unwrap_or_default(), until.map(Instant::date))
    }

    /// The last instant at which that law is in force, if it is known.
    pub(crate) const fn holds_until(&self) -> Option<Instant> {
        self.parts.holds.until
    }

    /// The time of day at which a notice with a lead in days is given: seconds after midnight, Vientiane time.
    pub const fn notice_hour(&self) -> i64 {
        self.parts.notice_hour
    }

    /// The grace of "at once": policy, not law.
    pub const fn at_once(&self) -> Period {
        self.parts.at_once
    }

    /// After how long an alert that nobody takes is escalated: policy, not law.
    pub const fn escalation(&self) -> Escalation {
        self.parts.escalation
    }

    /// The age at which one is no longer a child (Art. 2(1)).
    pub const fn adult_age(&self) -> u32 {
        self.parts.adult_age
    }

    /// The questions that the law leaves open, in the order of the file.
    pub fn questions(&self) -> &[Question] {
        &self.parts.questions
    }

    /// The answers of one reading.
    pub fn choices(&self, reading: Reading) -> &Choices {
        &self.parts.choices[reading]
    }

    /// Each question with the protective and the lenient answer.
    pub fn answers(&self) -> impl Iterator<Item = (&Question, Readings<&str>)> {
        self.parts.questions.iter().enumerate().map(|(nth, question)| {
            let answer = |reading| {
                let answer = self.choices(reading).answers.get(nth).copied().unwrap_or(0);
                question.answers.get(usize::from(answer)).map_or("", String::as_str)
            };
            (question, Readings::each(answer))
        })
    }

    /// The rule with this name, in this rulebook or in an earlier one behind it.
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.chain().find_map(|book| {
            let at = book.by_name.binary_search_by(|(name, _)| name.cmp(&id)).ok()?;
            Some(&book.parts.rules[book.by_name[at].1])
        })
    }

    /// The article of a rule; the rule's own name if this rulebook does not have it.
    pub fn article<'b>(&'b self, id: &'b RuleId) -> &'b str {
        self.rule(*id).map_or(id.word(), |rule| &rule.article)
    }

    /// The name of a rule in words; the rule's own name if this rulebook does not have it.
    pub fn name<'b>(&'b self, id: &'b RuleId, language: Language) -> &'b str {
        self.rule(*id).map_or(id.word(), |rule| rule.name.in_language(language))
    }

    /// Whether a rule is a limit on the child's liberty.
    pub fn is_on_liberty(&self, id: RuleId) -> bool {
        self.rule(id).is_some_and(Rule::is_on_liberty)
    }

    /// Whether a rule limits a detention.
    pub fn is_on_detention(&self, id: RuleId) -> bool {
        self.rule(id).is_some_and(Rule::is_on_detention)
    }

    /// Whether the length of a limit is policy and not law ("at once").
    pub fn is_policy(&self, id: RuleId) -> bool {
        self.rule(id).is_some_and(Rule::is_policy)
    }

    /// All rules, time limits first, in the order of the file.
    pub fn rules(&self) -> &[Rule] {
        &self.parts.rules
    }

    /// Whether a rule depends on the answer to a question.
    pub fn bears_on(&self, rule: &Rule, question: &str) -> bool {
        rule.questions.iter().any(|nth| self.parts.questions.get(*nth).is_some_and(|known| known.name == question))
    }

    /// The rule, if there is one, that is counted by a procedure.
    pub(crate) fn counted(&self, by: Procedure) -> Option<(&Rule, &Limit)> {
        let (_, place) = self.counted.iter().find(|(procedure, _)| *procedure == by)?;
        let rule = &self.parts.rules[*place];
        Some((rule, rule.as_limit()?))
    }

    /// What is asked of such an action at this instant, if anything.
    pub(crate) fn asked_on(&self, name: ActionName, at: Instant) -> Option<&OfAction> {
        let of = &self.asked_on[name as usize];
        let asks = !(of.limits.is_empty() && of.conditions.is_empty());
        (asks && self.parts.holds.contain(at)).then_some(of)
    }

    /// The rule that was prepared.
    pub(crate) fn prepared(&self, prepared: &Prepared) -> &Rule {
        &self.parts.rules[prepared.rule]
    }

    pub(crate) fn watches(&self) -> &[Watch] {
        &self.parts.watches
    }

    /// The places of the watches that such an action concerns.
    pub(crate) fn watched(&self, name: ActionName) -> &[usize] {
        &self.watched[name as usize]
    }

    /// Whether the rule applies to an action at this instant.
    pub(crate) fn holds(&self, rule: &Rule, at: Instant) -> bool {
        self.parts.holds.contain(at) && rule.holds.contain(at)
    }

    /// The template of an explaining sentence (table `texts` of the file), with placeholders such as `{date}`.
    /// The check on load ensures that every key in [`KEYS`] has one. For any other key the template is `?`.
    pub fn text(&self, key: &str) -> &Text {
        static UNKNOWN: LazyLock<Text> = LazyLock::new(|| Text { en: "?".to_owned(), lo: "?".to_owned() });
        self.parts.texts.get(key).unwrap_or(&UNKNOWN)
    }

    /// The text of a key, if this program knows the key. For keys built from a word in a record.
    pub fn known_text(&self, key: &str) -> Option<&Text> {
        self.parts.texts.get(key)
    }

    /// A length of time in words, such as `48 hours`.
    pub fn amount(&self, language: Language, period: Period) -> String {
        amount(&self.parts.texts, language, period)
    }
}

/// A length of time in words, by the texts of a rulebook.
fn amount(texts: &BTreeMap<String, Text>, language: Language, period: Period) -> String {
    let (n, one, many) = match period {
        Period::Minutes(n) => (n, "unit.minute", "unit.minutes"),
        Period::Hours(n) => (n, "unit.hour", "unit.hours"),
        Period::Days(n) => (n, "unit.day", "unit.days"),
        Period::Months(n) => (n, "unit.month", "unit.months"),
    };
    let template = texts.get(if n == 1 { one } else { many });
    template.map_or_else(String::new, |text| text.in_language(language).replace("{n}", &n.to_string()))
}

/// The rewriting, in the language of rules, of a rulebook from before that language.
fn rewritten(digest: Digest) -> Option<&'static str> {
    (digest.to_string() == FIRST).then_some(FIRST_REWRITTEN)
}

/// The digest of the first rulebook, and its rewriting.
const FIRST: &str = "sha256:e0c0f13c7595b09742a3967d51fb48cb7cb48a60f80648f22f8fd4605c134704";
const FIRST_REWRITTEN: &str = include_str!("../rulebooks/law-05-na-2006.first.toml");
