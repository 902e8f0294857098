//! `kamnot send`: sends files of actions to `kamnot serve` over NATS, for an office that has no access to the log.
//!
//! Invariant: as with an import, every line is recorded, known already, or refused with its number. The actions of a
//! case are sent together, its opening first.

use std::collections::HashSet;
use std::path::Path;

use engine::action::{Action, ActionId, ActionName};
use nats::sender::Sender;
use projections::subjects::Asks;
use service::files::{self, CaseLines, Contents, RefusedLine};
use service::intake::reply::Reply;
use service::verdict::{Outcome, Said};

use super::arguments::{Common, ImportForm, Send};
use super::database::run as block_on;
use super::output::{self, Failure, unreadable};
use super::progress;
use super::tally::{Report, Tally};

/// The largest request, in actions and in bytes; a single longer action is sent alone.
const BATCH: (usize, usize) = (500, 256 << 10);

/// One request.
#[derive(Debug, Default)]
struct Batch {
    payload: Vec<u8>,
    /// The line of each action in the file, and the number of its case in the file.
    lines: Vec<(usize, usize)>,
}

/// `kamnot send`
pub(super) fn run(common: &Common, own: &Send) -> Result<output::Completion, Failure> {
    let files: Vec<(&Path, Contents)> = own
        .files
        .iter()
        .map(|file| Ok((file.as_path(), files::read(file).map_err(unreadable(common.lang))?)))
        .collect::<Result<_, Failure>>()?;
    let nowhere = || Failure::Refused("give the NATS server with --nats, or set KAMNOT_NATS".to_owned());
    let mut sender = Sender::new(own.nats.servers()?.ok_or_else(nowhere)?, own.office.clone());
    let mut report = Report::new(common.lang, false, own.format == ImportForm::Json);
    block_on(async {
        for (file, contents) in files {
            let tally = send(&mut sender, file, contents, &report).await?;
            report.add(file, tally);
        }
        report.end()
    })
}

async fn send(sender: &mut Sender, file: &Path, contents: Contents, report: &Report) -> Result<Tally, Failure> {
    let bar = progress::bar(contents.lines() - contents.refused.len(), "actions");
    let mut tally = report.tally(contents.refused);
    tally.warned = contents.warned;
    let mut cases = HashSet::new();
    for batch in batches(contents.cases) {
        let sent = match sender.send(Asks::Actions, &batch.payload).await {
            Ok(reply) => tally.take(&batch, reply, &mut cases),
            Err(fault) => Err(fault.to_string()),
        };
        sent.map_err(|reason| interrupted(file, &tally, &reason))?;
        bar.inc(batch.lines.len() as u64);
    }
    bar.finish_and_clear();
    tally.cases = cases.len();
    Ok(tally)
}

/// Divides the actions of all cases into requests; those of a case stay together if they fit into one request.
fn batches(cases: Vec<CaseLines>) -> Vec<Batch> {
    let mut batches = vec![Batch::default()];
    for (case, CaseLines { lines, actions, .. }) in cases.into_iter().enumerate() {
        let mut of_the_case: Vec<(usize, Action)> = lines.into_iter().zip(actions).collect();
        of_the_case.sort_by_key(|(_, action)| action.name != ActionName::CaseOpened);
        let written: Vec<(usize, String)> = of_the_case.iter().map(|(line, action)| (*line, written(action))).collect();
        let size = written.iter().map(|(_, text)| text.len()).sum();
        let mut begin = !batches.last().is_some_and(|batch| batch.has_room_for(written.len(), size));
        for (line, text) in written {
            begin |= !batches.last().is_some_and(|batch| batch.has_room_for(1, text.len()));
            if std::mem::take(&mut begin) {
                batches.push(Batch::default());
            }
            if let Some(batch) = batches.last_mut() {
                batch.payload.extend_from_slice(text.as_bytes());
                batch.lines.push((line, case));
            }
        }
    }
    batches.retain(|batch| !batch.lines.is_empty());
    batches
}

fn written(action: &Action) -> String {
    let mut text = String::with_capacity(256);
    action.to_json().write(&mut text);
    text.push('\n');
    text
}

impl Batch {
    fn has_room_for(&self, actions: usize, bytes: usize) -> bool {
        self.lines.is_empty() || (self.lines.len() + actions <= BATCH.0 && self.payload.len() + bytes <= BATCH.1)
    }
}

impl Tally {
    /// Adds the outcome of a request; otherwise why the outcome of a part of it is unknown.
    fn take(&mut self, batch: &Batch, reply: Reply, cases: &mut HashSet<usize>) -> Result<(), String> {
        if let Some(error) = reply.error {
            return Err(error.reason);
        }
        for answered in reply.lines {
            let place = answered.line.checked_sub(1).and_then(|place| batch.lines.get(place));
            let Some(&(line, case)) = place else { continue };
            match answered.outcome {
                Outcome::Recorded | Outcome::Known => {
                    let id = ActionId(answered.id.unwrap_or_default());
                    let warnings = answered.warnings.iter().map(Said::refusal).collect();
                    self.count(line, answered.outcome, id, warnings);
                    cases.insert(case);
                }
                Outcome::Refused => self.refused.push(RefusedLine { line, flaws: answered.flaws().into() }),
                Outcome::Again => {}
            }
        }
        if reply.again > 0 {
            return Err(format!("whether {} actions were recorded is unknown", reply.again));
        }
        Ok(())
    }
}

fn interrupted(file: &Path, tally: &Tally, reason: &str) -> Failure {
    Failure::Fault(format!(
        "{}: {reason}\n{} of its actions were recorded before and {} were known already; send the file again once this \
         is fixed: recorded actions are skipped.",
        files::shown(file),
        tally.recorded,
        tally.known,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::files::{Form, parse};

    #[test]
    fn the_actions_of_a_case_go_together_and_its_opening_first() {
        let line = |case: usize, n: usize| {
            format!("{{\"case\":\"C-{case}\",\"action\":\"medical_check\",\"at\":\"2026-01-02\",\"by\":\"o-{n}\"}}\n")
        };
        let mut text: String = (0..300).map(|n| line(1, n)).chain((0..300).map(|n| line(2, n))).collect();
        text.push_str(r#"{"case":"C-2","action":"case_opened","at":"2026-01-01","by":"o","court":"c","prosecutor":"p","investigator":"i","child":{"ref":"1","birth_date":null},"offences":[{"class":"minor","penalty_months":{"min":1,"max":2},"committed_on":"2026-01-01","serious":false}]}"#);
        text.push('\n');
        text.extend((0..1_100).map(|n| line(3, n)));
        let contents = parse(text.as_bytes(), Form::JsonLines).expect("lines");
        assert!(contents.refused.is_empty());
        let batches = batches(contents.cases);
        let sizes: Vec<usize> = batches.iter().map(|batch| batch.lines.len()).collect();
        assert_eq!(sizes, [300, 301, 500, 500, 100]);
        assert_eq!(batches[1].lines[0], (601, 1), "the opening, though it is the last line of its case");
        let mut lines: Vec<usize> = batches.iter().flat_map(|batch| &batch.lines).map(|(line, _)| *line).collect();
        lines.sort_unstable();
        assert_eq!(lines, (1..=1_701).collect::<Vec<_>>());
        assert!(
            batches
                .iter()
                .all(|batch| batch.payload.split_inclusive(|byte| *byte == b'\n').count() == batch.lines.len())
        );
    }
}
