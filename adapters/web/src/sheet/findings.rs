//! The conditions that fail in a case, and what is not on record.

use engine::assess::Assessment;
use engine::breach::Breach;
use engine::explain;
use engine::rulebook::Reading;
use projections::missing::{Missing, missing};

use super::reader::{Reader, State};
use crate::lao::{Html, html};
use crate::words::case::Case as C;

/// A condition that fails.
pub struct Finding {
    /// The rule's name in the address.
    pub rule: String,
    /// The rule in words.
    pub name: Html,
    /// The article.
    pub article: Html,
    /// The law's own words, with their articles.
    pub quotes: Vec<(Html, Html)>,
    /// The action that was tested, and when it happened.
    pub on: Html,
    /// How it is tested: one sentence for each step.
    pub steps: Vec<Html>,
    /// How it stands.
    pub state: State,
    /// How sure the breach is.
    pub breach: Breach,
    /// The office that owes the duty.
    pub owed_by: Html,
}

/// Something that is not on record.
pub struct NotOnRecord {
    /// What to look for.
    pub what: Html,
    /// For which rule or action.
    pub of: Html,
    /// What its absence leads to.
    pub until_then: Html,
}

/// The findings of an assessment, in the order of their actions.
pub fn findings(assessment: &Assessment<'_>, reader: &Reader<'_>) -> Vec<Finding> {
    let owes = assessment.timeline.offices();
    let found = assessment.findings.iter().map(|finding| {
        let action = assessment.timeline.entries()[finding.action].action;
        let steps = explain::finding(assessment, finding.rule, finding.action, reader.book);
        let quotes = reader.book.rule(finding.rule).map_or(&[][..], |rule| &rule.law);
        Finding {
            rule: finding.rule.to_string(),
            name: html(&reader.rule(finding.rule, 0)),
            article: html(&reader.article(finding.rule)),
            quotes: quotes.iter().map(|quote| (html(&quote.article), html(&quote.lo))).collect(),
            on: html(&format!("{}, {}", reader.action(action.name), reader.when(action.at))),
            // The first step is the action, which stands in `on`.
            steps: steps
                .iter()
                .skip(1)
                .map(|step| html(&reader.dates_in_words(&step.sentence(reader.book, finding.rule, reader.language))))
                .collect(),
            state: reader.breach(finding.breach, false),
            breach: finding.breach,
            owed_by: html(&reader.office(owes.of(finding.owed_by))),
        }
    });
    found.collect()
}

/// What is not on record.
pub fn not_on_record(assessment: &Assessment<'_>, reader: &Reader<'_>) -> Vec<NotOnRecord> {
    let action = |id| assessment.entry(id).map(|entry| assessment.timeline.entries()[entry].action);
    let happened = |id| {
        action(id)
            .map(|action| format!("{}, {}", reader.action(action.name), reader.when(action.at)))
            .unwrap_or_default()
    };
    let named = missing(assessment, reader.book).into_iter().map(|one| match one {
        Missing::End { rule, period, ended_by, .. } => NotOnRecord {
            what: html(&reader.actions(&ended_by)),
            of: html(&format!("{}, {}", reader.rule(rule, period), reader.article(rule))),
            until_then: html(reader.t(C::LookForEnd)),
        },
        Missing::Field { rule, action, field } => NotOnRecord {
            what: html(reader.book.text(&format!("field.{field}")).in_language(reader.language)),
            of: html(&format!("{}; {}, {}", happened(action), reader.rule(rule, 0), reader.article(rule))),
            until_then: html(reader.t(C::LookForField)),
        },
        Missing::TimeOfDay { action } => NotOnRecord {
            what: html(reader.t(C::TimeOfDay)),
            of: html(&happened(action)),
            until_then: html(&reader.say(C::LookForTime, &[("answer", &time_of_day_assumed(reader))])),
        },
    });
    named.collect()
}

/// How the protective reading counts an action of which only the date is known, in the rulebook's words.
fn time_of_day_assumed(reader: &Reader<'_>) -> String {
    let answer = reader.book.choices(Reading::Protective).unknown_time;
    reader.book.text(&format!("answer.unknown_time.{answer}")).in_language(reader.language).to_owned()
}
