//! The units in which the law states lengths of time.

use crate::rulebook::Period;

/// The units in which the law states lengths of time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Minutes,
    Hours,
    Days,
    Months,
}

impl Unit {
    pub(super) fn from_suffix(suffix: &str) -> Option<Self> {
        match suffix {
            "min" => Some(Self::Minutes),
            "h" => Some(Self::Hours),
            "d" => Some(Self::Days),
            "mo" => Some(Self::Months),
            _ => None,
        }
    }

    pub(super) const fn of(period: Period) -> Self {
        match period {
            Period::Minutes(_) => Self::Minutes,
            Period::Hours(_) => Self::Hours,
            Period::Days(_) => Self::Days,
            Period::Months(_) => Self::Months,
        }
    }

    pub(super) const fn period(self, number: u32) -> Period {
        match self {
            Self::Minutes => Period::Minutes(number),
            Self::Hours => Period::Hours(number),
            Self::Days => Period::Days(number),
            Self::Months => Period::Months(number),
        }
    }

    pub(super) const fn sample(self) -> &'static str {
        match self {
            Self::Minutes => "90min",
            Self::Hours => "48h",
            Self::Days => "30d",
            Self::Months => "1mo",
        }
    }

    /// Ten years in this unit. No limit of a child's case is longer, so a larger number is a mistake.
    pub(super) const fn ten_years(self) -> u32 {
        match self {
            Self::Minutes => 10 * 365 * 24 * 60,
            Self::Hours => 10 * 365 * 24,
            Self::Days => 10 * 365,
            Self::Months => 10 * 12,
        }
    }
}
