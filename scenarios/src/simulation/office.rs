//! The offices: they send actions, and send them again until they get an answer.
//!
//! Invariant: an action counts as acknowledged only when a process has answered that it is recorded.

use std::collections::{BTreeMap, BTreeSet};

use engine::action::{Action, ActionId, CaseRef};
use engine::decide::{Alerts, Verdict};
use engine::refusal::{Refusal, reasons};
use engine::rulebook::Language;
use service::watch::clock_doubt::alerts_beside;
use store::Fault;
use tokio::task::JoinSet;

use super::history::{History, Sending};
use super::process::Desk;

/// How many seconds an office waits before it sends again: at first, and at most. The wait doubles each time.
const AGAIN_AFTER: (i64, i64) = (97, 12 * 3600);

/// All offices together.
pub(super) struct Offices {
    /// What is to be sent, by time.
    waiting: BTreeMap<(i64, usize), Sending>,
    next_number: usize,
    /// The acknowledged actions, with their cases.
    pub acknowledged: BTreeMap<ActionId, CaseRef>,
    /// Actions whose alerts may have been held back.
    pub held_back: BTreeSet<ActionId>,
    /// The last reason why an action was not recorded.
    last_no: String,
    /// Sabotage: an office takes a fault for an acknowledgement.
    believe_too_much: bool,
    /// The sendings under way, and the process of each.
    under_way: JoinSet<Sent>,
    sent_to: BTreeMap<usize, (usize, Sending)>,
}

/// What became of a sending.
struct Sent {
    number: usize,
    alerts: Option<Alerts>,
    outcome: Result<Vec<Verdict>, Fault>,
}

impl Offices {
    pub fn of(history: &History, believe_too_much: bool) -> Self {
        let sendings = history.cases.iter().flat_map(|case| case.sendings.iter().cloned());
        let waiting: BTreeMap<_, _> =
            sendings.enumerate().map(|(number, sending)| ((sending.at, number), sending)).collect();
        Self {
            next_number: waiting.len(),
            waiting,
            acknowledged: BTreeMap::new(),
            held_back: BTreeSet::new(),
            last_no: String::new(),
            believe_too_much,
            under_way: JoinSet::new(),
            sent_to: BTreeMap::new(),
        }
    }

    /// When something is sent next.
    pub fn next(&self) -> Option<i64> {
        self.waiting.first_key_value().map(|((at, _), _)| *at)
    }

    /// What has not been answered yet, with the last reason; `None` if everything was answered.
    pub fn wait_for(&self) -> Option<String> {
        let waiting = self.waiting.values().chain(self.sent_to.values().map(|(_, sending)| sending));
        let actions: Vec<String> = waiting
            .flat_map(|sending| &sending.actions)
            .map(|action| format!("{} {} at {}", action.case, action.name, action.at))
            .collect();
        (!actions.is_empty()).then(|| format!("{}; last reason: {}", actions.join(", "), self.last_no))
    }

    /// Whether something is under way.
    pub fn wait_for_answers(&self) -> bool {
        !self.sent_to.is_empty()
    }

    /// Sends what is due at `now` to one process, or to every process where the history says so. Without a process it waits.
    pub fn send(&mut self, now: i64, processes: &[(usize, Desk)]) {
        while let Some(entry) = self.waiting.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((_, number), sending) = entry.remove_entry();
            let first = number % processes.len().max(1);
            let to = processes.iter().cycle().skip(first).take(if sending.to_all { processes.len() } else { 1 });
            let to: Vec<_> = to.take(processes.len()).cloned().collect();
            if to.is_empty() {
                self.again(now, sending.clone());
            }
            for (process, desk) in to {
                self.next_number += 1;
                let number = self.next_number;
                self.sent_to.insert(number, (process, sending.clone()));
                self.under_way.spawn(record(number, desk, sending.actions.clone()));
            }
        }
    }

    fn again(&mut self, now: i64, sending: Sending) {
        self.next_number += 1;
        let after = (AGAIN_AFTER.0 << sending.tries.min(20)).min(AGAIN_AFTER.1);
        // To one process only. Otherwise each of several copies would again be sent to every process.
        let sending = Sending { tries: sending.tries + 1, to_all: false, ..sending };
        self.waiting.insert((now + after, self.next_number), sending);
    }

    /// Collects the answers that have come. If `heard` is false, they do not reach the offices.
    pub fn hear(&mut self, now: i64, heard: bool) {
        while let Some(sent) = self.under_way.try_join_next() {
            let Ok(Sent { number, alerts, outcome }) = sent else { continue };
            let Some((_, sending)) = self.sent_to.remove(&number) else { continue };
            if alerts == Some(Alerts::HeldBack) {
                self.held_back.extend(sending.actions.iter().map(|action| action.id));
            }
            if let Err(fault) = &outcome {
                self.last_no = fault.to_string();
            }
            let verdicts = match outcome {
                Ok(verdicts) if heard => verdicts,
                Err(_) if self.believe_too_much => vec![Verdict::Accepted; sending.actions.len()],
                _ => Vec::new(),
            };
            let verdicts = verdicts.into_iter().chain(std::iter::repeat(Verdict::Refused(unheard().into())));
            let mut rest = sending.clone();
            rest.actions.clear();
            for (action, verdict) in sending.actions.into_iter().zip(verdicts) {
                match verdict {
                    Verdict::Accepted | Verdict::Known => _ = self.acknowledged.insert(action.id, action.case),
                    // The action is too early for a clock that is behind, or an action that it needs has not come yet.
                    Verdict::Refused(flaws) => {
                        self.last_no = reasons(&flaws, Language::En);
                        rest.actions.push(action);
                    }
                }
            }
            if !rest.actions.is_empty() {
                self.again(now, rest);
            }
        }
    }

    /// Notes that a process has died: what was sent to it will not be answered.
    pub async fn lose(&mut self, process: usize, now: i64) {
        // What is under way to other processes is answered first.
        let lost: Vec<usize> =
            self.sent_to.iter().filter(|(_, (to, _))| *to == process).map(|(number, _)| *number).collect();
        if lost.is_empty() {
            return;
        }
        self.under_way.abort_all();
        while self.under_way.join_next().await.is_some() {}
        for (_, sending) in std::mem::take(&mut self.sent_to).into_values() {
            // Nobody knows whether its alerts were held back.
            self.held_back.extend(sending.actions.iter().map(|action| action.id));
            self.again(now, sending);
        }
    }
}

fn unheard() -> Refusal {
    Refusal::said("no answer came")
}

/// Records actions the way `kamnot record` and `serve` do.
async fn record(number: usize, Desk { store, recorder }: Desk, actions: Vec<Action>) -> Sent {
    let Some(case) = actions.first().map(|action| action.case.clone()) else {
        return Sent { number, alerts: None, outcome: Ok(Vec::new()) };
    };
    let alerts = match alerts_beside(store.as_ref()).await {
        Ok(alerts) => alerts,
        Err(fault) => return Sent { number, alerts: None, outcome: Err(fault) },
    };
    let outcome = recorder.record(&case, actions, None, alerts).await;
    Sent { number, alerts: Some(alerts), outcome: outcome.map(|recorded| recorded.verdicts) }
}
