//! The rulebook with lines and words that somebody changed: whatever comes of it, nothing panics, and a flaw names a line.

use std::fmt::Write as _;

use engine::action::Action;
use engine::assess::assess;
use engine::calendar::Instant;
use engine::explain;
use engine::rulebook::{LAW_05_NA_2006, Language, Rulebook};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The part of the file in front of the texts, which are read in one way and many.
fn rules() -> &'static str {
    LAW_05_NA_2006.split_inclusive("\n[texts]\n").next().expect("a file")
}

/// What is put in where nobody expects it.
const ODD: [&str; 14] =
    ["{", "}", "[", "]", "\"", "=", ",", "#", "\n", "\0", "{limit}", "\"never\"", "[rules.again]\n", "\u{202e}"];

/// One change.
#[derive(Clone, Debug)]
enum Change {
    DeleteLine(Index),
    DoubleLine(Index, Index),
    SwapLines(Index, Index),
    DeleteWord(Index),
    /// The first word in the place of the second.
    ReplaceWord(Index, Index),
    SwapWords(Index, Index),
    Insert(Index, &'static str),
    Number(Index, &'static str),
    Truncate(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    prop_oneof![
        2 => index().prop_map(Change::DeleteLine),
        2 => (index(), index()).prop_map(|(one, to)| Change::DoubleLine(one, to)),
        1 => (index(), index()).prop_map(|(one, other)| Change::SwapLines(one, other)),
        3 => index().prop_map(Change::DeleteWord),
        6 => (index(), index()).prop_map(|(one, other)| Change::ReplaceWord(one, other)),
        3 => (index(), index()).prop_map(|(one, other)| Change::SwapWords(one, other)),
        2 => (index(), select(ODD.to_vec())).prop_map(|(at, odd)| Change::Insert(at, odd)),
        2 => (index(), select(vec!["0", "-1", "99999999999", "1.5", "0x1F"])).prop_map(|(at, number)| Change::Number(at, number)),
        1 => index().prop_map(Change::Truncate),
    ]
}

/// The words of a text, quoted texts among them, and between them everything else, one character each.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let in_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let length = match first {
            '"' => rest[1..].find('"').map_or(1, |end| end + 2),
            c if in_word(c) => rest.find(|c| !in_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        tokens.push(&rest[..length]);
        rest = &rest[length..];
    }
    tokens
}

impl Change {
    fn apply(&self, text: &str) -> String {
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        let many = lines.len();
        if many == 0 {
            return text.to_owned();
        }
        match self {
            Self::DeleteLine(at) => drop(lines.remove(at.index(many))),
            Self::DoubleLine(one, to) => lines.insert(to.index(many), lines[one.index(many)]),
            Self::SwapLines(one, other) => lines.swap(one.index(many), other.index(many)),
            Self::Truncate(at) => lines.truncate(1 + at.index(many)),
            Self::DeleteWord(_) | Self::ReplaceWord(..) | Self::SwapWords(..) | Self::Insert(..) | Self::Number(..) => {
                return self.apply_to_words(text);
            }
        }
        lines.concat()
    }

    fn apply_to_words(&self, text: &str) -> String {
        let mut tokens = tokens(text);
        let is_word = |token: &&str| token.len() > 1 && !token.starts_with(|c: char| c.is_ascii_digit());
        let places = |wanted: &dyn Fn(&&str) -> bool| -> Vec<usize> {
            tokens.iter().enumerate().filter(|(_, token)| wanted(token)).map(|(nth, _)| nth).collect()
        };
        let words = places(&is_word);
        let numbers = places(&|token| token.starts_with(|c: char| c.is_ascii_digit()));
        let nth = |index: &Index, of: &[usize]| (!of.is_empty()).then(|| of[index.index(of.len())]);
        match self {
            Self::DeleteWord(at) => drop(nth(at, &words).map(|at| tokens.remove(at))),
            Self::ReplaceWord(one, other) => {
                if let (Some(one), Some(other)) = (nth(one, &words), nth(other, &words)) {
                    tokens[other] = tokens[one];
                }
            }
            Self::SwapWords(one, other) => {
                if let (Some(one), Some(other)) = (nth(one, &words), nth(other, &words)) {
                    tokens.swap(one, other);
                }
            }
            Self::Insert(at, odd) => tokens.insert(at.index(tokens.len() + 1), odd),
            Self::Number(at, number) => {
                if let Some(at) = nth(at, &numbers) {
                    tokens[at] = number;
                }
            }
            _ => {}
        }
        tokens.concat()
    }
}

/// Asserts what holds of a file, whatever somebody made of it.
fn assert_read_or_refused(source: &str) {
    match Rulebook::parse(source) {
        Ok(book) => {
            assert_eq!(book.source(), source);
            assess_and_explain(&book);
            for rule in book.rules() {
                assert_eq!(book.rule(rule.id), Some(rule));
                assert!(
                    !rule.sentence.en.contains(['{', '}']) && !rule.sentence.lo.contains(['{', '}']),
                    "{}",
                    rule.id
                );
            }
        }
        Err(flaw) => {
            let lines = source.split('\n').count();
            assert!((1..=lines).contains(&flaw.line), "of {lines} lines: {flaw}");
            assert!(!flaw.what.trim().is_empty() && flaw.what.len() < 8_000, "{flaw}");
            assert!(!flaw.what.contains(['\n', '\0']), "{flaw}");
        }
    }
}

/// Assesses a case that has an action of nearly every kind, and explains everything that comes of it.
fn assess_and_explain(book: &Rulebook) {
    const HISTORY: &str = include_str!("../../../tests/fixtures/history-of-every-action.jsonl");
    let actions: Vec<Action> = HISTORY.lines().map(|line| Action::read(line).expect("an action")).collect();
    let at = Instant::parse("2027-01-01T08:00:00+07:00").expect("an instant");
    let assessment = assess(actions.iter(), book, at).expect("an opened case");
    let deadlines = assessment.deadlines.iter();
    let limits = deadlines.map(|deadline| (deadline.rule, explain::notice(&assessment, deadline, book)));
    let findings = assessment.findings.iter().map(|finding| (finding.rule, finding.action));
    let missing = assessment.not_on_record.iter().map(|missing| (missing.rule, missing.action));
    let conditions = findings.chain(missing);
    let conditions = conditions.map(|(rule, entry)| (rule, explain::finding(&assessment, rule, entry, book)));
    for (rule, steps) in limits.chain(conditions) {
        assert!(!steps.is_empty(), "{rule}");
        for step in steps {
            assert!(!step.sentence(book, rule, Language::En).is_empty(), "{rule}: {}", step.key());
        }
    }
}

/// A text that a log keeps is read as leniently as may be, and panics as little.
fn assert_read_from_a_log_or_refused(source: &str) {
    if let Ok(book) = Rulebook::stored(source) {
        assert_eq!(book.source(), source);
    }
}

#[test]
fn no_line_left_out_panics_and_a_flaw_names_a_line() {
    let rules = rules();
    let texts = &LAW_05_NA_2006[rules.len()..];
    let lines: Vec<&str> = rules.split_inclusive('\n').collect();
    let conditions = lines.iter().position(|line| line.starts_with("# Conditions")).expect("the limits stand first");
    for nth in (0..conditions).filter(|nth| !lines[*nth].starts_with('#') && lines[*nth].len() > 1) {
        let source = [&lines[..nth], &lines[nth + 1..]].concat().concat() + texts;
        assert_read_or_refused(&source);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn a_mutated_rulebook_is_read_or_refused_with_a_line(changes in vec(change(), 1..4)) {
        let rules = changes.iter().fold(rules().to_owned(), |text, change| change.apply(&text));
        let source = rules + &LAW_05_NA_2006[self::rules().len()..];
        assert_read_or_refused(&source);
        assert_read_from_a_log_or_refused(&source);
    }

    #[test]
    fn a_mutated_text_is_read_or_refused_with_a_line(changes in vec(change(), 1..4)) {
        let texts = changes.iter().fold(LAW_05_NA_2006[rules().len()..].to_owned(), |text, change| change.apply(&text));
        assert_read_or_refused(&format!("{}{texts}", rules()));
    }

    #[test]
    fn any_test_is_read_or_refused_with_its_line(test in test_of_anything()) {
        assert_read_or_refused(&crate::failing(&test));
    }
}

/// A test made of the words of tests, some of them out of place.
fn test_of_anything() -> impl Strategy<Value = String> {
    let word = || {
        select(vec![
            "openly",
            "attended_by",
            "order.by",
            "closed",
            "arrested",
            "mediation_ended",
            "crime",
            "serious",
            "min",
            "hearing",
            "under-remand",
            "custody-ends",
            "adult_age",
            "parent",
            "episode",
            "always",
            "never",
            "village",
            "settled",
        ])
    };
    let head =
        || select(vec!["yes", "no", "null", "left_out", "empty", "action", "offence", "age_below", "term", "before"]);
    let beside = || {
        select(vec!["is", "is_not", "has_any", "has_none", "more_than", "below", "where", "level", "in", "at_least"])
    };
    let leaf = prop_oneof![
        word().prop_map(|word| format!("\"{word}\"")),
        (head(), word()).prop_map(|(head, word)| format!("{{ {head} = \"{word}\" }}")),
        (select(vec!["field", "before", "last_of", "penalty", "choice"]), word(), beside(), word())
            .prop_map(|(head, word, beside, other)| format!("{{ {head} = \"{word}\", {beside} = \"{other}\" }}")),
        (head(), 0_u32..40).prop_map(|(head, number)| format!("{{ {head} = {number} }}")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (select(vec!["all", "any"]), vec(inner.clone(), 1..4)).prop_map(|(head, tests)| {
                let mut list = String::new();
                for test in tests {
                    write!(list, "{test}, ").expect("a text");
                }
                format!("{{ {head} = [{list}] }}")
            }),
            (select(vec!["not", "arguable_only", "lenient_needs"]), inner.clone())
                .prop_map(|(head, test)| format!("{{ {head} = {test} }}")),
            (inner.clone(), inner).prop_map(|(one, other)| {
                format!("{{ choice = \"hearing\", substantive = {one}, opened = {other} }}")
            }),
        ]
    })
}
