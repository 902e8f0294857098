//! The witnesses of a log, as its operator's policy names them, and what signs with them.

use std::path::Path;
use std::sync::Arc;

use evidence::note::LONGEST as LONGEST_NOTE;
use evidence::policy::Policy;
use mail::authorities::Authorities;
use mail::witness::{OverHttp, is_address};
use service::log_key::PublicKeys;
use service::signing::Signer;
use service::witnesses::Witnesses;

use super::arguments::{KeyOptions, PolicyOptions};
use super::files::read;
use super::key::mark_of;
use super::output::Failure;

/// Reads a policy.
pub(super) fn policy(file: &Path) -> Result<Policy, Failure> {
    let refused = |why: String| Failure::Refused(format!("{}: {why}", file.display()));
    let text = read(file, LONGEST_NOTE)?.ok_or_else(|| refused("is too long for what it should be".to_owned()))?;
    Policy::from_text(&text).map_err(|error| refused(error.to_string()))
}

/// What signs the log's checkpoints, with the witnesses of the policy; none without keys.
pub(super) fn signer(keys: &KeyOptions, policy: &PolicyOptions) -> Result<Option<Signer>, Failure> {
    match keys.keys()? {
        Some(keys) => {
            let public = keys.public();
            Ok(Some(Signer::new(keys, mark_of(&public)?).witnessed_by(policy.witnesses(&public)?)))
        }
        None if policy.policy.is_some() => Err(Failure::Refused(
            "--policy: witnesses cosign what the log signed; name its keys with --log-key".to_owned(),
        )),
        None => Ok(None),
    }
}

impl PolicyOptions {
    /// The witnesses; none without a policy.
    fn witnesses(&self, keys: &PublicKeys) -> Result<Option<Witnesses>, Failure> {
        let Some(file) = &self.policy else { return Ok(None) };
        let policy = policy(file)?;
        let refused = |why: String| Failure::Refused(format!("{}: {why}", file.display()));
        if policy.logs().iter().all(|log| log.key != keys.log) {
            return Err(refused(format!("it does not name the log's key, {}; add the line `log {0}`", keys.log)));
        }
        let strange = |url: &&str| !is_address(url);
        if let Some(url) = policy.witnesses().filter_map(|witness| witness.url.as_deref()).find(strange) {
            return Err(refused(format!("{url} is no address of a witness: expected one with http:// or https://")));
        }
        let authorities = self.witness_authority.as_deref().map(Authorities::read).transpose()?.unwrap_or_default();
        Ok(Some(Witnesses::new(policy, Arc::new(OverHttp::new(&authorities)?))))
    }
}
