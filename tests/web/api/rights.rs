//! Who gets what: every route of the API, every role, every relation to the case. All is refused but what is right.

use std::collections::BTreeSet;

use axum::http::Method;
use projections::rights::Role;
use store::people::{PeopleStore as _, Sessions};
use tests::lines::action;
use web::routes::ROUTES;

use super::desk::{Answer, Desk, NOTHING, check};

/// How the caller's office is related to the case that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Own,
    Former,
    Granted,
    Foreign,
    Missing,
}

use Relation::{Foreign, Former, Granted, Missing, Own};
use Role::{Clerk, Investigator, Lawyer, Operator, Prosecutor, Supervisor};

const RELATIONS: [Relation; 5] = [Own, Former, Granted, Foreign, Missing];
const WORKING: &[Role] = &[Clerk, Prosecutor, Investigator, Lawyer];

/// Who gets an answer, written out: a route, the roles, and for a route of a case the relations.
struct Row {
    path: &'static str,
    roles: &'static [Role],
    relations: &'static [Relation],
}

const NO_CASE: &[Relation] = &[];
const SEEING: &[Relation] = &[Own, Former];

/// Everything that is allowed. A supervisor's look is [`OF_SUPERVISORS`].
const TABLE: &[Row] = &[
    Row { path: "/api/v1/actions", roles: WORKING, relations: NO_CASE },
    Row { path: "/api/v1/docket", roles: WORKING, relations: NO_CASE },
    Row { path: "/api/v1/figures", roles: &[Clerk, Prosecutor, Investigator, Lawyer, Supervisor], relations: NO_CASE },
    Row { path: "/api/v1/alerts", roles: WORKING, relations: NO_CASE },
    Row { path: "/api/v1/cases/{case}", roles: WORKING, relations: SEEING },
    Row { path: "/api/v1/cases/{case}/timeline", roles: WORKING, relations: SEEING },
    Row { path: "/api/v1/cases/{case}/assessment", roles: WORKING, relations: SEEING },
    Row { path: "/api/v1/cases/{case}/explanations", roles: WORKING, relations: SEEING },
    Row { path: "/api/v1/cases/{case}/alerts", roles: WORKING, relations: SEEING },
    Row { path: "/api/v1/cases/{case}/looks", roles: WORKING, relations: &[Own] },
    Row { path: "/api/v1/looks", roles: &Role::ALL, relations: NO_CASE },
    Row { path: "/api/v1/rules", roles: &Role::ALL, relations: NO_CASE },
    Row { path: "/api/v1/rules/{rule}", roles: &Role::ALL, relations: NO_CASE },
    Row { path: "/api/v1/offices", roles: &Role::ALL, relations: NO_CASE },
    Row { path: "/api/v1/openapi.json", roles: &Role::ALL, relations: NO_CASE },
];

/// What a supervisor sees of a case with a reason that still holds.
const OF_SUPERVISORS: [&str; 6] = [
    "/api/v1/cases/{case}",
    "/api/v1/cases/{case}/timeline",
    "/api/v1/cases/{case}/assessment",
    "/api/v1/cases/{case}/explanations",
    "/api/v1/cases/{case}/alerts",
    "/api/v1/cases/{case}/looks",
];

fn is_right(row: &Row, role: Role, relation: Relation) -> bool {
    if row.relations.is_empty() {
        return row.roles.contains(&role);
    }
    let by_reason = role == Supervisor && relation == Granted && OF_SUPERVISORS.contains(&row.path);
    by_reason || (row.roles.contains(&role) && row.relations.contains(&relation))
}

/// The office of a role that has the cases, and one that has none of them.
const fn offices(role: Role) -> [Option<&'static str>; 2] {
    match role {
        Clerk | Supervisor => [Some("vte-juvenile-court"), Some("psl-juvenile-court")],
        Prosecutor => [Some("vte-prosecutor"), Some("psl-prosecutor")],
        Investigator => [Some("vte-investigation"), Some("psl-investigation")],
        Lawyer => [Some("vte-legal-aid"), Some("psl-legal-aid")],
        Operator => [None, None],
    }
}

/// The case that stands in a relation to the offices of Vientiane: `OWN`, and `GIVEN`, which they handed on.
const fn case(relation: Relation) -> &'static str {
    match relation {
        Own | Granted => "OWN",
        Former => "GIVEN",
        Foreign => "FOREIGN",
        Missing => "MISSING",
    }
}

async fn world() -> Desk {
    let desk = Desk::new();
    let elsewhere = |line: String| line.replace("vte-", "psl-");
    desk.hold(&[super::desk::opening("OWN")]).await;
    desk.hold(&[elsewhere(super::desk::opening("FOREIGN"))]).await;
    let all = r#","court":"lnt-juvenile-court","prosecutor":"lnt-prosecutor","investigator":"lnt-investigation","legal_aid":"lnt-legal-aid""#;
    let transfer = action("GIVEN", "case_transferred", "2026-03-02T08:00:00+07:00", all);
    desk.hold(&[super::desk::opening("GIVEN"), transfer]).await;
    desk
}

/// What a caller gets at a route.
async fn ask(desk: &Desk, (secret, form): &(String, String), path: &str) -> Answer {
    if path != "/api/v1/actions" {
        return desk.get_by_session(secret, path).await;
    }
    let cookie = format!("kamnot={secret}");
    let headers = [("cookie", cookie.as_str()), ("x-csrf-token", form), ("content-type", "application/json")];
    desk.ask(Method::POST, path, &headers, check("MISSING", "vte-investigation")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_role_and_relation_is_refused_but_what_is_right() {
    let routes: BTreeSet<&str> =
        ROUTES.iter().map(|route| route.path).filter(|path| path.starts_with("/api/")).collect();
    assert_eq!(TABLE.iter().map(|row| row.path).collect::<BTreeSet<_>>(), routes, "a route without a row");
    let desk = world().await;
    for role in Role::ALL {
        let [own, _] = offices(role);
        let caller = desk.session(own, role).await;
        let id = desk.store.sessions().await.unwrap()[0].person;
        for relation in RELATIONS {
            if relation == Granted {
                let person = desk.store.sessions().await.unwrap().into_iter().find(|session| session.role == role);
                desk.grant(person.map_or(id, |session| session.person), own.unwrap_or("vte-juvenile-court"), "OWN")
                    .await;
            }
            // With a reason of one's own for a case, a person of another role sees no more than without.
            let relation = if relation == Granted && role != Supervisor { Own } else { relation };
            // A supervisor's own office has the case, and that alone is no reason. Nobody has one yet.
            for row in TABLE {
                let path = row.path.replace("{case}", case(relation)).replace("{rule}", "custody-48h");
                let answer = ask(&desk, &caller, &path).await;
                let expected = if is_right(row, role, relation) { 200 } else { 404 };
                assert_eq!(answer.status.as_u16(), expected, "{role:?} {relation:?} {path}: {}", answer.text);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_case_and_a_missing_one_look_alike() {
    let desk = world().await;
    for role in Role::ALL {
        let caller = desk.session(offices(role)[0], role).await;
        for row in TABLE.iter().filter(|row| !row.relations.is_empty()) {
            let of = async |relation| ask(&desk, &caller, &row.path.replace("{case}", case(relation))).await;
            let (foreign, missing) = (of(Foreign).await, of(Missing).await);
            let strange = ask(&desk, &caller, &row.path.replace("{case}", "..%2F%00")).await;
            for answer in [&missing, &strange] {
                assert_eq!((answer.status, &answer.text), (foreign.status, &foreign.text), "{role:?} {}", row.path);
                assert_eq!(answer.headers, foreign.headers);
            }
        }
    }
    let token = desk.token("vte-investigation", Investigator).await;
    let reply = async |case: &str| desk.post(&token, &check(case, "vte-investigation")).await.text.replace(case, "");
    assert_eq!(reply("FOREIGN").await.split("\"id\"").next(), reply("MISSING").await.split("\"id\"").next());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_gets_what_its_role_gets_and_no_office_another_ones_case() {
    let desk = world().await;
    for role in [Clerk, Prosecutor, Investigator, Lawyer] {
        let [own, other] = offices(role);
        let (own, other) = (desk.token(own.unwrap(), role).await, desk.token(other.unwrap(), role).await);
        let status =
            async |token: &str, case: &str| desk.get(token, &format!("/api/v1/cases/{case}")).await.status.as_u16();
        assert_eq!(
            [status(&own, "OWN").await, status(&own, "FOREIGN").await, status(&own, "GIVEN").await],
            [200, 404, 200]
        );
        assert_eq!([status(&other, "OWN").await, status(&other, "FOREIGN").await], [404, 200]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_and_who_no_longer_counts_gets_nothing() {
    let desk = world().await;
    let paths: Vec<String> = TABLE
        .iter()
        .filter(|row| !row.path.ends_with("openapi.json") && !row.path.ends_with("actions"))
        .map(|row| row.path.replace("{case}", "OWN").replace("{rule}", "custody-48h"))
        .collect();
    let revoked = desk.token("vte-prosecutor", Prosecutor).await;
    let id = desk.store.tokens().await.unwrap()[0].id;
    assert_eq!(desk.get(&revoked, "/api/v1/cases/OWN").await.status.as_u16(), 200);
    web::people::revoke(&*desk.store, id, desk.site.now()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let expired = desk.token("vte-prosecutor", Prosecutor).await;
    let mut token = desk.store.tokens().await.unwrap().into_iter().find(|token| token.revoked.is_none()).unwrap();
    token.until = Some(desk.site.now().plus(-1));
    desk.store.put_token(&token).await.unwrap();
    let ended = desk.session(Some("vte-prosecutor"), Prosecutor).await.0;
    desk.store.end_sessions(Sessions::All).await.unwrap();
    let (idle, _) = desk.session(Some("vte-prosecutor"), Prosecutor).await;
    let forged = format!("{expired}x");
    for path in &paths {
        for token in [&revoked, &expired, &forged, ""] {
            desk.get(token, path).await.is_problem(401, "not_logged_in");
        }
        desk.get_by_session(&ended, path).await.is_problem(401, "not_logged_in");
        desk.ask(Method::GET, path, &[("accept-language", "en")], NOTHING).await.is_problem(401, "not_logged_in");
        // Credentials of another kind count for nothing, a good cookie beside them or not.
        let cookie = format!("kamnot={idle}");
        let headers = [("authorization", "Basic a2FtOmthbQ=="), ("cookie", cookie.as_str()), ("accept-language", "en")];
        desk.ask(Method::GET, path, &headers, NOTHING).await.is_problem(401, "not_logged_in");
    }
    assert_eq!(desk.get_by_session(&idle, &paths[0]).await.status.as_u16(), 200);
    desk.clock.jump(31 * 60);
    desk.get_by_session(&idle, &paths[0]).await.is_problem(401, "not_logged_in");
}
