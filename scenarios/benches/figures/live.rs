//! Live updates: how long after an alert is due its office's streams say that something has changed.
//!
//! Invariant: one process of the real program serves, watches and publishes on the machine's clock. A time counts from the
//! second at which the alert is due, so raising and recording it are in it. Each stream is told of each alert, or there is no
//! figure.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::court::{self, COURT};
use crate::due::{Kind, World, second, until_delivered, whole};
use crate::office::Office;
use crate::readers::request;
use crate::report::{Bar, Report};
use crate::served::now;
use crate::setting::{Failure, Setting, progress};

/// How many streams are open, each of a program of its own.
const STREAMS: usize = 200;
/// How many children's forty-eight hours end, one after the other, so many seconds apart.
const CHILDREN: usize = 40;
const APART: i64 = 3;
/// Before it begins, the streams are open and what was recorded is delivered.
const AHEAD: i64 = 20;

/// Alerts that are due, and the events at the readers of streams.
pub fn live(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    setting.runtime.block_on(all(setting, report))
}

async fn all(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let world = World::new(setting, Kind::Embedded, "live")?;
    let store = world.open(setting).await?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let secrets = setting.path("web-secrets").display().to_string();
    let mut serving = world.serve_with(setting, "live", &["--web", &address.to_string(), "--web-secrets", &secrets])?;
    let mut heads = Vec::new();
    for nth in 0..STREAMS {
        heads.push(format!("Authorization: Bearer {}", court::program(store.as_ref(), nth, COURT, second()).await?));
    }
    let mut office = Office::new(Arc::clone(&store), setting);
    office.court = COURT;
    let (children, first) = (setting.size(CHILDREN), second() + AHEAD);
    office.hold(children, second(), |n| first - 1 + APART * whole(n)).await?;
    until_delivered(&office, first).await?;
    drop((office, store));
    progress(&format!("live: {children} limits, {STREAMS} streams"));
    let end = first + APART * whole(children);
    let mut reading = JoinSet::new();
    for head in heads {
        reading.spawn(arrivals(address, head, end));
    }
    let mut times = Vec::new();
    while let Some(told) = reading.join_next().await {
        times.extend(after_each(&told??, first, children)?);
    }
    serving.runs()?;
    times.sort_by(f64::total_cmp);
    let name = format!("alert due to event at the client, {STREAMS} streams");
    report.figure(&format!("{name}, p50"), times[times.len() / 2], "ms", Bar::None);
    report.figure(&format!("{name}, p99"), times[times.len() * 99 / 100], "ms", Bar::AtMost(1_000.0));
    report.figure(&format!("{name}, longest"), times[times.len() - 1], "ms", Bar::None);
    Ok(())
}

/// When a stream said that something has changed, until an end.
async fn arrivals(address: SocketAddr, head: String, end: i64) -> Result<Vec<f64>, Failure> {
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    stream.write_all(request("/api/v1/changes", &head).as_bytes()).await?;
    let (mut line, mut told) = (String::new(), Vec::new());
    stream.read_line(&mut line).await?;
    if !line.starts_with("HTTP/1.1 200") {
        return Err(format!("a stream: answered {}", line.trim()).into());
    }
    loop {
        line.clear();
        let left = Duration::try_from_secs_f64(seconds(end) - now()).unwrap_or_default();
        match tokio::time::timeout(left, stream.read_line(&mut line)).await {
            Ok(Ok(0)) => return Err("a stream ended".into()),
            Ok(read) => _ = read?,
            Err(_) => return Ok(told),
        }
        if line.trim_end() == "event: changed" {
            told.push(now());
        }
    }
}

/// How many milliseconds after each alert was due a stream said so.
fn after_each(told: &[f64], first: i64, children: usize) -> Result<Vec<f64>, Failure> {
    let after = |nth: usize| {
        let due = seconds(first + APART * whole(nth));
        let next = told.iter().find(|at| **at >= due && **at < due + seconds(APART));
        next.map(|at| (at - due) * 1e3).ok_or_else(|| Failure::from("an alert of which a stream said nothing"))
    };
    (0..children).map(after).collect()
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
fn seconds(whole: i64) -> f64 {
    whole as f64
}
