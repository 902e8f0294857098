//! The program does on PostgreSQL what it does on a file of its own: the same words, byte for byte.

use std::io::Read as _;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use scenarios::servers::database::Database;
use tests::program::{Desk, Run};

const AT: &str = "2026-10-01T00:00:00+07:00";

/// A session with everything that a user can do, and what each step said: code, output, errors.
fn session(desk: &Desk, place: &str) -> Vec<String> {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/data/actions-300.jsonl");
    let text = std::fs::read_to_string(sample).unwrap();
    let lines: Vec<&str> = text.lines().take(500).collect();
    desk.write("first.jsonl", lines[..250].join("\n"));
    desk.write("second.jsonl", lines[150..].join("\n"));
    desk.write("bad.jsonl", format!("{{\n{}\n", lines[0].replace("vte", "Vte")));
    let book = engine::rulebook::LAW_05_NA_2006;
    desk.write("another.toml", format!("{book}\n# Another edition.\n"));
    let reference = |line: &str| line.split("\"case\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let case = reference(lines[10]);
    // Without its id, which is known by then.
    let opening = format!("{{\"case\":\"VTE-NEW-1\",{}", &lines[0][lines[0].find("\"action\"").unwrap()..]);
    let mut told = Vec::new();
    let mut run = |arguments: &[&str], input: &str| {
        let mut all = arguments.to_vec();
        all.extend(["--db", place]);
        told.push(shown(&arguments.join(" "), &desk.run_with(all, input.as_bytes()), place));
    };
    run(&["import", "first.jsonl", "--as-history"], "");
    run(&["import", "second.jsonl", "bad.jsonl", "--as", "vte-prosecutor"], "");
    run(&["import", "bad.jsonl", "--all-or-nothing"], "");
    run(&["record"], lines[499]);
    run(&["record", "--as=vte-investigation"], &opening);
    run(&["record"], "{}");
    for format in ["table", "csv", "json"] {
        let format = format!("--format={format}");
        run(&["docket", "--court=vte-juvenile-court", "--at", AT, &format], "");
        run(&["timeline", &case, "--at", AT, "--why", &format], "");
    }
    run(&["docket", "--court=vte-juvenile-court", "--at=2026-03-01T00:00:00+07:00", "--lang=lo"], "");
    run(&["alerts", "--prosecutor=vte-prosecutor", "--format=csv"], "");
    run(&["alerts", "--prosecutor=vte-prosecutor", "--since=2026-01-01", "--format=json"], "");
    run(&["alerts", "--prosecutor=vte-prosecutor", "--at=2026-01-01T00:00:00+07:00"], "");
    run(&["timeline", &case, "--as-known-on=2026-03-05"], "");
    run(&["timeline", "NO-SUCH-CASE"], "");
    run(&["rules", "adopt", "another.toml"], "");
    run(&["rules", "adopt", "another.toml", "--yes"], "");
    run(&["import", "first.jsonl", "--rulebook", "another.toml"], "");
    run(&["rebuild"], "");
    run(&["check"], "");
    run(&["clock", "confirm"], "");
    run(&["offices"], "");
    run(&["rules", "custody-48h"], "");
    told.push(served(desk, place));
    told
}

/// What a run gave, with the place and what the clock said taken out.
fn shown(what: &str, run: &Run, place: &str) -> String {
    let said = format!("$ kamnot {what}\n{}\n{}{}", run.code, run.out, run.err);
    without_now(&without_place(&said, place))
}

/// The text without the place of the log and the version of what keeps it.
fn without_place(text: &str, place: &str) -> String {
    let text = text.replace(&masked(place), "PLACE");
    let version =
        |text: &str| text.split_once("PLACE: in order (")?.1.split_once(')').map(|(version, _)| version.to_owned());
    match version(&text) {
        Some(version) => text.replace(&format!("in order ({version})"), "in order"),
        None => text,
    }
}

/// As a place is printed.
fn masked(place: &str) -> String {
    place.replace(scenarios::servers::postgres::PASSWORD, "***")
}

/// The text without instants of today and yesterday, in Vientiane.
fn without_now(text: &str) -> String {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let mut text = text.to_owned();
    for ago in [0, 86_400] {
        let at = engine::calendar::Instant::from_unix(i64::try_from(seconds - ago).unwrap()).to_string();
        let mut parts = text.split(&at[..10]);
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            out += "NOW";
            out += part.trim_start_matches(|letter: char| letter.is_ascii_digit() || "T :+".contains(letter));
        }
        text = out;
    }
    // A recording may last from one second into the next; a row that sums up its alerts then says both.
    text.replace("NOW… NOW", "NOW")
}

/// `serve`, from its start until it is told to stop.
fn served(desk: &Desk, place: &str) -> String {
    let mut child = desk.command(["serve", "--db", place]).spawn().unwrap();
    let mut err = child.stderr.take().unwrap();
    let (mut said, mut byte, begun) = (String::new(), [0], Instant::now());
    while !said.contains("watching") && begun.elapsed() < Duration::from_secs(30) {
        if err.read(&mut byte).unwrap() == 0 {
            break;
        }
        said.push(char::from(byte[0]));
    }
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    let code = child.wait().unwrap().code();
    err.read_to_string(&mut said).unwrap();
    assert!(said.contains("stopped"), "{said}");
    format!("$ kamnot serve\n{code:?}")
}

#[test]
fn a_session_says_the_same_on_either_store() {
    let database = Database::create();
    let [file, server] = ["kamnot.db", &database.url()].map(|place| session(&Desk::new(), place));
    assert_eq!(file.len(), server.len());
    for (file, server) in file.iter().zip(&server) {
        let differs = file.lines().zip(server.lines()).find(|(file, server)| file != server);
        assert!(file == server, "{}\n{differs:?}", &file[..file.len().min(200)]);
    }
    // Else nothing was compared.
    assert!(file.iter().map(String::len).sum::<usize>() > 30_000);
    assert!(file.iter().filter(|said| said.contains("\n0\n")).count() > 15);
}

#[test]
fn a_move_there_and_back_changes_nothing_that_is_said() {
    let (database, desk) = (Database::create(), Desk::new());
    session(&desk, "kamnot.db");
    let url = database.url();
    let questions = |place: &str| -> String {
        desk.run(["check", "--db", place]).ends_with(0).says(&["in order"]);
        let questions: [&[&str]; 4] = [
            &["docket", "--court=vte-juvenile-court", "--at", AT, "--format=json"],
            &["docket", "--court=vte-juvenile-court", "--at=2026-04-01T00:00:00+07:00", "--format=json"],
            &["alerts", "--prosecutor=vte-prosecutor", "--format=json"],
            &["timeline", "VTE-NEW-1", "--at", AT, "--format=json"],
        ];
        let all = questions.map(|question| {
            let run = desk.run(question.iter().copied().chain(["--db", place])).ends_with(0);
            without_place(&run.out, place)
        });
        all.concat()
    };
    let before = questions("kamnot.db");
    let digest = |run: Run| run.ends_with(0).out.split("SHA-256 ").nth(1).unwrap()[..64].to_owned();
    let there = digest(desk.run(["move", "--from", "kamnot.db", "--to", &url]));
    assert_eq!(questions(&url), before);
    let back = digest(desk.run(["move", "--from", &url, "--to", "back.db"]));
    assert_eq!(questions("back.db"), before);
    assert_eq!(there, back);
    desk.run(["move", "--from", "back.db", "--to", &url]).ends_with(2).complains(&["holds a log already"]);
}
