//! A log is moved beside a running `serve`, or its file is taken away from under it.

use std::time::Duration;

use rusqlite::Connection;
use scenarios::servers::database::Database;
use scenarios::servers::nats_server::NatsServer;
use scenarios::servers::postgres::PASSWORD;
use tests::lines::{custody, file, opening, sample, with_a_case};
use tests::program::Desk;

use crate::world::{Serving, eventually};

/// A file with the opening of a case and custody in it.
fn case_file(desk: &Desk, case: &str) -> String {
    let name = format!("{case}.jsonl");
    desk.write(&name, file(&[opening(case), custody(case)]));
    name
}

/// Records a new case at each of the places in turn: only the last takes it.
fn moved_beside_a_running_serve(desk: &Desk, from: &str, to: &str) {
    desk.run(["import", &case_file(desk, "A-1"), "--db", from]).ends_with(0);
    let serving = Serving::start(desk, &["--db", from, "--wait", "5"], "info");
    serving.is_ready();
    desk.run(["import", &case_file(desk, "A-2"), "--db", from]).ends_with(0);
    let moved = desk.run(["move", "--from", from, "--to", to]).ends_with(0).says(&["2 cases moved", "is sealed"]);
    assert!(!moved.out.contains(PASSWORD), "{}", moved.out);
    let (code, log) = serving.ends();
    assert_eq!(code, Some(2), "{log}");
    let name = to.rsplit('/').next().expect("a name");
    assert!(log.contains("is sealed") && log.contains(name) && !log.contains(PASSWORD), "{log}");

    let late = case_file(desk, "A-3");
    for refused in [
        &["import", &late][..],
        &["serve"],
        &["rebuild"],
        &["clock", "confirm"],
        &["move", "--from", from, "--to", "third.db"],
    ] {
        let run = desk.run(refused.iter().chain(&["--db", from])).ends_with(2).complains(&["was moved to", name]);
        assert!(!run.err.contains(PASSWORD), "{}", run.err);
        let of_recording = run.err.contains("nothing of this was recorded");
        assert!(refused[0] == "import" || !of_recording, "{}", run.err);
    }
    let docket = ["docket", "--court=vte-juvenile-court", "--format=json", "--db"];
    let old = desk.run(docket.iter().chain(&[from])).ends_with(0).complains(&["was moved to", name]);
    assert!(!old.out.contains("A-3"), "{}", old.out);
    let serving = Serving::start(desk, &["--db", to], "info");
    serving.is_ready();
    desk.run(["import", &late, "--db", to]).ends_with(0);
    desk.run(["check", "--db", to]).ends_with(0);
    assert_eq!(serving.stop().0, Some(0));
}

#[test]
fn from_file_to_file_everything_acknowledged_moves_and_nothing_is_taken_afterwards() {
    moved_beside_a_running_serve(&Desk::new(), "kamnot.db", "new.db");
}

#[test]
fn from_a_file_to_a_database_and_from_there_to_a_file_it_is_the_same() {
    let (desk, database, other) = (Desk::new(), Database::create(), Database::create());
    moved_beside_a_running_serve(&desk, "kamnot.db", &database.url());
    moved_beside_a_running_serve(&desk, &other.url(), "back.db");
    let indexes = "SELECT string_agg(indexdef, ' ' ORDER BY indexname) FROM pg_indexes WHERE tablename = 'case_events'";
    let constraints = "SELECT string_agg(conname || pg_get_constraintdef(oid), ' ' ORDER BY conname) FROM pg_constraint
                       WHERE conrelid = 'case_events'::regclass";
    for what_a_move_makes_again in [indexes, constraints] {
        assert_eq!(database.sql(what_a_move_makes_again), other.sql(what_a_move_makes_again));
    }
}

/// Kills a move again and again, each time later, and does it again until it is done.
fn killed_moves(from: &str, to: &str) {
    let desk = Desk::new();
    let actions = sample("actions-300.jsonl");
    desk.run(["import".as_ref(), actions.as_os_str(), "--db".as_ref(), from.as_ref()]).ends_with(0);
    let check = |place: &str| desk.run(["check", "--db", place]).ends_with(0);
    let arguments = ["move", "--from", from, "--to", to];
    let (mut killed, mut recorded) = (0, 0);
    for n in 1..=7 {
        let mut child = desk.command(arguments).spawn().expect("the program starts");
        std::thread::sleep(Duration::from_millis(200 * n));
        if child.try_wait().expect("a child").is_some() {
            break;
        }
        child.kill().expect("killed");
        child.wait().expect("killed");
        killed += 1;
        // Either the log is as it was and takes what comes, or it is sealed and nothing is lost.
        let late = case_file(&desk, &format!("LATE-{n}"));
        let run = desk.run(["import", &late, "--db", from]);
        recorded += usize::from(run.code == 0);
        if run.code != 0 {
            run.ends_with(2).complains(&["is sealed"]);
        }
        check(from);
    }
    let run = desk.run(arguments);
    if run.code != 0 {
        // The last one was through.
        run.ends_with(2).complains(&["was moved to"]);
    }
    println!("{killed} killed, {recorded} recorded in between");
    assert!(killed > 0);
    check(to);
    let docket = |place: &str| {
        let at = ["docket", "--court=vte-juvenile-court", "--format=json", "--at", tests::lines::SAMPLE_AT, "--db"];
        desk.run(at.iter().chain(&[place])).ends_with(0).out
    };
    assert_eq!(docket(to), docket(from));
    assert!(docket(to).matches("LATE-").count() >= recorded, "{recorded} recorded in between");
}

#[test]
fn a_move_that_is_killed_loses_nothing_and_is_done_again() {
    killed_moves("kamnot.db", "new.db");
    let database = Database::create();
    killed_moves("kamnot.db", &database.url());
}

#[test]
fn a_log_that_another_program_holds_locked_is_not_ready_and_no_reason_to_start_again() {
    let desk = with_a_case();
    let serving = Serving::start(&desk, &[], "info");
    serving.is_ready();
    let log = Connection::open(desk.path("kamnot.db")).expect("the log");
    log.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let said = eventually("it is not ready", || Some(serving.get("/readyz")).filter(|(code, _)| *code == 503)).1;
    assert!(said.contains("the store: another program keeps the log locked"), "{said}");
    assert_eq!(serving.get("/healthz").0, 200);
    log.execute_batch("ROLLBACK").expect("open");
    serving.is_ready();
}

#[test]
fn a_database_that_another_program_holds_locked_is_not_ready_either() {
    let (desk, database) = (Desk::new(), Database::create());
    let serving = Serving::start(&desk, &["--db", &database.url()], "info");
    serving.is_ready();
    std::thread::scope(|scope| {
        let holding = scope.spawn(|| database.sql("BEGIN; LOCK TABLE case_events IN SHARE MODE; SELECT pg_sleep(8)"));
        let said = eventually("it is not ready", || Some(serving.get("/readyz")).filter(|(code, _)| *code == 503)).1;
        assert!(said.contains("the store: another program keeps the log locked"), "{said}");
        holding.join().expect("no panic");
    });
    serving.is_ready();
}

#[test]
fn a_busy_log_is_ready() {
    let desk = with_a_case();
    let serving = Serving::start(&desk, &[], "info");
    serving.is_ready();
    let actions = sample("actions-300.jsonl");
    for _ in 0..3 {
        desk.run(["import".as_ref(), actions.as_os_str()]).ends_with(0);
        assert_eq!(serving.get("/readyz").0, 200);
    }
}

#[test]
fn a_file_that_is_taken_away_ends_serve_and_nothing_goes_into_it_any_more() {
    for replaced in [false, true] {
        let desk = with_a_case();
        let serving = Serving::start(&desk, &[], "info");
        serving.is_ready();
        std::fs::rename(desk.path("kamnot.db"), desk.path("away.db")).expect("renamed");
        if replaced {
            let other = Desk::new();
            other.run(["import", &case_file(&other, "B-1")]).ends_with(0);
            std::fs::copy(other.path("kamnot.db"), desk.path("kamnot.db")).expect("replaced");
        }
        let (code, log) = serving.ends();
        assert_eq!(code, Some(2), "{log}");
        assert!(log.contains("renamed, removed or replaced"), "{log}");
        if !replaced {
            // The end of the log may lie beside it still; nothing is begun without that.
            assert!(!desk.path("kamnot.db").exists());
            if desk.path("kamnot.db-wal").exists() {
                desk.run(["import", &case_file(&desk, "A-2")])
                    .ends_with(2)
                    .complains(&["kamnot.db-wal", "put it back"]);
            }
            std::fs::rename(desk.path("away.db"), desk.path("kamnot.db")).expect("put back");
            desk.run(["import", &case_file(&desk, "A-2")]).ends_with(0);
            desk.run(["check"]).ends_with(0);
        }
    }
}

#[test]
fn two_logs_that_publish_to_one_stream_are_noticed() {
    let (desk, server) = (with_a_case(), NatsServer::start());
    let others = "kamnot_alerts_of_others_total";
    let start = |db: &str| {
        let serving = Serving::start(&desk, &["--db", db, "--nats", &server.url()], "info");
        serving.is_ready();
        serving.figure("kamnot_outbox_alerts", |waiting| waiting == 0.0);
        serving
    };
    let record = |case: &str, db: &str, serving: &[&Serving]| {
        let published = || -> f64 {
            serving.iter().map(|serving| serving.figures()["kamnot_alerts_published_total{kind=\"breach\"}"]).sum()
        };
        let before = published();
        desk.run(["import", &case_file(&desk, case), "--db", db]).ends_with(0);
        // Any of them may publish.
        eventually("the alerts are published", || (published() > before).then_some(()));
        serving[0].figure("kamnot_outbox_alerts", |waiting| waiting == 0.0);
    };
    let one = start("kamnot.db");
    desk.run(["backup", "copy.db"]).ends_with(0);
    record("A-2", "kamnot.db", &[&one]);
    // What was there before it began is history, as behind a restore.
    let other = start("copy.db");
    record("A-3", "copy.db", &[&other]);
    assert!(other.figures()[others] < 1.0);
    record("A-4", "kamnot.db", &[&one]);
    one.figure(others, |alerts| alerts >= 1.0);
    assert!(one.log().contains("SOMEBODY ELSE PUBLISHES"), "{}", one.log());
    assert!(!one.log().contains("A-3"), "{}", one.log());
    drop(other);
    // Two programs of one log are nobody else to each other.
    let same = start("kamnot.db");
    let before = one.figures()[others];
    for n in 5..10 {
        record(&format!("A-{n}"), "kamnot.db", &[&one, &same]);
    }
    assert_eq!((one.figures()[others], same.figures()[others]), (before, 0.0));
}

#[test]
fn a_sealed_log_that_is_opened_again_says_what_was_published_at_the_other_place() {
    let (desk, server) = (with_a_case(), NatsServer::start());
    desk.run(["move", "--from", "kamnot.db", "--to", "new.db"]).ends_with(0);
    let reopen = ["move", "--reopen", "kamnot.db", "--reason", "the disk failed", "--nats", &server.url()];
    let serving = Serving::start(&desk, &["--db", "new.db", "--nats", &server.url()], "info");
    serving.is_ready();
    desk.run(["import", &case_file(&desk, "A-2"), "--db", "new.db"]).ends_with(0);
    serving.figure("kamnot_alerts_published_total{kind=\"breach\"}", |count| count >= 1.0);
    serving.figure("kamnot_outbox_alerts", |waiting| waiting == 0.0);
    serving.stop();
    let run = desk.run(reopen).ends_with(0).says(&["that this log lacks, of 1 case.", "A-2", "new.db"]);
    assert!(!run.out.contains("A-1"), "{}", run.out);
    desk.run(["import", &case_file(&desk, "A-3")]).ends_with(0);
    desk.run(reopen).ends_with(1);
}
