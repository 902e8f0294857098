//! `kamnot demo --nats` and `kamnot alerts --follow`, over a server of their own.

use std::io::{BufRead as _, BufReader};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use scenarios::servers::nats_operator::Operator;
use scenarios::servers::nats_server::NatsServer;
use tests::program::Desk;

/// What a follower of an office prints until nothing comes any more, and says; it is then told to stop.
fn followed(desk: &Desk, server: &NatsServer, more: &[&str]) -> (Vec<String>, String) {
    followed_of("lpb-prosecutor", desk, server, more)
}

fn followed_of(office: &str, desk: &Desk, server: &NatsServer, more: &[&str]) -> (Vec<String>, String) {
    let url = server.url();
    let arguments = [&["alerts", "--follow", "--prosecutor", office, "--nats", &*url], more].concat();
    let mut child = desk.command(arguments).spawn().expect("the program starts");
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let (tell, lines) = mpsc::channel();
    let reading = std::thread::spawn(move || out.lines().map_while(Result::ok).for_each(|line| drop(tell.send(line))));
    let mut printed = Vec::new();
    while let Ok(line) = lines.recv_timeout(Duration::from_secs(3)) {
        printed.push(line);
    }
    let told = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().expect("kill runs");
    assert!(told.success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    reading.join().expect("the reader ends");
    (printed, String::from_utf8(output.stderr).expect("UTF-8"))
}

#[test]
fn a_follower_sees_what_the_demo_publishes_each_alert_once() {
    let (desk, server) = (Desk::new(), NatsServer::start());
    let told = desk.run(["demo", "--nats", &server.url()]).ends_with(0);
    told.says(&["published over NATS"]);
    let (first, said) = followed(&desk, &server, &[]);
    assert!(first.iter().any(|line| line.starts_with("2026-02-04 08:30:01  breach ")), "{first:#?}");
    assert!(first.iter().all(|line| line.contains("LPB-2026-0004")), "{first:#?}");
    assert_eq!(followed(&desk, &server, &[]).0, Vec::<String>::new());
    for part in ["listening", "KAMNOT_ALERTS", "127.0.0.1:", "kamnot.alerts.lpb-prosecutor.>"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let seen = desk.path("state/kamnot/seen-lpb-prosecutor");
    assert_eq!(std::fs::read_to_string(seen).expect("in the state folder").lines().count(), first.len());
}

#[test]
fn what_is_followed_is_printed_for_programs_too_and_from_a_time_on() {
    let (desk, server) = (Desk::new(), NatsServer::start());
    desk.run(["demo", "--nats", &server.url()]).ends_with(0);
    let (lines, _) = followed(&desk, &server, &["--format=jsonl"]);
    let alerts: Vec<serde_json::Value> = lines.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(alerts.iter().all(|alert| alert["specversion"] == "1.0" && alert["data"]["case"].is_string()));
    let mut times: Vec<&str> = alerts.iter().filter_map(|alert| alert["time"].as_str()).collect();
    times.sort_unstable();
    let since = times[times.len() / 2];
    let later = times.iter().filter(|time| **time >= since).count();
    assert!(later < times.len(), "{times:?}");
    let (since, _) = followed(&desk, &server, &["--format=jsonl", "--seen=other", "--since", since]);
    assert_eq!(since.len(), later);
    let endless = ["alerts", "--follow", "--prosecutor=lpb-prosecutor", "--nats", &server.url(), "--format=csv"];
    desk.run(endless).ends_with(1).complains(&["table or jsonl"]);
}

#[test]
fn without_a_stream_a_follower_waits_and_says_who_makes_it() {
    let (desk, server) = (Desk::new(), NatsServer::start());
    let (printed, said) = followed(&desk, &server, &[]);
    assert_eq!(printed, Vec::<String>::new());
    assert!(!said.contains("did you mean"), "{said}");
    assert!(said.contains("there is no stream KAMNOT_ALERTS") && said.contains("kamnot serve --nats"), "{said}");
    let (_, said) = followed_of("lpb-prosecuter", &desk, &server, &[]);
    assert!(said.contains("did you mean") && said.contains("lpb-prosecutor"), "{said}");
}

#[test]
fn an_office_of_another_kind_is_refused_before_a_subscription_is_made_for_it() {
    let (desk, server) = (Desk::new(), NatsServer::start());
    desk.run(["demo", "--nats", &server.url()]).ends_with(0);
    let follow = ["alerts", "--follow", "--prosecutor", "lpb-juvenile-court", "--nats", &server.url()];
    desk.run(follow).ends_with(1).complains(&["is a court; give --court lpb-juvenile-court"]);
}

#[test]
fn a_subscription_that_follows_something_else_is_refused_with_the_options_that_name_another() {
    let (desk, server) = (Desk::new(), NatsServer::start());
    desk.run(["demo", "--nats", &server.url()]).ends_with(0);
    // A code that no list has may be of any kind.
    let url = server.url();
    followed_of("elsewhere", &desk, &server, &[]);
    let run = desk.run(["alerts", "--follow", "--court", "elsewhere", "--nats", &url]).ends_with(2);
    run.complains(&["exists already and follows kamnot.alerts.elsewhere.>", "--seen", "--subscription"]);
}

#[test]
fn a_server_that_is_not_there_ends_the_demo_with_advice() {
    let (desk, server) = (Desk::new(), NatsServer::stopped());
    let run = desk.run(["demo", "--nats", &server.url()]).ends_with(2);
    run.complains(&["cannot be reached", "without --nats the demo needs no server"]);
    desk.run(["serve", "--nats", "http://nobody"]).ends_with(2).complains(&["nats://HOST:PORT"]);
}

#[test]
fn credentials_are_named_by_option_or_environment_and_no_password_is_repeated() {
    let desk = Desk::new();
    let server = NatsServer::with(&format!("jetstream {{ store_dir: DATA }}\n{}", Operator::new().lines()));
    let url = server.url();
    desk.write("foreign.creds", Operator::new().good_credentials());
    let wrong = ["serve", "--nats", &url, "--nats-creds", "nowhere.creds"];
    desk.run(wrong).ends_with(2).complains(&["nowhere.creds: it cannot be read", "nsc generate creds"]);
    desk.run(["serve", "--nats-creds", "foreign.creds"]).ends_with(2).complains(&["give --nats too"]);
    let follow = ["alerts", "--follow", "--prosecutor=vte-prosecutor", "--nats", &url];
    let output = desk.command(follow).env("KAMNOT_NATS_CREDS", "foreign.creds").output().expect("it starts");
    tests::program::Run::from(output).ends_with(2).complains(&["refuses this user", "the credentials file"]);
    let with_user = url.replace("://", "://kamnot:sesame@");
    desk.run(["serve", "--nats", &with_user, "--nats-creds", "foreign.creds"]).ends_with(2).complains(&["name a user"]);
    desk.run(["serve", "--nats", &url, "--nats-replicas", "6"])
        .ends_with(2)
        .complains(&["expected a number of servers"]);
    let help = desk.command(["serve", "--help"]).env("KAMNOT_NATS", &with_user).output().expect("it starts");
    let help = String::from_utf8(help.stdout).expect("UTF-8");
    assert!(help.contains("--nats-ca") && !help.contains("sesame"), "{help}");
}
