//! What recording would change, in words: what starts, ends, is breached or no longer counts, the messages, and what has to be
//! confirmed.
//!
//! Invariant: the order and the headings are always the same, also where there is nothing.

use engine::breach::Breach;
use engine::decide::Alerts;
use engine::refusal::Refusal;
use engine::rulebook::Language;
use projections::message;
use projections::preview::{Becomes, Change, Preview, Standing};
use service::queries::preview::Foreseen;
use uuid::Uuid;

use crate::lao::{Html, html};
use crate::sheet::reader::{Reader, State};
use crate::sheet::state;
use crate::words::entry::Entry as W;

/// What recording would change.
pub struct Difference {
    /// What changes, under its headings.
    pub sections: Vec<Section>,
    /// The messages that would go, by those to whom they go.
    pub messages: Vec<Messages>,
    /// Whether messages are held back.
    pub held_back: bool,
    /// What has to be confirmed: warnings, and what is certain.
    pub doubts: Vec<Html>,
    /// What stands for these doubts in the form.
    pub sure: String,
}

/// Changes of one kind.
pub struct Section {
    /// The heading.
    pub heading: Html,
    /// The class of its lines.
    pub class: &'static str,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A change.
pub struct Line {
    /// How sure a breach is.
    pub state: Option<State>,
    /// The rule.
    pub name: Html,
    /// The article, the ends, who owes it.
    pub rest: Html,
}

/// Messages to the same offices.
pub struct Messages {
    /// The offices.
    pub to: Html,
    /// The texts.
    pub texts: Vec<Html>,
    /// Whether they are not sent.
    pub history: bool,
}

const SECTIONS: [(Becomes, W, &str); 5] = [
    (Becomes::Starts, W::Starts, "plus"),
    (Becomes::Ends, W::Ends, "plus"),
    (Becomes::Moves, W::Moves, "plus"),
    (Becomes::Breached, W::Breached, "bang"),
    (Becomes::Withdrawn, W::Withdrawn, "minus"),
];

impl Difference {
    /// What was foreseen, for a reader.
    pub fn of(foreseen: &Foreseen, alerts: Alerts, reader: &Reader<'_>) -> Self {
        let preview = &foreseen.preview;
        let section = |(becomes, heading, class): (Becomes, W, &'static str)| Section {
            heading: html(reader.t(heading)),
            class,
            lines: preview.that(becomes).map(|change| line(change, reader)).collect(),
        };
        let (doubts, sure) = doubts(foreseen, reader);
        Self {
            // A limit seldom moves: without one, nothing is said of it.
            sections: SECTIONS
                .into_iter()
                .filter(|(becomes, ..)| *becomes != Becomes::Moves || preview.that(*becomes).next().is_some())
                .map(section)
                .collect(),
            messages: messages(preview, reader),
            held_back: alerts == Alerts::HeldBack,
            doubts,
            sure,
        }
    }
}

/// The warnings and what would certainly be breached, in words, and what stands for them whatever the language.
fn doubts(foreseen: &Foreseen, reader: &Reader<'_>) -> (Vec<Html>, String) {
    let warnings: Vec<&Refusal> = foreseen.warnings.iter().flatten().collect();
    let certain: Vec<&Change> = foreseen.preview.that(Becomes::Breached).filter(|change| is_certain(change)).collect();
    let mut said: Vec<Html> = warnings.iter().map(|warning| html(&warning.reason(reader.language))).collect();
    said.extend(certain.iter().map(|change| {
        let rule = reader.rule(change.rule, change.period);
        let stands = change.is.as_ref().map(|is| state(is.stand, reader).word.to_string()).unwrap_or_default();
        Html::of_markup(format!("{}, {}: {stands}", html(&rule), html(&reader.article(change.rule))))
    }));
    let mut names: Vec<String> = warnings.iter().map(|warning| warning.reason(Language::En)).collect();
    names.extend(certain.iter().map(|change| format!("{} {} {}", change.rule, change.on.id, change.period)));
    let sure = if names.is_empty() {
        String::new()
    } else {
        Uuid::new_v5(&Uuid::NAMESPACE_OID, names.join("\n").as_bytes()).to_string()
    };
    (said, sure)
}

fn is_certain(change: &Change) -> bool {
    change.is.as_ref().and_then(|is| is.stand.breach()) == Some(Breach::Certain)
}

fn line(change: &Change, reader: &Reader<'_>) -> Line {
    let Change { becomes, rule, on, period, was, is } = change;
    let mut said = vec![reader.article(*rule)];
    match (becomes, is.as_ref().or(was.as_ref())) {
        (Becomes::Ends, Some(standing)) => said.extend(ended(standing, reader)),
        (Becomes::Withdrawn, Some(standing)) if !standing.is_open() => said.extend(ended(standing, reader)),
        (_, Some(standing)) => said.extend(ends(standing, reader)),
        (_, None) => {}
    }
    if let (Becomes::Moves, Some(was)) = (becomes, was)
        && let Some(ends) = ends(was, reader)
    {
        said.push(reader.say(W::Before, &[("end", &ends)]));
    }
    let values = [("action", reader.action(on.name).to_owned()), ("when", reader.when(on.at))];
    said.push(reader.say(W::Of, &values.each_ref().map(|(name, value)| (*name, value.as_str()))));
    if let (Becomes::Starts, Some(owed_by)) = (becomes, is.as_ref().and_then(|is| is.owed_by.as_ref())) {
        said.push(reader.say(W::OwedBy, &[("office", &reader.office(owed_by))]));
    }
    let breached = (*becomes == Becomes::Breached).then(|| is.as_ref().map(|is| state(is.stand, reader))).flatten();
    Line { state: breached, name: html(&reader.rule(*rule, *period)), rest: html(&said.join("; ")) }
}

/// By when a limit ends, under both readings, and how much is left.
fn ends(standing: &Standing, reader: &Reader<'_>) -> Option<String> {
    let earliest = standing.earliest?;
    let end = reader.end(earliest);
    let said = match standing.latest {
        Some(latest) if latest == earliest => reader.say(W::EndsBoth, &[("end", &end)]),
        Some(latest) => reader.say(W::EndsReadings, &[("end", &end), ("latest", &reader.end(latest))]),
        None => reader.say(W::EndsProtective, &[("end", &end)]),
    };
    let left = projections::words_of_time::left(reader.book, reader.language, earliest.since(reader.at));
    Some(format!("{said}, {left}"))
}

/// How a limit that is done stands.
fn ended(is: &Standing, reader: &Reader<'_>) -> Option<String> {
    let end = reader.end(is.earliest?);
    let done = match is.stand.breach() {
        None => reader.t(W::DoneInTime).to_owned(),
        Some(breach) => {
            let sure = match breach {
                Breach::Certain => crate::words::case::Case::Certain,
                Breach::Arguable => crate::words::case::Case::Arguable,
            };
            reader.say(W::DoneLate, &[("breach", reader.t(sure))])
        }
    };
    Some(format!("{done}; {}", reader.say(W::Ended, &[("end", &end)])))
}

/// The messages, those to the same offices together.
fn messages(preview: &Preview, reader: &Reader<'_>) -> Vec<Messages> {
    let mut all: Vec<Messages> = Vec::new();
    for event in &preview.told {
        let Some((alert, _)) = event.fact.alert() else { continue };
        let Some(text) = message::text(preview.after.reference(), event, reader.book, reader.language) else {
            continue;
        };
        let owes = alert.to.of(alert.owed_by);
        let others = alert.to.all().filter(|code| *code != owes);
        let names: Vec<String> = std::iter::once(owes).chain(others).map(|code| reader.office(code)).collect();
        let (to, text) = (html(&names.join(", ")), html(&text));
        match all.iter_mut().find(|same| same.to == to && same.history == alert.history) {
            Some(same) => same.texts.push(text),
            None => all.push(Messages { to, texts: vec![text], history: alert.history }),
        }
    }
    all
}
