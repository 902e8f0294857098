//! Ids that stand in more than one case of a file: the engine judges case by case and can't see them.
//!
//! Invariant: of two lines of different cases with one id, the later is refused, if the earlier is accepted.

use std::collections::BTreeSet;

use engine::action::{Action, ActionId};
use engine::case::{Verdict, used_id};

use super::{Contents, RefusedLine};

/// How often the verdicts are taken anew before what was refused once stays refused: lines that need each other in
/// a circle would never come to rest.
const ROUNDS: usize = 16;

/// An action in its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    line: usize,
    case: usize,
    /// Which of the case's actions.
    nth: usize,
}

/// The ids that stand in more than one case of a file.
pub struct SharedIds {
    /// For each such id its places, by line.
    groups: Vec<Vec<Place>>,
}

impl SharedIds {
    /// Looks for them.
    pub fn of(contents: &Contents) -> Self {
        let mut all: Vec<(u128, Place)> = Vec::with_capacity(contents.lines());
        for (case, lines) in contents.cases.iter().enumerate() {
            let places = lines.lines.iter().enumerate().map(|(nth, &line)| Place { line, case, nth });
            all.extend(lines.actions.iter().map(|action| action.id.0.as_u128()).zip(places));
        }
        all.sort_unstable();
        let groups = all
            .chunk_by(|a, b| a.0 == b.0)
            .filter(|group| group.iter().any(|(_, place)| place.case != group[0].1.case))
            .map(|group| group.iter().map(|(_, place)| *place).collect())
            .collect();
        Self { groups }
    }

    /// The cases in which they stand, by their place in [`Contents::cases`].
    pub fn cases(&self) -> BTreeSet<usize> {
        self.groups.iter().flatten().map(|place| place.case).collect()
    }

    /// Moves the later lines to the refused ones. `admit` gives the verdicts on actions of a case, `recorded` says
    /// whether a case of the log holds an id already: that comes before every line.
    pub fn refuse(
        &self,
        contents: &mut Contents,
        admit: impl Fn(usize, &[Action]) -> Vec<Verdict>,
        recorded: impl Fn(usize, ActionId) -> bool,
    ) {
        if self.groups.is_empty() {
            return;
        }
        let in_the_log = |group: &[Place]| {
            let holds = |place: &&Place| recorded(place.case, contents.cases[place.case].actions[place.nth].id);
            group.iter().find(holds).map(|place| place.case)
        };
        let holders: Vec<Option<usize>> = self.groups.iter().map(|group| in_the_log(group)).collect();
        let mut refused: BTreeSet<Place> = BTreeSet::new();
        for round in 0.. {
            let accepted = self.accepted(contents, &refused, &admit);
            let mut next = self.contradicted(&holders, &accepted, &refused);
            if round >= ROUNDS {
                next.extend(&refused);
            }
            if next == refused {
                break;
            }
            refused = next;
        }
        for case in self.cases() {
            take_out(contents, case, &refused);
        }
        contents.refused.sort_unstable_by_key(|refused| refused.line);
    }

    /// The places that are accepted once `refused` is taken out.
    fn accepted(
        &self,
        contents: &Contents,
        refused: &BTreeSet<Place>,
        admit: &impl Fn(usize, &[Action]) -> Vec<Verdict>,
    ) -> BTreeSet<Place> {
        let mut accepted = BTreeSet::new();
        for case in self.cases() {
            let lines = &contents.cases[case];
            let places: Vec<Place> = (lines.lines.iter().enumerate())
                .map(|(nth, &line)| Place { line, case, nth })
                .filter(|place| !refused.contains(place))
                .collect();
            let actions: Vec<Action> = places.iter().map(|place| lines.actions[place.nth].clone()).collect();
            let verdicts = admit(case, &actions);
            let good = places.into_iter().zip(verdicts).filter(|(_, verdict)| !matches!(verdict, Verdict::Refused(_)));
            accepted.extend(good.map(|(place, _)| place));
        }
        accepted
    }

    /// The places behind an accepted one of another case with the same id; `holders` are the cases that hold the ids
    /// in the log.
    fn contradicted(
        &self,
        holders: &[Option<usize>],
        accepted: &BTreeSet<Place>,
        refused: &BTreeSet<Place>,
    ) -> BTreeSet<Place> {
        let mut contradicted = BTreeSet::new();
        for (group, holder) in self.groups.iter().zip(holders) {
            let mut holder = *holder;
            for place in group {
                match holder {
                    Some(case) if case != place.case && (accepted.contains(place) || refused.contains(place)) => {
                        contradicted.insert(*place);
                    }
                    None if accepted.contains(place) => holder = Some(place.case),
                    _ => {}
                }
            }
        }
        contradicted
    }
}

/// Moves the refused lines of one case to the file's refused ones.
fn take_out(contents: &mut Contents, case: usize, refused: &BTreeSet<Place>) {
    let Contents { cases, refused: refused_lines, .. } = contents;
    let lines = std::mem::take(&mut cases[case].lines);
    let actions = std::mem::take(&mut cases[case].actions);
    for (nth, (line, action)) in lines.into_iter().zip(actions).enumerate() {
        if refused.contains(&Place { line, case, nth }) {
            refused_lines.push(RefusedLine { line, flaws: used_id(action.id).into() });
        } else {
            cases[case].lines.push(line);
            cases[case].actions.push(action);
        }
    }
}
