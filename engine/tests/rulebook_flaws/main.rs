//! A rulebook file with a flaw is refused with its line, what was found and what was expected.

mod file;
mod impossible;
mod limits;
mod mutated;
mod readings;
mod rules;
mod texts;
mod written;

use engine::rulebook::{Flaw, LAW_05_NA_2006, Rulebook};

/// A copy of the program's rulebook with one thing changed, and the flaw that it is refused with.
struct Refusal {
    changed: String,
    flaw: Flaw,
}

/// Replaces the first `old` behind `header`.
#[track_caller]
fn changed(header: &str, old: &str, new: &str) -> String {
    changed_again(LAW_05_NA_2006, header, old, new)
}

/// Replaces the first `old` behind `header` in a copy.
#[track_caller]
fn changed_again(source: &str, header: &str, old: &str, new: &str) -> String {
    let start = source.find(header).expect("the header is in the file");
    let (before, after) = source.split_at(start);
    assert!(after.contains(old), "{old} is not in the file behind {header}");
    format!("{before}{}", after.replacen(old, new, 1))
}

#[track_caller]
fn refused(header: &str, old: &str, new: &str) -> Refusal {
    Refusal::of(changed(header, old, new))
}

#[track_caller]
fn accepted(changed: &str) -> Rulebook {
    Rulebook::parse(changed).unwrap_or_else(|flaw| panic!("{flaw}"))
}

/// The interview's room, with another test of its failure.
fn failing(test: &str) -> String {
    changed("[rules.interview-room]", "fails = { no = \"dedicated_room\" }", &format!("fails = {test}"))
}

/// The flaw of such a test, which is on its line.
#[track_caller]
fn refused_test(test: &str) -> Refusal {
    Refusal::of(failing(test)).on_line("[rules.interview-room]", "fails = ")
}

impl Refusal {
    #[track_caller]
    fn of(changed: String) -> Self {
        match Rulebook::parse(&changed) {
            Err(flaw) => Self { changed, flaw },
            Ok(_) => panic!("the change is taken for no flaw"),
        }
    }

    /// The flaw's line is the first behind `header` that has `words`.
    #[track_caller]
    fn on_line(self, header: &str, words: &str) -> Self {
        let start = self.changed.find(header).expect("the header is in the changed file");
        let at = start + self.changed[start..].find(words).expect("the words are in the changed file");
        let line = self.changed[..at].matches('\n').count() + 1;
        assert_eq!(self.flaw.line, line, "{}", self.flaw);
        self
    }

    #[track_caller]
    fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.flaw.what.contains(word), "\"{word}\" is not in: {}", self.flaw);
        }
        self
    }
}
