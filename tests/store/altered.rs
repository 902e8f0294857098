//! One byte of a log is altered, anywhere: nothing panics, the check names it, and every other case goes on.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::action::CaseRef;
use engine::case::{Case, Event};
use engine::rulebook::{Language, Rulebooks};
use projections::CaseView;
use projections::message::message;
use projections::timeline::{Why, timeline};
use projections::view::Seat;
use rusqlite::{Connection, params};
use service::reconcile::{Pace, Reconciler, Terms, WithoutNats};
use store::alerts::AlertsTo;
use store::sqlite::{Options, SqliteStore};
use store::{CaseStore, Fault, LogStore, Position, WorkShare};
use tests::clock::SetClock;
use tests::made::{after_all, book, office, recorder, try_open};

use crate::damage::{lived_in_of, tables};

/// How many bytes are altered, each in a log of its own.
const RUNS: u64 = 120;

/// What can be altered, the more interesting more often.
const COLUMNS: [(&str, &str); 23] = [
    ("events", "payload"),
    ("events", "payload"),
    ("events", "payload"),
    ("events", "payload"),
    ("events", "payload"),
    ("events", "payload"),
    ("events", "payload"),
    ("events", "format"),
    ("events", "version"),
    ("cases", "document"),
    ("cases", "document"),
    ("cases", "reference"),
    ("cases", "stream_id"),
    ("cases", "prosecutor"),
    ("cases", "worst"),
    ("cases", "next_due"),
    ("cases", "recorded_at"),
    ("cases", "digest"),
    ("alerts", "recorded_at"),
    ("alerts", "pending"),
    ("deliveries", "alert_id"),
    ("rulebooks", "source"),
    ("meta", "value"),
];

/// Numbers that look random, the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % most as u64).unwrap()
    }
}

/// What was altered.
#[derive(Debug)]
struct Harm {
    table: &'static str,
    column: &'static str,
    row: i64,
    /// The case of the altered event.
    case: Option<CaseRef>,
}

/// Flips one bit of a column of a row, past everything that a program would refuse; none where there is nothing to flip.
fn alter(path: &Path, random: &mut Random) -> Option<Harm> {
    let (table, column) = COLUMNS[random.below(COLUMNS.len())];
    let connection = Connection::open(path).unwrap();
    let rows: i64 = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
    let nth = i64::try_from(random.below(usize::try_from(rows).unwrap())).unwrap();
    let sql = format!("SELECT rowid, CAST({column} AS BLOB), typeof({column}) FROM {table} LIMIT 1 OFFSET ?1");
    let (row, bytes, kind): (i64, Option<Vec<u8>>, String) =
        connection.query_row(&sql, [nth], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    let mut bytes = bytes.filter(|bytes| !bytes.is_empty())?;
    let reference = "SELECT reference FROM cases c JOIN events e ON e.case_key = c.case_key WHERE e.position = ?1";
    let case = (table == "events").then(|| connection.query_row(reference, [row], |row| row.get::<_, String>(0)));
    let case = case.and_then(|case| CaseRef::new(&case.unwrap()));
    let at = random.below(bytes.len());
    let altered = if kind == "integer" {
        let number: i64 = String::from_utf8(bytes).unwrap().parse().unwrap();
        let flipped = number ^ (1 << random.below(63));
        connection.execute(&format!("UPDATE {table} SET {column} = ?2 WHERE rowid = ?1"), params![row, flipped])
    } else {
        bytes[at] ^= 1 << random.below(8);
        let kind = if kind == "text" { "TEXT" } else { "BLOB" };
        let sql = format!("UPDATE {table} SET {column} = CAST(?2 AS {kind}) WHERE rowid = ?1");
        connection.execute(&sql, params![row, bytes])
    };
    // Not what the tables themselves refuse.
    altered.ok()?;
    Some(Harm { table, column, row, case })
}

/// A fault that says that what was asked for is damaged, and nothing else: a thread that panicked is another one.
#[track_caller]
fn damaged<T>(outcome: Result<T, Fault>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(Fault::Corrupt(_)) => None,
        Err(fault) => panic!("{fault}"),
    }
}

/// Everything that a reader can ask about a case.
async fn asked(store: &SqliteStore, case: &CaseRef, shelf: &Rulebooks) -> Option<Arc<Case>> {
    let stream = damaged(store.stream(case).await);
    if let Some(stream) = stream {
        let log: Vec<Event> = stream.into_iter().map(|stored| stored.event).collect();
        for event in &log {
            message(case, event, shelf.book(event.rulebook), "here");
        }
        for language in [Language::En, Language::Lo] {
            for entry in timeline(&Case::fold(&log), &log, &book(), shelf, after_all(), language, Why::Told) {
                entry.to_json().write(&mut String::new());
            }
        }
    }
    damaged(store.load(case).await)
}

async fn views(store: &SqliteStore) -> Option<BTreeMap<CaseRef, CaseView>> {
    let (sender, found) = std::sync::mpsc::channel();
    damaged(store.views(Box::new(move |view| drop(sender.send(view)))).await)?;
    Some(found.into_iter().map(|view| (view.case.clone(), view)).collect())
}

async fn reconciled(store: &Arc<SqliteStore>) {
    let reconciler = Reconciler {
        store: Arc::clone(store) as Arc<dyn LogStore>,
        book: book(),
        clock: SetClock::at(after_all()),
        alerts: None,
        installation: "here".to_owned(),
        terms: Terms { patience: Duration::ZERO, without_nats: WithoutNats::JudgeByMarks, pace: Pace::Full },
    };
    let result = reconciler.run(after_all(), &(Arc::new(|_, _| ()) as _)).await;
    assert!(result.is_ok() || result.as_ref().is_err_and(|fault| fault.to_string().contains("damage")), "{result:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_altered_byte_stops_nothing_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (sound, path) = (folder.path().join("sound.db"), folder.path().join("log.db"));
    lived_in_of(&sound, 6).await;
    let shelf = Rulebooks::new(book(), [book().source().to_owned()]);
    let store = try_open(&sound, &Options::default()).unwrap();
    let mut cases = BTreeMap::new();
    for case in store.cases().await.unwrap() {
        let known = asked(&store, &case, &shelf).await.unwrap();
        cases.insert(case, known);
    }
    let sound_views = views(&store).await.unwrap();
    drop(store);
    let sound_tables = tables(&sound);
    for key in ["keys", "master-key"] {
        std::fs::copy(sound.with_extension(format!("db.{key}")), path.with_extension(format!("db.{key}"))).unwrap();
    }
    let mut found_in = BTreeMap::new();
    for seed in 0..RUNS {
        std::fs::copy(&sound, &path).unwrap();
        let Some(harm) = alter(&path, &mut Random(seed)) else { continue };
        let Some(store) = damaged(try_open(&path, &Options::default())) else { continue };
        let store = Arc::new(store);
        let found =
            damaged(LogStore::check(&*store, Arc::new(|_, _| ())).await).unwrap_or_else(|| panic!("{seed}: {harm:?}"));
        *found_in.entry((harm.table, harm.column, found.is_empty())).or_insert(0) += 1;
        for (case, known) in &cases {
            let now = asked(&store, case, &shelf).await;
            let is_own = harm.case.as_ref() == Some(case) || harm.table == "cases";
            assert!(is_own || now.as_ref() == Some(known), "{seed}: {case} is not as it was: {harm:?}");
        }
        let now = views(&store).await;
        assert!(now.is_none_or(|now| now == sound_views), "{seed}: an altered view was handed out: {harm:?}");
        assert!(!found.is_empty() || harm.table != "cases" && harm.table != "alerts", "{seed}: {harm:?}");
        let to = AlertsTo { seat: Seat::Prosecutor, office: office("vte-prosecutor"), since: None, until: None };
        if let Some(places) = damaged(store.alerts(&to).await) {
            damaged(store.at(&places).await);
        }
        let mut after = Position(0);
        while let Some(last) = store.outbox(after, 3).await.unwrap().last() {
            after = last.position;
        }
        reconciled(&store).await;
        let rebuilt =
            store.rebuild(|_, _| ()).unwrap_or_else(|fault| panic!("{seed}: row {}: {harm:?}: {fault}", harm.row));
        if harm.table == "cases" || harm.table == "alerts" {
            assert_eq!((tables(&path), rebuilt.damage.len()), (sound_tables.clone(), 0), "{seed}: {harm:?}");
        }
        let due = store.due(after_all().plus(1), 1000, WorkShare::ALL).await.unwrap();
        let due = due.into_iter().map(|due| due.case).collect();
        let told = recorder(&store, &SetClock::at(after_all().plus(1))).tick_all(due).await;
        for (case, outcome) in told {
            assert!(damaged(outcome).is_some() || harm.case.as_ref() == Some(&case), "{seed}: {harm:?}");
        }
    }
    eprintln!("altered, by table, column and whether the check was silent: {found_in:#?}");
}
