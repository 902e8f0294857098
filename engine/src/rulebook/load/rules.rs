//! Reads the rules: each with its article, its words, who owes the duty, and what it asks.

mod condition;
mod limit;
mod sentences;

use super::possible::{Under, can_hold};
use super::table::shown;
use super::test::Language;
use super::{Flaw, Table, Value};
use crate::action::{ActionName, Names};
use crate::rulebook::rule::{Asked, Check, Counting, Dates, OwedBy};
use crate::rulebook::test::{Asks, Test};
use crate::rulebook::{Period, Quote, Role, Rule, RuleId, Text};

pub(super) use sentences::fill_numbers;

/// Every rule: first the time limits, then the conditions, both in the order of the file.
pub(super) fn all<'a>(rules: &Table<'a>, at_once: Period, language: &mut Language<'a>) -> Result<Vec<Rule>, Flaw> {
    let mut all: Vec<Rule> = Vec::new();
    for (name, value) in rules.in_order() {
        let Some(id) = RuleId::from_word(name) else {
            return Err(value.flaw(&format!(
                "found \"{}\"; expected the name of a rule: {}",
                shown(name),
                RuleId::FORM
            )));
        };
        let table = value.table()?;
        let rule = rule(id, &table, at_once, language)?;
        if let Some(other) = all.iter().find(|other| is_of_same_procedure(other, &rule)) {
            return Err(table.required("procedure", "a procedure")?.flaw(&format!(
                "found a second rule of this procedure, after rules.{}; expected one, whose answers both would give; \
                 remove one of the two",
                other.id
            )));
        }
        all.push(rule);
    }
    extensions_agree(rules, &all)?;
    all.sort_by_key(|rule| !rule.is_limit());
    Ok(all)
}

/// Whether two rules would be counted by one procedure, which would give both the same answers.
fn is_of_same_procedure(one: &Rule, other: &Rule) -> bool {
    let procedure = |rule: &Rule| {
        let counting = rule.as_limit().map(|limit| limit.counting).filter(|counting| *counting != Counting::Plain);
        counting.map(|counting| std::mem::discriminant(&counting))
    };
    procedure(one).is_some_and(|of| procedure(other) == Some(of))
}

/// Refuses a rule that lets a remand be extended by other months than those with which each extension is counted.
fn extensions_agree(table: &Table<'_>, rules: &[Rule]) -> Result<(), Flaw> {
    let counted = rules.iter().find_map(|rule| match rule.as_limit()?.counting {
        Counting::RemandTerm { extension, .. } => Some((rule.id, extension)),
        _ => None,
    });
    let Some((term, extension)) = counted else { return Ok(()) };
    for rule in rules {
        let Some(Check::Written { fails, .. }) = rule.as_condition().map(|condition| &condition.check) else {
            continue;
        };
        let mut other: Option<u64> = None;
        fails.visit(&mut |test| {
            if let Test::Field(field) = test
                && let (Some(_), "months", Asks::MoreThan(months)) =
                    (field.place(ActionName::RemandExtended), field.path, field.asks)
                && months != u64::from(extension.0)
            {
                other = Some(months);
            }
        });
        if let Some(other) = other {
            let value = table.required(rule.id.word(), "a rule")?.table()?.required("fails", "a test")?;
            return Err(value.flaw(&format!(
                "found an extension by more than {other} months; expected the months of rules.{term}.extension, {}, with \
                 which every extension is counted; correct one of the two",
                Period::from(extension)
            )));
        }
    }
    Ok(())
}

const COMMON_KEYS: [&str; 11] =
    ["name", "article", "owed_by", "en", "lo", "law", "sentence_lo", "from", "until", "after_eighteen", "procedure"];

fn rule<'a>(id: RuleId, table: &Table<'a>, at_once: Period, language: &mut Language<'a>) -> Result<Rule, Flaw> {
    language.next_rule();
    let article = table.string("article", "the article, such as \"62(2)\"")?;
    let holds = dates(table)?;
    let (asks, on) = if is_limit(table)? {
        let limit = limit::limit(table, at_once, language)?;
        let on = limit::opening_actions(&limit);
        (Asked::Limit(limit), on)
    } else {
        let condition = condition::condition(table, language)?;
        let on = condition.on;
        (Asked::Condition(condition), on)
    };
    let owed_by = owed_by(on, table, language)?;
    let after_eighteen = table.optional("after_eighteen").map_or(Ok(false), |value| value.yes())?;
    let warn_before = if let Asked::Limit(limit) = &asks { limit::leads(table, limit)? } else { Vec::new() };
    Ok(Rule {
        id,
        article: article.to_owned(),
        law: quotes(article, table)?,
        sentence: Text {
            en: table.string("en", "what the rule asks, in an English sentence")?.to_owned(),
            lo: table.string("sentence_lo", "what the rule asks, in a Lao sentence")?.to_owned(),
        },
        name: table.text("name")?,
        warn_before,
        holds,
        after_eighteen,
        owed_by,
        asks,
        questions: language.asked.iter().copied().collect(),
    })
}

/// Whether a rule is a time limit. A condition has `on`, and no limit has it.
fn is_limit(table: &Table<'_>) -> Result<bool, Flaw> {
    let on = table.optional("on");
    let Some(procedure) = table.optional("procedure") else {
        let is_condition = on.is_some() || ["fails", "tested_if"].iter().any(|key| table.optional(key).is_some());
        return Ok(!is_condition);
    };
    let all = [&limit::PROCEDURES[..], &condition::PROCEDURES].concat();
    let named = all[procedure.index_in(&all)?];
    match (limit::PROCEDURES.contains(&named), on) {
        (true, Some(on)) => {
            Err(on.flaw(&format!("the procedure \"{named}\" counts a time limit; expected no \"on\"; remove it")))
        }
        (is_limit, _) => Ok(is_limit),
    }
}

/// The civil dates of the actions to which a rule applies.
fn dates(table: &Table<'_>) -> Result<Dates, Flaw> {
    let date = |key: &str| table.optional(key).map(|value| value.date()).transpose();
    let (from, until) = (date("from")?, date("until")?);
    match (from, until, table.optional("until")) {
        (Some(from), Some(until), Some(value)) if until < from => {
            Err(value.flaw(&format!("found {until}; expected a day not before \"from\", {from}; correct one of them")))
        }
        _ => Ok(Dates::of(from, until)),
    }
}

/// Refuses a test that can't hold, whatever is on record. `why` says what that means.
fn possible(test: &Test, on: Names, under: Under<'_>, value: &Value<'_>, why: &str) -> Result<(), Flaw> {
    if can_hold(test, on, under) {
        Ok(())
    } else {
        Err(value
            .flaw(&format!("{why}, whatever is on record; expected a test that can say yes; correct or remove it")))
    }
}

/// The law's own words: those of `lo`, from the first article that the rule names, and those of `law`.
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

/// A role, or a list of cases that ends with a role.
fn owed_by<'a>(on: Names, table: &Table<'a>, language: &mut Language<'a>) -> Result<OwedBy, Flaw> {
    let roles = format!("one of {}", Role::WORDS.join(", "));
    let expected = format!(
        "{roles}, or a list such as [{{ if = {{ action = \"hearing_held\" }}, role = \"court\" }}, \"prosecutor\"]"
    );
    let value = table.required("owed_by", &expected)?;
    let role = |value: &Value<'_>| -> Result<Role, Flaw> { Ok(Role::ALL[value.index_in(Role::WORDS)?]) };
    if value.word().is_some() {
        return Ok(OwedBy { cases: Vec::new(), otherwise: role(&value)? });
    }
    let all = value.list(&expected)?;
    let Some((last, cases)) = all.split_last().filter(|(last, _)| last.word().is_some()) else {
        return Err(value.flaw(&format!(
            "found no role at the end of the list; expected as the last entry {roles}, for whatever is left; add it"
        )));
    };
    let mut read = Vec::with_capacity(cases.len());
    for value in cases {
        if value.word().is_some() {
            return Err(value.unexpected("{ if = …, role = … }: the last entry alone is a plain role"));
        }
        let case = value.table()?;
        case.only(&["if", "role"])?;
        let given = case.required("if", "a test")?;
        let test = language.test(on, &given)?;
        possible(&test, on, Under::Protective(language.protective), &given, "no case comes under this entry")?;
        read.push((test, role(&case.required("role", &roles)?)?));
    }
    Ok(OwedBy { cases: read, otherwise: role(last)? })
}
