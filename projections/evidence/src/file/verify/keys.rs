//! Who has signed the checkpoints of a file, and when.

use super::{LogRefusal, SignedBy, Trust};
use crate::file::{Evidence, Signed};
use crate::key::{KeyType, VerifierKey};
use crate::policy::Quorum;
use crate::receipt::key_name;

/// When enough witnesses had cosigned each checkpoint.
pub(super) type Times = Vec<Option<u64>>;

/// The verdict, and the times, which count only where it holds.
pub(super) fn verify(evidence: &Evidence, trust: &Trust) -> (Result<SignedBy, LogRefusal>, Times) {
    let nothing = vec![None; evidence.checkpoints.len()];
    match verified(evidence, trust) {
        Ok((signed, times)) => (Ok(signed), times),
        Err(refusal) => (Err(refusal), nothing),
    }
}

/// The keys of the file with which receipts may be signed.
pub(super) fn of_receipts(evidence: &Evidence) -> impl Iterator<Item = &VerifierKey> {
    let origin = origin(evidence);
    evidence.keys.iter().filter(move |key| key.name() == key_name(origin))
}

fn origin(evidence: &Evidence) -> &str {
    evidence.checkpoints.last().map_or("", |newest| &newest.checkpoint.origin)
}

fn verified(evidence: &Evidence, trust: &Trust) -> Result<(SignedBy, Times), LogRefusal> {
    let origin = origin(evidence);
    for key in &evidence.keys {
        let adopted = if key.name() == origin { "log_key_adopted" } else { "receipt_key_adopted" };
        let is_named = key.name() == origin || key.name() == key_name(origin);
        let digest = format!("sha256:{}", key.fingerprint());
        let says = |event: &crate::file::Event, key: &str, value: &str| event.says(key).as_deref() == Some(value);
        let mut listed = evidence.streams[2].events.iter();
        let is_listed = listed.any(|event| says(event, "event", adopted) && says(event, "digest", &digest));
        if !is_named || !is_listed || key.key_type() != KeyType::Note {
            return Err(LogRefusal::UnlistedKey(Box::new(key.clone())));
        }
    }
    let mut times = Vec::with_capacity(evidence.checkpoints.len());
    let mut last = None;
    for signed in &evidence.checkpoints {
        let size = signed.checkpoint.size;
        if signed.checkpoint.origin != origin {
            return Err(LogRefusal::AnotherLog(size, signed.checkpoint.origin.clone()));
        }
        let keys = by_keys_of(evidence, signed)?;
        let found = attested(signed, &keys, trust)?;
        times.push(found.as_ref().and_then(|signed| match signed.quorum {
            Some(Quorum::MetAt(time)) => Some(time),
            _ => None,
        }));
        last = Some((size, keys, found));
    }
    match last {
        Some((_, _, Some(signed))) => Ok((signed, times)),
        Some((_, keys, None)) if *trust == Trust::Unsaid => Err(LogRefusal::TrustUnsaid(keys)),
        Some((size, keys, None)) => Err(LogRefusal::UnknownKey(size, keys)),
        None => Err(LogRefusal::Signature(0)),
    }
}

/// The keys of the file, of which the log's own list has each, that have signed a checkpoint: one at least.
fn by_keys_of(evidence: &Evidence, signed: &Signed) -> Result<Vec<VerifierKey>, LogRefusal> {
    let origin = &signed.checkpoint.origin;
    let own = evidence.keys.iter().filter(|key| key.name() == origin);
    let verified = signed.note.verify(own).map_err(|_| LogRefusal::Signature(signed.checkpoint.size))?;
    let mut keys: Vec<VerifierKey> = verified.iter().map(|signature| signature.key.clone()).collect();
    keys.dedup();
    Ok(keys)
}

/// Who of those that are trusted has signed a checkpoint; none if nobody of them has.
fn attested(signed: &Signed, keys: &[VerifierKey], trust: &Trust) -> Result<Option<SignedBy>, LogRefusal> {
    use crate::checkpoint::CheckpointError;
    use crate::note::NoteError;

    let origin = signed.checkpoint.origin.clone();
    match trust {
        Trust::Unsaid => Ok(None),
        Trust::Fingerprints(trusted) => {
            let keys: Vec<VerifierKey> =
                keys.iter().filter(|key| trusted.contains(&key.fingerprint())).cloned().collect();
            let is_trusted = !keys.is_empty();
            Ok(is_trusted.then_some(SignedBy { origin, keys, quorum: None, witnesses: Vec::new() }))
        }
        Trust::Policy(policy) => match policy.attested(&signed.note) {
            Ok(attested) => Ok(Some(SignedBy {
                origin,
                keys: vec![attested.log.key.clone()],
                quorum: Some(attested.quorum),
                witnesses: attested.witnesses.iter().map(|seen| (seen.witness.name.clone(), seen.time)).collect(),
            })),
            Err(CheckpointError::Note(NoteError::Unsigned)) => Ok(None),
            Err(CheckpointError::Origin { found, .. }) => Err(LogRefusal::AnotherLog(signed.checkpoint.size, found)),
            Err(_) => Err(LogRefusal::Signature(signed.checkpoint.size)),
        },
    }
}
