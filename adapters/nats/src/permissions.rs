//! The nats-server configuration under which each office sends as itself and reads its own alerts, and nothing else.
//!
//! Invariant: each office is alone in an account of its own; everything else that it may do is an import that names the
//! office. Permissions inside one shared account would not be safe: a user who may send any request there chooses its
//! reply subject, and the server replies to any subject, even `$JS.API.STREAM.DELETE.…`.

use std::fmt::Write as _;

use engine::action::OfficeCode;
use projections::subjects::{ALERTS, Asks, NOBODY, alerts_to, escalated_of, test_of};
use service::offices::OfficeKind;

use super::STREAM;

/// An office with its login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeAccess {
    /// The office.
    pub office: OfficeCode,
    /// Its kind.
    pub kind: OfficeKind,
    /// The offices that it supervises, with their kinds.
    pub below: Vec<(OfficeCode, OfficeKind)>,
    /// The bcrypt hash of its password.
    pub password: String,
    /// The prefix of its subscriptions' names.
    pub subscription: String,
}

/// The input of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The bcrypt hash of the password of `kamnot`.
    pub password: String,
    /// The offices.
    pub guests: Vec<OfficeAccess>,
    /// How many subscriptions each office may have.
    pub subscribers: u16,
    /// Where the server keeps its streams.
    pub store_dir: String,
    /// The files of the server's certificate and its key.
    pub tls: Option<(String, String)>,
}

/// The name of an office's n-th subscription, from 1.
pub fn subscription(name: &str, n: u16) -> String {
    format!("{name}-{n}")
}

/// Whether this is a valid name of a subscription: letters, digits, `-` and `_`.
pub fn names_a_subscription(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

const HEAD: &str = r"# nats-server configuration for kamnot (server 2.9 or newer), made by `kamnot nats config`.
# Keep it secret. Do not edit it: run the command again. Existing logins stay as they are.
#
# The account KAMNOT contains the stream of alerts. Only kamnot is in it; a user in this account can read every alert
# and kamnot.reconciliation. Each office has an account of its own, with inboxes that nobody else can see. Beyond its
# account an office can use only its imports: it sends actions, and what it does about alerts, as itself; it creates,
# reads and acknowledges subscriptions to its own alerts and to what was escalated of the offices that it
# supervises; and it receives test messages to itself. $JS.API.INFO leads to nobody, so that the
# server does not answer for an office's account, which has no JetStream.
#
# The names of subscriptions are hard to guess, so that no office can have its own alerts delivered to another office's
# subscription. All servers of a cluster need the same accounts. Passwords need TLS on every network that others can
# read.
";

impl Plan {
    /// The configuration.
    pub fn configuration(&self) -> String {
        let mut out = HEAD.to_owned();
        let _ = writeln!(out, "\njetstream {{ store_dir: \"{}\" }}", self.store_dir);
        if let Some((certificate, key)) = &self.tls {
            let _ = writeln!(out, "tls {{ cert_file: \"{certificate}\", key_file: \"{key}\" }}");
        }
        out.push_str("\naccounts {\n");
        self.write_kamnot(&mut out);
        for guest in &self.guests {
            self.write_guest(guest, &mut out);
        }
        out.push_str("}\n");
        out
    }

    fn write_kamnot(&self, out: &mut String) {
        let offices: Vec<String> = self.guests.iter().map(|guest| format!("\"{}\"", guest.office)).collect();
        let offices = offices.join(", ");
        let mut exports = String::new();
        let mut export = |subject: &str, more: &str| {
            let _ = writeln!(exports, "      {{ service: \"{subject}\"{more}, accounts: [{offices}] }}");
        };
        export(NOBODY, "");
        for asks in Asks::ALL {
            export(asks.of_all(), "");
        }
        export(&format!("$JS.API.CONSUMER.CREATE.{STREAM}.*.{ALERTS}"), "");
        export(&format!("$JS.API.CONSUMER.INFO.{STREAM}.*"), "");
        export(&format!("$JS.API.CONSUMER.MSG.NEXT.{STREAM}.*"), ", response_type: stream");
        export(&format!("$JS.ACK.{STREAM}.>"), "");
        for OfficeAccess { office, .. } in &self.guests {
            let _ = writeln!(exports, "      {{ stream: \"{}\", accounts: [\"{office}\"] }}", test_of(office));
        }
        let _ = write!(
            out,
            "  KAMNOT {{\n    jetstream: enabled\n    users: [ {{ user: \"kamnot\", password: \"{}\" }} ]\n    exports: [\n{exports}    ]\n  }}\n",
            self.password
        );
    }

    fn write_guest(&self, guest: &OfficeAccess, out: &mut String) {
        let OfficeAccess { office, password, .. } = guest;
        let (subjects, test) = (self.subjects(guest), test_of(office));
        let (mut publish, mut imports) = (String::new(), String::new());
        for subject in &subjects {
            let _ = writeln!(publish, "        \"{subject}\"");
            let _ = writeln!(imports, "        {{ service: {{ account: KAMNOT, subject: \"{subject}\" }} }}");
        }
        let _ = write!(
            out,
            "  \"{office}\" {{\n    users: [ {{ user: \"{office}\", password: \"{password}\", permissions: {{\n      \
             subscribe: [\"_INBOX.>\", \"_INBOX_{office}.>\", \"{test}\"]\n      publish: [\n{publish}      ] }} }} ]\n    imports: [\n        \
             {{ service: {{ account: KAMNOT, subject: \"{NOBODY}\" }}, to: \"$JS.API.INFO\" }}\n        {{ stream: {{ account: KAMNOT, \
             subject: \"{test}\" }} }}\n{imports}    ]\n  }}\n"
        );
    }

    /// The subjects on which an office may publish.
    fn subjects(&self, guest: &OfficeAccess) -> Vec<String> {
        let OfficeAccess { office, kind, below, subscription: name, .. } = guest;
        let mut subjects: Vec<String> = Asks::ALL.iter().map(|asks| asks.of(office)).collect();
        let own = kind.seat().map(|seat| alerts_to(seat, office));
        let below = below.iter().filter_map(|(office, kind)| Some(escalated_of(kind.seat()?, office)));
        let filters: Vec<String> = own.into_iter().chain(below).collect();
        if !filters.is_empty() {
            for consumer in (1..=self.subscribers).map(|n| subscription(name, n)) {
                // The only way to create one that names the filter in the subject; the server compares.
                let create = |filter| format!("$JS.API.CONSUMER.CREATE.{STREAM}.{consumer}.{filter}");
                subjects.extend(filters.iter().map(create));
                subjects.extend([
                    format!("$JS.API.CONSUMER.INFO.{STREAM}.{consumer}"),
                    format!("$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{consumer}"),
                    format!("$JS.ACK.{STREAM}.{consumer}.>"),
                ]);
            }
        }
        subjects
    }
}
