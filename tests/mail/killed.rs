//! What dies between sending and marking, and who sends after a move.

use std::sync::Arc;

use engine::rulebook::Language;
use store::place::LogPlace;
use store::{LogStore, Options, Progress};
use tests::made::book;
use tests::on_each_log;
use tests::wait::eventually;

use crate::receiver::Receiver;
use crate::world::{OFFICE, Ways, World};

on_each_log!(
    what_was_sent_and_not_marked_comes_again_with_its_id,
    a_sender_that_takes_over_sends_nothing_that_was_marked,
    a_moved_log_sends_nothing_before_its_people_are_confirmed_and_then_what_waits,
);

fn ways(receiver: &Receiver) -> Ways {
    Ways { authority: Some(receiver.authority.roots()), listed: vec!["127.0.0.1"], ..Ways::default() }
}

async fn alerts(world: &World) -> Vec<String> {
    world.alerts().await.into_iter().map(|(id, _)| id).collect()
}

async fn what_was_sent_and_not_marked_comes_again_with_its_id(place: &LogPlace) {
    let receiver = Receiver::start("127.0.0.1").await;
    let mut world = World::new(place, ways(&receiver)).await;
    world.address(OFFICE, &receiver.url("127.0.0.1"), Language::En).await;
    world.a_breach("A-1").await;
    // The receiver has it, and its answer never comes: then the sender dies.
    receiver.answers_with("");
    world.sender.round().await.expect("a round");
    eventually("the receiver has the first", async || receiver.requests().len() == 1).await;
    world.begin_again().await;
    receiver.answers(200);
    world.round().await;
    let (mut expected, came) = (alerts(&world).await, receiver.ids());
    expected.insert(0, expected[0].clone());
    assert_eq!((came, world.waiting().await), (expected, 0));
}

async fn a_sender_that_takes_over_sends_nothing_that_was_marked(place: &LogPlace) {
    let receiver = Receiver::start("127.0.0.1").await;
    let mut world = World::new(place, ways(&receiver)).await;
    world.address(OFFICE, &receiver.url("127.0.0.1"), Language::En).await;
    world.a_breach("A-1").await;
    world.round().await;
    world.begin_again().await;
    world.round().await;
    world.a_breach("A-2").await;
    world.begin_again().await;
    world.round().await;
    assert_eq!(receiver.ids(), alerts(&world).await);
}

async fn a_moved_log_sends_nothing_before_its_people_are_confirmed_and_then_what_waits(place: &LogPlace) {
    let receiver = Receiver::start("127.0.0.1").await;
    let mut world = World::new(place, ways(&receiver)).await;
    let address = world.address(OFFICE, &receiver.url("127.0.0.1"), Language::En).await;
    world.a_breach("A-1").await;
    world.round().await;
    let before = receiver.ids().len();
    assert!(before > 2);
    // What was raised and did not go out any more goes along: some of it waits already, some is only in the log.
    receiver.answers(503);
    world.a_breach("A-2").await;
    world.round().await;
    let failed = receiver.ids().len();
    world.a_breach("A-3").await;
    let folder = tempfile::tempdir().expect("a folder");
    let elsewhere = LogPlace::File(folder.path().join("moved.db"));
    let new = elsewhere.open(book(), &Options { create: true, ..Options::default() }).await.expect("a log");
    let now = service::clock::Clock::now(world.clock.as_ref());
    let told: Progress = Arc::new(|_, _| ());
    store::transfer::transfer(&world.store, &new, now, &told).await.expect("moved");
    receiver.answers(200);
    world.later(3600).await;
    assert_eq!(receiver.ids().len(), failed, "nothing goes out of the old one");
    let (old, alerts) = (std::mem::replace(&mut world.store, new), alerts(&world).await);
    world.begin_again().await;
    world.round().await;
    assert_eq!(receiver.ids().len(), failed, "nothing goes out before somebody confirms it");
    assert_eq!(world.now(&address).await.office, address.office);
    let store: &dyn LogStore = world.store.as_ref();
    store.confirm_people().await.expect("confirmed");
    world.round().await;
    assert_eq!(receiver.ids()[failed..], alerts[before..], "once, in the order of the log");
    drop(old);
}
