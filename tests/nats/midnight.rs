//! The worst second of a day: a thousand limits run out at a midnight, among a hundred thousand open ones.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use engine::action::{Action, CaseRef};
use engine::calendar::Instant;
use engine::decide::Alerts;
use futures::StreamExt as _;
use kamnot::serve::{OfficeRequests, Serve, serve};
use scenarios::servers::nats_server::NatsServer;
use service::clock::Clock;
use service::intake::budget::Budget;
use service::recorder::Recorder;
use service::watch::clock_doubt::{ClockDoubt, SystemSteadyClock, operator_in};
use store::CaseStore as _;
use tests::wait::eventually;
use tokio::sync::oneshot;

use crate::world::{INSTALLATION, World, instant, investigation};

const OPEN: u32 = 100_000;
const DUE: u32 = 1_000;
const MIDNIGHT: &str = "2026-03-31T00:00:00+07:00";

/// A wall clock that runs, so that it is `at` at a moment.
struct RunningClock {
    at: Instant,
    moment: Moment,
}

impl Clock for RunningClock {
    fn now(&self) -> Instant {
        // Counted from a hundred seconds before the moment, so that the seconds of both sides are rounded down.
        let since = Moment::now() + Duration::from_secs(100) - self.moment;
        self.at.plus(i64::try_from(since.as_secs()).expect("not so long") - 100)
    }
}

/// Fills the log: the limits of `DUE` cases run out at the midnight, those of the others from ten days later on.
async fn fill(world: &World) {
    let recorder = Arc::new(Recorder::new(
        world.store.clone(),
        Arc::clone(&world.book),
        Arc::clone(&world.wall) as Arc<dyn Clock>,
    ));
    let work = futures::stream::iter(0..OPEN).map(|number| {
        let recorder = Arc::clone(&recorder);
        tokio::spawn(async move {
            let day = if number < DUE { "2026-03-01".to_owned() } else { format!("2026-03-{}", 11 + number % 19) };
            let case = format!("VTE-2026-{number:06}");
            let lines = investigation(&case, number, &day);
            let actions = lines.lines().map(|line| Action::read(line).expect("an action")).collect();
            let case = CaseRef::new(&case).expect("a reference");
            recorder.record(&case, actions, None, Alerts::Raised).await.expect("recorded");
        })
    });
    work.buffer_unordered(2_000).for_each(|done| async { done.expect("no panic") }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_alerts_at_midnight_are_published_at_once_in_few_transactions() {
    let server = NatsServer::start();
    let mut world = World::at("2026-03-30T23:59:30+07:00").await;
    let started = Moment::now();
    fill(&world).await;
    println!("filled in {:.1?}", started.elapsed());
    let at_midnight = instant(MIDNIGHT);
    let next = world.store.next_due().await.expect("the store").expect("a limit");
    assert_eq!(next, at_midnight, "nothing is due before");
    // What the recording itself called for goes out first.
    let first = world.serve(&server.url());
    eventually("the outbox is empty", || async { world.waiting().await == 0 }).await;
    first.stop().await;

    world.be_alone().await;
    let client = async_nats::connect(server.url()).await.expect("a connection");
    let mut arrivals = client.subscribe("kamnot.alerts.>").await.expect("subscribed");
    client.flush().await.expect("subscribed");
    let midnight = Moment::now() + Duration::from_secs(3);
    let clock = Arc::new(RunningClock { at: at_midnight, moment: midnight });
    let (stop, stopped) = oneshot::channel::<()>();
    let with = Serve {
        inboxes: Arc::default(),
        post: None,
        growth: None,
        receipts: None,
        store: world.store.clone(),
        book: Arc::clone(&world.book),
        doubt: Arc::new(ClockDoubt::new(clock.now(), Arc::new(SystemSteadyClock::start()))),
        clock,
        operator: operator_in(world.store.clone()),
        nats: Some(server.url().parse().expect("a URL")),
        daily: None,
        installation: INSTALLATION.to_owned(),
        figures: Arc::default(),
        requests: OfficeRequests::Taken(Budget::default()),
        offices: None,
    };
    let serving = tokio::spawn(serve(with, async {
        let _ = stopped.await;
    }));
    let before = world.store.change_counter().await.expect("the store");
    let (mut delays, mut ids) = (Vec::new(), BTreeSet::new());
    while delays.len() < DUE as usize {
        let message = tokio::time::timeout(Duration::from_secs(30), arrivals.next()).await;
        let message = message.expect("an alert within 30 seconds").expect("a connection");
        let delay = Moment::now().checked_duration_since(midnight).expect("no alert before its instant");
        assert!(message.subject.contains(".arguable.investigation-30d"), "{}", message.subject);
        let id = message.headers.as_ref().and_then(|headers| headers.get("Nats-Msg-Id")).expect("an id").to_string();
        assert!(ids.insert(id), "{} came twice", message.subject);
        delays.push(delay);
    }
    eventually("all is marked", || async { world.waiting().await == 0 }).await;
    let transactions = world.store.change_counter().await.expect("the store") - before;
    let _ = stop.send(());
    serving.await.expect("no panic").expect("no fault");
    let (first, last) = (delays[0], delays[delays.len() - 1]);
    println!("{DUE} of {OPEN}: first after {first:.0?}, last after {last:.0?}, in {transactions} transactions");
    // How long it takes is measured by the benchmarks. It is long where a case, or an alert, has a transaction of its own.
    assert!(transactions < i64::from(DUE / 10), "{transactions} transactions");
}
