//! Inputs as large as somebody who means harm makes them, read by the program itself: within a minute, and within so many
//! times their size of memory.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tests::program::{Desk, program};

/// How large an input is; where it has many lines, and each of them costs time, and the longest line that is read.
const SIZE: usize = 4 << 20;
const OF_LINES: usize = SIZE / 16;
const LINE: usize = 1_000_000;
/// What the program takes for itself, in kB, and how much for each kB of its input.
const OWN: usize = 60_000;
const TIMES: usize = 40;

/// Runs the program on a file until it ends; how it ended, and the most memory that it had, in kB.
fn run(desk: &Desk, file: &Path) -> (Option<i32>, usize) {
    let words = ["60".as_ref(), program().as_os_str(), "assess".as_ref(), file.as_os_str()];
    let mut command: Command = desk.command_of("timeout", words);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut most = 0;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code(), most);
        }
        most = most.max(of_children(child.id()));
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The most memory that a child of this process ever had, in kB.
fn of_children(id: u32) -> usize {
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    let peak = |child: &str| -> Option<usize> {
        let status = std::fs::read_to_string(format!("/proc/{child}/status")).ok()?;
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().trim_end_matches(" kB").parse().ok()
    };
    children.split_whitespace().filter_map(peak).max().unwrap_or(0)
}

#[test]
fn a_hostile_file_costs_no_more_than_so_many_times_its_size() {
    let desk = Desk::new();
    let keys = |many: usize| {
        (0..many).fold(String::new(), |mut all, n| {
            write!(all, "\"{n:07}\":0,").unwrap();
            all
        })
    };
    let heading = "case,action,at,by\n";
    let rows = (0..OF_LINES / 50).fold(String::new(), |mut all, n| {
        writeln!(all, "A-{n:07},rights_told,2026-03-01,vte-investigation").unwrap();
        all
    });
    let of_lines = [
        ("nested-lists.jsonl", "[".repeat(LINE)),
        ("nested-objects.jsonl", "{\"child\":".repeat(LINE / 9)),
        ("one-long-text.jsonl", format!("{{\"action\":\"{}\"}}", "x".repeat(LINE - 20))),
        ("escapes.jsonl", format!("{{\"action\":\"{}\"}}", "\\u0041".repeat(LINE / 7))),
        ("many-keys.jsonl", format!("{{{}\"z\":0}}", keys(LINE / 13))),
        ("one-key-again.jsonl", format!("{{{}\"z\":0}}", "\"a\":0,".repeat(LINE / 7))),
        ("a-long-number.jsonl", format!("{{\"months\":{}}}", "9".repeat(LINE - 20))),
        (
            "a-list-of-offences.jsonl",
            format!("{{\"action\":\"case_opened\",\"offences\":[{{}}{}]}}", ",{}".repeat(LINE / 4)),
        ),
    ];
    let of_lines = of_lines.map(|(name, line)| (name, format!("{line}\n").repeat(4), TIMES));
    let files = [
        ("a-line-too-long.jsonl", "[".repeat(SIZE), TIMES),
        ("many-bad-lines.jsonl", "{}\n".repeat(OF_LINES / 3), TIMES),
        ("blank-lines.jsonl", format!("{}{{}}", "\n".repeat(SIZE)), TIMES),
        ("many-columns.csv", format!("{heading}{}", ",".repeat(SIZE)), TIMES),
        ("a-wide-heading.csv", format!("case,action,at,by{}", ",x".repeat(SIZE / 2)), TIMES),
        ("an-open-quotation-mark.csv", format!("{heading}\"{rows}"), TIMES),
        ("many-quotation-marks.csv", format!("{heading}{}", "\"".repeat(SIZE)), TIMES),
        ("many-open-quotation-marks.csv", format!("{heading}{}", "\"a\n".repeat(OF_LINES / 3)), TIMES),
        ("many-rows-over-two-lines.csv", format!("{heading}{}", "\"a\n\"\n".repeat(OF_LINES / 5)), TIMES),
        ("many-short-rows.csv", format!("{heading}{}", "a\n".repeat(OF_LINES / 2)), TIMES),
    ];
    for (name, content, times) in of_lines.into_iter().chain(files) {
        assert_bounded(&desk, name, &content, times);
    }
}

#[test]
fn a_line_that_is_refused_costs_the_same_each_time_it_is_there() {
    let rows = "A-1,rights_told,2026-03-01,vte-investigation\n".repeat(20_000);
    assert_bounded(&Desk::new(), "never-opened.csv", &format!("case,action,at,by\n{rows}"), TIMES);
}

/// Asserts that the program reads this within a minute, and with so many times its size of memory.
#[track_caller]
fn assert_bounded(desk: &Desk, name: &str, content: &str, times: usize) {
    let kilobytes = content.len() >> 10;
    let begun = std::time::Instant::now();
    let (code, most) = run(desk, &desk.write(name, content));
    println!("{name}: {kilobytes} kB, exit code {code:?}, {most} kB of memory, {:.1?}", begun.elapsed());
    assert!(matches!(code, Some(1 | 2)), "{name} ends with {code:?}; 124 is a minute gone");
    assert!(most <= OWN + times * kilobytes, "{name}: {most} kB of memory for {kilobytes} kB");
}
