//! The page of figures of a court with very many cases, each time right after an action was recorded in one of them.
//!
//! Invariant: one process of the real program serves, watches and publishes, with every action and every look durable. The action
//! is on record before the page is asked for, so each page counts again.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use engine::calendar::Instant as At;

use crate::court::{self, COURT};
use crate::due::{Kind, World, second, until_delivered};
use crate::office::Office;
use crate::readers::{Connection, request};
use crate::report::{Bar, Report};
use crate::setting::{Failure, Setting, count, progress};

/// How many cases the court has.
const CASES: usize = 100_000;
/// How many actions the cases have in which actions are recorded.
const LONG: std::ops::Range<usize> = 20..50;
/// How many pages are asked for.
const PAGES: usize = 300;
/// Everything was recorded so long ago that no forty-eight hours of it end during the measurement.
const LONG_PAST: i64 = 50 * 3_600;

/// The page of figures.
pub fn figures(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    setting.runtime.block_on(all(setting, report))
}

async fn all(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let world = World::new(setting, Kind::Embedded, "counted")?;
    let store = world.open(setting).await?;
    let cases = setting.size(CASES);
    progress(&format!("figures: a court with {cases} cases"));
    let long: Vec<usize> = LONG.collect();
    let references = court::fill(setting, &store, cases, &long, second() - LONG_PAST).await?;
    let secret = court::clerk(store.as_ref(), 0, COURT, second()).await?;
    let program = court::program(store.as_ref(), 0, COURT, second()).await?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let secrets = setting.path("counted-secrets").display().to_string();
    let mut serving =
        world.serve_with(setting, "counted", &["--web", &address.to_string(), "--web-secrets", &secrets])?;
    until_delivered(&Office::new(store, setting), second() + 1_200).await?;
    let mut clerk = Connection::to(address).await?;
    let page = request("/figures", &format!("Cookie: kamnot={secret}; kamnot-language=en"));
    progress("figures: the first count");
    let begin = Instant::now();
    while String::from_utf8(clerk.ask(&page).await?)?.contains("being counted") {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    report.figure("figures: first count", begin.elapsed().as_secs_f64(), "s", Bar::None);
    Report::fact("figures: memory of kamnot serve", serving.memory()?, "MiB");
    progress("figures: an action, then the page");
    // Only now: a connection that says nothing for as long as the first count takes is closed.
    let mut recording = Connection::to(address).await?;
    let mut times = Vec::with_capacity(PAGES);
    for nth in 0..PAGES {
        let (case, at) = (&references[nth % references.len()], At::from_unix(second() - 1));
        let action = format!(r#"{{"case":"{case}","action":"medical_check","at":"{at}","by":"{COURT}"}}"#);
        let head = format!("Authorization: Bearer {program}\r\nContent-Type: application/json");
        let length = action.len();
        recording
            .ask(&format!(
                "POST /api/v1/actions HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\nContent-Length: {length}\r\n\r\n{action}"
            ))
            .await?;
        let begin = Instant::now();
        let shown = String::from_utf8(clerk.ask(&page).await?)?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
        if shown.contains("being counted") || !shown.contains("id=\"indicators\"") {
            return Err("a page without its figures".into());
        }
    }
    serving.runs()?;
    times.sort_by(f64::total_cmp);
    Report::fact("figures: pages", count(times.len()), "pages");
    let name = format!("page of figures of {cases} cases, right after an action");
    report.figure(&format!("{name}, p50"), times[PAGES / 2], "ms", Bar::None);
    report.figure(&format!("{name}, p99"), times[PAGES * 99 / 100], "ms", Bar::AtMost(200.0));
    Ok(())
}
