//! What is in force in a log, as its own streams tell: which rulebook and which offices file, from when.
//!
//! Invariant: whoever puts one in force notes it behind that. What a crash left out is noted by the next `serve`.

use engine::calendar::Instant;
use engine::rulebook::Digest;
use evidence::key::VerifierKey;
use store::tree::{OwnEvent, OwnStream};
use store::{Fault, LogStore};

use crate::log_key::PublicKeys;

/// Notes the rulebook and the offices file in force, and the keys, each unless it was the last that was noted.
///
/// # Errors
/// If the log cannot be read or written.
pub async fn note(log: &dyn LogStore, keys: Option<&PublicKeys>, now: Instant) -> Result<(), Fault> {
    note_one(log, OwnStream::Rulebook, "adopted", log.book().digest().to_string(), now).await?;
    if let Some(source) = log.offices_in_force().await? {
        note_one(log, OwnStream::Offices, "adopted", Digest::of(source.as_bytes()).to_string(), now).await?;
    }
    if let Some(keys) = keys {
        let digest = |key: &VerifierKey| format!("sha256:{}", key.fingerprint());
        note_one(log, OwnStream::Keys, "log_key_adopted", digest(&keys.log), now).await?;
        note_one(log, OwnStream::Keys, "receipt_key_adopted", digest(&keys.receipt), now).await?;
    }
    Ok(())
}

async fn note_one(
    log: &dyn LogStore,
    stream: OwnStream,
    event: &str,
    digest: String,
    now: Instant,
) -> Result<(), Fault> {
    let before = log.own_events(stream).await?;
    if before.iter().rfind(|before| before.event == event).is_some_and(|last| last.digest == digest) {
        return Ok(());
    }
    let (event, recorded_by) = (event.to_owned(), "operator".to_owned());
    log.append_own(&OwnEvent { stream, event, digest, recorded_at: now, recorded_by, person: None }).await
}
