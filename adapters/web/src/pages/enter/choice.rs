//! `/enter`: which action a paper is about.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use engine::action::{ActionName, ActionName as A};
use projections::catalogue::Word as _;

use super::{count, may_enter};
use crate::answer::{Answer, page};
use crate::entry::asked::begun;
use crate::entry::names::{BY, CASE, DATE, TIME};
use crate::fields::Fields;
use crate::frame::Frame;
use crate::lao::{Html, html};
use crate::site::Site;
use crate::visitor::{Visitor, in_a_query};
use crate::words::entry::Entry as N;
use crate::words::frame::Frame as W;

/// The actions as people look for them.
const GROUPS: [(N, &[ActionName]); 9] = [
    (
        N::GroupOpening,
        &[
            A::CaseOpened,
            A::ChildIdentified,
            A::OffenceAdded,
            A::OffenceReclassified,
            A::OffenceCorrected,
            A::CaseTransferred,
        ],
    ),
    (
        N::GroupInvestigation,
        &[
            A::ComplaintReceived,
            A::InvestigationOpened,
            A::SummonsServed,
            A::SummonsMissed,
            A::InterviewStarted,
            A::InterviewEnded,
            A::InvestigationExtended,
            A::WitnessInterviewed,
        ],
    ),
    (N::GroupLiberty, &[A::BroughtIn, A::Arrested, A::CustodyStarted, A::RemandOrdered, A::RemandExtended]),
    (
        N::GroupDuties,
        &[A::RightsTold, A::ReasonTold, A::ChargeTold, A::ParentsNotified, A::MedicalCheck, A::VisitRefused],
    ),
    (N::GroupMediation, &[A::ReferredToMediation, A::MediationSession, A::MediationEnded]),
    (
        N::GroupRelease,
        &[
            A::ReleaseRequested,
            A::ReleaseOpinionGiven,
            A::ReleaseRequestSent,
            A::ReleaseRequestReceived,
            A::ReleaseDecided,
            A::Released,
        ],
    ),
    (
        N::GroupFile,
        &[
            A::FileSent,
            A::FileReceived,
            A::FileReturned,
            A::ProsecutionDeclined,
            A::ProsecutionOrdered,
            A::ProsecutionOrderReceived,
            A::HearingHeld,
            A::JudgmentGiven,
            A::TrainingCentreEntered,
            A::TrainingCentreLeft,
        ],
    ),
    (N::GroupReports, &[A::IllTreatmentReported, A::InformationDisclosed]),
    (N::GroupEnd, &[A::CaseClosed, A::CaseVoided, A::ActionWithdrawn]),
];

#[derive(Template)]
#[template(path = "enter/choice.html")]
struct Page {
    frame: Frame,
    sheets: Html,
    for_case: Option<Html>,
    voided: Option<Html>,
    groups: Vec<(Html, Vec<(String, Html)>)>,
}

/// What sticks from sheet to sheet, as a query behind `?`; empty if nothing does.
pub fn sticky(fields: &Fields) -> String {
    let pairs = [CASE, BY, DATE, TIME].into_iter().map(|name| (name, fields.text(name)));
    let given =
        pairs.filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={}", in_a_query(value)));
    let given: Vec<String> = given.collect();
    if given.is_empty() { String::new() } else { format!("?{}", given.join("&")) }
}

/// `GET /enter`
pub async fn choice(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    asked: Query<Vec<(String, String)>>,
    parts: Parts,
) -> Answer {
    let language = visitor.language;
    let asked: Fields = asked.0.into_iter().collect();
    let sticky = sticky(&asked);
    let way = |name: &ActionName| {
        let what = site.book.text(&format!("action.{name}")).in_language(language);
        (format!("/enter/{name}{sticky}"), html(&begun(what)))
    };
    let of_group = |(heading, names): &(N, &[ActionName])| {
        let ways: Vec<_> = names.iter().filter(|name| may_enter(&visitor, **name)).map(way).collect();
        (!ways.is_empty()).then(|| (html(heading.of(language)), ways))
    };
    let of_case =
        |word: N, case: &str| Some(html(&word.of(language).replace("{case}", case))).filter(|_| !case.is_empty());
    let voided = engine::action::CaseRef::new(asked.text("voided")).map(|case| case.to_string()).unwrap_or_default();
    page(
        StatusCode::OK,
        &Page {
            frame: Frame::of(&site, &visitor, "/enter", N::Enter.of(language)),
            sheets: html(&count::said(count::of(&parts, &site), language)),
            for_case: of_case(N::ForCase, asked.text(CASE)),
            voided: of_case(N::VoidedSays, &voided),
            groups: GROUPS.iter().filter_map(of_group).collect(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_found_once() {
        let mut found: Vec<ActionName> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        found.sort_unstable();
        assert_eq!(found, ActionName::ALL);
    }
}
