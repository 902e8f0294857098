//! A damaged log on PostgreSQL: each damage is named, and spoils its own case alone.

use std::sync::Arc;
use std::time::Duration;

use engine::rulebook::Rulebook;
use scenarios::servers::database::Database;
use store::postgres::PostgresStore;
use store::{CaseStore as _, Fault, LogStore as _, Options, Position, WorkShare};
use tests::earlier;
use tests::made::{after_all, book, nothing_told, record_case, refusal};

use crate::world::open;

const WAIT: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn one_flipped_letter_spoils_its_own_case_alone() {
    let database = Database::create();
    let store = Arc::new(open(&database.url()).await);
    for n in 0..6 {
        record_case(&store, n).await;
    }
    let sound = store.outbox(Position(0), 10_000).await.unwrap();
    assert_eq!(store.check(nothing_told()).await.unwrap(), Vec::<String>::new());
    // The first that waits: nothing behind it may wait for it.
    let spoilt = &sound[0];
    database.sql(&format!(
        "UPDATE case_events SET payload = jsonb_set(payload, '{{data,owed_by}}', '\"investigatos\"') WHERE position = {}",
        spoilt.position.0
    ));
    database.sql("UPDATE cases SET worst = NULL, version = version + 1");
    drop(store);
    let store = Arc::new(open(&database.url()).await);
    let damage =
        |found: &[String]| -> Vec<String> { found.iter().filter(|line| line.contains(", event ")).cloned().collect() };
    let named = damage(&store.check(nothing_told()).await.unwrap());
    let [line] = &named[..] else { panic!("{named:?}") };
    let (case, at) =
        (format!("case {}, event {}", spoilt.case, spoilt.version), format!("position {}:", spoilt.position.0));
    assert!(line.contains(&case) && line.contains(&at), "{line}");
    let rebuilt = store.rebuild(nothing_told()).await.unwrap();
    assert_eq!((&rebuilt.damage, rebuilt.differing), (&named, 5));
    assert_eq!(store.check(nothing_told()).await.unwrap(), named);

    assert_eq!(store.outbox(Position(0), 1).await.unwrap(), sound[1..2]);
    assert_eq!(store.outbox(Position(0), 10_000).await.unwrap(), sound[1..]);
    assert_eq!(store.backlog().await.unwrap().unreadable, 1);
    for case in store.cases().await.unwrap() {
        assert_eq!(store.load(&case).await.is_err(), case == spoilt.case, "{case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_was_altered_answers_nobody() {
    let database = Database::create();
    let store = Arc::new(open(&database.url()).await);
    for n in 0..3 {
        record_case(&store, n).await;
    }
    for harm in [
        "UPDATE cases SET recorded_at = NULL",
        "UPDATE cases SET version = version + 1",
        "UPDATE cases SET legal_aid = 'x'",
        "UPDATE cases SET worst = 'unheard of'",
        "UPDATE cases SET document = replace(document, '1', '2')",
        "UPDATE cases SET reference = reference || 'X'",
    ] {
        database.sql(harm);
        let fault = refusal(store.views(Box::new(|_| ())).await);
        assert!(matches!(&fault, Fault::Corrupt(said) if said.contains("`kamnot rebuild`")), "{harm}: {fault}");
        assert!(store.due(after_all(), 100, WorkShare::ALL).await.is_ok(), "{harm}");
        assert!(!store.check(nothing_told()).await.unwrap().is_empty(), "{harm}");
        assert_eq!(store.rebuild(nothing_told()).await.unwrap().differing, 3, "{harm}");
        assert!(store.views(Box::new(|_| ())).await.is_ok(), "{harm}");
    }
    let text = "UPDATE rulebooks SET source = source || '#'";
    database.sql(text);
    let fault = refusal(PostgresStore::rulebook_in_force(&database.url(), WAIT).await);
    assert!(matches!(&fault, Fault::Corrupt(said) if said.contains("was altered")), "{fault}");
    assert_eq!(store.check(nothing_told()).await.unwrap().len(), 1);
    assert_eq!(store.rebuild(nothing_told()).await.unwrap().differing, 1);
    assert_eq!(store.check(nothing_told()).await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_under_a_rulebook_that_lacks_a_rule_goes_on_and_adopts() {
    let database = Database::create();
    let source = earlier::rulebook();
    let earlier_book = Arc::new(Rulebook::stored(&source).unwrap());
    let options = Options { create: true, ..Options::default() };
    let store = PostgresStore::open(&database.url(), Arc::clone(&earlier_book), &options).await.unwrap();
    earlier::goes_on(&Arc::new(store), &earlier_book).await;
    assert_eq!(PostgresStore::rulebook_in_force(&database.url(), WAIT).await.unwrap(), Some(source));
    let adopted = PostgresStore::adopt(&database.url(), book(), &options, nothing_told()).await;
    earlier::is_told_what_it_lacked(&Arc::new(adopted.unwrap().0)).await;
}
