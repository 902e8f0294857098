//! The timeline as CSV: one row for each entry; the fields of an action are lines of one cell.

use engine::action::When;
use engine::case::Confirmed;
use engine::rulebook::{Language, RuleId};
use projections::labels::{self, Label};
use projections::summary::Ended;
use projections::timeline::{ActionLine, Entry, EntryLine, LimitLine, SecondLook};
use service::shown::plain;

use super::super::bar::state;
use super::super::lists::{Words, kind_name};
use super::super::time::{full, short};
use super::in_words;
use service::spreadsheet;

/// The columns.
const COLUMNS: [Label; 11] = [
    Label::When,
    Label::Entry,
    Label::What,
    Label::Article,
    Label::By,
    Label::Standing,
    Label::EndsProtective,
    Label::EndsLenient,
    Label::RecordedOn,
    Label::RecordedBy,
    Label::Text,
];

/// A row; columns that do not apply are empty.
#[derive(Default)]
struct Row {
    what: String,
    article: String,
    by: String,
    standing: String,
    ends: [String; 2],
    recorded: [String; 2],
    text: String,
}

/// The entries as a table for a spreadsheet, in words.
pub(super) fn csv(entries: &[Entry], words: Words<'_>) -> String {
    let rows: Vec<Vec<String>> = entries.iter().map(|entry| row(entry, words)).collect();
    spreadsheet::csv(COLUMNS.map(|label| label.of(words.lang)), &rows)
}

fn row(entry: &Entry, words: Words<'_>) -> Vec<String> {
    let Words { book, offices, lang } = words;
    let at = match entry.at {
        When::Instant(instant) => full(instant),
        When::Date(_) => entry.at.to_string(),
    };
    let of_rule =
        |rule: RuleId| Row { what: words.rule_name(rule), article: book.article(&rule).to_owned(), ..Row::default() };
    let (kind, row) = match &entry.what {
        EntryLine::Action(line) => (Label::Action, action(line, words)),
        EntryLine::Limit(line) => {
            let latest = line.latest.map_or_else(String::new, full);
            let by = offices.name(&line.owed_by, lang).to_owned();
            let ends = [full(line.earliest), latest];
            (
                Label::Deadline,
                Row { by, standing: of_limit(line, lang), ends, text: line.because.join("\n"), ..of_rule(line.rule) },
            )
        }
        EntryLine::Finding { rule, breach, because, .. } => (
            Label::Finding,
            Row {
                standing: labels::breach(Some(*breach)).of(lang).to_owned(),
                text: because.join("\n"),
                ..of_rule(*rule)
            },
        ),
        EntryLine::NotOnRecord { rule, field, .. } => {
            let text = book.text(&format!("field.{field}")).in_language(lang).to_owned();
            (Label::NotOnRecord, Row { text, ..of_rule(*rule) })
        }
        EntryLine::Alert { kind, rule, history, text, .. } => {
            let history = if *history { format!(" ({})", Label::History.of(lang)) } else { String::new() };
            let standing = format!("{}{history}", kind_name(*kind, words));
            (Label::Alert, Row { standing, text: text.clone(), ..of_rule(*rule) })
        }
        EntryLine::Handling { deed, kind, rule, by, until, .. } => {
            let by = offices.name(by, lang).to_owned();
            let until = until.map(|at| format!("{} {}", Label::Until.of(lang), full(at))).unwrap_or_default();
            let text = format!("{} ({})", labels::deed(*deed).of(lang), kind_name(*kind, words));
            (Label::Handling, Row { by, standing: until, text, ..of_rule(*rule) })
        }
    };
    let Row { what, article, by, standing, ends, recorded, text } = row;
    let mut cells = vec![at, kind.of(lang).to_owned(), what, article, by, standing];
    cells.extend(ends);
    cells.extend(recorded);
    cells.push(text);
    cells
}

/// The state of a limit; if it ended with its case, that the duty was not done.
fn of_limit(line: &LimitLine, lang: Language) -> String {
    let by_closing = line.ended.is_some_and(Ended::is_by_closing);
    if by_closing { state(line, lang) } else { labels::breach(line.breach).of(lang).to_owned() }
}

fn action(line: &ActionLine, words: Words<'_>) -> Row {
    let Words { book, offices, lang } = words;
    let (recorded, action) = (&line.recorded, &line.recorded.action);
    let fields = line.fields.iter().map(|field| format!("{}: {}", field.label, in_words(&field.value, words)));
    let mut text: Vec<String> = fields.collect();
    let mut standing = String::new();
    if let Some(withdrawal) = &line.withdrawn {
        Label::Withdrawn.of(lang).clone_into(&mut standing);
        let reason = line.withdrawal_reason().map(|reason| format!(": {}", plain(reason))).unwrap_or_default();
        let (on, by) = (short(withdrawal.recorded_at), offices.name(&withdrawal.recorded_by, lang));
        text.push(format!("{} {on}, {by}{reason}", Label::Withdrawn.of(lang)));
    }
    match line.second_look {
        SecondLook::Unasked => {}
        SecondLook::Awaited => Label::Unconfirmed.of(lang).clone_into(&mut standing),
        SecondLook::Done(Confirmed { at, .. }) => {
            text.push(format!("{} {}", Label::ConfirmedOn.of(lang), short(at)));
        }
    }
    Row {
        what: book.text(&format!("action.{}", action.name)).in_language(lang).to_owned(),
        by: offices.name(&action.by, lang).to_owned(),
        standing,
        recorded: [full(recorded.recorded_at), offices.name(&recorded.recorded_by, lang).to_owned()],
        text: text.join("\n"),
        ..Row::default()
    }
}
