//! A form is recorded, and the visitor lands on what it changed.

use engine::action::{Action, ActionName};
use engine::decide::Verdict;
use store::Fault;

use super::count;
use super::shown::{Moved, Show, show};
use super::work::{Ready, Unready, Work};
use crate::answer::{Answer, see_other};
use crate::api::cases::version_of;
use crate::entry::difference::Difference;
use crate::entry::names::{KNOWN, SURE, VERSION};
use crate::entry::typed::Flaw;
use crate::kept_forms;
use crate::words::entry::Entry as W;

/// Records a form, or shows why not.
pub async fn save(work: &Work<'_>, ready: Ready) -> Answer {
    if let Some(moved) = moved(work, &ready) {
        return show(work, Some(&ready.known), Show::Difference { ready: &ready, moved: Some(moved), error: None });
    }
    let difference = Difference::of(&ready.foreseen, work.site.alerts(), &super::shown::reader(work, &ready));
    if difference.sure != work.fields.text(SURE) {
        let error = Some(W::ConfirmFirst);
        return show(work, Some(&ready.known), Show::Difference { ready: &ready, moved: None, error });
    }
    let Some(sender) = work.visitor.sender() else { return show(work, None, Show::Away) };
    let expected = ready.known.is_own.then(|| ready.known.case.last_action());
    let case = &ready.actions[0].case;
    let recorded =
        work.site.recorder.record_from(&sender, case, ready.actions.clone(), work.site.alerts(), expected).await;
    match recorded {
        Ok(recorded) => {
            let refused = recorded.verdicts.iter().filter_map(|verdict| match verdict {
                Verdict::Refused(flaws) => Some(Flaw::all(flaws, work.language())),
                Verdict::Accepted | Verdict::Known => None,
            });
            let refused: Vec<Flaw> = refused.flatten().collect();
            if refused.is_empty() {
                let new = recorded.verdicts.contains(&Verdict::Accepted);
                if let Err(fault) = kept_forms::drop_recorded(work.site, work.visitor, &work.fields).await {
                    // It ends by itself within the hour.
                    tracing::warn!(%fault, "a kept form could not be dropped");
                }
                return landing(work, &ready.actions, u32::from(new));
            }
            show(work, Some(&ready.known), Show::Flaws(refused))
        }
        Err(Fault::Conflict(_)) => match work.ready().await {
            Ok(again) => {
                let moved = Some(since(ready.known.case.recorded().len(), false));
                show(work, Some(&again.known), Show::Difference { ready: &again, moved, error: None })
            }
            Err(Unready::Flawed(known, flaws)) => show(work, known.as_ref(), Show::Flaws(flaws)),
            Err(Unready::Away(_)) => show(work, None, Show::Away),
        },
        Err(fault) => {
            tracing::warn!(%fault, "whether a form was recorded is unknown");
            let error = Some(W::MayBeRecorded);
            show(work, Some(&ready.known), Show::Difference { ready: &ready, moved: None, error })
        }
    }
}

/// What changed since the version that was previewed; `None` if nothing did. A former office knows of no change.
fn moved(work: &Work<'_>, ready: &Ready) -> Option<Moved> {
    if !ready.known.is_own {
        return None;
    }
    let tag = format!("\"{}\"", work.fields.text(VERSION));
    let version = version_of(&tag, &work.site.book).unwrap_or(u32::MAX);
    let case = &ready.known.case;
    if version == case.last_action() {
        return None;
    }
    let known = work.fields.text(KNOWN).parse().unwrap_or(usize::MAX);
    let of_book = !work.fields.text(VERSION).ends_with(&work.site.book.digest().to_string());
    Some(since(known, of_book))
}

const fn since(known: usize, of_book: bool) -> Moved {
    Moved { known, of_book }
}

/// Sends the visitor to the row that was recorded.
pub fn landing(work: &Work<'_>, actions: &[Action], new: u32) -> Answer {
    let Some(action) = actions.last() else { return see_other("/enter") };
    let path = if action.name == ActionName::CaseVoided {
        format!("/enter?voided={}", action.case)
    } else {
        format!("/cases/{}?entered={}#a{}", action.case, action.id, action.id)
    };
    let mut answer = see_other(&path);
    if new > 0 {
        count::add(&mut answer, work.parts, work.site, new);
    }
    answer
}
