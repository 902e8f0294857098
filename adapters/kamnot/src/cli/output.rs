//! The outcome of a command, and its output.

use std::io::{self, BufWriter, Write as _};
use std::sync::Arc;

use engine::refusal::Refusal;
use engine::rulebook::{Language, Rulebook};
use service::files::{RefusedLine, Unreadable};
use service::offices::{Offices, OfficesError};
use service::shown::plain;
use store::Fault;

use super::arguments::Common;

/// The outcome of a command that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Completion {
    /// Nothing was refused.
    Done,
    /// Something was refused, and reported.
    SomethingRefused,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// A refusal by the rules of the domain.
    #[error("{0}")]
    Refused(String),
    /// A fault: an I/O or server error, or damage.
    #[error("{0}")]
    Fault(String),
    /// The log cannot be read or written.
    #[error("{0}")]
    Store(Fault),
    /// The reader of the output, for example `head`, has closed it.
    #[error("the output was closed")]
    NobodyReads,
}

impl Failure {
    /// 1 for a refusal, 2 for a fault.
    pub(super) const fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) => 1,
            Self::Fault(_) | Self::Store(_) | Self::NobodyReads => 2,
        }
    }
}

/// The end of a list that lacks only damaged cases.
pub(super) fn complete(damaged: Vec<Fault>) -> Result<Completion, Failure> {
    if damaged.is_empty() {
        return Ok(Completion::Done);
    }
    let mut lines = vec!["the list is incomplete; it has everything that could be read".to_owned()];
    lines.extend(damaged.into_iter().map(|fault| fault.to_string()));
    Err(Failure::Fault(lines.join("\n")))
}

/// Names damaged events, which cannot be rebuilt; `then` says what happened to everything else, and what to do.
pub(super) fn said_of_damage(damage: &[String], then: &str) -> Result<Completion, Failure> {
    if damage.is_empty() {
        return Ok(Completion::Done);
    }
    print_out(&(damage.join("\n") + "\n"))?;
    let problems = plural(damage.len(), "problem", "problems");
    Err(Failure::Fault(format!("{} {problems} with events of the log, see above; {then}", damage.len())))
}

impl From<io::Error> for Failure {
    /// A failure to print.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::NobodyReads
        } else {
            Self::Fault(format!("writing to standard output failed: {error}"))
        }
    }
}

/// The failure of a file that cannot be read, worded in a language.
pub(super) fn unreadable(language: Language) -> impl Fn(Unreadable) -> Failure {
    move |error| Failure::Fault(error.sentence(language))
}

/// Prints on standard output.
pub(super) fn print_out(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// The offices of the program and of the command line.
pub(super) fn offices(common: &Common) -> Result<Offices, Failure> {
    let offices = Offices::of_the_program();
    match &common.offices {
        Some(file) => offices.with_file(file).map_err(Failure::from),
        None => Ok(offices),
    }
}

/// The known offices, those of the program and of the file, if a file is given.
pub(super) fn known_offices(common: &Common) -> Result<Option<Offices>, Failure> {
    common.offices.as_ref().map(|_| offices(common)).transpose()
}

impl From<OfficesError> for Failure {
    fn from(error: OfficesError) -> Self {
        match error {
            OfficesError::Io { .. } => Self::Fault(error.to_string()),
            OfficesError::Line { .. } => Self::Refused(error.to_string()),
        }
    }
}

/// The rulebook named on the command line.
pub(super) fn rulebook(common: &Common) -> Result<Rulebook, Failure> {
    let Some(path) = &common.rulebook else { return Ok(Rulebook::law_05_na_2006()) };
    read_rulebook(path)
}

/// Reads and checks a rulebook file.
pub(super) fn read_rulebook(path: &std::path::Path) -> Result<Rulebook, Failure> {
    let name = path.display();
    let source = std::fs::read(path).map_err(|error| Failure::Fault(format!("{name}: cannot be read: {error}")))?;
    let source = String::from_utf8(source).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.split(|byte| *byte == b'\n').count();
        Failure::Refused(format!("{name}, line {line}: found bytes that are not UTF-8; save the file as UTF-8"))
    })?;
    Rulebook::parse(&source).map_err(|flaw| Failure::Refused(format!("{name}, line {}: {}", flaw.line, flaw.what)))
}

/// Prints refused lines on standard error, each flaw with its file and line. A closed standard error is ignored.
pub(super) fn print_refused(file: &str, refused: &[RefusedLine], language: Language) {
    let mut out = BufWriter::new(io::stderr().lock());
    // Many lines in a row may share their flaws.
    let mut last: Option<(&Arc<[Refusal]>, Vec<String>)> = None;
    for RefusedLine { line, flaws } in refused {
        let sentences = match last.take() {
            Some((same, sentences)) if Arc::ptr_eq(same, flaws) => sentences,
            _ => flaws.iter().map(|flaw| plain(&flaw.reason(language)).into_owned()).collect(),
        };
        for sentence in &sentences {
            if writeln!(out, "{file}:{line}: {sentence}").is_err() {
                return;
            }
        }
        last = Some((flaws, sentences));
    }
    let _ = out.flush();
}

pub(super) const fn plural(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}
