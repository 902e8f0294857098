//! The embedded store's own: a rebuild gives what was there, and a check finds what is damaged.

use std::path::Path;
use std::sync::Arc;

use engine::decide::Alerts;
use rusqlite::Connection;
use rusqlite::types::Value;
use store::sqlite::SqliteStore;
use store::sqlite::backup::Existing;
use store::{CaseStore, Fault, LogStore as _, Position, WorkShare};
use tests::clock::SetClock;
use tests::made::{self, after_all, delivery, recorder, refusal};

pub type Table = Vec<Vec<Value>>;

/// The rows of the tables that a rebuild makes, and of the one that it must not touch.
pub fn tables(path: &Path) -> [Table; 3] {
    let connection = Connection::open(path).unwrap();
    ["cases", "alerts", "deliveries"].map(|table| {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1")).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    })
}

/// A log of thirty cases, some recorded action by action, some at once, some as history, with deliveries.
pub async fn lived_in(path: &Path) {
    lived_in_of(path, 30).await;
}

/// As [`lived_in`], of so many cases.
pub async fn lived_in_of(path: &Path, cases: usize) {
    let store = Arc::new(made::open(path));
    for n in 0..cases {
        let actions = made::actions(n);
        let case = actions[0].case.clone();
        match n % 3 {
            0 => {
                made::record_as_it_happens(&store, n).await;
            }
            1 => {
                let recorder = recorder(&store, &SetClock::at(after_all()));
                recorder.record(&case, actions, None, Alerts::RaisedAsHistory).await.unwrap();
            }
            _ => {
                let half = actions.into_iter().take(5).collect();
                let recorder = recorder(&store, &SetClock::at(after_all()));
                recorder.record(&case, half, None, Alerts::HeldBack).await.unwrap();
            }
        }
    }
    let outbox = store.outbox(Position(0), usize::MAX).await.unwrap();
    assert!(2 * outbox.len() > cases, "{} alerts", outbox.len());
    let delivered = outbox.iter().step_by(2).zip(1..).map(|(stored, n)| delivery(stored, n)).collect();
    store.delivered(delivered).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_of_a_sound_log_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    lived_in(&path).await;
    let live = tables(&path);
    let store = made::open(&path);
    let mut told = Vec::new();
    let rebuilt = store.rebuild(|done, of| told.push((done, of))).unwrap();
    assert_eq!((rebuilt.cases, rebuilt.differing, rebuilt.differed.len()), (30, 0, 0));
    assert_eq!(told.last(), Some(&(rebuilt.events, rebuilt.events)));
    assert_eq!(tables(&path), live);
    assert_eq!(store.check(|_, _| ()).unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_gives_the_same_bytes_from_nothing_and_from_nonsense() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    lived_in(&path).await;
    let live = tables(&path);
    for harm in [
        "DELETE FROM cases; DELETE FROM alerts",
        "UPDATE cases SET next_due = 5, document = 'x', worst = NULL, version = version + 1; UPDATE alerts SET pending = 1",
        "UPDATE cases SET reference = 'X' WHERE case_key = 2; UPDATE alerts SET addressees = 'x', case_key = 1, recorded_at = 1",
        "INSERT INTO cases (case_key, stream_id, reference, version) VALUES (900, x'00', 'Y', 0);
         INSERT INTO alerts VALUES (1, 1, 'x', 'x', 1, 1, 1), (99999, 1, 'x', 'x', 1, 1, 1)",
    ] {
        Connection::open(&path).unwrap().execute_batch(harm).unwrap();
        let store = made::open(&path);
        assert!(!store.check(|_, _| ()).unwrap().is_empty(), "{harm}");
        let rebuilt = store.rebuild(|_, _| ()).unwrap();
        assert!(rebuilt.differing > 0, "{harm}");
        drop(store);
        assert_eq!(tables(&path), live, "{harm}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_finds_each_kind_of_damage_and_a_rebuild_does_not_build_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound.db");
    lived_in(&sound).await;
    let before = tables(&sound);
    for (harm, finding) in [
        ("DELETE FROM events WHERE position = 3", "position 3 is missing"),
        ("DELETE FROM events WHERE position = 1", "position 1 is missing"),
        ("UPDATE events SET payload = '{}' WHERE position = 2", "position 2: an event of the log can't be read"),
        (
            "UPDATE events SET payload = CAST(x'7bff7d' AS TEXT) WHERE position = 2",
            "position 2: an event of the log can't",
        ),
        (
            "UPDATE events SET payload = replace(payload, 'action_recorded', 'action_forgotten') WHERE position = 1",
            "unknown",
        ),
        ("UPDATE events SET format = 99 WHERE position = 2", "format version 99"),
        ("UPDATE events SET version = 800 WHERE position = 2", "version 2 of its stream is expected, 3 is found"),
        ("UPDATE events SET case_key = 77 WHERE position = 1", "of its stream is expected"),
        ("UPDATE deliveries SET alert_id = x'00' WHERE stream_sequence = 1", "the mark of its delivery can't be read"),
        ("UPDATE rulebooks SET source = CAST(x'ff' AS TEXT)", "the text of the rulebook sha256:"),
    ] {
        let path = folder.path().join("harmed.db");
        std::fs::copy(&sound, &path).unwrap();
        Connection::open(&path).unwrap().execute_batch(harm).unwrap();
        let store = made::open(&path);
        let found = store.check(|_, _| ()).unwrap();
        assert!(found.iter().any(|line| line.contains(finding)), "{harm}: {found:?}");
        let rebuilt = store.rebuild(|_, _| ()).unwrap();
        let is_of_a_case = rebuilt.damage.iter().any(|line| line.starts_with("case ") && line.contains(", event "));
        assert!(is_of_a_case || !harm.contains("events"), "{harm}: {:?}", rebuilt.damage);
        drop(store);
        let [cases, _, _] = tables(&path);
        assert_eq!(cases, before[0], "{harm}");
    }
}

/// One flipped letter of an alert's step, as the last alert of a case's stream has it.
pub const ONE_LETTER: &str = "UPDATE events SET payload = replace(payload, '[\"fact\"', '[\"fabt\"')
    WHERE position = (SELECT max(position) FROM events WHERE payload LIKE '%[\"fact\"%')";

#[tokio::test(flavor = "multi_thread")]
async fn one_flipped_letter_spoils_its_own_case_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    lived_in(&path).await;
    let sound = tables(&path);
    let harm = format!("{ONE_LETTER}; UPDATE cases SET worst = 'none of the words', version = version + 1");
    Connection::open(&path).unwrap().execute_batch(&harm).unwrap();
    let store = Arc::new(made::open(&path));
    let found = store.check(|_, _| ()).unwrap();
    let damage: Vec<&String> = found.iter().filter(|line| line.contains("this program does not know a step")).collect();
    let [damage] = damage[..] else { panic!("{found:?}") };
    let case = damage.strip_prefix("case ").and_then(|line| line.split(',').next()).unwrap();
    assert!(damage.contains(", event ") && damage.contains(" of its stream, position "), "{damage}");

    let rebuilt = store.rebuild(|_, _| ()).unwrap();
    assert_eq!((rebuilt.damage, rebuilt.differing), (vec![damage.clone()], 29));
    assert_eq!(store.check(|_, _| ()).unwrap(), std::slice::from_ref(damage));
    let differing = |n: usize| tables(&path)[n].iter().zip(&sound[n]).filter(|(now, then)| now != then).count();
    assert_eq!((differing(0), differing(1), differing(2)), (1, 0, 0));

    for reference in store.cases().await.unwrap() {
        let loaded = store.load(&reference).await;
        assert_eq!(loaded.is_err(), reference.as_str() == case, "{reference}: {loaded:?}");
    }
    let copy = folder.path().join("copy.db");
    let wait = std::time::Duration::from_secs(1);
    let copied =
        SqliteStore::copy(&path, &copy, Existing::Stays, &made::book(), wait, made::after_all(), |_, _, _| ()).unwrap();
    assert_eq!(copied.damage, std::slice::from_ref(damage));
    let again =
        SqliteStore::copy(&path, &copy, Existing::GivesWay, &made::book(), wait, made::after_all(), |_, _, _| ());
    assert!(matches!(refusal(again), Fault::Corrupt(said) if said.contains("name another file")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_cannot_be_read_is_passed_over_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    lived_in(&path).await;
    let sound = made::open(&path).outbox(Position(0), usize::MAX).await.unwrap();
    // The first ones, so that whole pages hold nothing else.
    let spoilt: Vec<Position> = sound.iter().take(3).map(|stored| stored.position).collect();
    let connection = Connection::open(&path).unwrap();
    for position in &spoilt {
        connection.execute("UPDATE events SET payload = '{}' WHERE position = ?1", [position.0]).unwrap();
    }
    let store = made::open(&path);
    assert_eq!(store.outbox(Position(0), 2).await.unwrap(), sound[3..5]);
    assert_eq!(store.outbox(Position(0), usize::MAX).await.unwrap(), sound[3..]);
    let backlog = store.backlog().await.unwrap();
    assert_eq!((backlog.unreadable, backlog.waiting), (3, sound.len() as u64));
    assert!(
        spoilt.iter().all(|at| store
            .check(|_, _| ())
            .unwrap()
            .iter()
            .any(|line| line.contains(&format!("position {}:", at.0))))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_was_altered_answers_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound.db");
    lived_in(&sound).await;
    for harm in [
        "UPDATE cases SET next_due = next_due + 1 WHERE next_due NOT NULL",
        "UPDATE cases SET worst = NULL WHERE worst NOT NULL",
        "UPDATE cases SET version = version + 1",
        "UPDATE cases SET recorded_at = NULL",
        "UPDATE cases SET legal_aid = 'x'",
        "UPDATE cases SET document = replace(document, '1', '2')",
        "UPDATE cases SET document = CAST(x'ff' AS TEXT)",
        "UPDATE cases SET prosecutor = CAST(x'ff' AS TEXT)",
        "UPDATE cases SET reference = CAST(x'ff' AS TEXT)",
        "UPDATE cases SET reference = 'X' WHERE case_key = 3",
        "UPDATE cases SET digest = digest + 1",
    ] {
        let path = folder.path().join("harmed.db");
        std::fs::copy(&sound, &path).unwrap();
        Connection::open(&path).unwrap().execute_batch(harm).unwrap();
        let store = made::open(&path);
        let fault = refusal(store.views(Box::new(|_| ())).await);
        let names = |said: &str| said.contains("the view of the case ") && said.contains("`kamnot rebuild`");
        assert!(matches!(&fault, Fault::Corrupt(said) if names(said)), "{harm}: {fault}");
        assert!(!store.check(|_, _| ()).unwrap().is_empty(), "{harm}");
        assert!(store.due(after_all(), 100, WorkShare::ALL).await.is_ok(), "{harm}");
        assert!(store.rebuild(|_, _| ()).unwrap().differing > 0, "{harm}");
        assert!(store.views(Box::new(|_| ())).await.is_ok(), "{harm}");
        drop(store);
        assert_eq!(tables(&path), tables(&sound), "{harm}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_finds_bytes_that_the_disk_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    lived_in(&path).await;
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let found = made::try_open(&path, &store::sqlite::Options::default()).and_then(|store| store.check(|_, _| ()));
    assert!(!matches!(&found, Ok(found) if found.is_empty()), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_meets_a_stray_alert_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let store = Arc::new(made::open(&path));
    let strays = "WITH RECURSIVE p(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM p WHERE n < 200)
                  INSERT INTO alerts SELECT n, 1, 'x', 'x', 1, 1, 0 FROM p";
    Connection::open(&path).unwrap().execute_batch(strays).unwrap();
    let before = tables(&path);
    let (actions, recorder) = (made::actions(0), recorder(&store, &SetClock::at(after_all())));
    let case = actions[0].case.clone();
    let fault = refusal(recorder.record(&case, actions, None, Alerts::Raised).await);
    assert!(matches!(&fault, Fault::Corrupt(said) if said.contains("kamnot rebuild")), "{fault}");
    assert_eq!(tables(&path), before);
    assert_eq!(store.load(&case).await.unwrap().version(), 0);
    assert_eq!(store.rebuild(|_, _| ()).unwrap().differing, 200);
    made::record_case(&store, 0).await;
    assert_eq!(store.check(|_, _| ()).unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_event_is_an_error_for_its_case_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    lived_in(&path).await;
    Connection::open(&path).unwrap().execute_batch("UPDATE events SET payload = '{}' WHERE position = 1").unwrap();
    let store = made::open(&path);
    let fault = refusal(store.load(&made::opening(0).0).await);
    assert!(matches!(&fault, Fault::Corrupt(said) if said.contains("event 1 of its stream")), "{fault}");
    assert!(store.load(&made::opening(1).0).await.unwrap().version() > 0);
}
