//! The tables of a log: made once, for whoever starts, and nothing of others touched.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use engine::rulebook::Language;
use projections::rights::Role;
use scenarios::servers::database::Database;
use scenarios::servers::postgres::{Cluster, binary};
use store::people::{Feed, PeopleStore as _, Session, Token};
use store::postgres::PostgresStore;
use store::{CaseStore as _, Fault, LogStore as _, Options, Position};
use tests::made::{self, delivery, nothing_told, record_case, refusal};
use uuid::Uuid;

use crate::world::{open, try_open};

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_laid_out_once_however_many_start_together() {
    let database = Database::create();
    let starting: Vec<_> = (0..8)
        .map(|_| {
            let url = database.url();
            tokio::spawn(async move { open(&url).await })
        })
        .collect();
    let mut stores = Vec::new();
    for store in starting {
        stores.push(store.await.unwrap());
    }
    assert!(stores.iter().all(|store| store.installation() == stores[0].installation()));
    assert_eq!(database.sql("SELECT count(*) FROM meta WHERE key = 'installation'"), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_may_have_any_name() {
    let database = Database::create();
    database.sql(&format!(
        "CREATE SCHEMA \"Case Log-1\"; ALTER DATABASE {} SET search_path = \"Case Log-1\", public",
        database.name()
    ));
    let store = Arc::new(open(&database.url()).await);
    record_case(&store, 0).await;
    drop(store);
    assert_eq!(open(&database.url()).await.cases().await.unwrap(), [made::opening(0).0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_further_down_the_search_path_is_found_and_no_second_one_begun() {
    let database = Database::create();
    let store = Arc::new(open(&database.url()).await);
    record_case(&store, 0).await;
    // A schema that comes first from now on.
    database.sql("CREATE SCHEMA kamnot");
    assert_eq!(open(&database.url()).await.installation(), store.installation());
    assert_eq!(database.sql("SELECT count(*) FROM pg_class WHERE relname = 'case_events'"), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_another_program_are_refused_and_kept() {
    let all = "CREATE TABLE case_events (x int); CREATE TABLE alerts (x int); CREATE TABLE deliveries (x int);
               CREATE TABLE rulebooks (x int); CREATE TABLE processes (x int); CREATE TABLE cases (x int);";
    for (n, tables) in [
        "CREATE TABLE cases (x int)".to_owned(),
        format!("{all} CREATE TABLE meta (x int)"),
        format!("{all} CREATE TABLE meta (key int, value int); INSERT INTO meta VALUES (1, 1)"),
        format!("{all} CREATE TABLE meta (key text, value text); INSERT INTO meta VALUES ('application', 'other')"),
    ]
    .into_iter()
    .enumerate()
    {
        let database = Database::create();
        database.sql(&tables);
        let options = Options { create: true, ..Options::default() };
        let fault = refusal(try_open(&database.url(), &options).await);
        assert!(matches!(&fault, Fault::Corrupt(said) if said.contains("another program")), "{n}: {fault}");
        let left = database.sql("SELECT count(*) FROM pg_class WHERE relname = 'cases_by_due'");
        assert_eq!(left, "0");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_another_layout_is_refused_by_name_also_where_it_lacks_tables() {
    let database = Database::create();
    drop(open(&database.url()).await);
    let newer = ["has layout 4", "reads layout 3", "use the program that wrote it"];
    let before = ["made by kamnot before 0.2.0", "keep the older program", "import the offices' files into a new log"];
    for (change, parts) in [
        ("UPDATE meta SET value = '4' WHERE key = 'schema_version'", newer),
        ("DROP TABLE processes", newer),
        ("UPDATE meta SET value = 'kamnot' WHERE key = 'application'", before),
    ] {
        database.sql(change);
        let options = Options { create: true, ..Options::default() };
        let Fault::Corrupt(said) = refusal(try_open(&database.url(), &options).await) else { panic!("{change}") };
        for part in parts {
            assert!(said.contains(part), "{said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_restored_into_a_younger_server_is_whole_and_notices_what_others_do() {
    let old = Cluster::start();
    // Its transaction numbers lie far behind those of a new server.
    old.sql("DO $$ BEGIN FOR n IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$");
    let store = Arc::new(open(&old.url()).await);
    for n in 0..3 {
        record_case(&store, n).await;
    }
    store.set_meta("a text", "written late").await.unwrap();
    let log = store.log(Position(0), usize::MAX >> 1).await.unwrap();
    let dump = Command::new(binary("pg_dump")).arg("--no-owner").arg(old.url()).output().unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));

    let young = Cluster::start();
    let file = young.put("dump.sql", &dump.stdout);
    let mut restore = Command::new(binary("psql"));
    restore.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"]).arg(file).arg(young.url());
    let restored = restore.output().unwrap();
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let here = Arc::new(open(&young.url()).await);
    assert_eq!(here.log(Position(0), usize::MAX >> 1).await.unwrap(), log);
    assert_eq!(here.check(nothing_told()).await.unwrap(), Vec::<String>::new());
    // A rebuild elsewhere changes no event, and yet it is noticed.
    let counter = here.change_counter().await.unwrap();
    open(&young.url()).await.rebuild(nothing_told()).await.unwrap();
    for _ in 0..100 {
        if here.change_counter().await.unwrap() > counter {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing was noticed in five seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_restored_database_sessions_have_ended_and_people_are_off_until_they_are_confirmed() {
    let cluster = Cluster::start();
    let store = open(&cluster.url()).await;
    let (key, at, office) = ([7; 32], made::after_all(), made::office("vte-court"));
    let session = Session {
        key,
        person: Uuid::max(),
        office: Some(office.clone()),
        role: Role::Clerk,
        began: at,
        seen: at,
        csrf: key,
    };
    let token = Token {
        id: Uuid::max(),
        key,
        name: "sheets".to_owned(),
        office,
        role: Role::Clerk,
        made: at,
        until: None,
        revoked: None,
    };
    store.begin_session(&session).await.unwrap();
    store.put_token(&token).await.unwrap();
    let Token { id, name, office, role, made, revoked, .. } = token;
    let feed = Feed { id, key, name, office, role, language: Language::Lo, made, maker: None, revoked };
    store.add_feed(&feed).await.unwrap();
    let dump = Command::new(binary("pg_dump")).arg("--no-owner").arg(cluster.url()).output().unwrap();
    drop(store);
    let store = open(&cluster.url()).await;
    assert_eq!(
        (store.sessions().await.unwrap().len(), store.people_are_on().await),
        (1, Ok(true)),
        "nothing was restored"
    );
    drop(store);
    // Into another database, and into one of the same name.
    cluster.sql("CREATE DATABASE other");
    cluster.load("other", std::str::from_utf8(&dump.stdout).unwrap());
    cluster.sql("DROP SCHEMA public CASCADE");
    cluster.sql("CREATE SCHEMA public");
    cluster.load("postgres", std::str::from_utf8(&dump.stdout).unwrap());
    for url in [cluster.url_of("other"), cluster.url()] {
        let stores = futures::future::join_all((0..3).map(|_| open(&url))).await;
        for store in &stores {
            assert_eq!((store.sessions().await, store.people_are_on().await), (Ok(Vec::new()), Ok(false)));
            assert!(store.token(key).await.unwrap().unwrap().revoked.is_some());
            assert!(store.feed(key).await.unwrap().unwrap().revoked.is_some());
        }
        stores[0].confirm_people().await.unwrap();
        assert_eq!(open(&url).await.people_are_on().await, Ok(true));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_owns_its_database_and_nothing_else_can_keep_people() {
    let cluster = Cluster::start();
    cluster.sql("CREATE ROLE clerk LOGIN PASSWORD 'clerk'");
    cluster.sql("CREATE DATABASE owned OWNER clerk");
    let store = open(&format!("postgres://clerk:clerk@127.0.0.1:{}/owned", cluster.port())).await;
    store.adopt_offices("a file", made::after_all()).await.unwrap();
    assert_eq!(store.people_are_on().await, Ok(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_rulebook_is_in_force_for_all_at_once() {
    let database = Database::create();
    let running = Arc::new(open(&database.url()).await);
    record_case(&running, 0).await;
    let another = made::another_book();
    let options = Options::default();
    let (adopted, rebuilt) =
        PostgresStore::adopt(&database.url(), Arc::clone(&another), &options, nothing_told()).await.unwrap();
    assert_eq!((rebuilt.cases, rebuilt.differing), (1, 0));
    assert_eq!(adopted.rulebooks().await.unwrap().len(), 2);
    made::is_out_of_force(&*running, &another).await;
    refusal(try_open(&database.url(), &options).await);
}

/// The rows that a rebuild makes, and those that it must not touch.
fn tables(database: &Database) -> [String; 3] {
    ["cases", "alerts", "deliveries"].map(|table| database.sql(&format!("SELECT * FROM {table} ORDER BY 1")))
}

/// A log of twelve cases, every second of their alerts delivered.
async fn lived_in(database: &Database) -> Arc<PostgresStore> {
    let store = Arc::new(open(&database.url()).await);
    for n in 0..12 {
        record_case(&store, n).await;
    }
    let outbox = store.outbox(Position(0), usize::MAX >> 1).await.unwrap();
    assert!(outbox.len() > 12);
    let delivered = outbox.iter().step_by(2).zip(1..).map(|(stored, n)| delivery(stored, n)).collect();
    store.delivered(delivered).await.unwrap();
    store
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_gives_the_same_bytes_from_nothing_and_from_nonsense() {
    let database = Database::create();
    let store = lived_in(&database).await;
    let live = tables(&database);
    for harm in [
        "SELECT 1",
        "DELETE FROM cases; DELETE FROM alerts",
        "UPDATE cases SET next_due = 5, document = 'x', worst = NULL, version = version + 1;
         UPDATE alerts SET pending = NOT pending",
        "UPDATE cases SET reference = 'X' WHERE stream_id = (SELECT stream_id FROM cases LIMIT 1);
         UPDATE alerts SET addressees = 'x', rule = 'x', recorded_at = 1",
        "INSERT INTO cases (stream_id, reference, version) VALUES (gen_random_uuid(), 'Y', 0);
         INSERT INTO alerts SELECT min(position), gen_random_uuid(), 'x', 'x', 1, true, true FROM case_events;
         INSERT INTO alerts VALUES (99999, gen_random_uuid(), 'x', 'x', 1, true, true)",
    ] {
        database.sql(harm);
        let found = store.check(nothing_told()).await.unwrap();
        assert_eq!(found.is_empty(), harm == "SELECT 1", "{harm}: {found:?}");
        let rebuilt = store.rebuild(nothing_told()).await.unwrap();
        assert_eq!((rebuilt.cases, rebuilt.differing == 0), (12, harm == "SELECT 1"), "{harm}");
        assert_eq!(tables(&database), live, "{harm}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_finds_each_kind_of_damage_and_a_rebuild_does_not_build_on_it() {
    let database = Database::create();
    let store = lived_in(&database).await;
    let first = "(SELECT min(position) FROM case_events)";
    database.sql("CREATE TABLE kept AS SELECT * FROM case_events");
    for (harm, finding) in [
        (format!("DELETE FROM case_events WHERE position = {first}"), "of its stream is expected"),
        (format!("UPDATE case_events SET payload = '{{}}' WHERE position = {first}"), "can't be read"),
        (format!("UPDATE case_events SET version = 99 WHERE position = {first}"), "format version 99"),
        (format!("UPDATE case_events SET id = gen_random_uuid() WHERE position = {first}"), "its id is not that"),
        (format!("UPDATE case_events SET occurred_on = now() WHERE position = {first}"), "its instant is not that"),
        (
            format!("UPDATE case_events SET aggregate_id = gen_random_uuid() WHERE position = {first}"),
            "than its stream",
        ),
    ] {
        let before = tables(&database);
        database.sql(&harm);
        let found = store.check(nothing_told()).await.unwrap();
        assert!(found.iter().any(|line| line.contains(finding)), "{harm}: {found:?}");
        let rebuilt = store.rebuild(nothing_told()).await.unwrap();
        assert!(rebuilt.damage.iter().any(|line| line.contains(finding)), "{harm}: {:?}", rebuilt.damage);
        assert_eq!(tables(&database), before, "{harm}");
        database.sql("TRUNCATE case_events; INSERT INTO case_events SELECT * FROM kept");
    }
    assert_eq!(store.check(nothing_told()).await.unwrap(), Vec::<String>::new());
}
