//! Logging in: passwords, second factors, the first steps of a person, and whoever guesses.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::http::Method;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::rights::Role;
use store::people::Membership;
use store::transfer::transfer;
use tests::made::{nothing_told, office};
use uuid::Uuid;
use web::credentials::totp;
use web::people::{Factor, Handed, Newcomer};

use crate::desk::{Desk, FROM_HERE, Visitor, form};
use crate::log::{Log, on_each_log};
use crate::shown::Shown;

on_each_log!(
    a_newcomer_sets_a_password_and_a_phone_before_anything_else,
    a_code_of_the_phone_counts_one_step_either_way_and_once,
    of_two_processes_one_takes_a_code,
    a_recovery_code_lets_in_once_and_new_ones_replace_the_old,
    without_a_phone_a_printed_list_lets_in_code_by_code,
    people_of_a_restored_log_are_off_until_they_are_confirmed,
);

/// A password that nobody guesses.
pub const GOOD: &str = "mango river seven lamps";

/// What somebody types at the login, and from where.
#[derive(Clone, Copy)]
pub struct Typed<'a> {
    pub login: &'a str,
    pub password: &'a str,
    pub code: &'a str,
    pub from: [u8; 4],
    /// The mark of the browser.
    pub device: &'a str,
}

impl<'a> Typed<'a> {
    pub const fn of(login: &'a str, password: &'a str, code: &'a str) -> Self {
        Self { login, password, code, from: [203, 0, 113, 7], device: "" }
    }

    pub async fn at(self, desk: &Desk) -> Shown {
        let fields = form(&[("u", self.login), ("p", self.password), ("c", self.code)]);
        let cookie = format!("kamnot-device={}", self.device);
        let headers = [&FROM_HERE[..], &[("cookie", cookie.as_str()), ("accept-language", "en")]].concat();
        desk.ask_from(Some(IpAddr::from(self.from)), Method::POST, "/login", &headers, fields).await
    }
}

/// Adds somebody, a clerk of Vientiane.
pub async fn newcomer(desk: &Desk, login: &str, factor: Factor) -> (Uuid, Handed) {
    let membership =
        Membership { office: Some(office("vte-juvenile-court")), role: Role::Clerk, from: None, until: None };
    let new = Newcomer { login, name: "Keo Sisouk", language: Language::En, membership, factor };
    let added = web::people::add(&*desk.store, &desk.site.logins.hashing, &desk.site.offices, new).await;
    let (person, handed) = added.expect("a person");
    (person.id, handed)
}

/// Whoever was let in.
pub async fn entered(desk: &Desk, shown: &Shown) -> Visitor {
    let secret = shown.is_status(303).cookie("kamnot").expect("a session").to_owned();
    desk.of_session(secret, Language::En).await
}

/// A secret as an app on a phone takes it.
fn secret_of(base32: &str) -> Vec<u8> {
    let (mut bits, mut held, mut bytes) = (0_u32, 0_u32, Vec::new());
    for letter in base32.bytes().filter(|letter| *letter != b' ') {
        let value = if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
        (bits, held) = (bits << 5 | u32::from(value), held + 5);
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 255).expect("a byte"));
        }
    }
    bytes
}

/// Somebody with a password and a phone.
pub struct WithPhone {
    id: Uuid,
    pub secret: Vec<u8>,
    recovery: Vec<String>,
    pub who: Visitor,
}

/// Takes somebody through the first login.
pub async fn with_phone(desk: &Desk, login: &str) -> WithPhone {
    let (id, handed) = newcomer(desk, login, Factor::Phone).await;
    let first = entered(desk, &Typed::of(login, &handed.password, "").at(desk).await).await;
    assert_eq!(desk.get(&first, "/docket").await.leads_to(), Some("/begin"));
    desk.get(&first, "/begin").await.says(&["Choose a password of your own"]);
    for (new, again, says) in [
        ("short", "short", "fewer than 8"),
        ("password1234", "password1234", "easily guessed"),
        ("keosisouk", "keosisouk", "easily guessed"),
        (GOOD, "mango river", "differ"),
        (handed.password.as_str(), handed.password.as_str(), "is the old one"),
    ] {
        desk.submit(&first, "/begin", &[("new", new), ("again", again)]).await.is_status(422).says(&[says]);
    }
    let second = entered(desk, &desk.submit(&first, "/begin", &[("new", GOOD), ("again", GOOD)]).await).await;
    assert!(desk.session(&first.secret).await.is_none(), "the session of the first password has ended");
    assert_eq!(desk.get(&second, "/docket").await.leads_to(), Some("/begin"), "the second factor is still missing");
    let page = desk.get(&second, "/begin").await;
    let key = page.text.split_once("<p class=\"num n\" translate=\"no\">").expect("a key").1;
    let secret = secret_of(key.split_once('<').expect("its end").0);
    let sealed = page.hidden("sealed").expect("the sealed secret").to_owned();
    desk.submit(&second, "/begin", &[("sealed", &sealed), ("code", "000000")]).await.is_status(422);
    let code = totp::code(&secret, desk.site.now());
    let page = desk.submit(&second, "/begin", &[("sealed", &sealed), ("code", &code)]).await;
    page.is_status(200).says(&["Your recovery codes"]);
    let codes = page.text.split("<li class=\"n\">").skip(1).filter_map(|rest| rest.split('<').next());
    let recovery: Vec<String> = codes.map(str::to_owned).collect();
    let who = desk.of_session(page.cookie("kamnot").expect("a session").to_owned(), Language::En).await;
    assert!(desk.session(&second.secret).await.is_none());
    assert_eq!(desk.get(&who, "/docket").await.status.as_u16(), 200);
    WithPhone { id, secret, recovery, who }
}

async fn a_newcomer_sets_a_password_and_a_phone_before_anything_else(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let keo = with_phone(&desk, "keo").await;
    assert_eq!(keo.recovery.len(), 10);
    let kept = desk.person(&keo.who).await;
    let all = format!("{kept:?}");
    assert!(!all.contains(GOOD) && keo.recovery.iter().all(|code| !all.contains(code)), "only hashes are kept");
    assert_eq!(desk.get(&keo.who, "/begin").await.leads_to(), Some("/"));
    // Another browser cannot set up another phone with what it saw before.
    let again = desk.submit(&keo.who, "/begin", &[("sealed", "x"), ("code", "000000")]).await;
    assert_eq!(again.leads_to(), Some("/"));
}

async fn a_code_of_the_phone_counts_one_step_either_way_and_once(log: &Log) {
    let desk = Desk::new(log);
    let keo = with_phone(&desk, "keo").await;
    let code = |at: Instant| totp::code(&keo.secret, at);
    // Attempts that fail are far enough apart that nobody waits.
    let enter = async |at: i64| {
        desk.clock.jump(120);
        Typed::of("keo", GOOD, &code(desk.site.now().plus(at))).at(&desk).await.status.as_u16()
    };
    assert_eq!(
        [enter(-60).await, enter(60).await, enter(-30).await, enter(30).await, enter(0).await],
        [403, 403, 303, 303, 303]
    );
    // The code that set the phone up, and one that let in, count no more.
    let now = desk.site.now();
    for used in [now, now.plus(-30)] {
        let answer = Typed::of("keo", GOOD, &code(used)).at(&desk).await;
        answer.is_status(403).says(&["The name, the password or the code is wrong, or the code was used already."]);
    }
    assert_eq!(Typed::of("keo", GOOD, &code(now.plus(30))).at(&desk).await.status.as_u16(), 303);
    assert_eq!(Typed::of("keo", GOOD, "").at(&desk).await.status.as_u16(), 403);
}

async fn of_two_processes_one_takes_a_code(log: &Log) {
    let desk = Desk::new(log);
    let keo = with_phone(&desk, "keo").await;
    desk.clock.jump(60);
    let code = totp::code(&keo.secret, desk.site.now());
    let typed = Typed::of("keo", GOOD, &code);
    // As often as one name may be tried at once.
    let all = futures::future::join_all((0..5).map(|_| typed.at(&desk))).await;
    let mut statuses: Vec<u16> = all.iter().map(|shown| shown.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 403, 403, 403, 403]);
}

async fn a_recovery_code_lets_in_once_and_new_ones_replace_the_old(log: &Log) {
    let desk = Desk::new(log);
    let keo = with_phone(&desk, "keo").await;
    let enter = async |code: &str| Typed::of("KEO ", GOOD, code).at(&desk).await;
    // As somebody copies it from paper.
    let typed = keo.recovery[0].to_uppercase().replace('-', " ");
    let who = entered(&desk, &enter(&typed).await).await;
    enter(&keo.recovery[0]).await.is_status(403);
    let shown = desk.submit(&who, "/me/codes", &[("old", "wrong")]).await;
    shown.is_status(422).says(&["The present password is wrong."]);
    let shown = desk.submit(&who, "/me/codes", &[("old", GOOD)]).await;
    let new = shown.is_status(200).text.split("<li class=\"n\">").nth(1).expect("a code").split('<').next();
    enter(&keo.recovery[1]).await.is_status(403);
    enter(new.expect("a code")).await.is_status(303);
}

async fn without_a_phone_a_printed_list_lets_in_code_by_code(log: &Log) {
    let desk = Desk::new(log);
    let (_, handed) = newcomer(&desk, "noy", Factor::Paper).await;
    assert_eq!(handed.codes.len(), 40);
    let enter = async |password: &str, code: &str| Typed::of("noy", password, code).at(&desk).await;
    enter(&handed.password, "").await.is_status(403);
    let first = entered(&desk, &enter(&handed.password, &handed.codes[0]).await).await;
    let who = entered(&desk, &desk.submit(&first, "/begin", &[("new", GOOD), ("again", GOOD)]).await).await;
    assert_eq!(desk.get(&who, "/docket").await.status.as_u16(), 200, "no phone is asked for");
    enter(GOOD, &handed.codes[0]).await.is_status(403);
    enter(GOOD, &handed.codes[39]).await.is_status(303);
    // A list of somebody else is worth nothing.
    let (_, other) = newcomer(&desk, "kham", Factor::Paper).await;
    enter(GOOD, &other.codes[1]).await.is_status(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_let_in_is_told_the_same_whatever_is_wrong() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::new(log);
    let keo = with_phone(&desk, "keo").await;
    newcomer(&desk, "noy", Factor::Paper).await;
    web::people::disable(&*desk.store, newcomer(&desk, "gone", Factor::Phone).await.0, desk.site.now())
        .await
        .expect("");
    let hashes = || desk.site.logins.hashing.done();
    let mut told = Vec::new();
    for (login, password, code) in [
        ("nobody", "x", "123456"),
        ("keo", "x", "123456"),
        ("keo", GOOD, "123456"),
        ("noy", "x", "123456"),
        ("gone", "x", "123456"),
        ("keo'; DROP TABLE people; --", "x", "123456"),
        (&"k".repeat(5_000), &"p".repeat(5_000), "123456"),
    ] {
        let before = hashes();
        let shown = Typed::of(login, password, code).at(&desk).await;
        let spent = hashes() - before;
        told.push((shown.status.as_u16(), spent, shown.text.replace(login, "").replace("&#39;", "'").len() / 64));
        assert!(shown.cookie("kamnot").is_none(), "{login}");
    }
    assert!(told[..5].iter().all(|one| *one == told[0]), "status, hashes and length: {told:?}");
    assert!(told.iter().all(|(status, spent, _)| (*status, *spent) == (403, 1)), "{told:?}");
    assert!(desk.session(&keo.who.secret).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_guessed_waits_and_its_own_browser_does_not() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::new(log);
    let keo = with_phone(&desk, "keo").await;
    desk.clock.jump(60);
    let good = async |device: &str, from: [u8; 4]| {
        desk.clock.jump(30);
        let code = totp::code(&keo.secret, desk.site.now());
        Typed { from, device, ..Typed::of("keo", GOOD, &code) }.at(&desk).await
    };
    let device = good("", [203, 0, 113, 7]).await.cookie("kamnot-device").expect("a mark").to_owned();
    for _ in 0..50 {
        Typed::of("keo", "guess", "123456").at(&desk).await;
        desk.clock.jump(60);
    }
    for _ in 0..6 {
        Typed::of("keo", "guess", "123456").at(&desk).await;
    }
    let waits = Typed::of("keo", "guess", "123456").at(&desk).await;
    waits.is_status(429).says(&["This name was tried too often. Seconds to wait: 60"]);
    assert_eq!(waits.header("retry-after"), "60");
    // With the right password too, since a guesser learns nothing from the wait.
    good("", [198, 51, 100, 1]).await.is_status(429);
    good(&device, [203, 0, 113, 7]).await.is_status(303);
    // A mark that is forged, or of somebody else, is none.
    let noy = with_phone(&desk, "noy").await;
    let other = web::login::mark(&desk.site.key, noy.id);
    Typed::of("keo", "guess", "123456").at(&desk).await;
    for forged in [&device[1..], other.as_str()] {
        let shown = Typed { device: forged, ..Typed::of("keo", GOOD, "123456") }.at(&desk).await;
        shown.is_status(429);
    }
    // Never for good.
    desk.clock.jump(31);
    good("", [203, 0, 113, 7]).await.is_status(303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_wrong_logins_keep_nobody_out() {
    let log = &Log::in_sqlite().await;
    let desk = Arc::new(Desk::new(log));
    let (keo, noy) = (with_phone(&desk, "keo").await, with_phone(&desk, "noy").await);
    desk.clock.jump(60);
    let counter = log.store.change_counter().await.expect("a counter");
    // From many addresses, under names that exist and names that do not, as fast as they are answered.
    let guesses: Vec<_> = (0..100_u8)
        .map(|guesser| {
            let desk = Arc::clone(&desk);
            tokio::spawn(async move {
                let mut told = BTreeMap::<u16, u32>::new();
                for nth in 0..100 {
                    let name = if nth % 2 == 0 { "keo".to_owned() } else { format!("guess-{guesser}-{nth}") };
                    let from = [198, 51, u8::try_from(nth / 10).expect("a byte"), guesser];
                    let shown = Typed { from, ..Typed::of(&name, "guess", "123456") }.at(&desk).await;
                    *told.entry(shown.status.as_u16()).or_default() += 1;
                }
                told
            })
        })
        .collect();
    // Meanwhile others log in from an address of their own.
    for _ in 0..20 {
        desk.clock.jump(30);
        let code = totp::code(&noy.secret, desk.site.now());
        Typed::of("noy", GOOD, &code).at(&desk).await.is_status(303);
    }
    let mut told = BTreeMap::<u16, u32>::new();
    for guess in guesses {
        for (status, count) in guess.await.expect("a guesser") {
            *told.entry(status).or_default() += count;
        }
    }
    assert_eq!(told.values().sum::<u32>(), 10_000);
    assert!(told.keys().all(|status| [403, 429, 503].contains(status)), "{told:?}");
    assert!(told[&429] > 4_000, "keo's name is slowed down: {told:?}");
    // Nothing of it wakes the watch or the relay.
    assert_eq!(log.store.change_counter().await.expect("a counter"), counter);
    // And who was guessed at waits a minute at most.
    desk.clock.jump(60);
    let code = totp::code(&keo.secret, desk.site.now());
    Typed::of("keo", GOOD, &code).at(&desk).await.is_status(303);
    // They are counted, an entry for each address and minute.
    desk.clock.jump(60);
    Typed::of("keo", "guess", "").at(&desk).await;
    assert!(desk.site.logins.counted(desk.site.now()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_answered_later_and_its_neighbours_log_in_at_once() {
    let log = &Log::in_sqlite().await;
    let desk = Desk::new(log);
    let keo = with_phone(&desk, "keo").await;
    desk.clock.jump(60);
    for nth in 0..23 {
        Typed::of(&format!("guess-{nth}"), "guess", "").at(&desk).await.is_status(403);
    }
    let begun = std::time::Instant::now();
    Typed::of("guess", "guess", "").at(&desk).await.is_status(403);
    let slow = begun.elapsed();
    let begun = std::time::Instant::now();
    let code = totp::code(&keo.secret, desk.site.now());
    Typed::of("keo", GOOD, &code).at(&desk).await.is_status(303);
    assert!(slow.as_millis() >= 400 && begun.elapsed().as_millis() < 400, "{slow:?} {:?}", begun.elapsed());
}

async fn people_of_a_restored_log_are_off_until_they_are_confirmed(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let keo = with_phone(&desk, "keo").await;
    let token = desk.token("vte-prosecutor", Role::Prosecutor).await;
    let (now, new) = (desk.site.now(), &log.another().await);
    transfer(&log.store, &new.store, now, &nothing_told()).await.expect("moved");
    let moved = Desk::new(new);
    moved.clock.set(now.plus(60));
    let enter = async || {
        let code = totp::code(&keo.secret, moved.site.now());
        Typed::of("keo", GOOD, &code).at(&moved).await
    };
    enter().await.is_status(503).says(&["an operator has to confirm its people with “kamnot people confirm”"]);
    let nobody = moved.ask(Method::GET, "/login", &[("accept-language", "en")], "").await;
    nobody.says(&["Nobody can log in yet"]);
    let ask = async |who: &Visitor, path| moved.get(who, path).await;
    assert_eq!(ask(&keo.who, "/docket").await.leads_to(), Some("/login?next=/docket"));
    ask(&token, "/api/v1/docket").await.is_problem(401, "not_logged_in");
    new.store.confirm_people().await.expect("confirmed");
    enter().await.is_status(303);
    assert_eq!(ask(&keo.who, "/docket").await.leads_to(), Some("/login?next=/docket"), "sessions have ended");
    ask(&token, "/api/v1/docket").await.is_problem(401, "not_logged_in");
}
