//! A case on which work is heavy, when `serve` is told to stop in the middle of it.

use engine::calendar::Instant;
use tests::lines::{file, opening};
use tests::load::unix_now;
use tests::program::Desk;

use crate::world::{Serving, eventually};

/// So many requests for release, the answers to which are late from one second on.
const REQUESTS: i64 = 3_000;

#[test]
fn a_serve_that_is_told_to_stop_amid_a_slow_case_ends_and_the_next_one_tells_the_rest() {
    let desk = Desk::new();
    let late_at = unix_now() + 12;
    let request = |n: i64| {
        let at = Instant::from_unix(late_at - 24 * 3600 - 1);
        format!(
            r#"{{"case":"A-1","id":"00000000-0000-4000-8000-{n:012}","action":"release_requested","at":"{at}","by":"vte-investigation","requested_by":"parent"}}"#
        )
    };
    let lines: Vec<String> = std::iter::once(opening("A-1")).chain((0..REQUESTS).map(request)).collect();
    desk.write("slow.jsonl", file(&lines));
    desk.run(["import", "slow.jsonl"]).ends_with(0);
    let serving = Serving::start(&desk, &[], "info");
    serving.is_ready();
    eventually("it is time", || (unix_now() >= late_at).then_some(()));
    let (code, log) = serving.stop();
    assert_eq!(code, Some(0), "{log}");
    desk.run(["check"]).ends_with(0);

    let serving = Serving::start(&desk, &[], "info");
    serving.is_ready();
    eventually("all is told", || {
        let told =
            desk.run(["alerts", "--case=A-1", "--kind=arguable", "--kind=breach", "--format=jsonl"]).ends_with(0);
        (told.out.lines().count() >= usize::try_from(REQUESTS).expect("few")).then_some(())
    });
    assert_eq!(serving.stop().0, Some(0));
}
