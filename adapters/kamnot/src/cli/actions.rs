//! `kamnot actions` and `kamnot template`: the actions and their fields, from the description that the reader uses too.

mod takes;

use std::fmt::Write as _;
use std::io;

use engine::action::describe::{COMMON, Field, FieldKind, Need, leaves};
use engine::action::{Action, ActionName};
use engine::rulebook::{Language, Rulebook};
use projections::labels::Label;
use service::files::row;

use super::arguments::{ActionsOf, Common, Template};
use super::output::{Completion, Failure, print_out};
use super::paint::{Paint, Tone, line_width};
use super::table::{Cell, Table};
use service::spreadsheet::csv;
pub(super) use takes::{meaning, takes};

/// `kamnot actions`
pub(super) fn run(common: &Common, own: &ActionsOf) -> Result<Completion, Failure> {
    let (book, paint) = (Rulebook::law_05_na_2006(), Paint::of(&io::stdout()));
    let text = match own.name {
        Some(name) => one(&book, name, common.lang, paint),
        None => all(&book, common.lang, paint),
    };
    print_out(&text)?;
    Ok(Completion::Done)
}

fn all(book: &Rulebook, lang: Language, paint: Paint) -> String {
    let headings = [Label::ActionName, Label::What, Label::Fields];
    let mut table = Table { headings: headings.map(|label| label.heading(lang).to_owned()).to_vec(), rows: Vec::new() };
    for name in ActionName::ALL {
        let fields: Vec<String> = name.fields().iter().map(|field| format!("{}{}", field.name, mark(field))).collect();
        table.rows.push(vec![
            Cell::new(name.word(), Tone::Strong),
            Cell::plain(title(book, *name, lang)),
            Cell::plain(fields.join(", ")),
        ]);
    }
    format!("{}\n{}\n", table.draw(line_width(), paint), Label::ActionsLegend.of(lang))
}

/// The action's title.
pub(super) fn title(book: &Rulebook, name: ActionName, lang: Language) -> &str {
    book.text(&format!("action.{name}")).in_language(lang)
}

/// The mark of a field that cannot be left out.
pub(super) const fn mark(field: &Field) -> &'static str {
    match field.need {
        Need::Required => "*",
        Need::AnyOf => "+",
        Need::Optional => "",
    }
}

fn one(book: &Rulebook, name: ActionName, lang: Language, paint: Paint) -> String {
    let headings = [Label::Field, Label::What, Label::Takes];
    let mut table = Table { headings: headings.map(|label| label.heading(lang).to_owned()).to_vec(), rows: Vec::new() };
    rows(COMMON, "", lang, &mut table);
    rows(name.fields(), "", lang, &mut table);
    let title = format!("{name}  {}", title(book, name, lang));
    let mut out = format!("{}\n\n{}\n", paint.text(Tone::Strong, &title), table.draw(line_width(), paint));
    let mut shown: Vec<&[&str]> = Vec::new();
    for words in leaves(name).into_iter().map(|leaf| leaf.field.words()).filter(|words| !words.is_empty()) {
        if !shown.contains(&words) {
            shown.push(words);
        }
    }
    for words in shown {
        for word in words {
            let _ = writeln!(out, "  {word:<18} {}", meaning(book, word, lang).unwrap_or_default());
        }
        out.push('\n');
    }
    out + Label::ActionsLegend.of(lang) + "\n"
}

fn rows(fields: &[Field], path: &str, lang: Language, table: &mut Table) {
    for field in fields {
        let own = format!("{path}{}", field.name);
        table.rows.push(vec![
            Cell::new(format!("{own}{}", mark(field)), Tone::Strong),
            Cell::plain(field.meaning(lang)),
            Cell::plain(takes(field, lang)),
        ]);
        match field.kind {
            FieldKind::Object(inner) => rows(inner, &format!("{own}."), lang, table),
            FieldKind::Objects(inner) => rows(inner, &format!("{own}.0."), lang, table),
            _ => {}
        }
    }
}

/// `kamnot template`
pub(super) fn template(_: &Common, own: &Template) -> Result<Completion, Failure> {
    let (heading, cells) = example(own.name);
    let text = if own.jsonl {
        let mut text = String::new();
        action(&heading, &cells)?.to_json().write(&mut text);
        text + "\n"
    } else {
        csv(heading.iter().map(String::as_str), &[cells])
    };
    print_out(&text)?;
    Ok(Completion::Done)
}

fn action(heading: &[String], cells: &[String]) -> Result<Action, Failure> {
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let read = row(heading.iter().map(String::as_str), &cells);
    read.map_err(|flaws| Failure::Fault(format!("the template was refused: {flaws:?}; this is a fault of the program")))
}

/// The columns of an action, and a row that can be recorded.
fn example(name: ActionName) -> (Vec<String>, Vec<String>) {
    let common = COMMON.iter().map(|field| (field.name.to_owned(), common_example(name, field.name)));
    let own = leaves(name).into_iter().map(|leaf| {
        let cell = own_example(&leaf.path, leaf.field);
        (leaf.path, cell)
    });
    common.chain(own).unzip()
}

const EXAMPLE_CASE: &str = "VTE-2026-0001";

fn common_example(name: ActionName, field: &str) -> String {
    let at = if name == ActionName::CaseOpened { "2026-03-01T08:00:00+07:00" } else { "2026-03-02T09:30:00+07:00" };
    match field {
        "case" => EXAMPLE_CASE.to_owned(),
        "action" => name.word().to_owned(),
        "at" => at.to_owned(),
        "by" => "vte-investigation".to_owned(),
        _ => String::new(),
    }
}

fn own_example(path: &str, field: &Field) -> String {
    match (path, field.kind) {
        (_, FieldKind::Count(_)) if field.name == "min" => "3".to_owned(),
        (_, FieldKind::Count(_)) if field.name == "max" => "12".to_owned(),
        ("child.birth_date" | "birth_date", _) => "2010-05-06".to_owned(),
        ("child.age_years" | "age_years", _) => "15".to_owned(),
        ("court", _) => "vte-juvenile-court".to_owned(),
        ("prosecutor", _) => "vte-prosecutor".to_owned(),
        ("investigator", _) => "vte-investigation".to_owned(),
        ("legal_aid", _) => "vte-legal-aid".to_owned(),
        ("withdraws", _) => withdrawn_example(),
        (_, FieldKind::Day) => "2026-03-01".to_owned(),
        (_, FieldKind::Flag) => "true".to_owned(),
        (_, FieldKind::Count(least)) => least.to_string(),
        (_, FieldKind::Offence) => "0".to_owned(),
        (_, FieldKind::Word(words) | FieldKind::Words(words)) => words.first().copied().unwrap_or_default().to_owned(),
        (_, _) => "12".to_owned(),
    }
}

/// The id of the example of `medical_check`.
fn withdrawn_example() -> String {
    let (heading, cells) = example(ActionName::MedicalCheck);
    action(&heading, &cells).map_or_else(|_| String::new(), |action| action.id.to_string())
}
