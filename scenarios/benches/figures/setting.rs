//! What all figures share: the seed, the sizes, the disk, the rulebook and the runtime.
//!
//! Invariant: nothing is measured on a file system in memory. A temporary folder that is not on a disk is refused.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use engine::rulebook::Rulebook;
use scenarios::generator::{Conduct, Plan};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Why a figure could not be measured.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How many appends are in flight at any time.
pub const IN_FLIGHT: usize = 256;

/// The seed of the cases.
const SEED: u64 = 52_006;

/// What all figures share.
pub struct Setting {
    /// A tenth of all sizes, to try the benchmark out.
    pub quick: bool,
    /// How long each rate is measured.
    pub lasting: Duration,
    /// The rulebook in force.
    pub book: Arc<Rulebook>,
    /// The runtime for recording, with as many threads as the program itself uses.
    pub runtime: Runtime,
    folder: TempDir,
    file_system: String,
}

impl Setting {
    /// # Errors
    /// If there is no disk to measure on.
    pub fn new(quick: bool) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("figures-").tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let file_system = file_system(folder.path())?;
        if ["tmpfs", "ramfs"].contains(&file_system.as_str()) {
            return Err(
                format!("{} is a {file_system}; set CARGO_TARGET_DIR to a disk", folder.path().display()).into()
            );
        }
        // The servers put their data there.
        let servers = Path::new(env!("CARGO_TARGET_TMPDIR"));
        tempfile::env::override_temp_dir(servers).map_err(|other| format!("{} is taken already", other.display()))?;
        let lasting = if quick { Duration::from_millis(1500) } else { Duration::from_secs(8) };
        let book = Arc::new(Rulebook::law_05_na_2006());
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        Ok(Self { quick, lasting, book, runtime, folder, file_system })
    }

    /// Prints the conditions of the measurement.
    pub fn print(&self) {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        println!("seed: {SEED}");
        println!("in flight: {IN_FLIGHT}");
        println!("cores: {cores}");
        println!("measured for: {} s each", self.lasting.as_secs_f32());
        println!("file system: {} ({})", self.file_system, self.folder.path().display());
        if self.quick {
            println!("quick: sizes are a tenth, times are short; these are no figures");
        }
    }

    /// An endless plan of made-up cases.
    pub fn plan(conduct: Conduct) -> Plan {
        let first_day = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap_or_default();
        Plan { seed: SEED, cases: usize::MAX, conduct, first_day }
    }

    /// `full`, or a tenth of it with `--quick`.
    pub const fn size(&self, full: usize) -> usize {
        if self.quick { full / 10 } else { full }
    }

    /// A path in the temporary folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Prints what is being done, for whoever waits.
pub fn progress(what: &str) {
    eprintln!("figures: {what}");
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub const fn number(count: u64) -> f64 {
    count as f64
}

/// A count as a number to calculate with.
pub const fn count(of: usize) -> f64 {
    number(of as u64)
}

/// The type of the file system that holds `path`, found by the longest matching mount point.
fn file_system(path: &Path) -> Result<String, Failure> {
    let path = path.canonicalize()?;
    let mounts = std::fs::read_to_string("/proc/mounts")?;
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let holding = mounts.filter(|(point, _)| path.starts_with(point)).max_by_key(|(point, _)| point.len());
    Ok(holding.map_or("unknown", |(_, kind)| kind).to_owned())
}
