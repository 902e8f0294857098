//! A voided case counts nowhere, until the voiding is withdrawn.

use engine::alert::Stage;
use engine::case::Fact;
use projections::docket::DocketRow;
use tests::cases::instant;

use crate::given::Given;

const VOIDED: &str = r#""action":"case_voided","at":"2026-03-03T10:00:00+07:00","reason":"opened_by_mistake""#;
/// The voiding is the fourth action of [`Given::custody`].
const NOT_VOIDED: &str = r#""action":"action_withdrawn","at":"2026-03-03T11:00:00+07:00","withdraws":"00000000-0000-4000-8000-000000000004""#;

#[test]
fn what_stands_is_withdrawn_and_nothing_more_is_told() {
    let mut given = Given::custody();
    given.when_it_is("2026-03-03T09:30:01+07:00").then(&["breach custody-48h"]);
    given.when("2026-03-03T10:00:00+07:00", VOIDED).then(&["withdrawn-breach custody-48h"]);
    assert_eq!((given.case.standing_alerts().count(), given.due()), (0, None));
    let now = instant("2026-03-20T08:00:00+07:00");
    assert!(DocketRow::of_case(&given.case, &given.book, now).is_none());
    assert!(
        given.case.assess(&given.book, instant("2026-03-02T08:00:00+07:00")).is_none(),
        "nor at an earlier instant"
    );
    given.when_it_is("2026-04-20T08:00:00+07:00").then(&[]);
    let told = r#""action":"rights_told","at":"2026-04-20T08:00:00+07:00""#;
    given.when("2026-04-20T08:00:00+07:00", told).then(&[]);
}

#[test]
fn a_withdrawn_voiding_brings_back_what_the_law_calls_for() {
    let mut given = Given::custody();
    given.when_it_is("2026-03-03T09:30:01+07:00").then(&["breach custody-48h"]);
    given.when("2026-03-03T10:00:00+07:00", VOIDED).then(&["withdrawn-breach custody-48h"]);
    given.when("2026-03-03T11:00:00+07:00", NOT_VOIDED).then(&["breach custody-48h"]);
    let raised = given.log.iter().rev().find_map(|event| match &event.fact {
        Fact::AlertRaised(alert) if alert.topic.stage == Stage::Breach => Some(alert),
        _ => None,
    });
    assert_eq!(raised.expect("the breach").occurrence, 1, "under an id of its own");
    assert!(given.due().is_some());
}
