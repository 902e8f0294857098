//! The fixed figures of closed quarters: counted once over all cases, when one is first asked for, and kept for good.
//!
//! Invariant: nothing of a quarter is shown before its tables are durable, and what is kept is what is shown: of two processes
//! that count at once, the first to write decides. A first count goes on by itself, whoever waits.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::rulebook::{Language, Rulebook};
use futures::StreamExt as _;
use projections::figures::facts::CaseFacts;
use projections::figures::fixed::{Census, Fixed, Known};
use projections::figures::period::Quarter;
use projections::figures::rules::Rules;
use sha2::{Digest as _, Sha256};
use store::people::FrozenFigures;
use store::{Fault, LogStore};
use tokio::time::timeout;

use super::counts::{Asked, Progress};
use super::kept::IN_FLIGHT;
use crate::offices::{OfficeKind, Offices};
use crate::sealing::random;

/// How many quarters are counted when none was before.
const FIRST: usize = 8;
/// How many quarters that were read are kept in memory.
const READ: usize = 8;

/// The fixed figures, as far as this process has read them.
#[derive(Default)]
pub struct Quarters {
    counting: Arc<tokio::sync::Mutex<()>>,
    progress: Arc<Progress>,
    read: Mutex<Vec<Arc<Fixed>>>,
}

/// What quarters are counted from.
#[derive(Clone)]
pub struct Source {
    /// The log.
    pub log: Arc<dyn LogStore>,
    /// The rulebook in force.
    pub book: Arc<Rulebook>,
    /// The offices, for the provinces of courts.
    pub offices: Arc<Offices>,
    /// Now.
    pub now: Instant,
}

impl Quarters {
    /// The tables of a quarter; `None` if it is not closed, or lies before the first that was counted. Counts it if that was
    /// not done yet, and says how far it is after so long a time.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub async fn of(
        &self,
        source: &Source,
        quarter: Quarter,
        patience: Duration,
    ) -> Result<Asked<Option<Arc<Fixed>>>, Fault> {
        if let Some(fixed) = self.kept(source.log.as_ref(), quarter).await? {
            return Ok(Asked::Ready(Some(fixed)));
        }
        let last = source.log.last_frozen().await?;
        let last = last.as_ref().and_then(|last| Quarter::parse(&last.quarter));
        if quarter > Quarter::last_closed(source.now) || last.is_some_and(|last| quarter < last) {
            return Ok(Asked::Ready(None));
        }
        let waiting = Arc::clone(&self.counting).lock_owned();
        let Ok(turn) = timeout(patience, waiting).await else {
            return Ok(Asked::Counting(self.progress.now()));
        };
        let (counting, progress) = (source.clone(), Arc::clone(&self.progress));
        let counting = tokio::spawn(async move {
            let counted = counting.count(&progress).await;
            drop(turn);
            counted
        });
        let Ok(counted) = timeout(patience, counting).await else { return Ok(Asked::Counting(self.progress.now())) };
        counted.map_err(|error| Fault::unavailable(format!("the quarters were not counted: {error}")))??;
        Ok(Asked::Ready(self.kept(source.log.as_ref(), quarter).await?))
    }

    /// The tables of a quarter, if they are kept.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn kept(&self, log: &dyn LogStore, quarter: Quarter) -> Result<Option<Arc<Fixed>>, Fault> {
        let known = || self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fixed) = known().iter().find(|fixed| fixed.quarter == quarter) {
            return Ok(Some(Arc::clone(fixed)));
        }
        let Some(frozen) = log.frozen_figures(&quarter.to_string()).await? else { return Ok(None) };
        let fixed = Fixed::read(&frozen.shown, quarter, frozen.at).ok_or_else(|| altered(&frozen))?;
        let fixed = Arc::new(fixed);
        let mut known = known();
        if known.len() == READ {
            known.remove(0);
        }
        known.push(Arc::clone(&fixed));
        Ok(Some(fixed))
    }
}

/// Counts and keeps all quarters that have ended, where that was not done.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn freeze(source: &Source) -> Result<(), Fault> {
    source.count(&Progress::default()).await
}

/// The quarters that can be asked for, the last first: those that are kept, and the last that has ended.
///
/// # Errors
/// If the store cannot be read.
pub async fn quarters(log: &dyn LogStore, now: Instant) -> Result<Vec<Quarter>, Fault> {
    let kept = log.frozen_quarters().await?;
    let mut quarters: Vec<Quarter> = kept.iter().filter_map(|quarter| Quarter::parse(quarter)).collect();
    let closed = Quarter::last_closed(now);
    if quarters.first().is_none_or(|last| *last < closed) {
        quarters.insert(0, closed);
    }
    Ok(quarters)
}

impl Source {
    /// Counts all quarters that have ended since the last that is kept, and keeps them.
    async fn count(&self, progress: &Progress) -> Result<(), Fault> {
        let closed = Quarter::last_closed(self.now);
        let last = self.log.last_frozen().await?;
        let (from, secret, known) = if let Some(last) = &last {
            let quarter = Quarter::parse(&last.quarter).ok_or_else(|| altered(last))?;
            (quarter.after(), last.secret, Some(Known::read(&last.known).ok_or_else(|| altered(last))?))
        } else {
            let from = std::iter::successors(Some(closed), |quarter| Some(quarter.before())).nth(FIRST - 1);
            (from.unwrap_or(closed), random(), None)
        };
        // Another process may have counted them meanwhile.
        if from > closed {
            return Ok(());
        }
        let rules = Rules::of(&self.book);
        let courts = self.offices.all().filter(|(_, office)| office.kind == OfficeKind::Court);
        let courts = courts.map(|(code, court)| (code.clone(), court.province.in_language(Language::En).to_owned()));
        let quarters = Quarter::range(from, closed).collect();
        let mut census = Census::new(&rules, quarters, self.now, known, courts.collect());
        let cases = self.log.cases().await?;
        progress.begin(cases.len());
        let load = async |case: CaseRef| (self.log.load(&case).await, case);
        let mut loaded = futures::stream::iter(cases).map(load).buffer_unordered(IN_FLIGHT);
        while let Some((case, reference)) = loaded.next().await {
            progress.step();
            let case = match case {
                Ok(case) => case,
                // `kamnot check` names it.
                Err(Fault::Corrupt(_)) => continue,
                Err(fault) => return Err(fault),
            };
            let Some(facts) = CaseFacts::of(&case, &self.book, &rules, self.now) else { continue };
            census.add(&facts, key(&secret, &reference));
        }
        drop(loaded);
        let mut tables = census.tables();
        // A log is not older than its first case; one quarter is always kept.
        while last.is_none() && tables.len() > 1 && tables[0].1.is_empty() {
            tables.remove(0);
        }
        let frozen = tables.iter().map(|(fixed, known)| {
            let (mut shown, mut compared) = (String::new(), String::new());
            fixed.to_json().write(&mut shown);
            known.to_json().write(&mut compared);
            FrozenFigures { quarter: fixed.quarter.to_string(), at: self.now, secret, shown, known: compared }
        });
        let frozen: Vec<FrozenFigures> = frozen.collect();
        self.log.freeze_figures(&frozen).await
    }
}

/// The key of a case, which nobody can compute without the secret.
fn key(secret: &[u8; 32], case: &CaseRef) -> u64 {
    let digest = Sha256::new().chain_update(secret).chain_update(case.as_str()).finalize();
    digest.iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte))
}

fn altered(frozen: &FrozenFigures) -> Fault {
    let quarter = &frozen.quarter;
    Fault::corrupt(format!("the kept figures of {quarter} were altered since they were written; restore a backup"))
}
