//! The stop signal for the loops of `serve`.

use std::future::Future;

use tokio::sync::watch;

/// The receiving end of the stop signal. The signal is given once and for good; dropping the [`Stopper`] gives it too.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// The sending end: signals every [`Stop`] of its pair.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

impl Stop {
    /// A connected pair.
    pub fn pair() -> (Stopper, Self) {
        let (tell, told) = watch::channel(false);
        (Stopper(tell), Self(told))
    }

    /// Whether it is time to stop.
    pub fn is_set(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// The result of `work`, or `None` if the stop signal comes first; `work` is then dropped.
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
    /// Gives the stop signal.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}
