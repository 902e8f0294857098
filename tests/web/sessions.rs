//! Sessions: how they begin, move on and end; roles and offices of a person; and what an operator does to others.

use axum::http::Method;
use engine::rulebook::Language;
use projections::rights::Role;
use store::people::Membership;
use tests::made::office;
use web::people::{Factor, join, leave};

use crate::desk::{Desk, NOTHING, Visitor};
use crate::log::{Log, on_each_log};
use crate::people::{GOOD, Typed, entered, newcomer};
use crate::shown::Shown;

on_each_log!(
    a_login_begins_a_session_of_its_own_and_a_logout_ends_it_alone,
    a_session_ends_after_half_an_hour_of_silence_and_after_ten_hours_of_work,
    a_change_of_password_ends_every_session_but_the_new_one,
    somebody_with_several_roles_chooses_one_and_changes_it_in_a_new_session,
    a_role_counts_from_its_first_to_its_last_instant,
    an_operator_resets_disables_and_ends_with_effect_at_once,
    an_operator_adds_people_and_tokens_and_is_told_what_is_wrong,
    no_page_of_an_operator_shows_a_case,
);

/// Somebody with a password and a list of codes, who has not logged in yet.
struct Known {
    login: &'static str,
    codes: Vec<String>,
}

impl Known {
    async fn new(desk: &Desk, login: &'static str) -> Self {
        let (_, handed) = newcomer(desk, login, Factor::Paper).await;
        let mut codes = handed.codes;
        let first = Typed::of(login, &handed.password, &codes.pop().expect("a code")).at(desk).await;
        let first = entered(desk, &first).await;
        desk.submit(&first, "/begin", &[("new", GOOD), ("again", GOOD)]).await.is_status(303);
        Self { login, codes }
    }

    async fn enter(&mut self, desk: &Desk) -> Shown {
        Typed::of(self.login, GOOD, &self.codes.pop().expect("a code")).at(desk).await
    }

    async fn entered(&mut self, desk: &Desk) -> Visitor {
        entered(desk, &self.enter(desk).await).await
    }
}

fn of(role: Role, code: Option<&str>) -> Membership {
    Membership { office: code.map(office), role, from: None, until: None }
}

async fn counts(desk: &Desk, who: &Visitor) -> bool {
    desk.get(who, "/me").await.status.as_u16() == 200
}

async fn a_login_begins_a_session_of_its_own_and_a_logout_ends_it_alone(log: &Log) {
    let desk = Desk::new(log);
    let mut keo = Known::new(&desk, "keo").await;
    let (one, other) = (keo.entered(&desk).await, keo.entered(&desk).await);
    assert_ne!(one.secret, other.secret);
    // The secret that somebody had before, chosen by whomever, is not taken on.
    let entered = keo.enter(&desk).await;
    let cookies: Vec<&str> =
        entered.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().expect("text")).collect();
    let own = cookies.iter().find(|cookie| cookie.starts_with("kamnot=")).expect("a session");
    for part in ["Path=/", "HttpOnly", "SameSite=Lax"] {
        assert!(own.split("; ").any(|found| found == part), "{own}");
    }
    assert!(!own.contains("Max-Age") && !own.contains("Domain"), "it ends with the browser: {own}");
    let left = desk.submit(&one, "/logout", &[]).await;
    assert_eq!((left.leads_to(), left.cookie("kamnot")), (Some("/login"), Some("")));
    assert_eq!((counts(&desk, &one).await, counts(&desk, &other).await), (false, true));
    desk.get(&one, "/login").await.says(&["Your session has ended."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_tls_the_cookies_are_bound_to_the_host_and_the_plain_one_counts_for_nothing() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::with(log, |site| site.reached.tls = true);
    let who = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    assert!(!counts(&desk, &who).await);
    let cookie = format!("__Host-kamnot={}", who.secret);
    let shown = desk.ask(Method::GET, "/me", &[("cookie", &cookie)], NOTHING).await;
    assert_eq!(shown.is_status(200).header("strict-transport-security"), "max-age=31536000");
    let form = crate::desk::form(&[("csrf", who.form.as_deref().expect("a token"))]);
    let ask = async |origin: &str| {
        let headers =
            [("cookie", cookie.as_str()), ("host", "kamnot.test"), ("origin", origin), crate::desk::FROM_HERE[2]];
        desk.ask(Method::POST, "/logout", &headers, form.clone()).await
    };
    ask("http://kamnot.test").await.is_status(403);
    let left = ask("https://kamnot.test").await;
    let set = left.is_status(303).header("set-cookie");
    assert!(set.starts_with("__Host-kamnot=; ") && set.contains("; Secure") && set.contains("Path=/"), "{set}");
}

async fn a_session_ends_after_half_an_hour_of_silence_and_after_ten_hours_of_work(log: &Log) {
    let desk = Desk::new(log);
    let mut keo = Known::new(&desk, "keo").await;
    let idle = keo.entered(&desk).await;
    desk.clock.jump(30 * 60);
    assert!(counts(&desk, &idle).await);
    desk.clock.jump(30 * 60 + 1);
    assert!(!counts(&desk, &idle).await);
    assert!(!counts(&desk, &idle).await, "asking does not revive it");
    let busy = keo.entered(&desk).await;
    for _ in 0..24 {
        desk.clock.jump(25 * 60);
        assert!(counts(&desk, &busy).await);
    }
    desk.clock.jump(60);
    assert!(!counts(&desk, &busy).await);
    // The next login clears what is over away.
    keo.entered(&desk).await;
    assert_eq!(desk.store.sessions().await.expect("sessions").len(), 1);
}

async fn a_change_of_password_ends_every_session_but_the_new_one(log: &Log) {
    let desk = Desk::new(log);
    let mut keo = Known::new(&desk, "keo").await;
    let (one, other) = (keo.entered(&desk).await, keo.entered(&desk).await);
    let new = "lantern bridge forty spoons";
    let set = async |old: &str, new: &str, again: &str| {
        desk.submit(&one, "/me/password", &[("old", old), ("new", new), ("again", again)]).await
    };
    set("wrong", new, new).await.is_status(422).says(&["Error: ", "The present password is wrong."]);
    set(GOOD, new, GOOD).await.is_status(422).says(&["The two passwords differ."]);
    assert!(counts(&desk, &other).await);
    // Whoever guesses at the name from outside does not keep its person from this.
    for _ in 0..20 {
        Typed::of("keo", "guess", "").at(&desk).await;
    }
    let answer = set(GOOD, new, new).await;
    let next = entered(&desk, &answer).await;
    assert_eq!(
        [counts(&desk, &one).await, counts(&desk, &other).await, counts(&desk, &next).await],
        [false, false, true]
    );
    desk.clock.jump(61);
    keo.enter(&desk).await.is_status(403);
    // Whoever sits at a screen that was left open cannot guess the password there.
    let mut statuses = Vec::new();
    for _ in 0..10 {
        let shown = desk.submit(&next, "/me/password", &[("old", "guess"), ("new", GOOD), ("again", GOOD)]).await;
        statuses.push(shown.words().contains("Seconds to wait"));
    }
    assert_eq!(statuses, [vec![false; 5], vec![true; 5]].concat());
}

async fn somebody_with_several_roles_chooses_one_and_changes_it_in_a_new_session(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let mut keo = Known::new(&desk, "keo").await;
    let id = keo.entered(&desk).await.id;
    let now = desk.site.now();
    let offices = &desk.site.offices;
    let add = async |membership| join(&*desk.store, offices, id, membership).await;
    add(of(Role::Prosecutor, Some("psl-prosecutor"))).await.expect("a second office");
    add(Membership { from: Some(now.plus(3600)), ..of(Role::Lawyer, Some("vte-legal-aid")) }).await.expect("later");
    assert!(add(of(Role::Operator, None)).await.is_err(), "an operator has no other role");
    let shown = keo.enter(&desk).await;
    assert_eq!(shown.leads_to(), Some("/as"));
    let clerk = entered(&desk, &shown).await;
    let page = desk.get(&clerk, "/as?next=/docket").await;
    page.says(&["Registry clerk", "Prosecutor"]).does_not_say(&["Legal aid lawyer"]);
    assert_eq!(page.hidden("next"), Some("/docket"));
    desk.get(&clerk, "/docket").await.says(&["Juvenile Court, Vientiane Capital", "A-1"]);
    let shown = desk.submit(&clerk, "/as", &[("as", "1"), ("next", "/docket")]).await;
    assert_eq!(shown.leads_to(), Some("/docket"));
    let prosecutor = entered(&desk, &shown).await;
    assert!(!counts(&desk, &clerk).await);
    desk.get(&prosecutor, "/docket").await.does_not_say(&["A-1"]);
    assert_eq!(desk.get(&prosecutor, "/cases/A-1").await.status.as_u16(), 404, "rights of the chosen office alone");
    // Nobody chooses a role that is not held yet, or none of the person's.
    for chosen in ["2", "9", "-1", "x", ""] {
        assert_eq!(desk.submit(&prosecutor, "/as", &[("as", chosen)]).await.leads_to(), Some("/as"), "{chosen}");
    }
    // A link does not lead elsewhere.
    let shown = desk.submit(&prosecutor, "/as", &[("as", "0"), ("next", "//evil.example/")]).await;
    assert_eq!(shown.leads_to(), Some("/"));
}

async fn a_role_counts_from_its_first_to_its_last_instant(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let mut keo = Known::new(&desk, "keo").await;
    let id = keo.entered(&desk).await.id;
    let clerk = of(Role::Clerk, Some("vte-juvenile-court"));
    leave(&*desk.store, id, &clerk, desk.site.now()).await.expect("ended");
    let until = desk.site.now().plus(7200);
    let from = desk.site.now().plus(3600);
    join(&*desk.store, &desk.site.offices, id, Membership { from: Some(from), until: Some(until), ..clerk })
        .await
        .expect("again");
    let shown = keo.enter(&desk).await;
    shown.is_status(403).says(&["You have no role at present. Ask the operator."]);
    desk.clock.set(from.plus(-1));
    keo.enter(&desk).await.is_status(403);
    desk.clock.jump(1);
    let early = keo.entered(&desk).await;
    assert!(counts(&desk, &early).await);
    desk.clock.set(until);
    let late = keo.entered(&desk).await;
    assert!(counts(&desk, &late).await);
    desk.clock.jump(1);
    assert!(!counts(&desk, &late).await);
    keo.enter(&desk).await.is_status(403);
}

async fn an_operator_resets_disables_and_ends_with_effect_at_once(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let operator = desk.login(Role::Operator, None, Language::En).await;
    let mut keo = Known::new(&desk, "keo").await;
    let who = keo.entered(&desk).await;
    let act = async |act: &str, fields: &[(&str, &str)]| {
        desk.submit(&operator, &format!("/people/{}/{act}", who.id), fields).await
    };
    // One session alone.
    let (one, other) = (keo.entered(&desk).await, keo.entered(&desk).await);
    let key = desk.session(&one.secret).await.expect("a session").key;
    let hex = key.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let list = desk.get(&operator, "/sessions").await;
    assert!(list.text.contains(&hex) && !list.text.contains(&one.secret));
    desk.submit(&operator, "/sessions/end", &[("key", &hex)]).await.is_status(303);
    assert_eq!((counts(&desk, &one).await, counts(&desk, &other).await), (false, true));
    // All of them.
    act("disable", &[]).await.is_status(303);
    assert!(!counts(&desk, &other).await);
    keo.enter(&desk).await.is_status(403).says(&["The name, the password or the code is wrong"]);
    assert_eq!(desk.get(&other, "/docket").await.leads_to(), Some("/login?next=/docket"));
    act("enable", &[]).await.is_status(303);
    let again = keo.entered(&desk).await;
    // A reset gives a new first password and list, and the old ones count no more.
    let page = desk.get(&operator, &format!("/people/{}", who.id)).await;
    let version = page.hidden("version").expect("a version");
    let shown = act("reset", &[("factor", "paper"), ("version", version)]).await;
    shown.is_status(200).says(&["keo"]);
    // Sent twice, it is done once: what was handed over still counts.
    let twice = act("reset", &[("factor", "paper"), ("version", version)]).await;
    twice.is_status(422).says(&["Something of this person was changed since the page was shown"]);
    act("reset", &[("factor", "paper")]).await.is_status(422);
    assert!(!counts(&desk, &again).await);
    keo.enter(&desk).await.is_status(403);
    let first = shown.text.split_once("translate=\"no\">").expect("a password").1.split('<').next().expect("its end");
    let code = shown.text.split("<li class=\"n\">").nth(3).expect("a code").split('<').next().expect("its end");
    let new = entered(&desk, &Typed::of("keo", first, code).at(&desk).await).await;
    assert_eq!(desk.get(&new, "/docket").await.leads_to(), Some("/begin"));
    // The end of a role ends what was begun in it.
    let begun = entered(&desk, &desk.submit(&new, "/begin", &[("new", GOOD), ("again", GOOD)]).await).await;
    assert_eq!(desk.get(&begun, "/cases/A-1").await.status.as_u16(), 200);
    act("leave", &[("which", "0")]).await.is_status(303);
    assert_eq!(desk.get(&begun, "/cases/A-1").await.leads_to(), Some("/login?next=/cases/A-1"));
    // Nobody locks the operators out by mistake, and nobody is deleted.
    for act in ["disable", "leave", "reset"] {
        desk.submit(&operator, &format!("/people/{}/{act}", operator.id), &[]).await.is_status(422);
    }
    desk.submit(&operator, &format!("/people/{}/delete", who.id), &[]).await.is_status(404);
    assert!(desk.store.person(who.id).await.expect("a person").is_some());
}

async fn an_operator_adds_people_and_tokens_and_is_told_what_is_wrong(log: &Log) {
    let desk = Desk::new(log);
    let operator = desk.login(Role::Operator, None, Language::En).await;
    let add = async |more: &[(&str, &str)]| {
        let role = [("role", "clerk"), ("office", "vte-juvenile-court"), ("language", "en")];
        let fields = [&[("login", "Keo.S"), ("name", "Keo Sisouk")], &role[..], more].concat();
        desk.submit(&operator, "/people", &fields).await
    };
    for (wrong, field) in [
        (("login", "keo sisouk"), "#login"),
        (("login", "ແກ້ວ"), "#login"),
        (("name", " "), "#name"),
        (("name", &"k".repeat(101)), "#name"),
        (("role", "king"), "#role"),
        (("role", "prosecutor"), "#office"),
        (("role", "operator"), "#office"),
        (("office", "nowhere"), "#office"),
        (("from", "yesterday"), "#from"),
        (("from", "31/2/2026"), "#from"),
    ] {
        let shown = add(&[wrong]).await;
        shown.is_status(422).says(&["Error: "]);
        assert_eq!(
            shown.links("").iter().filter(|link| link.starts_with('#') && *link != "#main").collect::<Vec<_>>(),
            [field],
            "{wrong:?}"
        );
    }
    let shown = add(&[("from", "4/3/2026"), ("until", "2026-12-31")]).await;
    shown.is_status(200).says(&["Keo Sisouk (keo.s)"]);
    add(&[]).await.is_status(422).says(&["Error: "]);
    let fields = [("name", "case register"), ("role", "clerk"), ("office", "vte-juvenile-court")];
    let id = desk.get(&operator, "/tokens").await.hidden("id").expect("an id").to_owned();
    let fields = [&[("id", id.as_str())], &fields[..]].concat();
    let shown = desk.submit(&operator, "/tokens", &fields).await;
    let secret = shown.text.split("kamnot_").nth(1).expect("a secret").split('<').next().expect("its end");
    let token = Visitor { form: None, ..operator.with_secret(format!("kamnot_{secret}")) };
    desk.get(&token, "/api/v1/docket").await.is(200);
    desk.get(&operator, "/tokens").await.says(&["case register"]).does_not_say(&[secret]);
    desk.submit(&operator, "/tokens", &[("name", "x"), ("role", "operator")]).await.is_status(422);
}

async fn no_page_of_an_operator_shows_a_case(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let supervisor = desk.login(Role::Supervisor, Some("vte-juvenile-court"), Language::En).await;
    let look = [("reference", "A-1"), ("code", "complaint"), ("reason", "a letter of Somsak")];
    desk.submit(&supervisor, "/look", &look).await.is_status(303);
    desk.get(&supervisor, "/cases/A-1").await.is_status(200);
    let operator = desk.login(Role::Operator, None, Language::En).await;
    desk.ask_the_store().await;
    let person = format!("/people/{}", supervisor.id);
    for path in
        ["/health", "/people", &person, "/tokens", "/mail", "/sessions", "/looks", "/law", "/law/custody-48h", "/me"]
    {
        let shown = desk.get(&operator, path).await;
        shown.is_status(200).does_not_say(&["A-1", "Somsak", "2010", "complaint"]);
        assert_eq!(shown.cases(), Vec::<String>::new());
    }
}
