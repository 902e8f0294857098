//! The sentence on top of a case: by when the child must be free, with the reckoning of each reading.

use engine::assess::Assessment;
use engine::rulebook::{Reading, Readings};
use projections::labels::Label;
use projections::liberty::{Liberty, State as Stands};
use projections::missing::{Missing, missing};
use projections::words_of_time;

use super::reader::Reader;
use crate::lao::{Html, html};
use crate::words::case::Case as C;
use crate::words::paper::Paper as P;

/// The sentence, and what stands below it.
pub struct Free {
    /// The class that gives the frame its shape.
    pub class: &'static str,
    /// The sentence.
    pub sentence: Html,
    /// The sentence with the articles.
    pub with_articles: Html,
    /// The end under each reading, and what it is counted from.
    pub readings: Option<Readings<(Html, Html)>>,
    /// The rule's name in the address, its words, and who owes it.
    pub why: Option<(String, Html, Html)>,
    /// What would end it and is not on record, if it has passed.
    pub no_end: Option<Html>,
}

impl Free {
    /// The sentence of an assessment.
    pub fn of(assessment: &Assessment<'_>, liberty: &Liberty, reader: &Reader<'_>) -> Self {
        let class = match liberty.state {
            Stands::Certain => "certain",
            Stands::Arguable => "arguable",
            Stands::Running | Stands::WithoutLimit | Stands::NotHeld => "",
        };
        let why = liberty.rule().map(|rule| {
            let owing = assessment.deadlines.iter().rev().find(|deadline| deadline.rule == rule);
            let by = owing.map(|deadline| {
                let owes = assessment.timeline.offices();
                let code = owes.of(deadline.owed_by);
                let length = reader.book.amount(reader.language, deadline.protective.period);
                format!("{length}; {}: {}", reader.t(Label::OwedBy), reader.office(code))
            });
            let words = html(&format!("{}, {}", reader.rule(rule, 0), reader.article(rule)));
            (rule.to_string(), words, html(&by.unwrap_or_default()))
        });
        let passed = matches!(liberty.state, Stands::Certain | Stands::Arguable);
        let no_end = passed.then(|| missing(assessment, reader.book)).into_iter().flatten().find_map(|one| match one {
            Missing::End { rule, ended_by, .. } if Some(rule) == liberty.rule() => {
                Some(html(&reader.say(P::NoEnd, &[("actions", &reader.actions(&ended_by))])))
            }
            _ => None,
        });
        Self {
            class,
            sentence: html(&liberty.sentence(reader.language)),
            with_articles: html(&liberty.sentence_with_articles(reader.book, reader.language)),
            readings: liberty
                .rule()
                .map(|_| Readings::each(|reading| of_reading(assessment, liberty, reading, reader))),
            why,
            no_end,
        }
    }
}

/// The end under a reading, and how far it is from now and what it is counted from.
fn of_reading(assessment: &Assessment<'_>, liberty: &Liberty, reading: Reading, reader: &Reader<'_>) -> (Html, Html) {
    let Some(ends) = liberty.ends[reading] else { return (html(reader.t(Label::NoLimit)), Html::default()) };
    let mut reckonings = assessment.deadlines.iter().filter(|deadline| deadline.rule == ends.rule);
    let reckoning = reckonings.find_map(|deadline| deadline.reckoning(reading).filter(|one| one.due == ends.due));
    let mut note = words_of_time::ago(reader.book, reader.language, reader.at.since(ends.due));
    if let Some(reckoning) = reckoning {
        let from = &assessment.timeline.entries()[reckoning.from];
        let values = [("action", reader.action(from.name)), ("when", &reader.when(from.action.at))];
        note = format!("{note}; {}", reader.say(C::CountedFrom, &values));
    }
    (html(&reader.end(ends.due)), html(&note))
}
