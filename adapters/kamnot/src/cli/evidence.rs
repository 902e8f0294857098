//! `kamnot evidence`: the evidence file of a case.

use projections::catalogue::Word as _;
use service::clock::{Clock as _, SystemClock};
use service::evidence_file::{self, Disclosed, NoEvidence};

use super::arguments::{Common, EvidenceOf};
use super::asked::no_such_case;
use super::database::{Absent, Database, run as block_on};
use super::files::write;
use super::output::{Completion, Failure, print_out};
use super::said::Said;
use super::witnesses::signer;

/// `kamnot evidence`
pub(super) fn run(common: &Common, own: &EvidenceOf) -> Result<Completion, Failure> {
    let keys = own.keys.public()?.ok_or_else(|| Failure::Refused(Said::NameALogKey.of(common.lang).to_owned()))?;
    let signer = if own.as_signed { None } else { signer(&own.keys, &own.policy)? };
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
    write(&own.output, &bytes)?;
    let (file, size) = (own.output.display().to_string(), bytes.len().div_ceil(1024).to_string());
    print_out(&(Said::EvidenceWritten.filled(common.lang, &[("file", &file), ("size", &size)]) + "\n"))?;
    Ok(Completion::Done)
}
