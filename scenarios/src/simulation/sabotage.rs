//! What a simulated world can have wrong on purpose, so that it is seen that the checks see it.
//!
//! Invariant: nothing of this is in the product; it is done to the files, the network and the clock around it.

/// A thing that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// A power failure takes what was acknowledged last.
    StoreAcknowledgesTooEarly,
    /// An alert is marked as delivered that never was.
    OutboxForgetsARow,
    /// A case is never due.
    WatchSkipsACase,
    /// A view stays as it was.
    ViewIsNotUpdated,
    /// An alert is left out of the log.
    HalfOfAnAppend,
    /// An alert's id is another one.
    AlertUnderAnotherId,
    /// An alert is recorded that nothing calls for: it was due a day later.
    AlertTooEarly,
    /// A message is acknowledged, and the one before it stored again in its place. A stream that is merely shorter than was
    /// acknowledged the relay finds out by itself.
    BrokerLosesWhatItAcknowledged,
    /// A message is stored wherever it comes.
    BrokerWithoutAFence,
    /// A message is stored a second time under an id of its own.
    AlertDoubledUnderAnotherId,
    /// The steady clock follows the wall clock.
    ClockJumpsUnnoticed,
    /// An office takes a fault for an answer.
    OfficeBelievesTooMuch,
}

impl Sabotage {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::StoreAcknowledgesTooEarly,
        Self::OutboxForgetsARow,
        Self::WatchSkipsACase,
        Self::ViewIsNotUpdated,
        Self::HalfOfAnAppend,
        Self::AlertUnderAnotherId,
        Self::AlertTooEarly,
        Self::BrokerLosesWhatItAcknowledged,
        Self::BrokerWithoutAFence,
        Self::AlertDoubledUnderAnotherId,
        Self::ClockJumpsUnnoticed,
        Self::OfficeBelievesTooMuch,
    ];

    /// What is done to the database behind the store's back.
    pub(super) const fn sql(self) -> Option<&'static str> {
        Some(match self {
            Self::OutboxForgetsARow => {
                "CREATE TRIGGER sabotage AFTER INSERT ON alerts WHEN NEW.position % 7 = 0 BEGIN
                     UPDATE alerts SET pending = 0 WHERE position = NEW.position; END"
            }
            Self::WatchSkipsACase => {
                "CREATE TRIGGER sabotage AFTER UPDATE ON cases WHEN NEW.case_key = 1 AND NEW.next_due IS NOT NULL BEGIN
                     UPDATE cases SET next_due = NULL WHERE case_key = 1; END"
            }
            Self::ViewIsNotUpdated => {
                "CREATE TRIGGER sabotage AFTER UPDATE ON cases WHEN NEW.document IS NOT OLD.document
                     AND OLD.version > 0 BEGIN
                     UPDATE cases SET document = OLD.document WHERE case_key = NEW.case_key; END"
            }
            Self::HalfOfAnAppend => {
                "CREATE TRIGGER sabotage AFTER INSERT ON alerts WHEN NEW.position % 7 = 0 BEGIN
                     DELETE FROM events WHERE position = NEW.position;
                     DELETE FROM alerts WHERE position = NEW.position; END"
            }
            Self::AlertUnderAnotherId => {
                "CREATE TRIGGER sabotage AFTER INSERT ON events WHEN
                     instr(NEW.payload, '\"event\":\"alert_') > 0 AND NEW.position % 3 = 0 BEGIN
                     UPDATE events SET payload = replace(payload, '\"occurrence\":0', '\"occurrence\":7')
                     WHERE position = NEW.position; END"
            }
            Self::AlertTooEarly => {
                "CREATE TRIGGER sabotage AFTER INSERT ON events WHEN
                     instr(NEW.payload, '\"event\":\"alert_') > 0 AND NEW.version > 1 BEGIN
                     UPDATE events SET payload = json_set(payload, '$.recorded_at',
                         (SELECT json_extract(payload, '$.recorded_at') FROM events
                          WHERE case_key = NEW.case_key AND version = NEW.version - 1))
                     WHERE position = NEW.position; END"
            }
            _ => return None,
        })
    }
}
