//! The aggregate of `cqrs-es`, on whatever database: the case, whose event is an action's JSON. It knows no rules, keeps
//! no view and raises no alerts.

use std::convert::Infallible;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many actions were recorded.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Recorded {
    actions: usize,
}

/// The JSON of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionRecorded(pub Value);

impl DomainEvent for ActionRecorded {
    fn event_type(&self) -> String {
        "ActionRecorded".to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl Aggregate for Recorded {
    const TYPE: &'static str = "case";
    type Command = Value;
    type Event = ActionRecorded;
    type Error = Infallible;
    type Services = ();

    async fn handle(&mut self, action: Value, (): &(), sink: &EventSink<Self>) -> Result<(), Infallible> {
        sink.write(ActionRecorded(action), self).await;
        Ok(())
    }

    fn apply(&mut self, _: ActionRecorded) {
        self.actions += 1;
    }
}
