//! The outcome of the lines of a file: refusals on standard error and a summary for people, JSON for programs.
//!
//! Invariant: closed output stops nothing and changes no exit code.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use engine::action::ActionId;
use engine::case::Fact;
use engine::decide::Verdict;
use engine::refusal::{Code, Flaws};
use engine::rulebook::Language;
use projections::labels::Label;
use serde::{Serialize, Serializer};
use service::files::{self, RefusedLine};
use service::recorder::Recorded;
use service::shown::plain;
use service::verdict::{self, LineVerdict};

use super::output::{Completion, Failure, plural, print_out, print_refused};

/// For how many lines a kind of warning is printed; for more, only the number of lines is.
const FIRST: usize = 20;

/// The outcome of the lines of a file.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub recorded: usize,
    pub known: usize,
    pub cases: usize,
    /// The alerts raised, settled and withdrawn.
    pub alerts: [usize; 3],
    pub refused: Vec<RefusedLine>,
    /// The warnings about recorded lines.
    pub warned: Vec<RefusedLine>,
    /// The recorded and known lines, if JSON was asked for.
    pub good: Option<Vec<GoodLine>>,
}

/// A line that is recorded or known, with its outcome and its action.
type GoodLine = (usize, verdict::Outcome, ActionId);

impl Tally {
    /// Adds the outcome of a case's actions; `named` are the warnings about their office codes.
    pub fn add(&mut self, lines: &[(usize, ActionId)], named: Vec<Flaws>, recorded: Recorded) {
        if recorded.verdicts.iter().any(|verdict| !matches!(verdict, Verdict::Refused(_))) {
            self.cases += 1;
        }
        let warnings = named.into_iter().chain(std::iter::repeat(Flaws::new())).zip(recorded.warnings);
        for ((&(line, id), verdict), (named, more)) in lines.iter().zip(recorded.verdicts).zip(warnings) {
            let outcome = match verdict {
                Verdict::Accepted => verdict::Outcome::Recorded,
                Verdict::Known => verdict::Outcome::Known,
                Verdict::Refused(flaws) => {
                    self.refused.push(RefusedLine { line, flaws: flaws.into() });
                    continue;
                }
            };
            self.count(line, outcome, id, [named, more].concat());
        }
        for event in &recorded.events {
            match event.fact {
                Fact::ActionRecorded(_) | Fact::AlertHandled(_) | Fact::ActionConfirmed(_) | Fact::CaseSealed(_) => {}
                Fact::AlertRaised(_) => self.alerts[0] += 1,
                Fact::AlertSettled(_) => self.alerts[1] += 1,
                Fact::AlertWithdrawn(_) => self.alerts[2] += 1,
            }
        }
    }

    /// Counts a recorded or known line.
    pub fn count(&mut self, line: usize, outcome: verdict::Outcome, id: ActionId, warnings: Flaws) {
        match outcome {
            verdict::Outcome::Recorded => self.recorded += 1,
            _ => self.known += 1,
        }
        if let Some(good) = &mut self.good {
            good.push((line, outcome, id));
        }
        if !warnings.is_empty() {
            self.warned.push(RefusedLine { line, flaws: warnings.into() });
        }
    }

    /// Sorts the lines by number.
    pub fn sort(&mut self) {
        self.refused.sort_unstable_by_key(|refused| refused.line);
        self.warned.sort_unstable_by_key(|warned| warned.line);
        if let Some(good) = &mut self.good {
            good.sort_unstable_by_key(|(line, _, _)| *line);
        }
    }

    fn outcome(&self) -> Completion {
        if self.refused.is_empty() { Completion::Done } else { Completion::SomethingRefused }
    }

    /// The lines for JSON, one by one: in words, a refused line may take a thousand times what it takes in the file.
    fn lines(&self, language: Language) -> impl Iterator<Item = LineVerdict> {
        let good = self.good.iter().flatten().map(|good| (good.0, Ok(good)));
        let refused = self.refused.iter().map(|refused| (refused.line, Err(refused)));
        let mut lines: Vec<(usize, Result<&GoodLine, &RefusedLine>)> = good.chain(refused).collect();
        lines.sort_by_key(|(line, _)| *line);
        let mut warned = self.warned.iter().peekable();
        lines.into_iter().map(move |(number, line)| {
            let mut verdict = match line {
                Ok((_, outcome, id)) => LineVerdict::new(number, *outcome, Some(id.0)),
                Err(refused) => LineVerdict::refused(number, None, &refused.flaws, language),
            };
            while let Some(warning) = warned.next_if(|warning| warning.line <= number) {
                if warning.line == number {
                    verdict.warnings = verdict::Said::all(&warning.flaws, language);
                }
            }
            verdict
        })
    }
}

/// Reports the outcome of files, one after the other, and of the command.
pub(super) struct Report {
    language: Language,
    pub all_or_nothing: bool,
    /// The JSON to print at the end, if it was asked for.
    json: Option<Vec<OfFile>>,
    outcome: Completion,
    printed: Result<(), Failure>,
}

#[derive(Serialize)]
struct OfFile {
    file: String,
    recorded: usize,
    known: usize,
    refused: usize,
    cases: usize,
    lines: LinesOf,
}

/// The lines of a file, put into words only as they are printed.
struct LinesOf {
    tally: Tally,
    language: Language,
}

impl Serialize for LinesOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.tally.lines(self.language))
    }
}

impl Report {
    /// A report for people, or in JSON.
    pub const fn new(language: Language, all_or_nothing: bool, json: bool) -> Self {
        let json = if json { Some(Vec::new()) } else { None };
        Self { language, all_or_nothing, json, outcome: Completion::Done, printed: Ok(()) }
    }

    /// An empty tally for this report.
    pub fn tally(&self, refused: Vec<RefusedLine>) -> Tally {
        Tally { refused, good: self.json.as_ref().map(|_| Vec::new()), ..Tally::default() }
    }

    /// Reports the outcome of a file.
    pub fn add(&mut self, file: &Path, mut tally: Tally) {
        tally.sort();
        let name = files::shown(file);
        print_refused(&name, &tally.refused, self.language);
        print_warnings(&name, &tally.warned, self.language);
        if tally.outcome() == Completion::SomethingRefused {
            self.outcome = Completion::SomethingRefused;
        }
        match &mut self.json {
            Some(json) => {
                let Tally { recorded, known, cases, .. } = tally;
                let (refused, lines) = (tally.refused.len(), LinesOf { tally, language: self.language });
                json.push(OfFile { file: name, recorded, known, refused, cases, lines });
            }
            None if self.printed.is_ok() => {
                self.printed = print_out(&summary(&name, &tally, self.all_or_nothing, self.language));
            }
            None => {}
        }
    }

    /// The outcome of the command.
    pub fn end(self) -> Result<Completion, Failure> {
        let printed = match self.json {
            Some(files) => print_json(&files).map_err(Failure::from),
            None => self.printed,
        };
        match printed {
            Ok(()) | Err(Failure::NobodyReads) => Ok(self.outcome),
            Err(failure) => Err(failure),
        }
    }
}

fn print_json(files: &[OfFile]) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    serde_json::to_writer(&mut out, files)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Prints warnings on standard error: each kind for the first lines, then how many lines have it.
pub(super) fn print_warnings(file: &str, warned: &[RefusedLine], language: Language) {
    // How many lines have it, and the last of them.
    let mut of_kind: BTreeMap<Code, (usize, Option<usize>)> = BTreeMap::new();
    let mut out = BufWriter::new(io::stderr().lock());
    let word = Label::Warning.of(language);
    for (line, warning) in warned.iter().flat_map(|warned| warned.flaws.iter().map(|flaw| (warned.line, flaw))) {
        let (count, last) = of_kind.entry(warning.code).or_default();
        *count += usize::from(last.replace(line) != Some(line));
        if *count <= FIRST {
            let _ = writeln!(out, "{file}:{line}: {word}: {}", plain(&warning.reason(language)));
        }
    }
    for (code, (lines, _)) in of_kind.into_iter().filter(|(_, (lines, _))| *lines > FIRST) {
        let more = lines - FIRST;
        let said = match language {
            Language::En => {
                let are = plural(more, "is", "are");
                format!("{lines} lines in all have this warning ({code}); {more} of them {are} not shown")
            }
            Language::Lo => format!("ທັງໝົດ {lines} ແຖວມີຄຳເຕືອນນີ້ ({code}); ບໍ່ໄດ້ສະແດງ {more} ແຖວ"),
        };
        let _ = writeln!(out, "{file}: {word}: {said}");
    }
    let _ = out.flush();
}

/// The outcome of a file, in one line.
fn summary(file: &str, tally: &Tally, all_or_nothing: bool, language: Language) -> String {
    let refused = tally.refused.len();
    // Another program may have recorded something after every line had been accepted.
    let nothing = all_or_nothing && refused > 0 && tally.recorded == 0;
    let text = match (language, nothing) {
        (Language::En, true) => {
            format!("nothing recorded, since {refused} of its lines were refused (--all-or-nothing)")
        }
        (Language::Lo, true) => format!("ບໍ່ໄດ້ບັນທຶກຫຍັງ ເພາະມີ {refused} ແຖວຖືກປະຕິເສດ (--all-or-nothing)"),
        (Language::En, false) => in_english(tally),
        (Language::Lo, false) => in_lao(tally),
    };
    format!("{file}: {text}\n")
}

fn in_english(tally: &Tally) -> String {
    let Tally { recorded, known, cases, alerts: [raised, settled, withdrawn], .. } = tally;
    let mut text = format!(
        "{recorded} {} recorded, {known} known already, {} refused; {cases} {}",
        plural(*recorded, "action", "actions"),
        tally.refused.len(),
        plural(*cases, "case", "cases"),
    );
    for (count, what) in [(raised, "raised"), (settled, "settled"), (withdrawn, "withdrawn")] {
        if *count > 0 {
            let _ = write!(text, "; {count} {} {what}", plural(*count, "alert", "alerts"));
        }
    }
    if !tally.warned.is_empty() {
        let lines = tally.warned.len();
        let _ = write!(text, "; {lines} {} with a warning", plural(lines, "line", "lines"));
    }
    text
}

fn in_lao(tally: &Tally) -> String {
    let Tally { recorded, known, cases, alerts: [raised, settled, withdrawn], .. } = tally;
    let refused = tally.refused.len();
    let mut text = format!("ບັນທຶກ {recorded} ການກະທຳ, ຮູ້ແລ້ວ {known}, ປະຕິເສດ {refused}; {cases} ຄະດີ");
    for (count, what) in [(raised, "ແຈ້ງເຕືອນໃໝ່"), (settled, "ແຈ້ງວ່າປະຕິບັດແລ້ວ"), (withdrawn, "ຖອນການແຈ້ງເຕືອນ")]
    {
        if *count > 0 {
            let _ = write!(text, "; {what} {count}");
        }
    }
    if !tally.warned.is_empty() {
        let _ = write!(text, "; {} ແຖວມີຄຳເຕືອນ", tally.warned.len());
    }
    text
}
