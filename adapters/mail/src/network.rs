//! Which addresses of the network a webhook may lead to.
//!
//! Invariant: an address inside a network is refused unless the operator of the machine lists it. What is judged is the address
//! that is connected to, after its name was looked up.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network: an address, and how many of its first bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    length: u32,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected an address or a network, such as 10.1.2.3, 10.1.0.0/16 or fd00::/8".to_owned();
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.parse().map_err(|_| expected())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(most), |length| length.parse().map_err(|_| expected()))?;
        if length > most { Err(expected()) } else { Ok(Self { address, length }) }
    }
}

impl Network {
    fn has(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(one), IpAddr::V4(other)) => {
                (one.to_bits() ^ other.to_bits()).checked_shr(32 - self.length).unwrap_or(0) == 0
            }
            (IpAddr::V6(one), IpAddr::V6(other)) => {
                (one.to_bits() ^ other.to_bits()).checked_shr(128 - self.length).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// Whether a webhook may lead to an address: one of the public network, or one that is listed.
pub fn may_lead_to(address: IpAddr, listed: &[Network]) -> bool {
    let address = address.to_canonical();
    listed.iter().any(|network| network.has(address))
        || match address {
            IpAddr::V4(address) => is_public_v4(address),
            IpAddr::V6(address) => is_public_v6(address),
        }
}

/// By the registry of special-purpose addresses (RFC 6890 and what followed it).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Global unicast, without what carries an IPv4 address or is for documentation.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let special = matches!((a, b), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _) | (0x3fff, 0..=0x0fff));
    (0x2000..=0x3fff).contains(&a) && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(address: &str, listed: &[&str]) -> bool {
        let listed: Vec<Network> = listed.iter().map(|network| network.parse().expect("a network")).collect();
        may_lead_to(address.parse().expect("an address"), &listed)
    }

    #[test]
    fn addresses_inside_a_network_are_refused() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
        ] {
            assert!(!may(inside, &[]), "{inside}");
        }
        for public in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"] {
            assert!(may(public, &[]), "{public}");
        }
    }

    #[test]
    fn what_the_operator_lists_is_let_through_and_nothing_beside_it() {
        assert!(may("10.1.2.3", &["10.1.0.0/16"]) && !may("10.2.2.3", &["10.1.0.0/16"]));
        assert!(may("127.0.0.1", &["127.0.0.1"]) && !may("127.0.0.2", &["127.0.0.1"]));
        assert!(may("fd00::1", &["fd00::/8"]) && !may("fe80::1", &["fd00::/8"]));
        assert!(may("10.9.9.9", &["0.0.0.0/0"]) && !may("::1", &["0.0.0.0/0"]));
        assert!(may("::ffff:10.0.0.1", &["10.0.0.1"]));
        for none in ["", "10.0.0.0/33", "fd00::/129", "10.0.0/8", "host", "10.0.0.1/-1", "10.0.0.1/"] {
            assert!(none.parse::<Network>().is_err(), "{none}");
        }
    }
}
