//! The shift sheet: what runs out before an instant, and who has it.
//!
//! Invariant: it holds references, rules, instants and opaque ids of people, and nothing else of a case. What was written is
//! read again as it was.

use std::collections::BTreeMap;

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::json::Json;
use engine::rulebook::RuleId;
use uuid::Uuid;

use crate::today::{Duty, Taker};

/// How many lines a sheet has at most.
pub const MOST: usize = 200;

/// A limit that runs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The case.
    pub case: CaseRef,
    /// The rule.
    pub rule: RuleId,
    /// The number of the period, from 0.
    pub period: u32,
    /// The last lawful instant.
    pub end: Instant,
    /// Who has taken it, each until when.
    pub taken: Vec<Taker>,
}

/// How a line differs from the sheet as it was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It was not on the sheet.
    Added,
    /// Who has it is different.
    Taken,
    /// It was on the sheet and runs out no more: it was done, moved, or has run out.
    Gone,
}

/// What runs out behind `now` and not behind `until`, what ends first before the others; and how many more than [`MOST`].
pub fn lines(duties: &[Duty], now: Instant, until: Instant) -> (Vec<Line>, usize) {
    let line = |duty: &Duty| {
        let limit = &duty.limit;
        let end = limit.runs_out(now, until)?;
        let Duty { case, taken, .. } = duty.clone();
        Some(Line { case, rule: limit.rule, period: limit.period, end, taken })
    };
    let mut lines: Vec<Line> = duties.iter().filter_map(line).collect();
    lines.sort_by(|a, b| a.key().cmp(&b.key()));
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    (lines, more)
}

/// What is different on `now` from the sheet as it was handed over, in the order of the lines; what is gone comes last. Of a list
/// that is full, nothing is known behind its end.
pub fn changes<'l>(given: &'l [Line], now: &'l [Line]) -> Vec<(Change, &'l Line)> {
    let before: BTreeMap<_, &Line> = given.iter().map(|line| (line.key(), line)).collect();
    let after: BTreeMap<_, &Line> = now.iter().map(|line| (line.key(), line)).collect();
    let known =
        |lines: &[Line], line: &Line| lines.len() < MOST || lines.last().is_some_and(|last| line.key() <= last.key());
    let of_now = now.iter().filter_map(|line| match before.get(&line.key()) {
        None => known(given, line).then_some((Change::Added, line)),
        Some(known) => (known.taken != line.taken).then_some((Change::Taken, line)),
    });
    let gone = given
        .iter()
        .filter(|line| !after.contains_key(&line.key()) && known(now, line))
        .map(|line| (Change::Gone, line));
    of_now.chain(gone).collect()
}

/// The lines as JSON.
pub fn to_json(lines: &[Line]) -> String {
    let mut out = String::with_capacity(2 + 96 * lines.len());
    Json::List(lines.iter().map(Line::to_json).collect()).write(&mut out);
    out
}

/// Reads what [`to_json`] wrote; `None` for any other text.
pub fn read(text: &str) -> Option<Vec<Line>> {
    let Ok(Json::List(lines)) = Json::read(text) else { return None };
    lines.iter().map(Line::read).collect()
}

impl Line {
    fn key(&self) -> (Instant, RuleId, &CaseRef, u32) {
        (self.end, self.rule, &self.case, self.period)
    }

    fn to_json(&self) -> Json<'_> {
        let taker = |Taker { person, until }: &Taker| {
            let person = person.map_or(Json::Null, |person| Json::text(person.to_string()));
            Json::List(vec![person, Json::Number(until.unix())])
        };
        Json::List(vec![
            Json::text(self.case.as_str()),
            Json::text(self.rule.word()),
            Json::Number(self.period.into()),
            Json::Number(self.end.unix()),
            Json::List(self.taken.iter().map(taker).collect()),
        ])
    }

    fn read(json: &Json<'_>) -> Option<Self> {
        let Json::List(fields) = json else { return None };
        let [Json::Text(case), Json::Text(rule), Json::Number(period), Json::Number(end), Json::List(takers)] =
            &fields[..]
        else {
            return None;
        };
        let one = |json: &Json<'_>| {
            let Json::List(fields) = json else { return None };
            let (person, until) = match &fields[..] {
                [Json::Null, Json::Number(until)] => (None, until),
                [Json::Text(id), Json::Number(until)] => (Some(Uuid::try_parse(id).ok()?), until),
                _ => return None,
            };
            Some(Taker { person, until: Instant::from_unix(*until) })
        };
        Some(Self {
            case: CaseRef::new(case)?,
            rule: RuleId::from_word(rule)?,
            period: u32::try_from(*period).ok()?,
            end: Instant::from_unix(*end),
            taken: takers.iter().map(one).collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(case: &str, end: i64, taken: &[Taker]) -> Line {
        let rule = RuleId::from_word("custody-48h").expect("a rule");
        let case = CaseRef::new(case).expect("a reference");
        Line { case, rule, period: 0, end: Instant::from_unix(end), taken: taken.to_vec() }
    }

    const TAKER: Taker = Taker { person: Some(Uuid::from_u128(7)), until: Instant::from_unix(90) };
    const OFFICE: Taker = Taker { person: None, until: Instant::from_unix(91) };

    #[test]
    fn a_list_is_read_as_it_was_written() {
        let lines = [line("A-1", 100, &[TAKER, OFFICE]), line("A-2", 101, &[])];
        assert_eq!(read(&to_json(&lines)).as_deref(), Some(&lines[..]));
        for text in ["", "{}", "[[]]", r#"[["A-1","no such rule",0,1,[]]]"#, r#"[["A 1","custody-48h",0,1,[]]]"#] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_added_taken_and_done_since_is_told_apart() {
        let given = [line("A-1", 100, &[]), line("A-2", 101, &[]), line("A-3", 102, &[TAKER])];
        let now = [line("A-1", 100, &[TAKER]), line("A-3", 102, &[TAKER]), line("A-4", 103, &[])];
        let found: Vec<(Change, &str)> =
            changes(&given, &now).into_iter().map(|(change, line)| (change, line.case.as_str())).collect();
        assert_eq!(found, [(Change::Taken, "A-1"), (Change::Added, "A-4"), (Change::Gone, "A-2")]);
        assert_eq!(changes(&given, &given), []);
        let many: Vec<Line> = (0..=200).map(|n| line("A-1", n, &[])).collect();
        assert_eq!(
            changes(&many[..MOST], &many[1..]),
            [(Change::Gone, &many[0])],
            "nothing is known behind a full list"
        );
    }
}
