//! `kamnot demo`: the first command that anybody runs.

use tests::program::{Desk, Run, program};

#[test]
fn the_demo_tells_its_story_in_seconds_and_leaves_nothing_behind() {
    let desk = Desk::new();
    // Ended after a minute: it doesn't wait for seven months to pass.
    let words = ["60", program().to_str().expect("UTF-8"), "demo"];
    let run = Run::from(desk.command_of("timeout", words).output().expect("it runs")).ends_with(0);
    assert_eq!(run.err, "");
    assert_eq!(std::fs::read_dir(desk.path("")).expect("the folder").count(), 0);
    run.says(&[
        "2026-02-04 08:30:01 » breach: LPB-2026-0004: \"Custody of at most 48 hours\"",
        "settled: ",
        "withdrawn: ",
        "arguable breach: ",
        "Docket: Juvenile Court, Vientiane Capital (vte-juvenile-court)",
        "Timeline: LPB-2026-0004",
        "48 h, over by 7 h 50 min",
        "kamnot import",
    ]);
}

#[test]
fn the_demo_is_the_same_every_time_and_speaks_lao() {
    let desk = Desk::new();
    assert_eq!(desk.run(["demo"]).out, desk.run(["demo"]).out);
    desk.run(["demo", "--lang", "lo"]).ends_with(0).says(&["ບັນຊີຄະດີ", "ແຈ້ງລ່ວງໜ້າ"]);
}
