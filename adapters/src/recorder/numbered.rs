//! Actions on their way into a case, each with its verdict.
//!
//! Invariant: the verdicts stand in the order of the actions, whatever is taken out.

use engine::action::{Action, ActionId};
use engine::case::{Case, Verdict, doubts, used_id};
use engine::refusal::Flaws;

/// Actions that may still be recorded, and the verdicts on all.
pub(super) struct Numbered {
    pub verdicts: Vec<Verdict>,
    /// The place among the verdicts of each action that is left.
    places: Vec<usize>,
    pub left: Vec<Action>,
}

impl Numbered {
    pub fn new(actions: Vec<Action>) -> Self {
        let verdicts = vec![Verdict::Known; actions.len()];
        Self { verdicts, places: (0..actions.len()).collect(), left: actions }
    }

    /// Gives each action that is left its verdict; those that were accepted.
    pub fn admit(&mut self, admit: impl FnOnce(&[Action]) -> Vec<Verdict>) -> Vec<Action> {
        let verdicts = admit(&self.left);
        let of = self.left.iter().zip(&verdicts);
        let accepted =
            of.filter(|(_, verdict)| **verdict == Verdict::Accepted).map(|(action, _)| action.clone()).collect();
        for (&place, verdict) in self.places.iter().zip(verdicts) {
            self.verdicts[place] = verdict;
        }
        accepted
    }

    /// What looks wrong in each action that isn't refused.
    pub fn doubts(&self, known: &Case) -> Vec<Flaws> {
        let verdicts: Vec<Verdict> = self.places.iter().map(|&place| self.verdicts[place].clone()).collect();
        let mut all = vec![Flaws::new(); self.verdicts.len()];
        for (&place, flaws) in self.places.iter().zip(doubts(known, &self.left, &verdicts)) {
            all[place] = flaws;
        }
        all
    }

    /// Refuses the action whose id stands in another case; false if there is none.
    pub fn refuse(&mut self, id: ActionId) -> bool {
        let before = self.left.len();
        let (places, left) = std::mem::take(&mut self.places)
            .into_iter()
            .zip(std::mem::take(&mut self.left))
            .filter(|(place, action)| {
                let used = action.id == id;
                if used {
                    self.verdicts[*place] = Verdict::Refused(used_id(id).into());
                }
                !used
            })
            .unzip();
        (self.places, self.left) = (places, left);
        self.left.len() < before
    }
}
