//! `serve` as a process takes actions of offices over NATS, under the server configuration of `kamnot nats config`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use async_nats::Client;
use serde_json::Value;
use tests::wait::eventually;

use crate::ministry::{Ministry, end};
use crate::world::investigation;

/// `serve` at work, once it listens.
pub fn serve(ministry: &Ministry, more: &[&str]) -> Child {
    let arguments = [&["serve", "--log", "json"][..], more].concat();
    // Into a file, since nobody reads a pipe while it works.
    let said = tempfile::NamedTempFile::new().expect("a file");
    let log = said.reopen().expect("the file");
    let mut child = ministry.program("kamnot", &arguments).stderr(log).spawn().expect("the program starts");
    loop {
        let text = std::fs::read_to_string(said.path()).expect("text");
        if text.contains("taking actions over NATS") {
            return child;
        }
        assert!(child.try_wait().expect("a process").is_none(), "serve ended: {text}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

async fn send(client: &Client, office: &str, payload: &str) -> Value {
    let answer =
        client.request(format!("kamnot.actions.{office}"), payload.to_owned().into()).await.expect("an answer");
    serde_json::from_slice(&answer.payload).expect("JSON")
}

fn outcomes(reply: &Value) -> Vec<&str> {
    reply["lines"].as_array().expect("lines").iter().map(|line| line["outcome"].as_str().expect("a word")).collect()
}

const CHECK: &str =
    r#"{"case":"VTE-2026-0001","action":"medical_check","at":"2026-03-02T10:00:00+07:00","by":"vte-investigation"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_office_sends_what_concerns_its_cases_and_is_told_line_by_line() {
    let ministry = Ministry::start();
    let offices = ministry.desk.write("offices.toml", "");
    let offices = ["--offices", offices.to_str().expect("a path")];
    let (one, two) = (serve(&ministry, &offices), serve(&ministry, &offices));
    let investigator = ministry.guest("vte-investigation").await.client;
    let other = ministry.guest("lpb-prosecutor").await.client;
    // A case of others isn't there to be opened, nor to be added to.
    let opening = investigation("VTE-2026-0001", 1, "2026-03-01");
    let reply = send(&other, "lpb-prosecutor", &opening).await;
    assert_eq!(outcomes(&reply), ["refused", "refused"], "{reply}");
    let lines = format!("{opening}\nno action\n{CHECK}\n");
    let reply = send(&investigator, "vte-investigation", &lines).await;
    assert_eq!((&reply["version"], &reply["office"]), (&1.into(), &"vte-investigation".into()));
    assert_eq!(outcomes(&reply), ["recorded", "recorded", "refused", "recorded"], "{reply}");
    assert_eq!(reply["lines"][2]["line"], 4, "the blank line counts: {reply}");
    assert!(!reply.to_string().contains("2010-06-15") && !reply.to_string().contains("no action"), "{reply}");
    // A lost answer is asked for by sending again; one action may stand on several lines.
    let reply = send(&investigator, "vte-investigation", &lines).await;
    assert_eq!(outcomes(&reply), ["known", "known", "refused", "known"], "{reply}");
    let reply = send(&investigator, "vte-investigation", &CHECK.replace(',', ",\n")).await;
    assert_eq!(outcomes(&reply), ["known"], "{reply}");
    let reply = send(&other, "lpb-prosecutor", CHECK).await;
    assert_eq!(outcomes(&reply), ["refused"]);
    assert_eq!(reply["lines"][0]["code"], "no_case_of_yours", "{reply}");
    // Of a case that nobody opened it hears the same.
    let nowhere = send(&other, "lpb-prosecutor", &CHECK.replace("VTE-2026-0001", "VTE-2026-9999")).await;
    let same = |reply: &Value| reply["lines"][0]["reason"].to_string().replace("9999", "0001");
    assert_eq!(same(&reply), same(&nowhere));
    let reply = send(&other, "lpb-prosecutor", "\n").await;
    assert_eq!((&reply["error"]["code"], &reply["error"]["again"]), (&"unreadable".into(), &false.into()));
    let reply = send(&other, "lpb-prosecutor", &"{}\n".repeat(1_001)).await;
    assert_eq!(reply["error"]["code"], "too_many");
    // Without a way back nothing is recorded.
    let unanswered = CHECK.replace("10:00", "11:00");
    investigator.publish("kamnot.actions.vte-investigation", unanswered.clone().into()).await.expect("sent");
    investigator.flush().await.expect("sent");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let reply = send(&investigator, "vte-investigation", &unanswered).await;
    assert_eq!(outcomes(&reply), ["recorded"], "not known from before: {reply}");
    // A code that the offices file doesn't know is recorded and warned of.
    let misspelt = CHECK.replace("10:00", "10:30").replace("vte-investigation", "vte-investigatoin");
    let reply = send(&investigator, "vte-investigation", &misspelt).await;
    let warning = &reply["lines"][0]["warnings"][0];
    assert_eq!((outcomes(&reply), &warning["code"]), (vec!["recorded"], &"unknown_office".into()), "{reply}");
    assert_eq!(warning["expected"], "vte-investigation");
    let timeline = ministry.desk.run(["timeline", "VTE-2026-0001", "--format", "json"]).ends_with(0).out;
    assert!(!timeline.contains("lpb-prosecutor"), "{timeline}");
    end(one);
    end(two);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_of_an_office_sends_and_follows_what_concerns_its_cases() {
    let ministry = Ministry::start();
    let serving = serve(&ministry, &[]);
    let investigator = ministry.guest("vte-investigation").await.client;
    let lines = format!("{}\n{CHECK}\n", investigation("VTE-2026-0001", 1, "2026-03-01"));
    send(&investigator, "vte-investigation", &lines).await;
    // The court is named in the case; the legal aid office isn't.
    let file = ministry.desk.write("court.jsonl", format!("{CHECK}\n{}\n{{}}\n", CHECK.replace("10:00", "12:00")));
    let run = |office: &str, language: &str, code: i32| {
        let arguments = ["send", file.to_str().expect("a path"), "--office", office, "--lang", language];
        let output = ministry.program(office, &arguments).output().expect("the program starts");
        tests::program::Run::from(output).ends_with(code)
    };
    run("vte-juvenile-court", "en", 1)
        .complains(&["court.jsonl:3: "])
        .says(&["1 action recorded, 1 known already, 1 refused; 1 case"]);
    run("vte-legal-aid", "lo", 1).complains(&["court.jsonl:1: ຄະດີ VTE-2026-0001 ຍັງບໍ່ທັນເປີດ"]);
    run("vte-legal-aid", "en", 1)
        .complains(&["court.jsonl:1: the case VTE-2026-0001 was never opened, or is not a case of vte-legal-aid"])
        .says(&["3 refused; 0 cases"]);
    // Nobody reads what it says: the refused line decides all the same.
    let unread = ["send", file.to_str().expect("a path"), "--office", "vte-juvenile-court"];
    let mut sending = ministry.program("vte-juvenile-court", &unread);
    let mut child = sending.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(1));

    // What it called for reaches the offices of the case, by their own subscriptions.
    for (kind, office) in
        [("prosecutor", "vte-prosecutor"), ("court", "vte-juvenile-court"), ("investigator", "vte-investigation")]
    {
        let arguments = ["alerts", "--follow", &format!("--{kind}={office}")];
        let mut child =
            ministry.program(office, &arguments).stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("text");
        assert!(line.contains("VTE-2026-0001"), "{office}: {line}");
        end(child);
    }
    let timeline = ministry.desk.run(["timeline", "VTE-2026-0001", "--format", "json"]).ends_with(0).out;
    assert!(timeline.contains(r#""recorded_by":"vte-juvenile-court""#), "as sent by the court: {timeline}");
    end(serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_held_locked_is_answered_with_again_and_what_is_under_way_at_the_stop_is_finished() {
    let ministry = Ministry::start();
    let serving = serve(&ministry, &["--wait", "2"]);
    let client = ministry.guest("vte-investigation").await.client;
    send(&client, "vte-investigation", &investigation("VTE-2026-0001", 1, "2026-03-01")).await;
    let log = rusqlite::Connection::open(ministry.desk.path("kamnot.db")).expect("the log");
    log.execute_batch("BEGIN IMMEDIATE").expect("locked");
    // As many as may be under way, and more: those are told at once.
    let many = (0..300).map(|n| {
        // Cases of their own: those of one case wait for each other.
        let (client, lines) = (client.clone(), investigation(&format!("B-{n}"), 1_000 + n, "2026-03-01"));
        async move { send(&client, "vte-investigation", &lines).await }
    });
    let replies = futures::future::join_all(many).await;
    let busy = replies.iter().filter(|reply| reply["error"]["code"] == "busy").count();
    let again = replies.iter().filter(|reply| reply["again"] == 2).count();
    assert!(busy >= 300 - 256 && again > 0 && busy + again == 300, "{busy} and {again}");
    log.execute_batch("ROLLBACK").expect("open again");
    let reply = send(&client, "vte-investigation", CHECK).await;
    assert!(["recorded", "known"].contains(&outcomes(&reply)[0]), "{reply}");
    end(serving);

    let serving = serve(&ministry, &["--wait", "20"]);
    log.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let late = CHECK.replace("10:00", "15:00");
    let sending = tokio::spawn(async move { send(&client, "vte-investigation", &late).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let ending = tokio::task::spawn_blocking(move || end(serving));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!ending.is_finished(), "something is under way");
    log.execute_batch("ROLLBACK").expect("open again");
    let reply = sending.await.expect("no panic");
    assert_eq!(outcomes(&reply), ["recorded"], "{reply}");
    ending.await.expect("it ends in order");
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_takes_actions_again_when_the_server_comes_back() {
    let mut ministry = Ministry::start();
    let serving = serve(&ministry, &[]);
    ministry.server.stop();
    ministry.server.start_again();
    let client = ministry.guest("vte-investigation").await.client;
    eventually("an answer", || async {
        let sent = client.request("kamnot.actions.vte-investigation", investigation("A-1", 1, "2026-03-01").into());
        matches!(tokio::time::timeout(Duration::from_secs(2), sent).await, Ok(Ok(_)))
    })
    .await;
    end(serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_that_has_used_up_its_budget_is_told_when_to_send_again_and_no_other_is_concerned() {
    let ministry = Ministry::start();
    // Ten seconds of these may be used at once.
    let serving = serve(&ministry, &["--office-requests", "60"]);
    let (one, other) =
        (ministry.guest("vte-investigation").await.client, ministry.guest("lpb-prosecutor").await.client);
    let opening = investigation("VTE-2026-0001", 1, "2026-03-01");
    let mut replies = Vec::new();
    while replies.len() < 40 {
        replies.push(send(&one, "vte-investigation", &opening).await);
    }
    let refused = replies.iter().find(|reply| reply["error"]["code"] == "budget").expect("more than ten were sent");
    assert_eq!(refused["error"]["again"], true, "{refused}");
    assert!(refused["error"]["reason"].as_str().expect("a reason").contains("requests a minute"), "{refused}");
    assert_eq!(outcomes(&replies[0]), ["recorded", "recorded"]);
    let reply = send(&other, "lpb-prosecutor", CHECK).await;
    assert_eq!(outcomes(&reply), ["refused"], "judged, not turned away: {reply}");
    // One comes back each second.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(outcomes(&send(&one, "vte-investigation", &opening).await), ["known", "known"]);
    end(serving);
}
