//! How many actions become durable in a second on a PostgreSQL cluster of the figures' own, beside the peers on the same
//! cluster, and with two processes beside one.
//!
//! Invariant: `fsync` and `synchronous_commit` are on for everybody, and the data lie on a real disk.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use scenarios::generator::{Conduct, Line};
use scenarios::servers::postgres::Cluster;
use store::Options;
use store::postgres::PostgresStore;

use crate::lines::Lines;
use crate::ours::{Ours, Until};
use crate::peer::{Load, Peers, WITHOUT_PEERS};
use crate::report::{Bar, Report, median};
use crate::setting::{Failure, IN_FLIGHT, Setting, progress};

/// More lines than are recorded in the time of a measurement, for each second of it.
const LINES_A_SECOND: f32 = 25_000.0;

/// How many cases are open.
const OPEN: usize = 1_500;

/// The peers.
const PEERS: [&str; 2] = ["esrs", "cqrs-es"];
/// How many connections a peer is tried with; the faster counts.
const CONNECTIONS: [u32; 2] = [16, 64];

/// What a server is given beyond what PostgreSQL gives itself; the same for everybody.
const SETTINGS: [&str; 4] =
    ["shared_buffers=1GB", "max_wal_size=8GB", "max_connections=100", "checkpoint_completion_target=0.9"];

/// A cluster on the disk of the figures, as durable as PostgreSQL is by itself.
pub fn cluster() -> Cluster {
    let cluster = Cluster::with(&SETTINGS);
    let settings = cluster.sql(
        "SELECT 'PostgreSQL ' || current_setting('server_version') || ', fsync ' || current_setting('fsync') ||
         ', synchronous_commit ' || current_setting('synchronous_commit')",
    );
    println!("cluster: {settings}, {}", SETTINGS.join(", "));
    cluster
}

/// Opens a log in a new database.
async fn begin(setting: &Setting, url: &str) -> Result<Arc<PostgresStore>, Failure> {
    let options = Options { create: true, ..Options::default() };
    Ok(Arc::new(PostgresStore::open(url, Arc::clone(&setting.book), &options).await?))
}

/// Orderly cases, 1,500 open; with the peers where they are asked for.
pub fn orderly(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let name = format!("postgres, orderly, {OPEN} open");
    let cluster = cluster();
    let lines = Lines::of(&Setting::plan(Conduct::Orderly), OPEN, lines_for(setting))?;
    cluster.sql("CREATE DATABASE ours");
    let run = setting.runtime.block_on(async {
        let mut ours = Ours::on(begin(setting, &cluster.url_of("ours")).await?, &setting.book, IN_FLIGHT);
        progress(&format!("{name}: {} lines first", lines.before.len()));
        ours.give(lines.before.clone());
        ours.run(Until::Recorded).await?;
        cluster.sql_in("ours", "ANALYZE");
        progress(&format!("{name}: ours"));
        ours.give(lines.measured.clone());
        ours.run(Until::Passed(setting.lasting)).await
    })?;
    report.figure(&name, run.rate(), "actions/s", Bar::AtLeast(8_000.0));
    Report::fact(&format!("{name}: alert events an action"), run.alerts_per_action(), "events");
    Report::fact(&format!("{name}: actions a commit"), run.batch(), "actions");
    let Some(peers) = Peers::with(setting, &lines)? else {
        report.not_measured(&format!("{name} against the peers"), WITHOUT_PEERS);
        return Ok(());
    };
    for peer in PEERS {
        let theirs = best_of(setting, &cluster, &peers, peer)?;
        report.figure(&format!("{name}: {peer}"), theirs, "actions/s", Bar::None);
        report.ratio(&format!("{name} against {peer}"), run.rate() / theirs, Bar::AtLeast(3.0));
    }
    Ok(())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred thousand")]
fn lines_for(setting: &Setting) -> usize {
    (setting.lasting.as_secs_f32() * LINES_A_SECOND) as usize
}

/// The rate of a peer in a database of its own, with the better number of connections.
fn best_of(setting: &Setting, cluster: &Cluster, peers: &Peers, peer: &str) -> Result<f64, Failure> {
    let mut best: f64 = 0.0;
    for connections in CONNECTIONS {
        cluster.sql("DROP DATABASE IF EXISTS peer");
        cluster.sql("CREATE DATABASE peer");
        let (database, lasting) = (cluster.url_of("peer"), setting.lasting);
        let rate = peers.rate(&Load { peer, database: &database, in_flight: IN_FLIGHT, connections, lasting })?;
        Report::fact(&format!("{peer} on PostgreSQL with {connections} connections"), rate, "actions/s");
        best = best.max(rate);
    }
    cluster.sql("DROP DATABASE peer");
    Ok(best)
}

// ---- two processes

/// Two processes on one database beside one, each with its own share of the cases: with as many in flight in all, and with
/// as many in each. They take turns, since a disk is not as fast in one minute as in the next; the median of the turns counts.
pub fn two_processes(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    const TURNS: usize = 3;
    const OF: [(usize, usize, &str); 3] = [
        (1, IN_FLIGHT, "one process"),
        (2, IN_FLIGHT / 2, "two processes, as many in flight in all"),
        (2, IN_FLIGHT, "two processes, as many in flight in each"),
    ];
    let cluster = cluster();
    let mut rates = OF.map(|_| Vec::new());
    for turn in 1..=TURNS {
        for ((processes, in_flight, name), rates) in OF.iter().zip(&mut rates) {
            progress(&format!("{name}, turn {turn} of {TURNS}"));
            cluster.sql("DROP DATABASE IF EXISTS divided");
            cluster.sql("CREATE DATABASE divided");
            let lines = Lines::of(&Setting::plan(Conduct::Orderly), OPEN, 0)?;
            setting.runtime.block_on(async {
                let store = begin(setting, &cluster.url_of("divided")).await?;
                let mut ours = Ours::on(store, &setting.book, IN_FLIGHT);
                ours.give(lines.before);
                ours.run(Until::Recorded).await
            })?;
            cluster.sql_in("divided", "ANALYZE");
            let rate = at_once(setting, &cluster.url_of("divided"), *processes, *in_flight)?;
            Report::fact(&format!("postgres, {name}, turn {turn}"), rate, "actions/s");
            rates.push(rate);
        }
    }
    let [one, divided, doubled] = rates;
    let ratio = |of: &[f64]| median(of.iter().zip(&one).map(|(two, one)| two / one).collect());
    report.ratio("two processes against one, as many in flight in all", ratio(&divided), Bar::AtLeast(1.0));
    report.ratio("two processes against one, as many in flight in each", ratio(&doubled), Bar::AtLeast(1.0));
    for ((_, _, name), rates) in OF.iter().zip([one.clone(), divided, doubled]) {
        report.figure(&format!("postgres, {name}"), median(rates), "actions/s", Bar::None);
    }
    Ok(())
}

/// The rates of so many processes together, which begin at the same moment, each with so many in flight.
fn at_once(setting: &Setting, url: &str, processes: usize, in_flight: usize) -> Result<f64, Failure> {
    let mut children = Vec::new();
    for part in 0..processes {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["record", url, &part.to_string(), &processes.to_string(), &in_flight.to_string()]);
        if setting.quick {
            command.arg("--quick");
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let out = BufReader::new(child.stdout.take().ok_or("no output")?);
        children.push((child, out));
    }
    let rate = || -> Result<f64, Failure> {
        let mut line = String::new();
        for (_, out) in &mut children {
            out.read_line(&mut line)?;
        }
        for (child, _) in &mut children {
            drop(child.stdin.take());
        }
        let mut rate = 0.0;
        for (_, out) in &mut children {
            line.clear();
            out.read_line(&mut line)?;
            rate += line.trim().parse::<f64>().map_err(|_| "a process did not record to the end")?;
        }
        Ok(rate)
    }();
    for (child, _) in &mut children {
        end(child);
    }
    rate
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// `record URL PART OF IN-FLIGHT`: one of the processes. Says that it is ready, begins at the end of its input, records its share
/// of the cases, the first seconds to warm up, and says how many actions became durable in a second.
pub fn record(setting: &Setting, url: &str, part: usize, of: usize, in_flight: usize) -> Result<(), Failure> {
    const WARM_UP: Duration = Duration::from_secs(2);
    let lines = Lines::of(&Setting::plan(Conduct::Orderly), OPEN, lines_for(setting) + 60_000)?;
    let share = lines.measured.into_iter().filter(|line| line.case % of == part);
    // The tasks take the cases by their number: those of one share are numbered without gaps.
    let share = share.map(|line| Line { case: line.case / of, ..line }).collect();
    setting.runtime.block_on(async {
        let store = begin(setting, url).await?;
        let mut ours = Ours::on(store, &setting.book, in_flight);
        ours.give(share);
        println!("ready");
        std::io::stdin().read_line(&mut String::new())?;
        ours.run(Until::Passed(WARM_UP)).await?;
        let run = ours.run(Until::Passed(setting.lasting)).await?;
        println!("{}", run.rate());
        Ok(())
    })
}
