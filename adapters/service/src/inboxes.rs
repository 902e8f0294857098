//! Which offices use their inbox: those for which somebody ever did something about an alert; and who belongs to an office.
//!
//! Invariant: an office that uses its inbox does so for good. It is kept with the log, and moves with it. What is lost in a
//! race between two processes comes back with the office's next act.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use engine::action::OfficeCode;
use engine::calendar::Instant;
use store::people::Membership;
use store::standing::INBOXES;
use store::{Fault, LogStore};
use uuid::Uuid;

use crate::lifecycle::Stop;

/// How often a process reads what others added.
const REFRESHED_EVERY: Duration = Duration::from_secs(30);

/// The offices that use their inbox, as this process knows them.
#[derive(Default)]
pub struct Inboxes {
    log: Option<Arc<dyn LogStore>>,
    known: RwLock<Arc<BTreeSet<OfficeCode>>>,
}

impl Inboxes {
    /// As the log keeps them.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn of(log: Arc<dyn LogStore>) -> Result<Self, Fault> {
        let inboxes = Self { log: Some(log), known: RwLock::default() };
        inboxes.refresh().await?;
        Ok(inboxes)
    }

    /// The offices.
    pub fn known(&self) -> Arc<BTreeSet<OfficeCode>> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads again what other processes may have added.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn refresh(&self) -> Result<(), Fault> {
        let Some(log) = &self.log else { return Ok(()) };
        let kept = log.meta(INBOXES).await?.unwrap_or_default();
        self.add(kept.split(' ').filter_map(OfficeCode::new));
        Ok(())
    }

    /// Notes that an office uses its inbox.
    ///
    /// # Errors
    /// If the log cannot be read or written.
    pub async fn used_by(&self, office: &OfficeCode) -> Result<(), Fault> {
        if self.known().contains(office) {
            return Ok(());
        }
        self.refresh().await?;
        let all = self.add([office.clone()]);
        if let Some(log) = &self.log {
            let words: Vec<&str> = all.iter().map(OfficeCode::as_str).collect();
            log.set_meta(INBOXES, &words.join(" ")).await?;
        }
        Ok(())
    }

    /// Whether this is a person of an office at an instant, to whom something can be handed. Without a log nobody is asked.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn has_person(&self, office: &OfficeCode, person: Uuid, at: Instant) -> Result<bool, Fault> {
        let Some(log) = &self.log else { return Ok(true) };
        let person = log.person(person).await?.filter(|person| person.disabled.is_none());
        let belongs = |of: &Membership| of.office.as_ref() == Some(office) && of.holds(at);
        Ok(person.is_some_and(|person| person.memberships.iter().any(belongs)))
    }

    /// Reads again from time to time what other processes add, until the stop signal.
    pub async fn keep_fresh(&self, stop: &Stop) {
        while !stop.is_set() {
            stop.or(tokio::time::sleep(REFRESHED_EVERY)).await;
            if let Err(fault) = self.refresh().await {
                tracing::debug!(reason = %fault, "the list of offices that use their inbox could not be read; retrying");
            }
        }
    }

    fn add(&self, offices: impl IntoIterator<Item = OfficeCode>) -> Arc<BTreeSet<OfficeCode>> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut known).extend(offices);
        Arc::clone(&known)
    }
}
