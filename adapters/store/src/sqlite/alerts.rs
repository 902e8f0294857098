//! The places of an office's alerts: of each set of addressees that it is in, in the order of a list.
//!
//! Invariant: nothing but the places is held, eight bytes an alert; what `SQLite` sorts beyond its cache lies on disk.

use engine::calendar::Instant;
use engine::rulebook::{RuleId, Rulebook};
use projections::alerts::Class;
use rusqlite::{Connection, params};

use super::file::Failed;
use crate::alerts::{AlertsTo, ByClass};
use crate::statements::ADDRESSEES;
use crate::{Fault, Position};

/// Of all cases, and of those in which something was told in a time.
const ALERTS: &str = "SELECT a.position, a.rule FROM alerts a CROSS JOIN cases c ON c.case_key = a.case_key
    WHERE a.addressees IN (SELECT value FROM json_each(?1)) AND a.recorded_at <= ?2 ORDER BY c.reference, a.position";
const ALERTS_SINCE: &str = "SELECT a.position, a.rule FROM (SELECT DISTINCT case_key FROM alerts
        WHERE addressees IN (SELECT value FROM json_each(?1)) AND recorded_at BETWEEN ?3 AND ?2) told
    CROSS JOIN events e ON e.case_key = told.case_key CROSS JOIN alerts a ON a.position = e.position
    JOIN cases c ON c.case_key = told.case_key
    WHERE a.addressees IN (SELECT value FROM json_each(?1)) AND a.recorded_at <= ?2 ORDER BY c.reference, a.position";

/// The places of the alert events to an office.
pub(super) fn alerts(connection: &Connection, to: &AlertsTo, book: &Rulebook) -> Result<Vec<Position>, Failed> {
    // Both questions of one state of the file.
    let transaction = connection.unchecked_transaction()?;
    let mut addressees = Vec::new();
    let mut statement = connection.prepare_cached(ADDRESSEES)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let found = row.get_ref(0)?.as_str().map_err(|error| Fault::corrupt(error.to_string()))?;
        if to.is_among(found) {
            addressees.push(serde_json::Value::from(found));
        }
    }
    let addressees = serde_json::Value::from(addressees).to_string();
    let until = to.until.map_or(i64::MAX, Instant::unix);
    let mut statement = connection.prepare_cached(if to.since.is_some() { ALERTS_SINCE } else { ALERTS })?;
    let mut rows = match to.since {
        Some(since) => statement.query(params![addressees, until, since.unix()])?,
        None => statement.query(params![addressees, until])?,
    };
    let mut by_class = ByClass::default();
    while let Some(row) = rows.next()? {
        let rule = row.get_ref(1)?.as_str().ok().and_then(RuleId::from_word).ok_or_else(no_rule)?;
        by_class.push(Class::of(rule, book), Position(row.get(0)?));
    }
    drop(rows);
    transaction.commit()?;
    Ok(by_class.into_all())
}

fn no_rule() -> Failed {
    Fault::corrupt("the row of an alert names no rule; rebuild the views").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_goes_by_the_index_of_the_addressees() {
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(include_str!("schema.sql")).expect("laid out");
        for sql in [ADDRESSEES, ALERTS, ALERTS_SINCE] {
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a statement");
            // A plan needs no values.
            let rows = plan.raw_query().mapped(|row| row.get(3));
            let steps: Vec<String> = rows.collect::<Result<_, _>>().expect("its steps");
            assert!(steps.iter().any(|step| step.contains("alerts_by_addressees")), "{sql}: {steps:#?}");
            let whole = ["SCAN a", "SCAN alerts", "SCAN e", "SCAN events", "SCAN c", "SCAN cases"];
            assert!(!steps.iter().any(|step| whole.contains(&step.as_str())), "{sql}: {steps:#?}");
        }
    }
}
