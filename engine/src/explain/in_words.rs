//! A rule's data in words: what a lawyer reads beside the law's own words to see whether the program tests the same.
//!
//! Invariant: every part of a rule that decides something is said, and every word comes from the rulebook. A test is said
//! as it is written. Only a "not" is taken into the words of the test behind it, where that says exactly the same.

use crate::action::describe::Field;
use crate::action::{ActionName, Class, Names};
use crate::rulebook::rule::{Asked, Check, Condition, Counting, DoneBy, Limit, OwedBy};
use crate::rulebook::test::{Asks, FieldTest, Level, PenaltyEnd, Test, Watch};
use crate::rulebook::{Language, Period, Readings, Rule, Rulebook};

/// A line, and the lines that stand below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InWords {
    /// The line. It ends with a colon if further lines complete it.
    pub text: String,
    /// What stands below it.
    pub of: Vec<InWords>,
}

/// What the data of `rule` says, in the words of `book`.
pub fn rule(book: &Rulebook, rule: &Rule, language: Language) -> Vec<InWords> {
    let words = Words { book, language };
    let mut lines = match &rule.asks {
        Asked::Limit(limit) => words.limit(limit),
        Asked::Condition(condition) => words.condition(condition),
    };
    lines.push(words.owed_by(&rule.owed_by));
    for (key, day) in [("rule-from", rule.holds.from), ("rule-until", rule.holds.until)] {
        lines.extend(day.map(|day| words.line(key, &[("date", &day.date().to_string())])));
    }
    if rule.after_eighteen {
        lines.push(words.line("rule-after-eighteen", &[("years", &book.adult_age().to_string())]));
    }
    lines
}

/// The words of a rulebook in one language.
#[derive(Clone, Copy)]
struct Words<'b> {
    book: &'b Rulebook,
    language: Language,
}

/// The values of a template's placeholders, in words.
type Values<'v> = [(&'v str, &'v str)];

// Templates and words.
impl Words<'_> {
    /// The template of `key`, filled.
    fn text(self, key: &str, values: &Values<'_>) -> String {
        let template = self.book.text(key).in_language(self.language).to_owned();
        values.iter().fold(template, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    fn line(self, key: &str, values: &Values<'_>) -> InWords {
        InWords { text: self.text(key, values), of: Vec::new() }
    }

    /// A line that says "if …", with the test below it. Its template has the placeholder `holds`.
    fn line_if(self, key: &str, values: &Values<'_>, test: &Test) -> InWords {
        let (holds, of) = self.holds(test, true);
        InWords { text: self.text(key, &[values, &[("holds", holds.as_str())]].concat()), of }
    }

    /// A line of `key`, or of `key_if` with the test below it unless the test always holds.
    fn line_unless_always(self, [key, key_if]: [&str; 2], values: &Values<'_>, test: &Test) -> InWords {
        if test.is_always() { self.line(key, values) } else { self.line_if(key_if, values, test) }
    }

    fn amount(self, key: &str, period: impl Into<Period>) -> InWords {
        self.line(key, &[("amount", &self.book.amount(self.language, period.into()))])
    }

    /// "A, B or C".
    fn or(self, words: impl IntoIterator<Item = String>) -> String {
        let mut words: Vec<String> = words.into_iter().collect();
        match words.pop() {
            Some(last) if !words.is_empty() => self.text("test-or", &[("first", &words.join(", ")), ("last", &last)]),
            last => last.unwrap_or_default(),
        }
    }

    fn actions(self, names: Names) -> String {
        self.or(self.each_action(names))
    }

    fn each_action(self, names: Names) -> Vec<String> {
        names.iter().map(|name| self.text(&format!("action.{name}"), &[])).collect()
    }

    fn class(self, class: Class) -> String {
        self.text(&format!("word.{class}"), &[])
    }
}

// Rules.
impl Words<'_> {
    fn limit(self, limit: &Limit) -> Vec<InWords> {
        let mut lines = Vec::new();
        if !limit.opens.is_empty() {
            let actions = self.actions(limit.opens);
            lines.push(self.line_unless_always(
                ["rule-opens", "rule-opens-if"],
                &[("actions", &actions)],
                &limit.given,
            ));
        }
        match (self.procedure_of_limit(limit), limit.counted_from) {
            (Some(procedure), _) => lines.push(procedure),
            (None, Some(from)) => lines.push(self.line("rule-counted-from", &[("actions", &self.actions(from))])),
            (None, None) => lines.push(self.line("rule-counted-from-opening", &[])),
        }
        if limit.counting == Counting::Plain {
            lines.push(self.amount(if limit.at_once { "rule-at-once" } else { "rule-length" }, limit.length));
        }
        if limit.arguable_only {
            lines.push(self.line("rule-lenient-no-limit", &[]));
        }
        let ends = limit.done_by.iter().map(|done| self.done_by(done)).collect();
        lines.push(InWords { text: self.text("rule-ended-by", &[]), of: ends });
        if limit.on_liberty {
            lines.push(self.line("rule-on-liberty", &[]));
        }
        lines
    }

    fn done_by(self, done: &DoneBy) -> InWords {
        let actions = self.actions(done.on);
        let mut line = if done.given.is_always() {
            InWords { text: actions, of: Vec::new() }
        } else {
            self.line_if("rule-ended-if", &[("actions", &actions)], &done.given)
        };
        if !done.if_opening.is_always() {
            line.of.push(self.line_if("rule-ended-if-opening", &[], &done.if_opening));
        }
        if done.since_first_deprivation {
            line.of.push(self.line("rule-ended-since", &[]));
        }
        if !line.of.is_empty() && !line.text.ends_with(':') {
            line.text.push(':');
        }
        line
    }

    /// The procedure that counts a limit, with its numbers; `None` if it is counted plainly.
    fn procedure_of_limit(self, limit: &Limit) -> Option<InWords> {
        let length = || self.amount("rule-length", limit.length);
        let (key, numbers) = match limit.counting {
            Counting::Plain => return None,
            Counting::Custody { joined_by_bringing_in_within, .. } => {
                ("rule-custody", vec![length(), self.amount("rule-joined", joined_by_bringing_in_within)])
            }
            Counting::Investigation { extension, .. } => {
                let mut numbers = vec![length(), self.amount("rule-extension", extension)];
                if limit.anew_if != Test::Fixed(false) {
                    numbers.push(self.line_unless_always(["rule-anew", "rule-anew-if"], &[], &limit.anew_if));
                }
                ("rule-investigation", numbers)
            }
            Counting::InvestigationResumed => ("rule-investigation-resumed", vec![length()]),
            Counting::RemandTerm { extension, .. } => {
                ("rule-remand-term", vec![length(), self.amount("rule-extension", extension)])
            }
            Counting::RemandCap { major, crime } => {
                let of = |class, months| {
                    let amount = self.book.amount(self.language, Period::from(months));
                    self.line("rule-length-of", &[("class", &self.class(class)), ("amount", &amount)])
                };
                ("rule-remand-cap", vec![of(Class::Major, major), of(Class::Crime, crime)])
            }
            Counting::ReleaseDecision { from_request, from_opinion } => {
                let mut numbers = vec![self.amount("rule-from-receipt", limit.length)];
                numbers.push(self.amount("rule-from-request", from_request));
                numbers.extend(from_opinion.map(|hours| self.amount("rule-from-opinion", hours)));
                ("rule-release-decision", numbers)
            }
        };
        Some(InWords { of: numbers, ..self.procedure(key, &[]) })
    }

    fn procedure(self, key: &str, values: &Values<'_>) -> InWords {
        self.line("rule-procedure", &[("procedure", &self.text(key, values))])
    }

    fn condition(self, condition: &Condition) -> Vec<InWords> {
        let mut lines = vec![self.line("rule-tested-on", &[("actions", &self.actions(condition.on))])];
        if condition.arguable_only == condition.on {
            lines.push(self.line("rule-protective-only", &[]));
        } else if !condition.arguable_only.is_empty() {
            let actions = self.actions(condition.arguable_only);
            lines.push(self.line("rule-protective-only-on", &[("actions", &actions)]));
        }
        if let Check::Written { tested_if, .. } = &condition.check
            && !tested_if.is_always()
        {
            lines.push(self.line_if("rule-tested-if", &[], tested_if));
        }
        lines.push(match &condition.check {
            Check::Written { fails, .. } => self.line_if("rule-fails", &[], fails),
            Check::AgeOfResponsibility { years } => {
                self.procedure("rule-age-of-responsibility", &[("years", &years.to_string())])
            }
            Check::ThreeSummonses { count } => self.procedure("rule-three-summonses", &[("count", &count.to_string())]),
            Check::InvestigationExtension => self.procedure("rule-investigation-extension", &[]),
            Check::RemandExtensionLate => self.procedure("rule-remand-extension-late", &[]),
            Check::RemandExtensionPastCap => self.procedure("rule-remand-extension-past-cap", &[]),
        });
        lines
    }

    fn owed_by(self, owed_by: &OwedBy) -> InWords {
        let role = |role| self.text(&format!("role.{role}"), &[]);
        let otherwise = role(owed_by.otherwise);
        if owed_by.cases.is_empty() {
            return self.line("rule-owed-by", &[("role", &otherwise)]);
        }
        let cases =
            owed_by.cases.iter().map(|(test, by)| self.line_if("rule-owed-by-if", &[("role", &role(*by))], test));
        let last = self.line("rule-owed-by-otherwise", &[("role", &otherwise)]);
        InWords { text: self.text("rule-owed-by-first", &[]), of: cases.chain([last]).collect() }
    }
}

// Tests.
impl Words<'_> {
    /// What is said of the lines below ("one of these holds"), and these lines; of the test, or of its "not".
    fn holds(self, test: &Test, yes: bool) -> (String, Vec<InWords>) {
        let all = |of: &[Test]| of.iter().map(|test| self.test(test, true)).collect();
        let (key, of) = match (test, yes) {
            (Test::All(of), true) => ("test-every", all(of)),
            (Test::All(of), false) => ("test-not-every", all(of)),
            (Test::Any(of), true) => ("test-one", all(of)),
            (Test::Any(of), false) => ("test-not-one", all(of)),
            (Test::Not(test), _) => return self.holds(test, !yes),
            _ => match self.alone(test, yes) {
                Some(line) => ("test-this", vec![line]),
                None => ("test-not-this", vec![self.test(test, true)]),
            },
        };
        (self.text(key, &[]), of)
    }

    /// A test as a line among others.
    fn test(self, test: &Test, yes: bool) -> InWords {
        self.alone(test, yes).unwrap_or_else(|| {
            let (holds, of) = self.holds(test, yes);
            InWords { text: format!("{holds}:"), of }
        })
    }

    /// A test that one line says; `None` for one that joins several, and for a "not" that has no words of its own.
    fn alone(self, test: &Test, yes: bool) -> Option<InWords> {
        let either = |keys: [&'static str; 2]| keys[usize::from(!yes)];
        Some(match test {
            Test::Not(test) => return self.alone(test, !yes),
            Test::Fixed(holds) => self.line(if *holds == yes { "test-always" } else { "test-never" }, &[]),
            Test::Field(field) => return self.field(field, yes),
            Test::Action(names) => {
                self.line(either(["test-action", "test-not-action"]), &[("actions", &self.actions(*names))])
            }
            Test::Before { watch, in_episode, at_least } => {
                let keys = match (in_episode, at_least) {
                    (true, _) => ["test-since-taken", "test-not-since-taken"],
                    (false, 0 | 1) => ["test-before", "test-not-before"],
                    (false, _) => ["test-before-count", "test-not-before-count"],
                };
                let watch = &self.book.watches()[*watch];
                let actions = if yes { self.actions(watch.names) } else { self.each_action(watch.names).join(", ") };
                let values = [("actions", actions.as_str()), ("count", &at_least.to_string())];
                self.of_which(self.text(either(keys), &values), watch)
            }
            Test::LastOf { watch, is } => {
                let of = self.each_action(self.book.watches()[*watch].names).join(", ");
                let values = [("actions", of.as_str()), ("last", &self.actions(*is))];
                self.line(either(["test-last-of", "test-not-last-of"]), &values)
            }
            Test::Class(class) => {
                self.line(either(["test-class", "test-not-class"]), &[("class", &self.class(*class))])
            }
            Test::Serious => self.line(either(["test-serious", "test-not-serious"]), &[]),
            Test::Penalty { end, below } => {
                let key = match end {
                    PenaltyEnd::Min => either(["test-lowest-below", "test-lowest-from"]),
                    PenaltyEnd::Max => either(["test-highest-below", "test-highest-from"]),
                };
                self.amount(key, Period::Months(u32::try_from(*below).unwrap_or(u32::MAX)))
            }
            Test::AgeBelow(years) => {
                self.line(either(["test-age-below", "test-age-from"]), &[("years", &years.to_string())])
            }
            Test::Choice { question, by_answer } if yes => self.choice(*question, by_answer),
            Test::ArguableOnly(test) if yes => self.line_if("test-protective-only", &[], test),
            Test::LenientNeeds(test) if yes => self.line_if("test-lenient-needs", &[], test),
            Test::All(_) | Test::Any(_) | Test::Choice { .. } | Test::ArguableOnly(_) | Test::LenientNeeds(_) => {
                return None;
            }
        })
    }

    /// A question that the law leaves open, and what is asked by each answer.
    fn choice(self, question: usize, by_answer: &[Test]) -> InWords {
        let asked = &self.book.questions()[question];
        let given = Readings::each(|reading| usize::from(self.book.choices(reading).answers[question]));
        let of = asked.answers.iter().zip(by_answer).enumerate().map(|(nth, (answer, test))| {
            let key = match (given.protective == nth, given.lenient == nth) {
                (true, true) => "test-answer-both",
                (true, false) => "test-answer-protective",
                (false, true) => "test-answer-lenient",
                (false, false) => "test-answer-neither",
            };
            let words = self.text(&format!("answer.{}.{answer}", asked.name), &[]);
            self.by_answer(&self.text(key, &[("answer", &words)]), test)
        });
        InWords { text: self.text(&format!("question.{}", asked.name), &[]), of: of.collect() }
    }

    /// What is asked by an answer, behind the words that say whose answer it is.
    fn by_answer(self, answer: &str, test: &Test) -> InWords {
        match (self.alone(test, true), test) {
            (Some(line), Test::Fixed(_)) => InWords { text: format!("{answer}: {}", line.text), of: line.of },
            (Some(line), _) => InWords { text: format!("{answer}:"), of: vec![line] },
            (None, _) => {
                let (holds, of) = self.holds(test, true);
                InWords { text: format!("{answer}: {holds}:"), of }
            }
        }
    }

    /// What is asked of the actions before the tested one, below the line that names them.
    fn of_which(self, before: String, watch: &Watch) -> InWords {
        let level = watch.level.map(|level| self.level(level));
        let (holds, of) = match (&watch.fields, level) {
            (None, None) => return InWords { text: before, of: Vec::new() },
            (Some(fields), None) => self.holds(fields, true),
            (None, Some(level)) => (self.text("test-this", &[]), vec![level]),
            (Some(fields), Some(level)) => (self.text("test-every", &[]), vec![self.test(fields, true), level]),
        };
        InWords { text: self.text("test-where", &[("test", &before), ("holds", &holds)]), of }
    }

    fn level(self, level: Level) -> InWords {
        let mediators = ActionName::MediationEnded.field_at("mediator").map_or(&[][..], Field::words);
        let word = mediators.get(usize::from(level.mediator)).copied().unwrap_or_default();
        let key = if level.certain { "test-level-certain" } else { "test-level" };
        self.line(key, &[("level", &self.text(&format!("word.{word}"), &[]))])
    }

    /// A test of a field. A "not" is said where it says the same also of a field that is null.
    fn field(self, test: &FieldTest, yes: bool) -> Option<InWords> {
        let field = self.text(&format!("field.{}", test.path), &[]);
        let line = |key: &str, words: &str| self.line(key, &[("field", &field), ("words", words)]);
        let value = |key: &str| line("test-is", &self.text(key, &[]));
        let among = |of, [one, several]: [&str; 2]| match self.words_of(test, of).as_slice() {
            [word] => line(one, word),
            words => line(several, &words.join(", ")),
        };
        Some(match (test.asks, yes) {
            (Asks::Yes, true) => value("value.yes"),
            (Asks::No, true) => value("value.no"),
            (Asks::Null, true) => value("value.none"),
            (Asks::Null, false) => line("test-there-is", ""),
            (Asks::LeftOut, true) => line("test-left-out", ""),
            (Asks::LeftOut, false) => line("test-on-record", ""),
            (Asks::Empty, true) => line("test-empty", ""),
            (Asks::Is(of), true) | (Asks::IsNot(of), false) => line("test-is", &self.or(self.words_of(test, of))),
            (Asks::IsNot(of), true) | (Asks::Is(of), false) => line("test-is-not", &self.or(self.words_of(test, of))),
            (Asks::HasAny(of), true) => among(of, ["test-has", "test-has-any"]),
            (Asks::HasNone(of), true) => among(of, ["test-lacks", "test-has-none"]),
            (Asks::MoreThan(number), true) => {
                self.line("test-more-than", &[("field", &field), ("count", &number.to_string())])
            }
            (Asks::MoreThanHalfThePenalty, true) => line("test-more-than-half", ""),
            (_, false) => return None,
        })
    }

    /// The words of a field whose places are set in `bits`. The words of a test have the same places in all its actions.
    fn words_of(self, test: &FieldTest, bits: u32) -> Vec<String> {
        let words = test.places.first().map_or(&[][..], |place| place.field().0.words());
        let set = (0..u32::BITS).zip(words).filter(|(nth, _)| bits & (1 << nth) != 0);
        set.map(|(_, word)| self.text(&format!("word.{word}"), &[])).collect()
    }
}
