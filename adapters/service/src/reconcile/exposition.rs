//! The last reconciliation as figures for Prometheus.

use super::{DifferenceKind, Reconciliation};
use crate::figures::exposition::Exposition;

impl Reconciliation {
    /// The result as metrics.
    pub(super) fn exposition(&self) -> Exposition {
        let mut out = Exposition::default();
        let help = "When the last reconciliation known to this process ended, in seconds since 1970.";
        out.gauge("kamnot_reconciliation_timestamp_seconds", help);
        out.value("kamnot_reconciliation_timestamp_seconds", u64::try_from(self.ended.unix()).unwrap_or(0));
        let counts = [
            ("kamnot_reconciliation_evaluated", "Cases that it recomputed.", self.evaluated),
            ("kamnot_reconciliation_due", "Alerts that were due by the law and the log.", self.due),
            ("kamnot_reconciliation_delivered", "Due alerts that were delivered.", self.delivered),
        ];
        for (name, help, count) in counts {
            out.gauge(name, help);
            out.value(name, count);
        }
        out.gauge("kamnot_reconciliation_different", "Differences from the log and the law, by kind.");
        for kind in DifferenceKind::ALL {
            let count = self.differences.count(kind);
            out.labelled("kamnot_reconciliation_different", &[("kind", kind.word())], count);
        }
        let help = "How long an office with open cases had recorded nothing, at the last reconciliation.";
        out.gauge("kamnot_office_silent_seconds", help);
        for silence in &self.silence {
            let seconds = silence.seconds.max(0).unsigned_abs();
            out.labelled("kamnot_office_silent_seconds", &[("office", silence.office.as_str())], seconds);
        }
        out
    }
}
