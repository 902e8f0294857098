//! Work that blocks, such as a question to a file: each piece on a thread of its own.

use crate::Fault;
use crate::heavy::ShuttingDown;

/// Does what blocks on a thread of its own.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(|_| ShuttingDown)?
}
