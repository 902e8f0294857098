//! `kamnot export`: the recorded actions with their ids, record times and senders, as a file that can be imported.
//!
//! Invariant: under the file's name there is only ever a whole export.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};

use engine::json::Json;

use super::arguments::{Common, Export};
use super::database::{Absent, Database, run as block_on};
use super::output::{Failure, Outcome, print_out};
use super::progress;
use super::tally::plural;
use crate::files::shown;
use store::{LogStore, Position, Stored};

/// How many events are read at a time.
const PAGE: usize = 8192;

/// `kamnot export`
pub(super) fn run(common: &Common, own: &Export) -> Result<Outcome, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let store = database.store.as_ref();
    let Some(path) = &own.to else {
        write(store, &mut BufWriter::new(io::stdout().lock()))?;
        return Ok(Outcome::Done);
    };
    if path.exists() {
        return Err(Failure::Refused(format!("{} is there already; name another file", shown(path))));
    }
    let mut part = path.clone().into_os_string();
    part.push(".part");
    let of_file = |error: io::Error| Failure::Fault(format!("{}: can't be written: {error}", shown(path)));
    let written = File::create(&part).map_err(of_file).and_then(|file| {
        let mut out = BufWriter::new(file);
        let written = write(store, &mut out)?;
        let file = out.into_inner().map_err(|error| of_file(error.into_error()))?;
        file.sync_all().and_then(|()| fs::hard_link(&part, path)).map_err(of_file)?;
        Ok(written)
    });
    let _ = fs::remove_file(&part);
    let Exported { actions, cases } = written?;
    print_out(&format!(
        "{}: {actions} {} of {cases} {} written. The file holds personal data, as the log does: keep it as safe.\n",
        shown(path),
        plural(actions, "action", "actions"),
        plural(cases, "case", "cases"),
    ))?;
    Ok(Outcome::Done)
}

/// What was written.
struct Exported {
    actions: usize,
    cases: usize,
}

fn write(store: &dyn LogStore, out: &mut impl Write) -> Result<Exported, Failure> {
    let (mut after, mut actions, mut cases) = (Position(0), 0, BTreeSet::new());
    let bar = progress::bar(0, "events");
    bar.set_length(block_on(async { Ok(store.events().await?) })?);
    loop {
        let page = block_on(async { Ok(store.log(after, PAGE).await?) })?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for stored in &page {
            if let Some(line) = line(stored) {
                out.write_all(line.as_bytes())?;
                actions += 1;
                cases.insert(stored.case.clone());
            }
        }
        bar.inc(page.len() as u64);
    }
    out.flush()?;
    bar.finish_and_clear();
    Ok(Exported { actions, cases: cases.len() })
}

/// The line of an action; none of an alert.
fn line(stored: &Stored) -> Option<String> {
    let object = Json::Object(vec![
        ("action".into(), stored.event.fact.action()?.to_json()),
        ("recorded_at".into(), Json::text(stored.event.recorded_at.to_string())),
        ("recorded_by".into(), Json::text(stored.event.recorded_by.as_str())),
    ]);
    let mut line = String::with_capacity(512);
    object.write(&mut line);
    line.push('\n');
    Some(line)
}
