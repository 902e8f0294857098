//! Backups, taken while others write, and what becomes of a log that is restored from one.

use std::process::Child;

use tests::lines::{sample, with_a_case};
use tests::program::Desk;

/// A desk on whose log somebody writes.
fn importing() -> (Desk, Child) {
    let desk = with_a_case();
    let actions = sample("actions-300.jsonl");
    let child = desk.command(["import".as_ref(), actions.as_os_str()]).spawn().expect("the program starts");
    (desk, child)
}

fn events(desk: &Desk, name: &str) -> i64 {
    let log = rusqlite::Connection::open(desk.path(name)).expect("the log");
    log.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).expect("a number")
}

/// What lies in the folder under a name that a backup gives what it hasn't finished.
fn unfinished(desk: &Desk) -> Vec<String> {
    let names = std::fs::read_dir(desk.path("")).expect("the folder").map(|entry| entry.expect("an entry").file_name());
    names.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.contains("unfinished")).collect()
}

#[test]
fn a_backup_under_load_is_the_log_of_one_moment() {
    let (desk, mut child) = importing();
    let mut taken = 0;
    while child.try_wait().expect("a child").is_none() {
        let name = format!("backup-{taken}.db");
        desk.run(["backup", &name]).ends_with(0).says(&[&name, "is in order"]);
        taken += 1;
    }
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "no line of the sample is refused");
    desk.run(["backup", "last.db"]).ends_with(0);
    let mut sizes = Vec::new();
    for name in (0..taken).map(|n| format!("backup-{n}.db")).chain(["last.db".to_owned()]) {
        desk.run(["check", "--db", &name]).ends_with(0).says(&["in order"]);
        sizes.push(events(&desk, &name));
    }
    println!("{taken} backups while the import ran: {sizes:?}");
    assert!(taken > 0 && sizes.is_sorted(), "{sizes:?}");
    assert_eq!(sizes.last(), Some(&events(&desk, "kamnot.db")));
    assert!(unfinished(&desk).is_empty());
}

#[test]
fn a_restored_log_goes_on_where_the_backup_was_taken() {
    let (desk, mut child) = importing();
    desk.run(["backup", "backup.db"]).ends_with(0);
    child.wait().expect("it ends");
    let docket = |db: &str| {
        let at = ["docket", "--court=vte-juvenile-court", "--format=json", "--at", tests::lines::SAMPLE_AT, "--db", db];
        desk.run(at).ends_with(0).out
    };
    let before = docket("kamnot.db");
    desk.run(["restore", "backup.db", "--db", "again.db"]).ends_with(0).says(&["again.db", "the log is in order"]);
    assert_eq!(events(&desk, "again.db"), events(&desk, "backup.db"));
    let actions = sample("actions-300.jsonl");
    desk.run(["import".as_ref(), actions.as_os_str(), "--db".as_ref(), "again.db".as_ref()]).ends_with(0);
    desk.run(["check", "--db", "again.db"]).ends_with(0);
    assert_eq!(docket("again.db"), before);
}

#[test]
fn what_is_there_stays_unless_it_is_to_give_way() {
    let desk = with_a_case();
    desk.write("backup.db", "dear prosecutor");
    desk.run(["backup", "backup.db"]).ends_with(2).complains(&["backup.db is there already"]);
    assert_eq!(std::fs::read(desk.path("backup.db")).expect("the file"), b"dear prosecutor");
    desk.run(["backup", "backup.db", "--replace"]).ends_with(0);
    desk.run(["check", "--db", "backup.db"]).ends_with(0);
    desk.run(["backup", "kamnot.db", "--replace"]).ends_with(1).complains(&["is the log itself"]);
    desk.run(["restore", "backup.db"]).ends_with(2).complains(&["kamnot.db is there already"]);
    // What is left of another database would be taken for a part of this one.
    desk.write("new.db-wal", "left over");
    desk.run(["restore", "backup.db", "--db", "new.db"]).ends_with(2).complains(&["new.db-wal is there already"]);
    assert!(!desk.path("new.db").exists());
    desk.run(["backup", "no/folder/backup.db"]).ends_with(2).complains(&["can't be written"]);
    desk.run(["backup", "b.db", "--db", "none.db"]).ends_with(2).complains(&["there is no log"]);
    assert!(unfinished(&desk).is_empty());
}

#[test]
fn a_backup_of_a_damaged_log_is_none() {
    let desk = with_a_case();
    desk.run(["backup", "good.db"]).ends_with(0);
    let log = rusqlite::Connection::open(desk.path("good.db")).expect("the log");
    log.execute("DELETE FROM events WHERE position = 2", []).expect("one row");
    drop(log);
    let copy = ["backup", "copy.db", "--db", "good.db"];
    desk.run(copy).ends_with(2).complains(&["is not in order", "kamnot check"]);
    desk.run(["restore", "good.db", "--db", "copy.db"]).ends_with(2).complains(&["is not in order"]);
    assert!(!desk.path("copy.db").exists() && unfinished(&desk).is_empty());
}

#[test]
fn a_log_on_a_server_is_backed_up_by_the_servers_own_programs() {
    let desk = Desk::new();
    let db = "postgres://kamnot:hard-to-guess@127.0.0.1:1/kamnot";
    let run = desk.run(["backup", "backup.db", "--db", db]).ends_with(1).complains(&["pg_dump"]);
    assert!(!run.err.contains("hard-to-guess"), "{}", run.err);
    desk.run(["restore", "backup.db", "--db", db]).ends_with(1).complains(&["pg_restore", "kamnot move"]);
}
