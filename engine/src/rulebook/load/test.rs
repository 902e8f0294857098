//! Reads the tests of the language of rules, and checks every name in them.

mod before;
mod field;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::table::{meant, none_twice, shown};
use super::{Flaw, Table, Value};
use crate::action::{ActionName, Class, Names};
use crate::ages::ADULT;
use crate::rulebook::Question;
use crate::rulebook::test::{Asks, PenaltyEnd, Test, Watch};

/// How deeply tests may stand in each other, those of terms included.
const DEEPEST: usize = 40;
/// How many tests one rule may have, and all rules: those of terms are counted wherever the term stands.
const MOST: [usize; 2] = [1_000, 20_000];

/// What tests refer to by name, and what of it they were found to use.
pub(super) struct Language<'a> {
    pub questions: &'a [Question],
    /// The protective reading's answers.
    pub protective: &'a [u8],
    pub numbers: Table<'a>,
    pub terms: Table<'a>,
    pub watches: Vec<Watch>,
    /// The questions that the rule being read asks.
    pub asked: BTreeSet<usize>,
    used_terms: BTreeSet<String>,
    used_numbers: BTreeSet<String>,
    /// The terms that are being read, one within the other.
    within: Vec<&'a str>,
    depth: usize,
    /// How many tests were read: of the rule, and of all rules.
    read: [usize; 2],
}

/// The words that say what a test asks. Each test has exactly one of them. Beside `choice` stand the names of answers.
const HEADS: [&str; 19] = [
    "yes",
    "no",
    "null",
    "left_out",
    "empty",
    "field",
    "action",
    "before",
    "last_of",
    "offence",
    "penalty",
    "age_below",
    "term",
    "choice",
    "all",
    "any",
    "not",
    "arguable_only",
    "lenient_needs",
];
const EXPECTED: &str = "a test, such as { yes = \"closed\" }, \"always\" or \"never\"";

/// What may stand beside a word that says what a test asks.
const fn beside(head: &str) -> &'static [&'static str] {
    match head.as_bytes() {
        b"field" => &field::COMPARED,
        b"before" => &before::BESIDE,
        b"last_of" => &["is"],
        b"penalty" => &["below"],
        _ => &[],
    }
}

impl<'a> Language<'a> {
    pub(super) const fn new(
        questions: &'a [Question],
        protective: &'a [u8],
        numbers: Table<'a>,
        terms: Table<'a>,
    ) -> Self {
        Self {
            questions,
            protective,
            numbers,
            terms,
            watches: Vec::new(),
            asked: BTreeSet::new(),
            used_terms: BTreeSet::new(),
            used_numbers: BTreeSet::new(),
            within: Vec::new(),
            depth: 0,
            read: [0; 2],
        }
    }

    /// Begins with the next rule.
    pub(super) fn next_rule(&mut self) {
        self.asked.clear();
        self.read[0] = 0;
    }

    /// Refuses numbers and terms that no rule uses.
    pub(super) fn all_used(&self, numbers: &Table<'_>, terms: &Table<'_>) -> Result<(), Flaw> {
        let unused = |table: &Table<'_>, what: &str, used: &dyn Fn(&str) -> bool| {
            let all = table.in_order();
            let found = all.iter().find(|(name, _)| !used(name));
            found.map(|(_, value)| {
                value.flaw(&format!("no rule uses this {what}; correct the rule that should, or remove it"))
            })
        };
        let flaw = unused(numbers, "number", &|name| name == "adult_age" || self.used_numbers.contains(name));
        let flaw = flaw.or_else(|| unused(terms, "term", &|name| self.used_terms.contains(name)));
        flaw.map_or(Ok(()), Err)
    }

    /// Notes that the rule being read asks a question that the program itself asks.
    ///
    /// # Errors
    /// If the rulebook does not answer it.
    pub(super) fn asks(&mut self, question: &str, of: &Table<'_>) -> Result<(), Flaw> {
        match self.questions.iter().position(|known| known.name == question) {
            Some(nth) => {
                self.asked.insert(nth);
                Ok(())
            }
            None => Err(of.flaw(&format!(
                "counting this asks the question \"{question}\"; expected it under [questions], and an answer in each reading; \
                 add it"
            ))),
        }
    }

    /// A test on actions of the kinds `on`.
    pub(super) fn test(&mut self, on: Names, value: &Value<'a>) -> Result<Test, Flaw> {
        self.read = self.read.map(|so_far| so_far + 1);
        if self.depth == DEEPEST {
            return Err(value.flaw(&format!(
                "tests stand in each other more than {DEEPEST} deep, with their terms; expected fewer; simplify the test"
            )));
        }
        if let Some(nth) = (0..MOST.len()).find(|nth| self.read[*nth] > MOST[*nth]) {
            return Err(value.flaw(&format!(
                "{} more than {} tests, with those of the terms; expected fewer; simplify them",
                ["the rule has", "the rules have"][nth],
                MOST[nth]
            )));
        }
        self.depth += 1;
        let test = self.read(on, value);
        self.depth -= 1;
        test
    }

    fn read(&mut self, on: Names, value: &Value<'a>) -> Result<Test, Flaw> {
        match value.word() {
            Some("always") => return Ok(Test::Fixed(true)),
            Some("never") => return Ok(Test::Fixed(false)),
            _ => {}
        }
        let table = value.table().map_err(|_| value.unexpected(EXPECTED))?;
        if let Some(of) = table.optional("choice") {
            return self.choice(on, &table, &of);
        }
        let (head, of) = head(&table, value)?;
        table.only(&[&[head], beside(head)].concat())?;
        match head {
            "yes" => field::field(on, &of, |field| field::flag(field, Asks::Yes)),
            "no" => field::field(on, &of, |field| field::flag(field, Asks::No)),
            "null" => field::field(on, &of, field::null),
            "left_out" => field::field(on, &of, |_| Ok(Asks::LeftOut)),
            "empty" => field::field(on, &of, field::empty),
            "field" => self.compared(on, &table, &of),
            "action" => tested_action(on, &of),
            "before" => self.before(&table, &of),
            "last_of" => self.last_of(&table, &of),
            "offence" => {
                let words = [Class::WORDS, &["serious"]].concat();
                Ok(Class::ALL.get(of.index_in(&words)?).map_or(Test::Serious, |class| Test::Class(*class)))
            }
            "penalty" => {
                let end = [PenaltyEnd::Min, PenaltyEnd::Max][of.index_in(&["min", "max"])?];
                Ok(Test::Penalty { end, below: self.number(&table, "below", 1..=1200)?.into() })
            }
            "age_below" => match self.number(&table, "age_below", 1..=100)? {
                ADULT => Ok(Test::AgeBelow(ADULT)),
                other => Err(of.flaw(&format!(
                    "found {other}; expected {ADULT}: whether a child was younger than another age is not on record"
                ))),
            },
            "term" => self.term(on, &of),
            "all" => Ok(Test::All(self.several(on, &of)?)),
            "any" => Ok(Test::Any(self.several(on, &of)?)),
            "not" => Ok(Test::Not(Box::new(self.test(on, &of)?))),
            "arguable_only" => Ok(Test::ArguableOnly(Box::new(self.test(on, &of)?))),
            _ => Ok(Test::LenientNeeds(Box::new(self.test(on, &of)?))),
        }
    }

    /// The test under `key`; `otherwise` if there is none.
    pub(super) fn optional(&mut self, on: Names, table: &Table<'a>, key: &str, otherwise: bool) -> Result<Test, Flaw> {
        table.optional(key).map_or(Ok(Test::Fixed(otherwise)), |value| self.test(on, &value))
    }

    fn several(&mut self, on: Names, value: &Value<'a>) -> Result<Box<[Test]>, Flaw> {
        let all = value.list("a list of tests")?;
        if all.len() < 2 {
            let found = all.len();
            return Err(value.flaw(&format!(
                "found {found}; expected a list of at least two tests; write a single one without the list"
            )));
        }
        all.iter().map(|value| self.test(on, value)).collect()
    }

    fn choice(&mut self, on: Names, table: &Table<'a>, of: &Value<'a>) -> Result<Test, Flaw> {
        let names: Vec<&str> = self.questions.iter().map(|question| question.name.as_str()).collect();
        let name = of.string("the name of a question")?;
        let Some(question) = names.iter().position(|known| *known == name) else {
            return Err(of.unexpected(&format!(
                "a question under [questions]{}; check the spelling or add it",
                meant(name, &names)
            )));
        };
        self.asked.insert(question);
        let answers = &self.questions[question].answers;
        let known: Vec<&str> = ["choice"].into_iter().chain(answers.iter().map(String::as_str)).collect();
        table.only(&known)?;
        let expected = format!("a test for every answer to \"{name}\": {}", answers.join(", "));
        let by_answer = answers.iter().map(|answer| self.test(on, &table.required(answer, &expected)?));
        Ok(Test::Choice { question, by_answer: by_answer.collect::<Result<_, _>>()? })
    }

    fn term(&mut self, on: Names, of: &Value<'a>) -> Result<Test, Flaw> {
        let name = of.string("the name of a term")?;
        let Some(term) = self.terms.optional(name) else {
            let names: Vec<&str> = self.terms.values().map(|(name, _)| name).collect();
            return Err(
                of.unexpected(&format!("a name under [terms]{}; check the spelling or add it", meant(name, &names)))
            );
        };
        if self.within.contains(&name) {
            return Err(of.flaw(&format!(
                "the term \"{}\" stands within itself; expected tests that come to an end; take it out",
                shown(name)
            )));
        }
        self.used_terms.insert(name.to_owned());
        self.within.push(name);
        let test = self.test(on, &term);
        self.within.pop();
        test.map_err(|flaw| if self.within.is_empty() { used_by(&flaw, of) } else { flaw })
    }

    /// A number, or the name of one of [numbers].
    fn number(&mut self, table: &Table<'a>, key: &str, range: RangeInclusive<u32>) -> Result<u32, Flaw> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let or_named = format!("{expected}, or the name of one under [numbers]");
        let value = table.required(key, &or_named)?;
        let Some(name) = value.word() else { return value.integer(&range, &or_named) };
        let Some(named) = self.numbers.optional(name) else {
            let names: Vec<&str> = self.numbers.values().map(|(name, _)| name).collect();
            return Err(value.unexpected(&format!("{or_named}{}; check the spelling or add it", meant(name, &names))));
        };
        self.used_numbers.insert(name.to_owned());
        named.integer(&range, &expected).map_err(|flaw| used_by(&flaw, &value))
    }
}

/// The word that says what a test asks, and what stands behind it.
fn head<'a>(table: &Table<'a>, value: &Value<'a>) -> Result<(&'static str, Value<'a>), Flaw> {
    let mut heads = HEADS.iter().filter_map(|head| Some((*head, table.optional(head)?)));
    let Some(found) = heads.next() else {
        let keys: Vec<String> = table.values().map(|(key, _)| shown(key)).take(8).collect();
        let hint = keys.iter().map(|key| meant(key, &HEADS)).find(|hint| !hint.is_empty()).unwrap_or_default();
        let found = if keys.is_empty() { "nothing".to_owned() } else { keys.join(", ") };
        return Err(value.flaw(&format!("found a test with {found}; expected one of {}{hint}", HEADS.join(", "))));
    };
    match heads.next() {
        None => Ok(found),
        Some((other, _)) => Err(value.flaw(&format!(
            "it asks both \"{}\" and \"{other}\"; expected one; join two tests with all or any",
            found.0
        ))),
    }
}

/// A flaw of what a rule names, with the place that names it.
fn used_by(flaw: &Flaw, of: &Value<'_>) -> Flaw {
    Flaw { line: flaw.line, what: format!("{} (used by {})", flaw.what, of.path()) }
}

fn tested_action(on: Names, of: &Value<'_>) -> Result<Test, Flaw> {
    let names = actions(of)?;
    match names.iter().find(|name| !on.has(*name)) {
        None => Ok(Test::Action(names)),
        Some(other) => Err(of.flaw(&format!(
            "found \"{other}\"; this is tested on {} alone; name one of those, or add it there",
            listed(on)
        ))),
    }
}

/// Whether a test asks of the action's own fields, and of the answers to questions if `choices` may be asked, and of nothing
/// else of the case.
pub(super) fn is_of_action_alone(test: &Test, choices: bool) -> bool {
    let mut alone = true;
    test.visit(&mut |test| {
        alone &= match test {
            Test::Field(field) => field.asks != Asks::MoreThanHalfThePenalty,
            Test::Fixed(_) | Test::Action(_) | Test::All(_) | Test::Any(_) | Test::Not(_) => true,
            Test::Choice { .. } | Test::ArguableOnly(_) | Test::LenientNeeds(_) => choices,
            _ => false,
        }
    });
    alone
}

/// An action or a list of actions.
pub(super) fn actions(value: &Value<'_>) -> Result<Names, Flaw> {
    let all = value.strings("an action or a list of actions")?;
    none_twice(&all)?;
    all.into_iter().try_fold(Names::default(), |names, (word, value)| {
        let name = ActionName::from_word(word).ok_or_else(|| {
            value.unexpected(&format!("an action{}; `kamnot actions` lists them", meant(word, ActionName::WORDS)))
        })?;
        Ok(names.and(Names::of(&[name])))
    })
}

/// The words of these actions.
pub(super) fn listed(names: Names) -> String {
    names.iter().map(ActionName::word).collect::<Vec<_>>().join(", ")
}
