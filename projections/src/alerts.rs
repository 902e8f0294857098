//! An office's list of alerts: one row for each limit with the life of its alerts, and one row for all findings of a case.
//!
//! Invariant: every alert event of a case is in at most one row. Rows depend on the events and the filter alone. Only
//! whether a notice is still open depends on the case too.

mod life;

use engine::action::CaseRef;
use engine::alert::Kind;
use engine::calendar::Instant;
use engine::case::{Case, Event};
use engine::json::Json;
use engine::rulebook::{Language, Period, RuleId, Rulebook, Rulebooks};
use uuid::Uuid;

use life::Life;

/// The first key by which a list is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A limit on the child's liberty.
    Liberty,
    /// Another limit.
    Limit,
    /// A finding, or something that is not on record.
    Finding,
}

impl Class {
    /// The class of the alerts on a rule. One that the rulebook does not have comes last.
    pub fn of(rule: RuleId, book: &Rulebook) -> Self {
        match book.rule(rule) {
            Some(rule) if rule.is_on_liberty() => Self::Liberty,
            Some(rule) if rule.is_limit() => Self::Limit,
            _ => Self::Finding,
        }
    }
}

/// Which rows a list contains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Only open rows: neither settled nor withdrawn; for a notice, its limit still runs.
    pub open: bool,
    /// Only rows that are of one of these kinds now, or escalated; empty for all kinds.
    pub kinds: Vec<Kind>,
    /// Only rows with an alert event since then.
    pub since: Option<Instant>,
}

/// One alert event of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// The kind of the event.
    pub kind: Kind,
    /// How long before the end of the limit, for a notice.
    pub lead: Option<Period>,
    /// The kind of what it answers, for a `settled` or `withdrawn`.
    pub of: Option<Kind>,
    /// When it was recorded.
    pub at: Instant,
    /// The event's id.
    pub id: Uuid,
}

/// One row: a limit, or all findings and missing fields of one case together.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of its own in the format")]
pub struct AlertRow {
    /// The case.
    pub case: CaseRef,
    /// The present kind; for findings together, that of the gravest.
    pub kind: Kind,
    /// Whether the row is open; for findings together, whether any of them is.
    pub open: bool,
    /// The rule; `None` for findings together.
    pub rule: Option<RuleId>,
    /// The action that opened the limit, and the limit's period; `None` for findings together.
    pub opened_by: Option<(Uuid, u32)>,
    /// The article or articles.
    pub articles: Vec<String>,
    /// The office or offices that owe the duty.
    pub owed_by: Vec<String>,
    /// The last lawful instant of the protective reading, for a limit.
    pub earliest: Option<Instant>,
    /// The last lawful instant of the lenient reading, for a limit.
    pub latest: Option<Instant>,
    /// Whether a fact that shows a breach was recorded after the breach began.
    pub late_record: bool,
    /// Whether an open alert of the row was escalated.
    pub escalated: bool,
    /// Whether all of the row was recorded as history and not published.
    pub history: bool,
    /// How many limits, findings or notices the row stands for.
    pub count: usize,
    /// How many of them are notices that something is not on record.
    pub notices: usize,
    /// All alert events of the row, in the order of the log. Never empty.
    pub told: Vec<Telling>,
    /// The last sentence about each.
    pub text: Vec<String>,
}

/// The alert events of one class of one case, grouped by what they are about.
pub struct AlertLives<'e> {
    case: &'e CaseRef,
    lives: Vec<Life<'e>>,
}

impl<'e> AlertLives<'e> {
    /// Groups the events of one class of one case. They are in the order of the log, up to an instant.
    pub fn of(case: &'e CaseRef, events: impl IntoIterator<Item = &'e Event>) -> Self {
        let mut lives: Vec<Life<'e>> = Vec::new();
        let mut places = std::collections::BTreeMap::new();
        for event in events {
            let Some((alert, kind)) = event.fact.alert() else { continue };
            let key = (alert.topic.rule, alert.topic.on, alert.topic.period);
            let place = *places.entry(key).or_insert(lives.len());
            if place == lives.len() {
                lives.push(Life::begin(event, alert));
            }
            lives[place].take(case, event, alert, kind);
        }
        Self { case, lives }
    }

    /// Whether the case is needed to decide if a notice is still open: nobody is alerted when a duty is done in time.
    pub fn asks_for_the_case(&self, at: Instant) -> bool {
        self.lives.iter().any(|life| life.may_run(at))
    }

    /// The rows at an instant, ordered by their first alert event. `known` is the case as it was known then, if
    /// [`Self::asks_for_the_case`].
    pub fn rows(
        self,
        choice: &Choice,
        known: Option<&Case>,
        books: &Rulebooks,
        book: &Rulebook,
        language: Language,
        at: Instant,
    ) -> Vec<AlertRow> {
        let assessment = known.and_then(|case| case.assess(book, at));
        let mut rows: Vec<AlertRow> = Vec::new();
        for life in self.lives {
            let open = life.is_open(assessment.as_ref(), at);
            let kind = life.kind();
            let last = life.told.last().map(|last| last.at);
            let wanted = (open || !choice.open)
                && (choice.kinds.is_empty()
                    || choice.kinds.contains(&kind)
                    || (life.is_escalated() && choice.kinds.contains(&Kind::Escalated)))
                && choice.since.is_none_or(|since| last >= Some(since));
            if !wanted {
                continue;
            }
            let row = life.row(self.case, kind, open, books, language);
            match rows.last_mut() {
                Some(sum) if sum.rule.is_none() => sum.add(row),
                _ if row.rule.is_some_and(|rule| Class::of(rule, book) == Class::Finding) => {
                    rows.push(AlertRow { rule: None, opened_by: None, ..row });
                }
                _ => rows.push(row),
            }
        }
        rows
    }
}

impl AlertRow {
    fn add(&mut self, row: Self) {
        let weight = |kind: Kind| match kind {
            Kind::Breach | Kind::Escalated => 4,
            Kind::Arguable => 3,
            Kind::Notice => 2,
            Kind::Settled => 1,
            Kind::Withdrawn => 0,
        };
        if weight(row.kind) > weight(self.kind) {
            self.kind = row.kind;
        }
        self.open |= row.open;
        self.late_record |= row.late_record;
        self.escalated |= row.escalated;
        self.history &= row.history;
        self.count += row.count;
        self.notices += row.notices;
        for (all, more) in [(&mut self.articles, row.articles), (&mut self.owed_by, row.owed_by)] {
            for word in more {
                if !all.contains(&word) {
                    all.push(word);
                }
            }
        }
        self.told.extend(row.told);
        self.told.sort_by_key(|telling| telling.at);
        self.text.extend(row.text);
    }

    /// When the first alert event of the row was recorded.
    pub fn raised_at(&self) -> Option<Instant> {
        self.told.first().map(|telling| telling.at)
    }

    /// When the last alert event of the row was recorded.
    pub fn changed_at(&self) -> Option<Instant> {
        self.told.last().map(|telling| telling.at)
    }

    /// The row as JSON.
    pub fn to_json(&self) -> Json<'_> {
        let texts = |items: &'_ [String]| Json::List(items.iter().map(|item| Json::text(item.clone())).collect());
        let instant = |at: Option<Instant>| at.map_or(Json::Null, |at| Json::text(at.to_string()));
        let (opened_by, period) = match self.opened_by {
            Some((on, period)) => (Json::text(on.to_string()), Json::Number(period.into())),
            None => (Json::Null, Json::Null),
        };
        Json::Object(vec![
            ("case".into(), Json::text(self.case.as_str())),
            ("kind".into(), Json::text(self.kind.word())),
            ("open".into(), Json::Bool(self.open)),
            ("rule".into(), self.rule.map_or(Json::Null, |rule| Json::text(rule.to_string()))),
            ("opened_by".into(), opened_by),
            ("period".into(), period),
            ("articles".into(), texts(&self.articles)),
            ("owed_by".into(), texts(&self.owed_by)),
            ("earliest".into(), instant(self.earliest)),
            ("latest".into(), instant(self.latest)),
            ("late_record".into(), Json::Bool(self.late_record)),
            ("escalated".into(), Json::Bool(self.escalated)),
            ("history".into(), Json::Bool(self.history)),
            ("count".into(), Json::Number(i64::try_from(self.count).unwrap_or(i64::MAX))),
            ("raised_at".into(), instant(self.raised_at())),
            ("changed_at".into(), instant(self.changed_at())),
            ("told".into(), Json::List(self.told.iter().map(Telling::to_json).collect())),
            ("text".into(), texts(&self.text)),
        ])
    }
}

impl Telling {
    fn to_json(&self) -> Json<'_> {
        let mut members = vec![
            ("kind".into(), Json::text(self.kind.word())),
            ("at".into(), Json::text(self.at.to_string())),
            ("id".into(), Json::text(self.id.to_string())),
        ];
        if let Some(lead) = self.lead {
            members.push(("lead".into(), Json::text(lead.to_string())));
        }
        if let Some(of) = self.of {
            members.push(("of".into(), Json::text(of.word())));
        }
        Json::Object(members)
    }
}
