//! The rulebook of Law 05/NA is the law's own words and numbers.

use std::collections::BTreeSet;

use engine::action::ActionName;
use engine::action::describe::{leaves, words};
use engine::rulebook::{
    Digest, FirstDay, LAW_05_NA_2006, Language, LowerCap, Month, Period, Reading, Role, Rule, RuleId, Rulebook,
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

#[track_caller]
fn rule<'b>(book: &'b Rulebook, name: &str) -> &'b Rule {
    RuleId::from_word(name).and_then(|id| book.rule(id)).unwrap_or_else(|| panic!("no rule {name}"))
}

/// What stands behind the key in the file's table with this header.
#[track_caller]
fn written(header: &str, key: &str) -> &'static str {
    let table = LAW_05_NA_2006.split(&format!("\n[{header}]\n")).nth(1).unwrap_or_else(|| panic!("no table {header}"));
    let lines = table.lines().take_while(|line| !line.starts_with('['));
    let values = lines.filter_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='));
    let value = values.last().unwrap_or_else(|| panic!("no {key} in {header}"));
    value.split(" #").next().unwrap_or(value).trim()
}

#[test]
fn the_program_has_a_rulebook_that_loads() {
    let book = Rulebook::parse(LAW_05_NA_2006).unwrap_or_else(|flaw| panic!("{flaw}"));
    assert_eq!(book, Rulebook::law_05_na_2006());
    assert_eq!(book.id(), "law-05-na-2006");
    assert_eq!(book.source(), LAW_05_NA_2006);
    assert_eq!(book.digest(), Digest::of(LAW_05_NA_2006.as_bytes()));
    assert_eq!(book.notice_hour(), 8 * 3600);
    let (from, until) = book.in_force();
    assert_eq!((from.to_string().as_str(), until), ("2007-03-27", None));
}

/// Every time limit with its lengths, of the lower class first.
const LIMITS: [(&str, &[Period]); 15] = [
    ("interview-90min", &[Period::Minutes(90)]),
    ("custody-48h", &[Period::Hours(48)]),
    ("parents-notified", &[Period::Hours(1)]),
    ("investigation-30d", &[Period::Days(30)]),
    ("investigation-resumed-30d", &[Period::Days(30)]),
    ("investigator-mediation-30d", &[Period::Days(30)]),
    ("remand-term", &[Period::Months(1)]),
    ("remand-cap", &[Period::Months(4), Period::Months(8)]),
    ("release-opinion-24h", &[Period::Hours(24)]),
    ("release-forwarded-24h", &[Period::Hours(24)]),
    ("release-decision-24h", &[Period::Hours(24)]),
    ("release-at-once", &[Period::Hours(1)]),
    ("prosecutor-10d", &[Period::Days(10)]),
    ("prosecutor-mediation-30d", &[Period::Days(30)]),
    ("court-15d", &[Period::Days(15)]),
];

#[test]
fn the_numbers_are_those_of_the_law() {
    let book = Rulebook::law_05_na_2006();
    for (name, lengths) in LIMITS {
        let limit = rule(&book, name);
        assert_eq!(limit.lengths(), lengths, "{name}");
        assert_eq!(limit.length(), lengths.last().copied(), "{name}");
        assert_eq!(limit.is_policy(), ["parents-notified", "release-at-once"].contains(&name), "{name}");
    }
    let limits: Vec<&str> = book.rules().iter().filter(|rule| rule.is_limit()).map(|rule| rule.id.word()).collect();
    assert_eq!(limits, LIMITS.map(|(name, _)| name));
    assert!(book.rules().iter().filter(|rule| !rule.is_limit()).all(|rule| rule.lengths().is_empty()));
    for (header, key, value) in [
        ("rules.custody-48h", "joined_by_bringing_in_within", "\"48h\""),
        ("rules.investigation-30d", "extension", "\"30d\""),
        ("rules.remand-term", "extension", "\"1mo\""),
        ("rules.release-decision-24h", "from_request", "\"48h\""),
        ("rules.age-of-responsibility", "years", "15"),
        ("rules.three-summonses", "count", "3"),
        ("numbers", "adult_age", "18"),
        ("numbers", "grave_penalty_months", "36"),
        ("numbers", "extension_months", "1"),
        ("policy", "at_once", "\"1h\""),
    ] {
        assert_eq!(written(header, key), value, "{header}: {key}");
    }
    assert_eq!((book.at_once(), book.adult_age()), (Period::Hours(1), 18));
}

#[test]
fn a_number_that_stands_once_is_said_in_every_sentence() {
    let book = Rulebook::law_05_na_2006();
    for (name, said) in [
        ("custody-48h", "Custody of a child does not last longer than 48 hours."),
        ("remand-cap", "does not last longer than 4 months for a major offence or 8 months for a crime."),
        ("remand-term", "does not last longer than 1 month from the date of the order, or 1 month more"),
        ("age-of-responsibility", "A child who was under 15 at the time of the offence"),
        ("three-summonses", "after being summoned 3 times"),
        ("custody-grounds", "a penalty of 36 months or more"),
        ("remand-extension-length", "by no more than 1 month at a time."),
    ] {
        let sentence = &rule(&book, name).sentence.en;
        assert!(sentence.contains(said), "{name}: {sentence}");
    }
    for rule in book.rules() {
        for text in [&rule.name, &rule.sentence] {
            assert!(!text.en.contains(['{', '}']) && !text.lo.contains(['{', '}']), "{}: {text:?}", rule.id);
        }
    }
}

#[test]
fn the_readings_differ_in_every_question() {
    let book = Rulebook::law_05_na_2006();
    assert_eq!(book.answers().count(), 26);
    for (question, answers) in book.answers() {
        assert_ne!(answers.protective, answers.lenient, "{}: a question with one answer", question.name);
        assert_eq!(
            [answers.protective, answers.lenient].map(str::to_owned)[..],
            question.answers[..],
            "{}",
            question.name
        );
    }
    assert_eq!(book.choices(Reading::Protective).first_day, FirstDay::Counted);
    assert_eq!(book.choices(Reading::Lenient).month, Month::Calendar);
    assert_eq!(book.choices(Reading::Lenient).lower_cap, LowerCap::FromReclassification);
}

#[test]
fn every_rule_has_an_article_a_quote_and_sentences() {
    let book = Rulebook::law_05_na_2006();
    assert_eq!(book.rules().len(), LIMITS.len() + 59);
    let headers = LAW_05_NA_2006.lines().filter_map(|line| line.strip_prefix("[rules.")?.strip_suffix(']'));
    let headers: Vec<&str> = headers.map(|name| name.trim_matches('"')).collect();
    assert_eq!(book.rules().iter().map(|rule| rule.id.word()).collect::<Vec<_>>(), headers, "in the order of the file");
    for rule in book.rules() {
        let id = rule.id;
        assert_eq!(book.rule(id), Some(rule));
        assert_eq!(RuleId::from_word(id.word()), Some(id));
        assert!(rule.article.starts_with(|first: char| first.is_ascii_digit()), "{id}");
        assert!(!rule.law.is_empty(), "{id} has no words of the law");
        for language in [Language::En, Language::Lo] {
            assert!(rule.sentence.in_language(language).ends_with('.'), "{id} has no sentence");
            assert!(!rule.name.in_language(language).is_empty(), "{id} has no name");
        }
        assert_eq!(rule.warn_before.is_empty(), !has_notices(rule), "{id}");
        assert!(
            !rule.may_owe().is_empty() && !rule.tested_on().iter().any(|name| rule.discharged_by().has(name)),
            "{id}"
        );
        assert_eq!(rule.discharged_by().is_empty(), !rule.is_limit(), "{id}");
    }
    assert!(book.rule(RuleId::from_word("no-such-rule").expect("a name")).is_none());
}

fn has_notices(rule: &Rule) -> bool {
    rule.is_limit() && !["interview-90min", "parents-notified", "release-at-once"].contains(&rule.id.word())
}

#[test]
fn every_question_is_asked_by_a_rule() {
    let book = Rulebook::law_05_na_2006();
    for question in book.questions() {
        let asked = book.rules().iter().any(|rule| book.bears_on(rule, &question.name));
        // This one is asked of every rule, at an action after the eighteenth birthday.
        assert_eq!(asked, question.name != "child_while", "{}", question.name);
    }
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
    let leads = |name| rule(&book, name).warn_before.clone();
    assert_eq!(leads("custody-48h"), [Period::Hours(12), Period::Hours(2)]);
    for name in ["remand-term", "remand-cap"] {
        assert_eq!(leads(name), [Period::Days(7), Period::Days(1)]);
    }
    for name in ["investigation-30d", "investigation-resumed-30d"] {
        assert_eq!(leads(name), [Period::Days(5), Period::Days(1)]);
    }
    for name in ["investigator-mediation-30d", "prosecutor-10d", "prosecutor-mediation-30d", "court-15d"] {
        assert_eq!(leads(name), [Period::Days(3), Period::Days(1)]);
    }
    for name in ["release-opinion-24h", "release-forwarded-24h", "release-decision-24h"] {
        assert_eq!(leads(name), [Period::Hours(6)]);
    }
    for name in ["interview-90min", "parents-notified", "release-at-once"] {
        assert_eq!(leads(name), []);
    }
}

#[test]
fn the_program_never_states_a_consequence_that_the_law_does_not() {
    let texts = LAW_05_NA_2006.split("\n[texts]\n").nth(1).expect("the texts stand last").to_lowercase();
    // The one action that makes a record void, by its name.
    let texts = texts.replace("\"action.case_voided\" = { en = \"case voided\"", "");
    for word in ["void", "illegal", "unlawful", "violat", "ໂມຄະ", "ຜິດກົດໝາຍ", "ລະເມີດ"]
    {
        assert!(!texts.contains(word), "{word}");
    }
}

#[test]
fn the_file_says_which_words_no_lawyer_has_reviewed() {
    let head = LAW_05_NA_2006.split("\nid = ").next().expect("the file begins with a comment");
    assert!(head.contains("NOT REVIEWED BY A LAWYER"));
    for key in ["`title`", "`basis`", "`name`", "`sentence_lo`", "[texts]"] {
        assert!(head.contains(key), "{key}");
    }
    assert!(Rulebook::law_05_na_2006().basis().en.contains("2023"), "the amendment is not at hand");
}

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
    for question in book.questions() {
        let asked = book.text(&format!("question.{}", question.name));
        assert!(asked.en.ends_with('?') && asked.lo.ends_with('?'), "{}", question.name);
        assert!(asked.en.len() > 1 && asked.lo.len() > 1, "{}", question.name);
        let answers: Vec<&str> = question.answers.iter().map(String::as_str).collect();
        assert!(answers.len() >= 2);
        named_apart(&format!("answer.{}", question.name), &answers);
    }
}

#[test]
fn every_word_of_the_formats_has_its_text() {
    named_apart("action", ActionName::WORDS);
    named_apart("reading", Reading::WORDS);
    named_apart("role", Role::WORDS);
    named_apart("kind", &["notice", "arguable", "breach", "settled", "withdrawn"]);
    let mut fields = 0;
    for name in ActionName::ALL {
        for leaf in leaves(*name).iter().filter(|leaf| !leaf.field.words().is_empty()) {
            named_apart("word", leaf.field.words());
            fields += 1;
        }
    }
    assert!(fields > 20);
    let book = Rulebook::law_05_na_2006();
    for word in words() {
        assert!(book.known_text(&format!("word.{word}")).is_some(), "{word}");
    }
}
