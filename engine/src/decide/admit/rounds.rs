//! Refuses what an accepted action lacks, in rounds: a refused action may be what another one needs, and gives its id free
//! for the next line under it.
//!
//! Invariant: the verdicts are those of going through the whole list again in every round. Only what a round has changed is
//! looked at again, since of many equal lines each round refuses one.

use std::collections::{BTreeMap, BTreeSet};

use super::{Known, Verdict, case_full, needs, refers_to};
use crate::action::{Action, ActionId, ActionName};
use crate::refusal::Flaws;

/// The rounds during which one opening holds.
pub(super) struct Rounds<'a> {
    actions: &'a [Action],
    opening: Option<&'a Action>,
    /// The place in the list of the opening, if it is not recorded.
    opening_at: Option<usize>,
    /// The accepted actions, and the recorded ones, by id.
    known: Known<'a>,
    /// The places in the list of the accepted actions.
    accepted: BTreeSet<usize>,
    /// The places of the lines whose id is taken, by that id; the first place is the last of each.
    waiting: BTreeMap<ActionId, Vec<usize>>,
    /// The places of the accepted actions that name another, by its id.
    referring: BTreeMap<ActionId, Vec<usize>>,
    /// How many accepted actions the case has room for.
    room: usize,
}

impl<'a> Rounds<'a> {
    /// The rounds that begin from these verdicts, with this opening and these actions by id.
    pub fn new(
        actions: &'a [Action],
        verdicts: &[Option<Verdict>],
        opening: Option<&'a Action>,
        known: Known<'a>,
        room: usize,
    ) -> Self {
        let (accepted, referring) = (BTreeSet::new(), BTreeMap::new());
        let mut waiting: BTreeMap<ActionId, Vec<usize>> = BTreeMap::new();
        for (place, verdict) in verdicts.iter().enumerate().rev() {
            if matches!(verdict, Some(Verdict::Known | Verdict::Refused(_))) {
                waiting.entry(actions[place].id).or_default().push(place);
            }
        }
        let mut rounds = Self { actions, opening, opening_at: None, known, accepted, waiting, referring, room };
        for (place, _) in verdicts.iter().enumerate().filter(|(_, verdict)| **verdict == Some(Verdict::Accepted)) {
            rounds.accept(place);
        }
        rounds
    }

    /// Runs the rounds until nothing more is refused, or until another opening may hold. Returns whether anything was
    /// refused; `lasting` holds the reasons.
    pub fn refuse(mut self, lasting: &mut [Flaws]) -> bool {
        let mut changed = self.accepted.clone();
        let mut any = false;
        loop {
            let refused = self.refuse_once(&changed, lasting);
            if refused.is_empty() {
                return any;
            }
            any = true;
            let Some(next) = self.change(&refused) else { return true };
            changed = next;
        }
    }

    /// One round: refuses those of `changed` that lack something, and then what the case has no room for.
    fn refuse_once(&mut self, changed: &BTreeSet<usize>, lasting: &mut [Flaws]) -> Vec<usize> {
        let mut refused = Vec::new();
        for &place in changed {
            let flaws = needs(&self.actions[place], self.opening, &self.known);
            if !flaws.is_empty() {
                self.accepted.remove(&place);
                lasting[place] = flaws;
                refused.push(place);
            }
        }
        let too_many = self.accepted.len().saturating_sub(self.room);
        let last = self.accepted.iter().rev().take(too_many).copied();
        let beyond: Vec<usize> = last.filter(|place| !self.is_opening(*place)).collect();
        for place in beyond {
            self.accepted.remove(&place);
            lasting[place] = case_full().into();
            refused.push(place);
        }
        refused
    }

    /// What a round changes: the next line under each refused id is accepted, and what withdraws that id may lack it now.
    /// Returns the places to look at again; `None` if another opening may hold, which concerns every action.
    fn change(&mut self, refused: &[usize]) -> Option<BTreeSet<usize>> {
        let mut changed = BTreeSet::new();
        for &place in refused {
            if self.is_opening(place) {
                return None;
            }
            let id = self.actions[place].id;
            self.known.remove(&id);
            while let Some(next) = self.waiting.get_mut(&id).and_then(Vec::pop) {
                if !self.is_opening(next) {
                    self.accept(next);
                    changed.insert(next);
                    break;
                }
                if self.would_hold(next) {
                    return None;
                }
            }
            let referring = self.referring.get(&id).into_iter().flatten();
            changed.extend(referring.copied().filter(|place| self.accepted.contains(place)));
        }
        Some(changed)
    }

    fn accept(&mut self, place: usize) {
        let action = &self.actions[place];
        self.known.insert(action.id, action);
        self.accepted.insert(place);
        if self.is_opening(place) {
            self.opening_at = Some(place);
        }
        if let Some(id) = refers_to(action) {
            self.referring.entry(id).or_default().push(place);
        }
    }

    fn is_opening(&self, place: usize) -> bool {
        self.actions[place].name == ActionName::CaseOpened
    }

    /// Whether the opening at this place, now that its id is free, holds: no other one does, or a later one of the list.
    fn would_hold(&self, place: usize) -> bool {
        self.opening.is_none() || self.opening_at.is_some_and(|holds| place < holds)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::{by_itself, contradictions, spoken_of, within};
    use super::*;
    use crate::calendar::Instant;
    use crate::case::{Case, evolve};
    use crate::decide::{Alerts, Command, decide};
    use crate::randomness::Seed;
    use crate::rulebook::Rulebook;

    static BOOK: LazyLock<Rulebook> = LazyLock::new(Rulebook::law_05_na_2006);

    /// Goes through the whole list in every round.
    fn plainly(room: usize, case: &Case, actions: &[Action], mut lasting: Vec<Flaws>) -> Vec<Verdict> {
        loop {
            let (standing, opening, known) = contradictions(case, spoken_of(case, actions), actions, &lasting);
            let mut settled = true;
            let mut room = room;
            for (place, action) in actions.iter().enumerate() {
                if standing[place] != Some(Verdict::Accepted) {
                    continue;
                }
                lasting[place] = needs(action, opening, &known);
                if lasting[place].is_empty() && room == 0 && action.name != ActionName::CaseOpened {
                    lasting[place] = case_full().into();
                } else if lasting[place].is_empty() {
                    room = room.saturating_sub(1);
                }
                settled &= lasting[place].is_empty();
            }
            if settled {
                let verdicts = standing.into_iter().zip(lasting);
                return verdicts.map(|(standing, lasting)| standing.unwrap_or(Verdict::Refused(lasting))).collect();
            }
        }
    }

    /// An action under one of few ids, so that many contradict, repeat or withdraw one another.
    fn action() -> impl Strategy<Value = Action> {
        let id = |id: u8| format!("00000000-0000-4000-8000-{id:012}");
        let offence =
            r#"{"class":"major","penalty_months":{"min":12,"max":60},"committed_on":"2026-01-05","serious":true}"#;
        let opening = move |(year, offences): (u16, usize)| {
            let offences = vec![offence; offences].join(",");
            format!(
                r#""action":"case_opened","court":"c","prosecutor":"p","investigator":"o","child":{{"ref":"C","birth_date":"{year}-02-03"}},"offences":[{offences}]"#
            )
        };
        let fields = prop_oneof![
            2 => (prop_oneof![Just(2010_u16), Just(2012), Just(2027)], 1..4_usize).prop_map(opening),
            2 => Just(r#""action":"rights_told""#.to_owned()),
            2 => (0..4).prop_map(|nth| format!(r#""action":"offence_reclassified","offence":{nth},"class":"crime""#)),
            1 => Just(r#""action":"child_identified","birth_date":"2026-02-04""#.to_owned()),
            2 => Just(format!(r#""action":"offence_added",{}"#, &offence[1..offence.len() - 1])),
            2 => (1..8_u8).prop_map(move |of| format!(r#""action":"offence_corrected","offence":"{}","committed_on":"2026-01-04""#, id(of))),
            3 => (1..8_u8).prop_map(move |of| format!(r#""action":"action_withdrawn","withdraws":"{}""#, id(of))),
        ];
        let date = prop_oneof![4 => Just("2026-02-03"), 1 => Just("2026-02-05"), 1 => Just("2011-03-04")];
        (1..8_u8, date, fields).prop_map(move |(own, at, fields)| {
            let line = format!(r#"{{"case":"A-1","id":"{}","at":"{at}","by":"o",{fields}}}"#, id(own));
            Action::read(&line).unwrap()
        })
    }

    /// A list in which some actions stand several times.
    fn actions() -> impl Strategy<Value = Vec<Action>> {
        vec(action(), 1..14).prop_flat_map(|few| vec(proptest::sample::select(few), 0..40))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn the_verdicts_are_those_of_going_through_the_whole_list_in_every_round(
            before in prop_oneof![2 => Just(Vec::new()), 1 => actions()],
            actions in actions(),
            room in prop_oneof![0..12_usize, Just(1_000)],
        ) {
            let book = &*BOOK;
            let clock = Instant::parse("2026-02-04T08:00:00+07:00").unwrap();
            let alerts = Alerts::HeldBack;
            let record = Command::Record { actions: before, by: None, clock, alerts, seed: Seed::FORESEEN };
            let nothing = Case::default();
            let case = decide(&nothing, book, record).all_or_none().unwrap_or_default().iter().fold(nothing, evolve);
            let lasting: Vec<Flaws> = actions.iter().map(|action| by_itself(action, Some(clock), book)).collect();
            let expected = plainly(room, &case, &actions, lasting.clone());
            prop_assert_eq!(within(room, &case, &actions, lasting), expected);
        }
    }
}
