//! Every subject on which kamnot speaks or listens, in one place.
//!
//! Invariant: a subject names offices, kinds and rules, and nothing of the child. An office finds what it is told by its
//! own place in the subject, whatever stands in the others.

use engine::action::OfficeCode;
use engine::alert::{Addressees, Kind};
use engine::rulebook::RuleId;

use crate::view::Seat;

/// All alerts.
pub const ALERTS: &str = "kamnot.alerts.>";
/// What a reconciliation found.
pub const RECONCILIATION: &str = "kamnot.reconciliation";
/// The actions that any office sends. The last part is the sender, which the server's permissions prove.
pub const ACTIONS: &str = "kamnot.actions.*";
/// A subject on which nobody listens.
pub const NOBODY: &str = "kamnot.nobody";
/// What all of them begin with.
pub const OURS: &str = "kamnot.";

/// The subject of an alert; what answers it goes to the same offices and rule, under its own kind. Of a rule with a variant the
/// part before the colon stands in it.
pub fn alert(to: &Addressees, kind: Kind, rule: RuleId) -> String {
    let rule = rule.word();
    let rule = rule.split(':').next().unwrap_or(rule);
    format!("kamnot.alerts.{}.{kind}.{rule}", to.tokens())
}

/// The alerts to an office that has cases in this seat.
pub fn alerts_to(seat: Seat, office: &OfficeCode) -> String {
    format!("kamnot.alerts.{}{office}.>", "*.".repeat(seat.place()))
}

/// The actions that an office sends.
pub fn actions_of(office: &OfficeCode) -> String {
    format!("kamnot.actions.{office}")
}

/// Who sent actions on a subject.
pub fn sender(subject: &str) -> Option<OfficeCode> {
    subject.strip_prefix("kamnot.actions.").and_then(OfficeCode::new)
}

/// Test messages to an office, which no stream holds.
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
        assert_eq!(sender(&actions_of(&office)), Some(office));
    }
}
