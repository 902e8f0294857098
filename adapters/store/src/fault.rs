//! What goes wrong in the world, and what the caller does next.
//!
//! Invariant: a fault says that nothing was recorded only where that is certain, and only to who wanted something recorded
//! ([`Fault::to_sender`]).

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use engine::action::CaseRef;

/// The world's no: what was attempted, what was found, and what the caller does next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The stream has moved on: load it again and decide again.
    #[error("the case {0} has changed meanwhile")]
    Conflict(CaseRef),
    /// Try again later: locked, full, read-only.
    #[error("{0}")]
    Unavailable(Said),
    /// Start the program again: another rulebook is in force by now, the log was moved, or a commit's outcome is unknown.
    #[error("{0}")]
    Restart(Said),
    /// Stop: not ours, from a newer program, damaged.
    #[error("{0}")]
    Corrupt(Said),
}

impl Fault {
    /// The log at `place` was made by a program before the first release, whose layouts are not counted.
    pub(super) fn before_the_first_release(place: &impl fmt::Display) -> Self {
        Self::corrupt(format!(
            "{place} was made by kamnot before 0.2.0, and this program does not read it; keep the older program to read \
             it, or import the offices' files into a new log"
        ))
    }

    /// The log at `place` has a layout that is not this program's.
    pub(super) fn of_layout(place: &impl fmt::Display, found: i64, ours: i64) -> Self {
        let whose = if found < ours { "an older" } else { "a newer" };
        let what_to_do = if found < ours {
            "run `kamnot bring-over` on a file of layout 2; from any other, write its actions out with its own program's \
             `kamnot export`, and import them into a new log"
        } else {
            "use the program that wrote it"
        };
        Self::corrupt(format!(
            "{place} has layout {found}, of {whose} kamnot; this program reads layout {ours}; {what_to_do}"
        ))
    }
}

/// Faults that every store meets.
impl Fault {
    /// [`Fault::Unavailable`], in these words.
    pub fn unavailable(said: impl Into<String>) -> Self {
        Self::Unavailable(Said::of(said))
    }

    /// [`Fault::Restart`], in these words.
    pub fn restart(said: impl Into<String>) -> Self {
        Self::Restart(Said::of(said))
    }

    /// [`Fault::Corrupt`], in these words.
    pub fn corrupt(said: impl Into<String>) -> Self {
        Self::Corrupt(Said::of(said))
    }

    /// Another program keeps every writer out.
    pub(super) fn locked(place: impl fmt::Display, wait: Duration) -> Self {
        let found = format!("another program has held {place} locked for {} s", wait.as_secs_f32());
        Self::Unavailable(Said::nothing_recorded(found, "end that program or wait for it, then send it again"))
    }

    /// What stands in the tables is in the way of what the log gives.
    pub(super) fn of_rows(place: impl fmt::Display, error: impl fmt::Display) -> Self {
        let found = format!("{place} holds rows that its log does not give ({error})");
        let then = "`kamnot check` names them, `kamnot rebuild` takes them out";
        Self::Corrupt(Said::nothing_recorded(found, then))
    }

    /// The log was decided under another rulebook than this process would decide under.
    pub(super) fn of_rulebook(place: impl fmt::Display, in_force: &str, ours: &str) -> Self {
        Self::corrupt(format!(
            "the log {place} was decided under rulebook {in_force}; started with {ours}; start with that one, or run \
             `kamnot rules adopt FILE` to put another in force"
        ))
    }

    /// The log does not say which installation it is.
    pub(super) fn of_no_installation(place: impl fmt::Display) -> Self {
        Self::corrupt(format!("{place} does not say which installation it is"))
    }

    /// The text for who wanted something recorded: it also says that nothing was, where that is certain. Of the one append
    /// that met the fault; others of the same file may have been recorded before.
    pub fn to_sender(&self) -> String {
        match self {
            Self::Conflict(_) => self.to_string(),
            Self::Unavailable(said) | Self::Restart(said) | Self::Corrupt(said) => said.to_sender(),
        }
    }
}

/// What a fault says: what was found and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    text: String,
    /// Where in the text it belongs that nothing was recorded; none where that is not so, or not known.
    nothing_recorded: Option<usize>,
}

impl Said {
    fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), nothing_recorded: None }
    }

    /// What was found before anything was recorded, and what to do.
    pub(super) fn nothing_recorded(found: impl fmt::Display, then: impl fmt::Display) -> Self {
        let mut text = format!("{found}; ");
        let at = text.len();
        text += &then.to_string();
        Self { text, nothing_recorded: Some(at) }
    }

    fn to_sender(&self) -> String {
        let mut text = self.text.clone();
        if let Some(at) = self.nothing_recorded {
            text.insert_str(at, "nothing of this was recorded; ");
        }
        text
    }
}

impl Deref for Said {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What went wrong in a store, before it is told with the name of the log; `E`: what its database says.
#[derive(Debug)]
pub(super) enum Failed<E> {
    Database(E),
    Fault(Fault),
}

impl<E> From<Fault> for Failed<E> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl<E> Failed<E> {
    /// What was found to be damaged; otherwise the failure itself.
    pub fn damage(self) -> Result<Said, Self> {
        if let Self::Fault(Fault::Corrupt(found)) = self { Ok(found) } else { Err(self) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wanted_something_recorded_alone_is_told_that_nothing_was() {
        let locked = Fault::Unavailable(Said::nothing_recorded("a.db is locked", "try later"));
        assert_eq!(locked.to_string(), "a.db is locked; try later");
        assert_eq!(locked.to_sender(), "a.db is locked; nothing of this was recorded; try later");
        let unknown = Fault::restart("whether it is on disk is not known");
        assert_eq!(unknown.to_sender(), unknown.to_string());
    }
}
