//! The figures of one's own office.

use axum::http::StatusCode;
use engine::rulebook::Language;
use projections::rights::Role;

use crate::desk::Desk;
use crate::log::{Log, on_each_log};
use crate::papers::{in_remand, line, opening};
use crate::shown::keep;

on_each_log!(every_number_is_that_of_the_list_to_which_it_leads, a_supervisor_sees_the_figures_and_no_way_to_the_cases,);

const COURT: &str = "vte-juvenile-court";
const NOW: &str = "2026-05-15T08:10:00+07:00";

async fn every_number_is_that_of_the_list_to_which_it_leads(log: &Log) {
    let desk = Desk::at(log, NOW);
    let custody = "2026-05-12T16:10:00+07:00";
    desk.record(&opening("VTE-2026-0038", custody, "major")).await;
    desk.record(&line("VTE-2026-0038", "custody_started", custody, "vte-investigation", r#","evidence_firm":true"#))
        .await;
    desk.record(&in_remand("VTE-2026-0031", "2026-04-17T09:00:00+07:00", "2026-04-18T09:00:00+07:00")).await;
    desk.record(&in_remand("VTE-2026-0032", "2026-04-17T09:00:00+07:00", "2026-04-18T09:00:00+07:00")).await;
    let who = desk.login(Role::Clerk, Some(COURT), Language::En).await;
    let shown = desk.get(&who, "/figures").await;
    keep("figures.en.html", &shown);
    shown.says(&[
        "3 Open cases",
        "3 Children held",
        "Custody of at most 48 hours, Art. 62",
        "Remand of 1 month, Art. 64",
    ]);
    let mut checked = 0;
    for count in 1..=3 {
        for path in shown.links(&format!("{count}<")) {
            assert_eq!(desk.get(&who, &path).await.cases().len(), count, "{path}");
            checked += 1;
        }
    }
    assert!(checked >= 6, "{checked} numbers");
}

async fn a_supervisor_sees_the_figures_and_no_way_to_the_cases(log: &Log) {
    let desk = Desk::at(log, NOW);
    desk.record(&opening("VTE-2026-0038", "2026-05-12T16:10:00+07:00", "major")).await;
    let who = desk.login(Role::Supervisor, Some(COURT), Language::En).await;
    let shown = desk.get(&who, "/figures").await;
    assert_eq!(shown.status, StatusCode::OK);
    shown.says(&["1 Open case "]).does_not_say(&["/docket?", "VTE-2026"]);
    let operator = desk.login(Role::Operator, None, Language::En).await;
    assert_eq!(desk.get(&operator, "/figures").await.status, StatusCode::NOT_FOUND);
}
