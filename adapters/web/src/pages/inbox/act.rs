//! A form of the inbox: an item is taken, handed over, given back or noted.

use std::sync::Arc;

use axum::extract::State;
use engine::calendar::Instant;
use engine::decide::Verdict;
use engine::handling::{Doing, LONGEST_WHAT, Promise};
use engine::refusal::Code;
use service::shown::plain;
use store::Fault;
use uuid::Uuid;

use super::items::Names;
use super::{Asked, Typed, answer};
use crate::answer::{Answer, see_other, store_is_away};
use crate::fields::Fields;
use crate::inbox::{OwnInbox, act as record};
use crate::site::Site;
use crate::until::until;
use crate::visitor::Visitor;
use crate::words::inbox::Inbox as I;

/// `POST /inbox`
pub async fn act(State(site): State<Arc<Site>>, visitor: Visitor, fields: Fields) -> Answer {
    let asked = Asked {
        case: fields.text("case").to_owned(),
        key: fields.text("key").to_owned(),
        form: fields.text("doing").to_owned(),
        done: String::new(),
    };
    let mut typed = Typed {
        what: plain(fields.text("what")).into_owned(),
        until: fields.text("until").to_owned(),
        to: fields.text("to").to_owned(),
        errors: Vec::new(),
    };
    match done(&site, &visitor, &fields, &asked, &mut typed).await {
        Ok(Some(row)) => see_other(&format!("/inbox?done={}#{row}", asked.form)),
        Ok(None) => answer(&site, &visitor, &asked, &typed).await,
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

/// Records it; the name of the item's row if it is recorded, and otherwise what is wrong is noted in `typed`.
async fn done(
    site: &Site,
    visitor: &Visitor,
    fields: &Fields,
    asked: &Asked,
    typed: &mut Typed,
) -> Result<Option<String>, Fault> {
    let inbox = OwnInbox::of(site, visitor).await?;
    let item = inbox.as_ref().and_then(|inbox| inbox.item(&asked.case, &asked.key));
    let (Some(item), Ok(id)) = (item, Uuid::try_parse(fields.text("id"))) else {
        typed.errors.push(("main", I::Gone));
        return Ok(None);
    };
    let Some(doing) = doing(site, visitor, asked, typed).await? else { return Ok(None) };
    match record(site, visitor, item, id, &doing).await? {
        Verdict::Accepted | Verdict::Known => Ok(Some(super::items::row_name(item))),
        Verdict::Refused(flaws) => {
            let flaw = flaws.first().map(|flaw| flaw.code);
            typed.errors.push(match flaw {
                Some(Code::UntilOutOfRange) => ("until", I::UntilPassed),
                Some(Code::TextTooLong | Code::MissingField) => ("what", I::WriteWhat),
                Some(Code::ClockInDoubt) => ("main", I::ClockInDoubt),
                Some(Code::AlertNotTaken) => ("main", I::NotYours),
                _ => ("main", I::Gone),
            });
            Ok(None)
        }
    }
}

/// What the form says; `None` where something is wrong, which is noted in `typed`.
async fn doing(site: &Site, visitor: &Visitor, asked: &Asked, typed: &mut Typed) -> Result<Option<Doing>, Fault> {
    let to = match asked.form.as_str() {
        "gives_back" => return Ok(Some(Doing::GivesBack)),
        "notes" => return Ok(Some(Doing::Notes)),
        "takes" => None,
        "hands_over" => {
            let names = Names::of(site, visitor).await?;
            let to = Uuid::try_parse(&typed.to).ok().filter(|to| names.is_colleague(*to));
            if to.is_none() {
                typed.errors.push(("to", I::ChoosePerson));
            }
            to
        }
        _ => {
            typed.errors.push(("main", I::Gone));
            return Ok(None);
        }
    };
    if typed.what.is_empty() || typed.what.chars().count() > LONGEST_WHAT {
        typed.errors.push(("what", I::WriteWhat));
    }
    let until = until(&typed.until, site.now());
    if until.is_none() {
        typed.errors.push(("until", I::UntilUnclear));
    }
    let Some(until) = until.filter(|_| typed.errors.is_empty()) else { return Ok(None) };
    Ok(Some(promised(&typed.what, until, to)))
}

fn promised(what: &str, until: Instant, to: Option<Uuid>) -> Doing {
    let promise = Promise { what: what.into(), until };
    match to {
        Some(to) => Doing::HandsOver { to, promise },
        None => Doing::Takes(promise),
    }
}
