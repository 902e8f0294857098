//! The questions that the law leaves open, and the readings, which answer each question.
//!
//! A rulebook lists its questions with their answers, the most protective first. The questions here are those that the
//! counting of time and the procedures ask. For them the program knows what each answer means, so a rulebook must list the
//! answers as they stand here. All others are asked by tests that stand in the rulebook.

use crate::words::words;

pub use crate::calendar::{FirstDay, Month};

/// Declares the questions that the program itself asks, and [`Choices`], which answers them. The words of the answers to
/// the first ones stand elsewhere.
macro_rules! questions {
    ($($known:ident: $words:ident,)+; $($(#[$meta:meta])* $question:ident: $name:ident { $(#[$first:meta])* $protective:ident = $strict:literal,
        $(#[$second:meta])* $lenient:ident = $mild:literal }),+ $(,)?) => {
        $(words! { $(#[$meta])* $name { $(#[$first])* $protective = $strict, $(#[$second])* $lenient = $mild } })+

        /// One reading: an answer to each question that the law leaves open.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each field is a question; its type says which")]
        pub struct Choices {
            $(pub $known: $words,)+
            $(pub $question: $name,)+
            /// The places of the answers to all questions of the rulebook, in its order.
            pub(crate) answers: Box<[u8]>,
        }

        impl Choices {
            /// The questions that the program itself asks, with their answers.
            pub(super) const KNOWN: &[(&str, &[&str])] =
                &[$((stringify!($known), $words::WORDS),)+ $((stringify!($question), $name::WORDS)),+];

            /// `place` gives the place of the answer to a question that the program asks.
            pub(super) fn of(answers: Box<[u8]>, place: impl Fn(&str) -> usize) -> Self {
                Self {
                    $($known: $words::ALL[place(stringify!($known)).min(1)],)+
                    $($question: $name::ALL[place(stringify!($question)).min(1)],)+
                    answers,
                }
            }
        }
    };
}

questions! {
    first_day: FirstDay,
    month: Month,
    ;
    /// How is an action counted if only its date is known?
    unknown_time: UnknownTime { /// Against the office: a clock starts at the first instant of the date, a discharge counts at the last.
        AgainstOffice = "against_office", /// For the office: a clock starts at the last, a discharge counts at the first.
        ForOffice = "for_office" },
    /// What starts the forty-eight hours of custody?
    custody_from: CustodyFrom { /// The first deprivation of liberty.
        FirstDeprivation = "first_deprivation", /// The custody itself.
        Custody = "custody" },
    /// Does an earlier custody or remand in the same case use up the limit?
    repeat_detention: RepeatDetention { /// It does.
        Cumulative = "cumulative", /// It does not.
        Fresh = "fresh" },
    /// What starts the remand month and the cap?
    remand_from: RemandFrom { /// The first deprivation of liberty.
        FirstDeprivation = "first_deprivation", /// The order.
        Order = "order" },
    /// Where does the end of an extended period lie?
    extension_chain: ExtensionChain { /// At the earliest end that any way of counting gives.
        Shortest = "shortest", /// Whole periods after the order or start.
        FromOrder = "from_order" },
    /// What starts the thirty days of investigation?
    investigation_from: InvestigationFrom { /// The first step against the child.
        FirstStep = "first_step", /// The opening of the investigation.
        Opened = "opened" },
    /// What counts towards three summonses?
    summonses: Summonses { /// Three missed without a reason.
        ThreeMissed = "three_missed", /// Three served, the last one missed without a reason.
        ThreeServed = "three_served" },
    /// With several offences, at which one is the age of responsibility tested?
    age_at: AgeAt { /// At the earliest offence.
        EarliestOffence = "earliest_offence", /// At the latest offence.
        LatestOffence = "latest_offence" },
    /// What starts the second twenty-four hours?
    decision_from: DecisionFrom { /// The request.
        Request = "request", /// Its receipt.
        Receipt = "receipt" },
    /// When does a lower cap bind after a reclassification?
    lower_cap: LowerCap { /// From the start of the remand.
        FromStart = "from_start", /// From the reclassification.
        FromReclassification = "from_reclassification" },
    /// Is one who turns eighteen during the case still a child?
    child_while: ChildWhile { /// Whoever was a child at the offence is.
        Offence = "offence", /// Only who is a child when the action happens.
        Action = "action" },
}

/// A question of a rulebook, with its answers, the most protective first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// The names of its answers.
    pub answers: Vec<String>,
}
