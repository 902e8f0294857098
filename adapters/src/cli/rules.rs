//! `kamnot rules`: the rules as the program knows them.

mod adopt;

use std::fmt::Write as _;
use std::io;

use engine::explain;
use engine::rulebook::{Period, Rule, RuleId, Rulebook};

use super::arguments::{Common, Rules, RulesCommand};
use super::database::{options, run as block_on};
use super::labels::Label;
use super::output::{Failure, Outcome, print_out, read_rulebook, rulebook};
use super::paint::{Paint, Tone, line_width};
use super::table::{Cell, Table, indented};
use crate::files::shown;

/// `kamnot rules`
pub(super) fn run(common: &Common, own: &Rules) -> Result<Outcome, Failure> {
    match (&own.command, own.rule) {
        (Some(RulesCommand::Check { file }), _) => {
            let book = read_rulebook(file)?;
            print_out(&format!("{}: in order; {} ({})\n", shown(file), book.id, book.digest))?;
        }
        (Some(RulesCommand::Adopt { file, yes }), _) => return adopt::run(common, file, *yes),
        (None, Some(rule)) => print_out(&one(&known(common)?, rule, common, Paint::of(&io::stdout())))?,
        (None, None) => print_out(&all(&known(common)?, common, Paint::of(&io::stdout())))?,
    }
    Ok(Outcome::Done)
}

/// The rulebook that is looked at: the named one, that of the log if there is one, else that of the program.
fn known(common: &Common) -> Result<Rulebook, Failure> {
    if common.rulebook.is_none() && common.db.holds_something() {
        // What lies there may be no log at all; the rules can be read without one.
        if let Ok(Some(source)) =
            block_on(async { Ok(common.db.rulebook_in_force(options(common).busy_timeout).await?) })
            && let Ok(book) = Rulebook::parse(&source)
        {
            return Ok(book);
        }
    }
    rulebook(common)
}

fn all(book: &Rulebook, common: &Common, paint: Paint) -> String {
    let lang = common.lang;
    let mut out = format!("{}\n", paint.text(Tone::Strong, book.title.in_language(lang)));
    out += &indented(book.basis.in_language(lang), 0, line_width());
    let _ = writeln!(out, "{} · {}\n", book.id, book.digest);
    let headings = [Label::Rule, Label::Article, Label::What, Label::Limit, Label::OwedBy];
    let mut table = Table { headings: headings.map(|label| label.of(lang).to_owned()).to_vec(), rows: Vec::new() };
    for rule in book.rules() {
        table.rows.push(vec![
            Cell::new(rule.id.word(), Tone::Strong),
            Cell::plain(rule.article.as_str()),
            Cell::plain(rule.name.in_language(lang)),
            Cell::plain(limits(book, rule.id).map(|period| period.to_string()).collect::<Vec<_>>().join(", ")),
            Cell::plain(rule.owed_by.as_str()),
        ]);
    }
    out + &table.draw(line_width(), paint)
}

/// The lengths of time of a limit.
fn limits(book: &Rulebook, rule: RuleId) -> impl Iterator<Item = Period> {
    let numbers = &book.numbers;
    let lengths = match rule {
        RuleId::Interview90Min => vec![numbers.interview],
        RuleId::Custody48h => vec![numbers.custody],
        RuleId::ParentsNotified | RuleId::ReleaseAtOnce => vec![numbers.at_once],
        RuleId::Investigation30d => vec![numbers.investigation],
        RuleId::InvestigatorMediation30d => vec![numbers.investigator_mediation],
        RuleId::RemandTerm => vec![numbers.remand],
        RuleId::RemandCap => vec![numbers.cap_major, numbers.cap_crime],
        RuleId::ReleaseOpinion24h => vec![numbers.release_opinion],
        RuleId::ReleaseDecision24h => vec![numbers.release_decision],
        RuleId::Prosecutor10d => vec![numbers.prosecutor],
        RuleId::ProsecutorMediation30d => vec![numbers.prosecutor_mediation],
        RuleId::Court15d => vec![numbers.court],
        _ => Vec::new(),
    };
    lengths.into_iter()
}

fn one(book: &Rulebook, id: RuleId, common: &Common, paint: Paint) -> String {
    let lang = common.lang;
    let width = line_width();
    let rule: &Rule = book.rule(id);
    let title = format!("{}  {}", rule.id, rule.name.in_language(lang));
    let mut out = format!("{}\n", paint.text(Tone::Strong, &title));
    let _ = writeln!(
        out,
        "{} {}  ·  {}: {}\n",
        Label::Article.of(lang),
        rule.article,
        Label::OwedBy.of(lang),
        rule.owed_by
    );
    out += &indented(rule.sentence.in_language(lang), 0, width);
    let _ = writeln!(out, "\n{}", paint.text(Tone::Strong, Label::LawsWords.of(lang)));
    for quote in &rule.law {
        out += &indented(&format!("{} {}: “{}”", Label::Article.of(lang), quote.article, quote.lo), 2, width);
    }
    let lengths: Vec<String> = limits(book, id).map(|period| period.to_string()).collect();
    if !lengths.is_empty() {
        let _ = writeln!(out, "\n{}: {}", paint.text(Tone::Strong, Label::Limit.of(lang)), lengths.join(", "));
    }
    if !rule.warn_before.is_empty() {
        let leads: Vec<String> = rule.warn_before.iter().map(ToString::to_string).collect();
        let _ = writeln!(out, "{}: {}", paint.text(Tone::Strong, Label::Notice.of(lang)), leads.join(", "));
    }
    out += &questions(book, id, common, paint);
    let _ = writeln!(out, "\n{}", paint.text(Tone::Faint, Label::NotReviewed.of(lang)));
    out
}

/// The questions on which the two readings of the rule part.
fn questions(book: &Rulebook, rule: RuleId, common: &Common, paint: Paint) -> String {
    let lang = common.lang;
    let mut out = String::new();
    let both = book.protective.answers().into_iter().zip(book.lenient.answers());
    for ((question, protective), (_, lenient)) in both.filter(|((question, _), _)| explain::bears_on(rule, question)) {
        if out.is_empty() {
            let _ = writeln!(out, "\n{}", paint.text(Tone::Strong, Label::Questions.of(lang)));
        }
        let answer = |answer: &str| book.text(&format!("answer.{question}.{answer}")).in_language(lang);
        out += &indented(book.text(&format!("question.{question}")).in_language(lang), 2, line_width());
        out += &indented(&format!("{}: {}", Label::Protective.of(lang), answer(protective)), 4, line_width());
        out += &indented(&format!("{}: {}", Label::Lenient.of(lang), answer(lenient)), 4, line_width());
    }
    out
}
