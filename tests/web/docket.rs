//! The docket of an office.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use engine::rulebook::Language;
use projections::rights::Role;
use store::people::Seen;

use crate::desk::{Desk, Visitor};
use crate::log::{Log, on_each_log};
use crate::papers::{in_remand, line, opening};
use crate::shown::keep;

on_each_log!(
    children_who_are_held_come_first_and_each_group_says_how_many_they_are,
    a_row_names_what_has_passed_apart_from_what_ends_next_with_both_ends,
    the_last_lawful_day_to_order_an_extension_is_a_row_of_its_own,
    a_holiday_of_the_offices_file_is_no_working_day,
    a_foreign_office_and_a_former_one_see_nothing,
    every_office_of_a_case_has_it_on_its_docket_and_others_see_no_list_at_all,
    nothing_personal_stands_on_a_docket,
    filters_stand_in_the_address_and_each_can_be_removed,
    what_is_recorded_late_can_be_asked_for,
    a_silent_office_heads_the_docket_until_it_is_heard_again,
    empty_dockets_say_why_they_are_empty,
    every_case_stands_on_one_page_although_limits_pass_and_cases_move_meanwhile,
    the_file_has_every_chosen_case_and_no_cell_that_runs,
    a_list_is_one_look_with_its_filters_and_its_count,
    what_was_just_recorded_stands_on_the_next_page,
    the_trust_strip_and_its_warnings_say_how_far_the_page_can_be_trusted,
);

const COURT: &str = "vte-juvenile-court";
/// Thursday, 08:10.
const NOW: &str = "2026-05-14T08:10:00+07:00";
const NEAR_THE_CAP: &str = include_str!("../../scenarios/demo/near-the-cap.jsonl");
const SETTLED: &str = include_str!("../../scenarios/demo/settled-by-mediation.jsonl");

/// The docket of the mock-ups, as far as a few lines make it.
async fn mocked_up(log: &Log) -> Desk {
    let desk = Desk::at(log, NOW);
    desk.record(NEAR_THE_CAP).await;
    desk.record(SETTLED).await;
    // Custody since Tuesday 16:10, parents not told.
    let custody = "2026-05-12T16:10:00+07:00";
    desk.record(&opening("VTE-2026-0038", custody, "major")).await;
    desk.record(&line("VTE-2026-0038", "custody_started", custody, "vte-investigation", r#","evidence_firm":true"#))
        .await;
    // Remand whose month ends tomorrow, and one that ends at the weekend.
    desk.record(&in_remand("VTE-2026-0031", "2026-04-16T09:00:00+07:00", "2026-04-17T09:00:00+07:00")).await;
    desk.record(&in_remand("VTE-2026-0029", "2026-04-17T09:00:00+07:00", "2026-04-18T09:00:00+07:00")).await;
    desk.record(&in_remand("VTE-2026-0024", "2026-04-30T09:00:00+07:00", "2026-05-01T09:00:00+07:00")).await;
    // Not held.
    desk.record(&opening("VTE-2026-0040", "2026-05-13T09:00:00+07:00", "major")).await;
    let opened = "2026-05-13T09:30:00+07:00";
    desk.record(&line("VTE-2026-0040", "investigation_opened", opened, "vte-investigation", "")).await;
    desk
}

async fn clerk(desk: &Desk) -> Visitor {
    desk.login(Role::Clerk, Some(COURT), Language::En).await
}

async fn children_who_are_held_come_first_and_each_group_says_how_many_they_are(log: &Log) {
    let desk = mocked_up(log).await;
    let shown = desk.get(&clerk(&desk).await, "/docket").await;
    keep("docket.en.html", &shown);
    let expected = [
        "VTE-2026-0002",
        "VTE-2026-0038",
        "VTE-2026-0031",
        "VTE-2026-0029",
        "VTE-2026-0024",
        "VTE-2026-0040",
        "VTE-2026-0011",
    ];
    let mut found = shown.cases();
    found.retain(|case| expected.contains(&case.as_str()));
    assert_eq!((shown.status, found), (StatusCode::OK, expected.map(str::to_owned).to_vec()));
    shown.says(&[
        "Held past a limit, under both readings (1 child)",
        "Held, ends today (1 child)",
        "Held, ends tomorrow (1 child)",
        "Held, ends before Monday (1 child)",
        "Held, ends later (1 child)",
        "Not held, ends later (1 child)",
    ]);
    let lao = desk.login(Role::Clerk, Some(COURT), Language::Lo).await;
    let shown = desk.get(&lao, "/docket").await;
    keep("docket.lo.html", &shown);
    shown.says(&["ຖືກກັກເກີນກຳນົດ ຕາມການຕີຄວາມທັງສອງແບບ (ເດັກ 1 ຄົນ)", "ຖືກກັກ, ສິ້ນສຸດກ່ອນວັນຈັນ (ເດັກ 1 ຄົນ)"]);
}

async fn a_row_names_what_has_passed_apart_from_what_ends_next_with_both_ends(log: &Log) {
    let desk = mocked_up(log).await;
    let shown = desk.get(&clerk(&desk).await, "/docket?q=vte-2026-0002").await;
    assert_eq!(shown.cases(), ["VTE-2026-0002"]);
    shown.says(&[
        "In remand day 123",
        "Over, both readings 2 days 8 hours over Longest remand, Art. 64 8 hours 10 minutes over by the lenient reading; ended Mon 11 May – Wed 13 May",
        "25 days left Remand of 1 month, Art. 64 by an extension past the longest remand; Mon 8 Jun – Sat 13 Jun, end of day",
    ]);
    let shown = desk.get(&clerk(&desk).await, "/docket?q=VTE-2026-0038").await;
    shown.says(&[
        "In custody since Tuesday 16:10",
        "Arguable 1 day 15 hours",
        "Parents told at once, Art. 62(2) not on record; look for the paper",
        "8 hours left Custody of at most 48 hours, Art. 62 today 16:10, both readings",
        "Investigation",
        "12 May 2 days ago",
    ]);
}

async fn the_last_lawful_day_to_order_an_extension_is_a_row_of_its_own(log: &Log) {
    let desk = mocked_up(log).await;
    let who = clerk(&desk).await;
    desk.get(&who, "/docket?q=VTE-2026-0031").await.says(&[
        "Last lawful day to order an extension: tomorrow, Friday 15 May. The longest remand still leaves 3 extensions (both by the protective reading).",
    ]);
    desk.get(&who, "/docket?q=VTE-2026-0029").await.says(&[
        "Last lawful day to order an extension: Saturday 16 May.",
        "This ends on a day off: the last working day before that is tomorrow, Friday 15 May.",
    ]);
}

async fn a_holiday_of_the_offices_file_is_no_working_day(log: &Log) {
    let desk = Desk::with_offices(log, NOW, "holidays = [2026-05-15, 2026-05-18]\n");
    desk.record(&in_remand("VTE-2026-0029", "2026-04-17T09:00:00+07:00", "2026-04-18T09:00:00+07:00")).await;
    let shown = desk.get(&clerk(&desk).await, "/docket").await;
    shown.says(&["Held, ends before Tuesday (1 child)", "the last working day before that is today, Thursday 14 May."]);
}

async fn a_foreign_office_and_a_former_one_see_nothing(log: &Log) {
    let desk = mocked_up(log).await;
    for (role, office) in [(Role::Clerk, "lpb-juvenile-court"), (Role::Prosecutor, "lpb-prosecutor")] {
        let foreign = desk.login(role, Some(office), Language::En).await;
        for path in ["/docket", "/docket?q=VTE-2026-0002", "/", "/figures"] {
            let shown = desk.get(&foreign, path).await;
            assert_eq!(shown.status, StatusCode::OK, "{path}");
            // What was asked for stands in the field alone.
            assert_eq!(shown.cases(), Vec::<String>::new(), "{path}");
        }
        let file = desk.get(&foreign, "/docket.csv").await;
        assert_eq!(file.text.lines().count(), 1, "{}", file.text);
    }
    let away = line("VTE-2026-0031", "case_transferred", NOW, COURT, r#","court":"lpb-juvenile-court""#);
    let former = clerk(&desk).await;
    assert_eq!(desk.get(&former, "/docket?q=VTE-2026-0031").await.cases(), ["VTE-2026-0031"]);
    desk.hold(&[away]).await;
    assert_eq!(desk.get(&former, "/docket?q=VTE-2026-0031").await.cases(), Vec::<String>::new());
    desk.get(&former, "/docket/handed-on").await.says(&["VTE-2026-0031"]).does_not_say(&["VTE-2026-0029"]);
    let now = desk.login(Role::Clerk, Some("lpb-juvenile-court"), Language::En).await;
    assert_eq!(desk.get(&now, "/docket").await.cases(), ["VTE-2026-0031"]);
}

async fn every_office_of_a_case_has_it_on_its_docket_and_others_see_no_list_at_all(log: &Log) {
    let desk = mocked_up(log).await;
    let offices = [
        (Role::Clerk, COURT),
        (Role::Prosecutor, "vte-prosecutor"),
        (Role::Investigator, "vte-investigation"),
        (Role::Lawyer, "vte-legal-aid"),
    ];
    for (role, office) in offices {
        let who = desk.login(role, Some(office), Language::En).await;
        assert!(desk.get(&who, "/docket").await.cases().contains(&"VTE-2026-0002".to_owned()), "{office}");
    }
    // A prosecutor who acts for a court has no case in that seat.
    let strange = desk.login(Role::Prosecutor, Some(COURT), Language::En).await;
    assert_eq!(desk.get(&strange, "/docket").await.cases(), Vec::<String>::new());
    for (role, office) in [(Role::Supervisor, Some(COURT)), (Role::Operator, None)] {
        let who = desk.login(role, office, Language::En).await;
        for path in ["/docket", "/docket.csv", "/docket/handed-on"] {
            let shown = desk.get(&who, path).await;
            assert_eq!(shown.status, StatusCode::NOT_FOUND, "{role:?} {path}");
            shown.does_not_say(&["VTE-2026-0002"]);
        }
    }
}

async fn nothing_personal_stands_on_a_docket(log: &Log) {
    let desk = mocked_up(log).await;
    let who = clerk(&desk).await;
    for path in ["/", "/docket", "/docket.csv", "/figures", "/docket/handed-on"] {
        desk.get(&who, path).await.does_not_say(&[
            "2009-11-02",
            "2 November 2009",
            "C0002",
            "C-VTE",
            "5/2026",
            "Somebody",
        ]);
    }
}

async fn filters_stand_in_the_address_and_each_can_be_removed(log: &Log) {
    let desk = mocked_up(log).await;
    let who = clerk(&desk).await;
    let cases = async |query: &str| desk.get(&who, &format!("/docket?{query}")).await.cases();
    assert!(!cases("child=held").await.contains(&"VTE-2026-0040".to_owned()));
    assert!(cases("child=not-held").await.contains(&"VTE-2026-0040".to_owned()));
    assert_eq!(cases("rule=custody-48h").await, ["VTE-2026-0038"]);
    assert_eq!(cases("rule=remand-cap&state=certain").await, ["VTE-2026-0002"]);
    assert_eq!(cases("left=today&child=held").await, ["VTE-2026-0038"]);
    assert_eq!(cases("left=tomorrow&child=held&owed=court").await, ["VTE-2026-0031"]);
    assert_eq!(cases("late=yes").await, Vec::<String>::new());
    let shown = desk.get(&who, "/docket?child=held&left=today").await;
    assert_eq!(shown.links("Held "), ["/docket?left=today"]);
    assert_eq!(shown.links("Ends today "), ["/docket?child=held"]);
    shown.does_not_say(&["a filter that this page does not know"]);
    desk.get(&who, "/docket?colour=red&child=held").await.says(&["a filter that this page does not know"]);
}

async fn what_is_recorded_late_can_be_asked_for(log: &Log) {
    let desk = mocked_up(log).await;
    let who = clerk(&desk).await;
    assert_eq!(desk.get(&who, "/docket?late=yes").await.cases(), Vec::<String>::new());
    let interview = line("VTE-2026-0024", "medical_check", "2026-05-10T09:00:00+07:00", "vte-investigation", "");
    desk.hold(&[interview]).await;
    assert_eq!(desk.get(&who, "/docket?late=yes").await.cases(), ["VTE-2026-0024"]);
}

async fn a_silent_office_heads_the_docket_until_it_is_heard_again(log: &Log) {
    let desk = Desk::at(log, NOW);
    desk.record(&in_remand("VTE-2026-0024", "2026-05-02T09:00:00+07:00", "2026-05-03T09:00:00+07:00")).await;
    let who = clerk(&desk).await;
    let said = "Investigation Organisation, Vientiane Capital: nothing for 11 days on 1 child held: VTE-2026-0024.";
    desk.get(&who, "/docket").await.says(&[said, "What happened there may not be on record."]);
    assert_eq!(desk.get(&who, "/docket?silent=yes").await.cases(), ["VTE-2026-0024"]);
    desk.hold(&[line("VTE-2026-0024", "medical_check", NOW, "vte-investigation", "")]).await;
    desk.get(&who, "/docket").await.does_not_say(&["Investigation Organisation, Vientiane Capital: nothing"]);
}

async fn empty_dockets_say_why_they_are_empty(log: &Log) {
    let desk = Desk::at(log, NOW);
    let who = clerk(&desk).await;
    desk.get(&who, "/docket").await.says(&["No cases. This office has no open case on record."]);
    desk.record(&opening("VTE-2026-0040", "2026-05-13T09:00:00+07:00", "major")).await;
    let shown = desk.get(&who, "/docket?child=held&rule=custody-48h").await;
    shown.says(&["No case matches “Held” and “Custody of at most 48 hours, Art. 62”. Remove the filters"]);
    let lao = desk.login(Role::Clerk, Some(COURT), Language::Lo).await;
    desk.get(&lao, "/docket?child=held").await.says(&["ບໍ່ມີຄະດີໃດກົງກັບ “ຖືກກັກ”. ເອົາຕົວກັ່ນຕອງອອກ"]);
}

async fn every_case_stands_on_one_page_although_limits_pass_and_cases_move_meanwhile(log: &Log) {
    let desk = Desk::at(log, NOW);
    let mut all = Vec::new();
    for n in 0..60 {
        let case = format!("VTE-2026-{n:04}");
        // Forty-eight hours that end within the next five hours, one after the other.
        let custody = tests::cases::instant("2026-05-12T08:10:00+07:00").plus(300 * i64::from(n)).to_string();
        desk.record(&opening(&case, &custody, "major")).await;
        desk.record(&line(&case, "custody_started", &custody, "vte-investigation", r#","evidence_firm":true"#)).await;
        desk.record(&line(&case, "parents_notified", &custody, "vte-investigation", "")).await;
        all.push(case);
    }
    let mut who = clerk(&desk).await;
    let (mut seen, mut path, mut pages) = (Vec::new(), "/docket".to_owned(), 0);
    loop {
        let shown = desk.get(&who, &path).await;
        seen.extend(shown.cases());
        pages += 1;
        // Twenty more custodies go past their limit, and the session has been idle too long.
        desk.clock.jump(20 * 300);
        who = clerk(&desk).await;
        match shown.links("Next page").pop() {
            Some(next) => path = next,
            None => break,
        }
        assert!(path.contains(".VTE-2026-") && !path.contains("offset"), "{path}");
    }
    seen.sort_unstable();
    assert_eq!((pages, seen), (3, all));
    // The last page says how its cases stand by then.
    let shown = desk.get(&who, &path).await;
    shown.says(&["Held past a limit, under both readings (", "10 of 60 cases are shown."]);
    desk.hold(&[line("VTE-2026-0000", "medical_check", "2026-05-14T08:15:00+07:00", "vte-investigation", "")]).await;
    desk.get(&who, &path).await.says(&["Cases were recorded in since this list began", "Begin again"]);
}

async fn the_file_has_every_chosen_case_and_no_cell_that_runs(log: &Log) {
    let desk = Desk::with_offices(
        log,
        NOW,
        "[vte-juvenile-court]\nkind = \"court\"\ncourt = \"juvenile_court\"\nname = { en = \"=1+1\", lo = \"@x\" }\n\
         province = { en = \"x\", lo = \"x\" }\n",
    );
    desk.record(&in_remand("VTE-2026-0031", "2026-04-16T09:00:00+07:00", "2026-04-17T09:00:00+07:00")).await;
    desk.record(&opening("VTE-2026-0040", "2026-05-13T09:00:00+07:00", "major")).await;
    let who = clerk(&desk).await;
    let file = desk.get(&who, "/docket.csv").await;
    assert_eq!(file.headers[CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(file.headers[CONTENT_DISPOSITION], "attachment; filename=\"docket.csv\"");
    let lines: Vec<&str> = file.text.trim_end().split("\r\n").collect();
    assert_eq!((lines.len(), lines[0].starts_with("\u{feff}Case,Standing,")), (3, true));
    assert!(lines[1].starts_with("VTE-2026-0031,in remand,2026-04-16 09:00:00,"), "{}", lines[1]);
    assert!(lines[1].contains(",'=1+1,"), "{}", lines[1]);
    assert_eq!(lines.iter().map(|line| cells(line)).collect::<Vec<_>>(), [16; 3]);
    let file = desk.get(&who, "/docket.csv?child=not-held").await;
    assert_eq!(file.text.trim_end().split("\r\n").count(), 2);
    assert_eq!(desk.get(&who, "/docket?child=held").await.links("Download CSV"), ["/docket.csv?child=held"]);
}

/// How many cells a line has. A comma inside quotes belongs to its cell.
fn cells(line: &str) -> usize {
    line.split('"').step_by(2).map(|outside| outside.matches(',').count()).sum::<usize>() + 1
}

async fn a_list_is_one_look_with_its_filters_and_its_count(log: &Log) {
    let desk = mocked_up(log).await;
    let who = clerk(&desk).await;
    for path in ["/docket?child=held&q=VTE", "/docket?child=held&q=VTE", "/docket.csv"] {
        desk.get(&who, path).await;
    }
    let lists: Vec<(String, String, bool)> = desk
        .looks(&who)
        .await
        .into_iter()
        .filter_map(|look| match look.seen {
            Seen::List { list, filters, count } if list != "login" => Some((list, filters, count > 0)),
            _ => None,
        })
        .collect();
    let row = |list: &str, filters: &str| (list.to_owned(), filters.to_owned(), true);
    let mut expected = [row("docket", "q=VTE&child=held"), row("docket.csv", "")];
    expected.sort();
    let mut found = lists;
    found.sort();
    assert_eq!(found, expected);
}

async fn what_was_just_recorded_stands_on_the_next_page(log: &Log) {
    let desk = Desk::at(log, NOW);
    let who = clerk(&desk).await;
    assert_eq!(desk.get(&who, "/docket").await.cases(), Vec::<String>::new());
    for n in 0..5 {
        let case = format!("VTE-2026-{n:04}");
        desk.record(&opening(&case, "2026-05-13T09:00:00+07:00", "major")).await;
        assert_eq!(desk.get(&who, "/docket").await.cases().len(), n + 1);
    }
    let closed = line("VTE-2026-0000", "case_closed", NOW, "vte-prosecutor", "");
    desk.hold(&[closed]).await;
    desk.get(&who, "/docket").await.says(&["Closed in the last 7 days (1 child)", "4 open cases, 0 children held."]);
    desk.clock.jump(8 * 86_400);
    let who = clerk(&desk).await;
    desk.get(&who, "/docket").await.does_not_say(&["VTE-2026-0000"]);
}

async fn the_trust_strip_and_its_warnings_say_how_far_the_page_can_be_trusted(log: &Log) {
    let desk = mocked_up(log).await;
    let who = clerk(&desk).await;
    // The store was not asked yet.
    desk.get(&who, "/docket").await.says(&["the watch is behind", "Watch behind by unknown"]);
    desk.clock.jump(60);
    desk.ask_the_store().await;
    let who = clerk(&desk).await;
    let shown = desk.get(&who, "/docket").await;
    shown.says(&[
        "As of Thursday 14 May 2026, 08:11",
        "Rulebook law-05-na-2006",
        "Clock: certain",
        "Alerts delivered up to",
    ]);
    assert_eq!(shown.links("law-05-na-2006"), ["/law"]);
}
