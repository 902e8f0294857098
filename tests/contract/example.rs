//! The example program that builds on `esrs`, on both stores, as somebody who reads it would start it.

use std::process::Command;

use scenarios::servers::database::Database;
use tests::program::program;

/// What the example prints; a second run on the same log records nothing twice.
fn runs_twice_on(place: &str) {
    let run = || {
        let output = Command::new(program().with_file_name("examples").join("one_case")).arg(place).output();
        let output = output.expect("the example, built with `cargo build --workspace --examples`");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    let printed = run();
    let recorded = "case_opened recorded\ncustody_started recorded\n";
    assert!(printed.starts_with(recorded) && printed.contains("alert: custody-48h breach\n"), "{printed}");
    assert_eq!(run(), printed);
}

#[test]
fn the_example_records_a_case_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    runs_twice_on(folder.path().join("one.db").to_str().expect("a path"));
}

#[test]
fn the_example_records_a_case_on_postgres() {
    runs_twice_on(&Database::create().url());
}
