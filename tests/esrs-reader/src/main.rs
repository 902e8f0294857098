//! Reads our log with esrs's own `PgStore`, which knows nothing of ours: the database's address is the argument, stream
//! ids come in on standard input, a line each. For each event one line goes out: id, stream, sequence number, version,
//! seconds since 1970, and the event in the log's own format, parted by tabs.

use std::convert::Infallible;
use std::error::Error;
use std::io::stdin;

use engine::case::{Case, Event, evolve};
use esrs::Aggregate;
use esrs::store::EventStore;
use esrs::store::postgres::{PgStore, PgStoreBuilder, Schema};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use uuid::Uuid;

/// The case, as far as its table is named after it.
struct CaseAggregate;

impl Aggregate for CaseAggregate {
    const NAME: &'static str = "case";
    type State = Case;
    type Command = ();
    type Event = Event;
    type Error = Infallible;

    fn handle_command(_: &Case, (): ()) -> Result<Vec<Event>, Infallible> {
        Ok(Vec::new())
    }

    fn apply_event(case: Case, event: Event) -> Case {
        evolve(case, &event)
    }
}

/// The payload of an event as it stands in the table: what is personal in it is withheld, since its disclosures stand apart.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Payload(serde_json::Value);

impl Schema<Event> for Payload {
    fn from_event(event: Event) -> Self {
        Self(serde_json::from_str(&event.to_json()).unwrap_or_default())
    }

    fn to_event(self) -> Option<Event> {
        match Event::from_json(Event::VERSION, &self.0.to_string(), "") {
            Ok(event) => Some(event),
            // Never skipped.
            Err(unreadable) => panic!("{unreadable}"),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("expected the address of a database")?;
    let pool = PgPool::connect(&url).await?;
    // With esrs's own migrations: our tables are what they would make.
    let store: PgStore<CaseAggregate, Payload> =
        PgStoreBuilder::<CaseAggregate>::new(pool).with_schema::<Payload>().try_build().await?;
    for line in stdin().lines() {
        for event in store.by_aggregate_id(Uuid::try_parse(&line?)?).await? {
            println!(
                "{}\t{}\t{}\t{}\t{}\t{}",
                event.id,
                event.aggregate_id,
                event.sequence_number,
                event.version.ok_or("an event without a version")?,
                event.occurred_on.timestamp(),
                event.payload.to_json()
            );
        }
    }
    Ok(())
}
