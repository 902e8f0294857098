//! Decides which events a command adds to a case: the actions that may be recorded, and the alerts that these actions or
//! the time call for.
//!
//! Invariant: the same command given twice adds nothing the second time. Record times never go backwards in a stream.

mod admit;
mod cause;
mod confirm;
mod difference;
mod doubts;
mod due;
mod envelopes;
mod handle;
mod limit;
mod most;
mod past;
mod seal;
mod sender;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;

use crate::action::{Action, ActionId, OfficeCode};
use crate::ages::{Ages, Derived, Deriving};
use crate::assess::{Assessment, assess_recorded};
use crate::calendar::Instant;
use crate::case::{Case, Event, Fact, SealReason};
use crate::handling::Handling;
use crate::randomness::Seed;
use crate::refusal::{Flaws, reasons};
use crate::rulebook::{Language, Rulebook};
use crate::timeline::is_voided;

use difference::{Recording, difference, withdrawals};
use envelopes::Envelopes;
use most::Most;

pub use admit::{TOLERANCE_SECONDS, Verdict, admit, is_too_early};
pub use doubts::doubts;
pub use limit::notices;
pub use sender::admit_from;

/// A command to a case.
#[derive(Clone, Debug)]
pub enum Command {
    /// Record those of these actions of the case that can be recorded.
    Record {
        /// The actions. One that is already recorded adds nothing.
        actions: Vec<Action>,
        /// The office on whose behalf they are recorded. With `None`, each action counts as sent by the office that acted.
        by: Option<OfficeCode>,
        /// What our clock says.
        clock: Instant,
        /// What becomes of the alerts.
        alerts: Alerts,
        /// The randomness of its events.
        seed: Seed,
    },
    /// The same for an office that sends them itself, and may do so in its own cases only.
    RecordFrom {
        /// The office.
        sender: OfficeCode,
        /// The opaque id of the person who acts for the office, if known.
        person: Option<Uuid>,
        /// The actions. One that is already recorded adds nothing.
        actions: Vec<Action>,
        /// What our clock says.
        clock: Instant,
        /// What becomes of the alerts.
        alerts: Alerts,
        /// The randomness of its events.
        seed: Seed,
    },
    /// Take note that it is now `clock`.
    Now {
        /// What our clock says.
        clock: Instant,
        /// What becomes of the alerts.
        alerts: Alerts,
        /// The randomness of its events.
        seed: Seed,
    },
    /// Record what somebody of an office does about an alert of the case.
    Handle {
        /// The office. Whether it may is for the caller to ask, where it is no office of the case.
        office: OfficeCode,
        /// The opaque id of the person, if known.
        person: Option<Uuid>,
        /// What they do, about which alert.
        handling: Handling,
        /// What our clock says.
        clock: Instant,
        /// The randomness of its event.
        seed: Seed,
    },
    /// Record that a second person of the office confirms an action on the child's liberty.
    Confirm {
        /// The office.
        office: OfficeCode,
        /// The opaque id of the person.
        person: Uuid,
        /// The action.
        action: ActionId,
        /// What our clock says.
        clock: Instant,
        /// The randomness of its event.
        seed: Seed,
    },
    /// Seal the case: make what is personal in it unreadable for good.
    Seal {
        /// The office that has it done, if one does.
        office: Option<OfficeCode>,
        /// Why.
        reason: SealReason,
        /// What our clock says.
        clock: Instant,
        /// The randomness of its event.
        seed: Seed,
    },
}

/// What becomes of the alerts that a command calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alerts {
    /// They are raised and published.
    Raised,
    /// They are raised. Alerts about discharged limits, findings and missing fields are not published.
    RaisedAsHistory,
    /// They are held back, because the clock is in doubt.
    HeldBack,
}

/// An action cannot be recorded, for these reasons.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", reasons(.0, Language::En))]
pub struct Refused(pub Flaws);

/// The most alert events that one command adds, so that no case delays others. What does not fit is due at once, and the
/// next command adds it: [`Case::next_due`] is then the last record time.
pub const MOST_TOLD: usize = 8_000;

/// What a command depends on beyond the case and the rulebook.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'s> {
    /// The most alert events that it adds, or at least those of one topic. With [`Alerts::RaisedAsHistory`] there is no
    /// such limit.
    pub most: usize,
    /// The offices that use their inbox. For any other, only alerts on limits on liberty are ever escalated.
    pub inboxes: &'s BTreeSet<OfficeCode>,
}

impl Setting<'static> {
    /// [`MOST_TOLD`], and no office uses its inbox.
    pub const PLAIN: Self = Self { most: MOST_TOLD, inboxes: &BTreeSet::new() };
}

/// What a command comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// The verdict on each action of the command, in their order.
    pub verdicts: Vec<Verdict>,
    /// The warnings about each action.
    pub warnings: Vec<Flaws>,
    /// The events that the command adds to the stream: the accepted actions, and the alert events that follow.
    pub events: Vec<Event>,
}

impl Decided {
    /// The events, if no action was refused.
    ///
    /// # Errors
    /// What is wrong with the first action that cannot be recorded.
    pub fn all_or_none(self) -> Result<Vec<Event>, Refused> {
        let refused = self.verdicts.into_iter().find_map(|verdict| match verdict {
            Verdict::Refused(flaws) => Some(flaws),
            Verdict::Accepted | Verdict::Known => None,
        });
        refused.map_or(Ok(self.events), |flaws| Err(Refused(flaws)))
    }
}

/// What a command comes to, in the plain setting.
pub fn decide(case: &Case, book: &Rulebook, command: Command) -> Decided {
    decide_in(case, book, command, Setting::PLAIN)
}

/// What a command comes to.
pub fn decide_in(case: &Case, book: &Rulebook, command: Command, setting: Setting<'_>) -> Decided {
    let envelopes = |clock, seed| Envelopes::of(case, book, clock, seed);
    let (actions, sender, who, (clock, seed), alerts) = match command {
        Command::Record { actions, by, clock, alerts, seed } => (actions, None, (by, None), (clock, seed), alerts),
        Command::RecordFrom { sender, person, actions, clock, alerts, seed } => {
            (actions, Some(sender.clone()), (Some(sender), person), (clock, seed), alerts)
        }
        Command::Now { clock, alerts, seed } => (Vec::new(), None, (None, None), (clock, seed), alerts),
        Command::Handle { office, person, handling, clock, seed } => {
            return handle::decided(case, (office, person), handling, envelopes(clock, seed));
        }
        Command::Confirm { office, person, action, clock, seed } => {
            return confirm::decided(case, (office, person), action, envelopes(clock, seed));
        }
        Command::Seal { office, reason, clock, seed } => {
            return seal::decided(case, book, (office.unwrap_or_else(kamnot), reason), envelopes(clock, seed));
        }
    };
    let verdicts = match &sender {
        Some(office) => admit_from(office, case, &actions, Some(clock), book),
        None => admit(case, &actions, Some(clock), book),
    };
    let warnings = doubts(case, &actions, &verdicts);
    let asked_to_record = !actions.is_empty();
    let accepted = actions.into_iter().zip(&verdicts).filter(|(_, verdict)| **verdict == Verdict::Accepted);
    let new: Vec<Action> = accepted.map(|(action, _)| action).collect();
    // Where nothing is new, the alerts that are due are left to the watch.
    let events = if asked_to_record && new.is_empty() {
        Vec::new()
    } else {
        events(case, book, new, (who, envelopes(clock, seed), alerts), setting)
    };
    Decided { verdicts, warnings, events }
}

/// The events of new actions, and the alert events that follow.
fn events(
    case: &Case,
    book: &Rulebook,
    new: Vec<Action>,
    ((by, person), mut envelopes, alerts): ((Option<OfficeCode>, Option<Uuid>), Envelopes, Alerts),
    setting: Setting<'_>,
) -> Vec<Event> {
    let (derived, ages) = derived(case, &new);
    let facts = if is_voided(case.actions().chain(new.iter())) {
        // What offices were told is taken back whatever the clock says, and at once: the case is never due again.
        withdrawals(case)
    } else if alerts == Alerts::HeldBack {
        Vec::new()
    } else {
        let as_history = alerts == Alerts::RaisedAsHistory;
        let recording = Recording { as_history, adds_actions: !new.is_empty(), inboxes: setting.inboxes };
        // No limit for history: a later command would publish what this one left out.
        let most = if as_history || setting.most == usize::MAX { Most::NO_LIMIT } else { Most::of(setting.most) };
        let all = case.actions().chain(new.iter());
        // A new case has no reference yet, and the alerts' ids need one.
        let opened;
        let known = match (&case.reference, new.first()) {
            (None, Some(first)) => {
                opened = Case::named(first.case.clone());
                &opened
            }
            _ => case,
        };
        assess_recorded(all, &ages, book, envelopes.at)
            .map(|assessment| difference(known, &assessment, book, recording, most))
            .unwrap_or_default()
    };
    let mut events: Vec<Event> = Vec::with_capacity(new.len() + facts.len());
    for (action, derived) in new.into_iter().zip(derived) {
        let by = by.clone().unwrap_or_else(|| action.by.clone());
        events.push(envelopes.event((by, person), Fact::ActionRecorded(Arc::new(action)), derived));
    }
    events.extend(facts.into_iter().map(|fact| envelopes.event((kamnot(), None), fact, Derived::default())));
    events
}

/// What each new action adds to what is public of the child's age, and what is public then.
fn derived<'c>(case: &'c Case, new: &[Action]) -> (Vec<Derived>, Cow<'c, Ages>) {
    let mut ages = Cow::Borrowed(case.ages());
    if new.is_empty() {
        return (Vec::new(), ages);
    }
    let mut deriving = Deriving::behind(case.actions());
    let next = |action| {
        let derived = deriving.next(action);
        if !derived.is_empty() {
            ages.to_mut().take(action, &derived, || case.actions().chain(new));
        }
        derived
    };
    let derived = new.iter().map(next).collect();
    (derived, ages)
}

/// The program as the sender of alert events.
fn kamnot() -> OfficeCode {
    static KAMNOT: std::sync::LazyLock<OfficeCode> =
        std::sync::LazyLock::new(|| OfficeCode::new("kamnot").expect("an allowed code"));
    KAMNOT.clone()
}

impl Case {
    /// The next instant at which this case calls for an alert event if nothing more is recorded. If alerts were held back,
    /// it is the last record time. A function of the stream and the rulebook alone, so a rebuild finds the same.
    pub fn next_due(&self, book: &Rulebook) -> Option<Instant> {
        let at = self.last_recorded_at()?;
        if self.actions().any(|action| action.at.first() > at) {
            return due::next_due_with_actions_to_come(self, at, book);
        }
        due::next_due(self, &self.assess(book, at)?, book)
    }

    /// Like [`Case::next_due`], from an assessment of this case at its last record time. No action may be later than that.
    pub fn next_due_by(&self, assessment: &Assessment<'_>, book: &Rulebook) -> Option<Instant> {
        due::next_due(self, assessment, book)
    }

    /// Whether the last command may have left alert events for the next one, given that a command adds at most `most`. They
    /// have to be added before anything else is recorded. A function of the stream alone.
    pub fn may_have_more_to_tell(&self, most: usize) -> bool {
        Most::of(most).may_have_cut(self.told_last)
    }
}
