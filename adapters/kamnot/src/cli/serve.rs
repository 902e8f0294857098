//! `kamnot serve`: watches and publishes until the stop signal.

use std::sync::Arc;
use std::time::Duration;

use engine::rulebook::Rulebook;
use nats::{NatsFault, Servers};
use service::clock::{Clock, SteadyClock, SystemClock};
use service::figures::Figures;
use service::lifecycle::Stop;
use service::reconcile::{Daily, Pace, Terms, WithoutNats};
use service::status::{About, Status};
use service::watch::clock_doubt::{ClockDoubt, SystemSteadyClock, operator_in};
use tokio::signal::unix::{SignalKind, signal};

use super::arguments::{Common, DailyAt, PATIENCE, Serve};
use super::database::{Absent, Database, run as block_on};
use super::offices::warn_of_contradictions;
use super::output::{Completion, Failure, known_offices};
use super::reconcile::reconciler;
use web::listen::{Limits, Listener, ListenFault};
use crate::serve::http;
use crate::serve::{self, OfficeRequests, ServeFault};

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
pub(super) fn run(common: &Common, own: &Serve) -> Result<Completion, Failure> {
    let nats = own.nats.servers()?.map(|servers| servers.keeping(own.nats_replicas));
    // First, so that an unusable port is reported at once.
    let listener = own.listen.map(|address| block_on(async { Ok(Listener::bind(address, Limits::FIGURES).await?) })).transpose()?;
    let database = Database::open(common, Absent::Begin)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let steady: Arc<dyn SteadyClock> = Arc::new(SystemSteadyClock::start());
    let doubt = Arc::new(ClockDoubt::new(clock.now(), Arc::clone(&steady)));
    let figures = Arc::new(Figures::on(&steady));
    let about = About {
        nats: nats.is_some(),
        busy_timeout: Duration::from_secs(common.wait),
        rulebook: database.book.digest(),
    };
    let status = Status::new(
        database.store.clone(),
        Arc::clone(&clock),
        steady,
        Arc::clone(&doubt),
        Arc::clone(&figures),
        about,
    );
    let with = serve::Serve {
        operator: operator_in(Arc::clone(&database.store)),
        installation: database.store.installation().to_string(),
        store: database.store.clone(),
        book: Arc::clone(&database.book),
        clock,
        doubt,
        daily: daily(&database, own, nats.clone(), &figures),
        nats,
        figures,
        requests: if own.without_actions {
            OfficeRequests::Ignored
        } else {
            OfficeRequests::Taken(own.budget.budget())
        },
        offices: known_offices(common)?.map(Arc::new),
    };
    warn_of_contradictions(common, &database);
    let lacks = lacks(&database.book);
    if !lacks.is_empty() {
        let rules = lacks.join(", ");
        tracing::warn!(rules, "the log's rulebook lacks these rules; they are not watched before `kamnot rules adopt`");
    }
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
        Ok(Completion::Done)
    })
}

/// Answers status requests on a task of its own, so that it still answers when the watch hangs.
async fn answer(listener: Listener, status: Arc<Status>, stop: Stop) {
    tokio::join!(status.keep_asking(&stop), listener.answer(http::pages(Arc::clone(&status)), &stop));
}

/// The daily reconciliation, unless it is switched off.
fn daily(database: &Database, own: &Serve, nats: Option<Servers>, figures: &Arc<Figures>) -> Option<Daily> {
    let DailyAt::At(at) = own.reconcile_at else { return None };
    let terms = Terms { patience: PATIENCE, without_nats: WithoutNats::JudgeByMarks, pace: Pace::Gentle };
    Some(Daily { at, reconciler: reconciler(database, nats.map(Arc::new), terms), figures: Arc::clone(figures) })
}

/// Resolves at the stop signal of the process.
pub(super) fn told_to_stop() -> Result<impl Future<Output = ()>, Failure> {
    let failed = |error| Failure::Fault(format!("the program cannot handle signals: {error}"));
    let mut terminated = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupted = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}

/// The rules of the program's own rulebook that an earlier one of the same law does not have.
fn lacks(book: &Rulebook) -> Vec<String> {
    let own = Rulebook::law_05_na_2006();
    let absent = own.rules().iter().filter(|rule| own.id() == book.id() && book.rule(rule.id).is_none());
    absent.map(|rule| rule.id.to_string()).collect()
}
