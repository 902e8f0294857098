//! A program that builds on `esrs`: it loads a case, sends it commands, and reads what they gave.
//!
//! `cargo run -p store --example one_case -- one.db`, or the address of a PostgreSQL database in place of the file.

use std::error::Error;
use std::sync::Arc;

use engine::action::{Action, CaseRef};
use engine::calendar::Instant;
use engine::case::Fact;
use engine::decide::{Alerts, Command, Refused};
use engine::randomness::Seed;
use engine::rulebook::Rulebook;
use esrs::AggregateState;
use esrs::manager::AggregateManager;
use store::esrs::Esrs;
use store::place::LogPlace;
use store::{LogStore, Options};

const OPENED: &str = r#"{"case":"VTE-2026-0001","action":"case_opened","at":"2026-03-01","by":"vte-investigation",
    "court":"vte-juvenile-court","prosecutor":"vte-prosecutor","investigator":"vte-investigation",
    "child":{"ref":"C-17","birth_date":"2009-11-20"},
    "offences":[{"class":"major","penalty_months":{"min":36,"max":60},"committed_on":"2026-02-27","serious":true}]}"#;
const IN_CUSTODY: &str = r#"{"case":"VTE-2026-0001","action":"custody_started","at":"2026-03-01T09:30:00+07:00",
    "by":"vte-investigation","evidence_firm":true,"place":{"children_only":true,"sexes_separated":true}}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let place: LogPlace = std::env::args().nth(1).ok_or("expected the file or the address of a log")?.parse()?;
    let book = Arc::new(Rulebook::law_05_na_2006());
    let log = place.open(Arc::clone(&book), &Options { create: true, ..Options::default() }).await?;
    print!("{}", one_case(log, &book).await?);
    Ok(())
}

/// Records two actions of a case, then that two days have passed. Returns its events, a line each.
async fn one_case(log: Arc<dyn LogStore>, book: &Arc<Rulebook>) -> Result<String, Box<dyn Error>> {
    let manager = AggregateManager::new(Esrs(Arc::clone(&log)));
    let case = CaseRef::new("VTE-2026-0001").ok_or("a case reference")?;
    let (clock, later) = (instant("2026-03-01T10:00:00+07:00")?, instant("2026-03-03T10:00:00+07:00")?);
    let actions = vec![Action::read(OPENED).map_err(Refused)?, Action::read(IN_CUSTODY).map_err(Refused)?];
    // A program takes each seed from the operating system's randomness.
    let record = Command::Record { actions, by: None, clock, alerts: Alerts::Raised, seed: Seed([7; 32]) };
    let two_days_pass = Command::Now { clock: later, alerts: Alerts::Raised, seed: Seed([7; 32]) };
    for command in [record, two_days_pass] {
        let state = manager.load(case.stream_id()).await?;
        let state = state.unwrap_or_else(|| AggregateState::with_id(case.stream_id()));
        // The outer error is the log's: load the case and try again. The inner one is the case's refusal.
        manager.handle_command(state, (Arc::clone(book), command)).await??;
    }
    // The same log as the program's: views and the outbox are there too.
    let events = log.stream(&case).await?.into_iter().map(|stored| match stored.event.fact {
        Fact::ActionRecorded(action) => format!("{} recorded\n", action.name),
        Fact::AlertRaised(alert) => format!("alert: {} {}\n", alert.topic.rule, alert.topic.stage.kind().word()),
        Fact::AlertSettled(settlement) => format!("settled: {}\n", settlement.alert.topic.rule),
        Fact::AlertHandled(handling) => format!("handled: {}\n", handling.topic.rule),
        Fact::ActionConfirmed(action) => format!("confirmed: {action}\n"),
        Fact::CaseSealed(reason) => format!("sealed: {reason}\n"),
        Fact::AlertWithdrawn(withdrawal) => format!("withdrawn: {}\n", withdrawal.alert.topic.rule),
    });
    Ok(events.collect())
}

fn instant(text: &str) -> Result<Instant, Box<dyn Error>> {
    Instant::parse(text).ok_or_else(|| format!("{text} is not an instant").into())
}
