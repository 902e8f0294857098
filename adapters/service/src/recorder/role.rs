//! What a role may record: `projections::rights`, asked with the case as it is when the actions are recorded.
//!
//! Invariant: about another office's case nothing is said here, so it looks like a case that was never opened.

use engine::action::{Action, ActionName};
use engine::calendar::Instant;
use engine::case::Case;
use engine::decide::{Alerts, Command, Decided, Setting, Verdict, decide_in};
use engine::randomness::Seed;
use engine::refusal::{Code, Flaws, Refusal};
use engine::rulebook::Rulebook;
use projections::rights::{Act, Relation, Role, allows};

use super::Sender;

/// What actions that `sender` records come to, at an instant of the clock.
pub(super) fn decide_from(
    sender: &Sender,
    case: &Case,
    actions: &[Action],
    book: &Rulebook,
    (clock, alerts, seed, setting): (Instant, Alerts, Seed, Setting<'_>),
) -> Decided {
    let refused = refusals(sender, case, actions, book, clock);
    let may = actions.iter().zip(&refused).filter(|(_, refused)| refused.is_none());
    let actions = may.map(|(action, _)| action.clone()).collect();
    let Sender { office, person, .. } = sender.clone();
    let command = Command::RecordFrom { sender: office, person, actions, clock, alerts, seed };
    let Decided { verdicts, warnings, events } = decide_in(case, book, command, setting);
    Decided {
        verdicts: merged(&refused, verdicts, |refusal| Verdict::Refused(refusal.into())),
        warnings: merged(&refused, warnings, |_| Flaws::new()),
        events,
    }
}

/// Why `sender` may not record each action, in the order of the actions; `None` if nothing stands against it here.
fn refusals(sender: &Sender, case: &Case, actions: &[Action], book: &Rulebook, now: Instant) -> Vec<Option<Refusal>> {
    let Some(role) = sender.role else { return vec![None; actions.len()] };
    let concerned = case.concerns(&sender.office);
    let relation = match Relation::to_case(role, &sender.office, case, book, now) {
        Some(relation) => relation,
        None if concerned => Relation::Former,
        None => Relation::Foreign,
    };
    let may = |action: &Action| match action.name {
        ActionName::CaseOpened => allows(role, relation, Act::OpenCase),
        name => relation == Relation::Foreign || allows(role, relation, Act::Record(name)),
    };
    actions.iter().map(|action| (!may(action)).then(|| not_for(role))).collect()
}

fn not_for(role: Role) -> Refusal {
    let may = |name: &ActionName| allows(role, Relation::Own, Act::Record(*name));
    let words: Vec<&str> = ActionName::ALL.iter().filter(|name| may(name)).map(|name| name.word()).collect();
    let refusal = Refusal::new(Code::NotForRole).field("action").found(role.word());
    if words.is_empty() { refusal } else { refusal.expected(words.join(", ")) }
}

/// The verdicts on all actions: refused ones, and between them those on the others.
fn merged<T>(refused: &[Option<Refusal>], others: Vec<T>, of: impl Fn(Refusal) -> T) -> Vec<T> {
    let mut others = others.into_iter();
    refused.iter().filter_map(|refused| refused.clone().map(&of).or_else(|| others.next())).collect()
}
