//! The open streams of live updates: what each follows, how far it was told, and when it has to end.
//!
//! Invariant: a place counts the changes of one office alone: the log's own positions would tell it how much is recorded
//! elsewhere. Of a session one stream is open, of a person or token a few, of all a bounded number. While no stream is open,
//! nobody reads the log for them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::action::OfficeCode;
use projections::view::Seat;
use tokio::sync::watch;
use uuid::Uuid;

/// How many streams may be open: fewer than half of the connections, so that pages are served beside them.
const MOST: usize = 240;
/// How many of one person or token: an older one then gives way.
const MOST_OF_ONE: usize = 4;

/// What a stream follows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Follows {
    /// The cases that an office has in a seat.
    Cases(OfficeCode, Seat),
    /// What is escalated to an office.
    Escalated(OfficeCode),
}

/// How far a follower was told: the number of a change, in a series of this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    series: Uuid,
    number: u64,
}

impl Place {
    /// The place that a text says, as [`Place`] is written.
    pub fn read(text: &str) -> Option<Self> {
        let (series, number) = text.split_once('-')?;
        Some(Self { series: Uuid::try_parse(series).ok()?, number: number.parse().ok()? })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.series.simple(), self.number)
    }
}

/// What a stream is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    /// Up to where something changed.
    pub place: Place,
    /// Whether another stream has taken its place.
    pub replaced: bool,
    /// How often it was to ask whether its right still holds.
    pub looks: u64,
}

/// The open streams of this process.
#[derive(Clone, Default)]
pub struct Live(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Whether a stream is open.
    wanted: watch::Sender<bool>,
    /// Whether the log is read for them, and since when: the series.
    series: watch::Sender<Option<Uuid>>,
}

#[derive(Default)]
struct State {
    closed: bool,
    places: BTreeMap<Follows, u64>,
    /// By the number of each, so that the oldest is the first.
    streams: BTreeMap<u64, Open>,
    next: u64,
}

struct Open {
    of: Of,
    follows: Follows,
    told: watch::Sender<Told>,
}

/// Whose a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Of {
    /// The person or token.
    pub who: Uuid,
    /// The key of the session; `None` for a token.
    pub session: Option<[u8; 32]>,
}

/// An open stream, until it is dropped.
pub struct Stream {
    shared: Arc<Shared>,
    number: u64,
    /// What it is told; closed when the process stops.
    pub told: watch::Receiver<Told>,
}

impl Live {
    /// Opens a stream; from then on every change is told. Others of the same session or person may have to end. `None`: there
    /// are too many, or the process stops.
    pub async fn open(&self, of: Of, follows: Follows) -> Option<Stream> {
        let (tell, told) = watch::channel(Told::default());
        let number = self.0.locked().enter(Open { of, follows, told: tell })?;
        let stream = Stream { shared: Arc::clone(&self.0), number, told };
        self.0.wanted.send_replace(true);
        // What is committed before the log is read for it, the page finds when it asks.
        let _ = self.0.series.subscribe().wait_for(Option::is_some).await;
        let mut state = self.0.locked();
        let series = (*self.0.series.borrow())?;
        let State { places, streams, .. } = &mut *state;
        let open = streams.get(&number)?;
        let place = Place { series, number: *places.entry(open.follows.clone()).or_default() };
        open.told.send_modify(|told| told.place = place);
        drop(state);
        Some(stream)
    }

    /// Has streams ask whether their right still holds: those of a session, or all.
    pub fn look_again(&self, session: Option<[u8; 32]>) {
        let state = self.0.locked();
        for open in state.streams.values().filter(|open| session.is_none() || open.of.session == session) {
            open.told.send_modify(|told| told.looks += 1);
        }
    }

    /// Waits until a stream is open.
    pub async fn wanted(&self) {
        // Never fails: the sender lives as long as we do.
        let _ = self.0.wanted.subscribe().wait_for(|wanted| *wanted).await;
    }

    /// Begins a series: whoever was told up to a place of another one is told again.
    pub fn begin(&self) {
        let series = Uuid::new_v4();
        let mut state = self.0.locked();
        for open in state.streams.values() {
            open.told.send_modify(|told| told.place = Place { series, number: 0 });
        }
        state.places = state.streams.values().map(|open| (open.follows.clone(), 0)).collect();
        self.0.series.send_replace(Some(series));
    }

    /// Whether the log is still to be read: a stream is open.
    pub fn goes_on(&self) -> bool {
        let state = self.0.locked();
        let goes_on = !state.streams.is_empty();
        if !goes_on {
            self.0.wanted.send_replace(false);
            self.0.series.send_replace(None);
        }
        drop(state);
        goes_on
    }

    /// Tells those whom changes concern.
    pub fn tell(&self, concerns: impl Fn(&Follows) -> bool) {
        let mut state = self.0.locked();
        let State { places, streams, .. } = &mut *state;
        for (follows, number) in places.iter_mut().filter(|(follows, _)| concerns(follows)) {
            *number += 1;
            for open in streams.values().filter(|open| open.follows == *follows) {
                open.told.send_modify(|told| told.place.number = *number);
            }
        }
    }

    /// Ends all streams, and lets none begin.
    pub fn close(&self) {
        let mut state = self.0.locked();
        state.closed = true;
        state.streams.clear();
        // Whoever waits for the reader to begin wakes, and finds no stream.
        self.0.series.send_replace(Some(Uuid::nil()));
    }
}

impl Shared {
    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a stream in, with its number.
    fn enter(&mut self, open: Open) -> Option<u64> {
        if self.closed {
            return None;
        }
        let of_session = |other: &Open| open.of.session.is_some() && other.of.session == open.of.session;
        let mut left = self.streams.values().filter(|other| other.of.who == open.of.who).count();
        self.streams.retain(|_, other| {
            let replaced = other.of.who == open.of.who && (of_session(other) || left >= MOST_OF_ONE);
            if replaced {
                left -= 1;
                other.told.send_modify(|told| told.replaced = true);
            }
            !replaced
        });
        if self.streams.len() >= MOST {
            return None;
        }
        self.next += 1;
        self.streams.insert(self.next, open);
        Some(self.next)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.shared.locked().streams.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(who: u128, session: Option<u8>) -> Of {
        Of { who: Uuid::from_u128(who), session: session.map(|byte| [byte; 32]) }
    }

    fn cases(code: &str) -> Follows {
        Follows::Cases(OfficeCode::new(code).expect("a code"), Seat::Court)
    }

    fn read() -> Live {
        let live = Live::default();
        live.begin();
        live
    }

    #[test]
    fn a_place_is_read_as_it_is_written_and_nothing_else_is_one() {
        let place = Place { series: Uuid::from_u128(0xab), number: 12 };
        assert_eq!(Place::read(&place.to_string()), Some(place));
        for text in ["", "12", "ab-1", "-1", "xy-1", "000000000000000000000000000000ab-"] {
            assert_eq!(Place::read(text), None, "{text}");
        }
    }

    #[tokio::test]
    async fn who_follows_other_cases_is_told_nothing_and_his_place_stays() {
        let live = read();
        let mut one = live.open(of(1, Some(1)), cases("one")).await.expect("a stream");
        let mut other = live.open(of(2, Some(2)), cases("other")).await.expect("a stream");
        let [before, stays] = [&mut one, &mut other].map(|stream| stream.told.borrow_and_update().place);
        live.tell(|follows| *follows == cases("one"));
        assert!(one.told.has_changed().expect("it is open"));
        assert_ne!(one.told.borrow().place, before);
        assert!(!other.told.has_changed().expect("it is open"));
        assert_eq!(other.told.borrow().place, stays);
    }

    #[tokio::test]
    async fn a_newer_stream_of_a_session_ends_the_older_one_and_many_of_one_token_the_oldest() {
        let live = read();
        let older = live.open(of(1, Some(1)), cases("one")).await.expect("a stream");
        let newer = live.open(of(1, Some(1)), cases("one")).await.expect("a stream");
        assert!(older.told.borrow().replaced && !newer.told.borrow().replaced);
        let mut of_token = Vec::new();
        for _ in 0..=MOST_OF_ONE {
            of_token.push(live.open(of(2, None), cases("one")).await.expect("a stream"));
        }
        let replaced: Vec<bool> = of_token.iter().map(|stream| stream.told.borrow().replaced).collect();
        assert_eq!(replaced, [true, false, false, false, false]);
    }

    #[tokio::test]
    async fn no_more_than_so_many_are_open_and_none_once_it_is_closed() {
        let live = read();
        let mut open = Vec::new();
        for nth in 0..MOST {
            open.push(live.open(of(nth as u128, None), cases("one")).await.expect("a stream"));
        }
        assert!(live.open(of(9_999, None), cases("one")).await.is_none());
        drop(open.pop());
        let mut last = live.open(of(9_999, None), cases("one")).await.expect("there is room");
        last.told.borrow_and_update();
        live.close();
        assert!(last.told.changed().await.is_err());
        assert!(live.open(of(1, None), cases("one")).await.is_none());
    }
}
