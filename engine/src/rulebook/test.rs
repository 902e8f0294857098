//! A test of the language of rules, compiled: no name is looked up while a case is assessed.
//!
//! Invariant: a test was checked against the table of actions. Every field in it belongs to an action on which it is
//! tested, and every word to its field. The language is explained in `docs/rules-language.md`.

use super::Reading;
use crate::action::describe::{Field, FieldKind};
use crate::action::{ActionName, Class, Names, Recorded};

/// A test in three-valued logic: it holds, it does not, or it is unknown because a field is not on record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    /// Always or never.
    Fixed(bool),
    /// A field of the tested action.
    Field(FieldTest),
    /// The kind of the tested action.
    Action(Names),
    /// At least so many such actions are before it, in the case or in the running liberty episode.
    Before { watch: usize, in_episode: bool, at_least: u32 },
    /// Of these actions, the last one before it is one of `is`.
    LastOf { watch: usize, is: Names },
    /// The gravest offence is of this class.
    Class(Class),
    /// The gravest offence is serious.
    Serious,
    /// An end of the gravest offence's penalty, in months, is below this number.
    Penalty { end: PenaltyEnd, below: u64 },
    /// The child is younger than this on the action's date.
    AgeBelow(u32),
    /// The test of the answer that the reading gives to a question.
    Choice { question: usize, by_answer: Box<[Test]> },
    /// Every one holds.
    All(Box<[Test]>),
    /// One of them holds.
    Any(Box<[Test]>),
    /// It does not hold.
    Not(Box<Test>),
    /// Asked by the protective reading; under the lenient one it does not hold.
    ArguableOnly(Box<Test>),
    /// Asked by the lenient reading; under the protective one it holds.
    LenientNeeds(Box<Test>),
}

/// An end of a penalty's range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PenaltyEnd {
    Min,
    Max,
}

/// A test of one field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldTest {
    /// The field's path, as "not on record" names it, and the object's own name if it is inside one.
    pub(crate) path: &'static str,
    /// Where the field is, for each action that has it.
    pub(crate) places: Box<[FieldPlace]>,
    /// What is asked of it.
    pub(crate) asks: Asks,
}

/// The place of a field in the values of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FieldPlace {
    pub(crate) action: ActionName,
    pub(crate) outer: u8,
    /// The place inside the object, if the field is in one.
    pub(crate) inner: Option<u8>,
}

impl FieldPlace {
    /// The field, and the object that it is in: the field itself if it is in none.
    pub(crate) fn field(self) -> (&'static Field, &'static Field) {
        let outer = &self.action.fields()[usize::from(self.outer)];
        match (outer.kind, self.inner) {
            (FieldKind::Object(fields), Some(inner)) => (&fields[usize::from(inner)], outer),
            _ => (outer, outer),
        }
    }
}

/// What is asked of a field. Sets of words are bits, by the words' places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    Yes,
    No,
    Null,
    LeftOut,
    Empty,
    Is(u32),
    IsNot(u32),
    HasAny(u32),
    HasNone(u32),
    MoreThan(u64),
    /// Twice the number is more than the gravest offence's maximum penalty.
    MoreThanHalfThePenalty,
}

impl Asks {
    /// The outcome for what is on record. Where half the penalty is asked, the number was compared with it already.
    pub(crate) fn of(self, recorded: Recorded) -> Outcome {
        match (self, recorded) {
            (Self::LeftOut, recorded) => Some(recorded == Recorded::LeftOut),
            (_, Recorded::LeftOut) => None,
            (Self::Null, recorded) => Some(recorded == Recorded::Null),
            (Self::IsNot(_), Recorded::Null) => Some(true),
            (Self::Yes | Self::MoreThanHalfThePenalty, Recorded::Flag(flag)) => Some(flag),
            (Self::No, Recorded::Flag(flag)) => Some(!flag),
            (Self::Empty, Recorded::Words(words)) => Some(words == 0),
            (Self::Is(of) | Self::HasAny(of), Recorded::Words(words)) => Some(of & words != 0),
            (Self::IsNot(of) | Self::HasNone(of), Recorded::Words(words)) => Some(of & words == 0),
            (Self::MoreThan(than), Recorded::Number(number)) => Some(number > than),
            _ => Some(false),
        }
    }
}

/// Actions of which tests ask whether they are before the tested one. Each is followed once, for all tests that ask.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Watch {
    pub(crate) names: Names,
    /// Asked of the earlier action's own fields.
    pub(crate) fields: Option<Test>,
    /// The level of a mediation that ended.
    pub(crate) level: Option<Level>,
}

/// The level of a mediation: its mediator's place among the words of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) mediator: u8,
    /// Whether the level must be certain: named with the mediation, or by a referral of an earlier date.
    pub(crate) certain: bool,
}

/// The outcome of a test: it holds, it does not, or it is unknown.
pub(crate) type Outcome = Option<bool>;

/// Three-valued "no".
pub(crate) const fn not(outcome: Outcome) -> Outcome {
    match outcome {
        Some(holds) => Some(!holds),
        None => None,
    }
}

impl Test {
    /// The outcome under `reading`. `answers` are the reading's answers, and `fact` is the outcome of a test that has no
    /// further test in it.
    #[inline]
    pub(crate) fn outcome(&self, reading: Reading, answers: &[u8], fact: &impl Fn(&Self) -> Outcome) -> Outcome {
        match self {
            Self::Fixed(holds) => Some(*holds),
            Self::All(_)
            | Self::Any(_)
            | Self::Not(_)
            | Self::Choice { .. }
            | Self::ArguableOnly(_)
            | Self::LenientNeeds(_) => self.outcome_of_parts(reading, answers, fact),
            _ => fact(self),
        }
    }

    fn outcome_of_parts(&self, reading: Reading, answers: &[u8], fact: &impl Fn(&Self) -> Outcome) -> Outcome {
        let outcome = |test: &Self| test.outcome(reading, answers, fact);
        match self {
            Self::Choice { question, by_answer } => {
                let answer = answers.get(*question).copied().unwrap_or(0);
                by_answer.get(usize::from(answer)).and_then(outcome)
            }
            Self::All(of) => all(of.iter().map(outcome)),
            Self::Any(of) => not(all(of.iter().map(|test| not(outcome(test))))),
            Self::Not(test) => not(outcome(test)),
            Self::ArguableOnly(_) if reading == Reading::Lenient => Some(false),
            Self::LenientNeeds(_) if reading == Reading::Protective => Some(true),
            Self::ArguableOnly(test) | Self::LenientNeeds(test) => outcome(test),
            _ => None,
        }
    }

    /// Calls `see` for this test and every one in it.
    pub(crate) fn visit<'t>(&'t self, see: &mut impl FnMut(&'t Self)) {
        see(self);
        match self {
            Self::All(of) | Self::Any(of) | Self::Choice { by_answer: of, .. } => {
                of.iter().for_each(|test| test.visit(see));
            }
            Self::Not(test) | Self::ArguableOnly(test) | Self::LenientNeeds(test) => test.visit(see),
            _ => {}
        }
    }

    /// Whether it holds without asking anything.
    pub(crate) const fn is_always(&self) -> bool {
        matches!(self, Self::Fixed(true))
    }

    /// The tests of fields, in the order in which they are written.
    pub(crate) fn fields(&self) -> Vec<&FieldTest> {
        let mut found: Vec<&FieldTest> = Vec::new();
        self.visit(&mut |test| {
            if let Self::Field(field) = test
                && found.iter().all(|known| known.path != field.path)
            {
                found.push(field);
            }
        });
        found
    }
}

/// Three-valued "and": no if any value is no.
fn all(of: impl Iterator<Item = Outcome>) -> Outcome {
    let mut unknown = false;
    for outcome in of {
        match outcome {
            Some(false) => return Some(false),
            Some(true) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(true)
}

impl FieldTest {
    /// The same test, of one kind of action alone.
    pub(crate) fn of(&self, action: ActionName) -> Self {
        Self { places: self.place(action).copied().into_iter().collect(), ..self.clone() }
    }

    /// Where the field is in an action of this kind; `None` if such an action has no such field.
    pub(crate) fn place(&self, action: ActionName) -> Option<&FieldPlace> {
        self.places.iter().find(|place| place.action == action)
    }
}
