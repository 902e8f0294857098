//! The offices file: the kind and the name of each office code.
//!
//! Invariant: names are only for display; nothing is decided by them, and a code without a name is shown as it is.

mod contradictions;
mod doubts;
mod holidays;
mod known;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use engine::action::OfficeCode;
use engine::rulebook::Language;
use projections::view::Seat;
use serde::Deserialize;

use crate::shown::plain;

pub use contradictions::{Contradiction, Used};
pub use known::Stranger;

/// The offices that come with the program.
const OF_THE_PROGRAM: &str = include_str!("../offices.toml");

/// What an office is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfficeKind {
    /// A juvenile court, or the juvenile panel of a people's court.
    Court,
    /// An office of the people's prosecutor.
    Prosecutor,
    /// An investigation organisation.
    Investigator,
    /// A legal aid office.
    LegalAid,
    /// A mediator: a village unit or a justice office.
    Mediation,
}

impl OfficeKind {
    /// The word for it in an offices file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Court => "court",
            Self::Prosecutor => "prosecutor",
            Self::Investigator => "investigator",
            Self::LegalAid => "legal_aid",
            Self::Mediation => "mediation",
        }
    }

    /// The seat in which such an office has a case; `None` for mediators, who have no cases.
    pub const fn seat(self) -> Option<Seat> {
        match self {
            Self::Court => Some(Seat::Court),
            Self::Prosecutor => Some(Seat::Prosecutor),
            Self::Investigator => Some(Seat::Investigator),
            Self::LegalAid => Some(Seat::LegalAid),
            Self::Mediation => None,
        }
    }
}

/// Which kind of court (Art. 68).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CourtKind {
    /// A juvenile court.
    JuvenileCourt,
    /// The juvenile panel of a people's court, where no juvenile court is established yet.
    JuvenilePanel,
}

/// A name in the two languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// English.
    #[serde(deserialize_with = "shown_name")]
    pub en: String,
    /// Lao.
    #[serde(deserialize_with = "shown_name")]
    pub lo: String,
}

/// Makes a name safe to print: the file may come from anybody.
fn shown_name<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(plain(&String::deserialize(deserializer)?).into_owned())
}

/// One office.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// What it is.
    pub kind: OfficeKind,
    /// Its name.
    pub name: Name,
    /// Its province, or Vientiane Capital.
    pub province: Name,
    /// For a court, and only then: which kind of court.
    pub court: Option<CourtKind>,
}

/// The offices by their codes, and the holidays: days on which they are closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offices(BTreeMap<OfficeCode, Office>, BTreeSet<NaiveDate>);

/// Why an offices file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OfficesError {
    /// It cannot be read.
    #[error("{file}: cannot be read: {error}")]
    Io {
        /// The file.
        file: String,
        /// The system's error.
        error: std::io::Error,
    },
    /// A line is wrong.
    #[error("{file}:{line}: {what}")]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What was found and what was expected.
        what: String,
    },
}

impl Name {
    /// The name in a language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Lo => &self.lo,
        }
    }
}

impl Offices {
    /// The offices of the 17 provinces and Vientiane Capital, which come with the program.
    pub fn of_the_program() -> Self {
        Self::parse(OF_THE_PROGRAM, "offices.toml of the program").expect("checked by the tests")
    }

    /// Reads a file; its offices are added to these and replace those with the same code.
    ///
    /// # Errors
    /// If it cannot be read; otherwise the first wrong line.
    pub fn with_file(mut self, path: &Path) -> Result<Self, OfficesError> {
        let file = plain(&path.display().to_string()).into_owned();
        let bytes = std::fs::read(path).map_err(|error| OfficesError::Io { file: file.clone(), error })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let what = "found bytes that are not UTF-8; save the file as UTF-8".to_owned();
            OfficesError::Line { file: file.clone(), line: line_at(good, good.len()), what }
        })?;
        let Self(offices, holidays) = Self::parse(&text, &file)?;
        self.0.extend(offices);
        self.1.extend(holidays);
        Ok(self)
    }

    fn parse(text: &str, file: &str) -> Result<Self, OfficesError> {
        let wrong = |start: usize, what: String| OfficesError::Line {
            file: file.to_owned(),
            line: line_at(text.as_bytes(), start),
            what,
        };
        let flawed =
            |error: toml::de::Error| wrong(error.span().map_or(0, |span| span.start), error.message().to_owned());
        let found: BTreeMap<toml::Spanned<String>, holidays::Entry> = toml::from_str(text).map_err(flawed)?;
        let holidays = holidays::read(text).map_err(|(start, what)| wrong(start, what))?;
        let mut offices = BTreeMap::new();
        for (code, entry) in found {
            let start = code.span().start;
            let holidays::Entry::Office(office) = entry else {
                if code.get_ref() == holidays::KEY {
                    continue;
                }
                return Err(wrong(start, format!("expected an office, or `{}`: a list of dates", holidays::KEY)));
            };
            let Some(known) = OfficeCode::new(code.get_ref()) else {
                return Err(wrong(start, "expected an office code: 1 to 64 of a-z, 0-9, `-`".to_owned()));
            };
            if (office.kind == OfficeKind::Court) != office.court.is_some() {
                return Err(wrong(
                    start,
                    format!(
                        "{known}: every court needs `court` (juvenile_court or juvenile_panel), no other office may \
                         have it"
                    ),
                ));
            }
            offices.insert(known, office);
        }
        Ok(Self(offices, holidays))
    }

    /// The office with a code.
    pub fn get(&self, code: &OfficeCode) -> Option<&Office> {
        self.0.get(code)
    }

    /// The office's name, or its code if the office is unknown.
    pub fn name<'a>(&'a self, code: &'a OfficeCode, language: Language) -> &'a str {
        self.get(code).map_or(code.as_str(), |office| office.name.in_language(language))
    }

    /// The office's name with its code, or the code alone if the office is unknown.
    pub fn name_and_code(&self, code: &OfficeCode, language: Language) -> String {
        self.get(code)
            .map_or_else(|| code.to_string(), |office| format!("{} ({code})", office.name.in_language(language)))
    }

    /// The days on which the offices are closed, weekends aside. For display alone: no limit rolls over.
    pub const fn holidays(&self) -> &BTreeSet<NaiveDate> {
        &self.1
    }

    /// All of them, by code.
    pub fn all(&self) -> impl Iterator<Item = (&OfficeCode, &Office)> {
        self.0.iter()
    }
}

/// The line, from 1, that contains byte `at`.
fn line_at(text: &[u8], at: usize) -> usize {
    1 + text.iter().take(at).filter(|byte| **byte == b'\n').count()
}
