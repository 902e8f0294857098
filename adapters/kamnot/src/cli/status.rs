//! `kamnot status`: whether all is well, on one screen.
//!
//! Invariant: it changes nothing. What it was not asked to check, or cannot know, is reported as unknown and never as
//! well.

mod words;

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use engine::calendar::Instant;
use engine::json::Json;
use nats::PublishedStream;
use service::clock::{Clock as _, SystemClock};
use service::growth::TAKEN_WITHIN_SECONDS;
use service::reconcile::{DELIVERED_WITHIN_SECONDS, Reconciler, TOLD_WITHIN_SECONDS};
use service::watch::clock_doubt::CLOCK_IN_DOUBT;
use service::witnesses::standing_of;
use store::LogStore;
use store::place::LogPlace;
use store::transfer::moved_to;

use super::arguments::{Common, ResultFormat, Status};
use super::backup::{LAST_BACKUP, last_backup};
use super::database::{Absent, Database, run as block_on};
use super::output::{Completion, Failure, print_out};
use super::paint::{Paint, Tone, line_width};
use super::table::{Cell, Table};
use words::{Check, Finding, State, Words};

/// After how many seconds the last reconciliation or backup is too old: they are daily.
const DAILY_SECONDS: i64 = 26 * 3600;
/// How long a running `serve` may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// How many bytes of its answer are read.
const MOST_ANSWER: u64 = 16 * 1024;

/// `kamnot status`
pub(super) fn run(common: &Common, own: &Status) -> Result<Completion, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let words = Words(common.lang);
    let now = SystemClock.now();
    let mut found = block_on(look(common, &database, own, now, words))?;
    found.push(own.listen.map_or_else(|| words.serve_not_asked(), |listen| words.serve(&readiness(listen))));
    print_out(&match own.format {
        ResultFormat::Json => json(common, now, &found),
        ResultFormat::Table => table(common, now, &found, words),
    })?;
    let well = found.iter().all(|finding| finding.state != State::Attention);
    Ok(if well { Completion::Done } else { Completion::SomethingRefused })
}

/// Checks the log and NATS.
async fn look(
    common: &Common,
    database: &Database,
    own: &Status,
    now: Instant,
    words: Words,
) -> Result<Vec<Finding>, Failure> {
    let store = database.store.as_ref();
    let sealed = moved_to(store).await?;
    let log = match &sealed {
        Some(to) => words.sealed(to),
        None => words.log(&store.kept_by().await?, size(&common.db)),
    };
    let mut found = vec![log, words.rulebook(&database.book)];
    found.push(words.clock(store.meta(CLOCK_IN_DOUBT).await?.as_deref() == Some("yes"), now));
    if sealed.is_some() {
        // Due cases and waiting alerts are the business of the place that the log was moved to.
        found.extend([Check::Watch, Check::Backlog].map(|check| words.elsewhere(check)));
    } else {
        let next_due = store.next_due().await?;
        let overdue = next_due.map(|due| now.since(due)).filter(|late| *late > TOLD_WITHIN_SECONDS);
        found.push(words.watch(overdue, next_due));
        let backlog = store.backlog().await?;
        let waiting = backlog.oldest.map(|oldest| now.since(oldest).max(0));
        found.push(words.backlog(backlog.waiting, waiting, DELIVERED_WITHIN_SECONDS));
    }
    found.push(if sealed.is_some() { words.elsewhere(Check::Tree) } else { tree(store, now, words).await? });
    if let Some(standing) = standing_of(store).await? {
        found.push(words.witnesses(&standing, now));
    }
    found.push(nats(store, own, words).await?);
    let last = Reconciler::last(store).await?;
    let ago = last.as_ref().map(|last| now.since(last.at).max(0));
    let different = last.as_ref().map_or(0, |last| last.differences.different);
    found.push(words.reconciliation(ago, different, DAILY_SECONDS));
    found.push(match &common.db {
        LogPlace::File(_) => {
            let ago = last_backup(store.meta(LAST_BACKUP).await?.as_deref()).map(|at| now.since(at).max(0));
            words.backup(ago, DAILY_SECONDS)
        }
        LogPlace::Postgres(_) => words.backup_elsewhere(),
    });
    let silent =
        last.as_ref().map(|last| last.silent_for(own.silent_days).map(|silence| silence.office.to_string()).collect());
    found.push(words.silent(silent, own.silent_days));
    found.push(mail(store, now, words).await?);
    Ok(found)
}

/// Checks whether the log's tree has what was recorded.
async fn tree(store: &dyn LogStore, now: Instant, words: Words) -> Result<Finding, Failure> {
    let standing = store.tree_standing().await?;
    let waiting = standing.waiting_since.map(|since| now.since(since).max(0));
    let checkpoint = standing.checkpoint.map(|checkpoint| now.since(checkpoint.at).max(0));
    Ok(words.tree(standing.size, waiting, checkpoint, TAKEN_WITHIN_SECONDS))
}

/// Checks whether mail and webhooks go out.
async fn mail(store: &dyn LogStore, now: Instant, words: Words) -> Result<Finding, Failure> {
    let (addresses, backlog) = (store.mail_addresses().await?, store.mail_backlog().await?);
    let on: Vec<_> = addresses.iter().filter(|address| !address.off).collect();
    let failing = on.iter().filter(|address| address.progress.failing.is_some()).count();
    let of_them: Vec<_> = backlog.iter().filter(|of| on.iter().any(|address| address.id == of.address)).collect();
    let oldest = of_them.iter().map(|of| now.since(of.oldest).max(0)).max();
    Ok(words.mail(on.len(), failing, of_them.iter().map(|of| of.waiting).sum(), oldest))
}

/// Checks that the stream of alerts exists and is as long as the marks of delivery say.
async fn nats(store: &dyn LogStore, own: &Status, words: Words) -> Result<Finding, Failure> {
    let Some(servers) = own.nats.servers()? else { return Ok(words.nats_not_asked()) };
    let marked = store.last_stream_sequence().await?;
    let looked = async { PublishedStream::open(&servers).await?.last_sequence().await };
    Ok(match Box::pin(looked).await {
        Ok(last) => words.stream(last, marked),
        Err(fault) => words.nats_away(&fault.to_string()),
    })
}

/// The size of the log's file in bytes; `None` for a log on a server.
fn size(place: &LogPlace) -> Option<u64> {
    match place {
        LogPlace::File(path) => std::fs::metadata(path).ok().map(|file| file.len()),
        LogPlace::Postgres(_) => None,
    }
}

/// Asks a running `serve` whether it is ready; otherwise the reasons why not.
fn readiness(listen: SocketAddr) -> Result<(), String> {
    let ask = || -> io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&listen, ANSWER_WITHIN)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        stream.set_write_timeout(Some(ANSWER_WITHIN))?;
        let question = format!("GET /readyz HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n");
        stream.write_all(question.as_bytes())?;
        let mut answer = Vec::new();
        stream.take(MOST_ANSWER).read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    let answer = ask().map_err(|error| format!("{listen}: {error}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.split(' ').nth(1) == Some("200") { Ok(()) } else { Err(body.trim().replace('\n', "; ")) }
}

fn table(common: &Common, now: Instant, found: &[Finding], words: Words) -> String {
    let paint = Paint::of(&io::stdout());
    let attention = found.iter().filter(|finding| finding.state == State::Attention).count();
    let tone = if attention == 0 { Tone::Good } else { Tone::Certain };
    let heading = words.heading(&common.db.to_string(), now, attention);
    let mut table = Table { headings: words.headings().map(str::to_owned).to_vec(), rows: Vec::new() };
    for Finding { check, state, found } in found {
        let tone = match state {
            State::Well => Tone::Good,
            State::Attention => Tone::Certain,
            State::Unknown => Tone::Faint,
        };
        table.rows.push(vec![
            Cell::new(words.state(*state), tone),
            Cell::new(words.check(*check), Tone::Strong),
            Cell::plain(found.as_str()),
        ]);
    }
    format!("{}\n\n{}", paint.text(tone, &heading), table.draw(line_width(), paint))
}

fn json(common: &Common, now: Instant, found: &[Finding]) -> String {
    let text = |text: &str| Json::text(text.to_owned());
    let checks = found.iter().map(|Finding { check, state, found }| {
        let fields = [("check", text(Check::word(*check))), ("state", text(state.word())), ("found", text(found))];
        Json::Object(fields.map(|(name, value)| (name.into(), value)).to_vec())
    });
    let well = found.iter().all(|finding| finding.state != State::Attention);
    let document = Json::Object(vec![
        ("log".into(), text(&common.db.to_string())),
        ("at".into(), text(&now.to_string())),
        ("well".into(), Json::Bool(well)),
        ("checks".into(), Json::List(checks.collect())),
    ]);
    let mut out = String::new();
    document.write(&mut out);
    out + "\n"
}
