//! The peers, doing less than kamnot: the aggregate is the case, its event the action's JSON; they know no rules, keep no
//! view and raise no alerts.
//!
//! `peers (esrs|cqrs-es|sqlite-es) DATABASE LINES BEFORE IN_FLIGHT CONNECTIONS MILLISECONDS` takes a file of `NUMBER OF THE
//! CASE, tab, ACTION` lines, lays out the first BEFORE of them in the empty database (a URL, for sqlite-es a new file),
//! records from the rest for so long with so many tasks, and prints how many became durable in a second.
//! Invariant: every commit is as durable as kamnot's (`synchronous_commit` and `fsync` on; WAL and `synchronous=FULL`), or
//! nothing is measured.

mod cqrs;
mod esrs_store;
mod recorded;
mod sqlite;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mimalloc::MiMalloc;
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

/// As in kamnot itself.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Why there is no figure.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What is measured.
trait Peer: Send + Sync + 'static {
    /// Records an action of a case, and returns when it is durable.
    fn record(&self, case: String, action: Value) -> impl Future<Output = Result<(), Failure>> + Send;
    /// Gives its connections back.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// An action's JSON with the number of its case.
struct Line {
    case: usize,
    json: String,
}

/// The columns of what is there before the measurement.
#[derive(Default)]
struct Before {
    cases: Vec<String>,
    /// From 1 in each case.
    sequences: Vec<i32>,
    actions: Vec<String>,
}

struct Load {
    lines: Vec<Line>,
    tasks: usize,
    lasting: Duration,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [peer, database, file, before, tasks, connections, milliseconds] = arguments.as_slice() else {
        return Err("expected (esrs|cqrs-es|sqlite-es) DATABASE LINES BEFORE IN_FLIGHT CONNECTIONS MILLISECONDS".into());
    };
    let mut lines = read(file)?;
    let measured = lines.split_off(before.parse()?);
    let before = Before::of(&lines)?;
    let connections = connections.parse()?;
    let load = Load { lines: measured, tasks: tasks.parse()?, lasting: Duration::from_millis(milliseconds.parse()?) };
    let rate = match peer.as_str() {
        "esrs" => run(esrs_store::Esrs::begin(pool(database, connections).await?, before).await?, load).await?,
        "cqrs-es" => run(cqrs::Cqrs::begin(pool(database, connections).await?, before).await?, load).await?,
        "sqlite-es" => run(sqlite::Cqrs::begin(database, before, connections).await?, load).await?,
        other => return Err(format!("{other}: expected esrs, cqrs-es or sqlite-es").into()),
    };
    println!("{rate}");
    Ok(())
}

fn read(file: &str) -> Result<Vec<Line>, Failure> {
    let text = std::fs::read_to_string(file)?;
    let line = |line: &str| -> Result<Line, Failure> {
        let (case, json) = line.split_once('\t').ok_or("a line without a tab")?;
        Ok(Line { case: case.parse()?, json: json.to_owned() })
    };
    text.lines().map(line).collect()
}

impl Before {
    fn of(lines: &[Line]) -> Result<Self, Failure> {
        let mut before = Self::default();
        let mut last = vec![0_i32; lines.iter().map(|line| line.case + 1).max().unwrap_or(0)];
        for Line { case, json } in lines {
            last[*case] += 1;
            before.cases.push(reference(&serde_json::from_str(json)?)?);
            before.sequences.push(last[*case]);
            before.actions.push(json.clone());
        }
        Ok(before)
    }
}

/// All connections to a PostgreSQL database, each asked whether it is durable.
async fn pool(url: &str, connections: u32) -> Result<PgPool, Failure> {
    let pool = PgPoolOptions::new()
        .min_connections(connections)
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(120))
        // The fastest way: a connection is not asked whether it still lives before each use.
        .test_before_acquire(false)
        .connect(url)
        .await?;
    let mut all = Vec::new();
    for _ in 0..connections {
        let mut connection = pool.acquire().await?;
        let sql = "SELECT current_setting('synchronous_commit'), current_setting('fsync')";
        let settings: (String, String) = sqlx::query_as(sql).fetch_one(&mut *connection).await?;
        if settings != ("on".to_owned(), "on".to_owned()) {
            return Err(format!("synchronous_commit and fsync are {settings:?}, expected on").into());
        }
        all.push(connection);
    }
    drop(all);
    Ok(pool)
}

/// Durable actions a second, the lines of a case in their order.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
async fn run<P: Peer>(peer: P, load: Load) -> Result<f64, Failure> {
    let Load { lines, tasks, lasting } = load;
    let (peer, stop) = (Arc::new(peer), Arc::new(AtomicBool::new(false)));
    let mut shares: Vec<Vec<String>> = vec![Vec::new(); tasks];
    for line in lines {
        shares[line.case % tasks].push(line.json);
    }
    let started = Instant::now();
    let share = |lines| tokio::spawn(record(Arc::clone(&peer), lines, Arc::clone(&stop)));
    let running: Vec<_> = shares.into_iter().map(share).collect();
    tokio::time::sleep(lasting).await;
    stop.store(true, Ordering::Relaxed);
    let mut actions = 0;
    for task in running {
        actions += task.await??;
    }
    let rate = actions as f64 / started.elapsed().as_secs_f64();
    peer.close().await;
    Ok(rate)
}

async fn record<P: Peer>(peer: Arc<P>, lines: Vec<String>, stop: Arc<AtomicBool>) -> Result<usize, Failure> {
    let mut recorded = 0;
    for line in lines {
        if stop.load(Ordering::Relaxed) {
            return Ok(recorded);
        }
        let action: Value = serde_json::from_str(&line)?;
        peer.record(reference(&action)?, action).await?;
        recorded += 1;
    }
    // Time goes on without this task: fewer are in flight from here on, which would be unfair.
    Err("a task has no lines left; more are needed".into())
}

fn reference(action: &Value) -> Result<String, Failure> {
    Ok(action["case"].as_str().ok_or("a line without its case")?.to_owned())
}
