//! One flipped letter in a running installation: it is named, and all other cases are watched and told.

use scenarios::servers::nats_server::NatsServer;
use tests::lines::{custody, file, opening};
use tests::program::Desk;

use crate::world::Serving;

/// A desk with two cases of long ago, a letter of a step of the first one's last alert being flipped.
fn with_a_flipped_letter() -> Desk {
    let desk = Desk::new();
    desk.write("cases.jsonl", file(&["A-1", "A-2"].map(|case| [opening(case), custody(case)]).concat()));
    desk.run(["import", "cases.jsonl"]).ends_with(0);
    let log = rusqlite::Connection::open(desk.path("kamnot.db")).expect("the log");
    let sql = r#"UPDATE events SET payload = replace(payload, 'custody_started"]', 'custody_startee"]') WHERE position =
        (SELECT max(e.position) FROM events e JOIN cases c ON c.case_key = e.case_key
         WHERE c.reference = 'A-1' AND e.payload LIKE '%custody_started"]%')"#;
    assert_eq!(log.execute(sql, []).expect("an update"), 1);
    desk
}

#[test]
fn every_command_names_a_flipped_letter_and_goes_on_with_the_other_cases() {
    let desk = with_a_flipped_letter();
    let named = ["case A-1, event ", " of its stream, position ", "a step is not of this program"];
    desk.run(["check"]).ends_with(2).says(&named);
    desk.run(["rebuild"]).ends_with(2).says(&named).says(&["of 2 cases; nothing differed"]);
    desk.run(["backup", "copy.db"]).ends_with(2).says(&named);
    desk.run(["check", "--db", "copy.db"]).ends_with(2).says(&named);
    desk.run(["reconcile"]).says(&["event"]);
    desk.run(["timeline", "A-2"]).ends_with(0).says(&["A-2"]);
    desk.run(["timeline", "A-1"]).ends_with(2).complains(&["case A-1, event "]);
    desk.run(["docket", "--court", "vte-juvenile-court"]).ends_with(0).says(&["A-1", "A-2"]);
}

#[test]
fn serve_tells_the_other_cases_of_a_log_with_a_flipped_letter() {
    let (desk, server) = (with_a_flipped_letter(), NatsServer::start());
    let serving = Serving::start(&desk, &["--nats", &server.url()], "info");
    serving.is_ready();
    serving.figure("kamnot_outbox_alerts_unreadable", |count| count >= 1.0);
    let unreadable = serving.figures()["kamnot_outbox_alerts_unreadable"];
    serving.figure("kamnot_outbox_alerts", |waiting| (waiting - unreadable).abs() < 0.5);
    serving.figure("kamnot_alerts_published_total{kind=\"breach\"}", |count| count >= 1.0);
    let (code, log) = serving.stop();
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(log.matches("an alert could not be read and is not published").count(), 1, "{log}");
    assert!(!log.contains("panicked"), "{log}");
}
