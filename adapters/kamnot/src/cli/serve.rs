//! `kamnot serve`: watches and publishes until the stop signal, with figures and pages beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::rulebook::Rulebook;
use mail::outward::Outward;
use mail::post::{Beside, Post};
use nats::{NatsFault, Servers};
use service::clock::{Clock, SteadyClock, SystemClock};
use service::figures::Figures;
use service::growth::Growth;
use service::inboxes::Inboxes;
use service::lifecycle::Stop;
use service::offices::Offices;
use service::receipts::Receipts;
use service::reconcile::{Daily, Pace, Terms, WithoutNats};
use service::sealing::SealingKey;
use service::signing::Signer;
use service::status::{About, Status};
use service::watch::clock_doubt::{ClockDoubt, SystemSteadyClock, operator_in};
use store::people::PeopleStore;
use store::{CaseStore, LogStore};
use tokio::signal::unix::{SignalKind, signal};
use web::listen::{Limits, Listener};
use web::site::Demo;

use super::arguments::{Common, DailyAt, PATIENCE, Serve};
use super::database::{Absent, Database, run as block_on};
use super::in_force::known_in_force;
use super::mail::outward;
use super::offices::warn_of_contradictions;
use super::output::{Completion, Failure};
use super::pages::{Behind, Pages};
use super::reconcile::reconciler;
use super::state_folder::secrets;
use super::witnesses::signer;
use crate::serve::{self, OfficeRequests, ServeFault, http};

impl From<NatsFault> for Failure {
    fn from(fault: NatsFault) -> Self {
        Self::Fault(fault.to_string())
    }
}

impl From<ServeFault> for Failure {
    fn from(fault: ServeFault) -> Self {
        Self::Fault(fault.to_string())
    }
}

/// How often the offices file in force is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// `kamnot serve`
pub(super) fn run(common: &Common, own: &Serve) -> Result<Completion, Failure> {
    let nats = own.nats.servers()?.map(|servers| servers.keeping(own.nats_replicas));
    // First, so that an unusable port is reported at once.
    let bind = |address| block_on(async { Ok(Listener::bind(address, Limits::FIGURES).await?) });
    let listener = own.listen.map(bind).transpose()?;
    let pages = Pages::prepare(&own.web)?;
    let database = Database::open(common, Absent::Begin)?;
    let steady: Arc<dyn SteadyClock> = Arc::new(SystemSteadyClock::start());
    let figures = Arc::new(Figures::on(&steady));
    let known = known_in_force(common, &database)?.map(Arc::new);
    let offices = known.clone().unwrap_or_else(|| Arc::new(Offices::of_the_program()));
    warn_of_contradictions(&offices, &database);
    let mail = outward(&own.mail, key(own, pages.as_ref())?, database.store.installation().to_string())?;
    let signer = signer(&own.keys, &own.policy)?.map(Arc::new);
    let running = Running {
        store: database.store.clone(),
        clock: Arc::new(SystemClock),
        wait: Duration::from_secs(common.wait),
        daily: daily(&database, own, nats.clone(), &figures),
        nats,
        steady,
        figures,
        requests: if own.without_actions {
            OfficeRequests::Ignored
        } else {
            OfficeRequests::Taken(own.budget.budget())
        },
        offices,
        known,
        demo: None,
        mail: Some(mail),
        checkpoint_every: Duration::from_secs(own.checkpoint_every),
        signer,
    };
    let lacks = lacks(&database.book);
    if !lacks.is_empty() {
        let rules = lacks.join(", ");
        tracing::warn!(rules, "the log's rulebook lacks these rules; they are not watched before `kamnot rules adopt`");
    }
    running.run(listener, pages)
}

/// A `serve` or a demo before it runs.
pub(super) struct Running {
    /// The log.
    pub store: Arc<dyn LogStore>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The steady clock.
    pub steady: Arc<dyn SteadyClock>,
    /// How long a call of the store may wait for a lock.
    pub wait: Duration,
    /// The NATS servers.
    pub nats: Option<Servers>,
    /// The daily reconciliation.
    pub daily: Option<Daily>,
    /// The figures.
    pub figures: Arc<Figures>,
    /// Whether offices may send actions over NATS.
    pub requests: OfficeRequests,
    /// The offices as the pages name them.
    pub offices: Arc<Offices>,
    /// The known offices, for warnings in replies.
    pub known: Option<Arc<Offices>>,
    /// The demo's people.
    pub demo: Option<Demo>,
    /// The ways out of mail and webhooks; the demo has none.
    pub mail: Option<Outward>,
    /// How often a checkpoint of the log's tree is made.
    pub checkpoint_every: Duration,
    /// Signs the checkpoints.
    pub signer: Option<Arc<Signer>>,
}

impl Running {
    /// Runs it until the stop signal, with figures and pages beside it.
    pub(super) fn run(self, listener: Option<Listener>, pages: Option<Pages>) -> Result<Completion, Failure> {
        let Self {
            store, clock, steady, wait, nats, daily, figures, requests, offices, known, demo, mail, signer, ..
        } = self;
        let receipts = signer.as_ref().map(|signer| Arc::new(Receipts::of(store.clone(), signer.keys())));
        let growth = Growth {
            store: store.clone(),
            clock: clock.clone(),
            figures: figures.clone(),
            every: self.checkpoint_every,
            signer,
        };
        let (book, cases) = (store.book(), store.clone() as Arc<dyn CaseStore>);
        let people = store.clone() as Arc<dyn PeopleStore>;
        let doubt = Arc::new(ClockDoubt::new(clock.now(), Arc::clone(&steady)));
        let about = About { nats: nats.is_some(), busy_timeout: wait, rulebook: book.digest() };
        let status = Status::new(cases.clone(), clock.clone(), steady, doubt.clone(), figures.clone(), about);
        let status = Arc::new(status);
        let inboxes = Arc::new(block_on(async { Ok(Inboxes::of(store.clone()).await?) })?);
        let beside =
            Beside { offices: offices.clone(), clock: clock.clone(), doubt: doubt.clone(), figures: figures.clone() };
        let post = mail.map(|outward| block_on(async { Ok(Post::new(store.clone(), outward, beside).await?) }));
        let behind = Behind {
            log: store.clone(),
            recorder: serve::recorder(&cases, &book, &clock, &figures, &inboxes, receipts.clone()),
            clock: clock.clone(),
            status: status.clone(),
            offices,
            demo,
        };
        let with = serve::Serve {
            operator: operator_in(store.clone()),
            installation: store.installation().to_string(),
            store: cases,
            book,
            clock,
            doubt,
            daily,
            growth: Some(growth),
            receipts,
            nats,
            figures,
            requests,
            inboxes,
            offices: known,
            post: post.transpose()?.map(Arc::new),
        };
        let beside = Answering { listener, status, pages, behind };
        block_on(until_stopped(with, beside, people.as_ref()))
    }
}

/// What answers beside the work.
struct Answering {
    listener: Option<Listener>,
    status: Arc<Status>,
    pages: Option<Pages>,
    behind: Behind,
}

/// Runs all of it until the stop signal.
async fn until_stopped(with: serve::Serve, beside: Answering, people: &dyn PeopleStore) -> Result<Completion, Failure> {
    let Answering { listener, status, pages, behind } = beside;
    let stopped = told_to_stop()?;
    let (tell, told) = Stop::pair();
    let answering = (listener.is_some() || pages.is_some()).then(|| tokio::spawn(answer(listener, status, told)));
    let (close, closed) = Stop::pair();
    let mut pages = pages.map(|pages| pages.serve(behind, closed)).transpose()?;
    // The pages stop first, so that the alerts of what they still record are published.
    let ending = pages.as_mut();
    let adopted = AtomicBool::new(false);
    let stopped = async {
        tokio::select! {
            () = stopped => {}
            () = other_offices(people) => adopted.store(true, Ordering::Release),
        }
        close.stop();
        if let Some(pages) = ending {
            let _ = pages.await;
        }
    };
    let served = serve::serve(with, stopped).await;
    tell.stop();
    if let Some(answering) = answering {
        let _ = answering.await;
    }
    if let Some(pages) = pages.filter(|pages| !pages.is_finished()) {
        let _ = pages.await;
    }
    served?;
    if adopted.into_inner() {
        let why = "another offices file was put in force: this process still uses the former one; start it again";
        return Err(Failure::Fault(why.to_owned()));
    }
    Ok(Completion::Done)
}

/// Resolves when the log adopts another offices file than it has now.
async fn other_offices(people: &dyn PeopleStore) {
    let mut known = None;
    loop {
        // A store that does not answer is asked again: whoever needs it says so.
        if let Ok(found) = people.offices_in_force().await
            && *known.get_or_insert_with(|| found.clone()) != found
        {
            return;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Answers status requests on a task of its own, so that it still answers when the watch hangs.
async fn answer(listener: Option<Listener>, status: Arc<Status>, stop: Stop) {
    let figures = async {
        if let Some(listener) = listener {
            tracing::info!(address = %listener.address(), "listening");
            listener.answer(http::pages(Arc::clone(&status)), &stop).await;
        }
    };
    tokio::join!(status.keep_asking(&stop), figures);
}

/// The key under which those of webhooks are sealed: that of the pages, or of its file, if there is one.
fn key(own: &Serve, pages: Option<&Pages>) -> Result<Option<Arc<SealingKey>>, Failure> {
    if let Some(pages) = pages {
        return Ok(Some(pages.key()));
    }
    let file = secrets(own.web.secrets.clone()).ok().filter(|file| file.exists());
    Ok(file.map(|file| SealingKey::read_or_make(&file)).transpose()?.map(Arc::new))
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
