//! Waiting for what another task or process does.

use std::time::Duration;

/// Waits until something is so.
///
/// # Panics
/// If it isn't within a minute.
pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..1200 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not within a minute: {what}");
}
