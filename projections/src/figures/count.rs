//! What is counted of children and their cases.
//!
//! Invariant: the words are those of stored figures and stay as they are.

/// A count of children or of their cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// Cases opened in the period.
    Opened,
    /// Cases open at its end.
    Open,
    /// Indicator 1: children first arrested or otherwise deprived of liberty in the period.
    Arrested,
    /// Indicator 2: children in detention on the last day.
    Detained,
    /// Indicator 3: children in detention before judgment on the last day.
    BeforeJudgment,
    /// Indicator 9: children sentenced in the period.
    Sentenced,
    /// Indicator 9: those of them with a custodial sentence.
    Custodial,
    /// Indicator 10: children diverted in the period.
    Diverted,
    /// Children with a substantive hearing in the period.
    Hearing,
    /// Those of them who were heard at one.
    Heard,
}

impl Count {
    /// All, in the order of their places.
    pub const ALL: [Self; 10] = [
        Self::Opened,
        Self::Open,
        Self::Arrested,
        Self::Detained,
        Self::BeforeJudgment,
        Self::Sentenced,
        Self::Custodial,
        Self::Diverted,
        Self::Hearing,
        Self::Heard,
    ];

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Open => "open",
            Self::Arrested => "arrested",
            Self::Detained => "detained",
            Self::BeforeJudgment => "before_judgment",
            Self::Sentenced => "sentenced",
            Self::Custodial => "custodial",
            Self::Diverted => "diverted",
            Self::Hearing => "hearing",
            Self::Heard => "heard",
        }
    }

    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|count| count.word() == word)
    }
}
