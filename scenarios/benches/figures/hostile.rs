//! The alerts of other offices while one office sends its worst.
//!
//! Invariant: the real program runs on the machine's clock. The office ignores every answer. If an alert of the others does
//! not arrive exactly once, there is no figure.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use async_nats::Client;
use scenarios::crowded::{Crowd, crowded};
use scenarios::generator::Line;
use tokio::task::JoinSet;

use crate::due::{Kind, World, arrived, each_once, second, until_delivered, whole};
use crate::report::{Bar, Report};
use crate::served::Subscriber;
use crate::setting::{Failure, Setting, count, progress};

/// How many senders the office has, and the size of what they send.
const SENDERS: (usize, usize) = (24, 1_000_000);
/// How many alerts stand. Each request has two limits.
const REQUESTS: usize = 2_500;
const CASES: usize = 4;
/// How many alerts of the others are due each second.
const A_SECOND: usize = 20;
const SUBJECT: &str = "kamnot.actions.vte-investigation";

/// How often the office got each answer, by the code of the error.
type Answers = Arc<Mutex<BTreeMap<String, usize>>>;

/// Half of its senders send lines without content. The other half transfer cases with 5,000 standing alerts back and forth.
pub fn others(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    setting.runtime.block_on(worst(setting, report))
}

async fn worst(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let seconds = if setting.quick { 10 } else { 60 };
    let world = World::new(setting, Kind::Embedded, "hostile")?;
    let mut office = world.office(setting).await?;
    for n in 0..CASES {
        let lines = crowded(Crowd::Requests, &format!("HOSTILE-{n}"), REQUESTS + 1);
        let of =
            |json: String| Line { at: second(), case: n, json: json.replace("0000-4000-", &format!("000{n}-4000-")) };
        office.give(lines.into_iter().map(of).collect()).await?;
    }
    let mut serving = world.serve(setting, "hostile")?;
    let subscriber = Subscriber::start(&world.nats.url()).await?;
    let first = second() + 30;
    let children = seconds * A_SECOND;
    office.hold(children, second(), |n| first - 1 + whole(n / A_SECOND)).await?;
    until_delivered(&office, first).await?;
    drop(office);
    progress(&format!("hostile: {children} alerts of others, {} senders of the worst", SENDERS.0));
    let answers = Answers::default();
    let mut senders = JoinSet::new();
    for n in 0..SENDERS.0 {
        let client = async_nats::connect(world.nats.url()).await?;
        senders.spawn(send(client, n, Arc::clone(&answers)));
    }
    let arrivals = arrived(&subscriber, &mut serving, children, first + whole(seconds) + 60).await?;
    senders.shutdown().await;
    each_once(&arrivals, children)?;
    for (code, many) in &*answers.lock().unwrap_or_else(PoisonError::into_inner) {
        Report::fact(&format!("hostile: answered {code}"), count(*many), "requests");
    }
    let mut after: Vec<f64> = arrivals.iter().map(|arrival| arrival.after * 1e3).collect();
    after.sort_by(f64::total_cmp);
    report.figure("others' alerts while one office sends its worst, p50", after[children / 2], "ms", Bar::None);
    report.figure(
        "others' alerts while one office sends its worst, p99",
        after[children * 99 / 100],
        "ms",
        Bar::AtMost(250.0),
    );
    report.figure("others' alerts while one office sends its worst, longest", after[children - 1], "ms", Bar::None);
    Ok(())
}

async fn send(client: Client, n: usize, answers: Answers) {
    let nothing = format!("[{}{{}}]", "{},".repeat(SENDERS.1 / 3));
    for turn in 0_usize.. {
        let payload = if n.is_multiple_of(2) { nothing.clone() } else { transfer(n, turn) };
        let answer = client.request(SUBJECT, payload.into()).await;
        let code = answer.ok().and_then(|answer| serde_json::from_slice::<serde_json::Value>(&answer.payload).ok());
        let code =
            code.map_or("nothing".to_owned(), |reply| reply["error"]["code"].as_str().unwrap_or("lines").to_owned());
        *answers.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
    }
}

fn transfer(n: usize, turn: usize) -> String {
    let case = n / 2 % CASES;
    let at = engine::calendar::Instant::from_unix(second());
    let mut line = String::new();
    // Writing to a string never fails.
    let _ = write!(
        line,
        r#"{{"case":"HOSTILE-{case}","action":"case_transferred","at":"{at}","by":"vte-investigation","prosecutor":"p-{n}-{turn}"}}"#
    );
    line
}
