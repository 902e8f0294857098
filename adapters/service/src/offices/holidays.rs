//! The holidays of an offices file: `holidays = [2026-04-14, 2026-04-15]`, above the first office.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Office;

/// The key of the list.
pub(super) const KEY: &str = "holidays";
/// The most holidays of a file: twenty years of them.
const MOST: usize = 1000;

/// An entry at the top of an offices file.
pub(super) enum Entry {
    /// An office.
    Office(Office),
    /// A list, which [`read`] reads.
    List,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an office")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
                Office::deserialize(MapAccessDeserializer::new(map)).map(Entry::Office)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Entry, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Entry::List)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// The holidays of a file's text; otherwise the place of the first wrong one, and what is wrong.
pub(super) fn read(text: &str) -> Result<BTreeSet<NaiveDate>, (usize, String)> {
    #[derive(Deserialize)]
    struct File {
        #[serde(default)]
        holidays: Vec<toml::Spanned<toml::Value>>,
    }
    let file: File = toml::from_str(text)
        .map_err(|error| (error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
    let mut holidays = BTreeSet::new();
    for found in file.holidays {
        let start = found.span().start;
        let date = found.get_ref().as_datetime().filter(|date| date.time.is_none()).and_then(|date| date.date);
        let date = date.and_then(|date| NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()));
        let Some(date) = date else {
            return Err((start, "expected a holiday as a date, such as 2026-04-14".to_owned()));
        };
        if !holidays.insert(date) {
            return Err((start, format!("the holiday {date} stands here twice")));
        }
        if holidays.len() > MOST {
            return Err((start, format!("expected at most {MOST} holidays")));
        }
    }
    Ok(holidays)
}

#[cfg(test)]
mod tests {
    use super::super::Offices;

    fn wrong(text: &str) -> String {
        Offices::parse(text, "f").unwrap_err().to_string()
    }

    #[test]
    fn holidays_are_dates_above_the_offices() {
        let text = "holidays = [2026-04-14, 2026-04-15]\n\n[x-aid]\nkind = \"legal_aid\"\n\
                    name = { en = \"X\", lo = \"X\" }\nprovince = { en = \"X\", lo = \"X\" }\n";
        let offices = Offices::parse(text, "f").unwrap();
        assert_eq!((offices.holidays().len(), offices.all().count()), (2, 1));
        assert!(Offices::of_the_program().holidays().is_empty());
    }

    #[test]
    fn what_is_no_date_or_stands_twice_is_refused_with_its_line() {
        assert_eq!(
            wrong("\nholidays = [\n2026-04-14,\n\"Pi Mai\"]"),
            "f:4: expected a holiday as a date, such as 2026-04-14"
        );
        assert_eq!(wrong("holidays = [2026-04-14,\n2026-04-14]"), "f:2: the holiday 2026-04-14 stands here twice");
        assert!(wrong("holidays = [2026-04-14T08:00:00]").contains("expected a holiday as a date"));
        assert!(wrong("days-off = [2026-04-14]").contains("expected an office"));
        assert!(wrong("holidays = 3").starts_with("f:1: "), "{}", wrong("holidays = 3"));
    }
}
