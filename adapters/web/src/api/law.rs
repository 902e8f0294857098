//! The rules of the law and the offices: nothing of a case.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::Uri;
use engine::explain::in_words::{InWords, rule as in_words};
use engine::json::Json;
use engine::rulebook::{Rule, RuleId, Text};
use service::offices::Name;

use super::json;
use super::parameters::Asked;
use super::problem::Problem;
use crate::answer::Answer;
use crate::site::Site;
use crate::visitor::Visitor;
use crate::words::api::Api;

type Pairs<'j> = Vec<(std::borrow::Cow<'j, str>, Json<'j>)>;

/// `GET /api/v1/rules`
pub async fn rules(State(site): State<Arc<Site>>, uri: Uri) -> Result<Answer, Problem> {
    Asked::of(&uri, &[])?;
    let book = &*site.book;
    let rules = book.rules().iter().map(|rule| Json::Object(of_rule(rule)));
    Ok(json::value(&Json::Object(vec![
        ("rulebook".into(), Json::text(book.id())),
        ("digest".into(), Json::text(book.digest().to_string())),
        ("rules".into(), Json::List(rules.collect())),
    ])))
}

/// `GET /api/v1/rules/{rule}`
pub async fn rule(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Visitor>,
    Path(name): Path<String>,
    uri: Uri,
) -> Result<Answer, Problem> {
    Asked::of(&uri, &[])?;
    let rule = RuleId::from_word(&name).and_then(|id| site.book.rule(id)).ok_or(Problem::of(Api::NotFound))?;
    let counted = in_words(&site.book, rule, caller.language);
    let mut pairs = of_rule(rule);
    let quotes = rule.law.iter().map(|quote| {
        let (article, lo) = (Json::text(quote.article.as_str()), Json::text(quote.lo.as_str()));
        Json::Object(vec![("article".into(), article), ("lo".into(), lo)])
    });
    pairs.push(("law".into(), Json::List(quotes.collect())));
    pairs.push(("in_words".into(), Json::List(counted.iter().map(words).collect())));
    Ok(json::value(&Json::Object(pairs)))
}

/// `GET /api/v1/offices`
pub async fn offices(State(site): State<Arc<Site>>, uri: Uri) -> Result<Answer, Problem> {
    Asked::of(&uri, &[])?;
    Ok(json::all(site.offices.all().map(|(code, office)| {
        Json::Object(vec![
            ("code".into(), Json::text(code.as_str())),
            ("kind".into(), Json::text(office.kind.word())),
            ("name".into(), named(&office.name)),
            ("province".into(), named(&office.province)),
        ])
    })))
}

fn of_rule(rule: &Rule) -> Pairs<'_> {
    let texts = |all: Vec<String>| Json::List(all.into_iter().map(Json::text).collect());
    vec![
        ("rule".into(), Json::text(rule.id.word())),
        ("article".into(), Json::text(rule.article.as_str())),
        ("kind".into(), Json::text(if rule.is_limit() { "limit" } else { "condition" })),
        ("on_liberty".into(), Json::Bool(rule.is_on_liberty())),
        ("policy".into(), Json::Bool(rule.is_policy())),
        ("name".into(), text(&rule.name)),
        ("sentence".into(), text(&rule.sentence)),
        ("owed_by".into(), texts(rule.may_owe().iter().map(|role| role.word().to_owned()).collect())),
        ("warn_before".into(), texts(rule.warn_before.iter().map(ToString::to_string).collect())),
        ("lengths".into(), texts(rule.lengths().iter().map(ToString::to_string).collect())),
        ("discharged_by".into(), texts(rule.discharged_by().iter().map(|name| name.word().to_owned()).collect())),
        ("tested_on".into(), texts(rule.tested_on().iter().map(|name| name.word().to_owned()).collect())),
    ]
}

fn words(line: &InWords) -> Json<'_> {
    Json::Object(vec![
        ("text".into(), Json::text(line.text.as_str())),
        ("of".into(), Json::List(line.of.iter().map(words).collect())),
    ])
}

fn text(text: &Text) -> Json<'_> {
    both(&text.en, &text.lo)
}

fn named(name: &Name) -> Json<'_> {
    both(&name.en, &name.lo)
}

fn both<'j>(en: &'j str, lo: &'j str) -> Json<'j> {
    Json::Object(vec![("en".into(), Json::text(en)), ("lo".into(), Json::text(lo))])
}
