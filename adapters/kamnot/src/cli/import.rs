//! `kamnot import` and `kamnot record`: record actions from files and standard input.
//!
//! Invariant: each case's accepted actions are appended at once; every line is recorded, known already, or refused with
//! its number. What was recorded before a fault stays recorded, and importing again continues from there.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::action::{Action, ActionId, CaseRef, OfficeCode};
use engine::case::Event;
use engine::decide::{Alerts, Verdict, admit};
use engine::refusal::{Flaws, reasons};
use engine::rulebook::Language;
use futures::{StreamExt as _, TryStreamExt as _};
use projections::labels::Label;
use projections::message::text;
use service::clock::{Clock as _, SystemClock};
use service::files::{self, CaseLines, Contents, RefusedLine};
use service::offices::Offices;
use service::recorder::{Recorded, Recorder};
use service::watch::clock_doubt::alerts_beside;

use super::arguments::{Common, Import, ImportForm, Record};
use super::database::{Absent, Database, run as block_on};
use super::in_force::known_in_force;
use super::output::{Completion, Failure, print_out, unreadable};
use super::progress;
use super::prompt::on_the_terminal;
use super::tally::{Report, Tally, print_warnings};

/// How many cases are recorded concurrently: while the store writes some in one transaction, the next ones gather.
const IN_FLIGHT: usize = 768;

/// How actions are recorded.
#[derive(Clone, Debug)]
struct How {
    by: Option<OfficeCode>,
    alerts: Alerts,
    /// The known offices, if a file of them is given.
    offices: Option<Offices>,
}

impl How {
    /// While a `serve` on the same log has the clock in doubt, alerts are held back.
    fn new(common: &Common, database: &Database, by: Option<OfficeCode>, as_history: bool) -> Result<Self, Failure> {
        let beside = block_on(async { Ok(alerts_beside(database.store.as_ref()).await?) })?;
        let alerts = match (beside, as_history) {
            (Alerts::HeldBack, true) => {
                return Err(Failure::Fault(
                    "the clock is in doubt, so old limits cannot be told from new ones; set the clock right, or run \
                     `kamnot clock confirm`, and import again"
                        .to_owned(),
                ));
            }
            (_, true) => Alerts::RaisedAsHistory,
            (beside, false) => beside,
        };
        if alerts == Alerts::HeldBack {
            tracing::warn!("the clock is in doubt: actions are recorded, alerts are held back until it is confirmed");
        }
        Ok(Self { by, alerts, offices: known_in_force(common, database)? })
    }

    /// The warnings about each action's office codes.
    fn doubts(&self, actions: &[Action]) -> Vec<Flaws> {
        self.offices.iter().flat_map(|offices| actions.iter().map(|action| offices.doubts(action))).collect()
    }
}

/// `kamnot import`
pub(super) fn import(common: &Common, own: &Import) -> Result<Completion, Failure> {
    let files: Vec<(&PathBuf, Contents)> = own
        .files
        .iter()
        .map(|file| Ok((file, files::read(file).map_err(unreadable(common.lang))?)))
        .collect::<Result<_, Failure>>()?;
    let database = Database::open_to_import(common)?;
    let how = How::new(common, &database, own.by.clone(), own.as_history)?;
    let mut report = Report::new(common.lang, own.all_or_nothing, own.format == ImportForm::Json);
    block_on(async {
        for (file, contents) in files {
            let tally = import_file(&database, file, contents, &how, &report).await?;
            report.add(file, tally);
        }
        report.end()
    })
}

async fn import_file(
    database: &Database,
    file: &Path,
    mut contents: Contents,
    how: &How,
    report: &Report,
) -> Result<Tally, Failure> {
    if report.all_or_nothing {
        let mut refused = std::mem::take(&mut contents.refused);
        refused.extend(would_be_refused(database, &contents).await?);
        if !refused.is_empty() {
            return Ok(report.tally(refused));
        }
    }
    let recorder = database.recorder().await?;
    let bar = progress::bar(contents.lines() - contents.refused.len(), "actions");
    let mut tally = report.tally(contents.refused);
    tally.warned = contents.warned;
    let mut work = futures::stream::iter(contents.cases.into_iter().filter(|case| !case.actions.is_empty()))
        .map(|case| record_case(Arc::clone(&recorder), case, how))
        .buffer_unordered(IN_FLIGHT);
    while let Some(result) = work.next().await {
        let (lines, named, outcome) = result.map_err(|failure| interrupted(file, &tally, &failure))?;
        bar.inc(lines.len() as u64);
        tally.add(&lines, named, outcome);
    }
    bar.finish_and_clear();
    Ok(tally)
}

/// The result of recording a case: its lines, the warnings about their office codes, and the verdicts.
type OfCase = (Vec<(usize, ActionId)>, Vec<Flaws>, Recorded);

async fn record_case(recorder: Arc<Recorder>, case: CaseLines, how: &How) -> Result<OfCase, Failure> {
    let CaseLines { case, lines, actions } = case;
    let lines = lines.into_iter().zip(actions.iter().map(|action| action.id)).collect();
    let named = how.doubts(&actions);
    let outcome = recorder.record_and_tell_all(&case, actions, how.by.clone(), how.alerts).await?;
    Ok((lines, named, outcome))
}

/// A fault in the middle of a file: what was recorded and what to do.
fn interrupted(file: &Path, tally: &Tally, failure: &Failure) -> Failure {
    let before = match tally.recorded {
        0 => "Whether any of its actions was recorded is unknown".to_owned(),
        many => format!("At least {many} of its actions were recorded before"),
    };
    Failure::Fault(format!(
        "{}: {failure}\n{before}; import the file again once this is fixed: recorded actions are skipped.",
        files::shown(file),
    ))
}

/// The lines that would be refused, without recording anything.
async fn would_be_refused(database: &Database, contents: &Contents) -> Result<Vec<RefusedLine>, Failure> {
    let clock = SystemClock.now();
    let judged = futures::stream::iter(&contents.cases).map(|case| async move {
        let known = database.store.load(&case.case).await?;
        let verdicts = admit(&known, &case.actions, Some(clock), &database.book);
        let refused = case.lines.iter().zip(verdicts).filter_map(|(&line, verdict)| match verdict {
            Verdict::Refused(flaws) => Some(RefusedLine { line, flaws: flaws.into() }),
            Verdict::Accepted | Verdict::Known => None,
        });
        Ok::<_, Failure>(refused.collect::<Vec<_>>())
    });
    judged.buffer_unordered(IN_FLIGHT).try_concat().await
}

/// `kamnot record`
pub(super) fn record(common: &Common, own: &Record) -> Result<Completion, Failure> {
    let action = one_action(common.lang)?;
    let database = Database::open(common, Absent::Begin)?;
    let how = How::new(common, &database, own.by.clone(), own.as_history)?;
    let (case, id, name) = (action.case.clone(), action.id, action.name);
    let recorder = block_on(database.recorder())?;
    let named = how.doubts(std::slice::from_ref(&action));
    let outcome = block_on(async { Ok(recorder.record_and_tell_all(&case, vec![action], how.by, how.alerts).await?) })?;
    if !matches!(outcome.verdicts.first(), Some(Verdict::Refused(_))) {
        let flaws = named.into_iter().chain(outcome.warnings).flatten().collect();
        print_warnings("standard input", &[RefusedLine { line: 1, flaws }], common.lang);
    }
    match outcome.verdicts.into_iter().next() {
        Some(Verdict::Refused(flaws)) => return Err(refused(&reasons(&flaws, common.lang))),
        Some(Verdict::Known) => print_out(&format!("{case}: {name} {id} was recorded already; nothing changed\n"))?,
        Some(Verdict::Accepted) | None => {
            let alerts = alerts(&case, &outcome.events, &database, common.lang);
            print_out(&format!("{case}: {name} recorded as {id}\n{alerts}"))?;
        }
    }
    Ok(Completion::Done)
}

fn refused(what: &str) -> Failure {
    Failure::Refused(format!("standard input: {what}"))
}

fn one_action(language: Language) -> Result<Action, Failure> {
    if io::stdin().is_terminal() {
        return on_the_terminal(language);
    }
    let bytes = files::bytes(Path::new("-")).map_err(unreadable(language))?;
    let object = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes).trim_ascii();
    if object.is_empty() {
        return Err(refused(Label::NothingFound.of(language)));
    }
    files::action(object).map_err(|flaws| {
        let many = object.contains(&b'\n');
        let hint = if many { format!(" ({})", Label::ImportForMany.of(language)) } else { String::new() };
        refused(&format!("{}{hint}", reasons(&flaws, language)))
    })
}

/// The alerts raised by the recording, one sentence each.
fn alerts(case: &CaseRef, events: &[Event], database: &Database, language: Language) -> String {
    let mut out = String::new();
    for event in events {
        if let Some(sentence) = text(case, event, &database.book, language) {
            let _ = writeln!(out, "  {sentence}");
        }
    }
    out
}
