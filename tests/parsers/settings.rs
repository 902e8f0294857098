//! The two files that say how the program is set up: the rulebook and the offices.

use engine::rulebook::{LAW_05_NA_2006, Rulebook};
use proptest::prelude::*;
use service::offices::{Offices, OfficesError};

use crate::corpus::{assert_brief, text};
use crate::mutation::{mutated, mutations};

fn lines(text: &str) -> usize {
    1 + text.matches('\n').count()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(80) })]

    #[test]
    fn a_mutated_rulebook_is_read_as_it_stands_or_refused_with_a_line(mutations in mutations(2_000)) {
        let bytes = mutated(LAW_05_NA_2006.as_bytes(), &mutations);
        let source = String::from_utf8_lossy(&bytes);
        for read in [Rulebook::parse(&source), Rulebook::stored(&source)] {
            match read {
                Ok(book) => prop_assert_eq!(book.source(), &source),
                Err(flaw) => {
                    prop_assert!((1..=lines(&source)).contains(&flaw.line), "{}", flaw);
                    // Of a file that is cut to nothing, something has to be said.
                    assert_brief(flaw.to_string().len(), source.len(), 1_000);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) })]

    #[test]
    fn mutated_offices_are_read_the_same_again_or_refused_with_a_line(mutations in mutations(2_000)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("offices.toml");
        let bytes = mutated(text("offices.toml").as_bytes(), &mutations);
        std::fs::write(&path, &bytes).unwrap();
        match none().with_file(&path) {
            Ok(offices) => {
                let again = offices.clone().with_file(&path);
                prop_assert_eq!(again.ok(), Some(offices.clone()));
                for (code, office) in offices.all() {
                    let shown = format!("{code} {} {}", office.name.en, office.name.lo);
                    prop_assert!(!shown.contains(['\0', '\n', '\u{1b}']), "{shown:?}");
                }
            }
            Err(OfficesError::Line { line, what, .. }) => {
                let of = lines(&String::from_utf8_lossy(&bytes));
                prop_assert!((1..=of).contains(&line), "{line} of {of}: {what}");
                assert_brief(what.len(), bytes.len(), 1_000);
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// The offices of the program, which cost little to copy and much to read.
fn none() -> Offices {
    static OFFICES: std::sync::LazyLock<Offices> = std::sync::LazyLock::new(Offices::of_the_program);
    OFFICES.clone()
}
