//! `kamnot inbox`: what an office has to act on, and what it does about it, in the log or over NATS.
//!
//! Invariant: what is done is recorded as over NATS, whichever way it goes: by the office, without a person.

use std::io;

use engine::action::{CaseRef, OfficeCode};
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::handling::Deed;
use engine::refusal::reasons;
use engine::rulebook::Language;
use nats::sender::Sender;
use projections::inbox::{Hands, Item, Subject};
use projections::labels::Label;
use projections::subjects::Asks;
use service::clock::{Clock as _, SystemClock};
use service::handling::{Sent, Side, escalated};
use service::intake::Intake;
use service::intake::reply::Reply;
use service::offices::Offices;
use service::queries::cases::{Cases, Which, cases};
use service::spreadsheet::csv;
use service::verdict::Outcome;
use service::watch::clock_doubt::alerts_beside;
use store::Fault;
use uuid::Uuid;

use super::arguments::{About, Common, Format, Inbox, InboxCommand, Promised};
use super::asked::refuse_stranger;
use super::database::{Absent, Database, run as block_on};
use super::docket::heading;
use super::in_force::{known_in_force, offices_in_force};
use super::lists::{Words, json, tone};
use super::output::{Completion, Failure, complete, print_out};
use super::paint::{Paint, Tone, line_width};
use super::people::known;
use super::table::{Cell, Table};
use super::time::{left, short};
use super::today::{Names, names_of, who};

/// `kamnot inbox`
pub(super) fn run(common: &Common, own: &Inbox) -> Result<Completion, Failure> {
    match &own.command {
        InboxCommand::List { by, format } => list(common, by, *format),
        InboxCommand::Take { about, promise } => act(common, about, &sent(about, Deed::Takes, Some(promise), None)),
        InboxCommand::HandOver { about, to, promise } => {
            act(common, about, &sent(about, Deed::HandsOver, Some(promise), Some(person(common, about, to)?)))
        }
        InboxCommand::GiveBack { about } => act(common, about, &sent(about, Deed::GivesBack, None, None)),
        InboxCommand::Note { about } => act(common, about, &sent(about, Deed::Notes, None, None)),
    }
}

/// The id of the person with an id or a login name.
fn person(common: &Common, about: &About, named: &str) -> Result<Uuid, Failure> {
    match named.parse() {
        Ok(id) => Ok(id),
        Err(_) if about.nats.servers()?.is_some() => Err(Failure::Refused(match common.lang {
            Language::En => {
                "over NATS --to takes the id of a person: `kamnot people list --format json` where the log is"
                    .to_owned()
            }
            Language::Lo => "ຜ່ານ NATS, --to ຕ້ອງເປັນລະຫັດຂອງຜູ້ໃຊ້: `kamnot people list --format json` ບ່ອນທີ່ມີບັນທຶກ".to_owned(),
        })),
        Err(_) => known(common, &Database::open_to_read(common)?, named),
    }
}

/// What is sent.
fn sent(about: &About, deed: Deed, promise: Option<&Promised>, to: Option<Uuid>) -> Sent {
    Sent {
        id: about.id.unwrap_or_else(Uuid::new_v4),
        case: about.case.to_string(),
        key: about.key.clone(),
        doing: deed.word().to_owned(),
        what: promise.map(|promise| promise.doing.clone()),
        until: promise.map(|promise| promise.until.last().to_string()),
        to,
    }
}

fn act(common: &Common, about: &About, sent: &Sent) -> Result<Completion, Failure> {
    let payload = serde_json::to_vec(sent).map_err(|error| Failure::Fault(error.to_string()))?;
    let reply = match about.nats.servers()? {
        Some(servers) => {
            let mut sender = Sender::new(servers, about.by.clone());
            block_on(async { Ok(sender.send(Asks::Inbox, &payload).await?) })?
        }
        None => recorded(common, &about.by, &payload)?,
    };
    said(&reply, sent, common.lang)
}

fn recorded(common: &Common, office: &OfficeCode, payload: &[u8]) -> Result<Reply, Failure> {
    let database = Database::open(common, Absent::Fail)?;
    let offices = known_in_force(common, &database)?;
    block_on(async {
        let alerts = alerts_beside(database.store.as_ref()).await?;
        let intake = Intake::new(database.recorder().await?).knowing(offices.map(Into::into));
        Ok(intake.handle(office, payload, alerts).await.reply)
    })
}

fn said(reply: &Reply, sent: &Sent, lang: Language) -> Result<Completion, Failure> {
    let Sent { id, case, doing, .. } = sent;
    if let Some(error) = &reply.error {
        return Err(Failure::Fault(error.reason.clone()));
    }
    let Some(line) = reply.lines.first() else { return Err(Failure::Fault("the reply is empty".to_owned())) };
    let again = format!("whether it was recorded is unknown; do the same again with --id {id}");
    let said = match (line.outcome, lang) {
        (Outcome::Recorded, Language::En) => format!("{case}: {doing} recorded as {id}\n"),
        (Outcome::Recorded, Language::Lo) => format!("{case}: ບັນທຶກ {doing} ແລ້ວ ເປັນ {id}\n"),
        (Outcome::Known, Language::En) => format!("{case}: {doing} {id} was recorded already; nothing changed\n"),
        (Outcome::Known, Language::Lo) => format!("{case}: {doing} {id} ບັນທຶກໄວ້ກ່ອນແລ້ວ; ບໍ່ມີຫຍັງປ່ຽນແປງ\n"),
        (Outcome::Refused, _) => return Err(Failure::Refused(reasons(&line.flaws(), lang))),
        (Outcome::Again, _) => return Err(Failure::Fault(again)),
    };
    print_out(&said)?;
    Ok(Completion::Done)
}

fn list(common: &Common, office: &OfficeCode, format: Format) -> Result<Completion, Failure> {
    let database = Database::open_to_read(common)?;
    let offices = offices_in_force(common, &database)?;
    let now = SystemClock.now();
    let (items, damaged) = block_on(found(&database, &offices, office, now))?;
    if items.is_empty() && damaged.is_empty() {
        refuse_stranger(common, &offices, &database, (None, office))?;
    }
    let holders = items.iter().flat_map(|item| &item.holdings).filter_map(|holding| holding.person);
    let names = block_on(names_of(&database, holders))?;
    let words = Words { book: &database.book, offices: &offices, lang: common.lang };
    let paint = Paint::of(&io::stdout());
    let rows = || items.iter().map(|item| row(item, &names, words, now));
    print_out(&match format {
        Format::Json => json(items.iter().map(Item::to_json)),
        Format::Csv => {
            let cells = rows().map(|row| row.into_iter().map(|cell| cell.0).collect());
            csv(COLUMNS.map(|label| label.of(common.lang)), &cells.collect::<Vec<Vec<String>>>())
        }
        Format::Table => {
            let headings = COLUMNS.map(|label| label.heading(common.lang).to_owned()).to_vec();
            let cells = rows().map(|row| row.into_iter().map(|(text, tone)| Cell::new(text, tone)).collect());
            let table = Table { headings, rows: cells.collect() };
            let nothing = || Label::NothingToActOn.of(common.lang).to_owned() + "\n";
            heading(Label::Inbox, office, now, words, paint)
                + "\n\n"
                + &if items.is_empty() { nothing() } else { table.draw(line_width(), paint) }
        }
    })?;
    complete(damaged)
}

/// The items of an office's inbox in their order, and what could not be read.
async fn found(
    database: &Database,
    offices: &Offices,
    office: &OfficeCode,
    now: Instant,
) -> Result<(Vec<Item>, Vec<Fault>), Failure> {
    let (store, book) = (database.store.as_ref(), &database.book);
    let which = Which { office: office.clone(), seat: None, at: now, now };
    let Cases { cases, mut damaged } = cases(store, book, &which).await?;
    let mut items = Vec::new();
    for case in cases {
        match store.load(&case.case).await {
            Ok(case) => items.extend(Side::Own(None).items(office, &case, book, now)),
            Err(fault @ Fault::Corrupt(_)) => damaged.push(fault),
            Err(fault) => return Err(fault.into()),
        }
    }
    let own = |items: &[(Item, _)], case: &CaseRef| items.iter().any(|(item, _)| item.case == *case);
    let (above, unread) = escalated(store, book, offices, office, now).await?;
    let above: Vec<_> = above.into_iter().filter(|(item, _)| !own(&items, &item.case)).collect();
    items.extend(above);
    if unread > 0 {
        damaged.push(Fault::corrupt(format!("{unread} cases with something that was escalated cannot be read")));
    }
    let mut items: Vec<Item> = items.into_iter().map(|(item, _)| item).collect();
    items.sort_by(|a, b| (a.place, &a.case).cmp(&(b.place, &b.case)));
    Ok((items, damaged))
}

const COLUMNS: [Label; 7] =
    [Label::Time, Label::Case, Label::Limit, Label::Ends, Label::HowSure, Label::TakenBy, Label::Item];

fn row(item: &Item, names: &Names, words: Words<'_>, now: Instant) -> [(String, Tone); 7] {
    let lang = words.lang;
    let (time, what, ends, breach) = match &item.subject {
        Subject::Limit { rule, earliest, latest, breach, .. } => {
            let end = if *breach == Some(Breach::Certain) { latest.unwrap_or(*earliest) } else { *earliest };
            (left(end.since(now), lang), words.rule_name(*rule), short(end), *breach)
        }
        Subject::Findings { found, missing } => {
            let count = |n: usize, label: Label| (n > 0).then(|| format!("{n} {}", label.of(lang)));
            let findings = if *found == 1 { Label::OneFinding } else { Label::Findings };
            let parts = [count(*found, findings), count(*missing, Label::NotOnRecord)];
            (String::new(), parts.into_iter().flatten().collect::<Vec<_>>().join(", "), String::new(), None)
        }
    };
    let holders: Vec<String> = item
        .holdings
        .iter()
        .filter_map(|holding| Some((holding.person, holding.promise.as_ref()?.until)))
        .map(|(person, until)| format!("{}, {}", who(person, names, lang), short(until)))
        .collect();
    let taken = match item.hands {
        Hands::Nobody => Label::Nobody.of(lang).to_owned(),
        Hands::Lapsed(_) => format!("{} ({})", Label::Lapsed.of(lang), holders.join("; ")),
        Hands::Taken => holders.join("; "),
    };
    let sure = breach.map_or("", |breach| projections::labels::sure(Some(breach)).of(lang));
    [
        (time, tone(breach)),
        (item.case.to_string(), Tone::Strong),
        (what, Tone::Plain),
        (ends, Tone::Plain),
        (sure.to_owned(), tone(breach)),
        (taken, Tone::Plain),
        (item.key(), Tone::Faint),
    ]
}
