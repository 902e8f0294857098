//! Measures the program's speed and memory. With `--features peers` it also measures the peers, taking turns with them:
//! `cqrs-es` with `sqlite-es` and `postgres-es`, and `esrs` with its `PgStore`.
//!
//! `cargo bench -p scenarios` runs all groups, `cargo bench -p scenarios -- durable memory` those two; `--quick` tries them
//! out on a tenth of the size.
//!
//! Invariant: wherever the program is durable, the measured writes are (WAL, `synchronous=FULL`; on PostgreSQL `fsync` and
//! `synchronous_commit`; a real disk). The report names what was not measured.

mod alone;
mod assessment;
mod big;
mod counted;
mod court;
mod due;
mod durable;
mod evidence;
mod hostile;
mod lines;
mod live;
mod office;
mod ours;
mod pages;
mod peer;
mod postgres;
mod program;
mod readers;
mod report;
mod served;
mod setting;
mod tree;
mod witness;

use std::panic::{AssertUnwindSafe, catch_unwind};

use mimalloc::MiMalloc;

use report::Report;
use setting::{Failure, Setting};

/// The allocator of the program itself. The peers use it too.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Measures one group of figures.
type Measure = fn(&Setting, &mut Report) -> Result<(), Failure>;

/// The groups, in the order in which they run. `rebuild` uses the log that `growth` leaves.
const GROUPS: [(&str, Measure); 25] = [
    ("durable", durable::orderly),
    ("many", durable::orderly_many_open),
    ("disorderly", durable::disorderly),
    ("single", durable::one_at_a_time),
    ("assess", assessment::one_case),
    ("big", big::told),
    ("growth", durable::growth),
    ("rebuild", program::rebuild),
    ("memory", program::memory),
    ("file", program::assess_file),
    ("postgres", postgres::orderly),
    ("two", postgres::two_processes),
    ("due", due::embedded),
    ("due-postgres", due::on_postgres),
    ("storm", due::storm_embedded),
    ("storm-postgres", due::storm_on_postgres),
    ("takeover", due::takeover),
    ("hostile", hostile::others),
    ("pages", pages::pages),
    ("figures", counted::figures),
    ("live", live::live),
    ("tree", tree::embedded),
    ("tree-postgres", tree::on_postgres),
    ("evidence", evidence::evidence),
    ("witness", witness::consistency),
];

fn main() -> Result<(), Failure> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut said = |word: &str| {
        let before = arguments.len();
        arguments.retain(|argument| argument != word);
        arguments.len() < before
    };
    // cargo passes `--bench` to every benchmark.
    said("--bench");
    let setting = Setting::new(said("--quick"))?;
    if let [record, url, part, of, in_flight] = arguments.as_slice()
        && record == "record"
    {
        return postgres::record(&setting, url, part.parse()?, of.parse()?, in_flight.parse()?);
    }
    if let Some(unknown) = arguments.iter().find(|name| !GROUPS.iter().any(|(group, _)| group == name)) {
        let groups = GROUPS.map(|(name, _)| name).join(", ");
        return Err(format!("{unknown}: expected --quick or some of {groups}").into());
    }
    let mut report = Report::default();
    setting.print();
    for (name, measure) in GROUPS {
        if arguments.is_empty() || arguments.iter().any(|wanted| wanted == name) {
            setting::progress(&format!("{name} …"));
            if let Err(failure) = attempt(measure, &setting, &mut report) {
                report.not_measured(name, &failure.to_string());
            }
        }
    }
    report.print_table();
    Ok(())
}

/// Measures the groups. If a server is not installed, the other groups are measured all the same.
fn attempt(measure: Measure, setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    catch_unwind(AssertUnwindSafe(|| measure(setting, report))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(text.unwrap_or("it panicked").into())
    })
}
