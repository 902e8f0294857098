//! Reads what makes a rule a condition: on which actions it is tested, and the test.

use super::super::possible::Under;
use super::super::test::{Language, actions, listed};
use super::super::{Flaw, Table};
use super::{COMMON_KEYS, possible};
use crate::action::{ActionName as N, Names};
use crate::rulebook::rule::{Check, Condition};
use crate::rulebook::test::Test;

pub(super) const PROCEDURES: [&str; 5] = [
    "age_of_responsibility",
    "three_summonses",
    "investigation_extension",
    "remand_extension_late",
    "remand_extension_past_cap",
];

pub(super) fn condition<'a>(table: &Table<'a>, language: &mut Language<'a>) -> Result<Condition, Flaw> {
    let on = actions(&table.required("on", "the action on which it is tested, or a list of actions")?)?;
    let check = if table.optional("procedure").is_some() {
        procedure(on, table, language)?
    } else {
        written(on, table, language)?
    };
    let arguable_only = match table.optional("arguable_only") {
        None => Names::default(),
        Some(value) if value.word().is_some() || value.is_list() => {
            let some = actions(&value)?;
            if let Some(other) = some.iter().find(|name| !on.has(*name)) {
                return Err(value.flaw(&format!(
                    "found \"{other}\"; the rule is tested on {} alone; name one of those",
                    listed(on)
                )));
            }
            some
        }
        Some(value) => value.yes().map(|_| on)?,
    };
    Ok(Condition { on, arguable_only, check })
}

fn only(table: &Table<'_>, more: &[&str]) -> Result<(), Flaw> {
    table.only(&[&COMMON_KEYS[..], &["on", "arguable_only"], more].concat())
}

/// The tests that stand in the rulebook.
fn written<'a>(on: Names, table: &Table<'a>, language: &mut Language<'a>) -> Result<Check, Flaw> {
    only(table, &["tested_if", "fails"])?;
    let value = table.required("fails", "the test that shows the failure")?;
    let fails = language.test(on, &value)?;
    let under = Under::Protective(language.protective);
    possible(&fails, on, under, &value, "this can never fail")?;
    let Some(given) = table.optional("tested_if") else {
        return Ok(Check::Written { tested_if: Test::Fixed(true), fails });
    };
    let tested_if = language.test(on, &given)?;
    possible(&tested_if, on, under, &given, "the rule is never tested")?;
    let both = Test::All(Box::new([tested_if.clone(), fails.clone()]));
    possible(&both, on, under, &value, "this can never fail where the rule is tested")?;
    Ok(Check::Written { tested_if, fails })
}

/// A condition that the program checks in a way of its own, with its numbers and the questions that it asks.
fn procedure<'a>(on: Names, table: &Table<'a>, language: &mut Language<'a>) -> Result<Check, Flaw> {
    let procedure = table.required("procedure", "a procedure")?;
    let named = PROCEDURES[procedure.index_in(&PROCEDURES)?];
    let (more, tested_on, asked): (&[&str], &[N], &[&str]) = match named {
        "age_of_responsibility" => (&["years"], N::ALL, &["age_at"]),
        "three_summonses" => (&["count"], &[N::BroughtIn], &["summonses"]),
        "investigation_extension" => {
            (&[], &[N::InvestigationExtended], &["first_day", "unknown_time", "investigation_from"])
        }
        "remand_extension_late" => {
            (&[], &[N::RemandExtended], &["first_day", "month", "unknown_time", "remand_from", "extension_chain"])
        }
        _ => (&[], &[N::RemandExtended], &["lower_cap"]),
    };
    only(table, more)?;
    if let Some(other) = on.iter().find(|name| !tested_on.contains(name)) {
        let value = table.required("on", "an action")?;
        return Err(value.flaw(&format!(
            "found \"{other}\"; expected {}, on which alone \"{named}\" is tested; correct it",
            listed(Names::of(tested_on))
        )));
    }
    for question in asked {
        language.asks(question, table)?;
    }
    Ok(match named {
        "age_of_responsibility" => Check::AgeOfResponsibility { years: responsible_age(table, &language.numbers)? },
        "three_summonses" => Check::ThreeSummonses { count: table.integer("count", 1..=100)? },
        "investigation_extension" => Check::InvestigationExtension,
        "remand_extension_late" => Check::RemandExtensionLate,
        _ => Check::RemandExtensionPastCap,
    })
}

/// The age of responsibility, not above the age at which one is no longer a child.
fn responsible_age(table: &Table<'_>, numbers: &Table<'_>) -> Result<u32, Flaw> {
    let (years, adult) = (table.integer("years", 1..=100)?, numbers.integer("adult_age", 1..=100)?);
    if years <= adult {
        return Ok(years);
    }
    let value = table.required("years", "a number")?;
    Err(value.flaw(&format!("found {years}; expected no more than numbers.adult_age, {adult}; correct one of them")))
}
