//! A PostgreSQL cluster, a nats-server, some `kamnot serve` and an office that records: what every test here has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use engine::calendar::Instant;
use engine::rulebook::Rulebook;
use scenarios::servers::nats_server::NatsServer;
use scenarios::servers::postgres::Cluster;
use store::postgres::PostgresStore;
use store::{LogStore, Options, Position};
use tests::load::{Acknowledged, BREACH, Load, unix_now};
use tests::program::Desk;
use tests::reckoning::{Found, actions, assert_each_alert_once, found, log_of};
use tests::serving::{Part, Serving};
use tests::wait::eventually;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::patience::Patience;

/// So many of these tests run at a time, however many cores there are: they wait more than they work.
static PLACES: Semaphore = Semaphore::const_new(3);

/// Bars of time, since recovery in time is a promise of the product. Within this another process has taken over from one
/// that died.
pub const TAKEOVER: Duration = Duration::from_secs(5);
/// Within this all is caught up after the end of a fault.
pub const CAUGHT_UP: Duration = Duration::from_secs(10);
/// Without a fault an alert is out within this.
const IN_TIME: Duration = Duration::from_secs(1);
/// How often the office records a case.
const EVERY: Duration = Duration::from_millis(60);

pub struct World {
    pub cluster: Cluster,
    pub nats: NatsServer,
    /// Where the processes find both.
    pub db: String,
    pub serves: Vec<Serving>,
    pub patience: Patience,
    load: Option<Load>,
    _place: SemaphorePermit<'static>,
}

/// What was recorded and what was published, all of it accounted for.
pub struct Account {
    pub acknowledged: Vec<Acknowledged>,
    /// When the breach of each case was published.
    published: BTreeMap<String, SystemTime>,
    patience: Patience,
}

/// A fault that lasts.
pub struct Begun(SystemTime);

/// A fault that is over.
#[derive(Clone, Copy)]
pub struct Fault {
    began: SystemTime,
    ended: SystemTime,
}

impl Fault {
    pub fn begins() -> Begun {
        Begun(SystemTime::now())
    }
}

impl Begun {
    pub fn ends(self) -> Fault {
        Fault { began: self.0, ended: SystemTime::now() }
    }
}

pub async fn pause(seconds: f64) {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
}

/// A store on the log of a database, as a program that is not under test has it.
pub async fn store(url: &str) -> Arc<dyn LogStore> {
    let options = Options { create: true, ..Options::default() };
    let store = PostgresStore::open(url, Arc::new(Rulebook::law_05_na_2006()), &options).await;
    Arc::new(store.expect("the log"))
}

impl World {
    /// Servers, and nothing at work yet.
    pub async fn new() -> Self {
        Self::with(Cluster::start(), NatsServer::start()).await
    }

    /// These servers, and nothing at work yet.
    pub async fn with(cluster: Cluster, nats: NatsServer) -> Self {
        let place = PLACES.acquire().await.expect("never closed");
        let db = cluster.url();
        Self { cluster, nats, db, serves: Vec::new(), patience: Patience::begin(), load: None, _place: place }
    }

    /// The same with so many `kamnot serve` that have divided the work, under load for a while.
    pub async fn at_work(serves: usize) -> Self {
        let mut world = Self::new().await;
        for _ in 0..serves {
            world.add_serve(&world.db.clone(), &world.nats.url());
        }
        world.begin_load().await;
        world.divided(serves).await;
        pause(1.0).await;
        world
    }

    /// Starts a `kamnot serve` that finds the servers at these addresses.
    pub fn add_serve(&mut self, db: &str, nats: &str) {
        let mut serving = Serving::of(db, nats);
        serving.start();
        self.serves.push(serving);
    }

    /// Lets the office begin.
    pub async fn begin_load(&mut self) {
        self.load = Some(Load::start(store(&self.cluster.url()).await, "VTE", EVERY));
    }

    /// Waits until so many processes have divided the work: one of them is the first.
    pub async fn divided(&self, among: usize) {
        let of = u64::try_from(among).expect("not so many");
        for _ in 0..1200 {
            let serves = self.serves.iter().filter(|serving| serving.is_started()).map(Serving::part);
            let parts: BTreeSet<u64> = serves.filter(|part| part.of == of).map(|part| part.part).collect();
            if parts.len() == among {
                return;
            }
            pause(0.05).await;
        }
        let said: Vec<String> = self.serves.iter().map(Serving::said).collect();
        panic!("the work is not divided within a minute; they said:\n{}", said.join("\n"));
    }

    /// Which of the processes publishes.
    pub fn first(&self) -> usize {
        let is_first = |serving: &Serving| serving.is_started() && matches!(serving.part(), Part { part: 0, .. });
        self.serves.iter().position(is_first).expect("one publishes")
    }

    /// Which of them doesn't.
    pub fn other(&self) -> usize {
        let first = self.first();
        (0..self.serves.len())
            .find(|&place| place != first && self.serves[place].is_started())
            .expect("another one runs")
    }

    /// Waits until two have divided the work again, lets them go on for a moment, and asserts beside what always holds that
    /// the fault of one of them was taken over by the other in time, and all was caught up behind it.
    pub async fn has_recovered(self, fault: Fault) {
        self.divided(2).await;
        pause(1.0).await;
        let account = self.account().await;
        account.taken_over(fault);
        account.caught_up(&[fault]);
    }

    /// Lets the office end, waits until all is told, stops every process, and asserts what always holds: each
    /// acknowledged action is in the log once, each alert of the log in the stream once and each case's breach among
    /// them; the log is in order, and no process has ended by itself.
    pub async fn account(mut self) -> Account {
        let acknowledged = self.load.take().expect("an office at work").end().await;
        self.account_for(acknowledged).await
    }

    /// The same where the office is the test's own.
    pub async fn account_for(mut self, acknowledged: Vec<Acknowledged>) -> Account {
        let store = store(&self.cluster.url()).await;
        let last = acknowledged.iter().map(Acknowledged::can_be_told).max().expect("something was recorded");
        pause(last.duration_since(SystemTime::now()).unwrap_or_default().as_secs_f64()).await;
        eventually("all is told and delivered", async || {
            let next = store.next_due().await.expect("the log");
            let told = next.is_none_or(|next| next > Instant::from_unix(unix_now()));
            told && store.outbox(Position(0), 1).await.expect("the outbox").is_empty()
        })
        .await;
        for serving in self.serves.iter_mut().filter(|serving| serving.is_started()) {
            serving.stop();
        }
        let client = async_nats::connect(self.nats.url()).await.expect("a connection");
        let found = found(&async_nats::jetstream::new(client)).await;
        let log = log_of(store.as_ref()).await;
        assert_each_alert_once(&log, &found);
        let in_log = actions(&log);
        let acknowledged_ids: Vec<&String> = acknowledged.iter().flat_map(|case| &case.actions).collect();
        assert!(!acknowledged_ids.is_empty());
        let missing: Vec<_> = acknowledged_ids.iter().filter(|id| in_log.get(**id) != Some(&1)).collect();
        assert!(missing.is_empty(), "acknowledged and not once in the log: {missing:?}");
        Desk::new().run(["check", "--db", &self.cluster.url()]).ends_with(0).says(&["in order"]);
        println!("{} cases, {} alerts", acknowledged.len(), found.len());
        Account { published: breaches(&acknowledged, &found), acknowledged, patience: self.patience }
    }
}

/// When the breach of each case was published: each once.
fn breaches(acknowledged: &[Acknowledged], found: &[Found]) -> BTreeMap<String, SystemTime> {
    let mut published = BTreeMap::new();
    for alert in found.iter().filter(|alert| alert.what == BREACH) {
        let again = published.insert(alert.case.clone(), alert.stored_at);
        assert!(again.is_none(), "{}: two breaches", alert.case);
    }
    let without: Vec<&str> =
        acknowledged.iter().map(|case| case.case.as_str()).filter(|case| !published.contains_key(*case)).collect();
    assert!(without.is_empty(), "cases without their breach: {without:?}");
    published
}

impl Account {
    /// Asserts that another process took over within five seconds from one that died or was held.
    #[track_caller]
    pub fn taken_over(&self, fault: Fault) {
        self.taken_over_within(TAKEOVER, fault);
    }

    /// Asserts that another process took over within this time: the first alert that fell due after the fault began, and
    /// the last one that was late.
    #[track_caller]
    pub fn taken_over_within(&self, within: Duration, Fault { began, ended }: Fault) {
        let since = |at: SystemTime| at.duration_since(began).unwrap_or_default();
        let of_the_time = || self.told().filter(|(can_be_told, _)| *can_be_told < ended);
        let after = of_the_time().filter(|(can_be_told, _)| *can_be_told > began);
        let first = after.map(|(_, published)| published).min().expect("some fell due later");
        self.patience.allows("takeover, first alert due after the death", since(first), within, began);
        let late = |&(can_be_told, published): &(SystemTime, SystemTime)| {
            published > began && published.duration_since(can_be_told).is_ok_and(|late| late > IN_TIME)
        };
        let last = of_the_time().filter(late).map(|(_, published)| published).max().unwrap_or(began);
        self.patience.allows("takeover, last alert that was late", since(last), within, began);
    }

    /// Asserts that all is caught up within ten seconds after the end of each fault: what was sent to be recorded by then
    /// is acknowledged, and what was to be told by then is published; and that nothing takes longer until the next one. What
    /// became due so shortly before the next fault that this may have met it is judged by the end of that one.
    #[track_caller]
    pub fn caught_up(&self, faults: &[Fault]) {
        // Between two faults that follow each other closely it may be none; in all there are some.
        assert!(self.told().next().is_some(), "some were sent, and due");
        for (place, Fault { ended, .. }) in faults.iter().copied().enumerate() {
            let until = faults.get(place + 1).map_or_else(SystemTime::now, |next| next.began - IN_TIME);
            let after = |begin: SystemTime, end: SystemTime| end.duration_since(begin.max(ended)).unwrap_or_default();
            let sent = self.acknowledged.iter().filter(|case| case.asked < until);
            let acknowledged = sent.map(|case| after(case.asked, case.at)).max().unwrap_or_default();
            self.patience.allows("caught up, last acknowledgement", acknowledged, CAUGHT_UP, ended);
            let told = self.told().filter(|(can_be_told, _)| *can_be_told < until);
            let published = told.map(|(can_be_told, published)| after(can_be_told, published)).max();
            self.patience.allows("caught up, last alert", published.unwrap_or_default(), CAUGHT_UP, ended);
        }
    }

    /// For each case the instant from which on its breach could be told, and when that was published.
    fn told(&self) -> impl Iterator<Item = (SystemTime, SystemTime)> {
        self.acknowledged.iter().map(|case| (case.can_be_told(), self.published[case.case.as_str()]))
    }
}
