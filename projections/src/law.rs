//! The law for readers: which rules stand under an article, how long a limit is, who owes it, what the law leaves open.
//!
//! Invariant: every word comes from the rulebook or from the law's own text. The command `rules` and the pages of the law
//! both take it from here.

use std::collections::BTreeMap;

use engine::rulebook::{Language, Readings, Rule, RuleId, Rulebook};

use crate::labels::Label;

/// The rules that a word names: one by its id, or all of an article such as `64`, `62(1)` or `Art. 62`; none for another
/// word.
pub fn named(book: &Rulebook, name: &str) -> Vec<RuleId> {
    if let Some(rule) = RuleId::from_word(name).and_then(|id| book.rule(id)) {
        return vec![rule.id];
    }
    let article = article_number(name);
    if article.is_empty() {
        return Vec::new();
    }
    let within = |place: &str| place.strip_prefix(article).is_some_and(|rest| rest.is_empty() || rest.starts_with('('));
    book.rules().iter().filter(|rule| places(rule).any(within)).map(|rule| rule.id).collect()
}

/// `64` from `Art. 64`, `art 64`, `Article 64` and the Lao word; any other name as it is.
pub fn article_number(name: &str) -> &str {
    let name = name.trim();
    for word in ["article", "art.", "art", Label::Article.of(Language::Lo)] {
        let (Some(before), Some(rest)) = (name.get(..word.len()), name.get(word.len()..)) else { continue };
        let number = rest.trim_start();
        if before.eq_ignore_ascii_case(word) && number.starts_with(|first: char| first.is_ascii_digit()) {
            return number;
        }
    }
    name
}

/// An article in Lao; nothing for a word that does not begin with a number.
pub fn paragraphs(book: &Rulebook, number: &str) -> Vec<String> {
    let is_number = number.starts_with(|first: char| first.is_ascii_digit());
    if is_number { book.article_in_full(number, Language::Lo) } else { Vec::new() }
}

/// Articles in English, each once.
pub fn in_english<'q>(book: &Rulebook, articles: impl IntoIterator<Item = &'q str>) -> Vec<String> {
    let mut numbers: Vec<&str> = articles.into_iter().map(whole).collect();
    numbers.dedup();
    numbers.into_iter().flat_map(|number| book.article_in_full(number, Language::En)).collect()
}

/// The articles under which rules stand, with these rules, in the order of the law. A rule on several articles stands under
/// each.
pub fn by_article(book: &Rulebook) -> Vec<(String, Vec<&Rule>)> {
    let mut articles: BTreeMap<(u32, &str), Vec<&Rule>> = BTreeMap::new();
    for rule in book.rules() {
        let mut numbers: Vec<&str> = places(rule).map(whole).collect();
        numbers.dedup();
        for number in numbers {
            articles.entry((number.parse().unwrap_or(u32::MAX), number)).or_default().push(rule);
        }
    }
    articles.into_iter().map(|((_, number), rules)| (number.to_owned(), rules)).collect()
}

/// The lengths of a limit in words, with a note if the limit is policy and not law; empty for a condition.
pub fn lengths(book: &Rulebook, rule: &Rule, language: Language) -> String {
    let lengths: Vec<String> = rule.lengths().into_iter().map(|period| book.amount(language, period)).collect();
    let policy = if rule.is_policy() { format!(" ({})", Label::Policy.of(language)) } else { String::new() };
    lengths.join(", ") + &policy
}

/// How long before the end of a limit its notices are given, in words; empty without notices.
pub fn notices(book: &Rulebook, rule: &Rule, language: Language) -> String {
    let leads: Vec<String> = rule.warn_before.iter().map(|lead| book.amount(language, *lead)).collect();
    leads.join(", ")
}

/// Who owes a rule, in words.
pub fn owed_by(book: &Rulebook, rule: &Rule, language: Language) -> String {
    let roles = rule.may_owe().into_iter().map(|role| book.text(&format!("role.{role}")).in_language(language));
    roles.collect::<Vec<_>>().join(&format!(" {} ", Label::Or.of(language)))
}

/// A question that the law leaves open, with both answers, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenQuestion<'b> {
    /// The question.
    pub question: &'b str,
    /// The answer of each reading.
    pub answers: Readings<&'b str>,
}

/// The questions on which a rule depends.
pub fn questions<'b>(book: &'b Rulebook, rule: &Rule, language: Language) -> Vec<OpenQuestion<'b>> {
    let asked = book.answers().filter(|(question, _)| book.bears_on(rule, &question.name));
    let in_words = asked.map(|(question, answers)| {
        let name = &question.name;
        let answer = |answer: &str| book.text(&format!("answer.{name}.{answer}")).in_language(language);
        OpenQuestion {
            question: book.text(&format!("question.{name}")).in_language(language),
            answers: Readings { protective: answer(answers.protective), lenient: answer(answers.lenient) },
        }
    });
    in_words.collect()
}

/// The places of a rule in the law.
fn places(rule: &Rule) -> impl Iterator<Item = &str> {
    rule.article.split(", ")
}

/// `64` of `64(2)`.
fn whole(place: &str) -> &str {
    place.split('(').next().unwrap_or(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_stands_under_the_articles_that_it_names() {
        let book = Rulebook::law_05_na_2006();
        let articles = by_article(&book);
        let numbers: Vec<u32> = articles.iter().map(|(number, _)| number.parse().expect("a number")).collect();
        assert!(numbers.is_sorted(), "{numbers:?}");
        for rule in book.rules() {
            for place in places(rule) {
                let under = articles.iter().find(|(number, _)| number == whole(place)).expect("an article");
                assert!(under.1.iter().any(|known| known.id == rule.id), "{}: {place}", rule.id);
                assert!(named(&book, whole(place)).contains(&rule.id), "{}: {place}", rule.id);
            }
        }
        assert!(articles.iter().all(|(number, _)| !paragraphs(&book, number).is_empty()));
    }

    #[test]
    fn an_article_is_named_in_either_language() {
        for name in ["64", " Art. 64", "art 64", "Article 64", "ມາດຕາ 64"] {
            assert_eq!(article_number(name), "64", "{name}");
        }
        assert_eq!(article_number("custody-48h"), "custody-48h");
        assert!(named(&Rulebook::law_05_na_2006(), "").is_empty());
    }
}
