//! Edits of the rulebook's file, made by walking it: each changes one thing that a rule says.

use std::ops::Range;

use engine::rulebook::{LAW_05_NA_2006, Period, Rulebook};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

type Value<'s> = Spanned<DeValue<'s>>;

/// One edit. Several texts may do for it; the first that makes a sound rulebook is taken. It is read as a log's rulebook is,
/// which may have a question that no rule asks any more.
pub struct Edit {
    /// The rule or the table in which it is made.
    pub of: String,
    /// What it changes.
    pub what: String,
    place: Range<usize>,
    texts: Vec<String>,
}

impl Edit {
    /// The rulebook after it; or what was wrong with every text of it.
    pub fn made(&self) -> Result<Rulebook, String> {
        let mut flaws = Vec::new();
        for text in &self.texts {
            let mut copy = LAW_05_NA_2006.to_owned();
            copy.replace_range(self.place.clone(), text);
            match Rulebook::stored(&copy) {
                Ok(book) => return Ok(book),
                Err(flaw) => flaws.push(format!("{text}: {flaw}")),
            }
        }
        Err(flaws.join("\n"))
    }
}

/// The rulebook's file.
pub fn file() -> DeTable<'static> {
    DeTable::parse(LAW_05_NA_2006).expect("TOML").into_inner()
}

/// The text of a value as it stands in the file.
fn text(value: &Value<'_>) -> &'static str {
    &LAW_05_NA_2006[value.span()]
}

fn word<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    if let DeValue::String(word) = value.get_ref() { Some(word) } else { None }
}

fn items<'v, 's>(value: &'v Value<'s>) -> Option<Vec<&'v Value<'s>>> {
    if let DeValue::Array(items) = value.get_ref() { Some(items.iter().collect()) } else { None }
}

/// The keys of a table with their values, in the order of the file.
fn pairs<'v, 's>(table: &'v DeTable<'s>) -> Vec<(&'v str, &'v Value<'s>)> {
    let mut pairs: Vec<(&str, &Value<'_>)> = table.iter().map(|(key, value)| (key.get_ref().as_ref(), value)).collect();
    pairs.sort_by_key(|(_, value)| value.span().start);
    pairs
}

fn table<'v, 's>(value: &'v Value<'s>) -> Option<Vec<(&'v str, &'v Value<'s>)>> {
    if let DeValue::Table(entries) = value.get_ref() { Some(pairs(entries)) } else { None }
}

/// The tables of the file that stand under this heading.
pub fn tables<'v, 's>(file: &'v DeTable<'s>, heading: &str) -> Vec<(&'v str, &'v Value<'s>)> {
    table(&file[heading]).expect("a table")
}

fn braces(pairs: &[(&str, &str)]) -> String {
    format!("{{ {} }}", pairs.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", "))
}

/// Collects the edits of one rule or table.
pub struct Edits {
    of: String,
    pub made: Vec<Edit>,
}

impl Edits {
    pub fn of(of: &str) -> Self {
        Self { of: of.to_owned(), made: Vec::new() }
    }

    fn push(&mut self, what: String, place: Range<usize>, texts: Vec<String>) {
        self.made.push(Edit { of: self.of.clone(), what, place, texts });
    }

    /// A list without each of its items, if it has several.
    fn fewer(&mut self, what: &str, list: &Value<'_>) {
        let Some(all) = items(list).filter(|all| all.len() > 1) else { return };
        for left_out in 0..all.len() {
            let others = all.iter().enumerate().filter(|(nth, _)| *nth != left_out).map(|(_, item)| text(item));
            let others = others.collect::<Vec<_>>().join(", ");
            let what = format!("{what} {} without {}", text(list), text(all[left_out]));
            self.push(what, list.span(), vec![format!("[{others}]")]);
        }
    }

    /// A table without this key.
    fn without(&mut self, what: &str, of: &Value<'_>, key: &str) {
        let others: Vec<_> = table(of).expect("a table").into_iter().filter(|(own, _)| *own != key).collect();
        let others: Vec<_> = others.iter().map(|(own, value)| (*own, text(value))).collect();
        self.push(format!("{what} {} without `{key}`", text(of)), of.span(), vec![braces(&others)]);
    }

    /// A line of the rule left out.
    pub fn without_line(&mut self, key: &str, value: &Value<'_>) {
        let start = LAW_05_NA_2006[..value.span().start].rfind('\n').expect("a line before") + 1;
        self.push(format!("without `{key}`"), start..value.span().end, vec![String::new()]);
    }

    /// Somebody else owes it.
    pub fn owed_by(&mut self, value: &Value<'_>) {
        let others = |role: &Value<'_>| -> Vec<String> {
            let other = ["court", "investigator", "prosecutor"].into_iter().filter(|other| word(role) != Some(*other));
            other.map(|other| format!("\"{other}\"")).collect()
        };
        for entry in items(value).unwrap_or(vec![value]) {
            let role = table(entry).and_then(|keys| keys.into_iter().find(|(key, _)| *key == "role"));
            let role = role.map_or(entry, |(_, role)| role);
            self.push(format!("owed_by another role than {}", text(role)), role.span(), others(role));
        }
    }

    /// Another action opens it, one of several does not, or a test is not asked.
    pub fn opens(&mut self, value: &Value<'_>) {
        let another = || vec!["\"medical_check\"".to_owned(), "\"charge_told\"".to_owned()];
        self.push("opened by another action".to_owned(), value.span(), another());
        self.fewer("opens", value);
        for (key, part) in table(value).unwrap_or_default() {
            match key {
                "on" => self.fewer("opens", part),
                _ => self.without("opens", value, key),
            }
        }
    }

    /// A condition is not tested on one of several actions.
    pub fn on(&mut self, value: &Value<'_>) {
        self.fewer("on", value);
    }

    /// Each other answer of the question.
    pub fn answer(&mut self, question: &str, answer: &Value<'_>, all: &Value<'_>) {
        for other in items(all).expect("the answers").into_iter().filter(|other| word(other) != word(answer)) {
            let what = format!("{question} = {} for {}", text(other), text(answer));
            self.push(what, answer.span(), vec![text(other).to_owned()]);
        }
    }

    /// An action does not discharge it, or does so always.
    pub fn done_by(&mut self, value: &Value<'_>) {
        let all = items(value).expect("a list");
        self.fewer("done_by", value);
        if let [only] = all.as_slice() {
            self.push("done by another action".to_owned(), only.span(), vec!["\"case_closed\"".to_owned()]);
        }
        for item in all {
            for (key, part) in table(item).unwrap_or_default() {
                match key {
                    "on" => self.fewer("done_by", part),
                    _ => self.without("done_by", item, key),
                }
            }
        }
    }

    /// Each notice before the end left out.
    pub fn leads(&mut self, value: &Value<'_>) {
        self.fewer("warn_before", value);
        if let Some([only]) = items(value).as_deref() {
            self.push(format!("warn_before without {}", text(only)), value.span(), vec!["[]".to_owned()]);
        }
    }

    /// Notices are given an hour later.
    pub fn another_hour(&mut self, value: &Value<'_>) {
        self.push("notice_hour".to_owned(), value.span(), vec!["\"09:00\"".to_owned()]);
    }

    /// A number one greater and one less: a length, a whole number, or one inside a test.
    pub fn number(&mut self, key: &str, value: &Value<'_>) {
        let Some((number, period)) = (match value.get_ref() {
            DeValue::Integer(number) => number.to_string().parse().ok().map(|number: u32| (number, None)),
            DeValue::String(word) => Period::parse(word).map(|period| match period {
                Period::Minutes(n) | Period::Hours(n) | Period::Days(n) | Period::Months(n) => (n, Some(period)),
            }),
            _ => None,
        }) else {
            return;
        };
        // Nothing is shorter than one.
        for to in [number + 1, number - 1].into_iter().filter(|to| *to > 0) {
            let to = match period {
                None => to.to_string(),
                Some(Period::Minutes(_)) => format!("\"{to}min\""),
                Some(Period::Hours(_)) => format!("\"{to}h\""),
                Some(Period::Days(_)) => format!("\"{to}d\""),
                Some(Period::Months(_)) => format!("\"{to}mo\""),
            };
            self.push(format!("{key} = {to} for {}", text(value)), value.span(), vec![to]);
        }
    }

    /// The numbers of a test, and its answers to each question exchanged.
    pub fn test(&mut self, value: &Value<'_>) {
        for item in items(value).unwrap_or_default() {
            self.test(item);
        }
        let Some(keys) = table(value) else { return };
        if let [(_, question), answers @ ..] = keys.as_slice()
            && keys[0].0 == "choice"
        {
            let mut turned: Vec<_> = answers.iter().map(|(_, test)| text(test)).collect();
            turned.rotate_left(1);
            let turned: Vec<_> = answers.iter().map(|(answer, _)| *answer).zip(turned).collect();
            let exchanged = braces(&[&[("choice", text(question))][..], &turned].concat());
            self.push(format!("the answers to {} exchanged", text(question)), value.span(), vec![exchanged]);
        }
        for (key, part) in keys {
            if matches!(part.get_ref(), DeValue::Integer(_)) {
                self.number(key, part);
            }
            self.test(part);
        }
    }

    /// Each part of a test that stands among several left out: of a list of tests, of words or of actions.
    pub fn parts(&mut self, value: &Value<'_>) {
        let keys = table(value).unwrap_or_default();
        for (key, part) in &keys {
            match (*key, items(part).as_deref()) {
                ("where" | "level" | "level_certain" | "in", _) => self.without("test", value, key),
                // A single test stands without a list.
                ("any" | "all", Some([one, other])) => {
                    for (left_out, left) in [(one, other), (other, one)] {
                        let what = format!("test {} without {}", text(value), text(left_out));
                        self.push(what, value.span(), vec![text(left).to_owned()]);
                    }
                }
                // Those that `is` names are among them.
                ("last_of", Some(_)) => {}
                (_, Some(_)) => self.fewer("test", part),
                _ => {}
            }
        }
        for part in keys.into_iter().map(|(_, part)| part).chain(items(value).unwrap_or_default()) {
            self.parts(part);
        }
    }
}
