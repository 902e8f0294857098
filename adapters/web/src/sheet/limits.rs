//! The limits of a case as rows: both ends, how each stands, and how it is counted. The gravest come first.

use engine::action::ActionName;
use engine::assess::Assessment;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::explain;
use engine::limits::Deadline;
use engine::rulebook::{Reading, Readings, Rule};
use projections::hindsight::Stand;
use projections::labels::Label;
use projections::words_of_time;

use super::reader::{Reader, State};
use crate::lao::{Html, html};
use crate::words::case::Case as C;
use crate::words::paper::Paper as P;

/// A limit.
pub struct Limit {
    /// The rule's name in the address.
    pub rule: String,
    /// The rule in words.
    pub name: Html,
    /// The article.
    pub article: Html,
    /// The law's own words, with their articles.
    pub quotes: Vec<(Html, Html)>,
    /// How it is counted: one sentence for each step.
    pub steps: Vec<Html>,
    /// The end under each reading.
    pub ends: Readings<Html>,
    /// What each reading counts from, how long, and by how much it is over.
    pub counts: Readings<Count>,
    /// How it stands.
    pub state: State,
    /// More about how it stands.
    pub more: Html,
    /// How sure the breach is.
    pub breach: Option<Breach>,
    /// Whether nothing has ended it.
    pub open: bool,
    /// Since when it is over, in a sentence; empty if it is not.
    pub since: Html,
    /// What ended it.
    pub ended_by: Option<Html>,
    /// The office that owes the duty.
    pub owed_by: Html,
}

/// What a reading counts.
#[derive(Default)]
pub struct Count {
    /// The action from which the time runs.
    pub from: Html,
    /// How long.
    pub length: Html,
    /// By how much it is or was over, or that it is not.
    pub over: Html,
}

/// The limits of an assessment, the gravest first: certain before arguable, open before done; then what runs, by its end;
/// then what was done in time, the last first.
pub fn limits(assessment: &Assessment<'_>, reader: &Reader<'_>) -> Vec<Limit> {
    let mut sorted: Vec<(Stand, &Deadline)> =
        assessment.deadlines.iter().map(|deadline| (Stand::of(assessment, deadline), deadline)).collect();
    sorted.sort_by_key(|(stand, deadline)| {
        let due = deadline.earliest().unix();
        let on_detention = !reader.book.is_on_detention(deadline.rule);
        match stand {
            Stand::Over(breach) => (0, u8::from(*breach == Breach::Arguable), on_detention, due),
            Stand::Late(breach) | Stand::Fails(breach) => (1, u8::from(*breach == Breach::Arguable), on_detention, due),
            Stand::Running => (2, 0, false, due),
            Stand::InTime | Stand::Closed => (3, 0, false, -due),
        }
    });
    sorted.into_iter().map(|(stand, deadline)| limit(assessment, deadline, stand, reader)).collect()
}

fn limit(assessment: &Assessment<'_>, deadline: &Deadline, stand: Stand, reader: &Reader<'_>) -> Limit {
    let steps = explain::deadline(assessment, deadline, reader.book);
    let quotes = reader.book.rule(deadline.rule).map_or(&[][..], |rule: &Rule| &rule.law);
    let latest = deadline.latest().map_or_else(|| reader.t(Label::NoLimit).to_owned(), |due| reader.end(due));
    let owes = assessment.timeline.offices();
    let done = deadline.protective.done.or_else(|| deadline.lenient.as_ref()?.done);
    let ended_by = done.map(|done| {
        let action = assessment.timeline.entries()[done.by].action;
        (reader.action(action.name).to_owned(), reader.when(action.at))
    });
    Limit {
        rule: deadline.rule.to_string(),
        name: html(&reader.rule(deadline.rule, deadline.period)),
        article: html(&reader.article(deadline.rule)),
        quotes: quotes.iter().map(|quote| (html(&quote.article), html(&quote.lo))).collect(),
        steps: steps
            .iter()
            .map(|step| html(&reader.dates_in_words(&step.sentence(reader.book, deadline.rule, reader.language))))
            .collect(),
        ends: Readings { protective: html(&reader.end(deadline.earliest())), lenient: html(&latest) },
        counts: Readings::each(|reading| count(assessment, deadline, reading, reader)),
        state: state(stand, reader),
        more: html(&more(assessment, deadline, stand, reader)),
        breach: stand.breach(),
        open: deadline.protective.done.is_none(),
        since: html(&stand.breach().map(|breach| since(deadline, breach, stand, reader)).unwrap_or_default()),
        ended_by: ended_by.map(|(action, when)| html(&reader.say(P::EndedBy, &[("action", &action), ("when", &when)]))),
        owed_by: html(&reader.office(owes.of(deadline.owed_by))),
    }
}

/// The word for how a limit or a finding stands.
pub fn state(stand: Stand, reader: &Reader<'_>) -> State {
    match stand {
        Stand::Over(breach) | Stand::Late(breach) => reader.breach(breach, true),
        Stand::Fails(breach) => reader.breach(breach, false),
        Stand::Running => State::of("run", reader.t(C::Running)),
        Stand::InTime => State::of("ok", reader.t(C::InTime)),
        Stand::Closed => State::of("run", reader.t(C::Ended)),
    }
}

/// By how much it is over, what is left, or what ended it and when.
fn more(assessment: &Assessment<'_>, deadline: &Deadline, stand: Stand, reader: &Reader<'_>) -> String {
    let at = assessment.at;
    let done = deadline.protective.done;
    let when = done.map(|done| reader.when(assessment.timeline.entries()[done.by].action.at)).unwrap_or_default();
    let over = |until: Instant| reader.length(until.since(deadline.earliest()));
    let by_closing = done.is_some_and(|done| assessment.timeline.entries()[done.by].name == ActionName::CaseClosed);
    match (stand, done) {
        (Stand::Over(_), _) | (Stand::Running, None) => {
            let left = words_of_time::left(reader.book, reader.language, deadline.earliest().since(at));
            let passed_cap = is_past_cap(assessment, deadline, reader);
            match stand {
                Stand::Over(_) => format!("{left}; {}", reader.t(C::StillOpen)),
                _ if passed_cap => format!("{left}, {}", reader.t(C::CapPassed)),
                _ => left,
            }
        }
        (_, Some(_)) if by_closing => reader.say(C::ClosedOver, &[("when", &when)]),
        (Stand::Late(_), Some(done)) => reader.say(C::DoneOver, &[("when", &when), ("length", &over(done.at))]),
        (_, Some(done)) => {
            format!("{} {when}", reader.action(assessment.timeline.entries()[done.by].name))
        }
        (_, None) => String::new(),
    }
}

/// Whether it is a remand's term that runs although the longest remand has passed.
fn is_past_cap(assessment: &Assessment<'_>, deadline: &Deadline, reader: &Reader<'_>) -> bool {
    let is = |one: &Deadline, what: fn(&Rule) -> bool| reader.book.rule(one.rule).is_some_and(what);
    is(deadline, Rule::is_remand_term)
        && assessment
            .deadlines
            .iter()
            .any(|one| is(one, Rule::is_remand_cap) && matches!(Stand::of(assessment, one), Stand::Over(_)))
}

/// `since 11 May, by the lenient reading since 13 May; still open`
fn since(deadline: &Deadline, breach: Breach, stand: Stand, reader: &Reader<'_>) -> String {
    if let (Stand::Late(_), Some(done)) = (stand, deadline.protective.done) {
        return reader.say(C::DoneLate, &[("length", &reader.length(done.at.since(deadline.earliest())))]);
    }
    let mut said = reader.say(C::Since, &[("end", &reader.end(deadline.earliest()))]);
    if let (Breach::Certain, Some(latest)) = (breach, deadline.latest().filter(|due| *due != deadline.earliest())) {
        said = format!("{said}, {}", reader.say(C::SinceLenient, &[("end", &reader.end(latest))]));
    }
    format!("{said}; {}", reader.t(C::StillOpen))
}

fn count(assessment: &Assessment<'_>, deadline: &Deadline, reading: Reading, reader: &Reader<'_>) -> Count {
    let Some(reckoning) = deadline.reckoning(reading) else {
        return Count { from: html(reader.t(Label::NoLimit)), ..Count::default() };
    };
    let from = &assessment.timeline.entries()[reckoning.from];
    let until = reckoning.done.map_or(assessment.at, |done| done.at);
    let over = if reckoning.is_breached(assessment.at) {
        reader.length(until.since(reckoning.due))
    } else {
        reader.t(P::NotOver).to_owned()
    };
    Count {
        from: html(&format!("{}, {}", reader.action(from.name), reader.when(from.action.at))),
        length: html(&reader.book.amount(reader.language, reckoning.period)),
        over: html(&over),
    }
}
