//! `kamnot key`: the keys with which the log signs.
//!
//! Invariant: no private key is printed.

use std::env;
use std::path::PathBuf;

use evidence::hash::Hash;
use evidence::key::VerifierKey;
use projections::catalogue::Word as _;
use service::log_key::{LogKeys, PublicKeys};
use service::signer_file::SignerFileFault;

use super::arguments::{Common, Key, KeyCommand, KeyOptions};
use super::output::{Completion, Failure, print_out};
use super::passphrase::Passphrase;
use super::said::Said;
use super::state_folder::state_folder;

/// The systemd credential that holds the keys.
const CREDENTIAL: &str = "log-key";

impl From<SignerFileFault> for Failure {
    fn from(fault: SignerFileFault) -> Self {
        Self::Refused(fault.to_string())
    }
}

/// `kamnot key`
pub(super) fn run(common: &Common, own: &Key) -> Result<Completion, Failure> {
    let file = own.keys.file().ok_or_else(|| Failure::Refused(Said::NameALogKey.of(common.lang).to_owned()))?;
    let public = match &own.command {
        KeyCommand::New { origin, no_passphrase } => {
            let keys = LogKeys::made(origin).map_err(|error| Failure::Refused(format!("--origin: {error}")))?;
            let passphrase =
                if *no_passphrase { None } else { Some(own.keys.passphrase().chosen().map_err(Failure::Refused)?) };
            keys.write(&file, passphrase.as_deref())?;
            PublicKeys::read(&file)?
        }
        KeyCommand::Rotate => {
            let sealed = PublicKeys::read(&file)?.sealed;
            let passphrase = if sealed { Some(own.keys.passphrase().given().map_err(Failure::Refused)?) } else { None };
            let keys = LogKeys::read(&file, || Ok(passphrase.clone().unwrap_or_default()))?;
            let keys = keys.rotated().map_err(|error| Failure::Fault(error.to_string()))?;
            keys.rewrite(&file, passphrase.as_deref())?;
            PublicKeys::read(&file)?
        }
        KeyCommand::Show => PublicKeys::read(&file)?,
    };
    print_out(&shown(common, &public))?;
    Ok(Completion::Done)
}

fn shown(common: &Common, public: &PublicKeys) -> String {
    let keys = [
        (Said::KeyOfCheckpoints, Some(&public.log)),
        (Said::KeyOfReceipts, Some(&public.receipt)),
        (Said::KeyBefore, public.previous.as_ref()),
    ];
    let line = |(what, key): (Said, Option<&VerifierKey>)| {
        let key = key?;
        Some(format!("{}:\n  {key}\n  {}\n", what.of(common.lang), key.fingerprint().in_groups()))
    };
    keys.into_iter().filter_map(line).collect()
}

impl KeyOptions {
    /// The file of the keys, if one is named or there is a systemd credential.
    fn file(&self) -> Option<PathBuf> {
        let credential = || Some(PathBuf::from(env::var_os("CREDENTIALS_DIRECTORY")?).join(CREDENTIAL));
        self.log_key.clone().or_else(|| credential().filter(|file| file.exists()))
    }

    /// What anybody may know of the keys; none without a file.
    pub(super) fn public(&self) -> Result<Option<PublicKeys>, Failure> {
        Ok(self.file().map(|file| PublicKeys::read(&file)).transpose()?)
    }

    /// The keys; none without a file.
    pub(super) fn keys(&self) -> Result<Option<LogKeys>, Failure> {
        let Some(file) = self.file() else { return Ok(None) };
        Ok(Some(LogKeys::read(&file, || self.passphrase().given())?))
    }

    /// Where their passphrase is.
    fn passphrase(&self) -> Passphrase<'_> {
        Passphrase { file: self.log_passphrase.as_deref(), option: "--log-passphrase", whose: "the log's keys" }
    }
}

/// The file that says what was signed last, outside the log: in the state folder, one for each log.
pub(super) fn mark_of(keys: &PublicKeys) -> Result<PathBuf, Failure> {
    let folder = state_folder().ok_or_else(|| {
        Failure::Refused("there is no home folder for the mark of what was signed: set XDG_STATE_HOME".to_owned())
    })?;
    let name = Hash::of(&[keys.log.name().as_bytes()]).to_string();
    Ok(folder.join(format!("signed-{}", &name[..16])))
}
