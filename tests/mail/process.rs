//! `kamnot mail` beside a running `kamnot serve`, which is killed.

use std::process::{Child, Stdio};

use serde_json::Value;
use tests::program::Desk;
use tests::wait::eventually;

use crate::receiver::Receiver;

/// A `serve`; ended by its process id when it goes out of scope.
struct Serve(Child);

impl Serve {
    fn start(desk: &Desk, receiver: &Receiver, listed: &str) -> Self {
        let authority = receiver.authority.roots();
        let mut command = desk.command(["serve", "--web-secrets", "secrets", "--webhook-allow", listed]);
        command.arg("--mail-authority").arg(authority).stdin(Stdio::null()).stdout(Stdio::null());
        Self(command.stderr(Stdio::null()).spawn().expect("it starts"))
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What `kamnot status` says of mail.
fn status(desk: &Desk) -> (String, String) {
    let status: Value = serde_json::from_str(&desk.run(["status", "--format", "json"]).out).expect("an object");
    let checks = status["checks"].as_array().expect("checks");
    let mail = checks.iter().find(|check| check["check"] == "mail").expect("mail");
    let text = |key: &str| mail[key].as_str().expect("a text").to_owned();
    (text("state"), text("found"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_a_killed_serve_had_sent_comes_again_from_the_next() {
    let (desk, receiver) = (Desk::new(), Receiver::start("127.0.0.1").await);
    desk.run(["people", "add", "admin", "--name", "Duty", "--role", "operator"]).ends_with(0);
    assert_eq!(status(&desk), ("well".to_owned(), "no address is set".to_owned()));
    let (url, secrets) = (receiver.url("127.0.0.1"), ["--web-secrets", "secrets"]);
    let added = desk.run([&["mail", "add", "vte-prosecutor", &url][..], &secrets].concat()).ends_with(0);
    let line = |name: &str| added.out.lines().find_map(|line| line.strip_prefix(name)).expect(name).to_owned();
    let (id, key) = (line("Id: "), line("Key: "));
    desk.run(["mail", "list"]).ends_with(0).says(&[&id, "vte-prosecutor", "in order"]);
    assert!(!desk.run(["mail", "list"]).out.contains(&key));
    receiver.answers_with("");
    let serve = Serve::start(&desk, &receiver, "127.0.0.1");
    desk.run(["mail", "test", &id]).ends_with(0).says(&["A test waits"]);
    eventually("the receiver has it", async || receiver.requests().len() == 1).await;
    drop(serve);
    receiver.answers(200);
    let serve = Serve::start(&desk, &receiver, "127.0.0.1");
    eventually("it comes again", async || receiver.requests().len() == 2).await;
    let [first, second] = &receiver.ids()[..] else { panic!("two") };
    assert_eq!(first, second);
    eventually("it is marked", async || status(&desk).1.contains("0 of 1 addresses fail; 0 waiting")).await;
    drop(serve);
    // Where the machine's operator lists nothing, it is not reached, and everybody is told.
    let _serve = Serve::start(&desk, &receiver, "10.0.0.0/8");
    desk.run(["mail", "test", &id]).ends_with(0);
    eventually("it fails", async || status(&desk).0 == "attention").await;
    desk.run(["mail", "list"]).ends_with(0).says(&["--webhook-allow"]);
    desk.run(["mail", "off", &id]).ends_with(0);
    desk.run(["mail", "test", &id]).ends_with(1);
    desk.run(["mail", "remove", &id]).ends_with(0);
    assert_eq!(status(&desk).0, "well");
    assert_eq!(receiver.requests().len(), 2);
}

#[test]
fn what_may_not_be_an_address_or_an_option_is_refused() {
    let desk = Desk::new();
    desk.run(["people", "add", "admin", "--name", "Duty", "--role", "operator"]).ends_with(0);
    let add = |more: &[&str]| desk.run([&["mail", "add", "--web-secrets", "secrets"][..], more].concat());
    add(&["vte-prosecutor", "nobody"]).ends_with(1).complains(&["https://"]);
    add(&["nowhere", "a@b.la"]).ends_with(1).complains(&["nowhere is not in the list of offices"]);
    add(&["vte-prosecutor", "a@b.la", "--person", "admin"]).ends_with(1).complains(&["login name"]);
    add(&["vte-prosecutor", "a@b.la", "--kinds", "gossip"]).ends_with(2).complains(&["expected one of"]);
    add(&["vte-prosecutor", "a@b.la", "--digest", "25:00"]).ends_with(2).complains(&["07:30"]);
    let serve = |more: &[&str]| desk.run([&["serve"][..], more].concat());
    serve(&["--smtp", "smtp://mail.example.la"]).ends_with(2).complains(&["--mail-from"]);
    let plain = ["--smtp", "smtp+plain://mail.example.la", "--mail-from", "kamnot@example.la"];
    serve(&plain).ends_with(1).complains(&["this machine alone"]);
    desk.write("open", "a password");
    let open = ["--smtp-user", "kamnot", "--smtp-password", "open"];
    let open = [&["--smtp", "smtp://localhost", "--mail-from", "kamnot@example.la"][..], &open].concat();
    serve(&open).ends_with(2).complains(&["chmod"]);
}
