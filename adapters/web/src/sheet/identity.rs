//! Which case it is: the child, where it is, the offence, the offices, the gravest limit and the one that runs.

use engine::action::ActionName;
use engine::assess::Assessment;
use engine::calendar::{Instant, birthday};
use engine::case::Case;
use projections::labels::{self, Label};
use projections::liberty::Liberty;
use projections::snapshot::Snapshot;
use projections::words_of_time::{self, End};

use super::reader::{Reader, State};
use crate::lao::{Html, html};
use crate::words::case::Case as C;

/// Which case it is.
pub struct Identity {
    /// The child: sex and age; `None` where personal data are not shown.
    pub child: Option<Html>,
    /// That the case is sealed, since when.
    pub sealed: Option<Html>,
    /// Where the child is.
    pub standing: Html,
    /// The gravest offence.
    pub offence: Html,
    /// The worst limit that has passed, with its name.
    pub gravest: Option<(State, Html)>,
    /// The limit that ends next.
    pub runs: Option<Html>,
    /// The offices, with what they are.
    pub offices: Vec<(&'static str, Html)>,
}

impl Identity {
    /// The identity of a case.
    pub fn of(
        case: &Case,
        assessment: &Assessment<'_>,
        (snapshot, liberty): (&Snapshot, &Liberty),
        reader: &Reader<'_>,
    ) -> Self {
        let offence = assessment.timeline.gravest_before(assessment.timeline.entries().len());
        let mut offence_words =
            reader.book.text(&format!("word.{}", offence.class)).in_language(reader.language).to_owned();
        if offence.serious {
            offence_words = format!("{offence_words}, {}", reader.t(C::Serious));
        }
        let worst = snapshot
            .worst(reader.book)
            .and_then(|worst| Some((reader.breach(worst.breach?, true), html(&reader.rule(worst.rule, worst.period)))));
        let next = snapshot.next(reader.book).map(|next| {
            let ends = match next.latest.filter(|latest| *latest != next.earliest) {
                Some(latest) => format!("{} – {}", short_end(next.earliest, reader), short_end(latest, reader)),
                None => short_end(next.earliest, reader),
            };
            html(&format!("{}, {} {ends}", reader.rule(next.rule, next.period), reader.t(C::To)))
        });
        let offices = assessment.timeline.offices();
        let all = [
            (Label::Court, Some(offices.court)),
            (Label::Prosecutor, Some(offices.prosecutor)),
            (Label::Investigator, Some(offices.investigator)),
            (Label::LegalAid, offices.legal_aid),
        ];
        let named = all.into_iter().filter_map(|(label, code)| Some((reader.t(label), html(&reader.office(code?)))));
        Self {
            sealed: case.sealed().map(|(_, at)| {
                html(&reader.say(C::Sealed, &[("day", &words_of_time::day(at.date(), reader.language))]))
            }),
            child: reader.sees_personal().then(|| html(&child(assessment, labels::withheld(case), reader))),
            standing: html(&standing(snapshot, liberty, reader)),
            offence: html(&offence_words),
            gravest: worst,
            runs: next,
            offices: named.collect(),
        }
    }
}

/// The end of a limit where room is short: `8 Jun`, `14 Jan 10:00`
fn short_end(due: Instant, reader: &Reader<'_>) -> String {
    let day = |date| words_of_time::short_day(date, reader.language);
    match End::of(due) {
        End::OfDay(date) => day(date),
        End::At(at) => format!("{}\u{a0}{}", day(at.date()), words_of_time::time_of_day(at)),
    }
}

/// Where the child is, and since how many days.
fn standing(snapshot: &Snapshot, liberty: &Liberty, reader: &Reader<'_>) -> String {
    let standing = reader.t(labels::standing(snapshot.summary.standing));
    let Some(since) = liberty.held_since else { return standing.to_owned() };
    let days = reader.at.date().signed_duration_since(since.date()).num_days() + 1;
    format!("{standing}, {}", reader.say(C::DayOf, &[("n", &days.to_string())]))
}

/// The child's sex and age, as far as they are on record and can be read.
fn child(assessment: &Assessment<'_>, unread: Label, reader: &Reader<'_>) -> String {
    let timeline = &assessment.timeline;
    let is_statement = |name| matches!(name, ActionName::CaseOpened | ActionName::ChildIdentified);
    let stated = timeline.entries().iter().filter(|entry| is_statement(entry.name));
    let withheld = stated.clone().any(|entry| entry.action.withholds_age());
    let sex = stated.filter_map(|entry| entry.action.sex()).next_back();
    let word = match sex {
        Some("m") => reader.t(C::Boy),
        Some("f") => reader.t(C::Girl),
        _ => reader.t(C::Child),
    };
    let today = reader.at.date();
    let by_birth =
        timeline.birth_date().map(|birth| (1..200).take_while(|years| birthday(birth, *years) <= today).count());
    let age = by_birth.map(|years| years.to_string()).or_else(|| Some(timeline.age_years()?.to_string()));
    match age {
        Some(age) => format!("{word}, {}", reader.say(C::Years, &[("n", &age)])),
        None if withheld => format!("{word}, {}", reader.t(unread)),
        None => word.to_owned(),
    }
}
