//! What actions would come to if they were recorded now: their verdicts, and what they would change.
//!
//! Invariant: the events are those that recording the same actions in the same case at the same instant adds; nothing is
//! written.

use std::sync::Arc;

use engine::action::Action;
use engine::case::Case;
use engine::decide::{Alerts, Decided, Verdict};
use engine::refusal::Flaws;
use engine::rulebook::Rulebook;
use projections::preview::{Preview, preview};
use store::Fault;

use crate::offices::Offices;
use crate::recorder::{Recorder, Sender};

/// The query.
pub struct Question<'q> {
    /// Who would record.
    pub sender: &'q Sender,
    /// The case, as the sender may know it.
    pub case: &'q Arc<Case>,
    /// The actions, all of this case.
    pub actions: &'q [Action],
    /// What would become of the alerts.
    pub alerts: Alerts,
}

/// The answer.
pub struct Foreseen {
    /// The verdict on each action.
    pub verdicts: Vec<Verdict>,
    /// The warnings about each action, those of its office codes included.
    pub warnings: Vec<Flaws>,
    /// What the accepted actions would change.
    pub preview: Preview,
}

impl Foreseen {
    /// All that is wrong with the refused actions, each with its place among the actions.
    pub fn refused(&self) -> impl Iterator<Item = (usize, &Flaws)> {
        self.verdicts.iter().enumerate().filter_map(|(nth, verdict)| match verdict {
            Verdict::Refused(flaws) => Some((nth, flaws)),
            Verdict::Accepted | Verdict::Known => None,
        })
    }

    /// Whether every action is in the case already.
    pub fn is_all_known(&self) -> bool {
        self.verdicts.iter().all(|verdict| *verdict == Verdict::Known)
    }
}

/// What actions would come to.
///
/// # Errors
/// If the process shuts down.
pub async fn foresee(
    recorder: &Recorder,
    book: &Rulebook,
    offices: &Offices,
    question: &Question<'_>,
) -> Result<Foreseen, Fault> {
    let Question { sender, case, actions, alerts } = question;
    let now = recorder.now();
    let Decided { verdicts, warnings, events } = recorder.foresee(sender, case, actions, *alerts).await?;
    let of_offices = |(action, verdict): (&Action, &Verdict)| match verdict {
        Verdict::Accepted => offices.doubts(action),
        Verdict::Known | Verdict::Refused(_) => Flaws::new(),
    };
    let named = actions.iter().zip(&verdicts).map(of_offices);
    let warnings = named.zip(warnings).map(|(named, more)| [named, more].concat()).collect();
    Ok(Foreseen { verdicts, warnings, preview: preview(case, &events, book, now) })
}
