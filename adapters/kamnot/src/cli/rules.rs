//! `kamnot rules`: shows the rules of the law that the program watches.

mod adopt;

use std::fmt::Write as _;
use std::io;

use engine::explain::in_words::{self, InWords};
use engine::refusal::nearest;
use engine::rulebook::{Language, Rule, RuleId, Rulebook};
use projections::labels::Label;
use projections::law::{self, OpenQuestion};
use service::files::shown;

use super::arguments::{Common, Rules, RulesCommand};
use super::database::{options, run as block_on};
use super::output::{Completion, Failure, print_out, read_rulebook, rulebook};
use super::paint::{Paint, Tone, line_width};
use super::table::{Cell, Table, indented};

/// `kamnot rules`
pub(super) fn run(common: &Common, own: &Rules) -> Result<Completion, Failure> {
    match (&own.command, &own.rule) {
        (Some(RulesCommand::Check { file }), _) => {
            let book = read_rulebook(file)?;
            print_out(&format!("{}: in order; {} ({})\n", shown(file), book.id(), book.digest()))?;
        }
        (Some(RulesCommand::Adopt { file, yes }), _) => return adopt::run(common, file, *yes),
        (None, Some(name)) => {
            let book = known(common)?;
            // An article without a rule can be read too.
            let readable = !law::paragraphs(&book, law::article_number(name)).is_empty();
            let rules = named(&book, name).or_else(|refusal| if readable { Ok(Vec::new()) } else { Err(refusal) })?;
            let paint = Paint::of(&io::stdout());
            let one_rule = if let [rule] = rules[..] { book.rule(rule) } else { None };
            print_out(&match one_rule {
                Some(rule) => one(&book, rule, common, paint),
                None => article(&book, name, &rules, common, paint),
            })?;
        }
        (None, None) => print_out(&all(&known(common)?, common, Paint::of(&io::stdout())))?,
    }
    Ok(Completion::Done)
}

/// The rulebook to show: the given one, else that of the log if there is one, else that of the program.
fn known(common: &Common) -> Result<Rulebook, Failure> {
    if common.rulebook.is_none() && common.db.holds_something() {
        // The file may not be a log; the rules can be shown without one.
        if let Ok(Some(source)) =
            block_on(async { Ok(common.db.rulebook_in_force(options(common).busy_timeout).await?) })
            && let Ok(book) = Rulebook::stored(&source)
        {
            return Ok(book);
        }
    }
    rulebook(common)
}

/// The rules that a word names: one by its id, or all of an article such as `64` or `62(1)`; at least one.
pub(super) fn named(book: &Rulebook, name: &str) -> Result<Vec<RuleId>, Failure> {
    let rules = law::named(book, name);
    if rules.is_empty() { Err(Failure::Refused(unknown(book, name))) } else { Ok(rules) }
}

/// The message for a word that names no rule: the rule that was probably meant, or what can be named.
fn unknown(book: &Rulebook, name: &str) -> String {
    match nearest(name, book.rules().iter().map(|rule| rule.id.word())) {
        Some(rule) => format!("no such rule; did you mean {rule}?"),
        None => "no such rule, and no rule on such an article; `kamnot rules` lists them (expected custody-48h, 64 or \
                 62(1))"
            .to_owned(),
    }
}

fn all(book: &Rulebook, common: &Common, paint: Paint) -> String {
    let lang = common.lang;
    let mut out = paint.text(Tone::Strong, indented(book.title().in_language(lang), 0, line_width()).trim_end());
    out.push('\n');
    out += &indented(book.basis().in_language(lang), 0, line_width());
    let _ = writeln!(out, "{} · {}\n", book.id(), book.digest());
    out + &list(book, book.rules().iter(), common, paint)
}

/// Rules as a table. A Lao page names them by their articles, an English one by their ids too.
fn list<'b>(book: &'b Rulebook, rules: impl Iterator<Item = &'b Rule>, common: &Common, paint: Paint) -> String {
    let lang = common.lang;
    let headings = [Label::Rule, Label::Article, Label::What, Label::Limit, Label::OwedBy];
    let mut table = Table { headings: headings.map(|label| label.heading(lang).to_owned()).to_vec(), rows: Vec::new() };
    for rule in rules {
        table.rows.push(vec![
            Cell::new(rule.id.word(), Tone::Strong),
            Cell::plain(rule.article.as_str()),
            Cell::plain(rule.name.in_language(lang)),
            Cell::plain(law::lengths(book, rule, lang)),
            Cell::plain(law::owed_by(book, rule, lang)),
        ]);
    }
    if lang == Language::Lo {
        table.leave_out(0);
    }
    table.draw(line_width(), paint)
}

/// An article in full, and the rules on it.
fn article(book: &Rulebook, name: &str, rules: &[RuleId], common: &Common, paint: Paint) -> String {
    let lang = common.lang;
    let number = law::article_number(name);
    let title = format!("{} {number}", Label::Article.of(lang));
    let mut out = format!("{}\n", paint.text(Tone::Strong, &title));
    for paragraph in law::paragraphs(book, number) {
        out += &indented(&paragraph, 2, line_width());
    }
    out += &in_english(book, [number], lang, paint);
    if !rules.is_empty() {
        out.push('\n');
        out += &list(book, rules.iter().filter_map(|rule| book.rule(*rule)), common, paint);
    }
    let _ = writeln!(out, "\n{}", paint.text(Tone::Faint, Label::NotReviewed.of(lang)));
    out
}

/// Articles in English, for readers of English.
fn in_english<'q>(
    book: &Rulebook,
    articles: impl IntoIterator<Item = &'q str>,
    lang: Language,
    paint: Paint,
) -> String {
    if lang != Language::En {
        return String::new();
    }
    let paragraphs = law::in_english(book, articles);
    if paragraphs.is_empty() {
        return format!("\n{}\n", paint.text(Tone::Faint, Label::NoEnglish.of(lang)));
    }
    let heading = format!("\n{}\n", paint.text(Tone::Strong, Label::InEnglish.of(lang)));
    paragraphs.iter().fold(heading, |out, paragraph| out + &indented(paragraph, 2, line_width()))
}

fn one(book: &Rulebook, rule: &Rule, common: &Common, paint: Paint) -> String {
    let lang = common.lang;
    let width = line_width();
    let code = if lang == Language::En { format!("{}  ", rule.id) } else { String::new() };
    let title = format!("{code}{}", rule.name.in_language(lang));
    let mut out = format!("{}\n", paint.text(Tone::Strong, &title));
    let _ = writeln!(
        out,
        "{} {}  ·  {}: {}\n",
        Label::Article.of(lang),
        rule.article,
        Label::OwedBy.of(lang),
        law::owed_by(book, rule, lang)
    );
    out += &indented(rule.sentence.in_language(lang), 0, width);
    let _ = writeln!(out, "\n{}", paint.text(Tone::Strong, Label::LawsWords.of(lang)));
    for quote in &rule.law {
        out += &indented(&format!("{} {}: “{}”", Label::Article.of(lang), quote.article, quote.lo), 2, width);
    }
    out += &in_english(book, rule.law.iter().map(|quote| quote.article.as_str()), lang, paint);
    let lengths = law::lengths(book, rule, lang);
    if !lengths.is_empty() {
        let _ = writeln!(out, "\n{}: {lengths}", paint.text(Tone::Strong, Label::Limit.of(lang)));
    }
    let notices = law::notices(book, rule, lang);
    if !notices.is_empty() {
        let _ = writeln!(out, "{}: {notices}", paint.text(Tone::Strong, Label::Notice.of(lang)));
    }
    let _ = writeln!(out, "\n{}", paint.text(Tone::Strong, Label::AsApplied.of(lang)));
    bullets(&in_words::rule(book, rule, lang), 2, width, &mut out);
    out += &questions(book, rule, common, paint);
    let _ = writeln!(out, "\n{}", paint.text(Tone::Faint, Label::NotReviewed.of(lang)));
    out
}

/// Lines behind bullets, wrapped, and below each what belongs to it, indented further.
fn bullets(lines: &[InWords], indent: usize, width: usize, out: &mut String) {
    const BULLET: &str = "– ";
    let behind = indent + BULLET.chars().count();
    for line in lines {
        let wrapped = indented(&line.text, behind, width);
        let _ = write!(out, "{}{BULLET}{}", " ".repeat(indent), wrapped.trim_start_matches(' '));
        bullets(&line.of, behind, width, out);
    }
}

/// The questions that the two readings of the rule answer differently.
fn questions(book: &Rulebook, rule: &Rule, common: &Common, paint: Paint) -> String {
    let lang = common.lang;
    let mut out = String::new();
    for OpenQuestion { question, answers } in law::questions(book, rule, lang) {
        if out.is_empty() {
            let _ = writeln!(out, "\n{}", paint.text(Tone::Strong, Label::Questions.of(lang)));
        }
        out += &indented(question, 2, line_width());
        out += &indented(&format!("{}: {}", Label::Protective.of(lang), answers.protective), 4, line_width());
        out += &indented(&format!("{}: {}", Label::Lenient.of(lang), answers.lenient), 4, line_width());
    }
    out
}
