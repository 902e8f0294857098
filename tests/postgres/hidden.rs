//! The end of the log, while a transaction that is under way hides what was committed last.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use engine::action::{Action, CaseRef};
use engine::decide::Alerts;
use projections::view::Seat;
use scenarios::servers::database::Database;
use scenarios::servers::postgres::binary;
use service::queries::dockets::{Dockets, Whose};
use store::postgres::PostgresStore;
use store::{LogStore as _, Position};
use tests::clock::SetClock;
use tests::lines;
use tests::made::{after_all, book, office, recorder};

use crate::world::open;

/// A transaction with an id of its own, until it is ended.
pub struct UnderWay {
    psql: Child,
    input: ChildStdin,
}

impl UnderWay {
    pub fn begin(database: &Database) -> Self {
        let mut command = Command::new(binary("psql"));
        command.args(["-AtqX", &database.url()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut psql = command.spawn().expect("psql runs");
        let mut input = psql.stdin.take().expect("piped");
        input.write_all(b"BEGIN;\nSELECT pg_current_xact_id();\n").expect("sent");
        let mut said = String::new();
        BufReader::new(psql.stdout.take().expect("piped")).read_line(&mut said).expect("text");
        assert!(said.trim().parse::<u64>().is_ok(), "{said}");
        Self { psql, input }
    }

    pub fn end(self) {
        let Self { mut psql, mut input } = self;
        input.write_all(b"ROLLBACK;\n").expect("sent");
        drop(input);
        assert!(psql.wait().expect("it ends").success());
    }
}

async fn open_case(store: &Arc<PostgresStore>, case: &str) {
    let recorder = recorder(store, &SetClock::at(after_all()));
    let action = Action::read(&lines::opening(case)).unwrap();
    recorder.record(&CaseRef::new(case).unwrap(), vec![action], None, Alerts::Raised).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_docket_shows_what_a_transaction_under_way_hid_once_that_has_ended_though_nothing_more_is_recorded() {
    let database = Database::create();
    let store = Arc::new(open(&database.url()).await);
    let dockets = Arc::new(Dockets::default());
    let read = {
        let (store, dockets) = (Arc::clone(&store), Arc::clone(&dockets));
        move || {
            let (store, dockets) = (Arc::clone(&store), Arc::clone(&dockets));
            async move {
                let whose = Whose { office: office("vte-investigation"), seat: Seat::Investigator };
                let docket = dockets.of(store.as_ref(), &book(), &whose, after_all()).await.unwrap();
                docket.cases.iter().map(|listed| listed.case.to_string()).collect::<Vec<_>>()
            }
        }
    };
    open_case(&store, "A-1").await;
    assert_eq!(read().await, ["A-1"]);
    let head = store.head().await.unwrap();
    open_case(&store, "B-2").await;
    let under_way = UnderWay::begin(&database);
    open_case(&store, "C-3").await;
    // What the docket meets: a page that is not full, and is not the end.
    let page: Vec<String> = store.log(head, 512).await.unwrap().iter().map(|stored| stored.case.to_string()).collect();
    assert!(page.contains(&"B-2".to_owned()) && !page.contains(&"C-3".to_owned()), "{page:?}");
    let reading = tokio::spawn(read());
    tokio::time::sleep(Duration::from_millis(500)).await;
    under_way.end();
    reading.await.expect("no panic");
    assert_eq!(read().await, ["A-1", "B-2", "C-3"]);
    assert!(store.log(Position(0), 512).await.unwrap().iter().any(|stored| stored.case.as_str() == "C-3"));
}
