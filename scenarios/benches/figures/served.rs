//! `kamnot serve` built for release, a NATS server with its files on the disk, and a subscriber.
//!
//! Invariant: an alert counts as arrived when the NATS server has stored it and the subscriber has received it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_nats::jetstream::consumer::push::OrderedConfig;
use engine::calendar::Instant;
use futures::StreamExt as _;
use tokio::task::JoinHandle;

use crate::setting::Failure;

/// A running `serve` that watches and publishes. It is killed when dropped.
pub struct Serving {
    child: Child,
    words: PathBuf,
}

impl Serving {
    /// Starts it on a log, with `more` options, without the daily reconciliation, which it would otherwise make up for at once.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(program: &Path, (log, nats): (&str, &str), more: &[&str], words: PathBuf) -> Result<Self, Failure> {
        let child = Command::new(program)
            .args(["serve", "--db", log, "--nats", nats, "--reconcile-at", "off"])
            .args(more)
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&words)?)
            .spawn()?;
        Ok(Self { child, words })
    }

    /// Checks that it still runs.
    ///
    /// # Errors
    /// If it has ended. The error has its last line of output.
    pub fn runs(&mut self) -> Result<(), Failure> {
        let Some(ended) = self.child.try_wait()? else { return Ok(()) };
        let words = std::fs::read_to_string(&self.words)?;
        Err(format!("kamnot serve ended by itself, {ended}: {}", words.lines().last().unwrap_or_default()).into())
    }

    /// Whether its output says that it publishes: the process with the first share does.
    ///
    /// # Errors
    /// If its output cannot be read.
    pub fn publishes(&self) -> Result<bool, Failure> {
        let words = std::fs::read_to_string(&self.words)?;
        let last = words.lines().rev().find(|line| line.contains("this process's share of the cases has changed"));
        Ok(last.is_none_or(|line| line.contains("part=0")))
    }

    /// The most memory that it has taken, in MiB.
    ///
    /// # Errors
    /// If it has ended.
    pub fn memory(&self) -> Result<f64, Failure> {
        peak_memory(self.child.id())
    }

    /// Kills it (SIGKILL).
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The most memory that a process has taken, in MiB.
///
/// # Errors
/// If it has ended.
pub fn peak_memory(process: u32) -> Result<f64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kib: f64 = peak.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1024.0)
}

/// A message as it was received.
struct Message {
    at: f64,
    id: String,
    body: Vec<u8>,
}

/// An alert that a limit was exceeded.
pub struct Arrival {
    /// The alert's id.
    pub id: String,
    /// When it became due, in seconds since 1970: one second after the last lawful instant.
    pub due: i64,
    /// How many seconds later it arrived.
    pub after: f64,
}

/// Receives the breaches of the forty-eight hours.
pub struct Subscriber {
    messages: Arc<Mutex<Vec<Message>>>,
    work: JoinHandle<()>,
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        self.work.abort();
    }
}

impl Subscriber {
    /// Subscribes as soon as the stream exists.
    ///
    /// # Errors
    /// If NATS is unreachable.
    pub async fn start(nats: &str) -> Result<Self, Failure> {
        let client = async_nats::connect(nats).await?;
        let jetstream = async_nats::jetstream::new(client.clone());
        let mut tries = 0;
        let stream = loop {
            match jetstream.get_stream("KAMNOT_ALERTS").await {
                Ok(stream) => break stream,
                Err(_) if tries < 600 => tokio::time::sleep(Duration::from_millis(100)).await,
                Err(error) => return Err(error.into()),
            }
            tries += 1;
        };
        let filter_subject = "kamnot.alerts.*.*.*.*.breach.custody-48h".to_owned();
        let config = OrderedConfig { deliver_subject: client.new_inbox(), filter_subject, ..OrderedConfig::default() };
        let mut arriving = stream.create_consumer(config).await?.messages().await?;
        let messages = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&messages);
        let work = tokio::spawn(async move {
            while let Some(Ok(message)) = arriving.next().await {
                let at = now();
                let id = message.headers.as_ref().and_then(|headers| headers.get("Nats-Msg-Id"));
                let id = id.map(ToString::to_string).unwrap_or_default();
                let message = Message { at, id, body: message.payload.to_vec() };
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(message);
            }
        });
        Ok(Self { messages, work })
    }

    /// How many messages have come so far.
    pub fn count(&self) -> usize {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The alerts that have come so far.
    ///
    /// # Errors
    /// If a message is not an alert about a limit.
    pub fn arrivals(&self) -> Result<Vec<Arrival>, Failure> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.iter().map(arrival).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
fn arrival(message: &Message) -> Result<Arrival, Failure> {
    let body: serde_json::Value = serde_json::from_slice(&message.body)?;
    let last = body["data"]["earliest"].as_str().and_then(Instant::parse).ok_or("an alert without its limit")?;
    let due = last.unix() + 1;
    Ok(Arrival { id: message.id.clone(), due, after: message.at - due as f64 })
}

/// The wall clock, in seconds since 1970.
pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
