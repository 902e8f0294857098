//! `kamnot timeline`: one case from its opening, every field of every action, with a bar per limit.
//!
//! Invariant: withdrawn actions stay readable. A timeline serves to audit a case and is for those who may read the log,
//! so it also shows personal data of the child; no other list does.

mod drawn;
mod spread;

use std::io;

use engine::action::When;
use engine::case::Case;
use projections::labels::Label;
use projections::picture::Moment;
use projections::timeline::{Entry, Personal, Value, Why, about};
use service::clock::{Clock as _, SystemClock};
use service::queries::timeline::{Question, timeline};
use service::shown::plain;
use web::paper::{Printed, Style, document};
use web::sheet::reader::Reader;

use super::arguments::{Common, Format, Timeline};
use super::asked::no_such_case;
use super::database::{Database, run as block_on};
use super::in_force::offices_in_force;
use super::lists::{Words, json};
use super::output::{Completion, Failure, print_out};
use super::paint::{Paint, Tone, line_width};
use super::rules::named;
use super::table::indented;
use super::time::{short, when};

pub(super) use drawn::draw;

/// `kamnot timeline`
pub(super) fn run(common: &Common, own: &Timeline) -> Result<Completion, Failure> {
    let database = Database::open_to_read(common)?;
    let offices = offices_in_force(common, &database)?;
    let asked = own.at.or_else(|| own.as_known_on.map(When::last));
    let at = asked.unwrap_or_else(|| SystemClock.now());
    // A table has room for the count only on request; in other formats it is a field like any other.
    let why = if own.why || own.format != Format::Table { Why::Told } else { Why::LeftOut };
    let Timeline { as_known_on, .. } = *own;
    let (case, language) = (own.case.clone(), common.lang);
    let question = Question { case, as_known_on, at, why, language, offices: &offices };
    let Some(timeline) = block_on(async { Ok(timeline(database.store.as_ref(), &database.book, &question).await?) })?
    else {
        return Err(no_such_case(common, &own.case, if as_known_on.is_some() { " by then" } else { "" }));
    };
    if own.html {
        let language = common.lang;
        let moment = if asked.is_some() { Moment::Asked } else { Moment::Now };
        let personal = Personal::Shown;
        let reader = Reader { book: timeline.book(), offices: &offices, language, at, moment, personal };
        let printed =
            Printed { by: None, at: SystemClock.now(), known: as_known_on, clock_in_doubt: None, made_up: false };
        let document = document(&timeline, reader, &printed, Style::Contained);
        print_out(&document.ok_or_else(|| no_such_case(common, &own.case, " by then"))?)?;
        return Ok(Completion::Done);
    }
    let mut entries = timeline.entries;
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
            heading(&timeline.case, &as_of, words, paint) + &draw(&entries, at, words, paint)
        }
    })?;
    Ok(Completion::Done)
}

/// The case and its offices.
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

/// The value of an action's field in words, with the names of offices; free text is made safe to print.
fn in_words(value: &Value, Words { book, offices, lang }: Words<'_>) -> String {
    match value {
        Value::Words(words) | Value::Text(words) => plain(words).into_owned(),
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
