//! For whom a case is put into words: the language, the names, the instant, and whether personal data are shown.

use engine::action::{ActionName, OfficeCode, When};
use engine::breach::Breach;
use engine::calendar::{Instant, parse_date};
use engine::rulebook::{Language, RuleId, Rulebook};
use projections::catalogue::Word;
use projections::labels::Label;
use projections::picture::Moment;
use projections::timeline::{Field, Personal, Value};
use projections::words_of_time::{self, End};
use service::offices::Offices;

use crate::lao::{Html, html};
use crate::words::case::Case as C;

/// How explanations write the last minute of a day.
const LAST_MINUTE: &str = "23:59";

/// For whom a case is put into words.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The rulebook under which the case is assessed.
    pub book: &'a Rulebook,
    /// The names of the offices.
    pub offices: &'a Offices,
    /// The language.
    pub language: Language,
    /// The instant of the assessment.
    pub at: Instant,
    /// What that instant is.
    pub moment: Moment,
    /// Whether personal data are shown.
    pub personal: Personal,
}

impl Reader<'_> {
    /// A word in the reader's language.
    pub fn t(&self, word: impl Word) -> &'static str {
        word.of(self.language)
    }

    /// A sentence with its placeholders filled.
    pub fn say(&self, word: impl Word, values: &[(&str, &str)]) -> String {
        word.filled(self.language, values)
    }

    /// The name of a rule, with the number of the extension and a note where its length is policy.
    pub fn rule(&self, rule: RuleId, period: u32) -> String {
        let mut name = self.book.name(&rule, self.language).to_owned();
        if period > 0 {
            name = format!("{name}, {}", self.say(C::Extension, &[("n", &period.to_string())]));
        }
        if self.book.is_policy(rule) { format!("{name} ({})", self.t(Label::Policy)) } else { name }
    }

    /// `Art. 64`
    pub fn article(&self, rule: RuleId) -> String {
        format!("{}\u{a0}{}", self.t(Label::Article), self.book.article(&rule))
    }

    /// The name of an office.
    pub fn office(&self, code: &OfficeCode) -> String {
        self.offices.name(code, self.language).to_owned()
    }

    /// The name of an action.
    pub fn action(&self, name: ActionName) -> &str {
        self.book.text(&format!("action.{name}")).in_language(self.language)
    }

    /// Actions, joined by commas.
    pub fn actions(&self, names: &[ActionName]) -> String {
        names.iter().map(|name| self.action(*name)).collect::<Vec<_>>().join(", ")
    }

    /// A last lawful instant; with its year where that is not the present one.
    pub fn end(&self, due: Instant) -> String {
        let words = End::of(due).words(self.language);
        if same_year(due, self.at) { words } else { format!("{words}\u{a0}{}", &due.to_string()[..4]) }
    }

    /// A day and a time; with its year where that is not the present one.
    pub fn instant(&self, at: Instant) -> String {
        let day = words_of_time::day(at.date(), self.language);
        let year = if same_year(at, self.at) { String::new() } else { format!("\u{a0}{}", &at.to_string()[..4]) };
        format!("{day}{year} {}", words_of_time::time_of_day(at))
    }

    /// When an action happened.
    pub fn when(&self, at: When) -> String {
        match at {
            When::Instant(at) => self.instant(at),
            When::Date(date) => {
                let year = if same_year(at.last(), self.at) {
                    String::new()
                } else {
                    format!("\u{a0}{}", &at.to_string()[..4])
                };
                words_of_time::day(date, self.language) + &year
            }
        }
    }

    /// A length of time.
    pub fn length(&self, seconds: i64) -> String {
        words_of_time::length(self.book, self.language, seconds)
    }

    /// The value of an action's field in words.
    pub fn value(&self, value: &Value) -> String {
        match value {
            Value::Words(words) => self.dates_in_words(words),
            Value::Text(text) => text.clone(),
            Value::Office { before: Some(before), now } if before != now => {
                format!("{} → {}", self.office(before), self.office(now))
            }
            Value::Office { now, .. } => self.office(now),
            Value::Action(_, Some((name, at))) => format!("{}, {}", self.action(*name), self.when(*at)),
            Value::Action(id, None) => id.to_string(),
        }
    }

    /// Words with each date as people write it, and with the end of a day instead of its last minute.
    pub fn dates_in_words(&self, words: &str) -> String {
        let mut said: Vec<String> = Vec::new();
        let mut words = words.split(' ').peekable();
        while let Some(word) = words.next() {
            let date = word.trim_end_matches([',', ';', '.', ':']);
            let Some(day) = parse_date(date) else {
                said.push(word.to_owned());
                continue;
            };
            let mut day = words_of_time::day_and_year(day, self.language) + &word[date.len()..];
            if let Some(after) = words.peek().and_then(|next| next.strip_prefix(LAST_MINUTE)) {
                day = format!("{}{after}", self.say(C::EndOf, &[("day", &day)]));
                words.next();
            }
            said.push(day);
        }
        said.join(" ")
    }

    /// The fields that the reader may see.
    pub fn fields(&self, fields: &[Field]) -> String {
        let seen = fields.iter().filter(|field| self.sees_personal() || !field.personal);
        let said = seen.map(|field| format!("{}: {}", field.label, self.value(&field.value)));
        said.collect::<Vec<_>>().join("; ")
    }

    /// Whether personal data are shown.
    pub fn sees_personal(&self) -> bool {
        self.personal == Personal::Shown
    }

    /// The state of a breach of a limit, or of a condition.
    pub fn breach(&self, breach: Breach, of_limit: bool) -> State {
        match (breach, of_limit) {
            (Breach::Certain, true) => State::of("certain", self.t(C::OverBoth)),
            (Breach::Certain, false) => State::of("certain", self.t(C::NotMetBoth)),
            (Breach::Arguable, true) => State::of("arguable", self.t(C::OverArguable)),
            (Breach::Arguable, false) => State::of("arguable", self.t(C::Arguable)),
        }
    }
}

/// A word for how something stands, with the class that gives it its shape.
#[derive(Clone)]
pub struct State {
    /// The class.
    pub class: &'static str,
    /// The word.
    pub word: Html,
}

impl State {
    /// A state.
    pub fn of(class: &'static str, word: &str) -> Self {
        Self { class, word: html(word) }
    }
}

fn same_year(one: Instant, other: Instant) -> bool {
    one.to_string()[..4] == other.to_string()[..4]
}
