//! The record of looks: before the page, once a quarter of an hour, of what was refused too; and a supervisor's look.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::Method;
use engine::action::CaseRef;
use engine::rulebook::Language;
use projections::rights::Role;
use service::lifecycle::Stop;
use store::people::{LooksOf, Seen};
use tests::lines::custody;
use web::refused::keep_recording;

use crate::desk::{Desk, FROM_HERE, NOTHING, Visitor};
use crate::failing::Failing;
use crate::log::{Log, on_each_log};
use crate::papers::with_legal_aid;
use crate::people::Typed;

on_each_log!(
    what_cannot_be_recorded_is_not_shown,
    each_kind_of_list_is_one_look_a_quarter_of_an_hour,
    refused_requests_are_recorded_without_what_was_asked_for,
    refusals_without_a_login_are_counted_an_address_and_minute,
    a_supervisors_look_takes_a_reason_holds_eight_hours_and_stands_on_the_case,
    a_look_that_is_asked_for_twice_in_one_form_counts_once,
    a_supervisor_looks_at_cases_of_the_own_office_and_of_those_below_alone,
    my_looks_are_mine_alone,
);

fn reference(case: &str) -> CaseRef {
    CaseRef::new(case).expect("a reference")
}

/// What somebody saw, sorted.
async fn seen(desk: &Desk, who: &Visitor) -> Vec<Seen> {
    let mut seen: Vec<Seen> = desk.looks(who).await.into_iter().map(|look| look.seen).collect();
    seen.retain(|seen| !matches!(seen, Seen::List { list, .. } if list == "login"));
    seen.sort();
    seen
}

/// A desk with a case, whose store can be told to keep no look.
async fn desk_that_may_fail(log: &Log) -> (Desk, Arc<AtomicBool>) {
    let fails = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&fails);
    let desk = Desk::with(log, |site| site.people = Arc::new(Failing::over(Arc::clone(&site.people), told)));
    desk.hold(&[with_legal_aid("A-1"), custody("A-1")]).await;
    (desk, fails)
}

async fn what_cannot_be_recorded_is_not_shown(log: &Log) {
    let (desk, fails) = desk_that_may_fail(log).await;
    let clerk = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    let supervisor = desk.login(Role::Supervisor, Some("vte-juvenile-court"), Language::En).await;
    let token = desk.token("vte-prosecutor", Role::Prosecutor).await;
    desk.grant(supervisor.id, "vte-juvenile-court", "A-1").await;
    fails.store(true, Ordering::SeqCst);
    let pages = ["/cases/A-1", "/cases/A-1/print", "/docket", "/docket.csv", "/docket/handed-on", "/figures", "/"];
    for path in pages.into_iter().chain(["/law/custody-48h", "/cases/NONE", "/people"]) {
        let shown = desk.get(&clerk, path).await;
        shown.is_status(503).says(&["The log did not answer."]).does_not_say(&["A-1", "custody", "C-Somsak"]);
    }
    desk.get(&supervisor, "/cases/A-1").await.is_status(503).does_not_say(&["A-1"]);
    for path in ["", "/timeline", "/assessment", "/explanations", "/alerts", "/looks"] {
        let answer = desk.get(&token, &format!("/api/v1/cases/A-1{path}")).await;
        answer.is_problem(503, "unavailable");
        answer.does_not_say(&["A-1"]);
    }
    for path in ["/api/v1/docket", "/api/v1/alerts", "/api/v1/cases/NONE"] {
        desk.get(&token, path).await.is_problem(503, "unavailable");
    }
    fails.store(false, Ordering::SeqCst);
    assert_eq!(seen(&desk, &clerk).await, [], "nothing was seen");
    desk.get(&clerk, "/cases/A-1").await.is_status(200);
    assert_eq!(seen(&desk, &clerk).await, [Seen::Case(reference("A-1"))]);
    // What this process knows to be recorded needs no store.
    fails.store(true, Ordering::SeqCst);
    desk.get(&clerk, "/cases/A-1").await.is_status(200);
    desk.clock.jump(15 * 60);
    desk.get(&clerk, "/cases/A-1").await.is_status(503);
}

async fn each_kind_of_list_is_one_look_a_quarter_of_an_hour(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let clerk = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    let lists = ["/", "/docket", "/docket?child=held", "/docket.csv", "/docket/handed-on", "/figures"];
    for path in lists.into_iter().chain(lists) {
        desk.get(&clerk, path).await.is_status(200);
    }
    let named: Vec<(String, String)> = seen(&desk, &clerk)
        .await
        .into_iter()
        .map(|seen| match seen {
            Seen::List { list, filters, .. } => (list, filters),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        ("docket", ""),
        ("docket", "child=held"),
        ("docket.csv", ""),
        ("figures", ""),
        ("handed-on", ""),
        ("overview", ""),
    ];
    assert_eq!(named, expected.map(|(list, filters)| (list.to_owned(), filters.to_owned())));
    desk.clock.jump(15 * 60);
    desk.get(&clerk, "/docket").await.is_status(200);
    assert_eq!(seen(&desk, &clerk).await.len(), 7);
    // A row of a list is listed, not looked at.
    assert_eq!(desk.store.looks(&LooksOf::Case(reference("A-1")), 9).await.expect("looks"), []);
}

async fn refused_requests_are_recorded_without_what_was_asked_for(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let clerk = desk.login(Role::Clerk, Some("psl-juvenile-court"), Language::En).await;
    for path in ["/cases/A-1", "/cases/NONE", "/people", "/people/x", "/look", "/api/v1/cases/A-1/looks"] {
        desk.get(&clerk, path).await.is_status(404);
    }
    let foreign = Visitor { form: Some("x".to_owned()), ..clerk.clone() };
    desk.submit(&foreign, "/logout", &[]).await.is_status(403);
    let routes: Vec<String> = seen(&desk, &clerk)
        .await
        .into_iter()
        .map(|seen| if let Seen::Refused { route } = seen { route } else { panic!("{seen:?}") })
        .collect();
    assert_eq!(routes, ["GET /look", "GET /people", "GET /people/{id}", "POST /logout", "case"]);
}

async fn refusals_without_a_login_are_counted_an_address_and_minute(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    for _ in 0..3 {
        Typed::of("keo", "guess", "").at(&desk).await.is_status(403);
    }
    let from = Some([198, 51, 100, 1].into());
    desk.ask_from(from, Method::GET, "/cases/A-1", &[], NOTHING).await.is_status(303);
    desk.ask_from(from, Method::POST, "/people", &FROM_HERE, NOTHING).await.is_status(303);
    let (stopper, stop) = Stop::pair();
    stopper.stop();
    keep_recording(&desk.site, &stop).await;
    assert_eq!(
        log.texts("SELECT route FROM looks WHERE who IS NULL ORDER BY route"),
        [
            "GET /cases/{reference} from 198.51.100.1 at 08:00:00: 1",
            "POST /login from 203.0.113.7 at 08:00:00: 3",
            "POST /people from 198.51.100.1 at 08:00:00: 1",
        ]
    );
}

async fn a_supervisors_look_takes_a_reason_holds_eight_hours_and_stands_on_the_case(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let supervisor = desk.login(Role::Supervisor, Some("vte-juvenile-court"), Language::En).await;
    let ask = async |reference: &str, code: &str, reason: &str| {
        desk.submit(&supervisor, "/look", &[("reference", reference), ("code", code), ("reason", reason)]).await
    };
    desk.get(&supervisor, "/cases/A-1").await.is_status(404);
    for (code, reason) in
        [("", "a letter"), ("curious", "a letter"), ("complaint", " "), ("complaint", &"x".repeat(501))]
    {
        ask("A-1", code, reason).await.is_status(422);
    }
    desk.get(&supervisor, "/cases/A-1").await.is_status(404);
    let asked = ask(" A-1 ", "complaint", "<b>a letter\u{202e} of Somsak</b>").await;
    assert_eq!(asked.leads_to(), Some("/cases/A-1"));
    let shown = desk.get(&supervisor, "/cases/A-1").await;
    shown.is_status(200).does_not_say(&["C-Somsak", "2010-05-06", "6 May 2010"]);
    desk.get(&supervisor, "/looks").await.says(&["A-1"]);
    // The office of the case sees who looked, and why.
    let clerk = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    let page = desk.get(&clerk, "/cases/A-1").await;
    page.says(&["with the reason “a complaint: &lt;b&gt;a letter\u{fffd} of Somsak&lt;/b&gt;”, until 4 March 16:00"])
        .does_not_say(&["<b>a", "\u{202e}"]);
    // To the second, and no longer.
    let later = async |seconds: i64| {
        desk.clock.jump(seconds);
        desk.get(&desk.login_again(&supervisor).await, "/cases/A-1").await.status.as_u16()
    };
    assert_eq!([later(8 * 3600).await, later(1).await], [200, 404]);
}

async fn a_look_that_is_asked_for_twice_in_one_form_counts_once(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let supervisor = desk.login(Role::Supervisor, Some("vte-juvenile-court"), Language::En).await;
    let ask = async |id: &str, reason: &str| {
        let fields = [("id", id), ("reference", "A-1"), ("code", "complaint"), ("reason", reason)];
        desk.submit(&supervisor, "/look", &fields).await.is_status(303);
        desk.store.grants(&reference("A-1")).await.expect("grants").len()
    };
    let id = desk.get(&supervisor, "/look").await.hidden("id").expect("an id").to_owned();
    assert_eq!(ask(&id, "a letter").await, 1);
    desk.clock.jump(7);
    assert_eq!(ask(&id, "a letter").await, 1, "pressed twice");
    let next = desk.get(&supervisor, "/look").await.hidden("id").expect("an id").to_owned();
    assert_eq!(ask(&next, "a letter").await, 2, "asked anew");
    assert_eq!(ask(&next, "another letter").await, 3, "the form was changed before it was sent again");
}

async fn a_supervisor_looks_at_cases_of_the_own_office_and_of_those_below_alone(log: &Log) {
    let above = |code: &str, by: &str| {
        let text = "{ en = \"x\", lo = \"x\" }";
        format!(
            "[{code}]\nkind = \"court\"\ncourt = \"juvenile_court\"\nname = {text}\nprovince = {text}\nsupervised_by = \"{by}\"\n"
        )
    };
    let offices =
        [above("vte-juvenile-court", "psl-juvenile-court"), above("psl-juvenile-court", "lpb-juvenile-court")];
    let desk = Desk::with_offices(log, crate::desk::NOW, &offices.concat());
    desk.hold(&[with_legal_aid("A-1")]).await;
    let look = async |code: &str, reference: &str| {
        let supervisor = desk.login(Role::Supervisor, Some(code), Language::En).await;
        let fields = [("reference", reference), ("code", "inspection"), ("reason", "the yearly one")];
        desk.submit(&supervisor, "/look", &fields).await
    };
    for code in ["vte-juvenile-court", "vte-legal-aid", "psl-juvenile-court", "lpb-juvenile-court"] {
        assert_eq!(look(code, "A-1").await.leads_to(), Some("/cases/A-1"), "{code}");
    }
    let (foreign, missing) = (look("psl-prosecutor", "A-1").await, look("psl-prosecutor", "B-1").await);
    assert_eq!(foreign.is_status(422).words().replace("A-1", ""), missing.is_status(422).words().replace("B-1", ""));
    for strange in ["", "../A-1", "A-1\0", "<script>", &"A".repeat(5_000)] {
        look("psl-prosecutor", strange).await.is_status(422).does_not_say(&["<script>"]);
    }
}

async fn my_looks_are_mine_alone(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let [one, other] = [Language::En, Language::Lo];
    let one = desk.login(Role::Clerk, Some("vte-juvenile-court"), one).await;
    let other = desk.login(Role::Clerk, Some("vte-juvenile-court"), other).await;
    desk.get(&one, "/cases/A-1").await.is_status(200);
    desk.get(&one, "/looks").await.says(&["A-1", "Registry clerk, Juvenile Court, Vientiane Capital"]);
    desk.get(&other, "/looks").await.does_not_say(&["A-1"]);
    let mine = desk.get(&one, "/api/v1/looks").await.is(200);
    assert_eq!(mine.as_array().expect("looks").iter().filter(|look| look["case"] == "A-1").count(), 1);
}
