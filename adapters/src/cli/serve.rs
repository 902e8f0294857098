//! `kamnot serve` and `kamnot alerts --follow`: what runs until it is stopped.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::rulebook::Language;
use serde::Deserialize;
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

use super::admin::warn_of_contradictions;
use super::arguments::{AlertsOf, Common, Serve};
use super::database::{Absent, Database, run as block_on};
use super::lists::kind_tone;
use super::output::{Failure, Outcome, known_offices};
use super::paint::{Paint, Tone};
use super::reconcile::{DailyAt, PATIENCE, reconciler};
use crate::clock::{Clock, SteadyClock, SystemClock};
use crate::figures::Figures;
use crate::nats::subscriber::{Name, Received, Subscription, follow};
use crate::nats::{NatsFault, Servers};
use crate::reconcile::{Daily, Pace, Terms, WithoutNats};
use crate::serve::http::{ListenFault, Listener};
use crate::serve::status::{About, Status};
use crate::serve::{self, OfficeRequests, ServeFault, Stop};
use crate::shown::plain;
use crate::store::LogStore;
use crate::watch::clock_doubt::{ClockDoubt, SystemSteadyClock, operator_in};

impl From<NatsFault> for Failure {
    fn from(fault: NatsFault) -> Self {
        Self::Fault(fault.to_string())
    }
}

impl From<ListenFault> for Failure {
    fn from(fault: ListenFault) -> Self {
        Self::Fault(fault.to_string())
    }
}

impl From<ServeFault> for Failure {
    fn from(fault: ServeFault) -> Self {
        Self::Fault(fault.to_string())
    }
}

/// `kamnot serve`
pub(super) fn run(common: &Common, own: &Serve) -> Result<Outcome, Failure> {
    let nats = own.nats.servers()?.map(|servers| servers.keeping(own.nats_replicas));
    // First, so that a port that can't be had is said at once.
    let listener = own.listen.map(|address| block_on(async { Ok(Listener::bind(address).await?) })).transpose()?;
    let database = Database::open(common, Absent::Begin)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let steady: Arc<dyn SteadyClock> = Arc::new(SystemSteadyClock::start());
    let doubt = Arc::new(ClockDoubt::new(clock.now(), Arc::clone(&steady)));
    let figures = Arc::new(Figures::on(&steady));
    let about =
        About { nats: nats.is_some(), busy_timeout: Duration::from_secs(common.wait), rulebook: database.book.digest };
    let status = Status::new(
        Arc::clone(&database.store),
        Arc::clone(&clock),
        steady,
        Arc::clone(&doubt),
        Arc::clone(&figures),
        about,
    );
    let with = serve::Serve {
        operator: operator_in(&database.store),
        installation: database.store.installation().to_string(),
        store: Arc::clone(&database.store),
        book: Arc::clone(&database.book),
        clock,
        doubt,
        daily: daily(&database, own, nats.clone(), &figures),
        nats,
        figures,
        requests: if own.without_actions { OfficeRequests::Ignored } else { OfficeRequests::Taken },
        offices: known_offices(common)?.map(Arc::new),
    };
    warn_of_contradictions(common, &database);
    block_on(async {
        let stopped = told_to_stop()?;
        let (tell, told) = Stop::pair();
        let answering = listener.map(|listener| tokio::spawn(answer(listener, Arc::new(status), told)));
        let served = serve::serve(with, stopped).await;
        tell.stop();
        if let Some(answering) = answering {
            let _ = answering.await;
        }
        served?;
        Ok(Outcome::Done)
    })
}

/// Answers whoever asks how this program fares, on a task of its own: it still answers when the watch doesn't.
async fn answer(listener: Listener, status: Arc<Status<dyn LogStore>>, stop: Stop) {
    tokio::join!(status.keep_asking(&stop), listener.answer(Arc::clone(&status), &stop));
}

/// The daily reconciliation, unless it is switched off.
fn daily(database: &Database, own: &Serve, nats: Option<Servers>, figures: &Arc<Figures>) -> Option<Daily> {
    let DailyAt::At(at) = own.reconcile_at else { return None };
    let terms = Terms { patience: PATIENCE, without_nats: WithoutNats::JudgeByMarks, pace: Pace::Gentle };
    Some(Daily { at, reconciler: reconciler(database, nats.map(Arc::new), terms), figures: Arc::clone(figures) })
}

/// Resolves when the process is told to stop.
fn told_to_stop() -> Result<impl Future<Output = ()>, Failure> {
    let failed = |error| Failure::Fault(format!("the program can't listen for signals: {error}"));
    let mut terminated = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupted = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}

/// `kamnot alerts --follow`
pub(super) fn follow_alerts(common: &Common, own: &AlertsOf) -> Result<Outcome, Failure> {
    let servers = own.nats.servers()?.ok_or(NatsFault::Address)?;
    let nobody =
        || Failure::Refused("whose alerts? Give --prosecutor, --court, --investigator or --legal-aid".to_owned());
    let (kind, office) = own.whose.office().ok_or_else(nobody)?;
    let seen = own.seen.clone().unwrap_or_else(|| PathBuf::from(format!("kamnot-seen-{office}")));
    let failed = |error| Failure::Fault(format!("{}: the file of alerts seen has no folder: {error}", seen.display()));
    let seen = std::path::absolute(&seen).map_err(failed)?;
    let (office, follower) = (office.clone(), place(&seen));
    let name = match (own.place.subscription.clone(), own.place.subscriber) {
        (None, None) => Name::Own(format!("{office}-{follower}")),
        (None, Some(_)) => {
            return Err(Failure::Refused(
                "--subscriber counts the names that --subscription begins; give both".to_owned(),
            ));
        }
        (Some(base), None) => Name::Given { base, follower },
        (Some(base), Some(n)) => Name::Taken { base, n, follower },
    };
    let subscription = Subscription { kind, office, name, seen };
    let paint = Paint::of(&io::stdout());
    block_on(async {
        let (tell, told) = Stop::pair();
        let signalled = told_to_stop()?;
        let following = async {
            let result = follow(&servers, &subscription, &told, |alert| show(alert, common.lang, paint)).await;
            Ok(result?)
        };
        let stopping = async {
            signalled.await;
            tell.stop();
            std::future::pending::<Result<Outcome, Failure>>().await
        };
        tokio::select! {
            result = following => result.map(|()| Outcome::Done),
            result = stopping => result,
        }
    })
}

/// Which subscriber this is: one per machine and file of alerts seen, so that two never share what comes.
fn place(seen: &std::path::Path) -> Uuid {
    let machine =
        std::fs::read_to_string("/etc/machine-id").ok().or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{}\0{}", machine.trim(), seen.display()).as_bytes())
}

/// What is printed of an alert.
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

fn show(alert: &Received, lang: Language, paint: Paint) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match serde_json::from_str::<CloudEvent>(&alert.body) {
        Ok(CloudEvent { time, data: Data { kind, text } }) => {
            let sentence = match lang {
                Language::En => text.en,
                Language::Lo => text.lo,
            };
            let tone = engine::alert::Kind::from_word(&kind).map_or(Tone::Plain, kind_tone);
            let line = paint.text(tone, &plain(&format!("{kind:<9} {sentence}")));
            writeln!(out, "{}  {line}", plain(time.replace('T', " ").trim_end_matches("+07:00")))?;
        }
        // From a program that writes another form: the subject at least says what it is about.
        Err(_) => writeln!(out, "{}", plain(&format!("{} ({})", alert.subject, alert.id)))?,
    }
    out.flush()
}
