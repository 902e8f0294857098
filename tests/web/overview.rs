//! The overview, by role.

use axum::http::StatusCode;
use engine::rulebook::Language;
use projections::rights::Role;

use crate::desk::Desk;
use crate::log::{Log, on_each_log};
use crate::papers::{in_remand, line, opening};
use crate::shown::keep;

on_each_log!(
    each_number_is_that_of_the_list_to_which_it_leads,
    an_operator_is_led_to_the_health_and_a_supervisor_asks_for_a_look,
    the_health_is_said_in_words,
    an_overview_without_cases_says_that_nothing_runs_out,
);

const COURT: &str = "vte-juvenile-court";
/// Friday, 08:10.
const NOW: &str = "2026-05-15T08:10:00+07:00";

async fn desk(log: &Log) -> Desk {
    let desk = Desk::at(log, NOW);
    // Past the forty-eight hours, and ending before Monday.
    let custody = "2026-05-12T16:10:00+07:00";
    desk.record(&opening("VTE-2026-0038", custody, "major")).await;
    desk.record(&line("VTE-2026-0038", "custody_started", custody, "vte-investigation", r#","evidence_firm":true"#))
        .await;
    desk.record(&in_remand("VTE-2026-0031", "2026-04-17T09:00:00+07:00", "2026-04-18T09:00:00+07:00")).await;
    desk
}

async fn each_number_is_that_of_the_list_to_which_it_leads(log: &Log) {
    let desk = desk(log).await;
    let who = desk.login(Role::Clerk, Some(COURT), Language::En).await;
    let shown = desk.get(&who, "/").await;
    keep("overview.en.html", &shown);
    shown.says(&["1 Child held past a limit, under both readings", "before the next working day (Monday 18 May)"]);
    let numbers: Vec<(String, String)> = ["0", "1", "2"]
        .iter()
        .flat_map(|count| shown.links(&format!("{count}<")).into_iter().map(|path| ((*count).to_owned(), path)))
        .collect();
    assert_eq!(numbers.len(), 6, "{numbers:?}");
    for (count, path) in numbers.iter().filter(|(_, path)| !path.contains("silent")) {
        assert_eq!(desk.get(&who, path).await.cases().len().to_string(), *count, "{path}");
    }
    assert_eq!(shown.cases(), ["VTE-2026-0031"]);
}

async fn an_operator_is_led_to_the_health_and_a_supervisor_asks_for_a_look(log: &Log) {
    let desk = desk(log).await;
    let operator = desk.login(Role::Operator, None, Language::En).await;
    assert_eq!(desk.get(&operator, "/").await.leads_to(), Some("/health"));
    let supervisor = desk.login(Role::Supervisor, Some(COURT), Language::En).await;
    let shown = desk.get(&supervisor, "/").await;
    assert_eq!((shown.status, shown.links("Ask for a look")), (StatusCode::OK, vec!["/look".to_owned()]));
    shown.does_not_say(&["VTE-2026"]);
}

async fn the_health_is_said_in_words(log: &Log) {
    let desk = Desk::at(log, NOW);
    let operator = desk.login(Role::Operator, None, Language::En).await;
    desk.ask_the_store().await;
    let shown = desk.get(&operator, "/health").await;
    shown.is_status(200).says(&["It is on time.", "It answers."]).does_not_say(&["`", "seconds:"]);
    // A case whose turn came five minutes ago.
    desk.record(&in_remand("VTE-2026-0031", "2026-04-17T09:00:00+07:00", "2026-04-18T09:00:00+07:00")).await;
    let due = log.store.next_due().await.expect("the store").expect("a turn");
    desk.clock.set(due.plus(300));
    desk.ask_the_store().await;
    let operator = desk.login(Role::Operator, None, Language::En).await;
    desk.get(&operator, "/health").await.says(&["It is behind by 5 minutes"]);
}

async fn an_overview_without_cases_says_that_nothing_runs_out(log: &Log) {
    let desk = Desk::at(log, NOW);
    let who = desk.login(Role::Lawyer, Some("vte-legal-aid"), Language::Lo).await;
    desk.get(&who, "/").await.says(&["ບໍ່ມີຫຍັງໝົດກຳນົດກ່ອນນັ້ນ."]);
}
