//! What is public of the child's age, as an event holds it.

use chrono::NaiveDate;

use super::{Pairs, Stored, Unreadable, action_id, shown, unreadable};
use crate::ages::{Basis, Derived};
use crate::calendar::parse_date;
use crate::json::Json;

/// What it says; nothing is written of what is empty.
pub(super) fn json(derived: &Derived) -> Json<'_> {
    let mut pairs: Pairs<'_> = Vec::with_capacity(3);
    if let Some(basis) = derived.basis {
        pairs.push(("basis".into(), Json::text(basis.word())));
    }
    let grown = derived.grown.iter().map(|(statement, actions)| {
        let actions = actions.iter().map(shown).collect();
        Json::Object(vec![("actions".into(), Json::List(actions)), ("statement".into(), shown(statement))])
    });
    let years = derived.years.iter().flat_map(|(statement, years)| {
        years.iter().map(move |(date, years)| {
            let years = Json::Number(i64::try_from(*years).unwrap_or(i64::MAX));
            Json::Object(vec![
                ("on".into(), shown(date)),
                ("statement".into(), shown(statement)),
                ("years".into(), years),
            ])
        })
    });
    for (key, list) in [("grown", grown.collect::<Vec<_>>()), ("years", years.collect())] {
        if !list.is_empty() {
            pairs.push((key.into(), Json::List(list)));
        }
    }
    Json::Object(pairs)
}

/// Reads it.
pub(super) fn read(json: Json<'_>) -> Result<Derived, Unreadable> {
    let mut stored = Stored::of(json)?;
    let mut derived = Derived { basis: stored.maybe("basis", Basis::from_word)?, ..Derived::default() };
    for json in stored.list("grown")? {
        let mut grown = Stored::of(json)?;
        let statement = grown.read("statement", action_id)?;
        let id = |json: &Json<'_>| if let Json::Text(text) = json { action_id(text) } else { None };
        let actions = grown.list("actions")?;
        let known: Option<_> = actions.iter().map(id).collect();
        let Some(known) = known else { return unreadable("an action's id has an invalid value") };
        derived.grown.insert(statement, known);
        grown.finish()?;
    }
    for json in stored.list("years")? {
        let mut years = Stored::of(json)?;
        let statement = years.read("statement", action_id)?;
        let on: NaiveDate = years.read("on", parse_date)?;
        derived.years.entry(statement).or_default().insert(on, years.whole("years")?);
        years.finish()?;
    }
    stored.finish()?;
    if derived.is_empty() { unreadable("`derived` is empty") } else { Ok(derived) }
}
