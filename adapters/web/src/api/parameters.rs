//! The parameters in an address: what each takes, for reading and for the document alike.
//!
//! Invariant: a parameter that is unknown, given twice or badly written is refused, never passed over.

use axum::extract::Query;
use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::action::When;
use engine::calendar::Instant;
use engine::rulebook::RuleId;
use projections::figures::period::{Period, Quarter};
use serde_json::{Value, json};

use super::problem::Problem;

/// A parameter.
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What it does.
    pub about: &'static str,
}

/// What a parameter takes.
#[derive(Clone, Copy)]
pub enum Takes {
    /// `true` or `false`.
    Flag,
    /// A whole number from 1 to this one.
    Count(usize),
    /// An RFC 3339 instant.
    Instant,
    /// An RFC 3339 instant, or a civil date.
    When,
    /// The name of a rule.
    Rule,
    /// A year or a quarter: `2026`, `2026-Q1`.
    Period,
    /// A quarter: `2026-Q1`.
    Quarter,
    /// One of these words.
    Word(&'static [&'static str]),
    /// What an answer gave as `next`.
    Cursor,
}

/// The longest cursor.
const LONGEST_CURSOR: usize = 512;

impl Takes {
    fn accepts(self, text: &str) -> bool {
        match self {
            Self::Flag => matches!(text, "true" | "false"),
            Self::Count(most) => text.parse().is_ok_and(|count: usize| (1..=most).contains(&count)),
            Self::Instant => Instant::parse(text).is_some(),
            Self::When => When::parse(text).is_some(),
            Self::Rule => RuleId::from_word(text).is_some(),
            Self::Period => Period::parse(text).is_some(),
            Self::Quarter => Quarter::parse(text).is_some(),
            Self::Word(words) => words.contains(&text),
            Self::Cursor => text.len() <= LONGEST_CURSOR && opened(text).is_some(),
        }
    }

    /// The JSON schema.
    pub fn schema(self) -> Value {
        match self {
            Self::Flag => json!({ "type": "boolean" }),
            Self::Count(most) => json!({ "type": "integer", "minimum": 1, "maximum": most }),
            Self::Instant => json!({ "type": "string", "format": "date-time" }),
            Self::When => json!({ "type": "string", "description": "an instant (RFC 3339) or a date" }),
            Self::Rule => json!({ "type": "string", "description": "the name of a rule" }),
            Self::Period => json!({ "type": "string", "pattern": "^(19|2[0-3])[0-9]{2}(-Q[1-4])?$" }),
            Self::Quarter => json!({ "type": "string", "pattern": "^(19|2[0-3])[0-9]{2}-Q[1-4]$" }),
            Self::Word(words) => json!({ "type": "string", "enum": words }),
            Self::Cursor => json!({ "type": "string", "maxLength": LONGEST_CURSOR, "pattern": "^[A-Za-z0-9_-]+$" }),
        }
    }
}

/// The parameters of a request that takes none.
pub const NONE: &[Parameter] = &[];

/// The parameters of a request.
pub struct Asked(Vec<(&'static str, String)>);

impl Asked {
    /// Reads the parameters of an address.
    ///
    /// # Errors
    /// The first parameter that is unknown, given twice or badly written.
    pub fn of(uri: &Uri, known: &'static [Parameter]) -> Result<Self, Problem> {
        let unreadable = Problem::of_parameter(None);
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| unreadable)?;
        let mut asked: Vec<(&'static str, String)> = Vec::with_capacity(pairs.len());
        for (name, value) in pairs {
            let parameter = known.iter().find(|known| known.name == name).ok_or(unreadable)?;
            let twice = asked.iter().any(|(name, _)| *name == parameter.name);
            if twice || !parameter.takes.accepts(&value) {
                return Err(Problem::of_parameter(Some(parameter.name)));
            }
            asked.push((parameter.name, value));
        }
        Ok(Self(asked))
    }

    /// A parameter as it was written.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a flag is set.
    pub fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// A count.
    pub fn count(&self, name: &str) -> Option<usize> {
        self.text(name)?.parse().ok()
    }

    /// An instant.
    pub fn instant(&self, name: &str) -> Option<Instant> {
        self.text(name).and_then(Instant::parse)
    }

    /// An instant or a date.
    pub fn when(&self, name: &str) -> Option<When> {
        self.text(name).and_then(When::parse)
    }

    /// A rule.
    pub fn rule(&self, name: &str) -> Option<RuleId> {
        self.text(name).and_then(RuleId::from_word)
    }

    /// What the cursor holds.
    pub fn cursor(&self) -> Option<String> {
        self.text(CURSOR.name).and_then(opened)
    }

    /// The parameters that choose rows, as they stand in the record of looks.
    pub fn filters(&self) -> String {
        let filters = self.0.iter().filter(|(name, _)| ![CURSOR.name, LIMIT.name].contains(name));
        filters.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }
}

/// How many rows a list gives unless it is asked for more or fewer, and at most.
const ROWS: usize = 25;
const MOST_ROWS: usize = 100;

/// Where a list goes on.
pub const CURSOR: Parameter = Parameter {
    name: "cursor",
    takes: Takes::Cursor,
    about: "`next` of the answer before: the list goes on behind it",
};
/// How many rows a list gives.
pub const LIMIT: Parameter =
    Parameter { name: "limit", takes: Takes::Count(MOST_ROWS), about: "at most so many rows; 25 if left out" };

/// How many rows a request asks for.
pub fn rows(asked: &Asked) -> usize {
    asked.count(LIMIT.name).unwrap_or(ROWS)
}

/// A key as a cursor.
pub fn sealed(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

fn opened(cursor: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}
