//! The figures of one's own office, and those of closed quarters.

use axum::http::StatusCode;
use engine::rulebook::Language;
use projections::rights::Role;

use crate::desk::Desk;
use crate::log::{Log, on_each_log};
use crate::papers::{in_remand, line, opening};
use crate::shown::keep;

on_each_log!(
    every_number_is_that_of_the_list_to_which_it_leads,
    a_supervisor_sees_the_figures_and_no_way_to_the_cases,
    the_figures_of_a_period_are_exact_on_the_page_in_files_and_by_the_api,
    a_workbook_of_figures_is_read_by_another_library,
    after_each_action_figures_and_docket_are_those_that_are_read_first,
    a_supervisor_sees_closed_quarters_rounded_and_what_came_late_in_the_next,
    nobody_else_sees_quarters_and_a_lawyer_no_figures_at_all,
);

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

/// The office that supervises the courts of two provinces.
const BELOW: &str = r#"
[vte-juvenile-court]
kind = "court"
court = "juvenile_court"
supervised_by = "chief-court"
name = { en = "Juvenile Court, Vientiane Capital", lo = "ສານເດັກ" }
province = { en = "Vientiane Capital", lo = "ນະຄອນຫຼວງວຽງຈັນ" }

[chief-court]
kind = "court"
court = "juvenile_court"
name = { en = "Chief Court", lo = "ສານສູງ" }
province = { en = "Vientiane Capital", lo = "ນະຄອນຫຼວງວຽງຈັນ" }
"#;

async fn the_figures_of_a_period_are_exact_on_the_page_in_files_and_by_the_api(log: &Log) {
    let desk = Desk::at(log, NOW);
    for n in 0..3 {
        desk.record(&in_remand(&format!("A-{n}"), "2026-04-17T09:00:00+07:00", "2026-04-18T09:00:00+07:00")).await;
    }
    let who = desk.login(Role::Clerk, Some(COURT), Language::En).await;
    for path in ["/figures?period=2026-Q2", "/figures", "/figures?period=2026-Q9"] {
        desk.get(&who, path).await.says(&["1 Children arrested", "Custody of at most 48 hours"]);
    }
    let shown = desk.get(&who, "/figures?period=2026-Q2").await;
    keep("figures-of-a-quarter.en.html", &shown);
    shown.says(&["April–June 2026", "median 1 day", "15 prevention", "5 time in detention after sentencing"]);
    let csv = desk.get(&who, "/figures.csv?period=2026-Q2").await.says(&["Children arrested"]).text.clone();
    let line = csv.lines().find(|line| line.contains("1 Children arrested,Number")).expect("the indicator");
    assert!(line.ends_with(",Number,3,"), "{line}");
    assert!(!csv.contains("A-0"), "no case is named");
    let token = desk.token(COURT, Role::Clerk).await;
    let json = desk.get(&token, "/api/v1/figures?period=2026-Q2").await.is(200);
    let of = |cell: &str| {
        let counts = json["figures"]["counts"].as_array().expect("counts");
        counts.iter().find(|count| count["of"] == cell).map(|count| count["count"].as_i64().expect("a number"))
    };
    assert_eq!([of("arrested/all"), of("arrested/male"), of("arrested/female")], [Some(3), Some(3), None]);
    desk.get(&token, "/api/v1/figures?period=2026-Q5").await.is_problem(400, "bad_parameter");
}

async fn a_workbook_of_figures_is_read_by_another_library(log: &Log) {
    use calamine::{Data, Reader as _, Xlsx};
    let desk = Desk::at(log, NOW);
    desk.record(&in_remand("A-1", "2026-04-17T09:00:00+07:00", "2026-04-18T09:00:00+07:00")).await;
    let who = desk.login(Role::Clerk, Some(COURT), Language::Lo).await;
    let bytes = desk.get(&who, "/figures.xlsx").await.bytes;
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let sheets = book.sheet_names();
    assert_eq!(sheets[..3], ["About", "cases", "stages"], "{sheets:?}");
    let indicators = book.worksheet_range("indicators").expect("the indicators");
    let counted: Vec<f64> =
        indicators.rows().skip(1).filter_map(|row| if let Data::Float(n) = row[2] { Some(n) } else { None }).collect();
    assert_eq!(counted, [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0], "1, 2, 3, 4, 9, 9, 10");
    assert!(indicators.rows().flatten().all(|cell| !matches!(cell, Data::Error(_))));
}

async fn after_each_action_figures_and_docket_are_those_that_are_read_first(log: &Log) {
    use std::collections::VecDeque;
    use std::sync::Arc;
    use std::time::Duration;

    use engine::decide::Alerts;
    use projections::figures::period::Period;
    use projections::view::Seat;
    use service::queries::counts::{Asked, Counts, Which};
    use service::queries::dockets::{Dockets, Whose};
    use service::recorder::Recorder;
    use tests::made::{after_all, book, office};

    let clock = tests::clock::SetClock::at(after_all());
    let recorder = Recorder::new(log.again().await.store as _, book(), clock);
    let both = async |(counts, dockets): &(Counts, Dockets), which: &Which| {
        let counted = counts.of(which, Duration::from_mins(1)).await.expect("counted");
        let docket = dockets.of(which.log.as_ref(), &which.book, &which.whose, which.now).await.expect("read");
        (counted, docket)
    };
    let kept = (Counts::default(), Dockets::default());
    let mut compared = 0;
    // Cases of one court; of each third only how it begins, so that the child is held.
    let office = office(tests::made::actions(0)[0].offices()[0].expect("a court").as_str());
    let all = (0..).map(tests::made::actions).filter(|actions| actions[0].offices()[0] == Some(&office));
    let first = |n| if n % 3 == 0 { 5 } else { usize::MAX };
    let mut cases: Vec<VecDeque<_>> =
        all.take(12).enumerate().map(|(n, actions)| actions.into_iter().take(first(n)).collect()).collect();
    for turn in 0_usize.. {
        let places: Vec<usize> = (0..cases.len()).filter(|place| !cases[*place].is_empty()).collect();
        let Some(place) = places.get(turn * 7 % places.len().max(1)) else { break };
        let action = cases[*place].pop_front().expect("an action");
        let case = action.case.clone();
        recorder.record(&case, vec![action], None, Alerts::Raised).await.expect("recorded");
        let whose = Whose { office: office.clone(), seat: Seat::Court };
        let which =
            Which { log: Arc::clone(&log.store), book: book(), whose, period: Period::Year(2026), now: after_all() };
        if turn % 9 == 0 || places.len() == 1 {
            // Another process has recorded it; the store notices it within a moment.
            let other = Which { log: log.again().await.store, ..which.clone() };
            let fresh = both(&(Counts::default(), Dockets::default()), &other).await;
            let mut found = both(&kept, &which).await;
            for _ in 0..100 {
                if found == fresh {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
                found = both(&kept, &which).await;
            }
            assert_eq!(found, fresh, "after {} actions", turn + 1);
            compared += usize::from(
                matches!(found, (Asked::Ready(counted), docket) if counted.cases > 0 && !docket.heard.is_empty()),
            );
        }
    }
    assert!(compared > 10, "{compared} compared");
}

async fn a_supervisor_sees_closed_quarters_rounded_and_what_came_late_in_the_next(log: &Log) {
    let desk = Desk::with_offices(log, NOW, BELOW);
    for n in 0..12 {
        desk.record(&in_remand(&format!("A-{n}"), "2026-02-17T09:00:00+07:00", "2026-02-18T09:00:00+07:00")).await;
    }
    let who = desk.login(Role::Supervisor, Some("chief-court"), Language::En).await;
    let quarter = "/figures/quarters?quarter=2026-Q1&office=vte-juvenile-court";
    let shown = desk.get(&who, quarter).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    keep("figures-quarter.en.html", &shown);
    shown.says(&["Juvenile Court, Vientiane Capital, January–March 2026", "fixed when this quarter was first shown"]);
    shown.says(&["Vientiane Capital", "The country"]).does_not_say(&["A-1", "/cases/"]);
    let csv = desk.get(&who, "/figures/quarters.csv?quarter=2026-Q1").await.text;
    let arrested = csv.lines().find(|line| line.contains("1 Children arrested,Number")).expect("the indicator");
    assert!(arrested.ends_with(",10,") || arrested.ends_with(",15,"), "{arrested}");
    // What is recorded later changes nothing of it, for another process neither.
    for n in 12..40 {
        desk.record(&in_remand(&format!("A-{n}"), "2026-02-17T09:00:00+07:00", "2026-02-18T09:00:00+07:00")).await;
    }
    let again = desk.get(&who, "/figures/quarters.csv?quarter=2026-Q1").await.text;
    assert_eq!(again, csv);
    let other = Desk::with_offices(&log.again().await, NOW, BELOW);
    assert_eq!(other.get(&who, "/figures/quarters.csv?quarter=2026-Q1").await.text, csv);
    // A quarter that has not ended has no tables; nor has one before the first that was counted.
    for path in [
        "/figures/quarters?quarter=2026-Q2",
        "/figures/quarters?quarter=2019-Q1",
        "/figures/quarters?office=lpb-prosecutor",
    ] {
        assert_eq!(desk.get(&who, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    desk.clock.set(tests::cases::instant("2026-07-02T08:00:00+07:00"));
    let token = desk.token("chief-court", Role::Supervisor).await;
    let next = desk.get(&token, "/api/v1/figures/quarters?quarter=2026-Q2").await.is(200);
    let corrected = next["country"]["corrections"]["counts"].as_array().expect("corrections").iter();
    let corrected: Vec<i64> = corrected
        .filter(|count| count["of"] == "arrested/all")
        .map(|count| count["count"].as_i64().expect("a number"))
        .collect();
    assert!(corrected == [25] || corrected == [30], "28 came late: {corrected:?}");
    assert_eq!(next["quarters"].as_array().expect("quarters").len(), 2, "{}", next["quarters"]);
    let who = desk.login(Role::Supervisor, Some("chief-court"), Language::En).await;
    assert_eq!(desk.get(&who, "/figures/quarters.csv?quarter=2026-Q1").await.text, csv);
}

async fn nobody_else_sees_quarters_and_a_lawyer_no_figures_at_all(log: &Log) {
    let desk = Desk::at(log, NOW);
    desk.record(&opening("VTE-2026-0038", "2026-05-12T16:10:00+07:00", "major")).await;
    let clerk = desk.login(Role::Clerk, Some(COURT), Language::En).await;
    for path in ["/figures/quarters", "/figures/quarters.csv", "/figures/quarters.xlsx"] {
        assert_eq!(desk.get(&clerk, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let supervisor = desk.login(Role::Supervisor, Some(COURT), Language::En).await;
    for path in ["/figures.csv", "/figures.xlsx"] {
        assert_eq!(desk.get(&supervisor, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    desk.get(&supervisor, "/figures").await.does_not_say(&["1 Children arrested", "/figures.csv"]);
    let lawyer = desk.login(Role::Lawyer, Some("vte-legal-aid"), Language::En).await;
    for path in ["/figures", "/figures.csv", "/figures/quarters"] {
        assert_eq!(desk.get(&lawyer, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    desk.get(&lawyer, "/").await.does_not_say(&["/figures"]);
}
