//! SIGSTOP: who was held comes back with old knowledge, and adds nothing and doubles nothing.

use crate::world::{Fault, World, pause};

#[tokio::test(flavor = "multi_thread")]
async fn a_process_held_past_its_heartbeat_doubles_nothing_when_it_comes_back() {
    let world = World::at_work(2).await;
    let mut held = Vec::new();
    // Who publishes, who doesn't, and for a moment that nobody notices.
    for (place, seconds) in [(world.first(), 4.5), (1 - world.first(), 4.0), (world.first(), 1.0)] {
        let fault = Fault::begins();
        world.serves[place].freeze();
        pause(seconds).await;
        world.serves[place].thaw();
        held.push(fault.ends());
        pause(1.0).await;
    }
    let account = world.account().await;
    for &fault in &held {
        account.taken_over(fault);
    }
    account.caught_up(&held);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_held_for_longer_than_anybody_waits_loses_nothing() {
    let world = World::at_work(2).await;
    let fault = Fault::begins();
    world.cluster.freeze();
    // A caller waits for ten seconds.
    pause(12.0).await;
    world.cluster.thaw();
    let fault = fault.ends();
    pause(2.0).await;
    world.account().await.caught_up(&[fault]);
}
