//! `kamnot checkpoint`: the newest signed checkpoint, and the lines of the paper register.

use std::fmt::Display;

use chrono::{Datelike as _, Days, NaiveDate};
use engine::calendar::Instant;
use evidence::checkpoint;
use evidence::note::Note;
use evidence::register::{Day, RegisterLine};
use projections::catalogue::Word as _;
use service::clock::{Clock as _, SystemClock};
use store::tree::Which;

use super::arguments::{Checkpoint, Common};
use super::database::{Database, run as block_on};
use super::output::{Completion, Failure, print_out};
use super::said::Said;

/// `kamnot checkpoint`
pub(super) fn run(common: &Common, own: &Checkpoint) -> Result<Completion, Failure> {
    let database = Database::open_to_read(common)?;
    let yesterday = || SystemClock.now().date() - Days::new(1);
    let day = own.register.then(|| own.day.unwrap_or_else(yesterday));
    let which = day.map_or(Which::Signed, |day| Which::SignedBy(Instant::last_of(day)));
    let found = block_on(async { Ok(database.store.last_checkpoint(which).await?) })?;
    let Some(note) = found.and_then(|checkpoint| checkpoint.note) else {
        return Err(Failure::Refused(Said::NoSignedCheckpoint.of(common.lang).to_owned()));
    };
    let Some(day) = day else { return print_out(&note).map(|()| Completion::Done) };
    let line = line(day, &note).map_err(|why| Failure::Fault(format!("the last signed checkpoint: {why}")))?;
    print_out(&format!("{line}\n"))?;
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
