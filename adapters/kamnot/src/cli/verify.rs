//! `kamnot verify`: what an evidence file proves. It needs no log.

use std::path::Path;

use evidence::file::verify::{Asked, Trust, verify};
use evidence::file::{Evidence, LONGEST, Unread};
use evidence::note::{LONGEST as LONGEST_NOTE, Note};
use service::evidence_file::recompute;
use service::evidence_file::said::{Verdict, unread, verdicts};
use service::shown::plain;

use super::arguments::{Common, Verify};
use super::files::read;
use super::output::{Completion, Failure, print_out};
use super::witnesses::policy;

/// `kamnot verify`
pub(super) fn run(common: &Common, own: &Verify) -> Result<Completion, Failure> {
    let asked = asked(own)?;
    let refuse = |why: &Unread| Failure::Refused(format!("{}: {}", own.file.display(), unread(why, common.lang)));
    let bytes = read(&own.file, LONGEST)?.ok_or_else(|| refuse(&Unread::TooLarge("64 MiB")))?;
    let evidence = Evidence::from_bytes(&bytes).map_err(|why| refuse(&why))?;
    let said = verdicts(&evidence, &verify(&evidence, &asked, recompute), common.lang);
    print_out(&said.iter().map(written).collect::<Vec<_>>().join("\n"))?;
    let all = said.iter().all(|verdict| verdict.holds);
    Ok(if all { Completion::Done } else { Completion::SomethingRefused })
}

fn written(verdict: &Verdict) -> String {
    let lines = verdict.lines.iter().map(|line| format!("   {}\n", plain(line)));
    format!("{}: {}\n{}", verdict.about, verdict.word, lines.collect::<String>())
}

fn asked(own: &Verify) -> Result<Asked, Failure> {
    let refused = |file: &Path, why: String| Failure::Refused(format!("{}: {why}", file.display()));
    let text = |file: &Path| -> Result<Vec<u8>, Failure> {
        read(file, LONGEST_NOTE)?.ok_or_else(|| refused(file, "is too long for what it should be".to_owned()))
    };
    let trust = match &own.policy {
        Some(file) => Trust::Policy(policy(file)?),
        None if own.fingerprints.is_empty() => Trust::Unsaid,
        None => Trust::Fingerprints(own.fingerprints.clone()),
    };
    let receipt =
        |file: &std::path::PathBuf| Note::parse(&text(file)?).map_err(|error| refused(file, error.to_string()));
    let receipts = own.receipts.iter().map(receipt).collect::<Result<_, _>>()?;
    Ok(Asked { trust, receipts, registers: own.registers.clone(), at_least: own.at_least })
}
