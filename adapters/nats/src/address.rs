//! The servers of one NATS system, with our login there.
//!
//! Invariant: neither the printed form nor an address that is passed on contains a user or a password.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use async_nats::{ConnectOptions, ServerAddr};
use service::figures::Noted;
use uuid::Uuid;

use super::{Access, NatsFault, Replicas};

/// How many servers advertised by a cluster are remembered at most.
const MOST_ADVERTISED: usize = 32;

/// The servers of one NATS system, our login there, and the number of replicas for a stream that we create.
#[derive(Clone)]
pub struct Servers {
    given: Vec<ServerAddr>,
    login: Option<Login>,
    access: Access,
    replicas: Replicas,
    turn: Arc<Mutex<Turn>>,
    checkpoint: Arc<Noted<Arc<str>>>,
}

/// The login from a URL.
#[derive(Clone)]
enum Login {
    User(String, String),
    Token(String),
}

/// The server to try next. It advances with every connection, so that a server that accepts us and then does not
/// answer, because it is cut off from the others, is not tried again at once.
struct Turn {
    next: usize,
    /// The servers advertised by the last server that accepted us.
    advertised: Vec<ServerAddr>,
}

impl Servers {
    /// The same servers, with this authentication.
    #[must_use]
    pub fn entered_with(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// The same servers, reached with the TLS options and certificates of `other` and with their own user.
    #[must_use]
    pub fn trusting_as(self, other: &Self) -> Self {
        let access = Access { credentials: None, ..other.access.clone() };
        self.entered_with(access)
    }

    /// The same servers, with this number of replicas for a stream that we create.
    #[must_use]
    pub const fn keeping(mut self, replicas: Replicas) -> Self {
        self.replicas = replicas;
        self
    }

    /// The same servers; each alert carries the checkpoint of the log that is noted here then.
    #[must_use]
    pub fn carrying(mut self, checkpoint: Arc<Noted<Arc<str>>>) -> Self {
        self.checkpoint = checkpoint;
        self
    }

    /// The checkpoint that alerts carry.
    pub(super) const fn checkpoint(&self) -> &Arc<Noted<Arc<str>>> {
        &self.checkpoint
    }

    /// The number of replicas for a stream that we create.
    pub const fn replicas(&self) -> Replicas {
        self.replicas
    }

    /// The options for a connection.
    pub(super) fn options(&self) -> Result<ConnectOptions, NatsFault> {
        if self.login.is_some() && self.access.credentials.is_some() {
            let twice = "both the NATS URL and --nats-creds name a user: leave one of them out";
            return Err(NatsFault::Own(twice.to_owned()));
        }
        let options = match self.login.clone() {
            Some(Login::User(user, password)) => ConnectOptions::new().user_and_password(user, password),
            Some(Login::Token(token)) => ConnectOptions::new().token(token),
            None => ConnectOptions::new(),
        };
        // If one server uses TLS all do: what is encrypted for one is not sent to another in plain text.
        let tls = self.given.iter().any(ServerAddr::tls_required);
        self.access.apply(options.require_tls(tls))
    }

    /// The authentication.
    pub(super) const fn access(&self) -> &Access {
        &self.access
    }

    /// The servers in the order in which to try them: the given ones, beginning with the one whose turn it is, then the
    /// ones that the cluster advertised.
    pub(super) fn in_turn(&self) -> Vec<ServerAddr> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut servers = self.given.clone();
        servers.rotate_left(turn.next % self.given.len());
        servers.extend(turn.advertised.iter().cloned());
        servers
    }

    /// Notes that this server accepted us and advertised these others; the next attempt begins with another server.
    pub(super) fn reached(&self, server: &ServerAddr, advertised: &[String]) {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = self.given.iter().position(|given| given == server) {
            turn.next = place + 1;
        }
        let others = advertised.iter().filter_map(|address| bare(&address.parse::<ServerAddr>().ok()?).ok());
        turn.advertised = others.filter(|other| !self.given.contains(other)).take(MOST_ADVERTISED).collect();
    }

    /// The fault to report if no server accepts us, from the faults of the given servers. A fault that a retry cannot
    /// fix comes first.
    pub(super) fn none_of(&self, mut faults: Vec<(ServerAddr, NatsFault)>) -> NatsFault {
        // In the given order, so that the same fault always has the same text.
        faults.sort_by_key(|(server, _)| self.given.iter().position(|given| given == server));
        let settings = faults.iter().position(|(_, fault)| !fault.passes());
        let reason = match (settings, faults.len()) {
            (Some(place), _) => return faults.swap_remove(place).1,
            (None, 1) => return faults.swap_remove(0).1,
            (None, _) => faults.iter().map(|(server, fault)| format!("{}: {}", Shown(server), fault.reason())),
        };
        NatsFault::Unreachable { server: self.to_string(), reason: reason.collect::<Vec<_>>().join("; ") }
    }

    /// Whether it is one of the given servers.
    pub(super) fn was_given(&self, server: &ServerAddr) -> bool {
        self.given.contains(server)
    }
}

impl FromStr for Servers {
    type Err = NatsFault;

    fn from_str(text: &str) -> Result<Self, NatsFault> {
        let urls = text.split(',').map(|url| url.trim().parse::<ServerAddr>());
        let urls = urls.collect::<Result<Vec<_>, _>>().map_err(|_| NatsFault::Address)?;
        // The login of the first URL that has one: the client itself ignores a login in a URL.
        let login = urls.iter().find_map(|url| {
            let user = decoded(url.username()?);
            Some(match url.password() {
                Some(password) => Login::User(user, decoded(password)),
                None => Login::Token(user),
            })
        });
        let given = urls.iter().map(bare).collect::<Result<Vec<_>, _>>()?;
        // A random start: the many clients of a cluster should not all use its first server.
        let next = usize::from(Uuid::new_v4().as_bytes()[0]);
        let turn = Arc::new(Mutex::new(Turn { next, advertised: Vec::new() }));
        Ok(Self { given, login, access: Access::default(), replicas: Replicas::ONE, turn, checkpoint: Arc::default() })
    }
}

impl fmt::Display for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, server) in self.given.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{}", Shown(server))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Servers({self})")
    }
}

/// A server without user and password.
pub(super) struct Shown<'a>(pub &'a ServerAddr);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(server) = self;
        let host = server.host();
        let (open, close) = if host.contains(':') { ("[", "]") } else { ("", "") };
        write!(f, "{}://{open}{host}{close}:{}", server.scheme(), server.port())
    }
}

/// The address without user and password, if it is valid.
fn bare(server: &ServerAddr) -> Result<ServerAddr, NatsFault> {
    if server.host().is_empty() || server.is_websocket() {
        return Err(NatsFault::Address);
    }
    Shown(server).to_string().parse().map_err(|_| NatsFault::Address)
}

/// Decodes the percent-encoding of a URL.
pub(super) fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes: Vec<u8> = parts.next().unwrap_or_default().into();
    for part in parts {
        // By itself, `from_str_radix` takes a sign as well.
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => bytes.extend([&[byte], &part.as_bytes()[2..]].concat()),
            None => bytes.extend([b"%", part.as_bytes()].concat()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(servers: &Servers) -> Vec<String> {
        servers.in_turn().iter().map(|server| Shown(server).to_string()).collect()
    }

    #[test]
    fn user_and_password_are_not_printed_nor_handed_on() {
        let servers: Servers = "nats://user:secret@one:4222, tls://token@[::1]".parse().expect("two servers");
        assert_eq!(servers.to_string(), "nats://one:4222,tls://[::1]:4222");
        assert_eq!(format!("{servers:?}"), "Servers(nats://one:4222,tls://[::1]:4222)");
        assert!(!format!("{:?}", servers.in_turn()).contains("secret"));
        assert_eq!(decoded("p%40ss%3Aword%"), "p@ss:word%");
        assert_eq!(decoded("%+1%-1%4%4g%%41"), "%+1%-1%4%4g%A");
        for none in ["", "nats://", "nats://one:4222,", "nats://one:port", "ws://one", "http://one"] {
            assert_eq!(none.parse::<Servers>().err(), Some(NatsFault::Address), "{none}");
        }
    }

    #[test]
    fn the_next_connection_begins_with_another_server_and_ends_with_what_the_cluster_told() {
        let servers: Servers = "one,two,three".parse().expect("three servers");
        let one = servers.given[0].clone();
        servers.reached(&one, &["two:4222".to_owned(), "four:4222".to_owned()]);
        let [one, two, three, four] = ["one", "two", "three", "four"].map(|host| format!("nats://{host}:4222"));
        assert_eq!(order(&servers), [two, three.clone(), one.clone(), four.clone()]);
        let two = servers.given[1].clone();
        servers.reached(&two, &[]);
        assert_eq!(order(&servers), [three, one, "nats://two:4222".to_owned()]);
    }

    #[test]
    fn what_waiting_does_not_mend_is_said_first() {
        let servers: Servers = "one,two".parse().expect("two servers");
        let [one, two] = [0, 1].map(|place| servers.given[place].clone());
        let away = |name: &str| NatsFault::Unreachable { server: name.to_owned(), reason: "away".to_owned() };
        let both = servers.none_of(vec![(two.clone(), away("two")), (one.clone(), away("one"))]);
        assert_eq!(both.reason(), "nats://one:4222: away; nats://two:4222: away");
        let refused = NatsFault::Refused("two".to_owned());
        assert_eq!(servers.none_of(vec![(one, away("one")), (two, refused.clone())]), refused);
    }
}
