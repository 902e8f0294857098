//! Clocks that are set: alerts wait while the clock is in doubt, and none is lost or doubled.

use std::sync::Arc;
use std::time::Duration;

use engine::decide::Alerts;
use scenarios::servers::nats_server::NatsServer;
use service::clock::Clock;
use service::watch::Watch;
use service::watch::clock_doubt::{CLOCK_CONFIRMED, alerts_beside, operator_in};
use store::LogStore as _;
use tests::wait::eventually;

use crate::world::{World, instant, investigation};

const DAY: i64 = 86_400;

/// A case that has something to tell on the last days of March, and a watch over it.
async fn watched(server: &NatsServer) -> (World, crate::world::Serving) {
    let world = World::at("2026-03-02T08:00:00+07:00").await;
    world.import(&investigation("VTE-2026-0001", 1, "2026-03-01")).await;
    let serving = world.serve(&server.url());
    world.all_is_told().await;
    (world, serving)
}

async fn stays(what: usize, world: &World) {
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(world.ids().await.len(), what, "alerts are held back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_forward_holds_alerts_back_until_it_comes_back() {
    let server = NatsServer::start();
    let (world, serving) = watched(&server).await;
    let before = world.ids().await.len();
    world.jump(60 * DAY);
    eventually("the doubt", || async { serving.doubt.stands() }).await;
    eventually("those who record are told", || async {
        alerts_beside(world.store.as_ref()).await == Ok(Alerts::HeldBack)
    })
    .await;
    stays(before, &world).await;
    world.jump(-60 * DAY);
    eventually("no doubt", || async { !serving.doubt.stands() }).await;
    stays(before, &world).await;
    world.pass(60 * DAY);
    assert!(world.each_arrived_once(serving, &server).await.len() > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_clock_raises_what_was_held_back() {
    let server = NatsServer::start();
    let (world, serving) = watched(&server).await;
    let before = world.ids().await.len();
    // A word from before the doubt does not count.
    world.store.set_meta(CLOCK_CONFIRMED, "long ago").await.expect("written");
    world.jump(60 * DAY);
    eventually("the doubt", || async { serving.doubt.stands() }).await;
    stays(before, &world).await;
    world.store.set_meta(CLOCK_CONFIRMED, "today").await.expect("written");
    eventually("no doubt", || async { !serving.doubt.stands() }).await;
    assert!(world.each_arrived_once(serving, &server).await.len() > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_loses_and_doubles_nothing() {
    let server = NatsServer::start();
    let (world, serving) = watched(&server).await;
    world.pass(40 * DAY);
    world.all_is_told().await;
    let before = world.ids().await;
    world.jump(-20 * DAY);
    eventually("the doubt", || async { serving.doubt.stands() }).await;
    // A second case, recorded meanwhile: what it has to tell waits too.
    world.jump(20 * DAY);
    eventually("no doubt", || async { !serving.doubt.stands() }).await;
    stays(before.len(), &world).await;
    // Less than five minutes is no doubt; the alert comes when the clock gets there again.
    world.import(&investigation("VTE-2026-0002", 2, "2026-04-01")).await;
    world.all_is_told().await;
    let before = world.ids().await.len();
    for _ in 0..40 {
        world.pass(DAY);
        world.jump(-120);
        world.jump(120);
    }
    world.all_is_told().await;
    assert!(!serving.doubt.stands());
    assert!(world.each_arrived_once(serving, &server).await.len() > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_is_due_and_decides_nothing_is_put_off_and_not_forgotten() {
    let world = World::at("2026-03-30T23:00:00+07:00").await;
    world.import(&investigation("VTE-2026-0001", 1, "2026-03-01")).await;
    let midnight = instant("2026-03-31T00:00:00+07:00");
    let clock = Arc::clone(&world.wall) as Arc<dyn Clock>;
    let mut watch = Watch::new(world.recorder(), clock, world.doubt(), operator_in(world.store.clone()));
    // The recorder's clock isn't there yet, so the case has nothing to tell.
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(watch.tick(midnight).await.expect("the store"));
    }
    assert_eq!(told, [1, 1, 0, 0], "twice at once, then not before a second has passed");
    world.pass(3_600);
    assert_eq!(watch.tick(midnight).await.expect("the store"), 1);
    assert_eq!(watch.tick(midnight).await.expect("the store"), 0);
    assert!(world.ids().await.len() > 1);
}
