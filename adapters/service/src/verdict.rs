//! What became of a line, as JSON: in a reply over NATS and in an import's own.
//!
//! Invariant: the codes are stable, and none of the values is personal. A program that knows only `outcome`, `id` and
//! `reason` reads it all the same.

use engine::decide::Verdict;
use engine::refusal::{Code, Refusal};
use engine::rulebook::Language;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What became of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineVerdict {
    /// Its number, from 1.
    pub line: usize,
    /// What became of it.
    pub outcome: Outcome,
    /// The action's id; none where the line could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Why it was refused: the first of its flaws.
    #[serde(flatten)]
    pub refusal: Option<Said>,
    /// All of its flaws, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flaws: Vec<Said>,
    /// What looks wrong in it, though it is recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Said>,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is in the log now.
    Recorded,
    /// It was in the log already.
    Known,
    /// It is not, and sending it again as it is wouldn't change that.
    Refused,
    /// It is not known to be in the log: send it again.
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
    /// The line, without anything to say of it.
    pub const fn new(line: usize, outcome: Outcome, id: Option<Uuid>) -> Self {
        Self { line, outcome, id, refusal: None, flaws: Vec::new(), warnings: Vec::new() }
    }

    /// A line that was refused for these.
    pub fn refused(line: usize, id: Option<Uuid>, flaws: &[Refusal], language: Language) -> Self {
        let said = Said::all(flaws, language);
        let refusal = said.first().cloned();
        Self { refusal, flaws: if said.len() > 1 { said } else { Vec::new() }, ..Self::new(line, Outcome::Refused, id) }
    }

    /// A line that was judged, with what looks wrong in it; a refused one has flaws enough.
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

    /// The flaws of a refused line, as they were.
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

    /// The refusal, to be said in another language; of a code that this program doesn't know only the sentence.
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
