//! Who gets what: every route, every role, every relation to the case, and whoever no longer counts. All is refused but
//! what the table says.

mod table;

use std::collections::BTreeSet;

use axum::http::Method;
use engine::rulebook::Language;
use projections::rights::Role;
use service::mailing::{self, Choice, Wanted};
use store::people::{Person, Sessions};
use tests::lines::action;
use tests::made::office;
use uuid::Uuid;
use web::feeds::{NewFeed, add_feed};
use web::routes::ROUTES;

use crate::desk::{Desk, FROM_HERE, NOTHING, Visitor, form};
use crate::log::{Log, on_each_log};
use crate::papers::{check, with_legal_aid};
use crate::shown::Shown;
use table::Relation::{self, Foreign, Former, Granted, Missing, Own};
use table::Right::{Anybody, OfCase, People, Roles};
use table::{Row, TABLE};

on_each_log!(
    everything_is_refused_to_people_but_what_is_right,
    everything_is_refused_to_programs_but_what_is_right,
    nobody_and_whoever_no_longer_counts_gets_nothing,
    a_token_that_is_forged_revoked_or_over_gets_nothing_nor_does_a_cookie_beside_it,
    a_foreign_case_and_a_missing_one_look_alike,
    a_form_without_the_sessions_token_or_from_another_site_changes_nothing,
);

impl Row {
    fn is_of_a_case(&self) -> bool {
        matches!(self.right, OfCase(_))
    }

    fn is_right(&self, role: Role, relation: Relation, is_program: bool) -> bool {
        let holds = |roles: &str| roles.contains(&role.word()[..1]);
        match self.right {
            Anybody => true,
            People(roles) => !is_program && holds(roles),
            Roles(roles) => holds(roles),
            OfCase([own, former, granted]) => holds(match relation {
                Own => own,
                Former => former,
                Granted => granted,
                Foreign | Missing => "",
            }),
        }
    }

    fn method_and_path(&self, world: &World, relation: Relation) -> (Method, String) {
        let (method, path) = self.route.split_once(' ').expect("a method and a path");
        let id = match path.split('/').nth(1) {
            Some("tokens") => world.token,
            Some("feeds") => world.feed,
            _ => world.person,
        };
        let path = path.replace("{case}", case(relation)).replace("{rule}", "custody-48h").replace("{article}", "62");
        let path = path.replace("{id}", &id.to_string()).replace("{act}", "enable").replace("{name}", "style.css");
        let path = path.replace("{secret}", "guess");
        let path = path.replace("{action}", "release_requested");
        (method.parse().expect("a method"), path)
    }

    /// What this route answers to somebody.
    async fn asked(&self, world: &World, who: &Visitor, relation: Relation) -> Shown {
        let (method, path) = self.method_and_path(world, relation);
        match (method == Method::POST, path.as_str()) {
            (true, "/api/v1/actions") => world.desk.post(who, &check("MISSING", "vte-investigation")).await,
            (true, "/api/v1/inbox") => {
                let item = r#"{"id":"00000000-0000-4000-8000-000000000001","case":"MISSING","key":"findings","doing":"notes"}"#;
                world.desk.send_to(who, "/api/v1/inbox", &[], item).await
            }
            (true, path) if path.ends_with("/preview") => {
                world.desk.send_to(who, path, &[], check(case(relation), "vte-investigation")).await
            }
            (true, path) if path.starts_with("/api/") => world.desk.send_to(who, path, &[], NOTHING).await,
            (true, _) => world.desk.submit(who, &path, self.fields).await,
            (false, _) => world.desk.get(who, &path).await,
        }
    }
}

/// What the table says that an answer is, in all rows of a route; the refusal where none of them is right.
fn expected(route: &str, role: Role, relation: Relation, is_program: bool) -> (u16, &'static str) {
    let mut rows = TABLE.iter().filter(|row| row.route == route);
    let of_people = TABLE.iter().any(|row| row.route == route && matches!(row.right, People(_)));
    match rows.find(|row| row.is_right(role, relation, is_program)) {
        Some(row) => row.gives,
        // A program has no settings, and is asked to log in.
        None if of_people && is_program => (303, "/login"),
        None => (404, ""),
    }
}

/// The office of a role that has the cases.
const fn office_of(role: Role) -> Option<&'static str> {
    match role {
        Role::Clerk | Role::Supervisor => Some("vte-juvenile-court"),
        Role::Prosecutor => Some("vte-prosecutor"),
        Role::Investigator => Some("vte-investigation"),
        Role::Lawyer => Some("vte-legal-aid"),
        Role::Operator => None,
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

struct World {
    desk: Desk,
    /// A person, a token and a feed that an operator changes.
    person: Uuid,
    token: Uuid,
    feed: Uuid,
}

impl World {
    async fn new(log: &Log) -> Self {
        let desk = Desk::new(log);
        let elsewhere = |line: String| line.replace("vte-", "psl-");
        desk.hold(&[with_legal_aid("OWN")]).await;
        desk.hold(&[elsewhere(with_legal_aid("FOREIGN"))]).await;
        let all = r#","court":"lnt-juvenile-court","prosecutor":"lnt-prosecutor","investigator":"lnt-investigation","legal_aid":"lnt-legal-aid""#;
        let transfer = action("GIVEN", "case_transferred", "2026-03-02T08:00:00+07:00", all);
        desk.hold(&[with_legal_aid("GIVEN"), transfer]).await;
        let other = desk.login(Role::Clerk, Some("psl-juvenile-court"), Language::En).await;
        let person =
            Person { id: Uuid::from_u128(7), version: 1, login: "other".to_owned(), ..desk.person(&other).await };
        desk.store.put_person(&person).await.expect("a person");
        let token = desk.token("psl-prosecutor", Role::Prosecutor).await.id;
        // An operator changes the address with the same id.
        let wanted = Wanted { id: person.id, ..address() };
        let added = mailing::add(&*desk.store, &desk.site.offices, &desk.site.key, wanted, desk.site.now()).await;
        added.expect("an address");
        let (id, language) = (Uuid::from_u128(9), Language::En);
        let new = NewFeed { id, name: "a feed", office: &office("psl-prosecutor"), language, maker: None };
        let (feed, _) = add_feed(&*desk.store, &desk.site.offices, new, desk.site.now()).await.expect("a feed");
        Self { desk, person: person.id, token, feed: feed.id }
    }

    async fn person(&self, role: Role) -> Visitor {
        self.desk.login(role, office_of(role), Language::En).await
    }
}

/// An address of an office.
fn address() -> Wanted<'static> {
    let choice = Choice { kinds: [].into(), digest: None };
    let (id, office, to) = (Uuid::nil(), "psl-juvenile-court", "court@psl.example");
    Wanted { id, office, login: "", to, language: Language::Lo, choice }
}

/// The status and where it leads, without what is asked for behind the login.
fn outcome(shown: &Shown) -> (u16, &str) {
    let leads = shown.leads_to().unwrap_or_default();
    (shown.status.as_u16(), if leads.starts_with("/login?next=") { "/login" } else { leads })
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let routes: BTreeSet<String> = ROUTES
        .iter()
        .map(|route| format!("{} {}", route.method, route.path.replace("{reference}", "{case}")))
        .collect();
    let rows: BTreeSet<String> = TABLE.iter().map(|row| row.route.to_owned()).collect();
    assert_eq!(rows, routes);
}

async fn everything_is_refused_to_people_but_what_is_right(log: &Log) {
    let world = World::new(log).await;
    for role in Role::ALL {
        for relation in [Own, Former, Foreign, Missing, Granted] {
            let mut who = world.person(role).await;
            // Nobody waits for the login that failed in the round before.
            world.desk.clock.jump(61);
            if relation == Granted {
                // With a reason of one's own, a person of another role sees no more than without.
                world.desk.grant(who.id, office_of(role).unwrap_or("vte-juvenile-court"), "OWN").await;
            }
            let seen = if relation == Granted && role != Role::Supervisor { Own } else { relation };
            for row in TABLE {
                let shown = row.asked(&world, &who, relation).await;
                let expected = expected(row.route, role, seen, false);
                // Whoever is logged in is led on from the login.
                let expected = if row.route == "GET /login" { (303, "/") } else { expected };
                assert_eq!(outcome(&shown), expected, "{role:?} {relation:?} {}: {}", row.route, shown.text);
                if row.route == "POST /logout" {
                    who = world.person(role).await;
                    if relation == Granted {
                        world.desk.grant(who.id, office_of(role).unwrap_or("vte-juvenile-court"), "OWN").await;
                    }
                }
            }
        }
    }
}

async fn everything_is_refused_to_programs_but_what_is_right(log: &Log) {
    let world = World::new(log).await;
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Operator) {
        let program = world.desk.token(office_of(role).expect("an office"), role).await;
        for relation in [Own, Former, Foreign, Missing] {
            world.desk.clock.jump(61);
            for row in TABLE {
                let shown = row.asked(&world, &program, relation).await;
                let expected = expected(row.route, role, relation, true);
                assert_eq!(outcome(&shown), expected, "{role:?} {relation:?} {}: {}", row.route, shown.text);
            }
        }
    }
}

/// Asserts that somebody gets nothing but what anybody gets; `leads`: where the pages lead.
async fn gets_nothing(world: &World, who: &Visitor, leads: &str, why: &str) {
    for row in TABLE.iter().filter(|row| !matches!(row.right, Anybody)) {
        if leads == "/begin" && matches!(row.right, People(_)) {
            continue;
        }
        let shown = row.asked(world, who, Own).await;
        let refused = if row.route.contains(" /api/") { (401, "") } else { (303, leads) };
        assert_eq!(outcome(&shown), refused, "{why} {}: {}", row.route, shown.text);
        assert!(!shown.text.contains("OWN"), "{why} {}", row.route);
    }
}

async fn nobody_and_whoever_no_longer_counts_gets_nothing(log: &Log) {
    let world = World::new(log).await;
    let (desk, role) = (&world.desk, Role::Prosecutor);
    let good = world.person(role).await;
    assert_eq!(desk.get(&good, "/cases/OWN").await.status.as_u16(), 200);
    for secret in ["", "x", &format!("{}x", good.secret), &good.secret[1..], &good.secret.to_lowercase()] {
        gets_nothing(&world, &good.with_secret(secret), "/login", "forged session").await;
    }
    let ended = world.person(role).await;
    desk.store.end_sessions(Sessions::Of(ended.id)).await.expect("ended");
    gets_nothing(&world, &ended, "/login", "ended session").await;
    let changed = async |change: &dyn Fn(&mut Person)| {
        let who = world.person(role).await;
        let mut person = desk.person(&who).await;
        change(&mut person);
        person.version += 1;
        desk.store.put_person(&person).await.expect("a person");
        who
    };
    let now = desk.site.now();
    let disabled = changed(&|person| person.disabled = Some(now)).await;
    gets_nothing(&world, &disabled, "/login", "disabled").await;
    let over = changed(&|person| person.memberships[0].until = Some(now.plus(-1))).await;
    gets_nothing(&world, &over, "/login", "role over").await;
    let early = changed(&|person| person.memberships[0].from = Some(now.plus(1))).await;
    gets_nothing(&world, &early, "/login", "role not begun").await;
    let new = changed(&|person| person.must_change = true).await;
    gets_nothing(&world, &new, "/begin", "first password").await;
    let without = changed(&|person| person.second = store::people::SecondFactor::None).await;
    gets_nothing(&world, &without, "/begin", "no second factor").await;
    desk.clock.jump(30 * 60 + 1);
    gets_nothing(&world, &good, "/login", "idle").await;
}

async fn a_token_that_is_forged_revoked_or_over_gets_nothing_nor_does_a_cookie_beside_it(log: &Log) {
    let world = World::new(log).await;
    let (desk, role) = (&world.desk, Role::Prosecutor);
    let revoked = desk.token("vte-prosecutor", role).await;
    let expired = desk.token("vte-prosecutor", role).await;
    for token in [&revoked, &expired] {
        assert_eq!(desk.get(token, "/api/v1/cases/OWN").await.status.as_u16(), 200);
    }
    web::people::revoke(&*desk.store, revoked.id, desk.site.now()).await.expect("revoked");
    let tokens = desk.store.tokens().await.expect("tokens");
    let mut token = tokens.into_iter().find(|token| token.id == expired.id).expect("the token");
    token.until = Some(desk.site.now().plus(-1));
    desk.store.put_token(&token).await.expect("a token");
    // A revoked token counts for a second at most.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    gets_nothing(&world, &revoked, "/login", "revoked").await;
    gets_nothing(&world, &expired, "/login", "expired").await;
    gets_nothing(&world, &expired.with_secret("kamnot_x"), "/login", "forged token").await;
    // Credentials of another kind count for nothing in the API, a good cookie beside them or not.
    let person = world.person(role).await;
    for kind in ["Basic a2FtOmthbQ==", "Bearer x", "Bearer "] {
        let answer = desk.ask_as(&person, Method::GET, "/api/v1/looks", &[("authorization", kind)], NOTHING).await;
        answer.is_problem(401, "not_logged_in");
    }
}

async fn a_foreign_case_and_a_missing_one_look_alike(log: &Log) {
    let world = World::new(log).await;
    for role in Role::ALL {
        let who = world.person(role).await;
        for row in TABLE.iter().filter(|row| row.is_of_a_case()) {
            let (foreign, missing) = (row.asked(&world, &who, Foreign).await, row.asked(&world, &who, Missing).await);
            let (_, path) = row.method_and_path(&world, Missing);
            // A body names its case too, so what is strange is asked for by GET alone.
            let is_read = row.route.starts_with("GET ");
            for strange in ["..%2F%00", "%FF", "%E0%BA%81", &"x".repeat(3_000)].into_iter().filter(|_| is_read) {
                let strange = world.desk.get(&who, &path.replace("MISSING", strange)).await;
                assert_eq!((strange.status, &strange.text), (foreign.status, &foreign.text), "{role:?} {}", row.route);
            }
            assert_eq!((missing.status, &missing.text), (foreign.status, &foreign.text), "{role:?} {}", row.route);
            assert_eq!(missing.headers, foreign.headers);
        }
    }
    let token = world.desk.token("vte-investigation", Role::Investigator).await;
    let reply =
        async |case: &str| world.desk.post(&token, &check(case, "vte-investigation")).await.text.replace(case, "");
    assert_eq!(reply("FOREIGN").await.split("\"id\"").next(), reply("MISSING").await.split("\"id\"").next());
}

async fn a_form_without_the_sessions_token_or_from_another_site_changes_nothing(log: &Log) {
    let world = World::new(log).await;
    let desk = &world.desk;
    let forms = TABLE.iter().filter(|row| row.route.starts_with("POST ") && !row.route.contains(" /api/"));
    for row in forms {
        for role in [Role::Operator, Role::Supervisor] {
            let who = world.person(role).await;
            let other = world.person(role).await;
            let (method, path) = row.method_and_path(&world, Own);
            let ask = async |headers: &[(&str, &str)], token: Option<&str>| {
                let token = token.map(|token| ("csrf", token));
                let fields: Vec<_> = row.fields.iter().copied().chain(token).collect();
                let shown = desk.ask_as(&who, method.clone(), &path, headers, form(&fields)).await;
                assert_eq!(outcome(&shown), (403, ""), "{} {headers:?} {token:?}: {}", row.route, shown.text);
                shown.says(&["This form is out of date, or it came from another site. Nothing was recorded."]);
            };
            for token in [None, Some(""), Some("x"), other.form.as_deref()] {
                ask(&FROM_HERE, token).await;
            }
            let kind = FROM_HERE[2];
            let from = |origin| [FROM_HERE[0], ("origin", origin), kind];
            for origin in ["https://evil.example", "null", "https://kamnot.test", "http://kamnot.test.evil.example"] {
                ask(&from(origin), who.form.as_deref()).await;
            }
            ask(&[FROM_HERE[0], kind], who.form.as_deref()).await;
            ask(&[FROM_HERE[0], kind, ("sec-fetch-site", "same-site")], who.form.as_deref()).await;
            assert!(desk.session(&who.secret).await.is_some(), "{} ended the session", row.route);
        }
    }
}
