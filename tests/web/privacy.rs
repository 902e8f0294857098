//! Nothing personal leaves a page for where it is kept or read by others: no address, title, header, file name, line of the
//! log, figure or error page contains it.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use scenarios::servers::database::Database;
use tests::lines::{action, custody, file};
use tests::program::Desk;

use crate::browser::{Browser, logged_in};
use crate::http2;
use crate::listening::PATIENCE;
use crate::papers::with_legal_aid;
use crate::serving::{Process, header};

/// Words of which each is personal: a name, a village, a birth date, the number of an order.
const PLANTED: [&str; 5] = ["Somsak", "Phonsavanh", "ສົມສັກ", "2009-11-02", "77-BP"];

/// Puts one case full of what is personal into a log.
fn planted(desk: Desk) -> Desk {
    let opening = with_legal_aid("A-1").replace("2010-05-06", "2009-11-02");
    let at = "2026-03-02T10:00:00+07:00";
    let missed = r#","authority":"prosecutor","reason":"Somsak of Ban Phonsavanh, ສົມສັກ""#;
    let order = r#","order":{"by":"juvenile_court","number":"77-BP"},"grounds":["elements"],"necessary":true"#;
    let lines = [
        opening,
        custody("A-1"),
        action("A-1", "summons_missed", at, missed),
        action("A-1", "remand_ordered", "2026-03-02T11:00:00+07:00", order),
    ];
    desk.write("case.jsonl", file(&lines));
    desk.run(["import", "case.jsonl"]).ends_with(0);
    desk
}

/// The values of the attributes in a page that are addresses, its title, and its head.
fn kept_elsewhere(answer: &str) -> Vec<&str> {
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let mut found = vec![head];
    for name in ["href", "action", "src", "content"] {
        found.extend(body.split(&format!(" {name}=\"")).skip(1).filter_map(|rest| rest.split('"').next()));
    }
    found.extend(body.split("<title>").skip(1).filter_map(|rest| rest.split("</title>").next()));
    found
}

#[track_caller]
fn says_nothing(what: &str, text: &str) {
    // As it is, and as it stands in an address.
    let decoded = percent_decoded(text);
    for word in PLANTED {
        assert!(!text.contains(word) && !decoded.contains(word), "{word} in {what}: {text}");
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            (bytes, rest) = ([bytes, vec![byte]].concat(), &after[2..]);
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[track_caller]
fn keeps_to_itself(path: &str, answer: &str) {
    for text in kept_elsewhere(answer) {
        says_nothing(path, text);
    }
    let status = answer.split(' ').nth(1).expect("a status");
    // A form that is shown again has what was typed into it.
    if status.starts_with(['4', '5']) && !["422", "403"].contains(&status) {
        says_nothing(path, answer);
    }
}

/// What shows it where it belongs, in the body of a page.
const SHOWING: [&str; 17] = [
    "/",
    "/docket",
    "/docket.csv",
    "/docket/handed-on",
    "/figures",
    "/cases/A-1",
    "/cases/A-1?on=2026-03-02",
    "/cases/A-1/print",
    "/law/custody-48h",
    "/looks",
    "/me",
    "/api/v1/cases/A-1",
    "/api/v1/cases/A-1/timeline",
    "/api/v1/cases/A-1/assessment",
    "/api/v1/cases/A-1/explanations",
    "/api/v1/cases/A-1/alerts",
    "/api/v1/docket",
];

/// The addresses in which somebody may type it, for `X`, although it belongs in none.
const MISTAKEN: [&str; 13] = [
    "/cases/X",
    "/X",
    "/law/X",
    "/law/article/X",
    "/people/X",
    "/assets/X",
    "/api/v1/X",
    "/api/v1/cases/X",
    "/docket?X=X",
    "/docket?rule=X",
    "/docket?after=X",
    "/cases/A-1?X=X",
    "/api/v1/docket?X=X",
];

/// A name and a village, as somebody writes a reason.
const REASON: &str = "Somsak of Ban Phonsavanh";

/// What a clerk, a supervisor, an operator and somebody who is not logged in do with it.
fn people_use_it(desk: &Desk, process: &Process) {
    let office = |role: &'static str| ["--role", role, "--office", "vte-juvenile-court"];
    let (mut clerk, _) = logged_in(desk, process, "keo", &office("clerk"));
    let (mut supervisor, _) = logged_in(desk, process, "vilay", &office("supervisor"));
    let (mut operator, _) = logged_in(desk, process, "phet", &["--role", "operator"]);
    let shown = clerk.get("/cases/A-1");
    assert!(PLANTED[..3].iter().all(|word| shown.contains(word)), "{shown}");
    for path in SHOWING {
        let answer = clerk.get(path);
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        keeps_to_itself(path, &answer);
    }
    let lao = "%E0%BA%AA%E0%BA%BB%E0%BA%A1%E0%BA%AA%E0%BA%B1%E0%BA%81";
    for word in ["Somsak", "Phonsavanh", lao, "2009-11-02", "77-BP"] {
        for path in MISTAKEN {
            keeps_to_itself(path, &clerk.get(&path.replace('X', word)));
        }
    }
    let mut nobody = Browser::at(process);
    keeps_to_itself("/login", &nobody.submit("/login", &[("u", "Somsak"), ("p", "Phonsavanh"), ("c", "77-BP")]));
    let look = [("reference", "A-1"), ("code", "complaint"), ("reason", REASON)];
    let asked = supervisor.submit_from("/look", "/look", &look);
    assert_eq!(header(&asked, "location"), Some("/cases/A-1"));
    keeps_to_itself("POST /look", &asked);
    let seen = supervisor.get("/cases/A-1");
    keeps_to_itself("supervisor", &seen);
    says_nothing("what a supervisor sees of the case", &seen);
    keeps_to_itself("POST /look", &supervisor.submit_from("/look", "/look", &[look[0], look[2]]));
    keeps_to_itself("POST /look", &supervisor.submit("/look", &look));
    keeps_to_itself("the office", &clerk.get("/cases/A-1"));
    let person = [("login", "so"), ("name", REASON), ("role", "operator"), ("from", "2009-11-02"), ("until", "x")];
    keeps_to_itself("POST /people", &operator.submit_from("/people", "/people", &person));
    for path in ["/health", "/people", "/tokens", "/mail", "/sessions", "/looks"] {
        keeps_to_itself(path, &operator.get(path));
    }
    let password = [("old", "Somsak"), ("new", "77-BP")];
    keeps_to_itself("POST /me/password", &clerk.submit_from("/me", "/me/password", &password));
    keeps_to_itself("looks", &clerk.get("/api/v1/looks"));
}

/// What somebody asks for over HTTP/2, whose frames are another library's.
fn over_http_2(process: &Process) {
    let mut stream = TcpStream::connect(process.address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let asked = [http2::hello(), http2::request(1, "/cases/Somsak?Phonsavanh=77-BP")].concat();
    stream.write_all(&asked).expect("sent");
    // More than the settings of the connection: a head with all that protects a page.
    let mut answer = [0; 200];
    stream.read_exact(&mut answer).expect("an answer in time");
}

/// What a program does with it; the secret of its token.
fn a_program_sends_it(desk: &Desk, process: &Process) -> String {
    let line = format!("[{{\"action\":\"Somsak\",\"Phonsavanh\":\"{REASON}\"}}]");
    let token = desk.run(["tokens", "add", "x", "--role", "clerk", "--office", "vte-juvenile-court"]).ends_with(0);
    let secret = token.out.lines().find_map(|line| line.strip_prefix("Secret: ")).expect("a secret").to_owned();
    let answer = process.ask(&format!(
        "POST /api/v1/actions HTTP/1.1\r\nHost: k\r\nConnection: close\r\nAuthorization: Bearer {secret}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{line}",
        line.len()
    ));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    says_nothing("the verdict", &answer);
    secret
}

/// A feed is read at its secret address, over HTTP/1.1 and HTTP/2, and a wrong one is guessed.
fn a_calendar_reads_it(desk: &Desk, process: &Process) -> String {
    let feed = desk.run(["feeds", "add", "x", "--office", "vte-juvenile-court", "--language", "en"]).ends_with(0);
    let path = feed.out.lines().find_map(|line| line.strip_prefix("Address: ")).expect("an address").to_owned();
    let answer = process.get(&path, "");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("BEGIN:VEVENT"), "{answer}");
    says_nothing("the calendar", &answer);
    let guess = process.get("/feed/a-guess-of-a-secret/limits.ics", "");
    assert!(guess.starts_with("HTTP/1.1 404"), "{guess}");
    path.split('/').nth(2).expect("a secret").to_owned()
}

#[test]
fn what_is_personal_stands_in_no_address_title_header_log_figure_or_error() {
    keeps_what_is_personal(&planted(Desk::new()));
}

#[test]
fn nor_does_what_is_personal_stand_there_with_a_log_in_postgresql() {
    let database = Database::create();
    keeps_what_is_personal(&planted(Desk::of(database.url())));
}

/// Whatever is asked of it, `serve` keeps what is personal to itself, although it says all that it ever says.
fn keeps_what_is_personal(desk: &Desk) {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let process = Process::serve_at("trace", desk, &["--listen", &free.to_string()]);
    people_use_it(desk, &process);
    over_http_2(&process);
    let secret = a_program_sends_it(desk, &process);
    let feed = a_calendar_reads_it(desk, &process);
    for path in ["/metrics", "/healthz"] {
        let figures = Process::ask_at(free, &format!("GET {path} HTTP/1.0\r\n\r\n"));
        assert!(figures.starts_with("HTTP/1.") && figures.contains(" 200 "), "{figures}");
        says_nothing(path, &figures);
        assert!(!figures.contains(&feed), "{figures}");
    }
    let (code, said) = process.stop_and_tell();
    assert_eq!(code, Some(0));
    assert!(said.contains("\"level\":\"TRACE\"") || said.contains("\"level\":\"DEBUG\""), "it says all: {said}");
    says_nothing("the log", &said);
    assert!(!said.contains("Keo Sisouk") && !said.contains(&secret), "{said}");
    for secret in [&*feed, "a-guess-of-a-secret"] {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
}
