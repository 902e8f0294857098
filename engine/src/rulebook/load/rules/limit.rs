//! Reads what makes a rule a time limit: how long it is, what opens it, what discharges it, how it is counted.

use super::super::possible::Under;
use super::super::table::{DAYS, HOURS, MONTHS};
use super::super::test::{Language, actions, is_of_action_alone};
use super::super::{Flaw, Table, Value};
use super::{COMMON_KEYS, possible};
use crate::action::{ActionName as N, Names};
use crate::rulebook::Period;
use crate::rulebook::period::{Days, Hours, Months};
use crate::rulebook::rule::{CUSTODY, Counting, DoneBy, Limit, STEPS};
use crate::rulebook::test::Test;

pub(super) const PROCEDURES: [&str; 6] =
    ["custody", "investigation", "investigation_resumed", "remand_term", "remand_cap", "release_decision"];

/// The actions that may open a limit.
pub(super) fn opening_actions(limit: &Limit) -> Names {
    match limit.counting {
        Counting::Custody { .. } => CUSTODY,
        Counting::Investigation { .. } => STEPS.and(Names::of(&[N::InvestigationExtended])),
        Counting::InvestigationResumed => Names::of(&[N::FileReturned, N::MediationEnded]),
        Counting::RemandTerm { .. } | Counting::RemandCap { .. } => Names::of(&[N::RemandOrdered, N::RemandExtended]),
        Counting::Plain | Counting::ReleaseDecision { .. } => limit.opens,
    }
}

/// Whether the rulebook says what opens such a limit.
const fn is_opened_by_data(counting: Counting) -> bool {
    matches!(counting, Counting::Plain | Counting::ReleaseDecision { .. })
}

pub(super) fn limit<'a>(table: &Table<'a>, at_once: Period, language: &mut Language<'a>) -> Result<Limit, Flaw> {
    let counting = counting(table)?;
    let (length, is_at_once) = length(table, counting, at_once)?;
    consistent(table, counting, length)?;
    for question in asked_by(counting, length, is_at_once) {
        language.asks(question, table)?;
    }
    let (opens, given) =
        if is_opened_by_data(counting) { opens(table, language)? } else { (Names::default(), Test::Fixed(true)) };
    let yes = |key: &str| table.optional(key).map_or(Ok(false), |value| value.yes());
    let opening = Limit {
        length,
        at_once: is_at_once,
        opens,
        given,
        counted_from: table.optional("counted_from").map(|value| actions(&value)).transpose()?,
        done_by: Vec::new(),
        plainly_done_by: Names::default(),
        arguable_only: yes("arguable_only")? || is_at_once || counting == Counting::InvestigationResumed,
        counting,
        on_liberty: yes("on_liberty")?,
        anew_if: anew_if(table, language)?,
    };
    let expected = "a list of the actions that discharge it, such as [\"file_sent\", \"case_closed\"]";
    let value = table.required("done_by", expected)?;
    let entries = value.list(expected)?;
    if entries.is_empty() {
        return Err(value.flaw(&format!("found an empty list; nothing would end the limit; expected {expected}")));
    }
    let done_by: Vec<DoneBy> =
        entries.iter().map(|value| discharge(&opening, value, language)).collect::<Result<_, _>>()?;
    let plain = done_by.iter().filter(|way| way.is_plain());
    let plainly_done_by = plain.fold(Names::default(), |all, way| all.and(way.on));
    Ok(Limit { done_by, plainly_done_by, ..opening })
}

/// How the limit is counted, with its numbers. Refuses keys that such a limit doesn't have.
fn counting(table: &Table<'_>) -> Result<Counting, Flaw> {
    let named = table.optional("procedure").map(|value| value.index_in(&PROCEDURES)).transpose()?;
    let named = named.map(|nth| PROCEDURES[nth]);
    let own: &[&str] = match named {
        None => &["limit", "opens", "counted_from", "arguable_only"],
        Some("custody") => &["limit", "joined_by_bringing_in_within"],
        Some("investigation") => &["limit", "extension", "starts_anew_if"],
        Some("remand_term") => &["limit", "extension"],
        Some("remand_cap") => &["major", "crime"],
        Some("release_decision") => &["limit", "opens", "from_request", "from_opinion"],
        _ => &["limit"],
    };
    table.only(&[&COMMON_KEYS[..], &["warn_before", "done_by", "on_liberty"], own].concat())?;
    let number =
        |key: &str, sample: Period| table.required(key, &format!("a length such as \"{sample}\""))?.period_in(sample);
    let hours = |key: &str| number(key, HOURS).map(Hours);
    let days = |key: &str| number(key, DAYS).map(Days);
    let months = |key: &str| number(key, MONTHS).map(Months);
    Ok(match named {
        None => Counting::Plain,
        Some("custody") => Counting::Custody {
            limit: hours("limit")?,
            joined_by_bringing_in_within: hours("joined_by_bringing_in_within")?,
        },
        Some("investigation") => Counting::Investigation { limit: days("limit")?, extension: days("extension")? },
        Some("investigation_resumed") => Counting::InvestigationResumed,
        Some("remand_term") => Counting::RemandTerm { limit: months("limit")?, extension: months("extension")? },
        Some("remand_cap") => Counting::RemandCap { major: months("major")?, crime: months("crime")? },
        Some(_) => Counting::ReleaseDecision {
            from_request: hours("from_request")?,
            from_opinion: table.optional("from_opinion").map(|_| hours("from_opinion")).transpose()?,
        },
    })
}

/// The questions that counting a limit asks.
fn asked_by(counting: Counting, length: Period, at_once: bool) -> Vec<&'static str> {
    let mut asked = vec!["unknown_time"];
    match length {
        Period::Days(_) => asked.push("first_day"),
        Period::Months(_) => asked.extend(["first_day", "month"]),
        Period::Minutes(_) | Period::Hours(_) => {}
    }
    if at_once {
        return asked;
    }
    asked.extend(match counting {
        Counting::Plain | Counting::InvestigationResumed => &[][..],
        Counting::Custody { .. } => &["custody_from", "repeat_detention"],
        Counting::Investigation { .. } => &["investigation_from"],
        Counting::RemandTerm { .. } => &["remand_from", "extension_chain"],
        Counting::RemandCap { .. } => &["remand_from", "repeat_detention", "lower_cap"],
        Counting::ReleaseDecision { .. } => &["decision_from"],
    });
    asked
}

/// The length of a limit, and whether the law says "at once". Of the longest remand it is that of the graver class.
fn length(table: &Table<'_>, counting: Counting, at_once: Period) -> Result<(Period, bool), Flaw> {
    if let Counting::RemandCap { crime, .. } = counting {
        return Ok((crime.into(), false));
    }
    let limit = table.required("limit", "a length such as \"30d\", or \"at_once\"")?;
    if limit.word() == Some("at_once") && counting == Counting::Plain {
        return Ok((at_once, true));
    }
    let length = match counting {
        Counting::InvestigationResumed => Period::Days(limit.period_in(DAYS)?),
        Counting::ReleaseDecision { .. } => Period::Hours(limit.period_in(HOURS)?),
        _ => limit.period()?,
    };
    Ok((length, false))
}

/// Refuses numbers that contradict each other.
fn consistent(table: &Table<'_>, counting: Counting, length: Period) -> Result<(), Flaw> {
    match counting {
        Counting::RemandCap { major, crime } if major > crime => {
            let (major, crime) = (Period::from(major), Period::from(crime));
            Err(table.required("major", "a number")?.flaw(&format!(
                "found {major}, longer than the cap for a crime, {crime}; expected the graver class to have the longer \
                 cap; swap the two"
            )))
        }
        Counting::ReleaseDecision { from_request, .. } if Period::from(from_request) < length => {
            let from_request = Period::from(from_request);
            Err(table.required("from_request", "a number")?.flaw(&format!(
                "found {from_request}, shorter than the limit from the receipt, {length}; expected a request that is \
                 received at once to have the one limit under both readings; lengthen it"
            )))
        }
        _ => Ok(()),
    }
}

/// The actions that open a limit, and the test that must hold.
fn opens<'a>(table: &Table<'a>, language: &mut Language<'a>) -> Result<(Names, Test), Flaw> {
    let expected = "the action that opens it, such as \"file_received\", a list of actions, or { on = …, if = … }";
    let value = table.required("opens", expected)?;
    if value.word().is_some() || value.is_list() {
        return Ok((actions(&value)?, Test::Fixed(true)));
    }
    let table = value.table().map_err(|_| value.unexpected(expected))?;
    table.only(&["on", "if"])?;
    let on = actions(&table.required("on", "an action or a list of actions")?)?;
    let given = language.optional(on, &table, "if", true)?;
    possible(&given, on, Under::Protective(language.protective), &value, "this can open nothing")?;
    Ok((on, given))
}

/// What an entry of `done_by` is not allowed to ask.
const ASKS_THE_CASE: &str =
    "it asks more than the action's own fields and the answers to questions; expected these alone";

fn discharge<'a>(opening: &Limit, value: &Value<'a>, language: &mut Language<'a>) -> Result<DoneBy, Flaw> {
    let always =
        |on| DoneBy { on, given: Test::Fixed(true), if_opening: Test::Fixed(true), since_first_deprivation: false };
    if value.word().is_some() {
        return actions(value).map(always);
    }
    let table = value.table().map_err(|_| value.unexpected("an action, or { on = …, if = … }"))?;
    table.only(&["on", "if", "if_opening", "since"])?;
    let mut done_by = always(actions(&table.required("on", "an action or a list of actions")?)?);
    if let Some(value) = table.optional("if") {
        done_by.given = language.test(done_by.on, &value)?;
        if !is_of_action_alone(&done_by.given, true) {
            return Err(value.flaw(&format!("{ASKS_THE_CASE}; ask the rest of the opening action, in if_opening")));
        }
        possible(&done_by.given, done_by.on, Under::Any, &value, "this can end nothing")?;
    }
    if let Some(value) = table.optional("if_opening") {
        if !is_opened_by_data(opening.counting) {
            return Err(value.flaw(
                "found it in a rule with a procedure, which opens the limit; expected it where \"opens\" says what does; \
                 remove it",
            ));
        }
        done_by.if_opening = language.test(opening.opens, &value)?;
        possible(&done_by.if_opening, opening.opens, Under::Any, &value, "this can end nothing")?;
    }
    let since = table.optional("since").map(|value| value.index_in(&["first_deprivation"])).transpose()?;
    done_by.since_first_deprivation = since.is_some();
    Ok(done_by)
}

/// Whether the period of an investigation starts anew after a returned file: a test of the extension.
fn anew_if<'a>(table: &Table<'a>, language: &mut Language<'a>) -> Result<Test, Flaw> {
    let Some(value) = table.optional("starts_anew_if") else { return Ok(Test::Fixed(true)) };
    let test = language.test(Names::of(&[N::InvestigationExtended]), &value)?;
    if is_of_action_alone(&test, true) {
        Ok(test)
    } else {
        Err(value.flaw(&format!("{ASKS_THE_CASE}; remove the rest")))
    }
}

/// The leads of the notices, longest first, each shorter than the limit.
pub(super) fn leads(table: &Table<'_>, limit: &Limit) -> Result<Vec<Period>, Flaw> {
    let expected = "a list of leads such as [\"7d\", \"1d\"], or [] for none";
    let shortest = if let Counting::RemandCap { major, .. } = limit.counting { major.into() } else { limit.length };
    let mut leads: Vec<Period> = Vec::new();
    for value in table.required("warn_before", expected)?.list(expected)? {
        let lead = value.period()?;
        if matches!(lead, Period::Months(_)) || lead.fewest_minutes() >= shortest.fewest_minutes() {
            return Err(value.flaw(&format!(
                "found {lead}; expected a lead in days, hours or minutes, shorter than the limit, {shortest}; shorten it"
            )));
        }
        if let Some(before) = leads.last().filter(|before| before.fewest_minutes() <= lead.fewest_minutes()) {
            return Err(value.flaw(&format!(
                "found {lead} behind {before}; expected the longest lead first and none twice; put them in order"
            )));
        }
        leads.push(lead);
    }
    Ok(leads)
}
