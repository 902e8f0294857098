//! What people do about an alert: take it, hand it over, give it back, or note it.
//!
//! Invariant: what people do changes no assessment and raises, settles and withdraws nothing. It only stops or delays that
//! the alert is escalated, and only what the office that owes the duty does counts for that.

use std::sync::Arc;

use uuid::Uuid;

use crate::action::OfficeCode;
use crate::alert::{Alert, Topic};
use crate::calendar::Instant;

/// What somebody does about an alert. Who it is, and for which office, stands in the event's envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handling {
    /// The sender's own id, unique within the case: sending it again changes nothing.
    pub id: Uuid,
    /// What the alert is about.
    pub topic: Topic,
    /// The alert's occurrence.
    pub occurrence: u32,
    /// What is done.
    pub doing: Doing,
}

/// What is done about an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Somebody takes it.
    Takes(Promise),
    /// Somebody passes it to another person of the office.
    HandsOver {
        /// The opaque id of the person who has it from now on.
        to: Uuid,
        /// What that person will do, until when.
        promise: Promise,
    },
    /// Somebody gives it back: nobody has it, unless another person took it too.
    GivesBack,
    /// Somebody has seen a finding, or that something is not on record. There is nothing to be done until an instant.
    Notes,
}

/// What is done, without what is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of `Doing`")]
pub enum Deed {
    Takes,
    HandsOver,
    GivesBack,
    Notes,
}

impl Deed {
    /// All, in the order of [`Deed::WORDS`].
    pub const ALL: [Self; 4] = [Self::Takes, Self::HandsOver, Self::GivesBack, Self::Notes];
    /// The words of all.
    pub const WORDS: [&'static str; 4] = ["takes", "hands_over", "gives_back", "notes"];

    /// The word of this one.
    pub const fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// The one with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.word() == word)
    }
}

impl Doing {
    /// What is done, without what is promised.
    pub const fn deed(&self) -> Deed {
        match self {
            Self::Takes(_) => Deed::Takes,
            Self::HandsOver { .. } => Deed::HandsOver,
            Self::GivesBack => Deed::GivesBack,
            Self::Notes => Deed::Notes,
        }
    }

    /// What will be done, until when; none where nothing is promised.
    pub const fn promise(&self) -> Option<&Promise> {
        match self {
            Self::Takes(promise) | Self::HandsOver { promise, .. } => Some(promise),
            Self::GivesBack | Self::Notes => None,
        }
    }
}

/// What will be done about an alert, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// What will be done. May be personal data: it is for the office alone.
    pub what: Said,
    /// When the taking lapses, if the duty was not done by then.
    pub until: Instant,
}

/// What a person said, in their own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The words.
    Words(Arc<str>),
    /// The event commits to the words, and they are not disclosed.
    Withheld,
}

impl Said {
    /// The words; `None` if they are not disclosed.
    pub fn words(&self) -> Option<&str> {
        if let Self::Words(words) = self { Some(words) } else { None }
    }
}

impl From<&str> for Said {
    fn from(words: &str) -> Self {
        Self::Words(words.into())
    }
}

/// The longest text that says what will be done, in characters.
pub const LONGEST_WHAT: usize = 200;

/// How far ahead a taking may reach, in days.
pub const LONGEST_DAYS: i64 = 31;

/// That a person has an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The person's office.
    pub office: OfficeCode,
    /// The opaque id of the person; `None` where the office itself sent it.
    pub person: Option<Uuid>,
    /// Since when.
    pub since: Instant,
    /// What will be done, until when; `None` if the alert was only noted.
    pub promise: Option<Promise>,
}

impl Holding {
    /// Whether it still stops the alert from being escalated.
    pub fn lasts(&self, at: Instant) -> bool {
        self.promise.as_ref().is_none_or(|promise| at < promise.until)
    }
}

/// What people did about one alert, and what became of that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handled {
    /// Who has it, or had it until it lapsed; the first to take it comes first.
    pub(crate) holdings: Vec<Holding>,
    /// When somebody of the office that owes the duty first took it or noted it.
    pub(crate) first_taken: Option<Instant>,
    /// When the office that owes the duty last gave it back.
    pub(crate) given_back: Option<Instant>,
    /// The alert that replaced this one.
    pub(crate) replaced_by: Option<Uuid>,
}

impl Handled {
    /// The same for the alert that replaces this one.
    pub(crate) fn passed_on(&self) -> Self {
        Self { replaced_by: None, ..self.clone() }
    }

    /// Takes in what a person of an office did about `alert` at an instant.
    pub(crate) fn take_in(&mut self, doing: &Doing, who: (&OfficeCode, Option<Uuid>), alert: &Alert, at: Instant) {
        let (office, person) = who;
        let holding = |person, promise| Holding { office: office.clone(), person, since: at, promise };
        if !matches!(doing, Doing::GivesBack) && office == alert.owing_office() {
            self.first_taken.get_or_insert(at);
        }
        match doing {
            Doing::Takes(promise) => self.hold(holding(person, Some(promise.clone()))),
            Doing::Notes => self.hold(holding(person, None)),
            Doing::HandsOver { to, promise } => {
                self.let_go(office, person);
                self.hold(holding(Some(*to), Some(promise.clone())));
            }
            Doing::GivesBack => {
                self.let_go(office, person);
                if office == alert.owing_office() {
                    self.given_back = Some(at);
                }
            }
        }
    }

    fn hold(&mut self, new: Holding) {
        match self.holdings.iter_mut().find(|old| (&old.office, old.person) == (&new.office, new.person)) {
            Some(old) => *old = new,
            None => self.holdings.push(new),
        }
    }

    fn let_go(&mut self, office: &OfficeCode, person: Option<Uuid>) {
        self.holdings.retain(|holding| (&holding.office, holding.person) != (office, person));
    }

    /// From when on nobody of the office has the alert, which was raised at `raised_at`; `None` if the office noted it.
    pub(crate) fn untaken_from(&self, office: &OfficeCode, raised_at: Instant) -> Option<Instant> {
        let mut from = self.given_back.map_or(raised_at, |given_back| given_back.max(raised_at));
        for holding in self.holdings.iter().filter(|holding| holding.office == *office) {
            from = from.max(holding.promise.as_ref()?.until);
        }
        Some(from)
    }
}
