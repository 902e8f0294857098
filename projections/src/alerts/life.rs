//! The life of the alerts about one limit or finding: notice, arguable, breach, settled or withdrawn.

use std::collections::BTreeMap;

use engine::action::CaseRef;
use engine::alert::{About, Alert, Kind, Stage};
use engine::assess::Assessment;
use engine::calendar::Instant;
use engine::case::{Event, Fact};
use engine::rulebook::{Language, Rulebooks};

use super::{AlertRow, Telling};
use crate::message::text;

/// What became of an alert.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Settled,
    Withdrawn,
}

/// All alert events about one limit or finding.
pub(super) struct Life<'e> {
    /// The alert of the last event, and that event.
    alert: &'e Alert,
    last: &'e Event,
    /// What became of the last alert of each stage.
    stages: BTreeMap<Stage, State>,
    history: bool,
    /// The events, in the order of the log.
    pub told: Vec<Telling>,
}

impl<'e> Life<'e> {
    /// A life that begins with this event. The event itself has yet to be added with [`Self::take`].
    pub fn begin(event: &'e Event, alert: &'e Alert) -> Self {
        Self { alert, last: event, stages: BTreeMap::new(), history: true, told: Vec::new() }
    }

    /// Adds the next event.
    pub fn take(&mut self, case: &CaseRef, event: &'e Event, alert: &'e Alert, kind: Kind) {
        let stage = alert.topic.stage;
        let (became, of) = match &event.fact {
            Fact::AlertSettled(_) => (State::Settled, Some(stage.kind())),
            Fact::AlertWithdrawn(withdrawal) if withdrawal.settlement.is_some() => (State::Open, Some(Kind::Settled)),
            Fact::AlertWithdrawn(_) => (State::Withdrawn, Some(stage.kind())),
            Fact::ActionRecorded(_)
            | Fact::AlertRaised(_)
            | Fact::AlertHandled(_)
            | Fact::ActionConfirmed(_)
            | Fact::CaseSealed(_) => (State::Open, None),
        };
        self.stages.insert(stage, became);
        let lead = if let Stage::Notice(lead) = stage { Some(lead) } else { None };
        self.told.push(Telling { kind, lead, of, at: event.recorded_at, id: event.id(case) });
        self.history &= alert.history;
        (self.alert, self.last) = (alert, event);
    }

    /// The present kind: that of an open `arguable` or `breach`, otherwise what became of the gravest one not withdrawn. An
    /// escalation is no kind of its own: see [`Self::is_escalated`].
    pub fn kind(&self) -> Kind {
        let stood =
            || self.stages.iter().rev().filter(|(stage, state)| !stage.is_escalated() && **state != State::Withdrawn);
        let open = stood().find(|(stage, state)| **state == State::Open && stage.kind() != Kind::Notice);
        match open.or_else(|| stood().next()) {
            Some((_, State::Settled)) => Kind::Settled,
            Some((stage, _)) => stage.kind(),
            None => Kind::Withdrawn,
        }
    }

    /// Whether an open alert of it was escalated.
    pub fn is_escalated(&self) -> bool {
        self.stages.iter().any(|(stage, state)| stage.is_escalated() && *state == State::Open)
    }

    /// Whether it is a notice, and its limit has not passed under the protective reading.
    pub fn may_run(&self, at: Instant) -> bool {
        self.kind() == Kind::Notice && matches!(self.alert.about, About::Limit { earliest, .. } if at <= earliest)
    }

    /// Whether it is open at an instant. For a notice, the assessment shows whether the duty has been done.
    pub fn is_open(&self, assessment: Option<&Assessment<'_>>, at: Instant) -> bool {
        match self.kind() {
            Kind::Arguable | Kind::Breach | Kind::Escalated => true,
            Kind::Settled | Kind::Withdrawn => false,
            Kind::Notice if !matches!(self.alert.about, About::Limit { .. }) => true,
            Kind::Notice => self.may_run(at) && assessment.is_some_and(|assessment| self.runs(assessment)),
        }
    }

    fn runs(&self, assessment: &Assessment<'_>) -> bool {
        let topic = &self.alert.topic;
        assessment.deadlines.iter().any(|deadline| {
            deadline.rule == topic.rule
                && deadline.period == topic.period
                && assessment.timeline.entries()[deadline.opened_by].action.id == topic.on
                && deadline.protective.done.is_none()
        })
    }

    /// The row for this life alone.
    pub fn row(self, case: &CaseRef, kind: Kind, open: bool, books: &Rulebooks, language: Language) -> AlertRow {
        let escalated = self.is_escalated();
        let Self { alert, last, history, told, .. } = self;
        let (earliest, latest) = match alert.about {
            About::Limit { earliest, latest, .. } => (Some(earliest), latest),
            About::Finding { .. } | About::Missing { .. } => (None, None),
        };
        let book = books.book(last.rulebook);
        AlertRow {
            case: case.clone(),
            kind,
            open,
            rule: Some(alert.topic.rule),
            opened_by: Some((alert.topic.on.0, alert.topic.period)),
            articles: vec![book.article(&alert.topic.rule).to_owned()],
            owed_by: vec![alert.to.of(alert.owed_by).to_string()],
            earliest,
            latest,
            late_record: alert.late_record,
            escalated,
            history,
            count: 1,
            notices: usize::from(matches!(alert.about, About::Missing { .. })),
            told,
            text: text(case, last, book, language).into_iter().collect(),
        }
    }
}
