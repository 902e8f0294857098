//! Alerts by mail: what stands in them, and what becomes of them when the mail server refuses, hangs or loses.

use engine::rulebook::Language;
use projections::letters::Trouble;
use scenarios::servers::certificates::{Authority, Until};
use scenarios::servers::mail_server::{Encryption, Mail, MailServer};
use service::mailing::{self, Wanted};
use store::people::mail::{About, Waiting};
use store::place::LogPlace;
use tests::on_each_log;
use tests::wait::eventually;

use crate::receiver::Receiver;
use crate::world::{OFFICE, Ways, World, wanted};

on_each_log!(
    an_alert_goes_out_once_with_its_id_and_nothing_of_the_child,
    what_a_server_refuses_waits_and_goes_out_in_the_order_of_the_log,
    a_mail_whose_answer_was_lost_comes_again_with_the_same_id,
    a_person_is_told_in_their_language_while_they_are_of_the_office,
    a_test_goes_before_what_waits_and_is_tried_once,
    nothing_of_before_goes_to_a_new_address_and_nothing_to_one_that_is_off,
);

fn plain(server: &MailServer) -> Ways {
    Ways { smtp: Some(format!("smtp+plain://127.0.0.1:{}", server.port)), ..Ways::default() }
}

fn ids(mails: &[Mail]) -> Vec<String> {
    mails.iter().map(|mail| mail.header("Kamnot-Id").expect("an id").to_owned()).collect()
}

async fn alerts(world: &World) -> Vec<String> {
    world.alerts().await.into_iter().map(|(id, _)| id).collect()
}

async fn an_alert_goes_out_once_with_its_id_and_nothing_of_the_child(place: &LogPlace) {
    let server = MailServer::start(&Encryption::None);
    let mut world = World::new(place, plain(&server)).await;
    let (english, lao) = ("duty@vte.example", "lao@vte.example");
    let address = world.address(OFFICE, english, Language::En).await;
    world.address(OFFICE, lao, Language::Lo).await;
    world.address("psl-investigation", "elsewhere@psl.example", Language::En).await;
    world.a_breach("A-1").await;
    world.round().await;
    world.round().await;
    let mails = server.mails();
    let to = |to: &str| mails.iter().filter(|mail| mail.to == to).count();
    let alerts = alerts(&world).await;
    assert!(alerts.len() > 2, "{alerts:?}");
    assert_eq!((to(english), to(lao), mails.len()), (alerts.len(), alerts.len(), 2 * alerts.len()));
    let of_english: Vec<Mail> = server.mails().into_iter().filter(|mail| mail.to == english).collect();
    assert_eq!(ids(&of_english), alerts);
    for (mail, id) in of_english.iter().zip(&alerts) {
        let expected = format!("<{id}.{}@ministry.example>", address.id);
        assert_eq!(mail.header("Message-ID"), Some(&*expected));
        assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
        assert!(mail.subject.starts_with("kamnot: ") && mail.subject.ends_with(", A-1"), "{}", mail.subject);
        assert!(mail.text.contains(id) && mail.text.contains("Case: A-1"), "{}", mail.text);
        for personal in ["Somsak", "2010", "birth"] {
            assert!(!mail.text.contains(personal) && !mail.data.contains(personal), "{}", mail.text);
        }
    }
    let lao = mails.iter().find(|mail| mail.to == lao).expect("a mail in Lao");
    assert!(lao.text.contains("ຄະດີ: A-1"), "{}", lao.text);
    assert_eq!(world.waiting().await, 0);
}

async fn what_a_server_refuses_waits_and_goes_out_in_the_order_of_the_log(place: &LogPlace) {
    let server = MailServer::start(&Encryption::None);
    let mut world = World::new(place, plain(&server)).await;
    let address = world.address(OFFICE, "duty@vte.example", Language::En).await;
    world.a_breach("A-1").await;
    let alerts = alerts(&world).await;
    for code in [451, 550] {
        server.mood(&code.to_string());
        world.later(400).await;
        assert_eq!(world.trouble(&address).await, Some(Trouble::Refused(code)));
    }
    let (since, _) = world.now(&address).await.progress.failing.expect("trouble");
    assert_eq!((server.mails().len(), world.waiting().await), (0, alerts.len() as u64));
    // It is not asked again before its time.
    server.mood("takes");
    world.round().await;
    assert!(server.mails().is_empty());
    world.later(400).await;
    assert_eq!(ids(&server.mails()), alerts);
    let progress = world.now(&address).await.progress;
    assert!(progress.failing.is_none() && progress.sent.expect("sent") > since);
    let tally = &world.figures.mail.mail;
    assert_eq!((tally.failed.get(), tally.sent.get()), (2, alerts.len() as u64));
}

async fn a_mail_whose_answer_was_lost_comes_again_with_the_same_id(place: &LogPlace) {
    let server = MailServer::start(&Encryption::None);
    let mut world = World::new(place, plain(&server)).await;
    let address = world.address(OFFICE, "duty@vte.example", Language::En).await;
    world.a_breach("A-1").await;
    server.mood("drops");
    world.round().await;
    assert_eq!(world.trouble(&address).await, Some(Trouble::Dropped));
    server.mood("takes");
    world.later(60).await;
    let (mut expected, mails) = (alerts(&world).await, server.mails());
    expected.insert(0, expected[0].clone());
    assert_eq!(ids(&mails), expected);
    assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
}

async fn a_person_is_told_in_their_language_while_they_are_of_the_office(place: &LogPlace) {
    let server = MailServer::start(&Encryption::None);
    let mut world = World::new(place, plain(&server)).await;
    let person = world.somebody(OFFICE).await;
    let own = Wanted { login: &person.login, language: Language::Lo, ..wanted(OFFICE, "noy@vte.example") };
    world.wanted(own).await;
    let foreign = Wanted { login: &person.login, ..wanted("vte-prosecutor", "noy@vte.example") };
    let key = crate::world::key();
    let refused = mailing::add(world.store.as_ref(), &world.offices, &key, foreign, now(&world)).await;
    assert!(matches!(refused, Err(mailing::Undone::Refused(mailing::Flaw::NoSuchPerson))));
    world.a_breach("A-1").await;
    world.round().await;
    let mails = server.mails();
    assert_eq!(ids(&mails), alerts(&world).await);
    assert!(mails[0].text.contains("Case: A-1"), "{}", mails[0].text);
    let disabled = store::people::Person { version: 2, disabled: Some(now(&world)), ..person };
    world.store.put_person(&disabled).await.expect("written");
    world.a_breach("A-2").await;
    world.round().await;
    assert_eq!((server.mails().len(), world.waiting().await), (mails.len(), 0));
}

fn now(world: &World) -> engine::calendar::Instant {
    service::clock::Clock::now(world.clock.as_ref())
}

async fn a_test_goes_before_what_waits_and_is_tried_once(place: &LogPlace) {
    let server = MailServer::start(&Encryption::None);
    let mut world = World::new(place, plain(&server)).await;
    let address = world.address(OFFICE, "duty@vte.example", Language::En).await;
    world.a_breach("A-1").await;
    server.mood("550");
    world.round().await;
    let waiting = world.waiting().await;
    // Asked for, it is tried at once, and says what is wrong now.
    server.mood("452");
    mailing::send_test(world.store.as_ref(), address.id, now(&world)).await.expect("asked");
    world.round().await;
    assert_eq!((world.trouble(&address).await, world.waiting().await), (Some(Trouble::Refused(452)), waiting));
    server.mood("takes");
    mailing::send_test(world.store.as_ref(), address.id, now(&world)).await.expect("asked");
    world.round().await;
    let mails = server.mails();
    assert_eq!(mails[0].subject, "kamnot: a test (vte-investigation)");
    assert_eq!(ids(&mails[1..]), alerts(&world).await);
}

async fn nothing_of_before_goes_to_a_new_address_and_nothing_to_one_that_is_off(place: &LogPlace) {
    let server = MailServer::start(&Encryption::None);
    let mut world = World::new(place, plain(&server)).await;
    world.a_breach("A-1").await;
    world.clock.jump(1);
    let address = world.address(OFFICE, "duty@vte.example", Language::En).await;
    let off = world.address(OFFICE, "off@vte.example", Language::En).await;
    let set_off = |address: &mut store::people::mail::Address| {
        address.off = true;
        Ok(())
    };
    mailing::change(world.store.as_ref(), off.id, set_off).await.expect("off");
    world.round().await;
    assert_eq!((server.mails().len(), world.waiting().await), (0, 0));
    // What the log does not have is no mail, and holds up nothing.
    let case = engine::action::CaseRef::new("NOWHERE").expect("a reference");
    let lost = Waiting::new(address.id, 1, "x", About::Alert(case, 3), now(&world));
    world.store.queue_mail(&[lost], None).await.expect("queued");
    world.round().await;
    assert_eq!((server.mails().len(), world.waiting().await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_holds_up_no_webhook() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, receiver) = (MailServer::start(&Encryption::None), Receiver::start("127.0.0.1").await);
    let ways = Ways { authority: Some(receiver.authority.roots()), listed: vec!["127.0.0.1"], ..plain(&server) };
    let mut world = World::new(&LogPlace::File(folder.path().join("log.db")), ways).await;
    let by_mail = world.address(OFFICE, "duty@vte.example", Language::En).await;
    world.address(OFFICE, &receiver.url("127.0.0.1"), Language::En).await;
    world.a_breach("A-1").await;
    let alerts = alerts(&world).await;
    server.mood("hangs");
    world.sender.round().await.expect("a round that waits for nobody");
    eventually("the webhook is told", async || receiver.ids() == alerts).await;
    assert_eq!(world.trouble(&by_mail).await, None, "it still hangs");
    world.sender.settle().await.expect("its end");
    assert_eq!(world.trouble(&by_mail).await, Some(Trouble::Slow));
    server.mood("takes");
    world.later(60).await;
    assert_eq!(ids(&server.mails()[1..]), alerts);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_encrypted_with_a_server_that_is_known_or_nothing_is_sent() {
    let (authority, folder) = (Authority::new(), tempfile::tempdir().expect("a folder"));
    let pair = authority.issue("localhost", Until::Later);
    let servers = [
        ("smtp", MailServer::start(&Encryption::StartTls(&pair))),
        ("smtps", MailServer::start(&Encryption::Tls(&pair))),
    ];
    for (scheme, server) in &servers {
        for (known, expected) in [(false, Some(Trouble::NoEncryption)), (true, None)] {
            let place = LogPlace::File(folder.path().join(format!("{scheme}-{known}.db")));
            let smtp = Some(format!("{scheme}://localhost:{}", server.port));
            let authority = known.then(|| authority.roots());
            let ways = Ways { smtp, authority, login: Some("kamnot"), ..Ways::default() };
            let mut world = World::new(&place, ways).await;
            let address = world.address(OFFICE, "duty@vte.example", Language::En).await;
            mailing::send_test(world.store.as_ref(), address.id, now(&world)).await.expect("asked");
            world.round().await;
            assert_eq!(world.trouble(&address).await, expected, "{scheme}, known: {known}");
            let mails = server.mails();
            assert_eq!(mails.len(), usize::from(known), "{scheme}");
            assert!(mails.iter().all(|mail| mail.tls && mail.login.as_deref() == Some("kamnot")), "{scheme}");
        }
    }
    // A server that offers no encryption gets nothing.
    let plain = MailServer::start(&Encryption::None);
    let ways = Ways { smtp: Some(format!("smtp://localhost:{}", plain.port)), ..Ways::default() };
    let mut world = World::new(&LogPlace::File(folder.path().join("plain.db")), ways).await;
    let address = world.address(OFFICE, "duty@vte.example", Language::En).await;
    mailing::send_test(world.store.as_ref(), address.id, now(&world)).await.expect("asked");
    world.round().await;
    assert_eq!((world.trouble(&address).await, plain.mails().len()), (Some(Trouble::NoEncryption), 0));
}
