//! The outcome of a line, as JSON: in a reply over NATS and in the output of an import.
//!
//! Invariant: the codes are stable, and no value is personal. A program that knows only `outcome`, `id` and `reason`
//! can read it.

use engine::decide::Verdict;
use engine::refusal::{Code, Refusal};
use engine::rulebook::Language;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The outcome of one line, with its reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineVerdict {
    /// Its number, from 1.
    pub line: usize,
    /// Its outcome.
    pub outcome: Outcome,
    /// The action's id; `None` if the line could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Why it was refused: the first of its flaws.
    #[serde(flatten)]
    pub refusal: Option<Said>,
    /// All of its flaws, if there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flaws: Vec<Said>,
    /// The warnings about a line that is recorded all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Said>,
}

/// The outcome of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was recorded now.
    Recorded,
    /// It was in the log already.
    Known,
    /// It was refused; sending the same line again would not help.
    Refused,
    /// Whether it was recorded is unknown: send it again.
    Again,
}

/// A refusal or a warning with its sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the refusal, `reason` its sentence")]
pub struct Said {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    pub reason: String,
}

impl LineVerdict {
    /// A line without flaws and warnings.
    pub const fn new(line: usize, outcome: Outcome, id: Option<Uuid>) -> Self {
        Self { line, outcome, id, refusal: None, flaws: Vec::new(), warnings: Vec::new() }
    }

    /// A line that was refused for these flaws.
    pub fn refused(line: usize, id: Option<Uuid>, flaws: &[Refusal], language: Language) -> Self {
        let said = Said::all(flaws, language);
        let refusal = said.first().cloned();
        Self { refusal, flaws: if said.len() > 1 { said } else { Vec::new() }, ..Self::new(line, Outcome::Refused, id) }
    }

    /// A line with its verdict. The warnings are left out if it was refused.
    pub fn of_verdict(
        line: usize,
        id: Option<Uuid>,
        verdict: &Verdict,
        warnings: &[Refusal],
        language: Language,
    ) -> Self {
        let outcome = match verdict {
            Verdict::Refused(flaws) => return Self::refused(line, id, flaws, language),
            Verdict::Accepted => Outcome::Recorded,
            Verdict::Known => Outcome::Known,
        };
        Self { warnings: Said::all(warnings, language), ..Self::new(line, outcome, id) }
    }

    /// The flaws of a refused line, as refusals.
    pub fn flaws(&self) -> Vec<Refusal> {
        match &self.refusal {
            Some(only) if self.flaws.is_empty() => vec![only.refusal()],
            _ => self.flaws.iter().map(Said::refusal).collect(),
        }
    }
}

impl Said {
    /// Refusals with their sentences.
    pub fn all(refusals: &[Refusal], language: Language) -> Vec<Self> {
        let said = |refusal: &Refusal| Self {
            code: refusal.code.word().to_owned(),
            field: refusal.field.clone(),
            found: refusal.found.clone(),
            expected: refusal.expected.clone(),
            reason: refusal.reason(language),
        };
        refusals.iter().map(said).collect()
    }

    /// The refusal, so that it can be worded in another language; only its sentence if this program does not know the
    /// code.
    pub fn refusal(&self) -> Refusal {
        match Code::from_word(&self.code) {
            Some(code) => {
                let Self { field, found, expected, .. } = self.clone();
                Refusal { code, field, found, expected }
            }
            None => Refusal::said(self.reason.as_str()),
        }
    }
}
