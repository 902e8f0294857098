//! What every page needs: the log, its people, the offices, the clock.

use std::sync::Arc;

use engine::calendar::Instant;
use engine::decide::Alerts;
use engine::rulebook::{Language, Rulebook};
use service::clock::Clock;
use service::offices::Offices;
use service::queries::counts::Counts;
use service::queries::dockets::Dockets;
use service::queries::quarters::Quarters;
use service::recorder::Recorder;
use service::sealing::SealingKey;
use service::status::Status;
use store::LogStore;
use store::people::PeopleStore;

use crate::credentials::room::Room;
use crate::live::Live;
use crate::logins::Logins;
use crate::remembered::Remembered;

/// What every page needs.
pub struct Site {
    /// The log.
    pub log: Arc<dyn LogStore>,
    /// The people of the log.
    pub people: Arc<dyn PeopleStore>,
    /// The rulebook in force.
    pub book: Arc<Rulebook>,
    /// Records what is entered.
    pub recorder: Arc<Recorder>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The status of this process.
    pub status: Arc<Status>,
    /// The offices in force.
    pub offices: Arc<Offices>,
    /// The dockets that were read last.
    pub dockets: Dockets,
    /// The figures of the offices that were asked for last.
    pub counts: Counts,
    /// The fixed figures of closed quarters.
    pub quarters: Quarters,
    /// The key under which the second factors' secrets are kept.
    pub key: Arc<SealingKey>,
    /// What this process remembers of logins.
    pub logins: Logins,
    /// How the pages are reached.
    pub reached: Reached,
    /// What this process remembers of requests.
    pub remembered: Remembered,
    /// The open streams of live updates.
    pub live: Live,
    /// The demo's people, who log in by a click; `None` outside the demo.
    pub demo: Option<Demo>,
}

/// How the pages are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Whether the browser speaks TLS, to this process or to a proxy before it.
    pub tls: bool,
    /// The origin that forms must name, such as `https://kamnot.example`; `None`: the one that the request's host gives.
    pub origin: Option<String>,
}

/// The demo's people.
#[derive(Clone, PartialEq, Eq)]
pub struct Demo {
    /// The login names, in the order in which they are offered.
    pub logins: Vec<String>,
    /// The password before everything; `None` where the demo is shown on this machine alone.
    pub room: Option<Room>,
}

impl Site {
    /// The present time.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// What becomes of the alerts that recording calls for: they are held back while the clock is in doubt.
    pub fn alerts(&self) -> Alerts {
        if self.status.clock_in_doubt() { Alerts::HeldBack } else { Alerts::Raised }
    }

    /// The name of the cookie of a session: bound to the host where there is TLS.
    pub const fn cookie(&self) -> &'static str {
        if self.reached.tls { "__Host-kamnot" } else { "kamnot" }
    }

    /// The name of the cookie of whoever knew the password of the training room.
    pub const fn room_cookie(&self) -> &'static str {
        if self.reached.tls { "__Host-kamnot-room" } else { "kamnot-room" }
    }

    /// The language of somebody who is not logged in: Lao, unless the browser prefers English.
    pub fn language_of(accept: Option<&str>) -> Language {
        let first = accept.and_then(|accept| accept.split(',').next()).unwrap_or_default();
        if first.trim().to_ascii_lowercase().starts_with("en") { Language::En } else { Language::Lo }
    }
}
