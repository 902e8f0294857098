//! Alive and ready, as the clock and the loops give it.

use std::sync::Arc;
use std::time::Duration;

use engine::calendar::Instant;
use engine::rulebook::Rulebook;
use scenarios::memory::MemoryStore;
use service::clock::{Clock, SteadyClock};
use service::figures::Figures;
use service::lifecycle::Stop;
use service::status::{About, Status};
use service::watch::clock_doubt::ClockDoubt;
use tests::clock::SetClock;

fn status(figures: &Arc<Figures>, clock: &Arc<SetClock>) -> Status {
    let book = Arc::new(Rulebook::law_05_na_2006());
    let about = About { nats: true, busy_timeout: Duration::from_secs(10), rulebook: book.digest() };
    let (wall, steady) = (Arc::clone(clock) as Arc<dyn Clock>, Arc::clone(clock) as Arc<dyn SteadyClock>);
    let doubt = Arc::new(ClockDoubt::new(clock.now(), Arc::clone(&steady)));
    Status::new(Arc::new(MemoryStore::new(book)), wall, steady, doubt, Arc::clone(figures), about)
}

fn figures() -> (Arc<Figures>, Arc<SetClock>) {
    let clock = SetClock::at(Instant::from_unix(1_800_000_000));
    (Arc::new(Figures::on(&(Arc::clone(&clock) as Arc<dyn SteadyClock>))), clock)
}

#[test]
fn a_loop_that_stands_still_is_a_reason_to_start_again() {
    let (figures, clock) = figures();
    let status = status(&figures, &clock);
    status.alive().expect("nothing has begun");
    figures.watch.comes_round();
    figures.relay.comes_round();
    clock.jump(80);
    status.alive().expect("the store may make it wait");
    clock.jump(11);
    figures.relay.comes_round();
    assert!(status.alive().expect_err("silent").contains("the loop of the watch has been hanging for 91 s"));
    figures.watch.comes_round();
    clock.jump(91);
    figures.watch.comes_round();
    assert!(status.alive().expect_err("silent").contains("the loop of the relay has been hanging for 91 s"));
    figures.relay.rests();
    status.alive().expect("a relay that rests has nothing to do");
}

#[tokio::test]
async fn what_stands_in_the_way_of_the_work_is_a_reason_each() {
    let (figures, clock) = figures();
    let status = Arc::new(status(&figures, &clock));
    assert_eq!(status.ready(), Err(vec!["the store has not answered yet".to_owned()]));
    let (tell, told) = Stop::pair();
    let asking = Arc::clone(&status);
    let asking = tokio::spawn(async move { asking.keep_asking(&told).await });
    while status.ready().is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tell.stop();
    asking.await.expect("it stops when told");
    figures.relay.comes_round();
    assert_eq!(status.ready(), Err(vec!["the relay: NATS is not connected yet".to_owned()]));
    figures.nats_connected.set(true);
    figures.watch.is_in_trouble("no room is left");
    assert_eq!(status.ready(), Err(vec!["the watch: no room is left".to_owned()]));
    figures.watch.is_well();
    assert_eq!(status.ready(), Ok(()));
    clock.jump(20);
    assert_eq!(status.ready(), Err(vec!["the store has not answered for 20 s".to_owned()]));
    assert!(status.metrics().contains("\nkamnot_store_up 0\n"));
}
