//! `kamnot alerts --follow`: prints each alert as it arrives, until stopped.
//!
//! Invariant: standard output contains only alerts; where it listens, and faults, go to standard error.

use std::env;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use engine::action::{OfficeCode, When};
use engine::rulebook::Language;
use nats::subscriber::{Heard, Name, Received, Subscription, follow};
use nats::{NatsFault, STREAM};
use projections::labels::Label;
use serde::Deserialize;
use service::lifecycle::Stop;
use service::shown::plain;
use uuid::Uuid;

use super::arguments::{AlertsFormat, AlertsOf, Common};
use super::asked;
use super::database::run as block_on;
use super::lists::kind_tone;
use super::output::{Completion, Failure, offices};
use super::paint::{Paint, Tone};
use super::serve::told_to_stop;
use super::state_folder::state_folder;

/// `kamnot alerts --follow`
pub(super) fn run(common: &Common, own: &AlertsOf) -> Result<Completion, Failure> {
    if let AlertsFormat::Csv | AlertsFormat::Json = own.format {
        return Err(Failure::Refused("--follow prints without end: give --format table or jsonl".to_owned()));
    }
    let servers = own.nats.servers()?.ok_or(NatsFault::Address)?;
    let (kind, office) = asked::office(&own.whose)?;
    let offices = offices(common)?;
    asked::refuse_other_kind(common, &offices, (kind, office))?;
    asked::warn_of_unlisted(common, &offices, office);
    let seen = own.seen.clone().map_or_else(|| seen_by_default(office), Ok)?;
    let failed =
        |error| Failure::Fault(format!("{}: invalid path of the file of alerts seen: {error}", seen.display()));
    let seen = std::path::absolute(&seen).map_err(failed)?;
    let (office, follower) = (office.clone(), place(&seen));
    let name = match (own.place.subscription.clone(), own.place.subscriber) {
        (None, None) => Name::Own(format!("{office}-{follower}")),
        (None, Some(_)) => {
            return Err(Failure::Refused(
                "--subscriber needs the prefix of the names: give --subscription too".to_owned(),
            ));
        }
        (Some(base), None) => Name::Given { base, follower },
        (Some(base), Some(n)) => Name::Taken { base, n, follower },
    };
    let subscription = Subscription { kind, office, name, seen, since: own.since.map(When::first) };
    let printer = Printer { format: own.format, lang: common.lang, paint: Paint::of(&io::stdout()) };
    block_on(async {
        let (tell, told) = Stop::pair();
        let signalled = told_to_stop()?;
        let following =
            async { Ok(follow(&servers, &subscription, &told, |heard| printer.heard(&subscription, heard)).await?) };
        let stopping = async {
            signalled.await;
            tell.stop();
            std::future::pending::<Result<Completion, Failure>>().await
        };
        tokio::select! {
            result = following => result.map(|()| Completion::Done),
            result = stopping => result,
        }
    })
}

/// The file of alerts seen, in the user's state folder.
fn seen_by_default(office: &OfficeCode) -> Result<PathBuf, Failure> {
    let state = state_folder().ok_or_else(|| {
        Failure::Refused("there is no home folder for the file of alerts seen: name a file with --seen".to_owned())
    })?;
    Ok(state.join(format!("seen-{office}")))
}

/// The follower's id: one per machine and file of alerts seen, so that two followers never share a subscription.
fn place(seen: &Path) -> Uuid {
    let machine =
        std::fs::read_to_string("/etc/machine-id").ok().or_else(|| env::var("HOSTNAME").ok()).unwrap_or_default();
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{}\0{}", machine.trim(), seen.display()).as_bytes())
}

/// The printed fields of an alert.
#[derive(Deserialize)]
struct CloudEvent {
    time: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    kind: String,
    text: Texts,
}

#[derive(Deserialize)]
struct Texts {
    en: String,
    lo: String,
}

struct Printer {
    format: AlertsFormat,
    lang: Language,
    paint: Paint,
}

impl Printer {
    fn heard(&self, subscription: &Subscription, heard: Heard<'_>) -> io::Result<()> {
        match heard {
            Heard::Listening { server, subject } => {
                let seen = subscription.seen.display();
                let [listens, ends] = [Label::Listens, Label::EndsByCtrlC].map(|label| label.of(self.lang));
                eprintln!("kamnot: {listens} {STREAM}, {server}, {subject}; {seen}; {ends}");
                Ok(())
            }
            Heard::Alert(alert) if self.format == AlertsFormat::Jsonl => json_line(alert),
            Heard::Alert(alert) => self.line(alert),
        }
    }

    fn line(&self, alert: &Received) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match serde_json::from_str::<CloudEvent>(&alert.body) {
            Ok(CloudEvent { time, data: Data { kind, text } }) => {
                let sentence = match self.lang {
                    Language::En => text.en,
                    Language::Lo => text.lo,
                };
                let tone = engine::alert::Kind::from_word(&kind).map_or(Tone::Plain, kind_tone);
                let line = self.paint.text(tone, &plain(&format!("{kind:<9} {sentence}")));
                writeln!(out, "{}  {line}", plain(time.replace('T', " ").trim_end_matches("+07:00")))?;
            }
            // A message in another format: the subject at least is printed.
            Err(_) => writeln!(out, "{}", plain(&format!("{} ({})", alert.subject, alert.id)))?,
        }
        out.flush()
    }
}

/// The alert as it arrived, on one line.
fn json_line(alert: &Received) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if serde_json::from_str::<serde::de::IgnoredAny>(&alert.body).is_ok() {
        // In JSON a line break is between two members, never within a string.
        writeln!(out, "{}", alert.body.replace(['\n', '\r'], " "))?;
    } else {
        eprintln!("kamnot: {}", plain(&format!("not JSON: {} ({})", alert.subject, alert.id)));
    }
    out.flush()
}
