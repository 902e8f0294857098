//! The law: its articles, each rule with the law's words and both readings, and the office's cases of today under it.

mod cases;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::explain::in_words::{self, InWords};
use engine::rulebook::{Language, Rule, RuleId};
use projections::catalogue::Word as _;
use projections::labels::Label as L;
use projections::law;

use crate::answer::{Answer, no_such_page, page, store_is_away};
use crate::frame::Frame;
use crate::lao::{Html, html};
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::case::Case as C;
use crate::words::frame::Frame as W;
use crate::words::law::Law as A;

use cases::{Cases, cases_under};

/// The list of all rules.
#[derive(Template)]
#[template(path = "law.html")]
struct All {
    frame: Frame,
    title: Html,
    basis: Html,
    /// The articles by their numbers, with their rules.
    articles: Vec<(String, Vec<Line>)>,
}

/// A rule in a list.
struct Line {
    id: String,
    name: Html,
    place: Html,
    length: Html,
    owed_by: Html,
}

/// An article in full.
#[derive(Template)]
#[template(path = "article.html")]
struct Article {
    frame: Frame,
    number: String,
    basis: Html,
    lao: Vec<Html>,
    /// Our English, for readers of English; `None` for others.
    english: Option<Vec<Html>>,
    rules: Vec<Line>,
}

/// A rule.
#[derive(Template)]
#[template(path = "rule.html")]
struct OneRule {
    frame: Frame,
    name: Html,
    place: Html,
    /// The articles of its words, by their numbers.
    numbers: Vec<String>,
    owed_by: Html,
    quotes: Vec<(Html, Html)>,
    sentence: Html,
    basis: Html,
    is_limit: bool,
    length: Html,
    notices: Html,
    ended_by: Html,
    /// The data of the rule in words, as nested lists.
    applied: Html,
    questions: Vec<[Html; 3]>,
    /// That more cases may be under it.
    more_cases: String,
    cases: Option<Cases>,
}

/// `GET /law`
pub async fn all(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    let language = visitor.language;
    let book = &site.book;
    let articles = law::by_article(book).into_iter().map(|(number, rules)| {
        let lines = rules.into_iter().map(|rule| line(&site, rule, language)).collect();
        (number, lines)
    });
    let template = All {
        frame: Frame::of(&site, &visitor, "/law", W::Law.of(language)),
        title: html(book.title().in_language(language)),
        basis: html(book.basis().in_language(language)),
        articles: articles.collect(),
    };
    page(StatusCode::OK, &template)
}

/// `GET /law/article/{article}`
pub async fn article(State(site): State<Arc<Site>>, visitor: Visitor, Path(number): Path<String>) -> Answer {
    let language = visitor.language;
    let is_number = number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    let lao = if is_number { law::paragraphs(&site.book, &number) } else { Vec::new() };
    if lao.is_empty() {
        return no_such_page(language);
    }
    let english = (language == Language::En).then(|| law::in_english(&site.book, [number.as_str()]));
    let rules = law::named(&site.book, &number).into_iter().filter_map(|id| site.book.rule(id));
    let template = Article {
        frame: Frame::of(&site, &visitor, "/law", format!("{} {number}", A::Article.of(language))),
        basis: html(site.book.basis().in_language(language)),
        lao: lao.iter().map(|paragraph| html(paragraph)).collect(),
        english: english.map(|paragraphs| paragraphs.iter().map(|paragraph| html(paragraph)).collect()),
        rules: rules.map(|rule| line(&site, rule, language)).collect(),
        number,
    };
    page(StatusCode::OK, &template)
}

/// `GET /law/{rule}`
pub async fn rule(State(site): State<Arc<Site>>, visitor: Visitor, Path(name): Path<String>) -> Answer {
    let language = visitor.language;
    let Some(rule) = RuleId::from_word(&name).and_then(|id| site.book.rule(id)) else {
        return no_such_page(language);
    };
    match cases_under(&site, &visitor, rule).await {
        Ok(cases) => page(StatusCode::OK, &one(&site, &visitor, rule, cases)),
        Err(fault) => store_is_away(&fault, language),
    }
}

fn one(site: &Site, visitor: &Visitor, rule: &Rule, cases: Option<Cases>) -> OneRule {
    let (book, language) = (&*site.book, visitor.language);
    let ended_by: Vec<&str> =
        rule.discharged_by().iter().map(|name| book.text(&format!("action.{name}")).in_language(language)).collect();
    let notices = law::notices(book, rule, language);
    let gazette = |article: &str| A::Gazette.of(language).replace("{article}", article);
    let mut numbers: Vec<String> =
        rule.article.split(", ").map(|place| place.split('(').next().unwrap_or(place).to_owned()).collect();
    numbers.dedup();
    let questions = law::questions(book, rule, language)
        .into_iter()
        .map(|asked| [html(asked.question), html(asked.answers.protective), html(asked.answers.lenient)]);
    OneRule {
        frame: Frame::of(site, visitor, "/law", format!("{} {}", A::Article.of(language), rule.article)),
        name: html(rule.name.in_language(language)),
        place: html(&rule.article),
        numbers,
        owed_by: html(&law::owed_by(book, rule, language)),
        quotes: rule.law.iter().map(|quote| (html(&gazette(&quote.article)), html(&quote.lo))).collect(),
        sentence: html(rule.sentence.in_language(language)),
        basis: html(book.basis().in_language(language)),
        is_limit: rule.is_limit(),
        length: html(&law::lengths(book, rule, language)),
        notices: if notices.is_empty() {
            Html::default()
        } else {
            html(&A::Before.of(language).replace("{leads}", &notices))
        },
        ended_by: html(&ended_by.join(", ")),
        applied: nested(&in_words::rule(book, rule, language)),
        questions: questions.collect(),
        more_cases: A::MoreCases.of(language).replace("{n}", &cases::MOST_LOADED.to_string()),
        cases,
    }
}

fn line(site: &Site, rule: &Rule, language: Language) -> Line {
    Line {
        id: rule.id.to_string(),
        name: html(rule.name.in_language(language)),
        place: html(&rule.article),
        length: html(&law::lengths(&site.book, rule, language)),
        owed_by: html(&law::owed_by(&site.book, rule, language)),
    }
}

/// Lines as a list, and below each what belongs to it.
fn nested(lines: &[InWords]) -> Html {
    let items = lines.iter().map(|line| {
        let below = if line.of.is_empty() { Html::default() } else { nested(&line.of) };
        format!("<li>{}{below}</li>", html(&line.text))
    });
    Html::of_markup(format!("<ul>{}</ul>", items.collect::<String>()))
}
