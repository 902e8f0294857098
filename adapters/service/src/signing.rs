//! Signs the checkpoints of the log's tree.
//!
//! Invariant: what is signed continues what was signed before, as a mark outside the database and witnesses say; the mark is on
//! disk before the signature leaves. Where it does not, or the log contradicts itself, nothing is signed; recording and alerts go on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use evidence::checkpoint::Checkpoint as Signed;
use evidence::key::{SignerKey, VerifierKey};
use evidence::leaf::{DeclarationLeaf, Why};
use evidence::note::{Note, SignError};
use evidence::tree::{Plan, empty_root};
use store::tree::{Checkpoint, Integrator, Which};
use store::{Fault, LogStore};

use crate::log_key::{LogKeys, PublicKeys};
use crate::reconcile::{DifferenceKind, Reconciler};
use crate::witnesses::{Contradiction, Standing, Witnesses};
use store::private_file;

/// Why a checkpoint is not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// The mark of what was signed last cannot be read or written.
    #[error("the mark of what was signed, {file}, {reason}")]
    Mark {
        /// Its file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The log does not continue what was signed before.
    #[error(
        "the log does not continue the checkpoint of size {size} that was signed before: it was restored or rewritten; see \
         \"When the log does not continue\" in kamnot's page on evidence"
    )]
    NotContinued {
        /// The size of what was signed before.
        size: u64,
    },
    /// The log does not continue what a witness cosigned.
    #[error(
        "the log does not continue the checkpoint of size {size} that the witness {witness} cosigned: it was restored or rewritten, \
         or another log signs with its key; see \"When the log does not continue\" in kamnot's page on evidence"
    )]
    NotAsCosigned {
        /// What the policy calls the witness.
        witness: String,
        /// The size of what it cosigned last.
        size: u64,
    },
    /// The last reconciliation, or the tree itself, says that the log was altered.
    #[error("the log contradicts itself; `kamnot check` says where")]
    Damaged,
    /// The key does not sign it.
    #[error(transparent)]
    Key(#[from] SignError),
}

/// Why signing came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningFault {
    /// It is refused.
    #[error(transparent)]
    Unsigned(#[from] Unsigned),
    /// The store.
    #[error(transparent)]
    Store(#[from] Fault),
}

/// Signs the checkpoints of one log.
pub struct Signer {
    keys: LogKeys,
    mark: PathBuf,
    witnesses: Option<Witnesses>,
}

impl Signer {
    /// Signs with these keys; `mark`: the file outside the database that says what was signed last.
    pub const fn new(keys: LogKeys, mark: PathBuf) -> Self {
        Self { keys, mark, witnesses: None }
    }

    /// The same, with these witnesses.
    #[must_use]
    pub fn witnessed_by(self, witnesses: Option<Witnesses>) -> Self {
        Self { witnesses, ..self }
    }

    /// How the log stands with its witnesses; none if it has none, or they were not asked yet.
    pub fn standing(&self) -> Option<Standing> {
        self.witnesses.as_ref()?.standing()
    }

    /// The keys.
    pub const fn keys(&self) -> &LogKeys {
        &self.keys
    }

    /// Signs a checkpoint, unless it is signed, keeps its note in the log, and asks the witnesses; the note.
    ///
    /// # Errors
    /// If it is refused, or the log cannot be read or written.
    pub async fn sign(&self, log: &dyn LogStore, checkpoint: &Checkpoint) -> Result<String, SigningFault> {
        let Checkpoint { size, root, .. } = *checkpoint;
        // Also of a log in which nothing is new: it may have been restored.
        if let Some(reason) = broken_promise(log, &self.keys.public(), &self.mark).await? {
            return Err(reason.into());
        }
        self.ask_witnesses(log).await?;
        if let Some(note) = &checkpoint.note {
            return Ok(note.clone());
        }
        let last = Reconciler::last(log).await?;
        let is_red = last.is_some_and(|last| last.differences.kinds.contains_key(&DifferenceKind::LogDamaged));
        if is_red || !is_root(log, size, root).await? {
            return Err(Unsigned::Damaged.into());
        }
        let signed = Signed { origin: self.keys.origin().to_owned(), size, root };
        let mut note = signed.sign(&self.keys.log).map_err(Unsigned::from)?;
        if self.new_key_since(log).await? {
            let previous = self.keys.previous.iter().map(|key| signed.sign(key)).collect::<Result<Vec<Note>, _>>();
            for before in previous.map_err(Unsigned::from)? {
                note.add(before.signatures().iter().cloned());
            }
        }
        let text = note.to_string();
        private_file::replace(&self.mark, text.as_bytes())
            .map_err(|error| of_mark(&self.mark, format!("cannot be written: {error}")))?;
        log.keep_note(size, &text).await?;
        if let Some(witnesses) = &self.witnesses {
            // What one of them says against it, it says again before the next is signed.
            witnesses.show(log, &note).await?;
        }
        Ok(text)
    }

    /// Shows the witnesses the checkpoint that was signed last, of which each says whether it continues what it cosigned.
    ///
    /// # Errors
    /// If one says that it does not, or the log cannot be read or written.
    pub async fn ask_witnesses(&self, log: &dyn LogStore) -> Result<(), SigningFault> {
        let Some(witnesses) = &self.witnesses else { return Ok(()) };
        let mut shown = None;
        loop {
            let (last, note) = self.last_signed(log).await?;
            let Signed { size, root, .. } = last;
            if let Some((Contradiction { witness, size }, before)) = shown.take()
                && before == last
            {
                return Err(Unsigned::NotAsCosigned { witness, size }.into());
            }
            if size > 0 && !is_root(log, size, root).await? {
                return Err(Unsigned::NotContinued { size }.into());
            }
            match witnesses.show(log, &note).await? {
                // Unless another process of this log has signed a later one meanwhile.
                Some(contradiction) => shown = Some((contradiction, last)),
                None => return Ok(()),
            }
        }
    }

    /// The last checkpoint that was signed under this origin; before the first one that of the empty tree, which every log
    /// continues.
    async fn last_signed(&self, log: &dyn LogStore) -> Result<(Signed, Note), SigningFault> {
        let kept = log.last_checkpoint(Which::Signed).await?.and_then(|checkpoint| checkpoint.note);
        if let Some(note) = kept.and_then(|note| Note::parse(note.as_bytes()).ok()) {
            let keys = [Some(self.keys.log.verifier()), self.keys.previous.as_ref().map(SignerKey::verifier)];
            if let Some(last) = keys.into_iter().flatten().find_map(|key| Signed::open(&note, key).ok()) {
                return Ok((last, note));
            }
        }
        let nothing = Signed { origin: self.keys.origin().to_owned(), size: 0, root: empty_root() };
        let note = nothing.sign(&self.keys.log).map_err(Unsigned::from)?;
        Ok((nothing, note))
    }

    /// Says in the tree that the log has another key, where it does not say so yet.
    ///
    /// # Errors
    /// If the log cannot be read or written.
    pub async fn declare_key(&self, log: &dyn LogStore, integrator: &mut Integrator) -> Result<(), Fault> {
        if !self.new_key_since(log).await? {
            return Ok(());
        }
        let size = log.tree_standing().await?.size;
        let reference = self.keys.log.verifier().fingerprint();
        let leaf = DeclarationLeaf { why: Why::KeyChanged, from: size, to: size, reference };
        log.declare(integrator, leaf).await.map(|_| ())
    }

    /// Whether the last checkpoint was signed by the key before.
    async fn new_key_since(&self, log: &dyn LogStore) -> Result<bool, Fault> {
        let Some(previous) = &self.keys.previous else { return Ok(false) };
        let last = log.last_checkpoint(Which::Signed).await?.and_then(|checkpoint| checkpoint.note);
        let note = last.and_then(|note| Note::parse(note.as_bytes()).ok());
        let by = |key: &VerifierKey| note.as_ref().is_some_and(|note| note.verify([key]).is_ok());
        Ok(by(previous.verifier()) && !by(self.keys.log.verifier()))
    }
}

/// Why the log is not the one whose checkpoint was signed last, as the mark outside the database says; none where it is, or
/// nothing was signed yet.
///
/// # Errors
/// If the log cannot be read.
pub async fn broken_promise(log: &dyn LogStore, keys: &PublicKeys, mark: &Path) -> Result<Option<Unsigned>, Fault> {
    let Signed { size, root, .. } = match marked(keys, mark) {
        Ok(Some(marked)) => marked,
        Ok(None) => return Ok(None),
        Err(reason) => return Ok(Some(reason)),
    };
    Ok((!is_root(log, size, root).await?).then_some(Unsigned::NotContinued { size }))
}

/// The checkpoint that was signed last, as the mark says.
fn marked(keys: &PublicKeys, mark: &Path) -> Result<Option<Signed>, Unsigned> {
    let note = match fs::read(mark) {
        Ok(note) => note,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(of_mark(mark, format!("cannot be read: {error}"))),
    };
    let strange = || of_mark(mark, "is no checkpoint of this log".to_owned());
    let note = Note::parse(&note).map_err(|_| strange())?;
    let keys = [Some(&keys.log), keys.previous.as_ref()];
    let opened = keys.iter().flatten().find_map(|key| Signed::open(&note, key).ok());
    opened.map(Some).ok_or_else(strange)
}

fn of_mark(mark: &Path, reason: String) -> Unsigned {
    Unsigned::Mark { file: mark.display().to_string(), reason }
}

/// Whether the tree over the first leaves has this root.
async fn is_root(log: &dyn LogStore, size: u64, root: evidence::hash::Hash) -> Result<bool, Fault> {
    match log.tree_hashes(&Plan::root(size)).await {
        Ok(hashes) => Ok(hashes == [root]),
        // The rows are not there, or are not what was written.
        Err(Fault::Corrupt(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}
