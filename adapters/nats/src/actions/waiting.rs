//! The queue of requests, by office.
//!
//! Invariant: the bytes of queued requests and of those in progress are limited, for one office and for all. Offices
//! with queued requests take turns, however much one of them sends.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;

use engine::action::OfficeCode;

/// How many bytes of requests may be queued or in progress: of all offices, and of one.
const ROOM: (usize, usize) = (16 << 20, 4 << 20);
/// How many of them may be in progress: of all offices, and of one. One request is always allowed.
const AT_WORK: (usize, usize) = (8 << 20, 1 << 20);
/// The size that a request counts for at least, for its costs beside its bytes.
const LEAST: usize = 64 << 10;

/// The queue.
pub(super) struct Waiting<T> {
    offices: BTreeMap<OfficeCode, Office<T>>,
    /// The office that had the last turn.
    last: Option<OfficeCode>,
    size: usize,
    at_work: usize,
}

struct Office<T> {
    waiting: VecDeque<(usize, T)>,
    /// The bytes of its requests, queued or in progress.
    size: usize,
    at_work: usize,
}

/// The next request.
pub(super) struct Turn<T> {
    pub office: OfficeCode,
    /// To be passed to [`Waiting::done`].
    pub size: usize,
    pub request: T,
}

impl<T> Waiting<T> {
    pub const fn new() -> Self {
        Self { offices: BTreeMap::new(), last: None, size: 0, at_work: 0 }
    }

    /// Queues a request of so many bytes.
    ///
    /// # Errors
    /// The request, if there is no room for it.
    pub fn push(&mut self, office: OfficeCode, bytes: usize, request: T) -> Result<(), T> {
        let size = bytes.clamp(LEAST, ROOM.1);
        let known = self.offices.get(&office).map_or(0, |office| office.size);
        if self.size + size > ROOM.0 || known + size > ROOM.1 {
            return Err(request);
        }
        let new = || Office { waiting: VecDeque::new(), size: 0, at_work: 0 };
        let of = self.offices.entry(office).or_insert_with(new);
        of.waiting.push_back((size, request));
        of.size += size;
        self.size += size;
        Ok(())
    }

    /// The next request: the offices take turns in the order of their codes.
    pub fn next(&mut self) -> Option<Turn<T>> {
        let at_work = self.at_work;
        let fits = |(_, office): &(&OfficeCode, &mut Office<T>)| {
            office.waiting.front().is_some_and(|(size, _)| {
                (office.at_work == 0 || office.at_work + size <= AT_WORK.1)
                    && (at_work == 0 || at_work + size <= AT_WORK.0)
            })
        };
        let behind = self.last.clone().map_or(Bound::Unbounded, Bound::Excluded);
        let found = match self.offices.range_mut((behind, Bound::Unbounded)).find(fits) {
            Some((code, _)) => Some(code.clone()),
            None => self.offices.iter_mut().find(fits).map(|(code, _)| code.clone()),
        };
        let code = found?;
        let office = self.offices.get_mut(&code)?;
        let (size, request) = office.waiting.pop_front()?;
        office.at_work += size;
        self.at_work += size;
        self.last = Some(code.clone());
        Some(Turn { office: code, size, request })
    }

    /// Notes that a request is done.
    pub fn done(&mut self, office: &OfficeCode, size: usize) {
        self.size -= size;
        self.at_work -= size;
        if let Some(of) = self.offices.get_mut(office) {
            of.size -= size;
            of.at_work -= size;
            if of.size == 0 {
                self.offices.remove(office);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office(code: &str) -> OfficeCode {
        OfficeCode::new(code).expect("a code")
    }

    #[test]
    fn offices_take_turns_however_much_one_of_them_sends() {
        let mut waiting = Waiting::new();
        for n in 0..64 {
            assert!(waiting.push(office("b-many"), 100, n).is_ok());
        }
        assert_eq!(waiting.push(office("b-many"), 100, 64), Err(64), "its room is used up");
        for (code, n) in [("a-few", 100), ("c-few", 200), ("a-few", 101)] {
            assert!(waiting.push(office(code), 100, n).is_ok());
        }
        let turns: Vec<i32> = std::iter::from_fn(|| waiting.next()).map(|turn| turn.request).take(6).collect();
        assert_eq!(turns, [100, 0, 200, 101, 1, 2]);
    }

    #[test]
    fn one_office_has_one_large_request_worked_on_and_leaves_room_for_others() {
        let mut waiting = Waiting::new();
        for n in 0..4 {
            assert!(waiting.push(office("large"), 1 << 20, n).is_ok());
        }
        assert_eq!(waiting.push(office("large"), 1 << 20, 4), Err(4));
        let Some(Turn { office: code, size, request: 0 }) = waiting.next() else { panic!("the first") };
        assert!(waiting.next().is_none());
        assert!(waiting.push(office("other"), 1 << 20, 10).is_ok());
        assert_eq!(waiting.next().map(|turn| turn.request), Some(10));
        waiting.done(&code, size);
        assert_eq!(waiting.next().map(|turn| turn.request), Some(1));
    }

    #[test]
    fn nothing_is_left_of_what_is_done() {
        let mut waiting = Waiting::new();
        for n in 0..50 {
            assert!(waiting.push(office(&format!("o-{}", n % 7)), n << 12, n).is_ok());
        }
        let mut done = 0;
        while let Some(Turn { office, size, .. }) = waiting.next() {
            waiting.done(&office, size);
            done += 1;
        }
        assert_eq!((done, waiting.size, waiting.at_work, waiting.offices.len()), (50, 0, 0, 0));
    }
}
