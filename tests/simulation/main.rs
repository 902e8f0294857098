//! The simulated world: what it claims holds on many seeds, and it sees what is wrong.

use std::collections::BTreeMap;

use scenarios::simulation::{Claim, History, Sabotage, first_failure, run, shortest};

/// Within so many seeds every sabotage is seen. What a power failure takes is often the last of the tree, which is taken in anew.
const SEEN_WITHIN: u64 = 100;

#[test]
fn two_hundred_worlds_lose_nothing_and_tell_nothing_wrong() {
    let first = std::env::var("KAMNOT_SEED").map_or(1, |seed| seed.parse().unwrap());
    println!("seeds {first} to {}; others: KAMNOT_SEED=…", first + 199);
    let (tally, failed) = first_failure(first..first + 200, None, &|| ());
    if let Some((seed, violation)) = failed {
        let (history, shortest) = shortest(&History::of(seed), None, &violation);
        panic!("seed {seed}: {violation}\nthe shortest history that fails the same way:\n{history}\n{shortest}");
    }
    println!("{tally:?}");
    assert!(tally.cases > 500 && tally.actions > 10_000 && tally.alerts > 5_000, "{tally:?}");
    assert!(tally.escalated > 200 && tally.handled > 200, "{tally:?}");
    assert!(tally.troubles > 800 && tally.ends > 200, "{tally:?}");
}

#[test]
fn the_same_history_gives_the_same_run() {
    for seed in 1..8 {
        let history = History::of(seed);
        assert_eq!(history.to_string(), History::of(seed).to_string());
        assert_eq!(run(&history, None), run(&history, None), "seed {seed}");
    }
}

/// The first seed on which a sabotage is seen, and which claim it breaks. What is lost at the very end, with nothing behind it,
/// is only late, and an alert that is lost once it was published is seen at the stream: then a later seed has to show what it is.
fn seen(sabotage: Sabotage) -> Option<(u64, Claim)> {
    let hides = |claim| match sabotage {
        Sabotage::OutboxForgetsARow | Sabotage::HalfOfAnAppend => claim == Claim::NothingIsLate,
        Sabotage::StoreAcknowledgesTooEarly => claim == Claim::TheStreamIsRight,
        _ => false,
    };
    (1..=SEEN_WITHIN).find_map(|seed| {
        let claim = run(&History::of(seed), Some(sabotage)).err()?.claim;
        (!hides(claim)).then_some((seed, claim))
    })
}

#[test]
fn each_sabotage_is_caught() {
    let expected = |sabotage| match sabotage {
        Sabotage::StoreAcknowledgesTooEarly | Sabotage::OfficeBelievesTooMuch => Claim::NothingIsLost,
        Sabotage::WatchSkipsACase => Claim::NothingIsLate,
        Sabotage::ViewIsNotUpdated => Claim::ViewsAreRight,
        Sabotage::HalfOfAnAppend => Claim::TheLogIsWhole,
        Sabotage::AlertUnderAnotherId | Sabotage::AlertTooEarly => Claim::AlertsAreRight,
        // The alert behind the forgotten one stands in its place.
        Sabotage::OutboxForgetsARow
        | Sabotage::BrokerLosesWhatItAcknowledged
        | Sabotage::BrokerWithoutAFence
        | Sabotage::AlertDoubledUnderAnotherId => Claim::TheStreamIsRight,
        Sabotage::ClockJumpsUnnoticed => Claim::TheClockIsWatched,
        Sabotage::TreePassesOverAnEvent => Claim::TheTreeIsRight,
    };
    let mut unseen = BTreeMap::new();
    for sabotage in Sabotage::ALL {
        let seen = seen(sabotage);
        println!("{sabotage:?}: {seen:?}");
        if seen.map(|(_, claim)| claim) != Some(expected(sabotage)) {
            unseen.insert(format!("{sabotage:?}"), seen);
        }
    }
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[test]
fn what_fails_is_told_with_its_shortest_history() {
    let sabotage = Some(Sabotage::AlertDoubledUnderAnotherId);
    let (history, violation) = (1..=SEEN_WITHIN)
        .find_map(|seed| {
            let history = History::of(seed);
            let violation = run(&history, sabotage).err()?;
            Some((history, violation))
        })
        .expect("it is caught");
    let (short, violation) = shortest(&history, sabotage, &violation);
    assert_eq!(run(&short, sabotage), Err(violation), "what is printed is what happens");
    // It takes five alerts, and no trouble at all.
    let lines = short.to_string().lines().count();
    assert!(short.cases.len() == 1 && short.troubles.is_empty() && lines <= 8, "{short}");
}
