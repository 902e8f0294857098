//! `kamnot assess`: checks a file against the law as if all of it were recorded, without a log.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::num::NonZero;
use std::thread;

use engine::action::ActionName;
use engine::assess::Assessment;
use engine::calendar::Instant;
use engine::case::Case;
use engine::decide::{Verdict, admit, doubts};
use engine::rulebook::Rulebook;
use service::clock::{Clock as _, SystemClock};
use service::files::{self, CaseLines, Contents, RefusedLine};
use service::offices::Offices;

use super::arguments::{self, AssessFormat, Common};
use super::output::{Completion, Failure, known_offices, print_refused, rulebook, unreadable};
use super::progress;
use super::tally::print_warnings;
use super::time::full;

/// How many cases a thread takes at a time.
const BATCH: usize = 512;

pub(super) fn run(common: &Common, own: &arguments::Assess) -> Result<Completion, Failure> {
    let book = rulebook(common)?;
    let at = own.at.unwrap_or_else(|| SystemClock.now());
    let contents = files::read(&own.file).map_err(unreadable(common.lang))?;
    let Contents { mut cases, mut refused, mut warned } = contents;
    cases.sort_unstable_by(|a, b| a.case.cmp(&b.case));
    let law = Law { book: &book, at, format: own.format, offices: known_offices(common)? };
    let batches = assess_all(&cases, &law);
    let printed = print(&batches, own.format);
    for batch in batches {
        refused.extend(batch.refused);
        warned.extend(batch.warned);
    }
    refused.sort_unstable_by_key(|refused| refused.line);
    warned.sort_unstable_by_key(|warned: &RefusedLine| warned.line);
    let file = files::shown(&own.file);
    print_refused(&file, &refused, common.lang);
    print_warnings(&file, &warned, common.lang);
    if !matches!(printed, Err(Failure::NobodyReads)) {
        printed?;
    }
    Ok(if refused.is_empty() { Completion::Done } else { Completion::SomethingRefused })
}

/// What is needed to assess the cases and print the results.
struct Law<'a> {
    book: &'a Rulebook,
    at: Instant,
    format: AssessFormat,
    /// The known offices, if a file of them is given.
    offices: Option<Offices>,
}

/// The result of a batch of cases.
#[derive(Default)]
struct Batch {
    printed: String,
    refused: Vec<RefusedLine>,
    warned: Vec<RefusedLine>,
}

/// Assesses the cases on all cores; the batches are in the order of the cases.
fn assess_all(cases: &[CaseLines], law: &Law<'_>) -> Vec<Batch> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let bar = progress::bar(cases.len(), "cases");
    let assess = |cases: &[CaseLines]| {
        let batch = assess_batch(cases, law);
        bar.inc(cases.len() as u64);
        batch
    };
    let share = |first: usize| -> Vec<(usize, Batch)> {
        let batches = cases.chunks(BATCH).enumerate().skip(first).step_by(threads);
        batches.map(|(nth, cases)| (nth, assess(cases))).collect()
    };
    let mut batches: Vec<(usize, Batch)> = thread::scope(|scope| {
        let share = &share;
        let others: Vec<_> = (1..threads).map(|first| scope.spawn(move || share(first))).collect();
        let mut all = share(0);
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    });
    bar.finish_and_clear();
    batches.sort_unstable_by_key(|(nth, _)| *nth);
    batches.into_iter().map(|(_, batch)| batch).collect()
}

fn assess_batch(cases: &[CaseLines], law: &Law<'_>) -> Batch {
    let Law { book, at, format, offices } = law;
    let (mut batch, nothing) = (Batch::default(), Case::default());
    for case in cases {
        let verdicts = admit(&nothing, &case.actions, None, book);
        let doubts = doubts(&nothing, &case.actions, &verdicts);
        for (((&line, action), verdict), mut flaws) in case.lines.iter().zip(&case.actions).zip(&verdicts).zip(doubts) {
            if let Verdict::Refused(flaws) = verdict {
                batch.refused.push(RefusedLine { line, flaws: flaws.as_slice().into() });
                continue;
            }
            flaws.extend(offices.iter().flat_map(|offices| offices.doubts(action)));
            if !flaws.is_empty() {
                batch.warned.push(RefusedLine { line, flaws: flaws.into() });
            }
        }
        let accepted = case.actions.iter().zip(&verdicts).filter(|(_, verdict)| **verdict == Verdict::Accepted);
        let Some(assessment) = engine::assess::assess(accepted.map(|(action, _)| action), book, *at) else { continue };
        match format {
            AssessFormat::Table => block(&assessment, book, &mut batch.printed),
            AssessFormat::Json => {
                if !batch.printed.is_empty() {
                    batch.printed.push_str(",\n");
                }
                assessment.write_json(book, &mut batch.printed);
            }
            AssessFormat::Jsonl => {
                assessment.write_json(book, &mut batch.printed);
                batch.printed.push('\n');
            }
        }
    }
    batch
}

fn print(batches: &[Batch], format: AssessFormat) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = batches.iter().map(|batch| batch.printed.as_str()).filter(|printed| !printed.is_empty());
    if format == AssessFormat::Json {
        out.write_all(b"[")?;
        for (nth, printed) in written.enumerate() {
            out.write_all(if nth == 0 { b"\n" } else { b",\n" })?;
            out.write_all(printed.as_bytes())?;
        }
        out.write_all(b"\n]\n")?;
    } else {
        for printed in written {
            out.write_all(printed.as_bytes())?;
        }
    }
    out.flush()?;
    Ok(())
}

/// A case for people: open and breached limits, and failed conditions.
fn block(assessment: &Assessment<'_>, book: &Rulebook, out: &mut String) {
    let case = assessment.timeline.entries().first().map_or("", |entry| entry.action.case.as_str());
    let _ = writeln!(out, "{case}");
    let none = assessment.deadlines.is_empty() && assessment.findings.is_empty();
    if none {
        out.push_str("  no limit runs and nothing was found\n");
    }
    for deadline in &assessment.deadlines {
        let state = match (deadline.breach(assessment.at), deadline.done_by()) {
            (Some(breach), _) => breach.word(),
            (None, Some(by)) if assessment.timeline.entries()[by].name == ActionName::CaseClosed => "closed",
            (None, Some(_)) => "done",
            (None, None) => "open",
        };
        let latest = deadline.latest().map_or_else(|| "no limit".to_owned(), full);
        let _ = writeln!(
            out,
            "  {state:<9} {:<28} Art. {:<7} {:<13} {} … {latest}",
            deadline.rule.word(),
            book.article(&deadline.rule),
            deadline.owed_by.word(),
            full(deadline.earliest()),
        );
    }
    for finding in &assessment.findings {
        let entry = &assessment.timeline.entries()[finding.action];
        let _ = writeln!(
            out,
            "  {:<9} {:<28} Art. {:<7} {:<13} {} of {}",
            finding.breach.word(),
            finding.rule.word(),
            book.article(&finding.rule),
            finding.owed_by.word(),
            entry.name,
            entry.action.at,
        );
    }
    if !assessment.not_on_record.is_empty() {
        let _ = match assessment.not_on_record.len() {
            1 => writeln!(out, "  1 fact that the rules ask for is not on record"),
            many => writeln!(out, "  {many} facts that the rules ask for are not on record"),
        };
    }
}
