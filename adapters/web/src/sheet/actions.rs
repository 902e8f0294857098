//! The actions of a case as rows, each with all its fields; a withdrawal stands below what it withdraws.

use engine::case::Confirmed;
use projections::labels::Label as L;
use projections::timeline::{ActionLine, Entry, EntryLine, SecondLook};

use super::reader::{Reader, State};
use crate::lao::{Html, html};
use crate::words::case::Case as C;
use crate::words::second_look::SecondLook as S;

/// A row.
pub struct Action {
    /// The action's id.
    pub id: String,
    /// As which kind it may be corrected; `None` if it no longer counts, or is an opening or a withdrawal.
    pub correct_as: Option<&'static str>,
    /// What is said to whoever has just recorded it.
    pub landed: Option<Html>,
    /// When it happened.
    pub when: Html,
    /// What happened.
    pub name: Html,
    /// The fields that the reader may see.
    pub fields: Html,
    /// The office that acted.
    pub by: Html,
    /// When it was recorded, and by whom if not by the acting office.
    pub recorded: Html,
    /// Whether it was recorded on another day than it happened.
    pub late: bool,
    /// How much later, where whole days passed.
    pub days_late: Html,
    /// When, by whom and why it was withdrawn.
    pub withdrawn: Option<Html>,
    /// That a second person has still to confirm it, or when one did.
    pub second_look: Option<State>,
    /// Whether it is later than the instant of the page.
    pub to_come: bool,
    /// Whether it withdraws the action above.
    pub is_withdrawal: bool,
}

/// The actions of a timeline, in order; a withdrawal follows what it withdraws.
pub fn actions(entries: &[Entry], reader: &Reader<'_>) -> Vec<Action> {
    let lines: Vec<&ActionLine> = entries
        .iter()
        .filter_map(|entry| if let EntryLine::Action(line) = &entry.what { Some(&**line) } else { None })
        .collect();
    let mut rows = Vec::with_capacity(lines.len());
    let withdrawn_here = |line: &ActionLine| {
        let of = line.recorded.action.withdraws();
        of.is_some_and(|of| lines.iter().any(|line| line.recorded.action.id == of))
    };
    for line in lines.iter().filter(|line| !withdrawn_here(line)) {
        rows.push(row(line, reader));
        let id = line.recorded.action.id;
        let withdrawals = lines.iter().filter(|other| other.recorded.action.withdraws() == Some(id));
        rows.extend(withdrawals.map(|withdrawal| row(withdrawal, reader)));
    }
    rows
}

fn row(line: &ActionLine, reader: &Reader<'_>) -> Action {
    const DAY: i64 = 86_400;
    let recorded = &line.recorded;
    let action = &recorded.action;
    let late = recorded.recorded_at.date() != action.at.last().date();
    let mut on = if late { reader.instant(recorded.recorded_at) } else { reader.t(C::SameDay).to_owned() };
    if recorded.recorded_by != action.by {
        let by = reader.say(C::RecordedBy, &[("office", &reader.office(&recorded.recorded_by))]);
        on = format!("{on}, {by}");
    }
    let days_late = line.days_late();
    let withdrawn = line.withdrawn.as_ref().map(|withdrawal| {
        let values =
            [("when", reader.instant(withdrawal.recorded_at)), ("office", reader.office(&withdrawal.recorded_by))];
        let said = reader.say(C::WithdrawnOn, &values.each_ref().map(|(name, value)| (*name, value.as_str())));
        match line.withdrawal_reason().filter(|_| reader.sees_personal()) {
            Some(reason) => html(&format!("{said}: {reason}")),
            None => html(&said),
        }
    });
    Action {
        id: action.id.to_string(),
        correct_as: (action.name.can_be_withdrawn() && line.withdrawn.is_none()).then(|| action.name.word()),
        landed: None,
        when: html(&reader.when(action.at)),
        name: html(reader.action(action.name)),
        fields: html(&reader.fields(&line.fields)),
        by: html(&reader.office(&action.by)),
        recorded: html(&on),
        late,
        days_late: if days_late > 0 {
            html(&reader.say(C::RecordedLate, &[("length", &reader.length(days_late * DAY))]))
        } else {
            Html::default()
        },
        withdrawn,
        second_look: match line.second_look {
            SecondLook::Unasked => None,
            SecondLook::Awaited => Some(State::of("today", reader.t(L::Unconfirmed))),
            SecondLook::Done(Confirmed { at, .. }) => {
                Some(State::of("ok", &reader.say(S::ConfirmedOn, &[("when", &reader.instant(at))])))
            }
        },
        to_come: line.to_come,
        is_withdrawal: action.withdraws().is_some(),
    }
}
