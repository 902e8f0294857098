//! `demo --web`: what a newcomer sees first.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;

use scenarios::servers::certificates::{Authority, Until};
use tests::program::Desk;

use crate::serving::{Process, header};

/// The demo's pages on a free port, and all that it says about them.
fn demo(desk: &Desk) -> (Process, String) {
    let mut child = desk.command(["demo", "--web", "127.0.0.1:0"]).spawn().expect("it starts");
    let mut said = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    while !said.contains("VTE-2026-0027") {
        assert_ne!(out.read_line(&mut said).expect("it speaks"), 0, "it ended: {said}");
    }
    let url = said.split_whitespace().find_map(|word| word.strip_prefix("http://")).expect("an address");
    let address = url.trim_end_matches('/').parse().expect("an address");
    let err = BufReader::new(child.stderr.take().expect("piped"));
    (Process::of(child, address, err), said)
}

#[test]
fn each_role_is_a_click_away_and_sees_what_is_made_up() {
    let desk = Desk::new();
    let (process, said) = demo(&desk);
    assert!(said.contains("14 May 2026, 08:10"), "{said}");
    let login = process.get("/login", "Accept-Language: en\r\n");
    for role in ["clerk", "prosecutor", "investigator", "lawyer", "supervisor", "operator"] {
        assert!(login.contains(&format!("value=\"{role}\"")), "{role} in {login}");
    }
    let body = "login=clerk";
    let entered = process.ask(&format!(
        "POST /demo HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {1}\r\n\r\n{body}",
        process.address,
        body.len()
    ));
    assert!(entered.starts_with("HTTP/1.1 303"), "{entered}");
    let cookie =
        header(&entered, "set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a session").to_owned();
    let docket = process.get("/docket", &format!("Cookie: {cookie}\r\n"));
    assert!(docket.starts_with("HTTP/1.1 200") && docket.contains("Made-up cases."), "{docket}");
    assert_eq!(process.stop(), Some(0));
    assert_eq!(fs::read_dir(desk.path("")).expect("the folder").count(), 0, "nothing is left behind");
}

#[test]
fn beyond_this_machine_it_takes_a_certificate_and_a_password_for_the_room() {
    let authority = Authority::new();
    let files = authority.issue("localhost", Until::Later);
    fs::set_permissions(&files.key, Permissions::from_mode(0o600)).expect("a mode");
    let (certificate, key) = (files.certificate.display().to_string(), files.key.display().to_string());
    let desk = Desk::new();
    let refused = |more: &[&str], says: &[&str]| {
        desk.run([&["demo", "--web", "0.0.0.0:0"][..], more].concat()).ends_with(1).complains(says);
    };
    refused(&[], &["--web-cert"]);
    let tls = ["--web-cert", &certificate, "--web-key", &key];
    refused(&tls, &["--room-password"]);
    let file = desk.write("room", "short\n");
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("a mode");
    refused(&[&tls[..], &["--room-password", "room"]].concat(), &["fewer than 8"]);
    let file = desk.write("room", "rice field at noon\n");
    fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("a mode");
    refused(&[&tls[..], &["--room-password", "room"]].concat(), &["others may read"]);
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("a mode");
    let arguments = [&["demo", "--web", "0.0.0.0:0"][..], &tls, &["--room-password", "room"]].concat();
    let mut child = desk.command(arguments).spawn().expect("it starts");
    let mut said = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    while !said.contains("VTE-2026-0027") {
        assert_ne!(out.read_line(&mut said).expect("it speaks"), 0, "it ended: {said}");
    }
    child.kill().expect("it ends");
    child.wait().expect("it ended");
    assert!(said.contains("https://0.0.0.0:") && !said.contains("rice field"), "{said}");
}
