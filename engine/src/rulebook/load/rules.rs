//! The rules: each with its article, its words, who owes it and when its notices are due.

use super::{Flaw, Table};
use crate::rulebook::{Numbers, Period, Quote, Role, Rule, RuleId, Text};

/// Every rule, in the order of [`RuleId::ALL`].
pub(super) fn all(rules: &Table<'_>, numbers: &Numbers) -> Result<Vec<Rule>, Flaw> {
    if let Some((_, value)) = rules.values().find(|(key, _)| RuleId::from_word(key).is_none()) {
        return Err(value.flaw(&format!(
            "this program knows no such rule; expected one of {}; check the spelling or take it out",
            RuleId::WORDS.join(", ")
        )));
    }
    RuleId::ALL.iter().map(|id| rule(*id, &table_of(rules, *id)?, numbers)).collect()
}

fn rule(id: RuleId, table: &Table<'_>, numbers: &Numbers) -> Result<Rule, Flaw> {
    let limit = shortest_limit(id, numbers);
    let mut known = [&COMMON_KEYS, number_keys(id)].concat();
    known.extend(limit.map(|_| "warn_before"));
    table.only(&known)?;
    if id.is_policy() {
        table.required("limit", "\"at_once\", the law's only word")?.index_in(&["at_once"])?;
    }
    let article = table.string("article", "the article, such as \"62(2)\"")?;
    Ok(Rule {
        id,
        article: article.to_owned(),
        law: quotes(article, table)?,
        sentence: Text {
            en: table.string("en", "what the rule asks, in an English sentence")?.to_owned(),
            lo: table.string("sentence_lo", "what the rule asks, in a Lao sentence")?.to_owned(),
        },
        name: table.text("name")?,
        owed_by: owed_by(table)?,
        warn_before: limit.map_or(Ok(Vec::new()), |limit| leads(table, limit))?,
    })
}

/// The table of one rule.
pub(super) fn table_of<'a>(rules: &Table<'a>, rule: RuleId) -> Result<Table<'a>, Flaw> {
    rules.required(rule.word(), "a table for every rule of this program")?.table()
}

/// The keys that every rule has, and may have.
const COMMON_KEYS: [&str; 7] = ["name", "article", "owed_by", "en", "lo", "law", "sentence_lo"];

/// The limits and thresholds that a rule's own table states.
const fn number_keys(rule: RuleId) -> &'static [&'static str] {
    match rule {
        RuleId::Custody48h => &["limit", "joined_by_bringing_in_within"],
        RuleId::Investigation30d | RuleId::RemandTerm => &["limit", "extension"],
        RuleId::RemandCap => &["major", "crime"],
        RuleId::ReleaseDecision24h => &["limit", "from_request"],
        RuleId::AgeOfResponsibility => &["years"],
        RuleId::ThreeSummonses => &["count"],
        RuleId::RemandExtensionLength => &["months"],
        rule if rule.is_limit() => &["limit"],
        _ => &[],
    }
}

/// The shortest limit of a rule, which every lead of a notice must be shorter than; none for a condition.
const fn shortest_limit(rule: RuleId, numbers: &Numbers) -> Option<Period> {
    match rule {
        RuleId::Interview90Min => Some(numbers.interview),
        RuleId::Custody48h => Some(numbers.custody),
        RuleId::ParentsNotified | RuleId::ReleaseAtOnce => Some(numbers.at_once),
        RuleId::Investigation30d => Some(numbers.investigation),
        RuleId::InvestigatorMediation30d => Some(numbers.investigator_mediation),
        RuleId::RemandTerm => Some(numbers.remand),
        RuleId::RemandCap => Some(numbers.cap_major),
        RuleId::ReleaseOpinion24h => Some(numbers.release_opinion),
        RuleId::ReleaseDecision24h => Some(numbers.release_decision),
        RuleId::Prosecutor10d => Some(numbers.prosecutor),
        RuleId::ProsecutorMediation30d => Some(numbers.prosecutor_mediation),
        RuleId::Court15d => Some(numbers.court),
        _ => None,
    }
}

/// The law's own words: `lo`, which stand at the first article that the rule names, and those of `law`.
fn quotes(article: &str, table: &Table<'_>) -> Result<Vec<Quote>, Flaw> {
    let expected = "the law's own Lao words, verbatim";
    let first = article.split(',').next().unwrap_or(article).trim();
    let mut quotes = vec![Quote { article: first.to_owned(), lo: table.string("lo", expected)?.to_owned() }];
    if let Some(further) = table.optional("law") {
        for place in further.list("a list of { article = \"…\", lo = \"…\" }")? {
            let place = place.table()?;
            place.only(&["article", "lo"])?;
            quotes.push(Quote {
                article: place.string("article", "the article where the words stand")?.to_owned(),
                lo: place.string("lo", expected)?.to_owned(),
            });
        }
    }
    Ok(quotes)
}

/// One role, or several joined by `or` where the record says which.
fn owed_by(table: &Table<'_>) -> Result<String, Flaw> {
    let expected = format!("one of {}, or several joined by \"or\"", Role::WORDS.join(", "));
    let owed_by = table.string("owed_by", &expected)?;
    if owed_by.split(" or ").all(|role| Role::from_word(role).is_some()) {
        Ok(owed_by.to_owned())
    } else {
        Err(table.required("owed_by", &expected)?.flaw(&format!("found \"{owed_by}\"; expected {expected}")))
    }
}

/// The leads of the notices, longest first, each shorter than the limit.
fn leads(table: &Table<'_>, limit: Period) -> Result<Vec<Period>, Flaw> {
    let expected = "a list of leads such as [\"7d\", \"1d\"], or [] for none";
    let mut leads: Vec<Period> = Vec::new();
    for value in table.required("warn_before", expected)?.list(expected)? {
        let lead = value.period()?;
        if matches!(lead, Period::Months(_)) || lead.fewest_minutes() >= limit.fewest_minutes() {
            return Err(value.flaw(&format!(
                "found {lead}; expected a lead in days, hours or minutes, shorter than the limit, {limit}; shorten it"
            )));
        }
        if let Some(before) = leads.last().filter(|before| before.fewest_minutes() <= lead.fewest_minutes()) {
            return Err(value.flaw(&format!(
                "found {lead} behind {before}; expected the longest lead first and none twice; put them in order"
            )));
        }
        leads.push(lead);
    }
    Ok(leads)
}
