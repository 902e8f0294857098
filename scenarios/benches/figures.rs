//! The figures of the program, measured: how fast, how small, and side by side with the peer `cqrs-es`/`sqlite-es`.
//!
//! `cargo bench -p scenarios` runs all; `cargo bench -p scenarios -- durable memory` those; `--quick` tries them out
//! on a tenth. Invariant: every figure is durable where the program is (WAL, `synchronous=FULL`, a real disk), and
//! what was not measured is said to be so.

#[path = "figures/alone.rs"]
mod alone;
#[path = "figures/assessment.rs"]
mod assessment;
#[path = "figures/durable.rs"]
mod durable;
#[path = "figures/lines.rs"]
mod lines;
#[path = "figures/ours.rs"]
mod ours;
#[path = "figures/peer.rs"]
mod peer;
#[path = "figures/program.rs"]
mod program;
#[path = "figures/report.rs"]
mod report;
#[path = "figures/setting.rs"]
mod setting;

use report::Report;
use setting::{Failure, Setting};

/// Measures one group of figures.
type Measure = fn(&Setting, &mut Report) -> Result<(), Failure>;

/// The groups, in the order in which they run; `rebuild` uses the log that `growth` leaves.
const GROUPS: [(&str, Measure); 9] = [
    ("durable", durable::orderly),
    ("many", durable::orderly_many_open),
    ("disorderly", durable::disorderly),
    ("single", durable::one_at_a_time),
    ("assess", assessment::one_case),
    ("growth", durable::growth),
    ("rebuild", program::rebuild),
    ("memory", program::memory),
    ("file", program::assess_file),
];

fn main() -> Result<(), Failure> {
    let mut quick = false;
    let mut wanted = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            // What cargo says to every bench.
            "--bench" => {}
            "--quick" => quick = true,
            name if GROUPS.iter().any(|(group, _)| *group == name) => wanted.push(argument),
            _ => {
                let groups = GROUPS.map(|(name, _)| name).join(", ");
                return Err(format!("{argument}: expected --quick or some of {groups}").into());
            }
        }
    }
    let setting = Setting::new(quick)?;
    let mut report = Report::default();
    setting.print();
    for (name, measure) in GROUPS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            setting::progress(&format!("{name} …"));
            if let Err(failure) = measure(&setting, &mut report) {
                report.not_measured(name, &failure.to_string());
            }
        }
    }
    report.print_table();
    Ok(())
}
