//! Alerts and digests by mail and by webhook.
