//! Digests: a case's row, or a rulebook's text, that was altered since it was written is known when it is read.
//!
//! Invariant: a row's digest covers every other column. It finds damage; whoever alters a row on purpose can write the digest too, and
//! that the log itself tells, by `check`.

use engine::action::{CaseRef, OfficeCode};
use engine::breach::Breach;
use projections::CaseView;
use sha2::{Digest as _, Sha256};

use super::Fault;

/// The first eight bytes of the SHA-256 over the columns, each behind its length; the stream's id follows from the
/// reference. `view`: none while the case is not opened.
pub(super) fn digest(case: &CaseRef, version: u32, view: Option<&CaseView>) -> i64 {
    let mut hash = Sha256::new();
    let mut add = |column: Option<&[u8]>| {
        hash.update(column.map_or(u64::MAX, |bytes| bytes.len() as u64).to_le_bytes());
        hash.update(column.unwrap_or_default());
    };
    add(Some(case.as_str().as_bytes()));
    add(Some(&version.to_le_bytes()));
    if let Some(view) = view {
        add(Some(&view.recorded_at.unix().to_le_bytes()));
        for code in [&view.court, &view.prosecutor, &view.investigator] {
            add(Some(code.as_str().as_bytes()));
        }
        add(view.legal_aid.as_ref().map(OfficeCode::as_str).map(str::as_bytes));
        add(view.next_due.map(|due| due.unix().to_le_bytes()).as_ref().map(<[u8; 8]>::as_slice));
        add(view.worst.map(Breach::word).map(str::as_bytes));
        add(Some(view.document.as_bytes()));
    }
    let bytes: [u8; 32] = hash.finalize().into();
    i64::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]])
}

/// A row of the table `cases` is not as it was written.
pub(super) fn altered(case: &str) -> Fault {
    let case = CaseRef::new(case);
    let case = case.as_ref().map_or("whose reference can't be read", CaseRef::as_str);
    Fault::Corrupt(format!(
        "the view of the case {case} was altered since it was written; `kamnot rebuild` makes it anew from the log"
    ))
}

/// Says that the text of a rulebook is not the one of its digest; none where it is.
pub(super) fn altered_rulebook(named: &[u8], source: &[u8]) -> Option<String> {
    let named = String::from_utf8_lossy(named);
    let is_altered = engine::rulebook::Digest::of(source).to_string() != named;
    is_altered.then(|| {
        format!(
            "the text of the rulebook {named} was altered since it was kept; `kamnot rebuild --rulebook FILE` with the \
             original of the one in force keeps it anew"
        )
    })
}

/// What a rebuild says where it has put the text of the rulebook in force right.
pub(super) const KEPT_ANEW: &str = "the text of the rulebook in force was not the one of its digest";

/// What a check says of an event that was decided under a rulebook which the log does not keep.
pub(super) const UNKNOWN_RULEBOOK: &str = "it was decided under a rulebook that the log does not keep";
