//! Fixed figures of quarters.

use store::people::FrozenFigures;
use store::place::LogPlace;

use super::{AT, open};

tests::on_each_log!(the_figures_of_a_quarter_are_kept_once_and_for_good);

async fn the_figures_of_a_quarter_are_kept_once_and_for_good(place: &LogPlace) {
    let store = open(place).await;
    let figures = |quarter: &str, shown: &str| FrozenFigures {
        quarter: quarter.to_owned(),
        at: AT,
        secret: [7; 32],
        shown: shown.to_owned(),
        known: "[]".to_owned(),
    };
    assert_eq!(store.last_frozen().await.unwrap(), None);
    let (first, second) = (figures("2025-Q4", "first"), figures("2026-Q1", &"long ".repeat(100_000)));
    store.freeze_figures(&[first.clone(), second.clone()]).await.unwrap();
    store.freeze_figures(&[figures("2025-Q4", "other"), figures("2026-Q1", "other")]).await.unwrap();
    let store = open(place).await;
    assert_eq!(store.frozen_figures("2025-Q4").await.unwrap(), Some(first));
    assert_eq!(store.frozen_figures("2026-Q2").await.unwrap(), None);
    assert_eq!(store.last_frozen().await.unwrap(), Some(second));
    assert_eq!(store.frozen_quarters().await.unwrap(), ["2026-Q1", "2025-Q4"]);
}
