//! Of which time a case is shown: as known on a day, and for which instant its limits are computed.
//!
//! Invariant: nothing that was recorded after the visitor's office handed the case on is counted.

use engine::action::{CaseRef, When};
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::picture::Moment;
use projections::timeline::Why;
use projections::words_of_time;
use serde::Deserialize;
use service::queries::timeline::{Question, Timeline, timeline};
use service::shown::plain;
use store::Fault;

use crate::dates;
use crate::lao::{Html, html};
use crate::site::Site;
use crate::words::case::Case as C;

/// What is asked for in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    /// As known on a day.
    known: Option<String>,
    /// Limits as of an instant.
    at: Option<String>,
    /// The id of the action that the visitor has just recorded.
    pub entered: Option<String>,
}

/// Of which time a case is shown.
pub struct Known {
    /// Only what was recorded until the end of it counts; `None`: everything.
    until: Option<When>,
    /// The instant for which the limits are computed.
    pub at: Instant,
    /// What that instant is.
    pub moment: Moment,
    asked_day: Typed,
    asked_at: Typed,
}

/// What was typed into a field, and how it was read.
struct Typed {
    text: String,
    read: Option<When>,
    error: Option<String>,
}

/// A field of the form.
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What may be typed.
    pub hint: &'static str,
    /// What was typed.
    pub value: String,
    /// The day in words with its distance, if it was read.
    pub echo: Option<Html>,
    /// Why it was not read.
    pub error: Option<Html>,
}

impl Typed {
    fn of(text: Option<&String>, language: Language) -> Self {
        let text = text.map(|text| plain(text.trim()).into_owned()).unwrap_or_default();
        if text.is_empty() {
            return Self { text, read: None, error: None };
        }
        match dates::read(&text) {
            Ok(when) => Self { text, read: Some(when), error: None },
            Err(flaw) => Self { text, read: None, error: Some(flaw.message(language)) },
        }
    }

    fn field(&self, name: &'static str, [label, hint]: [C; 2], now: Instant, language: Language) -> Field {
        let echo = self.read.map(|when| {
            let distance = words_of_time::days_from_today(when.last().date(), now.date(), language);
            html(&format!("{}, {distance}", words_of_time::when(when, language)))
        });
        let error = self.error.as_deref().map(html);
        Field { name, label: label.of(language), hint: hint.of(language), value: self.text.clone(), echo, error }
    }
}

impl Known {
    /// Reads what is asked for. `limit`: the last instant whose records the visitor may see.
    pub fn of(asked: &Asked, limit: Option<Instant>, now: Instant, language: Language) -> Self {
        let asked_day = Typed::of(asked.known.as_ref(), language);
        let asked_at = Typed::of(asked.at.as_ref(), language);
        // A day that has not ended is known as far as it has gone.
        let most = limit.unwrap_or(now);
        let before = asked_day.read.filter(|when| when.last() < most);
        let until = before.or(limit.map(When::Instant));
        let at = asked_at.read.map(When::last).or(until.map(When::last)).unwrap_or(now);
        // What happens after a transfer is not the former office's to know.
        let at = limit.map_or(at, |limit| at.min(limit));
        let moment = if at == now { Moment::Now } else { Moment::Asked };
        Self { until, at, moment, asked_day, asked_at }
    }

    /// Only what was recorded until the end of it counts; `None`: everything.
    pub const fn until(&self) -> Option<When> {
        self.until
    }

    /// The day or instant as of which the case is known, if it is an earlier one than the visitor could see.
    pub fn day(&self) -> Option<When> {
        self.asked_day.read.filter(|when| self.until == Some(*when))
    }

    /// Whether it is known as of an earlier day.
    pub fn is_of_another_day(&self) -> bool {
        self.day().is_some()
    }

    /// Whether the page shows another time than it does unasked.
    pub fn is_of_another_time(&self) -> bool {
        self.is_of_another_day() || self.asked_at.read.is_some()
    }

    /// The timeline of a case as known then; `None` if nothing was known of it.
    pub async fn timeline(&self, site: &Site, case: &CaseRef, language: Language) -> Result<Option<Timeline>, Fault> {
        let (case, as_known_on, offices) = (case.clone(), self.until, &*site.offices);
        let question = Question { case, as_known_on, at: self.at, why: Why::LeftOut, language, offices };
        timeline(site.log.as_ref(), &site.book, &question).await
    }

    /// What follows a path so that it shows the same time.
    pub fn query(&self) -> String {
        let pairs = [("known", self.day()), ("at", self.asked_at.read)];
        let given: Vec<String> = pairs
            .into_iter()
            .filter_map(|(name, when)| Some(format!("{name}={}", when?.to_string().replace('+', "%2B"))))
            .collect();
        if given.is_empty() { String::new() } else { format!("?{}", given.join("&")) }
    }

    /// The fields of the form.
    pub fn fields(&self, now: Instant, language: Language) -> Vec<Field> {
        vec![
            self.asked_day.field("known", [C::Day, C::DayHint], now, language),
            self.asked_at.field("at", [C::Instant, C::InstantHint], now, language),
        ]
    }
}
