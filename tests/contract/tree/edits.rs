//! What somebody edits in the log by hand, with all views made anew, and what is said of it.

use std::process::Command;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::case::Commitment;
use rusqlite::Connection;
use scenarios::servers::postgres::binary;
use serde_json::Value;
use service::clock::Clock;
use service::reconcile::{Pace, Reconciler, Terms, WithoutNats};
use sha2::{Digest as _, Sha256};
use store::place::LogPlace;
use store::tree::Checkpoint;
use store::{LogStore, Position, Stored};
use tests::clock::SetClock;
use tests::made::{after_all, book, nothing_told};

use super::{AT, assert_agrees, grown};

tests::on_each_log!(
    who_recorded_an_event_is_not_changed_unnoticed,
    when_an_event_was_recorded_is_not_changed_unnoticed,
    an_order_number_is_not_changed_unnoticed,
    the_last_event_is_not_deleted_unnoticed,
    a_middle_event_is_not_deleted_unnoticed_though_the_numbers_are_closed_up,
    a_case_is_not_deleted_unnoticed,
    a_log_that_was_written_anew_is_not_that_of_a_checkpoint_of_before,
    the_rows_of_the_tree_are_not_changed_unnoticed,
);

/// Takes the tree away, so that it is made anew from the events.
pub(crate) const WITHOUT_TREE: &str =
    "DELETE FROM tree_leaves; DELETE FROM tree_nodes; DELETE FROM tree_map; DELETE FROM checkpoints;
        UPDATE tree_state SET size = 0, taken = 0, events = 0, own = 0";

/// Has each store do what stands there for it.
pub(crate) fn edit(place: &LogPlace, in_file: &str, in_database: &str) {
    match place {
        LogPlace::File(path) => Connection::open(path).unwrap().execute_batch(in_file).unwrap(),
        LogPlace::Postgres(url) => {
            let edited =
                Command::new(binary("psql")).args(["-v", "ON_ERROR_STOP=1", "-qXc", in_database, url]).output();
            let edited = edited.unwrap();
            assert!(edited.status.success(), "{}", String::from_utf8_lossy(&edited.stderr));
        }
    }
}

/// What check and reconciliation say, which have to say the same of the log, behind a rebuild.
async fn said(place: &LogPlace) -> Vec<String> {
    let log = super::open(place).await;
    log.rebuild(nothing_told()).await.unwrap();
    let said = log.check(nothing_told()).await.unwrap();
    let reconciler = Reconciler {
        store: Arc::clone(&log),
        book: book(),
        clock: SetClock::at(after_all()) as Arc<dyn Clock>,
        alerts: None,
        installation: log.installation().to_string(),
        terms: Terms { patience: std::time::Duration::ZERO, without_nats: WithoutNats::JudgeByMarks, pace: Pace::Full },
    };
    let result = reconciler.run(after_all(), &nothing_told()).await.unwrap();
    let differences: Vec<String> = result.differences.first.into_iter().map(|difference| difference.found).collect();
    for found in said.iter().take(20) {
        assert!(differences.contains(found), "the reconciliation does not say: {found}; it says {differences:?}");
    }
    said
}

/// What is said in one line, which names a case, one of its events, and what is wrong.
#[track_caller]
fn assert_says(said: &[String], case: &str, event: u32, what: &str) {
    let [line] = said else { panic!("{said:#?}") };
    let named = format!("case {case}, event {event} of its stream");
    assert!(line.starts_with(&named) && line.contains(what), "{line}");
}

/// Replaces a piece of the JSON of the event at a position.
fn replace(place: &LogPlace, position: i64, from: &str, to: &str) {
    let in_file = format!("UPDATE events SET payload = replace(payload, '{from}', '{to}') WHERE position = {position}");
    let spaced = |text: &str| text.replacen("\":", "\": ", 1);
    let in_database = format!(
        "UPDATE case_events SET payload = replace(payload::text, '{}', '{}')::jsonb WHERE position = {position}",
        spaced(from),
        spaced(to)
    );
    edit(place, &in_file, &in_database);
}

/// Changes who recorded an event; which.
pub(crate) async fn change_who_recorded(place: &LogPlace, log: &dyn LogStore) -> Stored {
    let event = log.log(Position(0), usize::MAX).await.unwrap().remove(3);
    let by = format!("\"recorded_by\":\"{}\"", event.event.recorded_by);
    replace(place, event.position.0, &by, "\"recorded_by\":\"somebody-else\"");
    event
}

async fn who_recorded_an_event_is_not_changed_unnoticed(place: &LogPlace) {
    let (log, _) = grown(place, 4).await;
    assert_agrees(log.as_ref()).await;
    let event = change_who_recorded(place, log.as_ref()).await;
    assert_says(&said(place).await, event.case.as_str(), event.version, "its content was altered");
}

/// Has an event recorded nine months earlier; which.
pub(crate) async fn change_when_recorded(place: &LogPlace, log: &dyn LogStore) -> Stored {
    let event = log.log(Position(0), usize::MAX).await.unwrap().remove(0);
    let at = |at: engine::calendar::Instant| format!("\"recorded_at\":\"{at}\"");
    let earlier = event.event.recorded_at.plus(-270 * 86_400);
    replace(place, event.position.0, &at(event.event.recorded_at), &at(earlier));
    let occurred = format!("UPDATE case_events SET occurred_on = '{earlier}' WHERE position = {}", event.position.0);
    edit(place, "", &occurred);
    event
}

async fn when_an_event_was_recorded_is_not_changed_unnoticed(place: &LogPlace) {
    let (log, _) = grown(place, 4).await;
    let event = change_when_recorded(place, log.as_ref()).await;
    assert_says(&said(place).await, event.case.as_str(), event.version, "it says another time of recording");
}

/// Changes the number of an order; of which event. It is in a disclosure: who changes it makes that anew, and the commitment in the
/// event with it.
pub(crate) async fn change_an_order_number(place: &LogPlace, log: &dyn LogStore) -> Stored {
    let events = log.log(Position(0), usize::MAX).await.unwrap();
    let opened = |commitment: &Commitment| -> Value {
        let disclosure = URL_SAFE_NO_PAD.decode(commitment.disclosure().unwrap()).unwrap();
        serde_json::from_slice(&disclosure).unwrap()
    };
    let of_event = |stored: &Stored| {
        let mut commitments = stored.event.commitments.iter();
        commitments.find(|commitment| opened(commitment)[1] == "number").cloned()
    };
    let (stored, number) = events.iter().find_map(|stored| Some((stored, of_event(stored)?))).expect("an order");
    let mut altered = opened(&number);
    altered[2] = "1/2020".into();
    let disclosure = URL_SAFE_NO_PAD.encode(altered.to_string());
    let digest = Sha256::digest(&disclosure);
    replace(place, stored.position.0, &number.digest_text(), &URL_SAFE_NO_PAD.encode(digest));
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let (old, new) = (hex(number.digest()), hex(&digest));
    edit(
        place,
        &format!(
            "UPDATE disclosures SET digest = X'{new}', bytes = CAST('{disclosure}' AS BLOB) WHERE digest = X'{old}'"
        ),
        &format!("UPDATE disclosures SET digest = '\\x{new}', bytes = '{disclosure}' WHERE digest = '\\x{old}'"),
    );
    stored.clone()
}

async fn an_order_number_is_not_changed_unnoticed(place: &LogPlace) {
    let (log, _) = grown(place, 12).await;
    let event = change_an_order_number(place, log.as_ref()).await;
    let (mut lines, name) = (said(place).await, format!("case {}, event {} of", event.case, event.version));
    // Without the case's key nobody encrypts the new disclosure: that is said as well.
    let undisclosed = lines.extract_if(.., |line| line.contains("its disclosure is missing, or was altered"));
    assert!(undisclosed.collect::<Vec<String>>()[0].starts_with(&name));
    assert_says(&lines, event.case.as_str(), event.version, "its content was altered");
}

/// Deletes the last event; which.
pub(crate) async fn delete_the_last_event(place: &LogPlace, log: &dyn LogStore) -> Stored {
    let event = log.log(Position(0), usize::MAX).await.unwrap().pop().unwrap();
    let at = event.position.0;
    let in_file = format!("DELETE FROM events WHERE position = {at}; DELETE FROM alerts WHERE position = {at}");
    let in_database =
        format!("DELETE FROM case_events WHERE position = {at}; DELETE FROM alerts WHERE position = {at}");
    edit(place, &in_file, &in_database);
    event
}

async fn the_last_event_is_not_deleted_unnoticed(place: &LogPlace) {
    let (log, _) = grown(place, 4).await;
    let event = delete_the_last_event(place, log.as_ref()).await;
    assert_says(&said(place).await, event.case.as_str(), event.version, "it is missing in the log");
}

/// Deletes an event, and closes up the numbers behind it; which.
pub(crate) async fn delete_a_middle_event(place: &LogPlace, log: &dyn LogStore) -> Stored {
    let mut events = log.log(Position(0), usize::MAX).await.unwrap();
    // One that nothing is built upon: the views are in order without it.
    let last = events.iter().rposition(|stored| stored.event.fact.alert().is_none()).unwrap();
    let event = events.swap_remove(last);
    let (at, version, stream) = (event.position.0, event.version, event.case.stream_id());
    let key = format!("(SELECT case_key FROM events WHERE position = {at})");
    let in_file = format!(
        "BEGIN; CREATE TEMP TABLE which AS SELECT {key} AS key; DELETE FROM alerts; DELETE FROM events WHERE position = {at};
         UPDATE events SET version = version - 1 WHERE version > {version} AND case_key = (SELECT key FROM which);
         UPDATE events SET position = -position WHERE position > {at};
         UPDATE events SET position = -position - 1 WHERE position < 0; COMMIT"
    );
    let in_database = format!(
        "DELETE FROM alerts; DELETE FROM case_events WHERE position = {at};
         UPDATE case_events SET sequence_number = -sequence_number WHERE sequence_number > {version} AND aggregate_id = '{stream}';
         UPDATE case_events SET sequence_number = -sequence_number - 1 WHERE sequence_number < 0"
    );
    edit(place, &in_file, &in_database);
    event
}

async fn a_middle_event_is_not_deleted_unnoticed_though_the_numbers_are_closed_up(place: &LogPlace) {
    let (log, _) = grown(place, 4).await;
    let events = log.log(Position(0), usize::MAX).await.unwrap();
    let event = delete_a_middle_event(place, log.as_ref()).await;
    let behind = events.iter().filter(|stored| stored.case == event.case && stored.version > event.version).count();
    let said = said(place).await;
    assert!(said.len() >= behind.max(1), "{said:#?}");
    let named = format!("case {}, event {} of its stream", event.case, event.version);
    assert!(said.iter().any(|line| line.starts_with(&named)), "{named}: {said:#?}");
}

async fn a_case_is_not_deleted_unnoticed(place: &LogPlace) {
    let (log, _) = grown(place, 4).await;
    let events = log.log(Position(0), usize::MAX).await.unwrap();
    let gone = events[0].case.clone();
    let many = events.iter().filter(|stored| stored.case == gone).count();
    let key = format!("(SELECT case_key FROM cases WHERE reference = '{gone}')");
    // The last case, whose positions nobody has to close up.
    let in_file = format!(
        "DELETE FROM alerts; DELETE FROM events WHERE case_key = {key};
        DELETE FROM cases WHERE reference = '{gone}';
        UPDATE events SET position = position - (SELECT min(position) - 1 FROM events)"
    );
    let stream = gone.stream_id();
    let in_database = format!(
        "DELETE FROM alerts; DELETE FROM case_events WHERE aggregate_id = '{stream}';
        DELETE FROM cases WHERE stream_id = '{stream}'"
    );
    edit(place, &in_file, &in_database);
    let said = said(place).await;
    let missing = said.iter().filter(|line| line.starts_with("a case that the log has no more, event "));
    assert_eq!(missing.count(), many, "{said:#?}");
}

/// By somebody who has the tree's tables too: the log agrees with its tree, and with nothing that was kept elsewhere.
async fn a_log_that_was_written_anew_is_not_that_of_a_checkpoint_of_before(place: &LogPlace) {
    let (log, Checkpoint { size, root, .. }) = grown(place, 4).await;
    let event = log.log(Position(0), usize::MAX).await.unwrap().remove(1);
    let by = format!("\"recorded_by\":\"{}\"", event.event.recorded_by);
    replace(place, event.position.0, &by, "\"recorded_by\":\"somebody-else\"");
    edit(place, WITHOUT_TREE, WITHOUT_TREE);
    drop(log);
    let log = super::open(place).await;
    let mut integrator = store::tree::Integrator::default();
    super::grow(log.as_ref(), &mut integrator, 1000).await;
    log.make_checkpoint(&mut integrator, AT).await.unwrap().unwrap();
    assert_agrees(log.as_ref()).await;
    let found = log.tree_hashes(&evidence::tree::Plan::root(size)).await.unwrap().pop().unwrap();
    assert_ne!(found, root);
}

async fn the_rows_of_the_tree_are_not_changed_unnoticed(place: &LogPlace) {
    let (log, _) = grown(place, 16).await;
    assert!(log.tree_standing().await.unwrap().size > 256, "a row of nodes");
    let edits = [
        ("UPDATE checkpoints SET root = zeroblob(32)", "UPDATE checkpoints SET root = decode(repeat('00', 32), 'hex')"),
        (
            "UPDATE tree_nodes SET hashes = zeroblob(32)",
            "UPDATE tree_nodes SET hashes = decode(repeat('00', 32), 'hex')",
        ),
        ("UPDATE tree_map SET page = zeroblob(40)", "UPDATE tree_map SET page = decode(repeat('00', 40), 'hex')"),
        ("DELETE FROM tree_map", "DELETE FROM tree_map"),
        (
            "UPDATE tree_leaves SET leaves = zeroblob(50)",
            "UPDATE tree_leaves SET leaves = decode(repeat('00', 50), 'hex')",
        ),
        ("DELETE FROM tree_leaves", "DELETE FROM tree_leaves"),
        ("UPDATE tree_state SET size = size - 2", "UPDATE tree_state SET size = size - 2"),
    ];
    for (in_file, in_database) in edits {
        let tables = ["checkpoints", "tree_nodes", "tree_map", "tree_leaves", "tree_state"];
        let keep: String = tables.map(|table| format!("CREATE TABLE kept_{table} AS SELECT * FROM {table};")).concat();
        let back = tables.map(|table| {
            format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}; DROP TABLE kept_{table};")
        });
        edit(place, &keep, &keep);
        edit(place, in_file, in_database);
        let found = log.check_tree().await.unwrap();
        assert!(!found.is_empty() && found[0].starts_with("the log's tree: "), "{in_file}: {found:?}");
        edit(place, &back.concat(), &back.concat());
        assert_eq!(log.check_tree().await.unwrap(), Vec::<String>::new(), "behind {in_file}");
    }
}
