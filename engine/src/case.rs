//! A case: its events, and how they fold into it.
//!
//! Invariant: `evolve` is total: every event can be folded into every case.

mod codec;
mod commitment;
mod contradicts;
mod sealing;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use crate::action::{Action, ActionId, CaseRef, OfficeCode};
use crate::ages::{Ages, Derived};
use crate::alert::{Alert, Kind, Settlement, Stage, Topic, Withdrawal};
use crate::assess::{Assessment, assess_recorded};
use crate::calendar::Instant;
use crate::handling::{Handled, Handling, Holding};
use crate::randomness::Nonce;
use crate::rulebook::{Digest, Rulebook};
use crate::timeline::ON_LIBERTY;

pub use codec::{BringingOver, EARLIER, Unreadable};
pub use commitment::Commitment;
pub use sealing::SealReason;
pub(crate) use told::{State, TopicState};

// ---- events

/// The number of this engine, in every event that it makes. It is raised with any change after which the engine answers
/// something differently for the same actions, rulebook and instant: another verdict, alert, deadline, finding, step or derived
/// fact. Who recomputes an event of another engine says "answers differently today", and never "forged".
pub const ENGINE: u32 = 1;

/// One event of a case's stream, in its envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Random, so that nobody finds the content by trial from its digest.
    pub nonce: Nonce,
    /// The engine that decided it: [`ENGINE`] at that time.
    pub engine: u32,
    /// When it was recorded, by the clock of the recording process. When the action happened is in the action.
    pub recorded_at: Instant,
    /// The office that sent it, or `kamnot` for an alert event, which the program itself adds.
    pub recorded_by: OfficeCode,
    /// The opaque id of the person who acted, if known.
    pub person: Option<Uuid>,
    /// The rulebook under which it was decided.
    pub rulebook: Digest,
    /// What happened.
    pub fact: Fact,
    /// What is public of the child's age from this action on; empty for any other event.
    pub derived: Derived,
    /// The commitments to what is personal in it, with what is disclosed of them.
    pub commitments: Vec<Commitment>,
}

/// What an event says. The names are the storage format.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// An action was recorded.
    ActionRecorded(Arc<Action>),
    /// An alert was raised.
    AlertRaised(Box<Alert>),
    /// The duty of an alert was done late.
    AlertSettled(Box<Settlement>),
    /// An alert, or only its settlement, was withdrawn.
    AlertWithdrawn(Box<Withdrawal>),
    /// Somebody of an office took an alert, handed it over, gave it back or noted it.
    AlertHandled(Box<Handling>),
    /// A second person of the office that recorded this action confirmed it.
    ActionConfirmed(ActionId),
    /// What is personal in the case was made unreadable for good.
    CaseSealed(SealReason),
}

impl Fact {
    /// The action that was recorded; `None` for any other event.
    pub fn action(&self) -> Option<&Action> {
        if let Self::ActionRecorded(action) = self { Some(action) } else { None }
    }

    /// The alert that this raises, settles or withdraws, and this event's own kind; `None` for any other event.
    pub fn alert(&self) -> Option<(&Alert, Kind)> {
        match self {
            Self::ActionRecorded(_) | Self::AlertHandled(_) | Self::ActionConfirmed(_) | Self::CaseSealed(_) => None,
            Self::AlertRaised(alert) => Some((alert, alert.topic.stage.kind())),
            Self::AlertSettled(settlement) => Some((&settlement.alert, Kind::Settled)),
            Self::AlertWithdrawn(withdrawal) => Some((&withdrawal.alert, Kind::Withdrawn)),
        }
    }
}

// ---- fold

/// An action with its envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedAction {
    /// The action.
    pub action: Arc<Action>,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Who recorded it.
    pub recorded_by: OfficeCode,
    /// The opaque id of the person or token that entered it; `None` for what came without one.
    pub person: Option<Uuid>,
}

/// That a second person confirmed an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// The opaque id of that person.
    pub person: Option<Uuid>,
    /// When.
    pub at: Instant,
}

/// Everything known about one case: the actions, in the order in which they were recorded, and the alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    pub(crate) reference: Option<CaseRef>,
    version: u32,
    recorded_at: Option<Instant>,
    recorded: Vec<RecordedAction>,
    /// What is public of the child's age.
    ages: Ages,
    /// The version of the last recorded action.
    last_action: u32,
    pub(crate) alerts: BTreeMap<Topic, TopicState>,
    /// How many alert events, all of one instant, the stream ends with, but for what people did about alerts.
    pub(crate) told_last: usize,
    /// The ids of what people did about alerts.
    handlings: Vec<Uuid>,
    /// The actions that a second person confirmed.
    confirmed: BTreeMap<ActionId, Confirmed>,
    /// Why, and when, it was sealed.
    sealed: Option<(SealReason, Instant)>,
}

/// An alert that stands, and who has it.
#[derive(Clone, Copy, Debug)]
pub struct OpenAlert<'c> {
    /// The alert.
    pub alert: &'c Arc<Alert>,
    /// When it was raised.
    pub raised_at: Instant,
    /// Who has it, or had it until it lapsed; who took it first comes first.
    pub holdings: &'c [Holding],
    /// When it is to be escalated if it stays as it is; `None` if never, or if it was.
    pub escalates_at: Option<Instant>,
}

/// Folds one event into the case.
#[must_use]
pub fn evolve(mut case: Case, event: &Event) -> Case {
    case.version += 1;
    let goes_on = case.recorded_at == Some(event.recorded_at);
    case.told_last = match &event.fact {
        Fact::ActionRecorded(_) => 0,
        Fact::AlertHandled(_) | Fact::ActionConfirmed(_) | Fact::CaseSealed(_) => case.told_last,
        Fact::AlertRaised(_) | Fact::AlertSettled(_) | Fact::AlertWithdrawn(_) if goes_on => case.told_last + 1,
        Fact::AlertRaised(_) | Fact::AlertSettled(_) | Fact::AlertWithdrawn(_) => 1,
    };
    case.recorded_at = Some(event.recorded_at);
    match &event.fact {
        Fact::ActionRecorded(action) => {
            case.reference.get_or_insert_with(|| action.case.clone());
            case.last_action = case.version;
            case.recorded.push(RecordedAction {
                action: Arc::clone(action),
                recorded_at: event.recorded_at,
                recorded_by: event.recorded_by.clone(),
                person: event.person,
            });
            if !event.derived.is_empty() {
                let recorded = &case.recorded;
                case.ages.take(action, &event.derived, || recorded.iter().map(|known| &*known.action));
            }
        }
        Fact::AlertRaised(alert) => {
            let alert = Arc::new(Alert { because: Vec::new(), ..(**alert).clone() });
            let last_settlement = case.alerts.get(&alert.topic).and_then(|told| told.last_settlement);
            let handled = case.passed_on(&alert);
            let (topic, raised_at) = (alert.topic, event.recorded_at);
            let told = TopicState { alert, state: State::Open, last_settlement, raised_at, handled };
            case.alerts.insert(topic, told);
        }
        Fact::AlertSettled(settlement) => {
            if let Some(told) = case.alerts.get_mut(&settlement.alert.topic) {
                told.state = State::Settled { by: settlement.by };
                told.last_settlement = Some(settlement.occurrence);
            }
        }
        Fact::AlertWithdrawn(withdrawal) => {
            if let Some(told) = case.alerts.get_mut(&withdrawal.alert.topic) {
                told.state = if withdrawal.settlement.is_some() { State::Open } else { State::Withdrawn };
                if let (Some(handled), Some(by)) = (&mut told.handled, withdrawal.replaced_by) {
                    handled.replaced_by = Some(by);
                }
            }
        }
        Fact::AlertHandled(handling) => {
            case.handlings.push(handling.id);
            if let Some(told) = case.alerts.get_mut(&handling.topic) {
                let who = (&event.recorded_by, event.person);
                let alert = Arc::clone(&told.alert);
                told.handled.get_or_insert_default().take_in(&handling.doing, who, &alert, event.recorded_at);
            }
        }
        Fact::ActionConfirmed(action) => {
            case.confirmed.entry(*action).or_insert(Confirmed { person: event.person, at: event.recorded_at });
        }
        Fact::CaseSealed(reason) => case.seal(*reason, event.recorded_at),
    }
    case
}

impl Case {
    /// The case that these events fold into.
    pub fn fold<'e>(events: impl IntoIterator<Item = &'e Event>) -> Self {
        events.into_iter().fold(Self::default(), evolve)
    }

    /// A case with this reference and no events.
    pub(crate) fn named(reference: CaseRef) -> Self {
        Self { reference: Some(reference), ..Self::default() }
    }

    /// The case's reference; `-` before the first event.
    pub fn reference(&self) -> &CaseRef {
        static NONE: std::sync::LazyLock<CaseRef> =
            std::sync::LazyLock::new(|| CaseRef::new("-").expect("an allowed character"));
        self.reference.as_ref().unwrap_or(&NONE)
    }

    /// How many events the stream holds: the version of the last one.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The version of the last recorded action; 0 before the first. Alerts do not change it.
    pub const fn last_action(&self) -> u32 {
        self.last_action
    }

    /// When the last event was recorded.
    pub const fn last_recorded_at(&self) -> Option<Instant> {
        self.recorded_at
    }

    /// The actions with their envelopes, withdrawn ones included, in the order in which they were recorded.
    pub fn recorded(&self) -> &[RecordedAction] {
        &self.recorded
    }

    /// The actions, withdrawn ones included, in the order in which they were recorded.
    pub fn actions(&self) -> impl Iterator<Item = &Action> + Clone {
        self.recorded.iter().map(|recorded| &*recorded.action)
    }

    /// The action with this id, if it was recorded.
    pub fn action(&self, id: ActionId) -> Option<&Action> {
        self.actions().find(|action| action.id == id)
    }

    /// How many actions and alerts the case holds: a measure of what work on it costs.
    pub fn size(&self) -> usize {
        self.recorded.len() + self.alerts.len()
    }

    /// The alerts that were raised and not withdrawn, by topic.
    pub(crate) fn standing_topics(&self) -> impl Iterator<Item = (&Topic, &TopicState)> {
        self.alerts.iter().filter(|(_, told)| told.state != State::Withdrawn)
    }

    /// Whether an alert on this topic was raised and not withdrawn.
    pub(crate) fn is_told(&self, topic: &Topic) -> bool {
        self.alerts.get(topic).is_some_and(|told| told.state != State::Withdrawn)
    }

    /// The alerts that stand: raised, and neither settled nor withdrawn.
    pub fn standing_alerts(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.values().filter(|told| told.state == State::Open).map(|told| &*told.alert)
    }

    /// An alert that stands, with what people did about it, if it is the `occurrence`th on its topic.
    pub(crate) fn standing(&self, topic: &Topic, occurrence: u32) -> Option<&TopicState> {
        self.alerts.get(topic).filter(|told| told.state == State::Open && told.alert.occurrence == occurrence)
    }

    /// The alerts that stand, with who has them, by topic.
    pub fn open_alerts(&self) -> impl Iterator<Item = OpenAlert<'_>> {
        let open = self.alerts.iter().filter(|(_, told)| told.state == State::Open);
        open.map(|(topic, told)| OpenAlert {
            alert: &told.alert,
            raised_at: told.raised_at,
            holdings: told.handled.as_ref().map_or(&[][..], |handled| &handled.holdings),
            escalates_at: self.escalates_at(topic, told),
        })
    }

    /// The alerts whose duty was done late, each with the id of the action that discharged it, by topic.
    pub fn settled_alerts(&self) -> impl Iterator<Item = (&Arc<Alert>, ActionId)> {
        self.alerts.values().filter_map(|told| match told.state {
            State::Settled { by } => Some((&told.alert, by)),
            State::Open | State::Withdrawn => None,
        })
    }

    /// The alerts of a breach that were raised and not withdrawn, each with when it was raised and when somebody of the office
    /// that owes the duty first took it or noted it, by topic. What was raised as history nobody was told.
    pub fn told_alerts(&self) -> impl Iterator<Item = (&Alert, Instant, Option<Instant>)> {
        let of_breach = |stage: Stage| stage.breach().is_some() && !stage.is_escalated();
        let told = self.standing_topics().filter(move |(topic, told)| of_breach(topic.stage) && !told.alert.history);
        told.map(|(_, told)| {
            let first = told.handled.as_ref().and_then(|handled| handled.first_taken);
            (&*told.alert, told.raised_at, first)
        })
    }

    /// The actions that may be withdrawn, in the order in which they were recorded.
    pub fn withdrawable(&self) -> impl DoubleEndedIterator<Item = &Action> {
        let withdrawn: BTreeSet<ActionId> = self.actions().filter_map(Action::withdraws).collect();
        let actions = self.recorded.iter().map(|recorded| &*recorded.action);
        actions.filter(move |action| action.name.can_be_withdrawn() && !withdrawn.contains(&action.id))
    }

    /// Who confirmed an action, and when; `None` as long as nobody did.
    pub fn confirmed(&self, action: ActionId) -> Option<Confirmed> {
        self.confirmed.get(&action).copied()
    }

    /// The actions on liberty that one person entered and no second one has confirmed, in the order in which they were recorded.
    pub fn unconfirmed(&self) -> impl Iterator<Item = &RecordedAction> {
        let withdrawn: BTreeSet<ActionId> = self.actions().filter_map(Action::withdraws).collect();
        let asks = |recorded: &RecordedAction| recorded.person.is_some() && ON_LIBERTY.has(recorded.action.name);
        let done = move |id: ActionId| withdrawn.contains(&id) || self.confirmed.contains_key(&id);
        self.recorded.iter().filter(move |recorded| asks(recorded) && !done(recorded.action.id))
    }

    /// Whether what somebody did about an alert is recorded already, by its id.
    pub fn is_handled(&self, id: Uuid) -> bool {
        self.handlings.contains(&id)
    }

    /// What a new alert takes over from the one that it replaces: an earlier one on its topic, or the `arguable` of a
    /// `breach`.
    fn passed_on(&self, alert: &Alert) -> Option<Box<Handled>> {
        let of_topic = |topic: &Topic| self.alerts.get(topic)?.passes_to(alert, self.reference());
        let arguable =
            || (alert.topic.stage == Stage::Breach).then_some(Topic { stage: Stage::Arguable, ..alert.topic });
        of_topic(&alert.topic).or_else(|| of_topic(&arguable()?))
    }

    /// When the alert on this topic is to be escalated if it is open until then; `None` if never, or if it was.
    pub(crate) fn escalates_at(&self, topic: &Topic, told: &TopicState) -> Option<Instant> {
        // Most alerts have no time for it: only the others are looked up.
        let (stage, due) = (topic.stage.escalated()?, told.escalates_at()?);
        let escalated = self.alerts.get(&Topic { stage, ..*topic });
        let already = escalated.is_some_and(|before| before.alert.occurrence == told.alert.occurrence);
        (!already).then_some(due)
    }

    /// The instants at which alerts that stand are to be escalated if nothing more happens.
    pub(crate) fn escalations(&self) -> impl Iterator<Item = Instant> {
        let open = self.standing_topics().filter(|(_, told)| told.state == State::Open);
        open.filter_map(|(topic, told)| self.escalates_at(topic, told))
    }

    /// What is public of the child's age, as it was derived when the actions were recorded.
    pub const fn ages(&self) -> &Ages {
        &self.ages
    }

    /// Assesses the case at `at`; `None` if it was not open by then.
    pub fn assess(&self, book: &Rulebook, at: Instant) -> Option<Assessment<'_>> {
        assess_recorded(self.actions(), &self.ages, book, at)
    }
}
