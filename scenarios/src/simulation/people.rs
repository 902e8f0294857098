//! People of the offices: they take alerts, hand them over, give them back and note them, and do not wait for an answer.
//!
//! Invariant: what they do follows from the seed and from the alerts that stand.

use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::decide::Alerts;
use engine::handling::{Doing, Handling, Promise};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use service::recorder::{OnBehalf, Sender};
use service::watch::clock_doubt::alerts_beside;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::naive::Naive;
use super::process::Desk;

const HOUR: i64 = 3600;

/// All people together.
pub(super) struct People {
    chance: ChaCha8Rng,
    under_way: JoinSet<()>,
}

impl People {
    pub fn of(seed: u64) -> Self {
        Self { chance: ChaCha8Rng::seed_from_u64(seed ^ 0x7065_6f70_6c65), under_way: JoinSet::new() }
    }

    /// Now and then somebody does something about an alert that stands, sometimes twice.
    pub fn act(&mut self, naive: &Naive, desks: &[Desk], now: Instant) {
        let (number, person, what, hours, twice): (usize, u8, u8, i64, bool) = (
            self.chance.random_range(0..10_000),
            self.chance.random_range(0..3),
            self.chance.random_range(0..12),
            self.chance.random_range(1..60),
            self.chance.random_bool(0.2),
        );
        let id = Uuid::from_u128(self.chance.random());
        let promise = || Promise { what: "it".into(), until: now.plus(hours * HOUR) };
        let doing = match what {
            0..=2 => Doing::Takes(promise()),
            3 => Doing::GivesBack,
            4 => Doing::HandsOver { to: Uuid::from_u128(u128::from(person + 1)), promise: promise() },
            5 => Doing::Notes,
            _ => return,
        };
        let Some((case, topic, occurrence, owing)) = naive.standing(number) else { return };
        let Some(desk) = desks.get(number % desks.len().max(1)).cloned() else { return };
        let office = if number % 7 == 0 { OfficeCode::new("vte-juvenile-court").unwrap_or(owing) } else { owing };
        let sender = Sender { office, person: Some(Uuid::from_u128(u128::from(person))), role: None };
        self.under_way.spawn(async move {
            for _ in 0..=u8::from(twice) {
                let alerts = alerts_beside(desk.store.as_ref()).await.unwrap_or(Alerts::HeldBack);
                let handling = Handling { id, topic, occurrence, doing: doing.clone() };
                // Refused or failed, nobody asks again: what counts is what the log holds.
                let _ = desk.recorder.handle(&sender, &case, handling, OnBehalf::OfTheCase, alerts).await;
            }
        });
    }

    /// A process has died: what was handed in is not waited for.
    pub async fn lose(&mut self) {
        self.under_way.abort_all();
        while self.under_way.join_next().await.is_some() {}
    }
}
