//! A log of the format before: it is refused, and brought over into a new file that says the same.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::action::Action;
use engine::randomness::Seed;
use engine::rulebook::Rulebook;
use rusqlite::Connection;
use store::sqlite::SqliteStore;
use store::{CaseStore as _, Fault, LogStore as _, Options};
use tests::first_log::{self, EVENTS};
use tests::made::{self, book};

const HISTORIES: [&str; 2] = [
    include_str!("../fixtures/history-of-every-action.jsonl"),
    include_str!("../fixtures/history-of-the-second-reading.jsonl"),
];

fn bring_over(from: &Path, to: &Path) -> Result<u64, Fault> {
    let mut n = 0;
    let seed = || {
        n += 1;
        Seed([n; 32])
    };
    SqliteStore::bring_over(from, to, Duration::ZERO, seed, |_, _| ())
}

#[test]
fn a_log_of_the_format_before_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    for read_only_will_do in [true, false] {
        std::fs::write(&path, first_log::FILE).unwrap();
        let options = Options { read_only_will_do, ..Options::default() };
        first_log::is_refused(&SqliteStore::open(&path, book(), &options).err().expect("a refusal"), 2);
        assert_eq!(std::fs::read(&path).unwrap(), first_log::FILE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_brought_over_says_what_it_said_and_keeps_what_is_personal_apart() {
    let folder = tempfile::tempdir().unwrap();
    let [old, new] = ["old.db", "new.db"].map(|name| folder.path().join(name));
    std::fs::write(&old, first_log::FILE).unwrap();
    assert_eq!(bring_over(&old, &new), Ok(EVENTS));
    let in_force = SqliteStore::rulebook_in_force(&new).unwrap().expect("a rulebook");
    let store = SqliteStore::open(&new, Arc::new(Rulebook::stored(&in_force).unwrap()), &Options::default()).unwrap();
    assert_eq!(store.check(|_, _| ()).unwrap(), Vec::<String>::new());
    assert_eq!(store.events().await, Ok(EVENTS));
    for history in HISTORIES {
        let mut expected: Vec<Action> = history.lines().map(|line| Action::read(line).unwrap()).collect();
        let case = store.load(&expected[0].case).await.unwrap();
        let mut actions: Vec<Action> = case.actions().cloned().collect();
        for actions in [&mut actions, &mut expected] {
            actions.sort_by_key(|action| action.id);
        }
        assert_eq!(actions, expected);
        let stream = store.stream(case.reference()).await.unwrap();
        assert!(stream.iter().all(|stored| stored.event.engine == 0), "engines were not numbered then");
    }
    let log = Connection::open(&new).unwrap();
    let count = |sql: &str| -> i64 { log.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(
        count("SELECT count(*) FROM events WHERE instr(payload, 'birth_date\":') + instr(payload, '\"ref\"') > 0"),
        0
    );
    assert!(count("SELECT count(*) FROM disclosures") > 10);

    let again = bring_over(&old, &folder.path().join("other.db")).unwrap_err().to_string();
    assert!(again.contains("was moved to") && again.contains("new.db"), "{again}");
    let present = bring_over(&new, &folder.path().join("other.db")).unwrap_err().to_string();
    assert!(present.contains("has the present format"), "{present}");
}

#[test]
fn what_cannot_be_brought_over_is_named_and_nothing_is_left_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let [old, new] = ["old.db", "new.db"].map(|name| folder.path().join(name));
    for (harm, found) in [
        (
            "UPDATE events SET payload = replace(payload, '\"event\"', '\"evend\"') WHERE position = 3",
            "event 3 of its stream",
        ),
        (
            "UPDATE events SET payload = replace(payload, '+07:00', '+06:00') WHERE position = 3",
            "would not say the same",
        ),
        ("UPDATE events SET format = 2 WHERE position = 3", "it is of format 2"),
        ("UPDATE cases SET worst = 'x'", "is not in order"),
    ] {
        std::fs::write(&old, first_log::FILE).unwrap();
        Connection::open(&old).unwrap().execute_batch(harm).unwrap();
        let said = made::refusal(bring_over(&old, &new)).to_string();
        assert!(said.contains(found), "{harm}: {said}");
        assert!(!new.exists(), "{harm}");
        let sealed = "SELECT count(*) FROM meta WHERE key = 'moved_to'";
        let sealed: i64 = Connection::open(&old).unwrap().query_row(sealed, [], |row| row.get(0)).unwrap();
        assert_eq!(sealed, 0, "{harm}");
    }
}
