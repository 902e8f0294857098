//! How often the log has changed, for those who wait for the next time.
//!
//! Invariant: whoever waits behind a count that is no longer the last goes on at once; no change is slept through.

use std::sync::Arc;

use tokio::sync::watch::Sender;

/// The count, shared by all who change it or wait.
#[derive(Clone)]
pub(super) struct Changes(Arc<Sender<i64>>);

impl Changes {
    pub fn none() -> Self {
        Self(Arc::new(Sender::new(0)))
    }

    /// Counts a change that is there to be seen.
    pub fn count(&self) {
        self.0.send_modify(|changes| *changes += 1);
    }

    pub fn counted(&self) -> i64 {
        *self.0.borrow()
    }

    /// Waits until the count is another one than `counter`.
    pub async fn since(&self, counter: i64) {
        // Never fails: the sender lives as long as we do.
        let _ = self.0.subscribe().wait_for(|changes| *changes != counter).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_is_woken_and_who_comes_late_goes_on_at_once() {
        let changes = Changes::none();
        let before = changes.counted();
        tokio::join!(changes.since(before), async { changes.count() });
        changes.since(before).await;
        assert_eq!(changes.counted(), before + 1);
    }

    #[tokio::test]
    async fn without_a_change_nobody_is_woken() {
        let changes = Changes::none();
        let wait = std::time::Duration::from_millis(20);
        assert!(tokio::time::timeout(wait, changes.since(changes.counted())).await.is_err());
    }
}
