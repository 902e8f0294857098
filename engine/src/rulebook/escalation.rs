//! After how long an alert that nobody takes is escalated: policy of an installation, not law.

use crate::calendar::period::Hours;

/// After how long an open alert is escalated that the office that owes the duty left untaken (table `policy.escalation`).
/// `None`: never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Escalation {
    /// Alerts on limits on the child's liberty.
    pub liberty: ByKind,
    /// All other alerts, of offices that use their inbox.
    pub others: ByKind,
}

/// A time for each kind of alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByKind {
    /// An `arguable`.
    pub arguable: Option<Hours>,
    /// A `breach`.
    pub breach: Option<Hours>,
}
