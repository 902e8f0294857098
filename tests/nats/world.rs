//! A store of its own with clocks that the test sets, and a client that knows nothing of kamnot.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use engine::action::{Action, CaseRef};
use engine::calendar::Instant;
use engine::decide::{Alerts, Command, decide};
use engine::randomness::Seed;
use engine::rulebook::Rulebook;
use futures::StreamExt as _;
use kamnot::serve::{OfficeRequests, Serve, ServeFault, serve};
use nats::Servers;
use projections::message::{Message, message};
use scenarios::servers::nats_server::NatsServer;
use service::broker::AlertStream;
use service::broker::Broker;
use service::clock::Clock;
use service::figures::Figures;
use service::intake::budget::Budget;
use service::reconcile::{Daily, Pace, Reconciler, Terms, TimeOfDay, WithoutNats};
use service::recorder::Recorder;
use service::relay::Relay;
use service::watch::clock_doubt::{ClockDoubt, operator_in};
use store::sqlite::{Options, SqliteStore};
use store::{CaseStore, LogStore, Position, Stored};
use tempfile::TempDir;
use tests::clock::SetClock;
use tests::wait::eventually;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard, oneshot};
use tokio::task::JoinHandle;

/// Held by every test at work.
static COMPANY: RwLock<()> = RwLock::const_new(());

/// The installation's name in the tests.
pub const INSTALLATION: &str = "test";

/// A store with its clocks.
pub struct World {
    pub store: Arc<SqliteStore>,
    pub book: Arc<Rulebook>,
    pub wall: Arc<SetClock>,
    pub steady: Arc<SetClock>,
    pub folder: TempDir,
    /// Where `serve` notes how it fares.
    pub figures: Arc<Figures>,
    /// When `serve` reconciles; not at all unless a test says so.
    pub reconcile_at: Option<TimeOfDay>,
    company: Option<RwLockReadGuard<'static, ()>>,
    alone: Option<RwLockWriteGuard<'static, ()>>,
}

/// `serve` at work.
pub struct Serving {
    stop: oneshot::Sender<()>,
    pub doubt: Arc<ClockDoubt>,
    work: JoinHandle<Result<(), ServeFault>>,
}

pub fn instant(text: &str) -> Instant {
    Instant::parse(text).expect("an instant")
}

impl World {
    /// An empty log at an instant.
    pub async fn at(now: &str) -> Self {
        let company = Some(COMPANY.read().await);
        let folder = tempfile::tempdir().expect("a folder");
        let book = Arc::new(Rulebook::law_05_na_2006());
        let options = Options { create: true, ..Options::default() };
        let store = SqliteStore::open(folder.path().join("kamnot.db"), Arc::clone(&book), &options).expect("a log");
        let wall = SetClock::at(instant(now));
        let steady = SetClock::at(Instant::from_unix(1_000_000));
        Self {
            store: Arc::new(store),
            book,
            wall,
            steady,
            folder,
            figures: Arc::default(),
            reconcile_at: None,
            company,
            alone: None,
        }
    }

    /// Waits until no other test is at work, and keeps others waiting from then on: for a test that measures.
    pub async fn be_alone(&mut self) {
        self.company = None;
        self.alone = Some(COMPANY.write().await);
    }

    /// Lets time pass, on both clocks.
    pub fn pass(&self, seconds: i64) {
        self.steady.jump(seconds);
        self.jump(seconds);
    }

    /// Sets the wall clock forward or back.
    pub fn jump(&self, seconds: i64) {
        self.wall.jump(seconds);
    }

    pub fn recorder(&self) -> Arc<Recorder> {
        Arc::new(Recorder::new(self.store.clone(), Arc::clone(&self.book), self.wall.clone() as Arc<dyn Clock>))
    }

    /// Records lines as an import does: the actions of each case at once.
    pub async fn import(&self, lines: &str) {
        let mut cases: BTreeMap<CaseRef, Vec<Action>> = BTreeMap::new();
        for action in lines.lines().filter(|line| !line.trim().is_empty()).filter_map(|line| Action::read(line).ok()) {
            cases.entry(action.case.clone()).or_default().push(action);
        }
        let recorder = self.recorder();
        let work = futures::stream::iter(cases).map(|(case, actions)| {
            let recorder = Arc::clone(&recorder);
            async move { recorder.record(&case, actions, None, Alerts::Raised).await.expect("recorded") }
        });
        let _: Vec<_> = work.buffer_unordered(256).collect().await;
    }

    pub fn relay(&self, url: &str) -> Relay {
        let servers: Servers = url.parse().expect("a URL");
        self.relay_through(Arc::new(servers))
    }

    pub fn relay_through(&self, broker: Arc<dyn Broker>) -> Relay {
        let (store, book) = (Arc::clone(&self.store), Arc::clone(&self.book));
        Relay::new(store, book, self.wall.clone() as Arc<dyn Clock>, broker, INSTALLATION.to_owned())
    }

    /// `serve` until the future is done.
    pub fn until<F: Future<Output = ()>>(
        &self,
        nats: Option<Servers>,
        doubt: Arc<ClockDoubt>,
        shutdown: F,
    ) -> impl Future<Output = Result<(), ServeFault>> + use<F> {
        let with = Serve {
            inboxes: Arc::default(),
            post: None,
            growth: None,
            receipts: None,
            store: self.store.clone(),
            book: Arc::clone(&self.book),
            clock: self.wall.clone() as Arc<dyn Clock>,
            doubt,
            operator: operator_in(self.store.clone()),
            daily: self.daily(nats.clone()),
            nats,
            installation: INSTALLATION.to_owned(),
            figures: Arc::clone(&self.figures),
            requests: OfficeRequests::Taken(Budget::default()),
            offices: None,
        };
        serve(with, shutdown)
    }

    fn daily(&self, servers: Option<Servers>) -> Option<Daily> {
        let reconciler = Reconciler {
            store: Arc::clone(&self.store) as Arc<dyn LogStore>,
            book: Arc::clone(&self.book),
            clock: self.wall.clone() as Arc<dyn Clock>,
            alerts: servers.map(|servers| Arc::new(servers) as Arc<dyn AlertStream>),
            installation: INSTALLATION.to_owned(),
            terms: Terms {
                patience: Duration::from_secs(10),
                without_nats: WithoutNats::JudgeByMarks,
                pace: Pace::Gentle,
            },
        };
        self.reconcile_at.map(|at| Daily { at, reconciler, figures: Arc::default() })
    }

    pub fn doubt(&self) -> Arc<ClockDoubt> {
        Arc::new(ClockDoubt::new(self.wall.now(), self.steady.clone()))
    }

    /// `serve` in the background.
    pub fn serve(&self, url: &str) -> Serving {
        self.serve_on(url.parse().expect("a URL"))
    }

    /// `serve` in the background, on these servers.
    pub fn serve_on(&self, servers: Servers) -> Serving {
        let (stop, stopped) = oneshot::channel();
        let doubt = self.doubt();
        let work = self.until(Some(servers), Arc::clone(&doubt), async {
            let _ = stopped.await;
        });
        Serving { stop, doubt, work: tokio::spawn(work) }
    }

    /// The alert events of the log that may be published.
    pub async fn alerts(&self) -> Vec<Stored> {
        let log = self.store.log(Position(0), usize::MAX >> 2).await.expect("the log");
        log.into_iter().filter(|stored| self.id(stored).is_some()).collect()
    }

    /// The ids of the alerts that may be published, in the order of the log.
    pub async fn ids(&self) -> Vec<String> {
        self.alerts().await.iter().filter_map(|stored| self.id(stored)).collect()
    }

    /// The messages of the alerts that wait in the outbox.
    pub async fn messages(&self) -> Vec<Message> {
        let rows = self.store.outbox(Position(0), usize::MAX >> 2).await.expect("the outbox");
        rows.iter().filter_map(|row| message(&row.case, &row.event, &self.book, INSTALLATION)).collect()
    }

    fn id(&self, stored: &Stored) -> Option<String> {
        message(&stored.case, &stored.event, &self.book, INSTALLATION).map(|message| message.id.to_string())
    }

    /// Waits until every case has told what it has to tell by now, and all is delivered.
    pub async fn all_is_told(&self) {
        eventually("all is told and delivered", || async {
            let now = self.wall.now();
            let mut told = true;
            for case in self.store.cases().await.expect("the cases") {
                let known = self.store.load(&case).await.expect("a case");
                told &= decide(
                    &known,
                    &self.book,
                    Command::Now { clock: now, alerts: Alerts::Raised, seed: Seed([7; 32]) },
                )
                .all_or_none()
                .expect("no refusal")
                .is_empty();
            }
            told && self.waiting().await == 0
        })
        .await;
    }

    /// Waits until all is told, ends `serve`, and asserts that the stream has each alert of the log once, in its order. The ids.
    pub async fn each_arrived_once(&self, serving: Serving, server: &NatsServer) -> Vec<String> {
        self.all_is_told().await;
        serving.stop().await;
        let told = self.ids().await;
        assert_eq!(arrived(server).await, told);
        told
    }

    /// How many alerts wait in the outbox.
    pub async fn waiting(&self) -> usize {
        self.store.outbox(Position(0), usize::MAX >> 2).await.expect("the outbox").len()
    }
}

impl Serving {
    pub async fn stop(self) {
        let _ = self.stop.send(());
        self.work.await.expect("no panic").expect("no fault");
    }
}

/// All messages of the stream of alerts on subjects that match, read by a plain client.
pub async fn read(server: &NatsServer, filter: &str) -> Vec<async_nats::Message> {
    let client = async_nats::connect(server.url()).await.expect("a connection");
    read_by(&async_nats::jetstream::new(client), filter).await
}

/// The same, read by this client.
pub async fn read_by(jetstream: &Context, filter: &str) -> Vec<async_nats::Message> {
    let stream = jetstream.get_stream("KAMNOT_ALERTS").await.expect("the stream");
    let filter_subject = filter.to_owned();
    let config = pull::Config { ack_policy: AckPolicy::None, filter_subject, ..pull::Config::default() };
    let consumer = stream.create_consumer(config).await.expect("a consumer");
    let all = usize::try_from(consumer.cached_info().num_pending).expect("not so many");
    let mut messages = Vec::new();
    while messages.len() < all {
        let batch = consumer.batch().max_messages(500.min(all - messages.len())).messages().await.expect("a batch");
        let batch: Vec<_> = batch.map(|message| message.expect("a message").message).collect().await;
        assert!(!batch.is_empty(), "{} of {all} messages arrived", messages.len());
        messages.extend(batch);
    }
    messages
}

/// The id that the client sees.
pub fn id(message: &async_nats::Message) -> String {
    let headers = message.headers.as_ref().expect("headers");
    headers.get("Nats-Msg-Id").expect("an id").to_string()
}

/// The ids in the stream, in its order.
pub async fn arrived(server: &NatsServer) -> Vec<String> {
    read(server, "kamnot.alerts.>").await.iter().map(id).collect()
}

/// A case whose investigation has to be done within thirty days, opened on a day at eight.
pub fn investigation(case: &str, number: u32, day: &str) -> String {
    format!(
        r#"{{"case":"{case}","id":"00000000-0000-4000-8000-{number:012x}","action":"case_opened","at":"{day}T08:00:00+07:00","by":"vte-investigation","court":"vte-juvenile-court","prosecutor":"vte-prosecutor","investigator":"vte-investigation","child":{{"ref":"C1","birth_date":"2010-06-15"}},"offences":[{{"class":"major","penalty_months":{{"min":36,"max":60}},"committed_on":"2026-02-20","serious":true}}]}}
{{"case":"{case}","id":"00000000-0000-4000-9000-{number:012x}","action":"investigation_opened","at":"{day}T09:00:00+07:00","by":"vte-investigation"}}
"#
    )
}
