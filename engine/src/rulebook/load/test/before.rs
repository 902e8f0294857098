//! Reads the tests of what is before the tested action.

use super::super::possible::{Under, can_hold};
use super::super::{Flaw, Table, Value};
use super::{Language, actions, is_of_action_alone, listed};
use crate::action::describe::Field;
use crate::action::{ActionName, Names};
use crate::rulebook::test::{Level, Test, Watch};

/// What may stand beside `before`.
pub(super) const BESIDE: [&str; 5] = ["where", "level", "level_certain", "in", "at_least"];

impl<'a> Language<'a> {
    pub(super) fn before(&mut self, table: &Table<'a>, of: &Value<'a>) -> Result<Test, Flaw> {
        let names = actions(of)?;
        let fields = table.optional("where").map(|value| self.own_fields(names, &value)).transpose()?;
        let level = level(names, table)?;
        let in_episode = table.optional("in").map(|value| value.index_in(&["episode"])).transpose()?.is_some();
        let at_least = table.optional("at_least");
        if let (true, Some(at_least)) = (in_episode, &at_least) {
            return Err(at_least.flaw(
                "in = \"episode\" asks for one such action; expected no number beside it; leave one of the two out",
            ));
        }
        let at_least = at_least.map_or(Ok(1), |_| self.number(table, "at_least", 1..=1000))?;
        let watch = self.watch(Watch { names, fields, level });
        Ok(Test::Before { watch, in_episode, at_least })
    }

    /// The test of an earlier action: of its own fields, and of nothing else.
    fn own_fields(&mut self, names: Names, value: &Value<'a>) -> Result<Test, Flaw> {
        let test = self.test(names, value)?;
        if !is_of_action_alone(&test, false) {
            return Err(value.flaw(
                "it asks more than the earlier action's own fields; expected tests of these alone; ask the rest beside \
                 \"before\", with all or any",
            ));
        }
        if !can_hold(&test, names, Under::Protective(self.protective)) {
            return Err(value.flaw("no such action can ever be so; expected a test that can say yes; correct it"));
        }
        Ok(test)
    }

    pub(super) fn last_of(&mut self, table: &Table<'a>, of: &Value<'a>) -> Result<Test, Flaw> {
        let names = actions(of)?;
        let is = table.required("is", "one or more of the actions of last_of")?;
        let last = actions(&is)?;
        if let Some(other) = last.iter().find(|name| !names.has(*name)) {
            return Err(is.flaw(&format!(
                "found \"{other}\"; expected actions out of last_of: {}; correct one of the two",
                listed(names)
            )));
        }
        let watch = self.watch(Watch { names, fields: None, level: None });
        Ok(Test::LastOf { watch, is: last })
    }

    /// The place of what is watched; the same for two tests that ask the same.
    fn watch(&mut self, watch: Watch) -> usize {
        self.watches.iter().position(|known| *known == watch).unwrap_or_else(|| {
            self.watches.push(watch);
            self.watches.len() - 1
        })
    }
}

/// The level of a mediation that ended.
fn level(names: Names, table: &Table<'_>) -> Result<Option<Level>, Flaw> {
    let certain = table.optional("level_certain");
    let Some(value) = table.optional("level") else {
        return match certain {
            None => Ok(None),
            Some(certain) => Err(certain
                .flaw("found it without a level; expected level = … beside it; add it, or leave level_certain out")),
        };
    };
    if names != Names::of(&[ActionName::MediationEnded]) {
        return Err(
            value.flaw(&format!("found a level of {}; only mediation_ended has one; name it alone", listed(names)))
        );
    }
    let certain = certain.map_or(Ok(false), |value| value.yes())?;
    let mediators = ActionName::MediationEnded.field_at("mediator").map_or(&[][..], Field::words);
    let mediator = u8::try_from(value.index_in(mediators)?).unwrap_or(u8::MAX);
    Ok(Some(Level { mediator, certain }))
}
