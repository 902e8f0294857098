//! Faults that a simulated world can have on purpose, to prove that the checks notice them.
//!
//! Invariant: no sabotage is in the product. It is done to the files, the network and the clock around it.

/// A fault on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// A power failure loses what was acknowledged last.
    StoreAcknowledgesTooEarly,
    /// An alert is marked as delivered but was not.
    OutboxForgetsARow,
    /// A case never becomes due.
    WatchSkipsACase,
    /// A view is not updated.
    ViewIsNotUpdated,
    /// An alert is missing from the log.
    HalfOfAnAppend,
    /// An alert has a wrong id.
    AlertUnderAnotherId,
    /// An alert is recorded a day before it is due.
    AlertTooEarly,
    /// A message is acknowledged, but the one before it is stored again in its place. (If the stream were only shorter than
    /// acknowledged, the relay would find out by itself.)
    BrokerLosesWhatItAcknowledged,
    /// A message is stored even if it does not follow the one that its sender names.
    BrokerWithoutAFence,
    /// A message is stored a second time under another id.
    AlertDoubledUnderAnotherId,
    /// The steady clock follows the wall clock.
    ClockJumpsUnnoticed,
    /// An office takes a fault for an acknowledgement.
    OfficeBelievesTooMuch,
    /// The tree passes over an event.
    TreePassesOverAnEvent,
}

impl Sabotage {
    /// All sabotages.
    pub const ALL: [Self; 13] = [
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
        Self::TreePassesOverAnEvent,
    ];

    /// The statements that change the database behind the store's back.
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
            Self::TreePassesOverAnEvent => {
                "CREATE TRIGGER sabotage AFTER UPDATE ON tree_state WHEN NEW.taken > OLD.taken AND NEW.taken % 3 = 0 BEGIN
                     UPDATE tree_state SET taken = NEW.taken + 1; END"
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
