//! The life of an alert: given what was recorded, when something more is, then this is told.

use engine::action::Action;
use engine::case::{Event, Fact};
use engine::decide::{Alerts, Command};
use engine::randomness::Seed;
use engine::rulebook::Rule;
use projections::message;
use tests::cases::instant;

use crate::given::{CUSTODY, Given, OPENING, released};

#[test]
fn notices_are_given_at_their_leads_and_a_breach_one_second_after_the_limit() {
    let mut given = Given::custody();
    assert_eq!(given.due(), Some(instant("2026-03-02T21:30:00+07:00")));
    given.when_it_is("2026-03-02T21:30:00+07:00").then(&["notice-12h custody-48h"]);
    assert_eq!(given.due(), Some(instant("2026-03-03T07:30:00+07:00")));
    given.when_it_is("2026-03-03T07:30:00+07:00").then(&["notice-2h custody-48h"]);
    given.when_it_is("2026-03-03T09:30:00+07:00").then(&[]);
    given.when_it_is("2026-03-03T09:30:01+07:00").then(&["breach custody-48h"]);
    let message = given.last_message();
    assert_eq!(message["data"]["detected_at"], "2026-03-03T09:30:01+07:00");
    assert_eq!(message["data"]["late_record"], false);
    assert_eq!(message["data"]["opened_at"], "2026-03-01T09:30:00+07:00");
    let because: Vec<&str> =
        message["data"]["because"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
    assert!(because.iter().any(|step| step.contains("No end is on record")), "{because:?}");
    assert!(because.iter().all(|step| !step.contains('{')), "{because:?}");
}

#[test]
fn only_the_shortest_of_the_leads_already_past_is_given() {
    let mut given = Given::custody();
    given.when_it_is("2026-03-03T08:00:00+07:00").then(&["notice-2h custody-48h"]);
    given.when_it_is("2026-03-03T09:00:00+07:00").then(&[]);
}

#[test]
fn a_duty_done_late_settles_what_was_told() {
    let mut given = Given::custody();
    given.when_it_is("2026-03-03T09:30:01+07:00").then(&["breach custody-48h"]);
    let told = given.when("2026-03-03T12:00:00+07:00", &released("2026-03-03T12:00:00+07:00"));
    assert!(told.0.contains(&"settled-breach custody-48h".to_owned()), "{:?}", told.0);
}

#[test]
fn what_is_first_seen_done_late_is_raised_and_settled_in_one_append() {
    let mut given = Given::custody();
    let told = given.when("2026-03-03T12:00:00+07:00", &released("2026-03-03T12:00:00+07:00"));
    let limits: Vec<_> = told.0.iter().filter(|told| told.contains("custody-48h")).collect();
    assert_eq!(limits, ["breach custody-48h", "settled-breach custody-48h"]);
}

#[test]
fn a_late_fact_withdraws_a_breach_that_never_was() {
    let mut given = Given::custody();
    given.when_it_is("2026-03-03T09:30:01+07:00").then(&["breach custody-48h"]);
    let told = given.when("2026-03-05T10:00:00+07:00", &released("2026-03-02T18:00:00+07:00"));
    assert!(told.0.contains(&"withdrawn-breach custody-48h".to_owned()), "{:?}", told.0);
    assert!(!told.0.iter().any(|told| told.starts_with("settled")), "{:?}", told.0);
}

#[test]
fn a_withdrawn_discharge_withdraws_the_settlement_and_the_next_one_has_an_id_of_its_own() {
    let mut given = Given::custody();
    given.when_it_is("2026-03-03T09:30:01+07:00").then(&["breach custody-48h"]);
    given.when("2026-03-03T12:00:00+07:00", &released("2026-03-03T12:00:00+07:00"));
    let withdraw = r#""action":"action_withdrawn","at":"2026-03-03T13:00:00+07:00","withdraws":"00000000-0000-4000-8000-000000000004""#;
    let told = given.when("2026-03-03T13:00:00+07:00", withdraw);
    assert!(told.0.contains(&"withdrawn-settled-breach custody-48h".to_owned()), "{:?}", told.0);
    let told = given.when("2026-03-03T14:00:00+07:00", &released("2026-03-03T14:00:00+07:00"));
    assert!(told.0.contains(&"settled-breach custody-48h".to_owned()), "{:?}", told.0);
    let mut ids: Vec<_> = given.log.iter().map(|event| event.id(given.case.reference())).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), given.log.len());
}

#[test]
fn a_changed_limit_is_withdrawn_and_raised_again_under_the_next_occurrence() {
    let mut given = Given::custody();
    given.when_it_is("2026-03-03T09:30:01+07:00").then(&["breach custody-48h"]);
    let brought_in = r#""action":"brought_in","at":"2026-03-01T06:00:00+07:00","authority":"investigator","accompanied_by":["parent"]"#;
    let told = given.when("2026-03-03T10:00:00+07:00", brought_in);
    let limits: Vec<_> = told.0.iter().filter(|told| told.contains("custody-48h")).collect();
    assert_eq!(limits, ["withdrawn-breach custody-48h", "breach custody-48h"]);
    let raised = given.log.iter().rev().find_map(|event| match &event.fact {
        Fact::AlertRaised(alert) if alert.topic.rule.word() == "custody-48h" => Some(alert),
        _ => None,
    });
    let raised = raised.expect("a breach");
    assert_eq!(raised.occurrence, 1);
    let withdrawn = given.log.iter().find_map(|event| match &event.fact {
        Fact::AlertWithdrawn(withdrawal) => Some(withdrawal),
        _ => None,
    });
    assert_eq!(withdrawn.expect("a withdrawal").replaced_by, Some(raised.id(given.case.reference())));
}

#[test]
fn a_transfer_takes_a_standing_alert_to_the_new_offices_and_withdraws_it_from_the_old() {
    let mut given = Given::custody();
    given.when_it_is("2026-03-03T09:30:01+07:00").then(&["breach custody-48h"]);
    let transfer = r#""action":"case_transferred","at":"2026-03-03T10:00:00+07:00","prosecutor":"lpb-prosecutor""#;
    given.when("2026-03-03T10:00:00+07:00", transfer).then(&["withdrawn-breach custody-48h", "breach custody-48h"]);
    let subjects: Vec<String> = given.log[given.log.len() - 2..]
        .iter()
        .map(|event| message(given.case.reference(), event, &given.book, "test").unwrap().subject)
        .collect();
    assert_eq!(
        subjects,
        [
            "kamnot.alerts.vte-prosecutor.vte-juvenile-court.vte-investigation.none.withdrawn.custody-48h",
            "kamnot.alerts.lpb-prosecutor.vte-juvenile-court.vte-investigation.none.breach.custody-48h",
        ]
    );
}

#[test]
fn a_fact_recorded_after_the_breach_began_says_so() {
    let mut given = Given::nothing();
    given.when("2026-02-01T08:00:00+07:00", OPENING).then(&[]);
    given.when("2026-03-05T09:30:00+07:00", CUSTODY).then(&["breach custody-48h", "arguable parents-notified"]);
    for event in &given.log {
        if let Fact::AlertRaised(alert) = &event.fact {
            assert!(alert.late_record, "{}", alert.topic.rule);
        }
    }
}

#[test]
fn a_condition_that_takes_liberty_and_lacks_a_field_is_a_notice() {
    let mut given = Given::nothing();
    given.when("2026-02-01T08:00:00+07:00", OPENING).then(&[]);
    let custody =
        r#""action":"custody_started","at":"2026-03-01T09:30:00+07:00","evidence_firm":true,"necessary":true"#;
    given.when("2026-03-01T09:30:00+07:00", custody).then(&["notice custody-place"]);
    let message = given.last_message();
    assert_eq!(message["data"]["fields"], serde_json::json!(["place"]));
    assert_eq!(message["type"], "la.kamnot.alert.notice.v1");
}

#[test]
fn history_keeps_quiet_about_what_is_over_and_not_about_a_child_held_today() {
    let mut given = Given::nothing();
    let lines = [
        OPENING,
        CUSTODY,
        r#""action":"released","at":"2026-03-04T09:30:00+07:00","kind":"from_custody""#,
        r#""action":"custody_started","at":"2026-03-10T09:30:00+07:00","evidence_firm":false,"place":{"children_only":true,"sexes_separated":true}"#,
    ];
    let actions = lines.iter().enumerate().map(|(i, fields)| {
        Action::read(&format!(
            r#"{{"case":"T-1","id":"00000000-0000-4000-8000-{i:012}","by":"vte-investigation",{fields}}}"#
        ))
        .unwrap()
    });
    let clock = instant("2026-04-01T09:00:00+07:00");
    given.apply(Command::Record {
        actions: actions.collect(),
        by: None,
        clock,
        alerts: Alerts::RaisedAsHistory,
        seed: Seed([7; 32]),
    });
    let mut quiet = 0;
    for event in &given.log {
        let Fact::AlertRaised(alert) = &event.fact else { continue };
        let is_limit = given.book.rule(alert.topic.rule).is_some_and(Rule::is_limit);
        let open = is_limit && given.case.standing_alerts().any(|standing| standing.topic == alert.topic);
        assert_eq!(alert.history, !open, "{} {}", alert.topic.stage, alert.topic.rule);
        quiet += usize::from(alert.history);
    }
    assert!(quiet > 0);
    assert!(given.case.standing_alerts().any(|alert| !alert.history && alert.topic.rule.word() == "custody-48h"));
}

#[test]
fn alerts_held_back_for_a_doubtful_clock_are_told_when_it_is_confirmed() {
    let mut given = Given::nothing();
    given.when("2026-02-01T08:00:00+07:00", OPENING).then(&[]);
    let action = Action::read(&format!(r#"{{"case":"T-1","by":"vte-investigation",{CUSTODY}}}"#)).unwrap();
    let clock = instant("2026-03-05T09:30:00+07:00");
    given
        .apply(Command::Record {
            actions: vec![action],
            by: None,
            clock,
            alerts: Alerts::HeldBack,
            seed: Seed([7; 32]),
        })
        .then(&[]);
    assert_eq!(given.due(), Some(clock));
    given.when_it_is("2026-03-05T09:31:00+07:00").then(&["breach custody-48h", "arguable parents-notified"]);
}

#[test]
fn no_message_carries_personal_data() {
    let mut given = Given::custody();
    given.when_it_is("2026-03-03T09:30:01+07:00").then(&["breach custody-48h"]);
    let body = given.last_message().to_string();
    assert!(!body.contains("2010") && !body.contains("C1"), "{body}");
}

#[test]
fn a_limit_opened_by_an_action_minutes_ahead_of_the_clock_is_watched() {
    let mut given = Given::nothing();
    given.when("2026-02-01T08:00:00+07:00", OPENING).then(&[]);
    given.when("2026-03-01T09:26:00+07:00", CUSTODY).then(&[]);
    // The custody counts from 09:30; the parents are to be told within the hour after.
    assert_eq!(given.due(), Some(instant("2026-03-01T10:30:01+07:00")));
    given.when_it_is("2026-03-01T10:30:01+07:00").then(&["arguable parents-notified"]);
}

#[test]
fn a_case_whose_opening_lies_ahead_of_the_clock_is_watched() {
    let mut given = Given::nothing();
    let lines = [OPENING.replace("2026-02-01T08:00:00", "2026-03-09T08:03:00"), CUSTODY.to_owned()];
    let actions = lines.iter().enumerate().map(|(i, fields)| {
        let line =
            format!(r#"{{"case":"T-1","id":"00000000-0000-4000-8000-{i:012}","by":"vte-investigation",{fields}}}"#);
        Action::read(&line).unwrap()
    });
    let clock = instant("2026-03-09T08:00:00+07:00");
    let record =
        Command::Record { actions: actions.collect(), by: None, clock, alerts: Alerts::Raised, seed: Seed([7; 32]) };
    given.apply(record).then(&[]);
    assert_eq!(given.due(), Some(instant("2026-03-09T08:03:00+07:00")));
    given.when_it_is("2026-03-09T08:03:00+07:00").then(&["arguable parents-notified", "breach custody-48h"]);
}

#[test]
fn nobody_is_woken_for_what_an_action_minutes_ahead_undoes() {
    let mut given = Given::custody();
    for duty in ["rights_told", "reason_told", "medical_check"] {
        given
            .when("2026-03-01T10:00:00+07:00", &format!(r#""action":"{duty}","at":"2026-03-01T10:00:00+07:00""#))
            .then(&[]);
    }
    given.when_it_is("2026-03-02T21:30:00+07:00").then(&["notice-12h custody-48h"]);
    // The release counts at 07:30:50; the notice of two hours would be given at 07:30:00.
    given.when("2026-03-03T07:29:30+07:00", &released("2026-03-03T07:30:50+07:00")).then(&[]);
    let woken_for = |given: &Given| given.due().filter(|due| *due < instant("2026-03-20T00:00:00+07:00"));
    assert_eq!(woken_for(&given), None);
    given.when_it_is("2026-03-03T07:40:00+07:00").then(&[]);
    assert_eq!(woken_for(&given), None);
}

#[test]
fn history_that_is_opened_again_is_published() {
    let mut given = Given::nothing();
    let release = released("2026-03-04T09:30:00+07:00");
    let actions = [OPENING, CUSTODY, &release].into_iter().enumerate().map(|(i, fields)| {
        let line =
            format!(r#"{{"case":"T-1","id":"00000000-0000-4000-9000-{i:012}","by":"vte-investigation",{fields}}}"#);
        Action::read(&line).unwrap()
    });
    let clock = instant("2026-03-05T09:00:00+07:00");
    given.apply(Command::Record {
        actions: actions.collect(),
        by: None,
        clock,
        alerts: Alerts::RaisedAsHistory,
        seed: Seed([7; 32]),
    });
    let on_custody = |event: &Event| {
        event.fact.alert().is_some_and(|(alert, _)| alert.topic.rule.word() == "custody-48h" && !alert.history)
    };
    assert!(!given.log.iter().any(on_custody));
    let withdraw = r#""action":"action_withdrawn","at":"2026-03-05T10:00:00+07:00","withdraws":"00000000-0000-4000-9000-000000000002""#;
    given.when("2026-03-05T10:00:00+07:00", withdraw);
    let open = given.case.standing_alerts().find(|alert| alert.topic.rule.word() == "custody-48h");
    assert!(open.is_some_and(|alert| !alert.history && alert.occurrence == 1), "{open:?}");
}

#[test]
fn a_published_alert_that_is_corrected_during_an_import_of_history_stays_public() {
    let mut given = Given::nothing();
    given.when("2026-02-01T08:00:00+07:00", OPENING).then(&[]);
    let custody = CUSTODY.replace("\"children_only\":true", "\"children_only\":false");
    given.when("2026-03-01T09:30:00+07:00", &custody).then(&["breach custody-place"]);
    let transfer = r#"{"case":"T-1","by":"vte-investigation","action":"case_transferred","at":"2026-03-01T09:35:00+07:00","prosecutor":"lpb-prosecutor"}"#;
    let clock = instant("2026-03-01T09:36:00+07:00");
    let actions = vec![Action::read(transfer).unwrap()];
    let told =
        given.apply(Command::Record { actions, by: None, clock, alerts: Alerts::RaisedAsHistory, seed: Seed([7; 32]) });
    told.then(&["withdrawn-breach custody-place", "breach custody-place"]);
    assert!(given.log.iter().all(|event| event.fact.alert().is_none_or(|(alert, _)| !alert.history)));
}

#[test]
fn what_has_become_certain_is_not_called_arguable_again() {
    let mut given = Given::custody();
    // Brought in before: the protective clock starts earlier, so the breach is arguable first, then certain.
    let brought_in = r#""action":"brought_in","at":"2026-03-01T06:00:00+07:00","authority":"investigator","accompanied_by":["parent"]"#;
    given.when("2026-03-01T10:00:00+07:00", brought_in);
    given.when_it_is("2026-03-03T06:00:01+07:00").then(&["arguable custody-48h"]);
    given.when_it_is("2026-03-03T09:30:01+07:00").then(&["breach custody-48h"]);
    let transfer = r#""action":"case_transferred","at":"2026-03-03T10:00:00+07:00","prosecutor":"lpb-prosecutor""#;
    let told = given.when("2026-03-03T10:00:00+07:00", transfer);
    let limits: Vec<_> = told.0.iter().filter(|told| told.contains("custody-48h")).collect();
    assert_eq!(limits, ["withdrawn-arguable custody-48h", "withdrawn-breach custody-48h", "breach custody-48h"]);
    let replaced: Vec<_> = given
        .log
        .iter()
        .filter_map(
            |event| if let Fact::AlertWithdrawn(withdrawal) = &event.fact { withdrawal.replaced_by } else { None },
        )
        .collect();
    let breach = given.case.standing_alerts().find(|alert| alert.topic.rule.word() == "custody-48h").unwrap();
    assert!(replaced.iter().filter(|id| **id == breach.id(given.case.reference())).count() == 2, "{replaced:?}");
}

#[test]
fn a_late_record_stays_one_when_the_alert_goes_to_other_offices() {
    let mut given = Given::nothing();
    given.when("2026-02-01T08:00:00+07:00", OPENING).then(&[]);
    given.when("2026-03-05T09:30:00+07:00", CUSTODY);
    let transfer = r#""action":"case_transferred","at":"2026-03-06T10:00:00+07:00","prosecutor":"lpb-prosecutor""#;
    given.when("2026-03-06T10:00:00+07:00", transfer);
    let breach = given.case.standing_alerts().find(|alert| alert.topic.rule.word() == "custody-48h").unwrap();
    assert!(breach.late_record && breach.occurrence == 1);
}

/// The sentences of the last alert on a rule.
fn because(given: &Given, rule: &str) -> String {
    let event = given
        .log
        .iter()
        .rev()
        .find(|event| event.fact.alert().is_some_and(|(alert, _)| alert.topic.rule.word() == rule));
    let message = message(given.case.reference(), event.expect("an alert"), &given.book, "test").unwrap();
    let body: serde_json::Value = serde_json::from_str(&message.body).unwrap();
    body["data"]["because"].to_string()
}

#[test]
fn no_stated_age_is_invented() {
    let mut given = Given::nothing();
    given.when("2026-02-01T08:00:00+07:00", &OPENING.replace("\"2010-05-05\"", "null")).then(&[]);
    given.when("2026-03-01T09:30:00+07:00", CUSTODY).then(&["notice age-of-responsibility"]);
    assert!(!because(&given, "age-of-responsibility").contains("by the stated age"));
}

#[test]
fn an_extension_in_time_that_nobody_agreed_to_is_not_called_late() {
    let mut given = Given::custody();
    let extended = r#""action":"investigation_extended","at":"2026-03-05T09:00:00+07:00","agreed_by":null"#;
    given.when("2026-03-01T09:45:00+07:00", &released("2026-03-01T09:45:00+07:00"));
    given.when("2026-03-05T09:00:00+07:00", extended).then(&["breach investigation-extension-agreed"]);
    assert!(!because(&given, "investigation-extension-agreed").contains("had ended"));
}

#[test]
fn where_one_reading_knows_an_end_none_is_not_said_to_be_missing() {
    let mut given = Given::custody();
    given.when("2026-03-03T08:00:00+07:00", r#""action":"remand_ordered","at":"2026-03-03T08:00:00+07:00","order":null,"grounds":["elements","firm_evidence","flight"]"#);
    given.when_it_is("2026-03-03T09:30:01+07:00").then(&["arguable custody-48h"]);
    assert!(!because(&given, "custody-48h").contains("No end is on record"));
}
