//! `kamnot move`: a log from one place to another.

use std::sync::Arc;

use engine::rulebook::Rulebook;

use super::arguments::{Common, Move};
use super::database::{Absent, Database, options, run as block_on};
use super::output::{Failure, Outcome, print_out};
use super::progress;
use crate::store::sqlite::Options;
use crate::transfer::transfer;

/// `kamnot move`
pub(super) fn run(common: &Common, own: &Move) -> Result<Outcome, Failure> {
    if own.from == own.to {
        return Err(Failure::Refused(format!("{} is both --from and --to; name two places", own.from)));
    }
    let from = Common { db: own.from.clone(), rulebook: None, ..common.clone() };
    let Database { store: from, book } = Database::open(&from, Absent::Fail)?;
    let bar = progress::bar(0, "events");
    let moved = block_on(async {
        let options = Options { create: true, ..options(common) };
        let to = own.to.open(Arc::<Rulebook>::clone(&book), &options).await?;
        Ok(transfer(from.as_ref(), to.as_ref(), &progress::on(&bar)).await?)
    })?;
    bar.finish_and_clear();
    print_out(&format!(
        "{} events of {} cases moved from {} to {}, {} alerts marked as delivered, {} waiting to be published.\n\
         Compared: the same events in the same order (SHA-256 {}), the same views, the same alerts.\n\
         {} stays as it is: from now on let every program work on {} alone.\n",
        moved.events, moved.cases, own.from, own.to, moved.delivered, moved.waiting, moved.digest, own.from, own.to
    ))?;
    Ok(Outcome::Done)
}
