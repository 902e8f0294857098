//! The offices file: the kind and the name of each office code.
//!
//! Invariant: names are only for display; nothing is decided by them, and a code without a name is shown as it is.

mod contradictions;
mod doubts;
mod holidays;
mod known;
mod shifts;
mod successors;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::view::Seat;
use serde::Deserialize;
use store::Fault;
use store::people::PeopleStore;

use crate::shown::plain;

pub use contradictions::{Contradiction, Used};
pub use known::Stranger;
pub use shifts::Shifts;

/// What is wrong with a `supervised_by`.
const NO_SUCH_OFFICE: &str = "`supervised_by` names no office; expected the code of one of this file or of the program";

/// What is wrong with a `succeeded_by`.
const NO_SUCH_SUCCESSOR: &str =
    "`succeeded_by` names no office of its kind; expected codes of this file or of the program, in a list";

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// What it is.
    pub kind: OfficeKind,
    /// Its name.
    pub name: Name,
    /// Its province, or Vientiane Capital.
    pub province: Name,
    /// For a court, and only then: which kind of court.
    pub court: Option<CourtKind>,
    /// The office that supervises it.
    pub supervised_by: Option<OfficeCode>,
    /// Whether an action on liberty that one of its people entered is to be confirmed by a second one.
    pub second_look: bool,
    /// The offices that took its place; none for an office that still exists.
    pub succeeded_by: Vec<OfficeCode>,
    /// When its shifts begin.
    pub shifts: Shifts,
}

impl Office {
    /// Whether the office no longer exists.
    pub const fn is_former(&self) -> bool {
        !self.succeeded_by.is_empty()
    }
}

/// An office as it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: OfficeKind,
    name: Name,
    province: Name,
    court: Option<CourtKind>,
    supervised_by: Option<toml::Spanned<String>>,
    #[serde(default)]
    second_look: bool,
    #[serde(default)]
    succeeded_by: Vec<toml::Spanned<String>>,
    shifts: Option<toml::Spanned<Vec<String>>>,
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
    pub fn with_file(self, path: &Path) -> Result<Self, OfficesError> {
        Ok(self.with_text_of(path)?.0)
    }

    /// As [`Offices::with_file`]; with the text that was read.
    ///
    /// # Errors
    /// As [`Offices::with_file`].
    pub fn with_text_of(mut self, path: &Path) -> Result<(Self, String), OfficesError> {
        let file = plain(&path.display().to_string()).into_owned();
        let bytes = std::fs::read(path).map_err(|error| OfficesError::Io { file: file.clone(), error })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let what = "found bytes that are not UTF-8; save the file as UTF-8".to_owned();
            OfficesError::Line { file: file.clone(), line: line_at(good, good.len()), what }
        })?;
        self.extend(&text, &file)?;
        Ok((self, text))
    }

    /// The offices in force in a log: those of the program, with the file that the log adopted; `None` if it adopted none.
    ///
    /// # Errors
    /// If the log cannot be read, or what it adopted cannot.
    pub async fn in_force(log: &dyn PeopleStore) -> Result<Option<Self>, Fault> {
        let Some(text) = log.offices_in_force().await? else { return Ok(None) };
        let mut offices = Self::of_the_program();
        let read = offices.extend(&text, "the offices file in force");
        read.map_err(|error| Fault::restart(format!("{error}: adopt a file that this program can read")))?;
        Ok(Some(offices))
    }

    fn parse(text: &str, file: &str) -> Result<Self, OfficesError> {
        let mut offices = Self(BTreeMap::new(), BTreeSet::new());
        offices.extend(text, file)?;
        Ok(offices)
    }

    /// Adds the offices of a file; they replace those with the same code.
    fn extend(&mut self, text: &str, file: &str) -> Result<(), OfficesError> {
        let wrong = |start: usize, what: String| OfficesError::Line {
            file: file.to_owned(),
            line: line_at(text.as_bytes(), start),
            what,
        };
        let flawed =
            |error: toml::de::Error| wrong(error.span().map_or(0, |span| span.start), error.message().to_owned());
        let found: BTreeMap<toml::Spanned<String>, holidays::Entry<Entry>> = toml::from_str(text).map_err(flawed)?;
        self.1.extend(holidays::read(text).map_err(|(start, what)| wrong(start, what))?);
        let (mut supervised, mut succeeded) = (Vec::new(), Vec::new());
        for (code, entry) in found {
            let start = code.span().start;
            let holidays::Entry::Office(entry) = entry else {
                if code.get_ref() == holidays::KEY {
                    continue;
                }
                return Err(wrong(start, format!("expected an office, or `{}`: a list of dates", holidays::KEY)));
            };
            let Some(known) = OfficeCode::new(code.get_ref()) else {
                return Err(wrong(start, "expected an office code: 1 to 64 of a-z, 0-9, `-`".to_owned()));
            };
            let Entry { kind, name, province, court, supervised_by, second_look, succeeded_by: named_after, shifts } =
                entry;
            if (kind == OfficeKind::Court) != court.is_some() {
                return Err(wrong(
                    start,
                    format!(
                        "{known}: every court needs `court` (juvenile_court or juvenile_panel), no other office may \
                         have it"
                    ),
                ));
            }
            let mut above = None;
            if let Some(named) = supervised_by {
                above = OfficeCode::new(named.get_ref());
                if above.is_none() {
                    return Err(wrong(named.span().start, format!("{known}: {NO_SUCH_OFFICE}")));
                }
                supervised.push((known.clone(), named.span().start));
            }
            let shifts = match shifts {
                None => Shifts::default(),
                Some(times) => Shifts::read(times.get_ref())
                    .map_err(|what| wrong(times.span().start, format!("{known}: {what}")))?,
            };
            let succeeded_by = successors::read(&known, &named_after).map_err(|(start, what)| wrong(start, what))?;
            succeeded.extend((!succeeded_by.is_empty()).then(|| (known.clone(), start)));
            let office =
                Office { kind, name, province, court, supervised_by: above, second_look, succeeded_by, shifts };
            self.0.insert(known, office);
        }
        for (code, start) in supervised {
            self.supervision(&code).map_err(|what| wrong(start, format!("{code}: {what}")))?;
        }
        for (code, start) in succeeded {
            self.succession(&code).map_err(|what| wrong(start, format!("{code}: {what}")))?;
        }
        Ok(())
    }

    /// Goes from an office up to the one that nobody supervises.
    ///
    /// # Errors
    /// If an office on the way does not exist, or the way comes back.
    fn supervision(&self, code: &OfficeCode) -> Result<(), String> {
        let mut way = vec![code];
        while let Some(office) = way.last().and_then(|code| self.get(code)) {
            let Some(above) = &office.supervised_by else { return Ok(()) };
            if way.contains(&above) {
                return Err(format!("`supervised_by` leads in a circle, back to {above}"));
            }
            way.push(above);
        }
        Err(NO_SUCH_OFFICE.to_owned())
    }

    /// The office with a code.
    pub fn get(&self, code: &OfficeCode) -> Option<&Office> {
        self.0.get(code)
    }

    /// The end of the shift that an office hands over at an instant; of one that is not known, by the usual shifts.
    pub fn end_of_shift(&self, office: &OfficeCode, now: Instant) -> Instant {
        self.get(office).map(|office| office.shifts.clone()).unwrap_or_default().end(now)
    }

    /// Whether `above` is this office, or supervises it, be it through others between them.
    pub fn is_under(&self, office: &OfficeCode, above: &OfficeCode) -> bool {
        // No way up leads in a circle: a file where one does is refused.
        let mut way = std::iter::successors(Some(office), |code| self.get(code)?.supervised_by.as_ref());
        way.any(|code| code == above)
    }

    /// The offices that an office supervises, be it through others between them.
    pub fn below<'a>(&'a self, above: &'a OfficeCode) -> impl Iterator<Item = (&'a OfficeCode, &'a Office)> {
        self.all().filter(move |(code, _)| *code != above && self.is_under(code, above))
    }

    /// Whether an office asks for a second look at actions on liberty.
    pub fn ask_for_second_look(&self, office: &OfficeCode) -> bool {
        self.get(office).is_some_and(|office| office.second_look)
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
