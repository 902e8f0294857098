//! Makes the evidence file of a case, and says in words what a file proves.
//!
//! Invariant: a file that does not prove itself is not handed out.

mod gather;
pub mod said;
mod words;

use std::time::Duration;

use engine::action::CaseRef;
use engine::calendar::Instant;
use evidence::file::verify::{Asked, Trust, verify};
use evidence::file::{Evidence, Unread};
use projections::recomputed::{Claim, KeptEvent, Recomputed, recomputed};
use store::tree::{Integrated, Integrator, Which};
use store::{Fault, LogStore};

use crate::in_force;
use crate::log_key::PublicKeys;
use crate::signing::{Signer, SigningFault, Unsigned};

/// How many events are taken into the tree in one transaction.
const MOST: usize = 2048;
/// How long another process may take for a checkpoint.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is tried again where another checkpoint came between.
const ATTEMPTS: usize = 5;

/// What a file shall hold of what is personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclosed {
    /// What the log has.
    All,
    /// Nothing: commitments alone.
    Nothing,
}

/// Why there is no evidence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEvidence {
    /// The log has no such case.
    #[error("there is no case {0} in the log")]
    NoCase(CaseRef),
    /// There is no signed checkpoint, or the newest is not signed with this key.
    #[error(
        "there is no checkpoint that is signed with this key; `kamnot serve --log-key FILE` signs them, and \
         `kamnot evidence --log-key FILE` does"
    )]
    NoCheckpoint,
    /// The newest checkpoint may not be signed.
    #[error("no checkpoint is signed: {0}")]
    Unsigned(#[from] Unsigned),
    /// Other processes make checkpoints all the time.
    #[error("the log's tree changes faster than the evidence is gathered; try again")]
    Changing,
    /// What the log holds does not prove itself.
    #[error("the log contradicts itself, so no evidence is handed out; `kamnot check` says where: {0}")]
    Contradicts(String),
    /// The log cannot be read.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<SigningFault> for NoEvidence {
    fn from(fault: SigningFault) -> Self {
        match fault {
            SigningFault::Unsigned(reason) => Self::Unsigned(reason),
            SigningFault::Store(fault) => Self::Store(fault),
        }
    }
}

/// Makes a checkpoint of what is recorded, signs it and asks the witnesses, if no other process keeps the tree. That one makes them
/// by itself: then it is waited for a moment until it has the case, and the witnesses are asked for that one.
///
/// # Errors
/// If the log cannot be read or written, or the checkpoint may not be signed.
pub async fn make_checkpoint(
    log: &dyn LogStore,
    signer: Option<&Signer>,
    case: &CaseRef,
    now: Instant,
) -> Result<(), NoEvidence> {
    let Some(signer) = signer else { return Ok(()) };
    let mut integrator = Integrator::default();
    in_force::note(log, Some(&signer.keys().public()), now).await?;
    loop {
        match log.integrate(&mut integrator, MOST).await? {
            Integrated::Taken(MOST) => {}
            Integrated::Taken(_) => break,
            Integrated::ByAnother => {
                wait(log, case).await?;
                return Ok(signer.ask_witnesses(log).await?);
            }
        }
    }
    signer.declare_key(log, &mut integrator).await?;
    log.make_checkpoint(&mut integrator, now).await?;
    if let Some(last) = log.last_checkpoint(Which::Any).await? {
        signer.sign(log, &last).await?;
    }
    Ok(())
}

/// Waits until a signed checkpoint has the whole case, but not long.
async fn wait(log: &dyn LogStore, case: &CaseRef) -> Result<(), NoEvidence> {
    const LOOK_EVERY: Duration = Duration::from_millis(250);
    let Some(last) = log.stream(case).await?.last().map(|stored| stored.position.0) else { return Ok(()) };
    let mut waited = Duration::ZERO;
    while waited < PATIENCE {
        let index = log.indexes_of(&[last]).await?.remove(&last);
        let size = log.last_checkpoint(Which::Signed).await?.map_or(0, |checkpoint| checkpoint.size);
        if index.is_some_and(|index| index < size) {
            break;
        }
        tokio::time::sleep(LOOK_EVERY).await;
        waited += LOOK_EVERY;
    }
    Ok(())
}

/// The evidence file of a case, as of the newest signed checkpoint; `now`: the instant that the case is assessed for.
///
/// # Errors
/// If there is no such case or no signed checkpoint, or the log cannot be read or contradicts itself.
pub async fn file(
    log: &dyn LogStore,
    keys: &PublicKeys,
    case: &CaseRef,
    disclosed: Disclosed,
    now: Instant,
) -> Result<Vec<u8>, NoEvidence> {
    for _ in 0..ATTEMPTS {
        let Some(evidence) = gather::evidence(log, keys, case, disclosed, now).await? else { continue };
        let bytes = evidence.to_bytes();
        let contradicts = |why: String| NoEvidence::Contradicts(why);
        let read = Evidence::from_bytes(&bytes).map_err(|unread: Unread| contradicts(unread.to_string()))?;
        let trust = Trust::Fingerprints(vec![keys.log.fingerprint()]);
        let asked = Asked { trust, receipts: Vec::new(), registers: Vec::new(), at_least: None };
        let verdicts = verify(&read, &asked, recompute);
        verdicts.complete.map_err(|why| contradicts(why.to_string()))?;
        verdicts.log.map_err(|_| NoEvidence::NoCheckpoint)?;
        if verdicts.recomputed != Recomputed::Same {
            return Err(contradicts(format!("{:?}", verdicts.recomputed)));
        }
        return Ok(bytes);
    }
    Err(NoEvidence::Changing)
}

/// Computes anew what a file says.
pub fn recompute(evidence: &Evidence) -> Recomputed {
    let events = evidence.of_case().events.iter();
    let assessment = &evidence.assessment;
    let rulebooks = evidence.rulebooks.iter();
    recomputed(&Claim {
        case: &evidence.case,
        events: events
            .map(|event| KeptEvent { format: event.format, payload: &event.payload, disclosures: &event.disclosures })
            .collect(),
        rulebooks: rulebooks.map(|text| (evidence::file::digest_of(text), text.as_str())).collect(),
        at: Instant::from_unix(i64::try_from(assessment.at).unwrap_or(i64::MAX)),
        engine: assessment.engine,
        rulebook: &assessment.rulebook,
        result: &assessment.result,
    })
}
