//! What an office does about its alerts over NATS, under the server configuration of `kamnot nats config`.

use std::process::Command;

use async_nats::Client;
use scenarios::servers::nats_server::tools;
use serde_json::{Value, json};
use service::clock::{Clock as _, SystemClock};
use tests::program::Run;
use tests::recipes::python_under;
use uuid::Uuid;

use crate::actions::serve;
use crate::ministry::{Ministry, end};
use crate::world::investigation;

const OWING: &str = "vte-investigation";
const CASE: &str = "VTE-2026-0001";

async fn ask(client: &Client, subject: &str, payload: String) -> Value {
    let answer = client.request(subject.to_owned(), payload.into()).await.expect("an answer");
    serde_json::from_slice(&answer.payload).expect("JSON")
}

/// What an office sends about an item of its inbox, and the outcome of the only line.
async fn handle(client: &Client, office: &str, sent: &Value) -> Value {
    let reply = ask(client, &format!("kamnot.inbox.{office}"), sent.to_string()).await;
    assert_eq!((&reply["version"], &reply["office"]), (&1.into(), &office.into()), "{reply}");
    reply["lines"][0].clone()
}

fn in_an_hour() -> String {
    SystemClock.now().plus(3600).to_string()
}

fn takes(id: u128, case: &str, key: &str) -> Value {
    json!({"id": Uuid::from_u128(id), "case": case, "key": key, "doing": "takes", "what": "free the child",
        "until": in_an_hour()})
}

fn does(id: u128, key: &str, doing: &str) -> Value {
    json!({"id": Uuid::from_u128(id), "case": CASE, "key": key, "doing": doing})
}

/// A ministry at work, with a case whose custody is over.
async fn with_a_case() -> (Ministry, std::process::Child, Client) {
    let ministry = Ministry::start();
    let serving = serve(&ministry, &[]);
    let client = ministry.guest(OWING).await.client;
    ask(
        &client,
        &format!("kamnot.actions.{OWING}"),
        investigation(CASE, 1, "2026-03-01") + &tests::lines::custody(CASE),
    )
    .await;
    (ministry, serving, client)
}

fn items(ministry: &Ministry) -> Vec<Value> {
    let list = ministry.desk.run(["inbox", "list", "--as", OWING, "--format", "json"]).ends_with(0);
    serde_json::from_str(&list.out).expect("an array")
}

fn custody(ministry: &Ministry) -> Value {
    let custody = items(ministry).into_iter().find(|item| item["rule"] == "custody-48h");
    custody.expect("the custody's item")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_takes_gives_back_and_notes_over_its_own_login_and_each_counts_once() {
    let (ministry, serving, client) = with_a_case().await;
    assert_eq!(custody(&ministry)["hands"], "nobody");
    for outcome in ["recorded", "known"] {
        let line = handle(&client, OWING, &takes(1, CASE, "custody-48h")).await;
        assert_eq!(
            (&line["outcome"], &line["id"]),
            (&outcome.into(), &Uuid::from_u128(1).to_string().into()),
            "{line}"
        );
    }
    let taken = custody(&ministry);
    assert_eq!((&taken["hands"], &taken["holdings"][0]["person"]), (&"taken".into(), &Value::Null), "{taken}");
    assert_eq!(taken["holdings"].as_array().expect("a list").len(), 1, "{taken}");
    // By its key in the list too; a person of another office, or of none, is none to hand it to.
    let key = taken["key"].as_str().expect("a key");
    let mut to_a_stranger = takes(2, CASE, key);
    to_a_stranger["doing"] = "hands_over".into();
    to_a_stranger["to"] = Uuid::from_u128(9).to_string().into();
    assert_eq!(handle(&client, OWING, &to_a_stranger).await["code"], "not_of_office");
    for (id, outcome) in [(3, "recorded"), (3, "known"), (4, "refused")] {
        let line = handle(&client, OWING, &does(id, key, "gives_back")).await;
        assert_eq!(line["outcome"], outcome, "{line}");
        assert!(outcome != "refused" || line["code"] == "alert_not_taken", "{line}");
    }
    assert_eq!(custody(&ministry)["hands"], "nobody");
    // What was noted has left the inbox, and is known all the same.
    assert!(items(&ministry).iter().any(|item| item["key"] == "findings"));
    for outcome in ["recorded", "known"] {
        assert_eq!(handle(&client, OWING, &does(5, "findings", "notes")).await["outcome"], outcome);
    }
    assert!(items(&ministry).iter().all(|item| item["key"] != "findings"));
    assert_eq!(handle(&client, OWING, &does(6, "custody-48h", "notes")).await["code"], "alert_not_notable");
    end(serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_of_other_offices_and_one_that_never_was_are_refused_alike() {
    let (ministry, serving, client) = with_a_case().await;
    let mut foreign = ministry.guest("lpb-prosecutor").await;
    assert_eq!(handle(&client, OWING, &takes(1, CASE, "custody-48h")).await["outcome"], "recorded");
    let said = async |sent: &Value| {
        let mut line = handle(&foreign.client, "lpb-prosecutor", sent).await;
        line.as_object_mut().expect("an object").remove("id");
        line
    };
    let nowhere = said(&takes(7, "VTE-2026-9999", "custody-48h")).await;
    assert_eq!((&nowhere["outcome"], &nowhere["code"]), (&"refused".into(), &"alert_not_open".into()), "{nowhere}");
    for sent in [
        takes(8, CASE, "custody-48h"),
        // Even under an id that is known in the case.
        takes(1, CASE, "custody-48h"),
        takes(8, CASE, "remand-cap"),
        does(8, "custody-48h", "gives_back"),
        does(8, "findings", "notes"),
        takes(8, "no case", "custody-48h"),
    ] {
        assert_eq!(said(&sent).await, nowhere, "{sent}");
    }
    assert_eq!(custody(&ministry)["holdings"].as_array().expect("a list").len(), 1);
    foreign.may_not_publish(&format!("kamnot.inbox.{OWING}"), &takes(9, CASE, "custody-48h").to_string()).await;
    foreign.may_not_subscribe("kamnot.inbox.lpb-prosecutor").await;
    foreign.may_not_subscribe("kamnot.inbox.>").await;
    end(serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_count_in_their_order_and_none_is_echoed() {
    let (_ministry, serving, client) = with_a_case().await;
    let subject = format!("kamnot.inbox.{OWING}");
    let lines = [
        takes(1, CASE, "custody-48h").to_string(),
        String::new(),
        "{\"case\":\"Somsak\"}".to_owned(),
        does(2, "custody-48h", "gives_back").to_string(),
    ];
    let reply = ask(&client, &subject, lines.join("\n")).await;
    let outcomes: Vec<_> =
        reply["lines"].as_array().expect("lines").iter().map(|line| (&line["line"], &line["outcome"])).collect();
    let expected =
        [(1, "recorded"), (3, "refused"), (4, "recorded")].map(|(line, word)| (Value::from(line), Value::from(word)));
    assert_eq!(outcomes, expected.iter().map(|(line, word)| (line, word)).collect::<Vec<_>>(), "{reply}");
    assert_eq!(reply["lines"][1]["code"], "unreadable_handling");
    assert!(!reply.to_string().contains("Somsak") && !reply.to_string().contains("free the child"), "{reply}");
    for (payload, code) in [("\n".to_owned(), "unreadable"), ("{}\n".repeat(101), "too_many")] {
        assert_eq!(ask(&client, &subject, payload).await["error"]["code"], code);
    }
    end(serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_about_alerts_uses_up_the_same_budget_as_actions() {
    let ministry = Ministry::start();
    let serving = serve(&ministry, &["--office-requests", "60"]);
    let client = ministry.guest(OWING).await.client;
    ask(
        &client,
        &format!("kamnot.actions.{OWING}"),
        investigation(CASE, 1, "2026-03-01") + &tests::lines::custody(CASE),
    )
    .await;
    let mut turned_away = false;
    for n in 0..40 {
        let reply = ask(&client, &format!("kamnot.inbox.{OWING}"), takes(n, CASE, "custody-48h").to_string()).await;
        turned_away |= reply["error"]["code"] == "budget";
    }
    assert!(turned_away);
    end(serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_and_the_recipe_of_an_office_take_an_alert() {
    let (ministry, serving, _client) = with_a_case().await;
    let until = in_an_hour();
    let run = |office: &str, words: &[&str], code: i32| {
        let arguments = [&["inbox"], words, &["--as", office]].concat();
        Run::from(ministry.program(office, &arguments).output().expect("the program starts")).ends_with(code)
    };
    let promise = ["--doing", "free the child", "--until", &until, "--id", "00000000-0000-0000-0000-000000000007"];
    let take = [&["take", CASE, "custody-48h"], &promise[..]].concat();
    run(OWING, &take, 0).says(&["VTE-2026-0001: takes recorded as 00000000"]);
    run(OWING, &take, 0).says(&["was recorded already; nothing changed"]);
    run("lpb-prosecutor", &take, 1).complains(&["is not open any more, or was not raised for this office"]);
    run(OWING, &["give-back", CASE, "custody-48h"], 0).says(&["gives_back recorded"]);
    run(OWING, &["note", CASE], 0).says(&["notes recorded"]);

    let script = ministry.desk.write("take.py", python_under("\n## The inbox over NATS\n"));
    let mut python = Command::new("python3");
    python.arg(&script).args([OWING, CASE, "custody-48h", "free the child", &until]);
    python.env("PYTHONPATH", tools()).env("KAMNOT_NATS", ministry.url(OWING));
    let output = python.output().expect("python3 runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.trim(), "recorded");
    assert_eq!(custody(&ministry)["hands"], "taken");
    end(serving);
}
