//! The peers. Each runs as a separate program, because its dependencies cannot share our lock file.
//!
//! Invariant: a peer records the same lines in the same order as the program, in a new database that holds the same cases.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use scenarios::generator::Line;

use crate::lines::Lines;
use crate::setting::{Failure, Setting, progress};

/// Why there is no figure of a peer.
pub const WITHOUT_PEERS: &str = "run with --features peers";

/// The built peer, and the lines that it records.
pub struct Peers {
    program: PathBuf,
    file: PathBuf,
    before: usize,
}

/// One run of a peer.
pub struct Load<'l> {
    /// The peer's name on its command line.
    pub peer: &'l str,
    /// The database: a URL or a new file.
    pub database: &'l str,
    pub in_flight: usize,
    pub connections: u32,
    pub lasting: Duration,
}

impl Peers {
    /// Builds the peer and writes the lines for it; `None` if the benchmark runs without peers.
    ///
    /// # Errors
    /// If it does not build.
    pub fn with(setting: &Setting, lines: &Lines) -> Result<Option<Self>, Failure> {
        if !cfg!(feature = "peers") {
            return Ok(None);
        }
        let (program, file) = (build()?, setting.path("peers.tsv"));
        let mut out = BufWriter::new(File::create(&file)?);
        for Line { case, json, .. } in lines.before.iter().chain(&lines.measured) {
            writeln!(out, "{case}\t{json}")?;
        }
        out.flush()?;
        Ok(Some(Self { program, file, before: lines.before.len() }))
    }

    /// Durable actions per second.
    ///
    /// # Errors
    /// If the peer fails.
    pub fn rate(&self, of: &Load<'_>) -> Result<f64, Failure> {
        let Load { peer, database, in_flight, connections, lasting } = of;
        progress(&format!("{peer}, {connections} connections"));
        let mut command = Command::new(&self.program);
        command.args([peer, database]).arg(&self.file);
        command.args([self.before.to_string(), in_flight.to_string(), connections.to_string()]);
        command.arg(lasting.as_millis().to_string());
        let output = command.stdin(Stdio::null()).output()?;
        if !output.status.success() {
            return Err(format!("{peer}: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
        }
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        // What cannot be removed here goes with the folder.
        let _ = std::fs::remove_file(&self.file);
    }
}

fn build() -> Result<PathBuf, Failure> {
    progress("building the peers");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/Cargo.toml");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target folder")?.join("peers");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--release", "--locked", "--manifest-path"]).arg(manifest).arg("--target-dir").arg(&target);
    if !build.status()?.success() {
        return Err("the peers do not build".into());
    }
    Ok(target.join("release/peers"))
}
