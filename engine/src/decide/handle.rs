//! What somebody does about an alert, held against the alert and what others did about it.
//!
//! Invariant: it adds one event at most, and no alert event: those that are due are left to the watch.

use uuid::Uuid;

use super::envelopes::Envelopes;
use super::{Decided, Verdict};
use crate::action::OfficeCode;
use crate::ages::Derived;
use crate::alert::Stage;
use crate::calendar::Instant;
use crate::case::{Case, Fact};
use crate::handling::{Doing, Handling, LONGEST_DAYS, LONGEST_WHAT, Promise};
use crate::refusal::{Code, Flaws, Refusal};

const DAY: i64 = 24 * 3600;

/// What comes of it that a person of an office does something about an alert.
pub(super) fn decided(
    case: &Case,
    (office, person): (OfficeCode, Option<Uuid>),
    handling: Handling,
    mut envelopes: Envelopes,
) -> Decided {
    let verdict = if case.is_handled(handling.id) {
        Verdict::Known
    } else {
        let flaws = flaws(case, (&office, person), &handling, envelopes.at);
        if flaws.is_empty() { Verdict::Accepted } else { Verdict::Refused(flaws) }
    };
    let accepted = verdict == Verdict::Accepted;
    let fact = Fact::AlertHandled(Box::new(handling));
    let event = || envelopes.event((office, person), fact, Derived::default());
    let events = accepted.then(event).into_iter().collect();
    Decided { verdicts: vec![verdict], warnings: vec![Flaws::new()], events }
}

fn flaws(case: &Case, who: (&OfficeCode, Option<Uuid>), handling: &Handling, at: Instant) -> Flaws {
    let Some(told) = case.standing(&handling.topic, handling.occurrence) else {
        return Refusal::new(Code::AlertNotOpen).field("alert").into();
    };
    let (office, person) = who;
    // The office that supervises is no office of the case.
    let escalated = matches!(handling.topic.stage, Stage::Escalated(_));
    if !escalated && !told.alert.to.has(office) {
        return Refusal::new(Code::AlertNotOpen).field("alert").into();
    }
    let is_limit = !told.alert.is_about_an_action();
    let holds = || {
        let holdings = told.handled.iter().flat_map(|handled| &handled.holdings);
        holdings.into_iter().any(|holding| (&holding.office, holding.person) == (office, person))
    };
    match &handling.doing {
        Doing::Takes(promise) | Doing::HandsOver { promise, .. } => of_promise(promise, at),
        Doing::GivesBack if !holds() => Refusal::new(Code::AlertNotTaken).field("alert").into(),
        Doing::Notes if is_limit => Refusal::new(Code::AlertNotNotable).field("alert").into(),
        Doing::GivesBack | Doing::Notes => Flaws::new(),
    }
}

fn of_promise(promise: &Promise, at: Instant) -> Flaws {
    let mut flaws = Flaws::new();
    let what = promise.what.words().unwrap_or_default();
    let length = what.chars().count();
    if what.trim().is_empty() {
        flaws.push(Refusal::new(Code::MissingField).field("what"));
    } else if length > LONGEST_WHAT {
        flaws.push(
            Refusal::new(Code::TextTooLong).field("what").found(length.to_string()).expected(LONGEST_WHAT.to_string()),
        );
    }
    if promise.until <= at || promise.until > at.plus(LONGEST_DAYS * DAY) {
        let until = Refusal::new(Code::UntilOutOfRange).field("until").found(promise.until.to_string());
        flaws.push(until.expected(LONGEST_DAYS.to_string()));
    }
    flaws
}
