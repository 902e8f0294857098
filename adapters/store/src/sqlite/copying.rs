//! Holds the file while its log is copied, and fills it with the copy of another.
//!
//! Invariant: each of the two is one transaction.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use engine::case::Event;
use engine::rulebook::Digest;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::file::{Failed, File};
use super::people;
use super::reads;
use super::rows::{insert_alert, insert_case, insert_disclosures};
use super::texts;
use super::writer::deliver;
use crate::aside::aside;
use crate::copying::{Carried, Filling, Held, Part, cut_short, holds_a_log};
use crate::standing::UNFINISHED;
use crate::{Delivery, Fault};

/// The file with a transaction that keeps every other writer out.
struct Holding {
    file: Arc<File>,
    connection: Mutex<Connection>,
}

/// Keeps every writer out until what is given is dropped.
pub(super) fn hold(file: Arc<File>) -> Result<impl Held + use<>, Fault> {
    let connection = File::to_write(&file.path, file.busy_timeout).connect_to_write(false)?;
    connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| file.fault(error))?;
    Ok(Holding { file, connection: Mutex::new(connection) })
}

#[async_trait]
impl Held for Holding {
    async fn note(self: Box<Self>, texts: Vec<(&'static str, String)>) -> Result<(), Fault> {
        aside(move || {
            let connection = self.connection.into_inner().unwrap_or_else(PoisonError::into_inner);
            let noted = texts.iter().try_for_each(|(key, text)| texts::keep(&connection, key, text));
            noted.and_then(|()| connection.execute_batch("COMMIT")).map_err(|error| self.file.fault(error))
        })
        .await
    }
}

/// Fills the log. Blocks.
pub(super) fn fill(file: &File, filling: Filling) -> Result<(), Fault> {
    let connection = file.connect_to_write(false)?;
    let filled = || -> Result<(), Failed> {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        fill_in(&connection, file, filling)?;
        Ok(connection.execute_batch("COMMIT")?)
    };
    filled().map_err(|failed| {
        let _ = connection.execute_batch("ROLLBACK");
        file.fault(failed)
    })
}

fn fill_in(connection: &Connection, file: &File, filling: Filling) -> Result<(), Failed> {
    let Filling { copy_of, installation, rulebooks, texts, mut parts } = filling;
    let empty: bool = connection.query_row(
        "SELECT NOT EXISTS (SELECT 1 FROM events) AND NOT EXISTS (SELECT 1 FROM people)",
        [],
        |row| row.get(0),
    )?;
    if !empty && reads::meta(connection, UNFINISHED)?.as_deref() != Some(&copy_of) {
        return Err(holds_a_log(&file.path.display().to_string()).into());
    }
    connection.execute_batch(
        "DELETE FROM events; DELETE FROM disclosures; DELETE FROM cases; DELETE FROM alerts; DELETE FROM deliveries;
         DELETE FROM people; DELETE FROM sessions; DELETE FROM tokens; DELETE FROM grants; DELETE FROM looks;
         DELETE FROM offices_files; DELETE FROM kept_forms; DELETE FROM office_changes; DELETE FROM feeds;
         DELETE FROM mail_addresses; DELETE FROM mail_waiting; DELETE FROM shift_sheets; DELETE FROM frozen_figures;
         DELETE FROM own_events; DELETE FROM tree_state; DELETE FROM tree_leaves; DELETE FROM tree_nodes;
         DELETE FROM tree_map; DELETE FROM checkpoints;",
    )?;
    texts::keep(connection, UNFINISHED, &copy_of)?;
    texts::keep(connection, "installation", &installation.to_string())?;
    for source in &rulebooks {
        let sql = "INSERT INTO rulebooks (digest, source) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        connection.execute(sql, [&Digest::of(source.as_bytes()).to_string(), source])?;
    }
    for (key, text) in &texts {
        texts::keep(connection, key, text)?;
    }
    let mut keys = HashMap::new();
    loop {
        match parts.blocking_recv() {
            Some(Part::Events(events)) => {
                events.iter().try_for_each(|event| insert(connection, &mut keys, event))?;
                let deliveries: Vec<Delivery> = events.iter().filter_map(|event| event.delivery).collect();
                deliver(connection, &deliveries)?;
            }
            Some(Part::Beside(table, rows)) => {
                people::insert(connection, table, &rows)?;
            }
            Some(Part::End) => return Ok(()),
            None => return Err(cut_short().into()),
        }
    }
}

/// Writes an event, and the row of an alert, which waits until its delivery is marked.
fn insert(connection: &Connection, keys: &mut HashMap<Uuid, i64>, event: &Carried) -> Result<(), Failed> {
    let Carried { position, case, stream_id, version, payload, sealed, alert, .. } = event;
    let key = if let Some(&key) = keys.get(stream_id) {
        key
    } else {
        let key = insert_case(connection, case, *stream_id)?;
        let key = key.ok_or_else(|| Fault::corrupt(format!("the case {case} stands there twice")))?;
        keys.insert(*stream_id, key);
        key
    };
    let sql = "INSERT INTO events (position, case_key, version, format, payload) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![position.0, key, version, Event::VERSION, payload];
    connection.prepare_cached(sql)?.execute(values)?;
    insert_disclosures(connection, (key, *stream_id), sealed.iter().map(|sealed| (*version, sealed)))?;
    if let Some(alert) = alert {
        insert_alert(connection, *position, key, alert, alert.publishable)?;
    }
    Ok(())
}
