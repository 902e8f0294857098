//! `kamnot export`: the recorded actions with their ids, record times and senders, as a file that can be imported.
//!
//! Invariant: the file gets its name only once the export is complete.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use engine::action::CaseRef;
use engine::case::Fact;
use engine::json::Json;
use service::files::{SEALED, shown};
use store::{Fault, LogStore, Position, Stored};
use tempfile::NamedTempFile;

use super::arguments::{Common, Export};
use super::database::{Database, run as block_on};
use super::output::{Completion, Failure, plural, print_out};
use super::progress;

/// How many events are read at a time.
const PAGE: usize = 8192;

/// `kamnot export`
pub(super) fn run(common: &Common, own: &Export) -> Result<Completion, Failure> {
    let database = Database::open_to_read(common)?;
    let store = database.store.as_ref();
    let Some(path) = &own.to else {
        write(store, &mut BufWriter::new(io::stdout().lock()), Failure::from)?;
        return Ok(Completion::Done);
    };
    let failed = |error: io::Error| Failure::Fault(format!("{}: cannot be written: {error}", shown(path)));
    let taken = || Failure::Refused(format!("{} exists already; name another file", shown(path)));
    if path.symlink_metadata().is_ok() {
        return Err(taken());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Readable by its owner alone, and removed unless it becomes the export.
    let mut unfinished = NamedTempFile::new_in(folder).map_err(failed)?;
    let Exported { actions, cases } = write(store, &mut BufWriter::new(&mut unfinished), failed)?;
    unfinished.as_file().sync_all().map_err(failed)?;
    unfinished.persist_noclobber(path).map_err(|error| match error.error {
        error if error.kind() == io::ErrorKind::AlreadyExists => taken(),
        error => failed(error),
    })?;
    // The name, too, must survive a power cut.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    print_out(&format!(
        "{}: {actions} {} of {cases} {} written. The file contains personal data, as the log does: keep it as safe.\n",
        shown(path),
        plural(actions, "action", "actions"),
        plural(cases, "case", "cases"),
    ))?;
    Ok(Completion::Done)
}

/// The counts of what was written.
struct Exported {
    actions: usize,
    cases: usize,
}

fn write(
    store: &dyn LogStore,
    out: &mut impl Write,
    failed: impl Fn(io::Error) -> Failure,
) -> Result<Exported, Failure> {
    let (mut after, mut actions, mut cases) = (Position(0), 0, BTreeSet::new());
    let bar = progress::bar(0, "events");
    bar.set_length(block_on(async { Ok(store.events().await?) })?);
    let sealed = block_on(async { Ok(sealed(store).await?) })?;
    loop {
        let page = block_on(async { Ok(store.log(after, PAGE).await?) })?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for stored in &page {
            if let Some(line) = line(stored, sealed.contains(&stored.case)) {
                out.write_all(line.as_bytes()).map_err(&failed)?;
                actions += 1;
                cases.insert(stored.case.clone());
            }
        }
        bar.inc(page.len() as u64);
    }
    out.flush().map_err(&failed)?;
    bar.finish_and_clear();
    Ok(Exported { actions, cases: cases.len() })
}

/// The line of an action; `None` for any other event. Of a sealed case it has what is derived of the child's age.
fn line(stored: &Stored, sealed: bool) -> Option<String> {
    let mut pairs = vec![("action".into(), stored.event.fact.action()?.to_json())];
    if sealed {
        pairs.extend(stored.event.derived_json().map(|derived| ("derived".into(), derived)));
    }
    pairs.push(("recorded_at".into(), Json::text(stored.event.recorded_at.to_string())));
    pairs.push(("recorded_by".into(), Json::text(stored.event.recorded_by.as_str())));
    if sealed {
        pairs.push((SEALED.into(), Json::Bool(true)));
    }
    let mut line = String::with_capacity(512);
    Json::Object(pairs).write(&mut line);
    line.push('\n');
    Some(line)
}

/// The cases that are sealed.
async fn sealed(store: &dyn LogStore) -> Result<BTreeSet<CaseRef>, Fault> {
    let (mut after, mut sealed) = (Position(0), BTreeSet::new());
    loop {
        let page = store.log(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(sealed) };
        after = last.position;
        let seals = page.iter().filter(|stored| matches!(stored.event.fact, Fact::CaseSealed(_)));
        sealed.extend(seals.map(|stored| stored.case.clone()));
    }
}
