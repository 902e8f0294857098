//! Exponential backoff: each pause before a retry is twice as long as the one before, up to a maximum.

use std::time::Duration;

/// Pauses that grow.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    /// For every retry of a NATS connection.
    pub const NATS: Self = Self::between(Duration::from_millis(100), Duration::from_secs(2));

    /// From the first pause up to the longest.
    pub const fn between(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// The next pause.
    pub fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.longest);
        pause
    }

    /// After a success: the next pause is the first again.
    pub const fn reset(&mut self) {
        self.next = self.first;
    }

    /// Whether there was no pause since the last [`Backoff::reset`].
    pub fn is_fresh(&self) -> bool {
        self.next == self.first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_double_up_to_the_longest_and_begin_again_when_all_is_well() {
        let mut backoff = Backoff::NATS;
        let pauses: Vec<u128> = (0..7).map(|_| backoff.pause().as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1600, 2000, 2000]);
        backoff.reset();
        assert!(backoff.is_fresh());
    }
}
