//! What is asked of a docket in its address, and the address again.
//!
//! Invariant: reading an address that was written here gives the same; what the address has beyond it is left out, and said.

use std::collections::BTreeSet;

use engine::action::OfficeCode;
use engine::rulebook::{Language, Role, RuleId, Rulebook};
use projections::catalogue::Word as _;
use projections::docket::choice::{Child, Choice, Left, State};
use projections::docket::pages::Key;
use projections::labels::Label;

use crate::words::docket::Docket as W;

/// The most characters of a reference.
const LONGEST: usize = 64;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Which cases; of silent offices only whether they are asked for.
    pub choice: Choice,
    /// Behind which case the page begins.
    pub after: Option<Key>,
    /// Whether something was asked that this page does not know.
    pub unknown: bool,
}

/// A filter that is active.
pub struct Tag {
    /// What it says.
    pub words: String,
    /// The address without it.
    pub without: String,
}

impl Asked {
    /// Reads the pairs of an address.
    pub fn read(pairs: &[(String, String)]) -> Self {
        let mut asked = Self::default();
        for (name, value) in pairs.iter().filter(|(_, value)| !value.trim().is_empty()) {
            if asked.take(name, value.trim()).is_none() {
                asked.unknown = true;
            }
        }
        asked
    }

    fn take(&mut self, name: &str, value: &str) -> Option<()> {
        let choice = &mut self.choice;
        match name {
            "q" => choice.reference = Some(reference(value)?),
            "child" => choice.child = Some(find(&CHILDREN, value)?),
            "rule" => choice.rule = Some(RuleId::from_word(value)?),
            "owed" => choice.owed_by = Some(Role::from_word(value)?),
            "state" => choice.state = Some(find(&STATES, value)?),
            "left" => choice.left = Some(find(&LEFTS, value)?),
            "late" => choice.late = (value == "yes").then_some(true)?,
            "silent" => choice.silent = (value == "yes").then(|| Some(BTreeSet::new()))?,
            "after" => self.after = Some(Key::read(value)?),
            _ => return None,
        }
        Some(())
    }

    /// The pairs of the address, without the place of the page.
    pub fn pairs(choice: &Choice) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut add = |name, value: Option<String>| pairs.extend(value.map(|value| (name, value)));
        add("q", choice.reference.clone());
        add("child", choice.child.map(|child| word(&CHILDREN, child)));
        add("rule", choice.rule.map(|rule| rule.to_string()));
        add("owed", choice.owed_by.map(|role| role.word().to_owned()));
        add("state", choice.state.map(|state| word(&STATES, state)));
        add("left", choice.left.map(|left| word(&LEFTS, left)));
        add("late", choice.late.then(|| "yes".to_owned()));
        add("silent", choice.silent.as_ref().map(|_| "yes".to_owned()));
        pairs
    }

    /// The query of an address; empty without a filter. Every value is plain: letters, digits, `-`, `_`, `.` and `:`.
    pub fn query(choice: &Choice, after: Option<&Key>) -> String {
        let mut pairs = Self::pairs(choice);
        pairs.extend(after.map(|key| ("after", key.to_string())));
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }

    /// The path of the docket with these filters.
    pub fn path(choice: &Choice, after: Option<&Key>) -> String {
        with_query("/docket", &Self::query(choice, after))
    }

    /// The active filters.
    pub fn tags(&self, book: &Rulebook, language: Language) -> Vec<Tag> {
        let all = &self.choice;
        let mut tags = Vec::new();
        let mut add = |words: Option<String>, without: Choice| {
            tags.extend(words.map(|words| Tag { words, without: Self::path(&without, None) }));
        };
        let named = |word: W, value: &str| format!("{}: {value}", word.of(language));
        let words = all.reference.as_ref().map(|reference| named(W::Reference, reference));
        add(words, Choice { reference: None, ..all.clone() });
        add(all.child.map(|child| child_word(child).of(language).to_owned()), Choice { child: None, ..all.clone() });
        add(all.rule.map(|rule| rule_words(rule, book, language)), Choice { rule: None, ..all.clone() });
        let owed = all.owed_by.map(|role| named(W::OwedBy, role_label(role).of(language)));
        add(owed, Choice { owed_by: None, ..all.clone() });
        let state = all.state.map(|state| named(W::State, state_word(state).of(language)));
        add(state, Choice { state: None, ..all.clone() });
        add(all.left.map(|left| left_word(left).of(language).to_owned()), Choice { left: None, ..all.clone() });
        add(all.late.then(|| W::Late.of(language).to_owned()), Choice { late: false, ..all.clone() });
        let silent = all.silent.as_ref().map(|_| W::SilentOffices.of(language).to_owned());
        add(silent, Choice { silent: None, ..all.clone() });
        tags
    }

    /// The choice with the silent offices.
    pub fn chosen(&self, silent: BTreeSet<OfficeCode>) -> Choice {
        Choice { silent: self.choice.silent.as_ref().map(|_| silent), ..self.choice.clone() }
    }
}

/// A path with a query, if there is one.
pub fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The beginning of a reference, with Arabic digits; `None` for what no reference has.
fn reference(value: &str) -> Option<String> {
    let arabic = |letter: char| match letter {
        '\u{ed0}'..='\u{ed9}' => char::from_digit(u32::from(letter) - 0xed0, 10).unwrap_or(letter),
        other => other,
    };
    let reference: String = value.chars().map(arabic).collect();
    let plain = reference.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    (plain && reference.len() <= LONGEST).then_some(reference)
}

const CHILDREN: [(&str, Child); 3] = [("held", Child::Held), ("not-held", Child::NotHeld), ("open", Child::Open)];
const STATES: [(&str, State); 3] =
    [("certain", State::Certain), ("arguable", State::Arguable), ("running", State::Running)];
const LEFTS: [(&str, Left); 7] = [
    ("over", Left::Over),
    ("certain", Left::Certain),
    ("arguable", Left::Arguable),
    ("today", Left::Today),
    ("tomorrow", Left::Tomorrow),
    ("before-work", Left::BeforeWork),
    ("later", Left::Later),
];

fn find<T: Copy>(known: &[(&str, T)], value: &str) -> Option<T> {
    known.iter().find(|(word, _)| *word == value).map(|(_, found)| *found)
}

fn word<T: Copy + PartialEq>(known: &[(&str, T)], value: T) -> String {
    known.iter().find(|(_, known)| *known == value).map_or_else(String::new, |(word, _)| (*word).to_owned())
}

/// A choice in a list of a form.
pub struct Pick {
    /// Its value in the address.
    pub value: String,
    /// What it says.
    pub words: String,
    /// Whether it is the present one.
    pub is_now: bool,
}

/// The lists of the filters' form: where the child is, the limits, who owes them, the time left.
pub fn lists(choice: &Choice, book: &Rulebook, language: Language) -> [Vec<Pick>; 4] {
    let pick = |value: String, words: String, is_now: bool| Pick { value, words, is_now };
    let children = CHILDREN.map(|(value, child)| {
        pick(value.to_owned(), child_word(child).of(language).to_owned(), choice.child == Some(child))
    });
    let limits = book
        .rules()
        .iter()
        .filter(|rule| rule.is_limit())
        .map(|rule| pick(rule.id.to_string(), rule_words(rule.id, book, language), choice.rule == Some(rule.id)));
    let roles = [Role::Investigator, Role::Prosecutor, Role::Court].map(|role| {
        pick(role.word().to_owned(), role_label(role).of(language).to_owned(), choice.owed_by == Some(role))
    });
    let lefts = LEFTS.map(|(value, left)| {
        pick(value.to_owned(), left_word(left).of(language).to_owned(), choice.left == Some(left))
    });
    [children.into(), limits.collect(), roles.into(), lefts.into()]
}

/// The name of a rule with its article.
pub fn rule_words(rule: RuleId, book: &Rulebook, language: Language) -> String {
    let article = Label::Article.of(language);
    format!("{}, {article}\u{a0}{}", book.name(&rule, language), book.article(&rule))
}

/// The office of a role.
pub const fn role_label(role: Role) -> Label {
    match role {
        Role::Investigator => Label::Investigator,
        Role::Prosecutor => Label::Prosecutor,
        Role::Court => Label::Court,
    }
}

const fn child_word(child: Child) -> W {
    match child {
        Child::Held => W::Held,
        Child::NotHeld => W::NotHeld,
        Child::Open => W::Open,
    }
}

const fn state_word(state: State) -> W {
    match state {
        State::Certain => W::LeftCertain,
        State::Arguable => W::LeftArguable,
        State::Running => W::Running,
    }
}

const fn left_word(left: Left) -> W {
    match left {
        Left::Over => W::LeftOver,
        Left::Certain => W::LeftCertain,
        Left::Arguable => W::LeftArguable,
        Left::Today => W::LeftToday,
        Left::Tomorrow => W::LeftTomorrow,
        Left::BeforeWork => W::LeftBeforeWork,
        Left::Later => W::LeftLater,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Asked {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Asked::read(&pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn an_address_reads_as_it_was_written() {
        let query = "q=VTE-2026&child=held&rule=remand-term&owed=court&state=running&left=before-work&late=yes&silent=yes&after=1778720000.2.never.VTE-1";
        let asked = read(query);
        assert!(!asked.unknown);
        assert_eq!(Asked::query(&asked.choice, asked.after.as_ref()), query);
        assert_eq!(asked.tags(&Rulebook::law_05_na_2006(), Language::En).len(), 8);
    }

    #[test]
    fn a_tag_leads_to_the_address_without_its_filter() {
        let tags = read("child=held&left=today").tags(&Rulebook::law_05_na_2006(), Language::En);
        let all: Vec<(&str, &str)> = tags.iter().map(|tag| (tag.words.as_str(), tag.without.as_str())).collect();
        assert_eq!(all, [("Held", "/docket?left=today"), ("Ends today", "/docket?child=held")]);
    }

    #[test]
    fn what_is_not_known_is_left_out_and_said() {
        for query in ["child=boy", "colour=red", "q=<script>", "q=a\u{202e}b", "after=1", "late=no", "rule=A B"] {
            let asked = read(query);
            assert!(asked.unknown, "{query}");
            assert_eq!(asked.choice, Choice::default(), "{query}");
        }
        assert!(!read("child=&q=").unknown);
    }

    #[test]
    fn lao_digits_of_a_reference_are_digits() {
        assert_eq!(read("q=vte-໒໐໒໖").choice.reference.as_deref(), Some("vte-2026"));
    }
}
