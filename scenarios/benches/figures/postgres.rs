//! Durable actions per second on a PostgreSQL cluster of the benchmark's own: compared with the peers on the same cluster,
//! and two processes compared with one.
//!
//! Invariant: `fsync` and `synchronous_commit` are on for all, and the data is on a real disk.

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

/// Lines prepared for each second of a measurement. More than can be recorded in a second.
const LINES_A_SECOND: f32 = 25_000.0;

/// How many cases are open.
const OPEN: usize = 1_500;

/// The peers.
const PEERS: [&str; 2] = ["esrs", "cqrs-es"];
/// The numbers of connections with which a peer runs. Its faster run counts.
const CONNECTIONS: [u32; 2] = [16, 64];

/// The server settings that differ from PostgreSQL's defaults. They are the same for all.
const SETTINGS: [&str; 4] =
    ["shared_buffers=1GB", "max_wal_size=8GB", "max_connections=100", "checkpoint_completion_target=0.9"];

/// A cluster on the disk of the benchmark, as durable as PostgreSQL is by default.
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

/// Orderly cases, 1,500 open; with the peers if they are built.
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

/// The rate of a peer in its own database, with the better number of connections.
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

/// Two processes on one database compared with one. Each has its own share of the cases, with as many appends in flight in
/// all, and then with as many in each. They take turns, because the speed of a disk changes from minute to minute. The
/// median of the turns counts.
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

/// The joint rate of several processes that start at the same moment, each with this many appends in flight.
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

/// One of the processes: `record URL PART OF IN-FLIGHT`. It prints that it is ready and starts at the end of its input. It
/// records its share of the cases, the first seconds as warm-up, and prints the durable actions per second.
pub fn record(setting: &Setting, url: &str, part: usize, of: usize, in_flight: usize) -> Result<(), Failure> {
    const WARM_UP: Duration = Duration::from_secs(2);
    let lines = Lines::of(&Setting::plan(Conduct::Orderly), OPEN, lines_for(setting) + 60_000)?;
    let share = lines.measured.into_iter().filter(|line| line.case % of == part);
    // Tasks take cases by number, so the cases of one share are numbered without gaps.
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
