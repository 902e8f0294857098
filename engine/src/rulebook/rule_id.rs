//! The name of a rule.

use std::cmp::Ordering;
use std::fmt;

/// The most characters of a rule's name.
const MOST: usize = 40;

/// The name of a rule, such as `custody-48h` or `custody-duties:rights_told`: 1 to 40 of `a-z`, `0-9`, `-`, `_`, and at most
/// one colon, which parts a group of duties from the duty. Ordered as text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RuleId([u8; MOST]);

impl RuleId {
    /// The allowed form, as shown to people.
    pub const FORM: &str = "1 to 40 of a-z, 0-9, - and _, with at most one colon inside";

    /// The rule with this name; `None` if the text is no name of a rule. Whether a rulebook has it, the rulebook says.
    pub fn from_word(text: &str) -> Option<Self> {
        let plain = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
        };
        if text.len() > MOST || !text.splitn(2, ':').all(plain) {
            return None;
        }
        let mut name = [0; MOST];
        name[..text.len()].copy_from_slice(text.as_bytes());
        Some(Self(name))
    }

    /// The name.
    pub fn word(&self) -> &str {
        let length = self.0.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }

    /// The part before the colon, which a subject names.
    pub fn group(&self) -> &str {
        self.word().split(':').next().unwrap_or_default()
    }
}

impl Ord for RuleId {
    /// Compares eight letters at once: large cases compare names very often.
    fn cmp(&self, other: &Self) -> Ordering {
        let (own, others) = (self.0.as_chunks().0.iter(), other.0.as_chunks().0.iter());
        own.map(|eight| u64::from_be_bytes(*eight)).cmp(others.map(|eight| u64::from_be_bytes(*eight)))
    }
}

impl PartialOrd for RuleId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Debug for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
