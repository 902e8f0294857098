//! `kamnot timeline`: one case from its opening, every field of every action, with a bar per limit.
//!
//! Invariant: what was withdrawn stays readable. It is the audit of a case by who may read its log, so it shows what the
//! log holds of the child too; nothing else that the program prints does.

mod drawn;
mod spread;

use std::io;

use engine::action::When;
use engine::case::{Case, Event};
use projections::timeline::{Entry, Value, Why, about, timeline};

use super::arguments::{Common, Format, Timeline};
use super::asked::no_such_case;
use super::database::{Absent, Database, run as block_on};
use super::labels::Label;
use super::lists::{Words, json};
use super::output::{Failure, Outcome, offices, print_out};
use super::paint::{Paint, Tone, line_width};
use super::rules::named;
use super::table::indented;
use super::time::{short, when};
use crate::clock::{Clock as _, SystemClock};
use crate::shown::plain;

pub(super) use drawn::draw;

/// `kamnot timeline`
pub(super) fn run(common: &Common, own: &Timeline) -> Result<Outcome, Failure> {
    let offices = offices(common)?;
    let database = Database::open(common, Absent::Fail)?;
    let (stored, shelf) = block_on(async { Ok((database.store.stream(&own.case).await?, database.shelf().await?)) })?;
    let until = own.as_known_on.map(When::last);
    let log: Vec<Event> = stored
        .into_iter()
        .map(|stored| stored.event)
        .filter(|event| until.is_none_or(|until| event.recorded_at <= until))
        .collect();
    if log.is_empty() {
        return Err(no_such_case(common, &own.case, if until.is_some() { " by then" } else { "" }));
    }
    let at = own.at.or(until).unwrap_or_else(|| SystemClock.now());
    let case = Case::fold(&log);
    // As known on a day: by the law as it was in force when the last was recorded until then.
    let book = match (until, log.last()) {
        (Some(_), Some(last)) => shelf.book(last.rulebook),
        _ => &database.book,
    };
    // A table has no room for the reckoning of everything; for others it is a field like any other.
    let why = if own.why || own.format != Format::Table { Why::Told } else { Why::LeftOut };
    let mut entries = timeline(&case, &log, book, &shelf, at, common.lang, why);
    if let Some(limit) = &own.limit {
        entries = about(entries, &named(&database.book, limit)?);
    }
    let words = Words { book: &database.book, offices: &offices, lang: common.lang };
    print_out(&match own.format {
        Format::Json => json(entries.iter().map(Entry::to_json)),
        Format::Csv => spread::csv(&entries, words),
        Format::Table => {
            let paint = Paint::of(&io::stdout());
            let known = own.as_known_on.map(|on| format!(", {} {on}", Label::AsKnownOn.of(common.lang)));
            let as_of = format!("{} {}{}", Label::At.of(common.lang), short(at), known.unwrap_or_default());
            heading(&case, &as_of, words, paint) + &draw(&entries, at, words, paint)
        }
    })?;
    Ok(Outcome::Done)
}

/// Which case it is, and who has it.
pub(super) fn heading(case: &Case, at: &str, Words { book, offices, lang }: Words<'_>, paint: Paint) -> String {
    let title = format!("{}: {}", Label::Timeline.of(lang), case.reference());
    let mut out = format!("{}\n{at}\n", paint.text(Tone::Strong, &title));
    let latest = case.last_recorded_at().and_then(|last| case.assess(book, last));
    if let Some(assessment) = latest {
        let of_case = assessment.timeline.offices();
        let all = [
            (Label::Court, Some(of_case.court)),
            (Label::Prosecutor, Some(of_case.prosecutor)),
            (Label::Investigator, Some(of_case.investigator)),
            (Label::LegalAid, of_case.legal_aid),
        ];
        for (label, code) in all {
            if let Some(code) = code {
                let office = format!("{}: {} ({code})", label.of(lang), offices.name(code, lang));
                out += &indented(&office, 2, line_width());
            }
        }
    }
    out.push('\n');
    out
}

/// What a field of an action holds, with the names of the offices; a text that somebody wrote moves no cursor.
fn in_words(value: &Value, Words { book, offices, lang }: Words<'_>) -> String {
    match value {
        Value::Words(words) => plain(words).into_owned(),
        Value::Office { before: Some(before), now } if before != now => {
            format!("{} → {}", offices.name(before, lang), offices.name(now, lang))
        }
        Value::Office { now, .. } => offices.name(now, lang).to_owned(),
        Value::Action(_, Some((name, at))) => {
            format!("{}, {}", book.text(&format!("action.{name}")).in_language(lang), when(*at))
        }
        Value::Action(id, None) => id.to_string(),
    }
}
