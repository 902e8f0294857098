//! What the pages keep beside the log: people, sessions, tokens, supervisors' looks, the record of looks, offices files.

mod frozen;
mod moves;
pub mod secrets;

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::action::CaseRef;
use engine::calendar::Instant;
use engine::rulebook::Language;
use futures::future::join_all;
use projections::rights::Role;
use store::people::{
    Grant, KeptForm, Look, LooksOf, Membership, Person, Put, SecondFactor, Seen, Session, Sessions, Token,
};
use store::{LogStore, Options, place::LogPlace};
use tests::made::{self, office};
use uuid::Uuid;

tests::on_each_log!(
    people_come_back_as_they_were_written,
    a_person_is_written_over_the_version_before_and_no_other,
    a_login_is_one_persons,
    two_who_take_the_same_login_at_once_do_not_both_get_it,
    sessions_end_one_of_a_person_or_all,
    a_session_was_last_seen_at_its_last_request,
    a_persons_last_forms_are_kept_for_their_time,
    a_supervisors_looks_stand_on_the_case,
    a_look_counts_once_in_a_quarter_of_an_hour,
    looks_outlast_the_process_that_noted_them,
    looks_of_many_at_once_are_all_recorded_beside_actions,
    the_last_offices_file_is_in_force,
    people_are_on_in_a_new_log,
    two_processes_write_at_once,
    a_rebuild_and_a_check_leave_people_alone,
    texts_with_control_characters_do_no_harm,
);

/// The log, laid out if it is not there.
pub async fn open(place: &LogPlace) -> Arc<dyn LogStore> {
    place.open(made::book(), &Options { create: true, ..Options::default() }).await.unwrap()
}

pub const AT: Instant = Instant::from_unix(1_796_000_400);

/// A person who logs in with this name.
fn person(login: &str) -> Person {
    let membership = |role, from, until| Membership { office: Some(office("vte-juvenile-court")), role, from, until };
    Person {
        id: Uuid::new_v4(),
        version: 1,
        login: login.to_owned(),
        name: "ນາງ ຄຳ \"Kham\"".to_owned(),
        language: Language::Lo,
        memberships: vec![
            membership(Role::Clerk, Some(AT), None),
            membership(Role::Supervisor, None, Some(AT.plus(9))),
            Membership { office: None, role: Role::Operator, from: None, until: None },
        ],
        password: Some("$argon2id$v=19$…".to_owned()),
        second: SecondFactor::Totp { sealed: (0..=255).collect(), last_step: u64::MAX },
        recovery: BTreeSet::from(["one".to_owned(), "two".to_owned()]),
        must_change: true,
        disabled: Some(AT),
    }
}

fn session(person: &Person, key: u8) -> Session {
    let began = AT.plus(key.into());
    let office = Some(office("vte-juvenile-court"));
    Session { key: [key; 32], person: person.id, office, role: Role::Clerk, began, seen: began, csrf: [key + 1; 32] }
}

fn token(key: u8) -> Token {
    Token {
        id: Uuid::new_v4(),
        key: [key; 32],
        name: "ແຜ່ນ, sheets".to_owned(),
        office: office("vte-prosecutor"),
        role: Role::Prosecutor,
        made: AT.plus(key.into()),
        until: Some(AT.plus(1_000)),
        revoked: None,
    }
}

fn case(reference: &str) -> CaseRef {
    CaseRef::new(reference).unwrap()
}

fn look(who: Uuid, seen: Seen, at: Instant) -> Look {
    Look { at, who: Some(who), office: Some(office("vte-juvenile-court")), role: Some(Role::Clerk), seen }
}

async fn people_come_back_as_they_were_written(place: &LogPlace) {
    let store = open(place).await;
    let full = person("kham");
    let bare = Person {
        memberships: Vec::new(),
        password: None,
        second: SecondFactor::None,
        recovery: BTreeSet::new(),
        disabled: None,
        language: Language::En,
        must_change: false,
        ..person("bounmy")
    };
    let printed = Person { second: SecondFactor::Printed, ..person("noy") };
    for person in [&full, &bare, &printed] {
        assert_eq!(store.put_person(person).await, Ok(Put::Written));
    }
    drop(store);
    let store = open(place).await;
    assert_eq!(store.people().await.unwrap(), [bare.clone(), full.clone(), printed]);
    assert_eq!(store.person(full.id).await.unwrap().as_ref(), Some(&full));
    assert_eq!(store.person_by_login("bounmy").await.unwrap(), Some(bare));
    assert_eq!(store.person_by_login("Kham").await.unwrap(), None);
    assert_eq!(store.person(Uuid::new_v4()).await.unwrap(), None);
}

async fn a_person_is_written_over_the_version_before_and_no_other(place: &LogPlace) {
    let store = open(place).await;
    let first = person("kham");
    store.put_person(&first).await.unwrap();
    assert_eq!(store.put_person(&first).await, Ok(Put::Written), "the same again, as when an answer was lost");
    let second = Person { version: 2, name: "another".to_owned(), ..first.clone() };
    assert_eq!(store.put_person(&second).await, Ok(Put::Written));
    // Two who use the same one-time code write the same, and only one of them may.
    assert_eq!(store.put_person(&second).await, Ok(Put::Moved));
    for version in [0, 1, 2, 4] {
        let late = Person { version, name: "late".to_owned(), ..first.clone() };
        assert_eq!(store.put_person(&late).await, Ok(Put::Moved), "version {version}");
    }
    assert_eq!(store.put_person(&Person { version: 2, ..person("nobody") }).await, Ok(Put::Moved));
    assert_eq!(store.people().await.unwrap(), [second]);
}

async fn a_login_is_one_persons(place: &LogPlace) {
    let store = open(place).await;
    let (one, other) = (person("kham"), person("noy"));
    store.put_person(&one).await.unwrap();
    store.put_person(&other).await.unwrap();
    assert_eq!(store.put_person(&person("kham")).await, Ok(Put::LoginTaken));
    let renamed = Person { version: 2, login: "kham".to_owned(), ..other.clone() };
    assert_eq!(store.put_person(&renamed).await, Ok(Put::LoginTaken));
    let renamed = Person { version: 2, login: "noy.s".to_owned(), ..other };
    assert_eq!(store.put_person(&renamed).await, Ok(Put::Written));
    assert_eq!(store.put_person(&person("noy")).await, Ok(Put::Written), "the name is free again");
}

async fn two_who_take_the_same_login_at_once_do_not_both_get_it(place: &LogPlace) {
    let (here, there) = (open(place).await, open(place).await);
    for round in 0..10 {
        let (one, other) = (person(&format!("a{round}")), person(&format!("b{round}")));
        here.put_person(&one).await.unwrap();
        there.put_person(&other).await.unwrap();
        let wanted = |person: &Person| Person { version: 2, login: format!("wanted{round}"), ..person.clone() };
        let (one, other) = (wanted(&one), wanted(&other));
        let mut outcomes = <[_; 2]>::from(tokio::join!(here.put_person(&one), there.put_person(&other)));
        outcomes.sort_by_key(|outcome| *outcome != Ok(Put::Written));
        assert_eq!(outcomes, [Ok(Put::Written), Ok(Put::LoginTaken)]);
    }
}

async fn sessions_end_one_of_a_person_or_all(place: &LogPlace) {
    let store = open(place).await;
    let (kham, noy) = (person("kham"), person("noy"));
    let operator = Session { office: None, role: Role::Operator, ..session(&noy, 5) };
    let all = [session(&kham, 1), session(&kham, 2), session(&kham, 3), session(&noy, 4), operator];
    for session in &all {
        store.begin_session(session).await.unwrap();
    }
    assert_eq!(store.sessions().await.unwrap(), all.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(store.session([5; 32]).await.unwrap().as_ref(), Some(&all[4]));
    assert_eq!(store.end_sessions(Sessions::One([1; 32])).await, Ok(1));
    assert_eq!(store.end_sessions(Sessions::One([1; 32])).await, Ok(0));
    assert_eq!(store.session([1; 32]).await, Ok(None));
    assert_eq!(store.end_sessions(Sessions::Of(kham.id)).await, Ok(2));
    assert_eq!(store.end_sessions(Sessions::All).await, Ok(2));
    assert_eq!(store.sessions().await.unwrap(), []);
}

async fn a_session_was_last_seen_at_its_last_request(place: &LogPlace) {
    let store = open(place).await;
    let (kham, noy) = (session(&person("kham"), 1), session(&person("noy"), 2));
    store.begin_session(&kham).await.unwrap();
    store.begin_session(&noy).await.unwrap();
    let later = (0..40).map(|n| store.touch_session([1 + n % 2; 32], AT.plus(100 + i64::from(n))));
    join_all(later).await.into_iter().collect::<Result<(), _>>().unwrap();
    // Of those at the same time one may be passed over; the next one counts.
    for (key, seconds) in [(1, 200), (2, 201), (1, 0), (9, 300)] {
        store.touch_session([key; 32], AT.plus(seconds)).await.unwrap();
    }
    assert_eq!(store.session([1; 32]).await.unwrap(), Some(Session { seen: AT.plus(200), ..kham }));
    assert_eq!(store.session([2; 32]).await.unwrap(), Some(Session { seen: AT.plus(201), ..noy }));
    assert_eq!(store.session([9; 32]).await.unwrap(), None);
}

async fn a_persons_last_forms_are_kept_for_their_time(place: &LogPlace) {
    let store = open(place).await;
    let (kham, noy) = (Uuid::new_v4(), Uuid::new_v4());
    let form = |person: Uuid, n: u8| KeptForm {
        id: Uuid::from_u128(person.as_u128() ^ u128::from(n)),
        person,
        until: AT.plus(100 + i64::from(n)),
        sealed: vec![n; 40],
    };
    let kept = async |form: &KeptForm| store.kept_form(form.id).await.unwrap().is_some_and(|found| found == *form);
    store.keep_form(&form(noy, 0), AT).await.unwrap();
    for n in 0..6 {
        store.keep_form(&form(kham, n), AT).await.unwrap();
    }
    for n in 0..6 {
        assert_eq!(kept(&form(kham, n)).await, n >= 2, "{n}");
    }
    assert!(kept(&form(noy, 0)).await);
    let again = KeptForm { sealed: vec![9; 60_000], ..form(kham, 5) };
    store.keep_form(&again, AT).await.unwrap();
    assert!(kept(&again).await && kept(&form(kham, 2)).await, "it takes the place of the one before");
    store.drop_form(again.id).await.unwrap();
    store.keep_form(&form(noy, 7), AT.plus(104)).await.unwrap();
    let left = [kept(&form(kham, 3)).await, kept(&form(kham, 4)).await, kept(&form(noy, 0)).await, kept(&again).await];
    assert_eq!(left, [false, true, false, false], "those whose time is over, and what was dropped, are gone");
}

async fn a_supervisors_looks_stand_on_the_case(place: &LogPlace) {
    let store = open(place).await;
    let supervisor = Uuid::new_v4();
    let grant = |reference: &str, hour: i64, reason: &str| Grant {
        id: Uuid::new_v5(&supervisor, format!("{reference} {hour} {reason}").as_bytes()),
        person: supervisor,
        office: office("vte-court"),
        case: case(reference),
        code: "complaint".to_owned(),
        reason: reason.to_owned(),
        from: AT.plus(3600 * hour),
        until: AT.plus(3600 * (hour + 8)),
    };
    let [first, second, elsewhere] = [grant("A-1", 0, "a letter"), grant("A-1", 20, "ຄຳຮ້ອງ"), grant("A-2", 1, "x")];
    for grant in [&first, &second, &elsewhere, &first] {
        store.put_grant(grant).await.unwrap();
    }
    assert_eq!(store.grants(&case("A-1")).await.unwrap(), [second, first]);
    assert_eq!(store.grants(&case("A-3")).await.unwrap(), []);
}

async fn a_look_counts_once_in_a_quarter_of_an_hour(place: &LogPlace) {
    let store = open(place).await;
    let (kham, noy) = (Uuid::new_v4(), Uuid::new_v4());
    let at = |minute: i64| Instant::from_unix(AT.unix() / Look::QUARTER * Look::QUARTER).plus(60 * minute);
    let seen = |reference: &str| Seen::Case(case(reference));
    let list = |count| Seen::List { list: "docket".to_owned(), filters: "held=yes".to_owned(), count };
    let refused = Seen::Refused { route: "/cases/{case}".to_owned() };
    let counted = [
        look(kham, seen("A-1"), at(0)),
        look(kham, seen("A-2"), at(1)),
        look(noy, seen("A-1"), at(2)),
        look(kham, list(25), at(3)),
        look(kham, list(24), at(4)),
        look(kham, refused.clone(), at(5)),
        look(kham, seen("A-1"), at(15)),
        Look { who: None, office: None, role: None, ..look(kham, refused, at(16)) },
    ];
    let again = [look(kham, seen("A-1"), at(14)), look(noy, seen("A-1"), at(2)), look(kham, list(25), at(6))];
    store.note(counted.to_vec()).await.unwrap();
    store.note(again.to_vec()).await.unwrap();
    store.note(again.iter().chain(&again).cloned().collect()).await.unwrap();
    store.note(Vec::new()).await.unwrap();
    let [first, _, of_noy, .., late, _] = counted.clone();
    let of_case = LooksOf::Case(case("A-1"));
    assert_eq!(store.looks(&of_case, 9).await.unwrap(), [late.clone(), of_noy, first]);
    assert_eq!(store.looks(&of_case, 1).await.unwrap(), [late]);
    let of_kham: Vec<Look> = counted.iter().rev().filter(|look| look.who == Some(kham)).cloned().collect();
    assert_eq!(store.looks(&LooksOf::Person(kham), 99).await.unwrap(), of_kham);
    assert_eq!(store.looks(&LooksOf::Person(Uuid::new_v4()), 99).await.unwrap(), []);
}

async fn looks_outlast_the_process_that_noted_them(place: &LogPlace) {
    let (who, store) = (Uuid::new_v4(), open(place).await);
    let seen = look(who, Seen::Case(case("A-1")), AT);
    store.note(vec![seen.clone()]).await.unwrap();
    drop(store);
    let store = open(place).await;
    store.note(vec![seen.clone()]).await.unwrap();
    assert_eq!(store.looks(&LooksOf::Person(who), 9).await.unwrap(), [seen]);
}

async fn looks_of_many_at_once_are_all_recorded_beside_actions(place: &LogPlace) {
    let store = open(place).await;
    let who = Uuid::new_v4();
    let noting = (0..400).map(|n| store.note(vec![look(who, Seen::Case(case(&format!("A-{}", n % 300))), AT)]));
    let recording = (0..20).map(|n| {
        let (_, opening, clock) = made::opening(n);
        store.append(made::append(&engine::case::Case::default(), vec![opening], clock))
    });
    let (noted, recorded) = tokio::join!(join_all(noting), join_all(recording));
    assert!(noted.iter().chain(&recorded).all(Result::is_ok));
    assert_eq!(store.looks(&LooksOf::Person(who), 999).await.unwrap().len(), 300);
    assert_eq!(store.cases().await.unwrap().len(), 20);
}

async fn the_last_offices_file_is_in_force(place: &LogPlace) {
    let store = open(place).await;
    assert_eq!(store.offices_in_force().await, Ok(None));
    for (n, source) in (0..).zip(["one", "two", "one", "ສາມ"]) {
        store.adopt_offices(source, AT.plus(n)).await.unwrap();
        assert_eq!(store.offices_in_force().await.unwrap().as_deref(), Some(source));
    }
    drop(store);
    let store = open(place).await;
    assert_eq!(store.offices_in_force().await.unwrap().as_deref(), Some("ສາມ"));
    assert_eq!(store.beside(&store::people::rows::OFFICES_FILES, Uuid::nil(), 9).await.unwrap().len(), 4);
}

async fn people_are_on_in_a_new_log(place: &LogPlace) {
    let store = open(place).await;
    assert_eq!(store.people_are_on().await, Ok(true));
    drop(store);
    assert_eq!(open(place).await.people_are_on().await, Ok(true), "also when it is opened again");
}

async fn two_processes_write_at_once(place: &LogPlace) {
    let (here, there) = (open(place).await, open(place).await);
    let who = Uuid::new_v4();
    let write = |store: Arc<dyn LogStore>, from: usize| async move {
        for n in from..from + 40 {
            let login = person(&format!("p{n}"));
            assert_eq!(store.put_person(&login).await, Ok(Put::Written));
            store.note(vec![look(who, Seen::Case(case(&format!("A-{n}"))), AT)]).await.unwrap();
        }
    };
    // The looks of one half are noted by both.
    tokio::join!(write(Arc::clone(&here), 0), write(there, 40), async {
        for n in 0..40 {
            here.note(vec![look(who, Seen::Case(case(&format!("A-{}", n + 20))), AT)]).await.unwrap();
        }
    });
    assert_eq!(here.people().await.unwrap().len(), 80);
    assert_eq!(here.looks(&LooksOf::Person(who), 999).await.unwrap().len(), 80);
}

/// A log with something in each table.
async fn lived_in(store: &dyn LogStore) -> (Person, Token, Grant, Look) {
    let (person, token) = (person("kham"), token(1));
    store.put_person(&person).await.unwrap();
    store.begin_session(&session(&person, 1)).await.unwrap();
    store.put_token(&token).await.unwrap();
    store.add_feed(&secrets::feed(1)).await.unwrap();
    let grant = Grant {
        id: Uuid::from_u128(5),
        person: person.id,
        office: office("vte-court"),
        case: case("A-1"),
        code: "other".to_owned(),
        reason: "a reason".to_owned(),
        from: AT,
        until: AT.plus(9),
    };
    store.put_grant(&grant).await.unwrap();
    let looks = (0..5_000).map(|n| look(person.id, Seen::Case(case(&format!("A-{n}"))), AT)).collect::<Vec<_>>();
    store.note(looks.clone()).await.unwrap();
    store.adopt_offices("the offices", AT).await.unwrap();
    (person, token, grant, looks[1].clone())
}

async fn a_rebuild_and_a_check_leave_people_alone(place: &LogPlace) {
    let store = open(place).await;
    let (person, token, grant, look) = lived_in(&*store).await;
    assert_eq!(store.check(Arc::new(|_, _| ())).await.unwrap(), Vec::<String>::new());
    store.rebuild(Arc::new(|_, _| ())).await.unwrap();
    assert_eq!(store.people().await.unwrap(), [person]);
    assert_eq!(store.sessions().await.unwrap().len(), 1);
    assert_eq!(store.tokens().await.unwrap(), [token]);
    assert_eq!(store.feeds().await.unwrap(), [secrets::feed(1)]);
    assert_eq!(store.grants(&grant.case).await.unwrap(), std::slice::from_ref(&grant));
    assert_eq!(store.looks(&LooksOf::Case(case("A-1")), 9).await.unwrap(), [look]);
}

async fn texts_with_control_characters_do_no_harm(place: &LogPlace) {
    let store = open(place).await;
    let who = Uuid::new_v4();
    let list = |filters: &str| Seen::List { list: "docket".to_owned(), filters: filters.to_owned(), count: 1 };
    store.note(vec![look(who, list("a\0b\u{1}\u{202e}"), AT)]).await.unwrap();
    let kept = store.looks(&LooksOf::Person(who), 9).await.unwrap();
    assert_eq!(kept, [look(who, list("a\u{fffd}b\u{1}\u{202e}"), AT)]);
    assert_eq!(store.person_by_login("a\0b").await, Ok(None));
    let person = Person { name: "a\0b".to_owned(), ..person("kham") };
    assert_eq!(store.put_person(&person).await, Ok(Put::Written));
    assert_eq!(store.people().await.unwrap(), [person]);
}
