//! Offices that change, on pages: an operator starts it, the office confirms it, and it is carried out.

use std::sync::Arc;

use engine::action::CaseRef;
use engine::rulebook::Language;
use projections::rights::Role;
use projections::view::Seat;
use service::lifecycle::Stop;
use service::mailing::{self, Choice, Wanted};
use service::recorder::Recorder;
use service::succession::{Succession, Which, keep_carrying_out};
use store::people::OfficeChange;
use store::{LogStore, Progress};
use tests::lines::custody;
use tests::made::{book, office};
use uuid::Uuid;

use crate::desk::{Desk, NOW, Visitor};
use crate::log::{Log, on_each_log};
use crate::papers::with_legal_aid;

on_each_log!(
    an_operator_starts_a_change_that_the_office_confirms_and_what_belongs_to_it_follows,
    a_part_of_the_cases_goes_and_people_stay,
    what_nobody_of_the_office_confirmed_is_not_carried_out,
    a_run_that_broke_off_goes_on_and_two_at_once_transfer_each_case_once,
);

const OLD: &str = "vte-investigation";
const NEW: &str = "new-investigation";
const FILE: &str = r#"
[vte-investigation]
kind = "investigator"
name = { en = "Old Investigation", lo = "ສືບສວນເກົ່າ" }
province = { en = "Vientiane Capital", lo = "ນະຄອນຫຼວງວຽງຈັນ" }
succeeded_by = ["new-investigation"]

[new-investigation]
kind = "investigator"
name = { en = "New Investigation", lo = "ສືບສວນໃໝ່" }
province = { en = "Vientiane Capital", lo = "ນະຄອນຫຼວງວຽງຈັນ" }
"#;

async fn desk(log: &Log, cases: usize) -> Desk {
    let desk = Desk::with_offices(log, NOW, FILE);
    for n in 1..=cases {
        let case = format!("A-{n}");
        desk.hold(&[with_legal_aid(&case), custody(&case)]).await;
    }
    desk
}

async fn operator(desk: &Desk) -> Visitor {
    desk.login(Role::Operator, None, Language::En).await
}

/// Lets what is confirmed be carried out, as beside the pages.
async fn carried_out(desk: &Desk) {
    let (stopper, stop) = Stop::pair();
    let (site, log) = (Arc::clone(&desk.site), Arc::clone(&desk.store));
    let task = tokio::spawn(async move {
        keep_carrying_out(log.as_ref(), &site.recorder, &site.offices, &site.status, &stop).await;
    });
    for _ in 0..100 {
        let open = |change: &OfficeChange| change.confirmed.is_some() && change.ended_at.is_none();
        if !desk.store.office_changes().await.expect("changes").iter().any(open) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    stopper.stop();
    task.await.expect("it ends");
}

async fn have(desk: &Desk, code: &str) -> usize {
    desk.store.docket(&office(code), Some(Seat::Investigator)).await.expect("a docket").len()
}

/// How many transfers the log holds, and how many alerts were withdrawn from the old office and raised for the new one.
async fn told(store: &dyn LogStore, cases: usize) -> [usize; 3] {
    let mut told = [0; 3];
    for n in 1..=cases {
        let case = CaseRef::new(&format!("A-{n}")).expect("a reference");
        let events = store.stream(&case).await.expect("a stream");
        let count = |words: &[&str]| {
            events
                .iter()
                .map(|stored| stored.event.to_json())
                .filter(|json| words.iter().all(|word| json.contains(word)))
                .count()
        };
        told[0] += count(&["\"action\":\"case_transferred\"", "action_recorded"]);
        told[1] += count(&["alert_withdrawn", "\"investigator\":\"vte-investigation\""]);
        told[2] += count(&["alert_raised", "\"investigator\":\"new-investigation\""]);
    }
    told
}

async fn an_operator_starts_a_change_that_the_office_confirms_and_what_belongs_to_it_follows(log: &Log) {
    let desk = desk(log, 2).await;
    let operator = operator(&desk).await;
    let anna = desk.login(Role::Investigator, Some(OLD), Language::En).await;
    let program = desk.token(OLD, Role::Investigator).await;
    let choice = Choice { kinds: [].into(), digest: None };
    let wanted =
        Wanted { id: Uuid::new_v4(), office: OLD, login: "", to: "office@example.org", language: Language::Lo, choice };
    mailing::add(&*desk.store, &desk.site.offices, &desk.site.key, wanted, desk.site.now()).await.expect("an address");
    let form = [("from", OLD), ("to", NEW), ("with", "")];
    let seen = desk.submit(&operator, "/office-changes", &form).await;
    seen.is_status(200)
        .says(&["Cases that would go: 2.", "Alerts withdrawn from the old office"])
        .does_not_say(&["A-1", "A-2"]);
    assert!(desk.store.office_changes().await.expect("changes").is_empty(), "a look starts nothing");
    let id = Uuid::new_v4().to_string();
    let go = [&form[..], &[("go", "yes"), ("id", &id)]].concat();
    for _ in 0..2 {
        desk.submit(&operator, "/office-changes", &go).await.is_status(303);
    }
    desk.submit(&operator, "/office-changes", &form).await.is_status(422).says(&["waits or is under way already"]);
    carried_out(&desk).await;
    assert_eq!(have(&desk, OLD).await, 2, "it waits for the office");
    let confirm = format!("/office-changes/{id}/confirm");
    desk.submit(&operator, &confirm, &[]).await.is_status(404);
    let court = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    desk.submit(&court, &confirm, &[]).await.is_status(404);
    desk.get(&court, "/office-changes").await.is_status(200).does_not_say(&["Old Investigation"]);
    desk.get(&anna, "/").await.says(&["are to go to another office"]);
    desk.get(&anna, "/office-changes").await.says(&["that go to New Investigation (new-investigation): 2."]);
    desk.submit(&anna, &confirm, &[]).await.is_status(303);
    carried_out(&desk).await;
    assert_eq!((have(&desk, OLD).await, have(&desk, NEW).await), (0, 2));
    let [transfers, withdrawn, raised] = told(desk.store.as_ref(), 2).await;
    assert_eq!(transfers, 2);
    assert!(withdrawn > 0 && withdrawn == raised, "{withdrawn} {raised}");
    let events = desk.store.stream(&CaseRef::new("A-1").unwrap()).await.expect("a stream");
    let by = events.iter().rev().find(|stored| stored.event.fact.action().is_some()).expect("a transfer");
    assert_eq!((by.event.person, by.event.recorded_by.as_str()), (Some(anna.id), OLD));
    // The old session counts no more; the person works for the new office, and so does the program with its old secret.
    assert_eq!(desk.get(&anna, "/docket").await.status.as_u16(), 303);
    let person = desk.person(&anna).await;
    let now = desk.site.now();
    let of: Vec<&str> = person
        .memberships
        .iter()
        .filter(|of| of.holds(now))
        .filter_map(|of| Some(of.office.as_ref()?.as_str()))
        .collect();
    assert_eq!(of, [NEW]);
    desk.get(&program, "/api/v1/docket").await.says(&["A-1", "A-2"]);
    let [address] = &desk.store.mail_addresses().await.expect("addresses")[..] else { panic!("one address") };
    assert_eq!(address.office.as_str(), NEW);
    desk.get(&operator, "/office-changes").await.says(&["carried out"]);
}

async fn a_part_of_the_cases_goes_and_people_stay(log: &Log) {
    let desk = desk(log, 2).await;
    let other = with_legal_aid("B-1").replace("vte-juvenile-court", "lpb-juvenile-court");
    desk.hold(&[other]).await;
    let operator = operator(&desk).await;
    let anna = desk.login(Role::Investigator, Some(OLD), Language::En).await;
    let id = Uuid::new_v4().to_string();
    let form = [("from", OLD), ("to", NEW), ("with", "lpb-juvenile-court"), ("go", "yes"), ("id", &id)];
    desk.submit(&operator, "/office-changes", &form).await.is_status(303);
    desk.submit(&anna, &format!("/office-changes/{id}/confirm"), &[]).await.is_status(303);
    carried_out(&desk).await;
    assert_eq!((have(&desk, OLD).await, have(&desk, NEW).await), (2, 1));
    desk.get(&anna, "/docket").await.is_status(200).says(&["A-1"]);
}

async fn what_nobody_of_the_office_confirmed_is_not_carried_out(log: &Log) {
    let desk = desk(log, 1).await;
    let operator = operator(&desk).await;
    let anna = desk.login(Role::Investigator, Some(OLD), Language::En).await;
    let program = desk.token(OLD, Role::Investigator).await;
    let id = Uuid::new_v4().to_string();
    let form = [("from", OLD), ("to", NEW), ("go", "yes"), ("id", &id)];
    desk.submit(&operator, "/office-changes", &form).await.is_status(303);
    let confirm = format!("/office-changes/{id}/confirm");
    desk.send_to(&program, &confirm, &[], "").await.is_status(404);
    desk.submit(&operator, &format!("/office-changes/{id}/take-back"), &[]).await.is_status(303);
    desk.submit(&anna, &confirm, &[]).await;
    carried_out(&desk).await;
    assert_eq!(have(&desk, OLD).await, 1);
    // Not to an office that does not take its place, and not to one of another kind.
    for to in ["lpb-investigation", "vte-prosecutor", OLD, "nowhere"] {
        let form = [("from", OLD), ("to", to), ("go", "yes")];
        desk.submit(&operator, "/office-changes", &form).await.is_status(422);
    }
}

async fn a_run_that_broke_off_goes_on_and_two_at_once_transfer_each_case_once(log: &Log) {
    const CASES: usize = 40;
    let desk = desk(log, CASES).await;
    let change = || Succession::new(&desk.site.offices, office(OLD), office(NEW), Which::All).expect("possible");
    let quietly: Progress = Arc::new(|_, _| ());
    let cases = change().cases(desk.store.as_ref()).await.expect("cases");
    assert_eq!(cases.len(), CASES);
    let foreseen = change().foresee(&desk.site.recorder, &cases, &quietly).await.expect("a count");
    // It breaks off half-way.
    let first = change().transfer_all(&desk.site.recorder, &cases[..CASES / 2], None, &quietly).await.expect("a count");
    // Two processes go on, each from the list of before.
    let other = log.again().await;
    let wall = Arc::clone(&desk.site.clock);
    let theirs = Recorder::new(Arc::clone(&other.store) as _, book(), wall);
    let (one, two) = (change(), change());
    let (here, there) = tokio::join!(
        one.transfer_all(&desk.site.recorder, &cases, None, &quietly),
        two.transfer_all(&theirs, &cases, None, &quietly)
    );
    let (here, there) = (here.expect("a count"), there.expect("a count"));
    assert_eq!(first.cases + here.cases + there.cases, CASES as u64);
    assert_eq!(here.refused + there.refused + here.damaged + there.damaged, 0);
    let [transfers, withdrawn, raised] = told(desk.store.as_ref(), CASES).await;
    assert_eq!(transfers, CASES);
    assert_eq!([withdrawn as u64, raised as u64], [foreseen.withdrawn, foreseen.raised], "as it was foreseen");
    assert_eq!((have(&desk, OLD).await, have(&desk, NEW).await), (0, CASES));
    assert!(change().cases(desk.store.as_ref()).await.expect("cases").is_empty());
}
