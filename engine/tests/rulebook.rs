//! The rulebook of Law 05/NA is the law's own words and numbers.

use std::collections::BTreeSet;

use engine::action::{
    ActionName, Authority, Class, Ground, Measure, MediationMeasure, Mediator, OrderedBy, Person, ReleaseKind, ServedIn,
};
use engine::rulebook::{
    AgeAt, CustodyFrom, DecisionFrom, Digest, ExtensionChain, FailedMediation, FirstDay, Hearing, InvestigationFrom,
    LAW_05_NA_2006, Language, LawyerAsProtector, LowerCap, Month, Period, Reading, ReleaseRequestBy, RemandFrom,
    RemandOrder, RepeatDetention, Role, RuleId, Rulebook, Summonses, ThreeYears, UnknownTime,
};

/// The law's full Lao text, as the gazette has it.
const LAW: &str = include_str!("../rulebooks/law-05-na-2006.lo.txt");

fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of an article such as `63`, or of one of its numbered paragraphs such as `63(2)`.
fn words_of(article: &str) -> String {
    let (number, paragraph) = match article.strip_suffix(')').and_then(|article| article.split_once('(')) {
        Some((number, paragraph)) => (number, Some(paragraph)),
        None => (article, None),
    };
    let heading = format!("ມາດຕາ {number}. ");
    let mut in_article = LAW
        .lines()
        .skip_while(|line| !line.starts_with(&heading))
        .enumerate()
        .take_while(|(index, line)| *index == 0 || !line.starts_with("ມາດຕາ "))
        .map(|(_, line)| line.trim());
    match paragraph {
        None => one_spaced(&in_article.collect::<Vec<_>>().join(" ")),
        Some(paragraph) => {
            let number = format!("{paragraph}. ");
            one_spaced(in_article.find(|line| line.starts_with(&number)).unwrap_or_default())
        }
    }
}

#[test]
fn the_program_has_a_rulebook_that_loads() {
    let book = Rulebook::parse(LAW_05_NA_2006).unwrap_or_else(|flaw| panic!("{flaw}"));
    assert_eq!(book, Rulebook::law_05_na_2006());
    assert_eq!(book.id, "law-05-na-2006");
    assert_eq!(book.source, LAW_05_NA_2006);
    assert_eq!(book.digest, Digest::of(LAW_05_NA_2006.as_bytes()));
    assert_eq!(book.notice_hour, 8 * 3600);
    assert_eq!(book.in_force_from.to_string(), "2007-03-27");
    assert_eq!(book.in_force_until, None);
}

#[test]
fn the_numbers_are_those_of_the_law() {
    let numbers = Rulebook::law_05_na_2006().numbers;
    assert_eq!(numbers.interview, Period::Minutes(90));
    assert_eq!(numbers.custody, Period::Hours(48));
    assert_eq!(numbers.bringing_in_joins, Period::Hours(48));
    assert_eq!((numbers.investigation, numbers.investigation_extension), (Period::Days(30), Period::Days(30)));
    assert_eq!((numbers.investigator_mediation, numbers.prosecutor_mediation), (Period::Days(30), Period::Days(30)));
    assert_eq!((numbers.remand, numbers.remand_extension), (Period::Months(1), Period::Months(1)));
    assert_eq!((numbers.cap_major, numbers.cap_crime), (Period::Months(4), Period::Months(8)));
    assert_eq!((numbers.release_opinion, numbers.release_decision), (Period::Hours(24), Period::Hours(24)));
    assert_eq!(numbers.release_decision_from_request, Period::Hours(48));
    assert_eq!((numbers.prosecutor, numbers.court), (Period::Days(10), Period::Days(15)));
    assert_eq!(numbers.at_once, Period::Hours(1));
    assert_eq!((numbers.responsible_age, numbers.adult_age), (15, 18));
    assert_eq!((numbers.grave_penalty_months, numbers.summonses, numbers.extension_months), (36, 3, 1));
}

#[test]
fn the_readings_differ_in_every_question() {
    let book = Rulebook::law_05_na_2006();
    let (strict, mild) = (format!("{:?}", book.protective), format!("{:?}", book.lenient));
    let answers = |reading: &str| {
        let fields = reading.trim_start_matches("Choices { ").trim_end_matches(" }").to_owned();
        fields.split(", ").map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(answers(&strict).len(), 18);
    for (strict, mild) in answers(&strict).iter().zip(answers(&mild)) {
        assert_ne!(*strict, mild, "a question with one answer");
    }
    assert_eq!(book.choices(Reading::Protective).first_day, FirstDay::Counted);
    assert_eq!(book.choices(Reading::Lenient).month, Month::Calendar);
    assert_eq!(book.choices(Reading::Lenient).lower_cap, LowerCap::FromReclassification);
}

#[test]
fn every_rule_has_an_article_a_quote_and_sentences() {
    let book = Rulebook::law_05_na_2006();
    assert_eq!(book.rules().len(), 46);
    for (rule, id) in book.rules().iter().zip(RuleId::ALL) {
        assert_eq!(rule.id, *id);
        assert_eq!(book.rule(*id), rule);
        assert!(rule.article.starts_with(|first: char| first.is_ascii_digit()), "{id}");
        assert!(!rule.law.is_empty(), "{id} has no words of the law");
        for language in [Language::En, Language::Lo] {
            assert!(rule.sentence.in_language(language).ends_with('.'), "{id} has no sentence");
            assert!(!rule.name.in_language(language).is_empty(), "{id} has no name");
        }
        assert_eq!(rule.warn_before.is_empty(), !has_notices(*id), "{id}");
    }
}

fn has_notices(rule: RuleId) -> bool {
    rule.is_limit() && !matches!(rule, RuleId::Interview90Min | RuleId::ParentsNotified | RuleId::ReleaseAtOnce)
}

#[test]
fn every_place_that_a_rule_names_is_quoted() {
    for rule in Rulebook::law_05_na_2006().rules() {
        let quoted: BTreeSet<_> = rule.law.iter().map(|quote| quote.article.as_str()).collect();
        for article in rule.article.split(", ") {
            assert!(quoted.contains(article), "{}: Art. {article} is not quoted", rule.id);
        }
    }
}

#[test]
fn every_quote_is_verbatim_in_the_article_that_it_names() {
    for rule in Rulebook::law_05_na_2006().rules() {
        for quote in &rule.law {
            let words = words_of(&quote.article);
            assert!(words.contains(&quote.lo), "{}: not in Art. {}: {}", rule.id, quote.article, quote.lo);
        }
    }
}

#[test]
fn a_lead_is_as_the_rules_page_says() {
    let book = Rulebook::law_05_na_2006();
    let leads = |rule| book.rule(rule).warn_before.clone();
    assert_eq!(leads(RuleId::Custody48h), [Period::Hours(12), Period::Hours(2)]);
    for rule in [RuleId::RemandTerm, RuleId::RemandCap] {
        assert_eq!(leads(rule), [Period::Days(7), Period::Days(1)]);
    }
    assert_eq!(leads(RuleId::Investigation30d), [Period::Days(5), Period::Days(1)]);
    for rule in
        [RuleId::InvestigatorMediation30d, RuleId::Prosecutor10d, RuleId::ProsecutorMediation30d, RuleId::Court15d]
    {
        assert_eq!(leads(rule), [Period::Days(3), Period::Days(1)]);
    }
    for rule in [RuleId::ReleaseOpinion24h, RuleId::ReleaseDecision24h] {
        assert_eq!(leads(rule), [Period::Hours(6)]);
    }
}

#[test]
fn the_program_never_states_a_consequence_that_the_law_does_not() {
    for word in ["void", "illegal", "unlawful", "violat", "ໂມຄະ", "ຜິດກົດໝາຍ", "ລະເມີດ"]
    {
        let texts = LAW_05_NA_2006.split("\n[texts]\n").nth(1).expect("the texts stand last");
        assert!(!texts.to_lowercase().contains(word), "{word}");
    }
}

#[test]
fn the_file_says_which_words_no_lawyer_has_reviewed() {
    let head = LAW_05_NA_2006.split("\nid = ").next().expect("the file begins with a comment");
    assert!(head.contains("NOT REVIEWED BY A LAWYER"));
    for key in ["`title`", "`basis`", "`name`", "`sentence_lo`", "[texts]"] {
        assert!(head.contains(key), "{key}");
    }
    assert!(Rulebook::law_05_na_2006().basis.en.contains("2023"), "the amendment is not at hand");
}

/// Every question with its answers.
const QUESTIONS: [(&str, &[&str]); 18] = [
    ("first_day", FirstDay::WORDS),
    ("month", Month::WORDS),
    ("unknown_time", UnknownTime::WORDS),
    ("custody_from", CustodyFrom::WORDS),
    ("repeat_detention", RepeatDetention::WORDS),
    ("remand_from", RemandFrom::WORDS),
    ("extension_chain", ExtensionChain::WORDS),
    ("investigation_from", InvestigationFrom::WORDS),
    ("three_years", ThreeYears::WORDS),
    ("summonses", Summonses::WORDS),
    ("age_at", AgeAt::WORDS),
    ("lawyer_as_protector", LawyerAsProtector::WORDS),
    ("release_request_by", ReleaseRequestBy::WORDS),
    ("decision_from", DecisionFrom::WORDS),
    ("failed_mediation", FailedMediation::WORDS),
    ("hearing", Hearing::WORDS),
    ("remand_order", RemandOrder::WORDS),
    ("lower_cap", LowerCap::WORDS),
];

/// The texts of a family of keys, such as `action`, are those of `words` and differ from each other.
#[track_caller]
fn named_apart(family: &str, words: &[&str]) {
    let book = Rulebook::law_05_na_2006();
    for language in [Language::En, Language::Lo] {
        let names: BTreeSet<_> =
            words.iter().map(|word| book.text(&format!("{family}.{word}")).in_language(language)).collect();
        assert_eq!(names.len(), words.len(), "two words of {family} read the same: {names:?}");
    }
}

#[test]
fn every_question_and_answer_is_put_in_words() {
    let book = Rulebook::law_05_na_2006();
    for (question, answers) in QUESTIONS {
        let asked = book.text(&format!("question.{question}"));
        assert!(asked.en.ends_with('?') && asked.lo.ends_with('?'), "{question}");
        named_apart(&format!("answer.{question}"), answers);
    }
}

#[test]
fn every_word_of_the_formats_has_its_text() {
    named_apart("action", ActionName::WORDS);
    named_apart("reading", Reading::WORDS);
    named_apart("role", Role::WORDS);
    named_apart("kind", &["notice", "arguable", "breach", "settled", "withdrawn"]);
    for words in [
        Person::WORDS,
        OrderedBy::WORDS,
        Ground::WORDS,
        Class::WORDS,
        Authority::WORDS,
        Mediator::WORDS,
        MediationMeasure::WORDS,
        ReleaseKind::WORDS,
        Measure::WORDS,
        ServedIn::WORDS,
    ] {
        named_apart("word", words);
    }
}
