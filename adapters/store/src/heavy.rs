//! Work that takes the processor for long: it is done beside the tasks, so that these go on meanwhile.
//!
//! Invariant: one processor is left to the tasks, however much of such work there is; what comes first is done first.

use std::num::NonZero;
use std::sync::LazyLock;
use std::thread;

use tokio::sync::Semaphore;

use crate::Fault;

/// From how many actions and alerts on work on a case is heavy. Most cases have tens, on which work takes microseconds.
pub const HEAVY_CASE: usize = 512;

/// The program is shutting down: the work was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShuttingDown;

impl From<ShuttingDown> for Fault {
    fn from(_: ShuttingDown) -> Self {
        Self::unavailable("the program is shutting down")
    }
}

/// Does `work` beside the tasks, when its turn has come.
///
/// # Errors
/// If the program is shutting down.
pub async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ShuttingDown> {
    static PROCESSORS: LazyLock<Semaphore> = LazyLock::new(|| {
        let all = thread::available_parallelism().map_or(1, NonZero::get);
        Semaphore::new(all.saturating_sub(1).max(1))
    });
    let permit = PROCESSORS.acquire().await.map_err(|_| ShuttingDown)?;
    let worked = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    });
    worked.await.map_err(|error| {
        if let Ok(panic) = error.try_into_panic() {
            std::panic::resume_unwind(panic);
        }
        ShuttingDown
    })
}

/// Does `work` at once where it is light, and beside the tasks where it is heavy.
///
/// # Errors
/// If the program is shutting down.
pub async fn beside_if<T: Send + 'static>(
    heavy: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ShuttingDown> {
    if heavy { beside(work).await } else { Ok(work()) }
}
