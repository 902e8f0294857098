//! Asks witnesses to cosign the log's checkpoints.
//!
//! Invariant: what a witness answers counts only if its key, which stands in the operator's policy, has signed it. A witness that
//! is away, or refuses, holds up nothing but the next signature, and that for seconds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use evidence::checkpoint::Checkpoint;
use evidence::key::VerifierKey;
use evidence::note::{Note, NoteError, Signature};
use evidence::policy::{Policy, Quorum, Witness};
use evidence::tree::Plan;
use evidence::witness::AddCheckpoint;
use futures::future::join_all;
use projections::letters::Trouble;
use serde::{Deserialize, Serialize};
use store::tree::Which;
use store::{Fault, LogStore};

/// How long a witness may take each time that it is asked: before a checkpoint is signed and after, 5 s in all.
pub const PATIENCE: Duration = Duration::from_millis(2_500);
/// The key under which the log keeps how it stands with its witnesses.
pub const STANDING: &str = "witnesses";
/// The word for a witness that contradicts the log, beside those of [`Trouble`].
pub const CONTRADICTS: &str = "contradicts";
/// How often cosignatures are kept anew where another process kept others at the same time.
const ATTEMPTS: usize = 5;

/// An answer of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The code of HTTP.
    pub code: u16,
    /// The body, as far as it is read.
    pub body: String,
}

/// The way to a witness.
#[async_trait]
pub trait WitnessWay: Send + Sync {
    /// Posts a body there.
    async fn post(&self, url: &str, body: Vec<u8>) -> Result<Answer, Trouble>;
}

/// How a log stands with its witnesses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Those that are asked, in the order of the policy.
    pub witnesses: Vec<OfWitness>,
    /// The last checkpoint that enough of them have cosigned.
    pub quorum: Option<Met>,
}

/// How it stands with one witness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfWitness {
    /// What the policy calls it.
    pub name: String,
    /// The size that it has cosigned last, as far as it is known.
    pub size: Option<u64>,
    /// Why it did not cosign, as [`Trouble`] writes it; none if it did.
    pub trouble: Option<String>,
}

/// A quorum that is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// The size of the checkpoint.
    pub size: u64,
    /// When, as the witnesses attest, in seconds since 1970-01-01T00:00:00Z.
    pub time: u64,
}

/// What a witness has cosigned is not the beginning of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// What the policy calls the witness.
    pub witness: String,
    /// The size that it cosigned last.
    pub size: u64,
}

/// What came of asking a witness.
enum Asked {
    Cosigned(Vec<Signature>),
    Contradicts(u64),
    Not(Trouble),
}

/// The witnesses of a log.
pub struct Witnesses {
    policy: Policy,
    way: Arc<dyn WitnessWay>,
    /// What each is known to have cosigned last.
    sizes: Mutex<BTreeMap<String, u64>>,
    standing: Mutex<Option<Standing>>,
}

impl Witnesses {
    /// Those of a policy, by this way.
    pub fn new(policy: Policy, way: Arc<dyn WitnessWay>) -> Self {
        Self { policy, way, sizes: Mutex::default(), standing: Mutex::default() }
    }

    /// How it stood when they were asked last.
    pub fn standing(&self) -> Option<Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Shows a signed checkpoint to all that have an address, and keeps their cosignatures with it. What one of them says against
    /// the log.
    ///
    /// # Errors
    /// If the log cannot be read or written.
    pub async fn show(&self, log: &dyn LogStore, note: &Note) -> Result<Option<Contradiction>, Fault> {
        let shown = Checkpoint::from_text(note.text()).map_err(|error| Fault::corrupt(error.to_string()))?;
        let with_address = self.policy.witnesses().filter_map(|witness| Some((witness, witness.url.as_deref()?)));
        let (witnesses, urls): (Vec<&Witness>, Vec<&str>) = with_address.unzip();
        let asking = witnesses.iter().zip(urls).map(|(witness, url)| async {
            let asked = tokio::time::timeout(PATIENCE, self.ask(log, (*witness, url), note, &shown)).await;
            asked.unwrap_or(Ok(Asked::Not(Trouble::Slow)))
        });
        let (mut signatures, mut contradiction) = (Vec::new(), None);
        let mut standing = self.before(log).await?;
        standing.witnesses.clear();
        for (witness, asked) in witnesses.iter().zip(join_all(asking).await) {
            let trouble = match asked? {
                Asked::Cosigned(own) => {
                    self.sizes().insert(witness.name.clone(), shown.size);
                    signatures.extend(own.into_iter().map(|signature| (&witness.key, signature)));
                    None
                }
                Asked::Contradicts(size) => {
                    self.sizes().insert(witness.name.clone(), size);
                    contradiction.get_or_insert(Contradiction { witness: witness.name.clone(), size });
                    Some(CONTRADICTS.to_owned())
                }
                Asked::Not(trouble) => Some(trouble.to_string()),
            };
            let size = self.sizes().get(&witness.name).copied();
            standing.witnesses.push(OfWitness { name: witness.name.clone(), size, trouble });
        }
        if let Some(kept) = keep(log, &shown, &signatures).await? {
            standing.quorum = self.met(&kept).or(standing.quorum);
        }
        self.note(log, standing).await?;
        Ok(contradiction)
    }

    /// Asks one witness, once more from where it stands if it stands elsewhere.
    async fn ask(
        &self,
        log: &dyn LogStore,
        (witness, url): (&Witness, &str),
        note: &Note,
        shown: &Checkpoint,
    ) -> Result<Asked, Fault> {
        let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
        let known = self.sizes().get(&witness.name).copied();
        let mut old = known.unwrap_or(shown.size).min(shown.size);
        for _ in 0..2 {
            let proof = match Plan::consistency(old, shown.size) {
                Some(plan) => log.tree_hashes(&plan).await?,
                None => Vec::new(),
            };
            let body = AddCheckpoint { old, proof, checkpoint: note.clone() }.to_bytes();
            let Answer { code, body } = match self.way.post(&url, body).await {
                Ok(answer) => answer,
                Err(trouble) => return Ok(Asked::Not(trouble)),
            };
            match (code, body.trim_end().parse::<u64>()) {
                (200, _) => {
                    let own = of_witness(&witness.key, note, &body);
                    return Ok(if own.is_empty() { Asked::Not(Trouble::Refused(200)) } else { Asked::Cosigned(own) });
                }
                // It has more than this, or another root at this size.
                (409, Ok(size)) if size > shown.size || size == old => return Ok(Asked::Contradicts(size)),
                (409, Ok(size)) => old = size,
                (422, _) => return Ok(Asked::Contradicts(old)),
                (code, _) => return Ok(Asked::Not(Trouble::Refused(code))),
            }
        }
        Ok(Asked::Not(Trouble::Refused(409)))
    }

    /// Keeps the cosignatures of a checkpoint that was brought back from witnesses; how the quorum stands. None if the log has no
    /// signed checkpoint with this text.
    ///
    /// # Errors
    /// If the log cannot be read or written.
    pub async fn bring_back(policy: &Policy, log: &dyn LogStore, brought: &Note) -> Result<Option<Quorum>, Fault> {
        let Ok(shown) = Checkpoint::from_text(brought.text()) else { return Ok(None) };
        let keys = policy.witnesses().map(|witness| &witness.key);
        let lines: String = brought.signatures().iter().map(ToString::to_string).collect();
        let signatures: Vec<(&VerifierKey, Signature)> = keys
            .flat_map(|key| of_witness(key, brought, &lines).into_iter().map(move |signature| (key, signature)))
            .collect();
        let kept = keep(log, &shown, &signatures).await?;
        Ok(kept.and_then(|note| policy.attested(&note).ok().map(|attested| attested.quorum)))
    }

    fn met(&self, note: &Note) -> Option<Met> {
        let attested = self.policy.attested(note).ok()?;
        match attested.quorum {
            Quorum::MetAt(time) => Some(Met { size: attested.checkpoint.size, time }),
            Quorum::NotMet | Quorum::NotRequired => None,
        }
    }

    /// How it stood before, in this process or an earlier one.
    async fn before(&self, log: &dyn LogStore) -> Result<Standing, Fault> {
        match self.standing() {
            Some(standing) => Ok(standing),
            None => Ok(standing_of(log).await?.unwrap_or_default()),
        }
    }

    /// Keeps how it stands, and says in the diagnostic log which witness is away, or back.
    async fn note(&self, log: &dyn LogStore, standing: Standing) -> Result<(), Fault> {
        let before = self.standing();
        for OfWitness { name, trouble, .. } in &standing.witnesses {
            let of = |standing: &Standing| standing.witnesses.iter().find(|of| of.name == *name).cloned();
            let had = before.as_ref().and_then(of).and_then(|of| of.trouble);
            match trouble {
                Some(why) if had.as_ref() != Some(why) => {
                    tracing::warn!(witness = %name, %why, "a witness did not cosign; it is asked again with the next checkpoint");
                }
                None if had.is_some() => tracing::info!(witness = %name, "a witness cosigns again"),
                _ => {}
            }
        }
        if before.as_ref() != Some(&standing) {
            log.set_meta(STANDING, &serde_json::to_string(&standing).unwrap_or_default()).await?;
            *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = Some(standing);
        }
        Ok(())
    }

    fn sizes(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.sizes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a log stands with its witnesses, as it was kept last; none if none were asked.
///
/// # Errors
/// If the log cannot be read.
pub async fn standing_of(log: &dyn LogStore) -> Result<Option<Standing>, Fault> {
    let kept = log.meta(STANDING).await?;
    Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()))
}

/// The signatures among these lines that this witness has made of the note's text.
fn of_witness(key: &VerifierKey, note: &Note, lines: &str) -> Vec<Signature> {
    let all = Signature::parse_all(lines).unwrap_or_default();
    let is_own = |signature: &Signature| {
        let alone = format!("{}\n{signature}", note.text());
        Note::parse(alone.as_bytes()).is_ok_and(|alone| alone.verify([key]).is_ok())
    };
    all.into_iter().filter(is_own).collect()
}

/// Keeps cosignatures with the signed checkpoint of this text; of each witness the first. The note with all that it has; none if
/// the log has no such checkpoint.
async fn keep(
    log: &dyn LogStore,
    shown: &Checkpoint,
    signatures: &[(&VerifierKey, Signature)],
) -> Result<Option<Note>, Fault> {
    for _ in 0..ATTEMPTS {
        let kept = log.last_checkpoint(Which::SignedWithin(shown.size)).await?;
        let Some(text) = kept.filter(|kept| kept.size == shown.size).and_then(|kept| kept.note) else {
            return Ok(None);
        };
        let mut note = Note::parse(text.as_bytes()).map_err(|error| Fault::corrupt(error.to_string()))?;
        if note.text() != shown.to_text() {
            return Ok(None);
        }
        for (key, signature) in signatures {
            if note.verify([*key]) == Err(NoteError::Unsigned) {
                note.add([signature.clone()]);
            }
        }
        let with_all = note.to_string();
        if with_all == text {
            return Ok(Some(note));
        }
        // Seen by the next turn, unless another process kept others meanwhile.
        log.replace_note(shown.size, &text, &with_all).await?;
    }
    Err(Fault::unavailable("cosignatures could not be kept: other processes keep theirs all the time"))
}
