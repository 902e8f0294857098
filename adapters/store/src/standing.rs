//! Whether a log may be worked on: it was not moved elsewhere, it is whole, and it is decided under our rulebook.
//!
//! Invariant: asked inside every transaction that writes. So what seals a log also holds off whoever opened it before.

use engine::rulebook::Digest;

use super::{Fault, Said};

/// The key of the digest of the rulebook in force.
pub(super) const RULEBOOK: &str = "rulebook";
/// The key under which a sealed log says where it was moved to, without a password; empty once it was opened again.
pub const MOVED_TO: &str = "moved_to";
/// The key under which a log says that it is the unfinished copy of another, and of which; empty once it is finished.
pub const UNFINISHED: &str = "unfinished_copy_of";

/// The key under which a log keeps the last reconciliation.
pub const LAST_RECONCILIATION: &str = "reconciliation";
/// The key under which a log keeps the codes of the offices that use their inbox, separated by spaces.
pub const INBOXES: &str = "inboxes";

/// What a log says of itself.
#[derive(Debug, Default)]
pub(super) struct Standing {
    rulebook: Option<String>,
    moved_to: Option<String>,
    unfinished: Option<String>,
}

impl Standing {
    /// What the small texts of a log say; those under other keys say nothing.
    pub fn of<'t>(texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let mut standing = Self::default();
        for (key, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            let said = match key {
                RULEBOOK => &mut standing.rulebook,
                MOVED_TO => &mut standing.moved_to,
                UNFINISHED => &mut standing.unfinished,
                _ => continue,
            };
            *said = Some(text.to_owned());
        }
        standing
    }

    /// Sees that the log at `place` may be worked on under `book`.
    pub fn permit(&self, place: &str, book: Digest) -> Result<(), Fault> {
        self.refuse_moved(place)?;
        if let Some(of) = &self.unfinished {
            return Err(Fault::Restart(unfinished(place, of)));
        }
        let in_force = self.rulebook.as_deref().unwrap_or_default();
        if in_force == book.to_string() {
            return Ok(());
        }
        Err(Fault::restart(format!(
            "the log {place} is decided under rulebook {in_force} by now, not under {book}; start again with that one"
        )))
    }

    /// Sees that the log at `place` was not moved elsewhere.
    pub fn refuse_moved(&self, place: &str) -> Result<(), Fault> {
        self.moved_to.as_ref().map_or(Ok(()), |to| Err(Fault::Restart(moved(place, to))))
    }
}

/// Says that a log was moved, and where to.
pub fn moved(place: &str, to: &str) -> Said {
    Said::nothing_recorded(
        format_args!("the log {place} was moved to {to} and is sealed"),
        format_args!("work on {to} from now on (to open the old log again: `kamnot move --reopen`)"),
    )
}

/// Says that a log is an unfinished copy, and what leads on.
pub fn unfinished(place: &str, of: &str) -> Said {
    let then = "run `kamnot move` from there to here again: it begins anew";
    Said::nothing_recorded(format_args!("{place} is the unfinished copy of {of}"), then)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_worked_on_where_it_is_whole_and_ours() {
        let book = Digest::of(b"a rulebook");
        let digest = book.to_string();
        let permitted = |texts: &[(&str, &str)]| Standing::of(texts.iter().copied()).permit("a.db", book);
        assert_eq!(permitted(&[(RULEBOOK, &digest), (MOVED_TO, ""), (UNFINISHED, ""), ("clock", "yes")]), Ok(()));
        let refused = |texts: &[(&str, &str)], why: &str| {
            let fault = permitted(texts).unwrap_err();
            assert!(matches!(&fault, Fault::Restart(said) if said.contains(why)), "{fault}");
        };
        refused(&[(RULEBOOK, &digest), (MOVED_TO, "b.db")], "was moved to b.db and is sealed");
        refused(&[(RULEBOOK, &digest), (UNFINISHED, "b.db")], "unfinished copy of b.db");
        refused(&[(RULEBOOK, "0")], "under rulebook 0 by now");
        refused(&[], "under rulebook  by now");
    }
}
