//! `kamnot tokens`: the tokens of programs that use the API.

use std::io;

use projections::catalogue::Word as _;
use service::clock::{Clock as _, SystemClock};
use uuid::Uuid;
use web::people::{add_token, revoke};

use super::arguments::{Common, TokensCommand};
use super::asked::refuse_unlisted;
use super::database::{Absent, Database, run as block_on};
use super::in_force::offices_in_force;
use super::output::{Completion, Failure, print_out};
use super::paint::{Paint, Tone, line_width};
use super::people::done;
use super::said::{Said, role};
use super::table::{Cell, Table};
use super::time::short;

/// `kamnot tokens`
pub(super) fn run(common: &Common, command: &TokensCommand) -> Result<Completion, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let (store, now) = (database.store.as_ref(), SystemClock.now());
    let t = |word: Said| word.of(common.lang);
    print_out(&match command {
        TokensCommand::Add { name, role } => {
            let offices = offices_in_force(common, &database)?;
            role.office.iter().try_for_each(|office| refuse_unlisted(common, &offices, office))?;
            let (token, secret) =
                done(common, add_token(store, &offices, Uuid::new_v4(), name, role.membership(), now))?;
            format!("{}: {}\n{}: {secret}\n\n{}\n", t(Said::Id), token.id, t(Said::Secret), t(Said::Once))
        }
        TokensCommand::List => list(common, &database)?,
        TokensCommand::Revoke { id } => {
            let token = done(common, revoke(store, *id, now))?;
            format!("{}: {}\n", token.id, t(Said::Revoked))
        }
    })?;
    Ok(Completion::Done)
}

fn list(common: &Common, database: &Database) -> Result<String, Failure> {
    let tokens = block_on(async { Ok(database.store.tokens().await?) })?;
    let t = |word: Said| word.of(common.lang).to_owned();
    let now = SystemClock.now();
    let headings =
        [Said::Id, Said::Name, Said::Office, Said::Role, Said::Made, Said::Until, Said::State].map(t).to_vec();
    let mut table = Table { headings, rows: Vec::new() };
    for token in tokens {
        let state = match (token.revoked, token.until) {
            (Some(_), _) => Said::Revoked,
            (None, Some(until)) if until < now => Said::Over,
            (None, _) => Said::Active,
        };
        table.rows.push(vec![
            Cell::new(token.id.to_string(), Tone::Strong),
            Cell::plain(token.name),
            Cell::plain(token.office.to_string()),
            Cell::plain(t(role(token.role))),
            Cell::plain(short(token.made)),
            Cell::plain(token.until.map(short).unwrap_or_default()),
            Cell::plain(t(state)),
        ]);
    }
    Ok(table.draw(line_width(), Paint::of(&io::stdout())))
}
