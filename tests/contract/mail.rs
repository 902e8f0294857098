//! Where mail and webhooks go, and what waits to go there.

use std::sync::Arc;

use engine::action::CaseRef;
use engine::alert::Kind;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::letters::Trouble;
use store::people::mail::{About, Address, MailBacklog, Progress, Waiting, Way};
use store::place::LogPlace;
use store::{LogStore, Options, Position};
use tests::made::{self, office};
use tests::on_each_log;
use uuid::Uuid;

on_each_log!(
    an_address_comes_back_as_it_was_written,
    an_address_is_written_over_the_version_before_and_its_progress_stays,
    what_waits_waits_once_in_its_order_until_it_is_settled,
    a_digest_takes_the_place_of_an_earlier_one,
    an_address_is_removed_with_what_waits_for_it,
);

async fn open(place: &LogPlace) -> Arc<dyn LogStore> {
    place.open(made::book(), &Options { create: true, ..Options::default() }).await.unwrap()
}

const AT: Instant = Instant::from_unix(1_796_000_400);

fn address() -> Address {
    Address {
        id: Uuid::new_v4(),
        version: 1,
        office: office("vte-prosecutor"),
        person: Some(Uuid::new_v4()),
        way: Way::Webhook { url: "https://example.la/ກ".to_owned(), sealed: vec![0, 255, 7] },
        made: AT,
        language: Language::Lo,
        kinds: [Kind::Breach, Kind::Escalated].into(),
        digest: Some(450),
        off: true,
        progress: Progress {
            sent: Some(AT),
            digest: Some("2026-03-04".to_owned()),
            failing: Some((AT.plus(3), Trouble::Refused(550))),
        },
    }
}

fn alert(address: Uuid, place: i64, key: &str) -> Waiting {
    Waiting::new(address, place, key, About::Alert(CaseRef::new("A-1").unwrap(), 4), AT.plus(place))
}

async fn an_address_comes_back_as_it_was_written(place: &LogPlace) {
    let store = open(place).await;
    let (one, other) = (address(), Address { way: Way::Mail("a@b.la".to_owned()), person: None, ..address() });
    let bare = Address { kinds: [].into(), digest: None, progress: Progress::default(), ..address() };
    let mut all = [one, other, bare];
    all.sort_by_key(|address| address.id);
    for address in &all {
        assert!(store.put_mail_address(address).await.unwrap());
        assert!(!store.put_mail_address(address).await.unwrap(), "it is there");
        assert_eq!(store.mail_address(address.id).await.unwrap().as_ref(), Some(address));
    }
    assert_eq!(store.mail_addresses().await.unwrap(), all);
    assert_eq!(store.mail_address(Uuid::nil()).await.unwrap(), None);
}

async fn an_address_is_written_over_the_version_before_and_its_progress_stays(place: &LogPlace) {
    let store = open(place).await;
    let first = address();
    store.put_mail_address(&first).await.unwrap();
    let second = Address { version: 2, off: false, progress: Progress::default(), ..first.clone() };
    assert!(store.put_mail_address(&second).await.unwrap());
    assert!(!store.put_mail_address(&second).await.unwrap(), "somebody was faster");
    let found = store.mail_address(first.id).await.unwrap().unwrap();
    assert_eq!(found, Address { progress: first.progress, ..second });
}

async fn what_waits_waits_once_in_its_order_until_it_is_settled(place: &LogPlace) {
    let store = open(place).await;
    let (here, there) = (address(), address());
    for address in [&here, &there] {
        store.put_mail_address(address).await.unwrap();
    }
    assert_eq!(store.mail_cursor().await.unwrap(), None);
    let test = Waiting::new(here.id, 0, "test", About::Test, AT.plus(9));
    let letters = [alert(here.id, 5, "e"), alert(here.id, 3, "c"), alert(there.id, 4, "d"), test.clone()];
    store.queue_mail(&letters, Some(Position(5))).await.unwrap();
    store.queue_mail(&letters, Some(Position(6))).await.unwrap();
    assert_eq!(store.mail_cursor().await.unwrap(), Some(Position(6)));
    let [last, first, elsewhere, _] = letters;
    let waiting = store.waiting_mail(here.id, 9).await.unwrap();
    assert_eq!(waiting, [test.clone(), first.clone(), last.clone()]);
    assert_eq!(store.waiting_mail(here.id, 1).await.unwrap(), std::slice::from_ref(&test));
    let mut backlog = [
        MailBacklog { address: here.id, waiting: 3, tests: 1, oldest: AT.plus(3) },
        MailBacklog { address: there.id, waiting: 1, tests: 0, oldest: AT.plus(4) },
    ];
    backlog.sort_by_key(|of| of.address);
    assert_eq!(store.mail_backlog().await.unwrap(), backlog);
    let progress = Progress { sent: Some(AT.plus(7)), ..Progress::default() };
    store.settle_mail(&[test.id, first.id], here.id, &progress).await.unwrap();
    assert_eq!(store.waiting_mail(here.id, 9).await.unwrap(), [last]);
    assert_eq!(store.waiting_mail(there.id, 9).await.unwrap(), [elsewhere]);
    assert_eq!(store.mail_address(here.id).await.unwrap().unwrap().progress, progress);
}

async fn a_digest_takes_the_place_of_an_earlier_one(place: &LogPlace) {
    let store = open(place).await;
    let address = address();
    store.put_mail_address(&address).await.unwrap();
    store.queue_mail(&[alert(address.id, 1, "a")], None).await.unwrap();
    let digest = |day: &str| Waiting::new(address.id, 2, day, About::Digest(day.to_owned()), AT);
    for day in ["2026-03-04", "2026-03-05"] {
        let progress = Progress { digest: Some(day.to_owned()), ..Progress::default() };
        store.queue_digest(&digest(day), &progress).await.unwrap();
        assert_eq!(store.mail_address(address.id).await.unwrap().unwrap().progress, progress);
    }
    let waiting = store.waiting_mail(address.id, 9).await.unwrap();
    assert_eq!(waiting, [alert(address.id, 1, "a"), digest("2026-03-05")]);
}

async fn an_address_is_removed_with_what_waits_for_it(place: &LogPlace) {
    let store = open(place).await;
    let (gone, stays) = (address(), address());
    for address in [&gone, &stays] {
        store.put_mail_address(address).await.unwrap();
        store.queue_mail(&[alert(address.id, 1, "a")], None).await.unwrap();
    }
    store.remove_mail_address(gone.id).await.unwrap();
    assert_eq!(store.mail_addresses().await.unwrap(), std::slice::from_ref(&stays));
    assert_eq!(store.mail_backlog().await.unwrap().iter().map(|of| of.address).collect::<Vec<_>>(), [stays.id]);
}
