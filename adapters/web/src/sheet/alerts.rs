//! The alerts of a case: the chain of the gravest one, from due to done with each delay, and the others as rows.

use engine::action::OfficeCode;
use engine::alert::Kind;
use engine::calendar::Instant;
use engine::case::{Event, Fact};
use engine::handling::{Doing, Handling};
use projections::alerts::{AlertLives, AlertRow, Choice, Class, Telling};
use projections::labels::Label;
use projections::words_of_time;
use service::queries::timeline::Timeline;
use uuid::Uuid;

use super::reader::Reader;
use crate::lao::{Html, html};
use crate::words::case::Case as C;

/// The alerts of a case.
pub struct Alerts {
    /// The chain of the gravest.
    pub chain: Option<Chain>,
    /// The others.
    pub others: Vec<Line>,
}

/// The chain of an alert.
pub struct Chain {
    /// What it is about.
    pub about: Html,
    /// Each step: what, when, and how long after the one before.
    pub steps: Vec<[Html; 3]>,
}

/// An alert in a list.
pub struct Line {
    /// What it is about.
    pub about: Html,
    /// Its present kind.
    pub kind: Html,
    /// Whether it is open.
    pub open: bool,
    /// When the first of it was told.
    pub raised: Html,
    /// When the last of it was told.
    pub last: Html,
    /// The offices that owe the duty.
    pub owed_by: Html,
}

/// What the log does not say of an alert.
pub struct Outside {
    /// When it was delivered.
    pub delivered: Option<Instant>,
    /// When somebody first looked at the case after it was raised; the outer `None` where the reader may not know.
    pub seen: Option<Option<Instant>>,
    /// When somebody first did something about it, and of which office.
    pub taken: Option<(Instant, OfficeCode)>,
}

/// When somebody first took or noted an alert of the row, at whatever stage, and of which office.
pub fn taken(timeline: &Timeline, row: &AlertRow) -> Option<(Instant, OfficeCode)> {
    let about = |handling: &Handling| Some((handling.topic.on.0, handling.topic.period)) == row.opened_by;
    let takes = |event: &&Event| match &event.fact {
        Fact::AlertHandled(handling) => {
            about(handling) && row.rule == Some(handling.topic.rule) && handling.doing != Doing::GivesBack
        }
        _ => false,
    };
    let first = timeline.log.iter().map(|stored| &stored.event).find(takes)?;
    Some((first.recorded_at, first.recorded_by.clone()))
}

/// The rows of a case's alerts: limits on liberty, other limits, findings together.
pub fn rows(timeline: &Timeline, reader: &Reader<'_>) -> Vec<AlertRow> {
    let classes = [Class::Liberty, Class::Limit, Class::Finding];
    let rows = classes.into_iter().flat_map(|class| {
        let of_class = timeline.log.iter().map(|stored| &stored.event).filter(|event| {
            event.fact.alert().is_some_and(|(alert, _)| Class::of(alert.topic.rule, reader.book) == class)
        });
        let lives = AlertLives::of(timeline.case.reference(), of_class);
        let known = Some(&timeline.case);
        lives.rows(&Choice::default(), known, &timeline.shelf, reader.book, reader.language, reader.at)
    });
    rows.collect()
}

/// The gravest row: open before answered, then a breach before the others; among equals the first.
pub fn gravest(rows: &[AlertRow]) -> Option<usize> {
    let weight = |kind: Kind| match kind {
        Kind::Breach | Kind::Escalated => 0,
        Kind::Arguable => 1,
        Kind::Notice => 2,
        Kind::Settled => 3,
        Kind::Withdrawn => 4,
    };
    (0..rows.len()).min_by_key(|nth| (!rows[*nth].open, weight(rows[*nth].kind), *nth))
}

/// The event that last raised an alert of a row.
pub fn raising(row: &AlertRow) -> Option<&Telling> {
    row.told.iter().rev().find(|told| matches!(told.kind, Kind::Breach | Kind::Arguable | Kind::Notice))
}

/// The place in the log of an event, by its id.
pub fn position(timeline: &Timeline, id: Uuid) -> Option<store::Position> {
    let case = timeline.case.reference();
    timeline.log.iter().find(|stored| stored.event.id(case) == id).map(|stored| stored.position)
}

impl Alerts {
    /// The alerts in words: the chain of `gravest`, and the others.
    pub fn of(rows: &[AlertRow], gravest: Option<(usize, Outside)>, reader: &Reader<'_>) -> Self {
        let apart = gravest.as_ref().map(|(nth, _)| *nth);
        let others = rows.iter().enumerate().filter(|(nth, _)| Some(*nth) != apart);
        Self {
            others: others.map(|(_, row)| line(row, reader)).collect(),
            chain: gravest.and_then(|(nth, outside)| chain(rows.get(nth)?, &outside, reader)),
        }
    }
}

fn about(row: &AlertRow, reader: &Reader<'_>) -> String {
    let articles = format!("{}\u{a0}{}", reader.t(Label::Article), row.articles.join(", "));
    match row.rule {
        Some(rule) => format!("{}, {articles}", reader.rule(rule, row.opened_by.map_or(0, |(_, period)| period))),
        None if row.count == 1 => format!("{} {}, {articles}", row.count, reader.t(Label::OneFinding)),
        None => format!("{} {}, {articles}", row.count, reader.t(Label::Findings)),
    }
}

fn line(row: &AlertRow, reader: &Reader<'_>) -> Line {
    let instant = |at: Option<Instant>| html(&at.map(|at| reader.instant(at)).unwrap_or_default());
    let offices =
        row.owed_by.iter().map(|code| OfficeCode::new(code).map_or_else(|| code.clone(), |code| reader.office(&code)));
    Line {
        about: html(&about(row, reader)),
        kind: html(reader.book.text(&format!("kind.{}", row.kind)).in_language(reader.language)),
        open: row.open,
        raised: instant(row.raised_at()),
        last: instant(row.changed_at()),
        owed_by: html(&offices.collect::<Vec<_>>().join(", ")),
    }
}

fn chain(row: &AlertRow, outside: &Outside, reader: &Reader<'_>) -> Option<Chain> {
    let raised = raising(row)?;
    let mut steps = Steps { reader, said: Vec::new(), last: None };
    let due = match raised.kind {
        Kind::Breach => row.latest.or(row.earliest),
        Kind::Arguable => row.earliest,
        Kind::Notice | Kind::Settled | Kind::Withdrawn | Kind::Escalated => None,
    };
    if let Some(due) = due {
        // The first instant at which it is over.
        steps.add(C::Due, due.plus(1));
    }
    steps.add(C::Raised, raised.at);
    match outside.delivered {
        Some(at) => steps.add(C::Delivered, at),
        None => steps.say(C::Delivered, if row.history { C::NotPublished } else { C::NotDelivered }),
    }
    match outside.seen {
        Some(Some(at)) => steps.add(C::FirstSeen, at),
        Some(None) => steps.say(C::FirstSeen, C::ByNobody),
        None => {}
    }
    match &outside.taken {
        Some((at, office)) => steps.add_of(C::Taken, *at, Some(office)),
        None => steps.say(C::Taken, C::NotTaken),
    }
    if let Some(escalated) = row.told.iter().find(|told| told.kind == Kind::Escalated && told.at >= raised.at) {
        steps.add(C::EscalatedTo, escalated.at);
    }
    let answer =
        row.told.iter().rfind(|told| told.at >= raised.at && told.id != raised.id && told.kind != Kind::Escalated);
    match answer.map(|told| (told.kind, told.at)) {
        Some((Kind::Settled, at)) => steps.add(C::Done, at),
        Some((Kind::Withdrawn, at)) => steps.add(C::Withdrawn, at),
        _ => steps.said.push([html(reader.t(C::Done)), html("–"), Html::default()]),
    }
    Some(Chain { about: html(&about(row, reader)), steps: steps.said })
}

struct Steps<'r> {
    reader: &'r Reader<'r>,
    said: Vec<[Html; 3]>,
    last: Option<Instant>,
}

impl Steps<'_> {
    /// Adds a step, and how long it came after the one before.
    fn add(&mut self, what: C, at: Instant) {
        self.add_of(what, at, None);
    }

    /// The same of a step that an office took. One of an earlier stage of the alert comes before the last step: no delay.
    fn add_of(&mut self, what: C, at: Instant, office: Option<&OfficeCode>) {
        let reader = self.reader;
        let delay = self.last.map(|last| match at.since(last) {
            ..0 => String::new(),
            0 => reader.t(C::SameSecond).to_owned(),
            seconds => reader.length(seconds),
        });
        let mut when = format!("{} {}", words_of_time::day(at.date(), reader.language), at.time_of_day());
        if let Some(office) = office {
            when = format!("{when}, {}", reader.office(office));
        }
        self.said.push([html(reader.t(what)), html(&when), html(&delay.unwrap_or_default())]);
        self.last = self.last.max(Some(at));
    }

    fn say(&mut self, what: C, said: C) {
        self.said.push([html(self.reader.t(what)), html(self.reader.t(said)), Html::default()]);
    }
}
