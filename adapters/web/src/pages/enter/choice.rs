//! `/enter`: which action a paper is about.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use engine::action::ActionName::{self, *};
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
        &[CaseOpened, ChildIdentified, OffenceAdded, OffenceReclassified, OffenceCorrected, CaseTransferred],
    ),
    (
        N::GroupInvestigation,
        &[
            ComplaintReceived,
            InvestigationOpened,
            SummonsServed,
            SummonsMissed,
            InterviewStarted,
            InterviewEnded,
            InvestigationExtended,
            WitnessInterviewed,
        ],
    ),
    (N::GroupLiberty, &[BroughtIn, Arrested, CustodyStarted, RemandOrdered, RemandExtended]),
    (N::GroupDuties, &[RightsTold, ReasonTold, ChargeTold, ParentsNotified, MedicalCheck, VisitRefused]),
    (N::GroupMediation, &[ReferredToMediation, MediationSession, MediationEnded]),
    (
        N::GroupRelease,
        &[ReleaseRequested, ReleaseOpinionGiven, ReleaseRequestSent, ReleaseRequestReceived, ReleaseDecided, Released],
    ),
    (
        N::GroupFile,
        &[
            FileSent,
            FileReceived,
            FileReturned,
            ProsecutionDeclined,
            ProsecutionOrdered,
            ProsecutionOrderReceived,
            HearingHeld,
            JudgmentGiven,
            TrainingCentreEntered,
            TrainingCentreLeft,
        ],
    ),
    (N::GroupReports, &[IllTreatmentReported, InformationDisclosed]),
    (N::GroupEnd, &[CaseClosed, CaseVoided, ActionWithdrawn]),
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
