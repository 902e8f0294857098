//! The escalations that are due.

use std::collections::BTreeMap;

use engine::alert::{Kind, Stage, Topic};
use engine::breach::Breach;

use super::{Look, State, Told};
use crate::simulation::naive::taken::Taken;

impl Look<'_> {
    /// Escalations: they end as their alerts do, and new ones come for alerts that nobody took for too long.
    pub(super) fn escalate(&mut self, alerts: &mut BTreeMap<Topic, Told>, escalations: &mut BTreeMap<Topic, Told>) {
        for (topic, told) in alerts {
            let stage = match topic.stage {
                Stage::Arguable => Stage::Escalated(Breach::Arguable),
                Stage::Breach => Stage::Escalated(Breach::Certain),
                _ => continue,
            };
            let topic_of_it = Topic { stage, ..*topic };
            if let Some(of_it) = escalations.get_mut(&topic_of_it).filter(|of_it| of_it.state != State::Withdrawn) {
                if told.state == State::Withdrawn || told.occurrence != of_it.occurrence {
                    self.withdraw(&topic_of_it, of_it);
                } else if told.state != of_it.state {
                    if matches!(of_it.state, State::Settled(_)) {
                        let kind = format!("withdrawn-settled-{stage}");
                        self.tell(
                            &topic_of_it,
                            Kind::Withdrawn,
                            &kind,
                            of_it.last_settlement.unwrap_or(0),
                            &of_it.said,
                        );
                        of_it.state = State::Stands;
                    }
                    let by = if let State::Settled(by) = told.state { Some(by) } else { None };
                    self.settle(&topic_of_it, of_it, by);
                }
            } else if told.escalates().is_some_and(|due| due <= self.at) {
                told.taken.escalated = true;
                self.tell(&topic_of_it, Kind::Escalated, &stage.to_string(), told.occurrence, &told.said);
                let last_settlement = escalations.get(&topic_of_it).and_then(|before| before.last_settlement);
                let new = Told { last_settlement, taken: Taken::default(), ..told.clone() };
                escalations.insert(topic_of_it, new);
            }
        }
    }
}
