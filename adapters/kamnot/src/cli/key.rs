//! `kamnot key`: the keys with which the log signs.
//!
//! Invariant: no passphrase is taken from the command line, and no private key is printed.

use std::env;
use std::path::PathBuf;

use evidence::hash::Hash;
use evidence::key::VerifierKey;
use projections::catalogue::Word as _;
use service::log_key::{LogKeyFault, LogKeys, PublicKeys};
use store::private_file::{self, Readers};

use super::arguments::{Common, Key, KeyCommand, KeyOptions};
use super::output::{Completion, Failure, print_out};
use super::said::Said;
use super::state_folder::state_folder;
use super::typed::secret;

/// The systemd credential that holds the keys.
const CREDENTIAL: &str = "log-key";

impl From<LogKeyFault> for Failure {
    fn from(fault: LogKeyFault) -> Self {
        Self::Refused(fault.to_string())
    }
}

/// `kamnot key`
pub(super) fn run(common: &Common, own: &Key) -> Result<Completion, Failure> {
    let file = own.keys.file().ok_or_else(|| Failure::Refused(Said::NameALogKey.of(common.lang).to_owned()))?;
    let public = match &own.command {
        KeyCommand::New { origin, no_passphrase } => {
            let keys = LogKeys::made(origin).map_err(|error| Failure::Refused(format!("--origin: {error}")))?;
            let passphrase = if *no_passphrase { None } else { Some(own.keys.chosen().map_err(Failure::Refused)?) };
            keys.write(&file, passphrase.as_deref())?;
            PublicKeys::read(&file)?
        }
        KeyCommand::Rotate => {
            let sealed = PublicKeys::read(&file)?.sealed;
            let passphrase = if sealed { Some(own.keys.passphrase().map_err(Failure::Refused)?) } else { None };
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
        Ok(Some(LogKeys::read(&file, || self.passphrase())?))
    }

    /// The passphrase of new keys: what is typed without being seen is typed twice.
    fn chosen(&self) -> Result<String, String> {
        let passphrase = self.passphrase()?;
        if self.log_passphrase.is_none() && secret("The same again: ")?.is_none_or(|again| again != passphrase) {
            return Err("the two passphrases are not the same; no keys were made".to_owned());
        }
        Ok(passphrase)
    }

    /// The passphrase: from its file, or asked for on the terminal.
    fn passphrase(&self) -> Result<String, String> {
        let typed = if let Some(file) = &self.log_passphrase {
            let read = private_file::read(file, Readers::Owner).map_err(|why| format!("{}: {why}", file.display()))?;
            String::from_utf8(read).map_err(|_| format!("{}: expected a text", file.display()))?
        } else {
            secret("Passphrase of the log's keys: ")?
                .ok_or("the log's keys are under a passphrase: name its file with --log-passphrase")?
        };
        let passphrase = typed.lines().next().unwrap_or_default().to_owned();
        if passphrase.chars().count() < FEWEST {
            return Err(format!("the passphrase of the log's keys has to have {FEWEST} characters at least"));
        }
        Ok(passphrase)
    }
}

/// The fewest characters of a passphrase.
const FEWEST: usize = 12;

/// The file that says what was signed last, outside the log: in the state folder, one for each log.
pub(super) fn mark_of(keys: &PublicKeys) -> Result<PathBuf, Failure> {
    let folder = state_folder().ok_or_else(|| {
        Failure::Refused("there is no home folder for the mark of what was signed: set XDG_STATE_HOME".to_owned())
    })?;
    let name = Hash::of(&[keys.log.name().as_bytes()]).to_string();
    Ok(folder.join(format!("signed-{}", &name[..16])))
}
