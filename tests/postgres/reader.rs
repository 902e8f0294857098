//! Our log is one that esrs knows: its own store reads it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use engine::case::Event;
use scenarios::servers::database::Database;
use store::CaseStore as _;
use tests::made::record_case;
use tests::program::without_our_own;

use crate::world::open;

/// What esrs's store, in a program of its own, reads of these streams.
fn read_by_esrs(url: &str, streams: &str) -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut reader = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    without_our_own(&mut reader)
        .args(["run", "--quiet", "--locked", "--manifest-path"])
        .arg(here.join("esrs-reader/Cargo.toml"));
    reader.args(["--", url]).env("CARGO_TARGET_DIR", target()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = reader.stderr(Stdio::piped()).spawn().expect("cargo runs");
    let input = child.stdin.take().unwrap().write_all(streams.as_bytes());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && input.is_ok(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The target folder of this test, where what both are made of is built once.
fn target() -> std::path::PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn esrs_itself_reads_our_log() {
    let database = Database::create();
    let store = Arc::new(open(&database.url()).await);
    let (mut streams, mut expected) = (String::new(), String::new());
    for n in 0..8 {
        let (case, _) = record_case(&store, n).await;
        writeln!(streams, "{}", case.stream_id()).unwrap();
        for stored in store.stream(&case).await.unwrap() {
            let (id, event, stream) = (stored.event.id(&case), &stored.event, case.stream_id());
            let (at, json) = (event.recorded_at.unix(), event.to_json());
            writeln!(expected, "{id}\t{stream}\t{}\t{}\t{at}\t{json}", stored.version, Event::VERSION).unwrap();
        }
    }
    assert!(expected.lines().count() > 200, "{}", expected.lines().count());
    assert_eq!(read_by_esrs(&database.url(), &streams), expected);
}
