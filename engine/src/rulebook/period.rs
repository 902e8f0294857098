//! Lengths of time as the law states them.

use std::fmt;

/// A length of time as the law states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// Minutes from the instant (`90min`).
    Minutes(u32),
    /// Hours from the instant (`48h`).
    Hours(u32),
    /// Days to the end of a civil day (`30d`).
    Days(u32),
    /// Months to the end of a civil day (`1mo`).
    Months(u32),
}

impl Period {
    /// The length that a text such as `90min`, `48h`, `30d` or `1mo` states; none if it states none.
    pub fn parse(text: &str) -> Option<Self> {
        let unit = text.find(|character: char| !character.is_ascii_digit())?;
        let n = text[..unit].parse().ok()?;
        match &text[unit..] {
            "min" => Some(Self::Minutes(n)),
            "h" => Some(Self::Hours(n)),
            "d" => Some(Self::Days(n)),
            "mo" => Some(Self::Months(n)),
            _ => None,
        }
    }

    /// The fewest minutes that it can last: its months are Februaries.
    pub(crate) fn fewest_minutes(self) -> u64 {
        match self {
            Self::Minutes(n) => u64::from(n),
            Self::Hours(n) => u64::from(n) * 60,
            Self::Days(n) => u64::from(n) * 24 * 60,
            Self::Months(n) => u64::from(n) * 28 * 24 * 60,
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minutes(n) => write!(f, "{n}min"),
            Self::Hours(n) => write!(f, "{n}h"),
            Self::Days(n) => write!(f, "{n}d"),
            Self::Months(n) => write!(f, "{n}mo"),
        }
    }
}
