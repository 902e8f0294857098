//! Figures of the program itself, built for release.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::DateTime;
use rusqlite::Connection;
use scenarios::generator::{Conduct, Plan, history, interleaved};
use service::clock::{Clock as _, SystemClock};

use crate::durable::{grow, grown_log};
use crate::ours::{Ours, Until};
use crate::report::{Bar, Report};
use crate::served::peak_memory;
use crate::setting::{Failure, IN_FLIGHT, Setting, number, progress};

/// How many days ago the oldest of the open cases was opened.
const OPENED_WITHIN: usize = 60;

/// Builds the program and returns its path.
///
/// # Errors
/// If it does not build.
pub fn program() -> Result<PathBuf, Failure> {
    progress("building the program");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target folder")?;
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--package", "kamnot", "--bin", "kamnot", "--target-dir"])
        .arg(target)
        .current_dir(root)
        .status()?;
    if !built.success() {
        return Err("the program does not build".into());
    }
    Ok(target.join("release/kamnot"))
}

/// A rebuild of all views from the log.
pub fn rebuild(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let program = program()?;
    let log = grown_log(setting);
    if !log.exists() {
        progress("rebuild: a log to work on");
        drop(setting.runtime.block_on(grow(setting, setting.size(1_000_000)))?);
    }
    let events = rows(&log, "events")?;
    progress(&format!("rebuild of {events} events"));
    let seconds = run(Command::new(program).arg("rebuild").arg("--db").arg(&log))?;
    Report::fact("rebuild: log", number(events), "events");
    report.figure("rebuild of all views", number(events) / seconds, "events/s", Bar::AtLeast(200_000.0));
    Ok(())
}

/// `kamnot assess` of a file of actions.
pub fn assess_file(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let program = program()?;
    let actions = setting.size(1_000_000);
    progress(&format!("a file of {actions} actions"));
    let path = setting.path("actions.jsonl");
    let mut file = BufWriter::new(File::create(&path)?);
    let mut last = 0;
    for line in interleaved(&Setting::plan(Conduct::Orderly), 1_500).take(actions) {
        writeln!(file, "{}", line.json)?;
        last = line.at;
    }
    file.flush()?;
    let at = engine::calendar::Instant::from_unix(last).to_string();
    progress("kamnot assess");
    let seconds = run(Command::new(program).arg("assess").arg(&path).args(["--format", "jsonl", "--at", &at]))?;
    report.figure(&format!("kamnot assess of {actions} actions"), seconds, "s", Bar::AtMost(10.0));
    std::fs::remove_file(path)?;
    Ok(())
}

/// Runs a command to its end. Returns how many seconds it took.
pub fn run(command: &mut Command) -> Result<f64, Failure> {
    let started = Instant::now();
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    let seconds = started.elapsed().as_secs_f64();
    if output.status.success() { Ok(seconds) } else { Err(first_line(&output.stderr).into()) }
}

fn first_line(of: &[u8]) -> String {
    String::from_utf8_lossy(of).lines().next().unwrap_or("it failed without a word").to_owned()
}

/// The most memory that `serve` takes with many open cases.
pub fn memory(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let program = program()?;
    let open = setting.size(100_000);
    let log = setting.path("many.db");
    progress(&format!("memory: a log of {open} open cases"));
    setting.runtime.block_on(fill(setting, &log, open))?;
    let (cases, before) = (rows(&log, "cases")?, rows(&log, "events")?);
    progress("memory: kamnot serve");
    let (stderr, words) = (setting.path("serve.txt"), File::create(setting.path("serve.txt"))?);
    let mut serve = Command::new(program)
        .arg("serve")
        .arg("--db")
        .arg(&log)
        .env_remove("KAMNOT_NATS")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(words)
        .spawn()?;
    let peak = watch(&mut serve, &log);
    serve.kill()?;
    serve.wait()?;
    let peak = peak.map_err(|why| format!("{why}: {}", first_line(&std::fs::read(stderr).unwrap_or_default())))?;
    Report::fact("memory: cases in the log", number(cases), "cases");
    Report::fact("memory: events before", number(before), "events");
    Report::fact("memory: events that serve added", number(rows(&log, "events")? - before), "events");
    report.figure(&format!("memory of kamnot serve, {open} open"), peak, "MiB", Bar::AtMost(300.0));
    Ok(())
}

/// The number of rows in a table of the log.
fn rows(log: &Path, table: &str) -> Result<u64, Failure> {
    let sql = format!("SELECT count(*) FROM {table}");
    let rows: i64 = Connection::open(log)?.query_row(&sql, [], |row| row.get(0))?;
    Ok(rows.cast_unsigned())
}

/// Records open cases that were opened in the last weeks, each case at once.
async fn fill(setting: &Setting, log: &Path, open: usize) -> Result<(), Failure> {
    let now = SystemClock.now().unix();
    let today = DateTime::from_timestamp(now, 0).ok_or("a clock out of range")?.date_naive();
    let first_day = today - chrono::Days::new(OPENED_WITHIN as u64);
    let plan = Plan { first_day, ..Setting::plan(Conduct::Orderly) };
    let mut ours = Ours::open(log, &setting.book, IN_FLIGHT)?;
    // The generator opens the nth case on day n of the year.
    let numbers = (0_usize..).filter(|n| n % 365 < OPENED_WITHIN);
    for n in numbers.take(open) {
        let mut lines = history(&plan, n);
        lines.pop();
        lines.retain(|line| line.at <= now);
        ours.give_at_once(lines);
    }
    ours.run(Until::Recorded).await?;
    Ok(())
}

/// Waits until the program has processed what was due. Returns its peak memory in MiB.
fn watch(serve: &mut Child, log: &Path) -> Result<f64, Failure> {
    const LOOK_EVERY: Duration = Duration::from_millis(500);
    let written = || {
        let wal = PathBuf::from(format!("{}-wal", log.display()));
        std::fs::metadata(wal).and_then(|file| file.modified()).ok()
    };
    let (mut quiet, mut last) = (0, None);
    for look in 0..120 {
        std::thread::sleep(LOOK_EVERY);
        if let Some(ended) = serve.try_wait()? {
            return Err(format!("kamnot serve ended by itself, {ended}").into());
        }
        let now = written();
        quiet = if now == last { quiet + 1 } else { 0 };
        last = now;
        if look >= 10 && quiet >= 6 {
            break;
        }
    }
    peak_memory(serve.id())
}
