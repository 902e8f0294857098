//! `kamnot evidence`: the evidence file of a case.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use projections::catalogue::Word as _;
use service::clock::{Clock as _, SystemClock};
use service::evidence_file::{self, Disclosed, NoEvidence};
use service::signing::Signer;

use super::arguments::{Common, EvidenceOf};
use super::asked::no_such_case;
use super::database::{Absent, Database, run as block_on};
use super::key::mark_of;
use super::output::{Completion, Failure, print_out};
use super::said::Said;

/// `kamnot evidence`
pub(super) fn run(common: &Common, own: &EvidenceOf) -> Result<Completion, Failure> {
    let keys = own.keys.public()?.ok_or_else(|| Failure::Refused(Said::NameALogKey.of(common.lang).to_owned()))?;
    let signer = if own.as_signed {
        None
    } else {
        let signer = own.keys.keys()?.map(|signing| mark_of(&keys).map(|mark| Signer::new(signing, mark)));
        signer.transpose()?
    };
    let database = if own.as_signed { Database::open_to_read(common)? } else { Database::open(common, Absent::Fail)? };
    let disclosed = if own.without_personal { Disclosed::Nothing } else { Disclosed::All };
    let (log, now) = (database.store.as_ref(), SystemClock.now());
    let made = block_on(async {
        let checkpoint = evidence_file::make_checkpoint(log, signer.as_ref(), &own.case, now).await;
        Ok(match checkpoint {
            Ok(()) => evidence_file::file(log, &keys, &own.case, disclosed, now).await,
            Err(none) => Err(none),
        })
    })?;
    let bytes = made.map_err(|none| match none {
        NoEvidence::NoCase(case) => no_such_case(common, &case, ""),
        NoEvidence::Store(fault) => fault.into(),
        NoEvidence::Contradicts(_) => Failure::Fault(none.to_string()),
        NoEvidence::NoCheckpoint | NoEvidence::Unsigned(_) | NoEvidence::Changing => Failure::Refused(none.to_string()),
    })?;
    write(&own.output, &bytes).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::Refused(format!("{}: there is a file of that name", own.output.display()))
        }
        _ => Failure::Fault(format!("{}: cannot be written: {error}", own.output.display())),
    })?;
    let (file, size) = (own.output.display().to_string(), bytes.len().div_ceil(1024).to_string());
    print_out(&(Said::EvidenceWritten.filled(common.lang, &[("file", &file), ("size", &size)]) + "\n"))?;
    Ok(Completion::Done)
}

/// Writes a new file, which only its owner may read: it holds what is personal.
fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    written.write_all(bytes)?;
    written.sync_all()
}
