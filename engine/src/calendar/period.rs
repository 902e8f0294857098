//! Lengths of time as the law states them.

use std::fmt;

/// A number of hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hours(pub u32);

/// A number of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days(pub u32);

/// A number of months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Months(pub u32);

/// What can be done with a number of any unit.
macro_rules! unit {
    ($($unit:ident)+) => {$(
        impl $unit {
            /// This length and `k` times as much as `more`.
            #[must_use]
            pub const fn and(self, k: u32, more: Self) -> Self {
                Self(self.0.saturating_add(more.0.saturating_mul(k)))
            }
        }

        impl From<$unit> for Period {
            fn from(length: $unit) -> Self {
                Self::$unit(length.0)
            }
        }
    )+};
}

unit! { Hours Days Months }

impl Hours {
    /// The seconds in them.
    pub fn seconds(self) -> i64 {
        i64::from(self.0) * 3600
    }
}

/// A length of time as the law states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// Minutes, counted from the instant (`90min`).
    Minutes(u32),
    /// Hours, counted from the instant (`48h`).
    Hours(u32),
    /// Days, ending with a civil day (`30d`).
    Days(u32),
    /// Months, ending with a civil day (`1mo`).
    Months(u32),
}

impl Period {
    /// Reads a length such as `90min`, `48h`, `30d` or `1mo`; `None` for any other text.
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

    /// The number of its units.
    pub(crate) const fn number(self) -> u32 {
        match self {
            Self::Minutes(n) | Self::Hours(n) | Self::Days(n) | Self::Months(n) => n,
        }
    }

    /// The fewest minutes that it can last. A month counts as 28 days.
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
