//! What the log's tree costs durable appends: with and without its growth, in turns, on both stores.
//!
//! Invariant: before each turn the tree has everything, so that none pays for another.

use std::sync::Arc;
use std::time::{Duration, Instant};

use scenarios::generator::Conduct;
use service::clock::SystemClock;
use service::growth::Growth;
use service::lifecycle::Stop;
use store::LogStore;
use store::Options;
use store::postgres::PostgresStore;
use store::tree::{Integrated, Integrator};

use crate::lines::Lines;
use crate::ours::{Ours, Until};
use crate::postgres::cluster;
use crate::report::{Bar, Report, median};
use crate::setting::{Failure, IN_FLIGHT, Setting, progress};

/// How often both take turns.
const TURNS: u32 = 3;
/// How many cases are open.
const OPEN: usize = 1_500;
/// Lines prepared for each second of a measurement.
const LINES_A_SECOND: f32 = 60_000.0;
/// How often a checkpoint is made.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(10);
/// How many events are taken at a time where nobody measures.
const MOST: usize = 2048;

/// In a file.
pub fn embedded(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let ours = Ours::open(&setting.path("tree.db"), &setting.book, IN_FLIGHT)?;
    setting.runtime.block_on(turns(setting, report, "tree, embedded", ours))
}

/// In a database.
pub fn on_postgres(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let cluster = cluster();
    cluster.sql("CREATE DATABASE tree");
    let url = cluster.url_of("tree");
    setting.runtime.block_on(async {
        let options = Options { create: true, ..Options::default() };
        let store = PostgresStore::open(&url, Arc::clone(&setting.book), &options).await?;
        turns(setting, report, "tree, postgres", Ours::on(Arc::new(store), &setting.book, IN_FLIGHT)).await
    })
}

async fn turns(setting: &Setting, report: &mut Report, name: &str, mut ours: Ours) -> Result<(), Failure> {
    let lines = Lines::of(&Setting::plan(Conduct::Orderly), OPEN, lines_for(setting))?;
    progress(&format!("{name}: {} lines first", lines.before.len()));
    ours.give(lines.before);
    ours.run(Until::Recorded).await?;
    ours.give(lines.measured);
    let (mut ratios, mut behind) = (Vec::new(), Vec::new());
    for turn in 1..=TURNS {
        let without = ours.run(Until::Passed(setting.lasting)).await?.rate();
        catch_up(ours.store.as_ref()).await?;
        let (stopper, stop) = Stop::pair();
        let store = Arc::clone(&ours.store);
        let growth = Growth {
            store,
            clock: Arc::new(SystemClock),
            figures: Arc::default(),
            every: CHECKPOINT_EVERY,
            signer: None,
        };
        let growing = tokio::spawn(async move { growth.run(&stop).await });
        let with = ours.run(Until::Passed(setting.lasting)).await?.rate();
        stopper.stop();
        growing.await?;
        let seconds = catch_up(ours.store.as_ref()).await?;
        Report::fact(&format!("{name}, turn {turn}: without the tree"), without, "actions/s");
        Report::fact(&format!("{name}, turn {turn}: with it"), with, "actions/s");
        ratios.push(with / without);
        behind.push(seconds);
    }
    report.figure(
        &format!("{name}: what is left at the end of a turn, taken in"),
        median(behind),
        "s",
        Bar::AtMost(5.0),
    );
    report.ratio(&format!("{name}: with the tree against without"), median(ratios), Bar::AtLeast(0.88));
    Ok(())
}

/// Takes in what the tree does not have; how many seconds that takes.
pub async fn catch_up(log: &dyn LogStore) -> Result<f64, Failure> {
    let (begun, mut integrator) = (Instant::now(), Integrator::default());
    while log.integrate(&mut integrator, MOST).await? != Integrated::Taken(0) {}
    Ok(begun.elapsed().as_secs_f64())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred thousand")]
fn lines_for(setting: &Setting) -> usize {
    ((setting.lasting * 2 * TURNS).as_secs_f32() * LINES_A_SECOND) as usize
}
