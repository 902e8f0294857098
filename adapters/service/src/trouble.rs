//! Rate-limited logging of a lasting fault: logged at once and then ever more seldom, so that neither the fault nor the
//! rest of the diagnostic log is lost.

/// The last fault, and how often it was found in a row.
#[derive(Debug)]
pub struct Trouble<F> {
    last: Option<F>,
    times: u32,
}

impl<F: PartialEq> Trouble<F> {
    /// None.
    pub const fn none() -> Self {
        Self { last: None, times: 0 }
    }

    /// Notes a fault. True if it should be logged: when it differs from the last one, and the 1st, 2nd, 4th, 8th… time.
    pub fn is_news(&mut self, fault: F) -> bool {
        if self.last.as_ref() == Some(&fault) {
            self.times = self.times.saturating_add(1);
        } else {
            (self.last, self.times) = (Some(fault), 1);
        }
        self.times.is_power_of_two()
    }

    /// Notes that the fault is over. True if there was one.
    pub fn is_over(&mut self) -> bool {
        self.last.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lasting_trouble_is_said_ever_more_seldom() {
        let mut trouble = Trouble::none();
        let said: Vec<u32> = (1..=20).filter(|_| trouble.is_news("away")).collect();
        assert_eq!(said, [1, 2, 4, 8, 16]);
        assert!(trouble.is_news("refused") && trouble.is_over() && !trouble.is_over());
        assert!(trouble.is_news("refused"));
    }
}
