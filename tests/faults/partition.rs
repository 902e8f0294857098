//! A process that is cut off from the database or from NATS: everything that it sends vanishes, and so do the answers.

use tests::way::Way;

use crate::world::{CAUGHT_UP, Fault, World, pause};

/// Two processes, each with a way of its own to both servers.
struct Ways {
    world: World,
    to_postgres: Vec<Way>,
    to_nats: Vec<Way>,
}

async fn two_at_work() -> Ways {
    let mut world = World::new().await;
    let (mut to_postgres, mut to_nats) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let (db, nats) = (Way::to(world.cluster.port()).await, Way::to(world.nats.port()).await);
        let (db_url, nats_url) = (world.cluster.url(), world.nats.url());
        world.add_serve(&db.instead_of(&db_url, world.cluster.port()), &nats.instead_of(&nats_url, world.nats.port()));
        to_postgres.push(db);
        to_nats.push(nats);
    }
    world.begin_load().await;
    world.divided(2).await;
    pause(1.0).await;
    Ways { world, to_postgres, to_nats }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_cut_off_from_the_database_is_replaced_and_doubles_nothing_when_it_is_back() {
    let Ways { world, to_postgres, to_nats: _open } = two_at_work().await;
    let way = &to_postgres[world.first()];
    let fault = Fault::begins();
    way.cut();
    pause(5.0).await;
    way.heal();
    world.has_recovered(fault.ends()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_cut_off_from_the_database_catch_up_within_ten_seconds() {
    let Ways { world, to_postgres, to_nats: _open } = two_at_work().await;
    let mut faults = Vec::new();
    // Shorter and longer than a caller waits.
    for seconds in [4.0, 12.0] {
        let fault = Fault::begins();
        to_postgres.iter().for_each(Way::cut);
        pause(seconds).await;
        to_postgres.iter().for_each(Way::heal);
        faults.push(fault.ends());
        pause(4.0).await;
    }
    world.account().await.caught_up(&faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_cut_off_from_nats_alone_lets_the_other_publish_and_doubles_nothing_when_it_is_back() {
    let Ways { world, to_nats, to_postgres: _open } = two_at_work().await;
    let cut_off = world.first();
    let fault = Fault::begins();
    to_nats[cut_off].cut();
    pause(15.0).await;
    assert_ne!(world.first(), cut_off, "it did not step back");
    to_nats[cut_off].heal();
    let fault = fault.ends();
    pause(2.0).await;
    let account = world.account().await;
    account.taken_over_within(CAUGHT_UP, fault);
    account.caught_up(&[fault]);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_cut_off_from_nats_catch_up_within_ten_seconds() {
    let Ways { world, to_nats, to_postgres: _open } = two_at_work().await;
    let fault = Fault::begins();
    to_nats.iter().for_each(Way::cut);
    pause(7.0).await;
    to_nats.iter().for_each(Way::heal);
    let fault = fault.ends();
    pause(1.0).await;
    world.account().await.caught_up(&[fault]);
}
