//! The figures of mail and webhooks.

use std::sync::Arc;

use super::exposition::Exposition;
use super::{Counter, Loop, Noted};
use crate::clock::SteadyClock;

/// What a `serve` sends by mail and to webhooks.
#[derive(Debug)]
pub struct Mail {
    /// The sender's loop; inactive while another process sends.
    pub sender: Loop,
    /// By mail.
    pub mail: Tally,
    /// To webhooks.
    pub webhook: Tally,
    /// What waits in the log, as this process found it last: how much, and at how many addresses nothing goes out.
    pub waiting: Noted<(u64, u64)>,
}

/// What became of attempts.
#[derive(Debug, Default)]
pub struct Tally {
    /// They went out.
    pub sent: Counter,
    /// They failed, and are tried again.
    pub failed: Counter,
}

impl Mail {
    /// None yet.
    pub(super) fn on(steady: Arc<dyn SteadyClock>) -> Self {
        let (mail, webhook) = (Tally::default(), Tally::default());
        Self { sender: Loop::on(steady), mail, webhook, waiting: Noted::default() }
    }

    pub(super) fn write(&self, out: &mut Exposition) {
        let name = "kamnot_mail_attempts_total";
        out.counter(name, "Attempts of this process to send by mail or to a webhook, by outcome.");
        for (way, tally) in [("mail", &self.mail), ("webhook", &self.webhook)] {
            out.labelled(name, &[("way", way), ("outcome", "sent")], tally.sent.get());
            out.labelled(name, &[("way", way), ("outcome", "failed")], tally.failed.get());
        }
        self.sender.write(out, "mail");
        if let Some((waiting, failing)) = self.waiting.get() {
            out.gauge("kamnot_mail_waiting", "What waits to go out by mail and to webhooks.");
            out.value("kamnot_mail_waiting", waiting);
            out.gauge("kamnot_mail_addresses_failing", "Addresses of mail and webhooks to which nothing goes out.");
            out.value("kamnot_mail_addresses_failing", failing);
        }
    }
}
