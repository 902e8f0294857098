//! Two servers on one log, as two processes of `serve --web`: what one of them does counts at the other.

use std::time::Duration;

use engine::rulebook::Language;
use projections::rights::Role;
use tests::lines::custody;
use tests::made::office;
use web::credentials::totp;

use crate::desk::{Desk, Visitor};
use crate::log::{Log, on_each_log};
use crate::papers::{check, with_legal_aid};
use crate::people::{GOOD, Typed, with_phone};

on_each_log!(
    a_login_at_one_is_honoured_at_the_other_and_its_end_ends_it_at_both,
    a_code_that_let_in_at_one_is_refused_at_the_other,
    an_action_recorded_at_one_is_on_the_pages_of_the_other,
    a_docket_that_was_read_before_an_action_was_noticed_has_it_once_it_is,
    a_right_that_ended_ends_at_both,
);

/// Two servers, each with the log opened by itself.
async fn two(log: &Log) -> [Desk; 2] {
    [Desk::new(log), Desk::new(&log.again().await)]
}

/// The statuses of a path at both.
async fn statuses(servers: &[Desk; 2], who: &Visitor, path: &str) -> [u16; 2] {
    let [one, other] = servers;
    [one.get(who, path).await.status.as_u16(), other.get(who, path).await.status.as_u16()]
}

async fn a_login_at_one_is_honoured_at_the_other_and_its_end_ends_it_at_both(log: &Log) {
    let servers = two(log).await;
    let [one, other] = &servers;
    let operator = other.login(Role::Operator, None, Language::En).await;
    let keo = with_phone(one, "keo").await.who;
    assert_eq!(statuses(&servers, &keo, "/docket").await, [200, 200]);
    // A form of the one's page is taken by the other.
    other.submit(&keo, "/me/language", &[("language", "lo")]).await.is_status(303);
    one.get(&keo, "/docket").await.says(&["ສານ"]);
    let key = one.session(&keo.secret).await.expect("a session").key;
    let hex = key.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    other.submit(&operator, "/sessions/end", &[("key", &hex)]).await.is_status(303);
    assert_eq!(statuses(&servers, &keo, "/docket").await, [303, 303]);
}

async fn a_code_that_let_in_at_one_is_refused_at_the_other(log: &Log) {
    let servers = two(log).await;
    let [one, other] = &servers;
    let keo = with_phone(one, "keo").await;
    for server in &servers {
        server.clock.jump(60);
    }
    let code = totp::code(&keo.secret, one.site.now());
    let typed = Typed::of("keo", GOOD, &code);
    typed.at(one).await.is_status(303);
    typed.at(other).await.is_status(403);
    typed.at(one).await.is_status(403);
    for server in &servers {
        server.clock.jump(30);
    }
    let code = totp::code(&keo.secret, one.site.now());
    Typed::of("keo", GOOD, &code).at(other).await.is_status(303);
}

/// Waits until a server has noticed what the other one wrote since its change counter was this.
async fn noticed(server: &Desk, counter: i64) {
    let all = async {
        while server.store.change_counter().await.expect("a counter") == counter {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(2), all).await.expect("it is noticed within a moment");
}

async fn an_action_recorded_at_one_is_on_the_pages_of_the_other(log: &Log) {
    let servers = two(log).await;
    let [one, other] = &servers;
    let clerk = one.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    let token = one.token("vte-investigation", Role::Investigator).await;
    let counter = async || other.store.change_counter().await.expect("a counter");
    let before = counter().await;
    one.hold(&[with_legal_aid("A-1")]).await;
    noticed(other, before).await;
    other.get(&clerk, "/docket").await.says(&["A-1"]).does_not_say(&["Held past a limit"]);
    other.get(&clerk, "/cases/A-1").await.is_status(200).does_not_say(&["Medical check"]);
    let tag = other.get(&token, "/api/v1/cases/A-1").await.header("etag").to_owned();
    let before = counter().await;
    one.hold(&[custody("A-1")]).await;
    noticed(other, before).await;
    other.get(&clerk, "/docket").await.says(&["Held past a limit"]);
    other.get(&clerk, "/cases/A-1").await.says(&["Custody"]);
    // A form that was filled in on what it showed before is refused, noticed or not.
    one.post(&token, &check("A-1", "vte-investigation")).await.is(200);
    // Another one: the same is known to whoever has noticed it.
    let later = check("A-1", "vte-investigation").replace("T10:00:00", "T11:00:00");
    let stale = other.post_with(&token, &[("if-match", &tag)], later).await;
    stale.is_status(412);
    // And both go on from each other's actions.
    let before = one.store.change_counter().await.expect("a counter");
    other.hold(&[with_legal_aid("B-1")]).await;
    noticed(one, before).await;
    one.get(&clerk, "/docket").await.says(&["A-1", "B-1"]);
}

async fn a_docket_that_was_read_before_an_action_was_noticed_has_it_once_it_is(log: &Log) {
    let servers = two(log).await;
    let [one, other] = &servers;
    let clerk = one.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    for nth in 0..5 {
        let case = format!("A-{nth}");
        if nth > 0 {
            other.get(&clerk, "/docket").await.does_not_say(&[case.as_str()]);
        }
        let before = other.store.change_counter().await.expect("a counter");
        one.hold(&[with_legal_aid(&case)]).await;
        noticed(other, before).await;
        // It knows the case now, and reads further in the log than it has noticed.
        other.get(&clerk, &format!("/cases/{case}")).await.is_status(200);
        let before = other.store.change_counter().await.expect("a counter");
        one.hold(&[custody(&case)]).await;
        other.get(&clerk, "/docket").await.says(&[case.as_str()]);
        noticed(other, before).await;
        other.get(&clerk, "/docket?child=held").await.says(&[case.as_str()]);
    }
}

async fn a_right_that_ended_ends_at_both(log: &Log) {
    let servers = two(log).await;
    let [one, other] = &servers;
    one.hold(&[with_legal_aid("A-1")]).await;
    let court = "vte-juvenile-court";
    let [keo, noy] = [one.login(Role::Clerk, Some(court), Language::En).await, with_phone(other, "noy").await.who];
    let supervisor = one.login(Role::Supervisor, Some(court), Language::En).await;
    let token = one.token("vte-prosecutor", Role::Prosecutor).await;
    let look = [("reference", "A-1"), ("code", "complaint"), ("reason", "a letter")];
    one.submit(&supervisor, "/look", &look).await.is_status(303);
    for who in [&keo, &noy, &supervisor] {
        assert_eq!(statuses(&servers, who, "/cases/A-1").await, [200, 200]);
    }
    assert_eq!(statuses(&servers, &token, "/api/v1/cases/A-1").await, [200, 200]);
    // A role, a person, a token, and hours.
    let role = one.person(&keo).await.memberships.remove(0);
    assert_eq!(role.office, Some(office(court)));
    web::people::leave(&*other.store, keo.id, &role, other.site.now()).await.expect("ended");
    web::people::disable(&*other.store, noy.id, other.site.now()).await.expect("disabled");
    web::people::revoke(&*other.store, token.id, other.site.now()).await.expect("revoked");
    for who in [&keo, &noy] {
        assert_eq!(statuses(&servers, who, "/cases/A-1").await, [303, 303]);
    }
    // A token that a server has just seen counts there for a second more.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(statuses(&servers, &token, "/api/v1/cases/A-1").await, [401, 401]);
    for server in &servers {
        server.clock.jump(8 * 3600 + 1);
        let supervisor = server.login_again(&supervisor).await;
        assert_eq!(server.get(&supervisor, "/cases/A-1").await.status.as_u16(), 404);
    }
}
