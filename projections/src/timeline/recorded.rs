//! An action with every field as it was recorded: in words for people, as codes for programs.
//!
//! Invariant: each field of the action's JSON is in exactly one [`Field`]. A withdrawn action stays readable.

use std::borrow::Cow;
use std::collections::BTreeMap;

use engine::action::describe::{self, FieldKind};
use engine::action::{Action, ActionId, ActionName, OfficeCode, When};
use engine::calendar::Instant;
use engine::case::{Case, Confirmed, RecordedAction};
use engine::json::Json;
use engine::rulebook::{Language, Rulebook};

use crate::field_words;
use crate::labels::{Label, withheld};

/// An action of the case as it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionLine {
    /// The action, when it was recorded and who recorded it.
    pub recorded: RecordedAction,
    /// The action's own fields.
    pub fields: Vec<Field>,
    /// The action that withdrew it, if any.
    pub withdrawn: Option<RecordedAction>,
    /// Whether a second person confirmed it.
    pub second_look: SecondLook,
    /// Whether it is later than the instant of the timeline and so does not count yet.
    pub to_come: bool,
}

/// Whether a second person of the office confirmed an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondLook {
    /// Nobody did, and nobody has to.
    Unasked,
    /// Nobody did, and the office asks for it.
    Awaited,
    /// Somebody did.
    Done(Confirmed),
}

/// A field of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What the field is called, in the reader's language.
    pub label: String,
    /// What it holds.
    pub value: Value,
    /// Whether that is personal.
    pub personal: bool,
}

/// The value of a field. The names of offices are filled in later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// In words; dates as in files.
    Words(String),
    /// A free text, as somebody wrote it.
    Text(String),
    /// An office of the case, and the office from which a transfer took the case.
    Office {
        /// The office before a transfer; `None` for the opening, or if there was no such office.
        before: Option<OfficeCode>,
        /// The office.
        now: OfficeCode,
    },
    /// Another action of the case: its kind and time, if it is on record.
    Action(ActionId, Option<(ActionName, When)>),
}

/// Whether what is personal is shown: birth date, sex, rural, minority, disability, free texts, order numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Personal {
    /// It is shown.
    Shown,
    /// It is left out.
    LeftOut,
}

/// The fields that every action has. They have columns of their own.
const COMMON: [&str; 5] = ["case", "id", "action", "at", "by"];

impl ActionLine {
    /// How many whole days passed between the action and its record. A date without a time counts from the end of that day.
    pub fn days_late(&self) -> i64 {
        const DAY: i64 = 86_400;
        self.recorded.recorded_at.since(self.recorded.action.at.last()).max(0) / DAY
    }

    /// The reason given for the withdrawal of this action.
    pub fn withdrawal_reason(&self) -> Option<&str> {
        self.withdrawn.as_ref()?.action.text("reason")
    }

    /// The action's own fields as they were recorded, by their names in the format.
    pub(super) fn own_fields(&self, personal: Personal) -> Vec<(Cow<'_, str>, Json<'_>)> {
        let Json::Object(pairs) = self.recorded.action.to_json() else { return Vec::new() };
        let own = pairs.into_iter().filter(|(key, _)| !COMMON.contains(&&**key));
        match personal {
            Personal::Shown => own.collect(),
            Personal::LeftOut => without_what_is_personal(self.recorded.action.name, "", own),
        }
    }

    /// From which offices a transfer took the case, by their roles.
    pub(super) fn transferred_from(&self) -> Vec<(&'static str, OfficeCode)> {
        let action = &self.recorded.action;
        if action.name != ActionName::CaseTransferred {
            return Vec::new();
        }
        let offices = self.fields.iter().filter_map(|field| match &field.value {
            Value::Office { before, .. } => Some(before.clone()),
            _ => None,
        });
        let changed = ROLES.into_iter().zip(action.offices()).filter(|(_, office)| office.is_some());
        changed.zip(offices).filter_map(|((role, _), before)| Some((role, before?))).collect()
    }
}

/// The fields of an object of an action without what is personal. What the table of actions does not have counts as personal.
fn without_what_is_personal<'j>(
    name: ActionName,
    path: &str,
    pairs: impl IntoIterator<Item = (Cow<'j, str>, Json<'j>)>,
) -> Vec<(Cow<'j, str>, Json<'j>)> {
    let kept = |(key, value): (Cow<'j, str>, Json<'j>)| {
        let own = format!("{path}{key}");
        let within = |path: &str, value: Json<'j>| match value {
            Json::Object(pairs) => Json::Object(without_what_is_personal(name, path, pairs)),
            other => other,
        };
        let value = match value {
            Json::Object(_) => within(&format!("{own}."), value),
            Json::List(items) if items.iter().any(|item| matches!(item, Json::Object(_))) => {
                Json::List(items.into_iter().map(|item| within(&format!("{own}.0."), item)).collect())
            }
            leaf => return name.field_at(&own).is_some_and(|field| !field.is_personal()).then_some((key, leaf)),
        };
        (value != Json::Object(Vec::new())).then_some((key, value))
    };
    pairs.into_iter().filter_map(kept).collect()
}

/// The actions of a case in the order in which they happened. Actions that do not count are placed by their own times.
pub(super) fn actions(case: &Case, at: Instant, book: &Rulebook, language: Language) -> Vec<ActionLine> {
    let recorded: BTreeMap<ActionId, &RecordedAction> =
        case.recorded().iter().map(|recorded| (recorded.action.id, recorded)).collect();
    let withdrawals: BTreeMap<ActionId, &RecordedAction> =
        case.recorded().iter().filter_map(|recorded| Some((recorded.action.withdraws()?, recorded))).collect();
    let mut offices = Offices::default();
    let in_order = engine::timeline::in_order(case.actions());
    let lines = in_order.iter().filter_map(|id| recorded.get(id)).map(|&one| {
        let action = &one.action;
        let withheld = withheld(case);
        let in_words = InWords { book, language, offices: &offices, recorded: &recorded, withheld };
        let line = ActionLine {
            fields: in_words.fields(action),
            withdrawn: withdrawals.get(&action.id).map(|&by| by.clone()),
            second_look: case.confirmed(action.id).map_or(SecondLook::Unasked, SecondLook::Done),
            to_come: action.at.first() > at,
            recorded: one.clone(),
        };
        if line.withdrawn.is_none() {
            offices.follow(action);
        }
        line
    });
    lines.collect()
}

/// The offices of a case before an action, by their roles.
#[derive(Default)]
struct Offices(BTreeMap<&'static str, OfficeCode>);

impl Offices {
    fn follow(&mut self, action: &Action) {
        let named = ROLES.into_iter().zip(action.offices());
        self.0.extend(named.filter_map(|(role, office)| Some((role, office?.clone()))));
    }
}

/// The roles of offices in a case, in the order of [`Action::offices`].
const ROLES: [&str; 4] = ["court", "prosecutor", "investigator", "legal_aid"];

/// Puts fields into a reader's words.
struct InWords<'t> {
    book: &'t Rulebook,
    language: Language,
    offices: &'t Offices,
    recorded: &'t BTreeMap<ActionId, &'t RecordedAction>,
    /// What stands in the place of what can't be read.
    withheld: Label,
}

impl InWords<'_> {
    fn fields(&self, action: &Action) -> Vec<Field> {
        let Json::Object(pairs) = action.to_json() else { return Vec::new() };
        let mut fields = Vec::new();
        for (name, value) in pairs.iter().filter(|(name, _)| !COMMON.contains(&&**name)) {
            match value {
                Json::Object(inner) if !is_range(inner) => {
                    let own =
                        |(key, value): &(Cow<'_, str>, _)| self.field(action.name, &format!("{name}.{key}"), value);
                    fields.extend(inner.iter().map(own));
                }
                Json::List(items) if items.iter().any(|item| matches!(item, Json::Object(_))) => {
                    fields.extend(items.iter().enumerate().map(|(nth, item)| Field {
                        label: format!("{} {}", self.label("offence"), nth + 1),
                        value: Value::Words(self.together(item)),
                        personal: false,
                    }));
                }
                _ => fields.push(self.field(action.name, name, value)),
            }
        }
        fields
    }

    fn field(&self, action: ActionName, name: &str, value: &Json<'_>) -> Field {
        // What somebody wrote stays as it is, also where it is one of the format's words.
        let is_free = |field: &describe::Field| matches!(field.kind, FieldKind::Text | FieldKind::Case);
        let of_table = action.field_at(name);
        let value = match value {
            Json::Text(text) if of_table.is_some_and(is_free) => Value::Text(text.clone().into_owned()),
            _ => self.value(name, value),
        };
        // What the table does not have is nobody's to see without the right.
        let personal = of_table.is_none_or(describe::Field::is_personal);
        Field { label: self.label(name), value, personal }
    }

    /// An object of a list in one line.
    fn together(&self, item: &Json<'_>) -> String {
        let Json::Object(pairs) = item else { return self.words("", item) };
        let words = pairs.iter().map(|(key, value)| format!("{}: {}", self.label(key), self.words(key, value)));
        words.collect::<Vec<_>>().join(", ")
    }

    fn label(&self, name: &str) -> String {
        field_words::field(self.book, name, self.language)
    }

    fn value(&self, name: &str, value: &Json<'_>) -> Value {
        match (name, value) {
            ("court" | "prosecutor" | "investigator" | "legal_aid", Json::Text(code)) => match OfficeCode::new(code) {
                Some(now) => Value::Office { before: self.offices.0.get(name).cloned(), now },
                None => Value::Words(code.clone().into_owned()),
            },
            ("withdraws" | "offence", Json::Text(id)) => match uuid::Uuid::parse_str(id) {
                Ok(id) => {
                    let known = self.recorded.get(&ActionId(id)).map(|known| (known.action.name, known.action.at));
                    Value::Action(ActionId(id), known)
                }
                Err(_) => Value::Words(id.clone().into_owned()),
            },
            _ => Value::Words(self.words(name, value)),
        }
    }

    fn words(&self, name: &str, value: &Json<'_>) -> String {
        let last = name.rsplit('.').next().unwrap_or(name);
        match value {
            Json::Null if last == "birth_date" => self.word("unknown"),
            Json::Null | Json::Fraction => self.word("none"),
            Json::Withheld => self.withheld.of(self.language).to_owned(),
            Json::Bool(value) => self.word(if *value { "yes" } else { "no" }),
            // Offences are counted from 0 in the format, and from 1 by people.
            Json::Number(number) if last == "offence" => (number + 1).to_string(),
            Json::Number(number) => number.to_string(),
            Json::Text(word) => self.word(word),
            Json::List(items) if items.is_empty() => self.word("none"),
            Json::List(items) => items.iter().map(|item| self.words(name, item)).collect::<Vec<_>>().join(", "),
            Json::Object(pairs) => pairs.iter().map(|(_, value)| self.words("", value)).collect::<Vec<_>>().join("–"),
        }
    }

    fn word(&self, word: &str) -> String {
        field_words::word(self.book, word, self.language)
    }
}

/// Whether an object is a range, which is shown as one value.
fn is_range(pairs: &[(Cow<'_, str>, Json<'_>)]) -> bool {
    matches!(pairs, [(min, Json::Number(_)), (max, Json::Number(_))] if min == "min" && max == "max")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_late_is_counted_in_whole_days() {
        let days_late = |at: &str, recorded: &str| {
            let line = format!(r#"{{"case":"A-1","action":"medical_check","at":"{at}","by":"vte-investigation"}}"#);
            let action = Action::read(&line).expect("an action");
            let Some(When::Instant(recorded_at)) = When::parse(recorded) else { panic!("{recorded}") };
            let recorded_by = action.by.clone();
            let recorded = RecordedAction { action: action.into(), recorded_at, recorded_by, person: None };
            let (fields, second_look) = (Vec::new(), SecondLook::Unasked);
            ActionLine { recorded, fields, withdrawn: None, second_look, to_come: false }.days_late()
        };
        let at = "2026-03-01T20:00:00+07:00";
        assert_eq!(days_late(at, "2026-03-01T21:00:00+07:00"), 0);
        assert_eq!(days_late(at, "2026-03-02T08:00:00+07:00"), 0, "the next date, and no day later");
        assert_eq!(days_late(at, "2026-03-02T20:00:00+07:00"), 1);
        assert_eq!(days_late(at, "2026-05-29T19:59:59+07:00"), 88);
        assert_eq!(days_late("2026-03-01", "2026-03-02T20:00:00+07:00"), 0, "a date counts from its end");
        assert_eq!(days_late("2026-03-01", "2026-03-03T00:00:00+07:00"), 1);
    }
}
