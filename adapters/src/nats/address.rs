//! The servers of a NATS URL. Invariant: printed, they show neither user nor password.

use std::fmt;
use std::str::FromStr;

use async_nats::{ConnectOptions, ServerAddr};

use super::NatsFault;

/// One or several servers of one NATS system.
#[derive(Clone)]
pub struct Servers(Vec<ServerAddr>);

impl Servers {
    pub(super) fn addresses(&self) -> Vec<ServerAddr> {
        self.0.clone()
    }

    /// Who we are, by the first of the servers that says so: the client itself overlooks what stands in a URL.
    pub(super) fn login(&self, options: ConnectOptions) -> ConnectOptions {
        let login =
            self.0.iter().find_map(|server| Some((decoded(server.username()?), server.password().map(decoded))));
        match login {
            Some((user, Some(password))) => options.user_and_password(user, password),
            Some((token, None)) => options.token(token),
            None => options,
        }
    }

    pub(super) const fn count(&self) -> usize {
        self.0.len()
    }
}

impl FromStr for Servers {
    type Err = NatsFault;

    fn from_str(text: &str) -> Result<Self, NatsFault> {
        let servers = text.split(',').map(|url| url.trim().parse::<ServerAddr>());
        let servers = servers.collect::<Result<Vec<_>, _>>().map_err(|_| NatsFault::Address)?;
        if servers.iter().any(|server| server.host().is_empty()) {
            return Err(NatsFault::Address);
        }
        Ok(Self(servers))
    }
}

impl fmt::Display for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, server) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{}://{}:{}", server.scheme(), server.host(), server.port())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Servers({self})")
    }
}

/// What stands percent-encoded in a URL.
fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes: Vec<u8> = parts.next().unwrap_or_default().into();
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => bytes.extend([&[byte], &part.as_bytes()[2..]].concat()),
            None => bytes.extend([b"%", part.as_bytes()].concat()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_password_are_not_printed() {
        let servers: Servers = "nats://user:secret@one:4222, nats://token@two".parse().expect("two servers");
        assert_eq!(servers.to_string(), "nats://one:4222,nats://two:4222");
        assert_eq!(format!("{servers:?}"), "Servers(nats://one:4222,nats://two:4222)");
        assert_eq!(decoded("p%40ss%3Aword%"), "p@ss:word%");
        for none in ["", "nats://", "nats://one:4222,", "nats://one:port"] {
            assert_eq!(none.parse::<Servers>().err(), Some(NatsFault::Address), "{none}");
        }
    }
}
