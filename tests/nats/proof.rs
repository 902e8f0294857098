//! What offices get that proves the log: receipts in replies, checkpoints with alerts.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::action::CaseRef;
use evidence::checkpoint::Checkpoint;
use evidence::key::VerifierKey;
use evidence::leaf::Leaf;
use evidence::note::Note;
use evidence::receipt::Receipt;
use serde_json::Value;
use store::Options;
use store::place::LogPlace;
use tests::made::book;
use tests::wait::eventually;

use crate::actions::serve;
use crate::ministry::{Ministry, end};
use crate::world::{investigation, read_by};

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_has_a_receipt_and_each_alert_the_newest_checkpoint() {
    let ministry = Ministry::start();
    let new = ["key", "new", "--origin", "kamnot.example.org/test", "--log-key", "log-key", "--no-passphrase"];
    let shown = ministry.desk.run(new).ends_with(0).out;
    let keys: Vec<VerifierKey> = shown.lines().filter_map(|line| line.trim().parse().ok()).collect();
    let [log, receipts] = &keys[..] else { panic!("two keys: {shown}") };
    let serving = serve(&ministry, &["--log-key", "log-key", "--checkpoint-every", "1"]);
    eventually("a signed checkpoint", async || ministry.desk.run(["checkpoint"]).code == 0).await;
    let investigator = ministry.guest("vte-investigation").await.client;
    let lines = investigation("VTE-2026-0001", 1, "2026-03-01") + "no action\n";
    let answered = async || -> Value {
        let answer = investigator.request("kamnot.actions.vte-investigation", lines.clone().into()).await;
        serde_json::from_slice(&answer.expect("an answer").payload).expect("JSON")
    };
    let reply = answered().await;
    let note = |reply: &Value| Note::parse(reply["receipt"].as_str().expect("a receipt").as_bytes()).expect("a note");
    let receipt = Receipt::open(&note(&reply), receipts).expect("signed with the key of receipts");
    let ids: BTreeSet<&str> = receipt.events.iter().map(|event| event.id.as_str()).collect();
    let sent = reply["lines"].as_array().expect("lines").iter().filter_map(|line| line["id"].as_str());
    assert_eq!(ids, sent.collect(), "{reply}");
    // The same is said of what is known already.
    assert_eq!(Receipt::open(&note(&answered().await), receipts).expect("a receipt"), receipt);
    let mut alerts = Vec::new();
    eventually("an alert", async || {
        let kamnot = ministry.guest("kamnot").await.client;
        alerts = read_by(&async_nats::jetstream::new(kamnot), "kamnot.alerts.>").await;
        !alerts.is_empty()
    })
    .await;
    for alert in alerts {
        let header = alert.headers.as_ref().and_then(|headers| headers.get("Kamnot-Checkpoint")).expect("a checkpoint");
        let note = Note::parse(&STANDARD.decode(header.as_str()).expect("base64")).expect("a note");
        Checkpoint::open(&note, log).expect("signed by the log");
        assert!(!String::from_utf8_lossy(&alert.payload).contains("kamnot.example.org"), "not in the body");
    }
    end(serving);
    let place = LogPlace::File(ministry.desk.path("kamnot.db"));
    let store = place.open(book(), &Options::default()).await.expect("the log");
    let leaves = store.leaves_of(&CaseRef::new("VTE-2026-0001").expect("a case")).await.expect("leaves");
    let leaves: BTreeSet<_> = leaves.into_iter().map(|leaf| Leaf::Event(leaf).hash()).collect();
    assert!(receipt.events.iter().all(|event| leaves.contains(&event.leaf)), "{receipt:?}");
}
