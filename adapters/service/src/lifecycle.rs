//! How what runs is told to stop.

use std::future::Future;

use tokio::sync::watch;

/// Told to stop, once and for good. Dropping the [`Stopper`] tells it too.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// Tells every [`Stop`] of the pair.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

impl Stop {
    /// A pair.
    pub fn pair() -> (Stopper, Self) {
        let (tell, told) = watch::channel(false);
        (Stopper(tell), Self(told))
    }

    /// Whether it is time to stop.
    pub fn is_set(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// The work's result, or none if it is time to stop first; the work is then dropped.
    pub async fn or<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut told = self.0.clone();
        tokio::select! {
            biased;
            _ = told.wait_for(|stop| *stop) => None,
            result = work => Some(result),
        }
    }
}

impl Stopper {
    /// It is time to stop.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}
