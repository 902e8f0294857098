//! The time from the second at which a limit is exceeded until its alert arrives: with many open limits, with very many
//! limits at one second, and when one of two processes dies.
//!
//! Invariant: the real program runs on the machine's clock. An alert is due at the full second after the last lawful one.
//! If an alert does not arrive exactly once, there is no figure.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use scenarios::servers::nats_server::NatsServer;
use scenarios::servers::postgres::Cluster;
use store::place::LogPlace;
use store::{LogStore, Options};

use crate::office::Office;
use crate::report::{Bar, Report};
use crate::served::{Arrival, Serving, Subscriber, now};
use crate::setting::{Failure, Setting, count, progress};
use crate::{postgres, program};

/// Which store.
#[derive(Clone, Copy)]
pub enum Kind {
    Embedded,
    Postgres,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Postgres => "postgres",
        }
    }

    /// Seconds within which the limits that will be exceeded are certainly recorded and their notices delivered.
    const fn filled_within(self) -> i64 {
        match self {
            Self::Embedded => 45,
            Self::Postgres => 120,
        }
    }
}

/// The program, its servers and its log.
pub struct World {
    program: std::path::PathBuf,
    pub nats: NatsServer,
    /// Kept because the server has to run as long as the log is needed.
    _cluster: Option<Cluster>,
    log: String,
}

impl World {
    pub fn new(setting: &Setting, kind: Kind, name: &str) -> Result<Self, Failure> {
        let program = program::program()?;
        let (cluster, log) = match kind {
            Kind::Embedded => (None, setting.path(&format!("{name}.db")).display().to_string()),
            Kind::Postgres => {
                let cluster = postgres::cluster();
                let url = cluster.url();
                (Some(cluster), url)
            }
        };
        Ok(Self { program, nats: NatsServer::start(), _cluster: cluster, log })
    }

    pub async fn office(&self, setting: &Setting) -> Result<Office, Failure> {
        Ok(Office::new(self.open(setting).await?, setting))
    }

    /// Opens the log, or begins it.
    pub async fn open(&self, setting: &Setting) -> Result<Arc<dyn LogStore>, Failure> {
        let place: LogPlace = self.log.parse().unwrap_or_else(|never| match never {});
        let options = Options { create: true, ..Options::default() };
        Ok(place.open(setting.book.clone(), &options).await?)
    }

    pub fn serve(&self, setting: &Setting, name: &str) -> Result<Serving, Failure> {
        self.serve_with(setting, name, &[])
    }

    /// With more options.
    pub fn serve_with(&self, setting: &Setting, name: &str, more: &[&str]) -> Result<Serving, Failure> {
        let words = setting.path(&format!("{name}.txt"));
        Serving::start(&self.program, (&self.log, &self.nats.url()), more, words)
    }
}

/// A million open limits, a thousand exceeded each second, on the embedded store.
pub fn embedded(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    setting.runtime.block_on(steady(setting, report, Kind::Embedded))
}

/// The same on PostgreSQL.
pub fn on_postgres(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    setting.runtime.block_on(steady(setting, report, Kind::Postgres))
}

async fn steady(setting: &Setting, report: &mut Report, kind: Kind) -> Result<(), Failure> {
    const A_SECOND: usize = 1_000;
    let seconds = if setting.quick { 8 } else { 60 };
    let open = setting.size(1_000_000);
    let name = format!("due to delivered, {}, {open} open, {A_SECOND} a second", kind.word());
    let world = World::new(setting, kind, "due")?;
    let mut office = world.office(setting).await?;
    let resting = office.rest(open, second()).await?;
    Report::fact(&format!("{name}: resting limits"), count(resting), "limits");
    let mut serving = world.serve(setting, "due")?;
    let subscriber = Subscriber::start(&world.nats.url()).await?;
    let first = second() + if setting.quick { 25 } else { kind.filled_within() };
    let children = seconds * A_SECOND;
    office.hold(children, second(), |n| first - 1 + whole(n / A_SECOND)).await?;
    until_delivered(&office, first).await?;
    drop(office);
    progress(&format!("{name}: {children} limits from now on"));
    let arrivals = arrived(&subscriber, &mut serving, children, first + whole(seconds) + 60).await?;
    each_once(&arrivals, children)?;
    let late = |n: &usize| {
        let due = first + whole(*n);
        arrivals.iter().any(|arrival| arrival.due == due && arrival.after > 0.1)
    };
    let late = (0..seconds).filter(late).count();
    Report::fact(&format!("{name}: seconds with an alert that took longer than 100 ms"), count(late), "seconds");
    let mut after: Vec<f64> = arrivals.iter().map(|arrival| arrival.after * 1e3).collect();
    after.sort_by(f64::total_cmp);
    report.figure(&format!("{name}, p50"), after[children / 2], "ms", Bar::None);
    report.figure(&format!("{name}, p99"), after[children * 99 / 100], "ms", Bar::AtMost(100.0));
    report.figure(&format!("{name}, longest"), after[children - 1], "ms", Bar::None);
    Ok(())
}

/// Very many limits exceeded at the same second, on the embedded store.
pub fn storm_embedded(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    setting.runtime.block_on(storm(setting, report, Kind::Embedded))
}

/// The same on PostgreSQL.
pub fn storm_on_postgres(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    setting.runtime.block_on(storm(setting, report, Kind::Postgres))
}

async fn storm(setting: &Setting, report: &mut Report, kind: Kind) -> Result<(), Failure> {
    let children = setting.size(100_000);
    let name = format!("storm, {}, {children} due at one second", kind.word());
    let world = World::new(setting, kind, "storm")?;
    let mut office = world.office(setting).await?;
    let mut serving = world.serve(setting, "storm")?;
    let subscriber = Subscriber::start(&world.nats.url()).await?;
    let due = second() + if setting.quick { 30 } else { 120 };
    office.hold(children, second(), |_| due - 1).await?;
    until_delivered(&office, due).await?;
    drop(office);
    progress(&format!("{name}: waiting for it"));
    let arrivals = arrived(&subscriber, &mut serving, children, due + 120).await?;
    each_once(&arrivals, children)?;
    let last = arrivals.iter().map(|arrival| arrival.after).fold(0.0, f64::max);
    report.figure(&format!("{name}: all arrived, each once, after"), last, "s", Bar::AtMost(20.0));
    Ok(())
}

/// Two processes on PostgreSQL. First the one that publishes is killed and replaced, then one that only watches is killed.
pub fn takeover(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    setting.runtime.block_on(async {
        const A_SECOND: usize = 20;
        const SECONDS: usize = 40;
        let world = World::new(setting, Kind::Postgres, "takeover")?;
        let mut office = world.office(setting).await?;
        let mut processes = [world.serve(setting, "one")?, world.serve(setting, "two")?];
        let subscriber = Subscriber::start(&world.nats.url()).await?;
        let first = second() + 12;
        let children = SECONDS * A_SECOND;
        office.hold(children, second(), |n| first - 1 + whole(n / A_SECOND)).await?;
        until_delivered(&office, first).await?;
        drop(office);
        let mut kills = Vec::new();
        for (after, publishing) in [(4, true), (22, false)] {
            until(first + after).await;
            let victim = usize::from(processes[0].publishes()? != publishing);
            if processes[victim].publishes()? != publishing || processes[1 - victim].publishes()? == publishing {
                return Err("the two processes do not divide the work".into());
            }
            progress(if publishing { "takeover: killing who publishes" } else { "takeover: killing who only watches" });
            let at = now();
            processes[victim].kill();
            kills.push((publishing, at));
            until(first + after + 9).await;
            processes[victim] = world.serve(setting, &format!("again-{after}"))?;
        }
        let [survivor, _] = &mut processes;
        let arrivals = arrived(&subscriber, survivor, children, first + whole(SECONDS) + 60).await?;
        each_once(&arrivals, children)?;
        for (publishing, at) in kills {
            let worst = worst_behind(&arrivals, at);
            let of = if publishing { "who publishes" } else { "who only watches" };
            report.figure(&format!("takeover, kill -9 of {of}, longest wait"), worst, "s", Bar::AtMost(5.0));
        }
        Ok(())
    })
}

/// The longest wait of an alert that was due around a moment or in the nine seconds after it.
#[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
fn worst_behind(arrivals: &[Arrival], at: f64) -> f64 {
    let around = arrivals.iter().filter(|arrival| (at - 1.0..at + 9.0).contains(&(arrival.due as f64)));
    around.map(|arrival| arrival.after).fold(0.0, f64::max)
}

/// Waits until nothing is left to deliver, which must be before the measurement begins.
pub async fn until_delivered(office: &Office, first: i64) -> Result<(), Failure> {
    progress("waiting until all notices are delivered");
    while !office.all_is_delivered().await? {
        if second() + 2 > first {
            return Err("this machine did not fill the log in time".into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // Writes the filled log to disk now. Otherwise the kernel would do it up to half a minute later, during the measurement.
    progress("syncing the disk");
    tokio::task::spawn_blocking(|| std::process::Command::new("sync").status()).await??;
    if second() + 1 > first { Err("this machine did not fill the log in time".into()) } else { Ok(()) }
}

/// Waits until `expected` alerts have arrived, and a moment longer for any that come twice.
pub async fn arrived(
    subscriber: &Subscriber,
    serving: &mut Serving,
    expected: usize,
    end: i64,
) -> Result<Vec<Arrival>, Failure> {
    while subscriber.count() < expected {
        serving.runs()?;
        if second() > end {
            return Err(format!("{} of {expected} alerts arrived within the time", subscriber.count()).into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    subscriber.arrivals()
}

pub fn each_once(arrivals: &[Arrival], expected: usize) -> Result<(), Failure> {
    let ids: HashSet<&str> = arrivals.iter().map(|arrival| arrival.id.as_str()).collect();
    if ids.len() == expected && arrivals.len() == expected {
        return Ok(());
    }
    Err(format!("{} alerts arrived with {} ids, expected {expected}", arrivals.len(), ids.len()).into())
}

async fn until(instant: i64) {
    while second() < instant {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "seconds since 1970")]
pub fn second() -> i64 {
    now() as i64
}

pub fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
