//! Every NATS subject that kamnot publishes on or subscribes to.
//!
//! Invariant: a subject names offices, kinds and rules, and nothing about the child. An office selects its alerts by its own
//! place in the subject, whatever is in the other places.

use engine::action::OfficeCode;
use engine::alert::{Addressees, Kind};
use engine::rulebook::RuleId;

use crate::view::Seat;

/// All alerts.
pub const ALERTS: &str = "kamnot.alerts.>";
/// The results of reconciliations.
pub const RECONCILIATION: &str = "kamnot.reconciliation";
/// The actions of all offices. The last part is the sender, which the server's permissions prove.
pub const ACTIONS: &str = "kamnot.actions.*";
/// What all offices do about alerts. The last part is the sender, as in [`ACTIONS`].
pub const INBOXES: &str = "kamnot.inbox.*";
/// A subject to which nobody subscribes.
pub const NOBODY: &str = "kamnot.nobody";
/// The beginning of all subjects of alerts.
pub const OURS: &str = "kamnot.";

/// The subject of an alert event. A settlement or withdrawal names the offices and the rule of its alert, and its own kind.
/// Of a rule with a colon, the subject names only the part before the colon.
pub fn alert(to: &Addressees, kind: Kind, rule: RuleId) -> String {
    let rule = rule.word();
    let rule = rule.split(':').next().unwrap_or(rule);
    format!("kamnot.alerts.{}.{kind}.{rule}", to.tokens())
}

/// The subjects of the alerts for an office in this seat.
pub fn alerts_to(seat: Seat, office: &OfficeCode) -> String {
    format!("kamnot.alerts.{}{office}.>", "*.".repeat(seat.place()))
}

/// The subjects of escalated alerts of cases that an office has in this seat.
pub fn escalated_of(seat: Seat, office: &OfficeCode) -> String {
    let (before, behind) = ("*.".repeat(seat.place()), "*.".repeat(Seat::ALL.len() - 1 - seat.place()));
    format!("kamnot.alerts.{before}{office}.{behind}{}.>", Kind::Escalated)
}

/// What an office asks for with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// That actions are recorded.
    Actions,
    /// That what it does about alerts is recorded.
    Inbox,
}

impl Asks {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Actions, Self::Inbox];

    /// The subjects of such requests of all offices.
    pub const fn of_all(self) -> &'static str {
        match self {
            Self::Actions => ACTIONS,
            Self::Inbox => INBOXES,
        }
    }

    /// The subject of an office's requests.
    pub fn of(self, office: &OfficeCode) -> String {
        self.of_all().replace('*', office.as_str())
    }
}

/// What a request asks for and its sender, read from its subject.
pub fn asked(subject: &str) -> Option<(Asks, OfficeCode)> {
    let of = |asks: Asks| Some((asks, OfficeCode::new(subject.strip_prefix(asks.of_all().trim_end_matches('*'))?)?));
    Asks::ALL.into_iter().find_map(of)
}

/// The subject of test messages to an office. No stream holds them.
pub fn test_of(office: &OfficeCode) -> String {
    format!("kamnot.test.{office}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_finds_its_alerts_by_its_own_place_in_the_subject() {
        let office = OfficeCode::new("o").expect("a code");
        let of = |seat| alerts_to(seat, &office);
        assert_eq!(of(Seat::Prosecutor), "kamnot.alerts.o.>");
        assert_eq!(of(Seat::Court), "kamnot.alerts.*.o.>");
        assert_eq!(of(Seat::Investigator), "kamnot.alerts.*.*.o.>");
        assert_eq!(of(Seat::LegalAid), "kamnot.alerts.*.*.*.o.>");
        assert_eq!(escalated_of(Seat::Prosecutor, &office), "kamnot.alerts.o.*.*.*.escalated.>");
        assert_eq!(escalated_of(Seat::LegalAid, &office), "kamnot.alerts.*.*.*.o.escalated.>");
        assert_eq!(Asks::Inbox.of(&office), "kamnot.inbox.o");
        for asks in Asks::ALL {
            assert_eq!(asked(&asks.of(&office)), Some((asks, office.clone())));
        }
        assert_eq!(asked("kamnot.inbox.o.p"), None);
    }
}
