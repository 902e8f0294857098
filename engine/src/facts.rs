//! Answers the tests of the rulebook by the facts of a case: goes through the actions in their order and keeps what tests
//! ask of the actions before.
//!
//! Invariant: an answer depends on the tested action and those before it in the order, and on nothing else. A field that
//! was left out is unknown, and never "no".

use chrono::NaiveDate;

use crate::action::{Action, ActionName, Names, Recorded, Value};
use crate::rulebook::rule::OwedBy;
use crate::rulebook::test::{Asks, FieldPlace, FieldTest, Outcome, PenaltyEnd, Test, Watch};
use crate::rulebook::{Choices, Fact, OfAction, Reading, Role, Rulebook};
use crate::timeline::Timeline;

/// The facts before one action of a case, and that action.
pub(crate) struct Facts<'t> {
    pub(crate) timeline: &'t Timeline<'t>,
    pub(crate) book: &'t Rulebook,
    /// The entry under test.
    pub(crate) index: usize,
    /// The answers to what is asked of the entry, after [`Facts::answer`].
    pub(crate) answers: Vec<Outcome>,
    pub(crate) summonses: Summonses,
    /// For each watch of the rulebook, what passed.
    passed: Vec<Passed>,
    /// The last referral to mediation: to whom, and its civil date.
    referred: Option<(u8, NaiveDate)>,
}

/// The watched actions that are before the one under test.
#[derive(Clone, Copy, Default)]
struct Passed {
    count: u32,
    last: Option<usize>,
}

/// For how many answers there is room at first.
const USUAL: usize = 32;

/// The summonses before the action under test.
#[derive(Default)]
pub(crate) struct Summonses {
    pub(crate) served: u32,
    pub(crate) missed: u32,
    /// Those missed without a reason, for each authority by its place among the words of the field.
    pub(crate) missed_without_reason: [u32; 3],
    /// Whether the last one missed was missed with a reason.
    pub(crate) last_missed_with_reason: Option<bool>,
}

impl Summonses {
    fn miss(&mut self, action: &Action) {
        self.missed += 1;
        let without_reason = action.is_null("reason");
        if let (Some(count), true) = (self.missed_without_reason.get_mut(authority(action)), without_reason) {
            *count += 1;
        }
        self.last_missed_with_reason = Some(!without_reason);
    }
}

/// The authority's place among the words of the field, which is the first one of the actions that have it.
pub(crate) fn authority(action: &Action) -> usize {
    if let Some(Value::Word(nth)) = action.values.at(0) { usize::from(*nth) } else { usize::MAX }
}

impl<'t> Facts<'t> {
    pub(crate) fn new(timeline: &'t Timeline<'t>, book: &'t Rulebook) -> Self {
        let facts = Self::watching(timeline, book, book.watches().len());
        Self { answers: Vec::with_capacity(USUAL), ..facts }
    }

    fn watching(timeline: &'t Timeline<'t>, book: &'t Rulebook, watches: usize) -> Self {
        let passed = vec![Passed::default(); watches];
        let (answers, summonses) = (Vec::new(), Summonses::default());
        Self { timeline, book, index: 0, answers, summonses, passed, referred: None }
    }

    /// Who owes the duty of a rule that this entry opens.
    pub(crate) fn owed_by_at(timeline: &'t Timeline<'t>, book: &'t Rulebook, index: usize, owed_by: &OwedBy) -> Role {
        owed_by.role(|test| Self::at(timeline, book, index, test).outcome(test, Reading::Protective) == Some(true))
    }

    /// The facts at one entry, as far as `test` asks for them.
    pub(crate) fn at(timeline: &'t Timeline<'t>, book: &'t Rulebook, index: usize, test: &Test) -> Self {
        let mut asked: Vec<usize> = Vec::new();
        test.visit(&mut |test| {
            if let Test::Before { watch, .. } | Test::LastOf { watch, .. } = test {
                asked.push(*watch);
            }
        });
        let mut facts = Self::watching(timeline, book, asked.iter().max().map_or(0, |last| last + 1));
        for watch in asked {
            facts.passed[watch] = Passed::default();
            let names = book.watches()[watch].names;
            for i in timeline.between(names, 0, index) {
                facts.index = i;
                facts.referred = referral(timeline, i);
                facts.count(watch);
            }
        }
        facts.index = index;
        facts
    }

    /// Goes on to the next action.
    pub(crate) fn pass(&mut self) {
        let entry = &self.timeline.entries()[self.index];
        for &watch in self.book.watched(entry.name) {
            self.count(watch);
        }
        match entry.name {
            ActionName::ReferredToMediation => self.referred = referral(self.timeline, self.index + 1),
            ActionName::SummonsServed => self.summonses.served += 1,
            ActionName::SummonsMissed => self.summonses.miss(entry.action),
            _ => {}
        }
        self.index += 1;
    }

    /// Counts the action under test for a watch, if it counts.
    fn count(&mut self, watch: usize) {
        if self.counts(&self.book.watches()[watch]) {
            let passed = &mut self.passed[watch];
            passed.count += 1;
            passed.last = Some(self.index);
        }
    }

    fn action(&self) -> &'t Action {
        self.timeline.entries()[self.index].action
    }

    /// Whether the action under test counts for a watch.
    fn counts(&self, watch: &Watch) -> bool {
        let of_level = watch.level.is_none_or(|level| {
            let named = self.action().values.get(ActionName::MediationEnded.fields(), "mediator");
            let named = if let Some(Value::Word(mediator)) = named { Some(*mediator) } else { None };
            let (mediator, certain) = match (named, self.referred) {
                (Some(mediator), _) => (mediator, true),
                (None, Some((to, date))) => (to, date < self.timeline.entries()[self.index].date()),
                (None, None) => return false,
            };
            mediator == level.mediator && (certain || !level.certain)
        });
        // Such a test asks the action's own fields only, so the reading makes no difference.
        let fits = |test: &Test| self.outcome(test, Reading::Protective) == Some(true);
        of_level && watch.fields.as_ref().is_none_or(fits)
    }

    /// Answers what is asked of the action under test.
    pub(crate) fn answer(&mut self, asked: &OfAction) {
        let action = self.action();
        let mut answers = std::mem::take(&mut self.answers);
        answers.clear();
        answers.extend(asked.facts.iter().map(|fact| match fact {
            Fact::Field(place, asks) => asks.of(recorded(*place, action)),
            Fact::Other(test) => self.fact(test),
        }));
        self.answers = answers;
    }

    /// The outcome of a test on the action under test.
    pub(crate) fn outcome(&self, test: &Test, reading: Reading) -> Outcome {
        self.outcome_of(test, reading, &self.book.choices(reading).answers)
    }

    /// The outcome by a reading's answers alone, as if the protective reading gave them.
    pub(crate) fn outcome_by_answers(&self, test: &Test, reading: Reading) -> Outcome {
        self.outcome_of(test, Reading::Protective, &self.book.choices(reading).answers)
    }

    fn outcome_of(&self, test: &Test, reading: Reading, answers: &[u8]) -> Outcome {
        test.outcome(reading, answers, &|test| self.fact(test))
    }

    fn fact(&self, test: &Test) -> Outcome {
        let offence = || self.timeline.gravest_before(self.index);
        match test {
            Test::Field(field) => {
                let more_than_half = |months: u64| months.saturating_mul(2) > offence().penalty_months.max;
                of_field(field, self.action(), more_than_half)
            }
            Test::Action(names) => Some(names.has(self.action().name)),
            Test::Before { watch, in_episode, at_least } => {
                let passed = self.passed[*watch];
                if *in_episode {
                    let episode = passed.last.and_then(|_| self.timeline.episode_around(self.index));
                    return Some(episode.is_some_and(|episode| passed.last >= Some(episode.begin)));
                }
                Some(passed.count >= *at_least)
            }
            Test::LastOf { watch, is } => {
                let last = self.passed[*watch].last.map(|last| self.timeline.entries()[last].name);
                Some(last.is_some_and(|last| is.has(last)))
            }
            Test::Class(class) => Some(offence().class == *class),
            Test::Serious => Some(offence().serious),
            Test::Penalty { end, below } => {
                let penalty = offence().penalty_months;
                Some(if *end == PenaltyEnd::Min { penalty.min } else { penalty.max } < *below)
            }
            // A rulebook asks of no other age than that of a grown-up.
            Test::AgeBelow(_) => self.timeline.age_by_birth().map(|_| !self.timeline.has_come_of_age(self.index)),
            _ => None,
        }
    }

    /// The last watched action before the one under test.
    pub(crate) fn last_passed(&self, watch: usize) -> Option<usize> {
        self.passed[watch].last
    }

    /// Who owes the duty of a rule that the action under test opens or fails.
    pub(crate) fn owed_by(&self, owed_by: &OwedBy) -> Role {
        owed_by.role(|test| self.outcome(test, Reading::Protective) == Some(true))
    }
}

/// The last referral to mediation before an entry: to whom, by its place among the words of the field, and its civil date.
fn referral(timeline: &Timeline<'_>, before: usize) -> Option<(u8, NaiveDate)> {
    let last = &timeline.entries()[timeline.last_before(before, Names::of(&[ActionName::ReferredToMediation]))?];
    let to = last.action.values.get(last.name.fields(), "to")?;
    if let Value::Word(to) = to { Some((*to, last.date())) } else { None }
}

/// The outcome of a test that asks only an action's own fields and the reading's answers.
pub(crate) fn of_action(test: &Test, action: &Action, reading: Reading, choices: &Choices) -> Outcome {
    test.outcome(reading, &choices.answers, &|test| match test {
        Test::Field(field) => of_field(field, action, |_| false),
        Test::Action(names) => Some(names.has(action.name)),
        _ => None,
    })
}

/// The outcome of a test of a field. `more_than_half` says whether so many months are more than half the penalty.
fn of_field(field: &FieldTest, action: &Action, more_than_half: impl Fn(u64) -> bool) -> Outcome {
    let recorded = field.place(action.name).map_or(Recorded::LeftOut, |place| recorded(*place, action));
    match (field.asks, recorded) {
        (Asks::MoreThanHalfThePenalty, Recorded::Number(months)) => Some(more_than_half(months)),
        (asks, recorded) => asks.of(recorded),
    }
}

/// What is on record of a field. An object that is null or left out stands for each of its fields.
#[inline]
fn recorded(place: FieldPlace, action: &Action) -> Recorded {
    let outer = usize::from(place.outer);
    match (place.inner, action.values.at(outer)) {
        (Some(inner), Some(Value::Object(values))) => values.recorded(inner.into()),
        _ => action.values.recorded(outer),
    }
}

/// The field as "not on record" names it, if it was left out: the object's own name, if that was left out whole.
pub(crate) fn left_out(field: &FieldTest, action: &Action) -> Option<&'static str> {
    let place = field.place(action.name)?;
    let (_, outer) = place.field();
    match (action.values.at(place.outer.into()), place.inner) {
        (None, _) => Some(outer.name),
        (Some(Value::Object(values)), Some(inner)) => values.at(inner.into()).is_none().then_some(field.path),
        _ => None,
    }
}
