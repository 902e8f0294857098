//! `kamnot feeds`: the feeds of offices' limits, which calendars read.

use std::io;

use projections::catalogue::Word as _;
use service::clock::{Clock as _, SystemClock};
use uuid::Uuid;
use web::feeds::{Counts, NewFeed, add_feed, path, revoke_feed};

use super::arguments::{Common, FeedsCommand};
use super::asked::refuse_unlisted;
use super::database::{Absent, Database, run as block_on};
use super::in_force::offices_in_force;
use super::output::{Completion, Failure, print_out};
use super::paint::{Paint, Tone, line_width};
use super::people::done;
use super::said::Said;
use super::table::{Cell, Table};
use super::time::short;

/// `kamnot feeds`
pub(super) fn run(common: &Common, command: &FeedsCommand) -> Result<Completion, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let (store, now) = (database.store.as_ref(), SystemClock.now());
    let t = |word: Said| word.of(common.lang);
    print_out(&match command {
        FeedsCommand::Add { name, office, language } => {
            let offices = offices_in_force(common, &database)?;
            refuse_unlisted(common, &offices, office)?;
            let new = NewFeed { id: Uuid::new_v4(), name, office, language: *language, maker: None };
            let (feed, secret) = done(common, add_feed(store, &offices, new, now))?;
            let (id, path) = (feed.id, path(&secret));
            format!("{}: {id}\n{}: {path}\n\n{}\n", t(Said::Id), t(Said::Address), t(Said::Once))
        }
        FeedsCommand::List => list(common, &database)?,
        FeedsCommand::Revoke { id } => {
            let feed = done(common, revoke_feed(store, *id, None, now))?;
            format!("{}: {}\n", feed.id, t(Said::Revoked))
        }
    })?;
    Ok(Completion::Done)
}

fn list(common: &Common, database: &Database) -> Result<String, Failure> {
    let now = SystemClock.now();
    let feeds = block_on(async {
        let mut feeds = Vec::new();
        for feed in database.store.feeds().await? {
            let counts = Counts::of(database.store.as_ref(), &feed, now).await?;
            feeds.push((feed, counts));
        }
        Ok(feeds)
    })?;
    let t = |word: Said| word.of(common.lang).to_owned();
    let headings = [Said::Id, Said::Name, Said::Office, Said::Language, Said::Made, Said::State].map(t).to_vec();
    let mut table = Table { headings, rows: Vec::new() };
    for (feed, counts) in feeds {
        let state = match counts {
            Counts::Yes => Said::Active,
            Counts::Revoked => Said::Revoked,
            Counts::MakerLeft => Said::MakerLeft,
        };
        table.rows.push(vec![
            Cell::new(feed.id.to_string(), Tone::Strong),
            Cell::plain(feed.name),
            Cell::plain(feed.office.to_string()),
            Cell::plain(feed.language.word().to_owned()),
            Cell::plain(short(feed.made)),
            Cell::plain(t(state)),
        ]);
    }
    Ok(table.draw(line_width(), Paint::of(&io::stdout())))
}
