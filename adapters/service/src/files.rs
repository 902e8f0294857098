//! Files of actions: JSON Lines, CSV or a workbook, read line by line.
//!
//! Invariant: every line that is not blank is either an action or refused with its number; a line that cannot be read
//! does not stop the next one; no message echoes a line.

mod csv;
mod flaw;
mod form;
mod jsonl;
mod sheet;
mod workbook;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use engine::action::{Action, CaseRef};
use engine::refusal::{Code, Flaws, Refusal};
use engine::rulebook::Language;

use crate::shown::plain;

pub use flaw::FileFlaw;
pub use form::Form;
pub use jsonl::SEALED;
pub use sheet::row;

/// The longest line that is read, in bytes. An action has some hundred bytes.
pub const LONGEST_LINE: usize = 1 << 20;

/// A file that cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// An I/O error: it does not exist, access is denied, or it is damaged.
    #[error("{file}: cannot be read: {error}")]
    Io {
        /// The file's name as it was given.
        file: String,
        /// The system's error.
        error: io::Error,
    },
    /// The file has a format in which no line can be read.
    #[error("{file}: {what}")]
    Form {
        /// The file's name as it was given.
        file: String,
        /// What was found and what to do.
        what: FileFlaw,
    },
}

impl Unreadable {
    /// What was found and what to do, in a language; the system's error is not translated.
    pub fn sentence(&self, language: Language) -> String {
        match self {
            Self::Io { .. } => self.to_string(),
            Self::Form { file, what } => format!("{file}: {}", what.sentence(language)),
        }
    }
}

/// A line that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedLine {
    /// Its number, from 1.
    pub line: usize,
    /// All that is wrong with it. Lines with the same flaws share them.
    pub flaws: Arc<[Refusal]>,
}

/// The actions of one case, in the order of their lines.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseLines {
    /// The case.
    pub case: CaseRef,
    /// The line of each action.
    pub lines: Vec<usize>,
    /// The actions.
    pub actions: Vec<Action>,
}

/// The contents of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// The cases, in the order of their first lines.
    pub cases: Vec<CaseLines>,
    /// The refused lines, in order.
    pub refused: Vec<RefusedLine>,
    /// Warnings about the file and its readable lines, in order.
    pub warned: Vec<RefusedLine>,
}

impl Contents {
    /// How many lines there are, without blank ones.
    pub fn lines(&self) -> usize {
        self.refused.len() + self.cases.iter().map(|case| case.actions.len()).sum::<usize>()
    }
}

/// The lines of a file, or of a piece of it, as they were read, each kind in order.
#[derive(Default)]
struct Lines {
    actions: Vec<(usize, Action)>,
    refused: Vec<RefusedLine>,
    warned: Vec<RefusedLine>,
    /// The flaws so far. A line of two bytes may have flaws of a thousand, and a file a million such lines.
    flaws: HashSet<Arc<[Refusal]>>,
}

impl Lines {
    /// How many lines were read.
    const fn count(&self) -> usize {
        self.actions.len() + self.refused.len()
    }

    fn add(&mut self, line: usize, read: Result<Action, Flaws>) {
        match read {
            Ok(action) => self.actions.push((line, action)),
            Err(flaws) => {
                let flaws = self.share(flaws);
                self.refused.push(RefusedLine { line, flaws });
            }
        }
    }

    fn warn(&mut self, line: usize, warning: Refusal) {
        self.warned.push(RefusedLine { line, flaws: [warning].into() });
    }

    fn share(&mut self, flaws: Flaws) -> Arc<[Refusal]> {
        if let Some(same) = self.flaws.get(&*flaws) {
            return Arc::clone(same);
        }
        let flaws: Arc<[Refusal]> = flaws.into();
        self.flaws.insert(Arc::clone(&flaws));
        flaws
    }
}

/// The bytes of a file; `-` is standard input.
///
/// # Errors
/// If the file cannot be opened or read.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|mut file| {
            bytes.reserve_exact(usize::try_from(file.metadata()?.len()).unwrap_or(0));
            file.read_to_end(&mut bytes)
        })
    };
    read.map_err(|error| Unreadable::Io { file: shown(path), error })?;
    Ok(bytes)
}

/// Reads the lines of a file; `-` is standard input. The format is recognised from the content.
///
/// # Errors
/// If the file cannot be read at all. A bad line is in [`Contents::refused`] instead.
pub fn read(path: &Path) -> Result<Contents, Unreadable> {
    let bytes = bytes(path)?;
    let form = Form::of(&bytes, path).and_then(|form| parse(&bytes, form));
    form.map_err(|what| Unreadable::Form { file: shown(path), what })
}

/// Reads one action, a JSON object.
///
/// # Errors
/// All that is wrong with it.
pub fn action(object: &[u8]) -> Result<Action, Flaws> {
    jsonl::action(object)
}

/// The name of a file for messages.
pub fn shown(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { plain(&path.display().to_string()).into_owned() }
}

/// Reads lines from bytes.
///
/// # Errors
/// If no line could be read: what was found and what to do.
pub fn parse(bytes: &[u8], form: Form) -> Result<Contents, FileFlaw> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(FileFlaw::Utf16);
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = match form {
        Form::JsonLines => jsonl::lines(text, jsonl::action),
        Form::Exported => jsonl::lines(text, jsonl::exported),
        Form::Csv => vec![csv::lines(text)?],
        Form::Workbook => vec![workbook::lines(bytes)?],
    };
    Ok(by_case(lines))
}

fn by_case(pieces: Vec<Lines>) -> Contents {
    let mut contents = Contents::default();
    let mut places: HashMap<CaseRef, usize> = HashMap::new();
    for Lines { actions, mut refused, mut warned, .. } in pieces {
        contents.refused.append(&mut refused);
        contents.warned.append(&mut warned);
        for (line, action) in actions {
            let place = places.get(&action.case).copied().unwrap_or_else(|| {
                places.insert(action.case.clone(), contents.cases.len());
                contents.cases.push(CaseLines { case: action.case.clone(), lines: Vec::new(), actions: Vec::new() });
                contents.cases.len() - 1
            });
            let case = &mut contents.cases[place];
            case.lines.push(line);
            case.actions.push(action);
        }
    }
    contents
}

fn too_long(length: usize) -> Refusal {
    Refusal::new(Code::LineTooLong).found(length.to_string()).expected(LONGEST_LINE.to_string())
}
