//! Diagnostic messages: for a person at a terminal, and for the journal of systemd.

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, Instant};

use tests::program::{Desk, program};

/// What the program says on standard error, where that is a file which systemd names as the stream to its journal.
fn in_the_journal(desk: &Desk, arguments: &[&str], named: bool) -> String {
    let stream = File::create(desk.path("journal")).expect("a file");
    let about = stream.metadata().expect("its inode");
    let inode = if named { about.ino() } else { about.ino() + 1 };
    let mut command = desk.command(arguments);
    command.env("JOURNAL_STREAM", format!("{}:{inode}", about.dev())).env("RUST_LOG", "info").stderr(stream);
    command.output().expect("the program starts");
    std::fs::read_to_string(desk.path("journal")).expect("text")
}

#[test]
fn the_journal_learns_how_urgent_a_line_is() {
    let desk = Desk::new();
    let said = in_the_journal(&desk, &["docket", "--court=vte-juvenile-court"], true);
    assert!(said.starts_with("<3>kamnot: ") && said.lines().all(|line| line.starts_with("<3>")), "{said}");
    // Standard error was sent elsewhere: the stream to the journal is another one.
    let said = in_the_journal(&desk, &["docket", "--court=vte-juvenile-court"], false);
    assert!(said.starts_with("kamnot: "), "{said}");
}

#[test]
fn what_is_wrong_with_the_arguments_is_an_error_to_the_journal_too() {
    let said = in_the_journal(&Desk::new(), &["serve", "--wrongflag"], true);
    assert!(said.contains("<3>error: unexpected argument '--wrongflag'"), "{said}");
    assert!(said.lines().all(|line| line.starts_with("<3>")), "{said}");
}

#[test]
fn a_message_has_its_urgency_and_the_time_in_vientiane() {
    let desk = tests::lines::with_a_case();
    for form in ["text", "json"] {
        let stream = File::create(desk.path("journal")).expect("a file");
        let about = stream.metadata().expect("its inode");
        let mut command = desk.command(["serve", "--log", form]);
        command.env("JOURNAL_STREAM", format!("{}:{}", about.dev(), about.ino())).stderr(stream);
        let mut serve = command.spawn().expect("the program starts");
        let said = || std::fs::read_to_string(desk.path("journal")).expect("text");
        let begun = Instant::now();
        while !said().contains('\n') && begun.elapsed() < Duration::from_mins(1) {
            std::thread::sleep(Duration::from_millis(50));
        }
        serve.kill().expect("it runs");
        serve.wait().expect("it ends");
        let said = said();
        assert!(!said.is_empty() && said.lines().all(|line| line.starts_with('<')), "{said}");
        assert!(said.contains("<6>") && (form == "json" || said.contains("+07:00 ")), "{said}");
    }
}

#[test]
fn on_a_terminal_no_library_warns_about_colour() {
    let desk = Desk::new();
    let command = format!("{} check", program().display());
    let output = std::process::Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .current_dir(desk.path(""))
        .output()
        .expect("script runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("kamnot: ") && !said.contains("ansi") && !said.contains("panicked"), "{said}");
}
