//! Whose request it is: the client's address, also behind proxies.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use axum::http::header::HeaderName;

use crate::visitor::Address;

/// The header to which each proxy adds the address that it was asked from.
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies whose word is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpAddr>);

impl Proxies {
    /// These.
    pub fn new(addresses: &[IpAddr]) -> Self {
        Self(addresses.iter().map(IpAddr::to_canonical).collect())
    }

    /// The client of a request that came from `peer`: the last hop that is not one of these. What somebody else says of
    /// the hops before is ignored.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Address {
        let mut client = peer.to_canonical();
        let lines = headers.get_all(FORWARDED).iter().rev();
        let mut hops = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
        while self.0.contains(&client) {
            // Without another hop that can be read, the proxy itself stands for its clients.
            let Some(hop) = hops.next().and_then(address) else { break };
            client = hop;
        }
        Address(client)
    }
}

/// The address of a hop, which may have a port.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let alone = hop.trim_start_matches('[').trim_end_matches(']').parse().ok();
    alone.or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip())).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &[&str], peer: &str, lines: &[&str]) -> String {
        let read = |text: &&str| text.parse().expect("an address");
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED, line.parse().expect("a value"));
        }
        Proxies::new(&proxies.iter().map(read).collect::<Vec<_>>()).client(read(&peer), &headers).0.to_string()
    }

    #[test]
    fn the_last_hop_that_is_no_proxy_counts() {
        let proxies = ["10.0.0.1", "10.0.0.2"];
        assert_eq!(client(&proxies, "10.0.0.1", &["1.1.1.1, 2.2.2.2"]), "2.2.2.2");
        assert_eq!(client(&proxies, "10.0.0.1", &["1.1.1.1, 2.2.2.2,10.0.0.2"]), "2.2.2.2");
        assert_eq!(client(&proxies, "10.0.0.1", &["1.1.1.1", "2.2.2.2", "10.0.0.2"]), "2.2.2.2");
        assert_eq!(client(&proxies, "10.0.0.1", &["2.2.2.2:5123"]), "2.2.2.2");
        assert_eq!(client(&proxies, "::ffff:10.0.0.1", &["[2001:db8::7]:443"]), "2001:db8::7");
    }

    #[test]
    fn what_somebody_else_says_is_ignored() {
        assert_eq!(client(&["10.0.0.1"], "3.3.3.3", &["1.1.1.1"]), "3.3.3.3");
        assert_eq!(client(&[], "127.0.0.1", &["1.1.1.1"]), "127.0.0.1");
    }

    #[test]
    fn a_proxy_that_says_nothing_readable_stands_for_its_clients() {
        for lines in [&[][..], &[""], &["unknown"], &["1.1.1.1, \u{e9}"], &["10.0.0.1"]] {
            assert_eq!(client(&["10.0.0.1"], "10.0.0.1", lines), "10.0.0.1", "{lines:?}");
        }
    }
}
