//! The tables of a log: whose they are, of which version, and how they come about.
//!
//! Invariant: nothing is created unasked, nor beside what another program has laid out; the tables are made once, however
//! many processes start together; another layout than ours is refused.

use std::sync::Arc;

use engine::rulebook::Rulebook;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _, Row as _};

use super::reads;
use super::server::{Failed, Server, read_only};
use super::texts;
use crate::{Fault, Options, statements};

/// The layout that this program writes.
const LAYOUT: i64 = 3;

const SCHEMA: &str = include_str!("schema.sql");
const PEOPLE: &str = concat!(include_str!("people.sql"), include_str!("tree.sql"));

/// The names that a log takes in the schema.
const TABLES: [&str; 28] = [
    "case_events",
    "disclosures",
    "case_keys",
    "cases",
    "alerts",
    "deliveries",
    "rulebooks",
    "processes",
    "meta",
    "people",
    "sessions",
    "tokens",
    "grants",
    "looks",
    "offices_files",
    "kept_forms",
    "office_changes",
    "feeds",
    "mail_addresses",
    "mail_waiting",
    "shift_sheets",
    "frozen_figures",
    "own_events",
    "tree_state",
    "tree_leaves",
    "tree_nodes",
    "tree_map",
    "checkpoints",
];

/// Held by who lays out: `kamnot` in ASCII.
pub(super) const LOCK: i64 = 0x6b61_6d6e_6f74;

/// What lies in the database.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// A log whose layouts are not counted.
    BeforeTheFirstRelease,
    Nothing,
    Log {
        layout: i64,
    },
    AnotherProgram,
}

/// Sees that the database holds a log of our version that can be used as the options want, or makes it so; whether it takes
/// writes.
pub(super) async fn claim(connection: &mut PgConnection, server: &Server, options: &Options) -> Result<bool, Failed> {
    let writable = fit(connection, server).await?;
    if !writable && !options.read_only_will_do {
        return Err(Fault::unavailable(read_only(&server.name)).into());
    }
    match found(connection).await? {
        Found::Nothing if options.create && writable => lay_out(connection, server).await?,
        found => refuse_strange(server, &found)?,
    }
    Ok(writable)
}

/// Whether a log is begun in the database.
pub(super) async fn is_begun(connection: &mut PgConnection, server: &Server) -> Result<bool, Failed> {
    fit(connection, server).await?;
    let found = found(connection).await?;
    if found == Found::Nothing {
        return Ok(false);
    }
    refuse_strange(server, &found)?;
    let rulebook = sqlx::query(reads::META).bind("rulebook").fetch_optional(connection).await?;
    Ok(rulebook.is_some())
}

/// Sees that the server can hold a log; whether it takes writes.
async fn fit(connection: &mut PgConnection, server: &Server) -> Result<bool, Failed> {
    let sql = "SELECT current_setting('server_version_num')::int, current_setting('server_version'),
               current_setting('server_encoding'), current_setting('transaction_read_only'),
               current_setting('fsync'), current_schema() IS NOT NULL";
    let row = connection.fetch_one(sql).await?;
    let name = &server.name;
    refuse_old(name, row.try_get(0)?, row.try_get(1)?)?;
    let encoding: &str = row.try_get(2)?;
    if encoding != "UTF8" {
        let said = format!(
            "{name} is encoded in {encoding}; a log holds Lao words: make a database with `createdb --encoding UTF8 \
             --template template0`"
        );
        return Err(Fault::unavailable(said).into());
    }
    if row.try_get::<&str, _>(4)? == "off" {
        tracing::warn!("the server runs with fsync = off: what is acknowledged is lost when its machine fails");
    }
    if !row.try_get::<bool, _>(5)? {
        let said = format!("{name}: no schema of the search_path is there to put the tables in");
        return Err(Fault::unavailable(said).into());
    }
    Ok(row.try_get::<&str, _>(3)? == "off")
}

/// `number` is the version as PostgreSQL counts it, `version` as it is printed.
fn refuse_old(name: &str, number: i32, version: &str) -> Result<(), Fault> {
    if number >= 150_000 {
        return Ok(());
    }
    Err(Fault::unavailable(format!("{name} is served by PostgreSQL {version}; this program needs 15 or newer")))
}

async fn found(connection: &mut PgConnection) -> Result<Found, Failed> {
    // By the names as every statement finds them: the search_path may lead to several schemas.
    let sql = "SELECT relname FROM pg_class WHERE relname = ANY($1) AND pg_table_is_visible(oid)";
    let names: Vec<String> =
        sqlx::query_scalar(sql).bind(TABLES.map(str::to_owned)).fetch_all(&mut *connection).await?;
    let has = |tables: &[&str]| tables.iter().all(|table| names.iter().any(|name| name == table));
    if names.is_empty() {
        return Ok(Found::Nothing);
    }
    let sql = "SELECT (SELECT value::text FROM meta WHERE key::text = 'application'),
               (SELECT value::text FROM meta WHERE key::text = 'schema_version')";
    let row = match connection.fetch_one(sql).await {
        Ok(row) => row,
        // There is no meta, it has other columns, or several rows of a key.
        Err(sqlx::Error::Database(error)) if matches!(error.code().as_deref(), Some("42P01" | "42703" | "21000")) => {
            return Ok(Found::AnotherProgram);
        }
        Err(error) => return Err(error.into()),
    };
    let application: Option<&str> = row.try_get(0)?;
    let layout = row.try_get::<Option<&str>, _>(1)?.and_then(|layout| layout.parse().ok());
    Ok(match (application, layout) {
        // Of another layout are other tables.
        (Some("kamnot"), _) => Found::BeforeTheFirstRelease,
        (Some("kamnot-log"), Some(layout)) => match layout {
            LAYOUT if !has(&TABLES) => Found::AnotherProgram,
            layout => Found::Log { layout },
        },
        _ => Found::AnotherProgram,
    })
}

fn refuse_strange(server: &Server, found: &Found) -> Result<(), Failed> {
    let name = &server.name;
    let fault = match found {
        Found::Nothing => Fault::unavailable(format!("there is no log at {name}; check the address")),
        Found::AnotherProgram => Fault::corrupt(format!(
            "{name} holds tables of another program under the names of a log of kamnot; give the log a database of its own"
        )),
        Found::BeforeTheFirstRelease => Fault::before_the_first_release(name),
        Found::Log { layout: LAYOUT } => return Ok(()),
        Found::Log { layout } => Fault::of_layout(name, *layout, LAYOUT),
    };
    Err(fault.into())
}

/// Makes the tables in a database that holds none.
async fn lay_out(connection: &mut PgConnection, server: &Server) -> Result<(), Failed> {
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    // Another process may have done it while this one waited.
    let found = found(&mut transaction).await?;
    if found != Found::Nothing {
        return refuse_strange(server, &found);
    }
    transaction.execute(SCHEMA).await?;
    transaction.execute(PEOPLE).await?;
    texts::keep(&mut transaction, "schema_version", &LAYOUT.to_string()).await?;
    transaction.commit().await?;
    Ok(())
}

/// Sees that `book` is the rulebook in force, or puts it in force in a log that has none. Returns it with the earlier ones
/// of the log behind it.
pub(super) async fn put_in_force(
    connection: &mut PgConnection,
    server: &Server,
    book: &Arc<Rulebook>,
) -> Result<Arc<Rulebook>, Failed> {
    let digest = book.digest().to_string();
    let mut in_force = rulebook_digest(connection).await?;
    if in_force.is_none() {
        // In this order, so that a crash in between leaves nothing that names a text that is not there.
        let text = "INSERT INTO rulebooks (digest, source) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        sqlx::query(text).bind(&digest).bind(book.source()).execute(&mut *connection).await?;
        let name = "INSERT INTO meta (key, value) VALUES ('rulebook', $1) ON CONFLICT DO NOTHING";
        sqlx::query(name).bind(&digest).execute(&mut *connection).await?;
        in_force = rulebook_digest(connection).await?;
    }
    let in_force = in_force.unwrap_or_default();
    if in_force == digest {
        let kept = sqlx::query_scalar(statements::RULEBOOKS).fetch_all(&mut *connection).await?;
        return Ok(Arc::clone(book).succeeding(kept));
    }
    Err(Fault::of_rulebook(&server.name, &in_force, &digest).into())
}

async fn rulebook_digest(connection: &mut PgConnection) -> Result<Option<String>, Failed> {
    let row = sqlx::query(reads::META).bind("rulebook").fetch_optional(connection).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

#[cfg(test)]
mod tests {
    use super::refuse_old;
    use crate::Fault;

    #[test]
    fn a_server_older_than_fifteen_is_refused() {
        let fault = refuse_old("postgres://db/kamnot", 140_013, "14.13").unwrap_err();
        assert!(matches!(&fault, Fault::Unavailable(said) if said.contains("14.13") && said.contains("15 or newer")));
        assert_eq!(refuse_old("postgres://db/kamnot", 150_000, "15.0"), Ok(()));
    }
}
