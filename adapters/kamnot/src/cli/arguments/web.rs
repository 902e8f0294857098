//! The options of the pages of `kamnot serve`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use super::address;

/// The heading of these options in the help.
const PAGES: &str = "Pages";

/// Where and how the pages are served
#[derive(Debug, Args)]
#[command(next_help_heading = PAGES)]
pub(in crate::cli) struct WebOptions {
    /// Serve the pages and the API at this address [default: none]; beyond this machine only with TLS or behind a proxy
    #[arg(long = "web", id = "web", value_name = "ADDRESS:PORT", env = "KAMNOT_WEB", value_parser = address)]
    pub address: Option<SocketAddr>,
    /// The pages' certificate (PEM), with those of its authorities; a renewed file is used within seconds
    #[arg(long = "web-cert", id = "web-cert", value_name = "FILE", env = "KAMNOT_WEB_CERT", requires = "web-key")]
    pub certificate: Option<PathBuf>,
    /// The private key of the certificate (PEM), which only its owner and its group may read
    #[arg(long = "web-key", id = "web-key", value_name = "FILE", env = "KAMNOT_WEB_KEY", requires = "web-cert")]
    pub key: Option<PathBuf>,
    /// The addresses of the proxies before the pages, separated by commas: what they say in X-Forwarded-For counts
    #[arg(long = "web-behind-proxy", value_name = "ADDRESS", env = "KAMNOT_WEB_BEHIND_PROXY", value_delimiter = ',')]
    pub proxies: Vec<IpAddr>,
    /// How browsers reach the pages, such as <https://kamnot.example.la>; forms from elsewhere are refused
    #[arg(long = "web-origin", value_name = "URL", env = "KAMNOT_WEB_ORIGIN", value_parser = origin)]
    pub origin: Option<String>,
    /// The file of the key under which second factors are kept; made where there is none. Every process of a log needs
    /// the same [default: kamnot/web-secrets in `$XDG_STATE_HOME` or ~/.local/state]
    #[arg(long = "web-secrets", value_name = "FILE", env = "KAMNOT_WEB_SECRETS")]
    pub secrets: Option<PathBuf>,
}

/// Reads an origin as browsers write it: in small letters, without the usual port, without a path.
fn origin(text: &str) -> Result<String, String> {
    let expected = || "expected the beginning of the pages' address, such as https://kamnot.example.la".to_owned();
    let text = text.trim_end_matches('/').to_ascii_lowercase();
    let (scheme, host) = text.split_once("://").ok_or_else(expected)?;
    let usual = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return Err(expected()),
    };
    let host = host.strip_suffix(usual).unwrap_or(host);
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    if host.is_empty() || !host.bytes().all(fit) {
        return Err(expected());
    }
    Ok(format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_is_read_as_browsers_write_it() {
        for (text, read) in [
            ("https://Kamnot.Example.LA/", "https://kamnot.example.la"),
            ("https://kamnot.example:443", "https://kamnot.example"),
            ("https://kamnot.example:8443", "https://kamnot.example:8443"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(origin(text).as_deref(), Ok(read));
        }
        for text in ["kamnot.example", "ftp://a", "https://", "https://a/b", "https://a?b", "https://u@a", "https://ກ"]
        {
            assert!(origin(text).is_err(), "{text}");
        }
    }
}
