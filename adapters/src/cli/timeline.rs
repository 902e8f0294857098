//! `kamnot timeline`: one case from its opening, with a bar per limit.
//!
//! Invariant: what was withdrawn stays readable; nothing of the child is printed, only codes, kinds and instants.

use std::fmt::Write as _;
use std::io;

use engine::action::When;
use engine::case::{Case, Event};
use engine::rulebook::Language;
use projections::timeline::{Entry, LimitLine, Line, timeline};

use super::arguments::{Common, Format, Timeline};
use super::bar::{bar, state, tone as tone_of};
use super::database::{Absent, Database, run as block_on};
use super::labels::Label;
use super::lists::{Words, json, kind_name, kind_tone, tone};
use super::output::{Failure, Outcome, offices, print_out};
use super::paint::{Paint, Tone, line_width};
use super::spreadsheet::csv;
use super::table::{indented, wrap};
use super::time::{full, short, when};
use crate::clock::{Clock as _, SystemClock};

/// How far what belongs to an action stands in: the width of an instant and of its sign.
const INDENT: usize = 19;

/// Whether the reckoning of each limit is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It is.
    Told,
    /// It is not.
    LeftOut,
}

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
        let then = if until.is_some() { " by then" } else { "" };
        return Err(Failure::Refused(format!(
            "the log {} holds no case {}{then}; check the reference, or the log with --db",
            common.db, own.case
        )));
    }
    let at = own.at.or(until).unwrap_or_else(|| SystemClock.now());
    let case = Case::fold(&log);
    // As known on a day: by the law as it was in force when the last was recorded until then.
    let book = match (until, log.last()) {
        (Some(_), Some(last)) => shelf.book(last.rulebook),
        _ => &database.book,
    };
    let entries = timeline(&case, &log, book, &shelf, at, common.lang);
    let words = Words { book: &database.book, offices: &offices, lang: common.lang };
    let why = if own.why { Why::Told } else { Why::LeftOut };
    print_out(&match own.format {
        Format::Json => json(entries.iter().map(Entry::to_json)),
        Format::Csv => as_csv(&entries, words),
        Format::Table => {
            let paint = Paint::of(&io::stdout());
            let known = own.as_known_on.map(|on| format!(", {} {on}", Label::AsKnownOn.of(common.lang)));
            let at = format!("{} {}{}", Label::At.of(common.lang), short(at), known.unwrap_or_default());
            heading(&case, &at, words, paint) + &draw(&entries, words, why, paint)
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
                let _ = writeln!(out, "  {}: {} ({code})", label.of(lang), offices.name(code, lang));
            }
        }
    }
    out.push('\n');
    out
}

/// The entries, those that belong to an action under it.
pub(super) fn draw(entries: &[Entry], words: Words<'_>, why: Why, paint: Paint) -> String {
    let mut out = String::new();
    for entry in entries {
        match &entry.what {
            Line::Action { .. } => action(entry, words, paint, &mut out),
            Line::Limit(line) => limit(line, words, why, paint, &mut out),
            Line::Finding { rule, article, breach, because, .. } => {
                let name = words.book.rule(*rule).name.in_language(words.lang);
                let how = words.book.text(&format!("breach.{breach}")).in_language(words.lang);
                let article = format!("{} {article}", Label::Article.of(words.lang));
                under('▲', tone(Some(*breach)), &format!("{name} ({article}): {how}"), paint, &mut out);
                reasons(because, why, paint, &mut out);
            }
            Line::NotOnRecord { rule, field, .. } => {
                let name = words.book.rule(*rule).name.in_language(words.lang);
                let field = words.book.text(&format!("field.{field}")).in_language(words.lang);
                let text = format!("{}: {field} ({name})", Label::NotOnRecord.of(words.lang));
                under('?', Tone::Faint, &text, paint, &mut out);
            }
            Line::Alert { kind, text, history, .. } => {
                let mut name = kind_name(*kind, words).to_owned();
                if *history {
                    let _ = write!(name, " ({})", Label::History.of(words.lang));
                }
                let at = format!("{:<INDENT$}", when(entry.at));
                let said = format!("{name}: {text}");
                let lines = wrap(&said, line_width().saturating_sub(INDENT + 2).max(20));
                for (nth, line) in lines.iter().enumerate() {
                    let lead = if nth == 0 { format!("{at}» ") } else { " ".repeat(INDENT + 2) };
                    let _ = writeln!(out, "{}{}", paint.text(Tone::Faint, &lead), paint.text(kind_tone(*kind), line));
                }
            }
        }
    }
    out
}

fn action(entry: &Entry, Words { book, lang, .. }: Words<'_>, paint: Paint, out: &mut String) {
    let Line::Action { name, by, recorded_at, withdrawn, to_come, .. } = &entry.what else { return };
    let name = book.text(&format!("action.{name}")).in_language(lang);
    let at = format!("{:<INDENT$}", when(entry.at));
    let mut notes = vec![by.to_string()];
    if recorded_at.date() != entry.at.date() {
        notes.push(format!("{} {}", Label::RecordedOn.of(lang), short(*recorded_at)));
    }
    if *withdrawn {
        notes.push(Label::Withdrawn.of(lang).to_owned());
    }
    if *to_come {
        notes.push(Label::ToCome.of(lang).to_owned());
    }
    let tone = if *withdrawn || *to_come { Tone::Faint } else { Tone::Strong };
    let notes = paint.text(Tone::Faint, &notes.join(" · "));
    let _ = writeln!(out, "{at}{} {}  {notes}", paint.text(tone, "●"), paint.text(tone, name));
}

fn limit(line: &LimitLine, Words { lang, .. }: Words<'_>, why: Why, paint: Paint, out: &mut String) {
    let lead = " ".repeat(INDENT + 2);
    let _ = writeln!(out, "{lead}{:<26} {}", line.rule.word(), bar(line, lang, paint));
    let ends = if line.latest == Some(line.earliest) {
        short(line.earliest)
    } else {
        let latest = line.latest.map_or_else(|| Label::NoLimit.of(lang).to_owned(), short);
        let (protective, lenient) = (Label::ByProtective.of(lang), Label::ByLenient.of(lang));
        format!("{} ({protective}), {latest} ({lenient})", short(line.earliest))
    };
    let state = state(line).of(lang);
    let article = format!("{} {}", Label::Article.of(lang), line.article);
    let text = format!("{state} · {article} · {} · {} {ends}", line.owed_by, Label::EndsAt.of(lang));
    for (nth, part) in wrap(&text, line_width().saturating_sub(INDENT + 4).max(20)).iter().enumerate() {
        let part = match part.strip_prefix(state).filter(|_| nth == 0) {
            Some(rest) => paint.text(tone_of(line), state) + &paint.text(Tone::Faint, rest),
            None => paint.text(Tone::Faint, part),
        };
        let _ = writeln!(out, "{}{part}", " ".repeat(INDENT + 4));
    }
    reasons(&line.because, why, paint, out);
}

fn under(sign: char, tone: Tone, text: &str, paint: Paint, out: &mut String) {
    let lines = wrap(text, line_width().saturating_sub(INDENT + 4).max(20));
    for (nth, line) in lines.iter().enumerate() {
        let lead = if nth == 0 { format!("{}{sign} ", " ".repeat(INDENT + 2)) } else { " ".repeat(INDENT + 4) };
        let _ = writeln!(out, "{}", paint.text(tone, &format!("{lead}{line}")));
    }
}

fn reasons(because: &[String], why: Why, paint: Paint, out: &mut String) {
    if why == Why::Told {
        for sentence in because {
            out.push_str(&faint(&indented(&format!("– {sentence}"), INDENT + 4, line_width()), paint));
        }
    }
}

fn faint(lines: &str, paint: Paint) -> String {
    lines.lines().map(|line| paint.text(Tone::Faint, line) + "\n").collect()
}

fn as_csv(entries: &[Entry], words: Words<'_>) -> String {
    let lang = words.lang;
    let headings = [
        Label::When,
        Label::Entry,
        Label::What,
        Label::Article,
        Label::By,
        Label::Standing,
        Label::EndsProtective,
        Label::EndsLenient,
        Label::Text,
    ]
    .map(|label| label.of(lang));
    let rows: Vec<Vec<String>> = entries.iter().map(|entry| csv_row(entry, words, lang)).collect();
    csv(headings, &rows)
}

fn csv_row(entry: &Entry, words: Words<'_>, lang: Language) -> Vec<String> {
    let book = words.book;
    let at = match entry.at {
        When::Instant(instant) => full(instant),
        When::Date(_) => entry.at.to_string(),
    };
    let name = |rule| book.rule(rule).name.in_language(lang).to_owned();
    let standing = |breach| super::labels::breach(breach).of(lang).to_owned();
    let none = String::new;
    let rest = match &entry.what {
        Line::Action { name, by, withdrawn, .. } => [
            Label::Action.of(lang).to_owned(),
            book.text(&format!("action.{name}")).in_language(lang).to_owned(),
            none(),
            by.to_string(),
            if *withdrawn { Label::Withdrawn.of(lang).to_owned() } else { none() },
            none(),
            none(),
            none(),
        ],
        Line::Limit(line) => [
            Label::Deadline.of(lang).to_owned(),
            name(line.rule),
            line.article.clone(),
            line.owed_by.to_string(),
            standing(line.breach),
            full(line.earliest),
            line.latest.map_or_else(none, full),
            line.because.join("\n"),
        ],
        Line::Finding { rule, article, breach, because, .. } => [
            Label::Finding.of(lang).to_owned(),
            name(*rule),
            article.clone(),
            none(),
            standing(Some(*breach)),
            none(),
            none(),
            because.join("\n"),
        ],
        Line::NotOnRecord { rule, field, .. } => [
            Label::NotOnRecord.of(lang).to_owned(),
            name(*rule),
            book.rule(*rule).article.clone(),
            none(),
            none(),
            none(),
            none(),
            book.text(&format!("field.{field}")).in_language(lang).to_owned(),
        ],
        Line::Alert { kind, rule, text, .. } => [
            Label::Alert.of(lang).to_owned(),
            name(*rule),
            book.rule(*rule).article.clone(),
            none(),
            kind_name(*kind, words).to_owned(),
            none(),
            none(),
            text.clone(),
        ],
    };
    std::iter::once(at).chain(rest).collect()
}
