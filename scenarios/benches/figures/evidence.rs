//! The evidence of one case in a log of a million events, and a checkpoint over ten thousand cases of many more.
//!
//! Invariant: every event and every checkpoint is durable. The file that is measured verifies, with its recomputation.

use std::io::Write as _;
use std::ops::RangeInclusive;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::action::CaseRef;
use engine::calendar::Instant as At;
use evidence::file::Evidence;
use evidence::file::verify::{Asked, Trust, verify};
use scenarios::generator::{Conduct, history};
use service::evidence_file::{Disclosed, file, make_checkpoint, recompute};
use service::log_key::LogKeys;
use service::signing::Signer;
use store::LogStore;
use store::sqlite::{Options, SqliteStore};
use store::tree::Integrator;

use crate::court;
use crate::due::second;
use crate::ours::{Ours, Until};
use crate::report::{Bar, Report, median};
use crate::setting::{Failure, IN_FLIGHT, Setting, count, progress};
use crate::tree::catch_up;

/// How many cases the log has. Each has two events at first, each third one three.
const CASES: usize = 433_000;
/// In how many cases something is recorded before the checkpoint that is measured.
const TOUCHED: usize = 10_000;
/// How many actions the cases have of which one is taken, how many alerts that should have, and over how many days all are recorded.
const ACTIONS: RangeInclusive<usize> = 96..=104;
const ALERTS: usize = 110;
const DAYS: usize = 30;
/// How often evidence is made and verified.
const TIMES: usize = 31;
/// How often something is recorded while a checkpoint is made.
const BETWEEN: Duration = Duration::from_millis(5);

/// In a file.
pub fn evidence(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    setting.runtime.block_on(all(setting, report))
}

async fn all(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let path = setting.path("evidence.db");
    let keys = LogKeys::made("evidence.invalid/figures")?;
    let public = keys.public();
    let signer = Signer::new(keys, setting.path("evidence.mark"));
    let plan = Setting::plan(Conduct::Orderly);
    let first = |n: usize| history(&plan, n).into_iter().take(2 + usize::from(n.is_multiple_of(3)));
    let later = |n: usize| history(&plan, n).into_iter().nth(2 + usize::from(n.is_multiple_of(3)));
    let mut ours = Ours::open(&path, &setting.book, IN_FLIGHT)?;
    progress(&format!("evidence: a log with {} cases", setting.size(CASES)));
    for part in (0..setting.size(CASES)).collect::<Vec<_>>().chunks(50_000) {
        for n in part {
            ours.give_at_once(first(*n).collect());
        }
        ours.run(Until::Recorded).await?;
    }
    progress("evidence: its tree");
    catch_up(ours.store.as_ref()).await?;
    let case = over_days(&mut ours, &signer).await?;
    Report::fact("evidence: events in the log", count(usize::try_from(ours.store.events().await?)?), "events");
    let of_case = ours.store.load(&case).await?;
    Report::fact("evidence: actions of the case", count(of_case.recorded().len()), "actions");
    Report::fact("evidence: alerts of the case", count(of_case.told_alerts().count()), "alerts");

    let (mut made, mut verified, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let started = Instant::now();
        make_checkpoint(ours.store.as_ref(), Some(&signer), &case, At::from_unix(second())).await?;
        bytes = file(ours.store.as_ref(), &public, &case, Disclosed::All, At::from_unix(second())).await?;
        made.push(milliseconds(started));
        let started = Instant::now();
        let read = Evidence::from_bytes(&bytes).map_err(|unread| unread.to_string())?;
        let trust = Trust::Fingerprints(vec![public.log.fingerprint()]);
        let asked = Asked { trust, receipts: Vec::new(), registers: Vec::new(), at_least: None };
        let verdicts = verify(&read, &asked, recompute);
        verified.push(milliseconds(started));
        verdicts.log.map_err(|why| format!("{why:?}"))?;
        verdicts.complete.map_err(|why| format!("{why:?}"))?;
    }
    report.figure("evidence of a case of 100 actions, made", median(made), "ms", Bar::AtMost(50.0));
    report.figure("its size", count(bytes.len()) / 1e3, "KB", Bar::AtMost(400.0));
    report.figure("its size with gzip", count(compressed(&bytes)?) / 1e3, "KB", Bar::AtMost(150.0));
    report.figure("verified and recomputed", median(verified), "ms", Bar::AtMost(50.0));

    progress("evidence: ten thousand cases are touched");
    let step = CASES / TOUCHED;
    ours.give((0..setting.size(CASES)).step_by(step).filter_map(later).collect());
    ours.run(Until::Recorded).await?;
    catch_up(ours.store.as_ref()).await?;
    drop(ours);
    forget_files();
    let store: Arc<dyn LogStore> = Arc::new(SqliteStore::open(
        &path,
        Arc::clone(&setting.book),
        &Options { create: false, ..Options::default() },
    )?);
    let mut recording = Ours::on(Arc::clone(&store), &setting.book, 1);
    recording.give((0..setting.size(CASES)).skip(1).step_by(step).filter_map(later).collect());
    let meanwhile = tokio::spawn(longest_append(recording));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let started = Instant::now();
    let made = store.make_checkpoint(&mut Integrator::default(), At::from_unix(second())).await?;
    let seconds = started.elapsed().as_secs_f64();
    made.ok_or("no checkpoint was made")?;
    report.figure("checkpoint over 10,000 of 433,000 cases, files not in memory", seconds, "s", Bar::AtMost(2.0));
    report.figure("longest append meanwhile", meanwhile.await??, "ms", Bar::None);
    Ok(())
}

/// Records some cases day by day, each day with a signed checkpoint; the one whose alerts come nearest to those of the bar.
async fn over_days(ours: &mut Ours, signer: &Signer) -> Result<CaseRef, Failure> {
    let cases = (0..).zip(ACTIONS).map(|(nth, actions)| court::long_case_of(nth, actions, second()));
    let cases = cases.collect::<Result<Vec<_>, _>>()?;
    let references: Option<Vec<CaseRef>> = cases.iter().map(|(reference, _)| CaseRef::new(reference)).collect();
    let references = references.ok_or("no reference")?;
    let begin = second() - i64::try_from(DAYS)? * 86_400;
    for day in 0..DAYS {
        for (_, lines) in &cases {
            let until = |day: usize| day * lines.len() / DAYS;
            ours.give_at_once(lines[until(day)..until(day + 1)].to_vec());
        }
        ours.run(Until::Recorded).await?;
        let at = At::from_unix(begin + i64::try_from(day)? * 86_400);
        make_checkpoint(ours.store.as_ref(), Some(signer), &references[0], at).await?;
    }
    let mut nearest = (usize::MAX, &references[0]);
    for case in &references {
        let alerts = ours.store.load(case).await?.told_alerts().count();
        nearest = nearest.min((alerts.abs_diff(ALERTS), case));
    }
    Ok(nearest.1.clone())
}

/// Records again and again until nothing is left or three seconds have passed; the longest time that took, in milliseconds.
async fn longest_append(mut recording: Ours) -> Result<f64, Failure> {
    let (started, mut longest) = (Instant::now(), 0.0_f64);
    while started.elapsed() < Duration::from_secs(3) {
        let one = Instant::now();
        recording.run(Until::Events(1)).await?;
        longest = longest.max(milliseconds(one));
        tokio::time::sleep(BETWEEN).await;
    }
    Ok(longest)
}

fn milliseconds(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e3
}

/// How many bytes gzip makes of these.
fn compressed(bytes: &[u8]) -> Result<usize, Failure> {
    let mut gzip = Command::new("gzip").arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = gzip.stdin.take().ok_or("no input")?;
    let given = bytes.to_vec();
    let writing = std::thread::spawn(move || input.write_all(&given));
    let length = gzip.wait_with_output()?.stdout.len();
    writing.join().map_err(|_| "gzip takes nothing")??;
    Ok(length)
}

/// Has the system forget what it keeps of files in memory, where it may be told to.
fn forget_files() {
    let told = Command::new("sync").status().and_then(|_| std::fs::write("/proc/sys/vm/drop_caches", "3"));
    Report::fact("evidence: files forgotten by the system", f64::from(u8::from(told.is_ok())), "(1: yes)");
}
