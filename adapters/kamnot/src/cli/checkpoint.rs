//! `kamnot checkpoint`: the newest signed checkpoint, the way of one to a witness on a stick and back, and the lines of the paper
//! register.

use std::fmt::Display;
use std::path::Path;

use chrono::{Datelike as _, Days, NaiveDate};
use engine::calendar::Instant;
use evidence::checkpoint;
use evidence::note::{LONGEST, Note};
use evidence::policy::Quorum;
use evidence::register::{Day, RegisterLine};
use evidence::tree::Plan;
use evidence::witness::AddCheckpoint;
use projections::catalogue::Word as _;
use service::clock::{Clock as _, SystemClock};
use service::witnesses::Witnesses;
use store::tree::Which;

use super::arguments::{Checkpoint, Common};
use super::database::{Absent, Database, run as block_on};
use super::files::{read, write};
use super::output::{Completion, Failure, print_out};
use super::said::Said;
use super::witnesses::policy;

/// `kamnot checkpoint`
pub(super) fn run(common: &Common, own: &Checkpoint) -> Result<Completion, Failure> {
    if let Some((file, of)) = own.cosigned.as_deref().zip(own.policy.as_deref()) {
        return bring_back(common, file, of);
    }
    let database = Database::open_to_read(common)?;
    let yesterday = || SystemClock.now().date() - Days::new(1);
    let day = own.register.then(|| own.day.unwrap_or_else(yesterday));
    let which = day.map_or(Which::Signed, |day| Which::SignedBy(Instant::last_of(day)));
    let found = block_on(async { Ok(database.store.last_checkpoint(which).await?) })?;
    let Some(note) = found.and_then(|checkpoint| checkpoint.note) else {
        return Err(Failure::Refused(Said::NoSignedCheckpoint.of(common.lang).to_owned()));
    };
    if let Some(file) = &own.for_witness {
        return for_witness(common, &database, &note, own.from, file);
    }
    let Some(day) = day else { return print_out(&note).map(|()| Completion::Done) };
    let line = line(day, &note).map_err(|why| Failure::Fault(format!("the last signed checkpoint: {why}")))?;
    print_out(&format!("{line}\n"))?;
    Ok(Completion::Done)
}

/// Writes a signed checkpoint, with the proof that it continues an earlier one, as a witness takes it.
fn for_witness(
    common: &Common,
    database: &Database,
    note: &str,
    from: u64,
    file: &Path,
) -> Result<Completion, Failure> {
    let strange = |why: String| Failure::Fault(format!("the last signed checkpoint: {why}"));
    let note = Note::parse(note.as_bytes()).map_err(|error| strange(error.to_string()))?;
    let size = checkpoint::Checkpoint::from_text(note.text()).map_err(|error| strange(error.to_string()))?.size;
    let plan = Plan::consistency(from, size)
        .ok_or_else(|| Failure::Refused(Said::NoSuchSize.filled(common.lang, &[("size", &size.to_string())])))?;
    let proof = block_on(async { Ok(database.store.tree_hashes(&plan).await?) })?;
    let body = AddCheckpoint { old: from, proof, checkpoint: note }.to_bytes();
    write(file, &body)?;
    print_out(&(Said::ForWitness.filled(common.lang, &[("file", &file.display().to_string())]) + "\n"))?;
    Ok(Completion::Done)
}

/// Keeps the cosignature that a file brings back.
fn bring_back(common: &Common, file: &Path, of: &Path) -> Result<Completion, Failure> {
    let refused = |why: &str| Failure::Refused(format!("{}: {why}", file.display()));
    let policy = policy(of)?;
    let note = read(file, LONGEST)?.ok_or_else(|| refused("is too long for what it should be"))?;
    let note = Note::parse(&note).map_err(|error| refused(&error.to_string()))?;
    if note.verify(policy.witnesses().map(|witness| &witness.key)).is_err() {
        return Err(refused(Said::NoCosignature.of(common.lang)));
    }
    let database = Database::open(common, Absent::Fail)?;
    let quorum = block_on(async { Ok(Witnesses::bring_back(&policy, database.store.as_ref(), &note).await?) })?;
    let quorum = match quorum.ok_or_else(|| refused(Said::NotOfThisLog.of(common.lang)))? {
        Quorum::MetAt(time) => {
            let at = Instant::from_unix(i64::try_from(time).unwrap_or(0)).to_string();
            Said::EnoughCosigned.filled(common.lang, &[("at", &at)])
        }
        Quorum::NotMet => Said::TooFewCosigned.of(common.lang).to_owned(),
        Quorum::NotRequired => Said::NoQuorum.of(common.lang).to_owned(),
    };
    let size = note.text().lines().nth(1).unwrap_or_default();
    print_out(&(Said::CosignaturesKept.filled(common.lang, &[("size", size), ("quorum", &quorum)]) + "\n"))?;
    Ok(Completion::Done)
}

fn line(day: NaiveDate, note: &str) -> Result<RegisterLine, String> {
    fn said(error: impl Display) -> String {
        error.to_string()
    }
    let note = Note::parse(note.as_bytes()).map_err(said)?;
    let checkpoint = checkpoint::Checkpoint::from_text(note.text()).map_err(said)?;
    let year = u16::try_from(day.year()).map_err(said)?;
    let (month, of_month) = (u8::try_from(day.month()).map_err(said)?, u8::try_from(day.day()).map_err(said)?);
    let day = Day::new(year, month, of_month).ok_or("it has no such day")?;
    Ok(RegisterLine { day, checkpoint })
}
