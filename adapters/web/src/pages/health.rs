//! Whether the service works, as an operator sees it: never a case.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use engine::rulebook::Rulebook;
use projections::catalogue::Word as _;
use projections::words_of_time::length;
use service::growth::TAKEN_WITHIN_SECONDS;
use service::reconcile::{Reconciler, Reconciliation};
use service::status::{Health as Is, Nats, Tree};
use service::watch::clock_doubt::{CLOCK_CONFIRMED, CLOCK_IN_DOUBT};
use store::Fault;
use store::people::mail::{Address, MailBacklog};

use super::operate::short;
use crate::answer::{Answer, page, see_other, store_is_away};
use crate::frame::Frame;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::frame::Frame as W;
use crate::words::health::Health as H;
use crate::words::mail::Mail as M;
use crate::words::operate::Operate as O;

/// From how many days on an office with open cases counts as silent.
const SILENT_DAYS: i64 = 7;

#[derive(Template)]
#[template(path = "health.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
}

/// A part of the service.
struct Row {
    part: String,
    state: H,
    well: bool,
    known: Vec<String>,
    confirm: bool,
}

/// `GET /health`
pub async fn health(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    let read = async {
        let (log, addresses) = (site.log.as_ref(), site.log.mail_addresses().await?);
        Ok((Reconciler::last(log).await?, addresses, log.mail_backlog().await?, site.people.people_are_on().await?))
    };
    match read.await {
        Ok((last, addresses, backlog, on)) => {
            let frame = Frame::of(&site, &visitor, "/health", W::Health.of(visitor.language));
            let mut rows = of_the_process(&frame, &site.book, site.status.health());
            rows.push(of_mail(&frame, &addresses, &backlog, on));
            rows.extend(of_the_reconciliation(&frame, &site, last.as_ref()));
            page(StatusCode::OK, &Page { frame, rows })
        }
        Err(fault) => store_is_away(&fault, visitor.language),
    }
}

/// `POST /health/clock`: as `kamnot clock confirm`.
pub async fn confirm(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    let confirmed = async {
        site.log.set_meta(CLOCK_CONFIRMED, &site.now().to_string()).await?;
        // A `serve` that ended while the clock was in doubt cannot clear the doubt itself.
        site.log.set_meta(CLOCK_IN_DOUBT, "no").await?;
        tracing::info!(by = %visitor.id, "the clock was confirmed");
        Ok::<_, Fault>(see_other("/health"))
    };
    confirmed.await.unwrap_or_else(|fault| store_is_away(&fault, visitor.language))
}

fn row(part: impl Into<String>, state: H, known: Vec<String>) -> Row {
    let well = matches!(state, H::InOrder | H::Unused | H::Standby | H::NotYet);
    Row { part: part.into(), state, well, known, confirm: false }
}

/// A fault as the log of the process says it, with commands in quotation marks.
fn quoted(fault: &str) -> String {
    fault.replace('`', "\"")
}

/// Clock, log, watch and NATS.
fn of_the_process(frame: &Frame, book: &Rulebook, is: Is) -> Vec<Row> {
    let t = |word: H| frame.t(word).to_owned();
    let number = |word: H, number: &dyn std::fmt::Display| format!("{} {number}", frame.t(word));
    let (doubt, clock) = if is.clock_in_doubt { (H::InDoubt, H::ClockJumped) } else { (H::InOrder, H::ClockGoes) };
    let clock = Row { confirm: is.clock_in_doubt, ..row(frame.t(W::Clock), doubt, vec![t(clock)]) };
    let well = |trouble: &Option<String>| if trouble.is_some() { H::Trouble } else { H::InOrder };
    let store = row(t(H::Store), well(&is.store), vec![is.store.as_deref().map_or_else(|| t(H::Answers), quoted)]);
    let trouble = is.hangs.or(is.watch);
    let state = if is.watch_lag.is_none() && trouble.is_none() { H::NotYet } else { well(&trouble) };
    let behind = |lag: i64| number(H::Behind, &length(book, frame.language, lag));
    let lag = is.watch_lag.map(|lag| if lag == 0 { t(H::OnTime) } else { behind(lag) });
    let known = trouble.as_deref().map(quoted).into_iter().chain(lag);
    let watch = row(t(H::Watch), state, known.chain(is.watched.map(|cases| number(H::Watched, &cases))).collect());
    let (state, says) = match is.nats {
        Nats::Unused => (H::Unused, Some(t(H::WithoutNats))),
        Nats::Connected => (H::InOrder, None),
        Nats::Standby => (H::Standby, Some(t(H::OtherPublishes))),
        Nats::Away(why) => (H::Trouble, Some(quoted(&why))),
    };
    let waiting = is.waiting.map(|waiting| number(H::Waiting, &waiting));
    let oldest = is.oldest.map(|oldest| number(H::Oldest, &short(Some(oldest), frame.language)));
    let unreadable = (is.unreadable > 0).then(|| number(H::Unreadable, &is.unreadable));
    let known = says.into_iter().chain(waiting).chain(oldest).chain(unreadable).collect();
    let tree = is.tree.map(|tree| of_the_tree(frame, book, &tree));
    [clock, store, watch, row("NATS", state, known)].into_iter().chain(tree).collect()
}

/// The log's tree.
fn of_the_tree(frame: &Frame, book: &Rulebook, tree: &Tree) -> Row {
    let cosigning = tree.witnesses.as_ref().map(|standing| {
        let cosigning = standing.witnesses.iter().filter(|witness| witness.trouble.is_none()).count();
        format!("{} {cosigning} / {}", frame.t(H::Cosigning), standing.witnesses.len())
    });
    let known = [
        tree.trouble.as_deref().map(quoted),
        Some(format!("{} {}", frame.t(H::Leaves), tree.size)),
        (tree.lag > 0).then(|| format!("{} {}", frame.t(H::Behind), length(book, frame.language, tree.lag))),
        tree.checkpoint.map(|at| format!("{} {}", frame.t(H::Checkpoint), short(Some(at), frame.language))),
        cosigning,
    ];
    let state = if tree.trouble.is_some() || tree.lag > TAKEN_WITHIN_SECONDS { H::Trouble } else { H::InOrder };
    row(frame.t(H::Tree), state, known.into_iter().flatten().collect())
}

/// What goes out by mail and to webhooks.
fn of_mail(frame: &Frame, addresses: &[Address], backlog: &[MailBacklog], on: bool) -> Row {
    let part = frame.t(M::Part);
    if addresses.is_empty() {
        return row(part, H::Unused, vec![frame.t(M::NotUsed).to_owned()]);
    }
    let failing = addresses.iter().filter(|address| !address.off && address.progress.failing.is_some()).count();
    let number = |word: M, number: u64| format!("{} {number}", frame.t(word));
    let off = (!on).then(|| frame.t(M::Off).to_owned());
    let numbers = [
        number(M::Addresses, addresses.len() as u64),
        number(M::Failing, failing as u64),
        format!("{}: {}", frame.t(M::Waiting), backlog.iter().map(|of| of.waiting).sum::<u64>()),
    ];
    let oldest = backlog.iter().map(|of| of.oldest).min();
    let oldest = oldest.map(|oldest| format!("{} {}", frame.t(M::Oldest), short(Some(oldest), frame.language)));
    let state = if failing > 0 || !on { H::Trouble } else { H::InOrder };
    row(part, state, off.into_iter().chain(numbers).chain(oldest).collect())
}

/// The last reconciliation, and the offices that it found silent.
fn of_the_reconciliation(frame: &Frame, site: &Site, last: Option<&Reconciliation>) -> Vec<Row> {
    let (part, silent) = (frame.t(H::Last), frame.t(H::Silent));
    let Some(last) = last else {
        return vec![row(part, H::NotYet, vec![frame.t(H::Never).to_owned()])];
    };
    let state = if last.is_clean() { H::InOrder } else { H::Trouble };
    let known = [
        short(Some(last.ended), frame.language),
        format!("{} {}", frame.t(H::Cases), last.evaluated),
        format!("{} {}", frame.t(H::Differences), last.differences.different),
    ];
    let offices: Vec<String> = last
        .silent_for(SILENT_DAYS)
        .map(|silence| {
            let name = site.offices.name(&silence.office, frame.language);
            let open = frame.t(if silence.open_cases == 1 { H::OneOpenCase } else { H::OpenCases });
            let days = frame.t(H::DaysSilent);
            format!("{name}: {} {days}, {} {open}", silence.days(), silence.open_cases)
        })
        .collect();
    let none = offices.is_empty();
    let known_silent = if none { vec![frame.t(H::NoneSilent).to_owned()] } else { offices };
    let silent = Row { well: none, ..row(silent, if none { H::InOrder } else { H::Silent }, known_silent) };
    vec![row(part, state, known.to_vec()), silent]
}
