//! The command line: the options of each command, and how it ends.
//!
//! Invariant: results go to standard output; refusals, progress and logs go to standard error. The exit code is 0, 1 if
//! something was refused, 2 if something failed.

mod actions;
mod admin;
mod alerts;
mod arguments;
mod asked;
mod assess;
mod backup;
mod bar;
mod bring_over;
mod checkpoint;
mod connection;
mod database;
mod demo;
mod docket;
mod evidence;
mod export;
mod feeds;
mod figures;
mod files;
mod follow;
mod import;
mod in_force;
mod inbox;
mod key;
mod lists;
mod logging;
mod mail;
mod nats;
mod offices;
mod output;
mod pages;
mod paint;
mod passphrase;
mod people;
mod progress;
mod prompt;
mod reconcile;
mod room;
mod rules;
mod said;
mod seal;
mod send;
mod serve;
mod silence;
mod state_folder;
mod status;
mod succession;
mod syllables;
mod table;
mod tally;
mod time;
mod timeline;
mod today;
mod tokens;
mod transfer;
mod typed;
mod verify;
mod witness;
mod witnesses;

use std::process::ExitCode;

use clap::Parser as _;
use service::shown::plain_lines;

use arguments::{Arguments, Command};
use output::{Completion, Failure};

/// Runs the program on the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| logging::end_for(&error));
    logging::start(arguments.common.log, arguments.command.goes_on());
    match run(&arguments) {
        Ok(Completion::Done) | Err(Failure::NobodyReads) => ExitCode::SUCCESS,
        Ok(Completion::SomethingRefused) => ExitCode::from(1),
        Err(failure) => {
            let said = match &failure {
                // A command that does not record does not report that nothing was recorded.
                Failure::Store(fault) if records(&arguments.command) => fault.to_sender(),
                failure => failure.to_string(),
            };
            logging::say_failure(&plain_lines(&said));
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Whether a command records actions.
const fn records(command: &Command) -> bool {
    matches!(command, Command::Import(_) | Command::Record(_) | Command::Send(_) | Command::Inbox(_))
}

fn run(Arguments { command, common }: &Arguments) -> Result<Completion, Failure> {
    match command {
        Command::Demo(own) => demo::run(common, own),
        Command::Import(own) => import::import(common, own),
        Command::Record(own) => import::record(common, own),
        Command::Assess(own) => assess::run(common, own),
        Command::Docket(own) => docket::run(common, own),
        Command::Today(own) => today::run(common, own),
        Command::Inbox(own) => inbox::run(common, own),
        Command::Figures(own) => figures::run(common, own),
        Command::Alerts(own) if own.follow => follow::run(common, own),
        Command::Alerts(own) => alerts::alerts(common, own),
        Command::Timeline(own) => timeline::run(common, own),
        Command::Serve(own) => serve::run(common, own),
        Command::Rules(own) => rules::run(common, own),
        Command::Offices(own) => offices::run(common, own),
        Command::People(own) => people::run(common, &own.command),
        Command::Tokens(own) => tokens::run(common, &own.command),
        Command::Feeds(own) => feeds::run(common, &own.command),
        Command::Mail(own) => mail::run(common, &own.command),
        Command::Actions(own) => actions::run(common, own),
        Command::Template(own) => actions::template(common, own),
        Command::Clock(own) => admin::clock(common, &own.command),
        Command::Reconcile(own) => reconcile::run(common, own),
        Command::Status(own) => status::run(common, own),
        Command::Send(own) => send::run(common, own),
        Command::Nats(own) => nats::run(common, own),
        Command::Succession(own) => succession::run(common, own),
        Command::Move(own) => transfer::run(common, own),
        Command::BringOver(own) => bring_over::run(common, own),
        Command::Backup(own) => backup::backup(common, own),
        Command::Restore(own) => backup::restore(common, own),
        Command::Export(own) => export::run(common, own),
        Command::Seal(own) => seal::run(common, own),
        Command::Key(own) => key::run(common, own),
        Command::Checkpoint(own) => checkpoint::run(common, own),
        Command::Evidence(own) => evidence::run(common, own),
        Command::Verify(own) => verify::run(common, own),
        Command::Witness(own) => witness::run(common, own),
        Command::Rebuild => admin::rebuild(common),
        Command::Check(own) => admin::check(common, own),
    }
}
