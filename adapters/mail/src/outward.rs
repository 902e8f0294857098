//! The ways out of this machine, as its operator configures them: the mail server, and what webhooks may reach.

use std::sync::Arc;

use service::sealing::SealingKey;

use crate::smtp::Smtp;
use crate::webhook::Webhooks;

/// The ways out.
pub struct Outward {
    /// The mail server; mail waits without one.
    pub smtp: Option<Smtp>,
    /// Webhooks.
    pub webhooks: Webhooks,
    /// The key under which those of webhooks are sealed; they wait without it.
    pub key: Option<Arc<SealingKey>>,
    /// The installation's name in the messages' `source`.
    pub installation: String,
}
