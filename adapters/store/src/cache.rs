//! The states of the cases that were used last, so that recording an action need not read its case again.
//!
//! Invariant: an entry is the case as some commit left it; it is replaced by a later one only, and dropped when
//! another program has written to the case. A case that was closed is not kept: it seldom has another action, and
//! thousands of them would only spread the memory that the open ones are found in.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::action::{ActionName, CaseRef};
use engine::case::Case;

/// Of how many drops it is known which case each was of.
const DROPS_KNOWN: usize = 4096;

/// The cache, shared by all tasks.
pub(super) struct Cache(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    /// The most actions and alerts that all entries may hold together.
    most: usize,
    actions: usize,
    cases: HashMap<CaseRef, (u64, Arc<Case>)>,
    /// The cases by their last use.
    used: BTreeMap<u64, CaseRef>,
    uses: u64,
    drops: u64,
    /// The last drop of each case, and the drops in their order; before `forgotten` any case may have been dropped.
    dropped: HashMap<CaseRef, u64>,
    in_order: VecDeque<(u64, CaseRef)>,
    forgotten: u64,
}

/// How often cases had been dropped when one was read; what was read of a case before it was dropped may be stale.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Drops(u64);

impl Cache {
    pub fn new(most: usize) -> Self {
        Self(Mutex::new(Entries { most, ..Entries::default() }))
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn get(&self, case: &CaseRef) -> Option<Arc<Case>> {
        let mut entries = self.entries();
        let entries = &mut *entries;
        let (used, known) = entries.cases.get_mut(case)?;
        entries.uses += 1;
        let last = std::mem::replace(used, entries.uses);
        if let Some(reference) = entries.used.remove(&last) {
            entries.used.insert(entries.uses, reference);
        }
        Some(Arc::clone(known))
    }

    pub fn drops(&self) -> Drops {
        Drops(self.entries().drops)
    }

    /// Takes in what was read when there had been so many drops.
    pub fn offer(&self, case: &CaseRef, read: &Arc<Case>, at: Drops) {
        let mut entries = self.entries();
        if read.version() > 0 && !entries.is_stale(case, at) {
            entries.put(case, Arc::clone(read));
        }
    }

    /// Takes in what was committed.
    pub fn put(&self, committed: impl Iterator<Item = (CaseRef, Arc<Case>)>) {
        let mut entries = self.entries();
        for (case, after) in committed {
            entries.put(&case, after);
        }
    }

    /// Takes in what was committed of each case, unless it has been dropped since there had been so many drops: then it may
    /// be stale already, and what is kept of it is dropped too.
    pub fn put_unless_dropped(&self, committed: impl Iterator<Item = (CaseRef, Arc<Case>)>, at: Drops) {
        let mut entries = self.entries();
        for (case, after) in committed {
            if entries.is_stale(&case, at) {
                entries.remove(&case);
                // Somebody may have read it between that drop and this commit.
                entries.note_drop(&case);
            } else {
                entries.put(&case, after);
            }
        }
    }

    /// Drops everything: what others have changed is not known.
    pub fn clear(&self) {
        let mut entries = self.entries();
        entries.drops += 1;
        entries.forgotten = entries.drops;
        entries.dropped.clear();
        entries.in_order.clear();
        entries.cases.clear();
        entries.used.clear();
        entries.actions = 0;
    }

    /// Drops what another program has changed.
    pub fn drop_all<'c>(&self, cases: impl Iterator<Item = &'c CaseRef>) {
        let mut entries = self.entries();
        for case in cases {
            entries.remove(case);
            entries.note_drop(case);
        }
    }
}

impl Entries {
    fn put(&mut self, case: &CaseRef, after: Arc<Case>) {
        if self.cases.get(case).is_some_and(|(_, known)| known.version() >= after.version()) {
            return;
        }
        self.remove(case);
        if is_closed(&after) {
            // What somebody has read before this must not be taken in behind it.
            self.note_drop(case);
            return;
        }
        self.uses += 1;
        self.actions += size(&after);
        self.cases.insert(case.clone(), (self.uses, after));
        self.used.insert(self.uses, case.clone());
        while self.actions > self.most
            && let Some((_, oldest)) = self.used.pop_first()
        {
            self.remove(&oldest);
        }
    }

    fn note_drop(&mut self, case: &CaseRef) {
        self.drops += 1;
        self.dropped.insert(case.clone(), self.drops);
        self.in_order.push_back((self.drops, case.clone()));
        if self.in_order.len() > DROPS_KNOWN
            && let Some((oldest, case)) = self.in_order.pop_front()
        {
            self.forgotten = oldest;
            if self.dropped.get(&case) == Some(&oldest) {
                self.dropped.remove(&case);
            }
        }
    }

    fn is_stale(&self, case: &CaseRef, at: Drops) -> bool {
        at.0 < self.forgotten || self.dropped.get(case).is_some_and(|drop| *drop > at.0)
    }

    fn remove(&mut self, case: &CaseRef) {
        if let Some((used, known)) = self.cases.remove(case) {
            self.used.remove(&used);
            self.actions -= size(&known);
        }
    }
}

/// Whether the action that was recorded last closes the case.
fn is_closed(case: &Case) -> bool {
    case.recorded().last().is_some_and(|recorded| recorded.action.name == ActionName::CaseClosed)
}

/// What a case counts for: its actions and alerts, and one for itself.
fn size(case: &Case) -> usize {
    case.size() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(names: &[&str]) -> Arc<Case> {
        use engine::action::{Action, OfficeCode};
        use engine::ages::Derived;
        use engine::case::{ENGINE, Event, Fact, evolve};
        use engine::randomness::Nonce;
        use engine::rulebook::Digest;
        let event = |name: &str| {
            let line = format!(r#"{{"action":"{name}","at":"2026-01-05T09:00:00+07:00","by":"x","case":"X"}}"#);
            let action = Action::read(&line).unwrap();
            Event {
                nonce: Nonce([0; 16]),
                engine: ENGINE,
                recorded_at: action.at.first(),
                recorded_by: OfficeCode::new("x").unwrap(),
                person: None,
                rulebook: Digest::of(b""),
                fact: Fact::ActionRecorded(Arc::new(action)),
                derived: Derived::default(),
                commitments: Vec::new(),
            }
        };
        Arc::new(names.iter().fold(Case::default(), |case, name| evolve(case, &event(name))))
    }

    fn case(version: usize) -> Arc<Case> {
        recorded(&vec!["file_sent"; version])
    }

    #[test]
    fn an_older_state_never_replaces_a_newer_one() {
        let (cache, reference) = (Cache::new(100), CaseRef::new("A").unwrap());
        let drops = cache.drops();
        cache.put([(reference.clone(), case(2))].into_iter());
        cache.offer(&reference, &case(1), drops);
        assert_eq!(cache.get(&reference).map(|case| case.version()), Some(2));
    }

    #[test]
    fn what_was_read_before_a_drop_is_not_kept() {
        let (cache, reference) = (Cache::new(100), CaseRef::new("A").unwrap());
        let drops = cache.drops();
        cache.drop_all([&reference].into_iter());
        cache.offer(&reference, &case(1), drops);
        assert_eq!(cache.get(&reference), None);
    }

    #[test]
    fn a_drop_of_one_case_leaves_what_was_read_of_others() {
        let cache = Cache::new(100);
        let [other, reference] = ["A", "B"].map(|name| CaseRef::new(name).unwrap());
        let drops = cache.drops();
        cache.drop_all([&other].into_iter());
        cache.put([(other.clone(), recorded(&["file_sent", "case_closed"]))].into_iter());
        cache.put_unless_dropped([(reference.clone(), case(2))].into_iter(), drops);
        assert_eq!(cache.get(&reference).map(|case| case.version()), Some(2));
        let drops = cache.drops();
        cache.drop_all([&reference].into_iter());
        // So many that nobody knows any more which cases they were of.
        let many: Vec<CaseRef> = (0..DROPS_KNOWN).map(|n| CaseRef::new(&format!("N-{n}")).unwrap()).collect();
        cache.drop_all(many.iter());
        for case_of in [&reference, &other] {
            cache.offer(case_of, &case(3), drops);
            assert_eq!(cache.get(case_of), None);
        }
        cache.offer(&reference, &case(3), cache.drops());
        assert_eq!(cache.get(&reference).map(|case| case.version()), Some(3));
    }

    #[test]
    fn what_was_committed_before_a_drop_is_not_kept() {
        let (cache, reference) = (Cache::new(100), CaseRef::new("A").unwrap());
        cache.put([(reference.clone(), case(1))].into_iter());
        let drops = cache.drops();
        cache.clear();
        cache.put([(reference.clone(), case(1))].into_iter());
        cache.put_unless_dropped([(reference.clone(), case(2))].into_iter(), drops);
        assert_eq!(cache.get(&reference), None);
        cache.put_unless_dropped([(reference.clone(), case(3))].into_iter(), cache.drops());
        assert_eq!(cache.get(&reference).map(|case| case.version()), Some(3));
    }

    #[test]
    fn the_case_used_longest_ago_makes_room() {
        let cache = Cache::new(8);
        let [a, b, c] = ["A", "B", "C"].map(|name| CaseRef::new(name).unwrap());
        cache.put([(a.clone(), case(3)), (b.clone(), case(3))].into_iter());
        assert!(cache.get(&a).is_some());
        cache.put([(c.clone(), case(3))].into_iter());
        assert!(cache.get(&a).is_some() && cache.get(&b).is_none() && cache.get(&c).is_some());
    }

    #[test]
    fn a_closed_case_makes_room_and_is_kept_again_once_it_goes_on() {
        let (cache, reference) = (Cache::new(100), CaseRef::new("A").unwrap());
        let put = |names: &[&str]| cache.put([(reference.clone(), recorded(names))].into_iter());
        put(&["file_sent"]);
        let drops = cache.drops();
        put(&["file_sent", "case_closed"]);
        assert_eq!(cache.get(&reference), None);
        cache.offer(&reference, &recorded(&["file_sent"]), drops);
        assert_eq!(cache.get(&reference), None, "what was read before it was closed");
        put(&["file_sent", "case_closed", "file_received"]);
        assert_eq!(cache.get(&reference).map(|case| case.version()), Some(3));
    }
}
