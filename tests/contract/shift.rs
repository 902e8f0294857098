//! Shift sheets: rows that are only added.

use store::people::ShiftSheet;
use store::place::LogPlace;
use tests::made::office;
use uuid::Uuid;

use crate::people::{AT, open};

tests::on_each_log!(a_shift_sheet_is_handed_over_once_and_taken_over_once);

/// A sheet that was handed over.
fn handed_over(n: u128, code: &str) -> ShiftSheet {
    let (id, person) = (Uuid::from_u128(n), Uuid::from_u128(8));
    let (office, list) = (office(code), "[]".to_owned());
    ShiftSheet { id, sheet: id, office, person, at: AT, until: AT.plus(3600), list }
}

async fn a_shift_sheet_is_handed_over_once_and_taken_over_once(place: &LogPlace) {
    let store = open(place).await;
    let (given, elsewhere) = (handed_over(1, "vte-prosecutor"), handed_over(2, "lpb-prosecutor"));
    let id = ShiftSheet::taken_over(given.sheet);
    let taken = ShiftSheet { id, person: Uuid::from_u128(9), at: AT.plus(60), ..given.clone() };
    for (sheet, is_new) in [(&given, true), (&given, false), (&elsewhere, true), (&taken, true)] {
        assert_eq!(store.add_sheet(sheet).await.unwrap(), is_new);
    }
    let by_another = ShiftSheet { person: Uuid::from_u128(10), at: AT.plus(61), ..taken.clone() };
    assert!(!store.add_sheet(&by_another).await.unwrap(), "two do not take over the same");
    assert_eq!(store.sheet(given.sheet).await.unwrap(), [given.clone(), taken.clone()]);
    assert_eq!(store.sheets(&given.office, 9).await.unwrap(), [taken.clone(), given]);
    assert_eq!(store.sheets(&office("vte-prosecutor"), 1).await.unwrap(), [taken]);
    assert_eq!(store.sheets(&office("vte-legal-aid"), 9).await.unwrap(), []);
}
