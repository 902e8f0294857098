//! The options of every command that connects to NATS.
//!
//! Invariant: neither help nor errors repeat the URL, since it may contain a password.

use std::path::PathBuf;

use clap::Args;
use nats::{Access, NatsFault, Servers};

/// The heading of these options in the help.
pub(super) const NATS: &str = "NATS";

/// The servers, our login, and the trusted certificates.
// The demo takes only a URL, and none from the environment: made-up alerts must not reach the offices' own servers.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = NATS)]
pub(super) struct NatsOptions {
    /// The NATS server, or several servers of a cluster separated by commas: nats://HOST:PORT or tls://HOST:PORT; with
    /// a user nats://USER:PASSWORD@HOST:PORT
    #[arg(long = "nats", id = "nats", value_name = "URL", env = "KAMNOT_NATS", hide_env_values = true)]
    url: Option<String>,
    /// The login at NATS: a file of credentials as written by `nsc generate creds`
    #[arg(long = "nats-creds", value_name = "FILE", env = "KAMNOT_NATS_CREDS")]
    credentials: Option<PathBuf>,
    /// Use TLS only; tls:// in the URL means the same
    #[arg(long = "nats-tls", requires = "nats")]
    tls: bool,
    /// Root certificates (PEM) to trust instead of the machine's; implies --nats-tls
    #[arg(long = "nats-ca", value_name = "FILE", requires = "nats")]
    roots: Option<PathBuf>,
    /// The client certificate (PEM), if NATS requires one; implies --nats-tls
    #[arg(long = "nats-cert", id = "nats-cert", value_name = "FILE", requires_all = ["nats", "nats-key"])]
    certificate: Option<PathBuf>,
    /// The private key of the client certificate (PEM)
    #[arg(long = "nats-key", id = "nats-key", value_name = "FILE", requires = "nats-cert")]
    key: Option<PathBuf>,
}

impl NatsOptions {
    /// The servers with our login; `None` without --nats.
    pub(super) fn servers(&self) -> Result<Option<Servers>, NatsFault> {
        let Some(url) = &self.url else {
            let where_to = "--nats-creds needs the address of NATS: give --nats too";
            return if self.credentials.is_some() { Err(NatsFault::Own(where_to.to_owned())) } else { Ok(None) };
        };
        let access = Access {
            credentials: self.credentials.clone(),
            tls: self.tls,
            roots: self.roots.clone(),
            certificate: self.certificate.clone().zip(self.key.clone()),
        };
        Ok(Some(url.parse::<Servers>()?.entered_with(access)))
    }
}
