//! `kamnot witness`: a witness for the logs of other offices. It needs no log of its own.

use std::path::Path;
use std::sync::Arc;

use engine::calendar::Instant;
use evidence::witness::AddCheckpoint;
use projections::catalogue::Word as _;
use service::clock::{Clock as _, SystemClock};
use service::lifecycle::Stop;
use service::witness::state::{KnownLog, State};
use service::witness::{self, Folder, LONGEST_BODY, WitnessFault};
use web::listen::{Limits, Listener};

use super::arguments::{Common, Witness, WitnessCommand};
use super::database::run as block_on;
use super::files::{read, write};
use super::output::{Completion, Failure, print_out};
use super::passphrase::Passphrase;
use super::said::Said;
use super::serve::told_to_stop;
use crate::serve::witness::pages;

impl From<WitnessFault> for Failure {
    fn from(fault: WitnessFault) -> Self {
        Self::Refused(fault.to_string())
    }
}

/// What a client may take of a witness.
const LIMITS: Limits = Limits { body: LONGEST_BODY as u64, ..Limits::FIGURES };

/// `kamnot witness`
pub(super) fn run(common: &Common, own: &Witness) -> Result<Completion, Failure> {
    match &own.command {
        WitnessCommand::Init { folder, name, logs, no_passphrase } => {
            let passphrase =
                if *no_passphrase { None } else { Some(own.passphrase().chosen().map_err(Failure::Refused)?) };
            witness::init(folder, name, logs, passphrase.as_deref())?;
            show(common, folder)
        }
        WitnessCommand::Show { folder } => show(common, folder),
        WitnessCommand::Trust { folder, key, fingerprint } => {
            Folder::open(folder)?.trust(key, *fingerprint)?;
            show(common, folder)
        }
        WitnessCommand::Run { folder, listen, logs } => {
            let listener = block_on(async { Ok(Listener::bind(*listen, LIMITS).await?) })?;
            let mut folder = Folder::open(folder)?;
            for log in logs {
                folder.trust(log, None)?;
            }
            let witness = witness::Witness::of(folder, || own.passphrase().given())?;
            block_on(answer(listener, witness))
        }
        WitnessCommand::Sign { folder, file, output } => {
            let mut witness = witness::Witness::of(Folder::open(folder)?, || own.passphrase().given())?;
            sign(common, &mut witness, file, output)
        }
    }
}

impl Witness {
    fn passphrase(&self) -> Passphrase<'_> {
        let file = self.witness_passphrase.as_deref();
        Passphrase { file, option: "--witness-passphrase", whose: "the witness's key" }
    }
}

fn show(common: &Common, folder: &Path) -> Result<Completion, Failure> {
    let State { witness, logs } = witness::remembered(folder)?;
    let own = (Said::KeyOfWitness.of(common.lang).to_owned(), &witness, String::new());
    let of_log = |log: &KnownLog| {
        let at = Instant::from_unix(i64::try_from(log.time).unwrap_or(0)).to_string();
        if log.time == 0 {
            Said::NothingCosigned.of(common.lang).to_owned()
        } else {
            Said::CosignedLast.filled(common.lang, &[("size", &log.size.to_string()), ("at", &at)])
        }
    };
    let logs = logs.values().map(|log| (log.key.name().to_owned(), &log.key, format!("  {}\n", of_log(log))));
    let lines = [own].into_iter().chain(logs).map(|(what, key, then)| {
        let fingerprint = key.fingerprint().in_groups();
        format!("{what}:\n  {key}\n  {fingerprint}\n{then}")
    });
    let out: Vec<String> = lines.collect();
    print_out(&out.concat())?;
    Ok(Completion::Done)
}

/// Answers until the stop signal.
async fn answer(listener: Listener, witness: witness::Witness) -> Result<Completion, Failure> {
    let told = told_to_stop()?;
    let (stopper, stop) = Stop::pair();
    tracing::info!(address = %listener.address(), witness = %witness.key(), "listening");
    let pages = pages(witness, Arc::new(SystemClock));
    let stopping = async {
        told.await;
        stopper.stop();
    };
    tokio::join!(listener.answer(pages, &stop), stopping);
    Ok(Completion::Done)
}

/// Cosigns what a file brings, and writes the checkpoint with the cosignature into another file.
fn sign(common: &Common, witness: &mut witness::Witness, file: &Path, output: &Path) -> Result<Completion, Failure> {
    let refused = |why: String| Failure::Refused(format!("{}: {why}", file.display()));
    if output.exists() {
        return Err(Failure::Refused(format!("{}: there is a file of that name", output.display())));
    }
    let body = read(file, LONGEST_BODY)?.ok_or_else(|| refused("is too long for what it should be".to_owned()))?;
    let add = AddCheckpoint::from_bytes(&body).map_err(|error| refused(error.to_string()))?;
    let cosigned = witness.cosign(&add, SystemClock.now()).map_err(|refusal| match refusal {
        witness::Refusal::Stale(size) => {
            refused(Said::BeginsElsewhere.filled(common.lang, &[("size", &size.to_string())]))
        }
        refusal => refused(refusal.to_string()),
    })?;
    let mut note = add.checkpoint;
    note.add([cosigned]);
    write(output, note.to_string().as_bytes())?;
    print_out(&(Said::BringBack.filled(common.lang, &[("file", &output.display().to_string())]) + "\n"))?;
    Ok(Completion::Done)
}
